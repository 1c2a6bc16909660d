/* Where fluctuating forces stand for single ions, and where they do not. */
#ifndef HALIDRIFT_SOLVER_LANGEVIN_WINDOW_H
#define HALIDRIFT_SOLVER_LANGEVIN_WINDOW_H

#include "geometry/mesh.h"
#include "solver/spec.h"

/** What is to be said about forces on the ions of one device: does sentence i apply? 0: they are
 * larger than those that agree with single ions; 1: they are held for longer. */
enum { LANGEVIN_REMARKS = 2 };
bool langevin_remark(const struct run_spec *run, const struct device_spec *device,
                     const struct mesh *mesh, int i, char *text, size_t size);

#endif
