/* Making an integrator: what IDAS asks for (residuals, Jacobian, weights, a root, integrals), its
 * vectors and its settings. */
#include <idas/idas.h>
#include <math.h>
#include <string.h>
#include "solver/base/memory.h"
#include "solver/sunlinear.h"
#include "solver/transient_parts.h"
#include "solver/vector.h"

/** Weight of unknowns that must not decide anything (currents, multipliers), 1/unit. */
static const double WEIGHT_NONE = 1e-30;
/** Electrons of a dense filament relax within 1e-14 s while steps are 1e-6 s long: behind an edge a
 * step may have to shrink by many factors of 4 before it is taken, and the same when light is
 * switched on in the dark. */
enum { FAILURES_MAX = 60 };

/** Tolerance of temperatures in units of rtol T_0: levels of 10 kT then move by about rtol kT. */
static const double TEMPERATURE_PART = 0.1;

/* ---- callbacks: IDAS counts time from its last restart ---- */

struct system_point transient_point(const struct transient *transient, double clock, N_Vector y,
                                    N_Vector yp) {
  return (struct system_point){.mode = SYSTEM_TRANSIENT,
                               .frozen = transient->frozen,
                               .t = transient->origin + clock,
                               .y = N_VGetArrayPointer(y),
                               .yp = N_VGetArrayPointer(yp)};
}

static int residual(double clock, N_Vector y, N_Vector yp, N_Vector r, void *user) {
  struct transient *transient = user;
  struct system_point point = transient_point(transient, clock, y, yp);
  if (transient->langevin && transient_strays(transient, N_VGetArrayPointer(y)))
    return 1;
  if (transient->own && transient_sensitivity_idles(transient, &point))
    return 0;
  int bad = system_residual(transient->system, &point, transient->F);
  memcpy(N_VGetArrayPointer(r), transient->F, (size_t)transient->system->n * sizeof(double));
  return bad;
}

static int jacobian(double clock, double cj, N_Vector y, N_Vector yp, N_Vector r, SUNMatrix matrix,
                    void *user, N_Vector a, N_Vector b, N_Vector c) {
  struct transient *transient = user;
  (void)r, (void)matrix, (void)a, (void)b, (void)c;
  struct system_point point = transient_point(transient, clock, y, yp);
  point.cj = cj;
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

static int root(double clock, N_Vector y, N_Vector yp, double *g, void *user) {
  const struct transient *transient = user;
  (void)clock, (void)yp;
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

static int quadrature(double clock, N_Vector y, N_Vector yp, N_Vector rate, void *user) {
  struct transient *transient = user;
  struct system_point point = transient_point(transient, clock, y, yp);
  transient_rates(&transient->watch, transient->system, point.y, N_VGetArrayPointer(rate));
  if (transient->own)
    transient_sensitivity_await(transient, &point);
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

enum hd_status transient_fill(struct transient *transient, const double *y, struct hd_error *err) {
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
