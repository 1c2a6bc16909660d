#include "geometry/shape.h"

#include <math.h>
#include <stdbool.h>
#include "solver/base/memory.h"

/* Positions off the domain by less than this share of its extent are rounding. */
static const double ROUNDING = 1e-9;

/** Free the arrays of a shape; a zeroed shape is accepted. */
void shape_free(struct shape *shape) {
  if (!shape)
    return;
  hd_free(&shape->layers);
  hd_free(&shape->boxes);
  hd_free(&shape->contacts);
  hd_free(&shape->stops);
  hd_free(&shape->zones);
  shape->n_layers = shape->n_boxes = shape->n_contacts = 0;
  shape->n_stops = shape->n_zones = 0;
}

/** Sum of the layers' thicknesses, m: extent along x in 1D, along y (z) in 2D. */
double shape_height(const struct shape *shape) {
  double height = 0;
  for (size_t i = 0; i < shape->n_layers; i++)
    height += shape->layers[i].thickness;
  return height;
}

/** Number of axes. */
int shape_dimension(const struct shape *shape) {
  return shape->coordinates == SHAPE_1D ? 1 : 2;
}

/** Extent of the domain along an axis, m. */
double shape_extent(const struct shape *shape, int axis) {
  int stack = shape_dimension(shape) - 1;
  return axis == stack ? shape_height(shape) : axis < stack ? shape->width : 0;
}

/** One sentence unless value > 0 and finite. */
static void need_positive(double value, const char *what, const char *unit, struct hd_error *err) {
  if (!(value > 0) || isinf(value))
    hd_fail(err, HD_INPUT, "%s: got %g %s, must be > 0 and finite", what, value, unit);
}

/** Spacings may be missing (NAN: no demand), but not zero or negative. */
static void check_spacing(double h, const char *list, size_t i, const char *key,
                          struct hd_error *err) {
  if (h <= 0)
    hd_fail(err, HD_INPUT, "%s[%zu].%s: got %g m, must be > 0", list, i, key, h);
}

static void check_index(int index, size_t n, const char *list, size_t i, const char *key,
                        struct hd_error *err) {
  if (index < 0 || (size_t)index >= n)
    hd_fail(err, HD_INPUT, "%s[%zu].%s: got index %d, must be one of the %zu that exist", list, i,
            key, index, n);
}

static void check_layers(const struct shape *shape, struct hd_error *err) {
  if (!shape->n_layers)
    hd_fail(err, HD_INPUT, "layers: there are none, must be at least one");
  for (size_t i = 0; i < shape->n_layers; i++) {
    const struct shape_layer *layer = &shape->layers[i];
    if (!(layer->thickness > 0) || isinf(layer->thickness))
      hd_fail(err, HD_INPUT, "layers[%zu].thickness: got %g m, must be > 0 and finite", i,
              layer->thickness);
    check_index(layer->region, shape->n_regions, "layers", i, "region", err);
    if (layer->intervals > 0 || shape->stack_intervals > 0)
      continue;
    check_spacing(layer->h_end, "layers", i, "h_end", err);
    check_spacing(layer->h_max, "layers", i, "h_max", err);
  }
}

static void check_boxes(const struct shape *shape, struct hd_error *err) {
  int n_axes = shape_dimension(shape);
  for (size_t i = 0; i < shape->n_boxes; i++) {
    const struct shape_box *box = &shape->boxes[i];
    int terminal = shape_terminal(box->region);
    if (terminal >= 0)
      check_index(terminal, shape->n_terminals, "boxes", i, "electrode", err);
    else if (box->region != SHAPE_VOID)
      check_index(box->region, shape->n_regions, "boxes", i, "region", err);
    check_spacing(box->h_end, "boxes", i, "h_end", err);
    check_spacing(box->h_max, "boxes", i, "h_max", err);
    for (int axis = 0; axis < n_axes; axis++)
      if (!(box->lo[axis] < box->hi[axis]))
        hd_fail(err, HD_INPUT, "boxes[%zu]: reaches from %g m to %g m along %s, must be upwards", i,
                box->lo[axis], box->hi[axis], axis ? "y" : "x");
  }
}

/** A contact must lie on a side that exists, within the ends of that side. */
static void check_contact(const struct shape *shape, size_t i, struct hd_error *err) {
  const struct shape_contact *contact = &shape->contacts[i];
  bool flat = shape->coordinates == SHAPE_1D;
  bool y_side = contact->side == SHAPE_Y_MIN || contact->side == SHAPE_Y_MAX;
  check_index(contact->terminal, shape->n_terminals, "contacts", i, "terminal", err);
  check_spacing(contact->h_end, "contacts", i, "h_end", err);
  if (flat && y_side)
    hd_fail(err, HD_INPUT, "contacts[%zu].side: a 1D device has no y side, must be x_min or x_max",
            i);
  if (shape->coordinates == SHAPE_AXISYMMETRIC && contact->side == SHAPE_X_MIN)
    hd_fail(err, HD_INPUT,
            "contacts[%zu].side: r = 0 is the axis of symmetry and has no area, must be x_max (the "
            "outer radius), y_min or y_max",
            i);
  if (flat)
    return;
  double extent = y_side ? shape->width : shape_height(shape), noise = ROUNDING * extent;
  if (!(contact->from < contact->to))
    hd_fail(err, HD_INPUT, "contacts[%zu]: reaches from %g m to %g m, must be upwards", i,
            contact->from, contact->to);
  else if ((isfinite(contact->from) && contact->from < -noise) ||
           (isfinite(contact->to) && contact->to > extent + noise) || contact->from >= extent ||
           contact->to <= 0)
    hd_fail(err, HD_INPUT,
            "contacts[%zu]: reaches from %g m to %g m along its side, off the boundary; must be "
            "within 0 and %g m",
            i, contact->from, contact->to, extent);
}

/**
 * Check a shape whose spacings are filled in.
 * Errors  HD_INPUT, one sentence for each wrong number; nothing is changed
 */
enum hd_status shape_check(const struct shape *shape, struct hd_error *err) {
  struct hd_error own = {0};
  if (!err)
    err = &own;
  size_t before = err->count;
  if (shape->coordinates == SHAPE_1D)
    need_positive(shape->area, "area", "m^2", err);
  else
    need_positive(shape->width, "width", "m", err);
  if (shape->coordinates == SHAPE_PLANAR)
    need_positive(shape->depth, "depth", "m", err);
  if (!(shape->growth > 1))
    hd_fail(err, HD_INPUT, "mesh.growth: got %g, must be > 1", shape->growth);
  if (shape->coordinates != SHAPE_1D && shape->width_intervals <= 0 &&
      (shape->h_width_end <= 0 || shape->h_width_max <= 0))
    hd_fail(err, HD_INPUT, "mesh: spacings %g m and %g m along the width, must be > 0",
            shape->h_width_end, shape->h_width_max);
  check_layers(shape, err);
  check_boxes(shape, err);
  for (size_t i = 0; i < shape->n_contacts; i++)
    check_contact(shape, i, err);
  for (size_t i = 0; i < shape->n_stops; i++)
    check_spacing(shape->stops[i].h_end, "stops", i, "h_end", err);
  for (size_t i = 0; i < shape->n_zones; i++)
    check_spacing(shape->zones[i].h_max, "zones", i, "h_max", err);
  return err->count > before ? HD_INPUT : HD_OK;
}
