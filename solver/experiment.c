#include "solver/experiment.h"

#include <stdio.h>
#include <string.h>
#include "solver/base/memory.h"
#include "solver/sources.h"
#include "solver/spikes.h"

/* ---- what every kind of experiment writes ---- */

/** Column of terminals.csv behind experiment and time. */
enum { FIRST_COLUMN = 2 };

enum hd_status run_row(struct run *run, double t, const double *y, const double *yp, double rate,
                       struct hd_error *err) {
  TRY(output_row(run->output, t, y, yp, rate, err));
  summary_watch(&run->summary, run->system, y, run->output->I);
  if (run->watch)
    run->watch->look(run->watch->context, run->index, run->output);
  for (size_t c = FIRST_COLUMN; c < run->output->n_columns; c++)
    summary_range(&run->summary, run->output->columns[c], run->output->row[c - 1]);
  return HD_OK;
}

void run_watch_fronts(struct run *run, double t, const double *y) {
  struct front front;
  char text[HD_ERROR_TEXT];
  double before = summary_front_ratio(&run->summary);
  if (!front_widest(run->system, y, before, &front))
    return;
  summary_front(&run->summary, run->system, &front, t);
  if (before > 1 || front.h <= front.ell)
    return;
  front_speak(run->system, &front, text, sizeof text);
  progress_note(run->progress, PROGRESS_NORMAL, "%s: at t = %.4g s %s", run->output->experiment, t,
                text);
}

enum hd_status run_point(struct run *run, double bias, bool fields, struct hd_error *err) {
  TRY(run_row(run, 0.0, run->y, NULL, 0.0, err));
  run_watch_fronts(run, 0.0, run->y);
  return fields ? output_fields(run->output, 0.0, bias, run->y, NULL, err) : HD_OK;
}

double run_shown_current(const struct run *run) {
  return run->system->n_instances ? run->output->I[0] : 0.0;
}

/* ---- the loop ---- */

/** One experiment from its beginning, or from a checkpoint inside it. */
static enum hd_status run_one(struct run *run, const struct experiment_spec *experiment,
                              const struct store *from, struct hd_error *err) {
  run->output->experiment = experiment->name;
  run->output->frozen = experiment_holds_ions(experiment);
  run->checkpoint.exact = false;
  if (from) {
    run->steady->frozen = experiment_holds_ions(experiment);
    sources_drive(run->system, experiment);
    if (run->report)
      TRY(sensitivity_report_resume(run->report, run->index, run->summary.present, from, err));
  } else {
    summary_begin(&run->summary, experiment->name, experiment_names[experiment->type]);
    if (run->report)
      sensitivity_report_begin(run->report, run->index, run->summary.present);
    TRY(experiment_begin(run, experiment, err));
  }
  if (experiment->type == EXPERIMENT_TRANSIENT)
    return experiment_transient(run, experiment, from, err);
  if (experiment->type == EXPERIMENT_DC_SWEEP)
    TRY(experiment_sweep(run, experiment, from, err));
  else if (experiment->type == EXPERIMENT_CONTINUATION)
    TRY(experiment_continuation(run, experiment, from, err));
  else if (!from)
    TRY(experiment_steady(run, experiment, err));
  if (run->report && !run->leave && !(from && experiment_is_spectrum(experiment->type)))
    sensitivity_report_end(run->report, NULL, run->progress);
  return experiment_is_spectrum(experiment->type) ? experiment_spectrum(run, experiment, from, err)
                                                  : HD_OK;
}

/** Between experiments only the clock asks for a checkpoint, or the user who wants to stop. */
static enum hd_status between(struct run *run, struct hd_error *err) {
  run->leave = checkpoint_due_by_clock(&run->checkpoint);
  run->checkpoint.loose = run->checkpoint.loose || ((run->leave || interrupted()) &&
                                                    run->spec->stochastic.engine == ENGINE_NONE);
  if (run->leave || interrupted())
    TRY(run_save(run, run->index + 1, false, err));
  if (interrupted())
    return hd_fail(err, HD_INTERRUPTED, "interrupted behind experiment %s",
                   run->spec->experiments[run->index].name);
  return HD_OK;
}

/** Say which experiment failed: in the first sentence too, which ensembles tell alone. */
static void tell_failure(const struct experiment_spec *experiment, enum hd_status status,
                         struct hd_error *err) {
  char place[HD_NAME + sizeof "experiment "];
  snprintf(place, sizeof place, "experiment %s", experiment->name);
  const char *named = err ? strstr(err->text, place) : NULL;
  if (status == HD_CONVERGENCE && !(named && named < err->text + hd_first_line(err->text)))
    hd_error_place(err, place);
  hd_fail(err, status, "experiment %s did not end; the rows before stay in the run folder",
          experiment->name);
}

static enum hd_status run_all(struct run *run, struct hd_error *err) {
  const struct store *from = run->checkpoint.from;
  size_t first = from ? (size_t)store_number(from, "experiment") : 0;
  bool inside = from && store_number(from, "inside") != 0.0;
  size_t n = run->until_spike > 0 ? (size_t)run->until_spike : run->n_experiments;
  for (size_t i = first; i < n; i++) {
    const struct experiment_spec *experiment = &run->spec->experiments[i];
    run->index = i;
    run->fresh = run->fresh || i > first || !inside;
    enum hd_status status = run_one(run, experiment, inside && i == first ? from : NULL, err);
    if (status == HD_OK && run->leave)
      return HD_OK;
    if (status != HD_OK)
      tell_failure(experiment, status, err);
    enum hd_status flushed = sink_fields_flush(run->output->fields, err);
    if (status == HD_OK)
      status = flushed;
    progress_end(run->progress, status == HD_OK ? "done" : "stopped");
    json_object_set_new(run->summary.present, "status",
                        json_string(status == HD_OK ? "ok" : "stopped"));
    TRY(status);
    if (i + 1 < n)
      TRY(between(run, err));
    if (run->leave)
      return HD_OK;
  }
  return HD_OK;
}

/** spikes.csv: experiment, then the columns of the spike table. */
static enum hd_status open_spikes(struct run *run, const char *dir, struct hd_error *err) {
  const char **columns = NULL;
  if (!dir)
    return HD_OK;
  TRY(hd_alloc(&columns, 1 + spike_columns_count, sizeof *columns, err));
  columns[0] = "experiment";
  memcpy(columns + 1, spike_columns, spike_columns_count * sizeof *columns);
  const struct store *from = run->checkpoint.from;
  enum hd_status status =
      from
          ? sink_table_reopen(&run->spikes, dir, "spikes.csv", 1 + spike_columns_count, columns,
                              store_number(from, "spikes_bytes"), err)
          : sink_table_open(&run->spikes, dir, "spikes.csv", 1 + spike_columns_count, columns, err);
  hd_free(&columns);
  return status;
}

/** What a new run says about itself, or what it said before it was interrupted. */
static enum hd_status open_summary(struct run *run, const struct run_options *options,
                                   struct hd_error *err) {
  TRY(summary_create(&run->summary, run->system, err));
  if (run->checkpoint.from)
    return summary_restore(&run->summary, run->system, run->checkpoint.from, err);
  json_object_set_new(run->summary.root, "input", json_string(options->input_path));
  json_object_set_new(run->summary.root, "input_hash", json_string(options->hash));
  json_object_set_new(run->summary.root, "title", json_string(run->spec->title));
  return HD_OK;
}

/** What is to be said about the input, once a process. Errors: HD_INPUT, HD_MEMORY */
static enum hd_status remark(struct run *run, struct hd_error *err) {
  if (!run->remarks) {
    TRY(remarks_create(&run->own_remarks, run->system, err));
    remarks_tell(&run->own_remarks, run->progress);
    run->remarks = &run->own_remarks;
  }
  json_object_set_new(run->summary.root, "remarks", summary_remarks(run->remarks));
  return HD_OK;
}

/** Build the run up: at its beginning, or from a checkpoint. */
static enum hd_status run_open(struct run *run, const struct run_options *options,
                               struct hd_error *err) {
  const struct run_spec *spec = run->spec;
  TRY(system_create(&run->system, spec, err));
  if (!run->summary.root)
    TRY(open_summary(run, options, err));
  TRY(remark(run, err));
  TRY(steady_create(&run->steady, run->system, err));
  TRY(hd_alloc(&run->y, (size_t)run->system->n + 1, sizeof(double), err));
  TRY(hd_alloc(&run->sources, spec->circuit.n_elements, sizeof(double), err));
  TRY(open_spikes(run, options->dir, err));
  TRY(experiment_spectrum_open(run, options->dir, err));
  TRY(output_open(&run->output, options->dir, run->system, run->checkpoint.from, err));
  if (options->n_parameters > 0) {
    TRY(sensitivity_create(&run->sensitivity, run->system, options->n_parameters,
                           options->parameters, options->parameter_step, err));
    TRY(sensitivity_report_create(&run->report, run->sensitivity, options->dir,
                                  run->checkpoint.from, options->rows, err));
    if (options->dir && experiment_is_wanted(spec, EXPERIMENT_IMPEDANCE))
      TRY(sensitivity_spectrum_open(&run->slopes, run->sensitivity, options->dir,
                                    run->checkpoint.from, err));
  }
  return run->checkpoint.from ? run_restore(run, err) : HD_OK;
}

/** Take the run down; what was computed is in the folder. A checkpoint that waits is written. */
static enum hd_status run_close(struct run *run, enum hd_status status, struct hd_error *err) {
  enum hd_status closing = output_close(&run->output, err);
  enum hd_status spikes = sink_table_close(&run->spikes, err);
  enum hd_status report = sensitivity_report_free(&run->report, err);
  enum hd_status slopes = sink_table_close(&run->slopes, err);
  if (status == HD_OK)
    status = closing != HD_OK  ? closing
             : spikes != HD_OK ? spikes
             : report != HD_OK ? report
                               : slopes;
  for (int i = 0; i < CHECKPOINT_SPECTRA; i++) {
    enum hd_status spectrum = sink_table_close(&run->spectra[i], err);
    status = status == HD_OK ? spectrum : status;
  }
  if (run->checkpoint.next && run->checkpoint.dir && closing == HD_OK && spikes == HD_OK) {
    enum hd_status written = checkpoint_write(&run->checkpoint, err);
    if (status == HD_OK)
      status = written;
    if (written == HD_OK)
      progress_note(run->progress, PROGRESS_VERBOSE, "checkpoint %d", run->checkpoint.number);
  }
  if (run->system && run->summary.root)
    summary_add_work(&run->summary, run->system, run->steady);
  return status;
}

/** Free what run_open made, the summary excepted. */
static void run_free(struct run *run) {
  sensitivity_free(&run->sensitivity);
  steady_free(&run->steady);
  system_free(&run->system);
  hd_free(&run->y);
  hd_free(&run->sources);
  hd_free(&run->first);
}

/** The last words: summary.json, the log, and no checkpoints behind a run that ended well. */
static enum hd_status run_finish(struct run *run, const struct run_options *options,
                                 enum hd_status status, struct hd_error *err) {
  if (run->system && run->summary.root) {
    summary_finish(&run->summary, run->system, status, err->text);
    if (options->summary)
      *options->summary = json_incref(run->summary.root);
    enum hd_status written =
        options->dir ? sink_json(options->dir, "summary.json", run->summary.root, err) : HD_OK;
    if (status == HD_OK)
      status = written;
    char line[HD_ERROR_TEXT];
    summary_speak(&run->summary, run->system, line, sizeof line);
    if (run->steady) /* else nothing was solved */
      progress_note(run->progress, PROGRESS_VERBOSE, "%s", line);
  }
  if (status == HD_OK && options->dir)
    status = sink_remove_checkpoints(options->dir, err);
  if (status != HD_OK && run->progress)
    progress_note(run->progress, PROGRESS_LOG, "%s", err->text); /* main prints it too */
  return status;
}

/** Run to the end; at every checkpoint the run is taken down and built up from it. */
static enum hd_status run_through(struct run *run, const struct run_options *options,
                                  struct hd_error *err) {
  TRY(progress_create(&run->progress, options->level, options->terminal, run->log, err));
  if (options->resume)
    progress_note(run->progress, PROGRESS_NORMAL, "goes on from checkpoint %d: %s",
                  run->checkpoint.number,
                  run->checkpoint.loose ? "the result is the same within the tolerances"
                                        : "the result is the same bit for bit on this machine");
  else
    progress_note(run->progress, PROGRESS_VERBOSE, "input %s, hash %s", options->input_path,
                  options->hash);
  enum hd_status status;
  run->fresh = true;
  do {
    run->leave = false;
    status = run_open(run, options, err);
    if (status == HD_OK)
      status = run_all(run, err);
    status = run_close(run, status, err);
    if (status == HD_OK && run->leave)
      run_free(run);
    run->fresh = false;
  } while (status == HD_OK && run->leave);
  status = run_finish(run, options, status, err);
  run_free(run);
  return status;
}

/** Make the folder ready for a new run, or bring it back to where its checkpoint was taken. */
static enum hd_status prepare_folder(struct run *run, const struct run_options *options,
                                     struct hd_error *err) {
  struct hd_error note = {0};
  if (!options->resume)
    return sink_folder(options->dir, err);
  TRY(checkpoint_check(options->dir, err));
  TRY(checkpoint_read(&run->checkpoint, &note, err));
  return checkpoint_rewind(&run->checkpoint, err);
}

/** Begin log.txt, or go on with it. */
static enum hd_status open_log(struct run *run, const struct run_options *options,
                               struct hd_error *err) {
  char *path = NULL;
  TRY(sink_path(&path, options->dir, "log.txt", err));
  run->log = fopen(path, options->resume ? "a" : "w");
  enum hd_status status =
      run->log ? HD_OK : hd_fail(err, HD_IO, "%s: the file could not be opened for writing", path);
  hd_free(&path);
  return status;
}

/** Without a folder there are none. */
static const struct checkpoint_spec no_checkpoints = {.interval = PARAM_MISSING,
                                                      .time = PARAM_MISSING};

/**
 * Run every experiment of a spec. The folder gets terminals.csv, spikes.csv, fields.nc, log.txt and
 * summary.json; on failure the data so far stay and the summary says why.
 * Errors  those of the solver and of the sinks; HD_INTERRUPTED after Ctrl-C; HD_USAGE: there is
 *         nothing to resume
 */
enum hd_status experiment_run(const struct run_spec *spec, const struct run_options *options,
                              struct hd_error *err) {
  struct run run = {.spec = spec,
                    .watch = options->watch,
                    .remarks = options->remarks,
                    .variants = options->variants,
                    .until_spike = options->until_spike,
                    .n_experiments =
                        options->n_experiments ? options->n_experiments : spec->n_experiments,
                    .admittances = options->admittances};
  checkpoint_init(&run.checkpoint, options->dir ? &spec->checkpoint : &no_checkpoints, options->dir,
                  options->hash);
  enum hd_status status = options->dir ? prepare_folder(&run, options, err) : HD_OK;
  if (status == HD_OK && options->dir)
    status = open_log(&run, options, err);
  if (status == HD_OK)
    status = run_through(&run, options, err);
  summary_free(&run.summary);
  remarks_free(&run.own_remarks);
  progress_free(&run.progress);
  checkpoint_free(&run.checkpoint);
  if (run.log)
    fclose(run.log);
  return status;
}
