/* Joule heat of a conductor against the relation of potential and temperature; see README.md. */
#include <math.h>
#include <stdio.h>
#include "tests/support/difference.h"
#include "tests/support/rig.h"

static const double q = 1.602176634e-19;
static const double mobility = 1e-2, donors = 1e25, kappa = 0.4, T_0 = 300; /* of the deck */
static const double voltage = 0.03;                                         /* V */

/** Largest |T - T_0 - sigma phi (V - phi) / (2 kappa)| over the nodes, in units of the largest
 * temperature rise of the law. */
static double distance(const struct rig *rig) {
  const struct device *device = rig_instance(rig)->device;
  double scale = q * mobility * donors / (2.0 * kappa), worst = 0.0;
  for (int k = 0; k < device->n_nodes; k++) {
    double phi = rig_unknown(rig, k, 1), T = rig_unknown(rig, k, device->model.heat);
    worst = fmax(worst, fabs(T - T_0 - scale * phi * (voltage - phi)));
  }
  return worst / (scale * voltage * voltage / 4.0);
}

static void check(const char *const *sets, double tolerance) {
  struct rig rig;
  rig_open(&rig, "validation/heat/case.cfg", sets);
  rig_equilibrium(&rig);
  rig_move(&rig, "V", voltage);
  rig_polish(&rig);
  double error = distance(&rig);
  printf("%s: %d nodes, %.2e of the largest rise\n", sets ? sets[0] : "case.cfg",
         rig_instance(&rig)->device->n_nodes, error);
  ck_assert_double_lt(error, tolerance);
  rig_close(&rig);
}

/** Heat that each edge gives to its ends in halves keeps the law on any mesh: what is left is the
 * charge where the level bends, 1e-6 of the electrons (case.cfg), a few times over. */
static const double NEUTRAL = 1e-5;

START_TEST(temperature_follows_potential) {
  check(NULL, NEUTRAL);
}
END_TEST

START_TEST(temperature_follows_potential_on_finer_meshes) {
  check((const char *const[]){"device.mesh.refine=2", NULL}, NEUTRAL);
}
END_TEST

/** One temperature behind a resistance: T - T_0 = R V I to rounding. */
START_TEST(lumped_temperature_is_resistance_times_power) {
  static const double R = 1e5; /* K/W */
  struct rig rig;
  rig_open(&rig, "validation/heat/case.cfg",
           (const char *const[]){"device.heat.model=lumped",
                                 "device.heat.thermal_resistance=1e5 K/W", NULL});
  rig_equilibrium(&rig);
  rig_move(&rig, "V", voltage);
  rig_polish(&rig);
  double rise = rig_unknown(&rig, 0, rig_instance(&rig)->device->model.heat) - T_0;
  double expected = R * voltage * rig_current(&rig, "disc");
  printf("lumped: %.6g K\n", rise);
  ck_assert_double_gt(rise, 0.1);
  ck_assert_double_eq_tol(rise / expected, 1.0, 1e-9); /* rounding of 300 K in the rise */
  rig_close(&rig);
}
END_TEST

int main(void) {
  return run_suite("heat",
                   (const TTest *const[]){temperature_follows_potential,
                                          temperature_follows_potential_on_finer_meshes,
                                          lumped_temperature_is_resistance_times_power, NULL});
}
