/* Text files of two columns: measured waveforms, generation profiles. */
#ifndef HALIDRIFT_PHYSICS_COLUMNS_H
#define HALIDRIFT_PHYSICS_COLUMNS_H

#include <stddef.h>
#include "solver/base/error.h"

/** Read two columns with strictly ascending x; the caller frees *x and *y with hd_free. */
enum hd_status columns_read(const char *path, double **x, double **y, size_t *count,
                            const char *place, struct hd_error *err);

#endif
