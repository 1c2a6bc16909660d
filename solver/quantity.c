#include "solver/quantity.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include "physics/reaction.h"
#include "solver/base/memory.h"

static const double *unknowns(const struct system_instance *instance, int node) {
  return &instance->u[node * instance->device->n_unknowns];
}

static const struct species_state *state_of(const struct system_instance *instance, size_t part) {
  return &instance->state[part * (size_t)instance->device->model.n_species];
}

/** Mean over the parts of each node, by volume. */
static void mean_over_parts(const struct system_instance *instance,
                            double (*local)(const struct system_instance *, size_t part, int s),
                            int s, double *values) {
  const struct mesh *mesh = instance->device->mesh;
  for (size_t k = 0; k < mesh->n_nodes; k++)
    values[k] = 0.0;
  for (size_t i = 0; i < mesh->n_node_parts; i++) {
    const struct node_part *part = &mesh->node_parts[i];
    values[part->node] +=
        local(instance, i, s) * part->volume / instance->device->node_volume[part->node];
  }
}

static void psi(const struct system_instance *instance, int s, double *values) {
  (void)s;
  for (int k = 0; k < instance->device->n_nodes; k++)
    values[k] = unknowns(instance, k)[0];
}

static void temperature(const struct system_instance *instance, int s, double *values) {
  (void)s;
  for (int k = 0; k < instance->device->n_nodes; k++)
    values[k] = model_temperature(&instance->device->model, unknowns(instance, k));
}

/** Unknown j of every node; missing where species s cannot be. */
static void where_present(const struct system_instance *instance, int s, int j, double *values) {
  const struct device *device = instance->device;
  for (int k = 0; k < device->n_nodes; k++)
    values[k] = device->species_volume[k * device->model.n_species + s] > 0.0
                    ? unknowns(instance, k)[j]
                    : NAN;
}

static void potential(const struct system_instance *instance, int s, double *values) {
  where_present(instance, s, 1 + s, values);
}

static void fraction(const struct system_instance *instance, int s, double *values) {
  potential(instance, s, values);
}

static void smoothed(const struct system_instance *instance, int s, double *values) {
  const struct model *model = &instance->device->model;
  where_present(instance, s, 1 + model->n_species + model->field[s], values);
}

static double local_density(const struct system_instance *instance, size_t part, int s) {
  return state_of(instance, part)[s].c;
}

static void density(const struct system_instance *instance, int s, double *values) {
  mean_over_parts(instance, local_density, s, values);
}

static double local_charge(const struct system_instance *instance, size_t part, int s) {
  const struct model *model = &instance->device->model;
  double charge = instance->device->fixed_charge[part];
  for (s = 0; s < model->n_species; s++)
    charge += model->charge[s] * state_of(instance, part)[s].c;
  return model->q * charge;
}

static void charge_density(const struct system_instance *instance, int s, double *values) {
  mean_over_parts(instance, local_charge, s, values);
}

static double local_recombination(const struct system_instance *instance, size_t part, int s) {
  const struct model *model = &instance->device->model;
  const struct node_part *at = &instance->device->mesh->node_parts[part];
  struct model_reaction reaction;
  (void)s;
  model_react(model, at->region, unknowns(instance, at->node), state_of(instance, part), false,
              &reaction);
  return model->electron < 0 ? 0.0 : reaction.rate[model->electron];
}

static void recombination(const struct system_instance *instance, int s, double *values) {
  mean_over_parts(instance, local_recombination, s, values);
}

/** A vector given on the edges, brought to the nodes: mean over the edges along one axis, weighted
 * with the edge's face area. `edge` gives face area times the component, k -> l. */
static void edges_to_nodes(const struct system_instance *instance, int axis, int s,
                           double (*edge)(const struct system_instance *, const struct edge_part *,
                                          int s),
                           double *values) {
  const struct mesh *mesh = instance->device->mesh;
  double *area = instance->up; /* free between assemblies; one entry per node is enough */
  for (size_t k = 0; k < mesh->n_nodes; k++)
    values[k] = area[k] = 0.0;
  for (size_t e = 0; e < mesh->n_edge_parts; e++) {
    const struct edge_part *at = &mesh->edge_parts[e];
    double along = mesh->x[at->l][axis] - mesh->x[at->k][axis];
    if (fabs(along) < 0.5 * at->length)
      continue;
    double flow = edge(instance, at, s) * (along > 0.0 ? 1.0 : -1.0);
    double face = at->measure * at->length;
    values[at->k] += flow;
    values[at->l] += flow;
    area[at->k] += face;
    area[at->l] += face;
  }
  for (size_t k = 0; k < mesh->n_nodes; k++)
    values[k] = area[k] > 0.0 ? values[k] / area[k] : NAN;
}

static double edge_field(const struct system_instance *instance, const struct edge_part *edge,
                         int s) {
  (void)s;
  return edge->measure * (unknowns(instance, edge->k)[0] - unknowns(instance, edge->l)[0]);
}

/** Particles of every species along an edge, k -> l, 1/s, and the heat that they leave on it where
 * there is a temperature, W. Held ions do not move. */
static void edge_fluxes(const struct system_instance *instance, const struct edge_part *edge,
                        double F[MODEL_SPECIES], double heat[MODEL_SPECIES]) {
  const struct model *model = &instance->device->model;
  struct model_flux flux;
  model_edge(model, edge->region, edge->length, unknowns(instance, edge->k),
             unknowns(instance, edge->l), state_of(instance, (size_t)edge->part_k),
             state_of(instance, (size_t)edge->part_l), edge_emf(instance, edge), false, &flux);
  for (int s = 0; s < model->n_species; s++) {
    bool still = instance->held && !model->carrier[s];
    F[s] = still ? 0.0 : edge->measure * flux.F[s];
    heat[s] = still || model->heat < 0 ? 0.0 : edge->measure * flux.heat[s];
  }
}

static double edge_current(const struct system_instance *instance, const struct edge_part *edge,
                           int s) {
  const struct model *model = &instance->device->model;
  double F[MODEL_SPECIES], heat[MODEL_SPECIES];
  edge_fluxes(instance, edge, F, heat);
  return model->q * model->charge[s] * F[s];
}

/** Electrochemical potential of a species at one end of an edge, J up to a constant of the region.
 */
static double energy(const struct system_instance *instance, const struct edge_part *edge, int part,
                     int s) {
  const struct model *model = &instance->device->model;
  double d_a;
  return model->q * model->V_T *
         model_potential(model, edge->region, s, state_of(instance, (size_t)part), &d_a);
}

/** Shares outside 0 to 1, by the error of a time step, have no potential. */
static bool has_energy(const struct system_instance *instance, int part, int s) {
  const struct species_state *state = &state_of(instance, (size_t)part)[s];
  return state->c > 0.0 && state->f > 0.0;
}

/** What every species loses on its way along the edges, half at either end, over the node's volume.
 */
static void joule_heat(const struct system_instance *instance, int s, double *values) {
  const struct device *device = instance->device;
  const struct mesh *mesh = device->mesh;
  for (size_t k = 0; k < mesh->n_nodes; k++)
    values[k] = 0.0;
  for (size_t e = 0; e < mesh->n_edge_parts; e++) {
    const struct edge_part *at = &mesh->edge_parts[e];
    double F[MODEL_SPECIES], heat[MODEL_SPECIES], power = 0.0;
    edge_fluxes(instance, at, F, heat);
    for (s = 0; s < device->model.n_species; s++)
      if (device->model.heat >= 0)
        power += heat[s];
      else if (F[s] != 0.0 && has_energy(instance, at->part_k, s) &&
               has_energy(instance, at->part_l, s))
        power += F[s] * (energy(instance, at, at->part_k, s) - energy(instance, at, at->part_l, s));
    values[at->k] += 0.5 * power / device->node_volume[at->k];
    values[at->l] += 0.5 * power / device->node_volume[at->l];
  }
}

static void field_x(const struct system_instance *instance, int s, double *values) {
  edges_to_nodes(instance, 0, s, edge_field, values);
}

static void field_y(const struct system_instance *instance, int s, double *values) {
  edges_to_nodes(instance, 1, s, edge_field, values);
}

static void current_x(const struct system_instance *instance, int s, double *values) {
  edges_to_nodes(instance, 0, s, edge_current, values);
}

static void current_y(const struct system_instance *instance, int s, double *values) {
  edges_to_nodes(instance, 1, s, edge_current, values);
}

const struct quantity quantity_table[] = {
    {"psi", "V", "electrostatic potential", PER_DEVICE, psi},
    {"electric_field_x", "V m-1", "electric field along x (r)", PER_DEVICE, field_x},
    {"electric_field_y", "V m-1", "electric field along y (z)", PER_DEVICE_2D, field_y},
    {"charge_density", "C m-3", "electric charge density", PER_DEVICE, charge_density},
    {"temperature", "K", "lattice temperature", PER_DEVICE_HEAT, temperature},
    {"joule_heat", "W m-3", "heat of the currents of all species", PER_DEVICE, joule_heat},
    {"recombination", "m-3 s-1", "net recombination rate", PER_DEVICE, recombination},
    {"density_%s", "m-3", "number density of %s", PER_SPECIES, density},
    {"quasi_fermi_%s", "V", "quasi-Fermi potential of %s", PER_CARRIER, potential},
    {"fraction_%s", "1", "density of %s over its site (or mean) density", PER_ION, fraction},
    {"smoothed_%s", "1", "smoothed field of %s", PER_FIELD, smoothed},
    {"current_density_x_%s", "A m-2", "current density of %s along x (r)", PER_SPECIES, current_x},
    {"current_density_y_%s", "A m-2", "current density of %s along y (z)", PER_SPECIES_2D,
     current_y},
};
const size_t quantity_table_count = sizeof quantity_table / sizeof *quantity_table;

/* ---- sets ---- */

static bool applies(const struct quantity *row, const struct device *device, int s) {
  const struct model *model = &device->model;
  switch (row->per) {
  case PER_DEVICE:
    return s == 0;
  case PER_DEVICE_2D:
    return s == 0 && device->mesh->dimension == 2;
  case PER_DEVICE_HEAT:
    return s == 0 && model->heat >= 0;
  case PER_SPECIES:
    return s < model->n_species;
  case PER_SPECIES_2D:
    return s < model->n_species && device->mesh->dimension == 2;
  case PER_CARRIER:
    return s < model->n_species && model->carrier[s];
  case PER_ION:
    return s < model->n_species && !model->carrier[s];
  case PER_FIELD:
    return s < model->n_species && model->field[s] >= 0;
  }
  return false;
}

/** Variables that are no quantities of a state, at most: noise of each species in three ways, and
 * what a device has once. */
enum { ADDED_MAX = 3 * MODEL_SPECIES + 8 };

static void describe(struct quantity_set *set, size_t i, const struct device *device) {
  const struct quantity *row = set->row[i];
  const char *species =
      set->species[i] < device->model.n_species ? device->spec->species[set->species[i]].name : "";
  const char *text[2] = {row->name, row->long_name};
  for (int t = 0; t < 2; t++) {
    const char *mark = strstr(text[t], "%s");
    if (mark)
      snprintf(set->names[i][t], sizeof set->names[i][t], "%.*s%s%s", (int)(mark - text[t]),
               text[t], species, mark + 2);
    else
      snprintf(set->names[i][t], sizeof set->names[i][t], "%s", text[t]);
  }
  set->variables[i] = (struct sink_variable){
      .name = set->names[i][0], .units = row->units, .long_name = set->names[i][1]};
}

/**
 * List the variables of one device and make room for their values.
 * Errors  HD_MEMORY; the caller frees the set with quantity_set_free in any case
 */
enum hd_status quantity_set_create(struct quantity_set *set, const struct system_instance *instance,
                                   struct hd_error *err) {
  const struct device *device = instance->device;
  size_t room = quantity_table_count * (MODEL_SPECIES + 1) + ADDED_MAX;
  memset(set, 0, sizeof *set);
  TRY(hd_alloc(&set->row, room, sizeof *set->row, err));
  TRY(hd_alloc(&set->species, room, sizeof *set->species, err));
  TRY(hd_alloc(&set->names, room, sizeof *set->names, err));
  TRY(hd_alloc(&set->variables, room, sizeof *set->variables, err));
  TRY(hd_alloc(&set->values, room, sizeof *set->values, err));
  for (size_t r = 0; r < quantity_table_count; r++)
    for (int s = 0; s < MODEL_SPECIES; s++) {
      if (!applies(&quantity_table[r], device, s))
        continue;
      size_t i = set->count++;
      set->row[i] = &quantity_table[r];
      set->species[i] = s;
      describe(set, i, device);
      TRY(hd_alloc(&set->values[i], (size_t)device->n_nodes, sizeof(double), err));
    }
  return HD_OK;
}

/**
 * Add a variable that is no quantity of a state.
 * values  out: [n_nodes] where the caller puts them, NAN until then; borrowed
 * Errors  HD_MEMORY
 */
enum hd_status quantity_set_add(struct quantity_set *set, const struct device *device,
                                const char *name, const char *units, const char *long_name,
                                double **values, struct hd_error *err) {
  size_t i = set->count++;
  snprintf(set->names[i][0], sizeof set->names[i][0], "%s", name);
  snprintf(set->names[i][1], sizeof set->names[i][1], "%s", long_name);
  set->variables[i] = (struct sink_variable){
      .name = set->names[i][0], .units = units, .long_name = set->names[i][1]};
  TRY(hd_alloc(&set->values[i], (size_t)device->n_nodes, sizeof(double), err));
  for (int k = 0; k < device->n_nodes; k++)
    set->values[i][k] = NAN;
  *values = set->values[i];
  return HD_OK;
}

/** Evaluate every quantity of the set at one state. */
void quantity_set_fill(struct quantity_set *set, struct system *system, int instance,
                       const double *y, const double *yp, double t, bool frozen) {
  system_gather(system, y, yp, t);
  system->instances[instance].held = frozen;
  for (size_t i = 0; i < set->count; i++)
    if (set->row[i])
      set->row[i]->value(&system->instances[instance], set->species[i], set->values[i]);
}

/** Free a set; a zeroed one is accepted. */
void quantity_set_free(struct quantity_set *set) {
  for (size_t i = 0; set->values && i < set->count; i++)
    hd_free(&set->values[i]);
  hd_free(&set->row);
  hd_free(&set->species);
  hd_free(&set->names);
  hd_free(&set->variables);
  hd_free(&set->values);
  set->count = 0;
}
