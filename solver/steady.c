#include "solver/steady.h"

#include <float.h>
#include <math.h>
#include <string.h>
#include "solver/base/memory.h"
#include "solver/steady_electrodes.h"
#include "solver/steady_ions.h"

/** Smallest fraction of a continuation step before pseudo-time takes over. */
static const double STEP_MIN = 1e-4;
/** Pseudo-time: first step, growth and last step, s. The last one is longer than any ion motion. */
static const double PSEUDO_FIRST = 1e-12, PSEUDO_GROWTH = 4.0, PSEUDO_LAST = 1e12;
/** Updates above this many V_T are far from the solution: multipliers are found by themselves. */
static const double FAR = 1.0;
/** Iterations of one Newton at a pseudo-time step. */
enum { PSEUDO_STEPS_MAX = 400 };
/** A start is extrapolated over at most so many times the distance of the last two states. */
static const double EXTRAPOLATION_MAX = 4.0;
/** Source changes that differ by less than this fraction have the same direction. */
static const double PARALLEL = 1e-6;
/** Ratio of updates below which Newton converges quadratically, and how far below the tolerance the
 * update must be that is foreseen and not made: an iteration in six is spared. */
static const double QUADRATIC = 1e-2, FORESEEN = 1e-3;
/** A Newton whose update exceeds this many volts (or relative changes times V_T) is lost. */
static const double DIVERGED = 1e6;

enum hd_status steady_create(struct steady **out, struct system *system, struct hd_error *err) {
  struct steady *steady = NULL;
  size_t n = (size_t)system->n + 1;
  TRY(hd_alloc(&steady, 1, sizeof *steady, err));
  *out = steady;
  steady->system = system;
  steady->tolerance = system->run->solver.newton_tol;
  steady->max_iterations = system->run->solver.newton_max;
  TRY(hd_alloc(&steady->delta, n, sizeof(double), err));
  TRY(hd_alloc(&steady->F, n, sizeof(double), err));
  TRY(hd_alloc(&steady->trial, n, sizeof(double), err));
  TRY(hd_alloc(&steady->last, n, sizeof(double), err));
  TRY(hd_alloc(&steady->previous, n, sizeof(double), err));
  size_t nodes = 0;
  for (size_t d = 0; d < system->n_devices; d++)
    nodes = system->devices[d]->mesh->n_nodes > nodes ? system->devices[d]->mesh->n_nodes : nodes;
  TRY(hd_alloc(&steady->rest, nodes, sizeof(double), err));
  TRY(hd_alloc(&steady->moved, system->run->circuit.n_elements, sizeof(double), err));
  return hd_alloc(&steady->yp, n, sizeof(double), err);
}

/** Free; NULL is accepted. */
void steady_free(struct steady **steady) {
  if (!*steady)
    return;
  hd_free(&(*steady)->delta);
  hd_free(&(*steady)->F);
  hd_free(&(*steady)->trial);
  hd_free(&(*steady)->last);
  hd_free(&(*steady)->previous);
  hd_free(&(*steady)->moved);
  hd_free(&(*steady)->rest);
  hd_free(&(*steady)->yp);
  hd_free(steady);
}

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
  bool limited = model->hopping[s] || model->crowded[s];
  double free = limited ? fmax(1.0 - x, DBL_EPSILON) : 1.0; /* full but for rounding: may empty */
  double ratio = exp(damp(step / (x * free)));
  return limited ? x * ratio / (free + x * ratio) - x : x * (ratio - 1.0);
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
  for (int j = 1 + model->n_species; j < model->n_unknowns; j++) {
    taken[j] = step[j];
    worst = worse(worst, fabs(step[j]));
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
  double worst = 0.0;
  for (size_t i = 0; i < system->n_instances; i++) {
    const struct system_instance *instance = &system->instances[i];
    const struct device *device = instance->device;
    double V_T = device->model.V_T;
    for (int k = 0; k < device->n_nodes; k++)
      worst = worse(worst, update_node(steady, instance, k, mode, y));
    for (int T = 0; T < device->n_terminals; T++)
      y[instance->current_base + T] -= steady->delta[instance->current_base + T];
    for (size_t c = 0; c < device->n_components; c++) {
      double step = steady->delta[instance->lambda_base + (int)c];
      bool free = steady_settles(&device->model, &device->components[c], mode, steady->frozen);
      y[instance->lambda_base + (int)c] -= free ? step : damp(step);
      if (system_ions_rest(&device->components[c], mode, steady->frozen))
        worst = worse(worst, fabs(step));
    }
    for (int g = system->net_base; g < system->branch_base; g++)
      worst = worse(worst, fabs(steady->delta[g]) / V_T);
  }
  double V_T = system->run->constants.k * system->run->temperature / system->run->constants.q;
  for (int g = system->net_base; g < system->branch_base; g++)
    y[g] -= V_T * damp(steady->delta[g] / V_T);
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

/**
 * Damped Newton of one mode.
 * old, dt  a step of pseudo-time from `old` (mode transient); dt = 0: none
 * y        in: guess, out: solution (unchanged on failure)
 * Returns  iterations, or -1 when it did not converge
 */
static int newton(struct steady *steady, enum system_mode mode, const double *old, double dt,
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
  for (int i = 1; i <= steady->max_iterations; i++) {
    for (size_t g = 0; g < n && dt > 0.0; g++)
      steady->yp[g] = (steady->trial[g] - old[g]) / dt;
    if (system_jacobian(system, &point, steady->F) || linear_factor(plan->linear))
      return -1;
    memcpy(steady->delta, steady->F, n * sizeof *y);
    linear_solve(plan->linear, steady->delta);
    double change = update(steady, mode, steady->trial);
    steady->counts.newton_iterations++;
    if (!(change < DIVERGED))
      return -1;
    /* Quadratic convergence: the next update would be change (change / last)^2. */
    bool quadratic = change < QUADRATIC * last &&
                     change * (change / last) * (change / last) < FORESEEN * steady->tolerance;
    if (change < steady->tolerance || quadratic) {
      memcpy(y, steady->trial, n * sizeof *y);
      return i;
    }
    last = change;
  }
  return -1;
}

static enum hd_status not_converged(const struct steady *steady, const char *what,
                                    struct hd_error *err) {
  char place[256];
  int row = worst_row(steady);
  system_row_place(steady->system, row, place, sizeof place);
  return hd_fail(err, HD_CONVERGENCE,
                 "%s was not found: the largest residual is %.3g in %s; try mesh.refine = 2, "
                 "smaller steps of the source, or a higher solver.newton_max",
                 what, steady->F[row], place);
}

/* ---- pseudo-time ---- */

/** Implicit Euler with growing steps until the longest time, then Newton on the steady equations.
 */
static int pseudo_time(struct steady *steady, double *y) {
  size_t n = (size_t)steady->system->n;
  double dt = PSEUDO_FIRST, *old = NULL;
  if (hd_alloc(&old, n, sizeof(double), NULL) != HD_OK)
    return -1;
  bool initial = steady->initial;
  int iterations = -1;
  for (int i = 0; i < PSEUDO_STEPS_MAX && dt < PSEUDO_LAST; i++) {
    memcpy(old, y, n * sizeof *y);
    steady->counts.pseudo_steps++;
    iterations = newton(steady, SYSTEM_TRANSIENT, old, dt, y);
    dt *= iterations < 0 ? 0.1 : iterations < 8 ? PSEUDO_GROWTH : 1.0;
    if (dt < 1e-3 * PSEUDO_FIRST)
      break;
  }
  steady->initial = initial;
  hd_free(&old);
  if (iterations < 0)
    return -1;
  steady_adopt_ions(steady->system, steady->frozen, y, steady->rest);
  return newton(steady, SYSTEM_STEADY, NULL, 0.0, y);
}

/** Where ions attract each other there may be several equilibria, and Newton may find none: take
 * the one that the initial profile relaxes to. */
static enum hd_status relax_from_profile(struct steady *steady, double *y, struct hd_error *err) {
  struct system_plan *plan;
  bool frozen = steady->frozen;
  steady->frozen = true;
  TRY(system_plan(steady->system, SYSTEM_EQUILIBRIUM, true, &plan, err));
  system_guess(steady->system, y);
  int iterations = newton(steady, SYSTEM_EQUILIBRIUM, NULL, 0.0, y);
  steady->frozen = frozen;
  if (iterations < 0)
    return not_converged(steady, "the equilibrium", err);
  TRY(system_plan(steady->system, SYSTEM_TRANSIENT, frozen, &plan, err));
  if (pseudo_time(steady, y) < 0)
    return not_converged(steady, "the equilibrium", err);
  return HD_OK;
}

/**
 * Several electrodes may hold the ions at different potentials: then ions flow even at zero bias.
 * Follow the steady states from electrodes that agree with the equilibrium y to the real ones.
 * y  in: state at rest, out: the steady state, or the last one that was found
 */
static enum hd_status exchange_ions(struct steady *steady, double *y, struct hd_error *err) {
  struct electrodes electrodes;
  double s = 0.0, step = 1.0;
  enum hd_status status = electrodes_create(&electrodes, steady->system, y, err);
  while (status == HD_OK && electrodes.count > 0 && s < 1.0 && step > STEP_MIN) {
    double next = fmin(1.0, s + step);
    electrodes_set(&electrodes, next);
    int iterations = newton(steady, SYSTEM_STEADY, NULL, 0.0, y);
    s = iterations < 0 ? s : next;
    step *= iterations < 0 ? 0.25 : iterations < 10 ? 2.0 : 1.0;
  }
  electrodes_set(&electrodes, 1.0);
  electrodes_free(&electrodes);
  return status;
}

/* ---- public ---- */

/**
 * Full equilibrium: flat levels, ions relaxed (or frozen), then the circuit's currents.
 * y       [n] out
 * Errors  HD_CONVERGENCE with the place of the largest residual
 */
enum hd_status steady_equilibrium(struct steady *steady, double *y, struct hd_error *err) {
  struct system *system = steady->system;
  struct system_plan *plan;
  TRY(system_plan(system, SYSTEM_EQUILIBRIUM, steady->frozen, &plan, err));
  TRY(system_plan(system, SYSTEM_STEADY, steady->frozen, &plan, err));
  system_guess(system, y);
  system_hold_ions(system, y);
  if (!steady->frozen)
    steady_start_ions(system, y, steady->rest);
  system->sources_off = true;
  bool flat = newton(steady, SYSTEM_EQUILIBRIUM, NULL, 0.0, y) >= 0;
  enum hd_status status = flat ? HD_OK : relax_from_profile(steady, y, err);
  if (status == HD_OK && flat && !steady->frozen)
    status = exchange_ions(steady, y, err);
  if (status == HD_OK && newton(steady, SYSTEM_STEADY, NULL, 0.0, y) < 0 &&
      pseudo_time(steady, y) < 0)
    status = not_converged(steady, "the state at zero bias", err);
  system->sources_off = false;
  return status;
}

/** Take the state that a transient ended in as the start of steady solves. */
void steady_adopt(struct steady *steady, double *y) {
  steady_adopt_ions(steady->system, steady->frozen, y, steady->rest);
}

/** Sources at (1 - s) from + s to. */
static void set_sources(struct system *system, const double *from, const double *to, double s) {
  for (size_t e = 0; e < system->run->circuit.n_elements; e++) {
    struct element *element = &system->elements[e];
    if (element->kind != ELEMENT_VOLTAGE_SOURCE && element->kind != ELEMENT_CURRENT_SOURCE)
      continue;
    element->waveform =
        (struct waveform){.kind = WAVEFORM_CONSTANT, .low = (1.0 - s) * from[e] + s * to[e]};
  }
}

/* ---- extrapolation ---- */

/** Where `previous` lies on the way from -> to (0 -> 1); NAN when it is not on that line, or when
 * y is not the state that the last move ended in. */
static double place_previous(const struct steady *steady, const double *y, const double *from,
                             const double *to) {
  size_t n_elements = steady->system->run->circuit.n_elements;
  double along = 0.0, way2 = 0.0, moved2 = 0.0;
  if (memcmp(y, steady->last, (size_t)steady->system->n * sizeof *y) != 0)
    return NAN;
  for (size_t e = 0; e < n_elements; e++) {
    along += steady->moved[e] * (to[e] - from[e]);
    way2 += (to[e] - from[e]) * (to[e] - from[e]);
    moved2 += steady->moved[e] * steady->moved[e];
  }
  if (!(along * along > (1.0 - PARALLEL) * way2 * moved2) || moved2 == 0.0)
    return NAN;
  return -along / way2;
}

/** Ions: the logarithm (of the odds, with a site limit) goes on in a straight line. */
static double extrapolate_ion(bool limited, double x, double previous, double ratio) {
  if (!(x > 0.0 && previous > 0.0) || (limited && !(x < 1.0 && previous < 1.0)))
    return x;
  double odds = limited ? x / (1.0 - x) : x;
  double previous_odds = limited ? previous / (1.0 - previous) : previous;
  odds *= pow(odds / previous_odds, ratio);
  return limited ? odds / (1.0 + odds) : odds;
}

/** out = y + ratio (y - previous), potentials and levels as they are, ions in their logarithm. */
static void extrapolate(const struct steady *steady, const double *y, double ratio, double *out) {
  const struct system *system = steady->system;
  const double *previous = steady->previous;
  for (int g = 0; g < system->n; g++)
    out[g] = y[g] + ratio * (y[g] - previous[g]);
  for (size_t i = 0; i < system->n_instances; i++) {
    const struct system_instance *instance = &system->instances[i];
    const struct model *model = &instance->device->model;
    for (int k = 0; k < instance->device->n_nodes; k++)
      for (int s = 0; s < model->n_species; s++) {
        int g = instance->dof[k * model->n_unknowns + 1 + s];
        if (g < system->n && !model->carrier[s])
          out[g] =
              extrapolate_ion(model->hopping[s] || model->crowded[s], y[g], previous[g], ratio);
      }
  }
}

/**
 * One continuation step from y at `s` to `next`: from an extrapolated start where there is one,
 * from y itself otherwise or when that fails. s_previous  place of steady->previous, NAN: none;
 * out: s Returns     iterations, or -1 with y unchanged
 */
static int continue_to(struct steady *steady, double s, double next, double *s_previous,
                       double *y) {
  size_t bytes = (size_t)steady->system->n * sizeof *y;
  double *start = steady->last;
  double ratio = (next - s) / (s - *s_previous);
  int iterations = -1;
  if (fabs(ratio) <= EXTRAPOLATION_MAX) {
    extrapolate(steady, y, ratio, start);
    iterations = newton(steady, SYSTEM_STEADY, NULL, 0.0, start);
  }
  if (iterations < 0) {
    memcpy(start, y, bytes);
    iterations = newton(steady, SYSTEM_STEADY, NULL, 0.0, start);
  }
  if (iterations < 0)
    return -1;
  memcpy(steady->previous, y, bytes);
  memcpy(y, start, bytes);
  *s_previous = s;
  return iterations;
}

/** Remember where the move ended, for the next one. */
static void remember(struct steady *steady, const double *y, const double *from, const double *to,
                     double s_previous) {
  size_t n_elements = steady->system->run->circuit.n_elements;
  memcpy(steady->last, y, (size_t)steady->system->n * sizeof *y);
  for (size_t e = 0; e < n_elements; e++)
    steady->moved[e] = isnan(s_previous) ? 0.0 : (1.0 - s_previous) * (to[e] - from[e]);
}

/**
 * Steady state at the source values `to`, by continuation from the one at `from`.
 * Steps that fail are quartered; each start is extrapolated from the last two states, also those of
 * an earlier move in the same direction. When even small steps fail (a fold, or a state that only
 * time reaches) implicit Euler in pseudo-time is the last resort.
 * y       [n] in: state at `from`, out: state at `to`; unchanged on failure
 */
enum hd_status steady_move(struct steady *steady, double *y, const double *from, const double *to,
                           struct hd_error *err) {
  struct system *system = steady->system;
  struct system_plan *plan;
  size_t n = (size_t)system->n;
  double s = 0.0, step = 1.0, *start = NULL;
  TRY(system_plan(system, SYSTEM_STEADY, steady->frozen, &plan, err));
  TRY(system_plan(system, SYSTEM_TRANSIENT, steady->frozen, &plan, err));
  TRY(hd_alloc(&start, n, sizeof(double), err));
  memcpy(start, y, n * sizeof *y);
  double s_previous = place_previous(steady, y, from, to);
  while (s < 1.0) {
    double next = fmin(1.0, s + step);
    set_sources(system, from, to, next);
    steady->counts.continuation_steps++;
    int iterations = continue_to(steady, s, next, &s_previous, y);
    if (iterations < 0 && step <= STEP_MIN) {
      iterations = pseudo_time(steady, y);
      s_previous = NAN;
    }
    if (iterations < 0 && step <= STEP_MIN)
      break;
    if (iterations < 0) {
      step *= 0.25;
      continue;
    }
    s = next;
    step *= iterations < 10 ? 2.0 : 1.0;
  }
  enum hd_status status = HD_OK;
  if (s < 1.0) {
    memcpy(y, start, n * sizeof *y);
    status = not_converged(steady, "the steady state", err);
  } else {
    remember(steady, y, from, to, s_previous);
  }
  hd_free(&start);
  return status;
}
