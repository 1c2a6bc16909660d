#include "solver/stamp.h"

#include <stdlib.h>
#include <string.h>
#include "solver/base/memory.h"

/** Start to record. Frees what an earlier recording left. */
void stamp_record(struct stamp *stamp, int64_t n) {
  stamp_free(stamp);
  stamp->n = n;
  stamp->recording = true;
}

/** Remember one entry; used through stamp_add while recording. */
void stamp_append(struct stamp *stamp, int64_t row, int64_t column) {
  if (stamp->count == stamp->room && stamp->status == HD_OK) {
    size_t room = stamp->room ? 2 * stamp->room : 1024;
    stamp->status = hd_resize(&stamp->entry, room, sizeof *stamp->entry, NULL);
    if (stamp->status == HD_OK)
      stamp->room = room;
  }
  if (stamp->status != HD_OK)
    return;
  bool inside = row >= 0 && row < stamp->n && column >= 0 && column < stamp->n;
  stamp->entry[stamp->count][0] = inside ? row : stamp->n;
  stamp->entry[stamp->count][1] = inside ? column : stamp->n;
  stamp->count++;
}

/** Orders entry numbers by column, then row: two passes of a counting sort. */
static void sort_pass(const struct stamp *stamp, int key, const int64_t *from, int64_t *to,
                      int64_t *start) {
  memset(start, 0, ((size_t)stamp->n + 2) * sizeof *start);
  for (size_t i = 0; i < stamp->count; i++)
    start[stamp->entry[i][key] + 1]++;
  for (int64_t j = 0; j <= stamp->n; j++)
    start[j + 1] += start[j];
  for (size_t i = 0; i < stamp->count; i++)
    to[start[stamp->entry[from[i]][key]]++] = from[i];
}

/** Merge equal entries of the sorted list into the pattern. */
static void fill_pattern(struct stamp *stamp, const int64_t *order, struct sparse *matrix) {
  int64_t nnz = 0, last_row = -1, last_column = -1;
  for (size_t i = 0; i < stamp->count; i++) {
    const int64_t *entry = stamp->entry[order[i]];
    if (entry[1] == stamp->n)
      continue;
    if (entry[0] != last_row || entry[1] != last_column) {
      matrix->row[nnz++] = entry[0];
      matrix->column[entry[1] + 1] = nnz;
      last_row = entry[0];
      last_column = entry[1];
    }
    stamp->slot[order[i]] = nnz - 1;
  }
  for (int64_t j = 0; j < stamp->n; j++)
    if (matrix->column[j + 1] < matrix->column[j])
      matrix->column[j + 1] = matrix->column[j];
  for (size_t i = 0; i < stamp->count; i++)
    if (stamp->entry[i][1] == stamp->n)
      stamp->slot[i] = nnz;
}

/**
 * Turn the recorded entries into a compressed-column pattern and a slot per entry.
 * matrix  out: arrays owned by the caller (sparse_free)
 * Errors  HD_MEMORY
 */
enum hd_status stamp_finish(struct stamp *stamp, struct sparse *matrix, struct hd_error *err) {
  if (stamp->status != HD_OK)
    return hd_fail(err, stamp->status, "out of memory for a matrix of %lld unknowns",
                   (long long)stamp->n);
  int64_t *first = NULL, *second = NULL, *start = NULL;
  matrix->n = stamp->n;
  TRY(hd_alloc(&matrix->column, (size_t)stamp->n + 1, sizeof *matrix->column, err));
  TRY(hd_alloc(&matrix->row, stamp->count, sizeof *matrix->row, err));
  TRY(hd_alloc(&matrix->value, stamp->count + 1, sizeof *matrix->value, err));
  TRY(hd_alloc(&stamp->slot, stamp->count, sizeof *stamp->slot, err));
  TRY(hd_alloc(&first, stamp->count, sizeof *first, err));
  TRY(hd_alloc(&second, stamp->count, sizeof *second, err));
  TRY(hd_alloc(&start, (size_t)stamp->n + 2, sizeof *start, err));
  for (size_t i = 0; i < stamp->count; i++)
    first[i] = (int64_t)i;
  sort_pass(stamp, 0, first, second, start);
  sort_pass(stamp, 1, second, first, start);
  fill_pattern(stamp, first, matrix);
  hd_free(&first);
  hd_free(&second);
  hd_free(&start);
  hd_free(&stamp->entry);
  stamp->recording = false;
  stamp_replay(stamp, matrix);
  return HD_OK;
}

/** Clear the values and go back to the first entry. */
void stamp_replay(struct stamp *stamp, struct sparse *matrix) {
  stamp->value = matrix->value;
  stamp->next = 0;
  memset(matrix->value, 0, ((size_t)matrix->column[matrix->n] + 1) * sizeof *matrix->value);
}

/** Free the arrays and zero the struct. */
void stamp_free(struct stamp *stamp) {
  hd_free(&stamp->entry);
  hd_free(&stamp->slot);
  memset(stamp, 0, sizeof *stamp);
}
