/* Everything that can be listed: laws, kinds, quantities, each from its own table. */
#ifndef HALIDRIFT_SOLVER_CONFIG_CATALOGUE_H
#define HALIDRIFT_SOLVER_CONFIG_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>

/** One entry; strings are borrowed from the tables. */
struct catalogue_row {
  const char *name, *unit, *doc;
  const char *keys;   /* keys that it reads; NULL: not told */
  const char *source; /* NULL: none */
};

struct catalogue {
  const char *name;  /* as in `halidrift list NAME` */
  const char *title; /* of the section of the reference page */
  const char *where; /* where such a name stands in the input; NULL: nowhere */
  bool (*row)(size_t index, struct catalogue_row *row); /* false: there is no such index */
};

extern const struct catalogue catalogues[];
extern const size_t catalogues_count;

#endif
