#include "solver/fit/fit_model.h"

#include <math.h>
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

/** Let an experiment give its rows at the data's times or frequencies, or step its source to their
 * values. */
static enum hd_status impose(struct run_spec *spec, const struct fit_data *data,
                             struct hd_error *err) {
  struct experiment_spec *experiment = &spec->experiments[data->experiment];
  double **values = &experiment->times;
  size_t *count = &experiment->n_times;
  if (data->type == EXPERIMENT_DC_SWEEP) {
    values = &experiment->values;
    count = &experiment->n_values;
  } else if (data->type == EXPERIMENT_IMPEDANCE) {
    values = &experiment->spectrum.frequencies;
    count = &experiment->spectrum.n_frequencies;
  }
  TRY(hd_resize(values, data->n, sizeof **values, err));
  memcpy(*values, data->x, data->n * sizeof **values);
  *count = data->n;
  experiment->every_step = false;
  return HD_OK;
}

static enum hd_status impose_all(const struct fit_model *model, struct run_spec *spec,
                                 struct hd_error *err) {
  for (size_t d = 0; d < model->n_data; d++)
    TRY(impose(spec, &model->data[d], err));
  return HD_OK;
}

/** What a run leaves in memory. */
struct rows {
  struct sensitivity_rows currents;
  struct spectrum_rows admittances;
};

static double *slopes_of(struct fit_model *model, size_t value) {
  return model->slope + value * model->n;
}

/** Rows of the data's experiment to its currents, from value number `first` on. */
static enum hd_status collect_currents(struct fit_model *model, const struct fit_data *data,
                                       size_t first, const struct sensitivity_rows *rows,
                                       struct hd_error *err) {
  bool sweep = data->type == EXPERIMENT_DC_SWEEP;
  size_t row = 0;
  for (size_t i = 0; i < data->n; i++) {
    for (; row < rows->n; row++)
      if (rows->experiment[row] == data->experiment &&
          (sweep || fabs(sensitivity_row_time(rows, row) - data->x[i]) <= SAME_TIME * data->x[i]))
        break;
    if (row == rows->n)
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
static enum hd_status collect_spectrum(struct fit_model *model, const struct fit_data *data,
                                       size_t first, const struct spectrum_rows *rows,
                                       struct hd_error *err) {
  size_t row = 0;
  while (row < rows->n && rows->experiment[row] != data->experiment)
    row++;
  if (rows->n - row < data->n)
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
            ? collect_spectrum(model, data, first, &rows->admittances, err)
            : collect_currents(model, data, first, &rows->currents, err));
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
  const struct run_options options = {.level = PROGRESS_QUIET,
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
