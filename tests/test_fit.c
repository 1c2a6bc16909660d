#include "solver/fit/fit.h"

#include <check.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>
#include "tests/support/suite.h"
#include "tests/support/truth.h"

static const char *const Z[] = {"ReZ_Ohm", "ImZ_Ohm"};

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
  int inside[TRUTH_VALUES] = {0};
  struct truth truth;
  truth_open(&truth, start);
  for (uint32_t repeat = 1; repeat <= REPEATS; repeat++) {
    struct fit_result result;
    uint32_t seed = first + 2 * repeat;
    bool with_errors = repeat % 2 == 0;
    truth_write(&truth, "sweep", paths[0], seed, truth_noise, with_errors);
    if (spectrum) /* its noise is relative to |Z| */
      truth_write_spectrum(&truth, Z, "absZ_Ohm", paths[1], seed + 1, truth_noise, with_errors);
    else
      truth_write(&truth, "step", paths[1], seed + 1, truth_noise, with_errors);
    truth_fit(&result, &truth, 2, paths);
    ck_assert(result.converged);
    for (int i = 0; i < TRUTH_VALUES; i++)
      inside[i] += result.values[i].interval[0] <= truth_values[i].value &&
                   truth_values[i].value <= result.values[i].interval[1];
    fit_result_free(&result);
  }
  for (int i = 0; i < TRUTH_VALUES; i++) {
    printf("%s: %d of %d intervals hold the true value\n", truth_values[i].name, inside[i],
           REPEATS);
    ck_assert_msg(fabs(inside[i] - share * REPEATS) <= width, "%s: %d of %d", truth_values[i].name,
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
  truth_write(&truth, "sweep", paths[0], 7, truth_noise, true);
  truth_fit(&result, &truth, 1, paths);
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
  truth_write(&truth, "sweep", paths[0], 7, truth_noise, true);
  truth_fit(&result, &truth, 1, paths);
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
  truth_write(&truth, "sweep", paths[0], 5, 3.0 * truth_noise, true);
  truth_write_spectrum(&truth, Z, "absZ_Ohm", paths[1], 6, 3.0 * truth_noise, true);
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
  truth_write(&truth, "sweep", paths[0], 1, 0.0, true);
  truth_fit(&result, &truth, 1, paths);
  double gradient = 0.0, pull = log(result.values[0].value / 1.1e-4) / pow(log(1.01), 2);
  for (size_t k = 0; k < result.n_points; k++) {
    double data = result.model[k] / (result.values[0].value / 1e-4);
    double sigma = truth_noise * fabs(data);
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
  truth_write(&truth, "sweep", paths[0], 1, 0.0, true);
  truth_fit(&result, &truth, 1, paths);
  double S = (double)result.n_points / truth_noise / truth_noise, f = log(1.01);
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
  truth_write(&truth, "sweep", paths[0], 1, 0.0, true);
  truth_fit(&result, &truth, 1, paths);
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
  truth_write(&truth, "sweep", paths[0], 1, 0.0, false);
  truth_write(&truth, "step", paths[1], 1, 0.0, false);
  truth_fit(&result, &truth, 2, paths);
  truth_require(&result);
  fit_result_free(&result);
  truth_close(&truth);
}
END_TEST

int main(void) {
  const TTest *const tests[] = {intervals_of_spectra_hold_the_truth_in_95_percent,
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
