#include "solver/device.h"

#include <math.h>
#include "solver/base/memory.h"

static bool inside(const double lo[2], const double hi[2], const double *x) {
  const double slack = 1e-9;
  for (int axis = 0; axis < 2; axis++) {
    double room = slack * fmax(fabs(x[axis]), 1e-9);
    if (x[axis] < lo[axis] - room || x[axis] > hi[axis] + room)
      return false;
  }
  return true;
}

static double initial_density(const struct device *device, int node, int region, int s) {
  const struct device_spec *spec = device->spec;
  double density = region_density(spec, (size_t)region, (size_t)s);
  for (size_t i = 0; i < spec->n_profiles; i++)
    if (spec->profiles[i].ion == s &&
        inside(spec->profiles[i].lo, spec->profiles[i].hi, device->mesh->x[node]))
      density = spec->profiles[i].density;
  return density;
}

/** Immobile charge of a node part: doping, fixed charge, and the ions' background. */
static double immobile_charge(const struct device *device, const struct node_part *part) {
  const struct device_spec *spec = device->spec;
  const struct region_spec *region = &spec->regions[part->region];
  double donors = region->donors, acceptors = region->acceptors;
  for (size_t i = 0; i < spec->n_profiles; i++) {
    const struct profile_spec *profile = &spec->profiles[i];
    if (!inside(profile->lo, profile->hi, device->mesh->x[part->node]))
      continue;
    if (!isnan(profile->donors))
      donors = profile->donors;
    if (!isnan(profile->acceptors))
      acceptors = profile->acceptors;
  }
  double sum = donors - acceptors + region->fixed_charge;
  for (int s = 0; s < device->model.n_species; s++) {
    const struct species *species = &spec->species[s];
    if (species->kind != SPECIES_ION || !species->background ||
        !device->model.regions[part->region].species[s].present)
      continue;
    sum -= species->charge * region_density(spec, (size_t)part->region, (size_t)s);
  }
  return sum;
}

/** Volumes, initial ions, immobile charge. */
static enum hd_status fill_nodes(struct device *device, struct hd_error *err) {
  const struct mesh *mesh = device->mesh;
  int n_species = device->model.n_species;
  size_t entries = mesh->n_nodes * (size_t)n_species;
  TRY(hd_alloc(&device->node_volume, mesh->n_nodes, sizeof(double), err));
  TRY(hd_alloc(&device->species_volume, entries, sizeof(double), err));
  TRY(hd_alloc(&device->initial_x, entries, sizeof(double), err));
  TRY(hd_alloc(&device->fixed_charge, mesh->n_node_parts, sizeof(double), err));
  TRY(hd_alloc(&device->poisson_scale, mesh->n_nodes, sizeof(double), err));
  TRY(hd_alloc(&device->terminal_of, mesh->n_nodes, sizeof(int), err));
  for (size_t i = 0; i < mesh->n_node_parts; i++) {
    const struct node_part *part = &mesh->node_parts[i];
    device->node_volume[part->node] += part->volume;
    device->fixed_charge[i] = immobile_charge(device, part);
    for (int s = 0; s < n_species; s++) {
      if (!device->model.regions[part->region].species[s].present)
        continue;
      int at = part->node * n_species + s;
      device->species_volume[at] += part->volume;
      if (!device->model.carrier[s])
        device->initial_x[at] =
            initial_density(device, part->node, part->region, s) / device->model.c_unit[s];
    }
  }
  for (size_t e = 0; e < mesh->n_edge_parts; e++) {
    const struct edge_part *edge = &mesh->edge_parts[e];
    double g = device->model.regions[edge->region].eps * edge->measure;
    device->poisson_scale[edge->k] += g;
    device->poisson_scale[edge->l] += g;
  }
  for (size_t k = 0; k < mesh->n_nodes; k++)
    device->poisson_scale[k] = 1.0 / device->poisson_scale[k];
  return HD_OK;
}

/** Does any species of the node interact, so that field f lives there? Same region as the species.
 */
static enum hd_status number_dofs(struct device *device, struct hd_error *err) {
  const struct model *model = &device->model;
  int n_species = model->n_species, n_unknowns = device->n_unknowns;
  bool lumped = device_is_lumped(device);
  TRY(hd_alloc(&device->dof, (size_t)(device->n_nodes * device->n_unknowns), sizeof(int), err));
  for (int k = 0; k < device->n_nodes; k++)
    for (int j = 0; j < n_unknowns; j++) {
      int s = model->unknown_species[j];
      bool here = s < 0 || device->species_volume[k * n_species + s] > 0.0;
      if (j == model->heat && lumped)
        here = false;
      device->dof[k * n_unknowns + j] = here ? device->n_dofs++ : -1;
    }
  for (int k = 0; lumped && k < device->n_nodes; k++)
    device->dof[k * n_unknowns + model->heat] = device->n_dofs;
  device->n_dofs += lumped;
  return HD_OK;
}

static int find_root(int *parent, int k) {
  while (parent[k] != k) {
    parent[k] = parent[parent[k]];
    k = parent[k];
  }
  return k;
}

/** Connected pieces of one ion's nodes, by union-find over the edges open to it. */
static void label_species(struct device *device, int s, int *parent) {
  const struct mesh *mesh = device->mesh;
  int n_species = device->model.n_species;
  for (int k = 0; k < device->n_nodes; k++)
    parent[k] = k;
  for (size_t e = 0; e < mesh->n_edge_parts; e++) {
    const struct edge_part *edge = &mesh->edge_parts[e];
    if (device->model.regions[edge->region].species[s].present)
      parent[find_root(parent, edge->k)] = find_root(parent, edge->l);
  }
  for (int k = 0; k < device->n_nodes; k++) {
    int at = k * n_species + s, root = find_root(parent, k);
    double volume = device->species_volume[at];
    if (volume <= 0.0)
      continue;
    int root_at = root * n_species + s;
    if (device->component[root_at] < 0) {
      device->component[root_at] = (int)device->n_components++;
      device->components[device->component[root_at]] = (struct ion_component){
          .species = s, .terminal = -1, .thermal = device->spec->heat.kind == HEAT_LATTICE};
    }
    device->component[at] = device->component[root_at];
    device->components[device->component[at]].capacity += volume;
  }
}

/** How many terminals exchange each component. */
static void count_exchange(struct device *device) {
  int n_species = device->model.n_species;
  for (size_t i = 0; i < device->n_components; i++) {
    struct ion_component *component = &device->components[i];
    for (int T = 0; T < device->n_terminals; T++) {
      bool touches = false;
      for (size_t f = 0; f < device->n_faces; f++) {
        const struct contact_face *face = &device->faces[f];
        touches |= face->terminal == T && face->species == component->species &&
                   device->component[face->node * n_species + face->species] == (int)i;
      }
      for (size_t c = 0; c < device->n_contact_nodes; c++) {
        int at = device->contact_nodes[c].node * n_species + component->species;
        bool held = device->contact_nodes[c].terminal == T && device->held[at] &&
                    device->component[at] == (int)i;
        touches |= held;
        component->dirichlet |= held;
      }
      component->n_exchange += touches;
      component->terminal = touches ? T : component->terminal;
    }
  }
}

static enum hd_status label_ions(struct device *device, struct hd_error *err) {
  int *parent = NULL;
  size_t entries = (size_t)(device->n_nodes * device->model.n_species);
  TRY(hd_alloc(&device->component, entries, sizeof(int), err));
  TRY(hd_alloc(&device->components, entries, sizeof *device->components, err));
  TRY(hd_alloc(&parent, (size_t)device->n_nodes, sizeof(int), err));
  for (size_t i = 0; i < entries; i++)
    device->component[i] = -1;
  for (int s = 0; s < device->model.n_species; s++)
    if (!device->model.carrier[s])
      label_species(device, s, parent);
  hd_free(&parent);
  count_exchange(device);
  return HD_OK;
}

/** Optical depth along the stack at zero lateral position: sum of the layers' absorption. */
static double optical_depth(const struct device_spec *spec, double depth) {
  double from = 0.0, sum = 0.0, height = shape_height(&spec->shape);
  bool from_end = spec->generation.from_end;
  for (size_t i = 0; i < spec->shape.n_layers; i++) {
    const struct shape_layer *layer = &spec->shape.layers[i];
    double to = from + layer->thickness;
    double absorption = spec->materials[spec->regions[layer->region].material].absorption;
    double lo = from_end ? fmax(from, depth) : from;
    double hi = from_end ? fmin(to, height) : fmin(to, depth);
    if (hi > lo && !isnan(absorption))
      sum += absorption * (hi - lo);
    from = to;
  }
  return sum;
}

static enum hd_status fill_generation(struct device *device, struct hd_error *err) {
  const struct mesh *mesh = device->mesh;
  const struct generation *light = &device->spec->generation;
  TRY(hd_alloc(&device->generation, mesh->n_node_parts, sizeof(double), err));
  if (light->kind == GENERATION_NONE)
    return HD_OK;
  for (size_t i = 0; i < mesh->n_node_parts; i++) {
    const struct node_part *part = &mesh->node_parts[i];
    double depth = mesh->x[part->node][mesh->dimension - 1];
    const struct material *material = device->model.regions[part->region].material;
    double absorption = isnan(material->absorption) ? 0.0 : material->absorption;
    device->generation[i] =
        generation_rate(light, depth, absorption, optical_depth(device->spec, depth));
  }
  return HD_OK;
}

static enum hd_status device_fill(struct device *device, const struct run_spec *run,
                                  struct hd_error *err) {
  TRY(mesh_build(&device->mesh, &device->spec->shape, err));
  TRY(model_build(&device->model, run, device->spec, err));
  device->n_nodes = (int)device->mesh->n_nodes;
  device->n_unknowns = device->model.n_unknowns;
  device->n_terminals = (int)device->spec->n_contacts;
  TRY(fill_nodes(device, err));
  TRY(number_dofs(device, err));
  TRY(device_contacts(device, run, err));
  TRY(label_ions(device, err));
  TRY(fill_generation(device, err));
  TRY(device_heat(device, err));
  return device_ramo(device, err);
}

/**
 * Bind mesh and physics of one device.
 * device  out; the caller frees it with device_free. `run` is borrowed and must outlive it.
 * Errors  HD_INPUT (mesh), HD_MEMORY
 */
enum hd_status device_create(struct device **out, const struct run_spec *run, int index,
                             struct hd_error *err) {
  struct device *device = NULL;
  TRY(hd_alloc(&device, 1, sizeof *device, err));
  device->spec = &run->devices[index];
  enum hd_status status = device_fill(device, run, err);
  if (status != HD_OK)
    device_free(&device);
  *out = device;
  return status;
}

/** Free a device; NULL is accepted. */
void device_free(struct device **device) {
  if (!*device)
    return;
  struct device *d = *device;
  mesh_free(&d->mesh);
  model_free(&d->model);
  hd_free(&d->dof);
  hd_free(&d->poisson_scale);
  hd_free(&d->node_volume);
  hd_free(&d->species_volume);
  hd_free(&d->fixed_charge);
  hd_free(&d->generation);
  hd_free(&d->initial_x);
  hd_free(&d->terminal_of);
  hd_free(&d->contact_nodes);
  hd_free(&d->faces);
  hd_free(&d->links);
  hd_free(&d->component);
  hd_free(&d->components);
  hd_free(&d->held);
  hd_free(&d->held_value);
  hd_free(&d->weight);
  hd_free(&d->capacitance);
  hd_free(&d->sink);
  hd_free(&d->heat_scale);
  hd_free(&d->heat_storage);
  hd_free(&d->heat_loss);
  hd_free(device);
}
