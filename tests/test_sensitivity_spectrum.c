#include <check.h>
#include <complex.h>
#undef I
#include <stdio.h>
#include "solver/config/variant.h"
#include "solver/experiment.h"
#include "tests/support/difference.h"
#include "tests/support/rig.h"

static const char deck[] = "tests/decks/spectrum.cfg";

static const char *const keys[] = {"device.species.vacancy.diffusion",
                                   "device.species.vacancy.density",
                                   "device.contacts.anode.barrier",
                                   "device.layers[0].thickness",
                                   "materials.film.permittivity",
                                   "materials.film.electron_mobility",
                                   "temperature",
                                   "circuit.R.value",
                                   "experiments.bias.drive[0].waveform.value"};
enum { KEYS = sizeof keys / sizeof *keys };

/** Step of the differences of whole runs; their error is h^4 / 30 times the fifth logarithmic
 * derivative, that of a barrier of 15 kT 15^5 h^4 / 30 = 4e-7, and the rounding of a spectrum
 * (1e-12 of |Y|) over h. */
static const double step = 2e-3;
/** Of the derivative, and of |Y|: what is lost when parts of Y cancel. */
static const double relative = 1e-5, noise = 1e-8;

/** Spectra at values of the parameters, with derivatives by the first n of them. */
static void run(struct spectrum_rows *rows, const struct plan *plan, const double *values,
                size_t n) {
  struct hd_error err = {0};
  struct variant_set set;
  struct run_spec spec;
  *rows = (struct spectrum_rows){0};
  ck_assert_int_eq(variant_set_create(&set, plan->config, n, keys, values, &err), HD_OK);
  ck_assert_int_eq(variant_read(plan->config, KEYS, keys, values, &spec, &err), HD_OK);
  const struct run_options options = {.level = PROGRESS_QUIET,
                                      .input_path = "",
                                      .hash = "",
                                      .n_parameters = n,
                                      .parameters = set.parameters,
                                      .parameter_step = variant_step,
                                      .admittances = rows};
  ck_assert_msg(experiment_run(&spec, &options, &err) == HD_OK, "%s", err.text);
  run_spec_free(&spec);
  variant_set_free(&set);
}

static double complex at(const struct spectrum_rows *rows, size_t i, size_t column) {
  return rows->Y[i * (1 + rows->n_parameters) + column];
}

/** dY/dln p of a parameter in every row from four runs, in `rows` of the first. */
static void differences(const struct plan *plan, const double *values, size_t p,
                        double complex *slope) {
  static const double places[] = {-2, -1, 1, 2}, weights[] = {1, -8, 8, -1};
  for (int k = 0; k < 4; k++) {
    struct spectrum_rows rows;
    double moved[KEYS];
    for (size_t i = 0; i < KEYS; i++)
      moved[i] = values[i] * (i == p ? 1.0 + places[k] * step : 1.0);
    run(&rows, plan, moved, 1);
    for (size_t i = 0; i < rows.n; i++)
      slope[i] = (k ? slope[i] : 0.0) + weights[k] * at(&rows, i, 0) / (12.0 * step);
    spectrum_rows_free(&rows);
  }
}

/** At rest, under bias, with ions held and frozen; of an admittance and of impedances at a net and
 * a current source. */
START_TEST(slopes_of_spectra_are_central_differences) {
  struct rig rig;
  struct hd_error err = {0};
  struct spectrum_rows rows;
  double values[KEYS];
  double complex slope[32];
  rig_read(&rig, deck, NULL);
  for (size_t p = 0; p < KEYS; p++) {
    struct variant_number number;
    ck_assert_int_eq(variant_find(rig.plan.config, keys[p], &number, &err), HD_OK);
    values[p] = number.value;
  }
  run(&rows, &rig.plan, values, KEYS);
  ck_assert_uint_eq(rows.n, 12);
  for (size_t p = 0; p < KEYS; p++) {
    double worst = 0.0;
    differences(&rig.plan, values, p, slope);
    for (size_t i = 0; i < rows.n; i++) {
      double complex Y = at(&rows, i, 0), own = at(&rows, i, 1 + p);
      double error = cabs(own - slope[i]), allowed = relative * cabs(slope[i]) + noise * cabs(Y);
      worst = fmax(worst, error / allowed);
      ck_assert_msg(error <= allowed, "%s, row %zu: %.9g %+.9gi, must be %.9g %+.9gi", keys[p], i,
                    creal(own), cimag(own), creal(slope[i]), cimag(slope[i]));
    }
    printf("%-42s worst error %.1e of what is allowed\n", keys[p], worst);
  }
  spectrum_rows_free(&rows);
  rig_close(&rig);
}
END_TEST

int main(void) {
  const TTest *const tests[] = {slopes_of_spectra_are_central_differences, NULL};
  return run_suite("sensitivity_spectrum", tests);
}
