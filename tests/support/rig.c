#include "tests/support/rig.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "solver/base/memory.h"

/* ---- open and close ---- */

static void require(enum hd_status status, const struct hd_error *err) {
  ck_assert_msg(status == HD_OK, "%s", err->text);
}

void rig_read(struct rig *rig, const char *path, const char *const *sets) {
  char full[2048];
  struct hd_error err = {0};
  *rig = (struct rig){0};
  snprintf(full, sizeof full, "%s%s", path[0] == '/' ? "" : HALIDRIFT_ROOT "/", path);
  require(plan_create(&rig->plan, full, sets, &err), &err);
}

static void write_deck(const char *text, char path[128]) {
  char here[64] = ".";
  snprintf(path, 128, "%s/deck.%ld.cfg", here, (long)getpid());
  FILE *file = fopen(path, "w");
  ck_assert_ptr_nonnull(file);
  fputs(text, file);
  fclose(file);
}

void rig_read_text(struct rig *rig, const char *text, const char *const *sets) {
  char path[128];
  struct hd_error err = {0};
  *rig = (struct rig){0};
  write_deck(text, path);
  enum hd_status status = plan_create(&rig->plan, path, sets, &err);
  remove(path);
  require(status, &err);
}

void rig_build(struct rig *rig) {
  struct hd_error err = {0};
  require(system_create(&rig->system, &rig->plan.spec, &err), &err);
  require(steady_create(&rig->steady, rig->system, &err), &err);
  size_t n = (size_t)rig->system->n + 1;
  require(hd_alloc(&rig->y, n, sizeof(double), &err), &err);
  require(hd_alloc(&rig->yp, n, sizeof(double), &err), &err);
  require(hd_alloc(&rig->F, n, sizeof(double), &err), &err);
  require(hd_alloc(&rig->sources, rig->plan.spec.circuit.n_elements, sizeof(double), &err), &err);
}

void rig_open(struct rig *rig, const char *path, const char *const *sets) {
  rig_read(rig, path, sets);
  rig_build(rig);
}

void rig_open_text(struct rig *rig, const char *text, const char *const *sets) {
  rig_read_text(rig, text, sets);
  rig_build(rig);
}

void rig_close(struct rig *rig) {
  steady_free(&rig->steady);
  system_free(&rig->system);
  hd_free(&rig->y);
  hd_free(&rig->yp);
  hd_free(&rig->F);
  hd_free(&rig->sources);
  plan_free(&rig->plan);
}

/* ---- names ---- */

const struct system_instance *rig_instance(const struct rig *rig) {
  return &rig->system->instances[0];
}

int rig_element(const struct rig *rig, const char *name) {
  const struct circuit_spec *circuit = &rig->plan.spec.circuit;
  for (size_t e = 0; e < circuit->n_elements; e++)
    if (strcmp(circuit->elements[e].name, name) == 0)
      return (int)e;
  ck_abort_msg("no element %s", name);
  return -1;
}

int rig_contact(const struct rig *rig, const char *name) {
  const struct device_spec *spec = rig_instance(rig)->device->spec;
  for (size_t c = 0; c < spec->n_contacts; c++)
    if (strcmp(spec->contacts[c].name, name) == 0)
      return (int)c;
  ck_abort_msg("no contact %s", name);
  return -1;
}

double rig_current(const struct rig *rig, const char *contact) {
  return rig->y[rig_instance(rig)->current_base + rig_contact(rig, contact)];
}

double rig_unknown(const struct rig *rig, int node, int j) {
  const struct system_instance *instance = rig_instance(rig);
  int g = instance->dof[node * instance->device->n_unknowns + j];
  return g < rig->system->n ? rig->y[g] : (double)NAN;
}

/* ---- states ---- */

void rig_equilibrium(struct rig *rig) {
  struct hd_error err = {0};
  require(steady_equilibrium(rig->steady, rig->y, &err), &err);
  memset(rig->sources, 0, rig->plan.spec.circuit.n_elements * sizeof(double));
  system_hold_ions(rig->system, rig->y);
}

void rig_move(struct rig *rig, const char *source, double value) {
  struct hd_error err = {0};
  size_t count = rig->plan.spec.circuit.n_elements;
  double *to = NULL;
  require(hd_alloc(&to, count, sizeof(double), &err), &err);
  memcpy(to, rig->sources, count * sizeof(double));
  to[rig_element(rig, source)] = value;
  require(steady_move(rig->steady, rig->y, rig->sources, to, &err), &err);
  memcpy(rig->sources, to, count * sizeof(double));
  hd_free(&to);
}

/** Largest relative size of a Newton update: V_T for potentials and nets, 1 for the rest. */
static double update_size(const struct rig *rig, const double *delta) {
  double worst = 0.0;
  for (size_t i = 0; i < rig->system->n_instances; i++) {
    const struct system_instance *instance = &rig->system->instances[i];
    for (int g = instance->base; g < instance->current_base; g++)
      worst = fmax(worst, fabs(delta[g]));
  }
  for (int g = rig->system->net_base; g < rig->system->branch_base; g++)
    worst = fmax(worst, fabs(delta[g]));
  return worst;
}

static double damp(double x) {
  return copysign(log1p(fabs(x)), x);
}

/** y -= delta; large steps of exponentials logarithmically, ions at most half way to a limit. */
static void take(struct rig *rig) {
  int n = rig->system->n;
  for (size_t i = 0; i < rig->system->n_instances; i++) {
    const struct system_instance *instance = &rig->system->instances[i];
    const struct model *model = &instance->device->model;
    for (int k = 0; k < instance->device->n_nodes; k++) {
      const int *dof = &instance->dof[k * model->n_unknowns];
      double step[MODEL_UNKNOWNS], psi = model->V_T * damp(-rig->F[dof[0]] / model->V_T);
      for (int j = 0; j < model->n_unknowns; j++)
        step[j] = dof[j] < n ? -rig->F[dof[j]] : 0.0;
      for (int s = 0; s < model->n_species; s++) {
        double eta = 0.0, others = model->A[s][0] * (psi - step[0]), x = rig->y[dof[1 + s]];
        for (int j = 0; j < model->n_unknowns; j++)
          eta += model->A[s][j] * step[j];
        if (model->carrier[s])
          step[1 + s] += (damp(eta) - eta - others) / model->A[s][1 + s];
        else if (step[1 + s] < 0.0)
          step[1 + s] = fmax(step[1 + s], -0.5 * fabs(x));
        else if (model_is_limited(model, s))
          step[1 + s] = fmin(step[1 + s], 0.5 * fabs(1.0 - x));
      }
      step[0] = psi;
      for (int j = 0; j < model->n_unknowns; j++)
        if (dof[j] < n)
          rig->F[dof[j]] = -step[j];
    }
  }
  for (int g = 0; g < n; g++)
    rig->y[g] -= rig->F[g];
}

/** Newton until the update no longer falls; `old` and dt: implicit Euler, or dt = 0. */
static void newton(struct rig *rig, enum system_mode mode, const double *old, double t, double dt) {
  enum { ITERATIONS = 100 };
  static const double good = 1e-9; /* V or a fraction: quadratic convergence ends at rounding */
  struct hd_error err = {0};
  struct system_plan *plan;
  int n = rig->system->n;
  double last = INFINITY;
  require(system_plan(rig->system, mode, rig->steady->frozen, &plan, &err), &err);
  struct system_point point = {.mode = mode,
                               .frozen = rig->steady->frozen,
                               .t = t,
                               .y = rig->y,
                               .yp = dt > 0.0 ? rig->yp : NULL,
                               .cj = dt > 0.0 ? 1.0 / dt : 0.0};
  for (int i = 0; i < ITERATIONS; i++) {
    for (int g = 0; g < n; g++)
      rig->yp[g] = dt > 0.0 ? (rig->y[g] - old[g]) / dt : 0.0;
    ck_assert_int_eq(system_jacobian(rig->system, &point, rig->F), 0);
    ck_assert_int_eq(linear_factor(plan->linear), 0);
    ck_assert_int_eq(linear_solve(plan->linear, rig->F), 0);
    double size = update_size(rig, rig->F);
    if (last < good && size >= last)
      break;
    take(rig);
    last = size;
  }
  ck_assert_msg(last < good, "Newton stays at an update of %g", last);
  for (int g = 0; g < n; g++)
    rig->yp[g] = dt > 0.0 ? (rig->y[g] - old[g]) / dt : 0.0;
}

void rig_polish(struct rig *rig) {
  newton(rig, SYSTEM_STEADY, NULL, 0.0, 0.0);
}

void rig_euler(struct rig *rig, double t, double dt) {
  size_t n = (size_t)rig->system->n;
  double *old = NULL;
  ck_assert_int_eq(hd_alloc(&old, n, sizeof(double), NULL), HD_OK);
  memcpy(old, rig->y, n * sizeof(double));
  newton(rig, SYSTEM_TRANSIENT, old, t + dt, dt);
  hd_free(&old);
}
