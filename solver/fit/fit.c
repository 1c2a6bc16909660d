#include "solver/fit/fit.h"

#include <float.h>
#include <math.h>
#include <string.h>
#include <gsl/gsl_blas.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>
#include <gsl/gsl_multifit_nlinear.h>
#include "solver/base/memory.h"
#include "solver/config/variant.h"
#include "solver/fit/fit_model.h"

/* The unknown u of a parameter is that of
 *   ln p = a + (b - a) / (1 + exp(-4 (u - u_0) / (b - a)))
 * between bounds exp(a), exp(b): du is d ln p in the middle, and no step leaves the range. */

const double fit_undetermined = 1.0;
/** The fit ends when a step is this small a change of ln p, or the gradient is. */
static const double STEP_TOLERANCE = 1e-7, GRADIENT_TOLERANCE = 1e-9;
enum { ITERATIONS_MAX = 60 };
/** Logarithm of how far from its start a parameter without bounds may go: six decades. */
static const double FAR = 13.8;
/** Residual of points where no run ends: a step to there is refused. */
static const double LOST = 1e30;
/** Share of a parameter in a combination above which its error is that of the combination. */
static const double SHARE = 0.1;
/** Distance of ln p to a bound, over the range, below which the fit has run into it. */
static const double NEAR = 1e-3;
/** Singular values below this share of the largest are rounding. */
static const double ROUNDING = 1e-12;

struct problem {
  struct fit_model model;
  const struct fit_spec *spec;
  double *start, *values; /* [n] owned: p_0, p */
  double *inner;          /* [n] owned: d ln p / du */
  double *last;           /* [n] owned: u of the last run; NAN: none */
  size_t n_priors;
  enum hd_status status; /* of the last run */
  struct hd_error *err;
};

/** Bounds of ln |p / p_0|. */
static void range(const struct problem *problem, size_t i, double *a, double *b) {
  const struct fit_parameter *parameter = &problem->spec->parameters[i];
  bool free = isnan(parameter->min);
  *a = free ? -FAR : log(parameter->min / problem->start[i]);
  *b = free ? FAR : log(parameter->max / problem->start[i]);
}

/** ln |p / p_0| at u, and its derivative. */
static double logarithm(const struct problem *problem, size_t i, double u, double *d_u) {
  double a, b;
  range(problem, i, &a, &b);
  double share = -a / (b - a), u_0 = (b - a) / 4.0 * log(share / (1.0 - share));
  double f = 1.0 / (1.0 + exp(-4.0 * (u + u_0) / (b - a)));
  *d_u = 4.0 * f * (1.0 - f);
  return a + (b - a) * f;
}

/** Run at u unless that was the last one. */
static void evaluate(struct problem *problem, const gsl_vector *u) {
  bool same = true;
  for (size_t i = 0; i < problem->model.n; i++)
    same = same && problem->last[i] == gsl_vector_get(u, i);
  if (same)
    return;
  for (size_t i = 0; i < problem->model.n; i++) {
    problem->last[i] = gsl_vector_get(u, i);
    problem->values[i] =
        problem->start[i] * exp(logarithm(problem, i, problem->last[i], &problem->inner[i]));
  }
  struct hd_error own = {0};
  problem->status = fit_model_run(&problem->model, problem->values, &own);
  if (problem->status != HD_OK)
    *problem->err = own;
}

/** Standard deviation of value k, of all sets one behind the other; the value itself in `value`. */
static double point(const struct fit_model *model, size_t k, double *value) {
  const struct fit_data *data = model->data;
  for (; k >= data->n * data->width; data++)
    k -= data->n * data->width;
  *value = data->values[k];
  return data->errors[k];
}

static int residuals(const gsl_vector *u, void *user, gsl_vector *out) {
  struct problem *problem = user;
  struct fit_model *model = &problem->model;
  evaluate(problem, u);
  for (size_t k = 0; k < model->n_points; k++) {
    double value, error = point(model, k, &value);
    gsl_vector_set(out, k, problem->status == HD_OK ? (model->value[k] - value) / error : LOST);
  }
  size_t row = model->n_points;
  for (size_t i = 0; i < model->n; i++)
    if (!isnan(problem->spec->parameters[i].prior_factor))
      gsl_vector_set(out, row++,
                     log(problem->values[i] / problem->start[i]) /
                         log(problem->spec->parameters[i].prior_factor));
  return GSL_SUCCESS;
}

/** Residuals by ln p, times `inner` where u is the unknown. */
static void fill_matrix(struct problem *problem, const double *inner, gsl_matrix *out) {
  const struct fit_model *model = &problem->model;
  gsl_matrix_set_zero(out);
  for (size_t k = 0; k < model->n_points; k++) {
    double value, error = point(model, k, &value);
    for (size_t i = 0; i < model->n; i++)
      gsl_matrix_set(out, k, i, model->slope[k * model->n + i] / error * (inner ? inner[i] : 1.0));
  }
  size_t row = model->n_points;
  for (size_t i = 0; i < model->n; i++)
    if (!isnan(problem->spec->parameters[i].prior_factor))
      gsl_matrix_set(out, row++, i,
                     (inner ? inner[i] : 1.0) / log(problem->spec->parameters[i].prior_factor));
}

static int jacobian(const gsl_vector *u, void *user, gsl_matrix *out) {
  struct problem *problem = user;
  evaluate(problem, u);
  if (problem->status != HD_OK)
    return GSL_EFAILED;
  fill_matrix(problem, problem->inner, out);
  return GSL_SUCCESS;
}

/* ---- what the data say ---- */

/** Standard errors and correlations of ln p from the singular values. */
static void fill_errors(struct fit_result *result, const gsl_matrix *V) {
  size_t n = result->n;
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) {
      double sum = 0.0;
      bool open = false;
      for (size_t k = 0; k < n; k++) {
        double a = gsl_matrix_get(V, i, k), b = gsl_matrix_get(V, j, k);
        bool wide = !(result->spread[k] <= fit_undetermined);
        open = open || (wide && (fabs(a) > SHARE || fabs(b) > SHARE));
        sum += wide ? 0.0 : a * b * result->spread[k] * result->spread[k];
      }
      result->correlation[i * n + j] = open ? (double)NAN : sum;
    }
  for (size_t i = 0; i < n; i++) {
    double variance = result->correlation[i * n + i];
    result->values[i].error = isnan(variance) ? (double)INFINITY : sqrt(variance);
  }
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++)
      result->correlation[i * n + j] /= result->values[i].error * result->values[j].error;
}

static bool is_at_bound(const struct problem *problem, size_t i) {
  double a, b, at = log(problem->values[i] / problem->start[i]);
  range(problem, i, &a, &b);
  return fmin(at - a, b - at) < NEAR * (b - a);
}

/** Errors of the parameters at the fit: known errors of the data, or those that chi2 tells. */
static enum hd_status judge(struct fit_result *result, struct problem *problem,
                            struct hd_error *err) {
  size_t n = result->n;
  bool known = true;
  for (size_t d = 0; d < problem->model.n_data; d++)
    known = known && problem->model.data[d].has_errors;
  size_t freedom = result->n_residuals - n;
  result->scale = known || freedom == 0 ? 1.0 : result->chi2 / (double)freedom;
  result->probability =
      known && freedom > 0 ? gsl_cdf_chisq_Q(result->chi2, (double)freedom) : (double)NAN;
  double quantile = known || freedom == 0 ? gsl_cdf_ugaussian_Pinv(0.975)
                                          : gsl_cdf_tdist_Pinv(0.975, (double)freedom);
  gsl_matrix *A = gsl_matrix_alloc(result->n_residuals, n), *V = gsl_matrix_alloc(n, n);
  gsl_vector *S = gsl_vector_alloc(n);
  if (!A || !V || !S)
    return hd_fail(err, HD_MEMORY, "out of memory for the errors of a fit");
  fill_matrix(problem, NULL, A);
  gsl_linalg_SV_decomp_jacobi(A, V, S);
  for (size_t k = 0; k < n; k++) {
    result->singular[k] = gsl_vector_get(S, k);
    bool zero = result->singular[k] <= ROUNDING * result->singular[0];
    result->spread[k] = zero ? (double)INFINITY : sqrt(result->scale) / result->singular[k];
    for (size_t i = 0; i < n; i++)
      result->direction[k * n + i] = gsl_matrix_get(V, i, k);
  }
  fill_errors(result, V);
  for (size_t i = 0; i < n; i++) {
    struct fit_value *value = &result->values[i];
    for (int side = 0; side < 2; side++)
      value->interval[side] = value->value * exp((side ? quantile : -quantile) * value->error);
    value->at_bound = is_at_bound(problem, i);
  }
  gsl_matrix_free(A);
  gsl_matrix_free(V);
  gsl_vector_free(S);
  return HD_OK;
}

/* ---- the search ---- */

struct watch {
  FILE *terminal;
  const struct problem *problem;
};

static void speak(size_t iteration, void *user, const gsl_multifit_nlinear_workspace *workspace) {
  const struct watch *watch = user;
  double norm = gsl_blas_dnrm2(gsl_multifit_nlinear_residual(workspace));
  if (watch->terminal)
    fprintf(watch->terminal, "fit: iteration %zu, chi^2 = %.6g, %zu runs\n", iteration, norm * norm,
            watch->problem->model.runs);
}

static enum hd_status search(struct fit_result *result, struct problem *problem, FILE *terminal,
                             struct hd_error *err) {
  gsl_multifit_nlinear_parameters settings = gsl_multifit_nlinear_default_parameters();
  gsl_multifit_nlinear_fdf functions = {
      .f = residuals, .df = jacobian, .n = result->n_residuals, .p = result->n, .params = problem};
  settings.solver = gsl_multifit_nlinear_solver_svd;
  gsl_multifit_nlinear_workspace *work = gsl_multifit_nlinear_alloc(
      gsl_multifit_nlinear_trust, &settings, result->n_residuals, result->n);
  gsl_vector *u = gsl_vector_calloc(result->n);
  if (!work || !u)
    return hd_fail(err, HD_MEMORY, "out of memory for a fit");
  struct watch watch = {terminal, problem};
  int info = 0, flag = gsl_multifit_nlinear_init(u, &functions, work);
  enum hd_status first = problem->status;
  if (first == HD_OK && flag == GSL_SUCCESS)
    flag = gsl_multifit_nlinear_driver(ITERATIONS_MAX, STEP_TOLERANCE, GRADIENT_TOLERANCE, 0.0,
                                       speak, &watch, &info, work);
  if (first == HD_OK) {
    /* GSL_ENOPROG: no smaller sum of squares is to be found, which is an end too */
    result->converged = flag == GSL_SUCCESS || flag == GSL_ENOPROG;
    result->iterations = gsl_multifit_nlinear_niter(work);
    double norm = gsl_blas_dnrm2(gsl_multifit_nlinear_residual(work));
    result->chi2 = norm * norm;
    evaluate(problem, gsl_multifit_nlinear_position(work));
  }
  gsl_multifit_nlinear_free(work);
  gsl_vector_free(u);
  return first != HD_OK ? hd_fail(err, first, "the fit has no run to begin with") : HD_OK;
}

/* ---- set up ---- */

/** Name, unit and start of one parameter. */
static enum hd_status begin_parameter(struct problem *problem, struct fit_result *result, size_t i,
                                      struct hd_error *err) {
  struct hd_error own = {0};
  struct variant_number number;
  struct fit_value *value = &result->values[i];
  const struct fit_parameter *parameter = &problem->spec->parameters[i];
  problem->model.keys[i] = parameter->key;
  enum hd_status status = variant_find(problem->model.config, parameter->key, &number, &own);
  if (status != HD_OK)
    return hd_fail(err, status, "fit.parameters[%zu].key: %.*s", i, hd_first_line(own.text),
                   own.text);
  for (size_t j = 0; j < i; j++)
    if (strcmp(result->values[j].name, number.name) == 0)
      return hd_fail(err, HD_INPUT, "fit: parameters %zu and %zu are the same number, %s", j, i,
                     number.name);
  snprintf(value->name, sizeof value->name, "%s", number.name);
  snprintf(value->unit, sizeof value->unit, "%s", number.unit);
  problem->start[i] = value->start = number.value;
  problem->last[i] = NAN;
  problem->n_priors += isnan(parameter->prior_factor) ? 0 : 1;
  if (!isnan(parameter->min) && !(parameter->min < number.value && number.value < parameter->max))
    return hd_fail(err, HD_INPUT, "fit: %s starts at %g, must be within min and max (%g, %g)",
                   number.name, number.value, parameter->min, parameter->max);
  return HD_OK;
}

static enum hd_status fill_problem(struct problem *problem, struct fit_result *result,
                                   struct hd_error *err) {
  struct fit_model *model = &problem->model;
  size_t n = model->n;
  TRY(hd_alloc(&model->keys, n, sizeof *model->keys, err));
  TRY(hd_alloc(&model->value, model->n_points, sizeof(double), err));
  TRY(hd_alloc(&model->slope, model->n_points * n, sizeof(double), err));
  TRY(hd_alloc(&problem->start, n, sizeof(double), err));
  TRY(hd_alloc(&problem->values, n, sizeof(double), err));
  TRY(hd_alloc(&problem->inner, n, sizeof(double), err));
  TRY(hd_alloc(&problem->last, n, sizeof(double), err));
  TRY(hd_alloc(&result->values, n, sizeof *result->values, err));
  TRY(hd_alloc(&result->correlation, n * n, sizeof(double), err));
  TRY(hd_alloc(&result->singular, n, sizeof(double), err));
  TRY(hd_alloc(&result->direction, n * n, sizeof(double), err));
  TRY(hd_alloc(&result->spread, n, sizeof(double), err));
  TRY(hd_alloc(&result->model, model->n_points, sizeof(double), err));
  for (size_t i = 0; i < n; i++)
    TRY(begin_parameter(problem, result, i, err));
  return HD_OK;
}

static enum hd_status solve(struct problem *problem, struct fit_result *result, FILE *terminal,
                            struct hd_error *err) {
  struct fit_model *model = &problem->model;
  TRY(fill_problem(problem, result, err));
  result->n = model->n;
  result->n_points = model->n_points;
  result->n_residuals = model->n_points + problem->n_priors;
  if (result->n_residuals < result->n)
    return hd_fail(err, HD_INPUT,
                   "fit: %zu points and priors for %zu parameters, must not be fewer",
                   result->n_residuals, result->n);
  TRY(search(result, problem, terminal, err));
  for (size_t i = 0; i < result->n; i++)
    result->values[i].value = problem->values[i];
  memcpy(result->model, model->value, model->n_points * sizeof(double));
  result->runs = model->runs;
  return judge(result, problem, err);
}

/**
 * Fit parameters to data sets by Levenberg and Marquardt's method in a trust region.
 * terminal  a line for each iteration; NULL: none
 * Errors    HD_INPUT, HD_CONVERGENCE (at the start), HD_MEMORY
 */
enum hd_status fit_solve(struct fit_result *result, const struct config *config,
                         const struct run_spec *spec, size_t n_data, const struct fit_data *data,
                         FILE *terminal, struct hd_error *err) {
  struct hd_error lost = {0};
  struct problem problem = {.spec = &spec->fit, .err = &lost};
  *result = (struct fit_result){.n = 0};
  problem.model =
      (struct fit_model){.config = config, .n = spec->fit.n, .n_data = n_data, .data = data};
  for (size_t d = 0; d < n_data; d++) {
    problem.model.n_points += data[d].n * data[d].width;
    for (size_t e = 0; e < d; e++)
      if (strcmp(data[d].file, data[e].file) == 0)
        return hd_fail(err, HD_INPUT, "--data %s is given twice: its points would count twice",
                       data[d].file);
  }
  const struct protocol_spec *series = run_series(spec, fit_model_experiments(&problem.model));
  if (series)
    return hd_fail(
        err, HD_INPUT,
        "fit: experiment %s is a series, which sensitivities cannot follow; must have one "
        "value",
        series->name);
  gsl_error_handler_t *handler = gsl_set_error_handler_off();
  enum hd_status status = solve(&problem, result, terminal, err);
  gsl_set_error_handler(handler);
  if (status != HD_OK && lost.text[0])
    hd_fail(err, status, "%.*s", hd_first_line(lost.text), lost.text);
  hd_free(&problem.model.keys);
  hd_free(&problem.model.value);
  hd_free(&problem.model.slope);
  hd_free(&problem.start);
  hd_free(&problem.values);
  hd_free(&problem.inner);
  hd_free(&problem.last);
  return status;
}

/** Free; a zeroed result is accepted. */
void fit_result_free(struct fit_result *result) {
  hd_free(&result->values);
  hd_free(&result->correlation);
  hd_free(&result->singular);
  hd_free(&result->direction);
  hd_free(&result->spread);
  hd_free(&result->model);
}
