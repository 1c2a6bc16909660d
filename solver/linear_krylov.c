#include <math.h>
#include <nvector/nvector_serial.h>
#include <string.h>
#include <sunlinsol/sunlinsol_spgmr.h>
#include "solver/base/memory.h"
#include "solver/linear_parts.h"

/** Iterations until new factors are cheaper for certain; none is restarted. */
enum { SPACE = 20 };

struct linear_krylov {
  const struct sparse *matrix;   /* borrowed */
  struct linear *preconditioner; /* borrowed */
  SUNContext context;
  SUNLinearSolver solver;
  N_Vector x, b, scale; /* [n] owned */
};

/** z = A v. */
static int multiply(void *data, N_Vector v, N_Vector z) {
  const struct sparse *matrix = ((const struct linear_krylov *)data)->matrix;
  const double *in = N_VGetArrayPointer(v);
  double *out = N_VGetArrayPointer(z);
  memset(out, 0, (size_t)matrix->n * sizeof *out);
  for (int64_t j = 0; j < matrix->n; j++)
    for (int64_t i = matrix->column[j]; i < matrix->column[j + 1]; i++)
      out[matrix->row[i]] += matrix->value[i] * in[j];
  return 0;
}

static int precondition(void *data, N_Vector r, N_Vector z, double tolerance, int side) {
  const struct linear_krylov *krylov = data;
  (void)tolerance, (void)side;
  N_VScale(1.0, r, z);
  return linear_precondition(krylov->preconditioner, N_VGetArrayPointer(z));
}

static bool create_vectors(struct linear_krylov *krylov) {
  if (SUNContext_Create(NULL, &krylov->context) != 0)
    return false;
  krylov->x = N_VNew_Serial(krylov->matrix->n, krylov->context);
  krylov->b = N_VNew_Serial(krylov->matrix->n, krylov->context);
  krylov->scale = N_VNew_Serial(krylov->matrix->n, krylov->context);
  if (!krylov->x || !krylov->b || !krylov->scale)
    return false;
  krylov->solver = SUNLinSol_SPGMR(krylov->x, SUN_PREC_LEFT, SPACE, krylov->context);
  return krylov->solver && SUNLinSolSetATimes(krylov->solver, krylov, multiply) == 0 &&
         SUNLinSolSetPreconditioner(krylov->solver, krylov, NULL, precondition) == 0 &&
         SUNLinSolSetScalingVectors(krylov->solver, krylov->scale, krylov->scale) == 0 &&
         SUNLinSolInitialize(krylov->solver) == 0;
}

/**
 * GMRES without restart.
 * matrix, preconditioner  borrowed; the present values and factors are taken at every solution
 * Errors  HD_MEMORY
 */
enum hd_status linear_krylov_create(struct linear_krylov **out, const struct sparse *matrix,
                                    struct linear *preconditioner, struct hd_error *err) {
  struct linear_krylov *krylov = NULL;
  TRY(hd_alloc(&krylov, 1, sizeof *krylov, err));
  krylov->matrix = matrix;
  krylov->preconditioner = preconditioner;
  if (!create_vectors(krylov)) {
    linear_krylov_free(&krylov);
    return hd_fail(err, HD_MEMORY, "out of memory for the iterations of %lld unknowns",
                   (long long)matrix->n);
  }
  *out = krylov;
  return HD_OK;
}

/** Largest weighted entry of x; NAN when one is not finite. */
static double largest(const double *x, const double *weight, int64_t n) {
  double most = 0.0;
  for (int64_t i = 0; i < n; i++) {
    double size = weight[i] * fabs(x[i]);
    most = size <= most ? most : size;
    if (!isfinite(x[i]))
      return NAN;
  }
  return most;
}

/** Weights for the iteration; unknowns without one count as much as the largest of the others. */
static void fill_scale(const struct linear_krylov *krylov, const double *weight, double most) {
  const double *x = N_VGetArrayPointer(krylov->x);
  double *scale = N_VGetArrayPointer(krylov->scale);
  for (int64_t i = 0; i < krylov->matrix->n; i++) {
    double own = x[i] != 0.0 ? most / fabs(x[i]) : 1.0;
    scale[i] = weight[i] > 0.0 ? weight[i] : own;
  }
}

/**
 * Solve A x = b in place. The start x_0 = P^-1 b is the measure of what may be left:
 *   |w P^-1 (b - A x)|_2 <= tolerance max |w x_0|
 * The residual is preconditioned from the left because it then has the units of the unknowns, and
 * w those of their weights.
 * Returns  iterations, the start counted as one; -1 with b unchanged
 */
int linear_krylov_solve(struct linear_krylov *krylov, double *b, const double *weight,
                        double tolerance) {
  int64_t n = krylov->matrix->n;
  size_t bytes = (size_t)n * sizeof *b;
  memcpy(N_VGetArrayPointer(krylov->b), b, bytes);
  if (precondition(krylov, krylov->b, krylov->x, 0.0, 0) != 0)
    return -1;
  double most = largest(N_VGetArrayPointer(krylov->x), weight, n);
  if (!(most > 0.0))
    return -1;
  fill_scale(krylov, weight, most);
  if (SUNLinSolSolve(krylov->solver, NULL, krylov->x, krylov->b, tolerance * most) != SUNLS_SUCCESS)
    return -1;
  memcpy(b, N_VGetArrayPointer(krylov->x), bytes);
  return 1 + SUNLinSolNumIters(krylov->solver);
}

/** Free; NULL is accepted. */
void linear_krylov_free(struct linear_krylov **krylov) {
  if (!*krylov)
    return;
  struct linear_krylov *k = *krylov;
  if (k->solver)
    SUNLinSolFree(k->solver);
  N_VDestroy(k->x);
  N_VDestroy(k->b);
  N_VDestroy(k->scale);
  if (k->context)
    SUNContext_Free(&k->context);
  hd_free(krylov);
}
