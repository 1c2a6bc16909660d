#include "tests/support/trace.h"

#include <check.h>
#include <math.h>
#include "solver/config/variant.h"

void trace_require(enum hd_status status, const struct hd_error *err) {
  ck_assert_msg(status == HD_OK, "%s", err->text);
}

/* ---- begin ---- */

enum hd_status trace_set_voltage(void *context, struct steady *steady, double value,
                                 struct hd_error *err) {
  (void)err;
  steady->system->elements[*(const size_t *)context].waveform =
      (struct waveform){.kind = WAVEFORM_CONSTANT, .low = value};
  return HD_OK;
}

static enum hd_status set_key(void *context, struct steady *steady, double value,
                              struct hd_error *err) {
  (void)steady;
  return curve_key_set(context, value, err);
}

static void begin(struct trace *trace, const struct curve_parameter *parameter,
                  const struct trace_range *range, const struct curve_steps *steps) {
  struct hd_error err = {0};
  struct rig *rig = &trace->rig;
  trace->n_folds = 0;
  trace_require(continuation_create(&trace->curve, rig->steady, parameter, steps, &err), &err);
  trace_require(continuation_begin(trace->curve, rig->y, range->from, range->direction, &err),
                &err);
}

void trace_begin(struct trace *trace, const struct trace_range *range,
                 const struct curve_steps *steps) {
  trace->source = (size_t)rig_element(&trace->rig, "V");
  const struct curve_parameter parameter = {.name = "V",
                                            .unit = range->unit,
                                            .linear = true,
                                            .low = range->low,
                                            .high = range->high,
                                            .set = trace_set_voltage,
                                            .context = &trace->source};
  begin(trace, &parameter, range, steps);
}

void trace_begin_key(struct trace *trace, const char *key, const struct trace_range *range,
                     const struct curve_steps *steps) {
  const struct run_variants variants = variants_of(trace->rig.plan.config);
  curve_key_init(&trace->key, trace->rig.system, &variants, key, 0);
  const struct curve_parameter parameter = {.name = key,
                                            .unit = range->unit,
                                            .low = range->low,
                                            .high = range->high,
                                            .set = set_key,
                                            .context = &trace->key};
  begin(trace, &parameter, range, steps);
}

void trace_close(struct trace *trace) {
  if (trace->key.key)
    curve_key_leave(&trace->key);
  continuation_free(&trace->curve);
  rig_close(&trace->rig);
}

/* ---- follow ---- */

bool trace_next(struct trace *trace) {
  struct hd_error err = {0};
  trace_require(continuation_advance(trace->curve, &err), &err);
  const struct curve_point *next = &trace->curve->next;
  ck_assert_int_lt(trace->n_folds, TRACE_FOLDS);
  if (next->fold)
    trace->fold[trace->n_folds++] = next->p;
  return !continuation_is_end(trace->curve, next);
}

void trace_to_fold(struct trace *trace) {
  int before = trace->n_folds;
  for (int i = 0; i < TRACE_POINTS && trace->n_folds == before; i++) {
    ck_assert(trace_next(trace));
    continuation_accept(trace->curve);
  }
  ck_assert(trace->curve->last.fold);
}

void trace_all(struct trace *trace) {
  for (int i = 0; i < TRACE_POINTS && trace_next(trace); i++)
    continuation_accept(trace->curve);
  ck_assert(continuation_is_end(trace->curve, &trace->curve->next));
}

double trace_distance(const struct rig *rig, const double *a, const double *b) {
  const struct system_instance *instance = rig_instance(rig);
  const struct model *model = &instance->device->model;
  double worst = 0.0;
  for (int k = 0; k < instance->device->n_nodes; k++)
    for (int j = 0; j < model->n_unknowns; j++) {
      int g = instance->dof[k * model->n_unknowns + j];
      bool volts = j == 0 || (j <= model->n_species && model->carrier[j - 1]);
      if (g < rig->system->n && volts)
        worst = fmax(worst, fabs(a[g] - b[g]));
    }
  return worst;
}
