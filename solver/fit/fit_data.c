#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "solver/base/memory.h"
#include "solver/fit/fit.h"

enum { LINE = 4096, COLUMNS = 128 };

/** Columns of a file by their place; -1: not there. */
struct columns {
  int experiment, x, current, error;
  bool is_time;
};

/** Cells of a line in place. */
static int split(char *line, char *cells[COLUMNS]) {
  int n = 0;
  line[strcspn(line, "\r\n")] = '\0';
  for (char *at = line; at && n < COLUMNS; n++) {
    cells[n] = at;
    at = strchr(at, ',');
    if (at)
      *at++ = '\0';
  }
  return n;
}

/** Terminal of a circuit's only device that a column I(name)_A names. */
static int terminal_of(const struct run_spec *spec, const char *column) {
  const struct device_spec *device = &spec->devices[spec->circuit.instances[0].device];
  for (size_t c = 0; c < device->n_contacts; c++) {
    char name[HD_NAME + 8];
    snprintf(name, sizeof name, "I(%s)_A", device->contacts[c].name);
    if (strcmp(name, column) == 0)
      return (int)c;
  }
  return -1;
}

static enum hd_status read_header(struct fit_data *data, char *line, const struct run_spec *spec,
                                  struct columns *columns, struct hd_error *err) {
  char *cells[COLUMNS];
  int n = split(line, cells);
  *columns = (struct columns){-1, -1, -1, -1, false};
  for (int i = 0; i < n; i++) {
    bool time = strcmp(cells[i], "time_s") == 0;
    if (strcmp(cells[i], "experiment") == 0)
      columns->experiment = i;
    else if (time || strcmp(cells[i], "bias_V") == 0) {
      columns->x = i;
      columns->is_time = time;
    } else if (strcmp(cells[i], "error_A") == 0)
      columns->error = i;
    else if (columns->current < 0 && terminal_of(spec, cells[i]) >= 0) {
      columns->current = i;
      data->terminal = (size_t)terminal_of(spec, cells[i]);
    }
  }
  data->has_error = columns->error >= 0;
  if (columns->x < 0 || columns->current < 0)
    return hd_fail(err, HD_INPUT,
                   "%s:1: needs the columns time_s (or bias_V, of a dc_sweep) and I(<terminal>)_A "
                   "with a terminal of the device",
                   data->file);
  return HD_OK;
}

/** The experiment that a file is about: by name, or the only one of its kind. */
static enum hd_status find_experiment(struct fit_data *data, const struct run_spec *spec,
                                      const char *name, bool is_time, struct hd_error *err) {
  int type = is_time ? EXPERIMENT_TRANSIENT : EXPERIMENT_DC_SWEEP;
  size_t found = 0;
  for (size_t e = 0; e < spec->n_experiments; e++)
    if (spec->experiments[e].type == type &&
        (!name || strcmp(spec->experiments[e].name, name) == 0)) {
      data->experiment = e;
      found++;
    }
  if (found == 1)
    return HD_OK;
  return hd_fail(err, HD_INPUT, "%s: %s of type %s in the input, must be one%s", data->file,
                 found ? "there are several experiments" : "there is no experiment",
                 is_time ? "transient" : "dc_sweep",
                 name ? " with the name in the column `experiment`"
                      : "; name it in a column `experiment`");
}

static bool read_cell(const char *cell, double *value) {
  char *end;
  *value = strtod(cell, &end);
  return end != cell && *end == '\0' && isfinite(*value);
}

/** One point of a line. */
static enum hd_status read_point(struct fit_data *data, char *line, int number,
                                 const struct columns *columns, char name[HD_NAME],
                                 struct hd_error *err) {
  char *cells[COLUMNS];
  double x, I, error = 1.0;
  int n = split(line, cells);
  bool whole = n > columns->x && n > columns->current && n > columns->error &&
               n > columns->experiment && read_cell(cells[columns->x], &x) &&
               read_cell(cells[columns->current], &I) &&
               (columns->error < 0 || (read_cell(cells[columns->error], &error) && error > 0.0));
  if (!whole)
    return hd_fail(err, HD_INPUT,
                   "%s:%d: needs finite numbers for all columns of line 1, errors above 0",
                   data->file, number);
  if (columns->experiment >= 0 && name[0] && strcmp(name, cells[columns->experiment]) != 0)
    return hd_fail(err, HD_INPUT, "%s:%d: a file holds one experiment, got %s and %s", data->file,
                   number, name, cells[columns->experiment]);
  if (columns->experiment >= 0)
    snprintf(name, HD_NAME, "%.63s", cells[columns->experiment]);
  if (columns->is_time && (x < 0.0 || (data->n > 0 && x <= data->x[data->n - 1])))
    return hd_fail(err, HD_INPUT, "%s:%d: got %g s, times must ascend from 0", data->file, number,
                   x);
  TRY(hd_resize(&data->x, data->n + 1, sizeof(double), err));
  TRY(hd_resize(&data->I, data->n + 1, sizeof(double), err));
  TRY(hd_resize(&data->error, data->n + 1, sizeof(double), err));
  data->x[data->n] = x;
  data->I[data->n] = I;
  data->error[data->n++] = error;
  return HD_OK;
}

static enum hd_status read_lines(struct fit_data *data, FILE *file, const struct run_spec *spec,
                                 struct hd_error *err) {
  char line[LINE], name[HD_NAME] = "";
  struct columns columns;
  if (!fgets(line, sizeof line, file))
    return hd_fail(err, HD_INPUT, "%s: is empty", data->file);
  TRY(read_header(data, line, spec, &columns, err));
  for (int number = 2; fgets(line, sizeof line, file); number++)
    if (line[strspn(line, " \t\r\n")] != '\0')
      TRY(read_point(data, line, number, &columns, name, err));
  if (data->n == 0)
    return hd_fail(err, HD_INPUT, "%s: holds no points", data->file);
  TRY(find_experiment(data, spec, columns.experiment >= 0 ? name : NULL, columns.is_time, err));
  double last = data->x[data->n - 1];
  if (columns.is_time && last > spec->experiments[data->experiment].duration)
    return hd_fail(err, HD_INPUT, "%s: the last time is %g s, must be within the duration (%g s)",
                   data->file, last, spec->experiments[data->experiment].duration);
  return HD_OK;
}

/** Errors that are not told are a share of the current; where it is 0 they are still above 0. */
static void guess_errors(struct fit_data *data, double relative) {
  double largest = 0.0;
  for (size_t i = 0; i < data->n; i++)
    largest = fmax(largest, fabs(data->I[i]));
  for (size_t i = 0; i < data->n && !data->has_error; i++)
    data->error[i] = relative * (fabs(data->I[i]) + 1e-12 * largest);
}

/**
 * Read measured currents.
 * Errors  HD_IO, HD_INPUT, HD_MEMORY
 */
enum hd_status fit_data_read(struct fit_data *data, const char *path, const struct run_spec *spec,
                             struct hd_error *err) {
  *data = (struct fit_data){.n = 0};
  snprintf(data->file, sizeof data->file, "%s", path);
  if (spec->circuit.n_instances != 1)
    return hd_fail(err, HD_INPUT, "%s: a fit needs one device in the circuit", path);
  FILE *file = fopen(path, "r");
  if (!file)
    return hd_fail(err, HD_IO, "%s: %s", path, strerror(errno));
  enum hd_status status = read_lines(data, file, spec, err);
  fclose(file);
  if (status == HD_OK)
    guess_errors(data, spec->fit.relative_error);
  else
    fit_data_free(data);
  return status;
}

/** Free; zeroed data are accepted. */
void fit_data_free(struct fit_data *data) {
  hd_free(&data->x);
  hd_free(&data->I);
  hd_free(&data->error);
}
