#include "solver/experiment.h"

#include <math.h>
#include <string.h>
#include "solver/base/memory.h"
#include "solver/transient.h"

/** One transient while it runs. */
struct evolution {
  struct run *run;
  const struct experiment_spec *experiment;
  struct transient *transient;
  double *point;     /* [n] state at an output time */
  double *ion_start; /* [components] numbers at the start */
  size_t next_time, next_field;
  long step;
};

/** Waveforms of everything that changes in time: sources, switches, light. */
static double next_kink(const struct run *run, double t, double end) {
  double kink = end;
  for (size_t e = 0; e < run->spec->circuit.n_elements; e++)
    if (element_table[run->system->elements[e].kind].has_waveform)
      kink = fmin(kink, waveform_next_kink(&run->system->elements[e].waveform, t));
  for (size_t d = 0; d < run->spec->n_devices; d++)
    if (run->spec->devices[d].generation.kind != GENERATION_NONE)
      kink = fmin(kink, waveform_next_kink(&run->spec->devices[d].generation.factor, t));
  return kink;
}

/** Rows at the requested times in (last, now]; times within rounding of `now` use its own state. */
static enum hd_status write_times(struct evolution *evolution, double now, struct hd_error *err) {
  const struct experiment_spec *experiment = evolution->experiment;
  while (evolution->next_time < experiment->n_times &&
         experiment->times[evolution->next_time] <= now) {
    double t = experiment->times[evolution->next_time++];
    if (t == now && experiment->every_step)
      continue;
    TRY(transient_interpolate(evolution->transient, t, evolution->point, err));
    TRY(output_row(evolution->run->output, t, evolution->point, err));
  }
  while (evolution->next_field < experiment->n_field_times &&
         experiment->field_times[evolution->next_field] <= now) {
    double t = experiment->field_times[evolution->next_field++];
    TRY(transient_interpolate(evolution->transient, t, evolution->point, err));
    TRY(output_fields(evolution->run->output, t, 0.0, evolution->point, NULL, err));
  }
  return HD_OK;
}

/** Kirchhoff at the terminals; ions: number minus start minus inflow. */
static void watch_conservation(struct evolution *evolution, const double *y) {
  struct run *run = evolution->run;
  summary_watch(&run->summary, run->system, y);
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

static enum hd_status after_step(struct evolution *evolution, enum transient_event event,
                                 struct hd_error *err) {
  const struct experiment_spec *experiment = evolution->experiment;
  struct run *run = evolution->run;
  double t = transient_time(evolution->transient);
  const double *y = transient_state(evolution->transient);
  evolution->step++;
  TRY(write_times(evolution, t, err));
  if (experiment->every_step || event == TRANSIENT_STOP)
    TRY(output_row(run->output, t, y, err));
  if ((experiment->fields_every > 0 && evolution->step % experiment->fields_every == 0) ||
      (experiment->fields_at_spikes && event == TRANSIENT_ROOT))
    TRY(output_fields(run->output, t, 0.0, y, transient_derivative(evolution->transient), err));
  watch_conservation(evolution, y);
  progress_step(run->progress, t, transient_last_step(evolution->transient), evolution->step);
  if (interrupted())
    return hd_fail(err, HD_INTERRUPTED, "interrupted in experiment %s at t = %.9g s",
                   experiment->name, t);
  if (evolution->step >= run->spec->solver.max_steps)
    return hd_fail(err, HD_CONVERGENCE,
                   "experiment %s: %ld steps were taken up to t = %.9g s, at most "
                   "solver.max_steps = %d are allowed",
                   experiment->name, evolution->step, t, run->spec->solver.max_steps);
  return HD_OK;
}

static enum hd_status evolve(struct evolution *evolution, struct hd_error *err) {
  double end = evolution->experiment->duration, t = 0.0;
  while (t < end) {
    double stop = next_kink(evolution->run, t, end);
    TRY(transient_begin(evolution->transient, stop, err));
    enum transient_event event = TRANSIENT_STEP;
    while (event != TRANSIENT_STOP) {
      TRY(transient_advance(evolution->transient, &event, err));
      TRY(after_step(evolution, event, err));
    }
    t = stop;
  }
  return HD_OK;
}

/** Which unknowns the spike counter and the integrals read. */
static struct transient_watch make_watch(const struct run *run, const struct spike_spec *spike) {
  struct transient_watch watch = {.enabled = spike->enabled, .source = -1};
  if (!spike->enabled)
    return watch;
  const struct system_instance *instance = &run->system->instances[spike->instance];
  int other = spike->terminal == 0 ? 1 : 0;
  watch.current = instance->current_base + spike->terminal;
  watch.terminal_net[0] = instance->spec->net[spike->terminal];
  watch.terminal_net[1] = instance->device->n_terminals > 1 ? instance->spec->net[other] : 0;
  watch.source = spike->source;
  watch.threshold = spike->threshold;
  return watch;
}

static void add_counts(struct summary *summary, const struct transient_counts *counts) {
  summary->transient.steps += counts->steps;
  summary->transient.newton_iterations += counts->newton_iterations;
  summary->transient.error_test_failures += counts->error_test_failures;
  summary->transient.convergence_failures += counts->convergence_failures;
  json_object_set_new(summary->present, "steps", json_integer(counts->steps));
}

static enum hd_status prepare(struct evolution *evolution, struct hd_error *err) {
  struct run *run = evolution->run;
  size_t components = system_ion_components(run->system), at = 0;
  TRY(hd_alloc(&evolution->point, (size_t)run->system->n, sizeof(double), err));
  TRY(hd_alloc(&evolution->ion_start, components, sizeof(double), err));
  for (size_t i = 0; i < run->system->n_instances; i++)
    for (size_t c = 0; c < run->system->instances[i].device->n_components; c++)
      evolution->ion_start[at++] = system_ion_count(run->system, run->y, (int)i, (int)c);
  struct transient_watch watch = make_watch(run, &evolution->experiment->spike);
  return transient_create(&evolution->transient, run->system, evolution->experiment->frozen_ions,
                          &watch, run->y, err);
}

static enum hd_status first_rows(struct evolution *evolution, struct hd_error *err) {
  const struct experiment_spec *experiment = evolution->experiment;
  struct run *run = evolution->run;
  progress_begin(run->progress, experiment->name, true, experiment->duration);
  while (evolution->next_time < experiment->n_times &&
         experiment->times[evolution->next_time] <= 0.0)
    evolution->next_time++;
  TRY(output_row(run->output, 0.0, run->y, err));
  if (experiment->fields_start)
    TRY(output_fields(run->output, 0.0, 0.0, run->y, NULL, err));
  return HD_OK;
}

/** Where the sources are at the end, for the next experiment. */
static void keep_state(struct evolution *evolution) {
  struct run *run = evolution->run;
  double t = transient_time(evolution->transient);
  memcpy(run->y, transient_state(evolution->transient), (size_t)run->system->n * sizeof(double));
  for (size_t e = 0; e < run->spec->circuit.n_elements; e++) {
    const struct element *element = &run->system->elements[e];
    if (element_table[element->kind].has_waveform && element->kind != ELEMENT_SWITCH)
      run->sources[e] = waveform_value(&element->waveform, t);
  }
}

/**
 * Evolve from run->y for the experiment's duration: exact stops at every kink of every waveform,
 * rows at each step or at the requested times, fields, spikes, conservation.
 * Errors  HD_CONVERGENCE, HD_IO, HD_INTERRUPTED, HD_MEMORY
 */
enum hd_status experiment_transient(struct run *run, const struct experiment_spec *experiment,
                                    struct hd_error *err) {
  struct evolution evolution = {.run = run, .experiment = experiment};
  enum hd_status status = prepare(&evolution, err);
  if (status == HD_OK)
    status = first_rows(&evolution, err);
  if (status == HD_OK)
    status = evolve(&evolution, err);
  if (evolution.transient) {
    struct transient_counts counts = transient_counts(evolution.transient);
    add_counts(&run->summary, &counts);
    keep_state(&evolution);
  }
  if (status == HD_OK && experiment->fields_end)
    status = output_fields(run->output, experiment->duration, 0.0, run->y, NULL, err);
  transient_free(&evolution.transient);
  hd_free(&evolution.point);
  hd_free(&evolution.ion_start);
  return status;
}
