#include "solver/front.h"

#include <math.h>
#include <stdio.h>
#include "solver/mesh_scale.h"

/** A front lies where this share of the sites is taken. */
static const double HALF = 0.5;

/** A front of this ion crosses the edge. Ions without a site limit have no fronts. */
static bool is_crossed(const struct system *system, const struct system_instance *instance,
                       const struct edge_part *edge, int s, const double *y) {
  const struct model *model = &instance->device->model;
  int k = instance->dof[edge->k * model->n_unknowns + 1 + s];
  int l = instance->dof[edge->l * model->n_unknowns + 1 + s];
  if (!model->regions[edge->region].species[s].present || k >= system->n || l >= system->n)
    return false;
  return (y[k] < HALF) != (y[l] < HALF);
}

/** Ions with a site limit and a smoothed field of their own: those that condense. */
static bool condenses(const struct model *model, int s) {
  return !model->carrier[s] && model_is_limited(model, s) && model->field[s] >= 0;
}

/**
 * Look for the front on the coarsest edge, in units of the smoothing length of the edge's region.
 * y       [n]
 * above   h / ell that it must exceed
 * front   out, untouched when there is none
 * Errors  none
 */
bool front_widest(const struct system *system, const double *y, double above, struct front *front) {
  bool found = false;
  for (size_t i = 0; i < system->n_instances; i++) {
    const struct system_instance *instance = &system->instances[i];
    const struct model *model = &instance->device->model;
    const struct mesh *mesh = instance->device->mesh;
    for (size_t e = 0; e < mesh->n_edge_parts; e++) {
      const struct edge_part *edge = &mesh->edge_parts[e];
      double ell = sqrt(model->regions[edge->region].ell2);
      if (!(ell > 0) || edge->length <= above * ell)
        continue;
      for (int s = 0; s < model->n_species; s++) {
        if (!condenses(model, s) || !is_crossed(system, instance, edge, s, y))
          continue;
        *front = (struct front){.instance = (int)i, .species = s, .h = edge->length, .ell = ell};
        for (int axis = 0; axis < 2; axis++)
          front->x[axis] = 0.5 * (mesh->x[edge->k][axis] + mesh->x[edge->l][axis]);
        above = edge->length / ell;
        found = true;
      }
    }
  }
  return found;
}

/** Say in a sentence what is wrong with a front on an edge longer than the smoothing length. */
void front_speak(const struct system *system, const struct front *front, char *text, size_t size) {
  const struct device *device = system->instances[front->instance].device;
  int dimension = device->mesh->dimension;
  char where[96];
  if (dimension == 1)
    snprintf(where, sizeof where, "x = %.4g nm", 1e9 * front->x[0]);
  else
    snprintf(where, sizeof where, "(%.4g, %.4g) nm", 1e9 * front->x[0], 1e9 * front->x[1]);
  snprintf(
      text, size,
      "the front of %s passes an edge of %.3g nm at %s of %s, longer than the smoothing length "
      "%.3g nm: its speed depends on the mesh; allowed: at most %.3g nm",
      device->spec->species[front->species].name, 1e9 * front->h, where, device->spec->name,
      1e9 * front->ell, 1e9 * mesh_front_spacing(front->ell, dimension));
}
