/* How far the part of a mesh where a nodal field exceeds a level reaches from a terminal, how near
 * it comes to the others, and how thick it is. Knows no physics: the field is the caller's. */
#ifndef HALIDRIFT_GEOMETRY_BODY_H
#define HALIDRIFT_GEOMETRY_BODY_H

#include "geometry/mesh.h"

/** What body_measure found. */
struct body {
  int terminal;  /* that the body stands on, -1: none, then length = 0 and radii are NAN */
  double length; /* m: largest distance of the body from its terminal */
  double gap;    /* m: smallest distance of the body from another terminal; 0: they are bridged */
  double radius_min, radius_mean; /* m; NAN in 1D */
};

struct body_finder;
/** Distances and triangles of a mesh. Both arguments are borrowed. Errors: HD_MEMORY */
enum hd_status body_finder_create(struct body_finder **finder, const struct mesh *mesh,
                                  const struct shape *shape, struct hd_error *err);
void body_finder_free(struct body_finder **finder);
/** Do bodies have radii here? Not in 1D, where each fills the cross-section. */
bool body_has_radius(const struct body_finder *finder);

/** Measure the body where field[n_nodes] > level (NAN: the node does not count). Allocates nothing.
 */
struct body body_measure(struct body_finder *finder, const double *field, double level);

#endif
