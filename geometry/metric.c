#include "geometry/metric.h"

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
