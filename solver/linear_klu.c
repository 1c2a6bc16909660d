#include "solver/linear_klu.h"

#include "solver/base/memory.h"
#include "solver/linear_parts.h"

/** Pivots are chosen anew when refactorisation with the old ones lets entries grow by this much
 * more than the last full factorisation did: the reciprocal pivot growth measures the lost digits.
 */
static const double GROWTH_DROP = 1e-2;
/** Relative pivot tolerance: the diagonal is taken unless it is this much too small. Leaving the
 * diagonal costs a factor of 3 to 4 in fill on these matrices. */
static const double PIVOT_TOLERANCE = 1e-8;
/** Full factorisation at least every so many refactorisations, against slow growth of the error. */
enum { REFACTOR_MAX = 50 };

struct klu {
  const struct sparse *matrix; /* borrowed */
  klu_l_common common;
  klu_l_symbolic *symbolic;
  klu_l_numeric *numeric;
  double growth_full;
  int since_full;
  bool ready;
};

static void klu_destroy(void **state) {
  struct klu *klu = *state;
  if (!klu)
    return;
  klu_l_free_numeric(&klu->numeric, &klu->common);
  klu_l_free_symbolic(&klu->symbolic, &klu->common);
  hd_free(state);
}

enum hd_status linear_klu_analyse(klu_l_symbolic **symbolic, klu_l_common *common,
                                  const struct sparse *matrix, const int64_t *order,
                                  struct hd_error *err) {
  klu_l_defaults(common);
  common->tol = PIVOT_TOLERANCE;
  common->btf = 0;
  common->scale = 2;
  *symbolic = klu_l_analyze_given(matrix->n, matrix->column, matrix->row, (int64_t *)order,
                                  (int64_t *)order, common);
  if (!*symbolic)
    return hd_fail(err, HD_INTERNAL, "the matrix of %lld unknowns could not be analysed (KLU %lld)",
                   (long long)matrix->n, (long long)common->status);
  return HD_OK;
}

static enum hd_status klu_create(void **state, const struct sparse *matrix, const int64_t *order,
                                 int blas_threads, struct hd_error *err) {
  struct klu *klu = NULL;
  (void)blas_threads;
  TRY(hd_alloc(&klu, 1, sizeof *klu, err));
  *state = klu;
  klu->matrix = matrix;
  return linear_klu_analyse(&klu->symbolic, &klu->common, matrix, order, err);
}

/** Reciprocal pivot growth, min over columns of max|a| / max|u|; small: digits are lost. */
static double pivot_growth(struct klu *klu) {
  const struct sparse *matrix = klu->matrix;
  klu_l_rgrowth(matrix->column, matrix->row, matrix->value, klu->symbolic, klu->numeric,
                &klu->common);
  return klu->common.rgrowth;
}

static int factor_full(struct klu *klu) {
  const struct sparse *matrix = klu->matrix;
  klu_l_free_numeric(&klu->numeric, &klu->common);
  klu->numeric =
      klu_l_factor(matrix->column, matrix->row, matrix->value, klu->symbolic, &klu->common);
  if (!klu->numeric || klu->common.status != KLU_OK)
    return 1;
  klu->growth_full = pivot_growth(klu);
  klu->since_full = 0;
  return 0;
}

/** With the pivot order of the last full factorisation; 1: do a full one. */
static int factor_again(struct klu *klu) {
  const struct sparse *matrix = klu->matrix;
  if (!klu->ready || klu->since_full >= REFACTOR_MAX)
    return 1;
  if (!klu_l_refactor(matrix->column, matrix->row, matrix->value, klu->symbolic, klu->numeric,
                      &klu->common) ||
      klu->common.status != KLU_OK)
    return 1;
  klu->since_full++;
  return pivot_growth(klu) < GROWTH_DROP * klu->growth_full;
}

/** Factorise the present values, with the old pivot order where it still is good. */
static int klu_factorise(void *state) {
  struct klu *klu = state;
  int failed = factor_again(klu) && factor_full(klu);
  klu->ready = !failed;
  return failed;
}

static int klu_backsolve(void *state, bool transposed, double *b, int64_t count) {
  struct klu *klu = state;
  int64_t n = klu->matrix->n;
  return !(transposed ? klu_l_tsolve(klu->symbolic, klu->numeric, n, count, b, &klu->common)
                      : klu_l_solve(klu->symbolic, klu->numeric, n, count, b, &klu->common));
}

static int64_t klu_entries(const void *state) {
  const struct klu *klu = state;
  return klu->numeric ? klu->numeric->lnz + klu->numeric->unz : 0;
}

static int64_t klu_singular(const void *state) {
  return ((const struct klu *)state)->common.singular_col;
}

static int *klu_age(void *state) {
  return &((struct klu *)state)->since_full;
}

const struct linear_solver linear_klu = {.create = klu_create,
                                         .factor = klu_factorise,
                                         .solve = klu_backsolve,
                                         .entries = klu_entries,
                                         .singular_column = klu_singular,
                                         .age = klu_age,
                                         .free = klu_destroy};
