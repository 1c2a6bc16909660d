/* Sensitivities along a transient by IDAS, staggered: when a step's state has converged, the
 * matrix is made and factorised there, and each parameter costs two residuals of its twins and one
 * solution.
 *
 * With BDF s' = c_j s + h, h known from the steps before, so that what is left of
 *   J s + M s' + dF/dq = (J + c_j M) s + (M h + dF/dq)
 * is a product with the matrix of Newton's method, and M h + dF/dq one central difference of the
 * twins' residuals at y' -+ step h: residuals are linear in y'. */
#include <string.h>
#include "solver/base/memory.h"
#include "solver/kink.h"
#include "solver/transient_parts.h"

/** What belongs to the sensitivities of one integrator. */
struct transient_sensitivity {
  struct sensitivity *sensitivity; /* borrowed */
  N_Vector *s, *sp, *quad;         /* [n] owned */
  double *known;                   /* [n * system->n] owned: M h + dF/dq of this step */
  double *at;                      /* [system->n] owned: y of this step */
  double *slopes[2];               /* [n * n_elements] owned: of the twins' sources */
  double clock, cj;                /* of this step */
  double *end;                     /* [system->n] owned: y at the end of a converged step ... */
  double awaited;                  /* ... at this time, s; NAN: no residual is awaited there */
};

/* ---- callbacks ---- */

/** out += A x. */
static void add_product(const struct sparse *A, const double *x, double *out) {
  for (int64_t j = 0; j < A->n; j++)
    for (int64_t i = A->column[j]; i < A->column[j + 1]; i++)
      out[A->row[i]] += A->value[i] * x[j];
}

/** M h + dF/dq of one parameter at a point, [n] out. */
static int fill_known(struct transient *transient, size_t i, const struct system_point *point,
                      const double *h, double *out) {
  struct sensitivity *own = transient->own->sensitivity;
  for (int side = 0; side < 2; side++) {
    double step = side ? own->step : -own->step;
    struct system_point near = *point;
    near.yp = own->yp;
    for (int g = 0; g < transient->system->n; g++)
      own->yp[g] = point->yp[g] + step * h[g];
    if (system_residual(own->twins[i][side], &near, own->F[side]))
      return 1;
  }
  sensitivity_difference(own, own->F[0], own->F[1], out);
  return 0;
}

/** The matrix, its factors and what is known of the residuals at a newly converged state. */
static int begin_point(struct transient *transient, int n, double clock,
                       const struct system_point *point, N_Vector *s, N_Vector *sp) {
  struct transient_sensitivity *own = transient->own;
  struct sensitivity *sensitivity = own->sensitivity;
  size_t unknowns = (size_t)transient->system->n;
  own->clock = NAN; /* nothing is known if this fails */
  if (system_jacobian(transient->system, point, transient->F) ||
      linear_factor(transient->plan->linear))
    return 1;
  for (size_t i = 0; i < (size_t)n; i++) {
    const double *value = N_VGetArrayPointer(s[i]), *rate = N_VGetArrayPointer(sp[i]);
    for (size_t g = 0; g < unknowns; g++)
      sensitivity->y[g] = rate[g] - point->cj * value[g];
    if (fill_known(transient, i, point, sensitivity->y, own->known + i * unknowns))
      return 1;
  }
  memcpy(own->at, point->y, unknowns * sizeof(double));
  own->clock = clock;
  own->cj = point->cj;
  return 0;
}

/* Behind a converged step IDAS asks for the integrands, then once more for the residual there, as
 * the centre of its own differences. Ours need none, so that this one is left out. */

void transient_sensitivity_await(struct transient *transient, const struct system_point *point) {
  struct transient_sensitivity *own = transient->own;
  own->awaited = point->t;
  memcpy(own->end, point->y, (size_t)transient->system->n * sizeof *own->end);
}

bool transient_sensitivity_idles(struct transient *transient, const struct system_point *point) {
  struct transient_sensitivity *own = transient->own;
  bool idles = point->t == own->awaited &&
               memcmp(own->end, point->y, (size_t)transient->system->n * sizeof *own->end) == 0;
  own->awaited = NAN;
  return idles;
}

/** Residuals of all sensitivities (IDASensResFn). */
static int residuals(int n, double clock, N_Vector y, N_Vector yp, N_Vector r, N_Vector *s,
                     N_Vector *sp, N_Vector *out, void *user, N_Vector a, N_Vector b, N_Vector c) {
  struct transient *transient = user;
  struct transient_sensitivity *own = transient->own;
  size_t unknowns = (size_t)transient->system->n;
  struct system_point point = transient_point(transient, clock, y, yp);
  (void)r, (void)a, (void)b, (void)c;
  IDAGetCurrentCj(transient->ida, &point.cj);
  bool known = clock == own->clock && point.cj == own->cj &&
               memcmp(own->at, point.y, unknowns * sizeof(double)) == 0;
  if (!known && begin_point(transient, n, clock, &point, s, sp))
    return 1;
  for (size_t i = 0; i < (size_t)n; i++) {
    double *to = N_VGetArrayPointer(out[i]);
    memcpy(to, own->known + i * unknowns, unknowns * sizeof(double));
    add_product(&transient->plan->matrix, N_VGetArrayPointer(s[i]), to);
  }
  return 0;
}

/** Integrands of the integrals' sensitivities (IDAQuadSensRhsFn). The rates are of degree two in y
 * without a constant term of degree zero, so that (r(y + s) - r(y - s)) / 2 is exact. */
static int integrands(int n, double t, N_Vector y, N_Vector yp, N_Vector *s, N_Vector *sp,
                      N_Vector rate, N_Vector *out, void *user, N_Vector a, N_Vector b,
                      N_Vector c) {
  struct transient *transient = user;
  struct sensitivity *sensitivity = transient->own->sensitivity;
  (void)t, (void)yp, (void)sp, (void)rate, (void)a, (void)b, (void)c;
  for (int i = 0; i < n; i++) {
    double both[2][TRANSIENT_INTEGRALS];
    for (int side = 0; side < 2; side++) {
      double sign = side ? 1.0 : -1.0;
      for (int g = 0; g < transient->system->n; g++)
        sensitivity->y[g] = N_VGetArrayPointer(y)[g] + sign * N_VGetArrayPointer(s[i])[g];
      transient_rates(&transient->watch, transient->system, sensitivity->y, both[side]);
    }
    for (int k = 0; k < TRANSIENT_INTEGRALS; k++)
      N_VGetArrayPointer(out[i])[k] = 0.5 * (both[1][k] - both[0][k]);
  }
  return 0;
}

/* ---- create ---- */

static enum hd_status fill(struct transient *transient, struct sensitivity *sensitivity,
                           struct hd_error *err) {
  struct transient_sensitivity *own = transient->own;
  size_t n = (size_t)transient->system->n, elements = transient->system->run->circuit.n_elements;
  struct system_plan *plan;
  own->sensitivity = sensitivity;
  own->clock = own->awaited = NAN;
  for (size_t i = 0; i < sensitivity->n; i++)
    for (int side = 0; side < 2; side++)
      TRY(system_plan(sensitivity->twins[i][side], SYSTEM_TRANSIENT, transient->frozen, &plan,
                      err));
  TRY(hd_alloc(&own->known, sensitivity->n * n, sizeof(double), err));
  TRY(hd_alloc(&own->at, n, sizeof(double), err));
  TRY(hd_alloc(&own->end, n, sizeof(double), err));
  for (int side = 0; side < 2; side++)
    TRY(hd_alloc(&own->slopes[side], sensitivity->n * elements, sizeof(double), err));
  own->s = N_VCloneVectorArray((int)sensitivity->n, transient->y);
  own->sp = N_VCloneVectorArray((int)sensitivity->n, transient->y);
  own->quad = N_VCloneVectorArray((int)sensitivity->n, transient->quad);
  if (!own->s || !own->sp || !own->quad)
    return hd_fail(err, HD_MEMORY, "out of memory for the sensitivities");
  for (size_t i = 0; i < sensitivity->n; i++) {
    memcpy(N_VGetArrayPointer(own->s[i]), sensitivity->s[i], n * sizeof(double));
    system_clear_inflow(transient->system, N_VGetArrayPointer(own->s[i]));
    N_VConst(0.0, own->sp[i]);
    N_VConst(0.0, own->quad[i]);
  }
  return HD_OK;
}

/**
 * Carry sensitivities along, from the state at rest that the integrator was made with.
 * sensitivity  borrowed; its s belong to that state
 * Errors  HD_MEMORY, HD_INTERNAL
 */
enum hd_status transient_differentiate(struct transient *transient, struct sensitivity *sensitivity,
                                       struct hd_error *err) {
  void *ida = transient->ida;
  TRY(hd_alloc(&transient->own, 1, sizeof *transient->own, err));
  TRY(fill(transient, sensitivity, err));
  struct transient_sensitivity *own = transient->own;
  TRY(transient_check(
      IDASensInit(ida, (int)sensitivity->n, IDA_STAGGERED, residuals, own->s, own->sp),
      "the sensitivities", err));
  TRY(transient_check(IDASensEEtolerances(ida), "their tolerances", err));
  TRY(transient_check(IDASetSensErrCon(ida, SUNFALSE), "their error test", err));
  /* Factors are made anew at every step, which IDAS does not know of. */
  TRY(transient_check(IDASetLinearSolutionScaling(ida, SUNFALSE), "the solver", err));
  return transient_check(IDAQuadSensInit(ida, integrands, own->quad), "their integrals", err);
}

void transient_sensitivity_free(struct transient *transient) {
  struct transient_sensitivity *own = transient->own;
  if (!own)
    return;
  int n = (int)own->sensitivity->n;
  if (own->s)
    N_VDestroyVectorArray(own->s, n);
  if (own->sp)
    N_VDestroyVectorArray(own->sp, n);
  if (own->quad)
    N_VDestroyVectorArray(own->quad, n);
  hd_free(&own->known);
  hd_free(&own->at);
  hd_free(&own->end);
  for (int side = 0; side < 2; side++)
    hd_free(&own->slopes[side]);
  hd_free(&transient->own);
}

/* ---- kinks ---- */

/** Has IDAS gone on since it was given s, s' and the integrals'? Before, it knows no slopes. */
static bool has_stepped(const struct transient *transient) {
  long steps = 0;
  return transient->started && IDAGetNumSteps(transient->ida, &steps) == IDA_SUCCESS && steps > 0;
}

/** Take s, s' and the integrals' out of IDAS, at the present time. */
static enum hd_status collect(struct transient *transient, struct hd_error *err) {
  struct transient_sensitivity *own = transient->own;
  double t, clock = transient_clock(transient, transient->t);
  if (!has_stepped(transient))
    return HD_OK;
  TRY(transient_check(IDAGetSensDky(transient->ida, clock, 0, own->s), "sensitivities", err));
  TRY(transient_check(IDAGetSensDky(transient->ida, clock, 1, own->sp), "sensitivities", err));
  return transient_check(IDAGetQuadSens(transient->ida, &t, own->quad), "sensitivities", err);
}

/** What a kink does to the state of a twin at y -+ step s. */
static void cross_kink(struct transient *transient, size_t i, int side, double *y, double *yp) {
  struct transient_sensitivity *own = transient->own;
  struct system *twin = own->sensitivity->twins[i][side];
  double step = side ? own->sensitivity->step : -own->sensitivity->step;
  const double *s = N_VGetArrayPointer(own->s[i]), *sp = N_VGetArrayPointer(own->sp[i]);
  for (int g = 0; g < transient->system->n; g++) {
    y[g] = N_VGetArrayPointer(transient->y)[g] + step * s[g];
    yp[g] = N_VGetArrayPointer(transient->yp)[g] + step * sp[g];
  }
  if (!transient->started)
    kink_jump_values(twin, y);
  kink_jump_slopes(twin, transient->t, transient->stop,
                   own->slopes[side] + i * twin->run->circuit.n_elements, y, yp);
}

/** Bring the sensitivities across the kink that a stretch begins with: the state is still the one
 * before it. */
enum hd_status transient_sensitivity_begin(struct transient *transient, struct hd_error *err) {
  struct transient_sensitivity *own = transient->own;
  struct sensitivity *work = own->sensitivity;
  double *low = NULL, *low_rate = NULL;
  size_t n = (size_t)transient->system->n + 1;
  TRY(collect(transient, err));
  TRY(hd_alloc(&low, 2 * n, sizeof(double), err));
  low_rate = low + n;
  for (size_t i = 0; i < work->n; i++) {
    cross_kink(transient, i, 0, low, low_rate);
    cross_kink(transient, i, 1, work->y, work->yp);
    sensitivity_difference(work, low, work->y, N_VGetArrayPointer(own->s[i]));
    sensitivity_difference(work, low_rate, work->yp, N_VGetArrayPointer(own->sp[i]));
  }
  hd_free(&low);
  return HD_OK;
}

enum hd_status transient_sensitivity_restart(struct transient *transient, struct hd_error *err) {
  struct transient_sensitivity *own = transient->own;
  own->clock = NAN;
  TRY(transient_check(IDASensReInit(transient->ida, IDA_STAGGERED, own->s, own->sp), "a restart",
                      err));
  return transient_check(IDAQuadSensReInit(transient->ida, own->quad), "a restart", err);
}

/* ---- checkpoints ---- */

enum hd_status transient_sensitivity_save(struct transient *transient, struct store *store,
                                          struct hd_error *err) {
  struct transient_sensitivity *own = transient->own;
  size_t n = (size_t)transient->system->n, elements = transient->system->run->circuit.n_elements;
  size_t count = own->sensitivity->n;
  char name[STORE_NAME];
  TRY(collect(transient, err));
  for (size_t i = 0; i < count; i++) {
    TRY(store_put(store, store_name(name, "transient_s_%zu", i), n, N_VGetArrayPointer(own->s[i]),
                  err));
    TRY(store_put(store, store_name(name, "transient_sp_%zu", i), n, N_VGetArrayPointer(own->sp[i]),
                  err));
    TRY(store_put(store, store_name(name, "transient_squad_%zu", i), TRANSIENT_INTEGRALS,
                  N_VGetArrayPointer(own->quad[i]), err));
  }
  for (size_t side = 0; side < 2; side++)
    TRY(store_put(store, store_name(name, "transient_sslopes_%zu", side), count * elements,
                  own->slopes[side], err));
  return HD_OK;
}

enum hd_status transient_sensitivity_restore(struct transient *transient, const struct store *store,
                                             struct hd_error *err) {
  struct transient_sensitivity *own = transient->own;
  size_t n = (size_t)transient->system->n, elements = transient->system->run->circuit.n_elements;
  size_t count = own->sensitivity->n;
  char name[STORE_NAME];
  for (size_t i = 0; i < count; i++) {
    TRY(store_get(store, store_name(name, "transient_s_%zu", i), n, N_VGetArrayPointer(own->s[i]),
                  err));
    TRY(store_get(store, store_name(name, "transient_sp_%zu", i), n, N_VGetArrayPointer(own->sp[i]),
                  err));
    TRY(store_get(store, store_name(name, "transient_squad_%zu", i), TRANSIENT_INTEGRALS,
                  N_VGetArrayPointer(own->quad[i]), err));
  }
  for (size_t side = 0; side < 2 && elements > 0; side++)
    TRY(store_get(store, store_name(name, "transient_sslopes_%zu", side), count * elements,
                  own->slopes[side], err));
  return HD_OK;
}

/* ---- read ---- */

/** Derivative of order k by t of the sensitivities to parameter i, at a time within the last step,
 * [n] out. */
enum hd_status transient_sensitivity(struct transient *transient, size_t i, double t, int k,
                                     double *values, struct hd_error *err) {
  if (!transient->own)
    return hd_fail(err, HD_INTERNAL, "no sensitivities were asked for");
  size_t bytes = (size_t)transient->system->n * sizeof(double);
  if (!has_stepped(transient)) {
    N_Vector own = k ? transient->own->sp[i] : transient->own->s[i];
    memcpy(values, N_VGetArrayPointer(own), bytes);
    return HD_OK;
  }
  N_Vector out = N_VMake_Serial(transient->system->n, values, transient->context);
  if (!out)
    return hd_fail(err, HD_MEMORY, "out of memory for an output point");
  int flag = IDAGetSensDky1(transient->ida, transient_clock(transient, t), k, (int)i, out);
  N_VDestroy(out);
  return transient_check(flag, "an output time outside the last step", err);
}

/** Derivatives of the integrals by ln p of parameter i, at the present time. */
enum hd_status transient_sensitivity_integrals(struct transient *transient, size_t i,
                                               double values[TRANSIENT_INTEGRALS],
                                               struct hd_error *err) {
  double t;
  N_Vector quad = transient->own->quad[i];
  if (has_stepped(transient))
    TRY(transient_check(IDAGetQuadSens1(transient->ida, &t, (int)i, quad), "the integrals", err));
  memcpy(values, N_VGetArrayPointer(quad), TRANSIENT_INTEGRALS * sizeof(double));
  return HD_OK;
}
