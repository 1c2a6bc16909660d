#include "solver/ensemble/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "solver/base/memory.h"
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

void record_clear(struct record *record, size_t n_experiments) {
  for (size_t e = 0; record->spikes && e < n_experiments; e++)
    hd_free(&record->spikes[e].spike);
  for (size_t c = 0; c < record->n_lists; c++)
    hd_free(&record->lists[c].value);
  hd_free(&record->spikes);
  hd_free(&record->numbers);
  hd_free(&record->lists);
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
  int group = strcmp(x->group, y->group), name = strcmp(x->name, y->name);
  return x->experiment != y->experiment ? x->experiment - y->experiment
         : group != 0                   ? group
         : name != 0                    ? name
                                        : strcmp(x->part, y->part);
}

enum hd_status records_order(const struct records *records, const struct record_column ***order,
                             struct hd_error *err) {
  TRY(hd_alloc(order, records->n_columns, sizeof **order, err));
  for (size_t c = 0; c < records->n_columns; c++)
    (*order)[c] = &records->columns[c];
  qsort(*order, records->n_columns, sizeof **order, by_name);
  return HD_OK;
}

size_t records_length(const struct records *records, const struct record_column *column) {
  size_t length = column->length;
  for (size_t c = 0; length > 0 && c < records->n_columns; c++) {
    const struct record_column *other = &records->columns[c];
    if (other->experiment == column->experiment && strcmp(other->group, column->group) == 0)
      length = other->length > length ? other->length : length;
  }
  return length;
}

size_t records_width(const struct records *records) {
  size_t width = 1;
  for (size_t c = 0; c < records->n_columns; c++)
    width = records->columns[c].length > width ? records->columns[c].length : width;
  return width;
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
