/* A film with a mobile ion in the plane behind a capacitor, against DEVSIM; see README.md. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "solver/transient.h"
#include "tests/support/difference.h"
#include "tests/support/reference.h"
#include "tests/support/rig.h"

#define HERE "validation/ions_2d/"

enum { STEPS = 50 };
/** Columns of the reference. */
enum { COLUMN_T, COLUMN_DT, COLUMN_MID, COLUMN_TOP, COLUMN_I };
/** A smaller mesh where the reference is not needed. */
#define SMALL "device.mesh.intervals=19", "device.mesh.width_intervals=19"
static const char *const small[] = {SMALL, NULL};

/** V: half of the last of ten decimals, and where the reference ends its Newton iterations. */
static const double voltage_tolerance = 2e-10;
/** Relative: nine digits, and the same. */
static const double current_tolerance = 1e-7;
/** Rounding of sums over the nodes. */
static const double ion_tolerance = 1e-12;

/** Length of the reference's step k, s. */
static double step_length(int k) {
  return 1e-6 * pow(1.35, k);
}

static void open_at_step(struct rig *rig, const char *const *sets) {
  rig_open(rig, HERE "case.cfg", sets);
  rig_equilibrium(rig);
  rig->system->elements[rig_element(rig, "V")].waveform =
      rig->plan.spec.experiments[0].drives[0].waveform;
}

static double net(const struct rig *rig, const char *name) {
  const struct circuit_spec *circuit = &rig->plan.spec.circuit;
  for (size_t i = 0; i < circuit->n_nets; i++)
    if (strcmp(circuit->nets[i], name) == 0)
      return system_net(rig->system, rig->y, (int)i);
  ck_abort_msg("no net %s", name);
  return NAN;
}

/** Results at the ends of the reference's steps. */
struct curve {
  double mid[STEPS], top[STEPS], I[STEPS]; /* V(mid), V(top), I(R1) */
};

static void note(struct curve *curve, int k, const struct rig *rig) {
  curve->mid[k] = net(rig, "mid");
  curve->top[k] = net(rig, "top");
  curve->I[k] = rig->y[rig->system->branch_base + rig_element(rig, "R1")];
}

/* ---- the reference's own terminal current ---- */

static double *entry(struct sparse *matrix, int row, int column) {
  for (int64_t i = matrix->column[column]; i < matrix->column[column + 1]; i++)
    if (matrix->row[i] == row)
      return &matrix->value[i];
  ck_abort_msg("no entry %d, %d", row, column);
  return NULL;
}

/** Subtract sign (displacement + electrons + holes) through an edge, k -> l, from a row. */
static void subtract_edge(const struct rig *rig, const struct edge_part *edge, double sign,
                          double dt, int row, struct sparse *matrix) {
  const struct system_instance *instance = rig_instance(rig);
  const struct model *model = &instance->device->model;
  int N = model->n_unknowns;
  const int *at_k = &instance->dof[edge->k * N], *at_l = &instance->dof[edge->l * N];
  double g = model->regions[edge->region].eps * edge->measure;
  struct model_flux flux;
  model_edge(model, edge->region, edge->length, &instance->u[edge->k * N],
             &instance->u[edge->l * N], &instance->state[edge->part_k * model->n_species],
             &instance->state[edge->part_l * model->n_species], NULL, true, &flux);
  rig->F[row] -= sign * g * (rig->yp[at_k[0]] - rig->yp[at_l[0]]);
  *entry(matrix, row, at_k[0]) -= sign * g / dt;
  *entry(matrix, row, at_l[0]) += sign * g / dt;
  for (int s = 0; s < model->n_species; s++) {
    double charge = sign * model->q * model->charge[s] * edge->measure;
    if (!model->carrier[s])
      continue; /* what the reference leaves out */
    rig->F[row] -= charge * flux.F[s];
    for (int j = 0; j < N; j++)
      if (model->couples[s][j]) {
        *entry(matrix, row, at_k[j]) -= charge * flux.d_k[s][j];
        *entry(matrix, row, at_l[j]) -= charge * flux.d_l[s][j];
      }
  }
}

/** Put the reference's sum over the edges of `top` in place of our current. The row of the last
 * contact, which is `top`, closes the sum of all: that of `bottom` takes it with the other sign. */
static void replace_current(const struct rig *rig, double dt, struct sparse *matrix) {
  const struct device *device = rig_instance(rig)->device;
  int top = rig_contact(rig, "top");
  int row = rig_instance(rig)->current_base + rig_contact(rig, "bottom");
  for (int64_t i = 0; i < matrix->column[matrix->n]; i++)
    if (matrix->row[i] == row)
      matrix->value[i] = 0.0;
  *entry(matrix, row, row) = 1.0;
  rig->F[row] = rig->y[row];
  for (size_t e = 0; e < device->mesh->n_edge_parts; e++) {
    const struct edge_part *edge = &device->mesh->edge_parts[e];
    bool k = device->terminal_of[edge->k] == top, l = device->terminal_of[edge->l] == top;
    if (k != l)
      subtract_edge(rig, edge, k ? -1.0 : 1.0, dt, row, matrix);
  }
}

/** One step of implicit Euler from `old` with that current; Newton to rounding. */
static void reference_step(struct rig *rig, const double *old, double t, double dt) {
  enum { ITERATIONS = 20 };
  static const double good = 1e-11; /* V or a fraction: rounding behind quadratic convergence */
  struct system *system = rig->system;
  struct system_plan *plan;
  struct hd_error err = {0};
  double worst = 1.0;
  ck_assert_int_eq(system_plan(system, SYSTEM_TRANSIENT, false, &plan, &err), HD_OK);
  struct system_point point = {
      .mode = SYSTEM_TRANSIENT, .t = t, .y = rig->y, .yp = rig->yp, .cj = 1.0 / dt};
  for (int i = 0; i < ITERATIONS && worst > good; i++) {
    for (int g = 0; g < system->n; g++)
      rig->yp[g] = (rig->y[g] - old[g]) / dt;
    ck_assert_int_eq(system_jacobian(system, &point, rig->F), 0);
    replace_current(rig, dt, &plan->matrix);
    ck_assert_int_eq(linear_factor(plan->linear), 0);
    ck_assert_int_eq(linear_solve(plan->linear, rig->F), 0);
    worst = 0.0;
    for (int g = 0; g < system->n; g++)
      rig->y[g] -= rig->F[g];
    for (int g = 0; g < rig_instance(rig)->current_base; g++)
      worst = fmax(worst, fabs(rig->F[g]));
  }
  ck_assert_double_le(worst, good);
}

/** All steps with that current. */
static void reference_steps(struct curve *curve, const char *const *sets) {
  struct rig rig;
  double t = 0.0;
  open_at_step(&rig, sets);
  double *old = malloc((size_t)rig.system->n * sizeof *old);
  ck_assert_ptr_nonnull(old);
  for (int k = 0; k < STEPS; k++) {
    memcpy(old, rig.y, (size_t)rig.system->n * sizeof *old);
    t += step_length(k);
    reference_step(&rig, old, t, step_length(k));
    note(curve, k, &rig);
  }
  free(old);
  rig_close(&rig);
}

START_TEST(reference_steps_are_reproduced) {
  struct reference reference;
  struct curve ours;
  double worst_V = 0.0, worst_I = 0.0;
  reference_read(&reference, HERE "devsim_2d_ion_50.csv");
  ck_assert_uint_eq(reference.n_rows, STEPS);
  reference_steps(&ours, NULL);
  for (int k = 0; k < STEPS; k++) {
    size_t row = (size_t)k;
    double mid = fabs(ours.mid[k] - reference_at(&reference, row, COLUMN_MID));
    double top = fabs(ours.top[k] - reference_at(&reference, row, COLUMN_TOP));
    double I = fabs(ours.I[k] / reference_at(&reference, row, COLUMN_I) - 1.0);
    ck_assert_double_eq_tol(step_length(k) / reference_at(&reference, row, COLUMN_DT), 1.0, 1e-6);
    printf("t = %.4g s: V(mid) differs by %.1e V, V(top) by %.1e V, I(R1) by a part of %.1e\n",
           reference_at(&reference, row, COLUMN_T), mid, top, I);
    worst_V = fmax(worst_V, fmax(mid, top));
    worst_I = fmax(worst_I, I);
  }
  reference_free(&reference);
  printf("largest: %.1e V, I(R1) %.1e\n", worst_V, worst_I);
  ck_assert_msg(worst_V < voltage_tolerance, "voltages differ by %g V", worst_V);
  ck_assert_msg(worst_I < current_tolerance, "I(R1) differs by a part of %g", worst_I);
}
END_TEST

/* ---- our own current ---- */

/** Implicit Euler with our currents; each step of the reference is split into `parts`. */
static void euler(struct curve *curve, int parts) {
  struct rig rig;
  double t = 0.0;
  open_at_step(&rig, small);
  for (int k = 0; k < STEPS; k++) {
    double dt = step_length(k) / parts;
    for (int i = 0; i < parts; i++, t += dt)
      rig_euler(&rig, t, dt);
    note(curve, k, &rig);
  }
  rig_close(&rig);
}

/** The program's own transient. */
static void transient(struct curve *curve, const char *rtol) {
  const char *const sets[] = {SMALL, rtol, NULL};
  struct table table;
  double t = 0.0;
  rig_run(&table, HERE "case.cfg", sets, "out");
  for (int k = 0; k < STEPS; k++) {
    t += step_length(k);
    size_t row = table_find(&table, "step", "time_s", t);
    ck_assert_double_eq_tol(table_at(&table, row, "time_s") / t, 1.0, 1e-10);
    curve->mid[k] = table_at(&table, row, "V(mid)_V");
    curve->top[k] = table_at(&table, row, "V(top)_V");
    curve->I[k] = table_at(&table, row, "I(top)_A");
  }
  table_free(&table);
}

/** Largest difference of V(mid) and V(top), V. */
static double distance(const struct curve *a, const struct curve *b) {
  double worst = 0.0;
  for (int k = 0; k < STEPS; k++)
    worst = fmax(worst, fmax(fabs(a->mid[k] - b->mid[k]), fabs(a->top[k] - b->top[k])));
  return worst;
}

/** Largest relative difference of I(R1) behind the first steps, in which Euler does not see R C. */
static double current_distance(const struct curve *a, const struct curve *b) {
  double worst = 0.0;
  for (int k = 5; k < STEPS; k++)
    worst = fmax(worst, fabs(a->I[k] / b->I[k] - 1.0));
  return worst;
}

/** 2 fine - coarse: what is left of an error of first order when the step is halved, is gone. */
static void extrapolate(struct curve *out, const struct curve *coarse, const struct curve *fine) {
  for (int k = 0; k < STEPS; k++) {
    out->mid[k] = 2.0 * fine->mid[k] - coarse->mid[k];
    out->top[k] = 2.0 * fine->top[k] - coarse->top[k];
    out->I[k] = 2.0 * fine->I[k] - coarse->I[k];
  }
}

START_TEST(tolerances_converge) {
  static const double rtol[] = {1e-3, 1e-4, 1e-5};
  struct curve limit, ours;
  transient(&limit, "solver.rtol=1e-7");
  for (size_t i = 0; i < sizeof rtol / sizeof *rtol; i++) {
    char set[64];
    snprintf(set, sizeof set, "solver.rtol=%g", rtol[i]);
    transient(&ours, set);
    double V = distance(&ours, &limit), I = current_distance(&ours, &limit);
    printf("%s: V %.2e V, I(R1) %.2e from the limit\n", set, V, I);
    ck_assert_double_lt(V, rtol[i]);
    ck_assert_double_lt(I, 10.0 * rtol[i]);
  }
}
END_TEST

/** For table.py: all curves side by side. */
static void write_curves(const char *path, const char *const *names,
                         const struct curve *const *curves, size_t count) {
  FILE *file = fopen(path, "w");
  double t = 0.0;
  ck_assert_ptr_nonnull(file);
  fprintf(file, "time");
  for (size_t i = 0; i < count; i++)
    fprintf(file, ",%s_mid,%s_top,%s_I", names[i], names[i], names[i]);
  for (int k = 0; k < STEPS; k++) {
    t += step_length(k);
    fprintf(file, "\n%.6g", t);
    for (size_t i = 0; i < count; i++)
      fprintf(file, ",%.10g,%.10g,%.10g", curves[i]->mid[k], curves[i]->top[k], curves[i]->I[k]);
  }
  fprintf(file, "\n");
  fclose(file);
}

START_TEST(halved_steps_converge_to_the_same_limit) {
  enum { LEVELS = 4 };
  static const double order_tolerance = 0.05; /* of the factor 2: the steps' second order */
  struct curve limit, steps[LEVELS], extrapolated, reference;
  double V = 0.0, I = 0.0;
  transient(&limit, "solver.rtol=1e-7");
  for (int i = 0; i < LEVELS; i++) {
    double last_V = V, last_I = I;
    euler(&steps[i], 1 << i);
    V = distance(&steps[i], &limit);
    I = current_distance(&steps[i], &limit);
    printf("steps / %d: V %.3e V, I(R1) %.3e from the limit\n", 1 << i, V, I);
    ck_assert(i == 0 || fabs(last_V / V / 2.0 - 1.0) < order_tolerance);
    ck_assert(i == 0 || fabs(last_I / I / 2.0 - 1.0) < order_tolerance);
  }
  extrapolate(&extrapolated, &steps[LEVELS - 2], &steps[LEVELS - 1]);
  double left_V = distance(&extrapolated, &limit), left_I = current_distance(&extrapolated, &limit);
  printf("extrapolated: V %.3e V, I(R1) %.3e from the limit\n", left_V, left_I);
  ck_assert_double_lt(left_V, 0.1 * V);
  ck_assert_double_lt(left_I, 0.1 * I);
  reference_steps(&reference, small);
  printf("the reference's current instead of ours, same steps: V %.3e V, I(R1) %.3e\n",
         distance(&reference, &steps[0]), current_distance(&reference, &steps[0]));
  static const char *const names[] = {"parts_1",      "parts_2", "parts_4",          "parts_8",
                                      "extrapolated", "limit",   "reference_current"};
  const struct curve *const curves[] = {&steps[0],     &steps[1], &steps[2], &steps[3],
                                        &extrapolated, &limit,    &reference};
  write_curves("curves.csv", names, curves, sizeof names / sizeof *names);
  ck_assert_double_gt(distance(&reference, &steps[0]), 1e4 * voltage_tolerance);
}
END_TEST

/** At every step of the program's integrator. */
START_TEST(ions_are_conserved) {
  static const double ions = 1.6e8, end = 9.4; /* of 1 cm depth; s */
  const struct transient_watch watch = {.source = -1};
  enum transient_event event = TRANSIENT_STEP;
  struct transient *integrator = NULL;
  struct hd_error err = {0};
  struct rig rig;
  double worst = 0.0;
  open_at_step(&rig, small);
  ck_assert_int_eq(transient_create(&integrator, rig.system, false, &watch, rig.y, &err), HD_OK);
  ck_assert_int_eq(transient_begin(integrator, end, &err), HD_OK);
  while (event != TRANSIENT_STOP) {
    enum hd_status status = transient_advance(integrator, &event, &err);
    ck_assert_msg(status == HD_OK, "%s", err.text);
    double count = system_ion_count(rig.system, transient_state(integrator), 0, 0);
    worst = fmax(worst, fabs(count / ions - 1.0));
  }
  printf("ions: %.1e of %g\n", worst, ions);
  ck_assert_double_lt(worst, ion_tolerance);
  transient_free(&integrator);
  rig_close(&rig);
}
END_TEST

int main(void) {
  const TTest *const tests[] = {reference_steps_are_reproduced, tolerances_converge,
                                halved_steps_converge_to_the_same_limit, ions_are_conserved, NULL};
  return run_suite("ions_2d", tests);
}
