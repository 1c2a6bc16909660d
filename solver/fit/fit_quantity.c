#include "solver/fit/fit_quantity.h"

#include <math.h>

static const double HALF_TURN = 180.0; /* degrees */

static double degrees(void) {
  return HALF_TURN / acos(-1.0);
}

/* dZ = -dY / Y^2 */

static double real_impedance(double complex Y, double complex dY, double omega, double *change) {
  (void)omega;
  *change = creal(-dY / (Y * Y));
  return creal(1.0 / Y);
}

static double imaginary_impedance(double complex Y, double complex dY, double omega,
                                  double *change) {
  (void)omega;
  *change = cimag(-dY / (Y * Y));
  return cimag(1.0 / Y);
}

/** d ln |Z| + i d arg Z = -dY / Y */
static double modulus(double complex Y, double complex dY, double omega, double *change) {
  (void)omega;
  *change = creal(-dY / Y) / cabs(Y);
  return 1.0 / cabs(Y);
}

static double phase(double complex Y, double complex dY, double omega, double *change) {
  (void)omega;
  *change = cimag(-dY / Y) * degrees();
  return carg(1.0 / Y) * degrees();
}

static double conductance(double complex Y, double complex dY, double omega, double *change) {
  (void)omega;
  *change = creal(dY);
  return creal(Y);
}

static double susceptance(double complex Y, double complex dY, double omega, double *change) {
  (void)omega;
  *change = cimag(dY);
  return cimag(Y);
}

static double capacitance(double complex Y, double complex dY, double omega, double *change) {
  *change = cimag(dY) / omega;
  return cimag(Y) / omega;
}

static double one(double omega) {
  (void)omega;
  return 1.0;
}

static double per_radian(double omega) {
  (void)omega;
  return degrees();
}

static double per_pulsation(double omega) {
  return 1.0 / omega;
}

enum { IMPEDANCE, POLAR, ADMITTANCE };

const struct fit_quantity fit_quantities[] = {
    {"ReZ_Ohm", IMPEDANCE, 0, 0.0, real_impedance, one, false},
    {"ImZ_Ohm", IMPEDANCE, 1, 0.0, imaginary_impedance, one, false},
    {"absZ_Ohm", POLAR, 0, 0.0, modulus, one, true},
    {"phase_deg", POLAR, 1, 360.0, phase, per_radian, false},
    {"ReY_S", ADMITTANCE, 0, 0.0, conductance, one, false},
    {"ImY_S", ADMITTANCE, 1, 0.0, susceptance, one, false},
    {"C_F", ADMITTANCE, 1, 0.0, capacitance, per_pulsation, false},
};
const int fit_quantities_count = sizeof fit_quantities / sizeof *fit_quantities;
