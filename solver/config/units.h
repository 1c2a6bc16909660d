/* Units of strings such as "40 nm", through udunits2. The database is loaded when first needed. */
#ifndef HALIDRIFT_SOLVER_CONFIG_UNITS_H
#define HALIDRIFT_SOLVER_CONFIG_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include "solver/base/error.h"

struct units;

enum units_result {
  UNITS_OK,
  UNITS_UNKNOWN,  /* udunits2 does not know the unit */
  UNITS_DIMENSION /* it is known but measures something else */
};

enum hd_status units_create(struct units **units, struct hd_error *err);
void units_free(struct units **units);

/** What one joule is in electronvolts of this run (1 / q): energies may also be given in J. */
void units_set_charge(struct units *units, double q);

/**
 * Convert `value` in `unit` to `si_unit` (udunits2 spelling; "eV" for energies).
 * converted  out
 * result     out; when it is not UNITS_OK, *converted is untouched
 * Errors     HD_INTERNAL (no database of units, si_unit unknown), HD_MEMORY
 */
enum hd_status units_convert(struct units *units, double value, const char *unit,
                             const char *si_unit, double *converted, enum units_result *result,
                             struct hd_error *err);

/** The i-th conversion that is known without the database; false beyond the last one. */
bool units_common(size_t i, const char **unit, const char **si_unit);

#endif
