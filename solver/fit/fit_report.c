#include <math.h>
#include <string.h>
#include "solver/base/memory.h"
#include "solver/config/variant.h"
#include "solver/fit/fit.h"
#include "solver/sink.h"

/** Share of a parameter in a combination above which it is named. */
static const double NAMED = 0.1;
/** Probability of chi2 below which the model does not describe the data. */
static const double POOR = 0.01;

static bool is_open(const struct fit_result *result, size_t k) {
  return !(result->spread[k] <= fit_undetermined);
}

/* ---- terminal ---- */

static void print_value(FILE *file, const struct fit_value *value) {
  fprintf(file, "%-52s %12.6g ", value->name, value->value);
  if (isfinite(value->error))
    fprintf(file, "%12.6g to %-12.6g", value->interval[0], value->interval[1]);
  else
    fprintf(file, "%-28s", "not determined by the data");
  fprintf(file, " %s%s\n", value->unit, value->at_bound ? "  at a bound" : "");
}

/** What the data leave open: combinations of logarithms. */
static void print_open(FILE *file, const struct fit_result *result) {
  for (size_t k = 0; k < result->n; k++) {
    if (!is_open(result, k))
      continue;
    fprintf(file, "not determined (standard error of its logarithm %.3g):", result->spread[k]);
    for (size_t i = 0; i < result->n; i++) {
      double share = result->direction[k * result->n + i];
      if (fabs(share) > NAMED)
        fprintf(file, " %s^%.2f", result->values[i].name, share);
    }
    fputc('\n', file);
  }
}

static void print_table(FILE *file, const struct fit_result *result) {
  fprintf(file, "\n%-52s %12s %s\n", "parameter", "value", "95 % interval");
  for (size_t i = 0; i < result->n; i++)
    print_value(file, &result->values[i]);
  fputs("\ncorrelation of the logarithms\n", file);
  for (size_t i = 0; i < result->n; i++) {
    for (size_t j = 0; j <= i; j++)
      fprintf(file, " %6.3f", result->correlation[i * result->n + j]);
    fprintf(file, "  %s\n", result->values[i].name);
  }
  size_t freedom = result->n_residuals - result->n;
  fprintf(file, "\nchi^2 = %.6g, %zu residuals, %zu parameters", result->chi2, result->n_residuals,
          result->n);
  if (!isnan(result->probability))
    fprintf(file, ", probability of more %.3g", result->probability);
  else if (freedom > 0)
    fprintf(file, "; errors of the data as the fit tells: %.3g times those assumed",
            sqrt(result->scale));
  fputc('\n', file);
  print_open(file, result);
  if (result->probability < POOR)
    fputs("the model does not describe the data within their errors: intervals are too short\n",
          file);
  if (!result->converged)
    fputs("the fit has not converged: values and intervals are those of the last step\n", file);
}

/* ---- warnings ---- */

/** Its value is where the search had to end: which end, and whose. */
static void warn_bound(FILE *file, const struct fit_value *value,
                       const struct fit_parameter *parameter) {
  const char *space = value->unit[0] ? " " : "";
  bool own = !isnan(parameter->min);
  bool low = own ? fabs(value->value - parameter->min) < fabs(parameter->max - value->value)
                 : fabs(value->value) < fabs(value->start);
  fprintf(file, "warning: %s ended at %g%s%s, at ", value->name, value->value, space, value->unit);
  if (own)
    fprintf(file, "its `%s`", low ? "min" : "max");
  else
    fprintf(file, "the %s end of the six decades either way that it may go", low ? "low" : "high");
  fputs(": the data ask for a value beyond, and its interval means nothing\n", file);
}

/**
 * What makes values or intervals worthless, a line each.
 * file  stderr, however quiet the program is
 */
void fit_warn(FILE *file, const struct fit_result *result, const struct fit_spec *spec) {
  for (size_t i = 0; i < result->n; i++) {
    const struct fit_value *value = &result->values[i];
    if (!isfinite(value->error))
      fprintf(file,
              "warning: %s is not determined by the data: its value means nothing (take it out of "
              "the fit, or give a prior_factor)\n",
              value->name);
    if (value->at_bound)
      warn_bound(file, value, &spec->parameters[i]);
  }
  if (result->probability < POOR)
    fprintf(file,
            "warning: the model does not describe the data within their errors (probability of "
            "more %.3g): intervals are too short\n",
            result->probability);
}

/* ---- files ---- */

static json_t *value_json(const struct fit_value *value) {
  return json_pack("{s:s, s:s, s:f, s:f, s:o, s:[o, o], s:b, s:b}", "name", value->name, "unit",
                   value->unit, "start", value->start, "value", value->value, "standard_error_ln",
                   sink_number(value->error), "interval_95", sink_number(value->interval[0]),
                   sink_number(value->interval[1]), "determined", isfinite(value->error),
                   "at_bound", value->at_bound);
}

/** Combination k: its singular value, standard error and exponents. */
static json_t *combination_json(const struct fit_result *result, size_t k) {
  json_t *shares = json_object();
  for (size_t i = 0; i < result->n; i++)
    json_object_set_new(shares, result->values[i].name,
                        json_real(result->direction[k * result->n + i]));
  return json_pack("{s:f, s:o, s:b, s:o}", "singular_value", result->singular[k],
                   "standard_error_ln", sink_number(result->spread[k]), "determined",
                   !is_open(result, k), "exponents", shares);
}

static json_t *result_json(const struct fit_result *result) {
  json_t *root =
      json_pack("{s:b, s:I, s:I, s:f, s:I, s:f, s:o}", "converged", result->converged, "iterations",
                (json_int_t)result->iterations, "runs", (json_int_t)result->runs, "chi2",
                result->chi2, "degrees_of_freedom", (json_int_t)(result->n_residuals - result->n),
                "variance_scale", result->scale, "probability", sink_number(result->probability));
  json_t *values = json_array(), *correlation = json_array(), *combinations = json_array();
  for (size_t i = 0; i < result->n; i++) {
    json_t *row = json_array();
    json_array_append_new(values, value_json(&result->values[i]));
    for (size_t j = 0; j < result->n; j++)
      json_array_append_new(row, sink_number(result->correlation[i * result->n + j]));
    json_array_append_new(correlation, row);
    json_array_append_new(combinations, combination_json(result, i));
  }
  json_object_set_new(root, "parameters", values);
  json_object_set_new(root, "correlation", correlation);
  json_object_set_new(root, "combinations", combinations);
  return root;
}

/** fit.csv: data and model. */
static enum hd_status write_points(const struct fit_result *result, const struct run_spec *spec,
                                   size_t n_data, const struct fit_data *data, const char *dir,
                                   struct hd_error *err) {
  struct sink_file *file = NULL;
  TRY(sink_file_open(&file, dir, "fit.csv", err));
  FILE *stream = sink_file_stream(file);
  const double *model = result->model;
  fputs("experiment,column,x,data,error,fit\n", stream);
  for (size_t d = 0; d < n_data; d++)
    for (size_t i = 0; i < data[d].n * data[d].width; i++)
      fprintf(stream, "%s,%s,%.10g,%.10g,%.10g,%.10g\n", spec->experiments[data[d].experiment].name,
              data[d].columns[i % data[d].width], data[d].x[i / data[d].width], data[d].values[i],
              data[d].errors[i], *model++);
  return sink_file_commit(&file, err);
}

/** fitted.cfg: the input with the fitted values. */
static enum hd_status write_fitted(const struct fit_result *result, const struct config *config,
                                   const struct run_spec *spec, const char *dir,
                                   struct hd_error *err) {
  const char **keys = NULL;
  double *values = NULL;
  char *text = NULL;
  struct sink_file *file = NULL;
  TRY(hd_alloc(&keys, result->n, sizeof *keys, err));
  enum hd_status status = hd_alloc(&values, result->n, sizeof *values, err);
  for (size_t i = 0; i < result->n && status == HD_OK; i++) {
    keys[i] = spec->fit.parameters[i].key;
    values[i] = result->values[i].value;
  }
  if (status == HD_OK)
    status = variant_text(config, result->n, keys, values, &text, err);
  if (status == HD_OK)
    status = sink_file_open(&file, dir, "fitted.cfg", err);
  if (status == HD_OK)
    fputs(text, sink_file_stream(file));
  if (status == HD_OK)
    status = sink_file_commit(&file, err);
  hd_free(&text);
  hd_free(&values);
  hd_free(&keys);
  return status;
}

/**
 * Write the result of a fit.
 * Errors  HD_IO, HD_MEMORY
 */
enum hd_status fit_report(const struct fit_result *result, const struct config *config,
                          const struct run_spec *spec, size_t n_data, const struct fit_data *data,
                          const char *dir, FILE *terminal, struct hd_error *err) {
  if (terminal)
    print_table(terminal, result);
  json_t *root = result_json(result);
  enum hd_status status = sink_json(dir, "fit.json", root, err);
  json_decref(root);
  TRY(status);
  TRY(write_points(result, spec, n_data, data, dir, err));
  return write_fitted(result, config, spec, dir, err);
}
