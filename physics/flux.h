/* Scharfetter-Gummel flux of one species along one edge, for every statistics. */
#ifndef HALIDRIFT_PHYSICS_FLUX_H
#define HALIDRIFT_PHYSICS_FLUX_H

/** Bernoulli function B(x) = x / (e^x - 1) and its derivative. */
struct bernoulli {
  double forward;    /* B(x) */
  double backward;   /* B(-x) = B(x) + x */
  double d_forward;  /* B'(x) */
  double d_backward; /* d B(-x)/dx = B'(x) + 1, with all digits where B' is near -1 */
};

struct bernoulli flux_bernoulli(double x);

/** Flux k -> l divided by D measure, m^-3, and its partials. */
struct flux_value {
  double F;
  double d_ck, d_cl; /* by the densities */
  double d_fk, d_fl; /* by the free-site fractions, m^-3 */
  double d_dv;       /* by the difference of the excess potential, m^-3 */
};

/** Lattice gas or ideal gas: c_k f_l B(dv) - c_l f_k B(-dv). */
struct flux_value flux_scharfetter_gummel(double c_k, double c_l, double f_k, double f_l,
                                          double dv);

/** The same for a lattice gas with mobility D theta: over the mean of f. */
struct flux_value flux_crowded(double c_k, double c_l, double f_k, double f_l, double dv);

/** The same with f = 1 when the difference dmu of ln c + v is known without cancellation. */
struct flux_value flux_quasi_fermi(double c_k, double c_l, double dv, double dmu);

/** Sum of both one-way rates of a net rate j between two reservoirs, at a difference A of their
 * electrochemical potentials over kT: forward / backward = e^A, j coth(A / 2); slope: dj/dA. */
double flux_both_ways(double j, double A, double slope);

/** Field acceleration of hopping sinh(z)/z and its derivative by z. */
double flux_hop_acceleration(double z, double *d_z);

#endif
