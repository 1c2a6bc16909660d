/* Input text with its @include lines put in, and a map from its lines to files. */
#ifndef HALIDRIFT_SOLVER_CONFIG_TEXT_H
#define HALIDRIFT_SOLVER_CONFIG_TEXT_H

#include <stddef.h>
#include "solver/base/error.h"

struct text_line {
  int file; /* index into text.files */
  int line; /* from 1 */
};

struct text {
  char *data; /* owned; one string */
  size_t length, capacity;
  size_t n_files, n_lines;
  char **files;            /* owned: the input file and everything that it includes */
  struct text_line *lines; /* owned: where each line of `data` came from */
};

/**
 * Read a file and what it includes (paths relative to the including file).
 * Errors  HD_IO (unreadable, a directory), HD_INPUT (binary, too long, empty, circular include,
 *         integers that do not fit), HD_MEMORY
 */
enum hd_status text_read(struct text *text, const char *path, struct hd_error *err);

void text_free(struct text *text);

/** Folder of `path` followed by `name`, or `name` alone when it is absolute; caller frees. */
enum hd_status text_join(char **joined, const char *path, const char *name, struct hd_error *err);

#endif
