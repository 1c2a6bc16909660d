/* Definition of fields.nc: dimensions, variables, attributes. Functions return netCDF codes. */
#include <math.h>
#include <string.h>
#include <netcdf.h>
#include "solver/nc_try.h"
#include "solver/sink_fields.h"
#include "solver/version.h"

enum { NAME_SIZE = 2 * HD_NAME };

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
static int define_axis(int file, const struct fields_group *group, int k, int *dimension) {
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
static int define_variable(int file, struct fields_group *group, size_t v, int n,
                           const int *dimensions) {
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
  size_t chunk[FIELDS_DIMENSIONS] = {1};
  size_t bytes = sizeof(double);
  for (int k = 1; k < n; k++) {
    chunk[k] = group->mesh->n_axis[n - 1 - k];
    bytes *= chunk[k];
  }
  NC_TRY(nc_def_var_chunking(file, *id, NC_CHUNKED, chunk));
  return nc_set_var_chunk_cache(file, *id, bytes, 1, 1.0f);
}

static int define_group(int file, struct fields_group *group, int record) {
  int dimensions[FIELDS_DIMENSIONS] = {record};
  int n = group->mesh->dimension;
  for (int k = 0; k < n; k++)
    NC_TRY(define_axis(file, group, k, &dimensions[n - k]));
  for (size_t v = 0; v < group->n_variables; v++)
    NC_TRY(define_variable(file, group, v, n + 1, dimensions));
  return NC_NOERR;
}

/** Define everything in the open file. Returns a netCDF code. */
int sink_fields_define(struct sink_fields *f) {
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

/** Find what sink_fields_define made in the open file. Returns a netCDF code. */
int sink_fields_find(struct sink_fields *f) {
  NC_TRY(nc_inq_varid(f->file, "record", &f->record));
  NC_TRY(nc_inq_varid(f->file, "time", &f->time));
  NC_TRY(nc_inq_varid(f->file, "bias_V", &f->bias));
  NC_TRY(nc_inq_varid(f->file, "frequency", &f->frequency));
  NC_TRY(nc_inq_varid(f->file, "experiment", &f->experiment));
  for (size_t d = 0; d < f->n_groups; d++)
    for (size_t v = 0; v < f->groups[d].n_variables; v++) {
      const struct fields_group *group = &f->groups[d];
      char name[NAME_SIZE];
      snprintf(name, sizeof name, "%s%s", group->prefix, group->variables[v].name);
      NC_TRY(nc_inq_varid(f->file, name, &group->id[v]));
      NC_TRY(nc_set_var_chunk_cache(f->file, group->id[v], group->mesh->n_nodes * sizeof(double), 1,
                                    1.0f));
    }
  return NC_NOERR;
}
