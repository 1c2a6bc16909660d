#include "physics/front.h"

#include <gsl/gsl_integration.h>
#include <math.h>
#include "tests/support/difference.h"

static const double shares[] = {1e-9, 1e-3, 0.03, 0.2, 0.5, 0.7, 0.97, 1.0 - 1e-6};
static const double rises[] = {1e-3, 0.1, 0.2236, 0.2237, 0.7, 3.0, 15.0, 40.0};
enum { SHARES = sizeof shares / sizeof *shares, RISES = sizeof rises / sizeof *rises };

static double occupation(double energy, void *level) {
  return 1.0 / (1.0 + exp(energy - *(double *)level));
}

/* The excess is defined by the mean of the lattice gas over a linear energy: integrate it. */
START_TEST(share_is_the_mean_over_the_volume) {
  gsl_integration_workspace *workspace = gsl_integration_workspace_alloc(1000);
  for (int i = 0; i < SHARES; i++)
    for (int k = 0; k < RISES; k++) {
      double x = shares[i], a = rises[k], mean, error;
      double level = log(x) - log1p(-x) + front_excess(x, a * a).G;
      gsl_function f = {occupation, &level};
      double points[] = {-a, fmin(fmax(level, -a), a), a};
      gsl_integration_qagp(&f, points, 3, 0.0, 1e-12, 1000, workspace, &mean, &error);
      ck_assert_msg(fabs(mean / (2.0 * a) / x - 1.0) < 1e-9, "x = %g, a = %g: mean %.12g", x, a,
                    mean / (2.0 * a));
    }
  gsl_integration_workspace_free(workspace);
}
END_TEST

START_TEST(no_excess_without_a_rise) {
  for (int i = 0; i < SHARES; i++)
    ck_assert_double_eq(front_excess(shares[i], 0.0).G, 0.0);
}
END_TEST

static double by_share(double x, const void *a2) {
  return front_excess(x, *(const double *)a2).G;
}

static double by_rise(double a2, const void *x) {
  return front_excess(*(const double *)x, a2).G;
}

/* Shares a little outside 0 to 1 too: a time step may leave them there. */
START_TEST(partials_are_exact) {
  static const double more[] = {-0.01, 0.0, 1e-3, 0.2, 0.5, 0.97, 1.0, 1.02};
  for (int i = 0; i < SHARES; i++)
    for (int k = 0; k < RISES; k++) {
      double x = more[i], a2 = rises[k] * rises[k];
      struct front_value value = front_excess(x, a2);
      assert_slope(by_share, x, 1e-3 / (1.0 + rises[k]), &a2, value.d_x, fmax(1.0, rises[k]),
                   "share");
      assert_slope(by_rise, a2, 3e-3 * a2, &x, value.d_a2, 1.0 / (1.0 + rises[k]), "rise");
    }
}
END_TEST

int main(void) {
  return run_suite("front",
                   (const TTest *const[]){share_is_the_mean_over_the_volume,
                                          no_excess_without_a_rise, partials_are_exact, NULL});
}
