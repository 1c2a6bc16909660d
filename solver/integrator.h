/* What carries a transient through time: IDAS for densities of ions, hopping for single ions. */
#ifndef HALIDRIFT_SOLVER_INTEGRATOR_H
#define HALIDRIFT_SOLVER_INTEGRATOR_H

#include "solver/hopping.h"
#include "solver/transient.h"

/** One of the two, and the forces of the first, owned. */
struct integrator {
  struct langevin *langevin;
  struct transient *smooth;
  struct hopping *hopping;
};

/** Single ions, or forces on densities, where the run asks for them and the ions are not frozen.
 * experiment: its number, which the forces are a function of. */
enum hd_status integrator_create(struct integrator *integrator, struct system *system, bool frozen,
                                 size_t experiment, const struct transient_watch *watch,
                                 const double *y, struct hd_error *err);
/** Begin at t = 0, unless it is restored. */
enum hd_status integrator_start(struct integrator *integrator, struct hd_error *err);
void integrator_free(struct integrator *integrator);

enum hd_status integrator_begin(struct integrator *integrator, double stop, struct hd_error *err);
enum hd_status integrator_advance(struct integrator *integrator, enum transient_event *event,
                                  struct hd_error *err);
double integrator_time(const struct integrator *integrator);
double integrator_stop(const struct integrator *integrator);
double integrator_last_step(const struct integrator *integrator);
const double *integrator_state(const struct integrator *integrator);
const double *integrator_derivative(const struct integrator *integrator);
enum hd_status integrator_interpolate(struct integrator *integrator, double t, double *y,
                                      double *yp, struct hd_error *err);
struct transient_integrals integrator_integrals(struct integrator *integrator);
struct transient_counts integrator_counts(const struct integrator *integrator);
/** Does one that is restored take the same steps, bit for bit, as one that goes on? */
bool integrator_is_exact(const struct integrator *integrator);
/** May it be saved behind this step? An exact one with forces at the ends of their intervals, where
 * it begins anew without a checkpoint, too. */
bool integrator_rests(const struct integrator *integrator);
enum hd_status integrator_save(struct integrator *integrator, struct store *store,
                               struct hd_error *err);
enum hd_status integrator_restore(struct integrator *integrator, const struct store *store,
                                  struct hd_error *err);

#endif
