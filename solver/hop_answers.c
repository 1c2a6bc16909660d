/* How the energies of all ions, and all other unknowns, answer to one more ion at each point. */
#include <string.h>
#include "solver/hop_fields.h"

/** dv of one species at a node by all its unknowns, applied to a change of them. */
static double energy_change(const struct system *system, const struct lattice_point *point,
                            const double *change) {
  const struct system_instance *instance = &system->instances[point->instance];
  const struct device *device = instance->device;
  const struct model *model = &device->model;
  const int *dof = &instance->dof[point->node * model->n_unknowns];
  double sum = 0.0;
  for (int j = 0; j < model->n_unknowns; j++)
    sum += model->B[point->species][j] * change[dof[j]];
  const struct species_state *state = &instance->state[point->part * (size_t)model->n_species];
  for (int t = 0; model->has_local && t < model->n_species; t++)
    for (int j = 0; j < model->n_unknowns; j++)
      sum -= model->local[point->species][t] * state[t].d_c * state[t].scale / model->c_unit[t] *
             model->A[t][j] * change[dof[j]];
  return sum;
}

/** One more ion at a point: its number, if it is a cell, and the charge -z q w that its way there
 * moves into every terminal within the step. */
static void put_ion(const struct hop_fields *fields, const struct lattice_point *point, bool cell,
                    double step, double *to) {
  const struct system *system = fields->system;
  const struct system_instance *instance = &system->instances[point->instance];
  const struct device *device = instance->device;
  double charge = device->model.q * device->model.charge[point->species];
  memset(to, 0, (size_t)fields->n * sizeof *to);
  if (cell)
    to[point->dof] = point->per_ion;
  for (int T = 0; T + 1 < device->n_terminals; T++) { /* the last row is the sum of all */
    int row = instance->current_base + T;
    double w = device->weight[T * device->n_nodes + point->node];
    to[row] = -charge * w / step * system->row_scale[row];
  }
}

/** Columns of dv / dN of one block from those of its unknowns. */
static void fill_response(struct hop_fields *fields, const struct lattice *lattice, size_t i) {
  const struct lattice_block *block = &lattice->blocks[i];
  size_t n = (size_t)fields->n, points = (size_t)block->n_points;
  for (size_t c = 0; c < points; c++) {
    double *column = &fields->response[fields->response_base[i] + c * points];
    memcpy(fields->delta, &fields->change[((size_t)block->first + c) * n], n * sizeof(double));
    fields->delta[n] = 0.0;
    for (size_t p = 0; p < points; p++)
      column[p] =
          energy_change(fields->system, &lattice->points[(size_t)block->first + p], fields->delta);
  }
}

/**
 * Columns of dv / dN: everything but the ions answers as it does within a step. Without new factors
 * there are no answers until the next try.
 */
void hop_fields_respond(struct hop_fields *fields, const struct lattice *lattice, double t,
                        double step) {
  fields->has_response = hop_fields_prepare(fields, t, step, true) == 0;
  if (!fields->has_response)
    return;
  memcpy(fields->change_scale, fields->row_scale, ((size_t)fields->n + 1) * sizeof(double));
  for (size_t i = 0; i < fields->system->n_instances; i++) {
    const struct lattice_block *block = &lattice->blocks[i];
    for (int c = 0; c < block->n_points; c++)
      put_ion(fields, &lattice->points[block->first + c], c < block->n_cells, step,
              &fields->change[(size_t)(block->first + c) * (size_t)fields->n]);
  }
  linear_solve_many(fields->plan->linear, fields->change, lattice->n_points);
  for (size_t i = 0; i < fields->system->n_instances; i++)
    fill_response(fields, lattice, i);
}

const double *hop_fields_response(const struct hop_fields *fields, const struct lattice *lattice,
                                  int point) {
  int i = lattice->points[point].instance;
  const struct lattice_block *block = &lattice->blocks[i];
  return &fields->response[fields->response_base[i] +
                           (size_t)(point - block->first) * (size_t)block->n_points];
}
