/* One trajectory of an ensemble: the run of the input with its number, in a process of its own. */
#ifndef HALIDRIFT_ENSEMBLE_TRAJECTORY_H
#define HALIDRIFT_ENSEMBLE_TRAJECTORY_H

#include <stddef.h>
#include "solver/base/param.h"
#include "solver/config/execute.h"

/** What all trajectories share. */
struct trajectory_plan {
  struct plan plan;       /* owned */
  const char *traces;     /* borrowed: folder of the run folders; NULL: none are kept */
  char resolved[HD_PATH]; /* with traces: the input that each of them reads */
};

/** Read the input; its trajectory number is 0, so that its hash is the ensemble's. Its checkpoints
 * are left out: a trajectory that was interrupted begins anew. Errors: as plan_create */
enum hd_status trajectory_plan_create(struct trajectory_plan *plan, const char *path,
                                      const char *const *sets, struct hd_error *err);
void trajectory_plan_free(struct trajectory_plan *plan);

/** Run it (a pool_work; `context` is the plan): its line as text. NULL: out of memory. */
char *trajectory_run(const void *context, int number, size_t *length);

#endif
