/* Where fluctuating forces stand for single ions, and where they do not. */
#ifndef HALIDRIFT_SOLVER_LANGEVIN_WINDOW_H
#define HALIDRIFT_SOLVER_LANGEVIN_WINDOW_H

#include "geometry/mesh.h"
#include "solver/spec.h"

/** The edge on which the forces are largest. */
struct langevin_window {
  int species;
  double force; /* kT: standard deviation at the mean density */
  double hops;  /* expected in an interval, each way */
  double x[2];  /* m */
};

/** Are the forces of one device larger than those that agree with single ions? */
bool langevin_is_outside(const struct run_spec *run, const struct device_spec *device,
                         const struct mesh *mesh, struct langevin_window *window);
/** Say so in a sentence. */
void langevin_speak(const struct run_spec *run, const struct device_spec *device,
                    const struct mesh *mesh, const struct langevin_window *window, char *text,
                    size_t size);

#endif
