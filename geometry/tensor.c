#include "geometry/tensor.h"

#include <math.h>
#include <stdlib.h>
#include "geometry/axis.h"
#include "solver/base/memory.h"

/* Stops closer than this share of the extent are one point: rounding of sums of thicknesses. */
static const double SAME_POINT = 1e-9;

/** Axis along which the layers stack. */
static int stack_axis(const struct shape *shape) {
  return shape_dimension(shape) - 1;
}

/** A position that the axis must have, with the spacing wanted there. */
struct stop {
  double position, h; /* m */
  double give;        /* m: the stop is dropped if another is nearer than this; 0: it stays */
};

struct stop_list {
  struct stop *stops;
  size_t n;
  double extent;
};

/** A spacing that is not given (NAN, infinite) makes no demand. */
static double demand(double h) {
  return isfinite(h) ? h : INFINITY;
}

/** Add a stop unless it lies outside the domain. */
static void add_stop(struct stop_list *list, double position, double h) {
  double noise = SAME_POINT * list->extent;
  if (!(position >= -noise && position <= list->extent + noise))
    return;
  list->stops[list->n++] =
      (struct stop){.position = fmin(fmax(position, 0), list->extent), .h = demand(h)};
}

/** Add the edge of a zone: where exactly the spacing changes does not matter. */
static void add_soft_stop(struct stop_list *list, double position, double give) {
  size_t before = list->n;
  add_stop(list, position, INFINITY);
  if (list->n > before)
    list->stops[before].give = isfinite(give) ? give : list->extent;
}

static int by_position(const void *a, const void *b) {
  const struct stop *p = a, *q = b;
  return (p->position > q->position) - (p->position < q->position);
}

/** Ends of the contact along its side, and the side itself, as stops of one axis. */
static void add_contact_stops(struct stop_list *list, const struct shape_contact *c, int axis) {
  bool x_side = c->side == SHAPE_X_MIN || c->side == SHAPE_X_MAX;
  bool upper = c->side == SHAPE_X_MAX || c->side == SHAPE_Y_MAX;
  if (axis == (x_side ? 0 : 1)) {
    add_stop(list, upper ? list->extent : 0, c->h_end);
    return;
  }
  /* an edge of the contact inside its side; the ends of the side ask for nothing */
  double noise = SAME_POINT * list->extent;
  if (c->from > noise)
    add_stop(list, c->from, c->h_end);
  if (c->to < list->extent - noise)
    add_stop(list, c->to, c->h_end);
}

/** Sort the stops, merge those that coincide, drop soft ones that would leave a sliver. */
static void merge_stops(struct stop_list *list) {
  struct stop *stops = list->stops;
  qsort(stops, list->n, sizeof *stops, by_position);
  size_t kept = 0;
  for (size_t i = 1; i < list->n; i++) {
    struct stop *last = &stops[kept];
    if (stops[i].position - last->position <= SAME_POINT * list->extent) {
      last->h = fmin(last->h, stops[i].h);
      last->give = fmin(last->give, stops[i].give);
    } else {
      stops[++kept] = stops[i];
    }
  }
  list->n = kept + 1;
  kept = 0;
  for (size_t i = 1; i < list->n; i++) {
    double room = stops[i].position - stops[kept].position;
    size_t next = i + 1; /* the next stop that stays */
    while (next < list->n && stops[next].give > 0)
      next++;
    if (next < list->n)
      room = fmin(room, stops[next].position - stops[i].position);
    if (stops[i].give <= 0 || room > stops[i].give)
      stops[++kept] = stops[i];
  }
  list->n = kept + 1;
  stops[kept].position = list->extent;
}

/** All stops of one axis, sorted, those that coincide merged. */
static enum hd_status find_stops(struct stop_list *list, const struct shape *shape, int axis,
                                 struct hd_error *err) {
  size_t room = 2 + 2 * (shape->n_layers + shape->n_boxes + shape->n_contacts + shape->n_zones) +
                shape->n_stops;
  *list = (struct stop_list){.extent = shape_extent(shape, axis)};
  TRY(hd_alloc(&list->stops, room, sizeof *list->stops, err));
  bool stack = axis == stack_axis(shape);
  add_stop(list, 0, stack ? INFINITY : shape->h_width_end);
  add_stop(list, list->extent, stack ? INFINITY : shape->h_width_end);
  double bottom = 0;
  for (size_t i = 0; stack && i < shape->n_layers; i++) {
    const struct shape_layer *layer = &shape->layers[i];
    double h = layer->intervals > 0 ? INFINITY : layer->h_end;
    add_stop(list, bottom, h);
    bottom += layer->thickness;
    add_stop(list, bottom, h);
  }
  for (size_t i = 0; i < shape->n_boxes; i++) {
    add_stop(list, shape->boxes[i].lo[axis], shape->boxes[i].h_end);
    add_stop(list, shape->boxes[i].hi[axis], shape->boxes[i].h_end);
  }
  for (size_t i = 0; i < shape->n_contacts; i++)
    if (stack_axis(shape) == 1 || axis == 0)
      add_contact_stops(list, &shape->contacts[i], axis);
  for (size_t i = 0; i < shape->n_stops; i++)
    if (shape->stops[i].axis == axis)
      add_stop(list, shape->stops[i].position, shape->stops[i].h_end);
  for (size_t i = 0; i < shape->n_zones; i++)
    if (shape->zones[i].axis == axis) {
      add_soft_stop(list, shape->zones[i].from, shape->zones[i].h_max);
      add_soft_stop(list, shape->zones[i].to, shape->zones[i].h_max);
    }
  merge_stops(list);
  return HD_OK;
}

/** The layer that holds a position of the stack axis (on a border: the later one). */
static const struct shape_layer *layer_at(const struct shape *shape, double position) {
  double top = 0, noise = SAME_POINT * shape_height(shape);
  for (size_t i = 0; i + 1 < shape->n_layers; i++) {
    top += shape->layers[i].thickness;
    if (position < top - noise)
      return &shape->layers[i];
  }
  return &shape->layers[shape->n_layers - 1];
}

/** Largest spacing inside a segment, from the layer, boxes and zones that reach over it. */
static double largest_spacing(const struct shape *shape, int axis, double middle) {
  double h = axis == stack_axis(shape) ? demand(layer_at(shape, middle)->h_max)
                                       : demand(shape->h_width_max);
  for (size_t i = 0; i < shape->n_boxes; i++)
    if (middle > shape->boxes[i].lo[axis] && middle < shape->boxes[i].hi[axis])
      h = fmin(h, demand(shape->boxes[i].h_max));
  for (size_t i = 0; i < shape->n_zones; i++)
    if (axis == shape->zones[i].axis && middle > shape->zones[i].from &&
        middle < shape->zones[i].to)
      h = fmin(h, demand(shape->zones[i].h_max));
  return h;
}

/** Turn stops into segments. A layer with a fixed number of intervals swallows the stops in it. */
static size_t make_segments(struct axis_segment *segments, const struct shape *shape, int axis,
                            const struct stop_list *list) {
  const struct shape_layer *open = NULL; /* the fixed layer that the last segment belongs to */
  size_t n = 0;
  for (size_t i = 0; i + 1 < list->n; i++) {
    const struct stop *lo = &list->stops[i], *hi = &list->stops[i + 1];
    double length = hi->position - lo->position, middle = 0.5 * (lo->position + hi->position);
    const struct shape_layer *layer = axis == stack_axis(shape) ? layer_at(shape, middle) : NULL;
    bool fixed = layer && layer->intervals > 0;
    if (fixed && layer == open) {
      segments[n - 1].length += length;
      continue;
    }
    open = fixed ? layer : NULL;
    segments[n++] = (struct axis_segment){.length = length,
                                          .h_first = lo->h,
                                          .h_last = hi->h,
                                          .h_max = largest_spacing(shape, axis, middle),
                                          .intervals = fixed ? layer->intervals : 0};
  }
  return n;
}

/** Points of one axis. */
static enum hd_status build_axis(struct tensor *tensor, const struct shape *shape, int axis,
                                 struct hd_error *err) {
  double **points = &tensor->x[axis];
  size_t *n = &tensor->n[axis];
  double extent = shape_extent(shape, axis);
  int fixed = axis == stack_axis(shape) ? shape->stack_intervals : shape->width_intervals;
  struct axis_segment whole = {.length = extent, .intervals = fixed};
  if (extent <= 0) { /* the missing axis of 1D */
    *n = 1;
    return hd_alloc(points, 1, sizeof **points, err);
  }
  if (fixed > 0)
    return axis_build(points, n, &whole, 1, shape->growth, err);
  struct stop_list list;
  TRY(find_stops(&list, shape, axis, err));
  struct axis_segment *segments = NULL;
  enum hd_status status = hd_alloc(&segments, list.n, sizeof *segments, err);
  if (status == HD_OK) {
    size_t n_segments = make_segments(segments, shape, axis, &list);
    status = axis_build(points, n, segments, n_segments, shape->growth, err);
  }
  hd_free(&segments);
  hd_free(&list.stops);
  return status;
}

/** Filling of the cell with this midpoint: its layer, or the last box over it. */
static int region_at(const struct shape *shape, double x, double y) {
  const double at[2] = {x, y};
  int stack = stack_axis(shape), region = layer_at(shape, at[stack])->region;
  for (size_t b = 0; b < shape->n_boxes; b++) {
    bool inside = true;
    for (int axis = 0; axis <= stack; axis++)
      inside = inside && at[axis] > shape->boxes[b].lo[axis] && at[axis] < shape->boxes[b].hi[axis];
    if (inside)
      region = shape->boxes[b].region;
  }
  return region;
}

static double midpoint(const struct tensor *tensor, int axis, size_t cell) {
  if (tensor->n[axis] == 1)
    return 0;
  return 0.5 * (tensor->x[axis][cell] + tensor->x[axis][cell + 1]);
}

/** Give every cell its filling; every region must get at least one. */
static enum hd_status paint(struct tensor *tensor, const struct shape *shape,
                            struct hd_error *err) {
  size_t ni = tensor->n_cells[0], nj = tensor->n_cells[1], *count;
  TRY(hd_alloc(&tensor->region, ni * nj, sizeof *tensor->region, err));
  TRY(hd_alloc(&count, shape->n_regions, sizeof *count, err));
  for (size_t i = 0; i < ni; i++)
    for (size_t j = 0; j < nj; j++) {
      int region = region_at(shape, midpoint(tensor, 0, i), midpoint(tensor, 1, j));
      tensor->region[i * nj + j] = region;
      if (region >= 0)
        count[region]++;
    }
  enum hd_status status = HD_OK;
  for (size_t r = 0; r < shape->n_regions; r++)
    if (!count[r])
      status = hd_fail(err, HD_INPUT,
                       "regions[%zu]: is empty, no cell of the mesh lies in it; each region needs "
                       "a layer or box that is not covered by others and at least one cell wide",
                       r);
  hd_free(&count);
  return status;
}

/**
 * Axes and cells of a shape.
 * tensor  out: owned by the caller, tensor_free (also after an error)
 * shape   passed shape_check
 * Errors  HD_INPUT (too many nodes, empty region), HD_MEMORY
 */
enum hd_status tensor_build(struct tensor *tensor, const struct shape *shape,
                            struct hd_error *err) {
  *tensor = (struct tensor){.metric = metric_of(shape), .dimension = shape_dimension(shape)};
  for (int axis = 0; axis < 2; axis++) {
    TRY(build_axis(tensor, shape, axis, err));
    tensor->n_cells[axis] = tensor->n[axis] > 1 ? tensor->n[axis] - 1 : 1;
  }
  if (tensor->n[0] > AXIS_MAX_POINTS / tensor->n[1])
    return hd_fail(err, HD_INPUT,
                   "mesh: %zu x %zu nodes, at most %d are allowed: use larger spacings",
                   tensor->n[0], tensor->n[1], AXIS_MAX_POINTS);
  return paint(tensor, shape, err);
}

/** Free what a tensor owns; a zeroed tensor is accepted. */
void tensor_free(struct tensor *tensor) {
  hd_free(&tensor->x[0]);
  hd_free(&tensor->x[1]);
  hd_free(&tensor->region);
}

/** Half a cell along an axis, m; the cell of the missing axis of 1D belongs to its point whole. */
struct span tensor_half(const struct tensor *tensor, int axis, size_t cell, bool upper) {
  if (tensor->n[axis] == 1)
    return (struct span){.lo = 0, .hi = 1};
  const double *x = tensor->x[axis];
  double middle = midpoint(tensor, axis, cell);
  return upper ? (struct span){.lo = middle, .hi = x[cell + 1]}
               : (struct span){.lo = x[cell], .hi = middle};
}

/** Filling of cell (i, j), SHAPE_VOID outside the grid. */
int tensor_region(const struct tensor *tensor, size_t i, size_t j) {
  if (i >= tensor->n_cells[0] || j >= tensor->n_cells[1])
    return SHAPE_VOID;
  return tensor->region[i * tensor->n_cells[1] + j];
}
