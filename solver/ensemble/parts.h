/* What the files of a batch share: its state, and the messages between processes. */
#ifndef HALIDRIFT_ENSEMBLE_PARTS_H
#define HALIDRIFT_ENSEMBLE_PARTS_H

#include "solver/ensemble/batch.h"
#include "solver/ensemble/journal.h"

struct batch {
  const struct batch_options *options;
  const struct batch_work *work;
  const struct team *team; /* NULL: this process alone */
  int rank, size;
  struct pool *pool;
  /* rank 0 only */
  struct records records;
  struct journal *journal;
  struct progress *progress;
  FILE *log;
  int *todo; /* [n_todo] owned: numbers of what is to run */
  size_t n_todo, next;
  struct progress_runs runs; /* of this part; `noun` is set when they are told */
  long remarked;             /* runs with remarks of their own */
  int at_work; /* ranks that have not said good-bye: on rank 0 the others, elsewhere itself */
  bool stopping;
};

/** "trajectory" of one, "trajectories" of several. */
const char *batch_noun(const struct batch *batch, long n);
/** What is begun, and what there is to say about it (solver/ensemble/announce.c). Errors: HD_MEMORY
 */
enum hd_status batch_announce(struct batch *batch, struct hd_error *err);
/** Remarks of a run's own. */
void batch_tell_own(struct batch *batch, const json_t *line);

/** Index of the first run of the part; every parts-th from there on is its. */
int batch_first_of_part(const struct batch_options *options);
/** The number of the next run; -1: there is none, or all shall stop. */
int batch_next(struct batch *batch);
/** Keep the line of a run that is over. Errors: HD_IO, HD_MEMORY */
enum hd_status batch_settle(struct batch *batch, const json_t *line, struct hd_error *err);
/** The line of what a process left; NULL: it was stopped, or memory is out. */
json_t *batch_line(const struct batch *batch, const struct pool_result *result);

/** Rank 0 waits until every other rank has read the same input. Errors: the first one's */
enum hd_status team_gather(struct batch *batch, enum hd_status own, struct hd_error *err);
/** Rank 0 answers the messages that are there. */
enum hd_status team_serve(struct batch *batch, struct hd_error *err);
/** All that another rank does. Errors: those of rank 0, which alone speaks of them */
enum hd_status team_work(struct batch *batch, enum hd_status own, struct hd_error *err);

#endif
