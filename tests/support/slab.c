#include "tests/support/slab.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

const struct slab slabs[SLABS] = {
    {"tests/decks/diode.cfg", 0.7, 1e-13, 3.0, 20, false},
    {"tests/decks/film.cfg", 1.0, 1e-9, 5.0, 22, false},
    {"tests/decks/filament.cfg", 1.0, 1e-8, 2.0, 20, true},
};

/** pi (5 nm)^2 as the axisymmetric mesh has it. */
#define AREA "device.area=\"7.853981633974483e-17 m^2\""

void slab_open(struct rig *rig, int slab, int coordinates, const char *const *more) {
  static const char *const common[COORDINATES][7] = {
      {AREA},
      {"device.coordinates=\"planar\"", "device.width=\"5 nm\"",
       "device.depth=\"1.5707963267948966e-8 m\"", "device.mesh.width_intervals=3",
       "device.contacts[0].at=\"y_min\"", "device.contacts[1].at=\"y_max\""},
      {"device.coordinates=\"axisymmetric\"", "device.radius=\"5 nm\"",
       "device.mesh.width_intervals=3", "device.contacts[0].at=\"z_min\"",
       "device.contacts[1].at=\"z_max\""},
  };
  const char *sets[SLAB_SETS] = {NULL};
  int n = 0;
  for (int i = 0; i < 7 && common[coordinates][i]; i++)
    sets[n++] = common[coordinates][i];
  for (int i = 0; more && more[i] && n + 1 < SLAB_SETS; i++)
    sets[n++] = more[i];
  rig_open(rig, slabs[slab].deck, sets);
}

void slab_extrude(const struct rig *line, struct rig *plane) {
  const struct system_instance *from = rig_instance(line), *to = rig_instance(plane);
  const struct mesh *mesh = to->device->mesh;
  size_t n_elements = line->plan.spec.circuit.n_elements;
  int n = line->system->n, N = from->device->n_unknowns, others = n - from->current_base;
  for (size_t i = 0; i < mesh->n_axis[0]; i++)
    for (size_t j = 0; j < mesh->n_axis[1]; j++)
      for (int u = 0; u < N; u++) {
        int g = to->dof[(int)mesh_node(mesh, i, j) * N + u];
        int h = from->dof[(int)mesh_node(from->device->mesh, j, 0) * N + u];
        if (g < plane->system->n && h < n)
          plane->y[g] = line->y[h];
      }
  memcpy(&plane->y[to->current_base], &line->y[from->current_base],
         (size_t)others * sizeof(double));
  for (size_t e = 0; e < n_elements; e++)
    plane->system->elements[e].waveform = line->system->elements[e].waveform;
  memcpy(plane->sources, line->sources, n_elements * sizeof(double));
}

enum { RISE = 10 };

void slab_rise(struct rig *rig, int slab) {
  rig->system->elements[rig_element(rig, "V")].waveform =
      (struct waveform){.kind = WAVEFORM_RAMP,
                        .low = 0.0,
                        .high = slabs[slab].bias,
                        .rise = RISE * slabs[slab].first_step};
}

double slab_step(int slab, int step) {
  return slabs[slab].first_step * (step < RISE ? 1.0 : pow(slabs[slab].growth, step - RISE + 1));
}
