#include "solver/ensemble/firing.h"

#include <math.h>
#include "solver/base/memory.h"
#include "solver/ensemble/pulses.h"

/** A pulse that starts with the end of the experiment is none of it: a share of the duration. */
static const double SAME_END = 1e-9;

/** What follows from the spikes of trajectory i. */
static void look_at(struct firing *f, size_t i) {
  const struct record_spikes *spikes = f->spikes[i];
  int last = 0;
  f->first_s[i] = f->first_pulse[i] = f->fired[i] = NAN;
  if (!spikes)
    return;
  f->fired[i] = 0;
  for (size_t k = 0; k < spikes->n; k++) {
    const struct spike *spike = &spikes->spike[k];
    size_t at = f->first[i] + k;
    f->interval_s[at] = k > 0 ? spike->t - spikes->spike[k - 1].t : (double)NAN;
    f->interval_pulses[at] = k > 0 ? spike->pulse - spikes->spike[k - 1].pulse : (double)NAN;
    f->fired[i] += spike->pulse > last;
    last = spike->pulse > last ? spike->pulse : last;
  }
  f->pulses = fmax(f->pulses, last); /* one that starts at the very end and fires counts */
  if (spikes->n > 0) {
    f->first_s[i] = spikes->spike[0].t;
    f->first_pulse[i] = spikes->spike[0].pulse > 0 ? spikes->spike[0].pulse : (double)NAN;
  }
}

enum hd_status firing_create(struct firing *firing, const struct records *records,
                             size_t experiment, struct hd_error *err) {
  struct firing *f = firing;
  const struct experiment_spec *spec = &records->spec->experiments[experiment];
  const struct waveform *waveform = pulses_waveform(records->spec, spec);
  *f = (struct firing){.n = records->n, .horizon = spec->duration};
  f->pulses = waveform ? waveform_pulse_index(waveform, spec->duration * (1 - SAME_END)) : 0;
  TRY(hd_alloc(&f->spikes, f->n, sizeof *f->spikes, err));
  TRY(hd_alloc(&f->first, f->n + 1, sizeof *f->first, err));
  for (size_t i = 0; i < f->n; i++) {
    const struct record *record = &records->record[i];
    f->spikes[i] = record->status == RECORD_DONE ? &record->spikes[experiment] : NULL;
    f->first[i + 1] = f->first[i] + (f->spikes[i] ? f->spikes[i]->n : 0);
  }
  TRY(hd_alloc(&f->interval_s, f->first[f->n], sizeof(double), err));
  TRY(hd_alloc(&f->interval_pulses, f->first[f->n], sizeof(double), err));
  TRY(hd_alloc(&f->first_s, f->n, sizeof(double), err));
  TRY(hd_alloc(&f->first_pulse, f->n, sizeof(double), err));
  TRY(hd_alloc(&f->fired, f->n, sizeof(double), err));
  for (size_t i = 0; i < f->n; i++)
    look_at(f, i);
  return HD_OK;
}

void firing_free(struct firing *firing) {
  hd_free(&firing->spikes);
  hd_free(&firing->first);
  hd_free(&firing->interval_s);
  hd_free(&firing->interval_pulses);
  hd_free(&firing->first_s);
  hd_free(&firing->first_pulse);
  hd_free(&firing->fired);
}

const struct spike *firing_spike(const struct firing *firing, size_t trajectory, size_t k) {
  return &firing->spikes[trajectory]->spike[k];
}

size_t firing_count(const struct firing *firing) {
  return firing->first[firing->n];
}
