/* Numbers that the fields of a device boil down to: columns of terminals.csv behind voltages and
 * currents. */
#ifndef HALIDRIFT_SOLVER_DERIVED_H
#define HALIDRIFT_SOLVER_DERIVED_H

#include "solver/system.h"

enum { DERIVED_NAME = 4 * HD_NAME };

/** Whose number it is: an ion's in a device instance, or the instance's. */
enum derived_whose { DERIVED_ION, DERIVED_DEVICE };

/** One kind of number: column "name(<ion>)_unit", with the device in front when there are several,
 * or "name(<device>)_unit". */
struct derived_law {
  const char *name, *unit; /* unit as in the column's name; "": none */
  enum derived_whose whose;
  const char *doc;
};
extern const struct derived_law derived_laws[];
extern const size_t derived_laws_count;

struct derived;
/** All numbers of a system. Errors: HD_MEMORY */
enum hd_status derived_create(struct derived **derived, const struct system *system,
                              struct hd_error *err);
void derived_free(struct derived **derived);
size_t derived_count(const struct derived *derived);
/** Column header of number i. */
const char *derived_name(const struct derived *derived, size_t i);
/** Measure the devices that the system has now. Errors: HD_MEMORY */
enum hd_status derived_follow(struct derived *derived, struct hd_error *err);
/** Evaluate them at a state: values[derived_count] out, NAN: there is none. Allocates nothing. */
void derived_evaluate(struct derived *derived, const double *y, double *values);

#endif
