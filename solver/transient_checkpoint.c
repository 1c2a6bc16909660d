/* Checkpoints of an integrator: the state, the clock, and the first step behind a restart. */
#include <float.h>
#include <idas/idas.h>
#include <math.h>
#include "solver/transient_parts.h"

/** Second derivative of the solution by the steps so far: [n] out. */
static int curvature(struct transient *transient, N_Vector out) {
  int order = 1;
  int flag = IDAGetLastOrder(transient->ida, &order);
  if (flag < 0 || order > 1)
    return flag < 0 ? flag
                    : IDAGetDky(transient->ida, transient_clock(transient, transient->t), 2, out);
  flag = IDAGetEstLocalErrors(transient->ida, out); /* h^2 y'' / 2 */
  N_VScale(2.0 / (transient->last_step * transient->last_step), out, out);
  return flag;
}

/**
 * First step behind a checkpoint: the one of order one that has half the error that is allowed,
 * h^2 |y''| / 2 = 1/2, and at most twice the last one. It does not depend on how many steps ago the
 * last checkpoint was, so checkpoints in a row cost no more than steps of order one.
 * step    out, s
 * Errors  HD_INTERNAL, HD_MEMORY
 */
static enum hd_status restart_step(struct transient *transient, double *step,
                                   struct hd_error *err) {
  N_Vector second = N_VClone(transient->y), weight = N_VClone(transient->y);
  enum hd_status status = HD_OK;
  if (!second || !weight)
    status = hd_fail(err, HD_MEMORY, "out of memory for a checkpoint");
  if (status == HD_OK)
    status = transient_check(curvature(transient, second), "its curvature", err);
  if (status == HD_OK) {
    transient_weights(transient->y, weight, transient);
    double norm = N_VWrmsNormMask(second, weight, transient->id);
    *step = fmin(2.0 * transient->last_step, 1.0 / sqrt(fmax(norm, DBL_MIN)));
  }
  if (second)
    N_VDestroy(second);
  if (weight)
    N_VDestroy(weight);
  return status;
}

enum hd_status transient_save(struct transient *transient, struct store *store,
                              struct hd_error *err) {
  size_t n = (size_t)transient->system->n;
  struct transient_counts counts = transient_counts(transient);
  const double total[] = {(double)counts.steps, (double)counts.newton_iterations,
                          (double)counts.error_test_failures, (double)counts.convergence_failures};
  double clock[] = {transient->t, transient->stop, transient->last_step, 0.0, transient->settle};
  TRY(restart_step(transient, &clock[3], err));
  TRY(store_put(store, "transient_y", n, N_VGetArrayPointer(transient->y), err));
  TRY(store_put(store, "transient_yp", n, N_VGetArrayPointer(transient->yp), err));
  TRY(store_put(store, "transient_integrals", TRANSIENT_INTEGRALS,
                N_VGetArrayPointer(transient->quad), err));
  TRY(store_put(store, "transient_slopes", transient->system->run->circuit.n_elements,
                transient->slope, err));
  if (transient->langevin)
    TRY(langevin_save(transient->langevin, store, err));
  if (transient->own)
    TRY(transient_sensitivity_save(transient, store, err));
  TRY(store_put(store, "transient_clock", 5, clock, err));
  return store_put(store, "transient_counts", 4, total, err);
}

enum hd_status transient_restore(struct transient *transient, const struct store *store,
                                 struct hd_error *err) {
  size_t n = (size_t)transient->system->n;
  double total[4], clock[5];
  TRY(store_get(store, "transient_y", n, N_VGetArrayPointer(transient->y), err));
  TRY(store_get(store, "transient_yp", n, N_VGetArrayPointer(transient->yp), err));
  TRY(store_get(store, "transient_integrals", TRANSIENT_INTEGRALS,
                N_VGetArrayPointer(transient->quad), err));
  TRY(store_get(store, "transient_slopes", transient->system->run->circuit.n_elements,
                transient->slope, err));
  if (transient->langevin)
    TRY(langevin_restore(transient->langevin, store, err));
  if (transient->own)
    TRY(transient_sensitivity_restore(transient, store, err));
  TRY(store_get(store, "transient_clock", 5, clock, err));
  TRY(store_get(store, "transient_counts", 4, total, err));
  transient->t = clock[0];
  transient->stop = clock[1];
  transient->last_step = clock[2];
  transient->settle = clock[4];
  transient_watch_range(transient);
  transient->total =
      (struct transient_counts){(long)total[0], (long)total[1], (long)total[2], (long)total[3]};
  return transient_restart(transient, clock[3], err);
}
