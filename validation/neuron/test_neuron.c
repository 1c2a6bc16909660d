/* The shipped neuron: the same pulses fire on every mesh and at every tolerance; the energies of a
 * spike add up; see README.md.
 * ctest: long
 * ctest: timeout=600 */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include "validation/neuron/neuron.h"

/** Energies on the automatic mesh and on half its spacing, and at two tolerances. */
static const double energy_tolerance = 0.01;
/** The shipped energies are rounded, and on 80 intervals or with 100 pF up to 2.6 % away. */
static const double shipped_tolerance = 0.03;

START_TEST(pattern_is_converged) {
  static const char *const fine[] = {"device.mesh.refine=2", NULL};
  static const char *const strict[] = {"solver.rtol=1e-4", NULL};
  const char *const *const variants[] = {fine, strict};
  struct spiking base, other;
  neuron_run(&base, NEURON, NULL);
  ck_assert_uint_eq(base.n, 14);
  for (size_t i = 0; i < base.n; i++)
    ck_assert_int_eq(base.spike[i].pulse, 4 + 2 * (int)i);
  for (size_t v = 0; v < 2; v++) {
    double worst = 0.0;
    neuron_run(&other, NEURON, variants[v]);
    ck_assert_uint_eq(other.n, base.n);
    for (size_t i = 0; i < base.n; i++) {
      ck_assert_int_eq(other.spike[i].pulse, base.spike[i].pulse);
      worst = fmax(worst, fabs(other.spike[i].E_source / base.spike[i].E_source - 1.0));
    }
    printf("%s: energies differ by %.2f %%\n", variants[v][0], 100.0 * worst);
    ck_assert_double_lt(worst, energy_tolerance);
    neuron_free(&other);
  }
  neuron_free(&base);
}
END_TEST

START_TEST(spikes_have_the_shipped_energies) {
  /* pJ; the input promises spikes of 15 to 30 pJ, and up to 60 pJ with 100 pF. */
  static const struct {
    const char *path;
    double first, low, high;
  } cases[] = {{NEURON, 29.1, 15, 30}, {"inputs/devices/neuron_100pF.cfg", 59.9, 27, 61}};
  for (size_t c = 0; c < 2; c++) {
    struct spiking run;
    neuron_run(&run, cases[c].path, NULL);
    ck_assert_double_eq_tol(run.spike[0].E_source, cases[c].first * 1e-12,
                            shipped_tolerance * 6e-11);
    for (size_t i = 0; i < run.n; i++) {
      ck_assert_double_gt(run.spike[i].E_source, cases[c].low * 1e-12);
      ck_assert_double_lt(run.spike[i].E_source, cases[c].high * 1e-12);
      ck_assert_double_gt(run.spike[i].peak, 0.0);
    }
    neuron_free(&run);
  }
}
END_TEST

/* E_source = E_device + heat of Rs and Rl + change of C V_X^2 / 2 over each spike window; the heat
 * is the trapezoidal sum over the rows of terminals.csv. */
START_TEST(energies_add_up) {
  static const double tolerance = 0.01;
  struct spiking run;
  double worst = 0.0;
  neuron_run(&run, NEURON, NULL);
  for (size_t i = 0; i < run.n; i++) {
    const struct spike_row *spike = &run.spike[i];
    double heat = neuron_heat(&run, spike->window_start, spike->window_end);
    double missing = spike->E_source - spike->E_device - spike->E_stored - heat;
    worst = fmax(worst, fabs(missing / spike->E_source));
  }
  printf("energies add up to %.2f %%\n", 100.0 * worst);
  ck_assert_double_lt(worst, tolerance);
  neuron_free(&run);
}
END_TEST

/* The reset: after each spike the voltage of the membrane falls by the leak to the one that the
 * next spike starts from; between spikes the device passes nothing that counts. */
START_TEST(membrane_leaks_through_the_resistor_only) {
  struct spiking run;
  neuron_run(&run, NEURON, NULL);
  const double R_l = 30e6, C = 60e-12, tau = R_l * C;
  size_t V = table_column(&run.table, "V(x)_V");
  for (size_t i = 0; i + 1 < run.n; i++) {
    double from = run.spike[i].window_end - 0.4e-3, to = from + 0.35e-3;
    double before = neuron_at(&run, V, from), after = neuron_at(&run, V, to);
    /* The rows' own spacing; the device's reverse current is below 1e-3 of the leak. */
    ck_assert_double_eq_tol(after / before, exp(-(to - from) / tau), 2e-3);
  }
  neuron_free(&run);
}
END_TEST

int main(void) {
  const TTest *const tests[] = {pattern_is_converged, spikes_have_the_shipped_energies,
                                energies_add_up, membrane_leaks_through_the_resistor_only, NULL};
  return neuron_suite("neuron", tests);
}
