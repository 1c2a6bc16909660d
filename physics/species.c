#include "physics/species.h"

#include <math.h>
#include "physics/statistics.h"

#define AT(member) offsetof(struct species, member)

const char *const species_kind_names[] = {"electron", "hole", "ion", NULL};
const char *const species_lattice_names[] = {"hopping", "enhanced_diffusion", NULL};
static const char *const species_front_names[] = {"averaged", "pointwise", NULL};
const char *const interaction_reciprocal_names[] = {"smoothed", "local", "none", NULL};

const struct param species_params[] = {
    {"name", PARAM_NAME, "", AT(name), 0, 0, 0, false, true, NULL,
     "Name by which contacts, regions and output refer to the species.", NULL},
    {"type", PARAM_CHOICE, "", AT(kind), SPECIES_ION, 0, 0, false, false, species_kind_names,
     "Electrons and holes take their bands and mobility from the material, ions from here.", NULL},
    {"charge", PARAM_INTEGER, "", AT(charge), 1, -8, 8, false, false, NULL,
     "Charge of an ion in elementary charges; halide vacancies have +1, neutral ones diffuse only.",
     NULL},
    {"statistics", PARAM_CHOICE, "", AT(statistics), STATISTICS_BOLTZMANN, 0, 0, false, false,
     statistics_names,
     "How density follows chemical potential: carriers any but lattice, ions boltzmann or lattice.",
     NULL},
    {"band_limit", PARAM_QUANTITY, "m-3", AT(band_limit), PARAM_MISSING, 0, INFINITY, true, false,
     NULL, "Largest carrier density with blakemore statistics; missing: N / 0.27.",
     "Blakemore, Solid-State Electron. 25, 1067 (1982)"},
    {"density", PARAM_QUANTITY, "m-3", AT(density), PARAM_MISSING, 0, INFINITY, true, false, NULL,
     "Mean density of an ion in its regions.", NULL},
    {"site_density", PARAM_QUANTITY, "m-3", AT(site_density), PARAM_MISSING, 0, INFINITY, true,
     false, NULL, "Density of lattice sites, the upper limit of an ion's density; missing: none.",
     NULL},
    {"lattice", PARAM_CHOICE, "", AT(lattice), LATTICE_HOPPING, 0, 0, false, false,
     species_lattice_names,
     "Mobility of a lattice gas: D theta (1 - theta) (hopping) or D theta (enhanced_diffusion).",
     NULL},
    {"front", PARAM_CHOICE, "", AT(front), FRONT_AVERAGED, 0, 0, false, false, species_front_names,
     "Sites of a lattice gas with attraction, where a front is sharper than the mesh: averaged "
     "over the control volume, or filled by the energy at its node (pointwise; fronts stick to "
     "nodes).",
     NULL},
    {"diffusion", PARAM_QUANTITY, "m2 s-1", AT(diffusion), PARAM_MISSING, 0, INFINITY, true, false,
     NULL, "Diffusion coefficient of an ion at the reference temperature, in the dilute limit.",
     NULL},
    {"activation_energy", PARAM_QUANTITY, "eV", AT(activation_V), 0, 0, 10, false, false, NULL,
     "Activation energy of the diffusion coefficient.", NULL},
    {"reference_temperature", PARAM_QUANTITY, "K", AT(T_ref), 300, 0, INFINITY, true, false, NULL,
     "Temperature at which `diffusion` holds.", NULL},
    {"hop_length", PARAM_QUANTITY, "m", AT(hop_length), 0, 0, 1e-7, false, false, NULL,
     "Hop length a of the field acceleration sinh(z)/z, z = a E / (2 V_T); 0: none.", NULL},
    {"background", PARAM_BOOL, "", AT(background), 1, 0, 1, false, false, NULL,
     "An immobile background with the ion's mean density and opposite charge keeps the film "
     "neutral.",
     NULL},
};
const size_t species_params_count = sizeof species_params / sizeof *species_params;

const struct param interaction_params[] = {
    {"species", PARAM_NAME, "", offsetof(struct interaction, between[0]), 0, 0, 0, false, true,
     NULL, "Name of the first species.", NULL},
    {"with", PARAM_NAME, "", offsetof(struct interaction, between[1]), 0, 0, 0, false, true, NULL,
     "Name of the second species; the same name: attraction of a species to itself.", NULL},
    {"energy", PARAM_QUANTITY, "eV", offsetof(struct interaction, energy_V), PARAM_MISSING, -5, 5,
     false, true, NULL,
     "Energy W gained per site when both fill their sites; > 0 attracts (chi, Omega).", NULL},
    {"reciprocal", PARAM_CHOICE, "", offsetof(struct interaction, reciprocal), RECIPROCAL_SMOOTHED,
     0, 0, false, false, interaction_reciprocal_names,
     "How the ion feels the carrier; only smoothed derives from one free energy.", NULL},
};
const size_t interaction_params_count = sizeof interaction_params / sizeof *interaction_params;

/**
 * Check the values that depend on each other.
 * Errors  HD_INPUT, one sentence for each
 */
enum hd_status species_check(const struct species *species, const char *place,
                             struct hd_error *err) {
  enum hd_status status = HD_OK;
  const char *name = species->name;
  bool ion = species->kind == SPECIES_ION;
  bool lattice = species->statistics == STATISTICS_LATTICE;
  if (ion && !lattice && species->statistics != STATISTICS_BOLTZMANN)
    status = hd_fail(err, HD_INPUT, "%s: statistics of %s: got %s, an ion has boltzmann or lattice",
                     place, name, statistics_names[species->statistics]);
  if (!ion && lattice)
    status = hd_fail(err, HD_INPUT,
                     "%s: statistics of %s: got lattice, a carrier has boltzmann, fermi_dirac or "
                     "blakemore",
                     place, name);
  if (ion && isnan(species->density))
    status = hd_fail(err, HD_INPUT, "%s: density is missing: ion %s needs its mean density", place,
                     name);
  if (ion && isnan(species->diffusion))
    status = hd_fail(err, HD_INPUT, "%s: diffusion is missing: ion %s needs its coefficient", place,
                     name);
  if (ion && lattice && isnan(species->site_density))
    status = hd_fail(err, HD_INPUT,
                     "%s: site_density is missing: lattice statistics of %s needs it", place, name);
  if (ion && species->density >= species->site_density)
    status = hd_fail(err, HD_INPUT, "%s: density of %s: got %g m-3, must be < site_density %g m-3",
                     place, name, species->density, species->site_density);
  return status;
}
