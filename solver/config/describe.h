/* Words about a row of a parameter table, for `explain` and the reference page. */
#ifndef HALIDRIFT_SOLVER_CONFIG_DESCRIBE_H
#define HALIDRIFT_SOLVER_CONFIG_DESCRIBE_H

#include <stdio.h>
#include "solver/config/table.h"

/** "quantity", "integer", "true or false", ... */
const char *describe_form(const struct param *param);

/** The default, "required", or "none". */
const char *describe_default(const struct param *param, char *text, size_t size);

/** One cell of a Markdown table: what Markdown would take for its own is escaped. */
void describe_cell(FILE *file, const char *text);

/** Write the output part of the reference page: files, columns, keys, exit codes. */
void reference_output(FILE *file);

#endif
