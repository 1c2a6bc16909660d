/* Spikes of a current: when, how high, how long, and the energies over a stated window. Pure logic:
 * it reads accepted time points and knows no solver. */
#ifndef HALIDRIFT_SOLVER_SPIKES_H
#define HALIDRIFT_SOLVER_SPIKES_H

#include <stdbool.h>
#include <stddef.h>
#include "physics/waveform.h"
#include "solver/base/error.h"
#include "solver/store.h"

struct spikes_setup {
  double threshold;                /* A, > 0: a spike is |I| above it */
  double capacitance;              /* F of the membrane; 0: none */
  const struct waveform *waveform; /* of the source, borrowed; NULL: no pulses */
};

/** An accepted time point. The integrals run from the start of the experiment. */
struct spikes_point {
  double t;        /* s; never descends */
  double I;        /* A through the terminal */
  double V_X;      /* V of the membrane node */
  double E_source; /* J: integral V_in I dt; must be there when setup.waveform is */
  double E_device; /* J: integral V_mem I dt */
  double charge;   /* C: integral I dt */
};

/**
 * One spike. It begins when |I| crosses the threshold upward while the source delivers energy (any
 * upward crossing where there is no source); further crossings inside the same pulse, the
 * membrane's discharge behind its falling edge among them, belong to it. Energies and charge are
 * over the *spike window*: the pulse period in which it begins, from the pulse's start to the next
 * pulse's start; for the last pulse one period later, or the end of the experiment when pulses have
 * no period. Where there is no pulse, and behind the last period: from the upward to the downward
 * crossing.
 */
struct spike {
  double t;            /* s: first upward crossing, from the start of the experiment */
  int pulse;           /* of the pulse that runs or ran last, from 1; 0: there was none */
  double peak;         /* A: largest current in the direction in which the spike began, signed */
  double width;        /* s: total time above the threshold */
  double E_source;     /* J: integral V_in I dt over the window */
  double E_device;     /* J: integral V_mem I dt over the window */
  double E_stored;     /* J: change of C V_X^2 / 2 over the window */
  double charge;       /* C: integral I dt over the window */
  double window_start; /* s */
  double window_end;   /* s */
  bool complete;       /* false: the experiment ended inside the spike or its window */
};

struct spikes;
/** One recorder for each experiment. */
enum hd_status spikes_create(struct spikes **spikes, const struct spikes_setup *setup,
                             struct hd_error *err);
/** Take the next accepted point; the first one is the start of the experiment. Errors: HD_MEMORY */
enum hd_status spikes_step(struct spikes *spikes, const struct spikes_point *point,
                           struct hd_error *err);
/** The experiment is over: what is still open gets the values so far, with complete = false. */
void spikes_finish(struct spikes *spikes);
void spikes_free(struct spikes **spikes);
/** Put the recorder into a store, and bring a new one with the same setup to that state. */
enum hd_status spikes_save(const struct spikes *spikes, struct store *store, struct hd_error *err);
enum hd_status spikes_restore(struct spikes *spikes, const struct store *store,
                              struct hd_error *err);

/** Spikes that have begun (the last one may be open) and those whose values are final. */
size_t spikes_begun(const struct spikes *spikes);
size_t spikes_final(const struct spikes *spikes);
/** Spike i, in order of time. The pointer holds until the next spikes_step. */
const struct spike *spikes_get(const struct spikes *spikes, size_t i);

/** The values of a spike by name, for spikes.csv (behind "experiment") and summary.json. */
extern const char *const spike_columns[];
extern const size_t spike_columns_count;
/** Value of column i; `pulse` and `complete` (1 or 0) as numbers. */
double spike_value(const struct spike *spike, size_t column);
/** The spike with these values, [spike_columns_count]. */
struct spike spike_from(const double *values);

#endif
