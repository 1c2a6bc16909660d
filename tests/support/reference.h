/* Tables of reference results: a header line, then rows of numbers. */
#ifndef HALIDRIFT_TESTS_REFERENCE_H
#define HALIDRIFT_TESTS_REFERENCE_H

#include <stddef.h>

/** Numbers of a file, row by row. */
struct reference {
  size_t n_columns, n_rows;
  double *values; /* [n_rows * n_columns] owned */
};

/** Read a file under HALIDRIFT_ROOT; the running test (Check) fails when that is not possible. */
void reference_read(struct reference *reference, const char *path);
void reference_free(struct reference *reference);

/** One number. */
double reference_at(const struct reference *reference, size_t row, size_t column);

/** Column `y` at x of the rising column `column`, by straight lines; NAN outside. */
double reference_interpolate(const struct reference *reference, size_t column, double x, size_t y);

#endif
