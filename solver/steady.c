#include "solver/steady.h"

#include <limits.h>
#include <math.h>
#include <string.h>
#include "solver/base/memory.h"
#include "solver/sources.h"
#include "solver/steady_electrodes.h"
#include "solver/steady_ions.h"
#include "solver/steady_newton.h"
#include "solver/temperature.h"

/** Smallest fraction of a continuation step before pseudo-time takes over. */
static const double STEP_MIN = 1e-4;
/** A start is extrapolated over at most so many times the distance of the last two states. */
static const double EXTRAPOLATION_MAX = 4.0;
/** K: solver.newton_max is of this temperature and above; equilibria of colder ones need more. */
static const double ROOM_TEMPERATURE = 300.0;
/** Source changes that differ by less than this fraction have the same direction. */
static const double PARALLEL = 1e-6;

/** Ions in their logarithm, all else as it is. */
static void fill_kinds(struct steady *steady) {
  const struct system *system = steady->system;
  for (size_t i = 0; i < system->n_instances; i++) {
    const struct system_instance *instance = &system->instances[i];
    const struct model *model = &instance->device->model;
    for (int k = 0; k < instance->device->n_nodes; k++)
      for (int s = 0; s < model->n_species; s++)
        if (!model->carrier[s])
          steady->kind[instance->dof[k * model->n_unknowns + 1 + s]] =
              model_is_limited(model, s) ? STEADY_SHARE : STEADY_AMOUNT;
  }
}

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
  TRY(hd_alloc(&steady->weight, n, sizeof(double), err));
  TRY(hd_alloc(&steady->trial, n, sizeof(double), err));
  TRY(hd_alloc(&steady->last, n, sizeof(double), err));
  TRY(hd_alloc(&steady->previous, n, sizeof(double), err));
  size_t nodes = 0;
  for (size_t d = 0; d < system->n_devices; d++)
    nodes = system->devices[d]->mesh->n_nodes > nodes ? system->devices[d]->mesh->n_nodes : nodes;
  TRY(hd_alloc(&steady->rest, nodes, sizeof(double), err));
  TRY(hd_alloc(&steady->moved, system->run->circuit.n_elements, sizeof(double), err));
  TRY(hd_alloc(&steady->kind, n, sizeof *steady->kind, err));
  fill_kinds(steady);
  return hd_alloc(&steady->yp, n, sizeof(double), err);
}

/** Free; NULL is accepted. */
void steady_free(struct steady **steady) {
  if (!*steady)
    return;
  hd_free(&(*steady)->delta);
  hd_free(&(*steady)->F);
  hd_free(&(*steady)->weight);
  hd_free(&(*steady)->trial);
  hd_free(&(*steady)->last);
  hd_free(&(*steady)->previous);
  hd_free(&(*steady)->moved);
  hd_free(&(*steady)->rest);
  hd_free(&(*steady)->kind);
  hd_free(&(*steady)->yp);
  hd_free(steady);
}

/**
 * The levels of an equilibrium from a start that may be volts away. An update moves potentials by
 * little more than the logarithm of what it asks for, in kT/q: the colder, the more of them.
 */
static int newton_from_afar(struct steady *steady, double *y) {
  const struct run_spec *run = steady->system->run;
  int usual = steady->max_iterations;
  double longer = fmax(1.0, ROOM_TEMPERATURE / run->temperature);
  steady->max_iterations = (int)fmin(longer * usual, INT_MAX);
  int iterations = steady_newton(steady, SYSTEM_EQUILIBRIUM, NULL, 0.0, y);
  steady->max_iterations = usual;
  return iterations;
}

/** Where ions attract each other there may be several equilibria, and Newton may find none: take
 * the one that the initial profile relaxes to. */
static enum hd_status relax_from_profile(struct steady *steady, double *y, struct hd_error *err) {
  struct system_plan *plan;
  bool frozen = steady->frozen;
  steady->frozen = true;
  TRY(system_plan(steady->system, SYSTEM_EQUILIBRIUM, true, &plan, err));
  system_guess(steady->system, y);
  int iterations = newton_from_afar(steady, y);
  steady->frozen = frozen;
  if (iterations < 0)
    return steady_not_converged(steady, "the equilibrium", err);
  TRY(system_plan(steady->system, SYSTEM_TRANSIENT, frozen, &plan, err));
  if (steady_pseudo_time(steady, y) < 0)
    return steady_not_converged(steady, "the equilibrium", err);
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
    int iterations = steady_newton(steady, SYSTEM_STEADY, NULL, 0.0, y);
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
  system_guess(system, y);
  system_hold_ions(system, y);
  if (!steady->frozen)
    steady_start_ions(system, y, steady->rest);
  system->sources_off = true;
  bool flat = newton_from_afar(steady, y) >= 0;
  enum hd_status status = flat ? HD_OK : relax_from_profile(steady, y, err);
  system_drop_plan(system, SYSTEM_EQUILIBRIUM, steady->frozen);
  if (status == HD_OK)
    status = system_plan(system, SYSTEM_STEADY, steady->frozen, &plan, err);
  if (status == HD_OK && flat && !steady->frozen)
    status = exchange_ions(steady, y, err);
  if (status == HD_OK && steady_newton(steady, SYSTEM_STEADY, NULL, 0.0, y) < 0 &&
      steady_pseudo_time(steady, y) < 0)
    status = steady_not_converged(steady, "the state at zero bias", err);
  system->sources_off = false;
  return status == HD_OK ? temperature_check(system, y, NAN, err) : status;
}

/** Take the state that a transient ended in as the start of steady solves. */
void steady_adopt(struct steady *steady, double *y) {
  steady_adopt_ions(steady->system, steady->frozen, y, steady->rest);
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

bool steady_has_level(enum steady_kind kind, double x) {
  return kind == STEADY_LINEAR || (x > 0.0 && (kind == STEADY_AMOUNT || x < 1.0));
}

double steady_level(enum steady_kind kind, double x, double *d_x) {
  *d_x = kind == STEADY_LINEAR ? 1.0 : kind == STEADY_SHARE ? 1.0 / (x * (1.0 - x)) : 1.0 / x;
  return kind == STEADY_LINEAR ? x : kind == STEADY_SHARE ? log(x) - log1p(-x) : log(x);
}

double steady_at_level(enum steady_kind kind, double level) {
  return kind == STEADY_LINEAR  ? level
         : kind == STEADY_SHARE ? 1.0 / (1.0 + exp(-level))
                                : exp(level);
}

/** out = y + ratio (y - previous), of the levels. */
static void extrapolate(const struct steady *steady, const double *y, const double *previous,
                        double ratio, double *out) {
  for (int g = 0; g < steady->system->n; g++) {
    enum steady_kind kind = steady->kind[g];
    double slope;
    out[g] = y[g];
    if (!steady_has_level(kind, y[g]) || !steady_has_level(kind, previous[g]))
      continue;
    double here = steady_level(kind, y[g], &slope),
           before = steady_level(kind, previous[g], &slope);
    out[g] = steady_at_level(kind, here + ratio * (here - before));
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
    extrapolate(steady, y, steady->previous, ratio, start);
    iterations = steady_newton(steady, SYSTEM_STEADY, NULL, 0.0, start);
  }
  if (iterations < 0) {
    memcpy(start, y, bytes);
    iterations = steady_newton(steady, SYSTEM_STEADY, NULL, 0.0, start);
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
  TRY(hd_alloc(&start, n, sizeof(double), err));
  memcpy(start, y, n * sizeof *y);
  double s_previous = place_previous(steady, y, from, to);
  while (s < 1.0) {
    double next = fmin(1.0, s + step);
    sources_hold(system, from, to, next);
    steady->counts.continuation_steps++;
    steady->hasty = step >= 1.0; /* shorter ones may need all their iterations */
    int iterations = continue_to(steady, s, next, &s_previous, y);
    steady->hasty = false;
    if (iterations < 0 && step <= STEP_MIN) {
      iterations = steady_pseudo_time(steady, y);
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
    status = steady_not_converged(steady, "the steady state", err);
  } else {
    remember(steady, y, from, to, s_previous);
  }
  hd_free(&start);
  return status == HD_OK ? temperature_check(system, y, NAN, err) : status;
}
