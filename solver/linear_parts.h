/* Internal to the linear solver: the table of libraries, the orderings, and the border. */
#ifndef HALIDRIFT_SOLVER_LINEAR_PARTS_H
#define HALIDRIFT_SOLVER_LINEAR_PARTS_H

#include <complex.h>
#undef I /* names currents here */
#include "solver/linear.h"

/** One library. `order` is the pivot order to keep to as far as the values allow. */
struct linear_solver {
  enum hd_status (*create)(void **state, const struct sparse *matrix, const int64_t *order,
                           int blas_threads, struct hd_error *err);
  int (*factor)(void *state); /* 0: done, 1: singular */
  /* count right sides, one after another; transposed: with A^T */
  int (*solve)(void *state, bool transposed, double *b, int64_t count);
  int64_t (*entries)(const void *state); /* of the factors */
  int64_t (*singular_column)(const void *state);
  /* how often factors were made with these pivots, beyond the first time; NULL: never */
  int *(*age)(void *state);
  void (*free)(void **state);
};

/* linear_klu.c: columns one by one, made for circuits and bands */
extern const struct linear_solver linear_klu;
/* linear_umfpack.c: dense fronts, made for large fill */
extern const struct linear_solver linear_umfpack;

/** The same libraries for complex matrices: the pattern of `matrix` with values of its own. */
struct linear_complex_solver {
  enum hd_status (*create)(void **state, const struct sparse *matrix, const double complex *value,
                           const int64_t *order, int blas_threads, struct hd_error *err);
  /* anew: with new pivots; otherwise those of the last factors may do. 0: done, 1: singular */
  int (*factor)(void *state, bool anew);
  int (*solve)(void *state, bool transposed, double complex *b);
  void (*free)(void **state);
};

/* linear_complex_klu.c, linear_complex_umfpack.c */
extern const struct linear_complex_solver linear_complex_klu, linear_complex_umfpack;

/** Automatic choices of library and order for n unknowns; in 2D an automatic order is left to
 * linear_order, which sees the fill (linear.c). */
void linear_choose(const struct linear_options *options, int64_t n, enum linear_choice *choice,
                   enum linear_ordering *ordering);
/** The nodes of all unknowns; where none are given each unknown is one. [n] out, the caller's. */
enum hd_status linear_nodes(int **node, const struct sparse *matrix,
                            const struct linear_options *options, struct hd_error *err);

/** A matrix, and what makes and holds its factors. */
struct linear {
  int64_t n;
  enum linear_choice choice;
  enum linear_ordering ordering;
  const struct linear_solver *solver;
  void *state;                  /* owned: of the solver */
  struct linear_border *border; /* owned; NULL: the solver has the whole matrix */
  int64_t n_border;
  const struct sparse *matrix;  /* borrowed */
  struct linear_krylov *krylov; /* owned; NULL: not used so far */
  int worn;                     /* iterations of the last linear_iterate with these factors */
  bool ready;
  double *kept; /* [2 * entries] owned: values that the pivots were chosen for, and those of the
                   factors; NULL: not kept */
  long earlier; /* factorisations before a checkpoint */
  struct linear_counts counts;
};

/** Factorise the present values; the time does not count. 0: done, 1: singular (linear.c). */
int linear_make(struct linear *linear);

/* linear_order.c */

/** Order the unknowns node by node; order[n] out, unknowns of no node (node < 0) last. An automatic
 * ordering becomes the one of AMD and METIS that makes less fill. */
enum hd_status linear_order(const struct sparse *matrix, const int *node,
                            enum linear_ordering *ordering, int64_t *order, struct hd_error *err);

/* linear_krylov.c */

/** Solve in place with the factors that there are (linear.c). */
int linear_precondition(struct linear *linear, double *b);

/** GMRES on a matrix, by SUNDIALS. */
struct linear_krylov;

/** preconditioner: its factors approximate the matrix; both are borrowed. */
enum hd_status linear_krylov_create(struct linear_krylov **krylov, const struct sparse *matrix,
                                    struct linear *preconditioner, struct hd_error *err);
/** Solve in place, see linear_iterate. Returns the iterations, -1: not converged, b is as it was.
 */
int linear_krylov_solve(struct linear_krylov *krylov, double *b, const double *weight,
                        double tolerance);
void linear_krylov_free(struct linear_krylov **krylov);

/* linear_border.c */

/** Unknowns whose rows or columns reach over the whole mesh: terminal currents, voltages,
 * multipliers. With the core A of all others
 *   ( A  B ) (x)   (b)
 *   ( C  D ) (y) = (c)      S = D - C A^-1 B,  y = S^-1 (c - C A^-1 b),  x = A^-1 b - (A^-1 B) y
 * so that they cost no fill: one solution with A for each column of B that is not empty. */
struct linear_border;

enum hd_status linear_border_create(struct linear_border **border, const struct sparse *matrix,
                                    const bool *outside, struct hd_error *err);
/** The core's matrix; its values are those of the last linear_border_load. */
const struct sparse *linear_border_core(const struct linear_border *border);
/** Index in the whole matrix of an unknown of the core. */
int64_t linear_border_whole(const struct linear_border *border, int64_t core);
/** Copy the present values of the whole matrix into the core. */
void linear_border_load(struct linear_border *border);
/** Factorise S with the factors of the core. 0: done, 1: singular. */
int linear_border_factor(struct linear_border *border, const struct linear_solver *solver,
                         void *state);
/** Solve with both; transposed, with the same W:
 *   y = S^-T (c - W^T b),  x = A^-T (b - C^T y) */
int linear_border_solve(struct linear_border *border, const struct linear_solver *solver,
                        void *state, bool transposed, double *b);
/** Unknown without pivot of the last singular S, -1: none. */
int64_t linear_border_singular(const struct linear_border *border);
/** Entries kept: A^-1 B and S. */
int64_t linear_border_entries(const struct linear_border *border);
void linear_border_free(struct linear_border **border);

#endif
