#include "solver/stamp.h"

#include <string.h>
#include "tests/support/difference.h"

enum { SIZE = 5, ENTRIES = 9 };

/* Duplicates, unsorted order, an empty column (2), and entries outside that must be dropped. */
static const struct entry {
  int row, column;
  double value;
} entries[ENTRIES] = {{4, 3, 1.0}, {0, 0, 2.0},  {4, 3, 4.0},  {1, 0, 8.0}, {5, 1, 1e9},
                      {0, 5, 1e9}, {-1, 4, 1e9}, {0, 4, 16.0}, {0, 0, 32.0}};

static void emit(struct stamp *stamp, double factor) {
  for (int i = 0; i < ENTRIES; i++)
    stamp_add(stamp, entries[i].row, entries[i].column, factor * entries[i].value);
}

static void record(struct stamp *stamp, struct sparse *matrix) {
  struct hd_error err = {0};
  memset(stamp, 0, sizeof *stamp);
  memset(matrix, 0, sizeof *matrix);
  stamp_record(stamp, SIZE);
  emit(stamp, 7.0); /* values of the recording do not count */
  ck_assert_int_eq(stamp_finish(stamp, matrix, &err), HD_OK);
}

static double element(const struct sparse *matrix, int64_t row, int64_t column) {
  for (int64_t i = matrix->column[column]; i < matrix->column[column + 1]; i++)
    if (matrix->row[i] == row)
      return matrix->value[i];
  return 0.0;
}

START_TEST(stamp_merges_duplicates_and_drops_what_is_outside) {
  struct stamp stamp;
  struct sparse matrix;
  record(&stamp, &matrix);
  emit(&stamp, 1.0);
  ck_assert_int_eq(matrix.column[SIZE], 4);
  ck_assert_double_eq(element(&matrix, 0, 0), 34.0);
  ck_assert_double_eq(element(&matrix, 1, 0), 8.0);
  ck_assert_double_eq(element(&matrix, 4, 3), 5.0);
  ck_assert_double_eq(element(&matrix, 0, 4), 16.0);
  stamp_free(&stamp);
  sparse_free(&matrix);
}
END_TEST

START_TEST(stamp_pattern_is_sorted) {
  struct stamp stamp;
  struct sparse matrix;
  record(&stamp, &matrix);
  ck_assert_int_eq(matrix.column[0], 0);
  for (int j = 0; j < SIZE; j++) {
    ck_assert_int_le(matrix.column[j], matrix.column[j + 1]);
    for (int64_t i = matrix.column[j] + 1; i < matrix.column[j + 1]; i++)
      ck_assert_int_lt(matrix.row[i - 1], matrix.row[i]);
  }
  stamp_free(&stamp);
  sparse_free(&matrix);
}
END_TEST

START_TEST(stamp_replay_begins_anew) {
  struct stamp stamp;
  struct sparse matrix;
  record(&stamp, &matrix);
  for (int round = 1; round <= 3; round++) {
    stamp_replay(&stamp, &matrix);
    emit(&stamp, round);
    ck_assert_double_eq(element(&matrix, 0, 0), 34.0 * round);
    ck_assert_double_eq(element(&matrix, 4, 3), 5.0 * round);
  }
  stamp_free(&stamp);
  sparse_free(&matrix);
}
END_TEST

START_TEST(stamp_of_nothing_is_an_empty_matrix) {
  struct stamp stamp = {0};
  struct sparse matrix = {0};
  struct hd_error err = {0};
  stamp_record(&stamp, SIZE);
  ck_assert_int_eq(stamp_finish(&stamp, &matrix, &err), HD_OK);
  ck_assert_int_eq(matrix.column[SIZE], 0);
  stamp_free(&stamp);
  sparse_free(&matrix);
}
END_TEST

int main(void) {
  const TTest *const tests[] = {stamp_merges_duplicates_and_drops_what_is_outside,
                                stamp_pattern_is_sorted, stamp_replay_begins_anew,
                                stamp_of_nothing_is_an_empty_matrix, NULL};
  return run_suite("stamp", tests);
}
