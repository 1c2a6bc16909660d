#include "solver/sink.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <netcdf.h>
#include "solver/base/clock.h"
#include "solver/base/memory.h"
#include "solver/base/param.h"
#include "solver/nc_try.h"
#include "solver/version.h"

enum {
  MAX_DIMENSIONS = 3,
  NAME_SIZE = 2 * HD_NAME,
  FILE_MODE = 0666,
  VARIABLE_BYTES = 8192, /* header, index and first chunks of one variable; 6 kB were measured */
  AHEAD_BYTES = 1 << 20,
  FLUSH_REST = 50 /* flushing gets one part in so many of the time */
};

/* Names of the grid's axes, by enum shape_coordinates. The stack direction of a plane is `y` with
 * axis "Z" (normal to the film): ParaView takes a pair X, Y for longitude and latitude and bends
 * the device onto a sphere. */
struct axis_row {
  const char *name, *axis, *long_name;
};
static const struct axis_row axes[][2] = {
    [SHAPE_1D] = {{"x", "X", "position"}, {NULL, NULL, NULL}},
    [SHAPE_PLANAR] = {{"x", "X", "position along the film"}, {"y", "Z", "position in the stack"}},
    [SHAPE_AXISYMMETRIC] = {{"r", "X", "radius"}, {"z", "Z", "position in the stack"}}};

/* One device: its mesh and its variables in the file. */
struct group {
  const struct mesh *mesh;               /* borrowed */
  const struct sink_variable *variables; /* [n_variables] borrowed */
  size_t n_variables;
  char name[HD_NAME];       /* device, as the user wrote it */
  char prefix[HD_NAME + 1]; /* "" when there is one device only */
  int *id;                  /* [n_variables] netCDF variables */
};

struct sink_fields {
  char *path, *title;
  char *dir, *trial; /* folder and scratch file of probe_space */
  int file;          /* netCDF id; valid when `made` */
  bool made;
  bool broken; /* a write failed: no more are tried */
  size_t n_groups;
  struct group *groups;
  size_t n_records;
  off_t record_bytes; /* at most what one record adds to the file */
  off_t proven;       /* the file may grow to this length, as far as probe_space knows */
  bool flushed;       /* every record is on the disk */
  double flushed_at, flush_takes;                /* s */
  int record, time, bias, frequency, experiment; /* netCDF variables along the record dimension */
  double *grid; /* [most points of a mesh] values in the file's order */
};

/** Turn a netCDF code into our status. HDF5 hides the cause; errno often still has it. */
static enum hd_status check(struct sink_fields *fields, int code, struct hd_error *err) {
  if (code == NC_NOERR)
    return HD_OK;
  int reason = errno;
  fields->broken = true;
  if (code == NC_EHDFERR && reason != 0)
    return hd_fail(err, HD_IO, "%s: cannot write: %s", fields->path, strerror(reason));
  return hd_fail(err, HD_IO, "%s: cannot write: %s", fields->path, nc_strerror(code));
}

/** Make "<device>_", with whatever a netCDF name cannot hold replaced. */
static void make_prefix(char prefix[HD_NAME + 1], const char *device) {
  size_t n = 0;
  if (!isalpha((unsigned char)device[0]))
    prefix[n++] = 'd';
  for (const char *p = device; *p && n < HD_NAME - 1; p++)
    prefix[n++] = (char)(isalnum((unsigned char)*p) ? *p : '_');
  prefix[n++] = '_';
  prefix[n] = '\0';
}

/** Copy the description of one device. */
static enum hd_status group_set(struct group *group, const struct mesh *mesh, const char *device,
                                bool prefixed, size_t n_variables,
                                const struct sink_variable *variables, struct hd_error *err) {
  group->mesh = mesh;
  group->variables = variables;
  group->n_variables = n_variables;
  snprintf(group->name, sizeof group->name, "%s", device);
  if (prefixed)
    make_prefix(group->prefix, device);
  return hd_alloc(&group->id, n_variables, sizeof *group->id, err);
}

/**
 * Describe fields.nc. Nothing is made on disk before the first record: HDF5 takes 3 ms to set up,
 * a tenth of a small run.
 * Errors  HD_MEMORY
 */
enum hd_status sink_fields_open(struct sink_fields **fields, const char *dir, const char *title,
                                size_t n_devices, const struct mesh *const *meshes,
                                const char *const *device_names, const size_t *n_variables,
                                const struct sink_variable *const *variables,
                                struct hd_error *err) {
  struct sink_fields *f = NULL;
  TRY(hd_alloc(&f, 1, sizeof *f, err));
  enum hd_status status = sink_path(&f->path, dir, "fields.nc", err);
  if (status == HD_OK)
    status = sink_path(&f->dir, dir, ".", err);
  if (status == HD_OK)
    status = sink_path(&f->trial, dir, "fields.nc.part", err);
  if (status == HD_OK)
    status = hd_strdup(&f->title, title, err);
  if (status == HD_OK)
    status = hd_alloc(&f->groups, n_devices, sizeof *f->groups, err);
  size_t most = 0;
  enum { LABELS = 9 }; /* record, time, bias_V, frequency, experiment, axes, global attributes */
  f->record_bytes = LABELS * VARIABLE_BYTES;
  for (size_t d = 0; d < n_devices && status == HD_OK; d++) {
    f->n_groups = d + 1;
    size_t points = meshes[d]->n_axis[0] * meshes[d]->n_axis[1];
    size_t bytes = n_variables[d] * (VARIABLE_BYTES + sizeof(double) * points);
    f->record_bytes += (off_t)bytes;
    most = points > most ? points : most;
    status = group_set(&f->groups[d], meshes[d], device_names[d], n_devices > 1, n_variables[d],
                       variables[d], err);
  }
  if (status == HD_OK)
    status = hd_alloc(&f->grid, most, sizeof *f->grid, err);
  *fields = f;
  if (status != HD_OK)
    sink_fields_close(fields, NULL);
  return status;
}

/* ---- definition of the file: functions here return netCDF codes ---- */

static int put_text(int file, int variable, const char *name, const char *text) {
  return nc_put_att_text(file, variable, name, strlen(text), text);
}

static int define(int file, const char *name, nc_type type, int n, const int *dimensions,
                  const char *units, const char *long_name, int *variable) {
  NC_TRY(nc_def_var(file, name, type, n, dimensions, variable));
  NC_TRY(put_text(file, *variable, "long_name", long_name));
  return units ? put_text(file, *variable, "units", units) : NC_NOERR;
}

/**
 * The record dimension. Its coordinate is a plain counter, because time starts again with each
 * experiment and stands still in steady ones, and readers want coordinates that ascend. axis = T
 * makes ParaView animate over it (its user picks the dimensions "(y, x)" once).
 */
static int define_records(struct sink_fields *f, int *dimension) {
  NC_TRY(nc_def_dim(f->file, "record", NC_UNLIMITED, dimension));
  NC_TRY(define(f->file, "record", NC_INT, 1, dimension, "1",
                "number of the record through all experiments", &f->record));
  return put_text(f->file, f->record, "axis", "T");
}

/** A number along the record dimension that some records have none of. */
static int define_label(int file, int record, const char *name, const char *units,
                        const char *long_name, int *variable) {
  const double fill = NAN;
  NC_TRY(define(file, name, NC_DOUBLE, 1, &record, units, long_name, variable));
  return nc_put_att_double(file, *variable, "_FillValue", NC_DOUBLE, 1, &fill);
}

/** What says when a record was made: auxiliary coordinates, which xarray attaches to the fields. */
static int define_labels(struct sink_fields *f, int record) {
  NC_TRY(define(f->file, "time", NC_DOUBLE, 1, &record, "s",
                "time since the start of the experiment", &f->time));
  NC_TRY(define_label(f->file, record, "bias_V", "V", "voltage of the driving source", &f->bias));
  NC_TRY(define_label(f->file, record, "frequency", "Hz",
                      "frequency of the noise whose shares these are", &f->frequency));
  /* Characters, not NC_STRING: HDF5 takes 0.7 ms to append one string. */
  int dimensions[2] = {record, 0};
  NC_TRY(nc_def_dim(f->file, "experiment_length", HD_NAME, &dimensions[1]));
  NC_TRY(define(f->file, "experiment", NC_CHAR, 2, dimensions, NULL, "name of the experiment",
                &f->experiment));
  return put_text(f->file, f->experiment, "_Encoding", "utf-8");
}

/** One axis of a device: dimension and coordinate variable with its values. */
static int define_axis(int file, const struct group *group, int k, int *dimension) {
  const struct axis_row *row = &axes[group->mesh->coordinates][k];
  char name[NAME_SIZE];
  snprintf(name, sizeof name, "%s%s", group->prefix, row->name);
  NC_TRY(nc_def_dim(file, name, group->mesh->n_axis[k], dimension));
  int variable;
  NC_TRY(define(file, name, NC_DOUBLE, 1, dimension, "m", row->long_name, &variable));
  NC_TRY(put_text(file, variable, "axis", row->axis));
  return nc_put_var_double(file, variable, group->mesh->axis[k]);
}

/** One variable of a device on (record, slow axis, fast axis). */
static int define_variable(int file, struct group *group, size_t v, int n, const int *dimensions) {
  const struct sink_variable *row = &group->variables[v];
  char name[NAME_SIZE];
  snprintf(name, sizeof name, "%s%s", group->prefix, row->name);
  int *id = &group->id[v];
  NC_TRY(define(file, name, NC_DOUBLE, n, dimensions, row->units, row->long_name, id));
  if (row->standard_name)
    NC_TRY(put_text(file, *id, "standard_name", row->standard_name));
  NC_TRY(put_text(file, *id, "coordinates", "time bias_V frequency experiment"));
  NC_TRY(put_text(file, *id, "device", group->name));
  const double fill = NAN;
  NC_TRY(nc_put_att_double(file, *id, "_FillValue", NC_DOUBLE, 1, &fill));
  /* A record is one chunk, written whole and never read back. By default HDF5 would keep 16 MB of
   * old ones for each variable and walk through all of them at every flush. */
  size_t chunk[MAX_DIMENSIONS] = {1};
  size_t bytes = sizeof(double);
  for (int k = 1; k < n; k++) {
    chunk[k] = group->mesh->n_axis[n - 1 - k];
    bytes *= chunk[k];
  }
  NC_TRY(nc_def_var_chunking(file, *id, NC_CHUNKED, chunk));
  return nc_set_var_chunk_cache(file, *id, bytes, 1, 1.0f);
}

static int define_group(int file, struct group *group, int record) {
  int dimensions[MAX_DIMENSIONS] = {record};
  int n = group->mesh->dimension;
  for (int k = 0; k < n; k++)
    NC_TRY(define_axis(file, group, k, &dimensions[n - k]));
  for (size_t v = 0; v < group->n_variables; v++)
    NC_TRY(define_variable(file, group, v, n + 1, dimensions));
  return NC_NOERR;
}

/** Define everything in the open file. */
static int define_file(struct sink_fields *f) {
  NC_TRY(put_text(f->file, NC_GLOBAL, "Conventions", "CF-1.8"));
  NC_TRY(put_text(f->file, NC_GLOBAL, "title", f->title));
  NC_TRY(put_text(f->file, NC_GLOBAL, "source", "halidrift " HALIDRIFT_VERSION));
  int record;
  NC_TRY(define_records(f, &record));
  for (size_t d = 0; d < f->n_groups; d++)
    NC_TRY(define_group(f->file, &f->groups[d], record));
  NC_TRY(define_labels(f, record));
  return nc_enddef(f->file);
}

/* ---- records ---- */

/** Bring values[node] into the file's order, the first axis fastest; NAN where no node is. */
static void to_grid(double *grid, const struct mesh *mesh, const double *values) {
  for (size_t j = 0; j < mesh->n_axis[1]; j++)
    for (size_t i = 0; i < mesh->n_axis[0]; i++)
      *grid++ = mesh_node(mesh, i, j) == MESH_NO_NODE ? NAN : values[mesh_node(mesh, i, j)];
}

static int write_record(struct sink_fields *f, const char *experiment, double time, double bias,
                        double frequency, const double *const *const *values) {
  size_t start[MAX_DIMENSIONS] = {f->n_records};
  int number = (int)f->n_records;
  NC_TRY(nc_put_var1_int(f->file, f->record, start, &number));
  NC_TRY(nc_put_var1_double(f->file, f->time, start, &time));
  NC_TRY(nc_put_var1_double(f->file, f->bias, start, &bias));
  NC_TRY(nc_put_var1_double(f->file, f->frequency, start, &frequency));
  char name[HD_NAME] = {0};
  const size_t name_count[2] = {1, HD_NAME};
  memcpy(name, experiment, strnlen(experiment, HD_NAME));
  NC_TRY(nc_put_vara_text(f->file, f->experiment, start, name_count, name));
  for (size_t d = 0; d < f->n_groups; d++) {
    const struct group *group = &f->groups[d];
    size_t count[MAX_DIMENSIONS] = {1};
    for (int k = 0; k < group->mesh->dimension; k++)
      count[group->mesh->dimension - k] = group->mesh->n_axis[k];
    for (size_t v = 0; v < group->n_variables; v++) {
      to_grid(f->grid, group->mesh, values[d][v]);
      NC_TRY(nc_put_vara_double(f->file, group->id[v], start, count, f->grid));
    }
  }
  return NC_NOERR;
}

/** Bring all records to the disk, and note how long that takes. */
static int flush_now(struct sink_fields *f) {
  double start = hd_clock();
  int code = nc_sync(f->file);
  f->flushed_at = hd_clock();
  f->flush_takes = f->flushed_at - start;
  f->flushed = true;
  return code;
}

/**
 * Flush unless the last flush was a moment ago. A run that is killed in the middle of a flush (and
 * then only) can leave an unreadable file, so flushing gets 2 % of the time and no more: with
 * 0.1 ms each, records that are 5 ms apart are all flushed.
 */
static int flush_if_due(struct sink_fields *f) {
  f->flushed = false;
  if (hd_clock() - f->flushed_at < FLUSH_REST * f->flush_takes)
    return NC_NOERR;
  return flush_now(f);
}

/** Try to allocate `length` bytes behind `size` in a scratch file. Returns 0 or an errno code. */
static int try_space(const struct sink_fields *f, off_t size, off_t length) {
  int fd = open(f->trial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, FILE_MODE);
  if (fd < 0)
    return errno;
  int code = posix_fallocate(fd, size, length);
  close(fd);
  unlink(f->trial);
  return code == EINVAL || code == EOPNOTSUPP ? 0 : code; /* these two: cannot be asked here */
}

/**
 * See whether one more record fits on the disk. HDF5 does not survive a failed write: what it has
 * cached can neither be written nor dropped, and its exit handler crashes. So a full disk, a quota
 * or a size limit must be met before HDF5 meets it. Free space is asked for at every record, quota
 * and limit (0.1 ms) once a megabyte.
 */
static enum hd_status probe_space(struct sink_fields *f, struct hd_error *err) {
  struct stat info;
  off_t size = stat(f->path, &info) == 0 ? info.st_size : 0;
  struct statvfs disk;
  bool room = statvfs(f->dir, &disk) != 0 ||
              (double)disk.f_bfree * (double)disk.f_frsize > (double)f->record_bytes;
  if (room && size + f->record_bytes <= f->proven)
    return HD_OK;
  off_t ahead = f->record_bytes > AHEAD_BYTES ? f->record_bytes : AHEAD_BYTES;
  int code = try_space(f, size, ahead);
  if (code != 0 && ahead > f->record_bytes) {
    ahead = f->record_bytes;
    code = try_space(f, size, ahead);
  }
  if (code != 0)
    return hd_fail(err, HD_IO, "%s: cannot write: %s", f->path, strerror(code));
  f->proven = size + ahead;
  return HD_OK;
}

/** Make the file with all definitions. */
static enum hd_status make_file(struct sink_fields *f, struct hd_error *err) {
  /* Not truncated but removed: a viewer that has the old file open keeps it. */
  unlink(f->path);
  TRY(probe_space(f, err));
  errno = 0;
  TRY(check(f, nc_create(f->path, NC_NETCDF4 | NC_NOCLOBBER, &f->file), err));
  f->made = true;
  return check(f, define_file(f), err);
}

/** Find what define_file made. */
static int find_variables(struct sink_fields *f) {
  NC_TRY(nc_inq_varid(f->file, "record", &f->record));
  NC_TRY(nc_inq_varid(f->file, "time", &f->time));
  NC_TRY(nc_inq_varid(f->file, "bias_V", &f->bias));
  NC_TRY(nc_inq_varid(f->file, "frequency", &f->frequency));
  NC_TRY(nc_inq_varid(f->file, "experiment", &f->experiment));
  for (size_t d = 0; d < f->n_groups; d++)
    for (size_t v = 0; v < f->groups[d].n_variables; v++) {
      const struct group *group = &f->groups[d];
      char name[NAME_SIZE];
      snprintf(name, sizeof name, "%s%s", group->prefix, group->variables[v].name);
      NC_TRY(nc_inq_varid(f->file, name, &group->id[v]));
      NC_TRY(nc_set_var_chunk_cache(f->file, group->id[v], group->mesh->n_nodes * sizeof(double), 1,
                                    1.0f));
    }
  return NC_NOERR;
}

/**
 * Open the file that an earlier run with the same description left.
 * Errors  HD_IO: not there, or not with so many records
 */
enum hd_status sink_fields_continue(struct sink_fields *fields, size_t n_records,
                                    struct hd_error *err) {
  int dimension;
  size_t found = 0;
  if (n_records == 0)
    return HD_OK;
  errno = 0;
  TRY(check(fields, nc_open(fields->path, NC_WRITE, &fields->file), err));
  fields->made = true;
  fields->n_records = n_records;
  TRY(check(fields, nc_inq_dimid(fields->file, "record", &dimension), err));
  TRY(check(fields, nc_inq_dimlen(fields->file, dimension, &found), err));
  if (found != n_records)
    return hd_fail(err, HD_IO, "%s: has %zu records, must have %zu", fields->path, found,
                   n_records);
  return check(fields, find_variables(fields), err);
}

size_t sink_fields_records(const struct sink_fields *fields) {
  return fields ? fields->n_records : 0;
}

/**
 * Append one record; the first one makes the file.
 * time    s since the start of the experiment
 * bias    V of the driving source, NAN: there is none
 * frequency  Hz of a small signal, NAN: there is none
 * values  [n_devices][n_variables of it][n_nodes of it]
 * Errors  HD_IO; what was written before stays readable
 */
enum hd_status sink_fields_write(struct sink_fields *fields, const char *experiment, double time,
                                 double bias, double frequency, const double *const *const *values,
                                 struct hd_error *err) {
  if (fields->broken)
    return hd_fail(err, HD_IO, "%s: cannot write: an earlier record failed", fields->path);
  if (fields->made)
    TRY(probe_space(fields, err));
  else
    TRY(make_file(fields, err));
  errno = 0;
  TRY(check(fields, write_record(fields, experiment, time, bias, frequency, values), err));
  fields->n_records++;
  return check(fields, flush_if_due(fields), err);
}

/**
 * Bring every record to the disk, for instance at the end of an experiment.
 * Errors  HD_IO
 */
enum hd_status sink_fields_flush(struct sink_fields *fields, struct hd_error *err) {
  if (!fields || !fields->made || fields->broken || fields->flushed)
    return HD_OK;
  errno = 0;
  return check(fields, flush_now(fields), err);
}

/**
 * Close the file, if there is one, and free.
 * fields  nulled; NULL is accepted
 * Errors  HD_IO
 */
enum hd_status sink_fields_close(struct sink_fields **fields, struct hd_error *err) {
  struct sink_fields *f = *fields;
  if (!f)
    return HD_OK;
  enum hd_status status = HD_OK;
  errno = 0;
  if (f->made)
    status = check(f, nc_close(f->file), f->broken ? NULL : err);
  for (size_t d = 0; d < f->n_groups; d++)
    hd_free(&f->groups[d].id);
  hd_free(&f->groups);
  hd_free(&f->path);
  hd_free(&f->dir);
  hd_free(&f->trial);
  hd_free(&f->title);
  hd_free(&f->grid);
  hd_free(fields);
  return status;
}
