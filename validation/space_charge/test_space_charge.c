/* Current through an insulator that is filled by its contacts; see README.md. */
#include <gsl/gsl_sf_airy.h>
#include <math.h>
#include "tests/support/difference.h"
#include "tests/support/rig.h"

static const double q = 1.602176634e-19, k = 1.380649e-23, eps0 = 8.8541878128e-12;
static const double eps_r = 3.0, mu = 1e-4, L = 1e-6, T = 300.0;

START_TEST(low_voltage_current_is_that_of_diffused_charge) {
  struct table table;
  rig_run(&table, "validation/space_charge/case.cfg", NULL, "run");
  for (int i = 0; i < 3; i++) {
    double V = 1e-4 * (1 << i);
    size_t row = table_find(&table, "low", "V(anode)_V", V);
    double exact = 4.0 * acos(-1.0) * acos(-1.0) * k * T / q * eps_r * eps0 * mu * V / (L * L * L);
    double error = table_at(&table, row, "I(anode)_A") / exact - 1.0;
    printf("%g V: difference %.2e\n", V, error);
    ck_assert_double_le(fabs(error), 2.5e-3); /* half of what the default mesh promises */
  }
  table_free(&table);
}
END_TEST

/* ---- the exact current-voltage curve between endless reservoirs ---- */

/** w(z) = Ai(z) - Bi(z) Ai(z_1) / Bi(z_1): zero at z_1; slope out. */
static double wave(double z, double ratio, double *slope) {
  *slope =
      gsl_sf_airy_Ai_deriv(z, GSL_PREC_DOUBLE) - ratio * gsl_sf_airy_Bi_deriv(z, GSL_PREC_DOUBLE);
  return gsl_sf_airy_Ai(z, GSL_PREC_DOUBLE) - ratio * gsl_sf_airy_Bi(z, GSL_PREC_DOUBLE);
}

/** Voltage over V_T and current over eps mu V_T^2 / L^3 of the profile that ends at z_1 > 0. */
static double exact(double z_1, double *current) {
  double power = 2.0 / 3.0 * z_1 * sqrt(z_1);
  double Bi = gsl_sf_airy_Bi_scaled(z_1, GSL_PREC_DOUBLE);
  double ratio = exp(-2.0 * power) * gsl_sf_airy_Ai_scaled(z_1, GSL_PREC_DOUBLE) / Bi;
  double high = 0.0, low, slope;
  for (low = high - 0.05; wave(low, ratio, &slope) > 0.0; low -= 0.05)
    high = low;
  while (high - low > 1e-14 * fabs(low)) { /* first zero below z_1 */
    double middle = 0.5 * (low + high);
    if (middle == low || middle == high)
      break;
    if (wave(middle, ratio, &slope) > 0.0)
      high = middle;
    else
      low = middle;
  }
  wave(high, ratio, &slope);
  *current = 2.0 * pow(z_1 - high, 3.0);
  return 2.0 * (log(acos(-1.0) * fabs(slope) * Bi) + power);
}

/** Current density at a voltage. */
static double exact_current(double V) {
  double V_T = k * T / q, low = 0.1, high = 1e4, current;
  for (int i = 0; i < 200; i++) {
    double middle = 0.5 * (low + high);
    if (exact(middle, &current) < V / V_T)
      low = middle;
    else
      high = middle;
  }
  exact(low, &current);
  return current * eps_r * eps0 * mu * V_T * V_T / (L * L * L);
}

START_TEST(current_is_exact_between_the_limits) {
  static const double voltages[] = {0.5, 1.0, 3.0, 12.5, 25.0, 50.0, 100.0};
  struct table table;
  rig_run(&table, "validation/space_charge/case.cfg",
          (const char *const[]){"device.mesh.refine=8", NULL}, "run");
  for (size_t i = 0; i < sizeof voltages / sizeof *voltages; i++) {
    double V = voltages[i];
    size_t row = table_find(&table, "high", "V(anode)_V", V);
    double mott_gurney = 9.0 / 8.0 * eps_r * eps0 * mu * V * V / (L * L * L);
    double J = table_at(&table, row, "I(anode)_A");
    printf("%g V: difference %.2e; J over Mott and Gurney's %.4f, exactly %.4f\n", V,
           J / exact_current(V) - 1.0, J / mott_gurney, exact_current(V) / mott_gurney);
    ck_assert_double_le(fabs(J / exact_current(V) - 1.0), 2e-3); /* mesh */
  }
  table_free(&table);
}
END_TEST

START_TEST(high_voltage_current_tends_to_mott_gurney) {
  /* Diffusion adds 3 x 2.338 (4 V_T / 3 V)^(2/3), and more of higher order: 17 % at 12.5 V. */
  double V_T = k * T / q, last = 1.0;
  for (double V = 100.0; V < 2000.0; V *= 2.0) {
    double leading = 3.0 * 2.33810741 * pow(4.0 * V_T / (3.0 * V), 2.0 / 3.0);
    double excess = exact_current(V) / (9.0 / 8.0 * eps_r * eps0 * mu * V * V / (L * L * L)) - 1.0;
    ck_assert_double_lt(fabs(excess / leading - 1.0), 0.1);
    ck_assert_double_lt(excess, last);
    last = excess;
  }
}
END_TEST

int main(void) {
  return run_suite("space_charge",
                   (const TTest *const[]){low_voltage_current_is_that_of_diffused_charge,
                                          current_is_exact_between_the_limits,
                                          high_voltage_current_tends_to_mott_gurney, NULL});
}
