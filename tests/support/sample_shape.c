#include "tests/support/sample_shape.h"

#include <check.h>
#include <math.h>
#include <stdbool.h>

/** Fill a sample for one coordinate system. */
void sample_shape(struct sample *s, enum shape_coordinates coordinates) {
  bool flat = coordinates == SHAPE_1D;
  *s = (struct sample){
      .shape = {.coordinates = coordinates,
                .area = 64e-18,
                .depth = 8e-9,
                .width = 10e-9,
                .h_width_end = 0.5e-9,
                .h_width_max = 1e-9,
                .growth = 1.2,
                .ray_range = 4e-9,
                .n_layers = 2,
                .n_boxes = 1,
                .n_contacts = 2,
                .n_regions = 3,
                .n_terminals = 2},
      .layers = {{20e-9, 0, 0.5e-9, 2e-9, 0}, {10e-9, 1, 0.5e-9, 2e-9, 0}},
      .boxes = {{{0, 15e-9}, {3e-9, 25e-9}, 2, 0.3e-9, 1e-9}},
      .contacts = {{0, flat ? SHAPE_X_MIN : SHAPE_Y_MIN, -INFINITY, INFINITY, 1e-10},
                   {1, flat ? SHAPE_X_MAX : SHAPE_Y_MAX, 0, 4e-9, 1e-10}},
      .stops = {{flat ? 0 : 1, 7e-9, 0.2e-9}},
      .zones = {{flat ? 0 : 1, 8e-9, 12e-9, 0.5e-9}},
  };
  if (flat) { /* a box along x alone */
    s->boxes[0].lo[0] = 15e-9;
    s->boxes[0].hi[0] = 25e-9;
  }
  s->shape.layers = s->layers;
  s->shape.boxes = s->boxes;
  s->shape.contacts = s->contacts;
  s->shape.stops = s->stops;
  s->shape.zones = s->zones;
  s->shape.n_stops = s->shape.n_zones = 1;
}

struct mesh *sample_mesh(const struct shape *shape) {
  struct hd_error err = {0};
  struct mesh *mesh;
  ck_assert_msg(mesh_build(&mesh, shape, &err) == HD_OK, "%s", err.text);
  ck_assert_msg(mesh_is_valid(mesh, &err), "%s", err.text);
  return mesh;
}

double sample_section(const struct shape *shape) {
  switch (shape->coordinates) {
  case SHAPE_1D:
    return shape->area;
  case SHAPE_PLANAR:
    return shape->depth * shape->width;
  default:
    return acos(-1.0) * shape->width * shape->width;
  }
}

void sample_close(double value, double expected) {
  ck_assert_double_eq_tol(value / expected, 1, 1e-12);
}
