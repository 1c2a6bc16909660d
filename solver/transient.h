/* Time evolution by SUNDIALS IDAS: variable-order BDF, analytic sparse Jacobian, roots,
 * quadratures. */
#ifndef HALIDRIFT_SOLVER_TRANSIENT_H
#define HALIDRIFT_SOLVER_TRANSIENT_H

#include "solver/langevin.h"
#include "solver/sensitivity.h"
#include "solver/store.h"
#include "solver/system.h"

/** What the integrals and the root watch: one current, one source. */
struct transient_watch {
  bool enabled;
  int current;         /* unknown: current into the watched terminal */
  int terminal_net[2]; /* nets of the watched terminal and of its counterpart (device voltage) */
  int source;          /* element whose energy is integrated, -1: none */
  double threshold;    /* A: root where |I| crosses it */
};

/** Running integrals since the experiment began. */
struct transient_integrals {
  double E_source, E_device; /* J */
  double charge;             /* C through the watched terminal */
};

enum { TRANSIENT_INTEGRALS = 3 };

/** What the integrals grow by at a state: power of the source, power into the device, current. */
void transient_rates(const struct transient_watch *watch, const struct system *system,
                     const double *y, double rates[TRANSIENT_INTEGRALS]);

struct transient_counts {
  long steps, newton_iterations, error_test_failures, convergence_failures;
};

/** UP, DOWN: |I| crosses the threshold. */
enum transient_event { TRANSIENT_STEP, TRANSIENT_UP, TRANSIENT_DOWN, TRANSIENT_STOP };

struct transient;

/** Integrator of a system from y (a consistent state) at t = 0. */
enum hd_status transient_create(struct transient **transient, struct system *system, bool frozen,
                                const struct transient_watch *watch, const double *y,
                                struct hd_error *err);
/** Let forces act on the ions from the begin on; `langevin` is borrowed. */
void transient_fluctuate(struct transient *transient, struct langevin *langevin);
/** Carry sensitivities along from the begin on; `sensitivity` is borrowed. */
enum hd_status transient_differentiate(struct transient *transient, struct sensitivity *sensitivity,
                                       struct hd_error *err);
/** Begin a smooth stretch at the present time that ends at `stop`: sources' slopes may have jumped.
 */
enum hd_status transient_begin(struct transient *transient, double stop, struct hd_error *err);
/** One accepted step (or a root, or the stop time). */
enum hd_status transient_advance(struct transient *transient, enum transient_event *event,
                                 struct hd_error *err);
double transient_time(const struct transient *transient);
double transient_last_step(const struct transient *transient);
/** Solution now, [n], borrowed until the next call. */
const double *transient_state(const struct transient *transient);
const double *transient_derivative(const struct transient *transient);
/** Solution and derivative at a time within the last step, [n] out. */
enum hd_status transient_interpolate(struct transient *transient, double t, double *y, double *yp,
                                     struct hd_error *err);
struct transient_integrals transient_integrals(struct transient *transient);
/** The k-th derivative by t of dy/d ln p_i at a time within the last step, [n] out. */
enum hd_status transient_sensitivity(struct transient *transient, size_t i, double t, int k,
                                     double *values, struct hd_error *err);
/** Derivatives of the integrals by ln p_i now, in the order of struct transient_integrals. */
enum hd_status transient_sensitivity_integrals(struct transient *transient, size_t i,
                                               double values[TRANSIENT_INTEGRALS],
                                               struct hd_error *err);
struct transient_counts transient_counts(const struct transient *transient);

/** Put everything that a restart at the present time needs into a store. */
enum hd_status transient_save(struct transient *transient, struct store *store,
                              struct hd_error *err);
/** Bring a new integrator to where transient_save was called: it goes on inside the same stretch
 * with a first step of order one. */
enum hd_status transient_restore(struct transient *transient, const struct store *store,
                                 struct hd_error *err);
/** End of the present stretch, s. */
double transient_stop(const struct transient *transient);
void transient_free(struct transient **transient);

#endif
