#include "solver/base/error.h"

#include <string.h>
#include "tests/support/difference.h"

START_TEST(hd_fail_keeps_the_first_status_and_every_sentence) {
  struct hd_error err = {0};
  ck_assert_int_eq(hd_fail(&err, HD_INPUT, "got %d", 3), HD_INPUT);
  ck_assert_int_eq(hd_fail(&err, HD_IO, "no file"), HD_IO);
  ck_assert_int_eq(err.status, HD_INPUT);
  ck_assert_uint_eq(err.count, 2);
  ck_assert_str_eq(err.text, "got 3\nno file\n");
}
END_TEST

START_TEST(hd_fail_counts_what_does_not_fit) {
  struct hd_error err = {0};
  for (int i = 0; i < HD_ERROR_TEXT; i++)
    hd_fail(&err, HD_INPUT, "a sentence");
  ck_assert_uint_eq(err.count, HD_ERROR_TEXT);
  ck_assert_uint_lt(err.length, HD_ERROR_TEXT);
  ck_assert_uint_eq(strlen(err.text), err.length);
}
END_TEST

START_TEST(hd_first_line_leaves_out_what_follows) {
  struct hd_error err = {0}, other = {0};
  hd_fail(&err, HD_INPUT, "the first");
  hd_fail(&err, HD_INPUT, "the second");
  hd_fail(&other, HD_INPUT, "here: %.*s", hd_first_line(err.text), err.text);
  ck_assert_str_eq(other.text, "here: the first\n");
}
END_TEST

START_TEST(hd_first_line_knows_a_text_without_end_and_none) {
  ck_assert_int_eq(hd_first_line("alone"), 5);
  ck_assert_int_eq(hd_first_line("\nsecond"), 0);
  ck_assert_int_eq(hd_first_line(""), 0);
  ck_assert_int_eq(hd_first_line(NULL), 0);
}
END_TEST

START_TEST(hd_error_place_stands_before_the_first_sentence) {
  struct hd_error err = {0};
  hd_error_place(&err, "nowhere");
  ck_assert_str_eq(err.text, "");
  hd_fail(&err, HD_CONVERGENCE, "not found");
  hd_fail(&err, HD_CONVERGENCE, "the second");
  hd_error_place(&err, "experiment z");
  ck_assert_str_eq(err.text, "experiment z: not found\nthe second\n");
  ck_assert_uint_eq(err.length, strlen(err.text));
  ck_assert_uint_eq(err.count, 2);
  hd_error_place(NULL, "nowhere");
}
END_TEST

START_TEST(hd_error_place_leaves_a_full_text_alone) {
  struct hd_error err = {0};
  for (int i = 0; i < HD_ERROR_TEXT; i++)
    hd_fail(&err, HD_INPUT, "a sentence");
  hd_error_place(&err, "here");
  ck_assert_uint_eq(strlen(err.text), err.length);
  ck_assert_uint_lt(err.length, HD_ERROR_TEXT);
  ck_assert_int_eq(strncmp(err.text, "a sentence", 10), 0);
}
END_TEST

int main(void) {
  return run_suite("error",
                   (const TTest *const[]){hd_fail_keeps_the_first_status_and_every_sentence,
                                          hd_fail_counts_what_does_not_fit,
                                          hd_first_line_leaves_out_what_follows,
                                          hd_first_line_knows_a_text_without_end_and_none,
                                          hd_error_place_stands_before_the_first_sentence,
                                          hd_error_place_leaves_a_full_text_alone, NULL});
}
