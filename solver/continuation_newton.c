#include "solver/continuation_newton.h"

#include <math.h>
#include <string.h>
#include "solver/steady_newton.h"

/** dF/dp by central differences over this part of the parameter's unit: on the scale of the unit
 * curves are smooth, and rounding of F is far below. Of a key rates are exponentials: at 20 K
 * levels of 4 eV change by kT in 9 mK. */
static const double DIFFERENCE = 1e-3, DIFFERENCE_KEY = 1e-4;
/** A point that strays from its prediction by more than this part of the step may be on another
 * branch, and Newton that takes so many iterations mostly is. */
static const double STRAY = 0.4;
enum { TOO_MANY = 12 };
/** Newton is given up when an update is so much larger than the first one, and more than so many
 * V_T: a shorter step costs less than the iterations that are left. */
static const double GROWN = 2.0, HOPELESS = 0.1;

/* ---- arc length ---- */

/**
 * Weights of the arc length at a state,
 *   ds^2 = mean over the mesh of (du / V_T)^2 + (dp / unit)^2
 * with u all potentials and levels, fields in their own unit, temperatures relative. Ions follow
 * the potentials and count nothing, as currents do. curve->unit is given.
 */
void curve_fill_metric(struct continuation *curve, const double *y) {
  const struct system *system = curve->steady->system;
  double count = 0.0;
  steady_weights(system, y, curve->weight);
  for (size_t i = 0; i < system->n_instances; i++) {
    const struct system_instance *instance = &system->instances[i];
    const struct model *model = &instance->device->model;
    for (int at = 0; at < instance->device->n_nodes * model->n_unknowns; at++) {
      int g = instance->dof[at], s = at % model->n_unknowns - 1;
      if (s >= 0 && s < model->n_species && !model->carrier[s])
        curve->weight[g] = 0.0;
      else
        count += g < system->n;
    }
  }
  double mean = 1.0 / sqrt(fmax(count, 1.0));
  for (int g = 0; g < system->n; g++)
    curve->weight[g] *= g < system->net_base ? mean : 0.0;
}

double curve_product(const struct continuation *curve, const double *a, double a_p, const double *b,
                     double b_p) {
  double sum = a_p / curve->unit * (b_p / curve->unit);
  for (int g = 0; g < curve->steady->system->n; g++)
    sum += curve->weight[g] * a[g] * (curve->weight[g] * b[g]);
  return sum;
}

/* ---- equations ---- */

enum hd_status curve_set(struct continuation *curve, double p, struct hd_error *err) {
  struct system_plan *plan;
  struct steady *steady = curve->steady;
  TRY(curve->parameter.set(curve->parameter.context, steady, p, err));
  return system_plan(steady->system, SYSTEM_STEADY, steady->frozen, &plan, err);
}

static struct system_plan *plan_of(const struct continuation *curve) {
  struct system_plan *plan = NULL; /* curve_set has made it */
  system_plan(curve->steady->system, SYSTEM_STEADY, curve->steady->frozen, &plan, NULL);
  return plan;
}

static struct system_point steady_point(const struct continuation *curve, const double *y) {
  return (struct system_point){.mode = SYSTEM_STEADY, .frozen = curve->steady->frozen, .y = y};
}

/** F at a point with another value of the parameter, [n] out. Where that is not allowed, with the
 * value of the point. Returns the value; NAN: F is not finite there. */
static double residual_near(struct continuation *curve, const struct curve_point *point, double p,
                            double *F) {
  struct system_point at = steady_point(curve, point->y);
  if (curve_set(curve, p, NULL) != HD_OK) {
    p = point->p;
    if (curve_set(curve, p, NULL) != HD_OK)
      return NAN;
  }
  return system_residual(curve->steady->system, &at, F) ? (double)NAN : p;
}

/** by_p = dF/dp at a point: a central difference, at the edge of what is allowed a one-sided one.
 * The system is left at its value. */
enum hd_status curve_differentiate(struct continuation *curve, const struct curve_point *point,
                                   struct hd_error *err) {
  bool linear = curve->parameter.linear;
  double h = (linear ? DIFFERENCE : DIFFERENCE_KEY) * curve->parameter.unit;
  if (curve->differentiated && linear)
    return curve_set(curve, point->p, err);
  double below = residual_near(curve, point, point->p - h, curve->solved);
  double above = residual_near(curve, point, point->p + h, curve->by_p);
  if (!(above > below))
    return hd_fail(err, HD_CONVERGENCE, "the equations have no derivative by %s at %.10g",
                   curve->parameter.name, point->p);
  for (int g = 0; g < curve->steady->system->n; g++)
    curve->by_p[g] = (curve->by_p[g] - curve->solved[g]) / (above - below);
  curve->differentiated = true;
  return curve_set(curve, point->p, err);
}

/** Matrix and factors at a state, F in steady->F. 0: done, 1: singular or not finite. */
static int factorise(struct continuation *curve, const double *y) {
  struct steady *steady = curve->steady;
  struct system_point at = steady_point(curve, y);
  return system_jacobian(steady->system, &at, steady->F) || linear_factor(plan_of(curve)->linear);
}

/** J^-1 dF/dp with the last factors, in `solved`. */
static int solve_by_p(struct continuation *curve) {
  memcpy(curve->solved, curve->by_p, (size_t)curve->steady->system->n * sizeof(double));
  return linear_solve(plan_of(curve)->linear, curve->solved);
}

/**
 * Tangent of a converged point, of length one:
 *   J dy/ds + dF/dp dp/ds = 0
 * exact   false: with the factors of Newton's last iteration, which differ from those at the point
 * by as much as its last update, far less than the tangent turns in a step Errors HD_CONVERGENCE:
 * the matrix is exactly singular
 */
enum hd_status curve_tangent(struct continuation *curve, struct curve_point *point,
                             const struct curve_point *reference, bool exact,
                             struct hd_error *err) {
  TRY(curve_differentiate(curve, point, err));
  bool anew = exact || !curve->parameter.linear; /* another system may have another plan */
  if ((anew && factorise(curve, point->y)) || solve_by_p(curve))
    return hd_fail(err, HD_CONVERGENCE, "the curve has no tangent at %s = %.10g",
                   curve->parameter.name, point->p);
  double length = sqrt(curve_product(curve, curve->solved, -1.0, curve->solved, -1.0));
  double ahead = -curve_product(curve, reference->tangent, reference->slope, curve->solved, -1.0);
  point->slope = copysign(1.0 / length, ahead);
  for (int g = 0; g < curve->steady->system->n; g++)
    point->tangent[g] = -point->slope * curve->solved[g];
  return HD_OK;
}

/* ---- Newton ---- */

/** Arc length from `last` to `next` along the tangent of `last`; moved: [n] work. */
static double length_along(const struct continuation *curve, double *moved) {
  const struct curve_point *last = &curve->last, *next = &curve->next;
  for (int g = 0; g < curve->steady->system->n; g++)
    moved[g] = next->y[g] - last->y[g];
  return curve_product(curve, last->tangent, last->slope, moved, next->p - last->p);
}

/**
 * One Newton update of F(y, p) = 0 and length_along = ds, by elimination of the border (Keller):
 *   delta = J^-1 F + dp J^-1 dF/dp, with dp from the last row
 * Next to a fold both solutions are large along the null vector; what cancellation loses there the
 * next iteration puts right, because the last row sees it. dF/dp is that of the point: with that of
 * the last one Newton's method is linear, and slow where rates are exponentials of a key.
 * Returns the largest change, V; NAN on failure
 */
static struct steady_change update(struct continuation *curve, double ds) {
  static const struct steady_change failed = {(double)NAN, (double)NAN};
  struct steady *steady = curve->steady;
  const struct curve_point *last = &curve->last;
  if (curve_differentiate(curve, &curve->next, NULL) != HD_OK || factorise(curve, curve->next.y))
    return failed;
  double missing = ds - length_along(curve, steady->delta);
  memcpy(steady->delta, steady->F, (size_t)steady->system->n * sizeof(double));
  if (linear_solve(plan_of(curve)->linear, steady->delta) || solve_by_p(curve))
    return failed;
  missing += curve_product(curve, last->tangent, 0.0, steady->delta, 0.0);
  double dp = -missing / curve_product(curve, last->tangent, last->slope, curve->solved, -1.0);
  for (int g = 0; g < steady->system->n; g++)
    steady->delta[g] += dp * curve->solved[g];
  struct steady_change change = steady_update(steady, SYSTEM_STEADY, curve->next.y);
  curve->next.p += dp;
  double own = fabs(dp) / curve->parameter.unit * run_thermal_voltage(steady->system->run);
  change.whole = own <= change.whole || isnan(change.whole) ? change.whole : own;
  return change;
}

/** Is Newton on its way to nowhere? */
static bool is_hopeless(const struct continuation *curve, double update) {
  double small = HOPELESS * run_thermal_voltage(curve->steady->system->run);
  return update > fmax(small, GROWN * curve->first_update);
}

static bool correct(struct continuation *curve, double ds) {
  struct steady *steady = curve->steady;
  double before = 0.0;
  for (int i = 1; i <= TOO_MANY; i++) {
    struct steady_change change = update(curve, ds);
    curve->iterations = i;
    steady->counts.newton_iterations++;
    if (i == 1)
      curve->first_update = change.whole;
    if (!steady_is_sane(change) || is_hopeless(curve, change.whole))
      return false;
    double ratio = before > 0.0 ? change.whole / before : 1.0;
    if (steady_is_converged(steady, change, ratio, 0.0))
      return true;
    before = change.whole;
  }
  return false;
}

/** Distance of `next` from where Newton began. */
static double strayed(struct continuation *curve) {
  for (int g = 0; g < curve->steady->system->n; g++)
    curve->predicted[g] -= curve->next.y[g];
  return sqrt(curve_product(curve, curve->predicted, 0.0, curve->predicted, 0.0));
}

/** Remember where Newton begins. */
static void begin_search(struct continuation *curve) {
  curve->steady->counts.continuation_steps++;
  memcpy(curve->predicted, curve->next.y, (size_t)curve->steady->system->n * sizeof(double));
  curve->next.fold = false;
}

/** Is the state that was found the one that was looked for? Then with its tangent. */
static bool is_found(struct continuation *curve, double ds, bool exact, struct hd_error *err) {
  return strayed(curve) < STRAY * ds &&
         curve_tangent(curve, &curve->next, &curve->last, exact, err) == HD_OK;
}

bool curve_find(struct continuation *curve, double ds, bool exact, struct hd_error *err) {
  begin_search(curve);
  curve->next.s = curve->last.s + ds;
  return correct(curve, ds) && is_found(curve, ds, exact, err);
}

bool curve_find_at(struct continuation *curve, double p, double ds, struct hd_error *err) {
  struct steady *steady = curve->steady;
  begin_search(curve);
  curve->next.p = p;
  if (curve_set(curve, p, NULL) != HD_OK)
    return false;
  curve->iterations = steady_newton(steady, SYSTEM_STEADY, NULL, 0.0, curve->next.y);
  if (curve->iterations < 0)
    return false;
  curve->next.s = curve->last.s + length_along(curve, steady->delta);
  return is_found(curve, ds, true, err);
}
