/* What an ensemble leaves: ensemble.nc and summary.json, written whole from the records. */
#ifndef HALIDRIFT_ENSEMBLE_OUTPUT_H
#define HALIDRIFT_ENSEMBLE_OUTPUT_H

#include "solver/ensemble/record.h"
#include "solver/remarks.h"

/** What the files say about the input. Borrowed. */
struct output_about {
  const char *input, *hash, *title;
  const struct remarks *remarks;
};

/** DIR/ensemble.nc: one value per trajectory, per spike and per pulse, and the statistics. Errors:
 * HD_IO, HD_MEMORY */
enum hd_status output_netcdf(const struct records *records, const struct output_about *about,
                             const char *dir, struct hd_error *err);
/** DIR/summary.json: statistics with confidence intervals, and what is not there. `status`: of the
 * ensemble. Errors: HD_IO, HD_MEMORY */
enum hd_status output_summary(const struct records *records, const struct output_about *about,
                              const char *dir, enum hd_status status, struct hd_error *err);

#endif
