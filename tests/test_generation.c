#include "physics/generation.h"

#include <stdio.h>
#include <string.h>
#include "tests/support/difference.h"

START_TEST(none_and_uniform_do_not_depend_on_place) {
  struct generation dark = {.kind = GENERATION_NONE, .rate = 1e27};
  struct generation lit = {.kind = GENERATION_UNIFORM, .rate = 1e27};
  for (int i = 0; i < 10; i++) {
    double x = 1e-7 * i;
    ck_assert_double_eq(generation_rate(&dark, x, 1e7, 1), 0);
    ck_assert_double_eq(generation_rate(&lit, x, 1e7, 1), 1e27);
  }
}
END_TEST

/* What is absorbed between two depths is what the light lost: integral G dx = flux (1 - e^-aL).
 * Midpoint rule with 4000 cells: error (a h)^2 / 24 = 2e-8. */
START_TEST(beer_lambert_conserves_photons) {
  struct generation lit = {.kind = GENERATION_BEER_LAMBERT, .photon_flux = 3e21};
  double a = 1e7, length = 4e-7, h = length / 4000, sum = 0;
  for (int i = 0; i < 4000; i++)
    sum += h * generation_rate(&lit, (i + 0.5) * h, a, a * (i + 0.5) * h);
  ck_assert_double_eq_tol(sum / (3e21 * -expm1(-a * length)), 1, 1e-7);
}
END_TEST

static void write_file(const char *path, const char *text) {
  FILE *file = fopen(path, "w");
  ck_assert_ptr_nonnull(file);
  fputs(text, file);
  fclose(file);
}

START_TEST(table_is_linear_between_points_and_dark_outside) {
  write_file("profile.txt", "# x  G\n1e-7 1e27\n2e-7, 3e27 # bend\n\n4e-7\t0\n");
  struct generation lit = {.kind = GENERATION_TABLE, .file = "profile.txt"};
  struct hd_error err = {0};
  ck_assert_int_eq(generation_prepare(&lit, "test", &err), HD_OK);
  ck_assert_uint_eq(lit.n_points, 3);
  static const double points[][2] = {{0, 0},       {0.99e-7, 0},   {1e-7, 1e27}, {1.5e-7, 2e27},
                                     {2e-7, 3e27}, {3e-7, 1.5e27}, {4e-7, 0},    {4.1e-7, 0}};
  for (size_t i = 0; i < sizeof points / sizeof *points; i++)
    /* rounding of the interpolation */
    ck_assert_double_eq_tol(generation_rate(&lit, points[i][0], 0, 0), points[i][1], 1e13);
  generation_free(&lit);
  ck_assert_ptr_null(lit.table);
}
END_TEST

/* Every kind but none asks for its own value. */
START_TEST(prepare_names_what_is_missing) {
  static const char *const key[] = {"", "rate", "photon_flux", "file"};
  for (int kind = GENERATION_UNIFORM; kind <= GENERATION_TABLE; kind++) {
    struct generation lit = {.kind = kind, .rate = PARAM_MISSING, .photon_flux = PARAM_MISSING};
    struct hd_error err = {0};
    ck_assert_int_eq(generation_prepare(&lit, "cell.cfg:3", &err), HD_INPUT);
    ck_assert_ptr_nonnull(strstr(err.text, key[kind]));
    ck_assert_ptr_nonnull(strstr(err.text, "cell.cfg:3"));
  }
}
END_TEST

START_TEST(prepare_refuses_a_missing_file) {
  struct generation lit = {.kind = GENERATION_TABLE, .file = "no_such_profile.txt"};
  struct hd_error err = {0};
  ck_assert_int_eq(generation_prepare(&lit, "cell.cfg:3", &err), HD_IO);
  ck_assert_ptr_nonnull(strstr(err.text, "no_such_profile.txt"));
}
END_TEST

int main(void) {
  const TTest *tests[] = {none_and_uniform_do_not_depend_on_place,
                          beer_lambert_conserves_photons,
                          table_is_linear_between_points_and_dark_outside,
                          prepare_names_what_is_missing,
                          prepare_refuses_a_missing_file,
                          NULL};
  return run_suite("generation", tests);
}
