/* Linear systems on the test bench: every library with every ordering, values that look random. */
#ifndef HALIDRIFT_TESTS_LINEAR_BENCH_H
#define HALIDRIFT_TESTS_LINEAR_BENCH_H

#include <check.h>
#include <stdint.h>
#include "solver/linear.h"
#include "solver/stamp.h"

/** Every solver with every ordering: the loops of all tests run over them. */
enum { SOLVERS = 2, ORDERINGS = 3, KINDS = SOLVERS * ORDERINGS };

/** -1: KLU with the automatic ordering. */
static inline struct linear_options linear_kind(int i) {
  if (i < 0)
    return (struct linear_options){.solver = LINEAR_KLU, .dimension = 2};
  return (struct linear_options){.solver = (enum linear_choice)(1 + i / ORDERINGS),
                                 .ordering = (enum linear_ordering)(1 + i % ORDERINGS),
                                 .dimension = 2};
}

/** The next number of a seed, from -1 to 1. */
static inline double draw(uint64_t *seed) {
  *seed = *seed * 6364136223846793005u + 1442695040888963407u;
  return 2.0 * (double)(*seed >> 11) * 0x1p-53 - 1.0;
}

/** A matrix, how it is filled, and its solver. */
struct bench {
  struct stamp stamp;
  struct sparse matrix;
  struct linear *linear;
};

/** Begin with n unknowns; what is stamped up to bench_create makes the pattern. */
static inline void bench_record(struct bench *bench, int n) {
  *bench = (struct bench){.linear = NULL};
  stamp_record(&bench->stamp, n);
}

static inline void bench_create(struct bench *bench, const struct linear_options *options) {
  struct hd_error err = {0};
  ck_assert_int_eq(stamp_finish(&bench->stamp, &bench->matrix, &err), HD_OK);
  ck_assert_int_eq(linear_create(&bench->linear, &bench->matrix, options, &err), HD_OK);
}

static inline void bench_close(struct bench *bench) {
  linear_free(&bench->linear);
  stamp_free(&bench->stamp);
  sparse_free(&bench->matrix);
}

#endif
