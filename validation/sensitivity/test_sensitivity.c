/* Sensitivities against central differences of whole runs; see README.md.
 * ctest: long timeout=1200 */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include "tests/support/difference.h"
#include "tests/support/merits.h"
#include "tests/support/rig.h"

#define HERE "validation/sensitivity/"

/** Relative step of the differences. The time at which a front bridges the film bends with every
 * number as the front goes from node to node, on a scale of 1e-2: over 2e-3 differences are off by
 * 1e-3, over this one by 1e-6. Over it the time steps' own noise, 3e-8 of an energy at rtol 1e-8,
 * would be 1e-4 of a slope: hence 1e-9. */
static const double step = 2e-4;
/** Of d ln merit / d ln p: 1e-4 relative, and the noise of the time steps over `step`. */
static const double relative = 1e-4, noise = 1e-5;

/** Compare every figure of a deck with its differences. */
static void compare(const char *path, const char *const *sets) {
  struct rig rig;
  struct merits merits;
  rig_read(&rig, path, sets);
  const struct sensitivity_spec *wanted = &rig.plan.spec.sensitivity;
  const char *const *keys = (const char *const *)wanted->parameters;
  merits_run(&merits, &rig.plan, wanted->n, keys, 0, 0.0);
  ck_assert_uint_gt(merits.n, 0);
  for (size_t p = 0; p < wanted->n; p++) {
    double difference[MERITS];
    merits_differences(&rig.plan, wanted->n, keys, p, step, difference);
    for (size_t i = 0; i < merits.n; i++) {
      double error = fabs(merits.slope[i][p] - difference[i]);
      printf("%s by %s: %.7g, differences %.7g, %.1e\n", merits.name[i], keys[p],
             merits.slope[i][p], difference[i], error);
      ck_assert_msg(error <= relative * fabs(difference[i]) + noise, "%s by %s: %.8g, must be %.8g",
                    merits.name[i], keys[p], merits.slope[i][p], difference[i]);
    }
  }
  rig_close(&rig);
}

START_TEST(ramp_of_set_f_agrees_with_differences) {
  static const char *const sets[] = {
      "sensitivity.parameters=[\"device.species.vacancy.diffusion\", "
      "\"device.interactions[0].energy\", \"device.contacts.anode.barrier\", "
      "\"materials.film.permittivity\", \"circuit.Rs.value\"]",
      "solver.rtol=1e-9", NULL};
  compare(HERE "ramp.cfg", sets);
}
END_TEST

int main(void) {
  const TTest *const tests[] = {ramp_of_set_f_agrees_with_differences, NULL};
  return run_suite("sensitivity", tests);
}
