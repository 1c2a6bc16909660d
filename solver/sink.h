/* Output: one run folder. Rows are flushed as they come; whole files are written beside and
 * renamed. */
#ifndef HALIDRIFT_SOLVER_SINK_H
#define HALIDRIFT_SOLVER_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <jansson.h>
#include "geometry/mesh.h"
#include "solver/base/error.h"

/* ---- terminals.csv ---- */
struct sink_table;
/** Open DIR/name with a header line of `n` columns; "experiment" is always the first one. */
enum hd_status sink_table_open(struct sink_table **table, const char *dir, const char *name,
                               size_t n, const char *const *columns, struct hd_error *err);
/** One flushed row: experiment, then n-1 numbers ("%.10g"; NAN becomes an empty cell). */
enum hd_status sink_table_row(struct sink_table *table, const char *experiment,
                              const double *values, struct hd_error *err);
enum hd_status sink_table_close(struct sink_table **table, struct hd_error *err);

/* ---- fields.nc (netCDF-4, CF-1.8) ---- */
struct sink_variable {
  const char *name, *units, *long_name, *standard_name; /* standard_name may be NULL */
};
struct sink_fields;
/**
 * Create DIR/fields.nc: one group of variables on the mesh's nodes (dimensions record, then the
 * grid's axes), with coordinate variables x (r) and y (z) in m, time in s, experiment name and
 * index per record. With several devices each has its own dimensions and variables prefixed
 * "<device>_".
 */
enum hd_status sink_fields_open(struct sink_fields **fields, const char *dir, const char *title,
                                size_t n_devices, const struct mesh *const *meshes,
                                const char *const *device_names, const size_t *n_variables,
                                const struct sink_variable *const *variables, struct hd_error *err);
/** Append one record: values[device][variable][node]; NAN becomes _FillValue. Synced to disk. */
enum hd_status sink_fields_write(struct sink_fields *fields, const char *experiment, double time,
                                 double bias, const double *const *const *values,
                                 struct hd_error *err);
enum hd_status sink_fields_close(struct sink_fields **fields, struct hd_error *err);

/* ---- whole files ---- */
/** Write JSON beside and rename to DIR/name. */
enum hd_status sink_json(const char *dir, const char *name, const json_t *root,
                         struct hd_error *err);
/** Open DIR/name.part for writing; sink_file_commit flushes, syncs and renames it to DIR/name. */
struct sink_file;
enum hd_status sink_file_open(struct sink_file **file, const char *dir, const char *name,
                              struct hd_error *err);
void *sink_file_stream(struct sink_file *file); /* FILE * */
enum hd_status sink_file_commit(struct sink_file **file, struct hd_error *err);

/** Make the run folder (parents too); files of an older run in it are replaced, others left alone.
 */
enum hd_status sink_folder(const char *dir, struct hd_error *err);

#endif
