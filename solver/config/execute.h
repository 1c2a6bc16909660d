/* From an input file to a finished run folder: what the program and the C API share. */
#ifndef HALIDRIFT_SOLVER_CONFIG_EXECUTE_H
#define HALIDRIFT_SOLVER_CONFIG_EXECUTE_H

#include <stdio.h>
#include "solver/config/config.h"
#include "solver/experiment.h"

/** A validated input, planned and ready to run. */
struct plan {
  char *path;            /* owned: the input file */
  struct config *config; /* owned */
  struct run_spec spec;  /* owned */
};

/** Read, validate and plan the mesh; plan_free also after an error. Errors: as config_read. */
enum hd_status plan_create(struct plan *plan, const char *path, const char *const *sets,
                           struct hd_error *err);

/** What is to be said about it, and what an engine of random ions refuses; remarks_free also after
 * an error. Errors: HD_INPUT, HD_MEMORY */
enum hd_status plan_remarks(const struct plan *plan, struct remarks *remarks, struct hd_error *err);

/** Write resolved.cfg into `dir` and run all experiments; progress goes to `terminal` (or NULL). */
enum hd_status plan_execute(const struct plan *plan, const char *dir, enum progress_level level,
                            FILE *terminal, struct hd_error *err);

/** The same without a word to the user. Of `wanted` dir (NULL: nothing is written), watch, summary
 * and until_spike are read. Checkpoints of the input are left out. */
enum hd_status plan_execute_silently(const struct plan *plan, const struct run_options *wanted,
                                     struct hd_error *err);

/** Go on from the checkpoint in `dir`, whose input must be the same (by hash). */
enum hd_status plan_resume(const struct plan *plan, const char *dir, enum progress_level level,
                           FILE *terminal, struct hd_error *err);

void plan_free(struct plan *plan);

#endif
