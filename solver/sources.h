/* What the sources of a circuit do: waveforms of an experiment, values at its start, kinks. */
#ifndef HALIDRIFT_SOLVER_SOURCES_H
#define HALIDRIFT_SOLVER_SOURCES_H

#include "solver/system.h"

/** The input's own waveforms, with an experiment's drives in their place. */
void sources_drive(struct system *system, const struct experiment_spec *experiment);
/** Values of all sources at the beginning of an experiment, [n_elements] V or A. */
void sources_start(const struct system *system, double *values);
/** Hold the sources at (1 - s) from + s to. */
void sources_hold(struct system *system, const double *from, const double *to, double s);
/** The next kink of anything that changes in time (sources, switches, light), at most `end`. */
double sources_next_kink(const struct system *system, double t, double end);

#endif
