/* From the lines of results.jsonl to records. */
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "solver/base/memory.h"
#include "solver/ensemble/record.h"
#include "solver/remarks.h"

static double number_of(const json_t *value) {
  return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

static double number(const json_t *object, const char *key) {
  return number_of(json_object_get(object, key));
}

/** A column that is like `wanted`, made when it is new. *column stays where it is until the next
 * one is found. */
static enum hd_status find_column(struct records *records, const struct record_column *wanted,
                                  struct record_column **column, struct hd_error *err) {
  size_t first = records->next;
  for (size_t i = 0; i < records->n_columns; i++) {
    size_t c = (first + i) % records->n_columns;
    struct record_column *at = *column = &records->columns[c];
    records->next = c + 1;
    if (at->experiment == wanted->experiment && (at->length > 0) == (wanted->length > 0) &&
        strcmp(at->name, wanted->name) == 0 && strcmp(at->group, wanted->group) == 0 &&
        strcmp(at->part, wanted->part) == 0)
      return HD_OK;
  }
  if (records->n_columns == records->columns_capacity) {
    size_t capacity = records->columns_capacity ? 2 * records->columns_capacity : 16;
    TRY(hd_resize(&records->columns, capacity, sizeof *records->columns, err));
    records->columns_capacity = capacity;
  }
  *column = &records->columns[records->n_columns++];
  **column = *wanted;
  (*column)->whole = true;
  (*column)->place = wanted->length > 0 ? records->n_lists++ : records->n_numbers++;
  return HD_OK;
}

/** Which column a value is of. */
static struct record_column column_of(int experiment, const char *group, const char *name,
                                      const char *part) {
  struct record_column column = {.experiment = experiment, .part = part};
  snprintf(column.group, sizeof column.group, "%.*s", HD_NAME - 1, group);
  snprintf(column.name, sizeof column.name, "%.*s", RECORD_NAME - 1, name);
  return column;
}

/** Whether a column stays one of whole numbers that fit netCDF. */
static void see_value(struct record_column *column, const json_t *value) {
  json_int_t whole = json_integer_value(value);
  bool fits = json_is_integer(value) && whole > -INT_MAX && whole < INT_MAX;
  column->whole = column->whole && (fits || !json_is_number(value));
}

/** One number; null: it has one, which is not known. */
static enum hd_status take_number(struct records *records, struct record *record,
                                  const struct record_column *wanted, const json_t *value,
                                  struct hd_error *err) {
  struct record_column *column;
  if (!json_is_number(value) && !json_is_null(value))
    return HD_OK;
  TRY(find_column(records, wanted, &column, err));
  see_value(column, value);
  if (column->place >= record->n_numbers) {
    TRY(hd_resize(&record->numbers, records->n_numbers, sizeof(double), err));
    while (record->n_numbers < records->n_numbers)
      record->numbers[record->n_numbers++] = NAN;
  }
  record->numbers[column->place] = number_of(value);
  return HD_OK;
}

/** A list of numbers, or of objects: then the numbers called `key` in them. */
static enum hd_status take_list(struct records *records, struct record *record,
                                struct record_column *wanted, const json_t *list, const char *key,
                                struct hd_error *err) {
  struct record_column *column;
  size_t n = json_array_size(list);
  wanted->length = n;
  if (n == 0)
    return HD_OK;
  TRY(find_column(records, wanted, &column, err));
  column->length = n > column->length ? n : column->length;
  if (column->place >= record->n_lists) {
    TRY(hd_resize(&record->lists, records->n_lists, sizeof *record->lists, err));
    while (record->n_lists < records->n_lists)
      record->lists[record->n_lists++] = (struct record_list){0};
  }
  struct record_list *members = &record->lists[column->place];
  TRY(hd_resize(&members->value, n, sizeof(double), err));
  members->n = n;
  for (size_t k = 0; k < n; k++) {
    const json_t *member = json_array_get(list, k);
    const json_t *value = key ? json_object_get(member, key) : member;
    see_value(column, value);
    members->value[k] = number_of(value);
  }
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

/** Numbers and lists of numbers by name. */
static enum hd_status take_group(struct records *records, struct record *record, int experiment,
                                 const char *group, json_t *values, struct hd_error *err) {
  const char *name;
  json_t *value;
  json_object_foreach(values, name, value) {
    struct record_column column = column_of(experiment, group, name, "");
    if (json_is_array(value))
      TRY(take_list(records, record, &column, value, NULL, err));
    else
      TRY(take_number(records, record, &column, value, err));
  }
  return HD_OK;
}

/** Smallest, largest and last value of columns. */
static enum hd_status take_ranges(struct records *records, struct record *record, int experiment,
                                  json_t *ranges, struct hd_error *err) {
  static const char *const parts[] = {"min", "max", "end"};
  const char *name;
  json_t *range;
  json_object_foreach(ranges, name, range) {
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
      struct record_column column = column_of(experiment, "ranges", name, parts[i]);
      TRY(take_number(records, record, &column, json_object_get(range, parts[i]), err));
    }
  }
  return HD_OK;
}

/** A list of objects: each of their numbers is a list. */
static enum hd_status take_table(struct records *records, struct record *record, int experiment,
                                 const char *group, const json_t *list, struct hd_error *err) {
  const char *name;
  json_t *value;
  json_object_foreach(json_array_get(list, 0), name, value) {
    struct record_column column = column_of(experiment, group, name, "");
    if (json_is_number(value))
      TRY(take_list(records, record, &column, list, name, err));
  }
  return HD_OK;
}

/** Everything with numbers that the summary of an experiment has. Spikes have a place of their own,
 * sensitivities are of single runs. */
static enum hd_status take_experiment(struct records *records, struct record *record,
                                      int experiment, json_t *summary, struct hd_error *err) {
  const char *name;
  json_t *value;
  json_object_foreach(summary, name, value) {
    struct record_column column = column_of(experiment, "", name, "");
    if (strcmp(name, "spikes") == 0 || strcmp(name, "sensitivities") == 0)
      continue;
    if (strcmp(name, "ranges") == 0)
      TRY(take_ranges(records, record, experiment, value, err));
    else if (json_is_object(value))
      TRY(take_group(records, record, experiment, name, value, err));
    else if (json_is_array(value))
      TRY(take_table(records, record, experiment, name, value, err));
    else
      TRY(take_number(records, record, &column, value, err));
  }
  return HD_OK;
}

static enum hd_status take_experiments(struct records *records, struct record *record,
                                       const json_t *list, struct hd_error *err) {
  TRY(hd_alloc(&record->spikes, records->spec->n_experiments, sizeof *record->spikes, err));
  for (size_t e = 0; e < records->spec->n_experiments; e++) {
    json_t *experiment = json_array_get(list, e);
    TRY(take_experiment(records, record, (int)e, experiment, err));
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
    char drift[RECORD_NAME];
    snprintf(drift, sizeof drift, "relative_drift(%.*s)", HD_NAME, name);
    struct record_column column = column_of(-1, "", drift, "");
    TRY(take_number(records, record, &column, json_object_get(value, "relative_drift"), err));
  }
  return take_group(records, record, -1, "", conservation, err);
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
  TRY(take_group(records, record, -1, "", json_object_get(line, "figures"), err));
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
