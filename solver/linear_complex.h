/* Complex systems on a sparse pattern, as linear.h for real ones: a sparse LU by KLU or UMFPACK in
 * the same order of elimination, analysed once. Dense rows and columns are eliminated last. */
#ifndef HALIDRIFT_SOLVER_LINEAR_COMPLEX_H
#define HALIDRIFT_SOLVER_LINEAR_COMPLEX_H

#include <complex.h>
#undef I /* names currents here */
#include "solver/linear.h"

struct linear_complex;

/** Order and analyse; the pattern is borrowed (its values are not read) and must outlive the
 * solver. */
enum hd_status linear_complex_create(struct linear_complex **linear, const struct sparse *pattern,
                                     const struct linear_options *options, struct hd_error *err);
/** [column[n]] values of the matrix in the order of the pattern, for the caller to fill. */
double complex *linear_complex_values(struct linear_complex *linear);
/** Factorise the present values. 0: done, 1: singular. */
int linear_complex_factor(struct linear_complex *linear);
/** Solve A x = b, or A^T x = b (not conjugated), in place: b[n] in, solution out, refined until the
 * residual is rounding. 0: done, 1: the matrix is singular to rounding. */
int linear_complex_solve(struct linear_complex *linear, bool transposed, double complex *b);
struct linear_counts linear_complex_counts(const struct linear_complex *linear);
void linear_complex_free(struct linear_complex **linear);

#endif
