/* Statistics of the spikes of one experiment over the trajectories that are done, as JSON: what
 * summary.json says, and ensemble.nc after it. */
#ifndef HALIDRIFT_ENSEMBLE_STATISTICS_H
#define HALIDRIFT_ENSEMBLE_STATISTICS_H

#include "solver/ensemble/record.h"

/** Level of all confidence intervals. */
extern const double statistics_level;

/** Put the statistics of an experiment that looks for spikes into an object. Errors: HD_MEMORY */
enum hd_status statistics_put(json_t *object, const struct records *records, size_t experiment,
                              struct hd_error *err);

#endif
