#include "solver/base/memory.h"

#include <limits.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static enum hd_status out_of_memory(size_t count, size_t size, struct hd_error *err) {
  return hd_fail(err, HD_MEMORY, "out of memory: %zu elements of %zu bytes were asked for", count,
                 size);
}

/**
 * Allocate zeroed memory.
 * pointer  out: address of the caller's pointer (any object type); the caller frees with hd_free
 * Errors   HD_MEMORY
 */
enum hd_status hd_alloc(void *pointer, size_t count, size_t size, struct hd_error *err) {
  void *memory = calloc(count ? count : 1, size ? size : 1);
  if (!memory)
    return out_of_memory(count, size, err);
  memcpy(pointer, &memory, sizeof memory);
  return HD_OK;
}

/**
 * Resize memory from hd_alloc (or NULL) to `count` elements of `size` bytes.
 * Errors   HD_MEMORY, and then the old block is still owned by the caller
 */
enum hd_status hd_resize(void *pointer, size_t count, size_t size, struct hd_error *err) {
  void *memory;
  memcpy(&memory, pointer, sizeof memory);
  if (size && count > SIZE_MAX / size)
    return out_of_memory(count, size, err);
  void *moved = realloc(memory, count > 0 && size > 0 ? count * size : 1);
  if (!moved)
    return out_of_memory(count, size, err);
  memcpy(pointer, &moved, sizeof moved);
  return HD_OK;
}

/** Free *pointer and null it; NULL is accepted. */
void hd_free(void *pointer) {
  void *memory;
  memcpy(&memory, pointer, sizeof memory);
  free(memory);
  memory = NULL;
  memcpy(pointer, &memory, sizeof memory);
}

/** Factors are allocated anew again and again: pages that went back to the kernel cost, when they
 * are faulted in again, three times a factorisation of UMFPACK and 15 % of a neuron on a line. */
void hd_keep_memory(void) {
#ifdef __GLIBC__
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, INT_MAX);
#endif
}

/**
 * Copy a string.
 * copy    out: the caller frees it with hd_free
 * Errors  HD_MEMORY
 */
enum hd_status hd_strdup(char **copy, const char *text, struct hd_error *err) {
  size_t size = strlen(text) + 1;
  TRY(hd_alloc(copy, size, 1, err));
  memcpy(*copy, text, size);
  return HD_OK;
}
