/* A pool of processes: each piece of work runs in a process of its own, forked from this one, and
 * sends its result through a pipe. A process that dies takes its own piece with it and no other. */
#ifndef HALIDRIFT_ENSEMBLE_POOL_H
#define HALIDRIFT_ENSEMBLE_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include "solver/base/error.h"

/** What a process does: the result as text (malloc) of *length bytes; NULL: it could not. */
typedef char *(*pool_work)(const void *context, int number, size_t *length);

struct pool;
/** `context` is borrowed; processes see it as it is when they start. `cpu_limit`, s: a process that
 * takes more processor time is ended; 0: none is. */
enum hd_status pool_create(struct pool **pool, size_t jobs, long cpu_limit, pool_work work,
                           const void *context, struct hd_error *err);
/** Ends what still runs, at once. NULL is accepted. */
void pool_free(struct pool **pool);

/** Processes that could be started now, and those that run. */
size_t pool_idle(const struct pool *pool);
size_t pool_busy(const struct pool *pool);
/** Start a process. Errors: HD_MEMORY (the system has no room for one) */
enum hd_status pool_start(struct pool *pool, int number, struct hd_error *err);

/** One piece of work that is over. */
struct pool_result {
  int number;
  char *text; /* owned: the result; NULL: the process died */
  size_t length;
  char reason[128]; /* of its death */
};
/** Wait until one is over, at most so long (ms). False: none is. Errors: HD_MEMORY */
bool pool_wait(struct pool *pool, int timeout_ms, struct pool_result *result);

/** Ask all that run to stop in good order. */
void pool_stop(const struct pool *pool);

/** Cores that this process may use. */
size_t pool_cores(void);

#endif
