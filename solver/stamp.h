/* Record and replay: the first assembly records where each entry goes, later ones only add.
 * The assembly must emit its entries in the same order every time. */
#ifndef HALIDRIFT_SOLVER_STAMP_H
#define HALIDRIFT_SOLVER_STAMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "solver/linear.h"

struct stamp {
  int64_t n; /* unknowns; an entry with row or column outside 0..n-1 is dropped */
  bool recording;
  enum hd_status status; /* HD_MEMORY when recording ran out of it */
  size_t count, room;    /* recorded entries */
  int64_t (*entry)[2];   /* owned while recording: row, column */
  int64_t *slot;         /* [count] owned: index into value */
  double *value;         /* borrowed: sparse.value */
  size_t next;
};

/** Start to record entries of an n x n matrix. */
void stamp_record(struct stamp *stamp, int64_t n);

/** End of the recording: make the pattern (owned by the caller) and the slots. */
enum hd_status stamp_finish(struct stamp *stamp, struct sparse *matrix, struct hd_error *err);

/** Begin a replay: clears the values. */
void stamp_replay(struct stamp *stamp, struct sparse *matrix);

void stamp_append(struct stamp *stamp, int64_t row, int64_t column);
void stamp_free(struct stamp *stamp);

/** Add one entry (the innermost operation of every assembly). */
static inline void stamp_add(struct stamp *stamp, int64_t row, int64_t column, double value) {
  if (stamp->recording)
    stamp_append(stamp, row, column);
  else
    stamp->value[stamp->slot[stamp->next++]] += value;
}

#endif
