#include "solver/experiment.h"

#include <assert.h>
#include <string.h>
#include "solver/base/memory.h"
#include "solver/sources.h"

/* Steady states: the one that an experiment begins with, whatever its type, and experiments that
 * are one steady state or a row of them. */

/* ---- where an experiment begins ---- */

enum hd_status run_go_to(struct run *run, const double *values, struct hd_error *err) {
  TRY(steady_move(run->steady, run->y, run->sources, values, err));
  memcpy(run->sources, values, run->spec->circuit.n_elements * sizeof *values);
  return HD_OK;
}

static enum hd_status equilibrium(struct run *run, bool frozen, struct hd_error *err) {
  run->steady->frozen = frozen;
  run->steady->initial = true;
  enum hd_status status = steady_equilibrium(run->steady, run->y, err);
  run->steady->initial = false;
  memset(run->sources, 0, run->spec->circuit.n_elements * sizeof *run->sources);
  run->has_state = status == HD_OK;
  if (status == HD_OK && run->sensitivity)
    status = sensitivity_equilibrium(run->sensitivity, frozen, run->y, err);
  return status;
}

/** Does an experiment begin anew, from an equilibrium? */
static bool begins_anew(const struct experiment_spec *experiment) {
  return experiment->start != START_LAST || experiment->type == EXPERIMENT_EQUILIBRIUM;
}

/** Do the ions stay where they are while the state is sought? */
bool experiment_holds_ions(const struct experiment_spec *experiment) {
  return experiment->frozen_ions || experiment->spectrum.hold_ions;
}

/** What keeps random ions of an experiment before: its state may have no steady one near. */
static const char *remedy_of(const struct run *run, const struct experiment_spec *experiment) {
  if (run->spec->stochastic.engine == ENGINE_NONE || experiment_holds_ions(experiment))
    return NULL;
  return experiment_is_spectrum(experiment->type) ? "hold_ions" : "frozen_ions";
}

static enum hd_status reach_state(struct run *run, const struct experiment_spec *experiment,
                                  struct hd_error *err) {
  bool fresh = begins_anew(experiment) || !run->has_state;
  if (fresh)
    TRY(equilibrium(run, experiment->start == START_PROFILE, err));
  run->steady->frozen = experiment_holds_ions(experiment);
  run->steady->remedy = fresh ? NULL : remedy_of(run, experiment);
  system_hold_ions(run->system, run->y);
  if (run->sensitivity)
    sensitivity_hold(run->sensitivity, run->y);
  if (!fresh)
    steady_adopt(run->steady, run->y);
  sources_drive(run->system, experiment);
  bool sweeps =
      experiment->type == EXPERIMENT_DC_SWEEP || experiment->type == EXPERIMENT_CONTINUATION;
  if (experiment->start != START_STEADY || sweeps)
    return HD_OK;
  double *values = NULL;
  TRY(hd_alloc(&values, run->spec->circuit.n_elements, sizeof *values, err));
  sources_start(run->system, values);
  run->steady->initial = true;
  enum hd_status status = run_go_to(run, values, err);
  if (status == HD_OK && run->sensitivity)
    status = sensitivity_steady(run->sensitivity, SENSITIVITY_FORWARD, run->index, 0,
                                run->steady->frozen, true, run->y, err);
  run->steady->initial = false;
  hd_free(&values);
  sources_drive(run->system, experiment);
  return status;
}

/** The state and the sources in which the first member of a series begins. */
static enum hd_status keep_first(struct run *run, struct hd_error *err) {
  size_t n = (size_t)run->system->n, elements = run->spec->circuit.n_elements;
  TRY(hd_resize(&run->first, n + elements, sizeof *run->first, err));
  memcpy(run->first, run->y, n * sizeof *run->y);
  memcpy(run->first + n, run->sources, elements * sizeof *run->sources);
  return HD_OK;
}

/**
 * Bring run->y to the state an experiment begins with; all members of a series begin alike.
 * Errors  those of steady_equilibrium and steady_move
 */
enum hd_status experiment_begin(struct run *run, const struct experiment_spec *experiment,
                                struct hd_error *err) {
  size_t n = (size_t)run->system->n, elements = run->spec->circuit.n_elements;
  if (experiment->protocol.part == 0) {
    TRY(reach_state(run, experiment, err));
    return experiment->protocol.n_values > 1 ? keep_first(run, err) : HD_OK;
  }
  assert(!run->sensitivity); /* refused when the input was read, and by fits */
  memcpy(run->y, run->first, n * sizeof *run->y);
  memcpy(run->sources, run->first + n, elements * sizeof *run->sources);
  run->steady->frozen = experiment->frozen_ions;
  system_hold_ions(run->system, run->y);
  steady_adopt(run->steady, run->y);
  sources_drive(run->system, experiment);
  return HD_OK;
}

/* ---- steady experiments ---- */

/** Sensitivities of the state of a steady experiment, of a sweep its point number i; of the whole
 * state where small signals or the next experiment go on from it. */
static enum hd_status differentiate(struct run *run, size_t i, bool last, struct hd_error *err) {
  if (!run->sensitivity)
    return HD_OK;
  const struct experiment_spec *experiments = run->spec->experiments;
  bool carry = experiments[run->index].type == EXPERIMENT_IMPEDANCE ||
               (last && run->index + 1 < run->spec->n_experiments &&
                !begins_anew(&experiments[run->index + 1]));
  enum sensitivity_way way = carry ? SENSITIVITY_FORWARD : sensitivity_cheaper(run->sensitivity);
  TRY(sensitivity_steady(run->sensitivity, way, run->index, i, run->steady->frozen, false, run->y,
                         err));
  return sensitivity_report_row(run->report, NULL, 0.0, run->y, err);
}

/**
 * One steady state at the values that the sources start with, and its row.
 * Errors  those of steady_move; HD_IO
 */
enum hd_status experiment_steady(struct run *run, const struct experiment_spec *experiment,
                                 struct hd_error *err) {
  double *values = NULL;
  progress_begin(run->progress, experiment->name, false, 1.0);
  TRY(hd_alloc(&values, run->spec->circuit.n_elements, sizeof *values, err));
  if (experiment->type != EXPERIMENT_EQUILIBRIUM)
    sources_start(run->system, values);
  enum hd_status status = run_go_to(run, values, err);
  hd_free(&values);
  TRY(status);
  TRY(differentiate(run, 0, true, err));
  TRY(run_point(run, 0.0, experiment->fields_start || experiment->fields_end, err));
  progress_point(run->progress, "", 0.0, run_shown_current(run),
                 (int)run->steady->counts.newton_iterations);
  return HD_OK;
}

/**
 * A row of steady states along the values of one source, each from the one before.
 * from    a checkpoint inside the sweep, or NULL
 * Errors  those of steady_move; HD_IO, HD_INTERRUPTED, HD_MEMORY
 */
enum hd_status experiment_sweep(struct run *run, const struct experiment_spec *experiment,
                                const struct store *from, struct hd_error *err) {
  size_t count = run->spec->circuit.n_elements, e = (size_t)experiment->sweep_source;
  double *values = NULL;
  enum hd_status status = HD_OK;
  TRY(hd_alloc(&values, count, sizeof *values, err));
  sources_start(run->system, values);
  size_t first = from ? (size_t)store_number(from, "points") : 0;
  if (run->fresh)
    progress_begin(run->progress, experiment->name, false, (double)experiment->n_values);
  if (run->fresh && from)
    progress_skip(run->progress, 0.0, (long)first);
  for (size_t i = first; i < experiment->n_values && status == HD_OK && !run->leave; i++) {
    long before = run->steady->counts.newton_iterations;
    values[e] = experiment->values[i];
    status = run_go_to(run, values, err);
    if (status != HD_OK) {
      hd_fail(err, status, "experiment %s stopped at %s = %.6g, after %zu of %zu points",
              experiment->name, run->system->elements[e].name, values[e], i, experiment->n_values);
      break;
    }
    bool fields = (i == 0 && experiment->fields_start) ||
                  (i + 1 == experiment->n_values && experiment->fields_end) ||
                  (experiment->fields_every > 0 && i % (size_t)experiment->fields_every == 0);
    status = differentiate(run, i, i + 1 == experiment->n_values, err);
    if (status == HD_OK)
      status = run_point(run, values[e], fields, err);
    progress_point(run->progress, run->system->elements[e].name, values[e], run_shown_current(run),
                   (int)(run->steady->counts.newton_iterations - before));
    run->leave = status == HD_OK && i + 1 < experiment->n_values &&
                 checkpoint_due(&run->checkpoint, (long)i + 1, 0.0, 0.0, interrupted());
    if (status == HD_OK && (run->leave || interrupted()))
      status = run_save_points(run, i, err);
    if (status == HD_OK && interrupted())
      status = hd_fail(err, HD_INTERRUPTED, "interrupted in experiment %s at %s = %.6g",
                       experiment->name, run->system->elements[e].name, values[e]);
  }
  hd_free(&values);
  return status;
}
