/* The silicon diode against ngspice CIDER and DEVSIM on the same meshes; see README.md. */
#include <check.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "solver/currents.h"
#include "tests/support/difference.h"
#include "tests/support/reference.h"
#include "tests/support/rig.h"

#define HERE "validation/silicon_diode/"

/* A/cm^2 of the references and A of a device of 1 cm^2, or A/cm and A of 1 cm depth, are equal. */

/** CIDER stops its Newton iterations where the current still changes by up to 6.5e-7. */
static const double cider_tolerance = 1e-6, cider_lowest = 0.05;
/** DEVSIM's currents at low bias are differences of large ones in double precision. */
static const double devsim_tolerance = 1e-6, devsim_lowest = 0.24;
/** The same of the mesh of 100 x 100 nodes, whose boxes are smaller. */
static const double devsim_lowest_100 = 0.48;
/** V: time-step errors of both sides; the accuracy asked of D2. */
static const double d2_tolerance = 1e-3;
/** Rounding of the sums over nodes that the coordinates add in different orders. */
static const double dimension_tolerance = 1e-10;

/** Relative, of the terminal currents: a thousand roundings. */
static const double sum_tolerance = 1e-12;

/** Run a deck, find each row of the reference, print and compare the currents. */
static void compare_currents(const char *deck, const char *const *sets, const char *file,
                             double lowest, double tolerance) {
  struct reference reference;
  struct table table;
  double worst = 0.0;
  reference_read(&reference, file);
  rig_run(&table, deck, sets, "out");
  for (size_t i = 0; i < reference.n_rows; i++) {
    double V = reference_at(&reference, i, 0), expected = reference_at(&reference, i, 1);
    size_t row = table_find(&table, "forward", "V(anode)_V", V);
    ck_assert_double_eq_tol(table_at(&table, row, "V(anode)_V"), V, 1e-9);
    double I = table_at(&table, row, "I(anode)_A"), error = fabs(I / expected - 1.0);
    printf("%s V = %.2f: %.10g, reference %.10g, difference %.1e\n", file, V, I, expected, error);
    if (V > lowest - 1e-9)
      worst = fmax(worst, error);
  }
  ck_assert_msg(worst < tolerance, "%s: largest difference %g, must be below %g", file, worst,
                tolerance);
  table_free(&table);
  reference_free(&reference);
}

START_TEST(d1_equals_cider_on_the_same_meshes) {
  static const int nodes[] = {200, 400, 800};
  for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++) {
    char intervals[64], file[128];
    const char *const sets[] = {intervals, NULL};
    snprintf(intervals, sizeof intervals, "device.mesh.intervals=%d", nodes[i] - 1);
    snprintf(file, sizeof file, HERE "cider_1d_iv_N%d.csv", nodes[i]);
    compare_currents(HERE "d1.cfg", sets, file, cider_lowest, cider_tolerance);
  }
}
END_TEST

START_TEST(d3_equals_cider_and_devsim_on_the_same_meshes) {
  const char *const coarse[] = {"device.mesh.intervals=29", "device.mesh.width_intervals=29", NULL};
  compare_currents(HERE "d3.cfg", coarse, HERE "cider_2d_iv_30.csv", cider_lowest, cider_tolerance);
  compare_currents(HERE "d3.cfg", NULL, HERE "cider_2d_iv_50.csv", cider_lowest, cider_tolerance);
  compare_currents(HERE "d3.cfg", NULL, HERE "devsim_2d_iv_50.csv", devsim_lowest,
                   devsim_tolerance);
}
END_TEST

/** Net current out of the nodes of a contact through the edges that leave it, A. */
static double boundary_sum(const struct rig *rig, int contact, const double *current) {
  const struct device *device = rig_instance(rig)->device;
  double sum = 0.0;
  for (size_t e = 0; e < device->mesh->n_edge_parts; e++) {
    const struct edge_part *edge = &device->mesh->edge_parts[e];
    bool k = device->terminal_of[edge->k] == contact, l = device->terminal_of[edge->l] == contact;
    if (k != l)
      sum += k ? current[e] : -current[e];
  }
  return sum;
}

/** Drift and diffusion of both carriers through the same edges, each by itself, A. */
static double opposite_sum(const struct rig *rig, int contact) {
  const struct system_instance *instance = rig_instance(rig);
  const struct model *model = &instance->device->model;
  const struct device *device = instance->device;
  int N = model->n_unknowns, S = model->n_species;
  double sum = 0.0;
  for (size_t e = 0; e < device->mesh->n_edge_parts; e++) {
    const struct edge_part *edge = &device->mesh->edge_parts[e];
    struct model_flux flux;
    if ((device->terminal_of[edge->k] == contact) == (device->terminal_of[edge->l] == contact))
      continue;
    model_edge(model, edge->region, edge->length, &instance->u[edge->k * N],
               &instance->u[edge->l * N], &instance->state[edge->part_k * S],
               &instance->state[edge->part_l * S], NULL, false, &flux);
    for (int s = 0; s < S; s++)
      sum += model->q * edge->measure * flux.exchange[s];
  }
  return sum;
}

/** Two sums over different edges, those that leave one contact and those that leave the other, and
 * the sum over all edges with the Ramo-Shockley function: the same current three times. At low bias
 * rounding of the opposite fluxes in the doped regions is larger than 1e-12 of their difference. */
START_TEST(d3_terminal_currents_sum_to_zero) {
  static const double volts[] = {0.48, 0.56, 0.64, 0.72, 0.8};
  struct rig rig;
  rig_open(&rig, HERE "d3.cfg", NULL);
  rig_equilibrium(&rig);
  int anode = rig_contact(&rig, "anode"), cathode = rig_contact(&rig, "cathode");
  double *current = malloc(rig_instance(&rig)->device->mesh->n_edge_parts * sizeof *current);
  ck_assert_ptr_nonnull(current);
  for (size_t i = 0; i < sizeof volts / sizeof *volts; i++) {
    rig_move(&rig, "V", volts[i]);
    rig_polish(&rig);
    rig_conduction(&rig, rig.y, NULL, current);
    double in = boundary_sum(&rig, anode, current), out = boundary_sum(&rig, cathode, current);
    double ramo = rig_current(&rig, "anode");
    double noise = DBL_EPSILON * (opposite_sum(&rig, anode) + opposite_sum(&rig, cathode));
    printf("V = %.2f: %.12g A in, sum %.1e, Ramo-Shockley %.1e of it, rounding %.1e\n", volts[i],
           in, fabs((in + out) / in), fabs(ramo / in - 1.0), noise / in);
    ck_assert_double_lt(fabs(in + out), sum_tolerance * in + noise);
    ck_assert_double_lt(fabs(in - ramo), sum_tolerance * in + noise);
  }
  free(current);
  rig_close(&rig);
}
END_TEST

START_TEST(d3_equals_devsim_on_a_fine_mesh) {
  const char *const fine[] = {"device.mesh.intervals=99", "device.mesh.width_intervals=99", NULL};
  compare_currents(HERE "d3.cfg", fine, HERE "devsim_2d_iv_100.csv", devsim_lowest_100,
                   devsim_tolerance);
}
END_TEST

START_TEST(d2_follows_the_fine_time_steps) {
  struct reference reference;
  struct table table;
  double worst = 0.0, at = 0.0;
  reference_read(&reference, HERE "cider_1d_tran_0p02ns.csv");
  rig_run(&table, HERE "d2.cfg", NULL, "out");
  for (size_t row = 0; row < table.n_rows; row++) {
    double t = table_at(&table, row, "time_s");
    double expected = reference_interpolate(&reference, 0, t, 2);
    double error = fabs(table_at(&table, row, "V(anode)_V") - expected);
    if (error > worst) {
      worst = error;
      at = t;
    }
  }
  printf("d2: largest difference %.3g mV at %.4g ns\n", 1e3 * worst, 1e9 * at);
  ck_assert_msg(worst < d2_tolerance, "V(anode) differs by %g V at %g s", worst, at);
  table_free(&table);
  reference_free(&reference);
}
END_TEST

START_TEST(d2_has_the_named_voltages) {
  static const struct {
    double t, V;
  } named[] = {{1e-9, .229071},  {2e-9, .408802},   {5e-9, .682168},    {19.9e-9, .695232},
               {21e-9, .534008}, {24e-9, -.239611}, {30e-9, -1.481898}, {39e-9, -1.945257}};
  struct table table;
  rig_run(&table, HERE "d2.cfg", NULL, "out");
  for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
    size_t row = table_find(&table, "switching", "time_s", named[i].t);
    ck_assert_double_eq_tol(table_at(&table, row, "time_s"), named[i].t, 1e-15);
    double V = table_at(&table, row, "V(anode)_V");
    printf("d2 t = %.3g ns: %.7f V, reference %.6f V\n", 1e9 * named[i].t, V, named[i].V);
    ck_assert_double_eq_tol(V, named[i].V, d2_tolerance);
  }
  table_free(&table);
}
END_TEST

/* ---- the same device in other coordinates ---- */

#define JUNCTION " = [\"0 um\", \"1 um\"]; acceptors = \"1e17 cm^-3\"; donors = \"0 cm^-3\"; })"
#define PLANAR                                                                                     \
  "device.coordinates=\"planar\"", "device.width=\"2 um\"", "device.mesh.width_intervals=3",       \
      "device.profiles=({ y" JUNCTION, "device.contacts[0].at=\"y_max\"",                          \
      "device.contacts[1].at=\"y_min\""
#define ROTATED                                                                                    \
  "device.coordinates=\"axisymmetric\"", "device.mesh.width_intervals=3",                          \
      "device.profiles=({ z" JUNCTION, "device.contacts[0].at=\"z_max\"",                          \
      "device.contacts[1].at=\"z_min\""

/* Cross-sections of 1 cm^2 (D1) and 1e-4 cm^2 (D2). */
static const char *const planar_1[] = {PLANAR, "device.depth=\"50 m\"", NULL};
static const char *const planar_2[] = {PLANAR, "device.depth=\"5 mm\"", NULL};
static const char *const rotated_1[] = {ROTATED, "device.radius=\"0.5641895835477563 cm\"", NULL};
static const char *const rotated_2[] = {ROTATED, "device.radius=\"0.005641895835477563 cm\"", NULL};

/** Biases of D1; implicit Euler steps of D2: see d2_step. */
enum { POINTS = 17, STEPS = 182 };

/** Anode currents of D1 at all biases, as exact numbers. */
static void d1_currents(const char *const *sets, double *I) {
  struct rig rig;
  struct currents *currents;
  struct hd_error err = {0};
  double both[2];
  rig_open(&rig, HERE "d1.cfg", sets);
  ck_assert_int_eq(currents_create(&currents, rig.system, &err), HD_OK);
  rig_equilibrium(&rig);
  for (int i = 0; i < POINTS; i++) {
    rig_move(&rig, "V", 0.05 * i);
    rig_polish(&rig);
    ck_assert_int_eq(currents_evaluate(currents, rig.y, NULL, 0.0, 0.0, false, both, &err), HD_OK);
    I[i] = both[rig_contact(&rig, "anode")];
  }
  currents_free(&currents);
  rig_close(&rig);
}

START_TEST(d1_is_the_same_in_all_coordinates) {
  const char *const *const others[] = {planar_1, rotated_1};
  double line[POINTS], other[POINTS];
  d1_currents(NULL, line);
  for (size_t c = 0; c < sizeof others / sizeof *others; c++) {
    d1_currents(others[c], other);
    for (int i = 1; i < POINTS; i++) {
      double error = fabs(other[i] / line[i] - 1.0);
      printf("%s V = %.2f: difference %.1e\n", others[c][0], 0.05 * i, error);
      ck_assert_msg(error < dimension_tolerance, "%s at %g V: %.15g A, in 1D %.15g A", others[c][0],
                    0.05 * i, other[i], line[i]);
    }
  }
}
END_TEST

/** Time steps of D2, s: behind either switching 10 of 0.02 ns, 9 of 0.2 ns, 72 of 0.25 ns. */
static double d2_step(int i) {
  int in_stretch = i % (STEPS / 2);
  return in_stretch < 10 ? 0.02e-9 : in_stretch < 19 ? 0.2e-9 : 0.25e-9;
}

/** One step of implicit Euler from `old`, plain Newton: the steps are small enough for it. */
static void euler(struct rig *rig, const double *old, double t, double dt) {
  enum { ITERATIONS = 30 };
  static const double good = 1e-12; /* V: behind it quadratic convergence is at rounding */
  struct hd_error err = {0};
  struct system_plan *plan;
  double worst = 1.0;
  ck_assert_int_eq(system_plan(rig->system, SYSTEM_TRANSIENT, false, &plan, &err), HD_OK);
  struct system_point point = {
      .mode = SYSTEM_TRANSIENT, .t = t, .y = rig->y, .yp = rig->yp, .cj = 1.0 / dt};
  for (int i = 0; i < ITERATIONS && worst > good; i++) {
    for (int g = 0; g < rig->system->n; g++)
      rig->yp[g] = (rig->y[g] - old[g]) / dt;
    ck_assert_int_eq(system_jacobian(rig->system, &point, rig->F), 0);
    ck_assert_int_eq(linear_factor(plan->linear), 0);
    ck_assert_int_eq(linear_solve(plan->linear, rig->F), 0);
    worst = 0.0;
    for (int g = 0; g < rig->system->n; g++) {
      rig->y[g] -= rig->F[g];
      worst = fmax(worst, fabs(rig->F[g]));
    }
  }
  ck_assert_double_le(worst, good);
}

/** V(anode) of D2 at equal time steps: the integrator's own depend on the number of nodes. */
static void d2_voltages(const char *const *sets, double *V) {
  struct rig rig;
  double t = 0.0;
  rig_open(&rig, HERE "d2.cfg", sets);
  rig_equilibrium(&rig);
  size_t n = (size_t)rig.system->n;
  double *old = malloc(n * sizeof *old);
  ck_assert_ptr_nonnull(old);
  int net = rig_instance(&rig)->spec->net[rig_contact(&rig, "anode")];
  for (int i = 0; i < STEPS; i++) {
    memcpy(old, rig.y, n * sizeof *old);
    t += d2_step(i);
    euler(&rig, old, t, d2_step(i));
    V[i] = system_net(rig.system, rig.y, net);
  }
  ck_assert_double_eq_tol(t, 40e-9, 1e-15);
  free(old);
  rig_close(&rig);
}

START_TEST(d2_is_the_same_in_all_coordinates) {
  const char *const *const others[] = {planar_2, rotated_2};
  double line[STEPS], other[STEPS];
  d2_voltages(NULL, line);
  for (size_t c = 0; c < sizeof others / sizeof *others; c++) {
    double worst = 0.0;
    d2_voltages(others[c], other);
    for (int i = 0; i < STEPS; i++)
      worst = fmax(worst, fabs(other[i] - line[i]));
    printf("d2 %s: V(anode) differs by %.1e V\n", others[c][0], worst);
    ck_assert_double_lt(worst, dimension_tolerance);
  }
}
END_TEST

int main(void) {
  const TTest *const tests[] = {d1_equals_cider_on_the_same_meshes,
                                d1_is_the_same_in_all_coordinates,
                                d2_has_the_named_voltages,
                                d2_follows_the_fine_time_steps,
                                d2_is_the_same_in_all_coordinates,
                                d3_equals_cider_and_devsim_on_the_same_meshes,
                                d3_equals_devsim_on_a_fine_mesh,
                                d3_terminal_currents_sum_to_zero,
                                NULL};
  return run_suite("silicon_diode", tests);
}
