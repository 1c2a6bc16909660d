#include "solver/fit/fit_quantity.h"

#include <math.h>
#include "tests/support/difference.h"
#include "tests/support/truth.h"

static const char *const polar[] = {"absZ_Ohm", "phase_deg"};

/** Every way to write a spectrum finds the exact values. */
START_TEST(exact_spectra_give_exact_values) {
  static const char *const start[] = {"device.contacts.anode.barrier=0.43",
                                      "materials.film.electron_mobility=3e-4",
                                      "device.species.vacancy.diffusion=5e-14", NULL};
  static const char *const ways[][2] = {{"ReZ_Ohm", "ImZ_Ohm"}, {"absZ_Ohm", "phase_deg"},
                                        {"ReY_S", "ImY_S"},     {"ReY_S", "C_F"},
                                        {"absZ_Ohm", NULL},     {"phase_deg", NULL}};
  static const char *const paths[] = {"exact.csv"};
  struct truth truth;
  truth_open(&truth, start);
  for (size_t way = 0; way < sizeof ways / sizeof *ways; way++) {
    struct fit_result result;
    truth_write_spectrum(&truth, ways[way], NULL, paths[0], 1, 0.0, false);
    truth_fit(&result, &truth, 1, paths);
    truth_require(&result);
    fit_result_free(&result);
  }
  truth_close(&truth);
}
END_TEST

/** Angles that differ by a whole turn are the same. */
START_TEST(phase_is_read_to_a_turn) {
  struct truth truth;
  struct hd_error err = {0};
  struct fit_data data = {.n = 0};
  struct fit_result result;
  truth_open(&truth, NULL);
  truth_write_spectrum(&truth, polar, NULL, "turned.csv", 1, 0.0, false);
  const struct plan *plan = &truth.rig.plan;
  ck_assert_int_eq(fit_data_read(&data, "turned.csv", &plan->spec, &err), HD_OK);
  for (size_t i = 0; i < data.n; i++)
    data.values[2 * i + 1] += 360.0;
  ck_assert_int_eq(fit_solve(&result, plan->config, &plan->spec, 1, &data, NULL, &err), HD_OK);
  ck_assert_double_le(result.chi2, 1e-12);
  fit_result_free(&result);
  fit_data_free(&data);
  truth_close(&truth);
}
END_TEST

/** Change of each quantity with Y along a direction in the plane. */
struct ray {
  const struct fit_quantity *quantity;
  double complex Y, dY;
  double omega;
};

static double along(double t, const void *context) {
  const struct ray *ray = context;
  double change;
  return ray->quantity->read(ray->Y + t * ray->dY, 0.0, ray->omega, &change);
}

START_TEST(changes_of_quantities_are_differences) {
  for (int i = 0; i < fit_quantities_count; i++)
    for (int direction = 0; direction < 2; direction++) {
      double change;
      struct ray ray = {&fit_quantities[i], CMPLX(0.7, 0.4), direction ? CMPLX(0.0, 0.5) : 0.3,
                        2.5};
      ray.quantity->read(ray.Y, ray.dY, ray.omega, &change);
      assert_slope(along, 0.0, 1e-3, &ray, change, 1e-3, ray.quantity->column);
    }
}
END_TEST

/** Errors that a file does not tell are a share of the modulus, whatever part was measured. */
START_TEST(default_errors_are_shares_of_the_modulus) {
  static const char *const Z[] = {"ReZ_Ohm", "ImZ_Ohm"}, *const C[] = {"ReY_S", "C_F"};
  struct truth truth;
  struct hd_error err = {0};
  struct fit_data data[3];
  truth_open(&truth, NULL);
  const struct run_spec *spec = &truth.rig.plan.spec;
  const double share = spec->fit.relative_error, degree = acos(-1.0) / 180.0;
  truth_write_spectrum(&truth, polar, NULL, "polar.csv", 1, 0.0, false);
  truth_write_spectrum(&truth, Z, NULL, "Z.csv", 1, 0.0, false);
  truth_write_spectrum(&truth, C, NULL, "C.csv", 1, 0.0, false);
  ck_assert_int_eq(fit_data_read(&data[0], "polar.csv", spec, &err), HD_OK);
  ck_assert_int_eq(fit_data_read(&data[1], "Z.csv", spec, &err), HD_OK);
  ck_assert_int_eq(fit_data_read(&data[2], "C.csv", spec, &err), HD_OK);
  for (size_t i = 0; i < data[0].n; i++) {
    double size = data[0].values[2 * i], omega = 2.0 * acos(-1.0) * data[0].x[i];
    ck_assert_double_eq_tol(data[0].errors[2 * i] / (share * size), 1.0, 1e-9);
    ck_assert_double_eq_tol(data[0].errors[2 * i + 1] * degree / share, 1.0, 1e-9);
    ck_assert_double_eq_tol(data[1].errors[2 * i] / (share * size), 1.0, 1e-9);
    ck_assert_double_eq_tol(data[1].errors[2 * i + 1] / (share * size), 1.0, 1e-9);
    ck_assert_double_eq_tol(data[2].errors[2 * i] * size / share, 1.0, 1e-9);
    ck_assert_double_eq_tol(data[2].errors[2 * i + 1] * omega * size / share, 1.0, 1e-9);
  }
  for (int d = 0; d < 3; d++)
    fit_data_free(&data[d]);
  truth_close(&truth);
}
END_TEST

int main(void) {
  const TTest *const tests[] = {exact_spectra_give_exact_values, phase_is_read_to_a_turn,
                                changes_of_quantities_are_differences,
                                default_errors_are_shares_of_the_modulus, NULL};
  return run_suite("fit_quantity", tests);
}
