#include "solver/assemble.h"

#include <float.h>
#include <string.h>

/** I_T - sum_U C_TU dV_U/dt - (what the edges and links have added) = 0; last: sum I = 0. */
static void add_current_rows(const struct pass *p) {
  int terminals = p->device->n_terminals;
  for (int T = 0; T < terminals; T++) {
    int row = current_row(p, T);
    if (p->point->mode == SYSTEM_EQUILIBRIUM) {
      set_row(p, row, row, p->point->y[row]);
      continue;
    }
    if (T + 1 == terminals) {
      for (int U = 0; U < terminals; U++)
        set_row(p, row, current_row(p, U), p->point->y[current_row(p, U)]);
      continue;
    }
    set_row(p, row, row, p->point->y[row]);
    if (p->point->mode != SYSTEM_TRANSIENT)
      continue;
    p->F[row] -= p->instance->hop_current[T];
    for (int U = 0; U < terminals; U++) {
      double C = p->device->capacitance[T * terminals + U];
      int column = terminal_dof(p, U);
      if (p->point->yp && column < p->system->n)
        p->F[row] -= C * p->point->yp[column];
      if (p->stamp)
        stamp_add(p->stamp, row, column, -C * p->point->cj);
    }
  }
}

/* ---- the carriers' factor 1 / (sum V c) ---- */

static bool is_divided(const struct pass *p, int node, int s) {
  int g = dof(p, node, 1 + s);
  return p->model->carrier[s] && g < p->system->n && p->plan->row[g] == g;
}

static void carrier_scale(const struct pass *p) {
  const struct mesh *mesh = p->device->mesh;
  for (int k = 0; k < p->device->n_nodes; k++)
    for (int s = 0; s < p->n_species; s++) {
      if (!is_divided(p, k, s))
        continue;
      double number = DBL_MIN;
      for (size_t i = mesh->first_part[k]; i < mesh->first_part[k + 1]; i++)
        number += mesh->node_parts[i].volume * part_state(p, i)[s].c;
      p->system->row_scale[dof(p, k, 1 + s)] = 1.0 / number;
    }
}

/** d(R / M) = dR / M - (R / M) dM / M with M = sum V c. */
static void carrier_scale_partials(const struct pass *p) {
  const struct mesh *mesh = p->device->mesh;
  for (size_t i = 0; i < mesh->n_node_parts; i++)
    for (int s = 0; s < p->n_species; s++) {
      int node = mesh->node_parts[i].node;
      if (!is_divided(p, node, s))
        continue;
      int row = dof(p, node, 1 + s);
      double factor = -p->F[row] * p->system->row_scale[row] * mesh->node_parts[i].volume;
      add_density(p, row, node, s, &part_state(p, i)[s], factor);
    }
}

/* ---- circuit ---- */

static void add_element(const struct pass *p, int e) {
  const struct system *system = p->system;
  const struct element *element = &system->elements[e];
  int row = system->branch_base + e;
  int from = system_net_dof(system, element->net[0]), to = system_net_dof(system, element->net[1]);
  const double *y = p->point->y, *yp = p->point->yp;
  struct element_input input = {.v = system_net(system, y, element->net[0]) -
                                     system_net(system, y, element->net[1]),
                                .i = y[row],
                                .t = p->point->t,
                                .steady = p->point->mode != SYSTEM_TRANSIENT,
                                .initial = p->point->initial};
  if (yp) {
    input.dv = (from < system->n ? yp[from] : 0.0) - (to < system->n ? yp[to] : 0.0);
    input.di = yp[row];
  }
  struct element_value value = element_table[element->kind].value(element, &input);
  if (system->sources_off && element_is_source(element))
    value.residual += waveform_value(&element->waveform, p->point->t);
  p->F[row] += value.residual;
  p->F[from] += y[row];
  p->F[to] -= y[row];
  if (!p->stamp)
    return;
  double by_v = value.d_v + p->point->cj * value.d_dv;
  stamp_add(p->stamp, row, from, by_v);
  stamp_add(p->stamp, row, to, -by_v);
  stamp_add(p->stamp, row, row, value.d_i + p->point->cj * value.d_di);
  stamp_add(p->stamp, from, row, 1.0);
  stamp_add(p->stamp, to, row, -1.0);
}

/** Kirchhoff's current law at every net: branch currents and currents into the devices. */
static void add_circuit(struct pass *p) {
  struct system *system = p->system;
  if (p->point->mode == SYSTEM_EQUILIBRIUM) {
    for (int g = system->net_base; g < system->n; g++)
      set_row(p, g, g, p->point->y[g]);
    return;
  }
  for (size_t e = 0; e < system->run->circuit.n_elements; e++)
    add_element(p, (int)e);
  for (size_t i = 0; i < system->n_instances; i++) {
    const struct system_instance *instance = &system->instances[i];
    for (int T = 0; T < instance->device->n_terminals; T++) {
      int row = system_net_dof(system, instance->spec->net[T]), column = instance->current_base + T;
      p->F[row] += p->point->y[column];
      if (p->stamp)
        stamp_add(p->stamp, row, column, 1.0);
    }
  }
}

/* ---- all of it ---- */

static void scale_matrix(const struct system *system, struct system_plan *plan) {
  struct sparse *matrix = &plan->matrix;
  if (plan->stamp.recording)
    return;
  int64_t nnz = matrix->column[matrix->n];
  for (int64_t i = 0; i < nnz; i++)
    matrix->value[i] *= system->row_scale[matrix->row[i]];
}

void assemble_set_instance(struct pass *p, size_t i) {
  p->instance = &p->system->instances[i];
  p->device = p->instance->device;
  p->model = &p->device->model;
  p->n_unknowns = p->model->n_unknowns;
  p->n_species = p->model->n_species;
}

void assemble_balances(const struct pass *p) {
  assemble_gather(p);
  assemble_nodes(p);
  assemble_interfaces(p);
  assemble_edges(p);
  assemble_faces(p);
  assemble_links(p);
}

/**
 * THE assembly: residual and, when stamp is given, the matrix of one plan.
 * Balances: Poisson, species, smoothed fields, circuit; then the rows that replace balances; then
 * the row factors. The same code serves 1D, planar 2D and axisymmetric devices.
 * F  out [n + 1]
 */
void system_assemble(struct system *system, struct system_plan *plan,
                     const struct system_point *point, double *F, struct stamp *stamp) {
  struct pass p = {.system = system, .point = point, .plan = plan, .F = F, .stamp = stamp};
  memset(F, 0, ((size_t)system->n + 1) * sizeof *F);
  memcpy(system->row_scale, plan->scale, ((size_t)system->n + 1) * sizeof *F);
  for (size_t i = 0; i < system->n_instances; i++) {
    assemble_set_instance(&p, i);
    assemble_balances(&p);
    assemble_fronts(&p);
    assemble_contact_rows(&p);
    assemble_heat(&p);
    assemble_ion_rows(&p);
    assemble_multipliers(&p);
    add_current_rows(&p);
    carrier_scale(&p);
  }
  add_circuit(&p);
  for (int g = 0; g < system->n; g++)
    F[g] *= system->row_scale[g];
  if (!stamp)
    return;
  scale_matrix(system, plan);
  for (size_t i = 0; i < system->n_instances; i++) {
    assemble_set_instance(&p, i);
    if (p.instance->past_step == 0.0)
      carrier_scale_partials(&p);
  }
}

/** Unknowns of all nodes and states of all node parts, for reading. */
void system_gather(struct system *system, const double *y, const double *yp, double t) {
  struct system_point point = {.mode = SYSTEM_TRANSIENT, .t = t, .y = y, .yp = yp};
  struct pass p = {.system = system, .point = &point};
  for (size_t i = 0; i < system->n_instances; i++) {
    assemble_set_instance(&p, i);
    assemble_gather(&p);
  }
}

void system_begin_step(struct system *system, const double *y, double t, double step) {
  system_gather(system, y, NULL, t);
  for (size_t i = 0; i < system->n_instances; i++) {
    struct system_instance *instance = &system->instances[i];
    size_t states =
        instance->device->mesh->n_node_parts * (size_t)instance->device->model.n_species;
    instance->past_step = step;
    for (size_t at = 0; at < states; at++)
      instance->past[at] = instance->state[at].c;
  }
}

/** Number of ion components of all instances. */
size_t system_ion_components(const struct system *system) {
  size_t count = 0;
  for (size_t i = 0; i < system->n_instances; i++)
    count += system->instances[i].device->n_components;
  return count;
}
