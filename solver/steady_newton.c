#include "solver/steady_newton.h"

#include <float.h>
#include <math.h>
#include <string.h>
#include "solver/base/memory.h"
#include "solver/steady_ions.h"

/** Pseudo-time: first step, growth and last step, s. The last one is longer than any ion motion. */
static const double PSEUDO_FIRST = 1e-12, PSEUDO_GROWTH = 4.0, PSEUDO_LAST = 1e12;
/** Updates above this many V_T are far from the solution: multipliers are found by themselves. */
static const double FAR = 1.0;
/** Iterations of one Newton at a pseudo-time step. */
enum { PSEUDO_STEPS_MAX = 400 };
/** Ratio of updates below which Newton converges quadratically, and how far below the tolerance the
 * update must be that is foreseen and not made: an iteration in six is spared. */
static const double QUADRATIC = 1e-2, FORESEEN = 1e-3;
/** The factors are kept while each update is below this part of the one before: with old factors an
 * iteration costs a residual and a solution. It then falls by equal ratios: solutions in place of
 * two factorisations as long as it is this small. */
static const double KEPT = 0.2;
/** Old factors pay where the new ones are dear: entries of the factors over those of the matrix. In
 * 1D the factors are the band itself, and an assembly costs more than they do. */
static const double DEAR = 3.0;
/** A Newton whose update exceeds this many volts (or relative changes times V_T) is lost. */
static const double DIVERGED = 1e6;

/* ---- one Newton update ---- */

/** sign(x) ln(1 + |x|): x for small x, logarithmic for large ones (damps exponentials). */
static double damp(double x) {
  return copysign(log1p(fabs(x)), x);
}

/** Carrier: the change of eta is damped as a density's would be, then phi follows. */
static double update_carrier(const struct model *model, int s, const double *step,
                             const double *taken) {
  double eta = 0.0, others = 0.0;
  for (int j = 0; j < model->n_unknowns; j++) {
    eta += model->A[s][j] * step[j];
    if (j != 1 + s)
      others += model->A[s][j] * taken[j];
  }
  return (damp(eta) - others) / model->A[s][1 + s];
}

/** Ion: x stays in (0, 1) (or positive); for positive steps of small x this is x + step exactly. */
static double update_ion(const struct model *model, int s, double x, double step) {
  bool limited = model_is_limited(model, s);
  double free = limited ? fmax(1.0 - x, DBL_EPSILON) : 1.0; /* full but for rounding: may empty */
  double ratio = exp(damp(step / (x * free)));
  return limited ? x * ratio / (free + x * ratio) - x : x * (ratio - 1.0);
}

/** Temperature: stays positive. */
static double update_temperature(double T, double step) {
  return step == 0.0 ? 0.0 : T * expm1(damp(step / T));
}

/** The larger one, or NAN when x is: a broken update must not look converged. */
static double worse(double worst, double x) {
  return x <= worst || isnan(worst) ? worst : x;
}

/** Ions at rest are put in their place when the potentials are known. */
static bool settles(const struct steady *steady, const struct device *device, int at,
                    enum system_mode mode) {
  return steady_settles(&device->model, &device->components[device->component[at]], mode,
                        steady->frozen);
}

/** Apply -delta (a Newton step) to y; the largest undamped change over V_T (or relative) out. */
static double update_node(const struct steady *steady, const struct system_instance *instance,
                          int node, enum system_mode mode, double *y) {
  const struct device *device = instance->device;
  const struct model *model = &device->model;
  const double *delta = steady->delta;
  int n = steady->system->n;
  const int *dof = &instance->dof[node * model->n_unknowns];
  double step[MODEL_UNKNOWNS] = {0}, taken[MODEL_UNKNOWNS] = {0}, worst = 0.0;
  for (int j = 0; j < model->n_unknowns; j++)
    step[j] = dof[j] < n ? -delta[dof[j]] : 0.0;
  taken[0] = model->V_T * damp(step[0] / model->V_T);
  worst = fabs(step[0]) / model->V_T;
  int end = model->heat < 0 ? model->n_unknowns : model->heat;
  for (int j = 1 + model->n_species; j < end; j++) {
    taken[j] = step[j];
    worst = worse(worst, fabs(step[j]));
  }
  if (model->heat >= 0 && (node == 0 || !device_is_lumped(device))) {
    double T = y[dof[model->heat]];
    taken[model->heat] = update_temperature(T, step[model->heat]);
    worst = worse(worst, fabs(step[model->heat]) / T);
  }
  for (int s = 0; s < model->n_species; s++) {
    int j = 1 + s;
    if (dof[j] == n)
      continue;
    if (model->carrier[s]) {
      bool flat = mode == SYSTEM_EQUILIBRIUM;
      taken[j] = flat ? step[j] : update_carrier(model, s, step, taken);
      worst = worse(worst, fabs(step[j]) / model->V_T);
    } else if (!settles(steady, device, node * model->n_species + s, mode)) {
      double x = y[dof[j]];
      taken[j] = step[j] == 0.0 ? 0.0 : update_ion(model, s, x, step[j]);
      worst = worse(worst, fabs(step[j]) / fmax(fabs(x), DBL_MIN));
    }
  }
  for (int j = 0; j < model->n_unknowns; j++)
    if (dof[j] < n)
      y[dof[j]] += taken[j];
  return worst;
}

static double update(struct steady *steady, enum system_mode mode, double *y) {
  const struct system *system = steady->system;
  double worst = 0.0, V_T = run_thermal_voltage(system->run);
  for (size_t i = 0; i < system->n_instances; i++) {
    const struct system_instance *instance = &system->instances[i];
    const struct device *device = instance->device;
    for (int k = 0; k < device->n_nodes; k++)
      worst = worse(worst, update_node(steady, instance, k, mode, y));
    for (int T = 0; T < device->n_terminals; T++)
      y[instance->current_base + T] -= steady->delta[instance->current_base + T];
    for (size_t c = 0; c < device->n_components; c++) {
      double step = steady->delta[instance->lambda_base + (int)c];
      bool source = system_ions_still(&device->components[c], mode, steady->frozen) &&
                    !system_ions_rest(&device->components[c], mode, steady->frozen);
      bool free =
          source || steady_settles(&device->model, &device->components[c], mode, steady->frozen);
      y[instance->lambda_base + (int)c] -= free ? step : damp(step);
      if (system_ions_rest(&device->components[c], mode, steady->frozen))
        worst = worse(worst, fabs(step));
    }
  }
  for (int g = system->net_base; g < system->branch_base; g++) {
    worst = worse(worst, fabs(steady->delta[g]) / V_T);
    y[g] -= V_T * damp(steady->delta[g] / V_T);
  }
  for (int g = system->branch_base; g < system->n; g++)
    y[g] -= steady->delta[g];
  for (int g = 0; g < system->n; g++)
    if (!isfinite(steady->delta[g]))
      return NAN;
  steady_settle_ions(steady->system, mode, steady->frozen, worst > FAR, y, steady->rest);
  return worst * V_T;
}

static int worst_row(const struct steady *steady) {
  int row = 0;
  for (int g = 1; g < steady->system->n; g++)
    if (!(fabs(steady->F[g]) <= fabs(steady->F[row])))
      row = g;
  return row;
}

/** Are the factors of a plan expensive beside its assembly? */
static bool dear(const struct system_plan *plan) {
  double matrix = (double)plan->matrix.column[plan->matrix.n];
  return (double)linear_report(plan->linear).entries > DEAR * matrix;
}

/** steady->delta at a point, with the old factors or new ones. Returns 0, or 1 on failure. */
static int solve_update(struct steady *steady, struct system_plan *plan,
                        const struct system_point *point, bool kept) {
  struct system *system = steady->system;
  if (kept ? system_residual(system, point, steady->F)
           : system_jacobian(system, point, steady->F) || linear_factor(plan->linear))
    return 1;
  memcpy(steady->delta, steady->F, (size_t)system->n * sizeof(double));
  return linear_solve(plan->linear, steady->delta);
}

/** Is the state converged after an update `change` that followed `last`? The error left is about
 * the next update: change (change / last)^2 with new factors, change (change / last) with old. */
static bool converged(const struct steady *steady, double change, double last, bool kept) {
  double ratio = last > 0.0 ? change / last : 1.0;
  if (kept)
    return ratio < KEPT && change * ratio < FORESEEN * steady->tolerance;
  return change < steady->tolerance ||
         (ratio < QUADRATIC && change * ratio * ratio < FORESEEN * steady->tolerance);
}

/**
 * Damped Newton of one mode; near the solution with old factors where new ones are dear.
 * old, dt  a step of pseudo-time from `old` (mode transient); dt = 0: none
 * y        in: guess, out: solution (unchanged on failure)
 * Returns  iterations, or -1 when it did not converge
 */
int steady_newton(struct steady *steady, enum system_mode mode, const double *old, double dt,
                  double *y) {
  struct system *system = steady->system;
  size_t n = (size_t)system->n;
  struct system_plan *plan;
  if (system_plan(system, mode, steady->frozen, &plan, NULL) != HD_OK)
    return -1;
  struct system_point point = {.mode = mode,
                               .frozen = steady->frozen,
                               .initial = steady->initial,
                               .y = steady->trial,
                               .yp = dt > 0.0 ? steady->yp : NULL,
                               .cj = dt > 0.0 ? 1.0 / dt : 0.0};
  memcpy(steady->trial, y, n * sizeof *y);
  if (mode == SYSTEM_EQUILIBRIUM)
    steady_settle_ions(system, mode, steady->frozen, true, steady->trial, steady->rest);
  double last = 0.0;
  bool kept = false;
  for (int i = 1; i <= steady->max_iterations; i++) {
    for (size_t g = 0; g < n && dt > 0.0; g++)
      steady->yp[g] = (steady->trial[g] - old[g]) / dt;
    if (solve_update(steady, plan, &point, kept))
      return -1;
    double change = update(steady, mode, steady->trial);
    steady->counts.newton_iterations++;
    if (!(change < DIVERGED))
      return -1;
    if (converged(steady, change, last, kept)) {
      memcpy(y, steady->trial, n * sizeof *y);
      return i;
    }
    kept = change < KEPT * last && dear(plan);
    last = change;
  }
  return -1;
}

/** One sentence: what was not found, and where the largest residual is. */
enum hd_status steady_not_converged(const struct steady *steady, const char *what,
                                    struct hd_error *err) {
  char place[256];
  int row = worst_row(steady);
  system_row_place(steady->system, row, place, sizeof place);
  return hd_fail(err, HD_CONVERGENCE,
                 "%s was not found: the largest residual is %.3g in %s; try mesh.refine = 2, "
                 "smaller steps of the source, or a higher solver.newton_max",
                 what, steady->F[row], place);
}

/** Implicit Euler with growing steps until the longest time, then Newton on the steady equations.
 */
int steady_pseudo_time(struct steady *steady, double *y) {
  size_t n = (size_t)steady->system->n;
  double dt = PSEUDO_FIRST, *old = NULL;
  if (hd_alloc(&old, n, sizeof(double), NULL) != HD_OK)
    return -1;
  int iterations = -1;
  for (int i = 0; i < PSEUDO_STEPS_MAX && dt < PSEUDO_LAST; i++) {
    memcpy(old, y, n * sizeof *y);
    steady->counts.pseudo_steps++;
    iterations = steady_newton(steady, SYSTEM_TRANSIENT, old, dt, y);
    dt *= iterations < 0 ? 0.1 : iterations < 8 ? PSEUDO_GROWTH : 1.0;
    if (dt < 1e-3 * PSEUDO_FIRST)
      break;
  }
  hd_free(&old);
  if (iterations < 0)
    return -1;
  steady_adopt_ions(steady->system, steady->frozen, y, steady->rest);
  return steady_newton(steady, SYSTEM_STEADY, NULL, 0.0, y);
}
