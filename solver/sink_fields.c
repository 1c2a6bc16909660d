#include "solver/sink_fields.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <string.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <netcdf.h>
#include "solver/base/clock.h"
#include "solver/base/memory.h"
#include "solver/nc_try.h"

enum {
  FILE_MODE = 0666,
  VARIABLE_BYTES = 8192, /* header, index and first chunks of one variable; 6 kB were measured */
  AHEAD_BYTES = 1 << 20,
  FLUSH_REST = 50 /* flushing gets one part in so many of the time */
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
static enum hd_status group_set(struct fields_group *group, const struct mesh *mesh,
                                const char *device, bool prefixed, size_t n_variables,
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

/* ---- records ---- */

/** Bring values[node] into the file's order, the first axis fastest; NAN where no node is. */
static void to_grid(double *grid, const struct mesh *mesh, const double *values) {
  for (size_t j = 0; j < mesh->n_axis[1]; j++)
    for (size_t i = 0; i < mesh->n_axis[0]; i++)
      *grid++ = mesh_node(mesh, i, j) == MESH_NO_NODE ? NAN : values[mesh_node(mesh, i, j)];
}

static int write_record(struct sink_fields *f, const char *experiment, double time, double bias,
                        double frequency, const double *const *const *values) {
  size_t start[FIELDS_DIMENSIONS] = {f->n_records};
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
    const struct fields_group *group = &f->groups[d];
    size_t count[FIELDS_DIMENSIONS] = {1};
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
  return check(f, sink_fields_define(f), err);
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
  return check(fields, sink_fields_find(fields), err);
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
