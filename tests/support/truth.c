#include "tests/support/truth.h"

#include <check.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "solver/base/random.h"

static const char deck[] = "tests/decks/fit.cfg";

const struct truth_value truth_values[TRUTH_VALUES] = {
    {"barrier", 0.4, 1e-5}, {"mobility", 1e-4, 1e-4}, {"diffusion", 1e-14, 1e-4}};

void truth_open(struct truth *truth, const char *const *sets) {
  rig_read(&truth->rig, deck, sets);
  rig_run(&truth->table, deck, NULL, "truth");
  rig_table(&truth->spectrum, "truth", "impedance.csv");
}

void truth_close(struct truth *truth) {
  table_free(&truth->table);
  table_free(&truth->spectrum);
  rig_close(&truth->rig);
}

void truth_write(const struct truth *truth, const char *experiment, const char *path, uint32_t seed,
                 double spread, bool with_errors) {
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
    fprintf(file, with_errors ? ",%.15g\n" : "\n", truth_noise * fabs(I));
  }
  fclose(file);
}

void truth_write_spectrum(const struct truth *truth, const char *const *columns, const char *size,
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
      double error = truth_noise * fabs(size ? table_at(&truth->spectrum, row, size) : value);
      fprintf(file, ",%.15g", value + error / truth_noise * gsl_ran_gaussian(&random, spread));
      if (with_errors)
        fprintf(file, ",%.15g", error);
    }
  }
  fputc('\n', file);
  fclose(file);
}

void truth_fit(struct fit_result *result, const struct truth *truth, size_t n_data,
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

void truth_require(const struct fit_result *result) {
  for (int i = 0; i < TRUTH_VALUES; i++)
    ck_assert_double_eq_tol(result->values[i].value / truth_values[i].value, 1.0,
                            truth_values[i].tolerance);
}
