/* The supply function ln(1 + e^x) of an electron gas, for any x. */
#ifndef HALIDRIFT_PHYSICS_SOFTPLUS_H
#define HALIDRIFT_PHYSICS_SOFTPLUS_H

#include <math.h>

/** ln(1 + e^x) */
static inline double softplus(double x) {
  return fmax(x, 0) + log1p(exp(-fabs(x)));
}

/** d ln(1 + e^x) / dx = 1 / (1 + e^-x) */
static inline double softplus_slope(double x) {
  double z = exp(-fabs(x));
  return (x < 0 ? z : 1) / (1 + z);
}

/** ln(1 + e^a) - ln(1 + e^b) = ln(1 + (e^(a-b) - 1) / (1 + e^-b)), without cancellation. */
static inline double softplus_difference(double a, double b) {
  if (fabs(a - b) < 1)
    return log1p(expm1(a - b) * softplus_slope(b));
  return softplus(a) - softplus(b);
}

#endif
