#include "solver/assemble.h"

#include <math.h>

/** Do the ions of a component carry no current in this mode? */
bool system_ions_still(const struct ion_component *component, enum system_mode mode, bool frozen) {
  return !frozen && mode != SYSTEM_TRANSIENT &&
         (component->n_exchange <= 1 || mode == SYSTEM_EQUILIBRIUM);
}

/** Do they have one potential lambda everywhere (zero flux)? Not where the temperature differs from
 * place to place: zero divergence is then all that a steady state asks of them. */
bool system_ions_rest(const struct ion_component *component, enum system_mode mode, bool frozen) {
  return system_ions_still(component, mode, frozen) &&
         !(component->thermal && mode == SYSTEM_STEADY);
}

static bool rests(const struct pass *p, const struct ion_component *component) {
  return system_ions_rest(component, p->point->mode, p->point->frozen);
}

/** Partials of mu by this node's unknowns: by_a is that of ln(x / f) + w by a. */
static void potential_partials(const struct pass *p, int node, int s,
                               const struct species_state *state, double by_a, double *values) {
  const struct model *model = p->model;
  double cold = model_cold(model, &p->instance->u[node * p->n_unknowns]);
  for (int j = 0; j < p->n_unknowns; j++) {
    values[j] = by_a * model->A[s][j] + cold * model->B[s][j];
    for (int t = 0; model->has_local && t < p->n_species; t++)
      values[j] -= cold * model->local[s][t] * state[t].d_c * state[t].scale / model->c_unit[t] *
                   model->A[t][j];
  }
  if (model->heat < 0)
    return;
  values[model->heat] = state[s].v_T;
  for (int t = 0; model->has_local && t < p->n_species; t++)
    values[model->heat] -= cold * model->local[s][t] * state[t].c_T / model->c_unit[t];
}

/** Row of an ion at rest: x - g(lambda - w) = 0. The equivalent mu - lambda = 0 would lose 1 - x
 * where the lattice is full. */
static void add_share(const struct pass *p, int row, int node, int s, int lambda) {
  const struct species_state *state = part_state(p, device_open_part(p->device, node, s));
  const double *u = &p->instance->u[node * p->n_unknowns];
  double slope, rest = model_rest(p->model, s, u, state);
  double share = model_share(p->model, s, p->point->y[lambda] - rest, &slope);
  set_row(p, row, row, u[1 + s] - share);
  if (!p->stamp)
    return;
  double values[MODEL_UNKNOWNS];
  potential_partials(p, node, s, state, 0.0, values);
  add_row(p, row, node, p->model->couples[s], slope, values);
  stamp_add(p->stamp, row, lambda, -slope);
}

/** Row of a multiplier whose ions a contact holds: mu - lambda = 0 there. */
static void add_potential(const struct pass *p, int row, int node, int s, int lambda) {
  size_t part = device_open_part(p->device, node, s);
  double d_a;
  double mu = model_potential(p->model, p->device->mesh->node_parts[part].region, s,
                              part_state(p, part), &d_a);
  p->F[row] += mu - p->point->y[lambda];
  if (!p->stamp)
    return;
  double values[MODEL_UNKNOWNS];
  potential_partials(p, node, s, part_state(p, part), d_a, values);
  add_row(p, row, node, p->model->couples[s], 1.0, values);
  stamp_add(p->stamp, row, lambda, -1.0);
}

/** Rows of ions that stay, are held by a contact, or have zero flux; rows of absent balances. */
void assemble_ion_rows(const struct pass *p) {
  for (int k = 0; k < p->device->n_nodes; k++)
    for (int s = 0; s < p->n_species; s++) {
      int row = dof(p, k, 1 + s), at = k * p->n_species + s;
      if (row == p->system->n)
        continue;
      double u = p->instance->u[k * p->n_unknowns + 1 + s];
      if (p->model->carrier[s]) {
        if (p->point->mode == SYSTEM_EQUILIBRIUM)
          set_row(p, row, row, u);
        continue;
      }
      int component = p->device->component[at];
      if (p->point->frozen)
        set_row(p, row, row, u - p->system->frozen[row]);
      else if (p->device->held[at])
        set_row(p, row, row, u - p->device->held_value[at]);
      else if (!rests(p, &p->device->components[component]))
        continue;
      else if (model_is_ideal(p->model, s))
        add_share(p, row, k, s, p->instance->lambda_base + component);
      else
        add_potential(p, row, k, s, p->instance->lambda_base + component);
    }
}

/** Number of ions fixed: (sum V c - N) / (c_unit V) = 0. */
static void add_number(const struct pass *p, int component, int row) {
  const struct ion_component *ions = &p->device->components[component];
  int s = ions->species;
  double per_site = 1.0 / (p->model->c_unit[s] * ions->capacity);
  p->F[row] -= p->instance->ion_total[component] * per_site;
  for (int k = 0; k < p->device->n_nodes; k++) {
    int at = k * p->n_species + s;
    if (p->device->component[at] != component)
      continue;
    double V = p->device->species_volume[at] / ions->capacity;
    p->F[row] += V * p->instance->u[k * p->n_unknowns + 1 + s];
    if (p->stamp)
      stamp_add(p->stamp, row, dof(p, k, 1 + s), V);
  }
}

/** Steady, temperature gradients: the balances of ions that no contact exchanges sum to zero by
 * themselves. The number takes the place of the sum; the multiplier is a source that comes out as
 * zero. */
static void add_source(const struct pass *p, int component, int lambda) {
  int s = p->device->components[component].species;
  for (int k = 0; k < p->device->n_nodes; k++) {
    int at = k * p->n_species + s, row = balance_row(p, k, 1 + s);
    if (p->device->component[at] != component)
      continue;
    double V = p->model->c_unit[s] * p->device->species_volume[at];
    p->F[row] += V * p->point->y[lambda];
    if (p->stamp)
      stamp_add(p->stamp, row, lambda, V);
  }
}

/** Transient: the multiplier counts the ions that came in through contacts, over capacity:
 * dN_in/dt + sum of area j = 0. The ions' balances minus this row hold only time derivatives, so
 * every Newton step keeps number minus inflow to rounding. */
static void add_inflow(const struct pass *p, int component, int row) {
  const struct ion_component *ions = &p->device->components[component];
  double per_site = 1.0 / (p->model->c_unit[ions->species] * ions->capacity);
  p->F[row] += p->point->yp ? p->point->yp[row] : 0.0;
  if (p->stamp)
    stamp_add(p->stamp, row, row, p->point->cj);
  for (size_t f = 0; f < p->device->n_faces; f++) {
    const struct contact_face *face = &p->device->faces[f];
    if (face->species == ions->species &&
        p->device->component[face->node * p->n_species + face->species] == component)
      assemble_face(p, face, row, per_site * face->area);
  }
}

/** Ions at rest that a contact exchanges have the contact's share there, whatever the law: every
 * law is zero at c_eq. sum (x - x_eq) = 0 */
static void add_reservoirs(const struct pass *p, int component, int row) {
  int s = p->device->components[component].species;
  for (size_t f = 0; f < p->device->n_faces; f++) {
    const struct contact_face *face = &p->device->faces[f];
    if (face->species != s || p->device->component[face->node * p->n_species + s] != component)
      continue;
    double x = p->instance->u[face->node * p->n_unknowns + 1 + s];
    set_row(p, row, dof(p, face->node, 1 + s), x - face->c_eq / p->model->c_unit[s]);
  }
}

/** The rows of the multipliers: what fixes the number of ions when their flux is zero. */
void assemble_multipliers(const struct pass *p) {
  for (size_t i = 0; i < p->device->n_components; i++) {
    const struct ion_component *ions = &p->device->components[i];
    int row = p->instance->lambda_base + (int)i, s = ions->species;
    if (p->point->mode == SYSTEM_TRANSIENT) {
      add_inflow(p, (int)i, row);
    } else if (!rests(p, ions) && system_ions_still(ions, p->point->mode, p->point->frozen) &&
               ions->n_exchange == 0) {
      add_number(p, (int)i, row);
      add_source(p, (int)i, row);
    } else if (!rests(p, ions)) {
      set_row(p, row, row, p->point->y[row]);
    } else if (ions->n_exchange == 0) {
      add_number(p, (int)i, row);
    } else if (ions->dirichlet) {
      for (size_t c = 0; c < p->device->n_contact_nodes; c++) {
        int node = p->device->contact_nodes[c].node, at = node * p->n_species + s;
        if (p->device->held[at] && p->device->component[at] == (int)i)
          add_potential(p, row, node, s, row);
      }
    } else {
      add_reservoirs(p, (int)i, row);
    }
  }
}
