/* Time evolution with ions that hop one by one: Gillespie's algorithm or binomial leaps on a
 * lattice of whole numbers, fields and circuit by implicit Euler steps between them. */
#ifndef HALIDRIFT_SOLVER_HOPPING_H
#define HALIDRIFT_SOLVER_HOPPING_H

#include "solver/lattice.h"
#include "solver/transient.h"

/** What happened so far. */
struct hopping_counts {
  long hops, exchanges, leaps, events, solutions;
};

struct hopping;

/** For y (a state at rest, or one that hopping left); each experiment has random numbers of its
 * own. Errors: HD_INPUT where the method is not valid, HD_MEMORY */
enum hd_status hopping_create(struct hopping **hopping, struct system *system, size_t experiment,
                              const struct transient_watch *watch, const double *y,
                              struct hd_error *err);
/** Begin at t = 0, or go on with hopping_restore. Errors: HD_CONVERGENCE */
enum hd_status hopping_start(struct hopping *hopping, struct hd_error *err);
/** Begin a stretch that ends at `stop`. */
void hopping_begin(struct hopping *hopping, double stop);
/** Hops until the fields are solved anew, and that solution. Errors: HD_CONVERGENCE;
 * HD_INTERRUPTED: the step took too long, and no state of it is left */
enum hd_status hopping_advance(struct hopping *hopping, enum transient_event *event,
                               struct hd_error *err);
double hopping_time(const struct hopping *hopping);
double hopping_stop(const struct hopping *hopping);
double hopping_last_step(const struct hopping *hopping);
const double *hopping_state(const struct hopping *hopping);
const double *hopping_derivative(const struct hopping *hopping);
/** Within the last step: fields linear, ions as they were at its begin. */
void hopping_interpolate(const struct hopping *hopping, double t, double *y, double *yp);
struct transient_integrals hopping_integrals(const struct hopping *hopping);
struct transient_counts hopping_transient_counts(const struct hopping *hopping);
struct hopping_counts hopping_counts(const struct hopping *hopping);
/** Cells and hops, borrowed. */
const struct lattice *hopping_lattice(const struct hopping *hopping);
enum hd_status hopping_save(const struct hopping *hopping, struct store *store,
                            struct hd_error *err);
enum hd_status hopping_restore(struct hopping *hopping, const struct store *store,
                               struct hd_error *err);
void hopping_free(struct hopping **hopping);

#endif
