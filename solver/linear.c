#include "solver/linear.h"

#include <suitesparse/klu.h>
#include <time.h>
#include "solver/base/memory.h"

/** Pivots are chosen anew when refactorisation with the old ones lets entries grow by this much
 * more than the last full factorisation did: the reciprocal pivot growth measures the lost digits.
 */
static const double GROWTH_DROP = 1e-2;
/** Relative pivot tolerance: the diagonal is taken unless it is this much too small. Leaving the
 * diagonal costs a factor of 3 to 4 in fill on these matrices. */
static const double PIVOT_TOLERANCE = 1e-8;
/** Full factorisation at least every so many refactorisations, against slow growth of the error. */
enum { REFACTOR_MAX = 50 };

struct linear {
  const struct sparse *matrix; /* borrowed */
  klu_l_common common;
  klu_l_symbolic *symbolic;
  klu_l_numeric *numeric;
  double growth_full;
  int since_full;
  bool ready;
  struct linear_counts counts;
};

/** Free the arrays of a matrix and null them. */
void sparse_free(struct sparse *matrix) {
  hd_free(&matrix->column);
  hd_free(&matrix->row);
  hd_free(&matrix->value);
}

static double seconds_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/** Natural order keeps the band of a 1D mesh; otherwise KLU orders by AMD. */
static enum hd_status analyse(struct linear *linear, enum linear_ordering ordering,
                              struct hd_error *err) {
  const struct sparse *matrix = linear->matrix;
  if (ordering == ORDERING_AMD) {
    linear->common.ordering = 0;
    linear->symbolic = klu_l_analyze(matrix->n, matrix->column, matrix->row, &linear->common);
  } else {
    linear->symbolic =
        klu_l_analyze_given(matrix->n, matrix->column, matrix->row, NULL, NULL, &linear->common);
  }
  if (!linear->symbolic)
    return hd_fail(err, HD_INTERNAL, "the matrix of %lld unknowns could not be analysed (KLU %lld)",
                   (long long)matrix->n, (long long)linear->common.status);
  return HD_OK;
}

/**
 * Symbolic analysis of one pattern.
 * matrix  borrowed; its values are read at every linear_factor
 * Errors  HD_MEMORY, HD_INTERNAL (structurally singular)
 */
enum hd_status linear_create(struct linear **out, const struct sparse *matrix,
                             enum linear_ordering ordering, struct hd_error *err) {
  struct linear *linear = NULL;
  TRY(hd_alloc(&linear, 1, sizeof *linear, err));
  linear->matrix = matrix;
  klu_l_defaults(&linear->common);
  linear->common.tol = PIVOT_TOLERANCE;
  linear->common.btf = 0;
  linear->common.scale = 2;
  enum hd_status status = analyse(linear, ordering, err);
  if (status != HD_OK)
    linear_free(&linear);
  *out = linear;
  return status;
}

/** Reciprocal pivot growth, min over columns of max|a| / max|u|; small: digits are lost. */
static double pivot_growth(struct linear *linear) {
  const struct sparse *matrix = linear->matrix;
  klu_l_rgrowth(matrix->column, matrix->row, matrix->value, linear->symbolic, linear->numeric,
                &linear->common);
  return linear->common.rgrowth;
}

static int factor_full(struct linear *linear) {
  const struct sparse *matrix = linear->matrix;
  klu_l_free_numeric(&linear->numeric, &linear->common);
  linear->numeric =
      klu_l_factor(matrix->column, matrix->row, matrix->value, linear->symbolic, &linear->common);
  if (!linear->numeric || linear->common.status != KLU_OK)
    return 1;
  linear->growth_full = pivot_growth(linear);
  linear->since_full = 0;
  return 0;
}

/** With the pivot order of the last full factorisation; 1: do a full one. */
static int factor_again(struct linear *linear) {
  const struct sparse *matrix = linear->matrix;
  if (!linear->ready || linear->since_full >= REFACTOR_MAX)
    return 1;
  if (!klu_l_refactor(matrix->column, matrix->row, matrix->value, linear->symbolic, linear->numeric,
                      &linear->common) ||
      linear->common.status != KLU_OK)
    return 1;
  linear->since_full++;
  return pivot_growth(linear) < GROWTH_DROP * linear->growth_full;
}

/**
 * Factorise the present values, with the old pivot order where it still is good.
 * Returns 0, or 1 when the matrix is singular.
 */
int linear_factor(struct linear *linear) {
  double start = seconds_now();
  linear->counts.factorisations++;
  int failed = factor_again(linear) && factor_full(linear);
  linear->ready = !failed;
  linear->counts.seconds += seconds_now() - start;
  return failed;
}

/** Solve with the last factors, in place. Returns 1 when there are none. */
int linear_solve(struct linear *linear, double *b) {
  if (!linear->ready)
    return 1;
  double start = seconds_now();
  linear->counts.solves++;
  int solved =
      (int)klu_l_solve(linear->symbolic, linear->numeric, linear->matrix->n, 1, b, &linear->common);
  linear->counts.seconds += seconds_now() - start;
  return !solved;
}

/** Column of the zero pivot after linear_factor returned 1; -1 when it is not known. */
int64_t linear_singular_column(const struct linear *linear) {
  return linear->ready ? -1 : (int64_t)linear->common.singular_col;
}

/** How often the factors were made and used, and the time that took. */
struct linear_counts linear_counts(const struct linear *linear) {
  return linear->counts;
}

/** Free the factors; NULL is accepted. */
void linear_free(struct linear **linear) {
  if (!*linear)
    return;
  klu_l_free_numeric(&(*linear)->numeric, &(*linear)->common);
  klu_l_free_symbolic(&(*linear)->symbolic, &(*linear)->common);
  hd_free(linear);
}
