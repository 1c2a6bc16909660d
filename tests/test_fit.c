#include <check.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "solver/base/memory.h"
#include "solver/base/random.h"
#include "solver/fit/fit.h"
#include "tests/support/difference.h"
#include "tests/support/rig.h"

static const char deck[] = "tests/decks/fit.cfg";

/** Relative noise of the synthetic data, one standard deviation. */
static const double noise = 0.02;

/** Exact currents of both experiments, and the times or voltages where they are. */
struct truth {
  struct rig rig;
  struct table table;
};

static void truth_open(struct truth *truth, const char *const *sets) {
  rig_read(&truth->rig, deck, sets);
  rig_run(&truth->table, deck, sets, "truth");
}

static void truth_close(struct truth *truth) {
  table_free(&truth->table);
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

static void solve(struct fit_result *result, const struct truth *truth, size_t n_data,
                  const char *const *paths) {
  struct hd_error err = {0};
  struct fit_data data[2] = {{.n = 0}};
  const struct plan *plan = &truth->rig.plan;
  for (size_t d = 0; d < n_data; d++)
    ck_assert_msg(fit_data_read(&data[d], paths[d], &plan->spec, &err) == HD_OK, "%s", err.text);
  ck_assert_msg(fit_solve(result, plan->config, &plan->spec, n_data, data, NULL, &err) == HD_OK,
                "%s", err.text);
  for (size_t d = 0; d < n_data; d++)
    fit_data_free(&data[d]);
}

/** Two-sided 99.9 % limits of a share of 95 % in n repeats: n p -+ 3.3 sqrt(n p (1 - p)). */
static void assert_coverage(int inside, int n, const char *name) {
  double width = 3.3 * sqrt(n * 0.95 * 0.05);
  printf("%s: %d of %d intervals hold the true value\n", name, inside, n);
  ck_assert_msg(fabs(inside - 0.95 * n) <= width, "%s: %d of %d", name, inside, n);
}

/** Parameters that start elsewhere come back within their intervals in 95 % of the repeats. */
START_TEST(intervals_hold_the_truth_in_95_percent) {
  enum { REPEATS = 60 };
  static const char *const start[] = {"device.contacts.anode.barrier=0.43",
                                      "materials.film.electron_mobility=2e-4",
                                      "device.species.vacancy.diffusion=3e-15", NULL};
  static const char *const paths[] = {"sweep.csv", "step.csv"};
  static const double exact[] = {0.4, 1e-4, 1e-14};
  int inside[3] = {0};
  struct truth truth;
  truth_open(&truth, NULL);
  plan_free(&truth.rig.plan);
  rig_read(&truth.rig, deck, start);
  for (uint32_t seed = 1; seed <= REPEATS; seed++) {
    struct fit_result result;
    write_data(&truth, "sweep", paths[0], 2 * seed, noise, seed % 2 == 0);
    write_data(&truth, "step", paths[1], 2 * seed + 1, noise, seed % 2 == 0);
    solve(&result, &truth, 2, paths);
    ck_assert(result.converged);
    for (int i = 0; i < 3; i++)
      inside[i] +=
          result.values[i].interval[0] <= exact[i] && exact[i] <= result.values[i].interval[1];
    fit_result_free(&result);
  }
  assert_coverage(inside[0], REPEATS, "barrier");
  assert_coverage(inside[1], REPEATS, "mobility");
  assert_coverage(inside[2], REPEATS, "diffusion");
  truth_close(&truth);
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

/** Without noise the exact values come back from far away, to the tolerance of the runs. */
START_TEST(exact_data_give_exact_values) {
  static const char *const start[] = {"device.contacts.anode.barrier=0.47",
                                      "materials.film.electron_mobility=1e-3",
                                      "device.species.vacancy.diffusion=1e-13", NULL};
  static const char *const paths[] = {"sweep.csv", "step.csv"};
  struct truth truth;
  struct fit_result result;
  truth_open(&truth, NULL);
  write_data(&truth, "sweep", paths[0], 1, 0.0, false);
  write_data(&truth, "step", paths[1], 1, 0.0, false);
  plan_free(&truth.rig.plan);
  rig_read(&truth.rig, deck, start);
  solve(&result, &truth, 2, paths);
  ck_assert_double_eq_tol(result.values[0].value / 0.4, 1.0, 1e-5);
  ck_assert_double_eq_tol(result.values[1].value / 1e-4, 1.0, 1e-4);
  ck_assert_double_eq_tol(result.values[2].value / 1e-14, 1.0, 1e-4);
  fit_result_free(&result);
  truth_close(&truth);
}
END_TEST

int main(void) {
  const TTest *const tests[] = {
      exact_data_give_exact_values, intervals_hold_the_truth_in_95_percent,
      what_the_data_do_not_tell_is_named, prior_is_the_error_of_what_the_data_do_not_tell, NULL};
  return run_suite("fit", tests);
}
