#include "solver/sink.h"

#include <check.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include "tests/support/folder.h"
#include "tests/support/suite.h"

enum { NOBODY = 65534 /* a user without rights */ };

static struct hd_error err;

static void set_up(void) {
  folder_set_up();
  hd_error_clear(&err);
}

/* ---- tables ---- */

static const char *const columns[] = {"experiment", "time_s", "V(top)_V", "I(top)_A"};

static struct sink_table *table_open(void) {
  struct sink_table *table = NULL;
  ck_assert_int_eq(sink_table_open(&table, folder, "terminals.csv", 4, columns, &err), HD_OK);
  return table;
}

START_TEST(table_writes_rows_at_once) {
  struct sink_table *table = table_open();
  ck_assert_int_eq(sink_table_row(table, "dc", (double[]){0, 0.5, -1.5e-12}, &err), HD_OK);
  ck_assert_str_eq(content("terminals.csv"),
                   "experiment,time_s,V(top)_V,I(top)_A\ndc,0,0.5,-1.5e-12\n");
  ck_assert_int_eq(sink_table_close(&table, &err), HD_OK);
  ck_assert_ptr_null(table);
}
END_TEST

START_TEST(table_leaves_missing_values_empty) {
  struct sink_table *table = table_open();
  sink_table_row(table, "dc", (double[]){NAN, 1, NAN}, &err);
  sink_table_close(&table, &err);
  ck_assert_ptr_nonnull(strstr(content("terminals.csv"), "\ndc,,1,\n"));
}
END_TEST

/* 1 ns after 5 s of a step is a time of its own. */
START_TEST(table_keeps_nanoseconds_after_seconds) {
  struct sink_table *table = table_open();
  sink_table_row(table, "a", (double[]){5.000000001, 1.0 / 3, 1}, &err);
  sink_table_close(&table, &err);
  ck_assert_ptr_nonnull(strstr(content("terminals.csv"), "\na,5.000000001,0.3333333333,1\n"));
}
END_TEST

START_TEST(table_quotes_names) {
  struct sink_table *table = table_open();
  sink_table_row(table, "set, \"up\"", (double[]){0, 0, 0}, &err);
  sink_table_row(table, "two\nlines", (double[]){0, 0, 0}, &err);
  sink_table_close(&table, &err);
  const char *text = content("terminals.csv");
  ck_assert_ptr_nonnull(strstr(text, "\n\"set, \"\"up\"\"\",0,0,0\n"));
  ck_assert_ptr_nonnull(strstr(text, "\n\"two\nlines\",0,0,0\n"));
}
END_TEST

/** Rows behind the length are cut off, even a torn one; then it goes on. */
START_TEST(table_reopens_behind_its_good_rows) {
  struct sink_table *table = table_open();
  ck_assert_int_eq(sink_table_row(table, "dc", (double[]){0, 0.5, 1}, &err), HD_OK);
  double length = sink_table_length(table);
  ck_assert_int_eq(sink_table_row(table, "dc", (double[]){1, 0.5, 2}, &err), HD_OK);
  ck_assert_int_eq(sink_table_close(&table, &err), HD_OK);
  FILE *file = fopen(in_folder("terminals.csv"), "a");
  fputs("dc,2,0.", file);
  fclose(file);
  ck_assert_int_eq(sink_table_reopen(&table, folder, "terminals.csv", 4, columns, length, &err),
                   HD_OK);
  ck_assert_double_eq(sink_table_length(table), length);
  ck_assert_int_eq(sink_table_row(table, "dc", (double[]){1.23456789012345, 0.5, 3}, &err), HD_OK);
  ck_assert_int_eq(sink_table_close(&table, &err), HD_OK);
  ck_assert_str_eq(content("terminals.csv"), "experiment,time_s,V(top)_V,I(top)_A\ndc,0,0.5,1\n"
                                             "dc,1.23456789012345,0.5,3\n");
  ck_assert_int_eq(sink_table_reopen(&table, folder, "terminals.csv", 4, columns, 1e6, &err),
                   HD_IO);
  ck_assert_ptr_nonnull(strstr(err.text, "shorter than at the checkpoint"));
  ck_assert_ptr_null(table);
}
END_TEST

START_TEST(file_copies_are_whole) {
  FILE *file = fopen(in_folder("from"), "wb");
  for (int i = 0; i < 200000; i++)
    fputc(i * 7 % 256, file);
  fclose(file);
  ck_assert_int_eq(sink_copy(in_folder("from"), folder, "to", &err), HD_OK);
  FILE *a = fopen(in_folder("from"), "rb"), *b = fopen(in_folder("to"), "rb");
  for (int c = 0; c != EOF;) {
    c = fgetc(a);
    ck_assert_int_eq(c, fgetc(b));
  }
  fclose(a);
  fclose(b);
  ck_assert(!exists("to.part"));
  ck_assert_int_eq(sink_copy(in_folder("none"), folder, "to", &err), HD_IO);
  ck_assert(exists("to"));
}
END_TEST

START_TEST(table_says_which_file_and_why) {
  struct sink_table *table = NULL;
  ck_assert_int_eq(sink_table_open(&table, "no/folder", "a.csv", 4, columns, &err), HD_IO);
  ck_assert_ptr_null(table);
  ck_assert_str_eq(err.text, "no/folder/a.csv: cannot write: No such file or directory\n");
}
END_TEST

START_TEST(table_notices_full_device) {
  struct sink_table *table = NULL;
  ck_assert_int_eq(sink_table_open(&table, "/dev", "full", 4, columns, &err), HD_IO);
  ck_assert_ptr_null(table);
  ck_assert_str_eq(err.text, "/dev/full: cannot write: No space left on device\n");
}
END_TEST

static int fill_table(void) {
  limit_files(10007); /* a prime: not a multiple of any row */
  struct sink_table *table = NULL;
  if (sink_table_open(&table, folder, "terminals.csv", 4, columns, &err) != HD_OK)
    return HD_INTERNAL;
  enum hd_status status = HD_OK;
  for (int i = 0; i < 10000 && status == HD_OK; i++)
    status = sink_table_row(table, "dc", (double[]){0.1 * i, 1.0 / 3, 1e-12 / 3}, &err);
  sink_table_close(&table, NULL);
  return (int)status;
}

START_TEST(table_on_full_disk_ends_with_whole_row) {
  ck_assert_int_eq(in_child(fill_table), HD_IO);
  const char *text = content("terminals.csv");
  size_t length = strlen(text);
  ck_assert_uint_gt(length, 9900);
  ck_assert_int_eq(text[length - 1], '\n');
}
END_TEST

/* ---- whole files ---- */

START_TEST(json_keeps_17_digits_and_order) {
  json_t *root = json_object();
  json_object_set_new(root, "z", json_real(0.1 + 0.2));
  json_object_set_new(root, "a", json_integer(-3));
  ck_assert_int_eq(sink_json(folder, "summary.json", root, &err), HD_OK);
  ck_assert(!exists("summary.json.part"));
  const char *text = content("summary.json");
  ck_assert(strstr(text, "\"z\"") < strstr(text, "\"a\""));
  json_t *back = json_load_file(in_folder("summary.json"), 0, NULL);
  ck_assert(json_equal(root, back));
  json_decref(back);
  json_decref(root);
}
END_TEST

START_TEST(json_of_an_unknown_number_is_null) {
  static const double unknown[] = {(double)NAN, (double)INFINITY, -(double)INFINITY};
  for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
    ck_assert(json_is_null(sink_number(unknown[i])));
  json_t *known = sink_number(0.1);
  ck_assert(json_real_value(known) == 0.1);
  json_decref(known);
}
END_TEST

static int fill_json(void) {
  limit_files(1000);
  json_t *root = json_array();
  for (int i = 0; i < 1000; i++)
    json_array_append_new(root, json_integer(i));
  enum hd_status status = sink_json(folder, "summary.json", root, &err);
  json_decref(root);
  return strstr(err.text, "summary.json: cannot write: File too large") ? (int)status : HD_INTERNAL;
}

START_TEST(json_on_full_disk_leaves_older_file) {
  put("summary.json", "older");
  ck_assert_int_eq(in_child(fill_json), HD_IO);
  ck_assert_str_eq(content("summary.json"), "older");
  ck_assert(!exists("summary.json.part"));
}
END_TEST

START_TEST(file_appears_at_commit_only) {
  struct sink_file *file = NULL;
  ck_assert_int_eq(sink_file_open(&file, folder, "resolved.cfg", &err), HD_OK);
  fputs("a = 1.0;\n", sink_file_stream(file));
  ck_assert(!exists("resolved.cfg"));
  ck_assert_int_eq(sink_file_commit(&file, &err), HD_OK);
  ck_assert_ptr_null(file);
  ck_assert_str_eq(content("resolved.cfg"), "a = 1.0;\n");
  ck_assert(!exists("resolved.cfg.part"));
}
END_TEST

START_TEST(file_discarded_leaves_older_file) {
  put("resolved.cfg", "older");
  struct sink_file *file = NULL;
  ck_assert_int_eq(sink_file_open(&file, folder, "resolved.cfg", &err), HD_OK);
  fputs("half", sink_file_stream(file));
  sink_file_discard(&file);
  sink_file_discard(&file);
  ck_assert_str_eq(content("resolved.cfg"), "older");
  ck_assert(!exists("resolved.cfg.part"));
}
END_TEST

START_TEST(file_says_which_file_and_why) {
  struct sink_file *file = NULL;
  ck_assert_int_eq(sink_file_open(&file, "no/folder", "a", &err), HD_IO);
  ck_assert_ptr_null(file);
  ck_assert_str_eq(err.text, "no/folder/a.part: cannot write: No such file or directory\n");
}
END_TEST

START_TEST(file_cannot_replace_folder) {
  ck_assert_int_eq(mkdir(in_folder("a"), 0777), 0);
  struct sink_file *file = NULL;
  ck_assert_int_eq(sink_file_open(&file, folder, "a", &err), HD_OK);
  ck_assert_int_eq(sink_file_commit(&file, &err), HD_IO);
  ck_assert_ptr_nonnull(strstr(err.text, "/a: cannot write: Is a directory\n"));
  ck_assert(!exists("a.part"));
}
END_TEST

/* ---- the folder ---- */

START_TEST(folder_is_made_with_parents) {
  ck_assert_int_eq(sink_folder(in_folder("a//b/c/"), &err), HD_OK);
  ck_assert(exists("a/b/c"));
  ck_assert_int_eq(sink_folder(in_folder("a/b"), &err), HD_OK);
}
END_TEST

START_TEST(folder_loses_older_results_only) {
  static const char *const results[] = {"terminals.csv", "spikes.csv", "fields.nc", "summary.json"};
  put("notes.txt", "mine");
  put("resolved.cfg", "perhaps the input of this run");
  for (size_t i = 0; i < 4; i++)
    put(results[i], "older");
  ck_assert_int_eq(sink_folder(folder, &err), HD_OK);
  ck_assert(exists("notes.txt") && exists("resolved.cfg"));
  for (size_t i = 0; i < 4; i++)
    ck_assert(!exists(results[i]));
}
END_TEST

START_TEST(folder_of_an_ensemble_is_left_alone) {
  static const char *const journals[] = {"results.jsonl", "results.part-3-of-8.jsonl"};
  put("summary.json", "of all");
  for (size_t i = 0; i < 2; i++) {
    put(journals[i], "a line");
    ck_assert_int_eq(sink_folder(folder, &err), HD_USAGE);
    ck_assert_ptr_nonnull(strstr(err.text, ": holds the results of an ensemble or study; give "));
    ck_assert(exists("summary.json") && exists(journals[i]));
    hd_error_clear(&err);
    unlink(in_folder(journals[i]));
  }
  put("results.txt", "mine");
  ck_assert_int_eq(sink_folder(folder, &err), HD_OK);
}
END_TEST

START_TEST(folder_says_when_a_file_is_in_the_way) {
  put("out", "");
  ck_assert_int_eq(sink_folder(in_folder("out"), &err), HD_IO);
  ck_assert_ptr_nonnull(strstr(err.text, "/out: cannot make the run folder: a file of that name "));
  hd_error_clear(&err);
  ck_assert_int_eq(sink_folder(in_folder("out/deeper"), &err), HD_IO);
  ck_assert_ptr_nonnull(strstr(err.text, "/out: cannot make the run folder: a file of that name "));
}
END_TEST

static int make_forbidden(void) {
  if (geteuid() == 0 && seteuid(NOBODY) != 0)
    return HD_INTERNAL;
  if (sink_folder(folder, &err) != HD_IO ||
      !strstr(err.text, "cannot write into the run folder: Permission denied"))
    return HD_INTERNAL;
  hd_error_clear(&err);
  enum hd_status status = sink_folder(in_folder("new"), &err);
  bool said = strstr(err.text, "/new: cannot make the run folder: Permission denied") != NULL;
  return said ? (int)status : HD_INTERNAL;
}

START_TEST(folder_says_when_it_is_not_allowed) {
  chmod(folder, 0555);
  ck_assert_int_eq(in_child(make_forbidden), HD_IO);
  chmod(folder, 0755);
}
END_TEST

START_TEST(folder_needs_a_name) {
  ck_assert_int_eq(sink_folder("", &err), HD_IO);
  ck_assert_uint_eq(err.count, 1);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("sink");
  TCase *tests = tcase_create("files");
  tcase_add_checked_fixture(tests, set_up, folder_tear_down);
  tcase_add_test(tests, table_writes_rows_at_once);
  tcase_add_test(tests, table_leaves_missing_values_empty);
  tcase_add_test(tests, table_keeps_nanoseconds_after_seconds);
  tcase_add_test(tests, table_quotes_names);
  tcase_add_test(tests, table_reopens_behind_its_good_rows);
  tcase_add_test(tests, file_copies_are_whole);
  tcase_add_test(tests, table_says_which_file_and_why);
  tcase_add_test(tests, table_notices_full_device);
  tcase_add_test(tests, table_on_full_disk_ends_with_whole_row);
  tcase_add_test(tests, json_keeps_17_digits_and_order);
  tcase_add_test(tests, json_of_an_unknown_number_is_null);
  tcase_add_test(tests, json_on_full_disk_leaves_older_file);
  tcase_add_test(tests, file_appears_at_commit_only);
  tcase_add_test(tests, file_discarded_leaves_older_file);
  tcase_add_test(tests, file_says_which_file_and_why);
  tcase_add_test(tests, file_cannot_replace_folder);
  tcase_add_test(tests, folder_is_made_with_parents);
  tcase_add_test(tests, folder_loses_older_results_only);
  tcase_add_test(tests, folder_of_an_ensemble_is_left_alone);
  tcase_add_test(tests, folder_says_when_a_file_is_in_the_way);
  tcase_add_test(tests, folder_says_when_it_is_not_allowed);
  tcase_add_test(tests, folder_needs_a_name);
  suite_add_tcase(suite, tests);
  return suite_run(suite);
}
