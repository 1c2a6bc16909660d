#include "physics/front.h"

#include <math.h>

/** Below this the closed form of the slope loses digits to cancellation. */
static const double SERIES_MAX = 0.05;
/** Above this sinh(y) is e^y / 2 to all digits. */
static const double SINH_MAX = 20.0;

/** ln(sinh(y) / y) as a function of z = y^2, and its derivative (y coth(y) - 1) / (2 z). */
static double log_sinhc(double z, double *slope) {
  if (z < SERIES_MAX) {
    *slope =
        1.0 / 6 +
        z * (-1.0 / 90 + z * (1.0 / 945 + z * (-1.0 / 9450 + z * (1.0 / 93555 - z / 924041.78))));
    return z * (1.0 / 6 +
                z * (-1.0 / 180 +
                     z * (1.0 / 2835 + z * (-1.0 / 37800 + z * (1.0 / 467775 - z / 5544250.7)))));
  }
  double y = sqrt(z);
  *slope = (y / tanh(y) - 1.0) / (2.0 * z);
  return y < SINH_MAX ? log(sinh(y) / y) : y - log(2.0 * y);
}

/**
 * Excess potential of a lattice gas averaged over a control volume, over kT.
 *   G = L(a^2 x^2) - L(a^2 (1 - x)^2),  L(y^2) = ln(sinh(y) / y)
 * x   share of occupied sites; may pass 0 and 1 by the tolerance
 * a2  square of half the rise of the energy over kT across the volume, >= 0
 */
struct front_value front_excess(double x, double a2) {
  double free = 1.0 - x, d_full, d_empty;
  double full = log_sinhc(a2 * x * x, &d_full), empty = log_sinhc(a2 * free * free, &d_empty);
  return (struct front_value){
      .G = full - empty,
      .d_x = 2.0 * a2 * (x * d_full + free * d_empty),
      .d_a2 = x * x * d_full - free * free * d_empty,
  };
}
