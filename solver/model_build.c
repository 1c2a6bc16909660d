#include "solver/device.h"

#include <math.h>
#include <string.h>
#include "solver/base/memory.h"

/** Index of a species by its name; -1: there is none. */
int model_species_index(const struct device_spec *spec, const char *name) {
  for (size_t s = 0; s < spec->n_species; s++)
    if (strcmp(spec->species[s].name, name) == 0)
      return (int)s;
  return -1;
}

/** Charges, statistics and the unknown of each species. */
static void fill_species(struct model *model, const struct device_spec *spec) {
  model->electron = model->hole = -1;
  for (int s = 0; s < model->n_species; s++) {
    const struct species *species = &spec->species[s];
    bool limited = !isnan(species->site_density);
    if (species->kind == SPECIES_ELECTRON)
      model->electron = s;
    if (species->kind == SPECIES_HOLE)
      model->hole = s;
    model->carrier[s] = species->kind != SPECIES_ION;
    model->charge[s] = species->charge;
    model->statistics[s] = &statistics_table[species->statistics];
    model->hopping[s] = !model->carrier[s] && limited && species->lattice == LATTICE_HOPPING;
    model->crowded[s] = !model->carrier[s] && limited && species->lattice == LATTICE_ENHANCED;
    model->hop_length[s] = model->carrier[s] ? 0.0 : species->hop_length;
    model->c_unit[s] = limited ? species->site_density : species->density;
    if (model->carrier[s])
      model->c_unit[s] = 1.0; /* any number, so that 0 c / c_unit is 0; interactions set theirs */
    model->field[s] = model->excess[s] = -1;
  }
}

static int add_field(struct model *model, int s) {
  if (model->field[s] < 0) {
    model->field[s] = model->n_fields;
    model->unknown_species[1 + model->n_species + model->n_fields++] = s;
  }
  return model->field[s];
}

/** Interaction energies become couplings to smoothed fields (or to local densities). Energy per
 * volume: -W c_s K c_t / c_pair, so mu_s gains -(W / kT) (c_unit_t / c_pair) S_t and vice versa. */
static void fill_interaction(struct model *model, const struct device_spec *spec,
                             const struct interaction *interaction,
                             double coupling[MODEL_SPECIES][MODEL_SPECIES]) {
  int s = model_species_index(spec, interaction->between[0]);
  int t = model_species_index(spec, interaction->between[1]);
  int ion = model->carrier[s] ? t : s, other = model->carrier[s] ? s : t;
  double W = interaction->energy_V / model->V_T;
  if (s == t) {
    coupling[s][s] += 2.0 * W;
    add_field(model, s);
    return;
  }
  double c_pair = model->c_unit[ion];
  if (model->carrier[other])
    model->c_unit[other] = c_pair;
  coupling[other][ion] += W * model->c_unit[ion] / c_pair;
  add_field(model, ion);
  double back = W * model->c_unit[other] / c_pair;
  if (interaction->reciprocal == RECIPROCAL_SMOOTHED) {
    coupling[ion][other] += back;
    add_field(model, other);
  } else if (interaction->reciprocal == RECIPROCAL_LOCAL) {
    model->local[ion][other] += back;
    model->has_local = true;
  }
}

/** Which unknowns a node has, and the species of each; the smoothed fields are numbered already. */
static void fill_unknowns(struct model *model, const struct device_spec *spec,
                          double coupling[MODEL_SPECIES][MODEL_SPECIES]) {
  int j = 1 + model->n_species + model->n_fields;
  model->unknown_species[0] = -1;
  for (int s = 0; s < model->n_species; s++)
    model->unknown_species[1 + s] = s;
  for (int s = 0; s < model->n_species; s++) {
    bool attracted = false;
    for (int t = 0; t < model->n_species; t++)
      attracted = attracted || coupling[s][t] != 0.0;
    if (!attracted || !model_is_limited(model, s) || spec->species[s].front != FRONT_AVERAGED)
      continue;
    model->excess[s] = j;
    model->unknown_species[j++] = s;
  }
  model->heat = spec->heat.kind == HEAT_NONE ? -1 : j++;
  if (model->heat >= 0)
    model->unknown_species[model->heat] = -1;
  model->n_unknowns = j;
}

/** The linear forms a = A u and v = B u of every species. */
static void fill_forms(struct model *model, double coupling[MODEL_SPECIES][MODEL_SPECIES]) {
  for (int s = 0; s < model->n_species; s++) {
    double per_volt = model->charge[s] / model->V_T;
    model->B[s][0] = per_volt;
    if (model->carrier[s]) {
      model->A[s][0] = -per_volt;
      model->A[s][1 + s] = per_volt;
    } else {
      model->A[s][1 + s] = 1.0;
    }
    if (model->excess[s] >= 0)
      model->B[s][model->excess[s]] = 1.0;
    for (int t = 0; t < model->n_species; t++) {
      if (coupling[s][t] == 0.0)
        continue;
      int j = 1 + model->n_species + model->field[t];
      model->B[s][j] -= coupling[s][t];
      if (model->carrier[s])
        model->A[s][j] += coupling[s][t];
    }
  }
  for (int s = 0; s < model->n_species; s++)
    for (int j = 0; j < model->n_unknowns; j++) {
      model->couples[s][j] = model->A[s][j] != 0.0 || model->B[s][j] != 0.0;
      for (int t = 0; t < model->n_species; t++)
        if (model->local[s][t] != 0.0 && model->A[t][j] != 0.0)
          model->couples[s][j] = true;
      if (j == model->heat)
        model->couples[s][j] = true;
    }
}

/** D of an ion at the run's temperature, m^2/s, from that at its reference temperature. */
double device_ion_diffusion(const struct run_spec *run, const struct species *species,
                            double D_ref) {
  double per_kelvin = species->activation_V * run->constants.q / run->constants.k;
  return D_ref * exp(-per_kelvin * (1.0 / run->temperature - 1.0 / species->T_ref));
}

/** One species in one region: density of states, energy, diffusion coefficient. */
static struct model_species region_species(const struct model *model, const struct run_spec *run,
                                           const struct device_spec *spec,
                                           const struct region_spec *region, int s) {
  const struct material *material = &spec->materials[region->material];
  const struct species *species = &spec->species[s];
  struct model_species row = {.present = !material->insulator, .gamma = 1.0};
  if (species->kind == SPECIES_ELECTRON) {
    row.N = material->N_c;
    row.a_0 = material->affinity_V / model->V_T;
    row.D = material->mu_n * model->V_T;
    row.power = 1.0 + material->power_n;
  } else if (species->kind == SPECIES_HOLE) {
    row.N = material->N_v;
    row.a_0 = -(material->affinity_V + material->gap_V) / model->V_T;
    row.D = material->mu_p * model->V_T;
    row.power = 1.0 + material->power_p;
  } else {
    row.N = model->c_unit[s];
    row.D = device_ion_diffusion(run, species, species->diffusion);
    row.activation = species->activation_V * run->constants.q / run->constants.k;
    for (size_t i = 0; i < region->n_species; i++) {
      const struct region_species *differs = &region->species[i];
      if (differs->species != s)
        continue;
      row.present = row.present && differs->present;
      if (!isnan(differs->diffusion))
        row.D = device_ion_diffusion(run, species, differs->diffusion);
    }
  }
  if (species->statistics == STATISTICS_BLAKEMORE)
    row.gamma = isnan(species->band_limit) ? 0.27 : row.N / species->band_limit;
  return row;
}

/**
 * Physics of one device: everything the kernels need, computed once.
 * model   out; the caller frees it with model_free. Materials are borrowed from spec.
 * Errors  HD_MEMORY, HD_INPUT (too many species)
 */
enum hd_status model_build(struct model *model, const struct run_spec *run,
                           const struct device_spec *spec, struct hd_error *err) {
  memset(model, 0, sizeof *model);
  if (spec->n_species > MODEL_SPECIES)
    return hd_fail(err, HD_INPUT, "device %s: got %zu species, at most %d are allowed", spec->name,
                   spec->n_species, MODEL_SPECIES);
  model->n_species = (int)spec->n_species;
  model->q = run->constants.q;
  model->T = run->temperature;
  model->V_T = run_thermal_voltage(run);
  fill_species(model, spec);
  double coupling[MODEL_SPECIES][MODEL_SPECIES] = {{0}};
  for (size_t i = 0; i < spec->n_interactions; i++)
    fill_interaction(model, spec, &spec->interactions[i], coupling);
  fill_unknowns(model, spec, coupling);
  fill_forms(model, coupling);
  model->n_regions = spec->n_regions;
  TRY(hd_alloc(&model->regions, model->n_regions, sizeof *model->regions, err));
  for (size_t r = 0; r < spec->n_regions; r++) {
    const struct material *material = &spec->materials[spec->regions[r].material];
    struct model_region *region = &model->regions[r];
    double n_i = material_intrinsic_density(material, model->V_T);
    region->material = material;
    region->eps = material->eps_r * run->constants.eps0;
    region->ell2 = material->smoothing * material->smoothing;
    region->n_1 = n_i * exp(material->trap_V / model->V_T);
    region->p_1 = n_i * exp(-material->trap_V / model->V_T);
    region->depth_n = (0.5 * material->gap_V - material->trap_V) / model->V_T;
    region->depth_p = (0.5 * material->gap_V + material->trap_V) / model->V_T;
    region->kappa = material->thermal_conductivity;
    region->storage = material->mass_density * material->specific_heat;
    for (int s = 0; s < model->n_species; s++)
      region->species[s] = region_species(model, run, spec, &spec->regions[r], s);
  }
  return HD_OK;
}
