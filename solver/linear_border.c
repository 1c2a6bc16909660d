#include <math.h>
#include <string.h>
#include "solver/base/memory.h"
#include "solver/linear_parts.h"

/** A list of entries of the whole matrix: where its value is, and its row and column. */
struct entries {
  int64_t count;
  int64_t *from;   /* [count] owned: index into whole->value */
  int64_t *row;    /* [count] owned: in the core, or in the border */
  int64_t *column; /* [count] owned */
};

struct linear_border {
  const struct sparse *whole; /* borrowed */
  struct sparse core;
  int64_t m;              /* unknowns outside the core */
  int64_t *place;         /* [n] owned: index in the core, or in the border */
  int64_t *inside;        /* [core.n] owned: index in the whole */
  int64_t *outside;       /* [m] owned */
  int64_t *core_from;     /* [core entries] owned: index into whole->value */
  struct entries B, C, D; /* A, B; C, D: see the header */
  double *C_value;        /* [C.count] owned: those of the factors, whatever becomes of the whole */
  int64_t n_columns;      /* of B that are not empty */
  int64_t *column;        /* [m] owned: their number, -1: empty */
  double *W;              /* [n_columns * core.n] owned: A^-1 B */
  double *S;              /* [m * m] owned: by rows, then its factors */
  double *scale;          /* [m] owned: of the rows of S */
  int64_t *pivot;         /* [m] owned: row taken in each step */
  double *x, *y;          /* [core.n], [m] owned: work */
  int64_t singular;
};

/* ---- create ---- */

static enum hd_status entries_alloc(struct entries *entries, int64_t count, struct hd_error *err) {
  TRY(hd_alloc(&entries->from, (size_t)count, sizeof(int64_t), err));
  TRY(hd_alloc(&entries->row, (size_t)count, sizeof(int64_t), err));
  return hd_alloc(&entries->column, (size_t)count, sizeof(int64_t), err);
}

static void entries_free(struct entries *entries) {
  hd_free(&entries->from);
  hd_free(&entries->row);
  hd_free(&entries->column);
}

/** Number the unknowns of core and border. */
static enum hd_status number(struct linear_border *border, const bool *outside,
                             struct hd_error *err) {
  int64_t n = border->whole->n;
  for (int64_t i = 0; i < n; i++)
    border->m += outside[i];
  border->core.n = n - border->m;
  TRY(hd_alloc(&border->place, (size_t)n, sizeof(int64_t), err));
  TRY(hd_alloc(&border->inside, (size_t)border->core.n, sizeof(int64_t), err));
  TRY(hd_alloc(&border->outside, (size_t)border->m, sizeof(int64_t), err));
  int64_t in = 0, out = 0;
  for (int64_t i = 0; i < n; i++) {
    border->place[i] = outside[i] ? out : in;
    if (outside[i])
      border->outside[out++] = i;
    else
      border->inside[in++] = i;
  }
  return HD_OK;
}

/** One entry of the whole matrix to the block that it belongs to; without room: count only. */
static void file_entry(struct linear_border *border, const bool *outside, int64_t i, int64_t j,
                       int64_t from, bool room) {
  if (!outside[i] && !outside[j]) {
    if (room)
      border->core_from[border->core.column[border->place[j] + 1]] = from;
    if (room)
      border->core.row[border->core.column[border->place[j] + 1]] = border->place[i];
    border->core.column[border->place[j] + 1]++;
    return;
  }
  struct entries *block = !outside[i] ? &border->B : !outside[j] ? &border->C : &border->D;
  if (room) {
    block->from[block->count] = from;
    block->row[block->count] = border->place[i];
    block->column[block->count] = border->place[j];
  }
  block->count++;
}

static void file_all(struct linear_border *border, const bool *outside, bool room) {
  const struct sparse *whole = border->whole;
  int64_t core = 0;
  border->B.count = border->C.count = border->D.count = 0;
  for (int64_t j = 0; j < whole->n; j++) {
    if (!outside[j])
      border->core.column[border->place[j] + 1] = core;
    for (int64_t at = whole->column[j]; at < whole->column[j + 1]; at++)
      file_entry(border, outside, whole->row[at], j, at, room);
    if (!outside[j])
      core = border->core.column[border->place[j] + 1];
  }
}

static enum hd_status allocate(struct linear_border *border, const bool *outside,
                               struct hd_error *err) {
  size_t n = (size_t)border->core.n, m = (size_t)border->m;
  TRY(hd_alloc(&border->core.column, n + 1, sizeof(int64_t), err));
  file_all(border, outside, false);
  size_t entries = (size_t)border->core.column[n];
  TRY(hd_alloc(&border->core.row, entries, sizeof(int64_t), err));
  TRY(hd_alloc(&border->core.value, entries + 1, sizeof(double), err));
  TRY(hd_alloc(&border->core_from, entries, sizeof(int64_t), err));
  TRY(entries_alloc(&border->B, border->B.count, err));
  TRY(entries_alloc(&border->C, border->C.count, err));
  TRY(entries_alloc(&border->D, border->D.count, err));
  TRY(hd_alloc(&border->C_value, (size_t)border->C.count, sizeof(double), err));
  file_all(border, outside, true);
  TRY(hd_alloc(&border->column, m, sizeof(int64_t), err));
  TRY(hd_alloc(&border->S, m * m, sizeof(double), err));
  TRY(hd_alloc(&border->scale, m, sizeof(double), err));
  TRY(hd_alloc(&border->pivot, m, sizeof(int64_t), err));
  TRY(hd_alloc(&border->x, n, sizeof(double), err));
  TRY(hd_alloc(&border->y, m, sizeof(double), err));
  for (size_t j = 0; j < m; j++)
    border->column[j] = -1;
  for (int64_t i = 0; i < border->B.count; i++)
    if (border->column[border->B.column[i]] < 0)
      border->column[border->B.column[i]] = border->n_columns++;
  return hd_alloc(&border->W, (size_t)border->n_columns * n, sizeof(double), err);
}

/**
 * Split a matrix into a core and a border.
 * matrix   borrowed; must outlive the border
 * outside  [n] the unknowns of the border
 * Errors   HD_MEMORY
 */
enum hd_status linear_border_create(struct linear_border **out, const struct sparse *matrix,
                                    const bool *outside, struct hd_error *err) {
  struct linear_border *border = NULL;
  TRY(hd_alloc(&border, 1, sizeof *border, err));
  border->whole = matrix;
  *out = border;
  TRY(number(border, outside, err));
  return allocate(border, outside, err);
}

const struct sparse *linear_border_core(const struct linear_border *border) {
  return &border->core;
}

int64_t linear_border_whole(const struct linear_border *border, int64_t core) {
  return border->inside[core];
}

int64_t linear_border_entries(const struct linear_border *border) {
  return border->n_columns * border->core.n + border->m * border->m;
}

int64_t linear_border_singular(const struct linear_border *border) {
  return border->singular;
}

/* ---- the small dense matrix S ---- */

/** LU factors of S in place with row scaling and row pivots. Returns the column without pivot. */
static int64_t dense_factor(double *S, double *scale, int64_t *pivot, int64_t m) {
  for (int64_t i = 0; i < m; i++) {
    double largest = 0.0;
    for (int64_t j = 0; j < m; j++)
      largest = fmax(largest, fabs(S[i * m + j]));
    scale[i] = largest > 0.0 ? 1.0 / largest : 1.0;
    for (int64_t j = 0; j < m; j++)
      S[i * m + j] *= scale[i];
  }
  for (int64_t k = 0; k < m; k++) {
    int64_t best = k;
    for (int64_t i = k + 1; i < m; i++)
      if (fabs(S[i * m + k]) > fabs(S[best * m + k]))
        best = i;
    pivot[k] = best;
    if (!(fabs(S[best * m + k]) > 0.0))
      return k;
    for (int64_t j = 0; j < m && best != k; j++) {
      double kept = S[k * m + j];
      S[k * m + j] = S[best * m + j];
      S[best * m + j] = kept;
    }
    for (int64_t i = k + 1; i < m; i++) {
      double factor = S[i * m + k] /= S[k * m + k];
      for (int64_t j = k + 1; j < m && factor != 0.0; j++)
        S[i * m + j] -= factor * S[k * m + j];
    }
  }
  return -1;
}

static void dense_solve(const double *S, const double *scale, const int64_t *pivot, int64_t m,
                        double *y) {
  for (int64_t i = 0; i < m; i++)
    y[i] *= scale[i];
  for (int64_t k = 0; k < m; k++) {
    double kept = y[pivot[k]];
    y[pivot[k]] = y[k];
    y[k] = kept;
  }
  for (int64_t i = 1; i < m; i++)
    for (int64_t j = 0; j < i; j++)
      y[i] -= S[i * m + j] * y[j];
  for (int64_t i = m - 1; i >= 0; i--) {
    for (int64_t j = i + 1; j < m; j++)
      y[i] -= S[i * m + j] * y[j];
    y[i] /= S[i * m + i];
  }
}

/** S^T y = c: the steps of dense_solve backwards. */
static void dense_solve_transposed(const double *S, const double *scale, const int64_t *pivot,
                                   int64_t m, double *y) {
  for (int64_t i = 0; i < m; i++) {
    for (int64_t j = 0; j < i; j++)
      y[i] -= S[j * m + i] * y[j];
    y[i] /= S[i * m + i];
  }
  for (int64_t i = m - 1; i >= 0; i--)
    for (int64_t j = i + 1; j < m; j++)
      y[i] -= S[j * m + i] * y[j];
  for (int64_t k = m - 1; k >= 0; k--) {
    double kept = y[pivot[k]];
    y[pivot[k]] = y[k];
    y[k] = kept;
  }
  for (int64_t i = 0; i < m; i++)
    y[i] *= scale[i];
}

/* ---- factorise and solve ---- */

void linear_border_load(struct linear_border *border) {
  const double *value = border->whole->value;
  int64_t entries = border->core.column[border->core.n];
  border->singular = -1;
  for (int64_t i = 0; i < entries; i++)
    border->core.value[i] = value[border->core_from[i]];
  for (int64_t i = 0; i < border->C.count; i++)
    border->C_value[i] = value[border->C.from[i]];
}

/** W = A^-1 B. */
static int solve_columns(struct linear_border *border, const struct linear_solver *solver,
                         void *state) {
  const struct entries *B = &border->B;
  int64_t n = border->core.n;
  memset(border->W, 0, (size_t)(border->n_columns * n) * sizeof(double));
  for (int64_t i = 0; i < B->count; i++)
    border->W[border->column[B->column[i]] * n + B->row[i]] = border->whole->value[B->from[i]];
  return border->n_columns > 0 && solver->solve(state, false, border->W, border->n_columns);
}

/** S = D - C W. */
static void fill_schur(struct linear_border *border) {
  const struct entries *C = &border->C, *D = &border->D;
  const double *value = border->whole->value;
  int64_t n = border->core.n, m = border->m;
  memset(border->S, 0, (size_t)(m * m) * sizeof(double));
  for (int64_t i = 0; i < D->count; i++)
    border->S[D->row[i] * m + D->column[i]] += value[D->from[i]];
  for (int64_t j = 0; j < m; j++) {
    const double *w = &border->W[border->column[j] * n];
    for (int64_t i = 0; i < C->count && border->column[j] >= 0; i++)
      border->S[C->row[i] * m + j] -= border->C_value[i] * w[C->column[i]];
  }
}

int linear_border_factor(struct linear_border *border, const struct linear_solver *solver,
                         void *state) {
  border->singular = -1;
  if (solve_columns(border, solver, state))
    return 1;
  fill_schur(border);
  int64_t bad = dense_factor(border->S, border->scale, border->pivot, border->m);
  border->singular = bad < 0 ? -1 : border->outside[bad];
  return bad >= 0;
}

/** x and y with A x + B y = b, C x + D y = c, in place. */
static int solve_both(struct linear_border *border, const struct linear_solver *solver, void *state,
                      double *x, double *y) {
  const struct entries *C = &border->C;
  int64_t n = border->core.n, m = border->m;
  if (solver->solve(state, false, x, 1))
    return 1;
  for (int64_t i = 0; i < C->count; i++)
    y[C->row[i]] -= border->C_value[i] * x[C->column[i]];
  dense_solve(border->S, border->scale, border->pivot, m, y);
  for (int64_t j = 0; j < m; j++) {
    const double *w = &border->W[border->column[j] * n];
    for (int64_t i = 0; i < n && border->column[j] >= 0 && y[j] != 0.0; i++)
      x[i] -= w[i] * y[j];
  }
  return 0;
}

/** x and y with A^T x + C^T y = b, B^T x + D^T y = c, in place. */
static int solve_both_transposed(struct linear_border *border, const struct linear_solver *solver,
                                 void *state, double *x, double *y) {
  const struct entries *C = &border->C;
  int64_t n = border->core.n, m = border->m;
  for (int64_t j = 0; j < m; j++) {
    const double *w = &border->W[border->column[j] * n];
    for (int64_t i = 0; i < n && border->column[j] >= 0; i++)
      y[j] -= w[i] * x[i];
  }
  dense_solve_transposed(border->S, border->scale, border->pivot, m, y);
  for (int64_t i = 0; i < C->count; i++)
    x[C->column[i]] -= border->C_value[i] * y[C->row[i]];
  return solver->solve(state, true, x, 1);
}

int linear_border_solve(struct linear_border *border, const struct linear_solver *solver,
                        void *state, bool transposed, double *b) {
  double *x = border->x, *y = border->y;
  for (int64_t i = 0; i < border->core.n; i++)
    x[i] = b[border->inside[i]];
  for (int64_t j = 0; j < border->m; j++)
    y[j] = b[border->outside[j]];
  if (transposed ? solve_both_transposed(border, solver, state, x, y)
                 : solve_both(border, solver, state, x, y))
    return 1;
  for (int64_t j = 0; j < border->m; j++)
    b[border->outside[j]] = y[j];
  for (int64_t i = 0; i < border->core.n; i++)
    b[border->inside[i]] = x[i];
  return 0;
}

/** Free; NULL is accepted. */
void linear_border_free(struct linear_border **border) {
  if (!*border)
    return;
  struct linear_border *b = *border;
  sparse_free(&b->core);
  entries_free(&b->B);
  entries_free(&b->C);
  entries_free(&b->D);
  hd_free(&b->place);
  hd_free(&b->inside);
  hd_free(&b->outside);
  hd_free(&b->core_from);
  hd_free(&b->C_value);
  hd_free(&b->column);
  hd_free(&b->W);
  hd_free(&b->S);
  hd_free(&b->scale);
  hd_free(&b->pivot);
  hd_free(&b->x);
  hd_free(&b->y);
  hd_free(border);
}
