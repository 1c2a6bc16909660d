#include "physics/flux.h"

#include <math.h>

/** Below this |x| the series is exact to rounding: the next terms are x^8/1209600. */
static const double SERIES_LIMIT = 0.02;

/**
 * Bernoulli function with both signs of its argument and the derivative.
 *   B(x) = x / (e^x - 1),  B'(x) = B(x) (1 - B(-x)) / x,  d B(-x)/dx = B(-x) (1 - B(x)) / x
 * Finite for every x; relative error about 1e-15, and 1e-13 for the derivative.
 */
struct bernoulli flux_bernoulli(double x) {
  struct bernoulli b;
  double x2 = x * x;
  if (fabs(x) < SERIES_LIMIT) {
    b.forward = 1.0 - 0.5 * x + x2 * (1.0 / 12.0 - x2 * (1.0 / 720.0 - x2 / 30240.0));
    b.d_forward = -0.5 + x * (1.0 / 6.0 - x2 * (1.0 / 180.0 - x2 / 5040.0));
    b.backward = b.forward + x;
    b.d_backward = b.d_forward + 1.0;
    return b;
  }
  if (x > 0.0) {
    b.forward = x / expm1(x);
    b.backward = b.forward + x;
  } else {
    b.backward = -x / expm1(-x);
    b.forward = b.backward - x;
  }
  b.d_forward = b.forward * (1.0 - b.backward) / x;
  b.d_backward = x < 0.0 ? b.backward * (1.0 - b.forward) / x : b.d_forward + 1.0;
  return b;
}

/**
 * Scharfetter-Gummel flux of a lattice gas, divided by D times the edge measure.
 *   F = c_k f_l B(dv) - c_l f_k B(-dv)
 * zero exactly where ln(c/f) + v is equal at both ends. f = 1 - theta: hopping (mobility
 * D theta (1 - theta)); f = 1: ideal gas.
 * c_k, c_l  m^-3;  f  free-site fractions;  dv  v_l - v_k, excess potential over kT
 * Source    Scharfetter & Gummel 1969; docs/theory.md
 */
struct flux_value flux_scharfetter_gummel(double c_k, double c_l, double f_k, double f_l,
                                          double dv) {
  struct bernoulli b = flux_bernoulli(dv);
  return (struct flux_value){.F = c_k * f_l * b.forward - c_l * f_k * b.backward,
                             .d_ck = f_l * b.forward,
                             .d_cl = -f_k * b.backward,
                             .d_fk = -c_l * b.backward,
                             .d_fl = c_k * b.forward,
                             .d_dv = c_k * f_l * b.d_forward - c_l * f_k * b.d_backward};
}

/** Free-site fraction below which D / (1 - theta) no longer grows. Fractions are known to about the
 * tolerance of the time integration, 1e-5: with a bound near that, errors of theta become currents
 * many times the real one in full layers; where fewer sites are free, ions are in local equilibrium
 * anyway. At 1 - theta = 1 % the flux is 0.5 % smaller. */
static const double FREE_MIN = 1e-3;

/**
 * Flux of a lattice gas with mobility D theta (enhanced diffusion), divided by D times the edge
 * measure: that of hopping over the mean free-site fraction of the edge,
 *   F = [c_k f_l B(dv) - c_l f_k B(-dv)] / sqrt(m^2 + FREE_MIN^2),  m = (f_k + f_l) / 2.
 * Zero in the same equilibria. The usual -ln(1 - theta) inside v loses all digits, and then its
 * value, where the lattice fills up.
 * Source    Abdel, Vagner, Fuhrmann & Farrell 2021 for the law, doi:10.1016/j.electacta.2021.138696
 */
struct flux_value flux_crowded(double c_k, double c_l, double f_k, double f_l, double dv) {
  struct flux_value flux = flux_scharfetter_gummel(c_k, c_l, f_k, f_l, dv);
  double m = 0.5 * (f_k + f_l), per = 1.0 / sqrt(m * m + FREE_MIN * FREE_MIN);
  flux.F *= per;
  double by_f = -0.5 * flux.F * m * per * per;
  flux.d_ck *= per;
  flux.d_cl *= per;
  flux.d_fk = flux.d_fk * per + by_f;
  flux.d_fl = flux.d_fl * per + by_f;
  flux.d_dv *= per;
  return flux;
}

/**
 * Scharfetter-Gummel flux from the difference of the quasi-Fermi level.
 *   F = c_k B(dv) - c_l B(-dv) = -c_k B(dv) (e^dmu - 1) = c_l B(-dv) (e^-dmu - 1)
 * The factor with the exponent <= 0 is taken: no cancellation near equilibrium, no overflow far
 * away. dmu  mu_l - mu_k over kT, equal to ln(c_l/c_k) + dv
 */
struct flux_value flux_quasi_fermi(double c_k, double c_l, double dv, double dmu) {
  struct bernoulli b = flux_bernoulli(dv);
  double F = dmu <= 0.0 ? -c_k * b.forward * expm1(dmu) : c_l * b.backward * expm1(-dmu);
  return (struct flux_value){.F = F,
                             .d_ck = b.forward,
                             .d_cl = -b.backward,
                             .d_dv = c_k * b.d_forward - c_l * b.d_backward};
}

/**
 * Field acceleration of hopping over a barrier, sinh(z)/z with z = a E / (2 V_T).
 * d_z  out: derivative by z
 */
double flux_hop_acceleration(double z, double *d_z) {
  if (fabs(z) < 1e-2) {
    *d_z = z * (1.0 / 3.0 + z * z / 30.0);
    return 1.0 + z * z * (1.0 / 6.0 + z * z / 120.0);
  }
  double ratio = sinh(z) / z;
  *d_z = (cosh(z) - ratio) / z;
  return ratio;
}

/**
 * Sum of the forward and the backward rate, whose ratio is e^A (detailed balance).
 *   r_f + r_b = j coth(A / 2),  2 dj/dA where A is 0 to rounding
 * slope   dj/dA at one of the sides; only read near A = 0
 */
double flux_both_ways(double j, double A, double slope) {
  const double small = 1e-6; /* A is known to 1e-15: to 1e-9 there; the limit's error is A */
  return fabs(A) < small ? 2.0 * slope : j / tanh(0.5 * A);
}
