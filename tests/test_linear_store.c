/* Factors in a checkpoint: those that are made again solve as the first ones did, bit for bit. */
#include <math.h>
#include "tests/support/linear_bench.h"
#include "tests/support/suite.h"

enum { SIZE = 40, BORDER = 2 };

/** A band whose diagonal is `diagonal` wherever no pivot has to leave it, and two unknowns that
 * belong to no node. */
static void emit(struct stamp *stamp, double diagonal) {
  for (int i = 0; i < SIZE; i++)
    for (int j = i < 2 ? 0 : i - 2; j <= i + 2 && j < SIZE; j++)
      stamp_add(stamp, i, j, i == j ? (i % 5 == 2 ? diagonal : 3.0) : sin(7.0 * i + 3.0 * j));
  for (int e = SIZE; e < SIZE + BORDER; e++)
    for (int i = e % 3; i < SIZE; i += 3) {
      stamp_add(stamp, i, e, 0.5);
      stamp_add(stamp, e, i, cos(i));
    }
  for (int e = SIZE; e < SIZE + BORDER; e++)
    stamp_add(stamp, e, e, 2.0);
}

static void open_bench(struct bench *bench, int kind) {
  struct linear_options options = linear_kind(kind);
  int node[SIZE + BORDER];
  for (int g = 0; g < SIZE + BORDER; g++)
    node[g] = g < SIZE ? g : -1;
  options.keep = true;
  options.node = node;
  bench_record(bench, SIZE + BORDER);
  emit(&bench->stamp, 3.0);
  bench_create(bench, &options);
}

static int factor(struct bench *bench, double diagonal) {
  stamp_replay(&bench->stamp, &bench->matrix);
  emit(&bench->stamp, diagonal);
  return linear_factor(bench->linear);
}

static void solve(struct bench *bench, double *x) {
  for (int g = 0; g < SIZE + BORDER; g++)
    x[g] = cos(3.0 * g);
  ck_assert_int_eq(linear_solve(bench->linear, x), 0);
}

/** The factors of one bench in another. */
static void carry(const struct bench *from, struct bench *to) {
  struct hd_error err = {0};
  struct store *store = NULL;
  ck_assert_int_eq(store_create(&store, &err), HD_OK);
  ck_assert_int_eq(linear_save(from->linear, store, "matrix", &err), HD_OK);
  ck_assert_int_eq(linear_restore(to->linear, store, "matrix", &err), HD_OK);
  store_free(&store);
}

/** Pivots leave a diagonal of 1e-12; with those pivots other values have other rounding errors than
 * with their own. */
START_TEST(restored_factors_solve_to_the_last_bit) {
  double x[SIZE + BORDER], y[SIZE + BORDER];
  struct bench old, new;
  open_bench(&old, _i);
  open_bench(&new, _i);
  ck_assert_int_eq(factor(&old, 1e-12), 0);
  ck_assert_int_eq(factor(&old, 2.0), 0);
  ck_assert_int_eq(factor(&old, 2.5), 0);
  carry(&old, &new);
  ck_assert_int_eq(linear_report(new.linear).used, 3);
  ck_assert_int_eq(linear_counts(new.linear).factorisations, 0);
  for (int again = 0; again < 2; again++) {
    solve(&old, x);
    solve(&new, y);
    ck_assert_mem_eq(x, y, sizeof x);
    ck_assert_int_eq(factor(&old, 2.1), 0);
    ck_assert_int_eq(factor(&new, 2.1), 0);
  }
  bench_close(&old);
  bench_close(&new);
}
END_TEST

/** KLU chooses its pivots anew after 50 factorisations: in both at the same one. */
START_TEST(restored_factors_have_their_age) {
  double x[SIZE + BORDER], y[SIZE + BORDER];
  struct bench old, new;
  open_bench(&old, _i);
  open_bench(&new, _i);
  ck_assert_int_eq(factor(&old, 1e-12), 0);
  for (int i = 0; i < 40; i++)
    ck_assert_int_eq(factor(&old, 2.0), 0);
  carry(&old, &new);
  for (int i = 0; i < 20; i++) {
    ck_assert_int_eq(factor(&old, 2.0), 0);
    ck_assert_int_eq(factor(&new, 2.0), 0);
    solve(&old, x);
    solve(&new, y);
    ck_assert_mem_eq(x, y, sizeof x);
  }
  bench_close(&old);
  bench_close(&new);
}
END_TEST

/** Factors are those of the values that they were made of, the rows of the border included. */
START_TEST(factors_do_not_see_later_values) {
  double x[SIZE + BORDER], y[SIZE + BORDER];
  struct bench bench;
  open_bench(&bench, _i);
  ck_assert_int_eq(factor(&bench, 2.0), 0);
  solve(&bench, x);
  for (int64_t i = 0; i < bench.matrix.column[SIZE + BORDER]; i++)
    bench.matrix.value[i] *= 2.0;
  solve(&bench, y);
  ck_assert_mem_eq(x, y, sizeof x);
  bench_close(&bench);
}
END_TEST

START_TEST(a_matrix_without_factors_stays_without) {
  double x[SIZE + BORDER] = {0};
  struct bench old, new;
  open_bench(&old, _i);
  open_bench(&new, _i);
  carry(&old, &new);
  ck_assert_int_eq(linear_solve(new.linear, x), 1);
  bench_close(&old);
  bench_close(&new);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("linear_store");
  TCase *tcase = tcase_create("linear_store");
  tcase_add_loop_test(tcase, restored_factors_solve_to_the_last_bit, 0, KINDS);
  tcase_add_loop_test(tcase, restored_factors_have_their_age, 0, KINDS);
  tcase_add_loop_test(tcase, factors_do_not_see_later_values, 0, KINDS);
  tcase_add_loop_test(tcase, a_matrix_without_factors_stays_without, 0, KINDS);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
