#include "solver/linear_complex.h"

#include <math.h>
#include <string.h>
#include "solver/base/clock.h"
#include "solver/base/memory.h"
#include "solver/linear_parts.h"

/** Largest residual of a good solution, over the sum of the moduli of its terms: a few tens of
 * roundings. */
static const double RESIDUAL_MAX = 1e-14;
/** A row whose terms shrink by this in one step of refinement is one of unknowns that are 0: what
 * is in them is rounding alone, and has no digits. */
static const double COLLAPSED = 1e-6;
/** Steps of refinement at most, with pivots that have become small. */
enum { REFINEMENTS = 3 };

static const struct linear_complex_solver *const solvers[] = {
    [LINEAR_KLU] = &linear_complex_klu, [LINEAR_UMFPACK] = &linear_complex_umfpack};

struct linear_complex {
  const struct sparse *pattern; /* borrowed */
  double complex *value;        /* [entries] owned */
  const struct linear_complex_solver *solver;
  void *state;           /* owned: of the solver */
  double complex *x, *r; /* [n] owned: solution, residual */
  double *size, *before; /* [n] owned: sum of the moduli of the residual's terms, now and before */
  struct linear_counts counts;
  bool ready, fresh; /* there are factors; their pivots are those of the present values */
};

static enum hd_status create_solver(struct linear_complex *linear,
                                    const struct linear_options *options, struct hd_error *err) {
  const struct sparse *pattern = linear->pattern;
  enum linear_choice choice;
  enum linear_ordering ordering;
  int64_t *order = NULL;
  int *node = NULL;
  linear_choose(options, pattern->n, &choice, &ordering);
  linear->solver = solvers[choice];
  enum hd_status status = linear_nodes(&node, pattern, options, err);
  if (status == HD_OK)
    status = hd_alloc(&order, (size_t)pattern->n, sizeof *order, err);
  if (status == HD_OK)
    status = linear_order(pattern, node, &ordering, order, err);
  if (status == HD_OK)
    status = linear->solver->create(&linear->state, pattern, linear->value, order,
                                    options->blas_threads, err);
  hd_free(&order);
  hd_free(&node);
  return status;
}

/**
 * Choose library and order, analyse the pattern.
 * Errors  HD_MEMORY, HD_INTERNAL (structurally singular)
 */
enum hd_status linear_complex_create(struct linear_complex **out, const struct sparse *pattern,
                                     const struct linear_options *options, struct hd_error *err) {
  struct linear_complex *linear = NULL;
  size_t n = (size_t)pattern->n;
  hd_keep_memory();
  TRY(hd_alloc(&linear, 1, sizeof *linear, err));
  *out = linear;
  linear->pattern = pattern;
  TRY(hd_alloc(&linear->value, (size_t)pattern->column[n], sizeof *linear->value, err));
  TRY(hd_alloc(&linear->x, n, sizeof *linear->x, err));
  TRY(hd_alloc(&linear->r, n, sizeof *linear->r, err));
  TRY(hd_alloc(&linear->size, n, sizeof *linear->size, err));
  TRY(hd_alloc(&linear->before, n, sizeof *linear->before, err));
  return create_solver(linear, options, err);
}

double complex *linear_complex_values(struct linear_complex *linear) {
  return linear->value;
}

static int factor(struct linear_complex *linear, bool anew) {
  double start = hd_clock();
  linear->ready = linear->solver->factor(linear->state, anew) == 0;
  linear->fresh = anew;
  linear->counts.factorisations++;
  linear->counts.factor_s += hd_clock() - start;
  return !linear->ready;
}

/** Factorise with the pivots of the factors before, if there are any. */
int linear_complex_factor(struct linear_complex *linear) {
  return factor(linear, !linear->ready);
}

/** |re| + |im|: a modulus that is cheap and large enough. */
static double modulus(double complex z) {
  return fabs(creal(z)) + fabs(cimag(z));
}

/** One term of the residual and its size. In parts: the standard's product looks for infinities. */
static void subtract(double complex *r, double *size, double complex a, double complex x) {
  double re = creal(a) * creal(x) - cimag(a) * cimag(x);
  double im = creal(a) * cimag(x) + cimag(a) * creal(x);
  *r = CMPLX(creal(*r) - re, cimag(*r) - im);
  *size += modulus(a) * modulus(x);
}

/** r = b - A x, or b - A^T x. Returns the largest |r| over the sum of the moduli of its terms; rows
 * that have collapsed since the last call do not count, unless it is the first for this b. */
static double residual(struct linear_complex *linear, bool transposed, bool first,
                       const double complex *b) {
  const struct sparse *pattern = linear->pattern;
  double worst = 0.0, *size = linear->size, *before = linear->before;
  memcpy(linear->r, b, (size_t)pattern->n * sizeof *b);
  memcpy(before, size, (size_t)pattern->n * sizeof *size);
  for (int64_t i = 0; i < pattern->n; i++)
    size[i] = modulus(b[i]);
  for (int64_t j = 0; j < pattern->n; j++)
    for (int64_t at = pattern->column[j]; at < pattern->column[j + 1]; at++) {
      int64_t i = pattern->row[at], to = transposed ? j : i, from = transposed ? i : j;
      subtract(&linear->r[to], &size[to], linear->value[at], linear->x[from]);
    }
  for (int64_t i = 0; i < pattern->n; i++)
    if (size[i] > 0.0 && (first || size[i] > COLLAPSED * before[i]))
      worst = fmax(worst, modulus(linear->r[i]) / size[i]);
  return worst;
}

/** Solve into linear->x with the factors that there are. Returns 1 when that is not exact. */
static int solve(struct linear_complex *linear, bool transposed, const double complex *b) {
  int64_t n = linear->pattern->n;
  memcpy(linear->x, b, (size_t)n * sizeof *b);
  if (linear->solver->solve(linear->state, transposed, linear->x))
    return 1;
  for (int step = 0; step < REFINEMENTS; step++) {
    double worst = residual(linear, transposed, step == 0, b);
    if (!isfinite(worst))
      return 1;
    if (worst <= RESIDUAL_MAX)
      return 0;
    if (linear->solver->solve(linear->state, transposed, linear->r))
      return 1;
    for (int64_t i = 0; i < n; i++)
      linear->x[i] += linear->r[i];
  }
  return !(residual(linear, transposed, false, b) <= RESIDUAL_MAX);
}

/** Old pivots that do not do, refined, are chosen anew. */
int linear_complex_solve(struct linear_complex *linear, bool transposed, double complex *b) {
  if (!linear->ready)
    return 1;
  double start = hd_clock(), factor_s = linear->counts.factor_s;
  int failed = solve(linear, transposed, b);
  if (failed && !linear->fresh)
    failed = factor(linear, true) || solve(linear, transposed, b);
  linear->counts.solves++;
  linear->counts.solve_s += hd_clock() - start - (linear->counts.factor_s - factor_s);
  if (!failed)
    memcpy(b, linear->x, (size_t)linear->pattern->n * sizeof *b);
  return failed;
}

/** How often factors were made and used, and the time that took. */
struct linear_counts linear_complex_counts(const struct linear_complex *linear) {
  return linear->counts;
}

/** Free the factors; NULL is accepted. */
void linear_complex_free(struct linear_complex **linear) {
  if (!*linear)
    return;
  if ((*linear)->solver)
    (*linear)->solver->free(&(*linear)->state);
  hd_free(&(*linear)->value);
  hd_free(&(*linear)->x);
  hd_free(&(*linear)->r);
  hd_free(&(*linear)->size);
  hd_free(&(*linear)->before);
  hd_free(linear);
}
