#include "solver/system.h"

#include <stdio.h>

static int find_node(const struct system_instance *instance, int row, int *j) {
  const struct device *device = instance->device;
  for (int i = 0; i < device->n_nodes * device->n_unknowns; i++)
    if (instance->dof[i] == row) {
      *j = i % device->n_unknowns;
      return i / device->n_unknowns;
    }
  return -1;
}

static void node_place(const struct system_instance *instance, int node, int j, char *text,
                       size_t size) {
  const struct device *device = instance->device;
  char where[96];
  int s;
  const char *kind = model_unknown_kind(&device->model, j, &s);
  mesh_place(device->mesh->dimension, device->mesh->x[node], where, sizeof where);
  if (j == device->model.heat && device_is_lumped(device)) {
    snprintf(text, size, "%s of %s", kind, device->spec->name);
    return;
  }
  snprintf(text, size, "%s%s%s at %s of %s", kind, s < 0 ? "" : " of ",
           s < 0 ? "" : device->spec->species[s].name, where, device->spec->name);
}

/** Name the equation of a row and its place. */
void system_row_place(const struct system *system, int row, char *text, size_t size) {
  const struct circuit_spec *circuit = &system->run->circuit;
  if (row >= system->branch_base) {
    snprintf(text, size, "equation of circuit element %s",
             circuit->elements[row - system->branch_base].name);
    return;
  }
  if (row >= system->net_base) {
    snprintf(text, size, "Kirchhoff's current law at net %s",
             circuit->nets[row - system->net_base + 1]);
    return;
  }
  for (size_t i = 0; i < system->n_instances; i++) {
    const struct system_instance *instance = &system->instances[i];
    int j, node = find_node(instance, row, &j);
    if (node >= 0) {
      node_place(instance, node, j, text, size);
      return;
    }
    if (row >= instance->current_base && row < instance->lambda_base) {
      snprintf(text, size, "current into %s of %s",
               instance->device->spec->contacts[row - instance->current_base].name,
               instance->device->spec->name);
      return;
    }
  }
  snprintf(text, size, "number of ions");
}
