/* Fluctuating forces in the integrator: restarts behind their changes, tolerances beside noise. */
#include <float.h>
#include <math.h>
#include <nvector/nvector_serial.h>
#include "solver/transient_parts.h"

/** Ions by which a cell may err, over rtol: 2 % of one at 1e-3. Where a cell holds many ions the
 * relative tolerance decides, where it holds few sites a share of them. */
static const double IONS = 20.0, BLUR_MAX = 2.0;
/** Largest factor of the first steps behind two changes of the forces. */
static const double SETTLE_CHANGE = 2.0;
/** A trial state whose shares of sites leave 0 to 1 by more than this, and more than the state
 * before did, is refused: Newton would find a solution of its equations that is none of ours. */
static const double STRAY = 0.01, STRAY_GROWTH = 1.05;

/** Unknowns of ions, of which the forces change the rates, and how well they are to be known. */
void transient_fluctuate(struct transient *transient, struct langevin *langevin) {
  const struct system *system = transient->system;
  transient->langevin = langevin;
  transient->stray = STRAY;
  for (size_t i = 0; i < system->n_instances; i++) {
    const struct system_instance *instance = &system->instances[i];
    const struct model *model = &instance->device->model;
    for (int at = 0; at < instance->device->n_nodes * model->n_unknowns; at++) {
      int node = at / model->n_unknowns, s = at % model->n_unknowns - 1, g = instance->dof[at];
      if (s < 0 || s >= model->n_species || g == system->n || model->carrier[s] ||
          instance->device->held[node * model->n_species + s])
        continue;
      double V = instance->device->species_volume[node * model->n_species + s];
      transient->ion[g] = true;
      transient->blur[g] =
          transient->settings->rtol * fmin(IONS / (model->c_unit[s] * V), BLUR_MAX);
    }
    for (size_t c = 0; c < instance->device->n_components; c++)
      transient->ion[instance->lambda_base + (int)c] = true;
  }
}

void transient_rows(struct transient *transient, double *F) {
  struct system_point point = transient_point(transient, 0.0, transient->y, transient->yp);
  point.t = transient->t; /* the same to the last bit wherever IDAS's clock began */
  system_residual(transient->system, &point, F);
}

/** The forces of the next interval, and the rates of the ions under them: their rows hold no other
 * rates than their own, so a second residual with all of them larger by one tells the factors. */
void transient_change_forces(struct transient *transient) {
  int n = transient->system->n;
  double *yp = N_VGetArrayPointer(transient->yp);
  langevin_draw(transient->langevin, transient->t, N_VGetArrayPointer(transient->y));
  transient_rows(transient, transient->F);
  for (int g = 0; g < n; g++)
    yp[g] += transient->ion[g] ? 1.0 : 0.0;
  transient_rows(transient, transient->row);
  for (int g = 0; g < n; g++)
    if (transient->ion[g])
      yp[g] -= 1.0 + transient->F[g] / (transient->row[g] - transient->F[g]);
  transient->changed = true;
}

/** The first step behind a change of the forces is over: the next one shall have half the error
 * that is allowed. */
enum hd_status transient_settled(struct transient *transient, struct hd_error *err) {
  N_Vector error = N_VClone(transient->y), weight = N_VClone(transient->y);
  enum hd_status status = HD_OK;
  if (!error || !weight)
    status = hd_fail(err, HD_MEMORY, "out of memory for the error of a step");
  if (status == HD_OK)
    status = transient_check(IDAGetEstLocalErrors(transient->ida, error), "its error", err);
  if (status == HD_OK) {
    transient_weights(transient->y, weight, transient);
    double norm = N_VWrmsNormMask(error, weight, transient->id);
    double factor = sqrt(0.5 / fmax(norm, DBL_MIN));
    transient->settle =
        transient->last_step * fmin(fmax(factor, 1.0 / SETTLE_CHANGE), SETTLE_CHANGE);
  }
  if (error)
    N_VDestroy(error);
  if (weight)
    N_VDestroy(weight);
  transient->changed = false;
  return status;
}

void transient_watch_range(struct transient *transient) {
  const double *y = N_VGetArrayPointer(transient->y);
  double out = 0.0;
  for (int g = 0; g < transient->system->n; g++)
    if (transient->limited[g])
      out = fmax(out, fmax(-y[g], y[g] - 1.0));
  transient->stray = fmax(STRAY, STRAY_GROWTH * out);
}

bool transient_strays(const struct transient *transient, const double *y) {
  for (int g = 0; g < transient->system->n; g++)
    if (transient->limited[g] && (y[g] < -transient->stray || y[g] > 1.0 + transient->stray))
      return true;
  return false;
}
