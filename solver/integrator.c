#include "solver/integrator.h"

enum hd_status integrator_create(struct integrator *integrator, struct system *system, bool frozen,
                                 size_t experiment, const struct transient_watch *watch,
                                 const double *y, struct hd_error *err) {
  int engine = frozen ? ENGINE_NONE : system->run->stochastic.engine;
  if (engine == ENGINE_INTEGER)
    return hopping_create(&integrator->hopping, system, experiment, watch, y, err);
  TRY(transient_create(&integrator->smooth, system, frozen, watch, y, err));
  if (engine == ENGINE_NONE)
    return HD_OK;
  TRY(langevin_create(&integrator->langevin, system, experiment, err));
  transient_fluctuate(integrator->smooth, integrator->langevin);
  return HD_OK;
}

enum hd_status integrator_start(struct integrator *integrator, struct hd_error *err) {
  return integrator->hopping ? hopping_start(integrator->hopping, err) : HD_OK;
}

void integrator_free(struct integrator *integrator) {
  transient_free(&integrator->smooth);
  hopping_free(&integrator->hopping);
  langevin_free(&integrator->langevin);
}

enum hd_status integrator_begin(struct integrator *integrator, double stop, struct hd_error *err) {
  if (integrator->smooth)
    return transient_begin(integrator->smooth, stop, err);
  hopping_begin(integrator->hopping, stop);
  return HD_OK;
}

enum hd_status integrator_advance(struct integrator *integrator, enum transient_event *event,
                                  struct hd_error *err) {
  return integrator->smooth ? transient_advance(integrator->smooth, event, err)
                            : hopping_advance(integrator->hopping, event, err);
}

double integrator_time(const struct integrator *integrator) {
  return integrator->smooth ? transient_time(integrator->smooth)
                            : hopping_time(integrator->hopping);
}

double integrator_stop(const struct integrator *integrator) {
  return integrator->smooth ? transient_stop(integrator->smooth)
                            : hopping_stop(integrator->hopping);
}

double integrator_last_step(const struct integrator *integrator) {
  return integrator->smooth ? transient_last_step(integrator->smooth)
                            : hopping_last_step(integrator->hopping);
}

const double *integrator_state(const struct integrator *integrator) {
  return integrator->smooth ? transient_state(integrator->smooth)
                            : hopping_state(integrator->hopping);
}

const double *integrator_derivative(const struct integrator *integrator) {
  return integrator->smooth ? transient_derivative(integrator->smooth)
                            : hopping_derivative(integrator->hopping);
}

enum hd_status integrator_interpolate(struct integrator *integrator, double t, double *y,
                                      double *yp, struct hd_error *err) {
  if (integrator->smooth)
    return transient_interpolate(integrator->smooth, t, y, yp, err);
  hopping_interpolate(integrator->hopping, t, y, yp);
  return HD_OK;
}

struct transient_integrals integrator_integrals(struct integrator *integrator) {
  return integrator->smooth ? transient_integrals(integrator->smooth)
                            : hopping_integrals(integrator->hopping);
}

struct transient_counts integrator_counts(const struct integrator *integrator) {
  return integrator->smooth ? transient_counts(integrator->smooth)
                            : hopping_transient_counts(integrator->hopping);
}

bool integrator_is_exact(const struct integrator *integrator) {
  return integrator->hopping || integrator->langevin;
}

bool integrator_rests(const struct integrator *integrator) {
  return !integrator->langevin ||
         langevin_over(integrator->langevin, transient_time(integrator->smooth));
}

enum hd_status integrator_save(struct integrator *integrator, struct store *store,
                               struct hd_error *err) {
  return integrator->smooth ? transient_save(integrator->smooth, store, err)
                            : hopping_save(integrator->hopping, store, err);
}

enum hd_status integrator_restore(struct integrator *integrator, const struct store *store,
                                  struct hd_error *err) {
  return integrator->smooth ? transient_restore(integrator->smooth, store, err)
                            : hopping_restore(integrator->hopping, store, err);
}
