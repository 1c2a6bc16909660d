#include <math.h>
#include "solver/mesh_parts.h"

/** Intervals within the tunnelling range of a contact. In a slab of 40 nm with barriers of 0.7 and
 * 0.3 eV, donors of 1e16, 1e18 and 1e19 cm^-3 and a range of 10 nm, -1 to 1.5 V, against 60: 10
 * intervals are up to 2.7 % off in the current, 15 up to 1.6 %, 20 up to 1.0 %, 30 up to 0.5 %. */
static const double TUNNEL_1D = 30, TUNNEL_2D = 20;

/** Places that differ by this share of the domain are the same. */
static const double ROUNDING = 1e-9;
/** Spacing at the edge of a contact that ends inside a side, as a share of the shorter of contact
 * and gap beside it. The current density grows like 1 / sqrt(distance) towards the edge, and the
 * mesh has to grow from there: the resistance of a disc (validation/spreading_resistance) is 1.8 %
 * off with a share of 0.04 (1020 nodes), 0.6 % with 0.01 (1776), 0.3 % with 0.004 (2478). */
static const double EDGE = 0.01;

/** A flat piece of a contact's surface, with the device on one side of it. */
struct surface {
  int terminal, normal; /* axis */
  bool above;           /* the device is at larger coordinates */
  double position;      /* m along the normal */
  double from, to;      /* m along the other axis */
};

/** The piece borders on the surface, or goes on behind it. */
static bool is_touched(const struct mesh_plan *plan, const struct mesh_piece *p,
                       const struct surface *surface) {
  int normal = surface->normal, along = 1 - normal;
  double rounding = ROUNDING * shape_extent(plan->shape, normal);
  double lo = p->lo[normal] - surface->position, hi = p->hi[normal] - surface->position;
  bool beside = along > plan->stack ||
                (p->lo[along] < surface->to - rounding && p->hi[along] > surface->from + rounding);
  return p->conducting && beside &&
         (surface->above ? lo <= rounding && hi > rounding : hi >= -rounding && lo < -rounding);
}

/** Zones behind a surface; *h is lowered to the spacing at it. */
static enum hd_status plan_surface(struct mesh_plan *plan, const struct surface *surface, double *h,
                                   struct hd_error *err) {
  const struct contact *law = &plan->device->contacts[surface->terminal];
  int axis = surface->normal;
  for (size_t i = 0; i < plan->n_pieces; i++) {
    const struct mesh_piece *p = &plan->pieces[i];
    if (!is_touched(plan, p, surface))
      continue;
    bool layered = p->ions > 0 || !law->ohmic; /* a neutral ohmic contact has no space charge */
    double gathered = layered ? mesh_gathered(plan->run, p) : 0;
    double density = gathered + mesh_injected(plan->run, plan->device, law, p);
    if (!p->fixed_end)
      *h = fmin(*h, mesh_wall_spacing(plan, p, density));
    if (layered)
      TRY(mesh_resolve_layer(plan, axis, surface->position, p, err));
    if (law->tunnelling && !p->fixed_max)
      TRY(mesh_add_zone(
          plan, axis, surface->position - (surface->above ? 0 : law->tunnel_range),
          surface->position + (surface->above ? law->tunnel_range : 0),
          law->tunnel_range / (plan->stack == 0 ? TUNNEL_1D : TUNNEL_2D) / plan->refine, err));
  }
  return HD_OK;
}

/** Way from a contact's edge to the next contact on the same side, or to the end of the side. */
static double gap_beside(const struct shape *shape, const struct shape_contact *contact, bool upper,
                         double extent) {
  double gap = upper ? extent - contact->to : contact->from;
  for (size_t i = 0; i < shape->n_contacts; i++) {
    const struct shape_contact *c = &shape->contacts[i];
    double way = upper ? c->from - contact->to : contact->from - c->to;
    if (c != contact && c->side == contact->side && way > 0)
      gap = fmin(gap, way);
  }
  return gap;
}

/**
 * Spacing that the edges of a contact ask for; INFINITY where it ends with its side, on insulators,
 * and where fronts pass, whose spacing is the same everywhere. Half the spacings need a quarter at
 * an edge (order 2), so refine counts twice.
 */
static double edge_spacing(const struct mesh_plan *plan, const struct shape_contact *contact,
                           const struct surface *surface) {
  double h = INFINITY, extent = shape_extent(plan->shape, 1 - surface->normal);
  bool open = false;
  for (size_t i = 0; i < plan->n_pieces; i++) {
    const struct mesh_piece *p = &plan->pieces[i];
    open = open || (is_touched(plan, p, surface) && !(p->smoothing > 0));
  }
  double width = fmin(contact->to, extent) - fmax(contact->from, 0);
  for (int upper = 0; upper < 2 && open && plan->stack == 1; upper++) {
    double gap = gap_beside(plan->shape, contact, upper == 1, extent);
    if (gap > ROUNDING * extent)
      h = fmin(h, EDGE * fmin(width, gap) / (plan->refine * plan->refine));
  }
  return h;
}

/** Spacing at one contact, and the zones behind it. */
enum hd_status mesh_plan_contact(struct mesh_plan *plan, struct shape_contact *contact,
                                 struct hd_error *err) {
  bool upper = contact->side == SHAPE_X_MAX || contact->side == SHAPE_Y_MAX;
  int normal = contact->side == SHAPE_X_MIN || contact->side == SHAPE_X_MAX ? 0 : 1;
  struct surface surface = {.terminal = contact->terminal,
                            .normal = normal,
                            .above = !upper,
                            .position = upper ? shape_extent(plan->shape, normal) : 0,
                            .from = contact->from,
                            .to = contact->to};
  double h = INFINITY;
  TRY(plan_surface(plan, &surface, &h, err));
  if (isnan(contact->h_end))
    contact->h_end = fmin(h, edge_spacing(plan, contact, &surface));
  return HD_OK;
}

/** Spacing at the surface of an electrode box, and the zones around it. */
enum hd_status mesh_plan_electrode(struct mesh_plan *plan, const struct shape_box *box, double *h,
                                   struct hd_error *err) {
  for (int axis = 0; axis <= plan->stack; axis++)
    for (int end = 0; end < 2; end++) {
      struct surface surface = {.terminal = shape_terminal(box->region),
                                .normal = axis,
                                .above = end == 1,
                                .position = end ? box->hi[axis] : box->lo[axis],
                                .from = plan->stack ? box->lo[1 - axis] : 0,
                                .to = plan->stack ? box->hi[1 - axis] : 0};
      TRY(plan_surface(plan, &surface, h, err));
    }
  return HD_OK;
}
