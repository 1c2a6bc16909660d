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

/** Undamped Newton until the update no longer falls; `old` and dt: implicit Euler, or dt = 0. */
static void newton(struct rig *rig, enum system_mode mode, const double *old, double t, double dt) {
  enum { ITERATIONS = 60 };
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
    if (last < good && size >= 0.1 * last)
      break;
    for (int g = 0; g < n; g++)
      rig->y[g] -= rig->F[g];
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

/* ---- currents inside ---- */

void rig_conduction(const struct rig *rig, const double *y, const double *yp, double *current) {
  system_gather(rig->system, y, yp, 0.0);
  const struct system_instance *instance = rig_instance(rig);
  const struct model *model = &instance->device->model;
  const struct mesh *mesh = instance->device->mesh;
  int N = model->n_unknowns;
  size_t S = (size_t)model->n_species;
  for (size_t e = 0; e < mesh->n_edge_parts; e++) {
    const struct edge_part *edge = &mesh->edge_parts[e];
    struct model_flux flux;
    model_edge(model, edge->region, edge->length, &instance->u[edge->k * N],
               &instance->u[edge->l * N], &instance->state[(size_t)edge->part_k * S],
               &instance->state[(size_t)edge->part_l * S], false, &flux);
    current[e] = 0.0;
    for (size_t s = 0; s < S; s++)
      current[e] += model->q * model->charge[s] * edge->measure * flux.F[s];
  }
}

/** Matrix of -div(eps grad) with the identity at contact nodes. */
static void laplace(struct stamp *stamp, const struct device *device) {
  for (size_t e = 0; e < device->mesh->n_edge_parts; e++) {
    const struct edge_part *edge = &device->mesh->edge_parts[e];
    double g = device->model.regions[edge->region].eps * edge->measure;
    int k = device->terminal_of[edge->k] < 0 ? edge->k : -1;
    int l = device->terminal_of[edge->l] < 0 ? edge->l : -1;
    stamp_add(stamp, k, edge->k, g);
    stamp_add(stamp, k, edge->l, -g);
    stamp_add(stamp, l, edge->l, g);
    stamp_add(stamp, l, edge->k, -g);
  }
  for (int k = 0; k < device->n_nodes; k++)
    if (device->terminal_of[k] >= 0)
      stamp_add(stamp, k, k, 1.0);
}

/** rho' of every node in C/s, or V' at contact nodes. Needs gathered states and rates. */
static void charge_rate(const struct rig *rig, const double *yp, double *rate) {
  const struct system_instance *instance = rig_instance(rig);
  const struct device *device = instance->device;
  const struct model *model = &device->model;
  int N = model->n_unknowns;
  for (size_t i = 0; i < device->mesh->n_node_parts; i++) {
    const struct node_part *part = &device->mesh->node_parts[i];
    for (int s = 0; s < model->n_species; s++) {
      double da = 0.0;
      for (int j = 0; j < N; j++)
        da += model->A[s][j] * instance->up[part->node * N + j];
      rate[part->node] += model->q * model->charge[s] * part->volume * da *
                          instance->state[i * (size_t)model->n_species + (size_t)s].d_c;
    }
  }
  for (int k = 0; k < device->n_nodes; k++)
    if (device->terminal_of[k] >= 0)
      rate[k] = system_net(rig->system, yp, instance->spec->net[device->terminal_of[k]]);
}

void rig_total_current(const struct rig *rig, const double *y, const double *yp, double *current) {
  rig_conduction(rig, y, yp, current);
  const struct device *device = rig_instance(rig)->device;
  struct stamp stamp = {0};
  struct sparse matrix = {0};
  struct linear *linear = NULL;
  struct hd_error err = {0};
  double *rate = NULL;
  require(hd_alloc(&rate, (size_t)device->n_nodes, sizeof(double), &err), &err);
  charge_rate(rig, yp, rate);
  stamp_record(&stamp, device->n_nodes);
  laplace(&stamp, device);
  require(stamp_finish(&stamp, &matrix, &err), &err);
  laplace(&stamp, device);
  require(linear_create(&linear, &matrix, ORDERING_AMD, &err), &err);
  ck_assert_int_eq(linear_factor(linear), 0);
  ck_assert_int_eq(linear_solve(linear, rate), 0);
  for (size_t e = 0; e < device->mesh->n_edge_parts; e++) {
    const struct edge_part *edge = &device->mesh->edge_parts[e];
    double g = device->model.regions[edge->region].eps * edge->measure;
    current[e] += g * (rate[edge->k] - rate[edge->l]);
  }
  linear_free(&linear);
  sparse_free(&matrix);
  stamp_free(&stamp);
  hd_free(&rate);
}

double rig_leak(const struct rig *rig, const double *current) {
  const struct device *device = rig_instance(rig)->device;
  double *sum = NULL, worst = 0.0;
  ck_assert_int_eq(hd_alloc(&sum, (size_t)device->n_nodes, sizeof(double), NULL), HD_OK);
  for (size_t e = 0; e < device->mesh->n_edge_parts; e++) {
    sum[device->mesh->edge_parts[e].k] += current[e];
    sum[device->mesh->edge_parts[e].l] -= current[e];
  }
  for (int k = 0; k < device->n_nodes; k++)
    if (device->terminal_of[k] < 0)
      worst = fmax(worst, fabs(sum[k]));
  hd_free(&sum);
  return worst;
}
