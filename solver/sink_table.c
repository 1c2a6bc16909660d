#include "solver/sink.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>
#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>
#include "solver/base/memory.h"

enum {
  FILE_MODE = 0666,
  /* Ten digits tell apart what the default tolerances resolve; time needs more: steps of 1 ns are
   * taken after seconds. */
  VALUE_DIGITS = 10,
  TIME_DIGITS = 15,
  CELL_SIZE = 32 /* a number of 17 digits with sign, point, exponent and comma, with room */
};

/* Rows go out by one write() each, not through stdio: a killed run then has whole rows only, and
 * after a failed write the file can be cut back to its last good row. */
struct sink_table {
  int fd;
  char *path;
  size_t n_columns;
  unsigned char *digits; /* [n_columns] digits of each column; [0] unused */
  off_t good;            /* length of the file up to the last whole row */
  char *row;             /* the row being made */
  size_t capacity;       /* of `row` */
};

/** Length of `text` as a CSV cell (RFC 4180), without the terminator. */
static size_t cell_length(const char *text) {
  size_t length = strlen(text);
  if (!text[strcspn(text, ",\"\r\n")])
    return length;
  for (const char *p = text; *p; p++)
    length += *p == '"';
  return length + 2;
}

/** Print `text` as a CSV cell: in quotes when it has a comma, quote or line break. Returns the end.
 */
static char *cell_print(char *at, const char *text) {
  if (!text[strcspn(text, ",\"\r\n")]) {
    size_t length = strlen(text);
    memcpy(at, text, length);
    return at + length;
  }
  *at++ = '"';
  for (; *text; text++) {
    if (*text == '"')
      *at++ = '"';
    *at++ = *text;
  }
  *at++ = '"';
  return at;
}

/** Room for `size` characters in the row buffer. */
static enum hd_status row_reserve(struct sink_table *table, size_t size, struct hd_error *err) {
  if (size <= table->capacity)
    return HD_OK;
  TRY(hd_resize(&table->row, size, 1, err));
  table->capacity = size;
  return HD_OK;
}

/** Write `length` characters of the row, or leave the file as it was before them. */
static enum hd_status row_write(struct sink_table *table, size_t length, struct hd_error *err) {
  size_t done = 0;
  while (done < length) {
    ssize_t written = write(table->fd, table->row + done, length - done);
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0) {
      int reason = written < 0 ? errno : ENOSPC;
      /* Best effort: devices and pipes cannot be cut back. O_APPEND makes the next write follow. */
      int cut = ftruncate(table->fd, table->good);
      (void)cut;
      return hd_fail(err, HD_IO, "%s: cannot write: %s", table->path, strerror(reason));
    }
    done += (size_t)written;
  }
  table->good += (off_t)length;
  return HD_OK;
}

/** Note how many digits each column gets. */
static void set_digits(struct sink_table *table, const char *const *columns) {
  assert(strcmp(columns[0], "experiment") == 0);
  for (size_t i = 0; i < table->n_columns; i++)
    table->digits[i] = strcmp(columns[i], "time_s") == 0 ? TIME_DIGITS : VALUE_DIGITS;
}

/** Write the header line. */
static enum hd_status write_header(struct sink_table *table, const char *const *columns,
                                   struct hd_error *err) {
  size_t size = 0;
  set_digits(table, columns);
  for (size_t i = 0; i < table->n_columns; i++)
    size += cell_length(columns[i]) + 1;
  TRY(row_reserve(table, size, err));
  char *at = table->row;
  for (size_t i = 0; i < table->n_columns; i++) {
    if (i > 0)
      *at++ = ',';
    at = cell_print(at, columns[i]);
  }
  *at++ = '\n';
  return row_write(table, (size_t)(at - table->row), err);
}

/** Make the table and open its file. */
static enum hd_status open_file(struct sink_table **table, const char *dir, const char *name,
                                size_t n, int flags, struct hd_error *err) {
  struct sink_table *t = NULL;
  TRY(hd_alloc(&t, 1, sizeof *t, err));
  t->fd = -1;
  t->n_columns = n;
  *table = t;
  TRY(sink_path(&t->path, dir, name, err));
  TRY(hd_alloc(&t->digits, n, 1, err));
  t->fd = open(t->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | flags, FILE_MODE);
  if (t->fd < 0)
    return hd_fail(err, HD_IO, "%s: cannot write: %s", t->path, strerror(errno));
  return HD_OK;
}

/**
 * Start a table of comma-separated values (RFC 4180, lines end in \n).
 * table    out: ended by sink_table_close
 * n        number of columns, "experiment" included
 * columns  [n] header; columns[0] is "experiment"; not kept
 * Errors   HD_IO, HD_MEMORY
 */
enum hd_status sink_table_open(struct sink_table **table, const char *dir, const char *name,
                               size_t n, const char *const *columns, struct hd_error *err) {
  enum hd_status status = open_file(table, dir, name, n, O_TRUNC, err);
  if (status == HD_OK)
    status = write_header(*table, columns, err);
  if (status != HD_OK)
    sink_table_close(table, NULL);
  return status;
}

/** The same for a table that goes on. */
enum hd_status sink_table_reopen(struct sink_table **table, const char *dir, const char *name,
                                 size_t n, const char *const *columns, double length,
                                 struct hd_error *err) {
  enum hd_status status = sink_cut(dir, name, length, err);
  if (status == HD_OK)
    status = open_file(table, dir, name, n, 0, err);
  if (status == HD_OK) {
    set_digits(*table, columns);
    (*table)->good = (off_t)length;
  }
  if (status != HD_OK)
    sink_table_close(table, NULL);
  return status;
}

double sink_table_length(const struct sink_table *table) {
  return table ? (double)table->good : 0;
}

/**
 * Append one row.
 * values  [n - 1] the cells behind the experiment's name; NAN leaves a cell empty
 * Errors  HD_IO: the file then ends with the last whole row; HD_MEMORY
 */
enum hd_status sink_table_row(struct sink_table *table, const char *experiment,
                              const double *values, struct hd_error *err) {
  if (!table)
    return HD_OK;
  TRY(row_reserve(table, cell_length(experiment) + table->n_columns * CELL_SIZE, err));
  char *at = cell_print(table->row, experiment);
  for (size_t i = 1; i < table->n_columns; i++) {
    *at++ = ',';
    double value = values[i - 1];
    if (!isnan(value))
      at += snprintf(at, CELL_SIZE - 1, "%.*g", table->digits[i], value);
  }
  *at++ = '\n';
  return row_write(table, (size_t)(at - table->row), err);
}

/**
 * Close the file and free the table.
 * table   nulled; NULL is accepted
 * Errors  HD_IO: some file systems tell of a full disk only here
 */
enum hd_status sink_table_close(struct sink_table **table, struct hd_error *err) {
  struct sink_table *t = *table;
  if (!t)
    return HD_OK;
  enum hd_status status = HD_OK;
  if (t->fd >= 0 && close(t->fd) != 0)
    status = hd_fail(err, HD_IO, "%s: cannot write: %s", t->path, strerror(errno));
  hd_free(&t->path);
  hd_free(&t->digits);
  hd_free(&t->row);
  hd_free(table);
  return status;
}
