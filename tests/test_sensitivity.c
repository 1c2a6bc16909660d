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

START_TEST(sensitivities_are_central_differences) {
  struct rig rig;
  struct merits merits;
  rig_read(&rig, deck, NULL);
  merits_run(&merits, &rig.plan, KEYS, keys, 0, 0.0);
  ck_assert_uint_ge(merits.n, 11); /* five currents and six figures of the spike */
  for (size_t p = 0; p < KEYS; p++) {
    double difference[MERITS];
    merits_differences(&rig.plan, KEYS, keys, p, step, difference);
    for (size_t i = 0; i < merits.n; i++) {
      double error = fabs(merits.slope[i][p] - difference[i]);
      printf("%-28s %-42s %+.8e %+.8e %.1e\n", merits.name[i], keys[p], merits.slope[i][p],
             difference[i], error);
      ck_assert_msg(error <= relative * fabs(difference[i]) + noise, "%s by %s: %.9g, must be %.9g",
                    merits.name[i], keys[p], merits.slope[i][p], difference[i]);
    }
  }
  rig_close(&rig);
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
  const TTest *const tests[] = {sensitivities_are_central_differences, mesh_is_held,
                                edges_of_waveforms_may_not_move, numbers_have_names_and_units,
                                NULL};
  return run_suite("sensitivity", tests);
}
