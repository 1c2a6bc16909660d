#include "physics/heat.h"

#define AT(member) offsetof(struct heat, member)

static const char *const kind_names[] = {"none", "lattice", "lumped", NULL};

static const char *const kind_keys[] = {
    [HEAT_NONE] = "",
    [HEAT_LATTICE] = "sideways_conductance",
    [HEAT_LUMPED] = "thermal_resistance heat_capacity",
};

const struct param heat_params[] = {
    {"model", PARAM_CHOICE, "", AT(kind), HEAT_NONE, 0, 0, false, true, kind_names,
     "Temperature of the device: none (that of the run), lattice (the heat equation on the mesh), "
     "lumped (one temperature for the whole device).",
     NULL},
    {"thermal_resistance", PARAM_QUANTITY, "K W-1", AT(resistance), PARAM_MISSING, 0, INFINITY,
     true, false, NULL, "Thermal resistance between a lumped device and its surroundings.", NULL},
    {"heat_capacity", PARAM_QUANTITY, "J K-1", AT(capacity), PARAM_MISSING, 0, INFINITY, true,
     false, NULL, "Heat capacity of a lumped device; missing: rho c_p of its volume.", NULL},
    {"sideways_conductance", PARAM_QUANTITY, "W m-3 K-1", AT(sideways), 0, 0, INFINITY, false,
     false, NULL,
     "Heat lost per volume and kelvin in directions that the mesh does not have: film coefficient "
     "times perimeter over area of a 1d column.",
     NULL},
};
const size_t heat_params_count = sizeof heat_params / sizeof *heat_params;

const char *heat_keys(int kind) {
  return kind_keys[kind];
}

/**
 * A lumped device must lose its heat somewhere.
 * Errors  HD_INPUT
 */
enum hd_status heat_check(const struct heat *heat, const char *place, struct hd_error *err) {
  if (heat->kind == HEAT_LUMPED && isnan(heat->resistance))
    return hd_fail(err, HD_INPUT, "%s: thermal_resistance is missing: lumped heat needs it", place);
  return HD_OK;
}
