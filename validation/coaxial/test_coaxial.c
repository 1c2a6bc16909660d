/* Displacement current of a coaxial capacitor against the log law; see README.md. */
#include <math.h>
#include <stdio.h>
#include "tests/support/difference.h"
#include "tests/support/rig.h"

/** Relative error of the displacement current of 1 V/s on a mesh. */
static double current_error(const char *set) {
  static const double eps0 = 8.8541878128e-12, height = 10e-6, slope = 1.0;
  double capacitance = 2.0 * acos(-1.0) * eps0 * height / (log(4.0) / 4.0 + log(8.0 / 4.0) / 10.0);
  struct table table;
  rig_run(&table, "validation/coaxial/case.cfg", (const char *const[]){set, NULL}, "run");
  size_t last = table.n_rows - 1;
  double I = table_at(&table, last, "I(wire)_A");
  ck_assert_double_eq_tol(table_at(&table, last, "I(tube)_A") / I, -1.0, 1e-9);
  for (size_t row = 1; row < last; row++)
    ck_assert_double_eq_tol(table_at(&table, row, "I(wire)_A") / I, 1.0, 1e-9);
  table_free(&table);
  return I / (capacitance * slope) - 1.0;
}

START_TEST(displacement_current_converges_at_order_two) {
  static const char *const sets[] = {
      "device.mesh.width_intervals=16", "device.mesh.width_intervals=32",
      "device.mesh.width_intervals=64", "device.mesh.width_intervals=128"};
  double last = NAN;
  for (int i = 0; i < 4; i++) {
    double now = current_error(sets[i]), order = log2(last / now);
    printf("%s: error %+.3e, order %.3f\n", sets[i], now, order);
    if (i > 0)
      ck_assert_double_eq_tol(order, 2.0, 0.05);
    last = now;
  }
  ck_assert_double_lt(fabs(last), 1e-4);
}
END_TEST

int main(void) {
  return run_suite("coaxial",
                   (const TTest *const[]){displacement_current_converges_at_order_two, NULL});
}
