#include <dlfcn.h>
#include <string.h>
#include <suitesparse/umfpack.h>
#include "solver/base/memory.h"
#include "solver/linear_parts.h"

/** Relative pivot tolerance on the diagonal, as in linear_klu.c: leaving it costs fill. */
static const double PIVOT_TOLERANCE = 1e-8;
/** Memory that a factorisation begins with: of the first, as a part of UMFPACK's estimate, which is
 * an upper bound 5 to 20 times too large; of the others, as a multiple of what the last one took,
 * which differs by 1 %. */
static const double MEMORY_FIRST = 0.1, MEMORY_NEXT = 1.02;

struct umfpack {
  const struct sparse *matrix; /* borrowed */
  double control[UMFPACK_CONTROL], info[UMFPACK_INFO];
  void *symbolic, *numeric;
  double *x, *work; /* [n] owned */
  int64_t *index;   /* [n] owned */
  int64_t entries;
};

/** One BLAS thread unless asked: on these fronts more cost time, and the machine may be shared.
 * Only OpenBLAS takes the number while the program runs, by a function found by its name; others
 * have one thread or their own environment variables. */
enum hd_status linear_blas_threads(int threads, struct hd_error *err) {
  void *program = dlopen(NULL, RTLD_LAZY);
  void (*set)(int) = NULL;
  if (program)
    *(void **)&set = dlsym(program, "openblas_set_num_threads");
  if (set)
    set(threads > 0 ? threads : 1);
  if (program)
    dlclose(program);
  if (!set && threads > 1)
    return hd_fail(err, HD_INPUT,
                   "solver.blas_threads: got %d, must be 1: the BLAS that this program runs with "
                   "takes no number of threads (OpenBLAS does)",
                   threads);
  return HD_OK;
}

static void umfpack_destroy(void **state) {
  struct umfpack *umfpack = *state;
  if (!umfpack)
    return;
  umfpack_dl_free_numeric(&umfpack->numeric);
  umfpack_dl_free_symbolic(&umfpack->symbolic);
  hd_free(&umfpack->x);
  hd_free(&umfpack->work);
  hd_free(&umfpack->index);
  hd_free(state);
}

static enum hd_status umfpack_create(void **state, const struct sparse *matrix,
                                     const int64_t *order, int blas_threads, struct hd_error *err) {
  struct umfpack *umfpack = NULL;
  size_t n = (size_t)matrix->n;
  TRY(hd_alloc(&umfpack, 1, sizeof *umfpack, err));
  *state = umfpack;
  umfpack->matrix = matrix;
  TRY(hd_alloc(&umfpack->x, n, sizeof(double), err));
  TRY(hd_alloc(&umfpack->work, n, sizeof(double), err));
  TRY(hd_alloc(&umfpack->index, n, sizeof(int64_t), err));
  TRY(linear_blas_threads(blas_threads, err));
  umfpack_dl_defaults(umfpack->control);
  umfpack->control[UMFPACK_STRATEGY] = UMFPACK_STRATEGY_SYMMETRIC;
  umfpack->control[UMFPACK_SYM_PIVOT_TOLERANCE] = PIVOT_TOLERANCE;
  umfpack->control[UMFPACK_IRSTEP] = 0;
  umfpack->control[UMFPACK_ALLOC_INIT] = MEMORY_FIRST;
  long status = umfpack_dl_qsymbolic(matrix->n, matrix->n, matrix->column, matrix->row, NULL, order,
                                     &umfpack->symbolic, umfpack->control, umfpack->info);
  if (status == UMFPACK_ERROR_out_of_memory)
    return hd_fail(err, HD_MEMORY, "out of memory for a matrix of %lld unknowns",
                   (long long)matrix->n);
  if (status < 0)
    return hd_fail(err, HD_INTERNAL,
                   "the matrix of %lld unknowns could not be analysed (UMFPACK %ld)",
                   (long long)matrix->n, status);
  return HD_OK;
}

static int umfpack_factorise(void *state) {
  struct umfpack *umfpack = state;
  const struct sparse *matrix = umfpack->matrix;
  umfpack_dl_free_numeric(&umfpack->numeric);
  long status = umfpack_dl_numeric(matrix->column, matrix->row, matrix->value, umfpack->symbolic,
                                   &umfpack->numeric, umfpack->control, umfpack->info);
  if (status == UMFPACK_OK) /* negative: a number of units */
    umfpack->control[UMFPACK_ALLOC_INIT] = -MEMORY_NEXT * umfpack->info[UMFPACK_VARIABLE_PEAK];
  umfpack->entries = (int64_t)(umfpack->info[UMFPACK_LNZ] + umfpack->info[UMFPACK_UNZ]);
  return status != UMFPACK_OK;
}

static int umfpack_backsolve(void *state, bool transposed, double *b, int64_t count) {
  struct umfpack *umfpack = state;
  const struct sparse *matrix = umfpack->matrix;
  long status = UMFPACK_OK;
  for (int64_t i = 0; i < count && status == UMFPACK_OK; i++, b += matrix->n) {
    status = umfpack_dl_wsolve(transposed ? UMFPACK_Aat : UMFPACK_A, matrix->column, matrix->row,
                               matrix->value, umfpack->x, b, umfpack->numeric, umfpack->control,
                               NULL, umfpack->index, umfpack->work);
    memcpy(b, umfpack->x, (size_t)matrix->n * sizeof *b);
  }
  return status != UMFPACK_OK;
}

static int64_t umfpack_entries(const void *state) {
  return ((const struct umfpack *)state)->entries;
}

/** The first zero or broken pivot on the diagonal of U. */
static int64_t umfpack_singular(const void *state) {
  const struct umfpack *umfpack = state;
  int64_t *Q = umfpack->index;
  double *D = umfpack->work;
  long reciprocal;
  if (!umfpack->numeric ||
      umfpack_dl_get_numeric(NULL, NULL, NULL, NULL, NULL, NULL, NULL, Q, D, &reciprocal, NULL,
                             umfpack->numeric) != UMFPACK_OK)
    return -1;
  for (int64_t i = 0; i < umfpack->matrix->n; i++)
    if (!(D[i] > 0.0 || D[i] < 0.0))
      return Q[i];
  return -1;
}

const struct linear_solver linear_umfpack = {.create = umfpack_create,
                                             .factor = umfpack_factorise,
                                             .solve = umfpack_backsolve,
                                             .entries = umfpack_entries,
                                             .singular_column = umfpack_singular,
                                             .free = umfpack_destroy};
