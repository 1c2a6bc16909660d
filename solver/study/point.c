#include "solver/study/point.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "solver/base/clock.h"
#include "solver/base/memory.h"
#include "solver/config/execute.h"
#include "solver/config/table.h"
#include "solver/ensemble/record.h"
#include "solver/study/curves.h"
#include "solver/study/figures.h"

enum { DIGITS = 17 };

/** A run while it is worked on. */
struct run_point {
  const struct point_plan *plan;
  int number;
  size_t point;
  int trajectory;    /* -1: the input's own */
  const char **sets; /* owned, what they point to: from `n_borrowed` on */
  size_t n_borrowed, n_sets;
};

/* ---- overrides ---- */

/** Append "key=value". */
static enum hd_status add_set(struct run_point *run, const char *key, const char *value,
                              struct hd_error *err) {
  size_t size = strlen(key) + strlen(value) + 2;
  char *text = NULL;
  TRY(hd_alloc(&text, size, 1, err));
  snprintf(text, size, "%s=%s", key, value);
  run->sets[run->n_sets++] = text;
  return HD_OK;
}

static enum hd_status open_point(struct run_point *run, struct hd_error *err) {
  const struct design *design = run->plan->design;
  char text[HD_NAME];
  /* the point's own, the trajectory, and room for a threshold's */
  TRY(parameter_sets(&run->sets, &run->n_borrowed, run->plan->sets, design->n_parameters + 2, err));
  run->n_sets = run->n_borrowed;
  for (size_t k = 0; k < design->n_parameters; k++) {
    const struct parameter *parameter = &design->parameter[k];
    TRY(add_set(run, parameter->vary->key, parameter->text[design_index(design, run->point, k)],
                err));
  }
  snprintf(text, sizeof text, "%d", run->trajectory);
  return run->trajectory >= 0 ? add_set(run, "stochastic.trajectory", text, err) : HD_OK;
}

static void close_point(struct run_point *run) {
  for (size_t i = run->n_borrowed; i < run->n_sets; i++)
    hd_free(&run->sets[i]);
  hd_free(&run->sets);
}

/* ---- runs ---- */

/** What a run is looked at by. */
struct looks {
  struct figures figures;
  struct curves curves;
};

static void look(void *context, size_t experiment, const struct output *output) {
  struct looks *looks = context;
  figures_look(&looks->figures, experiment, output);
  curves_look(&looks->curves, experiment, output);
}

static void look_spectrum(void *context, size_t experiment, const struct spectrum_columns *columns,
                          const double *row) {
  struct looks *looks = context;
  curves_look_spectrum(&looks->curves, experiment, columns, row);
}

/** The run itself, with its figures and curves in the summary. */
static enum hd_status run_main(const struct run_point *run, json_t **summary,
                               struct hd_error *err) {
  char dir[HD_PATH];
  struct plan plan;
  struct looks looks = {.figures = {0}};
  const struct row_watch watch = {.look = look, .look_spectrum = look_spectrum, .context = &looks};
  const char *traces = run->plan->traces;
  const struct run_options wanted = {
      .dir = traces ? dir : NULL, .watch = &watch, .summary = summary};
  if (traces && snprintf(dir, sizeof dir, "%s/%06d", traces, run->number) >= HD_PATH)
    return hd_fail(err, HD_IO, "%s: the name of the folder is too long", traces);
  enum hd_status status = plan_create(&plan, run->plan->path, run->sets, err);
  if (status == HD_OK)
    status = figures_create(&looks.figures, &plan.spec, run->plan->study, err);
  if (status == HD_OK)
    status = curves_create(&looks.curves, &plan.spec, run->plan->study, err);
  if (status == HD_OK)
    status = plan_execute_silently(&plan, &wanted, err);
  if (status == HD_OK)
    status = figures_put(&looks.figures, *summary, err);
  if (status == HD_OK)
    status = curves_put(&looks.curves, *summary, err);
  if (looks.figures.spec)
    figures_free(&looks.figures);
  curves_free(&looks.curves);
  plan_free(&plan);
  return status;
}

/** Does the experiment of a threshold spike at a value of its key? */
static enum hd_status fires(struct run_point *run, const struct threshold *threshold, double value,
                            bool *yes, struct hd_error *err) {
  char text[32];
  struct plan plan;
  json_t *summary = NULL;
  format_number(value, text);
  TRY(add_set(run, threshold->spec->key, text, err));
  enum hd_status status = plan_create(&plan, run->plan->path, run->sets, err);
  int e = status == HD_OK ? figures_threshold_experiment(&plan.spec, threshold->spec) : -1;
  const struct run_options wanted = {.summary = &summary, .until_spike = e + 1};
  if (status == HD_OK)
    status = plan_execute_silently(&plan, &wanted, err);
  if (status == HD_OK) {
    const json_t *list = json_object_get(summary, "experiments");
    *yes = json_array_size(json_object_get(json_array_get(list, (size_t)e), "spikes")) > 0;
  } else {
    hd_fail(err, status, "threshold %s at %s = %s", threshold->spec->name, threshold->spec->key,
            text);
  }
  json_decref(summary);
  plan_free(&plan);
  hd_free(&run->sets[--run->n_sets]);
  return status;
}

/**
 * Halve the range between a value that does not fire and one that does.
 * value   out: its middle; NAN: it is not within the range
 * side    out: -1: `from` fires already, 1: `to` does not fire yet, 0: within
 * Errors  those of the runs
 */
static enum hd_status find_threshold(struct run_point *run, const struct threshold *threshold,
                                     double *value, int *side, struct hd_error *err) {
  double low = threshold->from, high = threshold->to;
  double width = threshold->spec->tolerance * fabs(high - low);
  bool yes;
  *value = NAN;
  TRY(fires(run, threshold, high, &yes, err));
  *side = yes ? 0 : 1;
  if (!yes)
    return HD_OK;
  TRY(fires(run, threshold, low, &yes, err));
  *side = yes ? -1 : 0;
  if (yes)
    return HD_OK;
  while (fabs(high - low) > width) {
    double middle = 0.5 * (low + high);
    TRY(fires(run, threshold, middle, &yes, err));
    *(yes ? &high : &low) = middle;
  }
  *value = 0.5 * (low + high);
  return HD_OK;
}

static enum hd_status run_thresholds(struct run_point *run, json_t *summary, struct hd_error *err) {
  json_t *own = json_object_get(summary, "figures");
  for (size_t k = 0; k < run->plan->study->n_thresholds; k++) {
    const struct threshold *threshold = &run->plan->thresholds[k];
    double value;
    int side;
    char name[THRESHOLD_SIDE];
    TRY(find_threshold(run, threshold, &value, &side, err));
    if (isfinite(value))
      json_object_set_new(own, threshold->spec->name, json_real(value));
    threshold_side(threshold->spec, name);
    json_object_set_new(own, name, json_real(side));
  }
  return HD_OK;
}

void threshold_side(const struct threshold_spec *spec, char name[THRESHOLD_SIDE]) {
  snprintf(name, THRESHOLD_SIDE, "%s_side", spec->name);
}

/* ---- the line ---- */

/** What the point is, in words of the input. */
static json_t *parameters_json(const struct run_point *run) {
  const struct design *design = run->plan->design;
  json_t *object = json_object();
  for (size_t k = 0; k < design->n_parameters; k++) {
    const struct parameter *parameter = &design->parameter[k];
    size_t i = design_index(design, run->point, k);
    json_object_set_new(object, parameter->vary->key,
                        isnan(parameter->value[i]) ? json_string(parameter->text[i])
                                                   : json_real(parameter->value[i]));
  }
  return object;
}

/** Everything of the point, thresholds included, has taken so long. */
static void put_times(json_t *summary, double wall) {
  struct timespec cpu;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
  json_object_set_new(summary, "cpu_s", json_real((double)cpu.tv_sec + 1e-9 * (double)cpu.tv_nsec));
  json_object_set_new(summary, "wall_s", json_real(wall));
}

static enum hd_status run_all(struct run_point *run, json_t **summary, struct hd_error *err) {
  TRY(open_point(run, err));
  TRY(run_main(run, summary, err));
  return run_thresholds(run, *summary, err);
}

char *point_run(const void *context, int number, size_t *length) {
  const struct point_plan *plan = context;
  int trajectories = plan->trajectories > 0 ? plan->trajectories : 1;
  struct run_point run = {.plan = plan,
                          .number = number,
                          .point = (size_t)(number / trajectories),
                          .trajectory =
                              plan->trajectories > 0 ? plan->first + number % trajectories : -1};
  struct hd_error err = {0};
  json_t *summary = NULL;
  double begin = hd_clock();
  enum hd_status status = run_all(&run, &summary, &err);
  if (status != HD_OK) {
    json_decref(summary);
    summary = record_failed_summary(status, err.text);
  }
  put_times(summary, hd_clock() - begin);
  if (json_array_size(json_object_get(summary, "remarks")) == 0)
    json_object_del(summary, "remarks");
  json_t *line = summary ? record_line(plan->one, number, summary) : NULL;
  if (line) {
    json_object_set_new(line, "parameters", parameters_json(&run));
    if (run.trajectory >= 0) {
      json_object_set_new(line, "point", json_integer((json_int_t)run.point));
      json_object_set_new(line, "trajectory", json_integer(run.trajectory));
    }
  }
  close_point(&run);
  char *text = line ? json_dumps(line, JSON_COMPACT | JSON_REAL_PRECISION(DIGITS)) : NULL;
  *length = text ? strlen(text) : 0;
  return text;
}
