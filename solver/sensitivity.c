#include "solver/sensitivity.h"

#include <assert.h>
#include <math.h>
#include <string.h>
#include "solver/base/memory.h"
#include "solver/sources.h"

/** Relative difference of times that are the same up to rounding. */
static const double SAME_TIME = 1e-12;

/* ---- create ---- */

static enum hd_status create_twin(struct sensitivity *sensitivity, size_t i, int side,
                                  struct hd_error *err) {
  const struct sensitivity_parameter *parameter = &sensitivity->parameters[i];
  struct system **twin = &sensitivity->twins[i][side];
  TRY(system_create(twin, parameter->run[side], err));
  if (!system_is_alike(*twin, sensitivity->system))
    return hd_fail(err, HD_INPUT,
                   "sensitivity: %s (%.9g%s%s) changes the number of unknowns when it changes by "
                   "%g: give the mesh by intervals, or leave it out",
                   parameter->name, parameter->value, parameter->unit[0] ? " " : "",
                   parameter->unit, sensitivity->step);
  return HD_OK;
}

static enum hd_status sensitivity_fill(struct sensitivity *sensitivity, struct hd_error *err) {
  size_t n = (size_t)sensitivity->system->n + 1;
  TRY(hd_alloc(&sensitivity->twins, sensitivity->n, sizeof *sensitivity->twins, err));
  TRY(hd_alloc(&sensitivity->s, sensitivity->n, sizeof(double *), err));
  TRY(hd_alloc(&sensitivity->y, n, sizeof(double), err));
  TRY(hd_alloc(&sensitivity->yp, n, sizeof(double), err));
  for (int side = 0; side < 2; side++)
    TRY(hd_alloc(&sensitivity->F[side], n, sizeof(double), err));
  for (size_t k = 0; k < sensitivity->system->n_instances; k++)
    sensitivity->n_currents += (size_t)sensitivity->system->instances[k].device->n_terminals;
  TRY(hd_alloc(&sensitivity->slopes, sensitivity->n_currents * sensitivity->n, sizeof(double),
               err));
  for (size_t i = 0; i < sensitivity->n; i++) {
    TRY(hd_alloc(&sensitivity->s[i], n, sizeof(double), err));
    for (int side = 0; side < 2; side++)
      TRY(create_twin(sensitivity, i, side, err));
  }
  return HD_OK;
}

/**
 * Twins of a system for each of n parameters.
 * system, parameters  borrowed; must outlive it
 * step    relative change of a parameter in its twins
 * Errors  HD_INPUT, HD_MEMORY
 */
enum hd_status sensitivity_create(struct sensitivity **out, struct system *system, size_t n,
                                  const struct sensitivity_parameter *parameters, double step,
                                  struct hd_error *err) {
  struct sensitivity *sensitivity = NULL;
  TRY(hd_alloc(&sensitivity, 1, sizeof *sensitivity, err));
  sensitivity->system = system;
  sensitivity->n = n;
  sensitivity->parameters = parameters;
  sensitivity->step = step;
  enum hd_status status = sensitivity_fill(sensitivity, err);
  if (status != HD_OK)
    sensitivity_free(&sensitivity);
  *out = sensitivity;
  return status;
}

/** Free; NULL is accepted. */
void sensitivity_free(struct sensitivity **sensitivity) {
  if (!*sensitivity)
    return;
  struct sensitivity *own = *sensitivity;
  for (size_t i = 0; i < own->n; i++) {
    for (int side = 0; side < 2 && own->twins; side++)
      system_free(&own->twins[i][side]);
    if (own->s)
      hd_free(&own->s[i]);
  }
  hd_free(&own->twins);
  hd_free(&own->s);
  hd_free(&own->slopes);
  hd_free(&own->y);
  hd_free(&own->yp);
  for (int side = 0; side < 2; side++)
    hd_free(&own->F[side]);
  hd_free(sensitivity);
}

/* ---- differences ---- */

void sensitivity_difference(const struct sensitivity *sensitivity, const double *low,
                            const double *high, double *out) {
  for (int g = 0; g < sensitivity->system->n; g++)
    out[g] = (high[g] - low[g]) / (2.0 * sensitivity->step);
}

void sensitivity_shift(const struct sensitivity *sensitivity, size_t i, int side, const double *y,
                       double *out) {
  double step = side ? sensitivity->step : -sensitivity->step;
  assert(sensitivity->carried);
  for (int g = 0; g < sensitivity->system->n; g++)
    out[g] = y[g] + step * sensitivity->s[i][g];
}

/** Factorise the matrix of the steady equations. */
static enum hd_status factor_steady(struct sensitivity *sensitivity,
                                    const struct system_point *point, struct linear *linear,
                                    struct hd_error *err) {
  if (system_jacobian(sensitivity->system, point, sensitivity->F[0]) || linear_factor(linear))
    return hd_fail(err, HD_CONVERGENCE,
                   "the steady state has no derivatives: its matrix is singular");
  return HD_OK;
}

/** s = -dF/dq of one parameter, the right side of its forward equations. */
static enum hd_status fill_right(struct sensitivity *sensitivity, size_t i,
                                 const struct system_point *point, struct hd_error *err) {
  struct system_plan *own;
  for (int side = 0; side < 2; side++) {
    TRY(system_plan(sensitivity->twins[i][side], SYSTEM_STEADY, point->frozen, &own, err));
    if (system_residual(sensitivity->twins[i][side], point, sensitivity->F[side]))
      return hd_fail(err, HD_CONVERGENCE, "the residual is not finite at a changed %s",
                     sensitivity->parameters[i].name);
  }
  sensitivity_difference(sensitivity, sensitivity->F[1], sensitivity->F[0], sensitivity->s[i]);
  return HD_OK;
}

/** s = -(dF/dy)^-1 dF/dq, and what it is of the currents. */
static void solve_forward(struct sensitivity *sensitivity, struct linear *linear) {
  const struct system *system = sensitivity->system;
  for (size_t i = 0; i < sensitivity->n; i++) {
    double *slope = sensitivity->slopes + i;
    linear_solve(linear, sensitivity->s[i]);
    for (size_t k = 0; k < system->n_instances; k++)
      for (int T = 0; T < system->instances[k].device->n_terminals; T++, slope += sensitivity->n)
        *slope = sensitivity->s[i][system->instances[k].current_base + T];
  }
}

/** dI/dq = -z . dF/dq with (dF/dy)^T z = e_I for each current; a device's last one is minus the sum
 * of its others. `z` is work, [n]. */
static void solve_adjoint(struct sensitivity *sensitivity, struct linear *linear, double *z) {
  const struct system *system = sensitivity->system;
  size_t n = sensitivity->n;
  double *slope = sensitivity->slopes;
  memset(slope, 0, sensitivity->n_currents * n * sizeof *slope);
  for (size_t k = 0; k < system->n_instances; k++) {
    int terminals = system->instances[k].device->n_terminals;
    double *last = slope + (size_t)(terminals - 1) * n;
    for (int T = 0; T + 1 < terminals; T++, slope += n) {
      memset(z, 0, (size_t)system->n * sizeof *z);
      z[system->instances[k].current_base + T] = 1.0;
      linear_solve_transposed(linear, z);
      for (size_t i = 0; i < n; i++) {
        for (int g = 0; g < system->n; g++)
          slope[i] += z[g] * sensitivity->s[i][g];
        last[i] -= slope[i];
      }
    }
    slope = last + n;
  }
}

/**
 * Slopes of the currents, and with SENSITIVITY_FORWARD those of all unknowns, of the steady
 * equations at y; the factors are made once for all parameters.
 * Errors  HD_CONVERGENCE: the matrix is singular (a fold), HD_MEMORY
 */
static enum hd_status solve_steady(struct sensitivity *sensitivity, enum sensitivity_way way,
                                   bool frozen, bool initial, const double *y,
                                   struct hd_error *err) {
  struct system_plan *plan;
  struct system_point point = {
      .mode = SYSTEM_STEADY, .frozen = frozen, .initial = initial, .y = sensitivity->y};
  memcpy(sensitivity->y, y, (size_t)sensitivity->system->n * sizeof *y);
  TRY(system_plan(sensitivity->system, SYSTEM_STEADY, frozen, &plan, err));
  TRY(factor_steady(sensitivity, &point, plan->linear, err));
  for (size_t i = 0; i < sensitivity->n; i++)
    TRY(fill_right(sensitivity, i, &point, err));
  sensitivity->carried = way == SENSITIVITY_FORWARD;
  if (sensitivity->carried)
    solve_forward(sensitivity, plan->linear);
  else
    solve_adjoint(sensitivity, plan->linear, sensitivity->F[0]);
  return HD_OK;
}

/* ---- steady states ---- */

static void set_off(struct sensitivity *sensitivity, bool off) {
  sensitivity->system->sources_off = off;
  for (size_t i = 0; i < sensitivity->n; i++)
    for (int side = 0; side < 2; side++)
      sensitivity->twins[i][side]->sources_off = off;
}

enum hd_status sensitivity_equilibrium(struct sensitivity *sensitivity, bool frozen,
                                       const double *y, struct hd_error *err) {
  for (size_t i = 0; i < sensitivity->n; i++)
    for (int side = 0; side < 2; side++) {
      system_guess(sensitivity->twins[i][side], sensitivity->y);
      system_hold_ions(sensitivity->twins[i][side], sensitivity->y);
    }
  set_off(sensitivity, true);
  enum hd_status status = solve_steady(sensitivity, SENSITIVITY_FORWARD, frozen, true, y, err);
  set_off(sensitivity, false);
  return status;
}

void sensitivity_hold(struct sensitivity *sensitivity, const double *y) {
  for (size_t i = 0; i < sensitivity->n; i++)
    for (int side = 0; side < 2; side++) {
      sensitivity_shift(sensitivity, i, side, y, sensitivity->y);
      system_hold_ions(sensitivity->twins[i][side], sensitivity->y);
    }
}

void sensitivity_drive(struct sensitivity *sensitivity, size_t index) {
  for (size_t i = 0; i < sensitivity->n; i++)
    for (int side = 0; side < 2; side++) {
      struct system *twin = sensitivity->twins[i][side];
      sources_drive(twin, &twin->run->experiments[index]);
    }
}

/** Sources of a twin where those of the system are in a steady experiment. */
static enum hd_status hold_sources(struct system *twin, size_t index, size_t point,
                                   struct hd_error *err) {
  const struct experiment_spec *experiment = &twin->run->experiments[index];
  double *values = NULL;
  TRY(hd_alloc(&values, twin->run->circuit.n_elements, sizeof *values, err));
  sources_drive(twin, experiment);
  if (experiment->type != EXPERIMENT_EQUILIBRIUM)
    sources_start(twin, values);
  if (experiment->type == EXPERIMENT_DC_SWEEP)
    values[experiment->sweep_source] = experiment->values[point];
  sources_hold(twin, values, values, 0.0);
  hd_free(&values);
  return HD_OK;
}

enum hd_status sensitivity_steady(struct sensitivity *sensitivity, enum sensitivity_way way,
                                  size_t index, size_t point, bool frozen, bool initial,
                                  const double *y, struct hd_error *err) {
  for (size_t i = 0; i < sensitivity->n; i++)
    for (int side = 0; side < 2; side++)
      TRY(hold_sources(sensitivity->twins[i][side], index, point, err));
  return solve_steady(sensitivity, way, frozen, initial, y, err);
}

/** Forward takes a solution for each parameter, the adjoint one for each current that is not given
 * by the others. */
enum sensitivity_way sensitivity_cheaper(const struct sensitivity *sensitivity) {
  size_t currents = sensitivity->n_currents - sensitivity->system->n_instances;
  return sensitivity->n < currents ? SENSITIVITY_FORWARD : SENSITIVITY_ADJOINT;
}

/* ---- transients ---- */

enum hd_status sensitivity_check_kink(const struct sensitivity *sensitivity, double t, double end,
                                      struct hd_error *err) {
  double kink = sources_next_kink(sensitivity->system, t, end);
  for (size_t i = 0; i < sensitivity->n; i++)
    for (int side = 0; side < 2; side++) {
      double own = sources_next_kink(sensitivity->twins[i][side], t * (1.0 + SAME_TIME), end);
      if (fabs(own - kink) > SAME_TIME * kink)
        return hd_fail(err, HD_INPUT,
                       "sensitivity: %s moves a kink of a waveform (at %.9g s), must leave the "
                       "times of all waveforms alone",
                       sensitivity->parameters[i].name, kink);
    }
  return HD_OK;
}
