#include "solver/transient_parts.h"

#include <float.h>
#include <idas/idas.h>
#include <math.h>
#include <string.h>
#include "solver/base/memory.h"
#include "solver/kink.h"
#include "solver/sunlinear.h"
#include "solver/temperature.h"
#include "solver/vector.h"

/** Weight of unknowns that must not decide anything (currents, multipliers), 1/unit. */
static const double WEIGHT_NONE = 1e-30;
/** First step after a kink, as a fraction of the way to the next one and of the last step. */
static const double FIRST_STEP_FRACTION = 1e-3;
/** Electrons of a dense filament relax within 1e-14 s while steps are 1e-6 s long: behind an edge a
 * step may have to shrink by many factors of 4 before it is taken, and the same when light is
 * switched on in the dark. */
enum { FAILURES_MAX = 60 };
/** Change of cj from which on the matrix is made anew (0.25 in IDA). A front moves on, and
 * iterations with an old matrix cost more than a new one; where no front can be and factors are
 * dear it is the other way round. */
static const double CJ_CHANGE = 0.1, CJ_CHANGE_DEAR = 0.6;

/** Tolerance of temperatures in units of rtol T_0: levels of 10 kT then move by about rtol kT. */
static const double TEMPERATURE_PART = 0.1;

/* ---- callbacks ---- */

static int residual(double t, N_Vector y, N_Vector yp, N_Vector r, void *user) {
  struct transient *transient = user;
  struct system_point point = {.mode = SYSTEM_TRANSIENT,
                               .frozen = transient->frozen,
                               .t = t,
                               .y = N_VGetArrayPointer(y),
                               .yp = N_VGetArrayPointer(yp)};
  if (transient->langevin && transient_strays(transient, N_VGetArrayPointer(y)))
    return 1;
  int bad = system_residual(transient->system, &point, transient->F);
  memcpy(N_VGetArrayPointer(r), transient->F, (size_t)transient->system->n * sizeof(double));
  return bad;
}

static int jacobian(double t, double cj, N_Vector y, N_Vector yp, N_Vector r, SUNMatrix matrix,
                    void *user, N_Vector a, N_Vector b, N_Vector c) {
  struct transient *transient = user;
  (void)r, (void)matrix, (void)a, (void)b, (void)c;
  struct system_point point = {.mode = SYSTEM_TRANSIENT,
                               .frozen = transient->frozen,
                               .t = t,
                               .y = N_VGetArrayPointer(y),
                               .yp = N_VGetArrayPointer(yp),
                               .cj = cj};
  return system_jacobian(transient->system, &point, transient->F);
}

/** Error weights: potentials rtol V_T; ions rtol min(x, 1 - x) + atol, and with forces a part of an
 * ion. */
int transient_weights(N_Vector y, N_Vector w, void *user) {
  struct transient *transient = user;
  const double *x = N_VGetArrayPointer(y);
  double *weight = N_VGetArrayPointer(w);
  double rtol = transient->settings->rtol, atol = rtol * transient->settings->atol_fraction;
  for (int g = 0; g < transient->system->n; g++) {
    weight[g] = transient->weight[g];
    if (weight[g] > 0.0)
      continue;
    double size = fabs(x[g]);
    if (transient->limited[g])
      size = fmin(size, fabs(1.0 - x[g]));
    weight[g] = 1.0 / (rtol * size + atol + transient->blur[g]);
  }
  return 0;
}

static int root(double t, N_Vector y, N_Vector yp, double *g, void *user) {
  const struct transient *transient = user;
  (void)t, (void)yp;
  g[0] = fabs(N_VGetArrayPointer(y)[transient->watch.current]) - transient->watch.threshold;
  return 0;
}

void transient_rates(const struct transient_watch *watch, const struct system *system,
                     const double *y, double rates[TRANSIENT_INTEGRALS]) {
  rates[0] = rates[1] = rates[2] = 0.0;
  if (!watch->enabled)
    return;
  double I = y[watch->current];
  double V =
      system_net(system, y, watch->terminal_net[0]) - system_net(system, y, watch->terminal_net[1]);
  if (watch->source >= 0) {
    const struct element *source = &system->elements[watch->source];
    double V_source = system_net(system, y, source->net[0]) - system_net(system, y, source->net[1]);
    rates[0] = -V_source * y[system->branch_base + watch->source];
  }
  rates[1] = V * I;
  rates[2] = I;
}

static int quadrature(double t, N_Vector y, N_Vector yp, N_Vector rate, void *user) {
  struct transient *transient = user;
  (void)t, (void)yp;
  transient_rates(&transient->watch, transient->system, N_VGetArrayPointer(y),
                  N_VGetArrayPointer(rate));
  return 0;
}

/* ---- create ---- */

static void fill_weights(struct transient *transient) {
  const struct system *system = transient->system;
  double rtol = transient->settings->rtol;
  double V_T = run_thermal_voltage(system->run);
  double potential = 1.0 / (rtol * V_T);
  for (int g = 0; g < system->n; g++)
    transient->weight[g] = WEIGHT_NONE;
  for (int g = system->net_base; g < system->branch_base; g++)
    transient->weight[g] = potential;
  for (size_t i = 0; i < system->n_instances; i++) {
    const struct system_instance *instance = &system->instances[i];
    const struct model *model = &instance->device->model;
    for (int k = 0; k < instance->device->n_nodes; k++)
      for (int j = 0; j < model->n_unknowns; j++) {
        int g = instance->dof[k * model->n_unknowns + j], s = j - 1;
        if (g == system->n)
          continue;
        bool species = j >= 1 && j <= model->n_species;
        transient->weight[g] = potential;
        if (j == model->heat)
          transient->weight[g] = 1.0 / (TEMPERATURE_PART * rtol * model->T);
        if (model_is_excess(model, j))
          transient->weight[g] = 1.0 / rtol; /* over k T_0 */
        if (species && model->carrier[s])
          transient->weight[g] = potential / transient->settings->phi_factor;
        if (species && !model->carrier[s]) {
          transient->weight[g] = 0.0;
          transient->limited[g] = model_is_limited(model, s);
        }
      }
  }
}

/** Does attraction make fronts in any device? */
static bool has_fronts(const struct system *system) {
  for (size_t d = 0; d < system->n_devices; d++)
    if (system->devices[d]->model.n_fields > 0)
      return true;
  return false;
}

enum hd_status transient_check(int flag, const char *what, struct hd_error *err) {
  if (flag >= 0)
    return HD_OK;
  return hd_fail(err, HD_INTERNAL, "the time integrator refused %s (IDAS %d)", what, flag);
}

static enum hd_status create_vectors(struct transient *transient, const double *y,
                                     struct hd_error *err) {
  const struct system *system = transient->system;
  size_t n = (size_t)system->n;
  if (SUNContext_Create(NULL, &transient->context) != 0)
    return hd_fail(err, HD_MEMORY, "out of memory for the time integrator");
  transient->y = N_VNew_Serial(system->n, transient->context);
  transient->yp = N_VNew_Serial(system->n, transient->context);
  transient->id = N_VNew_Serial(system->n, transient->context);
  transient->quad = N_VNew_Serial(TRANSIENT_INTEGRALS, transient->context);
  transient->matrix = sunlinear_matrix(transient->context);
  transient->solver = sunlinear_create(transient->plan->linear, transient->context);
  transient->ida = IDACreate(transient->context);
  if (!transient->y || !transient->yp || !transient->id || !transient->quad || !transient->matrix ||
      !transient->solver || !transient->ida)
    return hd_fail(err, HD_MEMORY, "out of memory for the time integrator");
  vector_tune(transient->y);
  vector_tune(transient->yp);
  vector_tune(transient->id);
  memcpy(N_VGetArrayPointer(transient->y), y, n * sizeof(double));
  system_clear_inflow(system, N_VGetArrayPointer(transient->y));
  N_VConst(0.0, transient->yp);
  N_VConst(0.0, transient->quad);
  system_differential(system, transient->frozen, N_VGetArrayPointer(transient->id));
  return HD_OK;
}

/** A message of SUNDIALS is not for users: failures are told by transient_advance. */
static void silent(int code, const char *module, const char *function, char *message, void *user) {
  (void)code, (void)module, (void)function, (void)message, (void)user;
}

static enum hd_status create_ida(struct transient *transient, struct hd_error *err) {
  const struct solver_spec *settings = transient->settings;
  void *ida = transient->ida;
  TRY(transient_check(IDASetErrHandlerFn(ida, silent, NULL), "its message handler", err));
  TRY(transient_check(IDAInit(ida, residual, 0.0, transient->y, transient->yp), "the system", err));
  TRY(transient_check(IDASetUserData(ida, transient), "its data", err));
  TRY(transient_check(IDAWFtolerances(ida, transient_weights), "the tolerances", err));
  TRY(transient_check(IDASetId(ida, transient->id), "the kinds of unknowns", err));
  TRY(transient_check(IDASetSuppressAlg(ida, SUNTRUE), "the error test", err));
  TRY(transient_check(IDASetMaxOrd(ida, settings->max_order), "the order", err));
  TRY(transient_check(IDASetMaxConvFails(ida, FAILURES_MAX), "the number of failures", err));
  TRY(transient_check(IDASetMaxErrTestFails(ida, FAILURES_MAX), "the number of failures", err));
  TRY(transient_check(IDASetMaxNumSteps(ida, -1), "the number of steps", err));
  if (!isnan(settings->max_step))
    TRY(transient_check(IDASetMaxStep(ida, settings->max_step), "the largest step", err));
  if (!isnan(settings->min_step))
    TRY(transient_check(IDASetMinStep(ida, settings->min_step), "the smallest step", err));
  TRY(transient_check(IDASetLinearSolver(ida, transient->solver, transient->matrix), "the solver",
                      err));
  TRY(transient_check(IDASetJacFn(ida, jacobian), "the Jacobian", err));
  TRY(transient_check(IDAQuadInit(ida, quadrature, transient->quad), "the integrals", err));
  if (transient->watch.enabled) {
    TRY(transient_check(IDARootInit(ida, 1, root), "the root", err));
    TRY(transient_check(IDASetNoInactiveRootWarn(ida), "the root", err));
  }
  return HD_OK;
}

static enum hd_status transient_fill(struct transient *transient, const double *y,
                                     struct hd_error *err) {
  struct system *system = transient->system;
  size_t n = (size_t)system->n + 1;
  TRY(system_plan(system, SYSTEM_TRANSIENT, transient->frozen, &transient->plan, err));
  TRY(hd_alloc(&transient->F, n, sizeof(double), err));
  TRY(hd_alloc(&transient->row, n, sizeof(double), err));
  TRY(hd_alloc(&transient->ion, n, sizeof(bool), err));
  TRY(hd_alloc(&transient->blur, n, sizeof(double), err));
  TRY(hd_alloc(&transient->weight, n, sizeof(double), err));
  TRY(hd_alloc(&transient->limited, n, sizeof(bool), err));
  TRY(hd_alloc(&transient->slope, system->run->circuit.n_elements, sizeof(double), err));
  fill_weights(transient);
  TRY(create_vectors(transient, y, err));
  return create_ida(transient, err);
}

/**
 * An integrator at t = 0 with a state at rest.
 * y       [n] a steady or equilibrium state; its derivatives are zero
 * Errors  HD_MEMORY, HD_INTERNAL
 */
enum hd_status transient_create(struct transient **out, struct system *system, bool frozen,
                                const struct transient_watch *watch, const double *y,
                                struct hd_error *err) {
  struct transient *transient = NULL;
  TRY(hd_alloc(&transient, 1, sizeof *transient, err));
  transient->system = system;
  transient->settings = &system->run->solver;
  transient->frozen = frozen;
  transient->watch = *watch;
  enum hd_status status = transient_fill(transient, y, err);
  if (status != HD_OK)
    transient_free(&transient);
  *out = transient;
  return status;
}

/** Free; NULL is accepted. */
void transient_free(struct transient **transient) {
  if (!*transient)
    return;
  struct transient *t = *transient;
  transient_sensitivity_free(t);
  IDAFree(&t->ida);
  sunlinear_free(&t->solver, &t->matrix);
  N_VDestroy(t->y);
  N_VDestroy(t->yp);
  N_VDestroy(t->id);
  N_VDestroy(t->quad);
  SUNContext_Free(&t->context);
  hd_free(&t->F);
  hd_free(&t->row);
  hd_free(&t->blur);
  hd_free(&t->ion);
  hd_free(&t->weight);
  hd_free(&t->limited);
  hd_free(&t->slope);
  hd_free(transient);
}

/* ---- stretches ---- */

static void add_counts(struct transient *transient) {
  struct transient_counts now = {0};
  if (transient->started) {
    IDAGetNumSteps(transient->ida, &now.steps);
    IDAGetNumNonlinSolvIters(transient->ida, &now.newton_iterations);
    IDAGetNumErrTestFails(transient->ida, &now.error_test_failures);
    IDAGetNumStepSolveFails(transient->ida, &now.convergence_failures);
  }
  transient->total.steps += now.steps;
  transient->total.newton_iterations += now.newton_iterations;
  transient->total.error_test_failures += now.error_test_failures;
  transient->total.convergence_failures += now.convergence_failures;
}

static double first_step(const struct transient *transient) {
  if (transient->changed && transient->settle > 0.0)
    return transient->settle;
  double step = FIRST_STEP_FRACTION * (transient->stop - transient->t);
  if (transient->last_step > 0.0)
    step = fmin(step, transient->last_step);
  if (!isnan(transient->settings->initial_step))
    step = fmin(step, transient->settings->initial_step);
  return step;
}

/** Where IDAS stops: at the end of the stretch, or of the interval of the forces before it. */
static double next_pause(const struct transient *transient) {
  const struct langevin *langevin = transient->langevin;
  return langevin && !langevin_over(langevin, transient->stop) ? langevin_end(langevin)
                                                               : transient->stop;
}

/** Let IDAS begin at the present state, with order one. */
static enum hd_status restart(struct transient *transient, double step, struct hd_error *err) {
  void *ida = transient->ida;
  transient->pause = next_pause(transient);
  bool dear =
      !transient->own && !has_fronts(transient->system) && linear_is_dear(transient->plan->linear);
  TRY(transient_check(IDASetDeltaCjLSetup(ida, dear ? CJ_CHANGE_DEAR : CJ_CHANGE),
                      "the age of the matrix", err));
  TRY(transient_check(IDAReInit(ida, transient->t, transient->y, transient->yp), "a restart", err));
  TRY(transient_check(IDAQuadReInit(ida, transient->quad), "a restart", err));
  if (transient->own)
    TRY(transient_sensitivity_restart(transient, err));
  TRY(transient_check(IDASetInitStep(ida, step), "the first step", err));
  TRY(transient_check(IDASetStopTime(ida, transient->pause), "the stop time", err));
  transient->started = true;
  return HD_OK;
}

/* ---- intervals of the forces ---- */

/** A new interval of the forces within a stretch. */
static enum hd_status next_interval(struct transient *transient, struct hd_error *err) {
  add_counts(transient);
  transient_change_forces(transient);
  return restart(transient, first_step(transient), err);
}

/**
 * Begin the stretch from the present time to `stop`, on which all waveforms are smooth.
 * The state goes on; the rates of potentials and levels take the jump of the sources' slopes.
 */
enum hd_status transient_begin(struct transient *transient, double stop, struct hd_error *err) {
  add_counts(transient);
  transient->stop = stop;
  if (transient->own)
    TRY(transient_sensitivity_begin(transient, err));
  if (!transient->started)
    kink_jump_values(transient->system, N_VGetArrayPointer(transient->y));
  else
    kink_align(transient->system, transient->frozen, transient->t, N_VGetArrayPointer(transient->y),
               N_VGetArrayPointer(transient->yp), transient->F);
  kink_jump_slopes(transient->system, transient->t, stop, transient->slope,
                   N_VGetArrayPointer(transient->y), N_VGetArrayPointer(transient->yp));
  if (transient->langevin && langevin_over(transient->langevin, transient->t))
    transient_change_forces(transient);
  return restart(transient, first_step(transient), err);
}

/* ---- checkpoints ---- */

double transient_stop(const struct transient *transient) {
  return transient->stop;
}

/** Second derivative of the solution by the steps so far: [n] out. */
static int curvature(struct transient *transient, N_Vector out) {
  int order = 1;
  int flag = IDAGetLastOrder(transient->ida, &order);
  if (flag < 0 || order > 1)
    return flag < 0 ? flag : IDAGetDky(transient->ida, transient->t, 2, out);
  flag = IDAGetEstLocalErrors(transient->ida, out); /* h^2 y'' / 2 */
  N_VScale(2.0 / (transient->last_step * transient->last_step), out, out);
  return flag;
}

/**
 * First step behind a checkpoint: the one of order one that has half the error that is allowed,
 * h^2 |y''| / 2 = 1/2, and at most twice the last one. It does not depend on how many steps ago the
 * last checkpoint was, so checkpoints in a row cost no more than steps of order one.
 * step    out, s
 * Errors  HD_INTERNAL, HD_MEMORY
 */
static enum hd_status restart_step(struct transient *transient, double *step,
                                   struct hd_error *err) {
  N_Vector second = N_VClone(transient->y), weight = N_VClone(transient->y);
  enum hd_status status = HD_OK;
  if (!second || !weight)
    status = hd_fail(err, HD_MEMORY, "out of memory for a checkpoint");
  if (status == HD_OK)
    status = transient_check(curvature(transient, second), "its curvature", err);
  if (status == HD_OK) {
    transient_weights(transient->y, weight, transient);
    double norm = N_VWrmsNormMask(second, weight, transient->id);
    *step = fmin(2.0 * transient->last_step, 1.0 / sqrt(fmax(norm, DBL_MIN)));
  }
  if (second)
    N_VDestroy(second);
  if (weight)
    N_VDestroy(weight);
  return status;
}

enum hd_status transient_save(struct transient *transient, struct store *store,
                              struct hd_error *err) {
  size_t n = (size_t)transient->system->n;
  struct transient_counts counts = transient_counts(transient);
  const double total[] = {(double)counts.steps, (double)counts.newton_iterations,
                          (double)counts.error_test_failures, (double)counts.convergence_failures};
  double clock[] = {transient->t, transient->stop, transient->last_step, 0.0, transient->settle};
  TRY(restart_step(transient, &clock[3], err));
  TRY(store_put(store, "transient_y", n, N_VGetArrayPointer(transient->y), err));
  TRY(store_put(store, "transient_yp", n, N_VGetArrayPointer(transient->yp), err));
  TRY(store_put(store, "transient_integrals", TRANSIENT_INTEGRALS,
                N_VGetArrayPointer(transient->quad), err));
  TRY(store_put(store, "transient_slopes", transient->system->run->circuit.n_elements,
                transient->slope, err));
  if (transient->langevin)
    TRY(langevin_save(transient->langevin, store, err));
  TRY(store_put(store, "transient_clock", 5, clock, err));
  return store_put(store, "transient_counts", 4, total, err);
}

enum hd_status transient_restore(struct transient *transient, const struct store *store,
                                 struct hd_error *err) {
  size_t n = (size_t)transient->system->n;
  double total[4], clock[5];
  TRY(store_get(store, "transient_y", n, N_VGetArrayPointer(transient->y), err));
  TRY(store_get(store, "transient_yp", n, N_VGetArrayPointer(transient->yp), err));
  TRY(store_get(store, "transient_integrals", TRANSIENT_INTEGRALS,
                N_VGetArrayPointer(transient->quad), err));
  TRY(store_get(store, "transient_slopes", transient->system->run->circuit.n_elements,
                transient->slope, err));
  if (transient->langevin)
    TRY(langevin_restore(transient->langevin, store, err));
  TRY(store_get(store, "transient_clock", 5, clock, err));
  TRY(store_get(store, "transient_counts", 4, total, err));
  transient->t = clock[0];
  transient->stop = clock[1];
  transient->last_step = clock[2];
  transient->settle = clock[4];
  transient_watch_range(transient);
  transient->total =
      (struct transient_counts){(long)total[0], (long)total[1], (long)total[2], (long)total[3]};
  return restart(transient, clock[3], err);
}

/* ---- advance ---- */

static int worst_row(struct transient *transient) {
  residual(transient->t, transient->y, transient->yp, transient->id, transient);
  system_differential(transient->system, transient->frozen, N_VGetArrayPointer(transient->id));
  int row = 0;
  for (int g = 1; g < transient->system->n; g++)
    if (!(fabs(transient->F[g]) <= fabs(transient->F[row])))
      row = g;
  return row;
}

static enum hd_status failed(struct transient *transient, int flag, struct hd_error *err) {
  char place[256];
  double step = 0.0;
  IDAGetCurrentStep(transient->ida, &step);
  int row = worst_row(transient);
  system_row_place(transient->system, row, place, sizeof place);
  const char *why = flag == IDA_ERR_FAIL      ? "the error test failed at the smallest step"
                    : flag == IDA_CONV_FAIL   ? "Newton did not converge at the smallest step"
                    : flag == IDA_LSETUP_FAIL ? "the matrix is singular"
                                              : "the step could not be taken";
  return hd_fail(err, HD_CONVERGENCE,
                 "time integration stopped at t = %.9g s with step %.3g s: %s; largest residual "
                 "%.3g in %s; try a smaller solver.rtol, longer rise times of the sources, or "
                 "mesh.refine = 2",
                 transient->t, step, why, transient->F[row], place);
}

/** Fractions outside this range are a failure, whatever the error test says. */
static const double FRACTION_LOW = -0.05, FRACTION_HIGH = 1.05;

static enum hd_status check_fractions(struct transient *transient, struct hd_error *err) {
  const double *y = N_VGetArrayPointer(transient->y);
  transient_watch_range(transient);
  for (int g = 0; g < transient->system->n; g++) {
    if (!transient->limited[g] || (y[g] >= FRACTION_LOW && y[g] <= FRACTION_HIGH))
      continue;
    char place[256];
    system_row_place(transient->system, g, place, sizeof place);
    return hd_fail(err, HD_CONVERGENCE,
                   "at t = %.9g s the site fraction is %.4g in %s, must be within 0 and 1: the "
                   "time steps are too coarse; try a smaller solver.rtol (now %.1g)",
                   transient->t, y[g], place, transient->settings->rtol);
  }
  return HD_OK;
}

/**
 * Take one accepted step, at most to the stop time.
 * event   out: a step, a crossing of the threshold, or the stop time reached
 * Errors  HD_CONVERGENCE with time, equation and place
 */
enum hd_status transient_advance(struct transient *transient, enum transient_event *event,
                                 struct hd_error *err) {
  double t = transient->t;
  if (transient->langevin && langevin_over(transient->langevin, t))
    TRY(next_interval(transient, err));
  int flag =
      IDASolve(transient->ida, transient->pause, &t, transient->y, transient->yp, IDA_ONE_STEP);
  if (flag < 0)
    return failed(transient, flag, err);
  transient->t = t;
  IDAGetLastStep(transient->ida, &transient->last_step);
  double t_quad;
  IDAGetQuad(transient->ida, &t_quad, transient->quad);
  int direction = 0;
  if (flag == IDA_ROOT_RETURN)
    IDAGetRootInfo(transient->ida, &direction);
  *event = flag == IDA_ROOT_RETURN ? (direction > 0 ? TRANSIENT_UP : TRANSIENT_DOWN)
           : flag == IDA_TSTOP_RETURN && transient->pause == transient->stop ? TRANSIENT_STOP
                                                                             : TRANSIENT_STEP;
  if (transient->changed)
    TRY(transient_settled(transient, err));
  TRY(temperature_check(transient->system, N_VGetArrayPointer(transient->y), t, err));
  return check_fractions(transient, err);
}

double transient_time(const struct transient *transient) {
  return transient->t;
}

double transient_last_step(const struct transient *transient) {
  return transient->last_step;
}

const double *transient_state(const struct transient *transient) {
  return N_VGetArrayPointer(transient->y);
}

const double *transient_derivative(const struct transient *transient) {
  return N_VGetArrayPointer(transient->yp);
}

/** Derivative of order k inside the last step by the integrator's own polynomial. */
static enum hd_status polynomial(struct transient *transient, double t, int k, double *values,
                                 struct hd_error *err) {
  N_Vector out = N_VMake_Serial(transient->system->n, values, transient->context);
  if (!out)
    return hd_fail(err, HD_MEMORY, "out of memory for an output point");
  int flag = IDAGetDky(transient->ida, t, k, out);
  N_VDestroy(out);
  return transient_check(flag, "an output time outside the last step", err);
}

/** Solution and its derivative at a time within the last step. */
enum hd_status transient_interpolate(struct transient *transient, double t, double *y, double *yp,
                                     struct hd_error *err) {
  TRY(polynomial(transient, t, 0, y, err));
  return polynomial(transient, t, 1, yp, err);
}

/** Integrals of power and charge since the start. */
struct transient_integrals transient_integrals(struct transient *transient) {
  const double *q = N_VGetArrayPointer(transient->quad);
  return (struct transient_integrals){.E_source = q[0], .E_device = q[1], .charge = q[2]};
}

/** Work done so far. */
struct transient_counts transient_counts(const struct transient *transient) {
  struct transient copy = *transient;
  add_counts(&copy);
  return copy.total;
}
