#include "solver/sunlinear.h"

#include <string.h>

static SUNLinearSolver_Type solver_type(SUNLinearSolver solver) {
  (void)solver;
  return SUNLINEARSOLVER_DIRECT;
}

static int solver_setup(SUNLinearSolver solver, SUNMatrix matrix) {
  (void)matrix;
  return linear_factor(solver->content);
}

static int solver_solve(SUNLinearSolver solver, SUNMatrix matrix, N_Vector x, N_Vector b,
                        double tolerance) {
  (void)matrix, (void)tolerance;
  size_t bytes = (size_t)N_VGetLength(x) * sizeof(double);
  memcpy(N_VGetArrayPointer(x), N_VGetArrayPointer(b), bytes);
  return linear_solve(solver->content, N_VGetArrayPointer(x));
}

static SUNMatrix_ID matrix_id(SUNMatrix matrix) {
  (void)matrix;
  return SUNMATRIX_CUSTOM;
}

static int matrix_zero(SUNMatrix matrix) {
  (void)matrix;
  return 0;
}

SUNLinearSolver sunlinear_create(struct linear *linear, SUNContext context) {
  SUNLinearSolver solver = SUNLinSolNewEmpty(context);
  if (!solver)
    return NULL;
  solver->ops->gettype = solver_type;
  solver->ops->setup = solver_setup;
  solver->ops->solve = solver_solve;
  solver->content = linear;
  return solver;
}

SUNMatrix sunlinear_matrix(SUNContext context) {
  SUNMatrix matrix = SUNMatNewEmpty(context);
  if (!matrix)
    return NULL;
  matrix->ops->getid = matrix_id;
  matrix->ops->zero = matrix_zero;
  return matrix;
}

/** Free both; NULL inside is accepted. */
void sunlinear_free(SUNLinearSolver *solver, SUNMatrix *matrix) {
  if (*solver)
    SUNLinSolFreeEmpty(*solver);
  if (*matrix)
    SUNMatFreeEmpty(*matrix);
  *solver = NULL;
  *matrix = NULL;
}
