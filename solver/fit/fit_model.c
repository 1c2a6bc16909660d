#include "solver/fit/fit_model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "solver/base/memory.h"
#include "solver/config/variant.h"
#include "solver/experiment.h"
#include "solver/fit/fit_quantity.h"

/** Relative difference of the times of a row and of a data point that are the same instant. */
static const double SAME_TIME = 1e-9;

/** d ln I / d ln p, |d ln Y / d ln p| below this is rounding of the differences between twins: the
 * parameter does not act, and must not be moved as if it did. */
static const double SILENT = 1e-8;

/* ---- rows where the data are ---- */

/** The first set of the experiment with the places of set d: repeats share its rows. */
static size_t rows_owner(const struct fit_model *model, size_t d) {
  const struct fit_data *data = &model->data[d];
  for (size_t e = 0; e < d; e++) {
    const struct fit_data *other = &model->data[e];
    if (other->experiment == data->experiment && other->n == data->n &&
        memcmp(other->x, data->x, data->n * sizeof *data->x) == 0)
      return e;
  }
  return d;
}

/** Rows of the experiment of set d before its own: sets with other places follow each other. */
static size_t rows_before(const struct fit_model *model, size_t d) {
  size_t count = 0, owner = rows_owner(model, d);
  for (size_t e = 0; e < owner; e++)
    if (model->data[e].experiment == model->data[d].experiment && rows_owner(model, e) == e)
      count += model->data[e].n;
  return count;
}

static int by_size(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/** Put times in order, each once; returns how many are left. */
static size_t put_in_order(double *times, size_t n) {
  size_t kept = 0;
  qsort(times, n, sizeof *times, by_size);
  for (size_t i = 0; i < n; i++)
    if (kept == 0 || times[i] - times[kept - 1] > SAME_TIME * times[i])
      times[kept++] = times[i];
  return kept;
}

/** Let an experiment give its rows at the times or frequencies of set d, or step its source to its
 * values, besides what earlier sets have asked for. */
static enum hd_status impose(const struct fit_model *model, size_t d, struct run_spec *spec,
                             struct hd_error *err) {
  const struct fit_data *data = &model->data[d];
  struct experiment_spec *experiment = &spec->experiments[data->experiment];
  double **values = &experiment->times;
  size_t *count = &experiment->n_times, before = 0;
  if (data->type == EXPERIMENT_DC_SWEEP) {
    values = &experiment->values;
    count = &experiment->n_values;
  } else if (data->type == EXPERIMENT_IMPEDANCE) {
    values = &experiment->spectrum.frequencies;
    count = &experiment->spectrum.n_frequencies;
  }
  for (size_t e = 0; e < d; e++)
    if (model->data[e].experiment == data->experiment)
      before = *count;
  if (rows_owner(model, d) != d)
    return HD_OK;
  TRY(hd_resize(values, before + data->n, sizeof **values, err));
  memcpy(*values + before, data->x, data->n * sizeof **values);
  *count = before + data->n;
  if (data->type == EXPERIMENT_TRANSIENT)
    *count = put_in_order(*values, *count);
  experiment->every_step = false;
  return HD_OK;
}

static enum hd_status impose_all(const struct fit_model *model, struct run_spec *spec,
                                 struct hd_error *err) {
  for (size_t d = 0; d < model->n_data; d++)
    TRY(impose(model, d, spec, err));
  return HD_OK;
}

/* ---- values and derivatives ---- */

/** What a run leaves in memory. */
struct rows {
  struct sensitivity_rows currents;
  struct spectrum_rows admittances;
};

static double *slopes_of(struct fit_model *model, size_t value) {
  return model->slope + value * model->n;
}

/** Rows of the experiment of set d to its currents, from value number `first` on. */
static enum hd_status collect_currents(struct fit_model *model, size_t d, size_t first,
                                       const struct sensitivity_rows *rows, struct hd_error *err) {
  const struct fit_data *data = &model->data[d];
  bool sweep = data->type == EXPERIMENT_DC_SWEEP;
  size_t row = 0;
  while (row < rows->n && rows->experiment[row] != data->experiment)
    row++;
  row += sweep ? rows_before(model, d) : 0;
  for (size_t i = 0; i < data->n; i++) {
    for (; row < rows->n; row++)
      if (rows->experiment[row] == data->experiment &&
          (sweep || fabs(sensitivity_row_time(rows, row) - data->x[i]) <= SAME_TIME * data->x[i]))
        break;
    if (row >= rows->n)
      return hd_fail(err, HD_INTERNAL, "%s: there is no row for x = %g", data->file, data->x[i]);
    double I = model->value[first + i] = sensitivity_row_current(rows, row, data->terminal);
    for (size_t p = 0; p < model->n; p++) {
      double slope = sensitivity_row_slope(rows, row, data->terminal, p);
      slopes_of(model, first + i)[p] = fabs(slope) < SILENT * fabs(I) ? 0.0 : slope;
    }
    row++;
  }
  return HD_OK;
}

/** The same of a spectrum, whose rows stand in the order of the data. */
static enum hd_status collect_spectrum(struct fit_model *model, size_t d, size_t first,
                                       const struct spectrum_rows *rows, struct hd_error *err) {
  const struct fit_data *data = &model->data[d];
  size_t row = 0;
  while (row < rows->n && rows->experiment[row] != data->experiment)
    row++;
  row += rows_before(model, d);
  if (row + data->n > rows->n)
    return hd_fail(err, HD_INTERNAL, "%s: there are too few rows", data->file);
  for (size_t i = 0; i < data->n * data->width; i++) {
    const struct fit_quantity *quantity = data->quantities[i % data->width];
    const double complex *Y = &rows->Y[(row + i / data->width) * (1 + model->n)];
    double omega = 2.0 * acos(-1.0) * data->x[i / data->width], none;
    double value = quantity->read(Y[0], 0.0, omega, &none);
    if (quantity->period > 0.0)
      value += quantity->period * round((data->values[i] - value) / quantity->period);
    model->value[first + i] = value;
    for (size_t p = 0; p < model->n; p++) {
      bool silent = cabs(Y[1 + p]) < SILENT * cabs(Y[0]);
      quantity->read(Y[0], silent ? 0.0 : Y[1 + p], omega, &slopes_of(model, first + i)[p]);
    }
  }
  return HD_OK;
}

static enum hd_status collect(struct fit_model *model, const struct rows *rows,
                              struct hd_error *err) {
  size_t first = 0;
  for (size_t d = 0; d < model->n_data; d++) {
    const struct fit_data *data = &model->data[d];
    TRY(data->type == EXPERIMENT_IMPEDANCE
            ? collect_spectrum(model, d, first, &rows->admittances, err)
            : collect_currents(model, d, first, &rows->currents, err));
    first += data->n * data->width;
  }
  return HD_OK;
}

size_t fit_model_experiments(const struct fit_model *model) {
  size_t count = 0;
  for (size_t d = 0; d < model->n_data; d++)
    if (model->data[d].experiment >= count)
      count = model->data[d].experiment + 1;
  return count;
}

static enum hd_status run(struct fit_model *model, const struct variant_set *set,
                          const struct run_spec *spec, struct hd_error *err) {
  struct rows rows = {.currents = {0}};
  static const struct remarks untold = {0};
  const struct run_options options = {.level = PROGRESS_QUIET,
                                      .remarks = &untold,
                                      .input_path = "",
                                      .hash = config_hash(model->config),
                                      .n_experiments = fit_model_experiments(model),
                                      .n_parameters = set->n,
                                      .parameters = set->parameters,
                                      .parameter_step = variant_step,
                                      .rows = &rows.currents,
                                      .admittances = &rows.admittances};
  enum hd_status status = experiment_run(spec, &options, err);
  if (status == HD_OK)
    status = collect(model, &rows, err);
  sensitivity_rows_free(&rows.currents);
  spectrum_rows_free(&rows.admittances);
  model->runs++;
  return status;
}

/**
 * Values and derivatives at values of the parameters.
 * values  [n] SI
 * Errors  HD_INPUT: a value is not allowed; HD_CONVERGENCE, HD_MEMORY
 */
enum hd_status fit_model_run(struct fit_model *model, const double *values, struct hd_error *err) {
  struct variant_set set = {0};
  struct run_spec spec = {0};
  enum hd_status status = variant_read(model->config, model->n, model->keys, values, &spec, err);
  if (status == HD_OK)
    status = variant_set_create(&set, model->config, model->n, model->keys, values, err);
  if (status == HD_OK)
    status = impose_all(model, &spec, err);
  for (size_t i = 0; i < set.n && status == HD_OK; i++)
    for (int side = 0; side < 2 && status == HD_OK; side++)
      status = impose_all(model, &set.runs[i][side], err);
  if (status == HD_OK)
    status = run(model, &set, &spec, err);
  variant_set_free(&set);
  run_spec_free(&spec);
  return status;
}
