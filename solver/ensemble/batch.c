#include "solver/ensemble/batch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "solver/base/memory.h"
#include "solver/ensemble/parts.h"
#include "solver/ensemble/variables.h"
#include "solver/sink.h"

/** How long to wait for this process's own runs before looking around: for the line of the
 * terminal, and for messages of other ranks. */
enum { WAIT_MS = 100, WAIT_TEAM_MS = 5 };

/* ---- the folder ---- */

enum hd_status batch_check(const struct plan *plan, struct hd_error *err) {
  const struct run_spec *spec = &plan->spec;
  if (spec->sensitivity.n > 0)
    return hd_fail(
        err, HD_INPUT,
        "%s: sensitivity: is for single runs, no ensemble or study carries it: leave the "
        "group out",
        plan->path);
  for (size_t i = 0; i < spec->n_experiments; i++)
    for (size_t j = 0; j < i; j++) {
      char name[VARIABLE_NAME], other[VARIABLE_NAME];
      variables_experiment(name, spec->experiments[i].name, "");
      variables_experiment(other, spec->experiments[j].name, "");
      if (strcmp(name, other) == 0)
        return hd_fail(
            err, HD_INPUT,
            "%s: experiments: %s and %s are both %s* in netCDF files; names must differ in "
            "letters and digits",
            plan->path, spec->experiments[j].name, spec->experiments[i].name, name);
    }
  return HD_OK;
}

void batch_file_name(const struct batch_options *options, char name[HD_NAME], const char *stem,
                     const char *ending) {
  journal_file_name(name, stem, ending, options->part, options->parts);
}

/** A folder that holds results of another kind, or of a batch that shall not go on. */
static enum hd_status check_folder(const struct batch *batch, struct hd_error *err) {
  const struct batch_options *options = batch->options;
  char own[HD_NAME];
  batch_file_name(batch->options, own, "results", ".jsonl");
  if (journal_exists(options->dir, "terminals.csv"))
    return hd_fail(err, HD_USAGE, "%s: holds the results of a run; give another folder with -o DIR",
                   options->dir);
  bool there =
      options->parts > 1 ? journal_exists(options->dir, own) : journal_count(options->dir) > 0;
  if (there && !options->resume)
    return hd_fail(
        err, HD_USAGE,
        "%s: holds the results of %s; --resume goes on with it, -o DIR begins another one",
        options->dir, batch->work->words->whole);
  return HD_OK;
}

static enum hd_status write_resolved(const struct batch *batch, const char *name,
                                     struct hd_error *err) {
  struct sink_file *file = NULL;
  TRY(sink_file_open(&file, batch->options->dir, name, err));
  enum hd_status status =
      config_write_resolved(batch->work->plan->config, sink_file_stream(file), err);
  if (status == HD_OK)
    return sink_file_commit(&file, err);
  sink_file_discard(&file);
  return status;
}

static enum hd_status open_log(struct batch *batch, struct hd_error *err) {
  char name[HD_NAME], *path = NULL;
  batch_file_name(batch->options, name, "log", ".txt");
  TRY(sink_path(&path, batch->options->dir, name, err));
  batch->log = fopen(path, batch->options->resume ? "a" : "w");
  enum hd_status status = batch->log
                              ? progress_create(&batch->progress, batch->options->level,
                                                batch->options->terminal, batch->log, err)
                              : hd_fail(err, HD_IO, "%s: cannot write: %s", path, strerror(errno));
  hd_free(&path);
  if (status == HD_OK && batch->team)
    progress_plain(batch->progress);
  return status;
}

static enum hd_status take_line(void *context, const json_t *line, struct hd_error *err) {
  return records_take(context, line, err);
}

/** Make the folder, open what is written, read what is there. */
static enum hd_status open_folder(struct batch *batch, struct hd_error *err) {
  const struct batch_options *options = batch->options;
  const struct batch_work *work = batch->work;
  const struct journal_wanted wanted = {.hash = work->hash,
                                        .many = work->words->many,
                                        .part = options->part,
                                        .parts = options->parts,
                                        .take = take_line,
                                        .context = &batch->records};
  char own[HD_NAME], resolved[HD_NAME];
  TRY(check_folder(batch, err));
  batch_file_name(batch->options, own, "results", ".jsonl");
  batch_file_name(batch->options, resolved, "resolved", ".cfg");
  TRY(sink_make_folder(options->dir, err));
  TRY(journal_open(&batch->journal, options->dir, own, err));
  TRY(journal_read(options->dir, &wanted, err));
  TRY(journal_begin(batch->journal, work->hash, err));
  TRY(write_resolved(batch, resolved, err));
  return open_log(batch, err);
}

/** Index of the first run of this part. A number belongs to the same part whatever was asked for
 * besides it, so that no other part of the division can have run it. */
int batch_first_of_part(const struct batch_options *options) {
  int before = options->part - 1 - options->first % options->parts;
  return before < 0 ? before + options->parts : before;
}

/** The runs of this part that are not done, in order. */
static enum hd_status list_todo(struct batch *batch, struct hd_error *err) {
  const struct batch_options *options = batch->options;
  TRY(hd_alloc(&batch->todo, (size_t)options->count, sizeof(int), err));
  for (int i = batch_first_of_part(options); i < options->count; i += options->parts) {
    batch->runs.total++;
    if (batch->records.record[i].status != RECORD_DONE)
      batch->todo[batch->n_todo++] = options->first + i;
  }
  batch->runs.noun = batch_noun(batch, batch->runs.total);
  batch->runs.before = batch->runs.over = batch->runs.total - (long)batch->n_todo;
  return HD_OK;
}

/* ---- runs ---- */

int batch_next(struct batch *batch) {
  bool none = batch->stopping || interrupted() || batch->next == batch->n_todo;
  return none ? -1 : batch->todo[batch->next++];
}

/** What a process left. A run that was stopped with all others is missing, not failed; one
 * whose process alone got the signal is lost. */
json_t *batch_line(const struct batch *batch, const struct pool_result *result) {
  const char *one = batch->work->words->one;
  if (!result->text)
    return batch->stopping ? NULL : record_lost_line(one, result->number, result->reason);
  json_t *line = json_loadb(result->text, result->length, 0, NULL);
  if (!line)
    return record_lost_line(one, result->number, "its process left a result that cannot be read");
  if (json_integer_value(json_object_get(line, "exit_code")) != HD_INTERRUPTED)
    return line;
  json_decref(line);
  return batch->stopping
             ? NULL
             : record_lost_line(one, result->number, "its process was stopped by a signal");
}

enum hd_status batch_settle(struct batch *batch, const json_t *line, struct hd_error *err) {
  const char *one = batch->work->words->one;
  const char *status = json_string_value(json_object_get(line, "status"));
  const char *message = json_string_value(json_object_get(line, "message"));
  TRY(journal_append(batch->journal, line, err));
  TRY(records_take(&batch->records, line, err));
  batch->runs.over++;
  batch_tell_own(batch, line);
  if (!status || strcmp(status, "ok") == 0)
    return HD_OK;
  bool lost = strcmp(status, "lost") == 0;
  ++*(lost ? &batch->runs.lost : &batch->runs.failed);
  progress_note(batch->progress, PROGRESS_NORMAL, "%s %d %s: %.*s", one,
                (int)json_integer_value(json_object_get(line, one)), lost ? "was lost" : "failed",
                hd_first_line(message), message ? message : "");
  return HD_OK;
}

/** Keep the pool busy. When the system has no room for one more process, those that run go on. */
static enum hd_status fill(struct batch *batch, struct hd_error *err) {
  while (pool_idle(batch->pool) > 0) {
    int number = batch_next(batch);
    if (number < 0)
      return HD_OK;
    struct hd_error reason = {0};
    enum hd_status status = pool_start(batch->pool, number, &reason);
    if (status == HD_OK)
      continue;
    batch->next--;
    return pool_busy(batch->pool) > 0 ? HD_OK : hd_fail(err, status, "%s", reason.text);
  }
  return HD_OK;
}

static enum hd_status take_result(struct batch *batch, struct hd_error *err) {
  struct pool_result result;
  if (!pool_wait(batch->pool, batch->team ? WAIT_TEAM_MS : WAIT_MS, &result))
    return HD_OK;
  json_t *line = batch_line(batch, &result);
  enum hd_status status = line ? batch_settle(batch, line, err) : HD_OK;
  json_decref(line);
  hd_free(&result.text);
  return status;
}

/** Until all are over, or those that run have stopped. */
static enum hd_status drive(struct batch *batch, struct hd_error *err) {
  while (true) {
    if (interrupted() && !batch->stopping) {
      batch->stopping = true;
      pool_stop(batch->pool);
    }
    TRY(fill(batch, err));
    TRY(team_serve(batch, err));
    bool none = batch->stopping || batch->next == batch->n_todo;
    if (none && pool_busy(batch->pool) == 0 && batch->at_work == 0)
      return HD_OK;
    TRY(take_result(batch, err));
    progress_count(batch->progress, &batch->runs);
  }
}

/* ---- the end ---- */

/** Runs of this part by what became of them. */
static void count_part(const struct batch *batch, size_t counts[RECORD_LOST + 1]) {
  const struct batch_options *options = batch->options;
  memset(counts, 0, (RECORD_LOST + 1) * sizeof *counts);
  for (int i = batch_first_of_part(options); i < options->count; i += options->parts)
    counts[batch->records.record[i].status]++;
}

/** Status of the whole: what is not there is an error of its own. */
static enum hd_status judge(struct batch *batch, struct hd_error *err) {
  long total = batch->runs.total;
  const char *runs = batch->runs.noun;
  size_t counts[RECORD_LOST + 1];
  count_part(batch, counts);
  progress_note(batch->progress, PROGRESS_NORMAL,
                "%ld %s: %zu done, %zu failed, %zu lost, %zu missing", total, runs,
                counts[RECORD_DONE], counts[RECORD_FAILED], counts[RECORD_LOST],
                counts[RECORD_MISSING]);
  if (batch->remarked > 0)
    progress_note(batch->progress, PROGRESS_NORMAL,
                  "%ld %s with other remarks than the input as it is: log.txt names them",
                  batch->remarked, batch_noun(batch, batch->remarked));
  if (batch->stopping)
    return hd_fail(err, HD_INTERRUPTED,
                   "interrupted with %zu of %ld %s done; the same command with --resume runs the "
                   "others",
                   counts[RECORD_DONE], total, runs);
  bool limited = counts[RECORD_LOST] > 0 && batch->options->cpu_limit > 0;
  if (counts[RECORD_DONE] < (size_t)total)
    return hd_fail(err, HD_INCOMPLETE,
                   "%ld %s: %zu failed, %zu lost; log.txt says which and why, the same command "
                   "with --resume%s runs them again",
                   total, runs, counts[RECORD_FAILED], counts[RECORD_LOST],
                   limited ? " and a longer --time-limit" : "");
  return HD_OK;
}

/** The files of the whole; those of a part are made when all parts are there. */
static enum hd_status write_output(struct batch *batch, enum hd_status status,
                                   struct hd_error *err) {
  const struct batch_work *work = batch->work;
  if (batch->options->parts > 1)
    return status;
  records_sort(&batch->records);
  enum hd_status written = work->write(work->owner, &batch->records, status, err);
  return status == HD_OK ? written : status;
}

/* ---- all ---- */

/** Rank 0, or the only process: everything up to the first run. */
static enum hd_status begin(struct batch *batch, struct hd_error *err) {
  const struct batch_options *options = batch->options;
  const struct batch_work *work = batch->work;
  TRY(records_create(&batch->records, &work->plan->spec, work->words->one, options->first,
                     (size_t)options->count, err));
  batch->records.keeps_others = work->keeps_others;
  TRY(open_folder(batch, err));
  return list_todo(batch, err);
}

static enum hd_status lead(struct batch *batch, enum hd_status status, struct hd_error *err) {
  if (status == HD_OK)
    status = begin(batch, err);
  if (batch->team)
    status = team_gather(batch, status, err);
  if (status == HD_OK) {
    status = batch_announce(batch, err);
    if (status == HD_OK)
      status = drive(batch, err);
  }
  if (status == HD_OK)
    status = write_output(batch, judge(batch, err), err);
  if (status != HD_OK && batch->progress)
    progress_note(batch->progress, PROGRESS_LOG, "%s", err->text);
  enum hd_status closed = journal_close(&batch->journal, err);
  return status == HD_OK ? closed : status;
}

static void batch_free(struct batch **batch) {
  struct batch *b = *batch;
  pool_free(&b->pool);
  journal_close(&b->journal, NULL);
  progress_free(&b->progress);
  if (b->log)
    fclose(b->log);
  hd_free(&b->todo);
  records_free(&b->records);
  hd_free(batch);
}

enum hd_status batch_open(struct batch **batch, const struct batch_options *options,
                          const struct team *team, struct hd_error *err) {
  TRY(hd_alloc(batch, 1, sizeof **batch, err));
  **batch = (struct batch){.options = options, .team = team, .size = 1};
  if (!team || team->open(&(*batch)->rank, &(*batch)->size))
    return HD_OK;
  batch_free(batch);
  return hd_fail(err, HD_USAGE, "MPI does not start");
}

enum hd_status batch_run(struct batch **batch, const struct batch_work *work,
                         enum hd_status prepared, struct hd_error *err) {
  struct batch *b = *batch;
  const struct team *team = b->team;
  b->work = work;
  enum hd_status status = prepared;
  if (status == HD_OK)
    status = pool_create(&b->pool, b->options->jobs, b->options->cpu_limit, work->run,
                         work->context, err);
  status = b->rank == 0 ? lead(b, status, err) : team_work(b, status, err);
  bool orderly = b->at_work == 0;
  batch_free(batch);
  /* Not in order: the others still wait. The launcher ends them when this process is gone. */
  if (team && orderly && !team->close() && status == HD_OK)
    status = hd_fail(err, HD_INTERNAL, "MPI does not end");
  return status;
}
