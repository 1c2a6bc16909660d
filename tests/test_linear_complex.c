#include "solver/linear_complex.h"

#include <math.h>
#include <string.h>
#include "tests/support/linear_bench.h"
#include "tests/support/suite.h"

enum { SIZE = 60, BAND = 3, ROUNDS = 40 };

/** A band matrix with two far couplings. */
static void build(struct sparse *matrix, struct linear_complex **linear, int kind) {
  struct stamp stamp = {0};
  struct hd_error err = {0};
  const struct linear_options options = linear_kind(kind);
  memset(matrix, 0, sizeof *matrix);
  stamp_record(&stamp, SIZE);
  for (int i = 0; i < SIZE; i++)
    for (int j = i < BAND ? 0 : i - BAND; j <= i + BAND && j < SIZE; j++)
      stamp_add(&stamp, i, j, 0.0);
  stamp_add(&stamp, 0, SIZE - 1, 0.0);
  stamp_add(&stamp, SIZE - 1, 0, 0.0);
  ck_assert_int_eq(stamp_finish(&stamp, matrix, &err), HD_OK);
  ck_assert_int_eq(linear_complex_create(linear, matrix, &options, &err), HD_OK);
  stamp_free(&stamp);
}

/** Values with rows and columns of very different size. */
static void fill(const struct sparse *matrix, double complex *value, uint64_t seed, double spread) {
  for (int64_t j = 0; j < matrix->n; j++)
    for (int64_t at = matrix->column[j]; at < matrix->column[j + 1]; at++) {
      double i = (double)matrix->row[at], size = spread * (sin(7.0 * i) + sin(11.0 * (double)j));
      double re = draw(&seed), im = draw(&seed);
      double diagonal = matrix->row[at] == j ? 3.0 : 0.0;
      value[at] = pow(10.0, size) * CMPLX(re + diagonal, im);
    }
}

/** Largest residual over the size of its terms. */
static double backward_error(const struct sparse *matrix, const double complex *value,
                             bool transposed, const double complex *x, const double complex *b) {
  double complex r[SIZE];
  double size[SIZE], worst = 0.0;
  for (int i = 0; i < SIZE; i++) {
    r[i] = b[i];
    size[i] = cabs(b[i]);
  }
  for (int64_t j = 0; j < SIZE; j++)
    for (int64_t at = matrix->column[j]; at < matrix->column[j + 1]; at++) {
      int64_t i = matrix->row[at], to = transposed ? j : i, from = transposed ? i : j;
      r[to] -= value[at] * x[from];
      size[to] += cabs(value[at] * x[from]);
    }
  for (int i = 0; i < SIZE; i++)
    worst = fmax(worst, cabs(r[i]) / size[i]);
  return worst;
}

static void check_both(const struct sparse *matrix, struct linear_complex *linear) {
  const double tolerance = 1e-14; /* what the solver promises: some tens of roundings */
  for (int transposed = 0; transposed < 2; transposed++) {
    double complex b[SIZE], x[SIZE];
    for (int i = 0; i < SIZE; i++)
      x[i] = b[i] = CMPLX(cos(i), sin(3.0 * i));
    ck_assert_int_eq(linear_complex_solve(linear, transposed, x), 0);
    double error = backward_error(matrix, linear_complex_values(linear), transposed, x, b);
    ck_assert_msg(error < 2.0 * tolerance, "backward error %g", error);
  }
}

START_TEST(complex_systems_are_solved_both_ways_while_the_values_change) {
  struct sparse matrix;
  struct linear_complex *linear;
  build(&matrix, &linear, _i);
  for (uint64_t round = 0; round < ROUNDS; round++) {
    double complex *value = linear_complex_values(linear);
    fill(&matrix, value, round, (double)(round % 6));
    if (round % 5 == 4)
      for (int64_t j = 0; j < SIZE; j += 2) /* the old pivots are 1e-14 of their columns now */
        for (int64_t at = matrix.column[j]; at < matrix.column[j + 1]; at++)
          if (matrix.row[at] == j)
            value[at] *= 1e-14;
    ck_assert_int_eq(linear_complex_factor(linear), 0);
    check_both(&matrix, linear);
  }
  linear_complex_free(&linear);
  sparse_free(&matrix);
}
END_TEST

START_TEST(complex_solver_tells_a_singular_matrix_and_goes_on) {
  struct sparse matrix;
  struct linear_complex *linear;
  double complex b[SIZE] = {1.0};
  build(&matrix, &linear, _i);
  double complex *value = linear_complex_values(linear);
  fill(&matrix, value, 1, 0.0);
  for (int64_t at = matrix.column[9]; at < matrix.column[10]; at++)
    value[at] = 0.0;
  ck_assert(linear_complex_factor(linear) != 0 || linear_complex_solve(linear, false, b) != 0);
  fill(&matrix, value, 2, 0.0);
  ck_assert_int_eq(linear_complex_factor(linear), 0);
  check_both(&matrix, linear);
  linear_complex_free(&linear);
  sparse_free(&matrix);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("linear_complex");
  TCase *tcase = tcase_create("linear_complex");
  tcase_add_loop_test(tcase, complex_systems_are_solved_both_ways_while_the_values_change, 0,
                      KINDS);
  tcase_add_loop_test(tcase, complex_solver_tells_a_singular_matrix_and_goes_on, 0, KINDS);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
