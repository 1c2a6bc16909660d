#include "solver/transient_parts.h"

#include <float.h>
#include <idas/idas.h>
#include <math.h>
#include "solver/base/memory.h"
#include "solver/kink.h"
#include "solver/sunlinear.h"
#include "solver/temperature.h"

/** First step after a kink, as a fraction of the way to the next one and of the last step. */
static const double FIRST_STEP_FRACTION = 1e-3;
/** Change of cj from which on the matrix is made anew (0.25 in IDA). A front moves on, and
 * iterations with an old matrix cost more than a new one; where no front can be and factors are
 * dear it is the other way round. Between two changes of random forces it hardly moves. With
 * sensitivities the matrix is made anew at the end of every step, which IDA does not know of: it
 * asks for another one only where c_j has changed much. */
static const double CJ_CHANGE = 0.1, CJ_CHANGE_FORCES = 0.25, CJ_CHANGE_DEAR = 0.6;

/* ---- create ---- */

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
  return langevin && langevin_ends_before(langevin, transient->stop) ? langevin_end(langevin)
                                                                     : transient->stop;
}

/** Does attraction make fronts in any device? */
static bool has_fronts(const struct system *system) {
  for (size_t d = 0; d < system->n_devices; d++)
    if (system->devices[d]->model.n_fields > 0)
      return true;
  return false;
}

enum hd_status transient_restart(struct transient *transient, double step, struct hd_error *err) {
  void *ida = transient->ida;
  transient->pause = next_pause(transient);
  transient->origin = transient->t;
  bool late =
      transient->own || (!has_fronts(transient->system) && linear_is_dear(transient->plan->linear));
  double change = late ? CJ_CHANGE_DEAR : transient->langevin ? CJ_CHANGE_FORCES : CJ_CHANGE;
  TRY(transient_check(IDASetDeltaCjLSetup(ida, change), "the age of the matrix", err));
  TRY(transient_check(IDAReInit(ida, 0.0, transient->y, transient->yp), "a restart", err));
  TRY(transient_check(IDAQuadReInit(ida, transient->quad), "a restart", err));
  if (transient->own)
    TRY(transient_sensitivity_restart(transient, err));
  TRY(transient_check(IDASetInitStep(ida, step), "the first step", err));
  TRY(transient_check(IDASetStopTime(ida, transient->pause - transient->origin), "the stop time",
                      err));
  transient->started = true;
  return HD_OK;
}

/* ---- intervals of the forces ---- */

/** A new interval of the forces within a stretch. */
static enum hd_status next_interval(struct transient *transient, struct hd_error *err) {
  add_counts(transient);
  transient_change_forces(transient);
  return transient_restart(transient, first_step(transient), err);
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
  return transient_restart(transient, first_step(transient), err);
}

/* ---- advance ---- */

static int worst_row(struct transient *transient) {
  transient_rows(transient, transient->F);
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
  double clock;
  if (transient->langevin && langevin_over(transient->langevin, transient->t))
    TRY(next_interval(transient, err));
  int flag = IDASolve(transient->ida, transient->pause - transient->origin, &clock, transient->y,
                      transient->yp, IDA_ONE_STEP);
  if (flag < 0)
    return failed(transient, flag, err);
  transient->t = flag == IDA_TSTOP_RETURN ? transient->pause : transient->origin + clock;
  IDAGetLastStep(transient->ida, &transient->last_step);
  IDAGetQuad(transient->ida, &clock, transient->quad);
  int direction = 0;
  if (flag == IDA_ROOT_RETURN)
    IDAGetRootInfo(transient->ida, &direction);
  *event = flag == IDA_ROOT_RETURN ? (direction > 0 ? TRANSIENT_UP : TRANSIENT_DOWN)
           : flag == IDA_TSTOP_RETURN && transient->pause == transient->stop ? TRANSIENT_STOP
                                                                             : TRANSIENT_STEP;
  if (transient->changed)
    TRY(transient_settled(transient, err));
  TRY(temperature_check(transient->system, N_VGetArrayPointer(transient->y), transient->t, err));
  return check_fractions(transient, err);
}

double transient_stop(const struct transient *transient) {
  return transient->stop;
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

/** IDAS's clock at a time within the last step; times are rounded more coarsely than that clock. */
double transient_clock(const struct transient *transient, double t) {
  double now, clock = t - transient->origin, rounding = DBL_EPSILON * fabs(t);
  IDAGetCurrentTime(transient->ida, &now);
  double before = now - transient->last_step;
  if (fabs(clock - now) <= rounding)
    return now;
  return fabs(clock - before) <= rounding ? before : clock;
}

/** Derivative of order k inside the last step by the integrator's own polynomial. */
static enum hd_status polynomial(struct transient *transient, double t, int k, double *values,
                                 struct hd_error *err) {
  N_Vector out = N_VMake_Serial(transient->system->n, values, transient->context);
  if (!out)
    return hd_fail(err, HD_MEMORY, "out of memory for an output point");
  int flag = IDAGetDky(transient->ida, transient_clock(transient, t), k, out);
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
