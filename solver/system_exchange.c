#include <string.h>
#include "solver/system.h"

/* The same unknowns with other numbers in their equations. */

/** The same nodes and unknowns? */
static bool same_unknowns(const struct system_instance *a, const struct system_instance *b) {
  const struct device *one = a->device, *other = b->device;
  if (one->n_nodes != other->n_nodes || one->n_unknowns != other->n_unknowns ||
      one->n_terminals != other->n_terminals || one->n_components != other->n_components ||
      one->mesh->n_node_parts != other->mesh->n_node_parts ||
      one->mesh->n_edge_parts != other->mesh->n_edge_parts)
    return false;
  size_t unknowns = (size_t)(one->n_nodes * one->n_unknowns);
  return memcmp(a->dof, b->dof, unknowns * sizeof *a->dof) == 0;
}

/** Do both write the same entries of the matrix, in the same order? */
static bool same_entries(const struct device *one, const struct device *other) {
  bool same = one->n_faces == other->n_faces && one->n_links == other->n_links &&
              memcmp(one->model.couples, other->model.couples, sizeof one->model.couples) == 0;
  for (size_t c = 0; same && c < one->n_components; c++)
    same = one->components[c].n_exchange == other->components[c].n_exchange &&
           one->components[c].dirichlet == other->components[c].dirichlet;
  for (size_t f = 0; same && f < one->n_faces; f++)
    same = one->faces[f].node == other->faces[f].node &&
           one->faces[f].species == other->faces[f].species;
  for (size_t l = 0; same && l < one->n_links; l++)
    same =
        one->links[l].node == other->links[l].node && one->links[l].after == other->links[l].after;
  return same;
}

/** Have two systems the same unknowns, node by node? */
bool system_is_alike(const struct system *a, const struct system *b) {
  bool same = a->n == b->n && a->n_instances == b->n_instances && a->n_devices == b->n_devices;
  for (size_t i = 0; same && i < a->n_instances; i++)
    same = same_unknowns(&a->instances[i], &b->instances[i]);
  return same;
}

#define EXCHANGE(type, one, other)                                                                 \
  do {                                                                                             \
    type kept = (one);                                                                             \
    (one) = (other);                                                                               \
    (other) = kept;                                                                                \
  } while (0)

/**
 * Let both systems change their places: run, devices, circuit, drives, held ions and guess. Plans
 * with their factors stay where they are, unless the entries of their matrices change.
 * a, b    alike (system_is_alike)
 * Errors  none
 */
void system_exchange(struct system *a, struct system *b) {
  bool same = true;
  for (size_t i = 0; i < a->n_instances; i++) {
    same = same && same_entries(a->instances[i].device, b->instances[i].device);
    EXCHANGE(struct system_instance, a->instances[i], b->instances[i]);
  }
  EXCHANGE(const struct run_spec *, a->run, b->run);
  EXCHANGE(struct device **, a->devices, b->devices);
  EXCHANGE(struct element *, a->elements, b->elements);
  EXCHANGE(struct waveform *, a->light, b->light);
  EXCHANGE(struct waveform *, a->surroundings, b->surroundings);
  EXCHANGE(double *, a->frozen, b->frozen);
  EXCHANGE(double *, a->guess, b->guess);
  a->exchanges++;
  b->exchanges++;
  for (int i = 0; !same && i < SYSTEM_PLANS; i++)
    for (int side = 0; side < 2; side++)
      system_drop_plan(side ? b : a, (enum system_mode)(i / 2), i % 2 != 0);
}
