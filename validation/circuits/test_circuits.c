/* Linear networks against their analytic answers to a ramp; see README.md. */
#include <jansson.h>
#include <math.h>
#include "tests/support/difference.h"
#include "tests/support/rig.h"

static const double rise = 1e-7, R1 = 1e3, R2 = 50.0, R3 = 100.0, L = 1e-5, C = 1e-9;

/* Answers to the drive V = t. */
static double rc(double t) {
  return t + R1 * C * expm1(-t / (R1 * C));
}

static double rl(double t) {
  return -L / R3 * expm1(-t * R3 / L);
}

static double rlc(double t) {
  double a = R2 / (2.0 * L), w = sqrt(1.0 / (L * C) - a * a), B = (a * R2 * C - 1.0) / w;
  return t - R2 * C + exp(-a * t) * (R2 * C * cos(w * t) + B * sin(w * t));
}

/** To a ramp of 1 V within `rise`. */
static double answer(double (*unit)(double t), double t) {
  return (unit(t) - (t > rise ? unit(t - rise) : 0.0)) / rise;
}

static double largest(const struct table *table, const char *column, double (*unit)(double)) {
  double worst = 0.0;
  for (size_t row = 0; row < table->n_rows; row++)
    worst = fmax(worst,
                 fabs(table_at(table, row, column) - answer(unit, table_at(table, row, "time_s"))));
  printf("%s: largest difference %.2e V\n", column, worst);
  return worst;
}

/** Time steps of a run. */
static double steps_of(const char *path) {
  json_t *summary = json_load_file(path, 0, NULL);
  ck_assert_ptr_nonnull(summary);
  double steps = json_number_value(json_object_get(json_object_get(summary, "solver"), "steps"));
  json_decref(summary);
  return steps;
}

START_TEST(networks_answer_a_ramp) {
  struct table table;
  rig_run(&table, "validation/circuits/case.cfg", NULL, "run");
  ck_assert_uint_ge(table.n_rows, 100);
  /* At most the error that each step may make, rtol V_T, all of one sign. */
  double bound = 1e-6 * 0.02585 * steps_of("run/summary.json");
  ck_assert_double_le(largest(&table, "V(rc)_V", rc), bound);
  ck_assert_double_le(largest(&table, "V(rlc)_V", rlc), bound);
  ck_assert_double_le(largest(&table, "V(rl)_V", rl), bound);
  table_free(&table);
}
END_TEST

START_TEST(error_falls_with_the_tolerance) {
  static const char *const rtol[] = {"solver.rtol=1e-4", "solver.rtol=1e-6", "solver.rtol=1e-8"};
  double last = INFINITY;
  for (int i = 0; i < 3; i++) {
    struct table table;
    rig_run(&table, "validation/circuits/case.cfg", (const char *const[]){rtol[i], NULL}, "run");
    double worst = largest(&table, "V(rlc)_V", rlc);
    ck_assert_double_lt(worst, 0.1 * last);
    last = worst;
    table_free(&table);
  }
}
END_TEST

START_TEST(bar_is_a_resistor) {
  /* Electrons at the density of the donors; the drive has been constant for 50 rise times. */
  struct table table;
  struct rig rig;
  rig_open(&rig, "validation/circuits/case.cfg", NULL);
  const struct model *model = &rig_instance(&rig)->device->model;
  double G = model->q * model->regions[0].material->mu_n * 1e23 * 1e-12 / 1e-6;
  rig_close(&rig);
  rig_run(&table, "validation/circuits/case.cfg", NULL, "run");
  double I = table_at(&table, table.n_rows - 1, "I(left)_A");
  ck_assert_double_le(fabs(I / G - 1.0), 1e-8); /* rtol V_T of the level over 1 V */
  ck_assert_double_le(fabs(I + table_at(&table, table.n_rows - 1, "I(right)_A")), 1e-14 * I);
  table_free(&table);
}
END_TEST

int main(void) {
  return run_suite("circuits", (const TTest *const[]){networks_answer_a_ramp, bar_is_a_resistor,
                                                      error_falls_with_the_tolerance, NULL});
}
