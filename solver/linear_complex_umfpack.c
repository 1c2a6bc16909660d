#include <string.h>
#include <suitesparse/umfpack.h>
#include "solver/base/memory.h"
#include "solver/linear_parts.h"

/** As in linear_umfpack.c. */
static const double PIVOT_TOLERANCE = 1e-8;
static const double MEMORY_FIRST = 0.1, MEMORY_NEXT = 1.1;

struct umfpack {
  const struct sparse *matrix; /* borrowed */
  const double *value;         /* borrowed: real and imaginary parts in turn */
  double control[UMFPACK_CONTROL], info[UMFPACK_INFO];
  void *symbolic, *numeric;
  double complex *x; /* [n] owned */
  double *work;      /* [4 n] owned */
  int64_t *index;    /* [n] owned */
};

static void umfpack_destroy(void **state) {
  struct umfpack *umfpack = *state;
  if (!umfpack)
    return;
  umfpack_zl_free_numeric(&umfpack->numeric);
  umfpack_zl_free_symbolic(&umfpack->symbolic);
  hd_free(&umfpack->x);
  hd_free(&umfpack->work);
  hd_free(&umfpack->index);
  hd_free(state);
}

/** The imaginary part given as NULL: both parts stand in turn in the real one. */
static enum hd_status umfpack_create(void **state, const struct sparse *matrix,
                                     const double complex *value, const int64_t *order,
                                     int blas_threads, struct hd_error *err) {
  struct umfpack *umfpack = NULL;
  size_t n = (size_t)matrix->n;
  TRY(hd_alloc(&umfpack, 1, sizeof *umfpack, err));
  *state = umfpack;
  umfpack->matrix = matrix;
  umfpack->value = (const double *)value;
  TRY(hd_alloc(&umfpack->x, n, sizeof *umfpack->x, err));
  TRY(hd_alloc(&umfpack->work, 4 * n, sizeof(double), err));
  TRY(hd_alloc(&umfpack->index, n, sizeof(int64_t), err));
  TRY(linear_blas_threads(blas_threads, err));
  umfpack_zl_defaults(umfpack->control);
  umfpack->control[UMFPACK_STRATEGY] = UMFPACK_STRATEGY_SYMMETRIC;
  umfpack->control[UMFPACK_SYM_PIVOT_TOLERANCE] = PIVOT_TOLERANCE;
  umfpack->control[UMFPACK_IRSTEP] = 0;
  umfpack->control[UMFPACK_ALLOC_INIT] = MEMORY_FIRST;
  long status = umfpack_zl_qsymbolic(matrix->n, matrix->n, matrix->column, matrix->row, NULL, NULL,
                                     order, &umfpack->symbolic, umfpack->control, umfpack->info);
  if (status == UMFPACK_ERROR_out_of_memory)
    return hd_fail(err, HD_MEMORY, "out of memory for a complex matrix of %lld unknowns",
                   (long long)matrix->n);
  if (status < 0)
    return hd_fail(err, HD_INTERNAL,
                   "the complex matrix of %lld unknowns could not be analysed (UMFPACK %ld)",
                   (long long)matrix->n, status);
  return HD_OK;
}

/** Pivots are new every time. */
static int umfpack_factorise(void *state, bool anew) {
  struct umfpack *umfpack = state;
  const struct sparse *matrix = umfpack->matrix;
  (void)anew;
  umfpack_zl_free_numeric(&umfpack->numeric);
  long status =
      umfpack_zl_numeric(matrix->column, matrix->row, umfpack->value, NULL, umfpack->symbolic,
                         &umfpack->numeric, umfpack->control, umfpack->info);
  if (status == UMFPACK_OK) /* negative: a number of units */
    umfpack->control[UMFPACK_ALLOC_INIT] = -MEMORY_NEXT * umfpack->info[UMFPACK_VARIABLE_PEAK];
  return status != UMFPACK_OK;
}

static int umfpack_backsolve(void *state, bool transposed, double complex *b) {
  struct umfpack *umfpack = state;
  const struct sparse *matrix = umfpack->matrix;
  long status =
      umfpack_zl_wsolve(transposed ? UMFPACK_Aat : UMFPACK_A, matrix->column, matrix->row,
                        umfpack->value, NULL, (double *)umfpack->x, NULL, (double *)b, NULL,
                        umfpack->numeric, umfpack->control, NULL, umfpack->index, umfpack->work);
  memcpy(b, umfpack->x, (size_t)matrix->n * sizeof *b);
  return status != UMFPACK_OK;
}

const struct linear_complex_solver linear_complex_umfpack = {.create = umfpack_create,
                                                             .factor = umfpack_factorise,
                                                             .solve = umfpack_backsolve,
                                                             .free = umfpack_destroy};
