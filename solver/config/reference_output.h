/* Tables of the output part of docs/reference.md. */
#ifndef HALIDRIFT_SOLVER_CONFIG_REFERENCE_OUTPUT_H
#define HALIDRIFT_SOLVER_CONFIG_REFERENCE_OUTPUT_H

#include <stddef.h>

/** One column, key or file; rows of a file stand together. */
struct output_row {
  const char *name, *unit, *doc;
};

struct output_table {
  const char *title, *intro;
  const struct output_row *rows; /* ends with a NULL name */
};

/** What ensembles, studies and fits write (solver/config/reference_batch.c). */
extern const struct output_table reference_batch[];
extern const size_t reference_batch_count;

#endif
