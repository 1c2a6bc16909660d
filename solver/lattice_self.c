/* The field that an ion carries with it: half of what a hop adds to its own energy difference, and
 * what an ion costs in a narrow ring. */
#include <math.h>
#include "solver/base/memory.h"
#include "solver/lattice.h"
#include "solver/stamp.h"

/** A linear field on the nodes of a device, by a symmetric matrix. */
struct green {
  const struct device *device;
  int unknown; /* 0: psi; else a smoothed field */
  struct stamp stamp;
  struct sparse matrix;
  struct linear *linear;
  double *column; /* [n_nodes] */
};

/** psi: div(eps grad) with the contacts at a fixed potential; smoothed: V S - div(ell^2 grad S). */
static void emit(struct green *green) {
  const struct device *device = green->device;
  const struct model *model = &device->model;
  const struct mesh *mesh = device->mesh;
  int s = model->unknown_species[green->unknown];
  for (size_t i = 0; i < mesh->n_node_parts; i++) {
    const struct node_part *part = &mesh->node_parts[i];
    double own = green->unknown > 0 ? part->volume : 0.0;
    if (green->unknown > 0 && !model->regions[part->region].species[s].present)
      own = 0.0;
    stamp_add(&green->stamp, part->node, part->node, own);
  }
  for (int k = 0; k < device->n_nodes; k++) {
    bool outside = green->unknown > 0 ? !(device->species_volume[k * model->n_species + s] > 0.0)
                                      : device->terminal_of[k] >= 0;
    stamp_add(&green->stamp, k, k, outside ? 1.0 : 0.0);
  }
  for (size_t e = 0; e < mesh->n_edge_parts; e++) {
    const struct edge_part *edge = &mesh->edge_parts[e];
    const struct model_region *region = &model->regions[edge->region];
    double g = region->eps * edge->measure;
    if (green->unknown > 0)
      g = region->species[s].present ? region->ell2 * edge->measure : 0.0;
    bool fixed_k = green->unknown == 0 && device->terminal_of[edge->k] >= 0;
    bool fixed_l = green->unknown == 0 && device->terminal_of[edge->l] >= 0;
    stamp_add(&green->stamp, edge->k, edge->k, fixed_k ? 0.0 : g);
    stamp_add(&green->stamp, edge->k, edge->l, fixed_k || fixed_l ? 0.0 : -g);
    stamp_add(&green->stamp, edge->l, edge->l, fixed_l ? 0.0 : g);
    stamp_add(&green->stamp, edge->l, edge->k, fixed_k || fixed_l ? 0.0 : -g);
  }
}

static enum hd_status green_fill(struct green *green, struct hd_error *err) {
  const struct device *device = green->device;
  struct linear_options options = {.dimension = device->mesh->dimension};
  TRY(hd_alloc(&green->column, (size_t)device->n_nodes, sizeof(double), err));
  stamp_record(&green->stamp, device->n_nodes);
  emit(green);
  TRY(stamp_finish(&green->stamp, &green->matrix, err));
  TRY(linear_create(&green->linear, &green->matrix, &options, err));
  stamp_replay(&green->stamp, &green->matrix);
  emit(green);
  if (linear_factor(green->linear))
    return hd_fail(err, HD_INTERNAL, "the self-energies of ions in %s could not be found",
                   device->spec->name);
  return HD_OK;
}

static void green_free(struct green *green) {
  stamp_free(&green->stamp);
  linear_free(&green->linear);
  sparse_free(&green->matrix);
  hd_free(&green->column);
}

/** Solve for the response to sources of 1 at `to` and -1 at `from`; `from` < 0: none. */
static const double *respond(struct green *green, int to, int from) {
  for (int k = 0; k < green->device->n_nodes; k++)
    green->column[k] = 0.0;
  green->column[to] = 1.0;
  if (from >= 0)
    green->column[from] = -1.0;
  linear_solve(green->linear, green->column);
  return green->column;
}

/** Difference along an edge by the hop of one ion; an electrode's own ions are no source. */
static double pair_energy(struct green *green, const struct lattice *lattice,
                          const struct lattice_edge *edge) {
  int from = lattice->points[edge->from].node, to = lattice->points[edge->to].node;
  const double *column = respond(green, to, edge->at_electrode ? -1 : from);
  return column[to] - column[from];
}

/** Change of the excess potential over kT by the response to one ion; 0: the field is of others. */
static double by_response(const struct model *model, int unknown, int s) {
  if (unknown == 0)
    return model->B[s][0] * model->q * model->charge[s];
  return model->unknown_species[unknown] == s ? model->B[s][unknown] / model->c_unit[s] : 0.0;
}

/** One field's part of all edges and, in a cylinder, of all cells. */
static enum hd_status add_field(struct lattice *lattice, int i, int unknown, struct hd_error *err) {
  const struct device *device = lattice->system->instances[i].device;
  struct green green = {.device = device, .unknown = unknown};
  enum hd_status status = green_fill(&green, err);
  const struct lattice_block *block = &lattice->blocks[i];
  for (int e = block->first_edge; e < block->first_edge + block->n_edges && status == HD_OK; e++) {
    struct lattice_edge *edge = &lattice->edges[e];
    double factor = by_response(&device->model, unknown, lattice->points[edge->to].species);
    if (factor != 0.0)
      edge->self += 0.5 * factor * pair_energy(&green, lattice, edge);
  }
  bool rings = device->mesh->coordinates == SHAPE_AXISYMMETRIC;
  for (int p = block->first; p < block->first + block->n_cells && rings && status == HD_OK; p++) {
    struct lattice_point *point = &lattice->points[p];
    double factor = by_response(&device->model, unknown, point->species);
    if (factor != 0.0)
      point->ring += 0.5 * factor * respond(&green, point->node, -1)[point->node];
  }
  green_free(&green);
  return status;
}

/** Is this cell a ring of the species at this z? */
static bool in_row(const struct lattice_point *point, const struct mesh *mesh, int s, double z) {
  return point->species == s && mesh->x[point->node][1] == z;
}

/** Leave of each ring's self-energy what it has above the least at the same z. */
static void subtract_least(struct lattice *lattice, int i) {
  const struct device *device = lattice->system->instances[i].device;
  const struct mesh *mesh = device->mesh;
  struct lattice_point *points = &lattice->points[lattice->blocks[i].first];
  for (int s = 0; s < device->model.n_species; s++)
    for (size_t row = 0; row < mesh->n_axis[1]; row++) {
      double least = INFINITY;
      for (int p = 0; p < lattice->blocks[i].n_cells; p++)
        if (in_row(&points[p], mesh, s, mesh->axis[1][row]))
          least = fmin(least, points[p].ring);
      for (int p = 0; p < lattice->blocks[i].n_cells; p++)
        if (in_row(&points[p], mesh, s, mesh->axis[1][row]))
          points[p].ring -= least;
    }
}

/**
 * self = 1/2 sum_fields B (G_ll + G_kk - 2 G_kl) source: what Poisson's field (vacuum of the
 * lattice: no carriers answer within a hop) and the smoothed field of the ions themselves do.
 * ring = 1/2 sum_fields B G_kk source, less the least of all rings at the same z: an ion that is
 * smeared over a narrow ring has more energy than over a wide one, a real ion has not.
 * Errors  HD_MEMORY, HD_INTERNAL
 */
enum hd_status lattice_self(struct lattice *lattice, struct hd_error *err) {
  for (size_t i = 0; i < lattice->system->n_instances; i++) {
    const struct model *model = &lattice->system->instances[i].device->model;
    if (lattice->blocks[i].n_edges == 0 || !lattice->system->run->stochastic.self_force)
      continue;
    TRY(add_field(lattice, (int)i, 0, err));
    for (int f = 0; f < model->n_fields; f++)
      TRY(add_field(lattice, (int)i, 1 + model->n_species + f, err));
    if (lattice->system->instances[i].device->mesh->coordinates == SHAPE_AXISYMMETRIC)
      subtract_least(lattice, (int)i);
  }
  return HD_OK;
}
