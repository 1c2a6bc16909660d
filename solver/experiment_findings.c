#include "solver/experiment_findings.h"

#include <string.h>

/* ---- open ---- */

/**
 * Begin to look for what an experiment asks for.
 * findings  zeroed; the caller frees in any case
 * resumed   an earlier part of the experiment is in the summary
 * Errors    HD_MEMORY
 */
enum hd_status findings_open(struct findings *findings, struct run *run,
                             const struct experiment_spec *experiment, bool resumed,
                             struct hd_error *err) {
  const struct spike_spec *spike = &experiment->spike;
  findings->run = run;
  findings->experiment = experiment;
  if (spike->enabled) {
    struct spikes_setup setup = {.threshold = spike->threshold};
    if (spike->capacitor >= 0)
      setup.capacitance = run->system->elements[spike->capacitor].value;
    if (spike->source >= 0)
      setup.waveform = &run->system->elements[spike->source].waveform;
    TRY(spikes_create(&findings->spikes, &setup, err));
    if (!resumed)
      json_object_set_new(run->summary.present, "spikes", json_array());
  }
  return HD_OK;
}

/** Free; what is zeroed is accepted. */
void findings_free(struct findings *findings) {
  spikes_free(&findings->spikes);
  protocol_trace_free(&findings->trace);
}

/** Which unknowns the spike counter and the integrals read. */
struct transient_watch findings_watch(const struct findings *findings) {
  const struct run *run = findings->run;
  const struct spike_spec *spike = &findings->experiment->spike;
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

/* ---- look ---- */

/** Counts and flags as such, quantities as real numbers. */
static json_t *spike_json(size_t column, double value) {
  const char *name = spike_columns[column];
  if (strcmp(name, "pulse") == 0)
    return json_integer((json_int_t)value);
  if (strcmp(name, "complete") == 0)
    return json_boolean(value != 0.0);
  return json_real(value);
}

/** Spikes whose values are final: a row, an entry of the summary, a line for the user. */
static enum hd_status write_spikes(struct findings *findings, size_t until, struct hd_error *err) {
  struct run *run = findings->run;
  json_t *list = json_object_get(run->summary.present, "spikes");
  for (; findings->written < until; findings->written++) {
    const struct spike *spike = spikes_get(findings->spikes, findings->written);
    double row[32];
    json_t *entry = json_object();
    for (size_t i = 0; i < spike_columns_count; i++) {
      row[i] = spike_value(spike, i);
      json_object_set_new(entry, spike_columns[i], spike_json(i, row[i]));
    }
    json_array_append_new(list, entry);
    TRY(sink_table_row(run->spikes, findings->experiment->name, row, err));
    progress_note(run->progress, PROGRESS_NORMAL,
                  "%s: spike %zu at t = %.6g s in pulse %d, peak %.4g A, %.4g J from the source",
                  findings->experiment->name, findings->written + 1, spike->t, spike->pulse,
                  spike->peak, spike->E_source);
  }
  return HD_OK;
}

/** What the spike counter sees of an accepted point. */
static enum hd_status count_spikes(struct findings *findings, struct integrator *integrator,
                                   double t, const double *y, struct hd_error *err) {
  const struct system *system = findings->run->system;
  const struct spike_spec *spec = &findings->experiment->spike;
  if (!findings->spikes)
    return HD_OK;
  struct transient_integrals done = integrator_integrals(integrator);
  struct spikes_point point = {
      .t = t,
      .I = y[system->instances[spec->instance].current_base + spec->terminal],
      .E_source = done.E_source,
      .E_device = done.E_device,
      .charge = done.charge};
  if (spec->capacitor >= 0) {
    const int *net = system->elements[spec->capacitor].net;
    point.V_X = system_net(system, y, net[0]) - system_net(system, y, net[1]);
  }
  TRY(spikes_step(findings->spikes, &point, err));
  return write_spikes(findings, spikes_final(findings->spikes), err);
}

/** Keep an accepted time point for the protocol. */
static enum hd_status keep_point(struct findings *findings, double t, const double *y,
                                 struct hd_error *err) {
  const struct protocol_spec *protocol = &findings->experiment->protocol;
  if (!protocol->enabled)
    return HD_OK;
  const struct system_instance *instance = &findings->run->system->instances[protocol->instance];
  return protocol_record(&findings->trace, t, waveform_value(&protocol->waveform, t),
                         y[instance->current_base + protocol->terminal], err);
}

/** What the protocol found: into the summary, and its numbers as a line for the user. */
static void write_protocol(const struct findings *findings) {
  struct run *run = findings->run;
  const struct protocol_spec *protocol = &findings->experiment->protocol;
  json_t *found = protocol_evaluate(protocol, &findings->trace), *value;
  const char *name;
  char line[HD_ERROR_TEXT];
  int length = snprintf(line, sizeof line, "%s:", protocol_names[protocol->kind]);
  json_object_foreach(found, name, value) {
    if (json_is_real(value) && length < (int)sizeof line)
      length += snprintf(line + length, sizeof line - (size_t)length, " %s %.5g,", name,
                         json_real_value(value));
  }
  line[strlen(line) - 1] = '\0';
  progress_note(run->progress, PROGRESS_NORMAL, "%s: %s", findings->experiment->name, line);
  json_object_set_new(run->summary.present, "protocol", found);
}

/**
 * Look at an accepted point.
 * y       [n] state at t
 * Errors  HD_IO, HD_MEMORY
 */
enum hd_status findings_look(struct findings *findings, struct integrator *integrator, double t,
                             const double *y, struct hd_error *err) {
  TRY(count_spikes(findings, integrator, t, y, err));
  return keep_point(findings, t, y, err);
}

/**
 * Write what is open when the experiment is over, well or not.
 * status  of the experiment
 * Errors  that status; HD_IO
 */
enum hd_status findings_end(struct findings *findings, enum hd_status status,
                            struct hd_error *err) {
  if (findings->spikes) {
    spikes_finish(findings->spikes);
    enum hd_status written = write_spikes(findings, spikes_begun(findings->spikes), err);
    if (status == HD_OK)
      status = written;
  }
  if (status == HD_OK && findings->experiment->protocol.enabled)
    write_protocol(findings);
  return status;
}

/* ---- checkpoints ---- */

enum hd_status findings_save(const struct findings *findings, struct store *store,
                             struct hd_error *err) {
  if (findings->spikes)
    TRY(spikes_save(findings->spikes, store, err));
  return findings->experiment->protocol.enabled ? protocol_save(&findings->trace, store, err)
                                                : HD_OK;
}

enum hd_status findings_restore(struct findings *findings, const struct store *from,
                                struct hd_error *err) {
  if (findings->spikes)
    TRY(spikes_restore(findings->spikes, from, err));
  return findings->experiment->protocol.enabled ? protocol_restore(&findings->trace, from, err)
                                                : HD_OK;
}
