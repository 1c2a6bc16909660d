/* A small device shape that has everything: two layers, a box, a partial contact, a stop, a zone.
 */
#ifndef HALIDRIFT_TESTS_SUPPORT_SAMPLE_SHAPE_H
#define HALIDRIFT_TESTS_SUPPORT_SAMPLE_SHAPE_H

#include "geometry/mesh.h"

/** A stack of two layers, 20 and 10 nm, with a box in a corner; 10 nm wide in 2D. */
struct sample {
  struct shape shape;
  struct shape_layer layers[2];
  struct shape_box boxes[1];
  struct shape_contact contacts[2];
  struct shape_stop stops[1];
  struct shape_zone zones[1];
};

/** Number of coordinate systems, for loop tests. */
enum { N_COORDINATES = 3 };

/** Regions: 0 and 1 the layers, 2 the box. Terminals: 0 the whole bottom, 1 part of the top. The
 * shape points into the sample: nothing to free, nothing to copy. */
void sample_shape(struct sample *s, enum shape_coordinates coordinates);

/** The valid mesh of a shape; fails the running test otherwise. The caller frees it. */
struct mesh *sample_mesh(const struct shape *shape);
/** Cross-section of a shape without holes, m^2. */
double sample_section(const struct shape *shape);
/** value = expected to the rounding of sums of some thousand terms. */
void sample_close(double value, double expected);

#endif
