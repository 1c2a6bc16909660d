/* Points of studies: where they are, in which order, and what their keys are. */
#include "solver/study/design.h"

#include <math.h>
#include <string.h>
#include "solver/base/memory.h"
#include "tests/support/config_input.h"

/* Rounding of products of a few numbers. */
static const double ROUNDING = 1e-14;

/* ---- samples of the unit cube ---- */

START_TEST(latin_hypercube_has_one_point_in_each_part_of_each_axis) {
  enum { N = 200, DIMENSIONS = 8 };
  static double share[N * DIMENSIONS];
  ck_assert_int_eq(design_sample(STUDY_LATIN_HYPERCUBE, 7, N, DIMENSIONS, share, NULL), HD_OK);
  for (size_t d = 0; d < DIMENSIONS; d++) {
    int count[N] = {0};
    for (size_t i = 0; i < N; i++)
      count[(size_t)floor(share[i * DIMENSIONS + d] * N)]++;
    for (size_t i = 0; i < N; i++)
      ck_assert_int_eq(count[i], 1);
  }
}
END_TEST

/* Two axes with the same order would put all points on a diagonal: the correlation of N independent
 * pairs is within 4 / sqrt(N) but for 1 in 16000. */
START_TEST(latin_hypercube_orders_each_axis_anew) {
  enum { N = 400 };
  static double share[N * 2];
  double sum = 0;
  ck_assert_int_eq(design_sample(STUDY_LATIN_HYPERCUBE, 1, N, 2, share, NULL), HD_OK);
  for (size_t i = 0; i < N; i++)
    sum += (share[2 * i] - 0.5) * (share[2 * i + 1] - 0.5);
  ck_assert_double_lt(fabs(12 * sum / N), 4 / sqrt(N));
}
END_TEST

START_TEST(latin_hypercube_depends_on_its_seed) {
  double a[20], b[20], c[20];
  ck_assert_int_eq(design_sample(STUDY_LATIN_HYPERCUBE, 1, 10, 2, a, NULL), HD_OK);
  ck_assert_int_eq(design_sample(STUDY_LATIN_HYPERCUBE, 1, 10, 2, b, NULL), HD_OK);
  ck_assert_int_eq(design_sample(STUDY_LATIN_HYPERCUBE, 2, 10, 2, c, NULL), HD_OK);
  ck_assert_int_eq(memcmp(a, b, sizeof a), 0);
  ck_assert_int_ne(memcmp(a, c, sizeof a), 0);
}
END_TEST

/** Warnock's formula of the L2 star discrepancy squared in two dimensions (Warnock 1972). */
static double discrepancy(size_t n, const double *x) {
  double single = 0, pairs = 0;
  for (size_t i = 0; i < n; i++) {
    single += (1 - x[2 * i] * x[2 * i]) * (1 - x[2 * i + 1] * x[2 * i + 1]);
    for (size_t j = 0; j < n; j++)
      pairs += (1 - fmax(x[2 * i], x[2 * j])) * (1 - fmax(x[2 * i + 1], x[2 * j + 1]));
  }
  return 1.0 / 9 - single / (2.0 * (double)n) + pairs / ((double)n * (double)n);
}

/* n independent points have the mean (1/4 - 1/9) / n of it; Sobol's n^-2 up to logarithms. */
START_TEST(sobol_fills_evenly) {
  enum { N = 256 };
  static double share[N * 2];
  ck_assert_int_eq(design_sample(STUDY_SOBOL, 1, N, 2, share, NULL), HD_OK);
  ck_assert_double_lt(discrepancy(N, share), 0.05 * (1.0 / 4 - 1.0 / 9) / N);
}
END_TEST

START_TEST(sobol_goes_on_where_it_was) {
  double few[3 * 8], many[3 * 50];
  ck_assert_int_eq(design_sample(STUDY_SOBOL, 1, 8, 3, few, NULL), HD_OK);
  ck_assert_int_eq(design_sample(STUDY_SOBOL, 1, 50, 3, many, NULL), HD_OK);
  ck_assert_int_eq(memcmp(few, many, sizeof few), 0);
}
END_TEST

START_TEST(sobol_refuses_more_dimensions_than_it_has) {
  double share[41];
  struct hd_error err = {0};
  ck_assert_int_eq(design_sample(STUDY_SOBOL, 1, 1, 41, share, &err), HD_INPUT);
  ck_assert_ptr_nonnull(strstr(err.text, "41 parameters vary, Sobol's sequence has at most 40"));
}
END_TEST

/* ---- designs of an input ---- */

static struct vary_spec thickness = {.key = "device.layers[0].thickness",
                                     .place = "here",
                                     .from = "40 nm",
                                     .to = "0.16 um",
                                     .points = 3},
                        rate = {.key = "solver.rtol",
                                .place = "there",
                                .from = "1e-7",
                                .to = "1e-3",
                                .scale = STUDY_LOG,
                                .points = 5};

/** The design of the small input; NULL among `varies` ends them. */
static struct design design_of(int method, int points, size_t n, const struct vary_spec *varies,
                               struct hd_error *err) {
  static struct vary_spec own[8];
  static struct study_spec study;
  struct design design;
  memcpy(own, varies, n * sizeof *varies);
  study =
      (struct study_spec){.method = method, .points = points, .seed = 1, .n_vary = n, .vary = own};
  write_file("input.cfg", device_text, experiment_text);
  design_create(&design, &study, "input.cfg", NULL, err);
  return design;
}

START_TEST(grid_is_every_combination_the_last_parameter_fastest) {
  const struct vary_spec varies[] = {thickness, rate};
  struct hd_error err = {0};
  struct design design = design_of(STUDY_GRID, 0, 2, varies, &err);
  ck_assert_msg(err.status == HD_OK, "%s", err.text);
  ck_assert_uint_eq(design.n_points, 15);
  for (size_t point = 0; point < 15; point++) {
    ck_assert_uint_eq(design_index(&design, point, 0), point / 5);
    ck_assert_uint_eq(design_index(&design, point, 1), point % 5);
  }
  for (size_t i = 0; i < 3; i++)
    ck_assert_double_eq_tol(design.parameter[0].value[i] / (40e-9 + (double)i * 60e-9), 1,
                            ROUNDING);
  for (size_t i = 0; i < 5; i++)
    ck_assert_double_eq_tol(design.parameter[1].value[i] * pow(10, 7 - (double)i), 1, ROUNDING);
  ck_assert_str_eq(design.parameter[0].name, "thickness");
  ck_assert_str_eq(design.parameter[0].unit, "m");
  ck_assert_str_eq(design.parameter[1].unit, "");
  design_free(&design);
}
END_TEST

START_TEST(values_are_read_back_as_they_were_made) {
  const struct vary_spec varies[] = {thickness, rate};
  struct hd_error err = {0};
  struct design design = design_of(
      STUDY_LATIN_HYPERCUBE, 50, 2,
      (struct vary_spec[]){
          {.key = varies[0].key, .place = "here", .from = varies[0].from, .to = varies[0].to},
          {.key = varies[1].key,
           .place = "there",
           .scale = STUDY_LOG,
           .from = varies[1].from,
           .to = varies[1].to}},
      &err);
  ck_assert_msg(err.status == HD_OK, "%s", err.text);
  for (size_t k = 0; k < 2; k++)
    for (size_t i = 0; i < 50; i++) {
      const struct parameter *parameter = &design.parameter[k];
      struct config_key key;
      ck_assert_int_eq(parameter_probe(&key, "", parameter->vary->key, parameter->text[i],
                                       "input.cfg", NULL, NULL),
                       HD_OK);
      ck_assert_double_eq(key.value, parameter->value[i]);
      ck_assert_double_ge(key.value, parameter->from);
      ck_assert_double_le(key.value, parameter->to);
    }
  design_free(&design);
}
END_TEST

/* 12 points in 4 whole numbers, and in 3 names: each of them 3 and 4 times. */
START_TEST(latin_hypercube_shares_out_whole_numbers_and_names) {
  char *names[] = {"silicon", "MAPbI3", "silicon"};
  const struct vary_spec varies[] = {
      {.key = "device.layers[0].intervals", .place = "a", .from = "10", .to = "13"},
      {.key = "device.layers[0].material", .place = "b", .n_values = 3, .values = names}};
  struct hd_error err = {0};
  struct design design = design_of(STUDY_LATIN_HYPERCUBE, 12, 2, varies, &err);
  ck_assert_msg(err.status == HD_OK, "%s", err.text);
  int count[4] = {0}, halides = 0;
  for (size_t i = 0; i < 12; i++) {
    count[(int)design.parameter[0].value[i] - 10]++;
    halides += strcmp(design.parameter[1].text[i], "MAPbI3") == 0;
    ck_assert(isnan(design.parameter[1].value[i]));
  }
  for (size_t i = 0; i < 4; i++)
    ck_assert_int_eq(count[i], 3);
  ck_assert_int_eq(halides, 4);
  design_free(&design);
}
END_TEST

START_TEST(lists_go_side_by_side) {
  char *values[] = {"10", "20", "40"};
  const struct vary_spec varies[] = {
      thickness,
      {.key = "device.layers[0].intervals", .place = "list", .n_values = 3, .values = values}};
  struct hd_error err = {0};
  struct design design = design_of(STUDY_LIST, 0, 2, varies, &err);
  ck_assert_msg(err.status == HD_OK, "%s", err.text);
  ck_assert_uint_eq(design.n_points, 3);
  ck_assert_uint_eq(design_index(&design, 2, 0), 2);
  ck_assert_uint_eq(design_index(&design, 2, 1), 2);
  ck_assert_str_eq(design.parameter[1].text[2], "40");
  design_free(&design);
}
END_TEST

START_TEST(names_grow_until_they_differ) {
  const struct vary_spec varies[] = {
      {.key = "device.contacts[0].barrier",
       .place = "a",
       .from = "0.1 eV",
       .to = "0.2 eV",
       .points = 2},
      {.key = "device.contacts[1].barrier",
       .place = "b",
       .from = "0.1 eV",
       .to = "0.2 eV",
       .points = 2},
      {.key = "temperature", .place = "c", .from = "200 K", .to = "300 K", .points = 2}};
  struct hd_error err = {0};
  struct design design = design_of(STUDY_GRID, 0, 3, varies, &err);
  ck_assert_msg(err.status == HD_OK, "%s", err.text);
  ck_assert_str_eq(design.parameter[0].name, "contacts_0_barrier");
  ck_assert_str_eq(design.parameter[1].name, "contacts_1_barrier");
  ck_assert_str_eq(design.parameter[2].name, "temperature");
  design_free(&design);
}
END_TEST

START_TEST(every_wrong_key_has_its_sentence) {
  const struct vary_spec varies[] = {
      {.key = "device.layers[0].thicknes", .place = "one", .from = "1 nm", .to = "2 nm"},
      {.key = "device.layers[0].thickness", .place = "two", .from = "1 s", .to = "-2 nm"},
      {.key = "device.layers", .place = "three", .from = "1 nm", .to = "2 nm"},
      {.key = "device.layers[0].material", .place = "four", .from = "silicon", .to = "MAPbI3"},
      {.key = "temperature", .place = "five", .from = "-5 K", .to = "300 K"},
      {.key = "solver.rtol", .place = "six", .from = "1e-4", .to = "x"}};
  static const char *const said[] = {
      "one: device.layers[0].thicknes: is not a known key; did you mean thickness?",
      "two: device.layers[0].thickness: got \"1 s\": 's' has the wrong dimension, must be like m",
      "two: device.layers[0].thickness: got -2e-09 m, must be > 0 and <= 1",
      "three: device.layers: is a string, must be a list ( )",
      "four: device.layers[0].material is no number and has no range; list its values",
      "five: temperature: got -5 K, must be >= 1 and <= 2000",
      "six: solver.rtol: got the text \"x\", must be a number"};
  struct hd_error err = {0};
  struct design design = design_of(STUDY_GRID, 0, 6, varies, &err);
  ck_assert_int_eq(err.status, HD_INPUT);
  for (size_t i = 0; i < sizeof said / sizeof *said; i++)
    ck_assert_msg(strstr(err.text, said[i]) != NULL, "not said: %s\nsaid: %s", said[i], err.text);
  ck_assert_uint_eq(err.count, sizeof said / sizeof *said);
  design_free(&design);
}
END_TEST

/* A value that does not fit the rest of the input is no wrong key: it may fit at a point. */
START_TEST(key_may_disagree_with_the_rest_of_the_input) {
  const char ions[] = "device = {\n"
                      "  layers = ({ material = \"MAPbI3\"; thickness = \"40 nm\"; });\n"
                      "  species = ({ name = \"v\"; statistics = \"lattice\"; density = 1e24;\n"
                      "               site_density = 1e26; diffusion = 1e-14; });\n"
                      "  contacts = ({ name = \"a\"; at = \"x_min\"; ohmic = true; });\n"
                      "};\n";
  struct config_key key;
  struct hd_error err = {0};
  write_file("ions.cfg", ions, experiment_text);
  ck_assert_int_eq(
      parameter_probe(&key, "", "device.species[0].density", "1e27", "ions.cfg", NULL, &err),
      HD_OK);
  ck_assert_double_eq(key.value, 1e27);
  const char *const sets[] = {"device.species[0].density=1e27", NULL};
  struct reading reading = read_file("ions.cfg", sets);
  ck_assert_int_eq(reading.status, HD_INPUT);
  reading_free(&reading);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("design");
  TCase *points = tcase_create("points");
  tcase_add_test(points, latin_hypercube_has_one_point_in_each_part_of_each_axis);
  tcase_add_test(points, latin_hypercube_orders_each_axis_anew);
  tcase_add_test(points, latin_hypercube_depends_on_its_seed);
  tcase_add_test(points, sobol_fills_evenly);
  tcase_add_test(points, sobol_goes_on_where_it_was);
  tcase_add_test(points, sobol_refuses_more_dimensions_than_it_has);
  tcase_add_test(points, grid_is_every_combination_the_last_parameter_fastest);
  tcase_add_test(points, values_are_read_back_as_they_were_made);
  tcase_add_test(points, latin_hypercube_shares_out_whole_numbers_and_names);
  tcase_add_test(points, lists_go_side_by_side);
  tcase_add_test(points, names_grow_until_they_differ);
  tcase_add_test(points, every_wrong_key_has_its_sentence);
  tcase_add_test(points, key_may_disagree_with_the_rest_of_the_input);
  suite_add_tcase(suite, points);
  return suite_run(suite);
}
