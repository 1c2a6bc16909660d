#include "tests/support/reference.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE = 1024 };

static size_t count_columns(const char *line) {
  size_t count = 1;
  for (; *line; line++)
    count += *line == ',';
  return count;
}

static void read_row(struct reference *reference, char *line) {
  size_t rows = reference->n_rows + 1;
  reference->values = realloc(reference->values, rows * reference->n_columns * sizeof(double));
  ck_assert_ptr_nonnull(reference->values);
  char *at = line;
  for (size_t i = 0; i < reference->n_columns; i++) {
    char *end = at;
    reference->values[reference->n_rows * reference->n_columns + i] = strtod(at, &end);
    ck_assert_msg(end != at, "row %zu: not a number: %s", rows, at);
    at = *end == ',' ? end + 1 : end;
  }
  reference->n_rows = rows;
}

void reference_read(struct reference *reference, const char *path) {
  char full[2048], line[LINE];
  *reference = (struct reference){0};
  snprintf(full, sizeof full, "%s/%s", HALIDRIFT_ROOT, path);
  FILE *file = fopen(full, "r");
  ck_assert_msg(file, "%s is missing", full);
  ck_assert_ptr_nonnull(fgets(line, LINE, file));
  reference->n_columns = count_columns(line);
  while (fgets(line, LINE, file))
    if (line[strspn(line, " \r\n")])
      read_row(reference, line);
  fclose(file);
}

void reference_free(struct reference *reference) {
  free(reference->values);
  *reference = (struct reference){0};
}

double reference_at(const struct reference *reference, size_t row, size_t column) {
  ck_assert_uint_lt(row, reference->n_rows);
  ck_assert_uint_lt(column, reference->n_columns);
  return reference->values[row * reference->n_columns + column];
}

double reference_interpolate(const struct reference *reference, size_t column, double x, size_t y) {
  for (size_t row = 1; row < reference->n_rows; row++) {
    double x0 = reference_at(reference, row - 1, column), x1 = reference_at(reference, row, column);
    if (!(x >= x0 && x <= x1))
      continue;
    double share = (x - x0) / (x1 - x0);
    return (1.0 - share) * reference_at(reference, row - 1, y) +
           share * reference_at(reference, row, y);
  }
  return NAN;
}
