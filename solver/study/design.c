#include "solver/study/design.h"

#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <string.h>
#include <gsl/gsl_qrng.h>
#include <gsl/gsl_randist.h>
#include "solver/base/memory.h"
#include "solver/base/random.h"

/* ---- samples of the unit cube ---- */

static enum hd_status latin_hypercube(int seed, size_t n, size_t n_dimensions, double *share,
                                      struct hd_error *err) {
  size_t *order = NULL;
  TRY(hd_alloc(&order, n, sizeof *order, err));
  for (size_t d = 0; d < n_dimensions; d++) {
    struct random_stream stream = random_begin((uint32_t)seed, 0, (uint32_t)d);
    gsl_rng generator = random_gsl(&stream);
    for (size_t i = 0; i < n; i++)
      order[i] = i;
    gsl_ran_shuffle(&generator, order, n, sizeof *order);
    for (size_t i = 0; i < n; i++)
      share[i * n_dimensions + d] = ((double)order[i] + random_uniform(&stream)) / (double)n;
  }
  hd_free(&order);
  return HD_OK;
}

static enum hd_status sobol(size_t n, size_t n_dimensions, double *share, struct hd_error *err) {
  if (n_dimensions > gsl_qrng_sobol->max_dimension)
    return hd_fail(err, HD_INPUT, "study: %zu parameters vary, Sobol's sequence has at most %u",
                   n_dimensions, gsl_qrng_sobol->max_dimension);
  gsl_qrng *sequence = gsl_qrng_alloc(gsl_qrng_sobol, (unsigned)n_dimensions);
  if (!sequence)
    return hd_fail(err, HD_MEMORY, "out of memory for Sobol's sequence");
  for (size_t i = 0; i < n; i++)
    gsl_qrng_get(sequence, &share[i * n_dimensions]);
  gsl_qrng_free(sequence);
  return HD_OK;
}

enum hd_status design_sample(int method, int seed, size_t n, size_t n_dimensions, double *share,
                             struct hd_error *err) {
  return method == STUDY_SOBOL ? sobol(n, n_dimensions, share, err)
                               : latin_hypercube(seed, n, n_dimensions, share, err);
}

/* ---- points ---- */

static bool is_sample(int method) {
  return method == STUDY_LATIN_HYPERCUBE || method == STUDY_SOBOL;
}

/** Values on the axis of a grid, or one for each point of a list. */
static enum hd_status spread_evenly(struct parameter *parameter, struct hd_error *err) {
  size_t n = (size_t)parameter->vary->points;
  if (n == 0)
    return hd_fail(err, HD_INPUT, "%s: needs the number of values between its ends",
                   parameter->vary->place);
  TRY(parameter_make_room(parameter, n, err));
  for (size_t i = 0; i < n; i++)
    TRY(parameter_set(parameter, i,
                      parameter_between(parameter, n > 1 ? (double)i / (double)(n - 1) : 0), err));
  return HD_OK;
}

/** Values at the points of a sample; of a list that one in whose equal part the point is. */
static enum hd_status spread_sample(struct design *design, const double *share,
                                    struct hd_error *err) {
  size_t n = design->n_points, m = design->n_parameters;
  for (size_t k = 0; k < m; k++) {
    struct parameter *parameter = &design->parameter[k];
    size_t listed = parameter->vary->n_values;
    if (listed > 0) {
      TRY(parameter_pick(parameter, n, &share[k], m, err));
      continue;
    }
    TRY(parameter_make_room(parameter, n, err));
    for (size_t i = 0; i < n; i++)
      TRY(parameter_set(parameter, i, parameter_within(parameter, share[i * m + k]), err));
  }
  return HD_OK;
}

static enum hd_status make_sample(struct design *design, const struct study_spec *study,
                                  struct hd_error *err) {
  double *share = NULL;
  design->n_points = (size_t)study->points;
  for (size_t k = 0; k < study->n_vary; k++)
    if (study->vary[k].points > 0)
      hd_fail(err, HD_INPUT,
              "%s: the number of values is for grids and lists; a %s has study.points",
              study->vary[k].place, study_methods[study->method]);
  if (err->status != HD_OK)
    return err->status;
  TRY(hd_alloc(&share, design->n_points * design->n_parameters, sizeof *share, err));
  enum hd_status status =
      design_sample(study->method, study->seed, design->n_points, design->n_parameters, share, err);
  if (status == HD_OK)
    status = spread_sample(design, share, err);
  hd_free(&share);
  return status;
}

/** Every combination. */
static enum hd_status count_grid(struct design *design, struct hd_error *err) {
  design->n_points = 1;
  for (size_t k = 0; k < design->n_parameters; k++) {
    if (design->parameter[k].n > INT_MAX / design->n_points)
      return hd_fail(err, HD_INPUT, "study: a grid of more than %d points", INT_MAX);
    design->n_points *= design->parameter[k].n;
  }
  return HD_OK;
}

/** Are values i and j of a parameter the same number, or the same text? */
static bool is_same(const struct parameter *parameter, size_t i, size_t j) {
  double a = parameter->value[i], b = parameter->value[j];
  return isnan(a) ? isnan(b) && strcmp(parameter->text[i], parameter->text[j]) == 0 : a == b;
}

/** An axis of a cube labels its planes: no value twice. Those of a range are in order. */
static enum hd_status check_axes(const struct design *design, struct hd_error *err) {
  for (size_t k = 0; k < design->n_parameters; k++) {
    const struct parameter *parameter = &design->parameter[k];
    bool found = false;
    for (size_t i = 1; i < parameter->n && !found; i++)
      for (size_t j = parameter->vary->n_values > 0 ? 0 : i - 1; j < i && !found; j++) {
        found = is_same(parameter, i, j);
        if (found)
          hd_fail(err, HD_INPUT, "%s: values %zu and %zu are both %s, must differ on an axis",
                  parameter->vary->place, j + 1, i + 1, parameter->text[i]);
      }
  }
  return err->status;
}

/** The first values of all parameters, the second ones, ... */
static enum hd_status count_list(struct design *design, struct hd_error *err) {
  design->n_points = design->parameter[0].n;
  for (size_t k = 1; k < design->n_parameters; k++)
    if (design->parameter[k].n != design->n_points)
      hd_fail(err, HD_INPUT, "%s: has %zu values, must have %zu as the first entry of the list",
              design->parameter[k].vary->place, design->parameter[k].n, design->n_points);
  return err->status;
}

static enum hd_status make_points(struct design *design, const struct study_spec *study,
                                  struct hd_error *err) {
  if (is_sample(study->method))
    return make_sample(design, study, err);
  for (size_t k = 0; k < design->n_parameters; k++) {
    struct parameter *parameter = &design->parameter[k];
    enum hd_status status = parameter->vary->n_values > 0 ? HD_OK : spread_evenly(parameter, err);
    if (status == HD_MEMORY)
      return status;
  }
  if (err->status != HD_OK)
    return err->status;
  if (study->method == STUDY_LIST)
    return count_list(design, err);
  TRY(check_axes(design, err));
  return count_grid(design, err);
}

size_t design_index(const struct design *design, size_t point, size_t parameter) {
  if (design->method != STUDY_GRID)
    return point;
  for (size_t k = design->n_parameters; k-- > parameter + 1;)
    point /= design->parameter[k].n;
  return point % design->parameter[parameter].n;
}

/* ---- all ---- */

static enum hd_status read_all(struct design *design, const struct study_spec *study,
                               const char *path, const char *const *sets, struct hd_error *err) {
  TRY(hd_alloc(&design->parameter, study->n_vary, sizeof *design->parameter, err));
  design->n_parameters = study->n_vary;
  for (size_t k = 0; k < study->n_vary; k++) {
    struct parameter *parameter = &design->parameter[k];
    parameter->vary = &study->vary[k];
    enum hd_status status = parameter_read(parameter, path, sets, err);
    if (status != HD_OK && status != HD_INPUT)
      return status;
    for (size_t j = 0; j < k; j++)
      if (strcmp(study->vary[j].key, study->vary[k].key) == 0)
        hd_fail(err, HD_INPUT, "%s: %s varies twice", study->vary[k].place, study->vary[k].key);
  }
  return err->status == HD_OK ? parameter_name_all(design->parameter, study->n_vary, err)
                              : err->status;
}

enum hd_status design_create(struct design *design, const struct study_spec *study,
                             const char *path, const char *const *sets, struct hd_error *err) {
  struct hd_error own = {.status = HD_OK};
  *design = (struct design){.method = study->method};
  enum hd_status status =
      study->n_vary > 0
          ? read_all(design, study, path, sets, &own)
          : hd_fail(&own, HD_INPUT,
                    "%s: nothing varies; give --vary KEY=FROM:TO:N or a block study with vary",
                    path);
  if (status == HD_OK)
    status = make_points(design, study, &own);
  if (status != HD_OK)
    *err = own;
  return status;
}

void design_free(struct design *design) {
  for (size_t k = 0; design->parameter && k < design->n_parameters; k++)
    parameter_free(&design->parameter[k]);
  hd_free(&design->parameter);
}
