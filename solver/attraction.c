#include "solver/attraction.h"

#include <math.h>
#include <stdio.h>

/** A length that is the smoothing length but for rounding. */
static const double ROUNDING = 1 + 1e-6;

/** "interactions[0] (electron with vacancy, 0.6 eV)", as the input counts them. */
static void name_pair(const struct device *device, size_t i, char *text, size_t size) {
  const struct interaction *pair = &device->spec->interactions[i];
  snprintf(text, size, "interactions[%zu] (%s with %s, %.4g eV)", i, pair->between[0],
           pair->between[1], pair->energy_V);
}

static bool is_local(const struct device *device, int engine, size_t i, char *text, size_t size) {
  char pair[4 * HD_NAME];
  bool single = engine == ENGINE_INTEGER;
  const struct interaction *local = &device->spec->interactions[i];
  if (local->reciprocal != RECIPROCAL_LOCAL || local->energy_V == 0.0)
    return false;
  name_pair(device, i, pair, sizeof pair);
  snprintf(text, size,
           "%s: reciprocal = \"local\": %s and carriers then have no common energy, and %s no "
           "detailed balance; allowed, for comparison",
           pair, single ? "single ions" : "ions", single ? "their hops" : "random forces");
  return true;
}

/** The longest edge of a region where both species are, beyond its smoothing length; NULL: none. */
static const struct edge_part *sharp_edge(const struct device *device, int s, int t) {
  const struct model *model = &device->model;
  const struct edge_part *longest = NULL;
  for (size_t e = 0; e < device->mesh->n_edge_parts; e++) {
    const struct edge_part *edge = &device->mesh->edge_parts[e];
    const struct model_region *region = &model->regions[edge->region];
    if (region->species[s].present && region->species[t].present &&
        edge->length > sqrt(region->ell2) * ROUNDING &&
        (!longest || edge->length > longest->length))
      longest = edge;
  }
  return longest;
}

/** Single ions bind carriers to their own cell, the more the shorter it is: validation/single_ions.
 */
static bool is_sharp(const struct device *device, int engine, size_t i, char *text, size_t size) {
  const struct interaction *pair = &device->spec->interactions[i];
  int s = model_species_index(device->spec, pair->between[0]);
  int t = model_species_index(device->spec, pair->between[1]);
  bool one_carrier = device->model.carrier[s] != device->model.carrier[t];
  if (engine != ENGINE_INTEGER || !one_carrier || !(pair->energy_V > 0.0) ||
      pair->reciprocal == RECIPROCAL_NONE)
    return false;
  const struct edge_part *edge = sharp_edge(device, s, t);
  char name[4 * HD_NAME];
  if (!edge)
    return false;
  double ell = sqrt(device->model.regions[edge->region].ell2);
  name_pair(device, i, name, sizeof name);
  snprintf(text, size,
           "%s: the smoothing length of %.3g nm is shorter than an edge of %.3g nm: times to "
           "switch of single ions %s",
           name, 1e9 * ell, 1e9 * edge->length,
           ell > 0.0 ? "converge with edges below it only" : "then have no limit of short edges");
  return true;
}

bool attraction_remark(const struct device *device, int engine, size_t i, int k, char *text,
                       size_t size) {
  return k == 0 ? is_local(device, engine, i, text, size) : is_sharp(device, engine, i, text, size);
}
