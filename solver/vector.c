#include "solver/vector.h"

#include <math.h>
#include <nvector/nvector_serial.h>

/* The vectors of one step are a few thousand numbers in the first-level cache: what counts is the
 * length of dependency chains and the number of passes. The operations of SUNDIALS add norms in one
 * chain, branch on the mask, and combine k vectors in k passes: together a quarter of a run. */

/** Independent partial sums: enough to hide the latency of an addition. */
enum { CHAINS = 8 };

static double finish(const double *sum, sunindextype n) {
  double total = 0.0;
  for (int c = 0; c < CHAINS; c++)
    total += sum[c];
  return sqrt(total / (double)n);
}

/** sqrt(1/n sum (x w)^2). */
static double norm(N_Vector X, N_Vector W) {
  const double *x = N_VGetArrayPointer(X), *w = N_VGetArrayPointer(W);
  sunindextype n = N_VGetLength(X), i = 0;
  double sum[CHAINS] = {0.0};
  for (; i + CHAINS <= n; i += CHAINS)
    for (int c = 0; c < CHAINS; c++) {
      double t = x[i + c] * w[i + c];
      sum[c] += t * t;
    }
  for (; i < n; i++) {
    double t = x[i] * w[i];
    sum[0] += t * t;
  }
  return finish(sum, n);
}

/** The same over the entries whose mark is positive; the integrator's marks are 0 or 1. */
static double norm_marked(N_Vector X, N_Vector W, N_Vector marks) {
  const double *x = N_VGetArrayPointer(X), *w = N_VGetArrayPointer(W);
  const double *mark = N_VGetArrayPointer(marks);
  sunindextype n = N_VGetLength(X), i = 0;
  double sum[CHAINS] = {0.0};
  for (; i + CHAINS <= n; i += CHAINS)
    for (int c = 0; c < CHAINS; c++) {
      double t = x[i + c] * w[i + c] * mark[i + c];
      sum[c] += t * t;
    }
  for (; i < n; i++) {
    double t = x[i] * w[i] * mark[i];
    sum[0] += t * t;
  }
  return finish(sum, n);
}

/** z = a x + b y; z may be x or y. */
static void linear_sum(double a, N_Vector X, double b, N_Vector Y, N_Vector Z) {
  const double *x = N_VGetArrayPointer(X), *y = N_VGetArrayPointer(Y);
  double *z = N_VGetArrayPointer(Z);
  sunindextype n = N_VGetLength(X), i = 0;
  for (; i + CHAINS <= n; i += CHAINS) {
    double t[CHAINS];
    for (int c = 0; c < CHAINS; c++)
      t[c] = a * x[i + c] + b * y[i + c];
    for (int c = 0; c < CHAINS; c++)
      z[i + c] = t[c];
  }
  for (; i < n; i++)
    z[i] = a * x[i] + b * y[i];
}

/** z = a x; z may be x. */
static void scale(double a, N_Vector X, N_Vector Z) {
  const double *x = N_VGetArrayPointer(X);
  double *z = N_VGetArrayPointer(Z);
  sunindextype n = N_VGetLength(X), i = 0;
  for (; i + CHAINS <= n; i += CHAINS) {
    double t[CHAINS];
    for (int c = 0; c < CHAINS; c++)
      t[c] = a * x[i + c];
    for (int c = 0; c < CHAINS; c++)
      z[i + c] = t[c];
  }
  for (; i < n; i++)
    z[i] = a * x[i];
}

/** z = sum_k a_k X_k in one pass over blocks; z may be one of them. */
static int linear_combination(int count, double *a, N_Vector *X, N_Vector Z) {
  double *z = N_VGetArrayPointer(Z);
  sunindextype n = N_VGetLength(Z);
  for (sunindextype i = 0; i < n; i += CHAINS) {
    double t[CHAINS] = {0.0};
    int width = n - i < CHAINS ? (int)(n - i) : CHAINS;
    for (int k = 0; k < count; k++) {
      const double *x = N_VGetArrayPointer(X[k]) + i;
      if (width == CHAINS)
        for (int c = 0; c < CHAINS; c++)
          t[c] += a[k] * x[c];
      else
        for (int c = 0; c < width; c++)
          t[c] += a[k] * x[c];
    }
    for (int c = 0; c < width; c++)
      z[i + c] = t[c];
  }
  return 0;
}

/**
 * Use the loops of this file.
 * v  a vector of N_VNew_Serial
 */
void vector_tune(N_Vector v) {
  v->ops->nvwrmsnorm = norm;
  v->ops->nvwrmsnormmask = norm_marked;
  v->ops->nvlinearsum = linear_sum;
  v->ops->nvscale = scale;
  v->ops->nvlinearcombination = linear_combination;
}
