/* Thermionic emission, and emission with diffusion in series; see README.md. */
#include <math.h>
#include "tests/support/difference.h"
#include "tests/support/rig.h"

#define HERE "validation/schottky/"
static const double q = 1.602176634e-19, k = 1.380649e-23, T = 300.0;
static const double A = 112e4, barrier = 0.6;

static double richardson(double V) {
  double V_T = k * T / q;
  return A * T * T * exp(-barrier / V_T) * expm1(V / V_T);
}

START_TEST(fast_carriers_follow_richardson) {
  static const double V[] = {-1.0, -0.5, -0.1, 0.05, 0.1, 0.15, 0.2, 0.25};
  struct table table;
  rig_run(&table, HERE "case.cfg", NULL, "run");
  for (size_t i = 0; i < sizeof V / sizeof *V; i++) {
    size_t row = table_find(&table, "iv", "V(metal)_V", V[i]);
    double error = table_at(&table, row, "I(metal)_A") / richardson(V[i]) - 1.0;
    printf("%g V: difference %.2e\n", V[i], error);
    /* v_R over the diffusion velocity mu E of the barrier (E from 1e6 V/m on): 3e4 / 1e10. */
    ck_assert_double_le(fabs(error), 3e-6);
  }
  table_free(&table);
}
END_TEST

/** 1 + v_R / v_D with v_D^-1 = int exp(-(psi - psi_0) / V_T) dx / (mu V_T), psi linear between
 * nodes as the Scharfetter-Gummel flux takes it. */
static double series(const struct rig *rig) {
  const struct device *device = rig_instance(rig)->device;
  double V_T = device->model.V_T, mu = device->model.regions[0].material->mu_n, sum = 0.0;
  for (int i = 1; i < device->n_nodes; i++) {
    double a = (rig_unknown(rig, i - 1, 0) - rig_unknown(rig, 0, 0)) / V_T;
    double d = (rig_unknown(rig, i, 0) - rig_unknown(rig, i - 1, 0)) / V_T;
    double h = device->mesh->x[i][0] - device->mesh->x[i - 1][0];
    sum += h * exp(-a) * (fabs(d) > 1e-9 ? -expm1(-d) / d : 1.0 - 0.5 * d);
  }
  return 1.0 + device->faces[0].velocity * sum / (mu * V_T);
}

START_TEST(slow_carriers_follow_emission_and_diffusion) {
  /* Exact for one carrier without recombination, whatever the mesh. */
  struct rig rig;
  rig_open(&rig, HERE "case.cfg",
           (const char *const[]){"materials[0].electron_mobility=\"3e-3 m^2/V/s\"", NULL});
  rig_equilibrium(&rig);
  for (int i = 1; i <= 4; i++) {
    double V = i == 4 ? -0.5 : 0.05 * i;
    rig_move(&rig, "V", V);
    rig_polish(&rig);
    double expected = richardson(V) / series(&rig);
    ck_assert_double_gt(series(&rig), 1.5); /* diffusion matters */
    double error = rig_current(&rig, "metal") / expected - 1.0;
    printf("%g V: series %g, difference %.2e\n", V, series(&rig), error);
    ck_assert_double_le(fabs(error), 1e-9); /* rounding of exponents of up to 40 */
  }
  rig_close(&rig);
}
END_TEST

int main(void) {
  return run_suite("schottky",
                   (const TTest *const[]){fast_carriers_follow_richardson,
                                          slow_carriers_follow_emission_and_diffusion, NULL});
}
