/* A disc contact on a cylinder against the exact resistance; see README.md. */
#include <gsl/gsl_linalg.h>
#include <gsl/gsl_sf_bessel.h>
#include <math.h>
#include <stdio.h>
#include "tests/support/difference.h"
#include "tests/support/rig.h"

static const double PI = 3.14159265358979323846, q = 1.602176634e-19;
static const double mobility = 1e-2, donors = 1e21; /* m^2/Vs, m^-3: those of the deck */
static const double HIGH = 4.0;     /* in radii: a long cylinder, tanh(3.83 HIGH) = 1 - 1e-13 */
static const double disc = 0.25e-6; /* m: radius a */

/* ---- the exact resistance ---- */

enum { TERMS = 6, MODES = 20000 }; /* 1e-8 at a/b >= 0.1 */

/** Transform of the current density (1 - r^2/a^2)^(k - 1/2) of a disc, over a^2 (Sonine):
 * 2^(k - 1/2) Gamma(k + 1/2) J_(k+1/2)(x) / x^(k+1/2), written with spherical Bessel functions
 * j_k(x) = sqrt(pi / 2x) J_(k+1/2)(x). */
static double transform(int k, double x) {
  double scale = pow(2.0, k - 0.5) * tgamma(k + 0.5) * sqrt(2.0 / PI);
  if (x < 1e-3) /* j_k(x) / x^k -> 1 / (2k + 1)!! */
    return scale * sqrt(PI) / (pow(2.0, k + 1.0) * tgamma(k + 1.5)) *
           (1.0 - x * x / (4.0 * k + 6.0));
  return scale * gsl_sf_bessel_jl(k, x) / pow(x, k);
}

/**
 * Resistance times 4 a / rho of an equipotential disc of radius a on a cylinder of radius a/ratio
 * and height `height` a/ratio, with the whole back as the other contact and insulated walls.
 * The potential is a sum over J_0(l_n r), J_1(l_n b) = 0; the current density of the disc is
 * expanded in (1 - r^2/a^2)^(k - 1/2), and the potential tested with the same functions, so the
 * error falls exponentially with TERMS. What the modes beyond MODES add is taken with sin^2 = 1/2.
 */
static double exact(double ratio, double height) {
  gsl_matrix *G = gsl_matrix_calloc(TERMS, TERMS);
  gsl_vector *one = gsl_vector_alloc(TERMS), *c = gsl_vector_alloc(TERMS);
  double t[TERMS], x = 0.0;
  for (int n = 0; n <= MODES; n++) { /* lengths in b, rho = 1 */
    double l = n == 0 ? 0.0 : gsl_sf_bessel_zero_J1((unsigned)n);
    double J0 = n == 0 ? 1.0 : gsl_sf_bessel_J0(l);
    double mode = 2.0 / (J0 * J0) * (n == 0 ? height : tanh(l * height) / l);
    x = l * ratio;
    for (int k = 0; k < TERMS; k++)
      t[k] = ratio * ratio * transform(k, x);
    for (int k = 0; k < TERMS; k++)
      for (int m = 0; m < TERMS; m++)
        *gsl_matrix_ptr(G, (size_t)k, (size_t)m) += mode * t[k] * t[m];
  }
  /* beyond: J_0^2 = 2 / (pi l), t_0 = ratio^2 sin(x) / x, one zero every pi */
  *gsl_matrix_ptr(G, 0, 0) += 0.5 * pow(ratio, 3) / x;
  for (int k = 0; k < TERMS; k++)
    gsl_vector_set(one, (size_t)k, ratio * ratio * transform(k, 0.0));
  gsl_linalg_HH_solve(G, one, c);
  double current = 0.0;
  for (int k = 0; k < TERMS; k++)
    current += 2.0 * PI * gsl_vector_get(c, (size_t)k) * ratio * ratio * transform(k, 0.0);
  gsl_matrix_free(G);
  gsl_vector_free(one);
  gsl_vector_free(c);
  return 4.0 * ratio / current;
}

/** Error of the resistance that the device has on a mesh. */
static double error(const char *const *sets, double expected) {
  struct table table;
  rig_run(&table, "validation/spreading_resistance/case.cfg", sets, "run");
  double resistance[2];
  for (size_t i = 0; i < 2; i++)
    resistance[i] = table_at(&table, i, "V(disc)_V") / table_at(&table, i, "I(disc)_A");
  /* Even density: Ohm's law at 1 mV and at 1 V, to the digits of the file. */
  ck_assert_double_eq_tol(resistance[1] / resistance[0], 1.0, 1e-8);
  table_free(&table);
  return resistance[0] * 4.0 * disc * q * mobility * donors / expected - 1.0;
}

START_TEST(exact_resistance_has_roess_series) {
  for (double e = 0.0125; e < 0.09; e *= 2.0) {
    double series = 1.0 - 1.40925 * e + 0.29591 * pow(e, 3) + 0.05254 * pow(e, 5);
    double constriction = exact(e, HIGH) - 4.0 * e * HIGH / PI;
    printf("a/b = %g: %.7f, series %.7f\n", e, constriction, series);
    ck_assert_double_eq_tol(constriction, series, 1e-5); /* its digits; the modes beyond MODES */
  }
}
END_TEST

START_TEST(uniform_mesh_converges_at_order_one) {
  static const char *const sets[][3] = {
      {"device.mesh.intervals=16", "device.mesh.width_intervals=16", NULL},
      {"device.mesh.intervals=32", "device.mesh.width_intervals=32", NULL},
      {"device.mesh.intervals=64", "device.mesh.width_intervals=64", NULL}};
  double expected = exact(0.25, 1.0), last = NAN;
  for (int i = 0; i < 3; i++) {
    double now = error(sets[i], expected), order = log2(last / now);
    printf("%s: error %+.3e, order %.2f\n", sets[i][0], now, order);
    if (i > 0)
      ck_assert_double_eq_tol(order, 1.0, 0.06); /* next term of the edge: h^(3/2), h^2 */
    last = now;
  }
  ck_assert_double_lt(fabs(last), 0.03);
}
END_TEST

START_TEST(graded_mesh_converges_at_order_two) {
  /* All intervals in half: a quarter of the spacing at the edge, the root of the growth. */
  static const char *const edge[] = {
      "device.contacts.disc.spacing=\"16 nm\"", "device.contacts.disc.spacing=\"4 nm\"",
      "device.contacts.disc.spacing=\"1 nm\"", "device.contacts.disc.spacing=\"0.25 nm\""};
  static const char *const growth[] = {"device.mesh.growth=1.96", "device.mesh.growth=1.4",
                                       "device.mesh.growth=1.183216",
                                       "device.mesh.growth=1.087757"};
  double expected = exact(0.25, 1.0), last = NAN;
  for (int i = 0; i < 4; i++) {
    const char *const sets[] = {edge[i],
                                growth[i],
                                "device.layers[0].spacing=\"1 um\"",
                                "device.layers[0].spacing_end=\"1 um\"",
                                "device.mesh.width_spacing=\"1 um\"",
                                "device.mesh.width_spacing_end=\"1 um\"",
                                NULL};
    double now = error(sets, expected), order = log2(last / now);
    printf("%s: error %+.3e, order %.2f\n", edge[i], now, order);
    if (i > 0)
      ck_assert_double_eq_tol(order, 2.0, 0.12); /* whole intervals; the coarsest has 77 nodes */
    last = now;
  }
  ck_assert_double_lt(fabs(last), 1e-3);
}
END_TEST

START_TEST(automatic_mesh_knows_the_edge) {
  /* solver/mesh_surface.c; halving all intervals is order 2 */
  static const char *const none[] = {NULL}, *const half[] = {"device.mesh.refine=2", NULL};
  double expected = exact(0.25, 1.0), once = error(none, expected), twice = error(half, expected);
  printf("automatic mesh: error %+.3e, refine = 2 %+.3e\n", once, twice);
  ck_assert_double_lt(fabs(once), 8e-3);
  ck_assert_double_lt(fabs(twice), 2e-3);
}
END_TEST

int main(void) {
  return run_suite("spreading_resistance",
                   (const TTest *const[]){
                       exact_resistance_has_roess_series, uniform_mesh_converges_at_order_one,
                       graded_mesh_converges_at_order_two, automatic_mesh_knows_the_edge, NULL});
}
