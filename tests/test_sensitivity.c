#include <check.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "solver/config/variant.h"
#include "solver/experiment.h"
#include "tests/support/merits.h"
#include "tests/support/rig.h"
#include "tests/support/difference.h"

static const char deck[] = "tests/decks/sensitivity.cfg";

/** Parameters of every group, those that states remember (density, site density) among them. */
static const char *const keys[] = {"device.species.vacancy.diffusion",
                                   "device.species.vacancy.density",
                                   "device.species.vacancy.site_density",
                                   "device.contacts.anode.barrier",
                                   "device.layers[0].thickness",
                                   "materials.film.permittivity",
                                   "temperature",
                                   "circuit.R.value",
                                   "experiments.pulse.drive[0].waveform.high",
                                   "experiments.held.drive[0].waveform.value"};
enum { KEYS = sizeof keys / sizeof *keys };

/** Step of the differences; their own error is h^4 / 30 times the fifth logarithmic derivative. */
static const double step = 2e-3;
/** Of d ln / d ln p; the time steps' noise is 1e-8 over `step`. */
static const double relative = 1e-4, noise = 1e-5;

/** Every figure of a deck against differences of whole runs. */
static void compare(const char *path, const char *const *sets, size_t n, const char *const *names,
                    size_t figures) {
  struct rig rig;
  struct merits merits;
  rig_read(&rig, path, sets);
  merits_run(&merits, &rig.plan, n, names, 0, 0.0);
  ck_assert_uint_ge(merits.n, figures);
  for (size_t p = 0; p < n; p++) {
    double difference[MERITS];
    merits_differences(&rig.plan, n, names, p, step, difference);
    for (size_t i = 0; i < merits.n; i++) {
      double error = fabs(merits.slope[i][p] - difference[i]);
      printf("%-28s %-42s %+.8e %+.8e %.1e\n", merits.name[i], names[p], merits.slope[i][p],
             difference[i], error);
      ck_assert_msg(error <= relative * fabs(difference[i]) + noise, "%s by %s: %.9g, must be %.9g",
                    merits.name[i], names[p], merits.slope[i][p], difference[i]);
    }
  }
  rig_close(&rig);
}

START_TEST(sensitivities_are_central_differences) {
  compare(deck, NULL, KEYS, keys, 11); /* five currents and six figures of the spike */
}
END_TEST

/** What makes p parameters cost less than p transients: no residual beyond those of Newton's
 * method, one matrix for each step and a few more where the step changes, and hardly more than one
 * solution for each parameter. Of the deck's steady states: 5 sweeps and points with a solution
 * each, and two equilibria. */
START_TEST(transients_do_no_work_twice) {
  enum { STEADY = 5 + 2 };
  static const double extra = 0.1; /* matrices and solutions beyond one for each step */
  struct rig rig;
  struct hd_error err = {0};
  struct variant_set set;
  json_t *summary = NULL, *solver;
  rig_read(&rig, deck, NULL);
  ck_assert_int_eq(variant_set_create(&set, rig.plan.config, 1, keys, NULL, &err), HD_OK);
  const struct run_options options = {.level = PROGRESS_QUIET,
                                      .input_path = "",
                                      .hash = "",
                                      .summary = &summary,
                                      .n_parameters = 1,
                                      .parameters = set.parameters,
                                      .parameter_step = variant_step};
  ck_assert_int_eq(experiment_run(&rig.plan.spec, &options, &err), HD_OK);
  solver = json_object_get(summary, "solver");
  double steps = json_number_value(json_object_get(solver, "steps"));
  double newton = json_number_value(json_object_get(solver, "newton_iterations"));
  double steady = json_number_value(json_object_get(solver, "steady_newton_iterations"));
  double jacobians = json_number_value(json_object_get(solver, "jacobians"));
  double solves = json_number_value(json_object_get(solver, "solves"));
  ck_assert_double_le(json_number_value(json_object_get(solver, "residuals")), newton);
  ck_assert_double_le(jacobians - steady - STEADY, (1.0 + extra) * steps);
  ck_assert_double_le(solves - newton - STEADY, (1.0 + extra) * steps);
  json_decref(summary);
  variant_set_free(&set);
  rig_close(&rig);
}
END_TEST

/* ---- steady states ---- */

enum { STEADY_KEYS = 4 };

/** Steady states of several kinds, and parameters of each. */
static const struct steady_case {
  const char *deck, *sweep; /* sweep NULL: the deck's own experiment `index` */
  size_t index;
  const char *keys[STEADY_KEYS];
} cases[] = {
    {deck, NULL, 0, {"materials.film.permittivity", "device.contacts.anode.barrier"}},
    {deck, NULL, 1, {"device.species.vacancy.density", "materials.film.permittivity"}},
    {"validation/pvk1/dc.cfg",
     "{ name = \"dc\"; type = \"dc_sweep\"; values = [0.3, 0.9]; "
     "start = \"equilibrium\"; }",
     0,
     {"device.species.vacancy.density", "materials.pvk1.electron_mobility"}},
    {"tests/decks/triple.cfg",
     "{ name = \"dc\"; type = \"dc_sweep\"; source = \"Vd\"; "
     "values = [0.1, 0.2]; start = \"equilibrium\"; }",
     0,
     {"device.species.vacancy.density", "device.contacts.source.barrier",
      "materials.film.smoothing_length"}},
};
enum { CASES = sizeof cases / sizeof *cases, OWN_CASES = 2 /* of `deck` */ };

static size_t count_keys(const struct steady_case *own) {
  size_t n = 0;
  while (n < STEADY_KEYS && own->keys[n])
    n++;
  return n;
}

/** `set` becomes what makes the case of its deck. */
static void make_set(const struct steady_case *own, char set[256], const char *sets[2]) {
  snprintf(set, 256, "experiments=(%s)", own->sweep ? own->sweep : "");
  sets[0] = own->sweep ? set : NULL;
  sets[1] = NULL;
}

/** The slopes of all currents in one way, [n_currents * n] out: one solution for each parameter, or
 * for each independent current. */
static void find_slopes(struct sensitivity *sensitivity, const struct rig *rig,
                        enum sensitivity_way way, size_t index, size_t point, double *slopes) {
  struct hd_error err = {0};
  struct system_plan *plan;
  bool frozen = rig->plan.spec.experiments[index].frozen_ions;
  size_t independent = sensitivity->n_currents - rig->system->n_instances;
  size_t due = way == SENSITIVITY_FORWARD ? sensitivity->n : independent;
  ck_assert_int_eq(system_plan(rig->system, SYSTEM_STEADY, frozen, &plan, &err), HD_OK);
  size_t before = (size_t)linear_counts(plan->linear).solves;
  ck_assert_int_eq(sensitivity_steady(sensitivity, way, index, point, frozen, false, rig->y, &err),
                   HD_OK);
  ck_assert_uint_eq((size_t)linear_counts(plan->linear).solves - before, due);
  memcpy(slopes, sensitivity->slopes, sensitivity->n_currents * sensitivity->n * sizeof *slopes);
}

/** The equilibrium that an experiment begins with, and what is held in it. */
static void begin(struct sensitivity *sensitivity, struct rig *rig,
                  const struct experiment_spec *experiment) {
  struct hd_error err = {0};
  bool profile = experiment->start == START_PROFILE;
  rig->steady->frozen = profile;
  rig_equilibrium(rig);
  ck_assert_int_eq(sensitivity_equilibrium(sensitivity, profile, rig->y, &err), HD_OK);
  rig->steady->frozen = experiment->frozen_ions;
  sensitivity_hold(sensitivity, rig->y);
}

/** e . J^-1 F_q = F_q . J^-T e, up to the rounding of both: the matrices have condition numbers of
 * 1e5 and more after scaling. */
START_TEST(adjoint_equals_forward) {
  static const double tolerance = 1e-10;
  const struct steady_case *own = &cases[_i];
  const char *sets[2];
  char set[256];
  double forward[32], adjoint[32];
  struct hd_error err = {0};
  struct rig rig;
  struct variant_set variants;
  struct sensitivity *sensitivity;
  size_t n = count_keys(own);
  make_set(own, set, sets);
  rig_open(&rig, own->deck, sets);
  ck_assert_int_eq(variant_set_create(&variants, rig.plan.config, n, own->keys, NULL, &err), HD_OK);
  ck_assert_int_eq(
      sensitivity_create(&sensitivity, rig.system, n, variants.parameters, variant_step, &err),
      HD_OK);
  const struct experiment_spec *experiment = &rig.plan.spec.experiments[own->index];
  begin(sensitivity, &rig, experiment);
  for (size_t point = 0; point < experiment->n_values; point++) {
    rig_move(&rig, rig.system->elements[experiment->sweep_source].name, experiment->values[point]);
    find_slopes(sensitivity, &rig, SENSITIVITY_ADJOINT, own->index, point, adjoint);
    find_slopes(sensitivity, &rig, SENSITIVITY_FORWARD, own->index, point, forward);
    for (size_t k = 0; k < sensitivity->n_currents * n; k++)
      ck_assert_msg(fabs(adjoint[k] - forward[k]) <= tolerance * fabs(forward[k]),
                    "current %zu by %s: adjoint %.16g, forward %.16g", k / n, own->keys[k % n],
                    adjoint[k], forward[k]);
  }
  sensitivity_free(&sensitivity);
  variant_set_free(&variants);
  rig_close(&rig);
}
END_TEST

START_TEST(adjoint_is_central_differences) {
  const struct steady_case *own = &cases[_i];
  const char *sets[2];
  char set[256];
  make_set(own, set, sets);
  compare(own->deck, sets, count_keys(own), own->keys, 1);
}
END_TEST

/** Nodes stay where they are, whatever number of the physics changes. */
START_TEST(mesh_is_held) {
  struct rig rig, other;
  struct hd_error err = {0};
  const char *key = "device.species.vacancy.density";
  double value = 4e24;
  static const char *const automatic[] = {"device.layers[0].intervals=0", NULL};
  rig_open(&rig, deck, automatic);
  memset(&other, 0, sizeof other);
  ck_assert_int_eq(variant_read(rig.plan.config, 1, &key, &value, &other.plan.spec, &err), HD_OK);
  rig_build(&other);
  const struct mesh *mesh = rig.system->devices[0]->mesh, *own = other.system->devices[0]->mesh;
  ck_assert_uint_eq(mesh->n_nodes, own->n_nodes);
  for (size_t e = 0; e < mesh->n_edge_parts; e++)
    ck_assert_double_eq(mesh->edge_parts[e].length, own->edge_parts[e].length);
  rig_close(&other);
  rig_close(&rig);
}
END_TEST

/** A number that moves an edge of a pulse has no smooth sensitivity: a sentence, no number. */
START_TEST(edges_of_waveforms_may_not_move) {
  struct rig rig;
  struct hd_error err = {0};
  const char *key = "experiments.pulse.drive[0].waveform.width";
  struct variant_set set;
  rig_read(&rig, deck, NULL);
  ck_assert_int_eq(variant_set_create(&set, rig.plan.config, 1, &key, NULL, &err), HD_OK);
  const struct run_options options = {.level = PROGRESS_QUIET,
                                      .input_path = "",
                                      .hash = "",
                                      .n_parameters = 1,
                                      .parameters = set.parameters,
                                      .parameter_step = variant_step};
  ck_assert_int_eq(experiment_run(&rig.plan.spec, &options, &err), HD_INPUT);
  ck_assert_ptr_nonnull(strstr(err.text, "moves a kink of a waveform"));
  variant_set_free(&set);
  rig_close(&rig);
}
END_TEST

START_TEST(numbers_have_names_and_units) {
  struct rig rig;
  struct hd_error err = {0};
  struct variant_number number;
  rig_read(&rig, deck, NULL);
  ck_assert_int_eq(variant_find(rig.plan.config, "device.contacts[1].barrier", &number, &err),
                   HD_OK);
  ck_assert_str_eq(number.name, "devices.device.contacts.anode.barrier");
  ck_assert_str_eq(number.unit, "eV");
  ck_assert_double_eq(number.value, 0.4);
  ck_assert_int_eq(variant_find(rig.plan.config, "device.contacts[2].barrier", &number, &err),
                   HD_INPUT);
  ck_assert_int_eq(variant_find(rig.plan.config, "device.mesh.refine", &number, &err), HD_INPUT);
  rig_close(&rig);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("sensitivity");
  TCase *tcase = tcase_create("sensitivity");
  tcase_set_timeout(tcase, 300); /* s: whole runs on a busy machine; only a hang takes longer */
  tcase_add_test(tcase, sensitivities_are_central_differences);
  tcase_add_test(tcase, transients_do_no_work_twice);
  tcase_add_loop_test(tcase, adjoint_equals_forward, 0, CASES);
  tcase_add_loop_test(tcase, adjoint_is_central_differences, OWN_CASES, CASES);
  tcase_add_test(tcase, mesh_is_held);
  tcase_add_test(tcase, edges_of_waveforms_may_not_move);
  tcase_add_test(tcase, numbers_have_names_and_units);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
