#include "physics/columns.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "solver/base/memory.h"

enum { LINE_LENGTH = 512, FIRST_CAPACITY = 256 };

/** Two numbers, separated by blanks, a comma or a semicolon; false when the line is not that. */
static bool parse(const char *line, double *x, double *y) {
  char *end;
  *x = strtod(line, &end);
  if (end == line)
    return false;
  const char *second = end + strspn(end, " \t");
  if (*second == ',' || *second == ';')
    second++;
  *y = strtod(second, &end);
  if (end == second || second == line)
    return false;
  return end[strspn(end, " \t\r\n")] == '\0' && isfinite(*x) && isfinite(*y);
}

/** Append one point; both arrays grow together. */
static enum hd_status append(double **x, double **y, size_t *count, size_t *capacity,
                             const double point[2], struct hd_error *err) {
  if (*count == *capacity) {
    size_t larger = *capacity ? 2 * *capacity : FIRST_CAPACITY;
    TRY(hd_resize(x, larger, sizeof **x, err));
    TRY(hd_resize(y, larger, sizeof **y, err));
    *capacity = larger;
  }
  (*x)[*count] = point[0];
  (*y)[*count] = point[1];
  ++*count;
  return HD_OK;
}

static enum hd_status read_lines(FILE *file, const char *path, double **x, double **y,
                                 size_t *count, struct hd_error *err) {
  char line[LINE_LENGTH];
  size_t capacity = 0;
  for (size_t number = 1; fgets(line, sizeof line, file); number++) {
    if (!strchr(line, '\n') && strlen(line) == sizeof line - 1)
      return hd_fail(err, HD_INPUT, "%s:%zu: line too long, at most %d characters", path, number,
                     LINE_LENGTH - 2);
    line[strcspn(line, "#")] = '\0';
    if (line[strspn(line, " \t\r\n")] == '\0')
      continue;
    double point[2];
    if (!parse(line, &point[0], &point[1]))
      return hd_fail(err, HD_INPUT, "%s:%zu: must be two numbers: time (or position) and value",
                     path, number);
    if (*count > 0 && point[0] <= (*x)[*count - 1])
      return hd_fail(err, HD_INPUT, "%s:%zu: first column: got %g after %g, must ascend", path,
                     number, point[0], (*x)[*count - 1]);
    TRY(append(x, y, count, &capacity, point, err));
  }
  if (ferror(file))
    return hd_fail(err, HD_IO, "%s: could not be read: %s", path, strerror(errno));
  if (*count == 0)
    return hd_fail(err, HD_INPUT, "%s: has no numbers, must have two columns", path);
  return HD_OK;
}

/**
 * Read a file of two columns; "#" starts a comment, empty lines are skipped.
 * x, y    out [count]; the caller frees both with hd_free; NULL after an error
 * place   stands before the sentence when the file cannot be opened
 * Errors  HD_IO (cannot be read), HD_INPUT (a line is wrong, with file:line), HD_MEMORY
 */
enum hd_status columns_read(const char *path, double **x, double **y, size_t *count,
                            const char *place, struct hd_error *err) {
  *x = NULL;
  *y = NULL;
  *count = 0;
  FILE *file = fopen(path, "r");
  if (!file)
    return hd_fail(err, HD_IO, "%s: %s: could not be opened: %s", place, path, strerror(errno));
  enum hd_status status = read_lines(file, path, x, y, count, err);
  fclose(file);
  if (status != HD_OK) {
    hd_free(x);
    hd_free(y);
    *count = 0;
  }
  return status;
}
