/* Ions of steady states: what Newton's method alone finds badly. */
#ifndef HALIDRIFT_SOLVER_STEADY_IONS_H
#define HALIDRIFT_SOLVER_STEADY_IONS_H

#include "solver/system.h"

/** Are the ions of a component put on their share by steady_settle_ions? */
bool steady_settles(const struct model *model, const struct ion_component *component,
                    enum system_mode mode, bool frozen);

/** Put all ions at rest on x = g(lambda - w) with the potentials of y; `levels`: find lambda anew,
 * too. rest[max n_nodes] is work space. */
void steady_settle_ions(struct system *system, enum system_mode mode, bool frozen, bool levels,
                        double *y, double *rest);

/** Multipliers of ions at rest from a state of any kind: the mean potential of the ions. A
 * transient uses the same unknowns for what came in. */
void steady_adopt_ions(struct system *system, bool frozen, double *y, double *rest);

/** First guess where electrodes exchange ions: the potential of neutral film in equilibrium with
 * them. */
void steady_start_ions(struct system *system, double *y, double *rest);

#endif
