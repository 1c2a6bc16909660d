/* What the files of an ensemble's run share: its state, and the messages between processes. */
#ifndef HALIDRIFT_ENSEMBLE_PARTS_H
#define HALIDRIFT_ENSEMBLE_PARTS_H

#include "solver/ensemble/ensemble.h"
#include "solver/ensemble/journal.h"
#include "solver/ensemble/pool.h"
#include "solver/ensemble/record.h"
#include "solver/ensemble/trajectory.h"

struct ensemble {
  const struct ensemble_options *options;
  const struct team *team; /* NULL: this process alone */
  int rank, size;
  struct trajectory_plan shared;
  struct pool *pool;
  /* rank 0 only */
  struct records records;
  struct journal *journal;
  struct progress *progress;
  FILE *log;
  int *todo; /* [n_todo] owned: numbers of the trajectories that are to run */
  size_t n_todo, next;
  long over, failed, before; /* trajectories of this part: over, of them bad, over before */
  long total;
  int at_work; /* ranks that have not said good-bye: on rank 0 the others, elsewhere itself */
  bool stopping;
};

/** The next trajectory; -1: there is none, or all shall stop. */
int ensemble_next(struct ensemble *ensemble);
/** Keep the line of a trajectory that is over. Errors: HD_IO, HD_MEMORY */
enum hd_status ensemble_settle(struct ensemble *ensemble, const json_t *line, struct hd_error *err);
/** The line of what a process left; NULL: it was stopped, or memory is out. */
json_t *ensemble_line(const struct pool_result *result, bool stopping);

/** Rank 0 waits until every other rank has read the same input. Errors: the first one's */
enum hd_status team_gather(struct ensemble *ensemble, enum hd_status own, struct hd_error *err);
/** Rank 0 answers the messages that are there. */
enum hd_status team_serve(struct ensemble *ensemble, struct hd_error *err);
/** All that another rank does. Errors: those of rank 0, which alone speaks of them */
enum hd_status team_work(struct ensemble *ensemble, enum hd_status own, struct hd_error *err);

#endif
