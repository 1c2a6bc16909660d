/* Checked allocation: a size in elements, zeroed memory, one sentence when there is none. */
#ifndef HALIDRIFT_BASE_MEMORY_H
#define HALIDRIFT_BASE_MEMORY_H

#include <stddef.h>
#include "solver/base/error.h"

/** Allocate `count` zeroed elements of `size` bytes into *pointer (never NULL on success). */
enum hd_status hd_alloc(void *pointer, size_t count, size_t size, struct hd_error *err);

/** Resize *pointer to `count` elements; new bytes are not cleared. *pointer stays on failure. */
enum hd_status hd_resize(void *pointer, size_t count, size_t size, struct hd_error *err);

/** Free *pointer and null it. */
void hd_free(void *pointer);

/** Let freed memory stay with the process. */
void hd_keep_memory(void);

/** Copy of `text` in memory of its own. */
enum hd_status hd_strdup(char **copy, const char *text, struct hd_error *err);

#endif
