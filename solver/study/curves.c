#include "solver/study/curves.h"

#include <math.h>
#include <string.h>
#include "solver/base/memory.h"
#include "solver/config/suggest.h"
#include "solver/sink.h"

const char *curves_axis(const struct run_spec *spec, const struct experiment_spec *experiment,
                        const char **unit) {
  const char *none;
  unit = unit ? unit : &none;
  if (experiment->type == EXPERIMENT_DC_SWEEP) {
    int kind = spec->circuit.elements[experiment->sweep_source].kind;
    *unit = kind == ELEMENT_CURRENT_SOURCE ? "A" : "V";
    return "bias";
  }
  *unit = experiment->type == EXPERIMENT_TRANSIENT ? "s" : "Hz";
  return experiment->type == EXPERIMENT_TRANSIENT   ? "time"
         : experiment_is_spectrum(experiment->type) ? "frequency"
                                                    : NULL;
}

int curves_experiment(const struct run_spec *spec, const struct study_curve_spec *curve) {
  for (size_t e = 0; e < spec->n_experiments; e++)
    if (strcmp(spec->experiments[e].name, curve->experiment) == 0 &&
        curves_axis(spec, &spec->experiments[e], NULL))
      return (int)e;
  return -1;
}

/* ---- rows ---- */

enum hd_status curves_create(struct curves *curves, const struct run_spec *spec,
                             const struct study_spec *study, struct hd_error *err) {
  *curves = (struct curves){.spec = spec, .study = study};
  return hd_alloc(&curves->curve, study->n_curves, sizeof *curves->curve, err);
}

void curves_free(struct curves *curves) {
  for (size_t k = 0; curves->curve && k < curves->study->n_curves; k++) {
    hd_free(&curves->curve[k].x);
    hd_free(&curves->curve[k].y);
  }
  hd_free(&curves->curve);
}

static enum hd_status add_point(struct curve *curve, double x, double y) {
  if (curve->n == curve->room) {
    size_t room = 2 * curve->room + 64;
    TRY(hd_resize(&curve->x, room, sizeof(double), NULL));
    TRY(hd_resize(&curve->y, room, sizeof(double), NULL));
    curve->room = room;
  }
  curve->x[curve->n] = x;
  curve->y[curve->n++] = y;
  return HD_OK;
}

/** Row number `n` of an experiment lies at: the value of the swept source, or its time. */
static double place(const struct experiment_spec *experiment, size_t n, double t) {
  if (experiment->type != EXPERIMENT_DC_SWEEP)
    return t;
  return n < experiment->n_values ? experiment->values[n] : (double)NAN;
}

void curves_look(struct curves *curves, size_t e, const struct output *output) {
  const struct experiment_spec *experiment = &curves->spec->experiments[e];
  for (size_t k = 0; k < curves->study->n_curves && curves->status == HD_OK; k++) {
    struct curve *curve = &curves->curve[k];
    const struct study_curve_spec *spec = &curves->study->curves[k];
    if (experiment_is_spectrum(experiment->type) || strcmp(spec->experiment, experiment->name) != 0)
      continue;
    for (size_t c = 2; c < output->n_columns; c++)
      if (strcmp(output->columns[c], spec->column) == 0)
        curves->status =
            add_point(curve, place(experiment, curve->n, output->row[0]), output->row[c - 1]);
  }
}

void curves_look_spectrum(struct curves *curves, size_t e, const struct spectrum_columns *columns,
                          const double *row) {
  for (size_t k = 0; k < curves->study->n_curves && curves->status == HD_OK; k++) {
    const struct study_curve_spec *spec = &curves->study->curves[k];
    if (strcmp(spec->experiment, curves->spec->experiments[e].name) != 0)
      continue;
    for (size_t c = 2; c < columns->n; c++)
      if (strcmp(columns->names[c], spec->column) == 0)
        curves->status = add_point(&curves->curve[k], row[0], row[c - 1]);
  }
}

static json_t *numbers(size_t n, const double *values) {
  json_t *list = json_array();
  for (size_t i = 0; i < n; i++)
    json_array_append_new(list, sink_number(values[i]));
  return list;
}

enum hd_status curves_put(const struct curves *curves, json_t *summary, struct hd_error *err) {
  if (curves->status != HD_OK)
    return hd_fail(err, curves->status, "out of memory for the curves");
  if (curves->study->n_curves == 0)
    return HD_OK;
  json_t *object = json_object();
  for (size_t k = 0; k < curves->study->n_curves; k++) {
    const struct curve *curve = &curves->curve[k];
    json_object_set_new(object, curves->study->curves[k].name,
                        json_pack("{s:o, s:o}", "x", numbers(curve->n, curve->x), "y",
                                  numbers(curve->n, curve->y)));
  }
  json_object_set_new(summary, "curves", object);
  return HD_OK;
}

/* ---- check ---- */

static void refuse(const struct study_curve_spec *curve, const char *file,
                   const struct suggest *suggest, struct hd_error *err) {
  char near[128];
  hd_fail(err, HD_INPUT, "%s.column: %s has no column '%s'%s", curve->place, file, curve->column,
          suggest_text(suggest, near));
}

/** Columns behind the experiment and x. */
static void check_rows(const struct study_curve_spec *curve, const struct output *output,
                       struct hd_error *err) {
  struct suggest suggest = {.wanted = curve->column};
  for (size_t c = 2; c < output->n_columns; c++) {
    if (strcmp(output->columns[c], curve->column) == 0)
      return;
    suggest_offer(&suggest, output->columns[c]);
  }
  refuse(curve, "terminals.csv", &suggest, err);
}

static enum hd_status check_spectrum(const struct study_curve_spec *curve, struct system *system,
                                     int type, struct hd_error *err) {
  struct suggest suggest = {.wanted = curve->column};
  struct spectrum_columns columns = {0};
  enum hd_status status = experiment_spectrum_columns(&columns, system, type, err);
  bool found = false;
  for (size_t c = 2; c < columns.n && !found; c++) {
    found = strcmp(columns.names[c], curve->column) == 0;
    suggest_offer(&suggest, columns.names[c]);
  }
  if (status == HD_OK && !found)
    refuse(curve, type == EXPERIMENT_NOISE ? "noise.csv" : "impedance.csv", &suggest, err);
  hd_free(&columns.names);
  return status;
}

enum hd_status curves_check(const struct study_spec *study, const struct run_spec *spec,
                            struct system *system, const struct output *output,
                            struct hd_error *err) {
  for (size_t k = 0; k < study->n_curves; k++) {
    const struct study_curve_spec *curve = &study->curves[k];
    int e = curves_experiment(spec, curve);
    if (e < 0)
      hd_fail(err, HD_INPUT,
              "%s.experiment: there is no dc_sweep, transient, impedance or noise \"%s\"",
              curve->place, curve->experiment);
    else if (experiment_is_spectrum(spec->experiments[e].type))
      TRY(check_spectrum(curve, system, spec->experiments[e].type, err));
    else
      check_rows(curve, output, err);
  }
  return HD_OK;
}
