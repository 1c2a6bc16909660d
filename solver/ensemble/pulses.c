#include "solver/ensemble/pulses.h"

#include <math.h>
#include "physics/element.h"
#include "solver/base/memory.h"

/** Net 0 is ground (solver/config/circuit.c). */
enum { GROUND = 0 };

const struct waveform *pulses_waveform(const struct run_spec *spec,
                                       const struct experiment_spec *experiment) {
  int source = experiment->spike.source;
  return source >= 0 ? experiment_waveform(spec, experiment, (size_t)source) : NULL;
}

/** Potentials that the voltage sources other than `watched` give at time t to the nets that they
 * tie to ground; NAN: they tie it to none. */
static void source_potentials(const struct run_spec *spec, const struct experiment_spec *experiment,
                              int watched, double t, double *V) {
  const struct circuit_spec *circuit = &spec->circuit;
  for (size_t k = 0; k < circuit->n_nets; k++)
    V[k] = k == GROUND ? 0 : (double)NAN;
  for (bool found = true; found;) {
    found = false;
    for (size_t s = 0; s < circuit->n_elements; s++) {
      const struct element *element = &circuit->elements[s];
      double *a = &V[element->net[0]], *b = &V[element->net[1]];
      if (element->kind != ELEMENT_VOLTAGE_SOURCE || (int)s == watched || isnan(*a) == isnan(*b))
        continue;
      double v = waveform_value(experiment_waveform(spec, experiment, s), t);
      if (isnan(*a))
        *a = *b + v;
      else
        *b = *a - v;
      found = true;
    }
  }
}

/** Voltage across the watched source and those in series with it: the potential of its end that is
 * driven, where voltage sources tie the other end to ground; its own voltage where they do not. */
static double drive_at(const struct run_spec *spec, const struct experiment_spec *experiment,
                       double t, double *V) {
  int watched = experiment->spike.source;
  const struct element *element = &spec->circuit.elements[watched];
  double v = waveform_value(experiment_waveform(spec, experiment, (size_t)watched), t);
  source_potentials(spec, experiment, watched, t, V);
  if (!isnan(V[element->net[1]]))
    return V[element->net[1]] + v;
  return isnan(V[element->net[0]]) ? v : V[element->net[0]] - v;
}

/** Starts of the pulses: the kinks at which the index of the pulse that runs goes up. */
static void find_starts(struct pulses *pulses, const struct waveform *waveform) {
  size_t n = 0;
  double t = 0;
  while (n < pulses->n && t < INFINITY) {
    int index = waveform_pulse_index(waveform, t);
    while (n < pulses->n && (size_t)index > n)
      pulses->middle[n++] = t;
    t = waveform_next_kink(waveform, t);
  }
}

/**
 * Middles of the tops of the first n pulses, and the drive there: the voltage of the watched source
 * and of all voltage sources between it and ground. A slow signal in series with the pulses is so
 * part of the drive; a source that is tied to ground elsewhere (of a gate) is not.
 */
enum hd_status pulses_create(struct pulses *pulses, size_t n, const struct run_spec *spec,
                             const struct experiment_spec *experiment, struct hd_error *err) {
  const struct waveform *waveform = pulses_waveform(spec, experiment);
  double *V = NULL;
  *pulses = (struct pulses){.n = n};
  TRY(hd_alloc(&pulses->middle, n, sizeof(double), err));
  TRY(hd_alloc(&pulses->drive, n, sizeof(double), err));
  TRY(hd_alloc(&V, spec->circuit.n_nets, sizeof(double), err));
  if (n > 0)
    find_starts(pulses, waveform);
  for (size_t i = 0; i < n; i++) {
    pulses->middle[i] += waveform_pulse_middle(waveform);
    pulses->drive[i] = drive_at(spec, experiment, pulses->middle[i], V);
  }
  hd_free(&V);
  return HD_OK;
}

void pulses_free(struct pulses *pulses) {
  hd_free(&pulses->middle);
  hd_free(&pulses->drive);
  *pulses = (struct pulses){0};
}
