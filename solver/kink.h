/* What a jump of a source, or of its slope, does to a state: densities and their rates stay. */
#ifndef HALIDRIFT_SOLVER_KINK_H
#define HALIDRIFT_SOLVER_KINK_H

#include "solver/system.h"

/** Bring a state to the values that the sources have at t = 0. */
void kink_jump_values(const struct system *system, double *y);
/** Bring the potentials of a state in line with its densities; F[n + 1] is work space. */
void kink_align(struct system *system, bool frozen, double t, double *y, const double *yp,
                double *F);
/** Bring the rates of a state to the slopes that the sources have behind a kink. */
void kink_jump_slopes(const struct system *system, double t, double stop, double *slope, double *y,
                      double *yp);

#endif
