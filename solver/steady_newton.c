#include "solver/steady_newton.h"

#include <float.h>
#include <math.h>
#include <string.h>
#include "solver/base/memory.h"
#include "solver/steady_ions.h"

/** Pseudo-time: first step, growth and last step, s. The last one is longer than any ion motion. */
static const double PSEUDO_FIRST = 1e-12, PSEUDO_GROWTH = 4.0, PSEUDO_LAST = 1e12;
/** K: below it a steady state that is not found is a matter of the temperature. */
static const double COLD = 250.0;
/** Updates above this many V_T are far from the solution: multipliers are found by themselves. */
static const double FAR = 1.0;
/** Iterations of one Newton at a pseudo-time step. */
enum { PSEUDO_STEPS_MAX = 400 };
/** Ratio of updates below which Newton converges quadratically, and how far below the tolerance the
 * update must be that is foreseen and not made: an iteration in six is spared. */
static const double QUADRATIC = 1e-2, FORESEEN = 1e-3;
/** Error of an update found by iteration, as a part of it: at first, and when Newton converges
 * quadratically. */
static const double LOOSE = 1e-2, TIGHT = 1e-4;
/** What damping may leave of the last update, as a part of the tolerance. */
static const double ITERATED = 0.1;
/** Relative changes of values smaller than this need no digits. */
static const double SMALLEST = 1e-100;
/** The whole way to a new steady state is given up when after so many iterations the update is so
 * much larger than the first one was: a part of the way costs less than the rest of them. */
enum { PATIENCE = 4 };
static const double GROWN = 2.0;
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

/** The larger one of `worst` and of a step, of which `taken` was done, in a unit. */
static struct steady_change include(struct steady_change worst, double step, double taken,
                                    double unit) {
  return (struct steady_change){.whole = worse(worst.whole, fabs(step) / unit),
                                .left = worse(worst.left, fabs(step - taken) / unit)};
}

/** Apply -delta (a Newton step) to y; `worst` with the changes of this node out. */
static struct steady_change update_node(const struct steady *steady,
                                        const struct system_instance *instance, int node,
                                        enum system_mode mode, double *y,
                                        struct steady_change worst) {
  const struct device *device = instance->device;
  const struct model *model = &device->model;
  const double *delta = steady->delta;
  int n = steady->system->n;
  const int *dof = &instance->dof[node * model->n_unknowns];
  double step[MODEL_UNKNOWNS] = {0}, taken[MODEL_UNKNOWNS] = {0};
  for (int j = 0; j < model->n_unknowns; j++)
    step[j] = dof[j] < n ? -delta[dof[j]] : 0.0;
  taken[0] = model->V_T * damp(step[0] / model->V_T);
  worst = include(worst, step[0], taken[0], model->V_T);
  int end = model->heat < 0 ? model->n_unknowns : model->heat;
  for (int j = 1 + model->n_species; j < end; j++) {
    taken[j] = step[j];
    worst = include(worst, step[j], taken[j], 1.0);
  }
  if (model->heat >= 0 && (node == 0 || !device_is_lumped(device))) {
    double T = y[dof[model->heat]];
    taken[model->heat] = update_temperature(T, step[model->heat]);
    worst = include(worst, step[model->heat], taken[model->heat], T);
  }
  for (int s = 0; s < model->n_species; s++) {
    int j = 1 + s;
    if (dof[j] == n)
      continue;
    if (model->carrier[s]) {
      bool flat = mode == SYSTEM_EQUILIBRIUM;
      taken[j] = flat ? step[j] : update_carrier(model, s, step, taken);
      worst = include(worst, step[j], taken[j], model->V_T);
    } else if (!settles(steady, device, node * model->n_species + s, mode)) {
      double x = y[dof[j]];
      taken[j] = step[j] == 0.0 ? 0.0 : update_ion(model, s, x, step[j]);
      worst = include(worst, step[j], taken[j], fmax(fabs(x), DBL_MIN));
    }
  }
  for (int j = 0; j < model->n_unknowns; j++)
    if (dof[j] < n)
      y[dof[j]] += taken[j];
  return worst;
}

/** Apply -delta to y, damped; the largest change, V (or relative, times V_T); NAN: it is broken. */
struct steady_change steady_update(struct steady *steady, enum system_mode mode, double *y) {
  const struct system *system = steady->system;
  struct steady_change worst = {0};
  double V_T = run_thermal_voltage(system->run);
  for (size_t i = 0; i < system->n_instances; i++) {
    const struct system_instance *instance = &system->instances[i];
    const struct device *device = instance->device;
    for (int k = 0; k < device->n_nodes; k++)
      worst = update_node(steady, instance, k, mode, y, worst);
    for (int T = 0; T < device->n_terminals; T++)
      y[instance->current_base + T] -= steady->delta[instance->current_base + T];
    for (size_t c = 0; c < device->n_components; c++) {
      double step = steady->delta[instance->lambda_base + (int)c];
      bool source = system_ions_still(&device->components[c], mode, steady->frozen) &&
                    !system_ions_rest(&device->components[c], mode, steady->frozen);
      bool free =
          source || steady_settles(&device->model, &device->components[c], mode, steady->frozen);
      double taken = free ? step : damp(step);
      y[instance->lambda_base + (int)c] -= taken;
      if (system_ions_rest(&device->components[c], mode, steady->frozen))
        worst = include(worst, step, taken, 1.0);
    }
  }
  for (int g = system->net_base; g < system->branch_base; g++) {
    double taken = V_T * damp(steady->delta[g] / V_T);
    worst = include(worst, steady->delta[g], taken, V_T);
    y[g] -= taken;
  }
  for (int g = system->branch_base; g < system->n; g++)
    y[g] -= steady->delta[g];
  for (int g = 0; g < system->n; g++)
    if (!isfinite(steady->delta[g]))
      return (struct steady_change){.whole = NAN, .left = NAN};
  steady_settle_ions(steady->system, mode, steady->frozen, worst.whole > FAR, y, steady->rest);
  return (struct steady_change){.whole = worst.whole * V_T, .left = worst.left * V_T};
}

/** Row of the largest residual in steady->F. */
int steady_worst_row(const struct steady *steady) {
  int row = 0;
  for (int g = 1; g < steady->system->n; g++)
    if (!(fabs(steady->F[g]) <= fabs(steady->F[row])))
      row = g;
  return row;
}

/** One over the unit in which update_node measures the change of a node's unknown. */
static double weight_of(const struct model *model, int j, double value) {
  bool species = j >= 1 && j <= model->n_species;
  if (j == model->heat || (species && !model->carrier[j - 1]))
    return 1.0 / fmax(fabs(value), SMALLEST);
  return j == 0 || species ? 1.0 / model->V_T : 1.0;
}

/** One over the units of all unknowns; 0: of those that decide nothing. weight: [n] out */
void steady_weights(const struct system *system, const double *y, double *weight) {
  double V_T = run_thermal_voltage(system->run);
  memset(weight, 0, (size_t)system->n * sizeof(double));
  for (size_t i = 0; i < system->n_instances; i++) {
    const struct system_instance *instance = &system->instances[i];
    const struct model *model = &instance->device->model;
    for (int at = 0; at < instance->device->n_nodes * model->n_unknowns; at++) {
      int g = instance->dof[at];
      if (g < system->n)
        weight[g] = weight_of(model, at % model->n_unknowns, y[g]);
    }
  }
  for (int g = system->net_base; g < system->branch_base; g++)
    weight[g] = 1.0 / V_T;
}

/** steady->delta at a point: by GMRES with old factors where they may be used, new ones are dear
 * and those are good, or by new factors. The part of it that may be wrong is allowed in `error` and
 * left there. Returns 0, or 1 on failure. */
static int solve_update(struct steady *steady, struct system_plan *plan,
                        const struct system_point *point, bool old_factors, double *error) {
  struct system *system = steady->system;
  if (system_jacobian(system, point, steady->F))
    return 1;
  memcpy(steady->delta, steady->F, (size_t)system->n * sizeof(double));
  if (old_factors && linear_is_dear(plan->linear)) {
    steady_weights(system, point->y, steady->weight);
    if (linear_iterate(plan->linear, steady->delta, steady->weight, *error) == 0)
      return 0;
  }
  *error = 0.0;
  return linear_factor(plan->linear) || linear_solve(plan->linear, steady->delta);
}

/**
 * Is the state converged after an update `change`, `ratio` of the one before? What is left is about
 * the next update, change ratio^2, and what damping left of this one: that of sites full but for
 * 1e-8 does not show in the ratio. An update with old factors (error > 0) foresees nothing: its
 * preconditioned residual does not bound its error (tests/invariants/test_steady.c).
 */
bool steady_is_converged(const struct steady *steady, struct steady_change change, double ratio,
                         double error) {
  return change.whole < steady->tolerance ||
         (ratio < QUADRATIC && change.whole * ratio * ratio < FORESEEN * steady->tolerance &&
          error == 0.0 && change.left < ITERATED * steady->tolerance);
}

/** Is Newton's method still on its way? */
bool steady_is_sane(struct steady_change change) {
  return change.whole < DIVERGED;
}

/**
 * Damped Newton from steady->trial on.
 * old          state at the last step of pseudo-time, 1 / point->cj ago
 * old_factors  in: may they be used? out: were they?
 * Returns      iterations, or -1 when it did not converge
 */
static int iterate(struct steady *steady, struct system_plan *plan,
                   const struct system_point *point, const double *old, bool *old_factors) {
  size_t n = (size_t)steady->system->n;
  double last = INFINITY, ratio = 1.0, first = 0.0;
  bool may = *old_factors;
  *old_factors = false;
  for (int i = 1; i <= steady->max_iterations; i++) {
    for (size_t g = 0; g < n && point->cj > 0.0; g++)
      steady->yp[g] = (steady->trial[g] - old[g]) * point->cj;
    double error = fmin(LOOSE, fmax(TIGHT, ratio * ratio));
    if (solve_update(steady, plan, point, may, &error))
      return -1;
    *old_factors |= error > 0.0;
    struct steady_change change = steady_update(steady, point->mode, steady->trial);
    steady->counts.newton_iterations++;
    first = i == 1 ? change.whole : first;
    bool lost = steady->hasty && i >= PATIENCE && change.whole > GROWN * first;
    if (!steady_is_sane(change) || lost)
      return -1;
    ratio = i > 1 ? change.whole / last : 1.0;
    if (steady_is_converged(steady, change, ratio, error)) {
      if (error == 0.0)
        return i;
      may = false;
    }
    last = change.whole;
  }
  return -1;
}

/**
 * Damped Newton of one mode; with old factors and GMRES where new factors are dear. A failure of
 * that is not believed: beside a fold a small residual preconditioned by the factors of another
 * state hides an update that is wrong by any factor.
 * old, dt  a step of pseudo-time from `old` (mode transient); dt = 0: none
 * y        in: guess, out: solution (unchanged on failure)
 * Returns  iterations, or -1 when it did not converge
 */
int steady_newton(struct steady *steady, enum system_mode mode, const double *old, double dt,
                  double *y) {
  struct system *system = steady->system;
  size_t bytes = (size_t)system->n * sizeof *y;
  struct system_plan *plan;
  if (system_plan(system, mode, steady->frozen, &plan, NULL) != HD_OK)
    return -1;
  struct system_point point = {.mode = mode,
                               .frozen = steady->frozen,
                               .initial = steady->initial,
                               .y = steady->trial,
                               .yp = dt > 0.0 ? steady->yp : NULL,
                               .cj = dt > 0.0 ? 1.0 / dt : 0.0};
  bool old_factors = true;
  int iterations = -1;
  for (int attempt = 0; attempt < 2 && iterations < 0 && old_factors; attempt++) {
    memcpy(steady->trial, y, bytes);
    if (mode == SYSTEM_EQUILIBRIUM)
      steady_settle_ions(system, mode, steady->frozen, true, steady->trial, steady->rest);
    old_factors = attempt == 0;
    iterations = iterate(steady, plan, &point, old, &old_factors);
  }
  if (iterations >= 0)
    memcpy(y, steady->trial, bytes);
  return iterations;
}

/** One sentence: what was not found, where the largest residual is, and what may help: a finer mesh
 * is nothing against the exponentials of a cold device. */
enum hd_status steady_not_converged(const struct steady *steady, const char *what,
                                    struct hd_error *err) {
  char place[256];
  int row = steady_worst_row(steady);
  system_row_place(steady->system, row, place, sizeof place);
  double T = steady->system->run->temperature;
  const char *remedy = steady->remedy;
  if (T < COLD)
    return hd_fail(err, HD_CONVERGENCE,
                   "%s was not found at %g K, where densities and rates change by the factor e "
                   "within %.3g mV: the largest residual is %.3g in %s; try smaller steps of the "
                   "source, a transient, a higher solver.newton_max, or a higher temperature",
                   what, T, 1e3 * run_thermal_voltage(steady->system->run), steady->F[row], place);
  return hd_fail(err, HD_CONVERGENCE,
                 "%s was not found: the largest residual is %.3g in %s; try %s%smesh.refine = 2, "
                 "smaller steps of the source, or a higher solver.newton_max",
                 what, steady->F[row], place, remedy ? remedy : "",
                 remedy ? " = true, which leaves the ions where they moved to, " : "");
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
