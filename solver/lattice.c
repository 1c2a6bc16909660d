#include "solver/lattice.h"

#include <math.h>
#include "physics/contact.h"
#include "solver/base/memory.h"

/** A cell of fewer sites, rounded to a whole number, is refused. */
enum { SITES_MIN = 2 };
/** Rounding to a whole number of sites may change their density by this much. */
static const double SITES_ERROR = 0.1;

static const struct system_instance *instance_of(const struct lattice *lattice, int i) {
  return &lattice->system->instances[i];
}

/* ---- create ---- */

/** How the cells of a device are made to hold more sites, by its coordinates: rings have no depth
 * of their own. */
static const char *const larger_cells[] = {[SHAPE_1D] = "longer intervals or a larger area",
                                           [SHAPE_PLANAR] = "longer intervals or a larger depth",
                                           [SHAPE_AXISYMMETRIC] = "longer intervals along r and z"};
/** What gives them a whole number. */
static const char *const other_cells[] = {[SHAPE_1D] = "intervals or an area",
                                          [SHAPE_PLANAR] = "intervals or a depth",
                                          [SHAPE_AXISYMMETRIC] = "intervals along r and z"};
/** What makes a device hold fewer ions. */
static const char *const smaller_device[] = {[SHAPE_1D] = "a smaller area",
                                             [SHAPE_PLANAR] = "a smaller depth",
                                             [SHAPE_AXISYMMETRIC] = "a smaller device"};

/** Laws whose rates this lattice does not know. */
static enum hd_status check_device(const struct device *device, struct hd_error *err) {
  const struct model *model = &device->model;
  const char *name = device->spec->name;
  if (model->heat >= 0)
    return hd_fail(err, HD_INPUT,
                   "device %s: stochastic.engine = \"integer\" does not know temperatures that "
                   "change; allowed: devices without heat",
                   name);
  for (int s = 0; s < model->n_species; s++) {
    const char *ion = device->spec->species[s].name;
    if (model->carrier[s])
      continue;
    if (model->crowded[s])
      return hd_fail(err, HD_INPUT,
                     "device %s: species %s: single ions hop into free sites only; allowed with "
                     "stochastic.engine = \"integer\": lattice = \"hopping\"",
                     name, ion);
    if (model->hop_length[s] > 0.0)
      return hd_fail(err, HD_INPUT,
                     "device %s: species %s: stochastic.engine = \"integer\" does not know field "
                     "acceleration; allowed: hop_length = 0",
                     name, ion);
  }
  return HD_OK;
}

/** Does this node hold ions of the species as a cell? */
static bool is_cell(const struct device *device, int node, int s) {
  return !device->model.carrier[s] && device->component[node * device->model.n_species + s] >= 0 &&
         device->terminal_of[node] < 0;
}

/** Numbers that can be counted, and noise that would be seen. */
static enum hd_status check_numbers(const struct device *device, struct hd_error *err) {
  const struct model *model = &device->model;
  for (int s = 0; s < model->n_species; s++) {
    double number = 0.0;
    for (int k = 0; k < device->n_nodes; k++) {
      int at = k * model->n_species + s;
      double share = model_is_limited(model, s) ? 1.0 : device->initial_x[at];
      if (is_cell(device, k, s))
        number += share * model->c_unit[s] * device->species_volume[at];
    }
    if (number > LATTICE_MOST)
      return hd_fail(err, HD_INPUT,
                     "device %s: holds %.3g %s of %s; allowed with stochastic.engine = "
                     "\"integer\": at most %.0e, beyond which noise is below the errors of the "
                     "solver: %s, or engine = \"langevin\" or \"none\"",
                     device->spec->name, number, model_is_limited(model, s) ? "sites" : "ions",
                     device->spec->species[s].name, (double)LATTICE_MOST,
                     smaller_device[device->mesh->coordinates]);
  }
  return HD_OK;
}

/** Whole number of sites of a cell. */
static enum hd_status count_sites(const struct device *device, struct lattice_point *point,
                                  struct hd_error *err) {
  const struct model *model = &device->model;
  if (!model_is_limited(model, point->species))
    return HD_OK;
  double sites = model->c_unit[point->species] * point->volume;
  char place[64];
  mesh_place(device->mesh->dimension, device->mesh->x[point->node], place, sizeof place);
  point->sites = lround(sites);
  if (point->sites < SITES_MIN)
    return hd_fail(err, HD_INPUT,
                   "device %s: the cell of %s at %s holds %.3g sites; allowed with "
                   "stochastic.engine = \"integer\": at least 2, better 3: %s, or engine = "
                   "\"langevin\" or \"none\"",
                   device->spec->name, device->spec->species[point->species].name, place, sites,
                   larger_cells[device->mesh->coordinates]);
  if (fabs(sites - (double)point->sites) > SITES_ERROR * sites)
    return hd_fail(err, HD_INPUT,
                   "device %s: the cell of %s at %s holds %.3g sites; allowed with "
                   "stochastic.engine = \"integer\": a whole number, within 10 %%: %s that make it "
                   "one, or engine = \"langevin\" or \"none\"",
                   device->spec->name, device->spec->species[point->species].name, place, sites,
                   other_cells[device->mesh->coordinates]);
  return HD_OK;
}

/** Append the point of one species at one node. */
static enum hd_status add_point(struct lattice *lattice, int i, int node, int s, bool cell,
                                struct hd_error *err) {
  const struct system_instance *instance = instance_of(lattice, i);
  const struct device *device = instance->device;
  struct lattice_point *point = &lattice->points[lattice->n_points++];
  *point =
      (struct lattice_point){.instance = i,
                             .species = s,
                             .node = node,
                             .dof = instance->dof[node * device->model.n_unknowns + 1 + s],
                             .component = device->component[node * device->model.n_species + s],
                             .part = device_open_part(device, node, s),
                             .volume = device->species_volume[node * device->model.n_species + s]};
  point->per_ion = 1.0 / (device->model.c_unit[s] * point->volume);
  return cell ? count_sites(device, point, err) : HD_OK;
}

/** The face by which a contact node exchanges a species; NULL: it does not. */
static const struct contact_face *exchange_face(const struct device *device, int node, int s) {
  for (size_t f = 0; f < device->n_faces; f++)
    if (device->faces[f].node == node && device->faces[f].species == s)
      return &device->faces[f];
  return NULL;
}

static bool exchanges(const struct device *device, int node, int s) {
  if (device->model.carrier[s] || device->terminal_of[node] < 0)
    return false;
  return device->held[node * device->model.n_species + s] || exchange_face(device, node, s) != NULL;
}

/** All points of an instance: cells, then contact nodes that exchange. */
static enum hd_status add_points(struct lattice *lattice, int i, struct hd_error *err) {
  const struct device *device = instance_of(lattice, i)->device;
  struct lattice_block *block = &lattice->blocks[i];
  block->first = lattice->n_points;
  for (int cells = 1; cells >= 0; cells--) {
    for (int s = 0; s < device->model.n_species; s++)
      for (int k = 0; k < device->n_nodes; k++)
        if (cells ? is_cell(device, k, s) : exchanges(device, k, s))
          TRY(add_point(lattice, i, k, s, cells, err));
    if (cells)
      block->n_cells = lattice->n_points - block->first;
  }
  block->n_points = lattice->n_points - block->first;
  return HD_OK;
}

/** Sum of the measures of the edges by which a contact node reaches cells: shares its area. */
static double inward_measure(const struct device *device, int node, int s) {
  double sum = 0.0;
  for (size_t e = 0; e < device->mesh->n_edge_parts; e++) {
    const struct edge_part *edge = &device->mesh->edge_parts[e];
    int other = edge->k == node ? edge->l : edge->l == node ? edge->k : -1;
    if (other >= 0 && is_cell(device, other, s) &&
        device->model.regions[edge->region].species[s].present)
      sum += edge->measure;
  }
  return sum;
}

/** What an electrode does through one edge. */
static enum hd_status fill_electrode(const struct device *device, const struct edge_part *part,
                                     int node, int s, struct hop_electrode *electrode,
                                     struct hd_error *err) {
  const struct model *model = &device->model;
  const struct contact_face *face = exchange_face(device, node, s);
  double share = part->measure / inward_measure(device, node, s), area = 0.0;
  if (device->held[node * model->n_species + s]) {
    electrode->velocity = INFINITY;
    electrode->density = device->held_value[node * model->n_species + s] * model->c_unit[s];
  } else if (face->law != &contact_table[CONTACT_EXCHANGE]) {
    return hd_fail(err, HD_INPUT,
                   "device %s: contact %s: species %s: model = \"%s\" has no rates of single ions; "
                   "allowed with stochastic.engine = \"integer\": exchange, dirichlet, blocking",
                   device->spec->name, device->spec->contacts[face->terminal].name,
                   device->spec->species[s].name, face->law->name);
  } else {
    for (size_t f = 0; f < device->n_faces; f++)
      if (device->faces[f].node == node && device->faces[f].species == s)
        area += device->faces[f].area;
    electrode->velocity = face->velocity * area * share;
    electrode->density = face->c_eq;
  }
  electrode->conductance = model->regions[part->region].species[s].D * part->measure;
  electrode->full = model_is_limited(model, s) ? electrode->density / model->c_unit[s] : 0.0;
  return HD_OK;
}

static enum hd_status add_edge(struct lattice *lattice, int i, const struct edge_part *part, int s,
                               const int *point_of, struct hd_error *err) {
  const struct device *device = instance_of(lattice, i)->device;
  int ends[2] = {point_of[part->k], point_of[part->l]}, nodes[2] = {part->k, part->l};
  bool cell[2];
  for (int end = 0; end < 2; end++)
    cell[end] = ends[end] >= 0 && is_cell(device, nodes[end], s);
  if (!device->model.regions[part->region].species[s].present || ends[0] < 0 || ends[1] < 0 ||
      (!cell[0] && !cell[1]))
    return HD_OK;
  int first = cell[1] ? 0 : 1; /* an electrode is at the start */
  struct lattice_edge *edge = &lattice->edges[lattice->n_edges++];
  *edge = (struct lattice_edge){.from = ends[first], .to = ends[1 - first]};
  edge->at_electrode = !cell[first];
  double G = device->model.regions[part->region].species[s].D * part->measure;
  edge->frequency[0] = G / lattice->points[edge->from].volume;
  edge->frequency[1] = G / lattice->points[edge->to].volume;
  if (edge->at_electrode)
    TRY(fill_electrode(device, part, nodes[first], s, &edge->electrode, err));
  else
    lattice->highest = fmax(lattice->highest, fmax(edge->frequency[0], edge->frequency[1]));
  return HD_OK;
}

static enum hd_status add_edges(struct lattice *lattice, int i, struct hd_error *err) {
  const struct device *device = instance_of(lattice, i)->device;
  struct lattice_block *block = &lattice->blocks[i];
  int *point_of = NULL;
  TRY(hd_alloc(&point_of, (size_t)device->n_nodes, sizeof(int), err));
  block->first_edge = lattice->n_edges;
  enum hd_status status = HD_OK;
  for (int s = 0; s < device->model.n_species && status == HD_OK; s++) {
    if (device->model.carrier[s])
      continue;
    for (int k = 0; k < device->n_nodes; k++)
      point_of[k] = -1;
    for (int p = block->first; p < block->first + block->n_points; p++)
      if (lattice->points[p].species == s)
        point_of[lattice->points[p].node] = p;
    for (size_t e = 0; e < device->mesh->n_edge_parts && status == HD_OK; e++)
      status = add_edge(lattice, i, &device->mesh->edge_parts[e], s, point_of, err);
  }
  block->n_edges = lattice->n_edges - block->first_edge;
  hd_free(&point_of);
  return status;
}

static enum hd_status fill(struct lattice *lattice, struct hd_error *err) {
  struct system *system = lattice->system;
  size_t points = 0, edges = 0;
  for (size_t i = 0; i < system->n_instances; i++) {
    const struct device *device = system->instances[i].device;
    TRY(check_device(device, err));
    TRY(check_numbers(device, err));
    points += (size_t)(device->n_nodes * device->model.n_species);
    edges += device->mesh->n_edge_parts * (size_t)device->model.n_species;
    lattice->n_terminals += (size_t)device->n_terminals;
  }
  TRY(hd_alloc(&lattice->points, points, sizeof *lattice->points, err));
  TRY(hd_alloc(&lattice->edges, edges, sizeof *lattice->edges, err));
  TRY(hd_alloc(&lattice->blocks, system->n_instances, sizeof *lattice->blocks, err));
  TRY(hd_alloc(&lattice->charge, lattice->n_terminals, sizeof(double), err));
  TRY(hd_alloc(&lattice->charge_base, system->n_instances, sizeof(int), err));
  TRY(hd_alloc(&lattice->inflow, system_ion_components(system), sizeof(long), err));
  int base = 0;
  for (size_t i = 0; i < system->n_instances; i++) {
    lattice->charge_base[i] = base;
    base += system->instances[i].device->n_terminals;
    TRY(add_points(lattice, (int)i, err));
    TRY(add_edges(lattice, (int)i, err));
  }
  TRY(hd_alloc(&lattice->v, (size_t)lattice->n_points, sizeof(double), err));
  return lattice_self(lattice, err);
}

/**
 * Cells, hops and exchange of all devices of a system; no ions in them yet.
 * system  borrowed
 * Errors  HD_INPUT, HD_MEMORY
 */
enum hd_status lattice_create(struct lattice **out, struct system *system, struct hd_error *err) {
  struct lattice *lattice = NULL;
  TRY(hd_alloc(&lattice, 1, sizeof *lattice, err));
  lattice->system = system;
  enum hd_status status = fill(lattice, err);
  if (status != HD_OK)
    lattice_free(&lattice);
  *out = lattice;
  return status;
}

/** Free; NULL is accepted. */
void lattice_free(struct lattice **lattice) {
  if (!*lattice)
    return;
  hd_free(&(*lattice)->points);
  hd_free(&(*lattice)->edges);
  hd_free(&(*lattice)->blocks);
  hd_free(&(*lattice)->v);
  hd_free(&(*lattice)->charge);
  hd_free(&(*lattice)->charge_base);
  hd_free(&(*lattice)->inflow);
  hd_free(lattice);
}
