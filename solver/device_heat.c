#include <math.h>
#include "solver/base/memory.h"
#include "solver/device.h"

/** Heat capacity of every node, and what it loses sideways. */
static void add_volumes(struct device *device) {
  const struct mesh *mesh = device->mesh;
  for (size_t i = 0; i < mesh->n_node_parts; i++) {
    const struct node_part *part = &mesh->node_parts[i];
    device->heat_storage[part->node] += part->volume * device->model.regions[part->region].storage;
    device->heat_loss[part->node] += part->volume * device->spec->heat.sideways;
  }
}

/** A surface with a thermal resistance times area to the surroundings, K m^2/W; 0: a heat sink. */
static void add_surface(struct device *device, int node, double area, double resistance) {
  if (resistance > 0.0)
    device->heat_loss[node] += area / resistance;
  else
    device->sink[node] = true;
}

static void add_contacts(struct device *device) {
  const struct mesh *mesh = device->mesh;
  for (size_t f = 0; f < mesh->n_face_parts; f++) {
    const struct face_part *face = &mesh->face_parts[f];
    const struct contact *contact = &device->spec->contacts[face->terminal];
    if (!contact->adiabatic)
      add_surface(device, face->node, face->area, contact->thermal_resistance);
  }
}

/** What is left of the sides: insulated unless the input gives a resistance. */
static void add_sides(struct device *device) {
  const struct mesh *mesh = device->mesh;
  for (size_t i = 0; i < mesh->n_side_parts; i++) {
    const struct side_part *part = &mesh->side_parts[i];
    double resistance = device->spec->side_resistance[part->side];
    if (!isnan(resistance))
      add_surface(device, part->node, part->area, resistance);
  }
}

/** Row factors: K/W, as the conduction to the neighbours makes it. */
static void fill_scale(struct device *device) {
  const struct mesh *mesh = device->mesh;
  for (int k = 0; k < device->n_nodes; k++)
    device->heat_scale[k] = device->heat_loss[k];
  for (size_t e = 0; e < mesh->n_edge_parts; e++) {
    const struct edge_part *edge = &mesh->edge_parts[e];
    double g = device->model.regions[edge->region].kappa * edge->measure;
    device->heat_scale[edge->k] += g;
    device->heat_scale[edge->l] += g;
  }
  for (int k = 0; k < device->n_nodes; k++)
    device->heat_scale[k] = 1.0 / device->heat_scale[k];
}

/** One temperature: its capacity and its loss stand at node 0. */
static void lump(struct device *device) {
  const struct heat *heat = &device->spec->heat;
  double capacity = 0.0;
  for (int k = 0; k < device->n_nodes; k++) {
    capacity += device->heat_storage[k];
    device->heat_storage[k] = 0.0;
    device->heat_scale[k] = heat->resistance;
  }
  device->heat_storage[0] = isnan(heat->capacity) ? capacity : heat->capacity;
  device->heat_loss[0] = 1.0 / heat->resistance;
}

/**
 * What the heat balance of every node is made of. Nothing without heat.
 * Errors  HD_MEMORY
 */
enum hd_status device_heat(struct device *device, struct hd_error *err) {
  size_t nodes = (size_t)device->n_nodes;
  if (device->model.heat < 0)
    return HD_OK;
  TRY(hd_alloc(&device->sink, nodes, sizeof *device->sink, err));
  TRY(hd_alloc(&device->heat_scale, nodes, sizeof(double), err));
  TRY(hd_alloc(&device->heat_storage, nodes, sizeof(double), err));
  TRY(hd_alloc(&device->heat_loss, nodes, sizeof(double), err));
  add_volumes(device);
  if (device_is_lumped(device)) {
    lump(device);
    return HD_OK;
  }
  add_contacts(device);
  add_sides(device);
  fill_scale(device);
  return HD_OK;
}
