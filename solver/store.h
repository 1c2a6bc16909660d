/* A bag of named arrays that is written to a file in one piece and read back bit for bit: what a
 * checkpoint is made of. */
#ifndef HALIDRIFT_SOLVER_STORE_H
#define HALIDRIFT_SOLVER_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include "solver/base/error.h"

enum { STORE_NAME = 64 }; /* room for the name of an array, with its end */

struct store;
enum hd_status store_create(struct store **store, struct hd_error *err);
void store_free(struct store **store);

/** Name of one of many arrays, printf style; returns `name`. */
const char *store_name(char name[STORE_NAME], const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** Put a copy of an array in. Names are unique. Errors: HD_MEMORY */
enum hd_status store_put(struct store *store, const char *name, size_t n, const double *values,
                         struct hd_error *err);
enum hd_status store_put_number(struct store *store, const char *name, double value,
                                struct hd_error *err);
enum hd_status store_put_text(struct store *store, const char *name, const char *text,
                              struct hd_error *err);

/** Take exactly n values out; HD_IO when there are not so many under that name. */
enum hd_status store_get(const struct store *store, const char *name, size_t n, double *values,
                         struct hd_error *err);
/** Number of values under a name; 0: none. */
size_t store_count(const struct store *store, const char *name);
/** The number under a name; NAN: there is none. */
double store_number(const struct store *store, const char *name);
/** The text under a name, owned by the store; NULL: there is none. */
const char *store_text(const struct store *store, const char *name);

/** Write to DIR/name (netCDF-4 with a checksum on every array): beside, synced, renamed. Errors:
 * HD_IO, an older file stays */
enum hd_status store_write(const struct store *store, const char *dir, const char *name,
                           struct hd_error *err);
/** Read DIR/name. Errors: HD_IO (no such file, cut short, a checksum is wrong), HD_MEMORY */
enum hd_status store_read(struct store **store, const char *dir, const char *name,
                          struct hd_error *err);

#endif
