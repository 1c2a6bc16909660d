/* ensemble.nc. Functions that take a file number return netCDF codes. */
#include "solver/ensemble/output.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <netcdf.h>
#include "solver/base/memory.h"
#include "solver/ensemble/firing.h"
#include "solver/nc_try.h"
#include "solver/sink.h"
#include "solver/version.h"

enum { NAME_SIZE = 2 * RECORD_NAME };

static int put_text(int file, int variable, const char *name, const char *text) {
  return nc_put_att_text(file, variable, name, strlen(text), text);
}

/** Make a text a name: "ion_number(vacancy)" becomes "ion_number_vacancy". */
static void make_name(char *name) {
  char *to = name;
  for (const char *from = name; *from; from++)
    if (isalnum((unsigned char)*from) || (to > name && to[-1] != '_'))
      *to++ = (char)(isalnum((unsigned char)*from) ? *from : '_');
  while (to > name && to[-1] == '_')
    to--;
  *to = '\0';
}

/** Name of a variable of an experiment: "pulses_" and the rest. */
static void experiment_name(char name[NAME_SIZE], const char *experiment, const char *rest) {
  snprintf(name, NAME_SIZE, "%s%s", isalpha((unsigned char)experiment[0]) ? "" : "e", experiment);
  make_name(name);
  size_t length = strlen(name);
  snprintf(name + length, NAME_SIZE - length, "_%s", rest);
}

/** A variable along one dimension with its values; NAN is the fill value. */
static int put_numbers(int file, int dimension, const char *name, const char *units,
                       const char *long_name, const double *values) {
  const double fill = NAN;
  int variable;
  NC_TRY(nc_def_var(file, name, NC_DOUBLE, 1, &dimension, &variable));
  NC_TRY(put_text(file, variable, "long_name", long_name));
  NC_TRY(put_text(file, variable, "units", units));
  NC_TRY(nc_put_att_double(file, variable, "_FillValue", NC_DOUBLE, 1, &fill));
  return nc_put_var_double(file, variable, values);
}

/** The same for counts. */
static int put_counts(int file, int dimension, const char *name, const char *long_name,
                      const int *values, int *variable) {
  NC_TRY(nc_def_var(file, name, NC_INT, 1, &dimension, variable));
  NC_TRY(put_text(file, *variable, "long_name", long_name));
  NC_TRY(put_text(file, *variable, "units", "1"));
  return nc_put_var_int(file, *variable, values);
}

/** Scratch of one file: room for a value per trajectory, and per spike of the experiment that has
 * most of them. */
struct writer {
  int file, trajectory; /* the dimension */
  const struct records *records;
  double *values;
  int *counts;
};

/* ---- trajectories ---- */

/** Number and status, with the meanings of the latter as CF has them. */
static int put_status(struct writer *w) {
  static const int flags[] = {RECORD_MISSING, RECORD_DONE, RECORD_FAILED, RECORD_LOST};
  int variable;
  for (size_t i = 0; i < w->records->n; i++)
    w->counts[i] = w->records->first + (int)i;
  NC_TRY(put_counts(w->file, w->trajectory, "trajectory", "number of the trajectory", w->counts,
                    &variable));
  NC_TRY(put_text(w->file, variable, "cf_role", "trajectory_id"));
  for (size_t i = 0; i < w->records->n; i++)
    w->counts[i] = w->records->record[i].status;
  NC_TRY(put_counts(w->file, w->trajectory, "status", "what became of the trajectory", w->counts,
                    &variable));
  NC_TRY(put_text(w->file, variable, "flag_meanings", "missing done failed lost"));
  return nc_put_att_int(w->file, variable, "flag_values", NC_INT, sizeof flags / sizeof *flags,
                        flags);
}

/** Numbers of a record that is done, by the place in its struct. */
static int put_work(struct writer *w) {
  static const struct {
    const char *name, *units, *long_name;
    size_t offset;
  } rows[] = {
      {"steps", "1", "accepted time steps", offsetof(struct record, steps)},
      {"cpu_time", "s", "processor time", offsetof(struct record, cpu_s)},
      {"wall_time", "s", "duration by the clock", offsetof(struct record, wall_s)},
      {"peak_memory", "byte", "largest resident memory", offsetof(struct record, memory)},
  };
  for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
    for (size_t i = 0; i < w->records->n; i++) {
      const struct record *record = &w->records->record[i];
      w->values[i] = NAN;
      if (record->status == RECORD_DONE)
        memcpy(&w->values[i], (const char *)record + rows[r].offset, sizeof(double));
    }
    NC_TRY(put_numbers(w->file, w->trajectory, rows[r].name, rows[r].units, rows[r].long_name,
                       w->values));
  }
  return NC_NOERR;
}

/** By experiment, then by name: no order of the trajectories shows. */
static int by_name(const void *a, const void *b) {
  const struct record_column *x = *(const struct record_column *const *)a;
  const struct record_column *y = *(const struct record_column *const *)b;
  return x->experiment != y->experiment ? x->experiment - y->experiment : strcmp(x->name, y->name);
}

/** The unit at the end of a column's name: "filament_gap(vacancy)_m". "1": none. */
static const char *unit_of(const char *name) {
  static const char *const units[] = {"m", "K", "A"};
  const char *end = strrchr(name, '_');
  for (size_t i = 0; end && i < sizeof units / sizeof *units; i++)
    if (strcmp(end + 1, units[i]) == 0)
      return units[i];
  return "1";
}

static int put_column(struct writer *w, const struct record_column *column) {
  const struct records *records = w->records;
  char name[NAME_SIZE], plain[NAME_SIZE], long_name[NAME_SIZE];
  const char *unit = unit_of(column->name);
  size_t index = (size_t)(column - records->columns), cut = *unit == '1' ? 0 : strlen(unit) + 1;
  for (size_t i = 0; i < records->n; i++) {
    const struct record *record = &records->record[i];
    w->values[i] = index < record->n_numbers ? record->numbers[index] : (double)NAN;
  }
  snprintf(plain, sizeof plain, "%.*s", (int)(strlen(column->name) - cut), column->name);
  make_name(plain);
  if (column->experiment < 0) {
    snprintf(long_name, sizeof long_name, "%s, largest over all experiments", column->name);
    return put_numbers(w->file, w->trajectory, plain, unit, long_name, w->values);
  }
  const char *experiment = records->spec->experiments[column->experiment].name;
  strncat(plain, "_end", sizeof plain - strlen(plain) - 1);
  experiment_name(name, experiment, plain);
  snprintf(long_name, sizeof long_name, "%s at the end of %s", column->name, experiment);
  return put_numbers(w->file, w->trajectory, name, unit, long_name, w->values);
}

static int put_columns(struct writer *w, const struct record_column **order) {
  for (size_t c = 0; c < w->records->n_columns; c++)
    order[c] = &w->records->columns[c];
  qsort(order, w->records->n_columns, sizeof *order, by_name);
  for (size_t c = 0; c < w->records->n_columns; c++)
    NC_TRY(put_column(w, order[c]));
  return NC_NOERR;
}

/* ---- spikes ---- */

/** Unit of a column of spike_columns, and the name without it. */
static const char *split_unit(const char *column, char name[NAME_SIZE]) {
  static const char *const units[] = {"s", "A", "J", "C"};
  const char *end = strrchr(column, '_');
  snprintf(name, NAME_SIZE, "%s", column);
  for (size_t i = 0; end && i < sizeof units / sizeof *units; i++)
    if (strcmp(end + 1, units[i]) == 0) {
      name[end - column] = '\0';
      return units[i];
    }
  return "1";
}

/** Every column of the spikes along the dimension of all spikes. */
static int put_spike_columns(struct writer *w, const char *experiment, int dimension,
                             const struct firing *firing) {
  for (size_t c = 0; c < spike_columns_count; c++) {
    char name[NAME_SIZE], rest[2 * NAME_SIZE], long_name[2 * NAME_SIZE];
    const char *unit = split_unit(spike_columns[c], name);
    for (size_t i = 0; i < firing->n; i++)
      for (size_t k = firing->first[i]; k < firing->first[i + 1]; k++)
        w->values[k] = spike_value(firing_spike(firing, i, k - firing->first[i]), c);
    snprintf(rest, sizeof rest, "spike_%s", name);
    snprintf(long_name, sizeof long_name, "%s of the spikes in %s", name, experiment);
    experiment_name(name, experiment, rest);
    NC_TRY(put_numbers(w->file, dimension, name, unit, long_name, w->values));
  }
  return NC_NOERR;
}

/** A dimension for the spikes, and how many of them each trajectory has. */
static int put_spike_counts(struct writer *w, const char *experiment, const struct firing *firing,
                            int *dimension) {
  char name[NAME_SIZE], counts[NAME_SIZE], long_name[NAME_SIZE];
  int variable;
  for (size_t i = 0; i < firing->n; i++)
    w->counts[i] = (int)(firing->first[i + 1] - firing->first[i]);
  experiment_name(name, experiment, "spike");
  experiment_name(counts, experiment, "spikes");
  snprintf(long_name, sizeof long_name, "number of spikes in %s", experiment);
  NC_TRY(nc_def_dim(w->file, name, firing_count(firing), dimension));
  NC_TRY(put_counts(w->file, w->trajectory, counts, long_name, w->counts, &variable));
  return put_text(w->file, variable, "sample_dimension", name);
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
    char name[NAME_SIZE];
    experiment_name(name, experiment, rows[r].name);
    NC_TRY(put_numbers(w->file, rows[r].of_spikes ? spikes : w->trajectory, name, rows[r].units,
                       rows[r].long_name, rows[r].values));
  }
  return NC_NOERR;
}

/* ---- the file ---- */

static int put_global(struct writer *w, const struct output_about *about) {
  NC_TRY(put_text(w->file, NC_GLOBAL, "Conventions", "CF-1.8"));
  NC_TRY(put_text(w->file, NC_GLOBAL, "title", about->title));
  NC_TRY(put_text(w->file, NC_GLOBAL, "source", "halidrift " HALIDRIFT_VERSION));
  NC_TRY(put_text(w->file, NC_GLOBAL, "input_hash", about->hash));
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
  NC_TRY(put_status(w));
  NC_TRY(put_work(w));
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
  TRY(hd_alloc(&order, w->records->n_columns, sizeof *order, err));
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
