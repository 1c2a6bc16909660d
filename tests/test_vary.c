/* --vary KEY=... */
#include "solver/study/vary.h"

#include <string.h>
#include "tests/support/config_input.h"

static struct vary_spec read_vary(const char *text) {
  struct vary_spec vary;
  struct hd_error err = {0};
  ck_assert_msg(vary_read(&vary, text, &err) == HD_OK, "%s", err.text);
  return vary;
}

START_TEST(vary_reads_a_range) {
  struct vary_spec vary = read_vary("device.species[1].diffusion=1e-9 cm^2/s : 1e-7 cm^2/s:log:10");
  ck_assert_str_eq(vary.key, "device.species[1].diffusion");
  ck_assert_str_eq(vary.from, "1e-9 cm^2/s");
  ck_assert_str_eq(vary.to, "1e-7 cm^2/s");
  ck_assert_int_eq(vary.scale, STUDY_LOG);
  ck_assert_int_eq(vary.points, 10);
  ck_assert_uint_eq(vary.n_values, 0);
  vary_spec_free(&vary);
}
END_TEST

START_TEST(vary_scale_and_number_may_be_left_out) {
  struct vary_spec plain = read_vary("a=1 V:2 V"), number = read_vary("a=1 V:2 V:7"),
                   scale = read_vary("a=1 V:2 V:log");
  ck_assert_int_eq(plain.scale, STUDY_LINEAR);
  ck_assert_int_eq(plain.points, 0);
  ck_assert_int_eq(number.points, 7);
  ck_assert_int_eq(scale.scale, STUDY_LOG);
  ck_assert_int_eq(scale.points, 0);
  vary_spec_free(&plain);
  vary_spec_free(&number);
  vary_spec_free(&scale);
}
END_TEST

START_TEST(vary_reads_a_list) {
  struct vary_spec vary = read_vary("device.layers[0].material=MAPbI3, silicon");
  ck_assert_uint_eq(vary.n_values, 2);
  ck_assert_str_eq(vary.values[0], "MAPbI3");
  ck_assert_str_eq(vary.values[1], "silicon");
  ck_assert_ptr_null(vary.from);
  vary_spec_free(&vary);
}
END_TEST

START_TEST(vary_refuses_what_it_does_not_read) {
  static const char *const texts[] = {
      "",        "a",       "=1",        "a=",        "a=1:",          "a=:2",  "a=1:2:",
      "a=1:2:x", "a=1:2:0", "a=1:2:1.5", "a=1:2:3:4", "a=1:2:log:3:4", "a=1,,2"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    struct vary_spec vary;
    struct hd_error err = {0};
    ck_assert_msg(vary_read(&vary, texts[i], &err) == HD_USAGE, "%s", texts[i]);
    ck_assert_ptr_nonnull(
        strstr(err.text, "must be KEY=FROM:TO, KEY=FROM:TO:N, KEY=FROM:TO:log:N"));
    vary_spec_free(&vary);
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("vary");
  TCase *all = tcase_create("vary");
  tcase_add_test(all, vary_reads_a_range);
  tcase_add_test(all, vary_scale_and_number_may_be_left_out);
  tcase_add_test(all, vary_reads_a_list);
  tcase_add_test(all, vary_refuses_what_it_does_not_read);
  suite_add_tcase(suite, all);
  return suite_run(suite);
}
