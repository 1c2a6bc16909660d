#include "solver/ensemble/record.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "solver/base/memory.h"
#include "solver/remarks.h"
#include "solver/summary.h"

static const char *const status_names[] = {"missing", "done", "failed", "lost"};

const char *record_status_name(enum record_status status) {
  return status_names[status];
}

/** Make room for all; every one is missing. Errors: HD_MEMORY */
enum hd_status records_create(struct records *records, const struct run_spec *spec, const char *one,
                              int first, size_t n, struct hd_error *err) {
  *records = (struct records){
      .spec = spec, .one = one, .first = first, .n_asked = n, .n = n, .capacity = n};
  TRY(hd_alloc(&records->record, n, sizeof *records->record, err));
  for (size_t i = 0; i < n; i++)
    records->record[i].number = first + (int)i;
  records->others = json_object();
  return records->others ? HD_OK : hd_fail(err, HD_MEMORY, "out of memory for results");
}

static int by_number(const void *a, const void *b) {
  const struct record *x = a, *y = b;
  return (x->number > y->number) - (x->number < y->number);
}

void records_sort(struct records *records) {
  qsort(records->record, records->n, sizeof *records->record, by_number);
}

static void record_clear(struct record *record, size_t n_experiments) {
  for (size_t e = 0; record->spikes && e < n_experiments; e++)
    hd_free(&record->spikes[e].spike);
  hd_free(&record->spikes);
  hd_free(&record->numbers);
  hd_free(&record->message);
  hd_free(&record->remarks);
  json_decref(record->curves);
  *record = (struct record){.number = record->number};
}

void records_free(struct records *records) {
  for (size_t i = 0; records->record && i < records->n; i++)
    record_clear(&records->record[i], records->spec->n_experiments);
  json_decref(records->others);
  hd_free(&records->record);
  hd_free(&records->columns);
}

size_t records_count(const struct records *records, enum record_status status) {
  size_t n = 0;
  for (size_t i = 0; i < records->n; i++)
    n += records->record[i].status == status;
  return n;
}

static int by_name(const void *a, const void *b) {
  const struct record_column *x = *(const struct record_column *const *)a;
  const struct record_column *y = *(const struct record_column *const *)b;
  return x->experiment != y->experiment ? x->experiment - y->experiment : strcmp(x->name, y->name);
}

enum hd_status records_order(const struct records *records, const struct record_column ***order,
                             struct hd_error *err) {
  TRY(hd_alloc(order, records->n_columns, sizeof **order, err));
  for (size_t c = 0; c < records->n_columns; c++)
    (*order)[c] = &records->columns[c];
  qsort(*order, records->n_columns, sizeof **order, by_name);
  return HD_OK;
}

/* ---- lines ---- */

/** What the summary has and the line does not need: it is the same for all runs. */
static const char *const common_keys[] = {"program", "input", "input_hash", "title", "mesh"};

json_t *record_line(const char *one, int number, json_t *summary) {
  json_t *line = json_object();
  for (size_t i = 0; i < sizeof common_keys / sizeof *common_keys; i++)
    json_object_del(summary, common_keys[i]);
  if (json_object_set_new(line, one, json_integer(number)) != 0 ||
      json_object_update(line, summary) != 0) {
    json_decref(line);
    return NULL;
  }
  return line;
}

json_t *record_failed_summary(enum hd_status status, const char *message) {
  return json_pack("{s:s, s:i, s:s}", "status", summary_status_name(status), "exit_code",
                   (int)status, "message", message);
}

json_t *record_lost_line(const char *one, int number, const char *reason) {
  return json_pack("{s:i, s:s, s:s}", one, number, "status", "lost", "message", reason);
}

/* ---- from a line ---- */

static double number(const json_t *object, const char *key) {
  const json_t *value = json_object_get(object, key);
  return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

/** Index of a column, made when it is new. */
static enum hd_status find_column(struct records *records, int experiment, const char *name,
                                  size_t *column, struct hd_error *err) {
  for (*column = 0; *column < records->n_columns; ++*column) {
    const struct record_column *at = &records->columns[*column];
    if (at->experiment == experiment && strcmp(at->name, name) == 0)
      return HD_OK;
  }
  if (records->n_columns == records->columns_capacity) {
    size_t capacity = records->columns_capacity ? 2 * records->columns_capacity : 16;
    TRY(hd_resize(&records->columns, capacity, sizeof *records->columns, err));
    records->columns_capacity = capacity;
  }
  struct record_column *added = &records->columns[records->n_columns++];
  added->experiment = experiment;
  snprintf(added->name, sizeof added->name, "%s", name);
  return HD_OK;
}

static enum hd_status take_number(struct records *records, struct record *record, int experiment,
                                  const char *name, double value, struct hd_error *err) {
  size_t column;
  if (isnan(value))
    return HD_OK;
  TRY(find_column(records, experiment, name, &column, err));
  if (column >= record->n_numbers) {
    TRY(hd_resize(&record->numbers, records->n_columns, sizeof(double), err));
    while (record->n_numbers < records->n_columns)
      record->numbers[record->n_numbers++] = NAN;
  }
  record->numbers[column] = value;
  return HD_OK;
}

static double spike_number(const json_t *spike, size_t column) {
  const json_t *value = json_object_get(spike, spike_columns[column]);
  return json_is_boolean(value) ? (double)json_is_true(value)
                                : number(spike, spike_columns[column]);
}

static enum hd_status take_spikes(struct record_spikes *spikes, const json_t *list,
                                  struct hd_error *err) {
  enum { MOST = 32 };
  size_t n = json_array_size(list);
  TRY(hd_alloc(&spikes->spike, n, sizeof *spikes->spike, err));
  spikes->n = n;
  for (size_t i = 0; i < n; i++) {
    double values[MOST];
    for (size_t c = 0; c < spike_columns_count; c++)
      values[c] = spike_number(json_array_get(list, i), c);
    spikes->spike[i] = spike_from(values);
  }
  return HD_OK;
}

/** Numbers by name, of the run (-1) or of an experiment. */
static enum hd_status take_figures(struct records *records, struct record *record, int experiment,
                                   json_t *figures, struct hd_error *err) {
  const char *name;
  json_t *value;
  json_object_foreach(figures, name, value) {
    TRY(take_number(records, record, experiment, name, json_number_value(value), err));
  }
  return HD_OK;
}

/** The numbers at the end of each experiment, and its spikes. */
static enum hd_status take_experiments(struct records *records, struct record *record,
                                       const json_t *list, struct hd_error *err) {
  TRY(hd_alloc(&record->spikes, records->spec->n_experiments, sizeof *record->spikes, err));
  for (size_t e = 0; e < records->spec->n_experiments; e++) {
    json_t *experiment = json_array_get(list, e);
    const char *name;
    json_t *range;
    json_object_foreach(json_object_get(experiment, "ranges"), name, range) {
      TRY(take_number(records, record, (int)e, name, number(range, "end"), err));
    }
    TRY(take_figures(records, record, (int)e, json_object_get(experiment, "figures"), err));
    TRY(take_spikes(&record->spikes[e], json_object_get(experiment, "spikes"), err));
  }
  return HD_OK;
}

/** Drifts of the ions, and the currents that measure how well the equations hold. */
static enum hd_status take_conservation(struct records *records, struct record *record,
                                        json_t *conservation, struct hd_error *err) {
  const char *name;
  json_t *value;
  json_object_foreach(json_object_get(conservation, "ions"), name, value) {
    char column[RECORD_NAME];
    snprintf(column, sizeof column, "relative_drift(%.*s)", HD_NAME, name);
    TRY(take_number(records, record, -1, column, number(value, "relative_drift"), err));
  }
  json_object_foreach(conservation, name, value) {
    if (json_is_number(value))
      TRY(take_number(records, record, -1, name, json_number_value(value), err));
  }
  return HD_OK;
}

/** What was remarked on its input, a line each. */
static enum hd_status take_remarks(struct record *record, const json_t *list,
                                   struct hd_error *err) {
  struct remarks remarks = {0};
  enum hd_status status = HD_OK;
  for (size_t i = 0; i < json_array_size(list) && status == HD_OK; i++)
    status = remarks_add(&remarks, err, "%s", json_string_value(json_array_get(list, i)));
  if (status == HD_OK && remarks.n > 0)
    status = remarks_lines(&remarks, &record->remarks, err);
  remarks_free(&remarks);
  return status;
}

static enum hd_status take_done(struct records *records, struct record *record, const json_t *line,
                                struct hd_error *err) {
  record->status = RECORD_DONE;
  record->curves = json_incref(json_object_get(line, "curves"));
  TRY(take_remarks(record, json_object_get(line, "remarks"), err));
  record->cpu_s = number(line, "cpu_s");
  record->wall_s = number(line, "wall_s");
  record->memory = number(line, "peak_memory_bytes");
  record->steps = number(json_object_get(line, "solver"), "steps");
  TRY(take_conservation(records, record, json_object_get(line, "conservation"), err));
  TRY(take_figures(records, record, -1, json_object_get(line, "figures"), err));
  return take_experiments(records, record, json_object_get(line, "experiments"), err);
}

static enum hd_status take_failed(struct record *record, const json_t *line, const char *status,
                                  struct hd_error *err) {
  const char *message = json_string_value(json_object_get(line, "message"));
  record->status = strcmp(status, "lost") == 0 ? RECORD_LOST : RECORD_FAILED;
  record->exit_code = (int)json_integer_value(json_object_get(line, "exit_code"));
  return hd_strdup(&record->message, message ? message : status, err);
}

/** One more record, of a run that was not asked for. */
static enum hd_status add_other(struct records *records, int number, const char *key,
                                struct hd_error *err) {
  if (records->n == records->capacity) {
    size_t capacity = 2 * records->capacity;
    TRY(hd_resize(&records->record, capacity, sizeof *records->record, err));
    records->capacity = capacity;
  }
  if (json_object_set_new(records->others, key, json_integer((json_int_t)records->n)) != 0)
    return hd_fail(err, HD_MEMORY, "out of memory for results");
  records->record[records->n++] = (struct record){.number = number};
  return HD_OK;
}

/** The record of a run; NULL: it has none and gets none. */
static enum hd_status find_record(struct records *records, json_int_t number,
                                  struct record **record, struct hd_error *err) {
  json_int_t index = number - records->first;
  char key[HD_NAME];
  *record = NULL;
  if (index < 0 || index >= (json_int_t)records->n_asked) {
    if (!records->keeps_others || number < 0 || number > INT_MAX)
      return HD_OK;
    snprintf(key, sizeof key, "%d", (int)number);
    if (!json_object_get(records->others, key))
      TRY(add_other(records, (int)number, key, err));
    index = json_integer_value(json_object_get(records->others, key));
  }
  *record = &records->record[index];
  return HD_OK;
}

/**
 * Take one line in: it replaces an earlier one of the same run, unless that was done.
 * Errors  HD_IO: no number or no status in it; HD_MEMORY
 */
enum hd_status records_take(struct records *records, const json_t *line, struct hd_error *err) {
  const json_t *written = json_object_get(line, records->one);
  const char *status = json_string_value(json_object_get(line, "status"));
  if (!json_is_integer(written) || !status)
    return hd_fail(err, HD_IO, "not the result of a %s", records->one);
  struct record *record;
  TRY(find_record(records, json_integer_value(written), &record, err));
  records->beyond += record == NULL;
  if (!record || record->status == RECORD_DONE)
    return HD_OK;
  record_clear(record, records->spec->n_experiments);
  return strcmp(status, "ok") == 0 ? take_done(records, record, line, err)
                                   : take_failed(record, line, status, err);
}
