/* Thermal resistance of a filament between metals against its series; see README.md. */
#include <gsl/gsl_sf_bessel.h>
#include <math.h>
#include <stdio.h>
#include "solver/temperature.h"
#include "solver/transient.h"
#include "tests/support/difference.h"
#include "tests/support/rig.h"

static const char deck[] = "validation/heat/filament.cfg";

/* of the deck */
static const double pi = 3.14159265358979323846, T_0 = 300;
static const double kappa = 0.4, radius = 3e-9, length = 30e-9, mantle = 60e-9;

static const double energy = 40e-12; /* J */

/**
 * (T_peak - T_0) / P of a cylinder that heats evenly in a film of the same kappa between sinks:
 *   sum over odd n of 4 sin(n pi / 2) / (n pi kappa k^2) [1 - k a (K_1(k a) + c I_1(k a))]
 *   over pi a^2 L, with k = n pi / L and c = K_1(k R) / I_1(k R), no heat through the mantle
 * Source  heat equation by separation: H(z) in sines of z, I_0 inside and K_0 + c I_0 outside
 */
static double exact_resistance(void) {
  enum { TERMS = 401 }; /* they fall as n^-3 and alternate: 1e-8 */
  double sum = 0;
  for (int n = 1; n < TERMS; n += 2) {
    double k = n * pi / length, ka = k * radius, kR = k * mantle;
    double c = kR < 300 ? gsl_sf_bessel_K1(kR) / gsl_sf_bessel_I1(kR) : 0; /* exp(-2 k R) */
    double loss = ka < 300 ? ka * (gsl_sf_bessel_K1(ka) + c * gsl_sf_bessel_I1(ka)) : 0;
    sum += 4 * sin(0.5 * n * pi) / (n * pi * kappa * k * k) * (1 - loss);
  }
  return sum / (pi * radius * radius * length);
}

static double power(const struct rig *rig, const double *y, double voltage) {
  const struct system_instance *at = rig_instance(rig);
  return voltage * y[at->current_base + rig_contact(rig, "anode")];
}

/** The program's: peak over power, at a small voltage. */
static double resistance(int refine) {
  static const double small = 0.05; /* V: 1 K */
  char mesh[2][64];
  struct rig rig;
  snprintf(mesh[0], sizeof mesh[0], "device.mesh.intervals=%d", 10 * refine);
  snprintf(mesh[1], sizeof mesh[1], "device.mesh.width_intervals=%d", 20 * refine);
  rig_open(&rig, deck, (const char *const[]){mesh[0], mesh[1], NULL});
  rig_equilibrium(&rig);
  rig_move(&rig, "V", small);
  rig_polish(&rig);
  double R = (temperature_peak(rig.system, 0, rig.y) - T_0) / power(&rig, rig.y, small);
  rig_close(&rig);
  return R;
}

START_TEST(resistance_converges_to_the_series_at_order_two) {
  double exact = exact_resistance(), error[3];
  for (int i = 0; i < 3; i++) {
    double R = resistance(1 << i);
    error[i] = R / exact - 1.0;
    printf("R = %.5g K/W, exact %.5g, error %+.2e\n", R, exact, error[i]);
  }
  double order = log2(error[1] / error[2]), best = (4.0 * error[2] - error[1]) / 3.0;
  printf("order %.3f, Richardson %+.1e\n", order, best);
  ck_assert_double_eq_tol(order, 2.0, 0.1); /* terms in h^4 */
  ck_assert_double_lt(fabs(best), 2e-4);    /* h^4: 2e-2 of the error of the finer mesh */
}
END_TEST

/** 40 pJ at an even power. The film is steady after 10 ns, so only power counts: 1 K over 1 ms,
 * 1000 K over 1 us. */
static double rise_after(double duration) {
  static const double step = 1e-12; /* s: rise of the voltage */
  struct rig rig;
  struct hd_error err = {0};
  struct transient *transient = NULL;
  const struct transient_watch watch = {.source = -1};
  rig_open(&rig, deck, (const char *const[]){"solver.rtol=1e-5", NULL});
  rig_equilibrium(&rig);
  double conductance = 1.5108e-5; /* S: q mu N_D pi a^2 / L */
  double voltage = sqrt(energy / duration / conductance), rise[3] = {0}, P = 0;
  rig.system->elements[rig_element(&rig, "V")].waveform =
      (struct waveform){.kind = WAVEFORM_RAMP, .high = voltage, .rise = step};
  const double stops[] = {step, 1e-8, duration};
  ck_assert_int_eq(transient_create(&transient, rig.system, false, &watch, rig.y, &err), HD_OK);
  for (int i = 0; i < 3; i++) {
    enum transient_event event = TRANSIENT_STEP;
    ck_assert_int_eq(transient_begin(transient, stops[i], &err), HD_OK);
    while (event != TRANSIENT_STOP) {
      enum hd_status status = transient_advance(transient, &event, &err);
      ck_assert_msg(status == HD_OK, "%s", err.text);
    }
    rise[i] = temperature_peak(rig.system, 0, transient_state(transient)) - T_0;
    P = power(&rig, transient_state(transient), voltage);
  }
  printf("%.0e s: %.4g pJ, rise after 10 ns %.6g K, at the end %.6g K\n", duration,
         1e12 * P * duration, rise[1], rise[2]);
  ck_assert_double_eq_tol(P * duration / energy, 1.0, 0.01); /* the level expands: 0.2 % */
  ck_assert_double_eq_tol(rise[1] / rise[2], 1.0, 5e-3);     /* rtol 1e-5 of T_0 in a rise of 1 K */
  ck_assert_double_eq_tol(rise[2] / (P * exact_resistance()), 1.0, 0.02); /* the mesh: 1 % */
  transient_free(&transient);
  rig_close(&rig);
  return rise[2];
}

START_TEST(forty_picojoule_heat_by_one_kelvin_or_by_a_thousand) {
  ck_assert_double_eq_tol(rise_after(1e-3), 1.08, 0.02);
  ck_assert_double_eq_tol(rise_after(1e-6), 1080, 20);
}
END_TEST

int main(void) {
  return run_suite("resistance", (const TTest *const[]){
                                     resistance_converges_to_the_series_at_order_two,
                                     forty_picojoule_heat_by_one_kelvin_or_by_a_thousand, NULL});
}
