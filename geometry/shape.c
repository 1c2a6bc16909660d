#include "geometry/shape.h"

#include "solver/base/memory.h"

/** Free the arrays of a shape; a zeroed shape is accepted. */
void shape_free(struct shape *shape) {
  if (!shape)
    return;
  hd_free(&shape->layers);
  hd_free(&shape->boxes);
  hd_free(&shape->contacts);
  hd_free(&shape->stops);
  shape->n_layers = shape->n_boxes = shape->n_contacts = shape->n_stops = 0;
}

/** Sum of the layers' thicknesses, m: extent along x in 1D, along y (z) in 2D. */
double shape_height(const struct shape *shape) {
  double height = 0;
  for (size_t i = 0; i < shape->n_layers; i++)
    height += shape->layers[i].thickness;
  return height;
}
