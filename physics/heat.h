/* Lattice heat: how a device is heated and cooled, and the laws of the temperature. */
#ifndef HALIDRIFT_PHYSICS_HEAT_H
#define HALIDRIFT_PHYSICS_HEAT_H

#include <math.h>
#include <stddef.h>
#include "solver/base/error.h"
#include "solver/base/param.h"

/** NONE: the run's temperature everywhere. LATTICE: one temperature per node. LUMPED: one for the
 * whole device. */
enum heat_kind { HEAT_NONE, HEAT_LATTICE, HEAT_LUMPED };

struct heat {
  int kind;
  double resistance; /* K/W between the device and its surroundings, lumped */
  double capacity;   /* J/K, lumped; missing: rho c_p of its volume */
  double sideways;   /* W/(m^3 K): lost per volume in directions that the mesh does not have */
};

extern const struct param heat_params[];
extern const size_t heat_params_count;

/** Keys that each kind reads besides `model`. */
const char *heat_keys(int kind);

/** Check the values that depend on each other; `place` stands before the sentence. */
enum hd_status heat_check(const struct heat *heat, const char *place, struct hd_error *err);

/** Power of the temperature in the densities of states of parabolic bands, N ~ T^(3/2). */
static const double heat_band_power = 1.5;

#endif
