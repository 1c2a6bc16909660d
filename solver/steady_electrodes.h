/* Electrodes that hold ions at different potentials, on a path from a state at rest. */
#ifndef HALIDRIFT_SOLVER_STEADY_ELECTRODES_H
#define HALIDRIFT_SOLVER_STEADY_ELECTRODES_H

#include "solver/system.h"

/** Density (or share) of one ion that one piece of an electrode is in equilibrium with. */
struct electrode_ion {
  double *value;   /* borrowed: c_eq of a face, m^-3, or share of a held node */
  double unit;     /* value of the share 1 */
  double target;   /* what the input says */
  double level[2]; /* ln of the share (of the odds) at rest and of the target */
  const struct model *model;
  int species;
};

struct electrodes {
  size_t count;               /* 0: no ion is exchanged by more than one terminal */
  struct electrode_ion *ions; /* [count] owned */
};

/** Collect the electrodes of a system with their levels in the state at rest y. */
enum hd_status electrodes_create(struct electrodes *electrodes, struct system *system,
                                 const double *y, struct hd_error *err);
/** Set all of them between the state at rest (s = 0) and the input (s = 1, exactly). */
void electrodes_set(const struct electrodes *electrodes, double s);
void electrodes_free(struct electrodes *electrodes);

#endif
