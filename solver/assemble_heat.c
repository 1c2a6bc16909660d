#include "solver/assemble.h"

#include <string.h>

/* The balance of heat of a node, in W:
 *   storage dT/dt + sum of conduction to the neighbours + loss (T - T_0) - heat = 0
 * T_0 is the temperature of the surroundings: that of the run and what an experiment adds.
 * Conduction is in assemble_edges. A lumped device has one unknown T: every node's heat goes into
 * the same row, and its capacity and loss stand at node 0. */

static int heat_row(const struct pass *p, int node) {
  return balance_row(p, node, p->model->heat);
}

static double surroundings(const struct pass *p) {
  double warmer = p->point->mode == SYSTEM_EQUILIBRIUM || p->system->sources_off
                      ? 0.0
                      : device_drive(p, p->system->surroundings);
  return p->model->T + warmer;
}

/** Storage and loss of a node. */
static void add_node(const struct pass *p, int node) {
  int at = node * p->n_unknowns + p->model->heat, row = heat_row(p, node);
  double storage = p->point->mode == SYSTEM_TRANSIENT ? p->device->heat_storage[node] : 0.0;
  double loss = p->device->heat_loss[node];
  p->F[row] += loss * (p->instance->u[at] - surroundings(p)) + storage * p->instance->up[at];
  if (p->stamp)
    stamp_add(p->stamp, row, heat_dof(p, node), loss + storage * p->point->cj);
}

/** Storage, losses, and the rows of nodes at the run's temperature. */
void assemble_heat(const struct pass *p) {
  if (p->model->heat < 0)
    return;
  int nodes = device_is_lumped(p->device) ? 1 : p->device->n_nodes;
  for (int k = 0; k < nodes; k++) {
    int row = heat_dof(p, k);
    if (p->point->mode == SYSTEM_EQUILIBRIUM || p->device->sink[k])
      set_row(p, row, row, p->instance->u[k * p->n_unknowns + p->model->heat] - surroundings(p));
    else
      add_node(p, k);
  }
}

/** Which columns a heat of carriers and ions depends on: all that any species does. */
static void all_couples(const struct pass *p, bool couples[MODEL_UNKNOWNS]) {
  memset(couples, 0, MODEL_UNKNOWNS * sizeof *couples);
  for (int s = 0; s < p->n_species; s++) {
    couples[1 + s] = true;
    for (int j = 0; j < p->n_unknowns; j++)
      couples[j] = couples[j] || p->model->couples[s][j];
  }
}

/** Recombination. */
void assemble_heat_reaction(const struct pass *p, int node, double volume,
                            const struct model_reaction *reaction) {
  bool couples[MODEL_UNKNOWNS];
  int row = heat_row(p, node);
  p->F[row] -= volume * reaction->heat;
  if (!p->stamp)
    return;
  all_couples(p, couples);
  add_row(p, row, node, couples, -volume, reaction->d_heat);
}

/** Joule heat of all species on an edge, half to each end. */
void assemble_heat_edge(const struct pass *p, const struct edge_part *edge,
                        const struct model_flux *flux) {
  bool couples[MODEL_UNKNOWNS];
  model_row d_k = {0}, d_l = {0};
  double heat = 0.0, half = 0.5 * edge->measure;
  for (int s = 0; s < p->n_species; s++) {
    if (!assemble_carries(p, edge, s))
      continue;
    heat += flux->heat[s];
    for (int j = 0; p->stamp && j < p->n_unknowns; j++) {
      d_k[j] += flux->d_heat_k[s][j];
      d_l[j] += flux->d_heat_l[s][j];
    }
  }
  int rows[2] = {heat_row(p, edge->k), heat_row(p, edge->l)};
  for (int end = 0; end < 2; end++)
    p->F[rows[end]] -= half * heat;
  if (!p->stamp)
    return;
  all_couples(p, couples);
  for (int end = 0; end < 2; end++) {
    add_row(p, rows[end], edge->k, couples, -half, d_k);
    add_row(p, rows[end], edge->l, couples, -half, d_l);
  }
}

/** Partials of the drop from phi of a node to V of a terminal, times `factor`. */
static void add_drop(const struct pass *p, int row, int node, int s, int terminal, double factor) {
  if (!p->stamp)
    return;
  stamp_add(p->stamp, row, dof(p, node, 1 + s), factor);
  stamp_add(p->stamp, row, terminal_dof(p, terminal), -factor);
}

/** A carrier that leaves through a contact drops from phi to V. Ions: the heat of the electrode's
 * reaction is not known and left out. */
void assemble_heat_face(const struct pass *p, const struct contact_face *face) {
  int s = face->species, row = heat_row(p, face->node);
  if (!p->model->carrier[s])
    return;
  double phi = p->instance->u[face->node * p->n_unknowns + 1 + s];
  double charge = -p->model->q * p->model->charge[s] * face->area;
  double drop = phi - terminal_voltage(p, face->terminal);
  double j = assemble_face(p, face, row, charge * drop);
  add_drop(p, row, face->node, s, face->terminal, charge * j);
}

/** A carrier that tunnels in drops from V to phi at the node where it arrives. */
void assemble_heat_link(const struct pass *p, const struct tunnel_link *link,
                        const struct tunnel_value *value) {
  int s = link->species, row = heat_row(p, link->node);
  double phi = p->instance->u[link->node * p->n_unknowns + 1 + s];
  double charge = p->model->q * p->model->charge[s] * link->area;
  double drop = phi - terminal_voltage(p, link->terminal);
  add_link(p, link, row, charge * drop, value);
  add_drop(p, row, link->node, s, link->terminal, charge * value->g);
}
