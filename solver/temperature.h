/* Reading the temperature of a state. */
#ifndef HALIDRIFT_SOLVER_TEMPERATURE_H
#define HALIDRIFT_SOLVER_TEMPERATURE_H

#include "solver/system.h"

/** Highest temperature of an instance, K: that of the run in a device without heat. */
double temperature_peak(const struct system *system, int instance, const double *y);

/** Fail with time (NAN: a steady state), place and value where a temperature left the range that
 * the laws hold in. */
enum hd_status temperature_check(const struct system *system, const double *y, double t,
                                 struct hd_error *err);

#endif
