/* Measures of the tensor grid: the only place that tells 1D, planar and axisymmetric apart.
 * A point owns the half intervals around it; a dual interval [lo, hi] is one of them. */
#ifndef HALIDRIFT_GEOMETRY_METRIC_H
#define HALIDRIFT_GEOMETRY_METRIC_H

#include "geometry/shape.h"

struct metric {
  enum shape_coordinates coordinates;
  double factor; /* m^2 in 1D (area), m in 2D planar (depth), 2 pi in axisymmetric */
};

/** An interval along one axis, m; the second axis of a 1D grid is [0, 1] without unit. */
struct span {
  double lo, hi;
};

struct metric metric_of(const struct shape *shape);

/** Volume of the rectangle x times y, m^3. */
double metric_volume(const struct metric *metric, struct span x, struct span y);

/** Area of the face at position x (normal along x or r) over the span y, m^2. */
double metric_face_x(const struct metric *metric, double x, struct span y);

/** Area of the face normal to y (z) over the span x, m^2. */
double metric_face_y(const struct metric *metric, struct span x);

/** Area that a line of the plane stands for, m^2; 2D only. */
double metric_line(const struct metric *metric, const double a[2], const double b[2]);

/** Volume that a triangle of the plane stands for, m^3; 2D only. */
double metric_triangle(const struct metric *metric, const double a[2], const double b[2],
                       const double c[2]);

/** Radius (half-width in a plane) of a cross-section, m. */
double metric_radius(const struct metric *metric, double area);

#endif
