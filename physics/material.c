#include "physics/material.h"

#include <math.h>
#include <string.h>

#define AT(member)    offsetof(struct material, member)
#define FREE_ELECTRON "free electron: 4 pi q m0 k^2 / h^3"

const struct param material_params[] = {
    {"name", PARAM_NAME, "", AT(name), 0, 0, 0, false, true, NULL,
     "Name by which regions refer to the material.", NULL},
    {"permittivity", PARAM_NUMBER, "", AT(eps_r), PARAM_MISSING, 1, INFINITY, false, true, NULL,
     "Static relative permittivity, without the mobile ions.", NULL},
    {"optical_permittivity", PARAM_NUMBER, "", AT(eps_opt), PARAM_MISSING, 1, INFINITY, false,
     false, NULL,
     "Relative permittivity at optical frequency; needed where a contact has image_force.", NULL},
    {"electron_affinity", PARAM_QUANTITY, "eV", AT(affinity_V), PARAM_MISSING, -5, 20, false, false,
     NULL, "Energy from the conduction band edge up to the vacuum level.", NULL},
    {"band_gap", PARAM_QUANTITY, "eV", AT(gap_V), PARAM_MISSING, 0, 20, true, false, NULL,
     "Conduction band edge minus valence band edge.", NULL},
    {"conduction_band_density", PARAM_QUANTITY, "m-3", AT(N_c), PARAM_MISSING, 0, 1e30, true, false,
     NULL, "Effective density of states N_c of the conduction band.", NULL},
    {"valence_band_density", PARAM_QUANTITY, "m-3", AT(N_v), PARAM_MISSING, 0, 1e30, true, false,
     NULL, "Effective density of states N_v of the valence band.", NULL},
    {"electron_mobility", PARAM_QUANTITY, "m2 V-1 s-1", AT(mu_n), PARAM_MISSING, 0, INFINITY, true,
     false, NULL, "Mobility of the electrons.", NULL},
    {"hole_mobility", PARAM_QUANTITY, "m2 V-1 s-1", AT(mu_p), PARAM_MISSING, 0, INFINITY, true,
     false, NULL, "Mobility of the holes.", NULL},
    {"electron_lifetime", PARAM_QUANTITY, "s", AT(tau_n), INFINITY, 0, INFINITY, true, false, NULL,
     "Shockley-Read-Hall lifetime tau_n of the electrons; infinite: no recombination at traps.",
     NULL},
    {"hole_lifetime", PARAM_QUANTITY, "s", AT(tau_p), INFINITY, 0, INFINITY, true, false, NULL,
     "Shockley-Read-Hall lifetime tau_p of the holes; infinite: no recombination at traps.", NULL},
    {"trap_level", PARAM_QUANTITY, "eV", AT(trap_V), 0, -10, 10, false, false, NULL,
     "Energy of the recombination centres above the intrinsic level.", NULL},
    {"radiative_coefficient", PARAM_QUANTITY, "m3 s-1", AT(k_rad), 0, 0, INFINITY, false, false,
     NULL, "Coefficient k of the band-to-band rate k (n p - n_i^2).", NULL},
    {"auger_n", PARAM_QUANTITY, "m6 s-1", AT(C_n), 0, 0, INFINITY, false, false, NULL,
     "Auger coefficient C_n (the energy goes to an electron).", NULL},
    {"auger_p", PARAM_QUANTITY, "m6 s-1", AT(C_p), 0, 0, INFINITY, false, false, NULL,
     "Auger coefficient C_p (the energy goes to a hole).", NULL},
    {"absorption", PARAM_QUANTITY, "m-1", AT(absorption), 0, 0, INFINITY, false, false, NULL,
     "Absorption coefficient for the light of a Beer-Lambert generation.", NULL},
    {"electron_tunnel_mass", PARAM_NUMBER, "", AT(m_n), 1, 0, 100, true, false, NULL,
     "Tunnelling mass of the electrons in units of the electron rest mass.", "free electron"},
    {"hole_tunnel_mass", PARAM_NUMBER, "", AT(m_p), 1, 0, 100, true, false, NULL,
     "Tunnelling mass of the holes in units of the electron rest mass.", "free electron"},
    {"richardson_n", PARAM_QUANTITY, "A m-2 K-2", AT(A_n), 1.20173e6, 0, INFINITY, true, false,
     NULL, "Richardson constant A* of the electrons.", FREE_ELECTRON},
    {"richardson_p", PARAM_QUANTITY, "A m-2 K-2", AT(A_p), 1.20173e6, 0, INFINITY, true, false,
     NULL, "Richardson constant A* of the holes.", FREE_ELECTRON},
    {"smoothing_length", PARAM_QUANTITY, "m", AT(smoothing), 0, 0, 1e-6, false, false, NULL,
     "Length ell of the kernel that smooths the densities in the interaction energy.", NULL},
    {"insulator", PARAM_BOOL, "", AT(insulator), 0, 0, 1, false, false, NULL,
     "True: no carriers and no ions enter; only the permittivity is needed.", NULL},
    {"electron_mobility_exponent", PARAM_NUMBER, "", AT(power_n), 0, -10, 10, false, false, NULL,
     "Power m of the electrons' mobility in the temperature, mu (T / temperature)^m.", NULL},
    {"hole_mobility_exponent", PARAM_NUMBER, "", AT(power_p), 0, -10, 10, false, false, NULL,
     "Power m of the holes' mobility in the temperature, mu (T / temperature)^m.", NULL},
    {"thermal_conductivity", PARAM_QUANTITY, "W m-1 K-1", AT(thermal_conductivity), PARAM_MISSING,
     0, INFINITY, true, false, NULL, "Thermal conductivity kappa of the lattice.", NULL},
    {"mass_density", PARAM_QUANTITY, "kg m-3", AT(mass_density), PARAM_MISSING, 0, INFINITY, true,
     false, NULL, "Mass density rho.", NULL},
    {"specific_heat", PARAM_QUANTITY, "J kg-1 K-1", AT(specific_heat), PARAM_MISSING, 0, INFINITY,
     true, false, NULL, "Specific heat capacity c_p.", NULL},
};
const size_t material_params_count = sizeof material_params / sizeof *material_params;

/**
 * Intrinsic density n_i = sqrt(N_c N_v) exp(-E_g / (2 V_T)), m^-3.
 * V_T     thermal voltage, V
 * Errors  none. NAN when the material has no bands. Boltzmann statistics.
 */
double material_intrinsic_density(const struct material *material, double V_T) {
  return sqrt(material->N_c) * sqrt(material->N_v) * exp(-material->gap_V / (2 * V_T));
}

/** Values without a default, and who asks for them. */
static const struct need {
  int bits;
  const char *key;
  size_t offset;
  const char *reason;
} need_table[] = {
    {MATERIAL_ELECTRONS, "electron_affinity", AT(affinity_V), "the device has electrons"},
    {MATERIAL_ELECTRONS, "conduction_band_density", AT(N_c), "the device has electrons"},
    {MATERIAL_ELECTRONS, "electron_mobility", AT(mu_n), "the device has electrons"},
    {MATERIAL_HOLES, "electron_affinity", AT(affinity_V), "the device has holes"},
    {MATERIAL_HOLES, "band_gap", AT(gap_V), "the device has holes"},
    {MATERIAL_HOLES, "valence_band_density", AT(N_v), "the device has holes"},
    {MATERIAL_HOLES, "hole_mobility", AT(mu_p), "the device has holes"},
    {MATERIAL_IMAGE_FORCE, "optical_permittivity", AT(eps_opt), "a contact has image_force"},
    {MATERIAL_CONDUCTS_HEAT, "thermal_conductivity", AT(thermal_conductivity),
     "the device has lattice heat"},
    {MATERIAL_STORES_HEAT, "mass_density", AT(mass_density), "the device has heat"},
    {MATERIAL_STORES_HEAT, "specific_heat", AT(specific_heat), "the device has heat"},
};

/**
 * Check that everything that is needed was given.
 * needs   enum material_need, or-ed
 * Errors  HD_INPUT, one sentence for each missing value
 */
enum hd_status material_check(const struct material *material, int needs, const char *place,
                              struct hd_error *err) {
  enum hd_status status = HD_OK;
  for (size_t i = 0; i < sizeof need_table / sizeof *need_table; i++) {
    double value;
    memcpy(&value, (const char *)material + need_table[i].offset, sizeof value);
    if ((need_table[i].bits & needs) && isnan(value))
      status = hd_fail(err, HD_INPUT, "%s: %s is missing in material %s: %s", place,
                       need_table[i].key, material->name, need_table[i].reason);
  }
  return status;
}
