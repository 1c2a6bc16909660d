/* Whole runs: a deck into a folder, and its terminals.csv back. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "solver/base/memory.h"
#include "tests/support/rig.h"

enum { LINE = 16384, COLUMNS = 64 };

static void read_header(struct table *table, char *line) {
  ck_assert_int_eq(hd_alloc(&table->columns, COLUMNS, sizeof *table->columns, NULL), HD_OK);
  char *save = NULL, *word = strtok_r(line, ",\n", &save);
  for (word = strtok_r(NULL, ",\n", &save); word; word = strtok_r(NULL, ",\n", &save)) {
    ck_assert_uint_lt(table->n_columns, COLUMNS);
    snprintf(table->columns[table->n_columns++], HD_NAME, "%s", word);
  }
}

static void read_row(struct table *table, char *line) {
  size_t rows = table->n_rows + 1;
  ck_assert_int_eq(hd_resize(&table->experiments, rows, sizeof *table->experiments, NULL), HD_OK);
  ck_assert_int_eq(hd_resize(&table->values, rows * table->n_columns, sizeof(double), NULL), HD_OK);
  char *save = NULL, *word = strtok_r(line, ",\n", &save);
  snprintf(table->experiments[table->n_rows], HD_NAME, "%s", word);
  double *values = &table->values[table->n_rows * table->n_columns];
  for (size_t i = 0; i < table->n_columns; i++) {
    word = strtok_r(NULL, ",\n", &save);
    values[i] = word ? strtod(word, NULL) : (double)NAN;
  }
  table->n_rows = rows;
}

void rig_table(struct table *table, const char *dir, const char *name) {
  char path[2048], *line = NULL;
  *table = (struct table){0};
  snprintf(path, sizeof path, "%s/%s", dir, name);
  FILE *file = fopen(path, "r");
  ck_assert_msg(file, "%s is missing", path);
  ck_assert_int_eq(hd_alloc(&line, LINE, 1, NULL), HD_OK);
  if (fgets(line, LINE, file))
    read_header(table, line);
  while (fgets(line, LINE, file))
    read_row(table, line);
  hd_free(&line);
  fclose(file);
}

static void run(struct rig *rig, struct table *table, const char *dir) {
  struct hd_error err = {0};
  enum hd_status status = plan_execute(&rig->plan, dir, PROGRESS_QUIET, NULL, &err);
  ck_assert_msg(status == HD_OK, "%s", err.text);
  rig_close(rig);
  rig_table(table, dir, "terminals.csv");
}

void rig_run(struct table *table, const char *path, const char *const *sets, const char *dir) {
  struct rig rig;
  rig_read(&rig, path, sets);
  run(&rig, table, dir);
}

void rig_run_text(struct table *table, const char *text, const char *const *sets, const char *dir) {
  struct rig rig;
  rig_read_text(&rig, text, sets);
  run(&rig, table, dir);
}

void table_free(struct table *table) {
  hd_free(&table->columns);
  hd_free(&table->experiments);
  hd_free(&table->values);
}

size_t table_column(const struct table *table, const char *name) {
  for (size_t i = 0; i < table->n_columns; i++)
    if (strcmp(table->columns[i], name) == 0)
      return i;
  ck_abort_msg("no column %s", name);
  return 0;
}

double table_at(const struct table *table, size_t row, const char *column) {
  return table->values[row * table->n_columns + table_column(table, column)];
}

size_t table_find(const struct table *table, const char *experiment, const char *column,
                  double value) {
  size_t best = table->n_rows;
  for (size_t row = 0; row < table->n_rows; row++) {
    if (strcmp(table->experiments[row], experiment) != 0)
      continue;
    double error = fabs(table_at(table, row, column) - value);
    if (best == table->n_rows || error < fabs(table_at(table, best, column) - value))
      best = row;
  }
  ck_assert_msg(best < table->n_rows, "no rows of %s", experiment);
  return best;
}
