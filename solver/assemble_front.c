#include <string.h>
#include "physics/front.h"
#include "solver/assemble.h"

/** The linear form of an ion's energy over k T_0, without the excess and without local terms. */
struct energy {
  double B[MODEL_UNKNOWNS];
  bool couples[MODEL_UNKNOWNS];
};

static struct energy energy_of(const struct model *model, int s) {
  struct energy energy;
  for (int j = 0; j < model->n_unknowns; j++) {
    energy.B[j] = j == model->excess[s] ? 0.0 : model->B[s][j];
    energy.couples[j] = energy.B[j] != 0.0;
  }
  return energy;
}

static void fill_energy(const struct pass *p, const struct energy *energy) {
  const double *u = p->instance->u;
  for (int k = 0; k < p->device->n_nodes; k++, u += p->n_unknowns) {
    double sum = 0.0;
    for (int j = 0; j < p->n_unknowns; j++)
      sum += energy->B[j] * u[j];
    p->instance->energy[k] = sum;
  }
}

/** Difference of the energies of both ends of an edge. */
static double energy_rise(const struct pass *p, const struct edge_part *edge) {
  return p->instance->energy[edge->l] - p->instance->energy[edge->k];
}

/** Share of an edge in the volume of one of its ends, times 1/4: with a linear rise along every
 * edge the shares times (energy rise)^2 add up to three times the variance about the node. */
static double edge_share(const struct pass *p, const struct edge_part *edge, int node, int s) {
  return 0.125 * edge->measure * edge->length * edge->length /
         p->device->species_volume[node * p->n_species + s];
}

static bool is_open(const struct pass *p, const struct edge_part *edge, int s) {
  return p->model->regions[edge->region].species[s].present;
}

/** spread[node]: a^2 at the temperature T_0. */
static void fill_spread(const struct pass *p, int s) {
  const struct mesh *mesh = p->device->mesh;
  double *spread = p->instance->spread;
  memset(spread, 0, mesh->n_nodes * sizeof *spread);
  for (size_t e = 0; e < mesh->n_edge_parts; e++) {
    const struct edge_part *edge = &mesh->edge_parts[e];
    if (!is_open(p, edge, s))
      continue;
    double rise = energy_rise(p, edge);
    spread[edge->k] += edge_share(p, edge, edge->k, s) * rise * rise;
    spread[edge->l] += edge_share(p, edge, edge->l, s) * rise * rise;
  }
}

/** Rows g - G(x, r^2 a^2) / r = 0; their slopes by a^2 take the place of a^2 in spread. */
static void node_rows(const struct pass *p, int s) {
  int j = p->model->excess[s];
  for (int k = 0; k < p->device->n_nodes; k++) {
    int row = dof(p, k, j);
    if (row == p->system->n)
      continue;
    const double *u = &p->instance->u[k * p->n_unknowns];
    double r = model_cold(p->model, u), a2 = p->instance->spread[k];
    struct front_value value = front_excess(u[1 + s], r * r * a2);
    set_row(p, row, row, u[j] - value.G / r);
    p->instance->spread[k] = -r * value.d_a2;
    if (!p->stamp)
      continue;
    stamp_add(p->stamp, row, dof(p, k, 1 + s), -value.d_x / r);
    if (p->model->heat >= 0)
      stamp_add(p->stamp, row, heat_dof(p, k),
                (2.0 * r * r * a2 * value.d_a2 - value.G) / (r * u[p->model->heat]));
  }
}

/** Partials of the rows of both ends by the unknowns of both ends, through a^2. */
static void edge_partials(const struct pass *p, const struct edge_part *edge, int s,
                          const struct energy *energy) {
  double rise = energy_rise(p, edge);
  int end[] = {edge->k, edge->l};
  for (int i = 0; i < 2; i++) {
    int row = dof(p, end[i], p->model->excess[s]);
    double slope = 2.0 * rise * edge_share(p, edge, end[i], s) * p->instance->spread[end[i]];
    add_row(p, row, edge->k, energy->couples, -slope, energy->B);
    add_row(p, row, edge->l, energy->couples, slope, energy->B);
  }
}

/** Excess potentials of fronts within control volumes, physics/front.h. */
void assemble_fronts(const struct pass *p) {
  const struct mesh *mesh = p->device->mesh;
  for (int s = 0; s < p->n_species; s++) {
    if (p->model->excess[s] < 0)
      continue;
    struct energy energy = energy_of(p->model, s);
    fill_energy(p, &energy);
    fill_spread(p, s);
    node_rows(p, s);
    for (size_t e = 0; p->stamp && e < mesh->n_edge_parts; e++)
      if (is_open(p, &mesh->edge_parts[e], s))
        edge_partials(p, &mesh->edge_parts[e], s, &energy);
  }
}
