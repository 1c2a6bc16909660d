/* Stability of a steady state: the leading eigenvalues of the transient equations about it. */
#ifndef HALIDRIFT_SOLVER_STABILITY_H
#define HALIDRIFT_SOLVER_STABILITY_H

#include "solver/store.h"
#include "solver/system.h"

/** How small deviations from a steady state go: exp((rate + i frequency) t). */
struct stability_modes {
  double rate, frequency; /* 1/s: of the leading one, that with the largest rate */
  int unstable;           /* number of modes that grow, among those that were looked for */
};

struct stability;

/** frozen: ions stay where they are. The system is borrowed at each call. */
enum hd_status stability_create(struct stability **stability, const struct system *system,
                                bool frozen, struct hd_error *err);
void stability_free(struct stability **stability);

/** The leading modes about the steady state y; sources are constant. */
enum hd_status stability_modes(struct stability *stability, struct system *system, const double *y,
                               struct stability_modes *modes, struct hd_error *err);

/** What the next call begins with, to a store and back. */
enum hd_status stability_save(const struct stability *stability, struct store *store,
                              struct hd_error *err);
enum hd_status stability_restore(struct stability *stability, const struct store *store,
                                 struct hd_error *err);

/** Deviation of the leading mode that the last call found, [n]; NULL: its frequency is not zero. */
const double *stability_mode(const struct stability *stability);

#endif
