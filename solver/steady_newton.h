/* Newton's method of steady states: one solve, and implicit Euler in pseudo-time. */
#ifndef HALIDRIFT_SOLVER_STEADY_NEWTON_H
#define HALIDRIFT_SOLVER_STEADY_NEWTON_H

#include "solver/steady.h"

/** Damped Newton of one mode from y; dt > 0: a step of pseudo-time from `old`. Returns the number
 * of iterations, or -1 with y unchanged. */
int steady_newton(struct steady *steady, enum system_mode mode, const double *old, double dt,
                  double *y);
/** The largest change of a Newton update, V (or relative, times V_T): as Newton's method wants it,
 * and the part of it that damping left undone. */
struct steady_change {
  double whole, left;
};

/** Apply -steady->delta to y, damped; ions at rest are put on their shares. */
struct steady_change steady_update(struct steady *steady, enum system_mode mode, double *y);
/** Is what is left after an update, `ratio` of the one before, below the tolerance? error: part of
 * the update that may be wrong; 0: it was found with new factors. */
bool steady_is_converged(const struct steady *steady, struct steady_change change, double ratio,
                         double error);
/** False: the updates are out of bounds, or not finite. */
bool steady_is_sane(struct steady_change change);
/** One over the unit in which the change of each unknown counts; 0: it does not. [n] out */
void steady_weights(const struct system *system, const double *y, double *weight);
/** Row of the largest residual in steady->F. */
int steady_worst_row(const struct steady *steady);
/** Implicit Euler with growing steps, then Newton on the steady equations; as above. */
int steady_pseudo_time(struct steady *steady, double *y);
/** HD_CONVERGENCE with what was not found and the place of the largest residual. */
enum hd_status steady_not_converged(const struct steady *steady, const char *what,
                                    struct hd_error *err);

#endif
