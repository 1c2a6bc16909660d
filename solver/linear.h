/* One sparse matrix pattern and its LU factors (KLU). */
#ifndef HALIDRIFT_SOLVER_LINEAR_H
#define HALIDRIFT_SOLVER_LINEAR_H

#include <stdbool.h>
#include <stdint.h>
#include "solver/base/error.h"

/** Compressed sparse columns; 64-bit indices as SUNDIALS and SuiteSparse share them. */
struct sparse {
  int64_t n;
  int64_t *column; /* [n + 1] owned */
  int64_t *row;    /* [column[n]] owned, ascending within a column */
  double *value;   /* [column[n] + 1] owned; the last one collects entries outside the matrix */
};

void sparse_free(struct sparse *matrix);

struct linear;

enum linear_ordering { ORDERING_NATURAL, ORDERING_AMD };

struct linear_counts {
  long factorisations, solves;
  double seconds; /* spent in both */
};

/** Analyse the pattern; the matrix is borrowed and must outlive the solver. */
enum hd_status linear_create(struct linear **linear, const struct sparse *matrix,
                             enum linear_ordering ordering, struct hd_error *err);
/** Factorise the matrix's present values. 0: done, 1: singular. */
int linear_factor(struct linear *linear);
/** Solve in place with the last factors: b[n] in, solution out. 0: done, 1: not factorised. */
int linear_solve(struct linear *linear, double *b);
/** Column of the zero pivot of the last singular factorisation, -1: none. */
int64_t linear_singular_column(const struct linear *linear);
struct linear_counts linear_counts(const struct linear *linear);
void linear_free(struct linear **linear);

#endif
