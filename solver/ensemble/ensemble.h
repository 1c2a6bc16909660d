/* An ensemble: runs of one input that differ in the number of the trajectory only. */
#ifndef HALIDRIFT_ENSEMBLE_ENSEMBLE_H
#define HALIDRIFT_ENSEMBLE_ENSEMBLE_H

#include <stdbool.h>
#include <stdio.h>
#include "solver/base/error.h"
#include "solver/ensemble/team.h"
#include "solver/progress.h"

/** What the user asks for. Borrowed. */
struct ensemble_options {
  const char *path;        /* the input */
  const char *const *sets; /* "key=value", NULL-terminated, or NULL */
  const char *dir;
  int first, count; /* trajectories first to first + count - 1 */
  int part, parts;  /* of them those at part - 1, part - 1 + parts, ...; 1 of 1: all */
  size_t jobs;      /* processes at a time */
  bool traces, resume;
  enum progress_level level;
  FILE *terminal; /* progress goes here; NULL: nowhere */
};

/** Run what is missing and write ensemble.nc and summary.json (not of a part).
 * team  the processes that mpirun has started, which all call this; NULL: this one alone
 * Errors  HD_INCOMPLETE: some failed or were lost; HD_INTERRUPTED; HD_USAGE, HD_INPUT, HD_IO */
enum hd_status ensemble_run(const struct ensemble_options *options, const struct team *team,
                            struct hd_error *err);

#endif
