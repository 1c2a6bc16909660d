/* summary.json: results and statistics of a run. Keys are a contract: docs/reference.md. */
#ifndef HALIDRIFT_SOLVER_SUMMARY_H
#define HALIDRIFT_SOLVER_SUMMARY_H

#include <jansson.h>
#include "solver/steady.h"
#include "solver/store.h"
#include "solver/front.h"
#include "solver/remarks.h"
#include "solver/system.h"
#include "solver/transient.h"

/** What the solver did. */
struct summary_work {
  long residuals, jacobians, steady_iterations;
  double assembly_s;
  struct linear_counts linear;
};

struct summary {
  json_t *root, *experiments, *present; /* root owned; the others live in it */
  double wall_start;        /* s, monotonic clock; before the process began when the run goes on */
  double cpu_before;        /* s that earlier processes of the run took */
  struct summary_work work; /* of systems that are gone */
  struct transient_counts transient; /* of all transients */
  double current_sum;                /* A: largest |sum of terminal currents| of a device */
  double current_error; /* A: largest difference between reported and circuit currents */
  double current_max;   /* A: largest current */
  double *drift;        /* [system_ion_components] owned: largest relative drift */
};

enum hd_status summary_create(struct summary *summary, const struct system *system,
                              struct hd_error *err);
/** A new entry in `experiments`; also the place for its own results. */
void summary_begin(struct summary *summary, const char *name, const char *type);
/** Look at a row: the terminal currents I of each device must cancel, and agree with those that the
 * circuit's equations used. */
void summary_watch(struct summary *summary, const struct system *system, const double *y,
                   const double *I);
/** Smallest, largest and last value of a number over the rows of the present experiment; NAN is
 * none. */
void summary_range(struct summary *summary, const char *name, double value);
/** Add up what a system did, before it goes. */
void summary_add_work(struct summary *summary, const struct system *system,
                      const struct steady *steady);
/** Keep a front if its h / ell is the largest of the present experiment. */
void summary_front(struct summary *summary, const struct system *system, const struct front *front,
                   double t);
/** That ratio so far; 0: no front. */
double summary_front_ratio(const struct summary *summary);
/** Statistics, conservation, status. */
void summary_finish(struct summary *summary, const struct system *system, enum hd_status status,
                    const char *message);
/** One sentence for the log: linear solver, its order, work and time. */
void summary_speak(const struct summary *summary, const struct system *system, char *text,
                   size_t size);
/** Put everything so far into a store, and take it out into a new summary. */
enum hd_status summary_save(const struct summary *summary, const struct system *system,
                            const struct steady *steady, struct store *store, struct hd_error *err);
enum hd_status summary_restore(struct summary *summary, const struct system *system,
                               const struct store *store, struct hd_error *err);
/** Remarks as a list of strings, empty when there are none. */
json_t *summary_remarks(const struct remarks *remarks);
/** A status as summary.json has it. */
const char *summary_status_name(enum hd_status status);
/** Does DIR/summary.json say that the run ended well? */
bool summary_says_ok(const char *dir);
void summary_free(struct summary *summary);

#endif
