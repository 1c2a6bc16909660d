/* Curves of steady states over a number of the input: the same folds as over the voltage, the same
 * states as those of an input with that number. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include "solver/stability.h"
#include "tests/support/trace.h"
#include "tests/support/suite.h"

static const char DECK[] = "inputs/devices/memristor_curve.cfg";
/** A mesh that is the same whatever the physics, and coarse enough for a quick test. */
static const char MESH[] = "device.mesh.intervals=120";
static const struct curve_steps STEPS = {.first = 0.1, .largest = 2.0, .smallest = 1e-7};

static void override(char text[256], const char *key, double value) {
  snprintf(text, 256, "%s=%.17e", key, value);
}

/* ---- folds ---- */

/** A curve over the voltage from 0.2 V to its next fold, which is the one that a slow ramp
 * switches at. */
static double fold_in_voltage(const char *set) {
  static const struct trace_range range = {
      .from = 0.2, .low = 0.0, .high = 0.5, .unit = 0.02, .direction = 1.0};
  const char *const sets[] = {MESH, set, NULL};
  struct trace trace = {.n_folds = 0};
  rig_open(&trace.rig, DECK, sets);
  rig_equilibrium(&trace.rig);
  for (int i = 1; i <= 20; i++)
    rig_move(&trace.rig, "V", range.from * i / 20);
  trace_begin(&trace, &range, &STEPS);
  trace_to_fold(&trace);
  double V = trace.fold[0];
  trace_close(&trace);
  return V;
}

/** A number of set F, and a value beside it whose fold lies at a higher voltage. */
static const struct {
  const char *key;
  double value, beside;
} numbers[] = {
    {"device.interactions[0].energy", 0.6, 0.59},
    {"device.contacts.anode.barrier", 0.7, 0.72},
    {"temperature", 300.0, 305.0},
    {"device.contacts.anode.species.vacancy.density", 1e25, 0.9e25},
    {"device.layers.channel.thickness", 30e-9, 31e-9},
    {"constants.eps0", 8.8541878128e-12, 8.5e-12},
};

/** Rate of the leading mode at the curve's last point. */
static double leading_rate(struct trace *trace, struct stability *stability) {
  struct hd_error err = {0};
  struct stability_modes modes;
  trace_require(stability_modes(stability, trace->rig.system, trace->curve->last.y, &modes, &err),
                &err);
  return modes.rate;
}

/* A fold of the curve over the voltage is one of the curve over any other number, too: with the
 * voltage of the fold held, a curve over the number turns back at the number's value. Both folds
 * are exact to newton_tolerance in the voltage; in the number that is as much as moves the fold by
 * it. The leading mode vanishes there as well. */
START_TEST(fold_in_the_voltage_is_a_fold_in_a_number) {
  static const double tolerance = 2e-9;  /* V: twice newton_tolerance */
  static const double part = 1e-6;       /* of the rate before: dp/ds is 1e-7 there */
  static const double difference = 1e-3; /* relative: of the slope dV/dp */
  const char *key = numbers[_i].key;
  double value = numbers[_i].value, beside = numbers[_i].beside;
  char set[256];
  override(set, key, value);
  double V = fold_in_voltage(set);
  override(set, key, value * (1.0 + difference));
  double slope = (fold_in_voltage(set) - V) / difference; /* dV / d ln p */
  const struct trace_range range = {.from = beside,
                                    .low = fmin(beside, 2.0 * value - beside),
                                    .high = fmax(beside, 2.0 * value - beside),
                                    .unit = fabs(beside - value) / 25.0,
                                    .direction = value - beside};
  char drive[256];
  override(set, key, beside);
  snprintf(drive, sizeof drive, "circuit[0].waveform={type=\"constant\";value=%.17e;}", V);
  const char *const sets[] = {MESH, set, drive, NULL};
  struct trace trace = {.n_folds = 0};
  struct stability *stability = NULL;
  struct hd_error err = {0};
  rig_open(&trace.rig, DECK, sets);
  rig_equilibrium(&trace.rig);
  for (int i = 1; i <= 20; i++)
    rig_move(&trace.rig, "V", V * i / 20);
  trace_begin_key(&trace, key, &range, &STEPS);
  trace_require(stability_create(&stability, trace.rig.system, false, &err), &err);
  double before = leading_rate(&trace, stability);
  trace_to_fold(&trace);
  double at_fold = leading_rate(&trace, stability);
  printf("%s: fold at %.12g, must be %.12g; dV/dln p = %.3g V, rate %.2e before, %.1e 1/s\n", key,
         trace.fold[0], value, slope, before, at_fold);
  ck_assert_double_le(fabs((trace.fold[0] / value - 1.0) * slope), tolerance);
  ck_assert_double_le(fabs(at_fold), part * fabs(before));
  stability_free(&stability);
  trace_close(&trace);
}
END_TEST

/* ---- states ---- */

#define BLOCKING                                                                                   \
  "device.contacts[1].species=({name=\"electron\";model=\"supply\";},"                             \
  "{name=\"vacancy\";model=\"blocking\";})"

/** What varies from its first to its second value. */
static const struct {
  const char *key;
  double from, to;
  bool frozen;
  const char *more; /* another override, or NULL */
} ways[] = {
    {"device.species.vacancy.density", 1e25, 1.3e25, false, BLOCKING},
    {"device.profiles[0].density", 1e25, 1.3e25, true,
     "device.profiles=({ion=\"vacancy\";density=1e25;x=[0.0,5e-9];})"},
    {"device.species.vacancy.site_density", 4e26, 6e26, false, NULL},
    {"device.layers.channel.thickness", 30e-9, 33e-9, false, NULL},
    {"materials.film.permittivity", 25.0, 20.0, false, NULL},
    {"device.interactions[0].energy", 0.0, 0.2, false, NULL}, /* other entries in the matrix at 0 */
    {"circuit.V.waveform.value", 0.1, 0.15, false, NULL},
    {"circuit.Rs.value", 1e16, 1e17, false, NULL},
    {"temperature", 300.0, 320.0, false, NULL},
};

/** A rig with the number at a value, in its steady state at 0.1 V. */
static void open_state(struct rig *rig, int i, double value) {
  char set[256];
  override(set, ways[i].key, value);
  const char *more = ways[i].more ? ways[i].more : MESH;
  const char *const sets[] = {MESH, "circuit[0].waveform={type=\"constant\";value=0.1;}", more, set,
                              NULL};
  rig_open(rig, DECK, sets);
  rig->steady->frozen = ways[i].frozen;
  rig_equilibrium(rig);
  rig_move(rig, "V", rig->plan.spec.circuit.elements[0].waveform.low);
}

/* The end of a curve is the steady state of an input that has the last value from the beginning:
 * numbers of ions and frozen ions are as that input has them. The system is its own again behind
 * the curve. */
START_TEST(end_is_the_state_of_the_input_with_its_value) {
  static const double tolerance = 1e-8; /* V: ten times newton_tolerance */
  const struct trace_range range = {.from = ways[_i].from,
                                    .low = fmin(ways[_i].from, ways[_i].to),
                                    .high = fmax(ways[_i].from, ways[_i].to),
                                    .unit = fabs(ways[_i].to - ways[_i].from) / 50.0,
                                    .direction = ways[_i].to - ways[_i].from};
  struct trace trace = {.n_folds = 0};
  struct rig plain;
  open_state(&trace.rig, _i, ways[_i].from);
  open_state(&plain, _i, ways[_i].to);
  const struct run_spec *own = trace.rig.system->run;
  trace_begin_key(&trace, ways[_i].key, &range, &STEPS);
  trace_all(&trace);
  const struct curve_point *end = &trace.curve->next;
  double moved = trace_distance(&trace.rig, end->y, trace.rig.y);
  double off = trace_distance(&trace.rig, end->y, plain.y);
  printf("%s: moved by %.3g V, off by %.1e V\n", ways[_i].key, moved, off);
  ck_assert_double_eq(end->p, ways[_i].to);
  ck_assert_double_gt(moved, 1e3 * tolerance);
  ck_assert_double_le(off, tolerance);
  curve_key_leave(&trace.key);
  ck_assert_ptr_eq(trace.rig.system->run, own);
  rig_close(&plain);
  trace_close(&trace);
}
END_TEST

/* Newton's method is quadratic however much levels of 4 eV change in kT: cooling a film with a
 * built-in voltage, whose ions gather at one side, takes few updates of each point, and leads to
 * the equilibrium of the cold input. */
START_TEST(cold_is_reached_by_few_updates) {
  static const char film[] =
      "device = { layers = ({ material = \"MAPbI3\"; thickness = \"200 nm\"; });"
      "  species = ({ name = \"electron\"; }, { name = \"hole\"; },"
      "    { name = \"vacancy\"; charge = 1; density = \"1e18 cm^-3\"; diffusion = \"1e-8 "
      "cm^2/s\"; });"
      "  contacts = ({ name = \"bottom\"; at = \"x_min\"; barrier = \"0.3 eV\"; },"
      "    { name = \"top\"; at = \"x_max\"; barrier = \"0.5 eV\"; });"
      "  mesh = { intervals = 120; }; };"
      "experiments = ({ name = \"e\"; type = \"equilibrium\"; });";
  static const double tolerance = 1e-8; /* V: ten times newton_tolerance */
  static const double updates = 4.0;    /* three, and one for points that are given up */
  static const char *const cold[] = {"temperature=30.0", NULL};
  static const struct trace_range range = {
      .from = 300.0, .low = 30.0, .high = 300.0, .unit = 270.0 / 50.0, .direction = -1.0};
  struct trace trace = {.n_folds = 0};
  struct rig plain;
  rig_open_text(&trace.rig, film, NULL);
  rig_equilibrium(&trace.rig);
  rig_open_text(&plain, film, cold);
  rig_equilibrium(&plain);
  trace_begin_key(&trace, "temperature", &range, &STEPS);
  long before = trace.rig.steady->counts.newton_iterations;
  int points = 1;
  for (; trace_next(&trace); points++)
    continuation_accept(trace.curve);
  double mean = (double)(trace.rig.steady->counts.newton_iterations - before) / points;
  double off = trace_distance(&trace.rig, trace.curve->next.y, plain.y);
  printf("to 30 K: %d points, %.2f updates each, off by %.1e V\n", points, mean, off);
  ck_assert_double_eq(trace.curve->next.p, 30.0);
  ck_assert_double_le(mean, updates);
  ck_assert_double_le(off, tolerance);
  rig_close(&plain);
  trace_close(&trace);
}
END_TEST

/* What is written of a point is what a run of the input with its value writes: currents, ions, and
 * the gap of the layer at the cathode, whose mesh has moved. A run behind the curve has the input's
 * own value again. */
START_TEST(rows_are_those_of_the_input_with_its_value) {
  static const char drive[] = "circuit[0].waveform={type=\"constant\";value=0.1;}";
  static const char *const curve[] = {
      MESH, drive,
      "experiments=({name=\"curve\";type=\"continuation\";key=\"device.layers.channel.thickness\";"
      "from=30e-9;to=33e-9;},{name=\"behind\";type=\"steady\";start=\"equilibrium\";})",
      NULL};
  static const char *const thick[] = {MESH, drive, "device.layers[0].thickness=33e-9",
                                      "experiments=({name=\"plain\";type=\"steady\";})", NULL};
  static const char *const thin[] = {MESH, drive, "experiments=({name=\"plain\";type=\"steady\";})",
                                     NULL};
  static const double tolerance = 1e-6; /* of 40 kT in the current by newton_tolerance: 1e-7 */
  struct table along, plain;
  rig_run(&along, DECK, curve, "along");
  for (int behind = 0; behind < 2; behind++) {
    size_t row = along.n_rows - (behind ? 1 : 2);
    rig_run(&plain, DECK, behind ? thin : thick, behind ? "thin" : "thick");
    ck_assert_str_eq(along.experiments[row], behind ? "behind" : "curve");
    for (size_t c = 0; c < along.n_columns; c++) {
      double value = along.values[row * along.n_columns + c], must = plain.values[c];
      ck_assert_msg(fabs(value - must) <= tolerance * fabs(must) || isnan(must),
                    "%s: %.9g, not %.9g", along.columns[c], value, must);
    }
    double gap = table_at(&along, row, "filament_gap(vacancy)_m");
    ck_assert_double_gt(gap, behind ? 28e-9 : 31e-9);
    ck_assert_double_lt(gap, behind ? 30e-9 : 33e-9);
    table_free(&plain);
  }
  table_free(&along);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("continuation_key");
  TCase *tcase = tcase_create("continuation_key");
  tcase_add_loop_test(tcase, fold_in_the_voltage_is_a_fold_in_a_number, 0,
                      (int)(sizeof numbers / sizeof *numbers));
  tcase_add_loop_test(tcase, end_is_the_state_of_the_input_with_its_value, 0,
                      (int)(sizeof ways / sizeof *ways));
  tcase_add_test(tcase, cold_is_reached_by_few_updates);
  tcase_add_test(tcase, rows_are_those_of_the_input_with_its_value);
  tcase_set_timeout(tcase, 60);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
