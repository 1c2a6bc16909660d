/* The pulses that an experiment gives to what is watched for spikes; all trajectories get the same.
 */
#ifndef HALIDRIFT_ENSEMBLE_PULSES_H
#define HALIDRIFT_ENSEMBLE_PULSES_H

#include "solver/spec.h"

struct pulses {
  size_t n;
  double *middle; /* [n] owned: s, of the pulse's top */
  double *drive;  /* [n] owned: V there, across the watched source and those in series with it */
};

/** The first n. Freed with pulses_free, also after an error. Errors: HD_MEMORY */
enum hd_status pulses_create(struct pulses *pulses, size_t n, const struct run_spec *spec,
                             const struct experiment_spec *experiment, struct hd_error *err);
void pulses_free(struct pulses *pulses);

/** The waveform of the watched source in an experiment; NULL: there is no source. */
const struct waveform *pulses_waveform(const struct run_spec *spec,
                                       const struct experiment_spec *experiment);

#endif
