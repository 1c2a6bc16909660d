/* The same slab in one, two and axisymmetric coordinates: decks diode, film and filament. */
#ifndef HALIDRIFT_TESTS_SLAB_H
#define HALIDRIFT_TESTS_SLAB_H

#include "tests/support/rig.h"

enum { SLABS = 3, COORDINATES = 3, SLAB_SETS = 16 };

/** A deck, a bias that drives it hard, and time steps of implicit Euler that show all it does: ten
 * equal ones in which the voltage rises, then growing ones. */
struct slab {
  const char *deck;
  double bias, first_step, growth;
  int steps;
  bool several; /* steady states at one voltage: which is found depends on the way */
};

extern const struct slab slabs[SLABS];

/** Open a slab in enum shape_coordinates; more: further sets, NULL-terminated, or NULL. The cross
 * section is that of a disc of radius 5 nm. */
void slab_open(struct rig *rig, int slab, int coordinates, const char *const *more);

/** The steady state of the line (coordinates 0) in a plane's columns. */
void slab_extrude(const struct rig *line, struct rig *plane);

/** A voltage that rises to the slab's bias and stays. */
void slab_rise(struct rig *rig, int slab);
/** Length of time step number `step` (from 0). */
double slab_step(int slab, int step);

#endif
