/* When the trajectories of an ensemble fired in one experiment: ragged arrays, spikes of one
 * trajectory one behind the other, trajectories in order. */
#ifndef HALIDRIFT_ENSEMBLE_FIRING_H
#define HALIDRIFT_ENSEMBLE_FIRING_H

#include "solver/ensemble/record.h"

struct firing {
  const struct record_spikes **spikes; /* [n] owned list; NULL: that trajectory is not done */
  size_t n;                            /* trajectories */
  size_t *first;           /* [n + 1] owned: trajectory i has spikes first[i] to first[i + 1] - 1 */
  double horizon;          /* s: how long the experiment watched */
  double pulses;           /* that the source gave in that time; 0: it gives none */
  double *interval_s;      /* [spikes] owned: from the spike before; NAN: it is the first one */
  double *interval_pulses; /* [spikes] owned */
  double *first_s;         /* [n] owned: first passage, time of the first spike; NAN: never */
  double *first_pulse;     /* [n] owned: number of pulses to the first spike; NAN: never */
  double *fired;           /* [n] owned: pulses in which a spike began */
};

/** Of one experiment. Freed with firing_free, also after an error. Errors: HD_MEMORY */
enum hd_status firing_create(struct firing *firing, const struct records *records,
                             size_t experiment, struct hd_error *err);
void firing_free(struct firing *firing);
/** Spike k of all. */
const struct spike *firing_spike(const struct firing *firing, size_t trajectory, size_t k);
size_t firing_count(const struct firing *firing);

#endif
