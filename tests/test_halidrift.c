#include "solver/halidrift.h"

#include <check.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>
#include "tests/support/suite.h"

enum { SIZE = 1 << 20 };

/* A bar of an n-doped semiconductor: the smallest input that has everything. */
static const char bar[] =
    "title = \"bar\";\n"
    "materials = ({ name = \"stuff\"; permittivity = 11.7; electron_affinity = \"4 eV\";\n"
    "  band_gap = \"1.1 eV\"; conduction_band_density = \"2e19 cm^-3\";\n"
    "  valence_band_density = \"2e19 cm^-3\"; electron_mobility = \"1000 cm^2/V/s\"; });\n"
    "device = {\n"
    "  area = \"1 um^2\";\n"
    "  layers = ({ name = \"bar\"; material = \"stuff\"; thickness = \"100 nm\";\n"
    "              donors = \"1e17 cm^-3\"; });\n"
    "  species = ({ name = \"electron\"; });\n"
    "  contacts = ({ name = \"left\"; at = \"x_min\"; ohmic = true; },\n"
    "              { name = \"right\"; at = \"x_max\"; ohmic = true; });\n"
    "};\n"
    "experiments = (\n"
    "  { name = \"iv\"; type = \"dc_sweep\"; from = \"0 V\"; to = \"0.2 V\"; step = \"0.1 V\"; },\n"
    "  { name = \"hold\"; type = \"transient\"; start = \"steady\"; duration = \"1 ns\"; });\n";

static void write_text(const char *path, const char *text) {
  FILE *file = fopen(path, "w");
  ck_assert_ptr_nonnull(file);
  ck_assert_int_ge(fputs(text, file), 0);
  ck_assert_int_eq(fclose(file), 0);
}

static struct hd_run *create_bar(void) {
  struct hd_run *run = NULL;
  write_text("bar.cfg", bar);
  enum hd_status status = hd_run_create(&run, "bar.cfg", NULL);
  ck_assert_msg(status == HD_OK, "%s", hd_run_error(run));
  return run;
}

START_TEST(hd_run_create_describes_the_input) {
  struct hd_run *run = create_bar();
  ck_assert_str_eq(hd_run_title(run), "bar");
  ck_assert_uint_ge(strlen(hd_run_hash(run)), 16);
  ck_assert_double_eq(hd_run_temperature(run), 300.0);
  ck_assert_uint_eq(hd_run_experiments(run), 2);
  ck_assert_str_eq(hd_run_experiment(run, 1), "hold");
  ck_assert_ptr_null(hd_run_experiment(run, 2));
  ck_assert_uint_eq(hd_run_devices(run), 1);
  ck_assert_ptr_nonnull(hd_run_device(run, 0));
  ck_assert_ptr_null(hd_run_device(run, 1));
  ck_assert_uint_eq(hd_run_terminals(run, 0), 2);
  ck_assert_str_eq(hd_run_terminal(run, 0, 1), "right");
  ck_assert_ptr_null(hd_run_terminal(run, 0, 2));
  ck_assert_uint_gt(hd_run_nodes(run, 0), 2);
  ck_assert_uint_eq(hd_run_nodes(run, 1), 0);
  ck_assert_int_eq(hd_run_status(run), HD_USAGE);
  hd_run_free(&run);
  ck_assert_ptr_null(run);
}
END_TEST

START_TEST(hd_run_create_applies_sets) {
  struct hd_run *run = create_bar(), *other = NULL;
  const char *const sets[] = {"title=\"other\"", NULL};
  ck_assert_int_eq(hd_run_create(&other, "bar.cfg", sets), HD_OK);
  ck_assert_str_eq(hd_run_title(other), "other");
  ck_assert_str_ne(hd_run_hash(other), hd_run_hash(run));
  hd_run_free(&run);
  hd_run_free(&other);
}
END_TEST

START_TEST(hd_run_create_keeps_the_sentences) {
  struct hd_run *run = NULL;
  ck_assert_int_eq(hd_run_create(&run, "missing.cfg", NULL), HD_IO);
  ck_assert_ptr_nonnull(run);
  ck_assert_ptr_nonnull(strstr(hd_run_error(run), "missing.cfg"));
  ck_assert_int_eq(hd_run_execute(run, "out"), HD_USAGE);
  ck_assert_int_ne(access("out", F_OK), 0);
  ck_assert_int_eq(hd_run_write_resolved(run, stdout), HD_USAGE);
  ck_assert_str_eq(hd_run_hash(run), "");
  ck_assert_uint_eq(hd_run_experiments(run), 0);
  ck_assert_ptr_null(hd_run_device(run, 0));
  hd_run_free(&run);
}
END_TEST

START_TEST(hd_run_execute_writes_the_folder) {
  struct hd_run *run = create_bar();
  static const char *const files[] = {"terminals.csv", "spikes.csv", "fields.nc",
                                      "summary.json",  "log.txt",    "resolved.cfg"};
  enum hd_status status = hd_run_execute(run, "out");
  ck_assert_msg(status == HD_OK, "%s", hd_run_error(run));
  ck_assert_str_eq(hd_run_error(run), "");
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    char path[64];
    snprintf(path, sizeof path, "out/%s", files[i]);
    ck_assert_msg(access(path, R_OK) == 0, "%s is missing", path);
  }
  ck_assert_int_eq(hd_run_execute(run, "again"), HD_OK);
  hd_run_free(&run);
}
END_TEST

START_TEST(hd_run_execute_reports_progress) {
  struct hd_run *run = create_bar();
  FILE *stream = tmpfile();
  hd_run_set_output(run, stream, HD_NORMAL);
  ck_assert_int_eq(hd_run_execute(run, "out"), HD_OK);
  ck_assert_int_gt(ftell(stream), 0);
  fclose(stream);
  hd_run_free(&run);
}
END_TEST

START_TEST(hd_run_execute_says_why_a_folder_cannot_be_made) {
  struct hd_run *run = create_bar();
  ck_assert_int_eq(hd_run_execute(run, "bar.cfg/out"), HD_IO);
  ck_assert_ptr_nonnull(strstr(hd_run_error(run), "bar.cfg"));
  hd_run_free(&run);
}
END_TEST

START_TEST(hd_run_resume_needs_a_checkpoint) {
  struct hd_run *run = create_bar();
  ck_assert_int_eq(hd_run_resume(run, "nowhere"), HD_USAGE);
  ck_assert_ptr_nonnull(strstr(hd_run_error(run), "nowhere: there is no checkpoint"));
  ck_assert_int_eq(hd_run_execute(run, "ended"), HD_OK);
  ck_assert_int_eq(hd_run_resume(run, "ended"), HD_USAGE);
  ck_assert_ptr_nonnull(strstr(hd_run_error(run), "ended: the run has ended"));
  hd_run_free(&run);
}
END_TEST

START_TEST(hd_run_write_resolved_gives_the_same_run) {
  struct hd_run *run = create_bar(), *again = NULL;
  FILE *file = fopen("resolved.cfg", "w");
  ck_assert_ptr_nonnull(file);
  ck_assert_int_eq(hd_run_write_resolved(run, file), HD_OK);
  fclose(file);
  enum hd_status status = hd_run_create(&again, "resolved.cfg", NULL);
  ck_assert_msg(status == HD_OK, "%s", hd_run_error(again));
  ck_assert_str_eq(hd_run_hash(again), hd_run_hash(run));
  hd_run_free(&run);
  hd_run_free(&again);
}
END_TEST

START_TEST(tables_are_printed) {
  FILE *stream = tmpfile();
  ck_assert_int_eq(hd_list(stream, "contacts"), HD_OK);
  ck_assert_int_eq(hd_explain(stream, "thickness"), HD_OK);
  ck_assert_int_eq(hd_reference(stream), HD_OK);
  ck_assert_int_gt(ftell(stream), 1000);
  ck_assert_int_ne(hd_list(stream, "nonsense"), HD_OK);
  fclose(stream);
}
END_TEST

START_TEST(null_is_accepted) {
  struct hd_run *run = NULL;
  hd_run_free(&run);
  ck_assert_int_eq(hd_run_status(NULL), HD_MEMORY);
  ck_assert_str_eq(hd_status_text(HD_INPUT), "wrong input");
  ck_assert_str_eq(hd_version(), HALIDRIFT_VERSION);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("halidrift");
  TCase *all = tcase_create("api");
  tcase_set_timeout(all, 60);
  tcase_add_test(all, hd_run_create_describes_the_input);
  tcase_add_test(all, hd_run_create_applies_sets);
  tcase_add_test(all, hd_run_create_keeps_the_sentences);
  tcase_add_test(all, hd_run_execute_writes_the_folder);
  tcase_add_test(all, hd_run_execute_reports_progress);
  tcase_add_test(all, hd_run_execute_says_why_a_folder_cannot_be_made);
  tcase_add_test(all, hd_run_resume_needs_a_checkpoint);
  tcase_add_test(all, hd_run_write_resolved_gives_the_same_run);
  tcase_add_test(all, tables_are_printed);
  tcase_add_test(all, null_is_accepted);
  suite_add_tcase(suite, all);
  return suite_run(suite);
}
