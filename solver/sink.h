/* Output: one run folder. Rows are flushed as they come; whole files are written beside and
 * renamed. Errors of all functions: HD_IO with the file and the reason, HD_MEMORY. */
#ifndef HALIDRIFT_SOLVER_SINK_H
#define HALIDRIFT_SOLVER_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <jansson.h>
#include "geometry/mesh.h"
#include "solver/base/error.h"

/* ---- terminals.csv, spikes.csv. A NULL table takes rows and keeps none. ---- */
struct sink_table;
/** Start DIR/name with a header of `n` column names; columns[0] is "experiment". */
enum hd_status sink_table_open(struct sink_table **table, const char *dir, const char *name,
                               size_t n, const char *const *columns, struct hd_error *err);
/** Go on with DIR/name behind its first `length` bytes; what follows them is cut off. */
enum hd_status sink_table_reopen(struct sink_table **table, const char *dir, const char *name,
                                 size_t n, const char *const *columns, double length,
                                 struct hd_error *err);
/** Length of the file up to the last whole row, bytes. */
double sink_table_length(const struct sink_table *table);
/** One row in one write: experiment, then n-1 numbers ("%.10g", columns named time_s "%.15g";
 * NAN becomes an empty cell). A row is on the file wholly or not at all, also on a full disk. */
enum hd_status sink_table_row(struct sink_table *table, const char *experiment,
                              const double *values, struct hd_error *err);
/** Also after a failure; NULL is accepted. */
enum hd_status sink_table_close(struct sink_table **table, struct hd_error *err);

/* ---- fields.nc (netCDF-4, CF-1.8) ---- */
struct sink_variable {
  const char *name, *units, *long_name, *standard_name; /* standard_name may be NULL */
};
struct sink_fields;
/**
 * Describe DIR/fields.nc; the file is made at the first write (a run without fields has none).
 * Dimensions: record, then the grid's axes, the fastest last: (record, x), (record, y, x) or
 * (record, z, r). `record` counts from 0 through all experiments; time (s, from the start of the
 * experiment), bias_V, frequency and experiment are its auxiliary coordinates. With several devices
 * each has its own axes and variables prefixed "<device>_". Meshes, names and variables are
 * borrowed until sink_fields_close.
 */
enum hd_status sink_fields_open(struct sink_fields **fields, const char *dir, const char *title,
                                size_t n_devices, const struct mesh *const *meshes,
                                const char *const *device_names, const size_t *n_variables,
                                const struct sink_variable *const *variables, struct hd_error *err);
/** Go on with a file of that description that holds n_records; 0: there is none. */
enum hd_status sink_fields_continue(struct sink_fields *fields, size_t n_records,
                                    struct hd_error *err);
/** Records so far; NULL: none. */
size_t sink_fields_records(const struct sink_fields *fields);
/** Append one record: values[device][variable][node]; NAN is the _FillValue. Flushed at once,
 * except within a few ms of the last flush: a killed run leaves the file readable. */
enum hd_status sink_fields_write(struct sink_fields *fields, const char *experiment, double time,
                                 double bias, double frequency, const double *const *const *values,
                                 struct hd_error *err);
/** Bring every record to the disk (at the end of an experiment); NULL is accepted. */
enum hd_status sink_fields_flush(struct sink_fields *fields, struct hd_error *err);
/** Also after a failure; NULL is accepted. */
enum hd_status sink_fields_close(struct sink_fields **fields, struct hd_error *err);

/* ---- whole files: written beside as name.part, then renamed ---- */
/** Write DIR/name as JSON with 17 significant digits, keys in the order of insertion. */
enum hd_status sink_json(const char *dir, const char *name, const json_t *root,
                         struct hd_error *err);
/** A number for JSON, which knows neither NAN nor infinity: null. */
json_t *sink_number(double value);
struct sink_file;
/** Open DIR/name.part for writing. */
enum hd_status sink_file_open(struct sink_file **file, const char *dir, const char *name,
                              struct hd_error *err);
FILE *sink_file_stream(struct sink_file *file);
/** Flush, sync and rename to DIR/name. On failure an older DIR/name stays and the part goes. */
enum hd_status sink_file_commit(struct sink_file **file, struct hd_error *err);
/** Give up: the part goes, an older DIR/name stays. NULL is accepted. */
void sink_file_discard(struct sink_file **file);

/** Sync DIR/part and rename it to DIR/name. Errors: HD_IO, then the part is removed. */
enum hd_status sink_publish(const char *dir, const char *part, const char *name,
                            struct hd_error *err);
/** Copy a file to DIR/name, synced and in one piece. */
enum hd_status sink_copy(const char *from, const char *dir, const char *name, struct hd_error *err);
/** Cut a file to its first `length` bytes. Errors: HD_IO, also when it is shorter. */
enum hd_status sink_cut(const char *dir, const char *name, double length, struct hd_error *err);
/** Sync a file of the folder to the disk; it is fine when there is none. */
enum hd_status sink_sync(const char *dir, const char *name, struct hd_error *err);

/* ---- the folder ---- */
/** Name of the subfolder of checkpoints. */
extern const char sink_checkpoints[];
/** Remove the checkpoints of a run folder, if there are any. */
enum hd_status sink_remove_checkpoints(const char *dir, struct hd_error *err);
/** Make a folder that can be written to, parents too. */
enum hd_status sink_make_folder(const char *dir, struct hd_error *err);
/** Are these results of an ensemble or study: "results.jsonl", "results.part-3-of-8.jsonl"? */
bool sink_is_journal(const char *name);
/** The same for a run folder: remove the results that an older run left in it; other files are left
 * alone. HD_USAGE: it holds the results of an ensemble or study. */
enum hd_status sink_folder(const char *dir, struct hd_error *err);
/** "DIR/name" in memory of its own; the caller frees it with hd_free. */
enum hd_status sink_path(char **path, const char *dir, const char *name, struct hd_error *err);

#endif
