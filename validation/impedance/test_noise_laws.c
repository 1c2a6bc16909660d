/* Noise away from equilibrium: shot noise of a diode, in the dark and under light; README.md. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include "tests/support/difference.h"
#include "tests/support/rig.h"

#define HERE "validation/impedance/"

/** The constants of the deck. */
static const double q = 1.60219177e-19, k_B = 1.38062259e-23, T = 300.15;
/** V: biases on both sides; qV/kT from -19 to 19. */
static const double biases[] = {-0.5, -0.02, 0.02, 0.1, 0.3, 0.5};

/** Current and current noise of the diode at one bias; more: a further setting. */
static double run_diode(double bias, const char *more, double *S) {
  char drive[128];
  struct table table;
  snprintf(drive, sizeof drive, "experiments[0].drive[0].waveform.value=%.17g", bias);
  const char *const sets[] = {drive, "materials[0].electron_lifetime=1.0",
                              "materials[0].hole_lifetime=1.0", more, NULL};
  rig_run(&table, HERE "shot.cfg", sets, "out");
  double I = table_at(&table, table.n_rows - 1, "I(anode)_A");
  table_free(&table);
  rig_table(&table, "out", "noise.csv");
  *S = table_at(&table, 0, "S_I_A2/Hz");
  table_free(&table);
  return I;
}

START_TEST(diode_has_full_shot_noise_of_both_currents) {
  /* I = I_f - I_s, and both are shot noise: S = 2 q (I_f + I_s) = 2 q I coth(q V / 2 k T). The part
   * of recombination, 2 um against diffusion lengths of centimetres, is 1e-5. */
  const double tolerance = 1e-5;
  for (size_t i = 0; i < sizeof biases / sizeof *biases; i++) {
    double S, I = run_diode(biases[i], NULL, &S);
    double law = 2.0 * q * I / tanh(0.5 * q * biases[i] / (k_B * T));
    printf("%g V: %.6g A, S / law - 1 = %.1e\n", biases[i], I, S / law - 1.0);
    ck_assert_double_eq_tol(S / law, 1.0, tolerance);
  }
}
END_TEST

START_TEST(photocurrent_has_full_shot_noise) {
  const double tolerance = 1e-5;
  double S, I = run_diode(-0.5, "device.generation={type=\"uniform\";rate=\"1e20 cm^-3/s\";}", &S);
  printf("light: %.6g A, S / 2 q I - 1 = %.1e\n", I, S / (2.0 * q * fabs(I)) - 1.0);
  ck_assert_double_lt(I, -1e-6);
  ck_assert_double_eq_tol(S / (2.0 * q * fabs(I)), 1.0, tolerance);
}
END_TEST

int main(void) {
  const TTest *const tests[] = {diode_has_full_shot_noise_of_both_currents,
                                photocurrent_has_full_shot_noise, NULL};
  return run_suite("noise_laws", tests);
}
