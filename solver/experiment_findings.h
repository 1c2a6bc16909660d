/* What is looked for while a transient runs: spikes, and what a protocol measures. */
#ifndef HALIDRIFT_SOLVER_EXPERIMENT_FINDINGS_H
#define HALIDRIFT_SOLVER_EXPERIMENT_FINDINGS_H

#include "solver/experiment.h"
#include "solver/integrator.h"
#include "solver/spikes.h"

struct findings {
  struct run *run;                          /* borrowed */
  const struct experiment_spec *experiment; /* borrowed */
  struct spikes *spikes;                    /* owned; NULL: not counted */
  size_t written;                           /* of them: rows in spikes.csv */
  struct protocol_trace trace;              /* owned */
};

/** resumed: what an earlier part of the experiment found is in the summary. */
enum hd_status findings_open(struct findings *findings, struct run *run,
                             const struct experiment_spec *experiment, bool resumed,
                             struct hd_error *err);
void findings_free(struct findings *findings);

/** Which unknowns the spike counter and the integrals read. */
struct transient_watch findings_watch(const struct findings *findings);

/** Look at an accepted point; spikes whose values are final are written. */
enum hd_status findings_look(struct findings *findings, struct integrator *integrator, double t,
                             const double *y, struct hd_error *err);

/** The experiment is over with a status: write what is still open. Returns the status, or what came
 * of writing. */
enum hd_status findings_end(struct findings *findings, enum hd_status status, struct hd_error *err);

/** To a checkpoint and back; `written` is the caller's to keep. */
enum hd_status findings_save(const struct findings *findings, struct store *store,
                             struct hd_error *err);
enum hd_status findings_restore(struct findings *findings, const struct store *from,
                                struct hd_error *err);

#endif
