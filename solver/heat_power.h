/* The book of heat of a device: what is generated, stored and lost. */
#ifndef HALIDRIFT_SOLVER_HEAT_POWER_H
#define HALIDRIFT_SOLVER_HEAT_POWER_H

#include "solver/system.h"

/** generated = stored + lost up to what the equations are off by, W. */
struct heat_power {
  double generated; /* Joule heat of all species, recombination, contacts, tunnelling */
  double stored;    /* heat capacity times dT/dt */
  double lost;      /* through sinks, contacts and sides */
};

/** Powers of one instance at a state; zero without heat. work  [n + 1] scratch. */
struct heat_power heat_power(struct system *system, int instance, const struct system_point *point,
                             double *work);

#endif
