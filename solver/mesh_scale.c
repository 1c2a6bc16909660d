#include "solver/mesh_scale.h"

#include <math.h>
#include <string.h>

/* Potential that drops over a space-charge layer, V. The spacing goes with its root, so the order
 * of magnitude will do: built-in voltages and biases of thin perovskite devices are 0.5 to 2 V. */
static const double LAYER_VOLTAGE = 1.0;
/** Barriers below zero fill the band; beyond this many N the Debye length hardly shrinks. */
static const double DEGENERATE = 10;
/** Spacing in units of the smoothing length. A front is thinner than that length: it pins on the
 * grid when h > ell. At ell/2 the small current of a retracting filament is 30 to 40 % low and
 * swings by 10 to 17 % from node to node, at ell/3 it is 10 to 17 % low and swings by 2 %; the
 * neuron's spikes take 2.6 % and 0.6 % less energy than at ell/6 (validation/neuron). 2D cannot
 * afford more than ell/2. */
static const double SMOOTH_1D = 1.0 / 3.0, SMOOTH_2D = 0.5;

/**
 * Debye length of a density of unit charges.
 *   L = sqrt(eps V_T / (q n))
 */
double mesh_debye(const struct run_spec *run, double eps, double density) {
  if (!(density > 0))
    return INFINITY;
  return sqrt(eps * run_thermal_voltage(run) / (run->constants.q * density));
}

static bool is_present(const struct device_spec *device, int region, size_t species) {
  const struct region_species *row = region_of_species(&device->regions[region], species);
  if (device->materials[device->regions[region].material].insulator)
    return false;
  return device->species[species].kind == SPECIES_ION && (!row || row->present);
}

/** A profile box reaches into the piece. */
static bool overlaps(const struct profile_spec *profile, const struct mesh_piece *piece) {
  for (int axis = 0; axis < 2; axis++)
    if (!(profile->lo[axis] <= piece->hi[axis] && profile->hi[axis] >= piece->lo[axis]))
      return false;
  return true;
}

/** Largest mean or initial density of one ion in the piece, m^-3. */
static double ion_density(const struct device_spec *device, const struct mesh_piece *piece,
                          size_t species) {
  double density = region_density(device, (size_t)piece->region, species);
  density = isfinite(density) ? density : 0;
  for (size_t i = 0; i < device->n_profiles; i++)
    if (device->profiles[i].ion == (int)species && overlaps(&device->profiles[i], piece))
      density = fmax(density, device->profiles[i].density);
  return density;
}

static void add_ions(const struct device_spec *device, struct mesh_piece *piece) {
  for (size_t s = 0; s < device->n_species; s++) {
    if (!is_present(device, piece->region, s))
      continue;
    double z2 = (double)device->species[s].charge * device->species[s].charge;
    double sites = device->species[s].site_density;
    piece->ions += z2 * ion_density(device, piece, s);
    piece->sites += isfinite(sites) ? z2 * sites : INFINITY;
  }
}

static bool interacts(const struct device_spec *device, size_t species) {
  for (size_t i = 0; i < device->n_interactions; i++)
    for (int side = 0; side < 2; side++)
      if (strcmp(device->interactions[i].between[side], device->species[species].name) == 0)
        return true;
  return false;
}

/** Largest diffusion coefficient of the interacting ions in a region, at their own reference
 * temperature: what counts is the ratio of regions. */
static double fastest_ion(const struct device_spec *device, int region) {
  double fastest = 0;
  for (size_t s = 0; s < device->n_species; s++) {
    if (!is_present(device, region, s) || !interacts(device, s))
      continue;
    const struct region_species *row = region_of_species(&device->regions[region], s);
    double D = row && isfinite(row->diffusion) ? row->diffusion : device->species[s].diffusion;
    fastest = fmax(fastest, D);
  }
  return fastest;
}

static double largest_doping(const struct device_spec *device, const struct mesh_piece *piece) {
  const struct region_spec *region = &device->regions[piece->region];
  double doping = fabs(region->donors - region->acceptors + region->fixed_charge);
  for (size_t i = 0; i < device->n_profiles; i++) {
    const struct profile_spec *p = &device->profiles[i];
    if (overlaps(p, piece))
      doping = fmax(doping, fmax(fabs(p->donors), fabs(p->acceptors))); /* fmax drops NAN */
  }
  return isfinite(doping) ? doping : 0;
}

/** Lengths over which light and minority carriers decay; INFINITY where they do not. */
static double decay_length(const struct run_spec *run, const struct device_spec *device,
                           const struct material *m) {
  double length = INFINITY, V_T = run_thermal_voltage(run);
  if (device->generation.kind == GENERATION_BEER_LAMBERT && m->absorption > 0)
    length = 1 / m->absorption;
  if (m->mu_n * m->tau_n > 0)
    length = fmin(length, sqrt(V_T * m->mu_n * m->tau_n));
  if (m->mu_p * m->tau_p > 0)
    length = fmin(length, sqrt(V_T * m->mu_p * m->tau_p));
  return length;
}

/**
 * Collect the scales of a layer or box.
 * lo, hi  m: its corners
 */
struct mesh_piece mesh_piece_of(const struct run_spec *run, const struct device_spec *device,
                                int region, const double lo[2], const double hi[2]) {
  const struct material *m = &device->materials[device->regions[region].material];
  struct mesh_piece piece = {
      .lo = {lo[0], lo[1]},
      .hi = {hi[0], hi[1]},
      .region = region,
      .conducting = !m->insulator,
      .eps = m->eps_r * run->constants.eps0,
      .smoothing = device->n_interactions && !m->insulator && m->smoothing > 0 ? m->smoothing : 0,
      .diffusion = fastest_ion(device, region),
      .decay = decay_length(run, device, m),
  };
  add_ions(device, &piece);
  piece.doping = largest_doping(device, &piece);
  piece.debye = mesh_debye(run, piece.eps, piece.ions + piece.doping);
  return piece;
}

/** A box without material: no scale asks for anything there. */
struct mesh_piece mesh_hole(const double lo[2], const double hi[2]) {
  return (struct mesh_piece){.lo = {lo[0], lo[1]},
                             .hi = {hi[0], hi[1]},
                             .region = -1,
                             .debye = INFINITY,
                             .decay = INFINITY};
}

/**
 * Density at the wall of a space-charge layer that carries LAYER_VOLTAGE. On a fixed background c
 * the charge per area is sqrt(2 eps q c U), on both sides of the film, and so
 *   c_wall = Q^2 / (2 eps k T) = c U / V_T  (Gouy-Chapman), at most the density of sites.
 * The same combination is the depletion field E, as V_T / E = L(2 c_wall).
 */
double mesh_gathered(const struct run_spec *run, const struct mesh_piece *piece) {
  double ratio = fmax(1, LAYER_VOLTAGE / run_thermal_voltage(run));
  double ions = piece->ions > 0 ? fmin(piece->ions * ratio, fmax(piece->sites, piece->ions)) : 0;
  return ions + piece->doping * ratio;
}

/**
 * Density of electrons, holes and exchanged ions that a contact keeps up at its face.
 *   n = N_c exp(-phi_B / V_T), p = N_v exp(-(E_g - phi_B) / V_T)
 */
double mesh_injected(const struct run_spec *run, const struct device_spec *device,
                     const struct contact *contact, const struct mesh_piece *piece) {
  const struct material *m = &device->materials[device->regions[piece->region].material];
  double barrier = isfinite(contact->work_function_V) ? contact->work_function_V - m->affinity_V
                                                      : contact->barrier_V;
  double V_T = run_thermal_voltage(run), density = 0;
  for (size_t s = 0; s < device->n_species && !contact->ohmic && isfinite(barrier); s++) {
    if (device->species[s].kind == SPECIES_ELECTRON)
      density += m->N_c * fmin(DEGENERATE, exp(-barrier / V_T));
    if (device->species[s].kind == SPECIES_HOLE)
      density += m->N_v * fmin(DEGENERATE, exp((barrier - m->gap_V) / V_T));
  }
  for (size_t i = 0; i < contact->n_species; i++) /* ions that the electrode holds at a density */
    density += isfinite(contact->species[i].density) ? contact->species[i].density : 0;
  return isfinite(density) ? density : 0;
}

/** Whether some ion can be in one of two regions only. */
bool mesh_stops_ions(const struct device_spec *device, int region_a, int region_b) {
  for (size_t s = 0; s < device->n_species; s++)
    if (is_present(device, region_a, s) != is_present(device, region_b, s))
      return true;
  return false;
}

/** Spacing that a front needs whose ions are smoothed over `smoothing`, m. */
double mesh_front_spacing(double smoothing, int dimension) {
  return smoothing * (dimension == 1 ? SMOOTH_1D : SMOOTH_2D);
}
