#include "solver/kink.h"

#include <math.h>

/** A source that begins this close to the present state does not jump, V. */
static const double JUMP_MIN_V = 1e-12;
/** Time over which the slope of a waveform behind a kink is read, as a fraction of the stretch. */
static const double SLOPE_FRACTION = 1e-3;

/** Slope of a source just behind the present time. */
static double source_slope(const struct element *element, double t, double stop) {
  double span = SLOPE_FRACTION * (stop - t);
  return (waveform_value(&element->waveform, t + span) - waveform_value(&element->waveform, t)) /
         span;
}

/** Move net `net` by `amount` in `values` (the state or its rates) at frozen densities: psi follows
 * the test functions, and the levels of the carriers follow psi. */
static void move_net(const struct system *system, int net, double amount, double *values) {
  values[system_net_dof(system, net)] += amount;
  for (size_t i = 0; i < system->n_instances; i++) {
    const struct system_instance *instance = &system->instances[i];
    const struct device *device = instance->device;
    for (int U = 0; U < device->n_terminals; U++)
      for (int k = 0; k < device->n_nodes && instance->spec->net[U] == net; k++) {
        double step = amount * device->weight[U * device->n_nodes + k];
        const int *dof = &instance->dof[k * device->n_unknowns];
        values[dof[0]] += step;
        for (int s = 0; s < device->model.n_species; s++)
          if (device->model.carrier[s] && dof[1 + s] < system->n)
            values[dof[1 + s]] += step;
      }
  }
}

/** The displacement currents of a jump of a net's slope. */
static void move_currents(const struct system *system, int net, double jump, double *y) {
  for (size_t i = 0; i < system->n_instances; i++) {
    const struct system_instance *instance = &system->instances[i];
    int terminals = instance->device->n_terminals;
    for (int U = 0; U < terminals; U++)
      for (int T = 0; T < terminals && instance->spec->net[U] == net; T++)
        y[instance->current_base + T] += instance->device->capacitance[T * terminals + U] * jump;
  }
}

/** The net that a grounded voltage source drives and the sign with which it does; 0: none. */
static int driven_net(const struct element *element, double *sign) {
  *sign = element->net[1] == 0 ? 1.0 : -1.0;
  if (element->kind != ELEMENT_VOLTAGE_SOURCE || (element->net[0] != 0) == (element->net[1] != 0))
    return 0;
  return element->net[1] == 0 ? element->net[0] : element->net[1];
}

/** A source that begins at another value than the state has moves at once: densities stay. */
void kink_jump_values(const struct system *system, double *y) {
  double sign;
  for (size_t e = 0; e < system->run->circuit.n_elements; e++) {
    const struct element *element = &system->elements[e];
    int net = driven_net(element, &sign);
    if (net == 0)
      continue;
    double jump = sign * waveform_value(&element->waveform, 0.0) - system_net(system, y, net);
    if (fabs(jump) > JUMP_MIN_V)
      move_net(system, net, jump, y);
  }
}

/**
 * Where the slope of a source jumps, all densities and their rates stay: exact for the continuous
 * equations, since div(eps grad dpsi/dt) = -drho/dt on both sides of the kink.
 * t, stop  s: the stretch that begins
 * slope    [n_elements] in: slopes of the stretch that ends, out: of the one that begins
 * y, yp    [n] state and rates: currents and rates of potentials and levels are moved
 */
void kink_jump_slopes(const struct system *system, double t, double stop, double *slope, double *y,
                      double *yp) {
  double sign;
  for (size_t e = 0; e < system->run->circuit.n_elements; e++) {
    const struct element *element = &system->elements[e];
    int net = driven_net(element, &sign);
    if (net == 0)
      continue;
    double now = source_slope(element, t, stop), jump = now - slope[e];
    slope[e] = now;
    if (jump == 0.0)
      continue;
    move_net(system, net, sign * jump, yp);
    move_currents(system, net, sign * jump, y);
  }
}

/** Rate at which no density moves: far above any dielectric relaxation, 1/s. */
static const double RATE_FROZEN = 1e30;

/**
 * Bring the potentials in line with the densities before a restart. Newton left them off by a part
 * of the tolerance; the first step behind the restart would take that back at once, and since the
 * levels follow the potentials at constant density the error test would fail at every step size.
 * One Newton step at frozen densities does it, as the equations are linear in what is left.
 * Currents keep their values: through a capacitance this rate would make amperes of the rounding of
 * a source's voltage.
 * F  work space [n + 1]
 */
void kink_align(struct system *system, bool frozen, double t, double *y, const double *yp,
                double *F) {
  struct system_plan *plan;
  struct system_point point = {
      .mode = SYSTEM_TRANSIENT, .frozen = frozen, .t = t, .y = y, .yp = yp, .cj = RATE_FROZEN};
  if (system_plan(system, SYSTEM_TRANSIENT, frozen, &plan, NULL) != HD_OK ||
      system_jacobian(system, &point, F) || linear_factor(plan->linear) ||
      linear_solve(plan->linear, F))
    return; /* the integrator will say why */
  for (size_t i = 0; i < system->n_instances; i++)
    for (int T = 0; T < system->instances[i].device->n_terminals; T++)
      F[system->instances[i].current_base + T] = 0.0;
  for (int g = 0; g < system->branch_base; g++)
    y[g] -= F[g];
}
