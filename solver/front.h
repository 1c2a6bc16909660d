/* Fronts of interacting ions on the mesh: is it finer than their smoothing where they are? */
#ifndef HALIDRIFT_SOLVER_FRONT_H
#define HALIDRIFT_SOLVER_FRONT_H

#include "solver/mesh_front.h"
#include "solver/system.h"

/** A front on an edge: the ion is on less than half of its sites at one end, on more at the other.
 */
struct front {
  int instance, species;
  double h, ell; /* m: length of the edge, smoothing length of its region */
  double x[2];   /* m: middle of the edge */
};

/** The front with the largest h / ell, if that exceeds `above`. Allocates nothing. */
bool front_widest(const struct system *system, const double *y, double above, struct front *front);
/** "front of vacancy passes an edge of 1.2 nm at (0, 3) nm of film, longer than ...". */
void front_speak(const struct system *system, const struct front *front, char *text, size_t size);

/** The edge with the largest h / ell where a front can go, if that exceeds `above`: of the front
 * out only h, ell and x. */
bool front_expected(const struct device_spec *device, const struct mesh *mesh,
                    const struct front_zones *fronts, double above, struct front *front);
/** Number of nodes that stand where fronts can go. */
size_t front_nodes(const struct mesh *mesh, const struct front_zones *fronts);
/** "a front can pass an edge of 1.2 nm at (0, 3) nm, longer than ...". */
void front_foretell(int dimension, const struct front *front, char *text, size_t size);

#endif
