/* Statistics of one experiment over the trajectories that are done, as JSON: what summary.json
 * says, and ensemble.nc after it. Of its spikes (statistics.c), and of every other number that the
 * runs say of it (statistics_columns.c). */
#ifndef HALIDRIFT_ENSEMBLE_STATISTICS_H
#define HALIDRIFT_ENSEMBLE_STATISTICS_H

#include "solver/ensemble/record.h"

/** Level of all confidence intervals. */
extern const double statistics_level;

/** Put the statistics of an experiment that looks for spikes into an object. Errors: HD_MEMORY */
enum hd_status statistics_put(json_t *object, const struct records *records, size_t experiment,
                              struct hd_error *err);

/** Mean, standard deviation and their ratio of a number of each of n trajectories: values[0],
 * values[stride], ...; NAN: it has none. first: [n + 1], known: [n], scratch */
json_t *statistics_trajectories(size_t n, const double *values, size_t stride, size_t *first,
                                double *known);
/** Those of a column, or a list of those of each member of its lists: *moments is the caller's.
 * Errors: HD_MEMORY */
enum hd_status statistics_column(const struct records *records, const struct record_column *column,
                                 json_t **moments, struct hd_error *err);
/** Put those of all columns of an experiment into an object: where a run's summary has the number.
 * Errors: HD_MEMORY */
enum hd_status statistics_put_columns(json_t *object, const struct records *records,
                                      size_t experiment, struct hd_error *err);

#endif
