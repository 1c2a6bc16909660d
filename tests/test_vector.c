#include "solver/vector.h"

#include <check.h>
#include <math.h>
#include <nvector/nvector_serial.h>
#include "tests/support/difference.h"

/* Sums are added in another order: a few roundings. */
static const double rounding = 1e-14;

/* Lengths around the block size, and one that is long. */
static const int lengths[] = {1, 2, 7, 8, 9, 15, 16, 17, 821};
enum { N_LENGTHS = sizeof lengths / sizeof *lengths, VECTORS = 5 };

/** Equal vectors with the tuned and with the library's own operations. */
struct pair {
  SUNContext context;
  N_Vector tuned[VECTORS], own[VECTORS];
};

static void open_pair(struct pair *pair, int n) {
  ck_assert_int_eq(SUNContext_Create(NULL, &pair->context), 0);
  for (int v = 0; v < VECTORS; v++) {
    pair->tuned[v] = v ? N_VClone(pair->tuned[0]) : N_VNew_Serial(n, pair->context);
    pair->own[v] = N_VNew_Serial(n, pair->context);
    if (v == 0)
      vector_tune(pair->tuned[0]);
    for (int i = 0; i < n; i++) {
      double value = v == 2 ? (i * 7 % 3 > 0) : sin(1.0 + 3.0 * i + 100.0 * v);
      N_VGetArrayPointer(pair->tuned[v])[i] = N_VGetArrayPointer(pair->own[v])[i] = value;
    }
  }
}

static void close_pair(struct pair *pair) {
  for (int v = 0; v < VECTORS; v++) {
    N_VDestroy(pair->tuned[v]);
    N_VDestroy(pair->own[v]);
  }
  SUNContext_Free(&pair->context);
}

static void assert_equal(const struct pair *pair, int v) {
  for (sunindextype i = 0; i < N_VGetLength(pair->own[v]); i++)
    ck_assert_double_eq_tol(N_VGetArrayPointer(pair->tuned[v])[i],
                            N_VGetArrayPointer(pair->own[v])[i], rounding);
}

START_TEST(vector_tune_keeps_the_norms) {
  for (int l = 0; l < N_LENGTHS; l++) {
    struct pair p;
    open_pair(&p, lengths[l]);
    ck_assert_double_eq_tol(N_VWrmsNorm(p.tuned[0], p.tuned[1]), N_VWrmsNorm(p.own[0], p.own[1]),
                            rounding);
    ck_assert_double_eq_tol(N_VWrmsNormMask(p.tuned[0], p.tuned[1], p.tuned[2]),
                            N_VWrmsNormMask(p.own[0], p.own[1], p.own[2]), rounding);
    close_pair(&p);
  }
}
END_TEST

START_TEST(vector_tune_keeps_linear_sums_in_place_too) {
  for (int l = 0; l < N_LENGTHS; l++) {
    struct pair p;
    open_pair(&p, lengths[l]);
    for (int target = 0; target < 3; target++) { /* z = x, z = y, z apart */
      N_VLinearSum(0.7, p.tuned[0], -1.3, p.tuned[1], p.tuned[target]);
      N_VLinearSum(0.7, p.own[0], -1.3, p.own[1], p.own[target]);
      assert_equal(&p, target);
      N_VScale(1.0 / 3.0, p.tuned[0], p.tuned[target]);
      N_VScale(1.0 / 3.0, p.own[0], p.own[target]);
      assert_equal(&p, target);
    }
    close_pair(&p);
  }
}
END_TEST

START_TEST(vector_tune_keeps_linear_combinations) {
  for (int l = 0; l < N_LENGTHS; l++)
    for (int count = 1; count <= VECTORS; count++) {
      struct pair p;
      double a[VECTORS] = {1.0, -0.5, 0.25, 3.0, -1.0 / 3.0};
      open_pair(&p, lengths[l]);
      ck_assert_int_eq(N_VLinearCombination(count, a, p.tuned, p.tuned[0]), 0);
      ck_assert_int_eq(N_VLinearCombination(count, a, p.own, p.own[0]), 0);
      assert_equal(&p, 0);
      close_pair(&p);
    }
}
END_TEST

int main(void) {
  const TTest *const tests[] = {vector_tune_keeps_the_norms,
                                vector_tune_keeps_linear_sums_in_place_too,
                                vector_tune_keeps_linear_combinations, NULL};
  return run_suite("vector", tests);
}
