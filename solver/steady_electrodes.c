#include "solver/steady_electrodes.h"

#include <math.h>
#include "solver/base/memory.h"

static bool is_driven(const struct system *system) {
  for (size_t d = 0; d < system->n_devices; d++)
    for (size_t c = 0; c < system->devices[d]->n_components; c++)
      if (system->devices[d]->components[c].n_exchange > 1)
        return true;
  return false;
}

/** An instance of a device; its twins are in the same state at rest. */
static const struct system_instance *find_instance(const struct system *system,
                                                   const struct device *device) {
  for (size_t i = 0; i < system->n_instances; i++)
    if (system->instances[i].device == device)
      return &system->instances[i];
  return NULL;
}

static void add(struct electrodes *electrodes, const struct system_instance *instance,
                const double *y, int node, int s, double *value, double unit) {
  const struct device *device = instance->device;
  const struct model *model = &device->model;
  size_t part = device->mesh->first_part[node] * (size_t)model->n_species;
  double rest =
      model_rest(model, s, &instance->u[node * model->n_unknowns], &instance->state[part]);
  double x = *value / unit,
         lambda = y[instance->lambda_base + device->component[node * model->n_species + s]];
  bool limited = model_is_limited(model, s);
  electrodes->ions[electrodes->count++] = (struct electrode_ion){
      .value = value,
      .unit = unit,
      .target = *value,
      .level = {lambda - rest, limited ? log(x) - log1p(-x) : log(x)},
      .model = model,
      .species = s,
  };
}

static void collect(struct electrodes *electrodes, const struct system_instance *instance,
                    struct device *device, const double *y) {
  const struct model *model = &device->model;
  for (size_t f = 0; f < device->n_faces; f++) {
    int s = device->faces[f].species;
    if (!model->carrier[s])
      add(electrodes, instance, y, device->faces[f].node, s, &device->faces[f].c_eq,
          model->c_unit[s]);
  }
  for (int i = 0; i < device->n_nodes * model->n_species; i++) {
    int s = i % model->n_species;
    if (device->held[i] && !model->carrier[s])
      add(electrodes, instance, y, i / model->n_species, s, &device->held_value[i], 1.0);
  }
}

/**
 * Where several electrodes hold an ion at different potentials it flows even at zero bias. Between
 * electrodes that agree with a state at rest and the real ones lies a path of steady states.
 * y       [n] a state in which the ions have one potential, the multiplier
 * Errors  HD_MEMORY
 */
enum hd_status electrodes_create(struct electrodes *electrodes, struct system *system,
                                 const double *y, struct hd_error *err) {
  *electrodes = (struct electrodes){.count = 0};
  if (!is_driven(system))
    return HD_OK;
  size_t most = 0;
  for (size_t d = 0; d < system->n_devices; d++)
    most += system->devices[d]->n_faces + system->devices[d]->n_contact_nodes * MODEL_SPECIES;
  TRY(hd_alloc(&electrodes->ions, most, sizeof *electrodes->ions, err));
  system_gather(system, y, NULL, 0.0);
  for (size_t d = 0; d < system->n_devices; d++) {
    const struct system_instance *instance = find_instance(system, system->devices[d]);
    if (instance)
      collect(electrodes, instance, system->devices[d], y);
  }
  return HD_OK;
}

/** Set every electrode on the straight line between its levels; the input's own value at s = 1. */
void electrodes_set(const struct electrodes *electrodes, double s) {
  for (size_t i = 0; i < electrodes->count; i++) {
    const struct electrode_ion *ion = &electrodes->ions[i];
    double level = (1.0 - s) * ion->level[0] + s * ion->level[1], slope;
    *ion->value =
        s == 1.0 ? ion->target : ion->unit * model_share(ion->model, ion->species, level, &slope);
  }
}

void electrodes_free(struct electrodes *electrodes) {
  hd_free(&electrodes->ions);
  electrodes->count = 0;
}
