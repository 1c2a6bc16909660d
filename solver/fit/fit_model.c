#include "solver/fit/fit_model.h"

#include <math.h>
#include <string.h>
#include "solver/base/memory.h"
#include "solver/config/variant.h"
#include "solver/experiment.h"

/** Relative difference of the times of a row and of a data point that are the same instant. */
static const double SAME_TIME = 1e-9;

/** d ln I / d ln p below this is rounding of the differences between twins: the parameter does not
 * act, and must not be moved as if it did. */
static const double SILENT = 1e-8;

/** Let an experiment give its rows at the data's times, or step its source to their values. */
static enum hd_status impose(struct run_spec *spec, const struct fit_data *data,
                             struct hd_error *err) {
  struct experiment_spec *experiment = &spec->experiments[data->experiment];
  bool sweep = experiment->type == EXPERIMENT_DC_SWEEP;
  double **values = sweep ? &experiment->values : &experiment->times;
  TRY(hd_resize(values, data->n, sizeof **values, err));
  memcpy(*values, data->x, data->n * sizeof **values);
  *(sweep ? &experiment->n_values : &experiment->n_times) = data->n;
  experiment->every_step = false;
  return HD_OK;
}

static enum hd_status impose_all(const struct fit_model *model, struct run_spec *spec,
                                 struct hd_error *err) {
  for (size_t d = 0; d < model->n_data; d++)
    TRY(impose(spec, &model->data[d], err));
  return HD_OK;
}

/** Rows of the data's experiment to its points. */
static enum hd_status collect(struct fit_model *model, const struct run_spec *spec,
                              const struct fit_data *data, size_t first,
                              const struct sensitivity_rows *rows, struct hd_error *err) {
  bool sweep = spec->experiments[data->experiment].type == EXPERIMENT_DC_SWEEP;
  size_t row = 0;
  for (size_t i = 0; i < data->n; i++) {
    for (; row < rows->n; row++)
      if (rows->experiment[row] == data->experiment &&
          (sweep || fabs(sensitivity_row_time(rows, row) - data->x[i]) <= SAME_TIME * data->x[i]))
        break;
    if (row == rows->n)
      return hd_fail(err, HD_INTERNAL, "%s: there is no row for x = %g", data->file, data->x[i]);
    model->I[first + i] = sensitivity_row_current(rows, row, data->terminal);
    for (size_t p = 0; p < model->n; p++) {
      double slope = sensitivity_row_slope(rows, row, data->terminal, p);
      bool silent = fabs(slope) < SILENT * fabs(model->I[first + i]);
      model->slope[(first + i) * model->n + p] = silent ? 0.0 : slope;
    }
    row++;
  }
  return HD_OK;
}

static enum hd_status run(struct fit_model *model, const struct variant_set *set,
                          const struct run_spec *spec, struct hd_error *err) {
  struct sensitivity_rows rows = {0};
  const struct run_options options = {.level = PROGRESS_QUIET,
                                      .input_path = "",
                                      .hash = config_hash(model->config),
                                      .n_parameters = set->n,
                                      .parameters = set->parameters,
                                      .parameter_step = variant_step,
                                      .rows = &rows};
  enum hd_status status = experiment_run(spec, &options, err);
  size_t first = 0;
  for (size_t d = 0; d < model->n_data && status == HD_OK; d++) {
    status = collect(model, spec, &model->data[d], first, &rows, err);
    first += model->data[d].n;
  }
  sensitivity_rows_free(&rows);
  model->runs++;
  return status;
}

/**
 * Currents and derivatives at values of the parameters.
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
