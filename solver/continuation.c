#include "solver/continuation_newton.h"

#include <math.h>
#include <string.h>
#include "solver/base/memory.h"
#include "solver/steady_newton.h"

/** Step control: the first update of Newton shows how far the prediction was off. It is brought to
 * AIM V_T, by factors within these bounds, and not upwards right behind a failure. */
static const double AIM = 0.04, GROWTH = 2.0, SHRINK = 0.5, CUT = 0.5;
/** The tangent turns by at most acos(TURN) in a step, or it might end on another branch. */
static const double TURN = 0.85;
/** Points are foreseen on the cubic through the last two if they are not farther beyond those than
 * so many of their distances; its error goes with the fourth power of the step. */
static const double AHEAD = 2.0;
enum { ORDER_LINE = 2, ORDER_CUBIC = 4 };
/** A fold is found when dp/ds is this part of what it was at the points around it. */
static const double FOLD_SLOPE = 1e-7;
enum { FOLD_STEPS = 40 };
/** Where the curve begins the state's part of ds is at least this times the parameter's, by a
 * larger unit of the parameter (up to so many times): where the parameter counts most folds are
 * sharp, and where it moves the state little so sharp that rounding hides them. */
static const double STATE_SHARE = 1.0, UNIT_MAX = 1e6;

/* ---- create ---- */

static enum hd_status create_point(struct curve_point *point, size_t n, struct hd_error *err) {
  TRY(hd_alloc(&point->y, n, sizeof(double), err));
  return hd_alloc(&point->tangent, n, sizeof(double), err);
}

enum hd_status continuation_create(struct continuation **out, struct steady *steady,
                                   const struct curve_parameter *parameter,
                                   const struct curve_steps *steps, struct hd_error *err) {
  struct continuation *curve = NULL;
  size_t n = (size_t)steady->system->n + 1;
  TRY(hd_alloc(&curve, 1, sizeof *curve, err));
  *out = curve;
  curve->steady = steady;
  curve->parameter = *parameter;
  curve->steps = *steps;
  curve->unit = parameter->unit;
  TRY(create_point(&curve->last, n, err));
  TRY(create_point(&curve->next, n, err));
  TRY(create_point(&curve->before, n, err));
  TRY(create_point(&curve->beyond, n, err));
  TRY(hd_alloc(&curve->weight, n, sizeof(double), err));
  TRY(hd_alloc(&curve->by_p, n, sizeof(double), err));
  TRY(hd_alloc(&curve->predicted, n, sizeof(double), err));
  return hd_alloc(&curve->solved, n, sizeof(double), err);
}

/** Free; NULL is accepted. */
void continuation_free(struct continuation **curve) {
  if (!*curve)
    return;
  struct curve_point *points[] = {&(*curve)->last, &(*curve)->next, &(*curve)->before,
                                  &(*curve)->beyond};
  for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
    hd_free(&points[i]->y);
    hd_free(&points[i]->tangent);
  }
  hd_free(&(*curve)->weight);
  hd_free(&(*curve)->by_p);
  hd_free(&(*curve)->predicted);
  hd_free(&(*curve)->solved);
  hd_free(curve);
}

static void swap(struct curve_point *a, struct curve_point *b) {
  struct curve_point kept = *a;
  *a = *b;
  *b = kept;
}

/* ---- where Newton begins ---- */

/** Cubic through two values with two slopes, at x in [0, 1] between them or beyond (Hermite). */
static double cubic(double a, double slope_a, double b, double slope_b, double x) {
  double left = (1.0 - x) * (1.0 - x), right = x * x;
  return left * ((1.0 + 2.0 * x) * a + x * slope_a) +
         right * ((3.0 - 2.0 * x) * b - (1.0 - x) * slope_b);
}

/** next on the cubic through the points a and b, at x in [0, 1] between them or beyond; ions in the
 * logarithm of their odds. */
static void predict_cubic(struct continuation *curve, const struct curve_point *a,
                          const struct curve_point *b, double x) {
  double ds = b->s - a->s;
  for (int g = 0; g < curve->steady->system->n; g++) {
    enum steady_kind kind = curve->steady->kind[g];
    double at_a, at_b;
    curve->next.y[g] = x < 0.5 ? a->y[g] : b->y[g];
    if (!steady_has_level(kind, a->y[g]) || !steady_has_level(kind, b->y[g]))
      continue;
    double from = steady_level(kind, a->y[g], &at_a), to = steady_level(kind, b->y[g], &at_b);
    double level = cubic(from, ds * at_a * a->tangent[g], to, ds * at_b * b->tangent[g], x);
    curve->next.y[g] = steady_at_level(kind, level);
  }
  curve->next.p = cubic(a->p, ds * a->slope, b->p, ds * b->slope, x);
}

/** next = last + ds tangent; ions along the logarithm of their odds. */
static void predict_line(struct continuation *curve, double ds) {
  const struct curve_point *last = &curve->last;
  for (int g = 0; g < curve->steady->system->n; g++) {
    enum steady_kind kind = curve->steady->kind[g];
    double slope;
    curve->next.y[g] = last->y[g];
    if (!steady_has_level(kind, last->y[g]))
      continue;
    double level = steady_level(kind, last->y[g], &slope);
    curve->next.y[g] = steady_at_level(kind, level + ds * slope * last->tangent[g]);
  }
  curve->next.p = last->p + ds * last->slope;
}

/** Where Newton begins at the arc length ds behind `last`. Returns the order of its error in ds. */
static int predict(struct continuation *curve, double ds) {
  const struct curve_point *a = &curve->before, *b = &curve->last;
  double whole = b->s - a->s;
  bool near = curve->has_before && ds <= AHEAD * whole;
  if (near)
    predict_cubic(curve, a, b, (whole + ds) / whole);
  else
    predict_line(curve, ds);
  return near ? ORDER_CUBIC : ORDER_LINE;
}

/* ---- folds ---- */

/** With a fold between `last` and `next`: put it in `next`, by secants of dp/ds within bounds
 * (Illinois). The parameter there is exact to the square of what is left of dp/ds. */
static bool find_fold(struct continuation *curve, struct hd_error *err) {
  swap(&curve->next, &curve->beyond);
  double low = 0.0, whole = curve->beyond.s - curve->last.s, high = whole;
  double at_low = curve->last.slope, at_high = curve->beyond.slope;
  double enough = FOLD_SLOPE * fmax(fabs(at_low), fabs(at_high));
  int side = 0;
  for (int i = 0; i < FOLD_STEPS; i++) {
    double ds = (low * at_high - high * at_low) / (at_high - at_low);
    predict_cubic(curve, &curve->last, &curve->beyond, ds / whole);
    if (!curve_find(curve, ds, true, err))
      return false;
    double slope = curve->next.slope;
    if (fabs(slope) <= enough) {
      curve->next.slope = copysign(slope, curve->beyond.slope);
      curve->next.fold = true;
      return true;
    }
    bool above = slope * curve->beyond.slope > 0.0;
    *(above ? &high : &low) = ds;
    *(above ? &at_high : &at_low) = slope;
    if (side == (above ? 1 : -1))
      *(above ? &at_low : &at_high) *= 0.5;
    side = above ? 1 : -1;
  }
  return false;
}

/* ---- public ---- */

/** Give the tangent of the last point the length one. */
static void normalise(struct continuation *curve) {
  struct curve_point *last = &curve->last;
  double length =
      sqrt(curve_product(curve, last->tangent, last->slope, last->tangent, last->slope));
  last->slope /= length;
  for (int g = 0; g < curve->steady->system->n; g++)
    last->tangent[g] /= length;
}

/** Unit of the parameter from the first tangent. */
static void choose_unit(struct continuation *curve) {
  const struct curve_point *last = &curve->last;
  double state = sqrt(curve_product(curve, last->tangent, 0.0, last->tangent, 0.0));
  double unit = STATE_SHARE * fabs(last->slope) / state;
  curve->unit = fmin(fmax(unit, curve->parameter.unit), UNIT_MAX * curve->parameter.unit);
  normalise(curve);
}

/** The longest step, which changes the parameter by no more than that number of its given units. */
static double longest_step(const struct continuation *curve) {
  return curve->steps.largest * fmin(1.0, curve->parameter.unit / fabs(curve->last.slope));
}

/**
 * The first point.
 * y          a steady state at the value p; copied
 * Errors     HD_CONVERGENCE: there is no tangent
 */
enum hd_status continuation_begin(struct continuation *curve, const double *y, double p,
                                  double direction, struct hd_error *err) {
  struct curve_point *last = &curve->last;
  size_t n = (size_t)curve->steady->system->n;
  memcpy(last->y, y, n * sizeof *y);
  memset(last->tangent, 0, n * sizeof *y);
  last->p = p;
  last->s = 0.0;
  last->fold = false;
  last->slope = copysign(1.0, direction);
  curve->has_before = false;
  curve->step = curve->steps.first;
  curve_fill_metric(curve, y);
  TRY(curve_tangent(curve, last, last, true, err));
  choose_unit(curve);
  return HD_OK;
}

bool continuation_is_end(const struct continuation *curve, const struct curve_point *point) {
  return point->p <= curve->parameter.low || point->p >= curve->parameter.high;
}

/** Is the end of the range ahead too close for another step, or passed? */
static bool is_at_end(const struct continuation *curve, const struct curve_point *point) {
  double room =
      point->slope > 0.0 ? curve->parameter.high - point->p : point->p - curve->parameter.low;
  return room < curve->steps.smallest * fabs(point->slope) || continuation_is_end(curve, point);
}

/** The end of the range that a step of length ds reaches; NAN: it stays inside. */
static double end_ahead(const struct continuation *curve, double ds) {
  double p = curve->last.p + ds * curve->last.slope;
  return p <= curve->parameter.low    ? curve->parameter.low
         : p >= curve->parameter.high ? curve->parameter.high
                                      : (double)NAN;
}

/** The end of the range, if the curve goes there without a fold. */
static bool reach(struct continuation *curve, double end, struct hd_error *err) {
  const struct curve_point *last = &curve->last;
  double ds = (end - last->p) / last->slope;
  predict(curve, ds);
  return curve_find_at(curve, end, ds, err) && last->slope * curve->next.slope > 0.0;
}

/** The point at arc length ds, or the fold or the end before it; false: a shorter step is needed.
 */
static bool step_to(struct continuation *curve, double ds, struct hd_error *err) {
  const struct curve_point *last = &curve->last, *next = &curve->next;
  double end = end_ahead(curve, ds);
  int order = predict(curve, ds);
  if (!(isnan(end) ? curve_find(curve, ds, false, err) : reach(curve, end, err)) ||
      curve_product(curve, last->tangent, last->slope, next->tangent, next->slope) < TURN ||
      (isnan(end) && is_at_end(curve, next)))
    return false;
  double aim = AIM * run_thermal_voltage(curve->steady->system->run);
  double factor = pow(aim / curve->first_update, 1.0 / order);
  if (last->slope * next->slope < 0.0 && !find_fold(curve, err))
    return false;
  curve->step = ds * fmin(fmax(factor, SHRINK), GROWTH);
  return true;
}

/** One sentence for a curve that ends before it should. */
static enum hd_status lost(struct continuation *curve, struct hd_error *err) {
  struct steady *steady = curve->steady;
  char place[256];
  int row = steady_worst_row(steady);
  system_row_place(steady->system, row, place, sizeof place);
  TRY(curve_set(curve, curve->last.p, err));
  return hd_fail(err, HD_CONVERGENCE,
                 "the curve was lost behind %s = %.10g at arc length %.6g: even a step of %.3g "
                 "failed, the largest residual is %.3g in %s; try mesh.refine = 2, other steps of "
                 "the curve, or a larger solver.newton_tolerance",
                 curve->parameter.name, curve->last.p, curve->last.s, curve->steps.smallest,
                 steady->F[row], place);
}

/**
 * One step, as long as Newton and the turn of the tangent allow.
 * Errors  HD_CONVERGENCE: even the shortest step failed; those of the parameter
 */
enum hd_status continuation_advance(struct continuation *curve, struct hd_error *err) {
  struct hd_error own = {0};
  curve->step = fmax(fmin(curve->step, longest_step(curve)), curve->steps.smallest);
  double most = INFINITY;
  for (; curve->step >= curve->steps.smallest; most = curve->step *= CUT)
    if (step_to(curve, curve->step, &own)) {
      curve->step = fmin(curve->step, most);
      return HD_OK;
    }
  return lost(curve, err);
}

/** The metric goes with the last point; its tangent keeps the length one. */
void continuation_accept(struct continuation *curve) {
  swap(&curve->before, &curve->last);
  swap(&curve->last, &curve->next);
  curve->has_before = true;
  curve_fill_metric(curve, curve->last.y);
  normalise(curve);
}

/* ---- checkpoints ---- */

enum hd_status continuation_save(const struct continuation *curve, struct store *store,
                                 struct hd_error *err) {
  const struct curve_point *last = &curve->last, *before = &curve->before;
  size_t n = (size_t)curve->steady->system->n;
  TRY(store_put_number(store, "curve_has_before", curve->has_before, err));
  TRY(store_put(store, "curve_before", n, before->y, err));
  TRY(store_put(store, "curve_before_tangent", n, before->tangent, err));
  TRY(store_put_number(store, "curve_before_parameter", before->p, err));
  TRY(store_put_number(store, "curve_before_slope", before->slope, err));
  TRY(store_put_number(store, "curve_before_length", before->s, err));
  TRY(store_put(store, "curve_tangent", n, last->tangent, err));
  TRY(store_put_number(store, "curve_parameter", last->p, err));
  TRY(store_put_number(store, "curve_slope", last->slope, err));
  TRY(store_put_number(store, "curve_length", last->s, err));
  TRY(store_put_number(store, "curve_unit", curve->unit, err));
  return store_put_number(store, "curve_step", curve->step, err);
}

static enum hd_status restore_before(struct continuation *curve, const struct store *store,
                                     struct hd_error *err) {
  struct curve_point *before = &curve->before;
  size_t n = (size_t)curve->steady->system->n;
  curve->has_before = store_number(store, "curve_has_before") != 0.0;
  before->p = store_number(store, "curve_before_parameter");
  before->slope = store_number(store, "curve_before_slope");
  before->s = store_number(store, "curve_before_length");
  TRY(store_get(store, "curve_before", n, before->y, err));
  return store_get(store, "curve_before_tangent", n, before->tangent, err);
}

/**
 * Begin where continuation_save was called.
 * y       [n] state of the last point
 * Errors  HD_IO: the store is of another system; HD_CONVERGENCE
 */
enum hd_status continuation_restore(struct continuation *curve, const double *y,
                                    const struct store *store, struct hd_error *err) {
  struct curve_point *last = &curve->last;
  size_t n = (size_t)curve->steady->system->n;
  memcpy(last->y, y, n * sizeof *y);
  TRY(store_get(store, "curve_tangent", n, last->tangent, err));
  TRY(restore_before(curve, store, err));
  last->p = store_number(store, "curve_parameter");
  last->slope = store_number(store, "curve_slope");
  last->s = store_number(store, "curve_length");
  last->fold = false;
  curve->unit = store_number(store, "curve_unit");
  curve->step = store_number(store, "curve_step");
  curve_fill_metric(curve, y);
  return curve_differentiate(curve, last, err);
}
