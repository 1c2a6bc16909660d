#include "solver/langevin_window.h"

#include <math.h>
#include <stdio.h>
#include "solver/device.h"

/** Largest standard deviation of a force, kT: that of 15 x 15 nm at 10 us; beyond it shorter
 * intervals delay a filament by percents (validation/langevin). */
static const double FORCE_MAX = 0.22;

/** D times mean density of a species in a region, 1/(m s); 0 where it cannot be. */
static double supply(const struct run_spec *run, const struct device_spec *device, int region,
                     int s) {
  const struct species *species = &device->species[s];
  double D = species->diffusion, c = species->density;
  const struct region_spec *spec = &device->regions[region];
  for (size_t i = 0; i < spec->n_species; i++) {
    const struct region_species *differs = &spec->species[i];
    if (differs->species != s)
      continue;
    if (!differs->present)
      return 0.0;
    D = isnan(differs->diffusion) ? D : differs->diffusion;
    c = isnan(differs->density) ? c : differs->density;
  }
  return device_ion_diffusion(run, species, D) * c;
}

/**
 * The largest force at the mean density, sqrt(2 / (interval D a c)), a the edge's area over length.
 * window  out: the edge; only when the result is true
 */
bool langevin_is_outside(const struct run_spec *run, const struct device_spec *device,
                         const struct mesh *mesh, struct langevin_window *window) {
  double largest = FORCE_MAX;
  for (size_t e = 0; e < mesh->n_edge_parts; e++)
    for (size_t s = 0; s < device->n_species; s++) {
      const struct edge_part *edge = &mesh->edge_parts[e];
      if (device->species[s].kind != SPECIES_ION)
        continue;
      double hops =
          run->stochastic.interval * edge->measure * supply(run, device, edge->region, (int)s);
      double force = hops > 0.0 ? sqrt(2.0 / hops) : 0.0;
      if (force <= largest)
        continue;
      largest = force;
      *window = (struct langevin_window){.species = (int)s, .force = force, .hops = hops};
      for (int axis = 0; axis < 2; axis++)
        window->x[axis] = 0.5 * (mesh->x[edge->k][axis] + mesh->x[edge->l][axis]);
    }
  return largest > FORCE_MAX;
}

void langevin_speak(const struct run_spec *run, const struct device_spec *device,
                    const struct mesh *mesh, const struct langevin_window *window, char *text,
                    size_t size) {
  char where[64];
  mesh_place(mesh->dimension, window->x, where, sizeof where);
  snprintf(text, size,
           "few ions for stochastic.engine = \"langevin\": at %s %.3g hops of %s are expected in "
           "%.3g s, and forces of %.2g kT delay filaments; allowed: at most %g "
           "kT: a longer interval (to 25 us), a larger area or depth, or engine = \"integer\"",
           where, window->hops, device->species[window->species].name, run->stochastic.interval,
           window->force, FORCE_MAX);
}
