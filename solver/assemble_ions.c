#include "solver/assemble.h"

#include <math.h>

/** Is the ions' row "mu - lambda = 0" (zero flux everywhere) in this mode? */
static bool zero_flux(const struct pass *p, const struct ion_component *component) {
  return !p->point->frozen && p->point->mode != SYSTEM_TRANSIENT &&
         (component->n_exchange <= 1 || p->point->mode == SYSTEM_EQUILIBRIUM);
}

static void add_potential(const struct pass *p, int row, int node, int s, int lambda,
                          double factor) {
  size_t part = p->device->mesh->first_part[node];
  while (!p->model->regions[p->device->mesh->node_parts[part].region].species[s].present)
    part++;
  double d_a;
  double mu = model_potential(p->model, p->device->mesh->node_parts[part].region, s,
                              part_state(p, part), &d_a);
  p->F[row] += factor * (mu - p->point->y[lambda]);
  if (!p->stamp)
    return;
  double values[MODEL_UNKNOWNS];
  for (int j = 0; j < p->n_unknowns; j++) {
    values[j] = d_a * p->model->A[s][j] + p->model->B[s][j];
    for (int t = 0; p->model->has_local && t < p->n_species; t++)
      values[j] -= p->model->local[s][t] * part_state(p, part)[t].d_c / p->model->c_unit[t] *
                   p->model->A[t][j];
  }
  add_row(p, row, node, p->model->couples[s], factor, values);
  stamp_add(p->stamp, row, lambda, -factor);
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
      else if (zero_flux(p, &p->device->components[component]))
        add_potential(p, row, k, s, p->instance->lambda_base + component, 1.0);
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

/** The rows of the multipliers: what fixes the number of ions when their flux is zero. */
void assemble_multipliers(const struct pass *p) {
  for (size_t i = 0; i < p->device->n_components; i++) {
    const struct ion_component *ions = &p->device->components[i];
    int row = p->instance->lambda_base + (int)i, s = ions->species;
    if (p->point->mode == SYSTEM_TRANSIENT) {
      add_inflow(p, (int)i, row);
    } else if (!zero_flux(p, ions)) {
      set_row(p, row, row, p->point->y[row]);
    } else if (ions->n_exchange == 0) {
      add_number(p, (int)i, row);
    } else if (ions->dirichlet) {
      for (size_t c = 0; c < p->device->n_contact_nodes; c++) {
        int node = p->device->contact_nodes[c].node, at = node * p->n_species + s;
        if (p->device->held[at] && p->device->component[at] == (int)i)
          add_potential(p, row, node, s, row, 1.0);
      }
    } else {
      for (size_t f = 0; f < p->device->n_faces; f++) {
        const struct contact_face *face = &p->device->faces[f];
        if (face->species == s && p->device->component[face->node * p->n_species + s] == (int)i)
          assemble_face(p, face, row, 1.0 / (face->velocity * p->model->c_unit[s]));
      }
    }
  }
}
