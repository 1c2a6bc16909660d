/* A study: one input at many points of the space of its parameters. */
#ifndef HALIDRIFT_STUDY_STUDY_H
#define HALIDRIFT_STUDY_STUDY_H

#include "solver/ensemble/batch.h"

/** What a study asks for beyond a batch. Borrowed. */
struct study_options {
  const char *const
      *varies;      /* NULL-terminated --vary; where there is one they replace the input's */
  int trajectories; /* runs of each point, from batch_options.first on; 0: one */
  bool traces;      /* keep the run folder of each run under points/ */
};

/** Run what is missing and write study.nc, table.txt and summary.json (not of a part). `count` of
 * the batch is set here.
 * team    the processes that mpirun has started, which all call this; NULL: this one alone
 * Errors  HD_INCOMPLETE: some failed or were lost; HD_INTERRUPTED; HD_USAGE, HD_INPUT, HD_IO */
enum hd_status study_run(const struct batch_options *batch, const struct study_options *options,
                         const struct team *team, struct hd_error *err);

/** Read the study of an input and say in one line what it would run. Errors: HD_INPUT, HD_IO */
enum hd_status study_check(FILE *file, const char *path, const char *const *sets,
                           struct hd_error *err);

#endif
