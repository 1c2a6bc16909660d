#include "solver/ensemble/ensemble.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "solver/base/memory.h"
#include "solver/ensemble/output.h"
#include "solver/ensemble/parts.h"
#include "solver/sink.h"

/** How long to wait for this process's own trajectories before looking around: for the line of the
 * terminal, and for messages of other ranks. */
enum { WAIT_MS = 100, WAIT_TEAM_MS = 5 };

/* ---- the folder ---- */

static void name_of(const struct ensemble *ensemble, char name[HD_NAME], const char *stem,
                    const char *ending) {
  journal_file_name(name, stem, ending, ensemble->options->part, ensemble->options->parts);
}

/** A folder that holds results of another kind, or of an ensemble that shall not go on. */
static enum hd_status check_folder(const struct ensemble *ensemble, struct hd_error *err) {
  const struct ensemble_options *options = ensemble->options;
  char own[HD_NAME];
  name_of(ensemble, own, "results", ".jsonl");
  if (journal_exists(options->dir, "terminals.csv"))
    return hd_fail(err, HD_USAGE, "%s: holds the results of a run; give another folder with -o DIR",
                   options->dir);
  bool there =
      options->parts > 1 ? journal_exists(options->dir, own) : journal_count(options->dir) > 0;
  if (there && !options->resume)
    return hd_fail(err, HD_USAGE,
                   "%s: holds the results of an ensemble; --resume goes on with it, -o DIR begins "
                   "another one",
                   options->dir);
  return HD_OK;
}

static enum hd_status write_resolved(const struct ensemble *ensemble, const char *name,
                                     struct hd_error *err) {
  struct sink_file *file = NULL;
  TRY(sink_file_open(&file, ensemble->options->dir, name, err));
  enum hd_status status =
      config_write_resolved(ensemble->shared.plan.config, sink_file_stream(file), err);
  if (status == HD_OK)
    return sink_file_commit(&file, err);
  sink_file_discard(&file);
  return status;
}

static enum hd_status open_log(struct ensemble *ensemble, struct hd_error *err) {
  char name[HD_NAME], *path = NULL;
  name_of(ensemble, name, "log", ".txt");
  TRY(sink_path(&path, ensemble->options->dir, name, err));
  ensemble->log = fopen(path, ensemble->options->resume ? "a" : "w");
  enum hd_status status = ensemble->log
                              ? progress_create(&ensemble->progress, ensemble->options->level,
                                                ensemble->options->terminal, ensemble->log, err)
                              : hd_fail(err, HD_IO, "%s: cannot write: %s", path, strerror(errno));
  hd_free(&path);
  if (status == HD_OK && ensemble->team)
    progress_plain(ensemble->progress);
  return status;
}

static enum hd_status take_line(void *context, const json_t *line, struct hd_error *err) {
  return records_take(context, line, err);
}

/** Make the folder, read what is there, open what is written. */
static enum hd_status open_folder(struct ensemble *ensemble, struct hd_error *err) {
  const struct ensemble_options *options = ensemble->options;
  const char *hash = config_hash(ensemble->shared.plan.config);
  char own[HD_NAME], resolved[HD_NAME];
  TRY(check_folder(ensemble, err));
  name_of(ensemble, own, "results", ".jsonl");
  name_of(ensemble, resolved, "resolved", ".cfg");
  TRY(journal_read(options->dir, hash, own, take_line, &ensemble->records, err));
  TRY(sink_make_folder(options->dir, err));
  TRY(journal_open(&ensemble->journal, options->dir, own, hash, err));
  TRY(write_resolved(ensemble, resolved, err));
  return open_log(ensemble, err);
}

/** The trajectories of this part that are not done, in order. */
static enum hd_status list_todo(struct ensemble *ensemble, struct hd_error *err) {
  const struct ensemble_options *options = ensemble->options;
  TRY(hd_alloc(&ensemble->todo, (size_t)options->count, sizeof(int), err));
  for (int i = options->part - 1; i < options->count; i += options->parts) {
    ensemble->total++;
    if (ensemble->records.record[i].status != RECORD_DONE)
      ensemble->todo[ensemble->n_todo++] = options->first + i;
  }
  ensemble->before = ensemble->over = ensemble->total - (long)ensemble->n_todo;
  return HD_OK;
}

/** What is begun, in one line, and a warning where chance has no part. */
static void announce(struct ensemble *ensemble) {
  const struct ensemble_options *options = ensemble->options;
  const struct stochastic_spec *stochastic = &ensemble->shared.plan.spec.stochastic;
  progress_note(ensemble->progress, PROGRESS_VERBOSE, "input %s, hash %s", options->path,
                config_hash(ensemble->shared.plan.config));
  progress_note(ensemble->progress, PROGRESS_NORMAL,
                "%ld trajectories of seed %d, %ld of them are there; %d x %zu processes",
                ensemble->total, stochastic->seed, ensemble->before, ensemble->size, options->jobs);
  if (stochastic->engine == ENGINE_NONE && ensemble->n_todo > 0)
    progress_note(ensemble->progress, PROGRESS_NORMAL,
                  "stochastic.engine is \"none\": all trajectories are the same");
}

/* ---- trajectories ---- */

int ensemble_next(struct ensemble *ensemble) {
  bool none = ensemble->stopping || interrupted() || ensemble->next == ensemble->n_todo;
  return none ? -1 : ensemble->todo[ensemble->next++];
}

/** What a process left. A trajectory that was stopped with all others is missing, not failed; one
 * whose process alone got the signal is lost. */
json_t *ensemble_line(const struct pool_result *result, bool stopping) {
  if (!result->text)
    return stopping ? NULL : record_lost_line(result->number, result->reason);
  json_t *line = json_loadb(result->text, result->length, 0, NULL);
  if (!line)
    return record_lost_line(result->number, "its process left a result that cannot be read");
  if (json_integer_value(json_object_get(line, "exit_code")) != HD_INTERRUPTED)
    return line;
  json_decref(line);
  return stopping ? NULL : record_lost_line(result->number, "its process was stopped by a signal");
}

enum hd_status ensemble_settle(struct ensemble *ensemble, const json_t *line,
                               struct hd_error *err) {
  const char *status = json_string_value(json_object_get(line, "status"));
  const char *message = json_string_value(json_object_get(line, "message"));
  TRY(journal_append(ensemble->journal, line, err));
  TRY(records_take(&ensemble->records, line, err));
  ensemble->over++;
  if (!status || strcmp(status, "ok") == 0)
    return HD_OK;
  ensemble->failed++;
  progress_note(ensemble->progress, PROGRESS_NORMAL, "trajectory %d %s: %.*s",
                (int)json_integer_value(json_object_get(line, "trajectory")),
                strcmp(status, "lost") == 0 ? "was lost" : "failed",
                message ? (int)strcspn(message, "\n") : 0, message ? message : "");
  return HD_OK;
}

/** Keep the pool busy. When the system has no room for one more process, those that run go on. */
static enum hd_status fill(struct ensemble *ensemble, struct hd_error *err) {
  while (pool_idle(ensemble->pool) > 0) {
    int number = ensemble_next(ensemble);
    if (number < 0)
      return HD_OK;
    struct hd_error reason = {0};
    enum hd_status status = pool_start(ensemble->pool, number, &reason);
    if (status == HD_OK)
      continue;
    ensemble->next--;
    return pool_busy(ensemble->pool) > 0 ? HD_OK : hd_fail(err, status, "%s", reason.text);
  }
  return HD_OK;
}

static enum hd_status take_result(struct ensemble *ensemble, struct hd_error *err) {
  struct pool_result result;
  if (!pool_wait(ensemble->pool, ensemble->team ? WAIT_TEAM_MS : WAIT_MS, &result))
    return HD_OK;
  json_t *line = ensemble_line(&result, ensemble->stopping);
  enum hd_status status = line ? ensemble_settle(ensemble, line, err) : HD_OK;
  json_decref(line);
  hd_free(&result.text);
  return status;
}

/** Until all are over, or those that run have stopped. */
static enum hd_status drive(struct ensemble *ensemble, struct hd_error *err) {
  while (true) {
    if (interrupted() && !ensemble->stopping) {
      ensemble->stopping = true;
      pool_stop(ensemble->pool);
    }
    TRY(fill(ensemble, err));
    TRY(team_serve(ensemble, err));
    bool none = ensemble->stopping || ensemble->next == ensemble->n_todo;
    if (none && pool_busy(ensemble->pool) == 0 && ensemble->at_work == 0)
      return HD_OK;
    TRY(take_result(ensemble, err));
    progress_count(ensemble->progress, ensemble->over, ensemble->failed, ensemble->before,
                   ensemble->total);
  }
}

/* ---- the end ---- */

/** Trajectories of this part by what became of them. */
static void count_part(const struct ensemble *ensemble, size_t counts[RECORD_LOST + 1]) {
  const struct ensemble_options *options = ensemble->options;
  memset(counts, 0, (RECORD_LOST + 1) * sizeof *counts);
  for (int i = options->part - 1; i < options->count; i += options->parts)
    counts[ensemble->records.record[i].status]++;
}

/** Status of the whole: what is not there is an error of its own. */
static enum hd_status judge(struct ensemble *ensemble, struct hd_error *err) {
  size_t counts[RECORD_LOST + 1];
  count_part(ensemble, counts);
  progress_note(ensemble->progress, PROGRESS_NORMAL,
                "%zu trajectories are there, %zu failed, %zu were lost, %zu are missing",
                counts[RECORD_DONE], counts[RECORD_FAILED], counts[RECORD_LOST],
                counts[RECORD_MISSING]);
  if (ensemble->stopping)
    return hd_fail(err, HD_INTERRUPTED,
                   "interrupted: %zu of %ld trajectories are there; the same command with --resume "
                   "runs the others",
                   counts[RECORD_DONE], ensemble->total);
  if (counts[RECORD_DONE] < (size_t)ensemble->total)
    return hd_fail(err, HD_INCOMPLETE,
                   "%zu of %ld trajectories failed, %zu were lost; log.txt says which and why, the "
                   "same command with --resume runs them again",
                   counts[RECORD_FAILED], ensemble->total, counts[RECORD_LOST]);
  return HD_OK;
}

/** The files of the whole ensemble; those of a part are made when all parts are there. */
static enum hd_status write_output(struct ensemble *ensemble, enum hd_status status,
                                   struct hd_error *err) {
  const struct ensemble_options *options = ensemble->options;
  const struct output_about about = {.input = options->path,
                                     .hash = config_hash(ensemble->shared.plan.config),
                                     .title = ensemble->shared.plan.spec.title};
  if (options->parts > 1)
    return status;
  enum hd_status written = output_netcdf(&ensemble->records, &about, options->dir, err);
  if (written == HD_OK)
    written = output_summary(&ensemble->records, &about, options->dir, status, err);
  return status == HD_OK ? written : status;
}

/* ---- all ---- */

/** Where run folders go, and the input that they read. */
static enum hd_status prepare_traces(struct ensemble *ensemble, char **traces,
                                     struct hd_error *err) {
  char name[HD_NAME];
  if (!ensemble->options->traces)
    return HD_OK;
  name_of(ensemble, name, "resolved", ".cfg");
  TRY(sink_path(traces, ensemble->options->dir, "trajectories", err));
  ensemble->shared.traces = *traces;
  int n = snprintf(ensemble->shared.resolved, HD_PATH, "%s/%s", ensemble->options->dir, name);
  return n < HD_PATH ? HD_OK
                     : hd_fail(err, HD_IO, "%s: the name of the folder is too long",
                               ensemble->options->dir);
}

/** Rank 0, or the only process: everything up to the first trajectory. */
static enum hd_status begin(struct ensemble *ensemble, struct hd_error *err) {
  const struct ensemble_options *options = ensemble->options;
  TRY(records_create(&ensemble->records, &ensemble->shared.plan.spec, options->first,
                     (size_t)options->count, err));
  TRY(open_folder(ensemble, err));
  return list_todo(ensemble, err);
}

static enum hd_status lead(struct ensemble *ensemble, enum hd_status status, struct hd_error *err) {
  if (status == HD_OK)
    status = begin(ensemble, err);
  if (ensemble->team)
    status = team_gather(ensemble, status, err);
  if (status == HD_OK) {
    announce(ensemble);
    status = drive(ensemble, err);
  }
  if (status == HD_OK)
    status = write_output(ensemble, judge(ensemble, err), err);
  if (status != HD_OK && ensemble->progress)
    progress_note(ensemble->progress, PROGRESS_LOG, "%s", err->text);
  enum hd_status closed = journal_close(&ensemble->journal, err);
  return status == HD_OK ? closed : status;
}

static void ensemble_free(struct ensemble *ensemble) {
  pool_free(&ensemble->pool);
  journal_close(&ensemble->journal, NULL);
  progress_free(&ensemble->progress);
  if (ensemble->log)
    fclose(ensemble->log);
  hd_free(&ensemble->todo);
  records_free(&ensemble->records);
  trajectory_plan_free(&ensemble->shared);
}

enum hd_status ensemble_run(const struct ensemble_options *options, const struct team *team,
                            struct hd_error *err) {
  struct ensemble ensemble = {.options = options, .team = team, .size = 1};
  char *traces = NULL;
  if (team && !team->open(&ensemble.rank, &ensemble.size))
    return hd_fail(err, HD_USAGE, "MPI does not start");
  enum hd_status status =
      trajectory_plan_create(&ensemble.shared, options->path, options->sets, err);
  if (status == HD_OK)
    status = prepare_traces(&ensemble, &traces, err);
  if (status == HD_OK)
    status = pool_create(&ensemble.pool, options->jobs, trajectory_run, &ensemble.shared, err);
  status = ensemble.rank == 0 ? lead(&ensemble, status, err) : team_work(&ensemble, status, err);
  bool orderly = ensemble.at_work == 0;
  ensemble_free(&ensemble);
  hd_free(&traces);
  /* Not in order: the others still wait. The launcher ends them when this process is gone. */
  if (team && orderly && !team->close() && status == HD_OK)
    status = hd_fail(err, HD_INTERNAL, "MPI does not end");
  return status;
}
