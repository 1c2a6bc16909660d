#include "geometry/metric.h"

#include <math.h>
#include <stdbool.h>

static const double TWO_PI = 6.283185307179586476925286766559;

/** The measure of a shape: its factor in front of lengths along the axes. */
struct metric metric_of(const struct shape *shape) {
  struct metric metric = {.coordinates = shape->coordinates};
  switch (shape->coordinates) {
  case SHAPE_1D:
    metric.factor = shape->area;
    break;
  case SHAPE_PLANAR:
    metric.factor = shape->depth;
    break;
  case SHAPE_AXISYMMETRIC:
    metric.factor = TWO_PI;
    break;
  }
  return metric;
}

static bool is_round(const struct metric *metric) {
  return metric->coordinates == SHAPE_AXISYMMETRIC;
}

/** integral of dx, or of r dr, over the span; exact, also next to the axis. */
static double across(const struct metric *metric, struct span x) {
  double width = x.hi - x.lo;
  return is_round(metric) ? 0.5 * (x.hi + x.lo) * width : width;
}

/**
 * Volume of a rectangle of the x-y (r-z) plane.
 *   1D: area (x2 - x1); planar: depth (x2 - x1)(y2 - y1); axisymmetric: pi (r2^2 - r1^2)(z2 - z1)
 */
double metric_volume(const struct metric *metric, struct span x, struct span y) {
  return metric->factor * across(metric, x) * (y.hi - y.lo);
}

/**
 * Area of a face normal to x (r).
 *   1D: area; planar: depth (y2 - y1); axisymmetric: 2 pi r (z2 - z1)
 */
double metric_face_x(const struct metric *metric, double x, struct span y) {
  return metric->factor * (is_round(metric) ? x : 1) * (y.hi - y.lo);
}

/**
 * Area of a face normal to y (z); 2D only.
 *   planar: depth (x2 - x1); axisymmetric: pi (r2^2 - r1^2)
 */
double metric_face_y(const struct metric *metric, struct span x) {
  return metric->factor * across(metric, x);
}

/** Area of what a line in the x-y (r-z) plane sweeps. 2D only.
 *   planar: depth length; axisymmetric: pi (r_a + r_b) length, a frustum of a cone
 */
double metric_line(const struct metric *metric, const double a[2], const double b[2]) {
  double length = hypot(b[0] - a[0], b[1] - a[1]);
  return metric->factor * (is_round(metric) ? 0.5 * (a[0] + b[0]) : 1) * length;
}

/** Volume of what a triangle of the x-y (r-z) plane sweeps: times depth, or 2 pi r of its centroid
 * (Guldin). 2D only. */
double metric_triangle(const struct metric *metric, const double a[2], const double b[2],
                       const double c[2]) {
  double twice = (b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1]);
  return metric->factor * (is_round(metric) ? (a[0] + b[0] + c[0]) / 3 : 1) * 0.5 * fabs(twice);
}

/** Radius of a cross-section of this area.
 *   1D, axisymmetric: sqrt(area / pi), of the disc; planar: half the width
 */
double metric_radius(const struct metric *metric, double area) {
  if (metric->coordinates == SHAPE_PLANAR)
    return 0.5 * area / metric->factor;
  return sqrt(2 * area / TWO_PI);
}
