#include "solver/spec.h"

#include <math.h>
#include "solver/base/memory.h"
#include "solver/mesh_front.h"
#include "solver/mesh_parts.h"

/* Where nothing else asks for more, a space-charge layer with wall density n_w falls off as
 * n = n_w / (1 + x / (sqrt(2) L_w))^2. The error of its potential drop is the sum of h^2 n'' over
 * the layer, and what makes it smallest for a given number of points is a spacing in proportion to
 * x + sqrt(2) L_w: a spacing of WALL L_w at the wall, constant growth from there, and behind it a
 * share of the bulk Debye length out to where the depletion edge can be.
 * Nearly all of the error sits in these layers: carriers cross them by exp(-psi / V_T), so that a
 * drop of 15 V_T that is 0.05 % off makes a current that is 0.8 % off. On pvk1, halving the
 * intervals within 10 nm of the wall where the ions gather took a step's current from 0.8 to 0.1 %;
 * halving those further inside changed less than 0.03 %. Hence fine walls and growth, few points
 * elsewhere. Measured against refine = 8: pvk1 (122 nodes) steady currents, a triangle and a step
 * within 0.14 %; 50 random films, currents through a triangle that exceed 1 % of the peak within
 * 0.6 %, median 0.04 %; diodes within 0.4 %. refine = 2 quarters the error. */

/** Spacing at a wall in Debye lengths of the density gathered there. */
static const double WALL = 0.04;
/** Spacing at a step of doping or material in Debye lengths of the larger density. */
static const double STEP = 0.06;
/** Reach of a space-charge layer in bulk Debye lengths: sqrt(2 U / V_T) at 1.3 V is 10. */
static const double REACH = 10;
/** Spacing within that reach in bulk Debye lengths. */
static const double INSIDE = 1;
/** Intervals of a layer in which nothing happens, and of a uniform width. */
static const double BULK = 40, UNIFORM = 8;
/** Finest bulk spacing on account of decay lengths, as a share of the layer. */
static const double FINEST = 400;
/** Spacing in units of the length over which light or carriers decay. */
static const double DECAY = 0.1;
/** Ratio of neighbouring intervals in 1D where the user gives none. */
static const double GROWTH = 1.12;
/** Factor of all spacings in 2D (and power of the growth), where nodes cost more: two and a half
 * times the error of 1D. Smoothing and tunnelling lengths are not stretched. */
static const double PLANE = 1.6;

static void fill(double *h, double value) {
  if (isnan(*h))
    *h = value;
}

enum hd_status mesh_add_zone(struct mesh_plan *plan, int axis, double from, double to, double h_max,
                             struct hd_error *err) {
  struct shape *shape = plan->shape;
  if (!isfinite(h_max) || !isfinite(from) || !isfinite(to) || !(to > from))
    return HD_OK;
  TRY(hd_resize(&shape->zones, shape->n_zones + 1, sizeof *shape->zones, err));
  shape->zones[shape->n_zones++] =
      (struct shape_zone){.axis = axis, .from = from, .to = to, .h_max = h_max};
  return HD_OK;
}

static enum hd_status add_stop(struct mesh_plan *plan, int axis, double position, double h,
                               struct hd_error *err) {
  struct shape *shape = plan->shape;
  TRY(hd_resize(&shape->stops, shape->n_stops + 1, sizeof *shape->stops, err));
  shape->stops[shape->n_stops++] =
      (struct shape_stop){.axis = axis, .position = position, .h_end = h};
  return HD_OK;
}

/** Rectangles of all layers and boxes, boxes cut at the domain's ends. */
static enum hd_status make_pieces(struct mesh_plan *plan, struct hd_error *err) {
  const struct shape *shape = plan->shape;
  TRY(hd_alloc(&plan->pieces, shape->n_layers + shape->n_boxes, sizeof *plan->pieces, err));
  double top[2] = {INFINITY, INFINITY}, lo[2] = {-INFINITY, -INFINITY}, hi[2], bottom = 0;
  for (int axis = 0; axis <= plan->stack; axis++) {
    lo[axis] = 0;
    top[axis] = shape_extent(shape, axis);
  }
  for (size_t i = 0; i < shape->n_layers; i++) {
    hi[0] = top[0], hi[1] = top[1];
    lo[plan->stack] = bottom;
    hi[plan->stack] = bottom += shape->layers[i].thickness;
    plan->pieces[plan->n_pieces++] =
        mesh_piece_of(plan->run, plan->device, shape->layers[i].region, lo, hi);
    plan->pieces[i].fixed_end = !isnan(shape->layers[i].h_end);
    plan->pieces[i].fixed_max = !isnan(shape->layers[i].h_max);
  }
  lo[plan->stack] = 0;
  for (size_t i = 0; i < shape->n_boxes; i++) {
    const struct shape_box *box = &shape->boxes[i];
    double from[2] = {lo[0], lo[1]}, to[2] = {top[0], top[1]};
    for (int axis = 0; axis <= plan->stack; axis++) {
      from[axis] = fmax(box->lo[axis], 0);
      to[axis] = fmin(box->hi[axis], top[axis]);
    }
    struct mesh_piece *piece = &plan->pieces[plan->n_pieces++];
    if (box->region < 0)
      *piece = mesh_hole(from, to);
    else
      *piece = mesh_piece_of(plan->run, plan->device, box->region, from, to);
    piece->fixed_end = !isnan(box->h_end);
    piece->fixed_max = !isnan(box->h_max);
  }
  return HD_OK;
}

/** Spacing that fronts of the switching free energy need, m. */
static double smooth_spacing(const struct mesh_plan *plan, const struct mesh_piece *piece) {
  if (!(piece->smoothing > 0))
    return INFINITY;
  return mesh_front_spacing(piece->smoothing, plan->stack + 1) / plan->device->refine;
}

/** Spacing inside a piece: `intervals` over its length, less where light or carriers decay; few in
 * an insulator. Fronts have zones of their own. */
static double inner_spacing(const struct mesh_plan *plan, const struct mesh_piece *piece,
                            double length, double intervals) {
  intervals = piece->conducting ? intervals : UNIFORM;
  return fmin(length / intervals, fmax(DECAY * piece->decay, length / FINEST)) * plan->scale;
}

/** Spacing at a wall where `density` gathers; uniform where fronts pass. */
double mesh_wall_spacing(const struct mesh_plan *plan, const struct mesh_piece *piece,
                         double density) {
  if (piece->smoothing > 0)
    return smooth_spacing(plan, piece);
  return WALL * plan->scale * mesh_debye(plan->run, piece->eps, density);
}

/** Spacing at a step of doping or material inside which nothing is stopped. */
static double step_spacing(const struct mesh_plan *plan, const struct mesh_piece *piece) {
  return fmin(STEP * plan->scale * piece->debye, smooth_spacing(plan, piece));
}

/** Nothing that a mesh must resolve changes from one piece to the other: a box that only sets a
 * spacing is one with what is around it. */
static bool is_alike(const struct mesh_plan *plan, const struct mesh_piece *a,
                     const struct mesh_piece *b) {
  const struct region_spec *p = &plan->device->regions[a->region];
  const struct region_spec *q = &plan->device->regions[b->region];
  return p->material == q->material && p->donors == q->donors && p->acceptors == q->acceptors &&
         p->fixed_charge == q->fixed_charge && a->ions == b->ions && a->doping == b->doping &&
         a->diffusion == b->diffusion && !mesh_stops_ions(plan->device, a->region, b->region);
}

/** Spacing at the border of two pieces; INFINITY when they are alike, or one is a hole: electrodes
 * are planned as contacts, and no field line ends on a void. */
static double border_spacing(const struct mesh_plan *plan, const struct mesh_piece *a,
                             const struct mesh_piece *b) {
  if (a->region < 0 || b->region < 0)
    return INFINITY;
  if (is_alike(plan, a, b))
    return INFINITY;
  if (!mesh_stops_ions(plan->device, a->region, b->region))
    return fmin(step_spacing(plan, a), step_spacing(plan, b));
  return fmin(mesh_wall_spacing(plan, a, mesh_gathered(plan->run, a)),
              mesh_wall_spacing(plan, b, mesh_gathered(plan->run, b)));
}

/** Small spacing on both sides of a position, out to the depletion edge of each piece. */
enum hd_status mesh_resolve_layer(struct mesh_plan *plan, int axis, double position,
                                  const struct mesh_piece *piece, struct hd_error *err) {
  double reach = REACH * piece->debye, h = INSIDE * piece->debye * plan->scale;
  if (!isfinite(reach) || piece->fixed_max || h >= smooth_spacing(plan, piece))
    return HD_OK; /* nothing that the rest of the piece has not: no needless stop of the axis */
  return mesh_add_zone(plan, axis, fmax(piece->lo[axis], position - reach),
                       fmin(piece->hi[axis], position + reach), h, err);
}

/** Zones in which the spacing suits a front, unless the user chose the spacing there: half the
 * smoothing length; all of it (in 2D) where a front that creeps along an electrode may have steps.
 */
static enum hd_status add_front_zones(struct mesh_plan *plan, const struct front_zones *fronts,
                                      struct hd_error *err) {
  bool width_given = plan->stack == 1 && !isnan(plan->shape->h_width_max);
  for (size_t i = 0; i < fronts->n; i++) {
    const struct front_zone *zone = &fronts->zones[i];
    const struct mesh_piece *p = &plan->pieces[zone->piece];
    double h = zone->along ? zone->smoothing / plan->refine : smooth_spacing(plan, p);
    for (int axis = 0; axis <= plan->stack && !p->fixed_max; axis++)
      if (axis == plan->stack || !width_given)
        TRY(mesh_add_zone(plan, axis, zone->lo[axis], zone->hi[axis], h, err));
  }
  return HD_OK;
}

static enum hd_status plan_fronts(struct mesh_plan *plan, struct hd_error *err) {
  struct front_zones fronts;
  enum hd_status status = mesh_fronts(&fronts, plan->pieces, plan->n_pieces, plan->shape, err);
  if (status == HD_OK)
    status = add_front_zones(plan, &fronts, err);
  front_zones_free(&fronts);
  return status;
}

/** Inner spacing of every layer, and border spacing between neighbours. */
static enum hd_status plan_layers(struct mesh_plan *plan, struct hd_error *err) {
  struct shape *shape = plan->shape;
  size_t n = shape->n_layers;
  for (size_t i = 0; i < n; i++) {
    struct shape_layer *layer = &shape->layers[i];
    const struct mesh_piece *p = &plan->pieces[i];
    if (layer->intervals == 0 && shape->coordinates == SHAPE_1D &&
        plan->run->stochastic.engine == ENGINE_INTEGER)
      layer->intervals = mesh_cells(plan, layer->thickness);
    double below = i ? border_spacing(plan, p - 1, p) : INFINITY;
    double above = i + 1 < n ? border_spacing(plan, p, p + 1) : INFINITY;
    fill(&layer->h_max, inner_spacing(plan, p, layer->thickness, BULK));
    fill(&layer->h_end, fmin(below, above));
    if (isfinite(below))
      TRY(mesh_resolve_layer(plan, plan->stack, p->lo[plan->stack], p, err));
    if (isfinite(above))
      TRY(mesh_resolve_layer(plan, plan->stack, p->hi[plan->stack], p, err));
  }
  return HD_OK;
}

/** Every box: its edges against the layers below it, its inside by its size along each axis. */
static enum hd_status plan_boxes(struct mesh_plan *plan, struct hd_error *err) {
  struct shape *shape = plan->shape;
  for (size_t i = 0; i < shape->n_boxes; i++) {
    struct shape_box *box = &shape->boxes[i];
    const struct mesh_piece *p = &plan->pieces[shape->n_layers + i];
    double border = INFINITY;
    for (size_t k = 0; k < shape->n_layers + i; k++) {
      const struct mesh_piece *q = &plan->pieces[k];
      bool touch = true;
      for (int axis = 0; axis <= plan->stack; axis++)
        touch = touch && q->lo[axis] <= p->hi[axis] && q->hi[axis] >= p->lo[axis];
      if (touch)
        border = fmin(border, border_spacing(plan, p, q));
    }
    if (shape_terminal(box->region) >= 0)
      TRY(mesh_plan_electrode(plan, box, &border, err));
    fill(&box->h_end, border);
    if (!isnan(box->h_max))
      continue;
    box->h_max = INFINITY;
    if (box->region < 0)
      continue;
    for (int axis = 0; axis <= plan->stack; axis++) {
      double across = p->conducting ? shape_extent(shape, axis) / BULK * plan->scale : INFINITY;
      double h = inner_spacing(plan, p, p->hi[axis] - p->lo[axis], UNIFORM);
      TRY(mesh_add_zone(plan, axis, p->lo[axis], p->hi[axis], fmin(h, across), err));
    }
  }
  return HD_OK;
}

/** Edges of profile boxes become points of the mesh, with the spacing of a doping step. */
static enum hd_status plan_profile(struct mesh_plan *plan, const struct profile_spec *profile,
                                   struct hd_error *err) {
  for (int axis = 0; axis <= plan->stack; axis++)
    for (int end = 0; end < 2; end++) {
      double position = end ? profile->hi[axis] : profile->lo[axis], h = INFINITY;
      if (!(position > 0 && position < shape_extent(plan->shape, axis)))
        continue;
      for (size_t i = 0; i < plan->n_pieces; i++) {
        const struct mesh_piece *p = &plan->pieces[i];
        if (!(p->lo[axis] <= position && p->hi[axis] >= position))
          continue;
        if (!p->fixed_end)
          h = fmin(h, step_spacing(plan, p));
        TRY(mesh_resolve_layer(plan, axis, position, p, err));
      }
      TRY(add_stop(plan, axis, position, h, err));
    }
  return HD_OK;
}

/** Whether anything differs from place to place along the width. */
static bool is_uniform_across(const struct mesh_plan *plan) {
  const struct shape *shape = plan->shape;
  bool uniform = shape->n_boxes == 0;
  for (size_t i = 0; i < shape->n_contacts; i++) {
    const struct shape_contact *c = &shape->contacts[i];
    bool y_side = c->side == SHAPE_Y_MIN || c->side == SHAPE_Y_MAX;
    uniform = uniform && y_side && c->from <= 0 && c->to >= shape->width;
  }
  for (size_t i = 0; i < plan->device->n_profiles; i++) {
    const struct profile_spec *p = &plan->device->profiles[i];
    uniform = uniform && !(p->lo[0] > 0) && !(p->hi[0] < shape->width);
  }
  return uniform;
}

/** Spacing along the width of a 2D shape. */
static void plan_width(struct mesh_plan *plan) {
  struct shape *shape = plan->shape;
  bool few = is_uniform_across(plan); /* or the fronts' zones hold what happens */
  for (size_t i = 0; i < plan->n_pieces; i++)
    few = few || plan->pieces[i].front;
  double h = shape->width / (few ? UNIFORM : BULK) * plan->scale;
  fill(&shape->h_width_max, h);
  fill(&shape->h_width_end, shape->h_width_max);
}

/** Rays reach as far as carriers tunnel. */
static void plan_rays(struct mesh_plan *plan) {
  double range = 0;
  for (size_t i = 0; i < plan->device->n_contacts; i++)
    if (plan->device->contacts[i].tunnelling)
      range = fmax(range, plan->device->contacts[i].tunnel_range);
  if (!(plan->shape->ray_range > 0))
    plan->shape->ray_range = range;
}

static enum hd_status plan_device(struct mesh_plan *plan, struct hd_error *err) {
  TRY(make_pieces(plan, err));
  TRY(plan_fronts(plan, err));
  TRY(plan_layers(plan, err));
  TRY(plan_boxes(plan, err));
  for (size_t i = 0; i < plan->shape->n_contacts; i++)
    TRY(mesh_plan_contact(plan, &plan->shape->contacts[i], err));
  for (size_t i = 0; i < plan->device->n_profiles; i++)
    TRY(plan_profile(plan, &plan->device->profiles[i], err));
  if (plan->stack == 1)
    plan_width(plan);
  plan_rays(plan);
  bool given = !isnan(plan->shape->growth);
  plan->shape->growth =
      given ? pow(plan->shape->growth, 1 / plan->refine) : pow(GROWTH, plan->scale);
  return HD_OK;
}

static struct mesh_plan begin_plan(const struct run_spec *run, struct device_spec *device) {
  int dimension = shape_dimension(&device->shape);
  return (struct mesh_plan){.run = run,
                            .device = device,
                            .shape = &device->shape,
                            .refine = device->refine,
                            .scale = pow(PLANE, dimension - 1) / device->refine,
                            .stack = dimension - 1};
}

/** Where fronts can go in a device; the caller frees it, whatever happens. */
enum hd_status mesh_device_fronts(struct front_zones *fronts, const struct run_spec *run,
                                  const struct device_spec *device, struct hd_error *err) {
  struct device_spec own = *device; /* what it points to is shared, and only looked at */
  struct mesh_plan plan = begin_plan(run, &own);
  *fronts = (struct front_zones){0};
  enum hd_status status = make_pieces(&plan, err);
  if (status == HD_OK)
    status = mesh_fronts(fronts, plan.pieces, plan.n_pieces, plan.shape, err);
  hd_free(&plan.pieces);
  return status;
}

/**
 * Fill the spacings that are NAN from the physics of each device. Spacings that the user gave stay
 * (but a larger one gives way to a contact or interface of a neighbour). `refine` divides all
 * automatic spacings and takes the root of the growth, so that refine = 2 halves every interval.
 * Call it once for a spec.
 * Errors  HD_INPUT (refine <= 0), HD_MEMORY
 */
enum hd_status mesh_plan(struct run_spec *spec, struct hd_error *err) {
  for (size_t i = 0; i < spec->n_devices; i++) {
    struct device_spec *device = &spec->devices[i];
    if (!(device->refine > 0) || isinf(device->refine))
      return hd_fail(err, HD_INPUT, "%s: mesh.refine: got %g, must be > 0 and finite", device->name,
                     device->refine);
    struct mesh_plan plan = begin_plan(spec, device);
    enum hd_status status = plan_device(&plan, err);
    hd_free(&plan.pieces);
    TRY(status);
  }
  return HD_OK;
}
