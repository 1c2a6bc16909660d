/* One sparse matrix pattern and its LU factors: KLU or UMFPACK over the unknowns of the mesh nodes,
 * block elimination of the few others. */
#ifndef HALIDRIFT_SOLVER_LINEAR_H
#define HALIDRIFT_SOLVER_LINEAR_H

#include <stdbool.h>
#include <stdint.h>
#include "solver/store.h"

/** Compressed sparse columns; 64-bit indices as SUNDIALS and SuiteSparse share them. */
struct sparse {
  int64_t n;
  int64_t *column; /* [n + 1] owned */
  int64_t *row;    /* [column[n]] owned, ascending within a column */
  double *value;   /* [column[n] + 1] owned; the last one collects entries outside the matrix */
};

void sparse_free(struct sparse *matrix);

/** Which library makes the factors; the order of linear_solver_names. */
enum linear_choice { LINEAR_AUTOMATIC, LINEAR_KLU, LINEAR_UMFPACK };

/** Order of elimination; the order of linear_ordering_names. */
enum linear_ordering { ORDERING_AUTOMATIC, ORDERING_NATURAL, ORDERING_AMD, ORDERING_METIS };

/** Names of the above, NULL-terminated. */
extern const char *const linear_solver_names[], *const linear_ordering_names[];

struct linear_options {
  enum linear_choice solver;
  enum linear_ordering ordering;
  int dimension;    /* of the mesh: in 1D the natural order is a band */
  int blas_threads; /* 0: one */
  bool keep;        /* the values of the factors' matrices, for linear_save */
  const int *node;  /* [n] borrowed during linear_create: mesh node of an unknown, -1: of none;
                       NULL: each unknown is a node of its own */
};

struct linear_counts {
  long factorisations, solves;
  double factor_s, solve_s; /* spent in them, s: GMRES counts as solution */
};

/** What was chosen, and what it costs. */
struct linear_report {
  const char *solver, *ordering;
  int64_t border;  /* unknowns that are eliminated last, by blocks */
  long used;       /* factorisations, with those before a checkpoint */
  int64_t entries; /* in the factors: 0 before the first one */
};

struct linear;

/** Order and analyse the pattern; the matrix is borrowed and must outlive the solver. */
enum hd_status linear_create(struct linear **linear, const struct sparse *matrix,
                             const struct linear_options *options, struct hd_error *err);
/** Factorise the matrix's present values. 0: done, 1: singular. */
int linear_factor(struct linear *linear);
/** Solve in place with the last factors: b[n] in, solution out. 0: done, 1: not factorised. */
int linear_solve(struct linear *linear, double *b);
/** The same for A^T x = b. */
int linear_solve_transposed(struct linear *linear, double *b);
/** The same for A and b[count * n], one right side after another. */
int linear_solve_many(struct linear *linear, double *b, int64_t count);
/** Solve in place with the present values by GMRES, the last factors as preconditioner; weight[n]
 * measures the unknowns, 0: by their own size. 0: done, 1: new factors are due, b is as it was. */
int linear_iterate(struct linear *linear, double *b, const double *weight, double tolerance);
/** Do the factors have so many more entries than the matrix that old ones are worth an iteration?
 */
bool linear_is_dear(const struct linear *linear);
/** Column of the zero pivot of the last singular factorisation, -1: none. */
int64_t linear_singular_column(const struct linear *linear);
struct linear_counts linear_counts(const struct linear *linear);
/** Sum of the counts of two solvers. */
struct linear_counts linear_counts_add(struct linear_counts a, struct linear_counts b);
/** Threads of the BLAS from now on; 0: one. Errors: HD_INPUT, it takes no such number. */
enum hd_status linear_blas_threads(int threads, struct hd_error *err);
struct linear_report linear_report(const struct linear *linear);

/* linear_store.c: factors to a checkpoint and back, bit for bit; options.keep was set */

enum hd_status linear_save(const struct linear *linear, struct store *store, const char *name,
                           struct hd_error *err);
/** Make them again; that does not count as work. Errors: HD_IO, HD_INTERNAL */
enum hd_status linear_restore(struct linear *linear, const struct store *store, const char *name,
                              struct hd_error *err);
void linear_free(struct linear **linear);

#endif
