/* Numbers of ions: drawn from densities, moved, and given to the system. */
#include <gsl/gsl_randist.h>
#include <math.h>
#include <string.h>
#include "solver/lattice.h"

/** A share is a whole number of ions when it is one to this many ions. */
static const double WHOLE = 1e-6;

static const struct system_instance *instance_of(const struct lattice *lattice, int i) {
  return &lattice->system->instances[i];
}

/** Are all cells whole numbers of ions? */
static bool is_whole(const struct lattice *lattice, const struct lattice_block *block,
                     const double *y) {
  for (int p = block->first; p < block->first + block->n_cells; p++) {
    const struct lattice_point *point = &lattice->points[p];
    double ions = y[point->dof] / point->per_ion;
    if (fabs(ions - round(ions)) > WHOLE)
      return false;
  }
  return true;
}

/** An ion more or less, at a cell drawn in proportion to what it is expected to hold (to its free
 * sites times that). */
static void correct_number(struct lattice *lattice, const struct lattice_block *block,
                           int component, const double *y, long wanted, gsl_rng *random) {
  long have = 0;
  for (int p = block->first; p < block->first + block->n_cells; p++)
    if (lattice->points[p].component == component)
      have += lattice->points[p].count;
  while (have != wanted) {
    bool more = have < wanted;
    double sum = 0.0, pick = 0.0;
    struct lattice_point *chosen = NULL;
    for (int pass = 0; pass < 2 && !chosen; pass++) {
      if (pass)
        pick = gsl_rng_uniform(random) * sum;
      for (int p = block->first; p < block->first + block->n_cells && !chosen; p++) {
        struct lattice_point *point = &lattice->points[p];
        if (point->component != component)
          continue;
        double room = point->sites > 0 ? (double)(point->sites - point->count) : 1.0;
        double weight = more ? room * y[point->dof] : (double)point->count;
        if (!pass)
          sum += weight;
        else if ((pick -= weight) < 0.0)
          chosen = point;
      }
    }
    if (!chosen)
      return;
    chosen->count += more ? 1 : -1;
    have += more ? 1 : -1;
  }
}

/**
 * Draw the numbers of ions of every cell: binomial in its sites (Poisson without a limit) with the
 * mean of the density. Where no electrode exchanges the ions their sum is the expected one.
 * Densities that already are whole numbers of ions stay; more than a cell's sites fill it.
 * y  [n] state with densities of ions
 */
void lattice_fill(struct lattice *lattice, const double *y, gsl_rng *random) {
  for (size_t i = 0; i < lattice->system->n_instances; i++) {
    const struct lattice_block *block = &lattice->blocks[i];
    const struct device *device = lattice->system->instances[i].device;
    bool whole = is_whole(lattice, block, y);
    for (int p = block->first; p < block->first + block->n_cells; p++) {
      struct lattice_point *point = &lattice->points[p];
      double ions = fmax(y[point->dof], 0.0) / point->per_ion;
      if (whole)
        point->count = lround(ions);
      else if (point->sites > 0)
        point->count = gsl_ran_binomial(random, fmin(ions / (double)point->sites, 1.0),
                                        (unsigned)point->sites);
      else
        point->count = gsl_ran_poisson(random, fmin(ions, LATTICE_BEYOND));
    }
    for (size_t c = 0; c < device->n_components && !whole; c++)
      if (device->components[c].n_exchange == 0)
        correct_number(lattice, block, (int)c, y,
                       lround(system_ion_count(lattice->system, y, (int)i, (int)c)), random);
  }
}

enum hd_status lattice_overfull(const struct lattice *lattice, int point, double t,
                                struct hd_error *err) {
  const struct lattice_point *cell = &lattice->points[point];
  const struct device *device = instance_of(lattice, cell->instance)->device;
  char place[64];
  mesh_place(device->mesh->dimension, device->mesh->x[cell->node], place, sizeof place);
  return hd_fail(err, HD_CONVERGENCE,
                 "device %s: more than %.0e ions of %s at %s at t = %.9g s are not counted; a "
                 "site_density limits them, a smaller cross-section holds fewer",
                 device->spec->name, (double)LATTICE_MOST,
                 device->spec->species[cell->species].name, place, t);
}

/**
 * The numbers as unknowns of the system: x of cells, none at contact nodes, the multipliers.
 * y       in, out [n]
 */
void lattice_put(const struct lattice *lattice, double *y) {
  const struct system *system = lattice->system;
  size_t at = 0;
  for (size_t i = 0; i < system->n_instances; i++) {
    const struct system_instance *instance = &system->instances[i];
    const struct device *device = instance->device;
    const struct model *model = &device->model;
    for (size_t c = 0; c < device->n_components; c++) {
      const struct ion_component *ions = &device->components[c];
      y[instance->lambda_base + (int)c] =
          (double)lattice->inflow[at++] / (model->c_unit[ions->species] * ions->capacity);
    }
    for (size_t c = 0; c < device->n_contact_nodes; c++)
      for (int s = 0; s < model->n_species; s++) {
        int node = device->contact_nodes[c].node;
        int g = instance->dof[node * model->n_unknowns + 1 + s];
        if (!model->carrier[s] && g < system->n)
          y[g] = 0.0;
      }
  }
  for (size_t i = 0; i < system->n_instances; i++) {
    const struct lattice_block *block = &lattice->blocks[i];
    for (int p = block->first; p < block->first + block->n_cells; p++)
      y[lattice->points[p].dof] = (double)lattice->points[p].count * lattice->points[p].per_ion;
  }
}

/** Excess potentials of the ions over kT at every point, without what rings alone make. */
void lattice_energies(struct lattice *lattice, const double *y, const double *yp, double t) {
  system_gather(lattice->system, y, yp, t);
  for (int p = 0; p < lattice->n_points; p++) {
    const struct lattice_point *point = &lattice->points[p];
    const struct system_instance *instance = instance_of(lattice, point->instance);
    int n_species = instance->device->model.n_species;
    lattice->v[p] =
        instance->state[point->part * (size_t)n_species + (size_t)point->species].v - point->ring;
  }
}

struct hop_rates lattice_rates(const struct lattice *lattice, const struct lattice_edge *edge) {
  const struct lattice_point *from = &lattice->points[edge->from], *to = &lattice->points[edge->to];
  double dv = lattice->v[edge->to] - lattice->v[edge->from];
  struct hop_end end = {edge->frequency[1], (double)to->count, (double)to->sites};
  if (edge->at_electrode)
    return hop_exchange(&edge->electrode, &end, dv, edge->self);
  if (from->count == 0 && to->count == 0)
    return (struct hop_rates){0.0, 0.0};
  struct hop_end start = {edge->frequency[0], (double)from->count, (double)from->sites};
  return hop_between(&start, &end, dv, edge->self);
}

/** Exchange is not linear in the numbers: rates are those of the present ones, or next to them
 * where there is no free site to come to, and where there is no ion to leave. */
static struct hop_rates exchange_of_one(const struct lattice_edge *edge, long count, long sites,
                                        double dv) {
  double ions = fmax((double)count, 1.0);
  double there = sites > 0 ? fmin((double)count, (double)sites - 1.0) : (double)count;
  struct hop_end cell = {edge->frequency[1], there, (double)sites}, more = cell;
  more.count = ions;
  return (struct hop_rates){
      .forward = hop_exchange(&edge->electrode, &cell, dv, edge->self).forward /
                 (sites > 0 ? (double)sites - there : 1.0),
      .backward = hop_exchange(&edge->electrode, &more, dv, edge->self).backward / ions};
}

struct hop_rates lattice_rates_of_one(const struct lattice *lattice,
                                      const struct lattice_edge *edge) {
  const struct lattice_point *to = &lattice->points[edge->to];
  double dv = lattice->v[edge->to] - lattice->v[edge->from];
  if (edge->at_electrode)
    return exchange_of_one(edge, to->count, to->sites, dv);
  struct hop_end start = {edge->frequency[0], 1.0, 0.0}, end = {edge->frequency[1], 1.0, 0.0};
  return hop_between(&start, &end, dv, edge->self);
}

void lattice_move(struct lattice *lattice, const struct lattice_edge *edge, long n) {
  struct lattice_point *from = &lattice->points[edge->from], *to = &lattice->points[edge->to];
  const struct device *device = instance_of(lattice, to->instance)->device;
  double charge = device->model.q * device->model.charge[to->species] * (double)n;
  to->count += n;
  from->count -= n;
  if (edge->at_electrode) {
    size_t at = (size_t)to->component;
    for (int i = 0; i < to->instance; i++)
      at += lattice->system->instances[i].device->n_components;
    lattice->inflow[at] += n;
    lattice->exchanges += labs(n);
  } else {
    lattice->hops += labs(n);
  }
  double *sum = &lattice->charge[lattice->charge_base[to->instance]];
  for (int T = 0; T < device->n_terminals; T++) {
    const double *w = &device->weight[T * device->n_nodes];
    sum[T] += charge * (w[from->node] - w[to->node]);
  }
}

void lattice_clear_charge(struct lattice *lattice) {
  memset(lattice->charge, 0, lattice->n_terminals * sizeof(double));
}
