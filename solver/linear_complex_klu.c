#include "solver/base/memory.h"
#include "solver/linear_klu.h"
#include "solver/linear_parts.h"

struct klu {
  const struct sparse *matrix; /* borrowed */
  const double complex *value; /* borrowed */
  klu_l_common common;
  klu_l_symbolic *symbolic;
  klu_l_numeric *numeric;
};

static void klu_destroy(void **state) {
  struct klu *klu = *state;
  if (!klu)
    return;
  klu_zl_free_numeric(&klu->numeric, &klu->common);
  klu_l_free_symbolic(&klu->symbolic, &klu->common);
  hd_free(state);
}

static enum hd_status klu_create(void **state, const struct sparse *matrix,
                                 const double complex *value, const int64_t *order,
                                 int blas_threads, struct hd_error *err) {
  struct klu *klu = NULL;
  (void)blas_threads;
  TRY(hd_alloc(&klu, 1, sizeof *klu, err));
  *state = klu;
  klu->matrix = matrix;
  klu->value = value;
  return linear_klu_analyse(&klu->symbolic, &klu->common, matrix, order, err);
}

/** The pivots of the last factors do as long as none of them vanishes; linear_complex_solve looks
 * at the residual. */
static int klu_factorise(void *state, bool anew) {
  struct klu *klu = state;
  const struct sparse *matrix = klu->matrix;
  double *value = (double *)klu->value;
  if (!anew && klu->numeric &&
      klu_zl_refactor(matrix->column, matrix->row, value, klu->symbolic, klu->numeric,
                      &klu->common) &&
      klu->common.status == KLU_OK)
    return 0;
  klu_zl_free_numeric(&klu->numeric, &klu->common);
  klu->numeric = klu_zl_factor(matrix->column, matrix->row, value, klu->symbolic, &klu->common);
  return !klu->numeric || klu->common.status != KLU_OK;
}

static int klu_backsolve(void *state, bool transposed, double complex *b) {
  struct klu *klu = state;
  int64_t n = klu->matrix->n;
  return !(transposed
               ? klu_zl_tsolve(klu->symbolic, klu->numeric, n, 1, (double *)b, 0, &klu->common)
               : klu_zl_solve(klu->symbolic, klu->numeric, n, 1, (double *)b, &klu->common));
}

const struct linear_complex_solver linear_complex_klu = {
    .create = klu_create, .factor = klu_factorise, .solve = klu_backsolve, .free = klu_destroy};
