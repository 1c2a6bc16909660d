#include "solver/sources.h"

#include <math.h>

/** The waveform that is driven. */
static struct waveform *driven(struct system *system, int target, int index) {
  return target == DRIVE_SOURCE  ? &system->elements[index].waveform
         : target == DRIVE_LIGHT ? &system->light[index]
                                 : &system->surroundings[index];
}

void sources_drive(struct system *system, const struct experiment_spec *experiment) {
  for (size_t e = 0; e < system->run->circuit.n_elements; e++)
    system->elements[e].waveform = system->run->circuit.elements[e].waveform;
  system_reset_drives(system);
  for (size_t d = 0; d < experiment->n_drives; d++)
    *driven(system, experiment->drives[d].target, experiment->drives[d].index) =
        experiment->drives[d].waveform;
  const struct protocol_spec *protocol = &experiment->protocol;
  if (protocol->enabled)
    *driven(system, protocol->target, protocol->index) = protocol->waveform;
}

void sources_start(const struct system *system, double *values) {
  for (size_t e = 0; e < system->run->circuit.n_elements; e++) {
    const struct element *element = &system->elements[e];
    values[e] = element_is_source(element) ? waveform_value(&element->waveform, 0.0) : 0.0;
  }
}

void sources_hold(struct system *system, const double *from, const double *to, double s) {
  for (size_t e = 0; e < system->run->circuit.n_elements; e++) {
    struct element *element = &system->elements[e];
    if (!element_is_source(element))
      continue;
    element->waveform =
        (struct waveform){.kind = WAVEFORM_CONSTANT, .low = (1.0 - s) * from[e] + s * to[e]};
  }
}

double sources_next_kink(const struct system *system, double t, double end) {
  const struct run_spec *run = system->run;
  double kink = end;
  for (size_t e = 0; e < run->circuit.n_elements; e++)
    if (element_table[system->elements[e].kind].has_waveform)
      kink = fmin(kink, waveform_next_kink(&system->elements[e].waveform, t));
  for (size_t d = 0; d < run->n_devices; d++) {
    kink = fmin(kink, waveform_next_kink(&system->surroundings[d], t));
    if (run->devices[d].generation.kind != GENERATION_NONE)
      kink = fmin(kink, waveform_next_kink(&system->light[d], t));
  }
  return kink;
}
