/* Newton's method of steady states: one solve, and implicit Euler in pseudo-time. */
#ifndef HALIDRIFT_SOLVER_STEADY_NEWTON_H
#define HALIDRIFT_SOLVER_STEADY_NEWTON_H

#include "solver/steady.h"

/** Damped Newton of one mode from y; dt > 0: a step of pseudo-time from `old`. Returns the number
 * of iterations, or -1 with y unchanged. */
int steady_newton(struct steady *steady, enum system_mode mode, const double *old, double dt,
                  double *y);
/** Implicit Euler with growing steps, then Newton on the steady equations; as above. */
int steady_pseudo_time(struct steady *steady, double *y);
/** HD_CONVERGENCE with what was not found and the place of the largest residual. */
enum hd_status steady_not_converged(const struct steady *steady, const char *what,
                                    struct hd_error *err);

#endif
