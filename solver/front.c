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

/** "an edge of 1.2 nm at (0, 3) nm<of>, longer than the smoothing length ...". */
static void speak_edge(int dimension, const struct front *front, const char *of, char *text,
                       size_t size) {
  char where[96];
  mesh_place(dimension, front->x, where, sizeof where);
  snprintf(
      text, size,
      "an edge of %.3g nm at %s%s, longer than the smoothing length %.3g nm: its speed depends "
      "on the mesh; allowed: at most %.3g nm",
      1e9 * front->h, where, of, 1e9 * front->ell, 1e9 * mesh_front_spacing(front->ell, dimension));
}

/** Say in a sentence what is wrong with a front on an edge longer than the smoothing length. */
void front_speak(const struct system *system, const struct front *front, char *text, size_t size) {
  const struct device *device = system->instances[front->instance].device;
  char of[HD_NAME + 8], edge[HD_ERROR_TEXT];
  snprintf(of, sizeof of, " of %s", device->spec->name);
  speak_edge(device->mesh->dimension, front, of, edge, sizeof edge);
  snprintf(text, size, "the front of %s passes %s", device->spec->species[front->species].name,
           edge);
}

/** Nodes this near to the border of a zone stand on it, as a share of the zone. */
static const double ON_BORDER = 1e-9;

static bool is_in(const struct front_zone *zone, const double x[2], int dimension) {
  for (int axis = 0; axis < dimension; axis++) {
    double slack = ON_BORDER * (zone->hi[axis] - zone->lo[axis]);
    if (x[axis] < zone->lo[axis] - slack || x[axis] > zone->hi[axis] + slack)
      return false;
  }
  return true;
}

/** Count the nodes that stand where fronts can go. */
size_t front_nodes(const struct mesh *mesh, const struct front_zones *fronts) {
  size_t n = 0;
  for (size_t k = 0; k < mesh->n_nodes; k++) {
    bool reached = false;
    for (size_t i = 0; i < fronts->n && !reached; i++)
      reached = is_in(&fronts->zones[i], mesh->x[k], mesh->dimension);
    n += reached;
  }
  return n;
}

/**
 * Look for the coarsest edge where a front can go, before anything is solved.
 * above   h / ell that it must exceed
 * front   out: h, ell, x; untouched when there is none
 * Errors  none
 */
bool front_expected(const struct device_spec *device, const struct mesh *mesh,
                    const struct front_zones *fronts, double above, struct front *front) {
  bool found = false;
  for (size_t e = 0; e < mesh->n_edge_parts; e++) {
    const struct edge_part *edge = &mesh->edge_parts[e];
    double ell = device->materials[device->regions[edge->region].material].smoothing, x[2];
    if (!(ell > 0) || edge->length <= above * ell)
      continue;
    for (int axis = 0; axis < 2; axis++)
      x[axis] = 0.5 * (mesh->x[edge->k][axis] + mesh->x[edge->l][axis]);
    bool reached = false;
    for (size_t i = 0; i < fronts->n && !reached; i++)
      reached = is_in(&fronts->zones[i], x, mesh->dimension);
    if (!reached)
      continue;
    *front = (struct front){.h = edge->length, .ell = ell, .x = {x[0], x[1]}};
    above = edge->length / ell;
    found = true;
  }
  return found;
}

/** Say in a sentence that the mesh is too coarse where a front can go. */
void front_foretell(int dimension, const struct front *front, char *text, size_t size) {
  char edge[HD_ERROR_TEXT];
  speak_edge(dimension, front, "", edge, sizeof edge);
  snprintf(text, size, "a front can pass %s", edge);
}
