/* One point of a curve of steady states: the metric of the arc length, tangent, and Newton. */
#ifndef HALIDRIFT_SOLVER_CONTINUATION_NEWTON_H
#define HALIDRIFT_SOLVER_CONTINUATION_NEWTON_H

#include "solver/continuation.h"

/** The metric of the arc length at a state, in curve->weight. */
void curve_fill_metric(struct continuation *curve, const double *y);
/** Product of two directions (dy, dp) in that metric. */
double curve_product(const struct continuation *curve, const double *a, double a_p, const double *b,
                     double b_p);

/** Bring the system to a value of the parameter. */
enum hd_status curve_set(struct continuation *curve, double p, struct hd_error *err);

/** by_p = dF/dp at a point; the system is left at its value. */
enum hd_status curve_differentiate(struct continuation *curve, const struct curve_point *point,
                                   struct hd_error *err);

/** Tangent of a converged point, ahead along that of `reference`; exact: of its own matrix. */
enum hd_status curve_tangent(struct continuation *curve, struct curve_point *point,
                             const struct curve_point *reference, bool exact, struct hd_error *err);

/** The point at arc length ds behind `last`, with its tangent, in `next`, which holds where Newton
 * begins. False: not found. */
bool curve_find(struct continuation *curve, double ds, bool exact, struct hd_error *err);

/** The same with the value p of the prediction, wherever that is on the curve. */
bool curve_find_at(struct continuation *curve, double p, double ds, struct hd_error *err);

#endif
