#include <check.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "solver/base/memory.h"
#include "solver/base/random.h"
#include "solver/fit/fit.h"
#include "solver/fit/fit_quantity.h"
#include "tests/support/difference.h"
#include "tests/support/rig.h"

static const char deck[] = "tests/decks/fit.cfg";

/** Relative noise of the synthetic data, one standard deviation. */
static const double noise = 0.02;

/** Parameters of the deck's fit: their true values, and how near exact data bring a fit to them. */
static const struct {
  const char *name;
  double value, tolerance;
} exact[] = {{"barrier", 0.4, 1e-5}, {"mobility", 1e-4, 1e-4}, {"diffusion", 1e-14, 1e-4}};
enum { PARAMETERS = sizeof exact / sizeof *exact };

/** Ways to write a spectrum. */
static const char *const Z[] = {"ReZ_Ohm", "ImZ_Ohm"}, *const polar[] = {"absZ_Ohm", "phase_deg"};

/** Exact values of all experiments, and the times, voltages or frequencies where they are. */
struct truth {
  struct rig rig;
  struct table table, spectrum;
};

/** `sets` change the fit: what it knows, and where it begins. */
static void truth_open(struct truth *truth, const char *const *sets) {
  rig_read(&truth->rig, deck, sets);
  rig_run(&truth->table, deck, NULL, "truth");
  rig_table(&truth->spectrum, "truth", "impedance.csv");
}

static void truth_close(struct truth *truth) {
  table_free(&truth->table);
  table_free(&truth->spectrum);
  rig_close(&truth->rig);
}

/** A data file of one experiment with normal noise of the seed. */
static void write_data(const struct truth *truth, const char *experiment, const char *path,
                       uint32_t seed, double spread, bool with_errors) {
  struct random_stream stream = random_begin(seed, 0, 0);
  gsl_rng random = random_gsl(&stream);
  bool sweep = strcmp(experiment, "sweep") == 0;
  FILE *file = fopen(path, "w");
  ck_assert_ptr_nonnull(file);
  fprintf(file, "experiment,%s,I(anode)_A%s\n", sweep ? "bias_V" : "time_s",
          with_errors ? ",error_A" : "");
  for (size_t row = 0; row < truth->table.n_rows; row++) {
    double t = table_at(&truth->table, row, "time_s");
    double I = table_at(&truth->table, row, "I(anode)_A");
    if (strcmp(truth->table.experiments[row], experiment) != 0 || (!sweep && t < 1e-7))
      continue;
    double x = sweep ? table_at(&truth->table, row, "V(anode)_V") : t;
    fprintf(file, "%s,%.15g,%.15g", experiment, x, I * (1.0 + gsl_ran_gaussian(&random, spread)));
    fprintf(file, with_errors ? ",%.15g\n" : "\n", noise * fabs(I));
  }
  fclose(file);
}

/** A data file of the spectrum: one or two columns, noise relative to `size` (a column, or NULL:
 * the value itself). */
static void write_spectrum(const struct truth *truth, const char *const *columns, const char *size,
                           const char *path, uint32_t seed, double spread, bool with_errors) {
  struct random_stream stream = random_begin(seed, 0, 0);
  gsl_rng random = random_gsl(&stream);
  FILE *file = fopen(path, "w");
  ck_assert_ptr_nonnull(file);
  fputs("frequency_Hz", file);
  for (int j = 0; j < 2 && columns[j]; j++)
    fprintf(file, with_errors ? ",%s,error_%s" : ",%s", columns[j], columns[j]);
  for (size_t row = 0; row < truth->spectrum.n_rows; row++) {
    fprintf(file, "\n%.15g", table_at(&truth->spectrum, row, "frequency_Hz"));
    for (int j = 0; j < 2 && columns[j]; j++) {
      double value = table_at(&truth->spectrum, row, columns[j]);
      double error = noise * fabs(size ? table_at(&truth->spectrum, row, size) : value);
      fprintf(file, ",%.15g", value + error / noise * gsl_ran_gaussian(&random, spread));
      if (with_errors)
        fprintf(file, ",%.15g", error);
    }
  }
  fputc('\n', file);
  fclose(file);
}

static void solve(struct fit_result *result, const struct truth *truth, size_t n_data,
                  const char *const *paths) {
  struct hd_error err = {0};
  struct fit_data data[3] = {{.n = 0}};
  const struct plan *plan = &truth->rig.plan;
  for (size_t d = 0; d < n_data; d++)
    ck_assert_msg(fit_data_read(&data[d], paths[d], &plan->spec, &err) == HD_OK, "%s", err.text);
  ck_assert_msg(fit_solve(result, plan->config, &plan->spec, n_data, data, NULL, &err) == HD_OK,
                "%s", err.text);
  for (size_t d = 0; d < n_data; d++)
    fit_data_free(&data[d]);
}

static void assert_exact(const struct fit_result *result) {
  for (int i = 0; i < PARAMETERS; i++)
    ck_assert_double_eq_tol(result->values[i].value / exact[i].value, 1.0, exact[i].tolerance);
}

/** Fits to a sweep together with a spectrum or a step, from seed `first` on: parameters that start
 * elsewhere come back within their intervals in 95 % of the repeats. The limits hold for 99.9 % of
 * all seeds, two-sided: n p -+ 3.3 sqrt(n p (1 - p)). */
static void assert_coverage(bool spectrum, uint32_t first) {
  enum { REPEATS = 60 };
  static const char *const start[] = {"device.contacts.anode.barrier=0.43",
                                      "materials.film.electron_mobility=2e-4",
                                      "device.species.vacancy.diffusion=3e-15", NULL};
  static const char *const paths[] = {"sweep.csv", "second.csv"};
  const double share = 0.95, width = 3.3 * sqrt(REPEATS * share * (1.0 - share));
  int inside[PARAMETERS] = {0};
  struct truth truth;
  truth_open(&truth, start);
  for (uint32_t repeat = 1; repeat <= REPEATS; repeat++) {
    struct fit_result result;
    uint32_t seed = first + 2 * repeat;
    bool with_errors = repeat % 2 == 0;
    write_data(&truth, "sweep", paths[0], seed, noise, with_errors);
    if (spectrum) /* its noise is relative to |Z| */
      write_spectrum(&truth, Z, "absZ_Ohm", paths[1], seed + 1, noise, with_errors);
    else
      write_data(&truth, "step", paths[1], seed + 1, noise, with_errors);
    solve(&result, &truth, 2, paths);
    ck_assert(result.converged);
    for (int i = 0; i < PARAMETERS; i++)
      inside[i] += result.values[i].interval[0] <= exact[i].value &&
                   exact[i].value <= result.values[i].interval[1];
    fit_result_free(&result);
  }
  for (int i = 0; i < PARAMETERS; i++) {
    printf("%s: %d of %d intervals hold the true value\n", exact[i].name, inside[i], REPEATS);
    ck_assert_msg(fabs(inside[i] - share * REPEATS) <= width, "%s: %d of %d", exact[i].name,
                  inside[i], REPEATS);
  }
  truth_close(&truth);
}

START_TEST(intervals_hold_the_truth_in_95_percent) {
  assert_coverage(false, 0);
}
END_TEST

START_TEST(intervals_of_spectra_hold_the_truth_in_95_percent) {
  assert_coverage(true, 1000);
}
END_TEST

/** Ions that are held say nothing about their diffusion: the fit says so, and finds the rest. */
START_TEST(what_the_data_do_not_tell_is_named) {
  static const char *const paths[] = {"alone.csv"};
  struct truth truth;
  struct fit_result result;
  truth_open(&truth, NULL);
  write_data(&truth, "sweep", paths[0], 7, noise, true);
  solve(&result, &truth, 1, paths);
  ck_assert(isfinite(result.values[0].error));
  ck_assert(isfinite(result.values[1].error));
  ck_assert(isinf(result.values[2].error));
  ck_assert_double_eq(result.values[2].value, 1e-14);
  fit_result_free(&result);
  truth_close(&truth);
}
END_TEST

/** A prior of a factor f alone gives the standard error ln f. */
START_TEST(prior_is_the_error_of_what_the_data_do_not_tell) {
  static const char *const prior[] = {"fit.parameters[2].prior_factor=2.0", NULL};
  static const char *const paths[] = {"alone.csv"};
  struct truth truth;
  struct fit_result result;
  truth_open(&truth, prior);
  write_data(&truth, "sweep", paths[0], 7, noise, true);
  solve(&result, &truth, 1, paths);
  ck_assert_double_eq_tol(result.values[2].error, log(2.0), 1e-9);
  fit_result_free(&result);
  truth_close(&truth);
}
END_TEST

/** The same data and weights, with errors that are known and with errors that the fit tells: only
 * the scale of the variances differs, chi^2 over the degrees of freedom, and Student's quantile. */
START_TEST(unknown_errors_are_scaled_by_chi2) {
  static const char *const paths[] = {"sweep.csv", "spectrum.csv"};
  const double normal = 1.959963984540054, student = 2.034515297449338; /* 97.5 %, 33 degrees */
  struct truth truth;
  struct hd_error err = {0};
  struct fit_result known, unknown;
  struct fit_data data[2];
  truth_open(&truth, NULL);
  const struct plan *plan = &truth.rig.plan;
  /* spread three times the errors that are told */
  write_data(&truth, "sweep", paths[0], 5, 3.0 * noise, true);
  write_spectrum(&truth, Z, "absZ_Ohm", paths[1], 6, 3.0 * noise, true);
  for (int d = 0; d < 2; d++)
    ck_assert_int_eq(fit_data_read(&data[d], paths[d], &plan->spec, &err), HD_OK);
  ck_assert_int_eq(fit_solve(&known, plan->config, &plan->spec, 2, data, NULL, &err), HD_OK);
  data[0].has_errors = false; /* one is enough */
  ck_assert_int_eq(fit_solve(&unknown, plan->config, &plan->spec, 2, data, NULL, &err), HD_OK);
  ck_assert_uint_eq(known.n_residuals - known.n, 33);
  ck_assert_double_eq(known.scale, 1.0);
  ck_assert_double_eq_tol(known.probability, gsl_cdf_chisq_Q(known.chi2, 33.0), 1e-12);
  ck_assert_double_lt(known.probability, 1e-6);
  ck_assert(isnan(unknown.probability));
  ck_assert_double_eq_tol(unknown.scale, known.chi2 / 33.0, 1e-9 * unknown.scale);
  for (int i = 0; i < 3; i++) {
    const struct fit_value *k = &known.values[i], *u = &unknown.values[i];
    ck_assert_double_eq_tol(u->error / k->error, sqrt(known.chi2 / 33.0), 1e-9);
    ck_assert_double_eq_tol(log(k->interval[1] / k->value), normal * k->error, 1e-9);
    ck_assert_double_eq_tol(log(u->value / u->interval[0]), student * u->error, 1e-9);
  }
  for (int d = 0; d < 2; d++)
    fit_data_free(&data[d]);
  fit_result_free(&known);
  fit_result_free(&unknown);
  truth_close(&truth);
}
END_TEST

/** The current is proportional to the mobility mu, so that with a prior at mu_0 the minimum is
 * where sum_k (I_k - d_k) I_k / sigma_k^2 + ln(mu / mu_0) / (ln f)^2 = 0 */
START_TEST(prior_pulls_as_much_as_its_width_says) {
  static const char *const prior[] = {
      "fit.parameters=({ key = \"materials.film.electron_mobility\"; prior_factor = 1.01; })",
      "materials.film.electron_mobility=1.1e-4", NULL};
  static const char *const paths[] = {"sweep.csv"};
  struct truth truth;
  struct fit_result result;
  truth_open(&truth, prior);
  write_data(&truth, "sweep", paths[0], 1, 0.0, true);
  solve(&result, &truth, 1, paths);
  double gradient = 0.0, pull = log(result.values[0].value / 1.1e-4) / pow(log(1.01), 2);
  for (size_t k = 0; k < result.n_points; k++) {
    double data = result.model[k] / (result.values[0].value / 1e-4), sigma = noise * fabs(data);
    gradient += (result.model[k] - data) * result.model[k] / sigma / sigma;
  }
  ck_assert_double_lt(pull, -100.0);
  ck_assert_double_eq_tol(gradient / -pull, 1.0, 1e-3); /* electrons' own field */
  fit_result_free(&result);
  truth_close(&truth);
}
END_TEST

/** The current is proportional to mobility times density of states, of which a prior knows one to a
 * factor f: with S = n / sigma^2 for n points the correlation is -ln f / sqrt(1 / S + (ln f)^2). */
START_TEST(correlation_is_that_of_a_product) {
  static const char *const product[] = {
      "fit.parameters=({ key = \"materials.film.electron_mobility\"; }, "
      "{ key = \"materials.film.conduction_band_density\"; prior_factor = 1.01; })",
      NULL};
  static const char *const paths[] = {"sweep.csv"};
  struct truth truth;
  struct fit_result result;
  truth_open(&truth, product);
  write_data(&truth, "sweep", paths[0], 1, 0.0, true);
  solve(&result, &truth, 1, paths);
  double S = (double)result.n_points / noise / noise, f = log(1.01);
  double width = sqrt(1.0 / S + f * f);
  ck_assert_double_eq_tol(result.correlation[1], -f / width, 1e-3); /* electrons' own field */
  ck_assert_double_eq_tol(result.correlation[2], result.correlation[1], 1e-12);
  ck_assert_double_eq_tol(result.values[0].error / width, 1.0, 1e-3);
  ck_assert_double_eq_tol(result.values[1].error / f, 1.0, 1e-3);
  fit_result_free(&result);
  truth_close(&truth);
}
END_TEST

/** A range without the true value: the fit ends at its end, and says so. */
START_TEST(bounds_hold_and_are_told) {
  static const char *const range[] = {
      "fit.parameters=({ key = \"device.contacts.anode.barrier\"; }, "
      "{ key = \"materials.film.electron_mobility\"; min = 1.2e-4; max = 1e-3; })",
      "materials.film.electron_mobility=3e-4", NULL};
  static const char *const paths[] = {"sweep.csv"};
  struct truth truth;
  struct fit_result result;
  truth_open(&truth, range);
  write_data(&truth, "sweep", paths[0], 1, 0.0, true);
  solve(&result, &truth, 1, paths);
  ck_assert_double_ge(result.values[1].value, 1.2e-4);
  ck_assert_double_eq_tol(result.values[1].value / 1.2e-4, 1.0, 5e-3);
  ck_assert(result.values[1].at_bound);
  ck_assert(!result.values[0].at_bound);
  fit_result_free(&result);
  truth_close(&truth);
}
END_TEST

/** Without noise the exact values come back from far away, to the tolerance of the runs. */
START_TEST(exact_data_give_exact_values) {
  static const char *const start[] = {"device.contacts.anode.barrier=0.47",
                                      "materials.film.electron_mobility=1e-3",
                                      "device.species.vacancy.diffusion=1e-13", NULL};
  static const char *const paths[] = {"sweep.csv", "step.csv"};
  struct truth truth;
  struct fit_result result;
  truth_open(&truth, start);
  write_data(&truth, "sweep", paths[0], 1, 0.0, false);
  write_data(&truth, "step", paths[1], 1, 0.0, false);
  solve(&result, &truth, 2, paths);
  assert_exact(&result);
  fit_result_free(&result);
  truth_close(&truth);
}
END_TEST

/** Every way to write a spectrum finds the exact values. */
START_TEST(exact_spectra_give_exact_values) {
  static const char *const start[] = {"device.contacts.anode.barrier=0.43",
                                      "materials.film.electron_mobility=3e-4",
                                      "device.species.vacancy.diffusion=5e-14", NULL};
  static const char *const ways[][2] = {{"ReZ_Ohm", "ImZ_Ohm"}, {"absZ_Ohm", "phase_deg"},
                                        {"ReY_S", "ImY_S"},     {"ReY_S", "C_F"},
                                        {"absZ_Ohm", NULL},     {"phase_deg", NULL}};
  static const char *const paths[] = {"exact.csv"};
  struct truth truth;
  truth_open(&truth, start);
  for (size_t way = 0; way < sizeof ways / sizeof *ways; way++) {
    struct fit_result result;
    write_spectrum(&truth, ways[way], NULL, paths[0], 1, 0.0, false);
    solve(&result, &truth, 1, paths);
    assert_exact(&result);
    fit_result_free(&result);
  }
  truth_close(&truth);
}
END_TEST

/** Angles that differ by a whole turn are the same. */
START_TEST(phase_is_read_to_a_turn) {
  struct truth truth;
  struct hd_error err = {0};
  struct fit_data data = {.n = 0};
  struct fit_result result;
  truth_open(&truth, NULL);
  write_spectrum(&truth, polar, NULL, "turned.csv", 1, 0.0, false);
  const struct plan *plan = &truth.rig.plan;
  ck_assert_int_eq(fit_data_read(&data, "turned.csv", &plan->spec, &err), HD_OK);
  for (size_t i = 0; i < data.n; i++)
    data.values[2 * i + 1] += 360.0;
  ck_assert_int_eq(fit_solve(&result, plan->config, &plan->spec, 1, &data, NULL, &err), HD_OK);
  ck_assert_double_le(result.chi2, 1e-12);
  fit_result_free(&result);
  fit_data_free(&data);
  truth_close(&truth);
}
END_TEST

/** Change of each quantity with Y along a direction in the plane. */
struct ray {
  const struct fit_quantity *quantity;
  double complex Y, dY;
  double omega;
};

static double along(double t, const void *context) {
  const struct ray *ray = context;
  double change;
  return ray->quantity->read(ray->Y + t * ray->dY, 0.0, ray->omega, &change);
}

START_TEST(changes_of_quantities_are_differences) {
  for (int i = 0; i < fit_quantities_count; i++)
    for (int direction = 0; direction < 2; direction++) {
      double change;
      struct ray ray = {&fit_quantities[i], CMPLX(0.7, 0.4), direction ? CMPLX(0.0, 0.5) : 0.3,
                        2.5};
      ray.quantity->read(ray.Y, ray.dY, ray.omega, &change);
      assert_slope(along, 0.0, 1e-3, &ray, change, 1e-3, ray.quantity->column);
    }
}
END_TEST

/** Errors that a file does not tell are a share of the modulus, whatever part was measured. */
START_TEST(default_errors_are_shares_of_the_modulus) {
  static const char *const C[] = {"ReY_S", "C_F"};
  struct truth truth;
  struct hd_error err = {0};
  struct fit_data data[3];
  truth_open(&truth, NULL);
  const struct run_spec *spec = &truth.rig.plan.spec;
  const double share = spec->fit.relative_error, degree = acos(-1.0) / 180.0;
  write_spectrum(&truth, polar, NULL, "polar.csv", 1, 0.0, false);
  write_spectrum(&truth, Z, NULL, "Z.csv", 1, 0.0, false);
  write_spectrum(&truth, C, NULL, "C.csv", 1, 0.0, false);
  ck_assert_int_eq(fit_data_read(&data[0], "polar.csv", spec, &err), HD_OK);
  ck_assert_int_eq(fit_data_read(&data[1], "Z.csv", spec, &err), HD_OK);
  ck_assert_int_eq(fit_data_read(&data[2], "C.csv", spec, &err), HD_OK);
  for (size_t i = 0; i < data[0].n; i++) {
    double size = data[0].values[2 * i], omega = 2.0 * acos(-1.0) * data[0].x[i];
    ck_assert_double_eq_tol(data[0].errors[2 * i] / (share * size), 1.0, 1e-9);
    ck_assert_double_eq_tol(data[0].errors[2 * i + 1] * degree / share, 1.0, 1e-9);
    ck_assert_double_eq_tol(data[1].errors[2 * i] / (share * size), 1.0, 1e-9);
    ck_assert_double_eq_tol(data[1].errors[2 * i + 1] / (share * size), 1.0, 1e-9);
    ck_assert_double_eq_tol(data[2].errors[2 * i] * size / share, 1.0, 1e-9);
    ck_assert_double_eq_tol(data[2].errors[2 * i + 1] * omega * size / share, 1.0, 1e-9);
  }
  for (int d = 0; d < 3; d++)
    fit_data_free(&data[d]);
  truth_close(&truth);
}
END_TEST

int main(void) {
  const TTest *const tests[] = {exact_spectra_give_exact_values,
                                intervals_of_spectra_hold_the_truth_in_95_percent,
                                phase_is_read_to_a_turn,
                                changes_of_quantities_are_differences,
                                default_errors_are_shares_of_the_modulus,
                                unknown_errors_are_scaled_by_chi2,
                                prior_pulls_as_much_as_its_width_says,
                                correlation_is_that_of_a_product,
                                bounds_hold_and_are_told,
                                exact_data_give_exact_values,
                                intervals_hold_the_truth_in_95_percent,
                                what_the_data_do_not_tell_is_named,
                                prior_is_the_error_of_what_the_data_do_not_tell,
                                NULL};
  return run_suite("fit", tests);
}
