/* Inside of waveform.c: shapes that repeat and random arrivals. */
#ifndef HALIDRIFT_PHYSICS_WAVEFORM_POINTS_H
#define HALIDRIFT_PHYSICS_WAVEFORM_POINTS_H

#include "physics/waveform.h"

/** Height 0 to 1 of a trapezoid at time tau after its start. */
double waveform_trapezoid(double tau, double rise, double width, double fall);

/** Number of Poisson arrivals until t. */
int waveform_poisson_index(const struct waveform *waveform, double t);

#endif
