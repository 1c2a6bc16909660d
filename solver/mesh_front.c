#include "solver/mesh_front.h"

#include <math.h>
#include <string.h>
#include "solver/base/memory.h"

/* A front is where an interacting ion goes from sparse to dense. It grows from one electrode to
 * another, so it stays near the shortest way between them; and where a fast channel has bridged, a
 * slow surrounding has hardly moved, except that ions gather at the electrodes there too. All
 * bounds are by geometry and diffusion alone: no bias, no duration, so that a mesh does not change
 * with the experiment. */

/** A front goes where the ways to two electrodes sum to at most this many times their distance:
 * 0.87 distances sideways of parallel plates, where the field has fallen to exp(-0.87 pi). */
static const double DETOUR = 2;
/** Points along each axis of a piece at which that is tried. */
enum { SAMPLES = 65 };
/** Pieces in which ions are slower than the fastest by less than this factor are fast too. */
static const double FAST = 0.5;

struct rectangle {
  double lo[2], hi[2];
  int terminal;
};

struct electrodes {
  struct rectangle *rectangles; /* owned */
  size_t n;
};

/** Distance of two rectangles, m. */
static double distance(const double lo_a[2], const double hi_a[2], const double lo_b[2],
                       const double hi_b[2]) {
  double d[2];
  for (int axis = 0; axis < 2; axis++)
    d[axis] = fmax(0, fmax(lo_a[axis] - hi_b[axis], lo_b[axis] - hi_a[axis]));
  return hypot(d[0], d[1]);
}

/** The piece of boundary of a contact. */
static struct rectangle side_of(const struct shape *shape, const struct shape_contact *contact) {
  struct rectangle r = {.terminal = contact->terminal};
  int normal = contact->side == SHAPE_X_MIN || contact->side == SHAPE_X_MAX ? 0 : 1;
  bool upper = contact->side == SHAPE_X_MAX || contact->side == SHAPE_Y_MAX;
  r.lo[normal] = r.hi[normal] = upper ? shape_extent(shape, normal) : 0;
  r.lo[1 - normal] = fmax(contact->from, 0);
  r.hi[1 - normal] = fmin(contact->to, shape_extent(shape, 1 - normal));
  return r;
}

static enum hd_status list_electrodes(struct electrodes *e, const struct shape *shape,
                                      struct hd_error *err) {
  *e = (struct electrodes){0};
  TRY(hd_alloc(&e->rectangles, shape->n_contacts + shape->n_boxes, sizeof *e->rectangles, err));
  for (size_t i = 0; i < shape->n_contacts; i++)
    e->rectangles[e->n++] = side_of(shape, &shape->contacts[i]);
  for (size_t i = 0; i < shape->n_boxes; i++) {
    const struct shape_box *box = &shape->boxes[i];
    if (shape_terminal(box->region) < 0)
      continue;
    struct rectangle r = {.terminal = shape_terminal(box->region)};
    memcpy(r.lo, box->lo, sizeof r.lo);
    memcpy(r.hi, box->hi, sizeof r.hi);
    e->rectangles[e->n++] = r;
  }
  return HD_OK;
}

/** Whether a front between some two electrodes may pass a point. */
static bool is_between(const struct electrodes *e, const double x[2]) {
  for (size_t a = 0; a < e->n; a++)
    for (size_t b = a + 1; b < e->n; b++) {
      const struct rectangle *p = &e->rectangles[a], *q = &e->rectangles[b];
      if (p->terminal == q->terminal)
        continue;
      double gap = distance(p->lo, p->hi, q->lo, q->hi);
      if (distance(p->lo, p->hi, x, x) + distance(q->lo, q->hi, x, x) <= DETOUR * gap)
        return true;
    }
  return false;
}

/** Bounding box of the sample points of a piece that `e` and the distance to `near` allow: the
 * corners of zone out. Returns whether there are any. */
static bool bound(struct front_zone *zone, const struct mesh_piece *p, const struct electrodes *e,
                  const struct rectangle *near, double reach) {
  int first[2] = {SAMPLES, SAMPLES}, last[2] = {-1, -1}, at[2];
  for (at[0] = 0; at[0] < SAMPLES; at[0]++)
    for (at[1] = 0; at[1] < SAMPLES; at[1]++) {
      double x[2];
      for (int axis = 0; axis < 2; axis++)
        x[axis] = p->lo[axis] + (p->hi[axis] - p->lo[axis]) * at[axis] / (SAMPLES - 1);
      if (distance(near->lo, near->hi, x, x) > reach || !is_between(e, x))
        continue;
      for (int axis = 0; axis < 2; axis++) {
        first[axis] = at[axis] < first[axis] ? at[axis] : first[axis];
        last[axis] = at[axis] > last[axis] ? at[axis] : last[axis];
      }
    }
  for (int axis = 0; axis < 2 && last[0] >= 0; axis++) { /* out to the next point refused */
    double step = (p->hi[axis] - p->lo[axis]) / (SAMPLES - 1);
    zone->lo[axis] = first[axis] == 0 ? p->lo[axis] : p->lo[axis] + step * (first[axis] - 1);
    zone->hi[axis] =
        last[axis] == SAMPLES - 1 ? p->hi[axis] : p->lo[axis] + step * (last[axis] + 1);
  }
  return last[0] >= 0;
}

/** Fastest diffusion of the pieces in which fronts go, how far one goes in the fast ones, and the
 * box around these. */
struct fast {
  double D, length;
  struct rectangle box;
};

static struct fast find_fast(const struct mesh_piece *pieces, const struct front_zones *all) {
  struct fast fast = {.box = {.lo = {INFINITY, INFINITY}, .hi = {-INFINITY, -INFINITY}}};
  for (size_t i = 0; i < all->n; i++)
    fast.D = fmax(fast.D, pieces[all->zones[i].piece].diffusion);
  for (size_t i = 0; i < all->n; i++) {
    const struct front_zone *zone = &all->zones[i];
    for (int axis = 0; axis < 2 && pieces[zone->piece].diffusion >= FAST * fast.D; axis++) {
      fast.length = fmax(fast.length, zone->hi[axis] - zone->lo[axis]);
      fast.box.lo[axis] = fmin(fast.box.lo[axis], zone->lo[axis]);
      fast.box.hi[axis] = fmax(fast.box.hi[axis], zone->hi[axis]);
    }
  }
  return fast;
}

static enum hd_status add_zone(struct front_zones *fronts, const struct front_zone *zone,
                               struct hd_error *err) {
  TRY(hd_resize(&fronts->zones, fronts->n + 1, sizeof *fronts->zones, err));
  fronts->zones[fronts->n++] = *zone;
  return HD_OK;
}

/** Restrict the slow pieces to what lies around the fast ones and along the electrodes: when a
 * front of the fastest ions has gone a length L, one in the slow piece has gone L sqrt(D / D_max),
 * for t = L^2 c_max / (2 mu c V). It starts from the fast pieces and from the electrodes. */
static enum hd_status slow_down(struct front_zones *fronts, const struct front_zones *all,
                                const struct mesh_piece *pieces, const struct electrodes *e,
                                struct hd_error *err) {
  struct fast fast = find_fast(pieces, all);
  for (size_t i = 0; i < all->n; i++) {
    struct front_zone zone = all->zones[i];
    const struct mesh_piece *p = &pieces[zone.piece];
    double reach = fast.length * sqrt(p->diffusion / fast.D);
    if (p->diffusion >= FAST * fast.D || bound(&zone, p, e, &fast.box, reach))
      TRY(add_zone(fronts, &zone, err));
    zone.along = true;
    for (size_t k = 0; k < e->n && p->diffusion < FAST * fast.D; k++)
      if (bound(&zone, p, e, &e->rectangles[k], reach))
        TRY(add_zone(fronts, &zone, err));
  }
  return HD_OK;
}

/** Every piece by itself: what lies between electrodes. In 1D, or with one electrode, all of it. */
static enum hd_status between(struct front_zones *fronts, const struct mesh_piece *pieces, size_t n,
                              const struct electrodes *e, bool all, struct hd_error *err) {
  for (size_t i = 0; i < n; i++) {
    const struct mesh_piece *p = &pieces[i];
    struct front_zone zone = {.piece = i, .smoothing = p->smoothing};
    struct rectangle whole;
    memcpy(zone.lo, p->lo, sizeof p->lo);
    memcpy(zone.hi, p->hi, sizeof p->hi);
    memcpy(whole.lo, p->lo, sizeof p->lo);
    memcpy(whole.hi, p->hi, sizeof p->hi);
    if (p->smoothing > 0 && p->diffusion > 0 && (all || bound(&zone, p, e, &whole, 0)))
      TRY(add_zone(fronts, &zone, err));
  }
  return HD_OK;
}

/**
 * Say where fronts can go.
 * fronts  out; the caller frees it with front_zones_free, whatever happens
 * pieces  [n] in; out: `front`, whether they can go in it otherwise than along electrodes
 * Errors  HD_MEMORY
 */
enum hd_status mesh_fronts(struct front_zones *fronts, struct mesh_piece *pieces, size_t n,
                           const struct shape *shape, struct hd_error *err) {
  struct electrodes electrodes;
  struct front_zones all = {0};
  bool whole = shape_dimension(shape) == 1 || shape->n_terminals < 2;
  *fronts = (struct front_zones){0};
  TRY(list_electrodes(&electrodes, shape, err));
  enum hd_status status = between(whole ? fronts : &all, pieces, n, &electrodes, whole, err);
  if (status == HD_OK && !whole)
    status = slow_down(fronts, &all, pieces, &electrodes, err);
  for (size_t i = 0; i < fronts->n; i++)
    pieces[fronts->zones[i].piece].front |= !fronts->zones[i].along;
  front_zones_free(&all);
  hd_free(&electrodes.rectangles);
  return status;
}

/** Free; may be empty. */
void front_zones_free(struct front_zones *fronts) {
  hd_free(&fronts->zones);
  fronts->n = 0;
}
