#include "solver/heat_power.h"

#include <string.h>
#include "solver/assemble.h"

/**
 * The heat balances of all nodes, those of sinks included, by the laws of the assembly. In their
 * sum conduction cancels in pairs and what is left is the heat that is generated; what arrives at a
 * sink, or is generated there, is lost.
 * point  y, yp (NULL: steady), t, mode (steady or transient) and frozen of the state
 */
struct heat_power heat_power(struct system *system, int instance, const struct system_point *point,
                             double *work) {
  struct heat_power power = {0.0, 0.0, 0.0};
  struct system_plan plan = {.row = system->identity};
  struct pass p = {.system = system, .point = point, .plan = &plan, .F = work};
  assemble_set_instance(&p, (size_t)instance);
  if (p.model->heat < 0)
    return power;
  memset(work, 0, ((size_t)system->n + 1) * sizeof *work);
  assemble_balances(&p);
  int nodes = device_is_lumped(p.device) ? 1 : p.device->n_nodes;
  for (int k = 0; k < nodes; k++) {
    int at = k * p.n_unknowns + p.model->heat;
    double row = work[heat_dof(&p, k)];
    power.generated -= row;
    if (p.device->sink[k]) {
      power.lost -= row;
      continue;
    }
    power.lost += p.device->heat_loss[k] * (p.instance->u[at] - p.model->T);
    power.stored += p.device->heat_storage[k] * p.instance->up[at];
  }
  return power;
}
