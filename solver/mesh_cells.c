/* Equal cells with a whole number of sites, for single ions on a line. */
#include <math.h>
#include "solver/mesh_parts.h"

/** Longest cell where fronts pass, m: times to switch no longer depend on it below (theory 19). */
static const double CELL = 0.5e-9;
/** Cells of a layer in which no front can be. */
static const int CALM = 60;
/** Sites of a cell: wanted, and the fewest; and how far from whole they may be. */
static const int LONGER = 2; /* cells of thin channels may be so much longer */
static const double SITES = 3, SITES_MIN = 2, WHOLE = 0.01, NEARLY_WHOLE = 0.1;

/** Largest density of sites among the ions, m^-3; 0: no ion has a limit. */
static double most_sites(const struct device_spec *device) {
  double most = 0;
  for (size_t s = 0; s < device->n_species; s++)
    if (device->species[s].kind == SPECIES_ION && device->species[s].site_density > most)
      most = device->species[s].site_density;
  return most;
}

static double from_whole(double sites) {
  return fabs(sites - round(sites)) / sites;
}

/**
 * Number of equal intervals of a layer whose cells hold a whole number of sites: the fewest that
 * are at most CELL / refine long and hold at least SITES sites, whole within WHOLE; in a thin
 * channel the most that hold SITES_MIN, whole within NEARLY_WHOLE. 0: there are none.
 */
int mesh_cells(const struct mesh_plan *plan, double thickness) {
  double sites = most_sites(plan->device) * plan->shape->area * thickness; /* of the layer */
  double cell = plan->device->n_interactions > 0 ? CELL : thickness / CALM;
  int first = (int)ceil(thickness / (cell / plan->device->refine) * (1 - WHOLE * WHOLE));
  if (!(sites > 0))
    return first;
  for (int n = first; sites / n >= SITES * (1 - WHOLE); n++)
    if (from_whole(sites / n) <= WHOLE)
      return n;
  for (int n = (int)(sites / SITES_MIN); n > first / LONGER; n--)
    if (from_whole(sites / n) <= NEARLY_WHOLE)
      return n;
  return 0;
}
