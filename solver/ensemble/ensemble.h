/* An ensemble: runs of one input that differ in the number of the trajectory only. */
#ifndef HALIDRIFT_ENSEMBLE_ENSEMBLE_H
#define HALIDRIFT_ENSEMBLE_ENSEMBLE_H

#include "solver/ensemble/batch.h"

/** Run what is missing and write ensemble.nc and summary.json (not of a part).
 * traces  keep the run folder of each trajectory
 * team    the processes that mpirun has started, which all call this; NULL: this one alone
 * Errors  HD_INCOMPLETE: some failed or were lost; HD_INTERRUPTED; HD_USAGE, HD_INPUT, HD_IO */
enum hd_status ensemble_run(const struct batch_options *options, bool traces,
                            const struct team *team, struct hd_error *err);

#endif
