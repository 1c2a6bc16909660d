/* ensemble.nc. Functions that take a file number return netCDF codes. */
#include "solver/ensemble/output.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <netcdf.h>
#include "solver/base/memory.h"
#include "solver/ensemble/firing.h"
#include "solver/ensemble/pulses.h"
#include "solver/ensemble/statistics.h"
#include "solver/ensemble/variables.h"
#include "solver/nc_try.h"
#include "solver/sink.h"
#include "solver/version.h"

static enum hd_status check(int code, const char *path, struct hd_error *err) {
  return code == NC_NOERR ? HD_OK
                          : hd_fail(err, HD_IO, "%s: cannot write: %s", path, nc_strerror(code));
}

/** One file, and scratch: room for what each trajectory has of a column. */
struct writer {
  int file, trajectory; /* the dimension */
  int statistics;       /* the group */
  const struct records *records;
  double *values; /* [trajectories][members] owned */
  int *counts;    /* [trajectories] owned */
};

/* ---- trajectories ---- */

static int put_trajectory(struct writer *w) {
  int variable;
  for (size_t i = 0; i < w->records->n; i++)
    w->counts[i] = w->records->record[i].number;
  return variables_counts(w->file, 1, &w->trajectory, "trajectory", "number of the trajectory",
                          w->counts, &variable);
}

/** A number of each trajectory, or a list. */
static int put_column(struct writer *w, const struct record_column *column) {
  const struct records *records = w->records;
  struct variable_text text;
  size_t length = records_length(records, column), n = records->n * (length ? length : 1);
  int dimensions[] = {w->trajectory, 0}, rank = length ? 2 : 1;
  variables_describe(records, column, &text);
  variables_unused(w->file, text.name);
  variables_column(records, column, length, w->values);
  if (length)
    NC_TRY(variables_dimension(w->file, text.dimension, length, &dimensions[1]));
  return column->whole ? variables_wholes(w->file, rank, dimensions, text.name, text.unit,
                                          text.long_name, n, w->values)
                       : variables_numbers(w->file, rank, dimensions, text.name, text.unit,
                                           text.long_name, w->values);
}

static int put_columns(struct writer *w, const struct record_column **order) {
  for (size_t c = 0; c < w->records->n_columns; c++)
    NC_TRY(put_column(w, order[c]));
  return NC_NOERR;
}

/* ---- spikes ---- */

/** A variable of an experiment, whose name it has in front, along one dimension. */
static int put_real(struct writer *w, int dimension, const char *experiment, const char *rest,
                    const char *units, const char *long_name, const double *values) {
  char name[VARIABLE_NAME];
  variables_experiment(name, experiment, rest);
  return variables_numbers(w->file, 1, &dimension, name, units, long_name, values);
}

/** The same for n whole numbers; `values` is scratch (variables_wholes). */
static int put_whole(struct writer *w, int dimension, const char *experiment, const char *rest,
                     const char *long_name, size_t n, double *values) {
  char name[VARIABLE_NAME];
  variables_experiment(name, experiment, rest);
  return variables_wholes(w->file, 1, &dimension, name, "1", long_name, n, values);
}

/** Whole numbers among the columns of spikes. */
static bool is_whole(const char *column) {
  return strcmp(column, "pulse") == 0 || strcmp(column, "complete") == 0;
}

/** Every column of the spikes along the dimension of all spikes. */
static int put_spike_columns(struct writer *w, const char *experiment, int dimension,
                             const struct firing *firing, double *values) {
  for (size_t c = 0; c < spike_columns_count; c++) {
    char name[VARIABLE_NAME], rest[2 * VARIABLE_NAME], long_name[2 * VARIABLE_NAME];
    const char *unit = variables_unit(spike_columns[c], name);
    for (size_t i = 0; i < firing->n; i++)
      for (size_t k = firing->first[i]; k < firing->first[i + 1]; k++)
        values[k] = spike_value(firing_spike(firing, i, k - firing->first[i]), c);
    snprintf(rest, sizeof rest, "spike_%s", name);
    snprintf(long_name, sizeof long_name, "%s of the spikes in %s", name, experiment);
    NC_TRY(is_whole(name)
               ? put_whole(w, dimension, experiment, rest, long_name, firing_count(firing), values)
               : put_real(w, dimension, experiment, rest, unit, long_name, values));
  }
  return NC_NOERR;
}

/** All spikes, one trajectory behind the other. Where there is none there is no such dimension:
 * one of length 0 would be a record dimension to netCDF. */
static int put_spikes(struct writer *w, const char *experiment, const struct firing *firing,
                      double *values) {
  char name[VARIABLE_NAME];
  int dimension;
  size_t n = firing_count(firing);
  if (n == 0)
    return NC_NOERR;
  variables_experiment(name, experiment, "spike");
  NC_TRY(nc_def_dim(w->file, name, n, &dimension));
  NC_TRY(put_spike_columns(w, experiment, dimension, firing, values));
  for (size_t i = 0; i < firing->n; i++)
    for (size_t k = firing->first[i]; k < firing->first[i + 1]; k++)
      values[k] = w->records->record[i].number;
  NC_TRY(put_whole(w, dimension, experiment, "spike_trajectory", "number of the spike's trajectory",
                   n, values));
  NC_TRY(put_real(w, dimension, experiment, "interval_time", "s",
                  "time from the spike before, missing: it is the first one", firing->interval_s));
  memcpy(values, firing->interval_pulses, n * sizeof *values);
  return put_whole(w, dimension, experiment, "interval_pulses",
                   "pulses from the spike before, missing: it is the first one", n, values);
}

/** How many spikes each trajectory has, and when the first one was. */
static int put_firing(struct writer *w, const char *experiment, const struct firing *firing) {
  char name[VARIABLE_NAME];
  int variable;
  for (size_t i = 0; i < firing->n; i++)
    w->counts[i] = (int)(firing->first[i + 1] - firing->first[i]);
  variables_experiment(name, experiment, "spikes");
  NC_TRY(
      variables_counts(w->file, 1, &w->trajectory, name, "number of spikes", w->counts, &variable));
  NC_TRY(put_real(w, w->trajectory, experiment, "first_spike_time", "s",
                  "time of the first spike (first passage), missing: never", firing->first_s));
  memcpy(w->values, firing->first_pulse, firing->n * sizeof *w->values);
  return put_whole(w, w->trajectory, experiment, "first_spike_pulse",
                   "number of the pulse of the first spike, missing: never", firing->n, w->values);
}

/* ---- pulses ---- */

/** Numbers, middles and drives of the pulses; *dimension out. numbers: [pulses], scratch */
static int put_pulses(struct writer *w, const char *experiment, const struct pulses *pulses,
                      int *numbers, int *dimension) {
  char name[VARIABLE_NAME], times[VARIABLE_NAME];
  int variable;
  variables_experiment(name, experiment, "pulse");
  variables_experiment(times, experiment, "drive_time");
  NC_TRY(nc_def_dim(w->file, name, pulses->n, dimension));
  for (size_t k = 0; k < pulses->n; k++)
    numbers[k] = (int)k + 1;
  NC_TRY(variables_counts(w->file, 1, dimension, name, "number of the pulse", numbers, &variable));
  NC_TRY(put_real(w, *dimension, experiment, "drive_time", "s",
                  "middle of the pulse's top, from the start of the experiment", pulses->middle));
  NC_TRY(put_real(w, *dimension, experiment, "drive", "V", "voltage of all sources in series there",
                  pulses->drive));
  variables_experiment(name, experiment, "drive");
  NC_TRY(nc_inq_varid(w->file, name, &variable));
  return variables_text(w->file, variable, "coordinates", times);
}

/** How many spikes of each trajectory began in each pulse; missing: it is not done. */
static int put_fired(struct writer *w, const char *experiment, int dimension, size_t pulses,
                     const struct firing *firing, int *row) {
  enum { COMPRESSION = 1 };
  const int dimensions[] = {w->trajectory, dimension}, fill = NC_FILL_INT;
  char name[VARIABLE_NAME], times[VARIABLE_NAME];
  int variable;
  variables_experiment(name, experiment, "fired");
  variables_experiment(times, experiment, "drive_time");
  NC_TRY(nc_def_var(w->file, name, NC_INT, 2, dimensions, &variable));
  NC_TRY(nc_def_var_deflate(w->file, variable, 1, 1, COMPRESSION));
  NC_TRY(variables_text(w->file, variable, "long_name", "spikes that began in the pulse"));
  NC_TRY(variables_text(w->file, variable, "units", "1"));
  NC_TRY(variables_text(w->file, variable, "coordinates", times));
  NC_TRY(nc_put_att_int(w->file, variable, "_FillValue", NC_INT, 1, &fill));
  for (size_t i = 0; i < firing->n; i++) {
    const size_t start[] = {i, 0}, count[] = {1, pulses};
    for (size_t k = 0; k < pulses; k++)
      row[k] = firing->spikes[i] ? 0 : fill;
    for (size_t k = 0; firing->spikes[i] && k < firing->spikes[i]->n; k++)
      if (firing->spikes[i]->spike[k].pulse > 0)
        row[firing->spikes[i]->spike[k].pulse - 1]++;
    NC_TRY(nc_put_vara_int(w->file, variable, start, count, row));
  }
  return NC_NOERR;
}

/* ---- statistics ---- */

/** CF-1.8 knows no whole numbers of 64 bit: larger ones are doubles. */
static int put_scalar(int file, const char *name, const char *units, const json_t *value) {
  int variable, whole = (int)json_integer_value(value);
  double real = json_is_number(value) ? json_number_value(value) : (double)NAN;
  bool fits = json_is_integer(value) && json_integer_value(value) == whole;
  return fits ? variables_counts(file, 0, NULL, name, name, &whole, &variable)
              : variables_numbers(file, 0, NULL, name, units, name, &real);
}

/** A value of an estimate names those of its error and bounds. */
static int put_ancillary(int file, const char *name) {
  char names[4 * VARIABLE_NAME];
  int variable;
  NC_TRY(nc_inq_varid(file, name, &variable));
  snprintf(names, sizeof names, "%s_standard_error %s_low %s_high", name, name, name);
  return variables_text(file, variable, "ancillary_variables", names);
}

/** Every number of a statistic: its name is its path in summary.json, where the `value` of an
 * estimate has the estimate's own name and an interval is `low` and `high`. */
static int put_statistic(int file, const char *path, const char *units, json_t *statistic) {
  char name[VARIABLE_NAME];
  const char *key;
  json_t *part;
  json_object_foreach(statistic, key, part) {
    bool own = strcmp(key, "value") == 0 || strcmp(key, "interval") == 0;
    const char *unit = strcmp(key, "cv") == 0 ? "1" : units;
    int length = snprintf(name, sizeof name, "%s%s%s", path, own ? "" : "_", own ? "" : key);
    if (length < 0 || length + (int)sizeof "_high" > (int)sizeof name)
      return NC_EMAXNAME;
    if (json_is_object(part)) {
      NC_TRY(put_statistic(file, name, unit, part));
    } else if (json_is_array(part)) {
      strcpy(name + length, "_low");
      NC_TRY(put_scalar(file, name, unit, json_array_get(part, 0)));
      strcpy(name + length, "_high");
      NC_TRY(put_scalar(file, name, unit, json_array_get(part, 1)));
    } else {
      NC_TRY(put_scalar(file, name, unit, part));
    }
  }
  return json_object_get(statistic, "value") ? put_ancillary(file, path) : NC_NOERR;
}

/** The statistics of the spikes in summary.json, in a group. */
static int put_statistics(struct writer *w, const char *experiment, json_t *statistics) {
  const char *key;
  json_t *statistic;
  json_object_foreach(statistics, key, statistic) {
    char name[VARIABLE_NAME], rest[VARIABLE_NAME];
    const char *units = variables_unit(key, rest);
    variables_experiment(name, experiment, rest);
    NC_TRY(put_statistic(w->statistics, name, units, statistic));
  }
  return NC_NOERR;
}

/* ---- experiments ---- */

/** All variables of an experiment. values: [spikes], row: [pulses], scratch */
static int put_all(struct writer *w, const char *experiment, const struct firing *firing,
                   const struct pulses *pulses, json_t *statistics, double *values, int *row) {
  int dimension;
  NC_TRY(put_firing(w, experiment, firing));
  NC_TRY(put_spikes(w, experiment, firing, values));
  if (pulses->n > 0) {
    NC_TRY(put_pulses(w, experiment, pulses, row, &dimension));
    NC_TRY(put_fired(w, experiment, dimension, pulses->n, firing, row));
  }
  return put_statistics(w, experiment, statistics);
}

static enum hd_status put_experiment(struct writer *w, size_t e, const struct firing *firing,
                                     const char *path, struct hd_error *err) {
  const struct experiment_spec *spec = &w->records->spec->experiments[e];
  size_t n = (size_t)firing->pulses;
  struct pulses pulses = {0};
  json_t *statistics = json_object();
  double *values = NULL;
  int *row = NULL;
  enum hd_status status = statistics_put(statistics, w->records, e, err);
  if (status == HD_OK)
    status = pulses_create(&pulses, n, w->records->spec, spec, err);
  if (status == HD_OK)
    status = hd_alloc(&values, firing_count(firing), sizeof *values, err);
  if (status == HD_OK)
    status = hd_alloc(&row, n, sizeof *row, err);
  if (status == HD_OK)
    status = check(put_all(w, spec->name, firing, &pulses, statistics, values, row), path, err);
  hd_free(&row);
  hd_free(&values);
  pulses_free(&pulses);
  json_decref(statistics);
  return status;
}

/* ---- the file ---- */

/** What the whole file says, its dimension of the trajectories, and its group. */
static int put_global(struct writer *w, const struct output_about *about) {
  NC_TRY(variables_text(w->file, NC_GLOBAL, "Conventions", "CF-1.8"));
  NC_TRY(variables_text(w->file, NC_GLOBAL, "title", about->title));
  NC_TRY(variables_text(w->file, NC_GLOBAL, "source", "halidrift " HALIDRIFT_VERSION));
  NC_TRY(variables_text(w->file, NC_GLOBAL, "input_hash", about->hash));
  NC_TRY(variables_remarks(w->file, about->remarks));
  NC_TRY(nc_put_att_int(w->file, NC_GLOBAL, "seed", NC_INT, 1, &w->records->spec->stochastic.seed));
  NC_TRY(
      nc_put_att_double(w->file, NC_GLOBAL, "confidence_level", NC_DOUBLE, 1, &statistics_level));
  NC_TRY(nc_def_grp(w->file, "statistics", &w->statistics));
  return nc_def_dim(w->file, "trajectory", w->records->n, &w->trajectory);
}

/** Room for a variable of the trajectories. */
static enum hd_status make_room(struct writer *w, struct hd_error *err) {
  size_t n = w->records->n;
  TRY(hd_alloc(&w->counts, n, sizeof(int), err));
  return hd_alloc(&w->values, n * records_width(w->records), sizeof(double), err);
}

/** Everything along the trajectories. */
static int put_trajectories(struct writer *w, const struct output_about *about,
                            const struct record_column **order) {
  NC_TRY(put_global(w, about));
  NC_TRY(put_trajectory(w));
  NC_TRY(variables_status(w->file, 1, &w->trajectory, w->records, w->counts));
  NC_TRY(variables_work(w->file, 1, &w->trajectory, w->records, w->values));
  return put_columns(w, order);
}

static enum hd_status put_experiments(struct writer *w, const char *path, struct hd_error *err) {
  const struct run_spec *spec = w->records->spec;
  enum hd_status status = HD_OK;
  for (size_t e = 0; e < spec->n_experiments && status == HD_OK; e++) {
    struct firing firing = {0};
    if (!spec->experiments[e].spike.enabled)
      continue;
    status = firing_create(&firing, w->records, e, err);
    if (status == HD_OK)
      status = put_experiment(w, e, &firing, path, err);
    firing_free(&firing);
  }
  return status;
}

static enum hd_status write_file(struct writer *w, const struct output_about *about,
                                 const char *path, struct hd_error *err) {
  const struct record_column **order = NULL;
  TRY(make_room(w, err));
  TRY(records_order(w->records, &order, err));
  enum hd_status status = check(nc_create(path, NC_NETCDF4 | NC_CLOBBER, &w->file), path, err);
  if (status == HD_OK) {
    status = check(put_trajectories(w, about, order), path, err);
    if (status == HD_OK)
      status = put_experiments(w, path, err);
    int closing = nc_close(w->file);
    if (status == HD_OK)
      status = check(closing, path, err);
  }
  hd_free(&order);
  return status;
}

enum hd_status output_netcdf(const struct records *records, const struct output_about *about,
                             const char *dir, struct hd_error *err) {
  struct writer writer = {.records = records};
  char *path = NULL;
  TRY(sink_path(&path, dir, "ensemble.nc.part", err));
  enum hd_status status = write_file(&writer, about, path, err);
  if (status != HD_OK)
    unlink(path);
  hd_free(&writer.values);
  hd_free(&writer.counts);
  hd_free(&path);
  return status == HD_OK ? sink_publish(dir, "ensemble.nc.part", "ensemble.nc", err) : status;
}
