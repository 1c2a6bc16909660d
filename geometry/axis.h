/* Graded point sets on a line: small intervals where something happens, smooth growth between. */
#ifndef HALIDRIFT_GEOMETRY_AXIS_H
#define HALIDRIFT_GEOMETRY_AXIS_H

#include <stddef.h>
#include "solver/base/error.h"

/** Largest number of points of an axis and of nodes of a mesh. */
enum { AXIS_MAX_POINTS = 50000000 };

/** A stretch between two points that the axis must have. */
struct axis_segment {
  double length;  /* m, > 0 */
  double h_first; /* m: spacing at its first point, from where it grows; INFINITY: no demand */
  double h_last;  /* m: spacing at its last point; INFINITY: no demand */
  double h_max;   /* m: largest spacing inside; INFINITY: no demand */
  int intervals;  /* > 0: exactly this many equal intervals; the spacings are ignored */
};

/** Points of a chain of segments that starts at coordinate 0. *points is owned by the caller.
 * Neighbouring intervals differ by at most the factor `growth`, equal intervals excepted. */
enum hd_status axis_build(double **points, size_t *n_points, const struct axis_segment *segments,
                          size_t n_segments, double growth, struct hd_error *err);

#endif
