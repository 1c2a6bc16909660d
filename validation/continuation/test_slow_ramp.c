/* A ramp of the voltage switches the film behind the fold, the closer the slower it is. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "solver/stability.h"
#include "tests/support/trace.h"
#include "tests/support/suite.h"

static const char DECK[] = "validation/continuation/ramp.cfg";

/** The fold, and the product a b of the normal form du/dt = a (V - V_fold) + b u^2 next to it. */
struct fold {
  double V, ab; /* V; 1/(V s^2) */
};

/** The leading rate mu at a point. */
static double rate_at(struct stability *stability, struct rig *rig, const double *y) {
  struct hd_error err = {0};
  struct stability_modes modes;
  trace_require(stability_modes(stability, rig->system, y, &modes, &err), &err);
  return modes.rate;
}

/** Follow the curve over the fold. About it mu^2 = 4 a b (V_fold - V) to first order in mu, with
 * both signs of mu: the points on both sides of the fold give the product, their mean without the
 * first order. */
static struct fold find_fold(void) {
  static const struct curve_steps steps = {.first = 0.05, .largest = 1.0, .smallest = 1e-7};
  const struct trace_range range = {
      .from = 0.24, .low = 0.0, .high = 1.0, .unit = 0.02, .direction = 1.0};
  struct hd_error err = {0};
  struct trace trace = {.n_folds = 0};
  struct stability *stability;
  struct fold fold = {.V = NAN};
  rig_open(&trace.rig, DECK, NULL);
  rig_equilibrium(&trace.rig);
  for (int i = 1; i <= 12; i++)
    rig_move(&trace.rig, "V", 0.02 * i);
  trace_begin(&trace, &range, &steps);
  trace_require(stability_create(&stability, trace.rig.system, false, &err), &err);
  struct continuation *curve = trace.curve;
  while (trace_next(&trace) && !curve->next.fold)
    continuation_accept(curve);
  fold.V = curve->next.p;
  double below = rate_at(stability, &trace.rig, curve->last.y), V_below = curve->last.p;
  continuation_accept(curve);
  trace_require(continuation_advance(curve, &err), &err);
  double behind = rate_at(stability, &trace.rig, curve->next.y), V_behind = curve->next.p;
  ck_assert_double_lt(below, 0.0);
  ck_assert_double_gt(behind, 0.0);
  double product[2] = {below * below / (4.0 * (fold.V - V_below)),
                       behind * behind / (4.0 * (fold.V - V_behind))};
  /* linear in mu: read at mu = 0 */
  fold.ab = product[0] + (product[1] - product[0]) * -below / (behind - below);
  stability_free(&stability);
  trace_close(&trace);
  return fold;
}

/** Voltage at which the layer at the cathode has grown by half of what it is at the fold: from
 * there on it runs through the film in a time that is short beside the delay. */
static double switching_voltage(const struct table *table, const char *experiment) {
  static const double length = 2.5e-9; /* m; 1.68 nm at the fold */
  size_t column = table_column(table, "filament_length(vacancy)_m");
  for (size_t row = 0; row < table->n_rows; row++)
    if (strcmp(table->experiments[row], experiment) == 0 &&
        table->values[row * table->n_columns + column] > length)
      return table_at(table, row, "V(in)_V");
  ck_abort_msg("%s does not switch", experiment);
  return NAN;
}

/* du/dt = a r t + b u^2 is an Airy equation: u leaves at the voltage 2.33811 r^(2/3) (a b)^(-1/3)
 * behind the fold, with 2.33811 the first zero of Ai(-x) (Jung, Gray, Roy & Mandel 1990, PRL 65,
 * 1873). The cubic term of the normal form adds a part of the order r^(1/3). */
START_TEST(delay_behind_the_fold_is_that_of_airy) {
  static const double first_zero = 2.338107410459767;
  static const double rate[] = {0.1, 0.01, 0.001}; /* V/s */
  static const char *const names[] = {"rate_100", "rate_10", "rate_1"};
  static const double largest[] = {0.2, 0.1, 0.05}; /* r^(1/3) of 0.36: 0.17, 0.08, 0.04 */
  static const double limit = 0.02; /* without that part: r^(1/3) comes with ln r, too */
  struct fold fold = find_fold();
  struct table table;
  double excess[3];
  rig_run(&table, DECK, NULL, "ramp");
  printf("fold at %.9g V, a b = %.5g 1/(V s^2)\n", fold.V, fold.ab);
  for (int i = 0; i < 3; i++) {
    double delay = switching_voltage(&table, names[i]) - fold.V;
    double airy = first_zero * cbrt(rate[i] * rate[i] / fold.ab);
    excess[i] = delay / airy - 1.0;
    printf("%g V/s: %.4g mV behind the fold, Airy %.4g mV, %.1f %% more\n", rate[i], 1e3 * delay,
           1e3 * airy, 100.0 * excess[i]);
    ck_assert_double_le(fabs(excess[i]), largest[i]);
  }
  double ratio = cbrt(rate[1] / rate[2]);
  double left = (ratio * excess[2] - excess[1]) / (ratio - 1.0);
  printf("extrapolated to rate zero: %.2f %%\n", 100.0 * left);
  ck_assert_double_le(fabs(left), limit);
  table_free(&table);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("slow_ramp");
  TCase *tcase = tcase_create("slow_ramp");
  tcase_add_test(tcase, delay_behind_the_fold_is_that_of_airy);
  tcase_set_timeout(tcase, 120);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
