/* What files of measured impedances hold: functions of the admittance Y at one frequency. */
#ifndef HALIDRIFT_SOLVER_FIT_FIT_QUANTITY_H
#define HALIDRIFT_SOLVER_FIT_FIT_QUANTITY_H

#include <complex.h>
#include <stdbool.h>
#undef I /* names currents here */

/** A column that can be fitted; names are those of impedance.csv. */
struct fit_quantity {
  const char *column;
  int group, part; /* columns of one group and different parts can stand together in a file */
  double period;   /* of an angle, in its unit; 0: none */
  /** Value at Y and omega (1/s), and its change with dY. */
  double (*read)(double complex Y, double complex dY, double omega, double *change);
  /** Value over its share in the modulus, which measured errors are compared with. */
  double (*unit)(double omega);
  bool positive; /* no other value exists */
};

extern const struct fit_quantity fit_quantities[];
extern const int fit_quantities_count;

#endif
