/* One perovskite layer with mobile vacancies against three other programs; see README.md. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "tests/support/difference.h"
#include "tests/support/reference.h"
#include "tests/support/rig.h"

#define HERE "validation/pvk1/"

/** What each case promises beside its cost, see the table in README.md. */
static const double dc_tolerance = 2e-4, triangle_tolerance = 5e-4, step_tolerance = 1e-3;
/** Around 0.1 s after the step the current rises by a decade within a factor of 3 in time: an error
 * of the rise time counts several times. */
static const double rise_tolerance = 5e-3, rise_begin = 0.02, rise_end = 0.5;
/** SIMsalabim's own error on its 800 nodes, by comparison with 760 graded nodes of ours. */
static const double steady_tolerance = 5e-4, steady_lowest = 0.2;
static const double frozen_tolerance = 2e-4, frozen_lowest = 0.42;

struct named {
  double at, J; /* V or s; A/m^2 */
};

/** Compare named values with the rows of one experiment. */
static void compare_named(const struct table *table, const char *experiment, const char *column,
                          const struct named *named, size_t count, double tolerance) {
  for (size_t i = 0; i < count; i++) {
    size_t row = table_find(table, experiment, column, named[i].at);
    ck_assert_double_eq_tol(table_at(table, row, column) / named[i].at, 1.0, 1e-9);
    double J = table_at(table, row, "I(anode)_A"), error = J / named[i].J - 1.0;
    printf("%s at %g: %.6g A/m^2, reference %.6g, difference %+.4f %%\n", experiment, named[i].at,
           J, named[i].J, 100.0 * error);
    ck_assert_msg(fabs(error) < tolerance, "%s at %g: %.8g A/m^2, reference %.8g", experiment,
                  named[i].at, J, named[i].J);
  }
}

/** Compare the rows at V >= lowest with a J-V curve of SIMsalabim. */
static void compare_jv(const struct table *table, const char *experiment, const char *file,
                       double lowest, double tolerance) {
  struct reference reference;
  double worst = 0.0;
  reference_read(&reference, file);
  for (size_t i = 0; i < reference.n_rows; i++) {
    double V = reference_at(&reference, i, 0), J = reference_at(&reference, i, 1);
    size_t row = table_find(table, experiment, "V(anode)_V", V);
    ck_assert_double_eq_tol(table_at(table, row, "V(anode)_V"), V, 1e-9);
    if (V >= lowest - 1e-9)
      worst = fmax(worst, fabs(table_at(table, row, "I(anode)_A") / J - 1.0));
  }
  printf("%s against SIMsalabim: %.1e\n", experiment, worst);
  ck_assert_double_lt(worst, tolerance);
  reference_free(&reference);
}

START_TEST(dc_has_the_named_currents) {
  static const struct named named[] = {
      {0.5, 1.05678e-3}, {0.8, 1.158772}, {1.0, 59.3810}, {1.2, 145.847}};
  struct table table;
  rig_run(&table, HERE "dc.cfg", NULL, "out");
  compare_named(&table, "dc", "V(anode)_V", named, sizeof named / sizeof *named, dc_tolerance);
  compare_jv(&table, "dc", HERE "simsalabim_pvk1_steadystate_jv.csv", steady_lowest,
             steady_tolerance);
  table_free(&table);
}
END_TEST

START_TEST(frozen_ions_give_the_curve_of_simsalabim) {
  struct table table;
  rig_run(&table, HERE "frozen.cfg", NULL, "out");
  compare_jv(&table, "frozen", HERE "simsalabim_pvk1_jv_ions_frozen_at_0V.csv", frozen_lowest,
             frozen_tolerance);
  table_free(&table);
}
END_TEST

START_TEST(triangle_has_the_named_currents) {
  static const struct named named[] = {
      {0.5, 8.5236e-3}, {0.8, 0.98038}, {1.0, 35.167}, {1.2, 0.96376}, {1.5, -9.6043e-3}};
  struct table table;
  rig_run(&table, HERE "triangle.cfg", NULL, "out");
  compare_named(&table, "triangle", "time_s", named, sizeof named / sizeof *named,
                triangle_tolerance);
  table_free(&table);
}
END_TEST

START_TEST(triangle_follows_the_whole_curve) {
  /* A/m^2: where the current changes its sign, 0.2 % of the ions' part of it. */
  static const double absolute = 2e-5, relative = 1e-3;
  struct table table;
  struct reference reference;
  double worst = 0.0, at = 0.0;
  reference_read(&reference, HERE "independent_pvk1_triangle_1Vps.csv");
  rig_run(&table, HERE "triangle.cfg", NULL, "out");
  for (size_t row = 1; row < table.n_rows; row++) {
    double t = table_at(&table, row, "time_s");
    double J = reference_interpolate(&reference, 0, t, 2);
    double error = fabs(table_at(&table, row, "I(anode)_A") - J) / (relative * fabs(J) + absolute);
    if (error > worst) {
      worst = error;
      at = t;
    }
  }
  printf("triangle: %.2f of the tolerance at t = %.2f s\n", worst, at);
  ck_assert_double_lt(worst, 1.0);
  table_free(&table);
  reference_free(&reference);
}
END_TEST

START_TEST(step_has_the_named_currents) {
  static const struct named named[] = {
      {1e-6, 1.5892}, {1e-4, 1.4053}, {1e-3, 1.1550}, {1e-2, 1.0402}, {1.0, 59.383}};
  struct table table;
  rig_run(&table, HERE "step.cfg", NULL, "out");
  compare_named(&table, "step", "time_s", named, sizeof named / sizeof *named, step_tolerance);
  table_free(&table);
}
END_TEST

START_TEST(step_follows_the_whole_curve) {
  static const double first = 0.999e-8; /* s: before it the reference still sees its own ramp */
  struct table table;
  struct reference reference;
  double worst[2] = {0.0};
  reference_read(&reference, HERE "independent_pvk1_step_0to1V.csv");
  rig_run(&table, HERE "step.cfg", NULL, "out");
  for (size_t row = 1; row < table.n_rows; row++) {
    double t = table_at(&table, row, "time_s");
    if (t < first)
      continue;
    double J = reference_interpolate(&reference, 0, t, 2);
    double error = fabs(table_at(&table, row, "I(anode)_A") / J - 1.0);
    bool rise = t > rise_begin && t < rise_end;
    worst[rise] = fmax(worst[rise], error);
  }
  printf("step: %.1e, on the rise %.1e\n", worst[0], worst[1]);
  ck_assert_double_lt(worst[0], step_tolerance);
  ck_assert_double_lt(worst[1], rise_tolerance);
  table_free(&table);
  reference_free(&reference);
}
END_TEST

START_TEST(total_current_is_equal_at_every_x) {
  /* Rounding: the vacancies' flux is the difference of two that are 1e6 times larger. */
  static const double tolerance = 1e-6;
  struct rig rig;
  rig_open(&rig, HERE "step.cfg", NULL);
  size_t edges = rig_instance(&rig)->device->mesh->n_edge_parts;
  double *current = calloc(edges, sizeof *current), t = 0.0, worst = 0.0;
  ck_assert_ptr_nonnull(current);
  rig_equilibrium(&rig);
  rig.system->elements[rig_element(&rig, "V")].waveform =
      rig.plan.spec.experiments[0].drives[0].waveform;
  for (double dt = 1e-12; t < 10.0; dt *= 1.5) {
    rig_euler(&rig, t, dt);
    t += dt;
    rig_total_current(&rig, rig.y, rig.yp, current);
    double I = -rig_current(&rig, "anode");
    for (size_t e = 0; e < edges; e++)
      worst = fmax(worst, fabs(current[e] / I - 1.0));
  }
  printf("total current over x: %.1e\n", worst);
  ck_assert_double_lt(worst, tolerance);
  free(current);
  rig_close(&rig);
}
END_TEST

int main(void) {
  const TTest *const tests[] = {
      dc_has_the_named_currents,         frozen_ions_give_the_curve_of_simsalabim,
      triangle_has_the_named_currents,   triangle_follows_the_whole_curve,
      step_has_the_named_currents,       step_follows_the_whole_curve,
      total_current_is_equal_at_every_x, NULL};
  return run_suite("pvk1", tests);
}
