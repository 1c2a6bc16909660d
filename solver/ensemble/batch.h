/* A batch: many numbered runs in processes of their own, on this machine, on the ranks of mpirun or
 * as parts of a job array, with their results in a journal. What they are, trajectories of an
 * ensemble or points of a study, stands in struct batch_work. */
#ifndef HALIDRIFT_ENSEMBLE_BATCH_H
#define HALIDRIFT_ENSEMBLE_BATCH_H

#include <stdbool.h>
#include <stdio.h>
#include "solver/config/execute.h"
#include "solver/ensemble/pool.h"
#include "solver/ensemble/record.h"
#include "solver/ensemble/team.h"
#include "solver/progress.h"

/** What the user asks for. Borrowed. */
struct batch_options {
  const char *path;        /* the input */
  const char *const *sets; /* "key=value", NULL-terminated, or NULL */
  const char *dir;
  int first, count; /* runs first to first + count - 1 */
  int part, parts;  /* of them those whose number is part - 1 modulo parts; 1 of 1: all */
  size_t jobs;      /* processes at a time */
  long cpu_limit;   /* s of processor time of one run; more and it is lost; 0: none */
  bool resume;
  enum progress_level level;
  FILE *terminal; /* progress goes here; NULL: nowhere */
};

/** What one run is called, several, and the whole. */
struct batch_words {
  const char *one, *many, *whole; /* "trajectory", "trajectories", "an ensemble" */
};

enum { BATCH_LABEL = 128 };

/** What there is to do. Borrowed. */
struct batch_work {
  const struct batch_words *words;
  const struct plan *plan;       /* the input that all runs share */
  const char *hash;              /* of all that decides the results */
  char label[BATCH_LABEL];       /* which runs these are: "of seed 1" */
  const struct remarks *remarks; /* on the input, told before the first run */
  bool keeps_others;             /* results of runs that are not asked for stay in the output */
  const char *traces;            /* folder of the run folders "000012"; NULL: none are kept */
  const char *traced;            /* with them: how those of runs that are there already are had */
  pool_work run;                 /* one run, with `context` */
  const void *context;
  /** Write the files of the whole from the records. `status`: of the batch */
  enum hd_status (*write)(void *owner, const struct records *records, enum hd_status status,
                          struct hd_error *err);
  void *owner;
};

struct batch;
/** Begin: the ranks find each other. Errors: HD_USAGE, HD_MEMORY */
enum hd_status batch_open(struct batch **batch, const struct batch_options *options,
                          const struct team *team, struct hd_error *err);
/** Run what is missing and write the output (not of a part). `prepared`: whether this process has
 * all that `work` needs; the ranks agree on it. Ends the batch.
 * Errors  HD_INCOMPLETE: some failed or were lost; HD_INTERRUPTED; HD_USAGE, HD_INPUT, HD_IO */
enum hd_status batch_run(struct batch **batch, const struct batch_work *work,
                         enum hd_status prepared, struct hd_error *err);

/** Is an input one of many runs? Errors: HD_INPUT: it asks for sensitivities, or two experiments
 * have one name in netCDF files */
enum hd_status batch_check(const struct plan *plan, struct hd_error *err);

/** "log.txt" of the whole, "log.part-3-of-8.txt" of a part. */
void batch_file_name(const struct batch_options *options, char name[HD_NAME], const char *stem,
                     const char *ending);

#endif
