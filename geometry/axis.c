#include "geometry/axis.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include "solver/base/memory.h"

/* Between two stops the wanted spacing is
 *   h(x) = min(first + s x, last + s (L - x), h_max),   s = SLACK ln(growth),
 * and the points lie at equal steps of the count coordinate M(x) = integral_0^x dx' / h(x').
 * Since d ln h / d M = h'(x) is within +-s, neighbouring intervals differ by at most exp(s): the
 * grading rule holds inside a segment by construction. M(L) is rounded up to whole intervals;
 * what that does to the ratio across a stop is mended in settle(). */

/** Share of the allowed growth spent inside a segment; the rest is for rounding at stops. */
static const double SLACK = 0.95;
/** A count above a whole number by less than this is rounding noise, not one more interval. */
static const double COUNT_NOISE = 1e-6;
/** Rounds of settle(); each lowers an end spacing, a few are enough in practice. */
enum { MAX_ROUNDS = 200 };

/** Size function of one segment, and its inverse. */
struct sizing {
  double first, last, h_max, slope, length;
  double x1, x2; /* m: ends of the growing part and of the flat part */
  double m1, m2; /* counts at x1 and x2 */
  double total;  /* count of the whole segment */
  int intervals; /* whole intervals that it is divided into */
  bool exact;    /* equal intervals asked for */
};

/** Count of a ramp of length x that starts with spacing h. */
static double ramp_count(double h, double slope, double x) {
  return log1p(slope * x / h) / slope;
}

/** Length of a ramp that starts with spacing h and holds `count` intervals. */
static double ramp_length(double h, double slope, double count) {
  return h * expm1(slope * count) / slope;
}

static void sizing_update(struct sizing *z) {
  const double L = z->length, s = z->slope;
  if (z->exact) {
    z->total = z->intervals;
    return;
  }
  double flat = z->h_max;
  double x1 = fmax(0, (flat - z->first) / s), x2 = L - fmax(0, (flat - z->last) / s);
  if (x1 > x2) { /* the ramps meet below h_max */
    x1 = x2 = fmin(L, fmax(0, (z->last - z->first + s * L) / (2 * s)));
    flat = fmin(z->first + s * x1, z->last + s * (L - x1));
  }
  z->x1 = x1;
  z->x2 = x2;
  z->m1 = x1 > 0 ? ramp_count(z->first, s, x1) : 0;
  z->m2 = z->m1 + (x2 - x1) / flat;
  z->total = z->m2 + (x2 < L ? ramp_count(z->last, s, L - x2) : 0);
  z->intervals = (int)fmax(1, fmin(AXIS_MAX_POINTS, ceil(z->total - COUNT_NOISE)));
}

/** Position of the i-th point of the segment, 0 <= i <= intervals. */
static double sizing_point(const struct sizing *z, int i) {
  double fraction = (double)i / z->intervals, m = z->total * fraction;
  if (z->exact || z->intervals == 1)
    return z->length * fraction;
  if (m <= z->m1)
    return ramp_length(z->first, z->slope, m);
  if (m >= z->m2)
    return z->length - ramp_length(z->last, z->slope, z->total - m);
  return z->x1 + (z->x2 - z->x1) * (m - z->m1) / (z->m2 - z->m1);
}

static double first_interval(const struct sizing *z) {
  return sizing_point(z, 1);
}

static double last_interval(const struct sizing *z) {
  return z->length - sizing_point(z, z->intervals - 1);
}

/** Spacing that the side of a segment shows to its neighbour before any counting. */
static double offer(const struct sizing *z, double h_end) {
  return z->exact ? z->length / z->intervals : fmin(h_end, fmin(z->h_max, z->length));
}

/** Let small spacings spread: across stops unchanged, inside a segment growing by the slope. */
static void spread(struct sizing *z, size_t n) {
  for (size_t i = 0; i < n; i++) {
    if (i)
      z[i].first = fmin(z[i].first, offer(&z[i - 1], z[i - 1].last));
    z[i].last = fmin(z[i].last, z[i].first + z[i].slope * z[i].length);
  }
  for (size_t i = n; i-- > 0;) {
    if (i + 1 < n)
      z[i].last = fmin(z[i].last, offer(&z[i + 1], z[i + 1].first));
    z[i].first = fmin(z[i].first, z[i].last + z[i].slope * z[i].length);
  }
}

/** Lower the end spacing of `z` so that the interval there shrinks from `now` to `wanted`. */
static void shrink(struct sizing *z, double *h_end, double now, double wanted) {
  *h_end = fmin(*h_end, now) * fmin(0.999, wanted / now);
  z->first = fmin(z->first, z->last + z->slope * z->length);
  z->last = fmin(z->last, z->first + z->slope * z->length);
  sizing_update(z);
}

/** Whole intervals shrink a segment's spacings a little and leave jumps at the stops: lower the
 * end spacing on the coarse side until every ratio is within `growth`. */
static void settle(struct sizing *z, size_t n, double growth) {
  for (int round = 0; round < MAX_ROUNDS; round++) {
    bool changed = false;
    for (size_t i = 0; i + 1 < n; i++) {
      double left = last_interval(&z[i]), right = first_interval(&z[i + 1]);
      double limit = growth * (1 - COUNT_NOISE);
      if (left > limit * right && !z[i].exact) {
        shrink(&z[i], &z[i].last, left, limit * right);
        changed = true;
      } else if (right > limit * left && !z[i + 1].exact) {
        shrink(&z[i + 1], &z[i + 1].first, right, limit * left);
        changed = true;
      }
    }
    if (!changed)
      return;
  }
}

static enum hd_status check_segment(const struct axis_segment *segment, size_t i,
                                    struct hd_error *err) {
  if (!(segment->length > 0) || isinf(segment->length))
    return hd_fail(err, HD_INPUT, "segment %zu of the mesh: length %g m, must be > 0 and finite", i,
                   segment->length);
  double h = fmin(segment->h_first, fmin(segment->h_last, segment->h_max));
  if (segment->intervals <= 0 && !(h > 0))
    return hd_fail(err, HD_INPUT, "segment %zu of the mesh: spacing %g m, must be > 0", i, h);
  return HD_OK;
}

/** Put the points of all segments one behind the other. */
static enum hd_status collect(double **points, size_t *n_points, const struct sizing *z, size_t n,
                              struct hd_error *err) {
  double count = 1;
  for (size_t s = 0; s < n; s++)
    count += z[s].exact ? z[s].intervals : fmax(z[s].intervals, z[s].total);
  if (!(count <= AXIS_MAX_POINTS))
    return hd_fail(err, HD_INPUT,
                   "mesh: an axis would have %.3g points, at most %d are allowed: use larger "
                   "spacings",
                   count, AXIS_MAX_POINTS);
  TRY(hd_alloc(points, (size_t)count + 1, sizeof **points, err));
  double start = 0;
  size_t at = 0;
  for (size_t s = 0; s < n; s++) {
    for (int i = 0; i < z[s].intervals; i++)
      (*points)[at++] = start + sizing_point(&z[s], i);
    start += z[s].length;
  }
  (*points)[at++] = start;
  *n_points = at;
  return HD_OK;
}

/**
 * Divide a chain of segments into intervals.
 * points    out [n_points], m; (*points)[0] = 0; the caller frees with hd_free
 * segments  [n_segments] lengths and wanted spacings
 * growth    > 1: largest ratio of neighbouring intervals
 * The result depends on the arguments only. No interval is larger than the spacing asked for there.
 * Errors    HD_INPUT (length or spacing <= 0, growth <= 1, too many points), HD_MEMORY
 */
enum hd_status axis_build(double **points, size_t *n_points, const struct axis_segment *segments,
                          size_t n_segments, double growth, struct hd_error *err) {
  *points = NULL;
  *n_points = 0;
  if (!n_segments)
    return hd_fail(err, HD_INPUT, "mesh: an axis without length, must have at least one layer");
  if (!(growth > 1))
    return hd_fail(err, HD_INPUT, "mesh.growth: got %g, must be > 1", growth);
  for (size_t i = 0; i < n_segments; i++)
    TRY(check_segment(&segments[i], i, err));
  struct sizing *z;
  TRY(hd_alloc(&z, n_segments, sizeof *z, err));
  double slope = SLACK * log(fmin(growth, 10.0)); /* beyond 10 there is no grading to speak of */
  for (size_t i = 0; i < n_segments; i++) {
    const struct axis_segment *g = &segments[i];
    double h_max = fmin(g->h_max, DBL_MAX); /* no demand: one interval */
    z[i] = (struct sizing){.first = fmin(g->h_first, h_max),
                           .last = fmin(g->h_last, h_max),
                           .h_max = h_max,
                           .slope = slope,
                           .length = g->length,
                           .intervals = g->intervals > 0 ? g->intervals : 1,
                           .exact = g->intervals > 0};
  }
  spread(z, n_segments);
  for (size_t i = 0; i < n_segments; i++)
    sizing_update(&z[i]);
  settle(z, n_segments, growth);
  enum hd_status status = collect(points, n_points, z, n_segments, err);
  hd_free(&z);
  return status;
}
