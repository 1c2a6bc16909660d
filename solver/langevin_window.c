#include "solver/langevin_window.h"

#include <math.h>
#include <stdio.h>
#include "solver/device.h"

/** Largest standard deviation of a force, kT: that of 15 x 15 nm at 10 us; beyond it shorter
 * intervals delay a filament by percents (validation/langevin). */
static const double FORCE_MAX = 0.22;
/** Largest D times interval, m^2, with which a filament was compared with single ions: 25 us at
 * 1e-12 m^2/s (validation/langevin). */
static const double SPREAD_MAX = 2.5e-17;
/** An interval that is the bound but for rounding. */
static const double ROUNDING = 1e-6;
/** What three printed digits may take from an interval. */
static const double PRINTED = 5e-3;

/** What makes forces smaller beside a longer interval, by the coordinates of a device. */
static const char *const more_hops[] = {
    [SHAPE_1D] = "a larger area or engine = \"integer\"",
    [SHAPE_PLANAR] = "a larger depth or engine = \"integer\"",
    [SHAPE_AXISYMMETRIC] = "longer intervals of the mesh along r or engine = \"none\""};

/** An ion on an edge. */
struct window {
  int species;
  double diffusion; /* m^2/s */
  double spread;    /* m^2: diffusion times interval */
  double hops;      /* expected in an interval, each way, at the mean density */
  double x[2];      /* m: middle of the edge */
};

/** D of a species in a region, m^2/s, and its mean density, m^-3; false where it cannot be. */
static bool find_supply(const struct run_spec *run, const struct device_spec *device, int region,
                        int s, double *D, double *c) {
  const struct species *species = &device->species[s];
  const struct region_spec *spec = &device->regions[region];
  *D = species->diffusion;
  *c = species->density;
  for (size_t i = 0; i < spec->n_species; i++) {
    const struct region_species *differs = &spec->species[i];
    if (differs->species != s)
      continue;
    if (!differs->present)
      return false;
    *D = isnan(differs->diffusion) ? *D : differs->diffusion;
    *c = isnan(differs->density) ? *c : differs->density;
  }
  *D = device_ion_diffusion(run, species, *D);
  return species->kind == SPECIES_ION;
}

/** sqrt(2 / (interval D a c)), a the edge's area over length: the standard deviation of a force,
 * kT; 0 where nothing moves. */
static double force_of(const struct window *window) {
  return window->hops > 0.0 ? sqrt(2.0 / window->hops) : 0.0;
}

static double spread_of(const struct window *window) {
  return window->spread;
}

/** The ion and edge with the largest value of a law; false: none is above `most`. */
static bool find_largest(const struct run_spec *run, const struct device_spec *device,
                         const struct mesh *mesh, double (*law)(const struct window *), double most,
                         struct window *found) {
  double largest = most;
  for (size_t e = 0; e < mesh->n_edge_parts; e++)
    for (size_t s = 0; s < device->n_species; s++) {
      const struct edge_part *edge = &mesh->edge_parts[e];
      struct window at = {.species = (int)s};
      double c;
      if (!find_supply(run, device, edge->region, (int)s, &at.diffusion, &c))
        continue;
      at.spread = run->stochastic.interval * at.diffusion;
      at.hops = at.spread * edge->measure * c;
      if (law(&at) <= largest)
        continue;
      largest = law(&at);
      for (int axis = 0; axis < 2; axis++)
        at.x[axis] = 0.5 * (mesh->x[edge->k][axis] + mesh->x[edge->l][axis]);
      *found = at;
    }
  return largest > most;
}

static bool large_forces(const struct run_spec *run, const struct device_spec *device,
                         const struct mesh *mesh, char *text, size_t size) {
  struct window window;
  char where[64], longer[64] = "";
  if (!find_largest(run, device, mesh, force_of, FORCE_MAX, &window))
    return false;
  mesh_place(mesh->dimension, window.x, where, sizeof where);
  double times = (1 + PRINTED) * pow(force_of(&window) / FORCE_MAX, 2);
  if (window.spread * times <= SPREAD_MAX * (1 + ROUNDING))
    snprintf(longer, sizeof longer, "a longer interval (from %.3g s), ",
             run->stochastic.interval * times);
  snprintf(text, size,
           "few ions for stochastic.engine = \"langevin\": at %s %.3g hops of %s are expected in "
           "%.3g s, and forces of %.2g kT delay filaments; allowed: at most %g kT: %s%s",
           where, window.hops, device->species[window.species].name, run->stochastic.interval,
           force_of(&window), FORCE_MAX, longer, more_hops[mesh->coordinates]);
  return true;
}

static bool long_interval(const struct run_spec *run, const struct device_spec *device,
                          const struct mesh *mesh, char *text, size_t size) {
  struct window window;
  char where[64];
  if (!find_largest(run, device, mesh, spread_of, SPREAD_MAX * (1 + ROUNDING), &window))
    return false;
  mesh_place(mesh->dimension, window.x, where, sizeof where);
  snprintf(
      text, size,
      "long interval for stochastic.engine = \"langevin\": at %s D of %s times the interval is "
      "%.3g m^2, and forces that are held so long have not been compared with single ions; "
      "allowed: at most %g m^2: stochastic.interval = %.3g s",
      where, device->species[window.species].name, window.spread, SPREAD_MAX,
      SPREAD_MAX / window.diffusion);
  return true;
}

bool langevin_remark(const struct run_spec *run, const struct device_spec *device,
                     const struct mesh *mesh, int i, char *text, size_t size) {
  return i == 0 ? large_forces(run, device, mesh, text, size)
                : long_interval(run, device, mesh, text, size);
}
