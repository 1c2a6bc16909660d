#include "solver/steady_ions.h"

#include <math.h>
#include <string.h>
#include "solver/base/memory.h"

/** Rounds of the bisection for a multiplier: beyond them its interval is one rounding wide. */
enum { BISECTIONS = 60 };

/* ---- ions at rest ---- */

/** One component of ions that have one potential lambda. */
struct ions_at_rest {
  const struct system_instance *instance;
  const struct model *model;
  int component, s;
  const double *rest; /* [n_nodes] w of each node */
};

/** Potential of a share without w. */
static double level(const struct model *model, int s, double x) {
  return model_is_limited(model, s) ? log(x) - log1p(-x) : log(x);
}

/** Do the ions of this component pass at a face? */
static bool is_own_face(const struct ions_at_rest *ions, const struct contact_face *face) {
  const struct device *device = ions->instance->device;
  return face->species == ions->s &&
         device->component[face->node * device->model.n_species + ions->s] == ions->component;
}

/** What must vanish and rises with lambda: number of ions minus the fixed one, or the shares at the
 * electrodes minus the electrodes' own. */
static double imbalance(const struct ions_at_rest *ions, double lambda) {
  const struct device *device = ions->instance->device;
  const struct ion_component *component = &device->components[ions->component];
  double sum = 0.0, slope;
  if (component->n_exchange > 0) {
    for (size_t f = 0; f < device->n_faces; f++) {
      const struct contact_face *face = &device->faces[f];
      if (is_own_face(ions, face))
        sum += model_share(ions->model, ions->s, lambda - ions->rest[face->node], &slope) -
               face->c_eq / ions->model->c_unit[ions->s];
    }
    return sum;
  }
  for (int k = 0; k < device->n_nodes; k++) {
    int at = k * device->model.n_species + ions->s;
    if (device->component[at] == ions->component)
      sum += device->species_volume[at] *
             model_share(ions->model, ions->s, lambda - ions->rest[k], &slope);
  }
  return sum - ions->instance->ion_total[ions->component] / ions->model->c_unit[ions->s];
}

/** Interval of lambda outside which the imbalance has one sign; empty when a contact holds them. */
static void bracket(const struct ions_at_rest *ions, double *low, double *high) {
  const struct device *device = ions->instance->device;
  const struct ion_component *component = &device->components[ions->component];
  double c_unit = ions->model->c_unit[ions->s];
  double mean = ions->instance->ion_total[ions->component] / (c_unit * component->capacity);
  *low = INFINITY, *high = -INFINITY;
  for (int k = 0; k < device->n_nodes && component->n_exchange == 0; k++)
    if (device->component[k * device->model.n_species + ions->s] == ions->component) {
      *low = fmin(*low, level(ions->model, ions->s, mean) + ions->rest[k]);
      *high = fmax(*high, level(ions->model, ions->s, mean) + ions->rest[k]);
    }
  for (size_t f = 0; f < device->n_faces && component->n_exchange > 0; f++)
    if (is_own_face(ions, &device->faces[f])) {
      double own = level(ions->model, ions->s, device->faces[f].c_eq / c_unit) +
                   ions->rest[device->faces[f].node];
      *low = fmin(*low, own);
      *high = fmax(*high, own);
    }
}

/** The lambda at which the imbalance vanishes. */
static double find_level(const struct ions_at_rest *ions, double old) {
  const struct device *device = ions->instance->device;
  if (device->components[ions->component].dirichlet) {
    double sum = 0.0, count = 0.0;
    for (int k = 0; k < device->n_nodes; k++) {
      int at = k * device->model.n_species + ions->s;
      if (!device->held[at] || device->component[at] != ions->component)
        continue;
      sum += level(ions->model, ions->s, device->held_value[at]) + ions->rest[k];
      count += 1.0;
    }
    return count > 0.0 ? sum / count : old;
  }
  double low, high;
  bracket(ions, &low, &high);
  if (!(low <= high && isfinite(low) && isfinite(high)))
    return old;
  for (int i = 0; i < BISECTIONS && low < high; i++) {
    double middle = 0.5 * (low + high);
    if (imbalance(ions, middle) > 0.0)
      high = middle;
    else
      low = middle;
  }
  return 0.5 * (low + high);
}

static void settle_component(const struct ions_at_rest *ions, bool levels, int n, double *y) {
  const struct system_instance *instance = ions->instance;
  const struct device *device = instance->device;
  int lambda = instance->lambda_base + ions->component;
  if (levels)
    y[lambda] = find_level(ions, y[lambda]);
  for (int k = 0; k < device->n_nodes; k++) {
    int at = k * device->model.n_species + ions->s;
    int g = instance->dof[k * device->n_unknowns + 1 + ions->s];
    double slope;
    if (device->component[at] == ions->component && g < n)
      y[g] = device->held[at]
                 ? device->held_value[at]
                 : model_share(ions->model, ions->s, y[lambda] - ions->rest[k], &slope);
  }
}

/** Ions at rest whose w is the potential alone: with attraction to other species the energy is not
 * convex, and shares that jump to their place make Newton's method cycle between phases. */
bool steady_settles(const struct model *model, const struct ion_component *component,
                    enum system_mode mode, bool frozen) {
  return model_is_ideal(model, component->species) && system_ions_rest(component, mode, frozen);
}

/** One component at the gathered state; w of its species at every node goes into rest. */
static struct ions_at_rest ions_of(const struct system_instance *instance, int component,
                                   double *rest) {
  const struct device *device = instance->device;
  const struct model *model = &device->model;
  int s = device->components[component].species;
  for (int k = 0; k < device->n_nodes; k++)
    rest[k] = model_rest(model, s, &instance->u[k * device->n_unknowns],
                         &instance->state[device->mesh->first_part[k] * (size_t)model->n_species]);
  return (struct ions_at_rest){
      .instance = instance, .model = model, .component = component, .s = s, .rest = rest};
}

/**
 * Ions at rest follow from the potentials alone. To put them there after each Newton update makes
 * it the Newton method of the Poisson-Boltzmann (or Bikerman) equation, which is the minimum of a
 * convex function: it converges from far away, with layers that are full or empty by any factor.
 * levels  find the multipliers from the numbers of ions (or the electrodes) instead of taking y's:
 *         for the steps far from the solution
 */
void steady_settle_ions(struct system *system, enum system_mode mode, bool frozen, bool levels,
                        double *y, double *rest) {
  system_gather(system, y, NULL, 0.0);
  for (size_t i = 0; i < system->n_instances; i++) {
    const struct system_instance *instance = &system->instances[i];
    const struct device *device = instance->device;
    for (size_t c = 0; c < device->n_components; c++) {
      if (!steady_settles(&device->model, &device->components[c], mode, frozen))
        continue;
      struct ions_at_rest ions = ions_of(instance, (int)c, rest);
      settle_component(&ions, levels, system->n, y);
    }
  }
}

/** Mean of ln(share) + w over the ions of one component. */
static double mean_level(const struct ions_at_rest *ions, const double *y, int n) {
  const struct device *device = ions->instance->device;
  double sum = 0.0, count = 0.0;
  for (int k = 0; k < device->n_nodes; k++) {
    int at = k * device->model.n_species + ions->s;
    int g = ions->instance->dof[k * device->n_unknowns + 1 + ions->s];
    if (device->component[at] != ions->component || g == n)
      continue;
    double x = y[g], weight = device->species_volume[at] * x;
    if (!(x > 0.0) || (model_is_limited(ions->model, ions->s) && !(x < 1.0)))
      continue;
    sum += weight * (level(ions->model, ions->s, x) + ions->rest[k]);
    count += weight;
  }
  return count > 0.0 ? sum / count : 0.0;
}

/**
 * Begin a steady solve from a state that a transient left: its multipliers counted ions.
 * y  in: a state of any kind; out: with multipliers that fit it
 */
void steady_adopt_ions(struct system *system, bool frozen, double *y, double *rest) {
  system_gather(system, y, NULL, 0.0);
  for (size_t i = 0; i < system->n_instances; i++) {
    const struct system_instance *instance = &system->instances[i];
    const struct device *device = instance->device;
    for (size_t c = 0; c < device->n_components; c++) {
      struct ions_at_rest ions = ions_of(instance, (int)c, rest);
      y[instance->lambda_base + (int)c] =
          system_ions_rest(&device->components[c], SYSTEM_STEADY, frozen)
              ? mean_level(&ions, y, system->n)
              : 0.0;
    }
  }
}

/** Half width of the bracket in which neutral potentials are looked for, V. */
static const double NEUTRAL_BRACKET_V = 50.0;

/** Net charge density over q of a node part at potential psi, with flat levels; u is changed. */
static double charge_at(const struct system_instance *instance, const double *y, int node,
                        double psi, double *u) {
  const struct device *device = instance->device;
  const struct model *model = &device->model;
  int part = device_lead_part(device, node);
  struct species_state state[MODEL_SPECIES];
  double sum = device->fixed_charge[part], slope;
  u[0] = psi;
  for (int s = 0; s < model->n_species; s++) {
    int c = device->component[node * model->n_species + s];
    if (c >= 0 && device->components[c].n_exchange > 0)
      u[1 + s] = model_share(model, s,
                             y[instance->lambda_base + c] - model_rest(model, s, u, state), &slope);
    else if (!model->carrier[s])
      u[1 + s] = device->initial_x[node * model->n_species + s];
  }
  model_state(model, device->mesh->node_parts[part].region, u, state);
  for (int s = 0; s < model->n_species; s++)
    sum += model->charge[s] * state[s].c;
  return sum;
}

static double neutral_potential(const struct system_instance *instance, const double *y, int node) {
  double u[MODEL_UNKNOWNS], low = -NEUTRAL_BRACKET_V, high = NEUTRAL_BRACKET_V;
  int unknowns = instance->device->n_unknowns;
  memcpy(u, &instance->u[node * unknowns], (size_t)unknowns * sizeof *u);
  for (int i = 0; i < BISECTIONS; i++) {
    double middle = 0.5 * (low + high);
    if (charge_at(instance, y, node, middle, u) > 0.0)
      low = middle;
    else
      high = middle;
  }
  return 0.5 * (low + high);
}

/**
 * An electrode sets the potential of the ions it exchanges, and a film that takes up ions without
 * bound may be far from its initial profile: begin with the potential at which it is neutral.
 * Damped updates build the layers at the contacts from there; from a straight line between the
 * contacts the ions would overflow.
 * y  in: the guess of system_guess; out: with neutral potentials and ions where there is exchange
 */
void steady_start_ions(struct system *system, double *y, double *rest) {
  steady_settle_ions(system, SYSTEM_EQUILIBRIUM, false, true, y, rest);
  for (size_t i = 0; i < system->n_instances; i++) {
    const struct system_instance *instance = &system->instances[i];
    const struct device *device = instance->device;
    for (int k = 0; k < device->n_nodes; k++) {
      bool exchanged = false;
      for (int s = 0; s < device->model.n_species; s++) {
        int c = device->component[k * device->model.n_species + s];
        exchanged |=
            c >= 0 && device->components[c].n_exchange > 0 &&
            steady_settles(&device->model, &device->components[c], SYSTEM_EQUILIBRIUM, false);
      }
      if (exchanged && device->terminal_of[k] < 0)
        y[instance->dof[k * device->n_unknowns]] = neutral_potential(instance, y, k);
    }
  }
}
