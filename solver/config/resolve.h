/* The complete input as text, and its hash. */
#ifndef HALIDRIFT_SOLVER_CONFIG_RESOLVE_H
#define HALIDRIFT_SOLVER_CONFIG_RESOLVE_H

#include <stdio.h>
#include "solver/spec.h"

enum { HASH_HEX = 17 }; /* 16 hexadecimal digits and the end */

/** Write the input that gives this spec, with every default; *text is owned by the caller. */
enum hd_status resolve_text(const struct run_spec *spec, char **text, char hash[HASH_HEX],
                            struct hd_error *err);

/** Hash of any text. */
void resolve_hash(const char *text, char hash[HASH_HEX]);

/** One device as the body of a group, `indent` spaces in. */
void resolve_device(FILE *file, int indent, const struct device_spec *device);

/** One waveform as a group; `name` is its key. Types file and pwl write their points. */
void resolve_waveform(FILE *file, int indent, const char *name, const struct waveform *waveform,
                      const char *unit);

/** ( [x, y], ... ), one pair a line. */
void resolve_points(FILE *file, int indent, const char *name, const double *x, const double *y,
                    size_t count);

/** [a, b, ...], a few numbers a line; nothing when there are none. */
void resolve_array(FILE *file, int indent, const char *name, const double *values, size_t count);

/** "key = \"text\";" with what must be escaped. */
void resolve_string(FILE *file, int indent, const char *key, const char *text);

#endif
