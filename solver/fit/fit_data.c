#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "solver/base/memory.h"
#include "solver/config/sections.h"
#include "solver/fit/fit.h"
#include "solver/fit/fit_layout.h"
#include "solver/fit/fit_quantity.h"

enum { LINE = 4096 };

/** Share of the largest modulus that errors of a share still have where a value is 0. */
static const double LEAST = 1e-12;

/* ---- experiment ---- */

/** The only experiment of the file's type. */
static enum hd_status find_only(struct fit_data *data, const struct run_spec *spec,
                                struct hd_error *err) {
  size_t found = 0;
  for (size_t e = 0; e < spec->n_experiments; e++)
    if (spec->experiments[e].type == data->type) {
      data->experiment = e;
      found++;
    }
  if (found == 1)
    return HD_OK;
  return hd_fail(err, HD_INPUT, "%s: the input has %s of type %s, must be one%s", data->file,
                 found ? "several experiments" : "no experiment", experiment_names[data->type],
                 found ? "; name it in a column `experiment`" : "");
}

/** The experiment that a column of line `number` names. */
static enum hd_status find_named(struct fit_data *data, const struct run_spec *spec,
                                 const char *name, int number, struct hd_error *err) {
  for (size_t e = 0; e < spec->n_experiments; e++) {
    const struct experiment_spec *experiment = &spec->experiments[e];
    if (strcmp(experiment->name, name) != 0)
      continue;
    data->experiment = e;
    if (experiment->type == data->type)
      return HD_OK;
    return hd_fail(err, HD_INPUT, "%s:%d: experiment %s is of type %s, must be %s as %s says",
                   data->file, number, name, experiment_names[experiment->type],
                   experiment_names[data->type], fit_abscissa(data->type));
  }
  return hd_fail(err, HD_INPUT, "%s:%d: the input has no experiment %.63s", data->file, number,
                 name);
}

/** Names are alike in all lines; the first one finds the experiment. */
static enum hd_status read_name(struct fit_data *data, const struct run_spec *spec,
                                const char *name, int number, struct hd_error *err) {
  if (data->n == 0)
    return find_named(data, spec, name, number, err);
  const char *first = spec->experiments[data->experiment].name;
  return strcmp(first, name) == 0
             ? HD_OK
             : hd_fail(err, HD_INPUT, "%s:%d: a file holds one experiment, got %s and %.63s",
                       data->file, number, first, name);
}

/* ---- points ---- */

static enum hd_status check_abscissa(const struct fit_data *data, double x, int number,
                                     struct hd_error *err) {
  const struct param *limits = &frequency_params[0];
  if (data->type == EXPERIMENT_TRANSIENT && (x < 0.0 || (data->n > 0 && x <= data->x[data->n - 1])))
    return hd_fail(err, HD_INPUT, "%s:%d: got %g s, times must ascend from 0", data->file, number,
                   x);
  if (data->type == EXPERIMENT_IMPEDANCE && !(limits->min <= x && x <= limits->max))
    return hd_fail(err, HD_INPUT, "%s:%d: got %g Hz, must be >= %g and <= %g", data->file, number,
                   x, limits->min, limits->max);
  return HD_OK;
}

static bool read_cell(const struct fit_cells *cells, int at, double *value) {
  if (at >= cells->n)
    return false;
  char *end;
  *value = strtod(cells->text[at], &end);
  return end != cells->text[at] && *end == '\0' && isfinite(*value);
}

/** One point of a line. */
static enum hd_status read_point(struct fit_data *data, const struct fit_cells *cells, int number,
                                 const struct fit_layout *layout, const struct run_spec *spec,
                                 struct hd_error *err) {
  double x, value[FIT_WIDTH], error[FIT_WIDTH] = {1.0, 1.0};
  bool whole = layout->experiment < cells->n && read_cell(cells, layout->x, &x);
  for (size_t j = 0; j < data->width; j++) {
    whole = whole && read_cell(cells, layout->value[j], &value[j]);
    if (data->has_errors)
      whole = whole && read_cell(cells, layout->error[j], &error[j]) && error[j] > 0.0;
  }
  if (!whole)
    return hd_fail(err, HD_INPUT,
                   "%s:%d: needs finite numbers for all columns of line 1, errors above 0",
                   data->file, number);
  for (size_t j = 0; j < data->width; j++)
    if (data->quantities[j] && data->quantities[j]->positive && value[j] <= 0.0)
      return hd_fail(err, HD_INPUT, "%s:%d: got %s = %g, must be > 0", data->file, number,
                     data->quantities[j]->column, value[j]);
  if (layout->experiment >= 0)
    TRY(read_name(data, spec, cells->text[layout->experiment], number, err));
  TRY(check_abscissa(data, x, number, err));
  size_t count = (data->n + 1) * data->width;
  TRY(hd_resize(&data->x, data->n + 1, sizeof(double), err));
  TRY(hd_resize(&data->values, count, sizeof(double), err));
  TRY(hd_resize(&data->errors, count, sizeof(double), err));
  data->x[data->n] = x;
  for (size_t j = 0; j < data->width; j++) {
    data->values[data->n * data->width + j] = value[j];
    data->errors[data->n * data->width + j] = error[j];
  }
  data->n++;
  return HD_OK;
}

static enum hd_status read_lines(struct fit_data *data, FILE *file, const struct run_spec *spec,
                                 struct hd_error *err) {
  char line[LINE];
  struct fit_cells cells;
  struct fit_layout layout;
  if (!fgets(line, sizeof line, file))
    return hd_fail(err, HD_INPUT, "%s: is empty", data->file);
  fit_cells_split(&cells, line);
  TRY(fit_layout_read(&layout, data, &cells, spec, err));
  if (layout.experiment < 0)
    TRY(find_only(data, spec, err));
  for (int number = 2; fgets(line, sizeof line, file); number++) {
    if (line[strspn(line, " \t\r\n")] == '\0')
      continue;
    fit_cells_split(&cells, line);
    TRY(read_point(data, &cells, number, &layout, spec, err));
  }
  if (data->n == 0)
    return hd_fail(err, HD_INPUT, "%s: holds no points", data->file);
  double last = data->x[data->n - 1], duration = spec->experiments[data->experiment].duration;
  if (data->type == EXPERIMENT_TRANSIENT && last > duration)
    return hd_fail(err, HD_INPUT, "%s: the last time is %g s, must be within the duration (%g s)",
                   data->file, last, duration);
  return HD_OK;
}

/* ---- errors ---- */

static bool is_angle(const struct fit_data *data, size_t j) {
  return data->quantities[j] && data->quantities[j]->period > 0.0;
}

/** What a value is divided by to become a share of a modulus. */
static double unit(const struct fit_data *data, size_t i, size_t j) {
  return data->quantities[j] ? data->quantities[j]->unit(2.0 * acos(-1.0) * data->x[i]) : 1.0;
}

/** Modulus of point i from all of its values that are no angles; of an angle alone 1 rad. */
static double modulus(const struct fit_data *data, size_t i) {
  double sum = 0.0;
  bool any = false;
  for (size_t j = 0; j < data->width; j++)
    if (!is_angle(data, j)) {
      sum = hypot(sum, data->values[i * data->width + j] / unit(data, i, j));
      any = true;
    }
  return any ? sum : 1.0;
}

/** Errors that are not told are a share of the modulus of the current, Z or Y, and so are those of
 * both parts; of an angle they are a share of 1 rad. */
static void guess_errors(struct fit_data *data, double relative) {
  double largest = 0.0;
  for (size_t i = 0; i < data->n; i++)
    largest = fmax(largest, modulus(data, i));
  for (size_t i = 0; i < data->n && !data->has_errors; i++)
    for (size_t j = 0; j < data->width; j++) {
      double size = is_angle(data, j) ? 1.0 : modulus(data, i) + LEAST * largest;
      data->errors[i * data->width + j] = relative * size * unit(data, i, j);
    }
}

/**
 * Read measurements.
 * Errors  HD_IO, HD_INPUT, HD_MEMORY
 */
enum hd_status fit_data_read(struct fit_data *data, const char *path, const struct run_spec *spec,
                             struct hd_error *err) {
  *data = (struct fit_data){.n = 0};
  snprintf(data->file, sizeof data->file, "%s", path);
  FILE *file = fopen(path, "r");
  if (!file)
    return hd_fail(err, HD_IO, "%s: %s", path, strerror(errno));
  enum hd_status status = read_lines(data, file, spec, err);
  fclose(file);
  if (status == HD_OK)
    guess_errors(data, spec->fit.relative_error);
  else
    fit_data_free(data);
  return status;
}

/** Free; zeroed data are accepted. */
void fit_data_free(struct fit_data *data) {
  hd_free(&data->x);
  hd_free(&data->values);
  hd_free(&data->errors);
}
