/* ensemble.nc. Functions that take a file number return netCDF codes. */
#include "solver/ensemble/output.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <netcdf.h>
#include "solver/base/memory.h"
#include "solver/ensemble/firing.h"
#include "solver/ensemble/variables.h"
#include "solver/nc_try.h"
#include "solver/sink.h"
#include "solver/version.h"

/** Scratch of one file: room for a value per trajectory, and per spike of the experiment that has
 * most of them. */
struct writer {
  int file, trajectory; /* the dimension */
  const struct records *records;
  double *values;
  int *counts;
};

/* ---- trajectories ---- */

static int put_trajectory(struct writer *w) {
  int variable;
  for (size_t i = 0; i < w->records->n; i++)
    w->counts[i] = w->records->first + (int)i;
  NC_TRY(variables_counts(w->file, 1, &w->trajectory, "trajectory", "number of the trajectory",
                          w->counts, &variable));
  return variables_text(w->file, variable, "cf_role", "trajectory_id");
}

static int put_column(struct writer *w, const struct record_column *column) {
  const struct records *records = w->records;
  char name[VARIABLE_NAME], plain[VARIABLE_NAME], long_name[VARIABLE_NAME];
  const char *unit = variables_unit(column->name, plain);
  variables_column(records, column, w->values);
  variables_name(plain);
  if (column->experiment < 0) {
    snprintf(long_name, sizeof long_name, "%s, largest over all experiments", column->name);
    return variables_numbers(w->file, 1, &w->trajectory, plain, unit, long_name, w->values);
  }
  const char *experiment = records->spec->experiments[column->experiment].name;
  strncat(plain, "_end", sizeof plain - strlen(plain) - 1);
  variables_experiment(name, experiment, plain);
  snprintf(long_name, sizeof long_name, "%s at the end of %s", column->name, experiment);
  return variables_numbers(w->file, 1, &w->trajectory, name, unit, long_name, w->values);
}

static int put_columns(struct writer *w, const struct record_column **order) {
  for (size_t c = 0; c < w->records->n_columns; c++)
    NC_TRY(put_column(w, order[c]));
  return NC_NOERR;
}

/* ---- spikes ---- */

/** Every column of the spikes along the dimension of all spikes. */
static int put_spike_columns(struct writer *w, const char *experiment, int dimension,
                             const struct firing *firing) {
  for (size_t c = 0; c < spike_columns_count; c++) {
    char name[VARIABLE_NAME], rest[2 * VARIABLE_NAME], long_name[2 * VARIABLE_NAME];
    const char *unit = variables_unit(spike_columns[c], name);
    for (size_t i = 0; i < firing->n; i++)
      for (size_t k = firing->first[i]; k < firing->first[i + 1]; k++)
        w->values[k] = spike_value(firing_spike(firing, i, k - firing->first[i]), c);
    snprintf(rest, sizeof rest, "spike_%s", name);
    snprintf(long_name, sizeof long_name, "%s of the spikes in %s", name, experiment);
    variables_experiment(name, experiment, rest);
    NC_TRY(variables_numbers(w->file, 1, &dimension, name, unit, long_name, w->values));
  }
  return NC_NOERR;
}

/** A dimension for the spikes, and how many of them each trajectory has. */
static int put_spike_counts(struct writer *w, const char *experiment, const struct firing *firing,
                            int *dimension) {
  char name[VARIABLE_NAME], counts[VARIABLE_NAME], long_name[VARIABLE_NAME];
  int variable;
  for (size_t i = 0; i < firing->n; i++)
    w->counts[i] = (int)(firing->first[i + 1] - firing->first[i]);
  variables_experiment(name, experiment, "spike");
  variables_experiment(counts, experiment, "spikes");
  snprintf(long_name, sizeof long_name, "number of spikes in %s", experiment);
  NC_TRY(nc_def_dim(w->file, name, firing_count(firing), dimension));
  NC_TRY(variables_counts(w->file, 1, &w->trajectory, counts, long_name, w->counts, &variable));
  return variables_text(w->file, variable, "sample_dimension", name);
}

static int put_firing(struct writer *w, const char *experiment, const struct firing *firing) {
  const struct {
    bool of_spikes;
    const char *name, *units, *long_name;
    const double *values;
  } rows[] = {
      {false, "first_spike_time", "s", "time of the first spike (first passage), missing: never",
       firing->first_s},
      {false, "pulses_to_first_spike", "1",
       "number of the pulse of the first spike, missing: never", firing->first_pulse},
      {false, "fired_pulses", "1", "pulses in which a spike began", firing->fired},
      {true, "interval_time", "s", "time from the spike before, missing: it is the first one",
       firing->interval_s},
      {true, "interval_pulses", "1", "pulses from the spike before, missing: it is the first one",
       firing->interval_pulses},
  };
  int spikes;
  NC_TRY(put_spike_counts(w, experiment, firing, &spikes));
  NC_TRY(put_spike_columns(w, experiment, spikes, firing));
  for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
    char name[VARIABLE_NAME];
    variables_experiment(name, experiment, rows[r].name);
    NC_TRY(variables_numbers(w->file, 1, rows[r].of_spikes ? &spikes : &w->trajectory, name,
                             rows[r].units, rows[r].long_name, rows[r].values));
  }
  return NC_NOERR;
}

/* ---- the file ---- */

static int put_global(struct writer *w, const struct output_about *about) {
  NC_TRY(variables_text(w->file, NC_GLOBAL, "Conventions", "CF-1.8"));
  NC_TRY(variables_text(w->file, NC_GLOBAL, "title", about->title));
  NC_TRY(variables_text(w->file, NC_GLOBAL, "source", "halidrift " HALIDRIFT_VERSION));
  NC_TRY(variables_text(w->file, NC_GLOBAL, "input_hash", about->hash));
  NC_TRY(nc_put_att_int(w->file, NC_GLOBAL, "seed", NC_INT, 1, &w->records->spec->stochastic.seed));
  return nc_def_dim(w->file, "trajectory", w->records->n, &w->trajectory);
}

/** Room for the longest variable. */
static enum hd_status make_room(struct writer *w, struct hd_error *err) {
  size_t most = w->records->n;
  for (size_t e = 0; e < w->records->spec->n_experiments; e++) {
    size_t spikes = 0;
    for (size_t i = 0; i < w->records->n; i++)
      if (w->records->record[i].spikes)
        spikes += w->records->record[i].spikes[e].n;
    most = spikes > most ? spikes : most;
  }
  TRY(hd_alloc(&w->counts, w->records->n, sizeof(int), err));
  return hd_alloc(&w->values, most, sizeof(double), err);
}

static enum hd_status check(int code, const char *path, struct hd_error *err) {
  return code == NC_NOERR ? HD_OK
                          : hd_fail(err, HD_IO, "%s: cannot write: %s", path, nc_strerror(code));
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
      status = check(put_firing(w, spec->experiments[e].name, &firing), path, err);
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
