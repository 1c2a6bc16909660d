#include "solver/experiment.h"

#include <math.h>
#include <string.h>
#include "solver/base/memory.h"
#include "solver/continuation.h"
#include "solver/sources.h"
#include "solver/stability.h"
#include "solver/steady_newton.h"

/** The range of the parameter counts as much as this many kT/q in all potentials. */
static const double CURVE_UNITS = 50.0;
/** On the way from the value in the input to the first one steps are not shorter than this part. */
static const double APPROACH_MIN = 1e-4;

/** A curve that is being followed. */
struct walk {
  struct run *run;
  const struct experiment_spec *experiment;
  const char *name; /* of the parameter */
  size_t source;    /* element index of the source, if it is one */
  struct curve_key key;
  struct continuation *curve;
  struct stability *stability; /* NULL: not asked for */
  struct curve_row row;        /* the last one; `growing` is NAN where it is not known */
  bool over;
};

/* ---- the parameter: the value of a source, or a number of the input ---- */

static enum hd_status set_source(void *context, struct steady *steady, double value,
                                 struct hd_error *err) {
  const size_t *element = context;
  (void)err;
  steady->system->elements[*element].waveform =
      (struct waveform){.kind = WAVEFORM_CONSTANT, .low = value};
  return HD_OK;
}

static enum hd_status set_key(void *context, struct steady *steady, double value,
                              struct hd_error *err) {
  (void)steady;
  return curve_key_set(context, value, err);
}

static bool has_key(const struct walk *walk) {
  return walk->experiment->sweep_source < 0;
}

static struct curve_parameter make_parameter(struct walk *walk) {
  const struct curve_spec *spec = &walk->experiment->curve;
  bool key = has_key(walk);
  return (struct curve_parameter){
      .name = walk->name,
      .unit = fabs(spec->to - spec->from) / CURVE_UNITS,
      .linear = !key,
      .low = spec->low,
      .high = spec->high,
      .set = key ? set_key : set_source,
      .context = key ? (void *)&walk->key : (void *)&walk->source,
  };
}

/* ---- rows ---- */

/** Leading modes of the state in run->y; what was not found stays unknown, and the log says so. */
static void look_at_modes(struct walk *walk) {
  struct run *run = walk->run;
  struct stability_modes modes;
  struct hd_error err = {0};
  walk->row.rate = walk->row.frequency = walk->row.growing = NAN;
  if (!walk->stability)
    return;
  if (stability_modes(walk->stability, run->system, run->y, &modes, &err) != HD_OK) {
    progress_note(run->progress, PROGRESS_NORMAL, "%s: at %s = %.8g the stability is not known: %s",
                  walk->experiment->name, walk->name, walk->row.parameter, err.text);
    return;
  }
  walk->row.rate = modes.rate;
  walk->row.frequency = modes.frequency;
  walk->row.growing = modes.unstable;
}

/** Say where the number of growing modes changed without a fold between. */
static void watch_stability(struct walk *walk, double before) {
  const struct curve_row *row = &walk->row;
  bool known = !isnan(before) && !isnan(row->growing);
  if (!known || before == row->growing || row->fold != 0.0 || walk->curve->last.fold)
    return;
  progress_note(walk->run->progress, PROGRESS_NORMAL,
                "%s: between %s = %.8g and %.8g the number of growing modes goes from %.0f to %.0f "
                "without a fold: %s",
                walk->experiment->name, walk->name, walk->curve->last.p, row->parameter, before,
                row->growing,
                fabs(before - row->growing) == 2.0 ? "an oscillation begins or ends (Hopf)"
                                                   : "branches may cross there");
}

/** What varies, for whoever reads the summary. */
static void tell_parameter(const struct walk *walk) {
  const struct run *run = walk->run;
  const char *unit = has_key(walk)
                         ? walk->experiment->curve.unit
                         : element_table[run->system->elements[walk->source].kind].value_unit;
  json_object_set_new(run->summary.present, "parameter", json_string(walk->name));
  json_object_set_new(run->summary.present, "parameter_unit", json_string(unit));
}

static void tell_fold(struct walk *walk) {
  struct run *run = walk->run;
  const struct curve_row *row = &walk->row;
  json_t *folds = json_object_get(run->summary.present, "folds");
  if (!folds) {
    folds = json_array();
    json_object_set_new(run->summary.present, "folds", folds);
  }
  json_t *fold = json_object();
  json_object_set_new(fold, "parameter", json_real(row->parameter));
  json_object_set_new(fold, "arc_length", json_real(row->arc_length));
  json_object_set_new(fold, "point", json_integer((json_int_t)row->point));
  json_array_append_new(folds, fold);
  progress_note(run->progress, PROGRESS_NORMAL, "%s: fold at %s = %.9g, I = %.6g A",
                walk->experiment->name, walk->name, row->parameter, run_shown_current(run));
}

/** Write a point of the curve; run->y is its state then. */
static enum hd_status write_point(struct walk *walk, const struct curve_point *point,
                                  struct hd_error *err) {
  struct run *run = walk->run;
  const struct experiment_spec *experiment = walk->experiment;
  double before = walk->row.growing;
  size_t number = (size_t)walk->row.point;
  memcpy(run->y, point->y, (size_t)run->system->n * sizeof *point->y);
  if (!has_key(walk))
    run->sources[walk->source] = point->p;
  walk->row.fold = point->fold;
  walk->row.parameter = point->p;
  walk->row.arc_length = point->s;
  walk->row.slope = point->fold ? 0.0 : point->slope;
  walk->row.iterations = walk->curve->iterations;
  look_at_modes(walk);
  bool fields = (number == 0 && experiment->fields_start) ||
                (walk->over && experiment->fields_end) ||
                (experiment->fields_every > 0 && number % (size_t)experiment->fields_every == 0);
  TRY(run_point(run, has_key(walk) ? (double)NAN : point->p, fields, err));
  TRY(output_curve_row(run->output, &walk->row, err));
  progress_point(run->progress, walk->name, point->p, run_shown_current(run),
                 walk->curve->iterations);
  if (number > 0)
    watch_stability(walk, before);
  if (point->fold)
    tell_fold(walk);
  walk->row.branch += point->fold;
  walk->row.point += 1.0;
  return HD_OK;
}

/* ---- begin, go on, stop ---- */

static enum hd_status open_walk(struct walk *walk, struct hd_error *err) {
  const struct curve_parameter parameter = make_parameter(walk);
  const struct curve_spec *spec = &walk->experiment->curve;
  const struct curve_steps steps = {spec->first_step, spec->largest_step, spec->smallest_step};
  struct run *run = walk->run;
  if (has_key(walk) && !run->variants.read)
    return hd_fail(err, HD_INPUT, "experiment %s: a curve over a key is for runs alone",
                   walk->experiment->name);
  TRY(continuation_create(&walk->curve, run->steady, &parameter, &steps, err));
  if (spec->stability)
    TRY(stability_create(&walk->stability, run->system, walk->experiment->frozen_ions, err));
  return HD_OK;
}

/** With the state at the number's value in the input: go to that at the value `from`, in steps that
 * are quartered where Newton fails. */
static enum hd_status approach(struct walk *walk, struct hd_error *err) {
  const struct curve_spec *spec = &walk->experiment->curve;
  struct run *run = walk->run;
  struct system_plan *plan;
  double s = spec->from == spec->own ? 1.0 : 0.0, step = 1.0;
  while (s < 1.0 && step > APPROACH_MIN) {
    double next = fmin(1.0, s + step);
    TRY(curve_key_set(&walk->key,
                      next < 1.0 ? spec->own + next * (spec->from - spec->own) : spec->from, err));
    TRY(system_plan(run->system, SYSTEM_STEADY, run->steady->frozen, &plan, err));
    bool found = steady_newton(run->steady, SYSTEM_STEADY, NULL, 0.0, run->y) >= 0;
    s = found ? next : s;
    step *= found ? 2.0 : 0.25;
  }
  if (s == 1.0)
    return HD_OK;
  return hd_fail(
      err, HD_CONVERGENCE,
      "the steady state at %s = %.9g was lost behind %.9g on the way from %.9g, its value "
      "in the input; choose another `from`",
      walk->name, spec->from, spec->own + s * (spec->from - spec->own), spec->own);
}

/** The state at the value `from`, which is the first point. */
static enum hd_status begin(struct walk *walk, struct hd_error *err) {
  const struct curve_spec *spec = &walk->experiment->curve;
  struct run *run = walk->run;
  double *values = NULL;
  TRY(hd_alloc(&values, run->spec->circuit.n_elements, sizeof *values, err));
  sources_start(run->system, values);
  if (!has_key(walk))
    values[walk->source] = spec->from;
  enum hd_status status = run_go_to(run, values, err);
  hd_free(&values);
  TRY(status);
  if (has_key(walk))
    TRY(approach(walk, err));
  tell_parameter(walk);
  TRY(continuation_begin(walk->curve, run->y, spec->from, spec->to - spec->from, err));
  return write_point(walk, &walk->curve->last, err);
}

static enum hd_status restore(struct walk *walk, const struct store *from, struct hd_error *err) {
  walk->row.point = store_number(from, "points");
  walk->row.branch = store_number(from, "curve_branch");
  walk->row.growing = store_number(from, "curve_growing");
  TRY(continuation_restore(walk->curve, walk->run->y, from, err));
  return walk->stability ? stability_restore(walk->stability, from, err) : HD_OK;
}

/** A checkpoint is of the run's own system; the curve comes back to its value by itself. */
static enum hd_status save(struct walk *walk, struct hd_error *err) {
  struct run *run = walk->run;
  curve_key_leave(&walk->key);
  TRY(run_save(run, run->index, true, err));
  struct store *store = run->checkpoint.next;
  TRY(store_put_number(store, "points", walk->row.point, err));
  TRY(store_put_number(store, "curve_branch", walk->row.branch, err));
  TRY(store_put_number(store, "curve_growing", walk->row.growing, err));
  TRY(continuation_save(walk->curve, store, err));
  return walk->stability ? stability_save(walk->stability, store, err) : HD_OK;
}

/** The next point; at the ends of the range the curve is over. */
static enum hd_status go_on(struct walk *walk, struct hd_error *err) {
  const struct curve_spec *spec = &walk->experiment->curve;
  struct continuation *curve = walk->curve;
  TRY(continuation_advance(curve, err));
  walk->over =
      continuation_is_end(curve, &curve->next) || walk->row.point + 1.0 >= spec->max_points;
  TRY(write_point(walk, &curve->next, err));
  continuation_accept(curve);
  return HD_OK;
}

static enum hd_status follow(struct walk *walk, struct hd_error *err) {
  struct run *run = walk->run;
  while (!walk->over && !run->leave) {
    TRY(go_on(walk, err));
    run->leave = !walk->over &&
                 checkpoint_due(&run->checkpoint, (long)walk->row.point, 0.0, 0.0, interrupted());
    if (!walk->over && (run->leave || interrupted()))
      TRY(save(walk, err));
    if (interrupted())
      return hd_fail(err, HD_INTERRUPTED, "interrupted in experiment %s at %s = %.6g",
                     walk->experiment->name, walk->name, walk->row.parameter);
  }
  if (walk->over)
    json_object_set_new(run->summary.present, "points", json_integer((json_int_t)walk->row.point));
  return HD_OK;
}

/**
 * Steady states along a curve, with rows in terminals.csv and curve.csv. What was found before an
 * error stays.
 * from    a checkpoint inside this experiment, or NULL
 * Errors  HD_CONVERGENCE with the place on the curve, HD_IO, HD_MEMORY, HD_INTERRUPTED
 */
enum hd_status experiment_continuation(struct run *run, const struct experiment_spec *experiment,
                                       const struct store *from, struct hd_error *err) {
  struct walk walk = {.run = run, .experiment = experiment, .name = experiment->curve.key};
  walk.row.growing = NAN;
  if (!has_key(&walk)) {
    walk.source = (size_t)experiment->sweep_source;
    walk.name = run->spec->circuit.elements[walk.source].name;
  }
  curve_key_init(&walk.key, run->system, &run->variants, experiment->curve.key, run->index);
  if (run->fresh)
    progress_begin(run->progress, experiment->name, false, 0.0);
  if (run->fresh && from)
    progress_skip(run->progress, 0.0, (long)store_number(from, "points"));
  enum hd_status status = open_walk(&walk, err);
  if (status == HD_OK)
    status = from ? restore(&walk, from, err) : begin(&walk, err);
  if (status == HD_OK)
    status = follow(&walk, err);
  curve_key_leave(&walk.key);
  stability_free(&walk.stability);
  continuation_free(&walk.curve);
  return status;
}
