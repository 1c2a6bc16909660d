#include "solver/linear.h"

#include <stdint.h>
#include <string.h>
#include "solver/stamp.h"
#include "tests/support/difference.h"

enum { SIZE = 60, BAND = 3 };

static double draw(uint64_t *seed) {
  *seed = *seed * 6364136223846793005u + 1442695040888963407u;
  return 2.0 * (double)(*seed >> 11) * 0x1p-53 - 1.0;
}

/** A band matrix with rows and columns scaled by up to 10^+-spread and two far couplings. */
static void emit(struct stamp *stamp, uint64_t seed, double spread) {
  for (int i = 0; i < SIZE; i++)
    for (int j = i < BAND ? 0 : i - BAND; j <= i + BAND && j < SIZE; j++) {
      double value = draw(&seed) + (i == j ? 3.0 : 0.0);
      stamp_add(stamp, i, j, value * pow(10.0, spread * sin(7.0 * i) + spread * sin(11.0 * j)));
    }
  stamp_add(stamp, 0, SIZE - 1, 0.5);
  stamp_add(stamp, SIZE - 1, 0, 0.5);
}

static void build(struct stamp *stamp, struct sparse *matrix, struct linear **linear,
                  enum linear_ordering ordering) {
  struct hd_error err = {0};
  memset(stamp, 0, sizeof *stamp);
  memset(matrix, 0, sizeof *matrix);
  stamp_record(stamp, SIZE);
  emit(stamp, 1, 0.0);
  ck_assert_int_eq(stamp_finish(stamp, matrix, &err), HD_OK);
  ck_assert_int_eq(linear_create(linear, matrix, ordering, &err), HD_OK);
}

static void destroy(struct stamp *stamp, struct sparse *matrix, struct linear **linear) {
  linear_free(linear);
  stamp_free(stamp);
  sparse_free(matrix);
}

/** Largest residual of A x = b over the size of its row's terms: the backward error. */
static double backward_error(const struct sparse *matrix, const double *x, const double *b) {
  double r[SIZE], size[SIZE], worst = 0.0;
  for (int i = 0; i < SIZE; i++) {
    r[i] = -b[i];
    size[i] = fabs(b[i]);
  }
  for (int j = 0; j < SIZE; j++)
    for (int64_t i = matrix->column[j]; i < matrix->column[j + 1]; i++) {
      r[matrix->row[i]] += matrix->value[i] * x[j];
      size[matrix->row[i]] += fabs(matrix->value[i] * x[j]);
    }
  for (int i = 0; i < SIZE; i++)
    worst = fmax(worst, fabs(r[i]) / size[i]);
  return worst;
}

static void check_solution(const struct sparse *matrix, struct linear *linear, double tolerance) {
  double b[SIZE], x[SIZE];
  for (int i = 0; i < SIZE; i++)
    x[i] = b[i] = cos(i);
  ck_assert_int_eq(linear_solve(linear, x), 0);
  double error = backward_error(matrix, x, b);
  ck_assert_msg(error < tolerance, "backward error %g", error);
}

START_TEST(linear_solves_in_every_ordering) {
  struct stamp stamp;
  struct sparse matrix;
  struct linear *linear;
  build(&stamp, &matrix, &linear, (enum linear_ordering)_i);
  stamp_replay(&stamp, &matrix);
  emit(&stamp, 1, 0.0);
  ck_assert_int_eq(linear_factor(linear), 0);
  check_solution(&matrix, linear, 1e-14); /* well conditioned: some roundings */
  ck_assert_int_eq(linear_counts(linear).factorisations, 1);
  ck_assert_int_eq(linear_counts(linear).solves, 1);
  destroy(&stamp, &matrix, &linear);
}
END_TEST

START_TEST(linear_follows_wild_changes_of_the_values) {
  /* The old pivots serve while they are good; when the values change by tens of decades, or the
   * diagonal vanishes, new ones are chosen. Pivots down to 1e-8 of their column are accepted, so
   * eight digits of sixteen may go. */
  struct stamp stamp;
  struct sparse matrix;
  struct linear *linear;
  build(&stamp, &matrix, &linear, (enum linear_ordering)_i);
  for (uint64_t round = 0; round < 200; round++) {
    stamp_replay(&stamp, &matrix);
    emit(&stamp, round, (double)(round % 7));
    if (round % 5 == 4)
      for (int j = 0; j < SIZE; j += 2) /* pivots on the diagonal would be 1e-14 of the rest */
        for (int64_t i = matrix.column[j]; i < matrix.column[j + 1]; i++)
          if (matrix.row[i] == j)
            matrix.value[i] *= 1e-14;
    ck_assert_int_eq(linear_factor(linear), 0);
    check_solution(&matrix, linear, 1e-8);
  }
  destroy(&stamp, &matrix, &linear);
}
END_TEST

START_TEST(linear_tells_a_singular_matrix_and_goes_on) {
  struct stamp stamp;
  struct sparse matrix;
  struct linear *linear;
  double x[SIZE] = {0};
  build(&stamp, &matrix, &linear, (enum linear_ordering)_i);
  ck_assert_int_eq(linear_solve(linear, x), 1); /* not factorised yet */
  for (int before = 0; before < 2; before++) {
    stamp_replay(&stamp, &matrix);
    emit(&stamp, 3, 0.0);
    for (int64_t i = matrix.column[17]; i < matrix.column[18]; i++)
      matrix.value[i] = 0.0; /* an empty column */
    ck_assert_int_eq(linear_factor(linear), 1);
    ck_assert_int_eq(linear_solve(linear, x), 1);
    stamp_replay(&stamp, &matrix);
    emit(&stamp, 4, 0.0);
    ck_assert_int_eq(linear_factor(linear), 0);
    check_solution(&matrix, linear, 1e-14);
    ck_assert_int_eq(linear_singular_column(linear), -1);
  }
  destroy(&stamp, &matrix, &linear);
}
END_TEST

START_TEST(linear_free_accepts_null) {
  struct linear *linear = NULL;
  linear_free(&linear);
  ck_assert_ptr_null(linear);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("linear");
  TCase *tcase = tcase_create("linear");
  tcase_add_loop_test(tcase, linear_solves_in_every_ordering, 0, 2);
  tcase_add_loop_test(tcase, linear_follows_wild_changes_of_the_values, 0, 2);
  tcase_add_loop_test(tcase, linear_tells_a_singular_matrix_and_goes_on, 0, 2);
  tcase_add_test(tcase, linear_free_accepts_null);
  suite_add_tcase(suite, tcase);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}
