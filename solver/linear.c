#include "solver/linear.h"

#include <math.h>
#include <string.h>
#include "solver/base/clock.h"
#include "solver/base/memory.h"
#include "solver/linear_parts.h"

/** UMFPACK from so many unknowns on: its dense fronts need fill to work on. In 1D the factors are a
 * band, and KLU is 6 to 12 times faster. */
enum { UMFPACK_FROM = 3000 };
/** Unknowns that are eliminated by blocks, at most; each costs a solution per factorisation. Of
 * larger circuits they are ordered last. */
enum { BORDER_MAX = 64 };
/** An unknown of a node belongs to the border when its row or column has more than this many times
 * sqrt(n) entries; the measure of density that AMD has. */
static const double DENSE = 10.0;
/** Old factors pay where the new ones are dear: entries of the factors over those of the matrix. In
 * 1D the factors are the band itself, and an assembly costs more than they do. */
static const double DEAR = 3.0;
/** GMRES iterations from which on old factors are worn. New ones take the time of 15 to 25
 * solutions (D3 of validation/bench). */
enum { WORN = 8 };

const char *const linear_solver_names[] = {"automatic", "klu", "umfpack", NULL};
const char *const linear_ordering_names[] = {"automatic", "natural", "amd", "metis", NULL};

/** What a report calls them. */
static const char *const spoken_solvers[] = {"", "KLU", "UMFPACK"};
static const char *const spoken_orderings[] = {"", "natural", "AMD", "METIS"};

static const struct linear_solver *const solvers[] = {
    [LINEAR_KLU] = &linear_klu, [LINEAR_UMFPACK] = &linear_umfpack};

/** Free the arrays of a matrix and null them. */
void sparse_free(struct sparse *matrix) {
  hd_free(&matrix->column);
  hd_free(&matrix->row);
  hd_free(&matrix->value);
}

/* ---- create ---- */

enum hd_status linear_nodes(int **node, const struct sparse *matrix,
                            const struct linear_options *options, struct hd_error *err) {
  size_t n = (size_t)matrix->n;
  TRY(hd_alloc(node, n, sizeof **node, err));
  for (size_t i = 0; i < n; i++)
    (*node)[i] = options->node ? options->node[i] : (int)i;
  return HD_OK;
}

void linear_choose(const struct linear_options *options, int64_t n, enum linear_choice *choice,
                   enum linear_ordering *ordering) {
  *choice = options->solver;
  *ordering = options->ordering;
  if (*choice == LINEAR_AUTOMATIC)
    *choice = options->dimension > 1 && n >= UMFPACK_FROM ? LINEAR_UMFPACK : LINEAR_KLU;
  if (*ordering == ORDERING_AUTOMATIC && options->dimension == 1)
    *ordering = ORDERING_NATURAL;
}

/** Unknowns of no node, and those of dense rows and columns. The natural order of a line needs
 * none: the line's own unknowns come first. Returns their number. */
static enum hd_status find_outside(bool **outside, int64_t *count, const struct sparse *matrix,
                                   const int *node, struct hd_error *err) {
  size_t n = (size_t)matrix->n;
  int64_t *in_row = NULL;
  TRY(hd_alloc(outside, n, sizeof **outside, err));
  TRY(hd_alloc(&in_row, n, sizeof *in_row, err));
  for (int64_t i = 0; i < matrix->column[n]; i++)
    in_row[matrix->row[i]]++;
  *count = 0;
  double dense = DENSE * sqrt((double)n);
  for (size_t i = 0; i < n; i++) {
    int64_t in_column = matrix->column[i + 1] - matrix->column[i];
    (*outside)[i] = node[i] < 0 || (double)in_row[i] > dense || (double)in_column > dense;
    *count += (*outside)[i];
  }
  hd_free(&in_row);
  return HD_OK;
}

/** The solver on its matrix, with the order of its nodes. */
static enum hd_status create_solver(struct linear *linear, const struct sparse *matrix,
                                    const int *node, int blas_threads, struct hd_error *err) {
  int64_t *order = NULL;
  TRY(hd_alloc(&order, (size_t)matrix->n, sizeof *order, err));
  enum hd_status status = linear_order(matrix, node, &linear->ordering, order, err);
  if (status == HD_OK)
    status = linear->solver->create(&linear->state, matrix, order, blas_threads, err);
  hd_free(&order);
  return status;
}

static enum hd_status create_bordered(struct linear *linear, const struct sparse *matrix,
                                      const bool *outside, int *node, int blas_threads,
                                      struct hd_error *err) {
  TRY(linear_border_create(&linear->border, matrix, outside, err));
  const struct sparse *core = linear_border_core(linear->border);
  for (int64_t i = 0; i < core->n; i++)
    node[i] = node[linear_border_whole(linear->border, i)];
  return create_solver(linear, core, node, blas_threads, err);
}

static enum hd_status create_parts(struct linear *linear, const struct sparse *matrix, int *node,
                                   const struct linear_options *options, struct hd_error *err) {
  bool *outside = NULL;
  int64_t count;
  TRY(find_outside(&outside, &count, matrix, node, err));
  linear_choose(options, linear->n, &linear->choice, &linear->ordering);
  linear->solver = solvers[linear->choice];
  bool bordered =
      count > 0 && count <= BORDER_MAX && count < matrix->n && linear->ordering != ORDERING_NATURAL;
  linear->n_border = bordered ? count : 0;
  enum hd_status status =
      bordered ? create_bordered(linear, matrix, outside, node, options->blas_threads, err)
               : create_solver(linear, matrix, node, options->blas_threads, err);
  hd_free(&outside);
  return status;
}

/**
 * Choose solver and order, split off the border, analyse the pattern.
 * matrix  borrowed; its values are read at every linear_factor
 * Errors  HD_MEMORY, HD_INTERNAL (structurally singular)
 */
enum hd_status linear_create(struct linear **out, const struct sparse *matrix,
                             const struct linear_options *options, struct hd_error *err) {
  struct linear *linear = NULL;
  int *node = NULL;
  hd_keep_memory();
  TRY(hd_alloc(&linear, 1, sizeof *linear, err));
  linear->n = matrix->n;
  linear->matrix = matrix;
  enum hd_status status = linear_nodes(&node, matrix, options, err);
  if (status == HD_OK)
    status = create_parts(linear, matrix, node, options, err);
  if (status == HD_OK && options->keep)
    status = hd_alloc(&linear->kept, 2 * (size_t)matrix->column[matrix->n], sizeof(double), err);
  hd_free(&node);
  if (status != HD_OK)
    linear_free(&linear);
  *out = linear;
  return status;
}

/* ---- factorise and solve ---- */

int linear_make(struct linear *linear) {
  if (!linear->border)
    return linear->solver->factor(linear->state);
  linear_border_load(linear->border);
  return linear->solver->factor(linear->state) ||
         linear_border_factor(linear->border, linear->solver, linear->state);
}

/** Keep the values that the factors were just made of, and their pivots chosen for. */
static void keep(struct linear *linear) {
  size_t entries = (size_t)linear->matrix->column[linear->n];
  const double *value = linear->matrix->value;
  const struct linear_solver *solver = linear->solver;
  if (!solver->age || *solver->age(linear->state) == 0)
    memcpy(linear->kept, value, entries * sizeof *value);
  memcpy(linear->kept + entries, value, entries * sizeof *value);
}

/**
 * Factorise the present values, with the symbolic analysis of the pattern.
 * Returns 0, or 1 when the matrix is singular.
 */
int linear_factor(struct linear *linear) {
  double start = hd_clock();
  linear->counts.factorisations++;
  int failed = linear_make(linear);
  linear->ready = !failed;
  if (linear->kept && !failed)
    keep(linear);
  linear->worn = 0;
  linear->counts.factor_s += hd_clock() - start;
  return failed;
}

static int solve(struct linear *linear, bool transposed, double *b, int64_t count) {
  int failed = 0;
  linear->counts.solves += count;
  if (!linear->border)
    return linear->solver->solve(linear->state, transposed, b, count);
  for (int64_t i = 0; i < count && !failed; i++)
    failed = linear_border_solve(linear->border, linear->solver, linear->state, transposed,
                                 b + i * linear->n);
  return failed;
}

static int solve_timed(struct linear *linear, bool transposed, double *b, int64_t count) {
  if (!linear->ready)
    return 1;
  double start = hd_clock();
  int failed = solve(linear, transposed, b, count);
  linear->counts.solve_s += hd_clock() - start;
  return failed;
}

/** Solve with the last factors, in place. Returns 1 when there are none. */
int linear_solve(struct linear *linear, double *b) {
  return solve_timed(linear, false, b, 1);
}

/** A^T x = b with the last factors of A, in place. Returns 1 when there are none. */
int linear_solve_transposed(struct linear *linear, double *b) {
  return solve_timed(linear, true, b, 1);
}

/** Solve for several right sides, one after another in b[count * n]: KLU reads its factors once for
 * four of them. Returns 1 when there are no factors. */
int linear_solve_many(struct linear *linear, double *b, int64_t count) {
  return solve_timed(linear, false, b, count);
}

/** As linear_solve, for linear_krylov.c: its time is counted already. */
int linear_precondition(struct linear *linear, double *b) {
  return solve(linear, false, b, 1);
}

/**
 * Solve with the matrix's present values, in place, by GMRES with the last factors.
 * weight     [n] 1 / unit of an unknown; 0: its unit is its own first estimate
 * tolerance  of the error of x, weighted, relative to its largest entry
 * Returns    0, or 1 with b unchanged: there are no factors, or they are worn
 */
int linear_iterate(struct linear *linear, double *b, const double *weight, double tolerance) {
  if (!linear->ready || linear->worn > WORN)
    return 1;
  double start = hd_clock();
  if (!linear->krylov &&
      linear_krylov_create(&linear->krylov, linear->matrix, linear, NULL) != HD_OK)
    return 1;
  int iterations = linear_krylov_solve(linear->krylov, b, weight, tolerance);
  linear->worn = iterations < 0 ? WORN + 1 : iterations;
  linear->counts.solve_s += hd_clock() - start;
  return iterations < 0;
}

/** Are the factors expensive beside an assembly? Before the first ones: no. */
bool linear_is_dear(const struct linear *linear) {
  int64_t entries = linear->solver->entries(linear->state);
  return (double)entries > DEAR * (double)linear->matrix->column[linear->n];
}

/** Column of the zero pivot after linear_factor returned 1; -1 when it is not known. */
int64_t linear_singular_column(const struct linear *linear) {
  if (linear->ready)
    return -1;
  if (!linear->border)
    return linear->solver->singular_column(linear->state);
  int64_t column = linear_border_singular(linear->border);
  if (column >= 0)
    return column;
  column = linear->solver->singular_column(linear->state);
  return column < 0 ? -1 : linear_border_whole(linear->border, column);
}

/** How often the factors were made and used, and the time that took. */
struct linear_counts linear_counts(const struct linear *linear) {
  return linear->counts;
}

struct linear_counts linear_counts_add(struct linear_counts a, struct linear_counts b) {
  return (struct linear_counts){.factorisations = a.factorisations + b.factorisations,
                                .solves = a.solves + b.solves,
                                .factor_s = a.factor_s + b.factor_s,
                                .solve_s = a.solve_s + b.solve_s};
}

/** Names and sizes. */
struct linear_report linear_report(const struct linear *linear) {
  int64_t entries = linear->solver->entries(linear->state);
  if (linear->border)
    entries += linear_border_entries(linear->border);
  return (struct linear_report){.solver = spoken_solvers[linear->choice],
                                .ordering = spoken_orderings[linear->ordering],
                                .border = linear->n_border,
                                .used = linear->earlier + linear->counts.factorisations,
                                .entries = entries};
}

/** Free the factors; NULL is accepted. */
void linear_free(struct linear **linear) {
  if (!*linear)
    return;
  if ((*linear)->solver)
    (*linear)->solver->free(&(*linear)->state);
  linear_border_free(&(*linear)->border);
  linear_krylov_free(&(*linear)->krylov);
  hd_free(&(*linear)->kept);
  hd_free(linear);
}
