/* Instants of a transient whose sensitivities spikes are made of: crossings of the threshold, ends
 * of stretches, largest currents. A crossing moves with the parameters,
 *   dt/dq = -(dI/dq) / (dI/dt),   so that  d f(t)/dq = df/dq + df/dt dt/dq. */
#ifndef HALIDRIFT_SOLVER_SENSITIVITY_MARKS_H
#define HALIDRIFT_SOLVER_SENSITIVITY_MARKS_H

#include "solver/spikes.h"
#include "solver/transient.h"

enum mark_kind { MARK_STOP, MARK_CROSSING, MARK_PEAK };

enum {
  MARK_TIME,
  MARK_VOLTAGE,
  MARK_CURRENT,
  MARK_INTEGRALS,
  MARK_VALUES = MARK_INTEGRALS + TRANSIENT_INTEGRALS
};

/** One instant: its values and their total derivatives. */
struct mark {
  enum mark_kind kind;
  double value[MARK_VALUES]; /* s, V of the source, A, J, J, C */
};

struct marks {
  size_t n, room, n_parameters;
  struct mark *mark; /* [n] owned */
  double *slope;     /* [n * n_parameters * MARK_VALUES] owned */
  bool above;        /* a peak is looked for */
};

/** What a spike has: the order of mark_merits. */
enum { MARK_MERITS = 6 };
struct mark_merit {
  const char *name, *unit;
};
extern const struct mark_merit mark_merits[MARK_MERITS];

/** Look at the end of a step; `work` [system->n + 1]. */
enum hd_status marks_step(struct marks *marks, const struct system *system,
                          struct transient *transient, enum transient_event event,
                          const struct transient_watch *watch, double *work, struct hd_error *err);
/** Value and derivatives by ln p, [n_parameters] out, of figure i of a spike; false: an instant
 * that it needs was not marked. */
bool marks_merit(const struct marks *marks, const struct spike *spike, int i, double *value,
                 double *slopes);
/** All marks to a store and back. */
enum hd_status marks_save(const struct marks *marks, struct store *store, struct hd_error *err);
enum hd_status marks_restore(struct marks *marks, const struct store *store, struct hd_error *err);
/** Forget all; the number of parameters stays. */
void marks_free(struct marks *marks);

#endif
