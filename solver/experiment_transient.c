#include "solver/experiment_findings.h"

#include <math.h>
#include <string.h>
#include "solver/base/memory.h"
#include "solver/sources.h"

/** One transient while it runs. */
struct evolution {
  struct run *run;
  const struct experiment_spec *experiment;
  struct integrator integrator;
  double *point, *slope; /* [n] state at an output time and its derivative */
  double *ion_start;     /* [components] numbers at the start */
  struct transient_watch watch;
  struct findings findings;
  size_t next_time, next_field;
  long step;
  bool due; /* a checkpoint, as soon as the integrator rests */
};

static enum hd_status write_row(struct evolution *evolution, double t, const double *y,
                                const double *yp, struct hd_error *err) {
  struct run *run = evolution->run;
  double step = integrator_last_step(&evolution->integrator);
  if (run->sensitivity)
    TRY(sensitivity_report_row(run->report, evolution->integrator.smooth, t, y, err));
  return run_row(run, t, y, yp, step > 0.0 ? 1.0 / step : 0.0, err);
}

/** Relative difference of times that are the same up to rounding: multiples of an interval, kinks.
 */
static const double SAME_TIME = 1e-13;

/** Rows at the requested times in (last, now]; not at `now` itself when that gets a row anyway. */
static enum hd_status write_times(struct evolution *evolution, double now, bool has_row,
                                  struct hd_error *err) {
  const struct experiment_spec *experiment = evolution->experiment;
  double same = has_row ? SAME_TIME * now : 0.0;
  while (evolution->next_time < experiment->n_times &&
         experiment->times[evolution->next_time] <= now + same) {
    double t = experiment->times[evolution->next_time++];
    if (has_row && t >= now - same)
      continue;
    TRY(integrator_interpolate(&evolution->integrator, t, evolution->point, evolution->slope, err));
    TRY(write_row(evolution, t, evolution->point, evolution->slope, err));
  }
  while (evolution->next_field < experiment->n_field_times &&
         experiment->field_times[evolution->next_field] <= now) {
    double t = experiment->field_times[evolution->next_field++];
    TRY(integrator_interpolate(&evolution->integrator, t, evolution->point, evolution->slope, err));
    TRY(output_fields(evolution->run->output, t, 0.0, evolution->point, evolution->slope, err));
  }
  return HD_OK;
}

/** Ions: number minus start minus inflow. */
static void watch_conservation(struct evolution *evolution, const double *y) {
  struct run *run = evolution->run;
  size_t at = 0;
  for (size_t i = 0; i < run->system->n_instances; i++)
    for (size_t c = 0; c < run->system->instances[i].device->n_components; c++, at++) {
      double count = system_ion_count(run->system, y, (int)i, (int)c);
      double drift = fabs(count - evolution->ion_start[at] -
                          system_ion_inflow(run->system, y, (int)i, (int)c)) /
                     evolution->ion_start[at];
      run->summary.drift[at] = fmax(run->summary.drift[at], drift);
    }
}

/* ---- checkpoints ---- */

enum { POSITION = 4 };

static enum hd_status save_evolution(struct evolution *evolution, struct hd_error *err) {
  struct run *run = evolution->run;
  size_t components = system_ion_components(run->system);
  const double position[POSITION] = {(double)evolution->findings.written,
                                     (double)evolution->next_time, (double)evolution->next_field,
                                     (double)evolution->step};
  TRY(run_save(run, run->index, true, err));
  struct store *store = run->checkpoint.next;
  TRY(store_put(store, "evolution_position", POSITION, position, err));
  TRY(store_put(store, "evolution_ion_start", components, evolution->ion_start, err));
  TRY(findings_save(&evolution->findings, store, err));
  return integrator_save(&evolution->integrator, store, err);
}

static enum hd_status restore_evolution(struct evolution *evolution, const struct store *from,
                                        struct hd_error *err) {
  size_t components = system_ion_components(evolution->run->system);
  double position[POSITION];
  TRY(store_get(from, "evolution_position", POSITION, position, err));
  evolution->findings.written = (size_t)position[0];
  evolution->next_time = (size_t)position[1];
  evolution->next_field = (size_t)position[2];
  evolution->step = (long)position[3];
  if (components > 0)
    TRY(store_get(from, "evolution_ion_start", components, evolution->ion_start, err));
  TRY(findings_restore(&evolution->findings, from, err));
  TRY(integrator_restore(&evolution->integrator, from, err));
  if (!evolution->run->fresh)
    return HD_OK;
  progress_begin(evolution->run->progress, evolution->experiment->name, true,
                 evolution->experiment->duration);
  progress_skip(evolution->run->progress, integrator_time(&evolution->integrator), evolution->step);
  return HD_OK;
}

/** Store the state when that is due, or when the user wants to stop. */
static enum hd_status look_at_clock(struct evolution *evolution, double t_before,
                                    struct hd_error *err) {
  struct run *run = evolution->run;
  double t = integrator_time(&evolution->integrator);
  bool due = checkpoint_due(&run->checkpoint, evolution->step, t_before, t, interrupted());
  evolution->due = evolution->due || due;
  if (!evolution->due || !integrator_rests(&evolution->integrator))
    return HD_OK;
  run->leave = true;
  TRY(save_evolution(evolution, err));
  if (interrupted())
    return hd_fail(err, HD_INTERRUPTED, "interrupted in experiment %s at t = %.9g s",
                   evolution->experiment->name, t);
  return HD_OK;
}

/* ---- steps ---- */

static enum hd_status after_step(struct evolution *evolution, enum transient_event event,
                                 double t_before, struct hd_error *err) {
  const struct experiment_spec *experiment = evolution->experiment;
  struct run *run = evolution->run;
  double t = integrator_time(&evolution->integrator);
  const double *y = integrator_state(&evolution->integrator);
  evolution->step++;
  if (run->sensitivity)
    TRY(sensitivity_report_step(run->report, evolution->integrator.smooth, event, &evolution->watch,
                                err));
  bool has_row = experiment->every_step || event == TRANSIENT_STOP;
  TRY(write_times(evolution, t, has_row, err));
  if (has_row)
    TRY(write_row(evolution, t, y, integrator_derivative(&evolution->integrator), err));
  if ((experiment->fields_every > 0 && evolution->step % experiment->fields_every == 0) ||
      (experiment->fields_at_spikes && event == TRANSIENT_UP))
    TRY(output_fields(run->output, t, 0.0, y, integrator_derivative(&evolution->integrator), err));
  watch_conservation(evolution, y);
  run_watch_fronts(run, t, y);
  TRY(findings_look(&evolution->findings, &evolution->integrator, t, y, err));
  progress_step(run->progress, t, integrator_last_step(&evolution->integrator), evolution->step);
  TRY(look_at_clock(evolution, t_before, err));
  if (evolution->step >= run->spec->solver.max_steps)
    return hd_fail(err, HD_CONVERGENCE,
                   "experiment %s: %ld steps were taken up to t = %.9g s, at most "
                   "solver.max_steps = %d are allowed",
                   experiment->name, evolution->step, t, run->spec->solver.max_steps);
  return HD_OK;
}

/** Single ions are where they are only at the ends of steps: output times are stops. */
static double next_stop(const struct evolution *evolution, double t, double end) {
  const struct experiment_spec *experiment = evolution->experiment;
  double stop = sources_next_kink(evolution->run->system, t, end);
  if (!evolution->integrator.hopping)
    return stop;
  double later = t + SAME_TIME * t;
  for (size_t i = evolution->next_time; i < experiment->n_times; i++)
    if (experiment->times[i] > later) {
      stop = fmin(stop, experiment->times[i]);
      break;
    }
  for (size_t i = evolution->next_field; i < experiment->n_field_times; i++)
    if (experiment->field_times[i] > later)
      return fmin(stop, experiment->field_times[i]);
  return stop;
}

/** Has the spike come that the run was to wait for? */
static bool is_enough(const struct evolution *evolution) {
  const struct run *run = evolution->run;
  return (size_t)run->until_spike == run->index + 1 && evolution->findings.spikes &&
         spikes_begun(evolution->findings.spikes) > 0;
}

/** Steps to the end, or to a checkpoint. A restored integrator begins inside a stretch. */
static enum hd_status evolve(struct evolution *evolution, bool restored, struct hd_error *err) {
  struct integrator *integrator = &evolution->integrator;
  double end = evolution->experiment->duration, t = integrator_time(integrator);
  double stop = restored ? integrator_stop(integrator) : t;
  bool stopped = t >= stop;
  while (t < end && !evolution->run->leave && !is_enough(evolution)) {
    enum transient_event event = TRANSIENT_STEP;
    if (stopped) {
      if (evolution->run->sensitivity)
        TRY(sensitivity_check_kink(evolution->run->sensitivity, t, end, err));
      stop = next_stop(evolution, t, end);
      TRY(integrator_begin(integrator, stop, err));
    }
    TRY(integrator_advance(integrator, &event, err));
    double before = t;
    stopped = event == TRANSIENT_STOP;
    t = stopped ? stop : integrator_time(integrator);
    TRY(after_step(evolution, event, before, err));
  }
  return HD_OK;
}

static void add_counts(struct summary *summary, const struct transient_counts *counts) {
  summary->transient.steps += counts->steps;
  summary->transient.newton_iterations += counts->newton_iterations;
  summary->transient.error_test_failures += counts->error_test_failures;
  summary->transient.convergence_failures += counts->convergence_failures;
  json_object_set_new(summary->present, "steps", json_integer(counts->steps));
}

/** What single ions did. */
static void add_hops(struct summary *summary, const struct hopping_counts *counts) {
  json_t *entry = json_object();
  json_object_set_new(entry, "hops", json_integer(counts->hops));
  json_object_set_new(entry, "exchanges", json_integer(counts->exchanges));
  json_object_set_new(entry, "events", json_integer(counts->events));
  json_object_set_new(entry, "leaps", json_integer(counts->leaps));
  json_object_set_new(entry, "field_solutions", json_integer(counts->solutions));
  json_object_set_new(summary->present, "single_ions", entry);
}

static enum hd_status prepare(struct evolution *evolution, const struct store *from,
                              struct hd_error *err) {
  struct run *run = evolution->run;
  size_t components = system_ion_components(run->system);
  TRY(hd_alloc(&evolution->point, (size_t)run->system->n, sizeof(double), err));
  TRY(hd_alloc(&evolution->slope, (size_t)run->system->n, sizeof(double), err));
  TRY(hd_alloc(&evolution->ion_start, components, sizeof(double), err));
  run->output->frozen =
      evolution->experiment->frozen_ions || run->spec->stochastic.engine == ENGINE_INTEGER;
  TRY(findings_open(&evolution->findings, run, evolution->experiment, from != NULL, err));
  evolution->watch = findings_watch(&evolution->findings);
  TRY(integrator_create(&evolution->integrator, run->system, evolution->experiment->frozen_ions,
                        run->index, &evolution->watch, run->y, err));
  run->checkpoint.exact = integrator_is_exact(&evolution->integrator);
  if (!from)
    TRY(integrator_start(&evolution->integrator, err));
  if (run->sensitivity) {
    sensitivity_drive(run->sensitivity, run->index);
    TRY(transient_differentiate(evolution->integrator.smooth, run->sensitivity, err));
  }
  const double *y = integrator_state(&evolution->integrator);
  size_t at = 0;
  for (size_t i = 0; i < run->system->n_instances; i++)
    for (size_t c = 0; c < run->system->instances[i].device->n_components; c++)
      evolution->ion_start[at++] = system_ion_count(run->system, y, (int)i, (int)c);
  return HD_OK;
}

static enum hd_status first_rows(struct evolution *evolution, struct hd_error *err) {
  const struct experiment_spec *experiment = evolution->experiment;
  struct run *run = evolution->run;
  const double *y = integrator_state(&evolution->integrator);
  progress_begin(run->progress, experiment->name, true, experiment->duration);
  while (evolution->next_time < experiment->n_times &&
         experiment->times[evolution->next_time] <= 0.0)
    evolution->next_time++;
  TRY(write_row(evolution, 0.0, y, NULL, err));
  run_watch_fronts(run, 0.0, y);
  if (experiment->fields_start)
    TRY(output_fields(run->output, 0.0, 0.0, y, NULL, err));
  return findings_look(&evolution->findings, &evolution->integrator, 0.0, y, err);
}

/** Where the sources are at the end, for the next experiment. */
static enum hd_status keep_state(struct evolution *evolution, struct hd_error *err) {
  struct run *run = evolution->run;
  double t = integrator_time(&evolution->integrator);
  memcpy(run->y, integrator_state(&evolution->integrator), (size_t)run->system->n * sizeof(double));
  for (size_t e = 0; e < run->spec->circuit.n_elements; e++) {
    const struct element *element = &run->system->elements[e];
    if (element_table[element->kind].has_waveform && element->kind != ELEMENT_SWITCH)
      run->sources[e] = waveform_value(&element->waveform, t);
  }
  for (size_t i = 0; run->sensitivity && i < run->sensitivity->n; i++)
    TRY(transient_sensitivity(evolution->integrator.smooth, i, t, 0, run->sensitivity->s[i], err));
  return HD_OK;
}

/** The experiment is over, well or not: spikes that are still open, counts, state, fields. */
static enum hd_status finish(struct evolution *evolution, enum hd_status status,
                             struct hd_error *err) {
  struct run *run = evolution->run;
  status = findings_end(&evolution->findings, status, err);
  if (evolution->integrator.smooth || evolution->integrator.hopping) {
    struct transient_counts counts = integrator_counts(&evolution->integrator);
    add_counts(&run->summary, &counts);
    if (evolution->integrator.hopping) {
      struct hopping_counts hops = hopping_counts(evolution->integrator.hopping);
      add_hops(&run->summary, &hops);
    }
    enum hd_status kept = keep_state(evolution, err);
    if (status == HD_OK)
      status = kept;
  }
  if (status == HD_OK && run->report)
    sensitivity_report_end(run->report, evolution->findings.spikes, run->progress);
  if (status == HD_OK && evolution->experiment->fields_end)
    status = output_fields(run->output, evolution->experiment->duration, 0.0, run->y, NULL, err);
  return status;
}

/**
 * Evolve from run->y for the experiment's duration: exact stops at every kink of every waveform,
 * rows at each step or at the requested times, fields, spikes, conservation.
 * Errors  HD_CONVERGENCE, HD_IO, HD_INTERRUPTED, HD_MEMORY
 */
enum hd_status experiment_transient(struct run *run, const struct experiment_spec *experiment,
                                    const struct store *from, struct hd_error *err) {
  struct evolution evolution = {.run = run, .experiment = experiment};
  enum hd_status status = prepare(&evolution, from, err);
  if (status == HD_OK)
    status = from ? restore_evolution(&evolution, from, err) : first_rows(&evolution, err);
  if (status == HD_OK)
    status = evolve(&evolution, from != NULL, err);
  if (!(status == HD_OK && run->leave))
    status = finish(&evolution, status, err);
  findings_free(&evolution.findings);
  integrator_free(&evolution.integrator);
  hd_free(&evolution.point);
  hd_free(&evolution.slope);
  hd_free(&evolution.ion_start);
  return status;
}
