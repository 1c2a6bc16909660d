/* Checkpoint files: what is put in comes out bit for bit, and damage is seen. */
#include "solver/store.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "tests/support/folder.h"
#include "tests/support/suite.h"

static struct hd_error err;

static void set_up(void) {
  folder_set_up();
  hd_error_clear(&err);
}

enum { MANY = 5000 };

/** Numbers that text would not keep, and many of them. */
static void fill(double *values) {
  values[0] = -0.0;
  values[1] = (double)INFINITY;
  values[2] = (double)NAN;
  values[3] = 4.9e-324;
  for (int i = 4; i < MANY; i++)
    values[i] = sin(i) * pow(10.0, i % 600 - 300);
}

static void write_sample(const char *name) {
  struct store *store = NULL;
  double values[MANY];
  fill(values);
  ck_assert_int_eq(store_create(&store, &err), HD_OK);
  ck_assert_int_eq(store_put(store, "many", MANY, values, &err), HD_OK);
  ck_assert_int_eq(store_put_number(store, "one", 1.0 / 3.0, &err), HD_OK);
  ck_assert_int_eq(store_put_text(store, "words", "{\"a\": 1}\n\xc3\xa9", &err), HD_OK);
  ck_assert_int_eq(store_put(store, "none", 0, NULL, &err), HD_OK);
  ck_assert_int_eq(store_write(store, folder, name, &err), HD_OK);
  store_free(&store);
  ck_assert_ptr_null(store);
}

START_TEST(store_keeps_every_bit) {
  struct store *store = NULL;
  double values[MANY], found[MANY];
  fill(values);
  write_sample("state.nc");
  ck_assert_int_eq(store_read(&store, folder, "state.nc", &err), HD_OK);
  ck_assert_int_eq(store_get(store, "many", MANY, found, &err), HD_OK);
  ck_assert_int_eq(memcmp(values, found, sizeof values), 0);
  ck_assert(store_number(store, "one") == 1.0 / 3.0);
  ck_assert_str_eq(store_text(store, "words"), "{\"a\": 1}\n\xc3\xa9");
  ck_assert_uint_eq(store_count(store, "none"), 0);
  ck_assert_ptr_null(store_text(store, "many"));
  ck_assert(isnan(store_number(store, "words")));
  ck_assert(isnan(store_number(store, "missing")));
  store_free(&store);
}
END_TEST

START_TEST(store_get_wants_the_right_number) {
  struct store *store = NULL;
  double found[MANY];
  write_sample("state.nc");
  ck_assert_int_eq(store_read(&store, folder, "state.nc", &err), HD_OK);
  ck_assert_int_eq(store_get(store, "many", MANY - 1, found, &err), HD_IO);
  ck_assert_ptr_nonnull(strstr(err.text, "5000 values of many, must be 4999"));
  ck_assert_int_eq(store_get(store, "words", 1, found, &err), HD_IO);
  ck_assert_int_eq(store_get(store, "missing", 1, found, &err), HD_IO);
  store_free(&store);
}
END_TEST

/** Cut at 50 lengths: none of the pieces is taken for a checkpoint. */
START_TEST(store_read_refuses_a_torn_file) {
  struct stat info;
  write_sample("state.nc");
  ck_assert_int_eq(stat(in_folder("state.nc"), &info), 0);
  for (int i = 49; i >= 0; i--) {
    struct store *store = NULL;
    ck_assert_int_eq(truncate(in_folder("state.nc"), info.st_size * i / 50), 0);
    ck_assert_int_eq(store_read(&store, folder, "state.nc", &err), HD_IO);
    ck_assert_ptr_null(store);
  }
}
END_TEST

/** Flip one bit of the 40000 bytes of numbers, wherever they are in the file. */
START_TEST(store_read_sees_a_wrong_bit) {
  struct stat info;
  double values[MANY];
  fill(values);
  write_sample("state.nc");
  ck_assert_int_eq(stat(in_folder("state.nc"), &info), 0);
  size_t size = (size_t)info.st_size, at = 0;
  char *data = malloc(size);
  FILE *file = fopen(in_folder("state.nc"), "r+b");
  ck_assert_uint_eq(fread(data, 1, size, file), size);
  while (at + sizeof values < size && memcmp(data + at, values, sizeof values) != 0)
    at++;
  ck_assert_msg(at + sizeof values < size, "the numbers are not in the file");
  for (size_t i = 0; i < sizeof values; i += 1999) {
    struct store *store = NULL;
    char wrong = (char)(data[at + i] ^ 4);
    fseek(file, (long)(at + i), SEEK_SET);
    fwrite(&wrong, 1, 1, file);
    fflush(file);
    ck_assert_int_eq(store_read(&store, folder, "state.nc", &err), HD_IO);
    fseek(file, (long)(at + i), SEEK_SET);
    fwrite(&data[at + i], 1, 1, file);
    fflush(file);
    ck_assert_int_eq(store_read(&store, folder, "state.nc", &err), HD_OK);
    store_free(&store);
  }
  fclose(file);
  free(data);
}
END_TEST

START_TEST(store_write_leaves_an_older_file_alone) {
  struct store *store = NULL;
  write_sample("state.nc");
  ck_assert_int_eq(mkdir(in_folder("state.nc.part"), 0777), 0); /* in the way */
  ck_assert_int_eq(store_create(&store, &err), HD_OK);
  ck_assert_int_eq(store_put_number(store, "one", 2.0, &err), HD_OK);
  ck_assert_int_eq(store_write(store, folder, "state.nc", &err), HD_IO);
  store_free(&store);
  ck_assert_int_eq(store_read(&store, folder, "state.nc", &err), HD_OK);
  ck_assert(store_number(store, "one") == 1.0 / 3.0);
  store_free(&store);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("store");
  TCase *unit = tcase_create("unit");
  tcase_add_checked_fixture(unit, set_up, folder_tear_down);
  tcase_add_test(unit, store_keeps_every_bit);
  tcase_add_test(unit, store_get_wants_the_right_number);
  tcase_add_test(unit, store_read_refuses_a_torn_file);
  tcase_add_test(unit, store_read_sees_a_wrong_bit);
  tcase_add_test(unit, store_write_leaves_an_older_file_alone);
  suite_add_tcase(suite, unit);
  return suite_run(suite);
}
