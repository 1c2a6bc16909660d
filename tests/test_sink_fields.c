#include "solver/sink.h"

#include <check.h>
#include <math.h>
#include <netcdf.h>
#include <string.h>
#include <sys/stat.h>
#include "tests/support/folder.h"
#include "tests/support/suite.h"

enum { NX = 5, NY = 3 };

static struct hd_error err;

static void set_up(void) {
  folder_set_up();
  hd_error_clear(&err);
}

static double axis_x[NX] = {0, 1e-9, 3e-9, 6e-9, 10e-9};
static double axis_y[NY] = {0, 2e-9, 5e-9};

static struct mesh grid(enum shape_coordinates coordinates, bool y_fastest) {
  bool line = coordinates == SHAPE_1D;
  return (struct mesh){.coordinates = coordinates,
                       .dimension = line ? 1 : 2,
                       .n_nodes = line ? NX : NX * NY,
                       .n_axis = {NX, line ? 1 : NY},
                       .axis = {axis_x, axis_y},
                       .y_fastest = y_fastest};
}

static const struct sink_variable variables[] = {
    {"psi", "V", "electrostatic potential", NULL},
    {"T", "K", "temperature", "temperature"},
};

static double sample(size_t record, size_t variable, size_t i, size_t j) {
  return (double)(1000 * record + 100 * variable + 10 * i + j);
}

/* Append record number `record` for up to two devices on the same mesh. */
static enum hd_status write_sample(struct sink_fields *fields, const struct mesh *mesh,
                                   size_t record) {
  double values[2][NX * NY];
  for (size_t v = 0; v < 2; v++)
    for (size_t i = 0; i < mesh->n_axis[0]; i++)
      for (size_t j = 0; j < mesh->n_axis[1]; j++)
        values[v][mesh_node(mesh, i, j)] = sample(record, v, i, j);
  const double *of_device[] = {values[0], values[1]};
  const double *const *all[] = {of_device, of_device};
  return sink_fields_write(fields, record < 2 ? "set" : "read", 1e-6 * (double)(record % 2),
                           0.1 * (double)record, 10.0 * (double)record, all, &err);
}

static struct sink_fields *fields_open(const struct mesh *mesh, size_t n_devices) {
  struct sink_fields *fields = NULL;
  const struct mesh *meshes[] = {mesh, mesh};
  const char *names[] = {"film", "2nd column"};
  const size_t counts[] = {2, 2};
  const struct sink_variable *rows[] = {variables, variables};
  ck_assert_int_eq(
      sink_fields_open(&fields, folder, "test", n_devices, meshes, names, counts, rows, &err),
      HD_OK);
  return fields;
}

static void write_file(const struct mesh *mesh, size_t n_devices, size_t n_records) {
  struct sink_fields *fields = fields_open(mesh, n_devices);
  for (size_t r = 0; r < n_records; r++)
    ck_assert_int_eq(write_sample(fields, mesh, r), HD_OK);
  ck_assert_int_eq(sink_fields_close(&fields, &err), HD_OK);
  ck_assert_ptr_null(fields);
}

static void nc(int code) {
  ck_assert_msg(code == NC_NOERR, "%s", nc_strerror(code));
}

static int fields_read(void) {
  int file;
  nc(nc_open(in_folder("fields.nc"), NC_NOWRITE, &file));
  return file;
}

static size_t length_of(int file, const char *dimension) {
  int id;
  size_t length;
  nc(nc_inq_dimid(file, dimension, &id));
  nc(nc_inq_dimlen(file, id, &length));
  return length;
}

static const char *text_of(int file, const char *variable, const char *attribute) {
  static char text[256];
  int id = NC_GLOBAL;
  size_t length;
  if (variable)
    nc(nc_inq_varid(file, variable, &id));
  nc(nc_inq_attlen(file, id, attribute, &length));
  nc(nc_get_att_text(file, id, attribute, text));
  text[length] = '\0';
  return text;
}

/* Every value of variable `name` is where the mesh has its node. */
static void check_values(int file, const char *name, const struct mesh *mesh, size_t v,
                         size_t n_records) {
  int id;
  nc(nc_inq_varid(file, name, &id));
  for (size_t r = 0; r < n_records; r++)
    for (size_t i = 0; i < mesh->n_axis[0]; i++)
      for (size_t j = 0; j < mesh->n_axis[1]; j++) {
        size_t at[3] = {r, mesh->dimension == 1 ? i : j, i};
        double value;
        nc(nc_get_var1_double(file, id, at, &value));
        ck_assert_double_eq(value, sample(r, v, i, j));
      }
}

START_TEST(fields_stand_where_the_mesh_has_them) {
  for (int coordinates = SHAPE_1D; coordinates <= SHAPE_AXISYMMETRIC; coordinates++)
    for (int y_fastest = 0; y_fastest < 2; y_fastest++) {
      struct mesh mesh = grid((enum shape_coordinates)coordinates, y_fastest);
      unlink(in_folder("fields.nc"));
      write_file(&mesh, 1, 3);
      int file = fields_read();
      ck_assert_uint_eq(length_of(file, "record"), 3);
      check_values(file, "psi", &mesh, 0, 3);
      check_values(file, "T", &mesh, 1, 3);
      nc(nc_close(file));
    }
}
END_TEST

/* A point inside a void or an electrode is missing in the file. */
START_TEST(fields_are_missing_where_no_node_is) {
  struct mesh mesh = grid(SHAPE_PLANAR, false);
  int of_point[NX * NY], nodes = 0;
  for (int point = 0; point < NX * NY; point++)
    of_point[point] = point == NX + 2 ? -1 : nodes++; /* all but (2, 1) */
  mesh.of_point = of_point;
  mesh.n_nodes = (size_t)nodes;
  double values[2][NX * NY];
  for (int v = 0; v < 2; v++)
    for (int node = 0; node < nodes; node++)
      values[v][node] = 1.0;
  const double *of_device[] = {values[0], values[1]};
  const double *const *all[] = {of_device};
  struct sink_fields *fields = fields_open(&mesh, 1);
  ck_assert_int_eq(sink_fields_write(fields, "set", 0, 0, NAN, all, &err), HD_OK);
  ck_assert_int_eq(sink_fields_close(&fields, &err), HD_OK);
  double read[NX * NY];
  int id, file = fields_read();
  nc(nc_inq_varid(file, "psi", &id));
  nc(nc_get_var_double(file, id, read));
  nc(nc_close(file));
  for (int point = 0; point < NX * NY; point++)
    ck_assert_int_eq(isnan(read[point]) ? 1 : 0, point == NX + 2);
}
END_TEST

/* Every coordinate says unit and axis; never X and Y, which ParaView bends onto a sphere. */
START_TEST(fields_axes_are_described) {
  static const char *const names[][2] = {{"x", NULL}, {"x", "y"}, {"r", "z"}};
  static const char *const letters[] = {"X", "Z"};
  for (int coordinates = SHAPE_1D; coordinates <= SHAPE_AXISYMMETRIC; coordinates++) {
    struct mesh mesh = grid((enum shape_coordinates)coordinates, true);
    unlink(in_folder("fields.nc"));
    write_file(&mesh, 1, 1);
    int file = fields_read();
    for (int k = 0; k < mesh.dimension; k++) {
      int id;
      double values[NX];
      ck_assert_uint_eq(length_of(file, names[coordinates][k]), mesh.n_axis[k]);
      nc(nc_inq_varid(file, names[coordinates][k], &id));
      nc(nc_get_var_double(file, id, values));
      ck_assert_mem_eq(values, mesh.axis[k], mesh.n_axis[k] * sizeof(double));
      ck_assert_str_eq(text_of(file, names[coordinates][k], "units"), "m");
      ck_assert_str_eq(text_of(file, names[coordinates][k], "axis"), letters[k]);
    }
    nc(nc_close(file));
  }
}
END_TEST

START_TEST(fields_carry_units_and_conventions) {
  struct mesh mesh = grid(SHAPE_1D, true);
  write_file(&mesh, 1, 1);
  int file = fields_read();
  ck_assert_str_eq(text_of(file, NULL, "Conventions"), "CF-1.8");
  ck_assert_str_eq(text_of(file, NULL, "title"), "test");
  ck_assert_str_eq(text_of(file, "psi", "units"), "V");
  ck_assert_str_eq(text_of(file, "psi", "long_name"), "electrostatic potential");
  ck_assert_str_eq(text_of(file, "psi", "coordinates"), "time bias_V frequency experiment");
  ck_assert_str_eq(text_of(file, "T", "standard_name"), "temperature");
  ck_assert_str_eq(text_of(file, "time", "units"), "s");
  nc(nc_close(file));
}
END_TEST

/* Time starts again with each experiment; the record number does not. */
START_TEST(fields_records_ascend_through_experiments) {
  struct mesh mesh = grid(SHAPE_1D, true);
  write_file(&mesh, 1, 4);
  int file = fields_read(), id, number[4];
  double time[4], bias[4];
  char name[4][64];
  nc(nc_inq_varid(file, "record", &id));
  nc(nc_get_var_int(file, id, number));
  nc(nc_inq_varid(file, "time", &id));
  nc(nc_get_var_double(file, id, time));
  nc(nc_inq_varid(file, "bias_V", &id));
  nc(nc_get_var_double(file, id, bias));
  nc(nc_inq_varid(file, "experiment", &id));
  nc(nc_get_var_text(file, id, name[0]));
  for (int r = 0; r < 4; r++) {
    ck_assert_int_eq(number[r], r);
    ck_assert_double_eq(time[r], 1e-6 * (r % 2));
    ck_assert_double_eq(bias[r], 0.1 * r);
    ck_assert_str_eq(name[r], r < 2 ? "set" : "read");
  }
  nc(nc_close(file));
}
END_TEST

START_TEST(fields_missing_value_is_fill_value) {
  struct mesh mesh = grid(SHAPE_1D, true);
  struct sink_fields *fields = fields_open(&mesh, 1);
  const double values[NX] = {1, NAN, 3, 4, 5};
  const double *of_device[] = {values, values};
  const double *const *all[] = {of_device};
  ck_assert_int_eq(sink_fields_write(fields, "dc", 0, NAN, NAN, all, &err), HD_OK);
  sink_fields_close(&fields, &err);
  int file = fields_read(), id;
  double fill, value;
  nc(nc_inq_varid(file, "psi", &id));
  nc(nc_get_att_double(file, id, "_FillValue", &fill));
  nc(nc_get_var1_double(file, id, (size_t[]){0, 1}, &value));
  ck_assert_double_nan(fill);
  ck_assert_double_nan(value);
  nc(nc_close(file));
}
END_TEST

START_TEST(fields_devices_have_own_axes) {
  struct mesh mesh = grid(SHAPE_AXISYMMETRIC, true);
  write_file(&mesh, 2, 2);
  int file = fields_read();
  ck_assert_uint_eq(length_of(file, "film_r"), NX);
  ck_assert_uint_eq(length_of(file, "d2nd_column_z"), NY); /* a name netCDF and CF can hold */
  check_values(file, "film_psi", &mesh, 0, 2);
  check_values(file, "d2nd_column_T", &mesh, 1, 2);
  ck_assert_str_eq(text_of(file, "d2nd_column_psi", "device"), "2nd column");
  nc(nc_close(file));
}
END_TEST

START_TEST(fields_without_record_make_no_file) {
  struct mesh mesh = grid(SHAPE_1D, true);
  write_file(&mesh, 1, 0);
  ck_assert(!exists("fields.nc"));
}
END_TEST

/* A viewer that has the old file open keeps it: the new one is another file. */
START_TEST(fields_leave_older_file_to_its_reader) {
  struct mesh mesh = grid(SHAPE_1D, true);
  write_file(&mesh, 1, 3);
  FILE *reader = fopen(in_folder("fields.nc"), "r");
  write_file(&mesh, 1, 1);
  struct stat old, new;
  fstat(fileno(reader), &old);
  stat(in_folder("fields.nc"), &new);
  ck_assert_uint_eq(old.st_nlink, 0);
  ck_assert_int_gt(old.st_size, 0);
  ck_assert_uint_ne(old.st_ino, new.st_ino);
  fclose(reader);
}
END_TEST

static int killed_writer(void) {
  struct mesh mesh = grid(SHAPE_PLANAR, true);
  struct sink_fields *fields = fields_open(&mesh, 1);
  for (size_t r = 0; r < 4; r++)
    if (write_sample(fields, &mesh, r) != HD_OK || sink_fields_flush(fields, &err) != HD_OK)
      return HD_INTERNAL;
  raise(SIGKILL);
  return HD_INTERNAL;
}

START_TEST(fields_survive_kill) {
  ck_assert_int_eq(in_child(killed_writer), -SIGKILL);
  struct mesh mesh = grid(SHAPE_PLANAR, true);
  int file = fields_read();
  ck_assert_uint_eq(length_of(file, "record"), 4);
  check_values(file, "psi", &mesh, 0, 4);
  nc(nc_close(file));
}
END_TEST

static rlim_t disk_size;

static int fill_fields(void) {
  limit_files(disk_size);
  struct mesh mesh = grid(SHAPE_PLANAR, true);
  struct sink_fields *fields = fields_open(&mesh, 1);
  enum hd_status status = HD_OK;
  for (size_t r = 0; r < 100000 && status == HD_OK; r++)
    status = write_sample(fields, &mesh, r);
  bool said = strstr(err.text, "fields.nc: cannot write: File too large") != NULL;
  bool closed = sink_fields_close(&fields, NULL) == HD_OK;
  return said && closed ? (int)status : HD_INTERNAL;
}

/* HDF5 itself crashes on a full disk: see probe_space. */
START_TEST(fields_on_full_disk_stay_readable) {
  struct mesh mesh = grid(SHAPE_PLANAR, true);
  static const rlim_t sizes[] = {1000, 50000, 200003, 300007};
  disk_size = sizes[_i];
  ck_assert_int_eq(in_child(fill_fields), HD_IO);
  ck_assert(!exists("fields.nc.part"));
  if (_i < 2) {
    ck_assert(!exists("fields.nc"));
    return;
  }
  int file = fields_read();
  size_t n = length_of(file, "record");
  ck_assert_uint_gt(n, 10);
  check_values(file, "T", &mesh, 1, n);
  nc(nc_close(file));
}
END_TEST

/** A file that is closed and opened again between records is the same file. */
START_TEST(fields_continue_behind_their_records) {
  struct mesh mesh = grid(SHAPE_PLANAR, true);
  for (size_t r = 0; r < 5; r++) {
    struct sink_fields *fields = fields_open(&mesh, 2);
    ck_assert_int_eq(sink_fields_continue(fields, r, &err), HD_OK);
    ck_assert_uint_eq(sink_fields_records(fields), r);
    ck_assert_int_eq(write_sample(fields, &mesh, r), HD_OK);
    ck_assert_int_eq(sink_fields_close(&fields, &err), HD_OK);
  }
  int file = fields_read();
  ck_assert_uint_eq(length_of(file, "record"), 5);
  check_values(file, "film_psi", &mesh, 0, 5);
  check_values(file, "d2nd_column_T", &mesh, 1, 5);
  nc(nc_close(file));
}
END_TEST

START_TEST(fields_continue_wants_the_right_file) {
  struct mesh mesh = grid(SHAPE_PLANAR, true);
  write_file(&mesh, 1, 3);
  struct sink_fields *fields = fields_open(&mesh, 1);
  ck_assert_int_eq(sink_fields_continue(fields, 2, &err), HD_IO);
  ck_assert_ptr_nonnull(strstr(err.text, "/fields.nc: has 3 records, must have 2\n"));
  ck_assert_int_eq(sink_fields_close(&fields, &err), HD_OK);
}
END_TEST

START_TEST(fields_say_which_file_and_why) {
  struct mesh mesh = grid(SHAPE_1D, true);
  struct sink_fields *fields = fields_open(&mesh, 1);
  rmdir(folder);
  ck_assert_int_eq(write_sample(fields, &mesh, 0), HD_IO);
  ck_assert_ptr_nonnull(strstr(err.text, "/fields.nc: cannot write: No such file or directory\n"));
  ck_assert_int_eq(sink_fields_close(&fields, &err), HD_OK);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("sink");
  TCase *tests = tcase_create("fields");
  tcase_add_checked_fixture(tests, set_up, folder_tear_down);
  tcase_set_timeout(tests, 60); /* s: netCDF under sanitizers on a busy machine */
  tcase_add_test(tests, fields_stand_where_the_mesh_has_them);
  tcase_add_test(tests, fields_are_missing_where_no_node_is);
  tcase_add_test(tests, fields_axes_are_described);
  tcase_add_test(tests, fields_carry_units_and_conventions);
  tcase_add_test(tests, fields_records_ascend_through_experiments);
  tcase_add_test(tests, fields_missing_value_is_fill_value);
  tcase_add_test(tests, fields_devices_have_own_axes);
  tcase_add_test(tests, fields_without_record_make_no_file);
  tcase_add_test(tests, fields_leave_older_file_to_its_reader);
  tcase_add_test(tests, fields_survive_kill);
  tcase_add_loop_test(tests, fields_on_full_disk_stay_readable, 0, 4);
  tcase_add_test(tests, fields_continue_behind_their_records);
  tcase_add_test(tests, fields_continue_wants_the_right_file);
  tcase_add_test(tests, fields_say_which_file_and_why);
  suite_add_tcase(suite, tests);
  return suite_run(suite);
}
