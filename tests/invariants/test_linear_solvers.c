/* The library and the order of elimination must not be seen in any result: planar devices with
 * every solver and every ordering, against the automatic choice. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "solver/linear.h"
#include "tests/support/difference.h"
#include "tests/support/rig.h"

/** V over V_T: where Newton of steady states ends, solver.newton_tolerance at 300 K. */
static const double steady_tolerance = 1e-9 / 0.0258;
/** V: solver.rtol of the deck times its 1 V. Rounding may change which steps are taken. */
static const double transient_tolerance = 1e-4;

/** Settings of one kind; false when there is none of this number. */
static bool kind(int at, char *linear, char *ordering, size_t size) {
  int orderings = 0, solvers = 0;
  while (linear_ordering_names[orderings])
    orderings++;
  while (linear_solver_names[solvers])
    solvers++;
  if (at >= solvers * orderings)
    return false;
  snprintf(linear, size, "solver.linear=\"%s\"", linear_solver_names[at / orderings]);
  snprintf(ordering, size, "solver.ordering=\"%s\"", linear_ordering_names[at % orderings]);
  return true;
}

/** The run used what was asked for: summary.json names it. */
static void check_used(const char *setting) {
  static const char *const spoken[][2] = {
      {"\"klu\"", "KLU"}, {"\"umfpack\"", "UMFPACK"}, {"\"amd\"", "AMD"}, {"\"metis\"", "METIS"}};
  char text[8192] = "";
  FILE *file = fopen("out/summary.json", "r");
  ck_assert_ptr_nonnull(file);
  text[fread(text, 1, sizeof text - 1, file)] = '\0';
  fclose(file);
  for (size_t i = 0; i < sizeof spoken / sizeof *spoken; i++)
    if (strstr(setting, spoken[i][0]))
      ck_assert_msg(strstr(text, spoken[i][1]) != NULL, "%s was not used", setting);
}

/** Run a deck with one kind; compare columns with the first kind's, row by row. */
static void compare(const char *deck, const char *const *mesh, const char *const *columns,
                    bool relative, double tolerance) {
  char linear[64], ordering[64];
  struct table expected, ours;
  for (int at = 0; kind(at, linear, ordering, sizeof linear); at++) {
    const char *const sets[] = {mesh[0], mesh[1], linear, ordering, NULL};
    double worst = 0.0;
    rig_run(at == 0 ? &expected : &ours, deck, sets, "out");
    check_used(linear);
    check_used(ordering);
    if (at == 0)
      continue;
    ck_assert_uint_eq(ours.n_rows, expected.n_rows);
    for (size_t row = 0; row < ours.n_rows; row++)
      for (const char *const *column = columns; *column; column++) {
        double a = table_at(&ours, row, *column), b = table_at(&expected, row, *column);
        ck_assert(isfinite(a) && fabs(b) > 0.0);
        worst = fmax(worst, relative ? fabs(a / b - 1.0) : fabs(a - b));
      }
    printf("%s, %s, %s: %.1e\n", deck, linear, ordering, worst);
    ck_assert_msg(worst < tolerance, "%s, %s, %s: differs by %g, must be below %g", deck, linear,
                  ordering, worst, tolerance);
    table_free(&ours);
  }
  table_free(&expected);
}

START_TEST(steady_currents_do_not_depend_on_the_linear_solver) {
  static const char *const mesh[] = {"device.mesh.intervals=23", "device.mesh.width_intervals=23"};
  static const char *const columns[] = {"I(anode)_A", NULL};
  compare("validation/silicon_diode/d3.cfg", mesh, columns, true, steady_tolerance);
}
END_TEST

START_TEST(transients_do_not_depend_on_the_linear_solver) {
  static const char *const mesh[] = {"device.mesh.intervals=11", "device.mesh.width_intervals=11"};
  static const char *const columns[] = {"V(mid)_V", "V(top)_V", NULL};
  compare("validation/ions_2d/case.cfg", mesh, columns, false, transient_tolerance);
}
END_TEST

int main(void) {
  const TTest *const tests[] = {steady_currents_do_not_depend_on_the_linear_solver,
                                transients_do_not_depend_on_the_linear_solver, NULL};
  return run_suite("linear_solvers", tests);
}
