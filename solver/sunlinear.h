/* solver/linear.h in the shape of a SUNLinearSolver, with a matrix that SUNDIALS never looks into.
 */
#ifndef HALIDRIFT_SOLVER_SUNLINEAR_H
#define HALIDRIFT_SOLVER_SUNLINEAR_H

#include <sundials/sundials_linearsolver.h>
#include <sundials/sundials_matrix.h>
#include "solver/linear.h"

/** A direct solver over `linear` (borrowed); NULL when out of memory. */
SUNLinearSolver sunlinear_create(struct linear *linear, SUNContext context);
/** A matrix object without content: the values live in the plan that `linear` factorises. */
SUNMatrix sunlinear_matrix(SUNContext context);
void sunlinear_free(SUNLinearSolver *solver, SUNMatrix *matrix);

#endif
