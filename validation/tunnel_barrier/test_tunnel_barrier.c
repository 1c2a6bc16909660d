/* Tunnelling through a triangular barrier against quadrature; see README.md. */
#include <gsl/gsl_integration.h>
#include <math.h>
#include "tests/support/difference.h"
#include "tests/support/rig.h"

static const double q = 1.602176634e-19, k = 1.380649e-23, m0 = 9.1093837015e-31;
static const double hbar = 1.054571817e-34, T = 300.0, A = 24e4, mass = 0.2, barrier = 0.7;
static const double L = 10e-9;

static double softplus(double x) {
  return x > 0.0 ? x + log1p(exp(-x)) : log1p(exp(x));
}

/** Supply times WKB transmission of the triangle, per V_T of energy below its top. */
static double spectrum(double drop, void *pointer) {
  double field = *(double *)pointer, V_T = k * T / q, x = drop * V_T / field;
  double action = 4.0 / 3.0 * sqrt(2.0 * mass * m0 * q * drop * V_T) / hbar * x;
  return exp(-action) * softplus(drop - barrier / V_T);
}

/** A T^2 [emission over the top + integral over the energies below it]. */
static double exact(double V) {
  double field = V / L, V_T = k * T / q, below, estimate;
  gsl_integration_workspace *work = gsl_integration_workspace_alloc(1000);
  gsl_function f = {spectrum, &field};
  gsl_integration_qag(&f, 0.0, V / V_T, 0.0, 1e-10, 1000, GSL_INTEG_GAUSS31, work, &below,
                      &estimate);
  gsl_integration_workspace_free(work);
  return A * T * T * (softplus(-barrier / V_T) + below);
}

enum { LEVELS = 4 };
static const double voltages[] = {0.5, 1.0, 2.0};

START_TEST(current_is_the_transmission_integral) {
  double error[LEVELS], V = voltages[_i];
  for (int level = 0; level < LEVELS; level++) {
    struct rig rig;
    char intervals[64];
    snprintf(intervals, sizeof intervals, "device.mesh.intervals=%d", 200 << level);
    rig_open(&rig, "validation/tunnel_barrier/case.cfg", (const char *const[]){intervals, NULL});
    rig_equilibrium(&rig);
    rig_move(&rig, "V", V);
    error[level] = rig_current(&rig, "anode") / exact(V) - 1.0;
    printf("%g V, %d intervals: %.6g A/m^2, difference %.3e\n", V, 200 << level, exact(V),
           error[level]);
    rig_close(&rig);
  }
  /* The sum over the nodes is a midpoint rule over the energies; what is left is the rounded corner
   * at the top, 1e-3 V_T wide, and the electrons on their way. */
  for (int level = 0; level < LEVELS; level++)
    ck_assert_double_le(fabs(error[level]), 2e-5);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("tunnel_barrier");
  TCase *tcase = tcase_create("tunnel_barrier");
  tcase_add_loop_test(tcase, current_is_the_transmission_integral, 0, 3);
  suite_add_tcase(suite, tcase);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}
