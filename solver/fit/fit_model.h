/* Internal to fits: what was measured, by the model, with derivatives, by runs in memory. */
#ifndef HALIDRIFT_SOLVER_FIT_MODEL_H
#define HALIDRIFT_SOLVER_FIT_MODEL_H

#include "solver/fit/fit.h"

struct fit_model {
  const struct config *config;
  size_t n, n_data, n_points;
  const char **keys; /* [n] borrowed */
  const struct fit_data *data;
  double *value; /* [n_points] owned */
  double *slope; /* [n_points * n] owned: d value / d ln p */
  size_t runs;
};

/** How many experiments are run: those up to the last one with data. */
size_t fit_model_experiments(const struct fit_model *model);
/** Run at these values. Errors: those of a run */
enum hd_status fit_model_run(struct fit_model *model, const double *values, struct hd_error *err);

#endif
