/* Faster inner loops for the integrator's vectors. */
#ifndef HALIDRIFT_SOLVER_VECTOR_H
#define HALIDRIFT_SOLVER_VECTOR_H

#include <sundials/sundials_nvector.h>

/** Replace the hot operations of a serial vector; its clones inherit them. */
void vector_tune(N_Vector v);

#endif
