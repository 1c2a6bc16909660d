/* Fits to curves of pvk1 that other programs computed come back to the numbers of those programs.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include "solver/fit/fit.h"
#include "tests/support/difference.h"
#include "tests/support/rig.h"

static const char *const start[] = {
    "device.species.vacancy.density=2e24",      "device.species.vacancy.diffusion=5e-16",
    "materials.pvk1.permittivity=20",           "materials.pvk1.electron_mobility=5e-5",
    "device.contacts.anode.work_function=5.05", NULL};

/** The meshes of the programs make errors of 0.1 % in currents and impedances. */
static const double tolerance = 1e-3;

static void fit(const char *deck, const char *const *sets, size_t n_data, const char *const *files,
                const double *exact) {
  struct rig rig;
  struct hd_error err = {0};
  struct fit_data data[2] = {{.n = 0}};
  struct fit_result result;
  rig_read(&rig, deck, sets);
  for (size_t d = 0; d < n_data; d++) {
    char path[HD_PATH];
    snprintf(path, sizeof path, "%s/validation/fit/%s", getenv("HALIDRIFT_ROOT"), files[d]);
    ck_assert_msg(fit_data_read(&data[d], path, &rig.plan.spec, &err) == HD_OK, "%s", err.text);
  }
  ck_assert_msg(fit_solve(&result, rig.plan.config, &rig.plan.spec, n_data, data, NULL, &err) ==
                    HD_OK,
                "%s", err.text);
  ck_assert(result.converged);
  ck_assert_double_gt(result.probability, 0.05);
  for (size_t i = 0; i < result.n; i++) {
    const struct fit_value *value = &result.values[i];
    printf("%-48s %.5g of %.5g, interval %.5g to %.5g\n", value->name, value->value, exact[i],
           value->interval[0], value->interval[1]);
    ck_assert_double_le(value->interval[0], exact[i]);
    ck_assert_double_ge(value->interval[1], exact[i]);
    ck_assert_double_eq_tol(value->value / exact[i], 1.0, tolerance);
  }
  fit_result_free(&result);
  for (size_t d = 0; d < n_data; d++)
    fit_data_free(&data[d]);
  rig_close(&rig);
}

START_TEST(impedance_gives_ions_and_permittivity) {
  static const char *const files[] = {"impedance.csv"};
  static const double exact[] = {1e24, 1.0340e-14, 24.0};
  static const char *const near[] = {"device.species.vacancy.density=2e24",
                                     "device.species.vacancy.diffusion=5e-16",
                                     "materials.pvk1.permittivity=20", NULL};
  fit("validation/fit/impedance.cfg", near, 1, files, exact);
}
END_TEST

START_TEST(impedance_and_current_give_contacts_and_carriers_too) {
  static const char *const files[] = {"jv.csv", "impedance.csv"};
  static const double exact[] = {1e24, 1.0340e-14, 24.0, 1e-4, 5.1};
  fit("validation/fit/both.cfg", start, 2, files, exact);
}
END_TEST

int main(void) {
  const TTest *const tests[] = {impedance_gives_ions_and_permittivity,
                                impedance_and_current_give_contacts_and_carriers_too, NULL};
  return run_suite("fit_pvk1", tests);
}
