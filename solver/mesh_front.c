#include "solver/mesh_front.h"

#include <math.h>
#include <string.h>
#include "solver/base/memory.h"

/* A front is where an interacting ion goes from sparse to dense. It grows from one electrode to
 * another, so it stays near the shortest way between them; and where a fast channel has bridged, a
 * slow surrounding has hardly moved. Both bounds are by geometry and diffusion alone: no bias, no
 * duration, so that a mesh does not change with the experiment. */

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

/** Bounding box of the sample points of a piece that `e` and the distance to `near` allow. */
static void bound(struct mesh_piece *p, const struct electrodes *e, const double near_lo[2],
                  const double near_hi[2], double reach) {
  int first[2] = {SAMPLES, SAMPLES}, last[2] = {-1, -1}, at[2];
  for (at[0] = 0; at[0] < SAMPLES; at[0]++)
    for (at[1] = 0; at[1] < SAMPLES; at[1]++) {
      double x[2];
      for (int axis = 0; axis < 2; axis++)
        x[axis] = p->lo[axis] + (p->hi[axis] - p->lo[axis]) * at[axis] / (SAMPLES - 1);
      if (distance(near_lo, near_hi, x, x) > reach || !is_between(e, x))
        continue;
      for (int axis = 0; axis < 2; axis++) {
        first[axis] = at[axis] < first[axis] ? at[axis] : first[axis];
        last[axis] = at[axis] > last[axis] ? at[axis] : last[axis];
      }
    }
  p->front = last[0] >= 0;
  for (int axis = 0; axis < 2 && p->front; axis++) { /* out to the next point that was refused */
    double step = (p->hi[axis] - p->lo[axis]) / (SAMPLES - 1);
    p->front_lo[axis] = first[axis] == 0 ? p->lo[axis] : p->lo[axis] + step * (first[axis] - 1);
    p->front_hi[axis] =
        last[axis] == SAMPLES - 1 ? p->hi[axis] : p->lo[axis] + step * (last[axis] + 1);
  }
}

/** Restrict the slow pieces to what lies around the fast ones: when a front of the fastest ions has
 * gone a length L, one in the slow piece has gone L sqrt(D / D_max), for t = L^2 c_max / (2 mu c
 * V).
 */
static void slow_down(struct mesh_piece *pieces, size_t n, const struct electrodes *e) {
  double D_max = 0, length = 0, lo[2] = {INFINITY, INFINITY}, hi[2] = {-INFINITY, -INFINITY};
  for (size_t i = 0; i < n; i++)
    D_max = pieces[i].front ? fmax(D_max, pieces[i].diffusion) : D_max;
  for (size_t i = 0; i < n; i++) {
    const struct mesh_piece *p = &pieces[i];
    for (int axis = 0; axis < 2 && p->front && p->diffusion >= FAST * D_max; axis++) {
      length = fmax(length, p->front_hi[axis] - p->front_lo[axis]);
      lo[axis] = fmin(lo[axis], p->front_lo[axis]);
      hi[axis] = fmax(hi[axis], p->front_hi[axis]);
    }
  }
  for (size_t i = 0; i < n; i++)
    if (pieces[i].front && pieces[i].diffusion < FAST * D_max)
      bound(&pieces[i], e, lo, hi, length * sqrt(pieces[i].diffusion / D_max));
}

/**
 * Say of every piece where fronts can go in it.
 * pieces  in/out [n]
 * Errors  HD_MEMORY
 */
enum hd_status mesh_fronts(struct mesh_piece *pieces, size_t n, const struct shape *shape,
                           struct hd_error *err) {
  struct electrodes electrodes;
  bool line = shape_dimension(shape) == 1, single = shape->n_terminals < 2;
  TRY(list_electrodes(&electrodes, shape, err));
  for (size_t i = 0; i < n; i++) {
    struct mesh_piece *p = &pieces[i];
    p->front = p->smoothing > 0 && p->diffusion > 0;
    memcpy(p->front_lo, p->lo, sizeof p->lo);
    memcpy(p->front_hi, p->hi, sizeof p->hi);
    if (p->front && !line && !single)
      bound(p, &electrodes, p->lo, p->hi, 0);
  }
  if (!line && !single)
    slow_down(pieces, n, &electrodes);
  hd_free(&electrodes.rectangles);
  return HD_OK;
}
