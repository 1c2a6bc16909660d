#include "solver/temperature.h"

#include <math.h>
#include <stdio.h>

/** Range of temperatures: above it every solid is gone; below it a tenth of the run's temperature,
 * no heat source cools a device to there. */
static const double TEMPERATURE_MAX = 4000.0, TEMPERATURE_MIN_PART = 0.1;

double temperature_peak(const struct system *system, int instance, const double *y) {
  const struct system_instance *at = &system->instances[instance];
  const struct device *device = at->device;
  double peak = device->model.T;
  for (int k = 0; device->model.heat >= 0 && k < device->n_nodes; k++) {
    double T = y[at->dof[k * device->n_unknowns + device->model.heat]];
    peak = k == 0 ? T : fmax(peak, T);
  }
  return peak;
}

static enum hd_status out_of_range(const struct system *system, double T, int row, double t,
                                   struct hd_error *err) {
  char place[256], when[64] = "in a steady state";
  system_row_place(system, row, place, sizeof place);
  if (!isnan(t))
    snprintf(when, sizeof when, "at t = %.9g s", t);
  return hd_fail(err, HD_CONVERGENCE,
                 "%s the temperature is %.4g K in %s, must be at most %g K: the device runs away "
                 "thermally; limit the current (a series resistor), or give the heat a way out",
                 when, T, place, TEMPERATURE_MAX);
}

enum hd_status temperature_check(const struct system *system, const double *y, double t,
                                 struct hd_error *err) {
  for (size_t i = 0; i < system->n_instances; i++) {
    const struct system_instance *instance = &system->instances[i];
    const struct device *device = instance->device;
    for (int k = 0; device->model.heat >= 0 && k < device->n_nodes; k++) {
      int row = instance->dof[k * device->n_unknowns + device->model.heat];
      double T = y[row];
      if (!(T <= TEMPERATURE_MAX))
        return out_of_range(system, T, row, t, err);
      if (!(T >= TEMPERATURE_MIN_PART * device->model.T))
        return hd_fail(err, HD_CONVERGENCE,
                       "the temperature of %s fell to %.4g K, must stay above %.4g K: the time "
                       "steps are too coarse; try a smaller solver.rtol",
                       device->spec->name, T, TEMPERATURE_MIN_PART * device->model.T);
    }
  }
  return HD_OK;
}
