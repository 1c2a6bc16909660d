/* Words about a row of a parameter table, for `explain` and the reference page. */
#ifndef HALIDRIFT_SOLVER_CONFIG_DESCRIBE_H
#define HALIDRIFT_SOLVER_CONFIG_DESCRIBE_H

#include "solver/config/table.h"

/** "quantity", "integer", "true or false", ... */
const char *describe_form(const struct param *param);

/** The default, "required", or "none". */
const char *describe_default(const struct param *param, char *text, size_t size);

#endif
