#include "solver/sensitivity_report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "solver/base/memory.h"
#include "solver/output.h"
#include "solver/sensitivity_marks.h"

/** Spikes whose tables the user sees; the others are in summary.json and the log. */
enum { SPIKES_SHOWN = 1 };
/** Characters of the longest bar of a table. */
enum { BAR = 20, NAME = 64 };

struct sensitivity_report {
  struct sensitivity *sensitivity;    /* borrowed */
  struct sink_table *table;           /* owned; NULL: none */
  struct sensitivity_rows own, *rows; /* rows: the caller's, or `own` */
  struct marks marks;
  size_t index;
  json_t *merits; /* borrowed: of the present experiment */
  double *work;   /* [system->n + 1] owned */
  double *slopes; /* [n] owned */
  size_t *order;  /* [n] owned */
};

/* ---- rows ---- */

void sensitivity_rows_free(struct sensitivity_rows *rows) {
  hd_free(&rows->experiment);
  hd_free(&rows->values);
  *rows = (struct sensitivity_rows){0};
}

static const double *row_of(const struct sensitivity_rows *rows, size_t i) {
  return rows->values + i * rows->width;
}

double sensitivity_row_time(const struct sensitivity_rows *rows, size_t i) {
  return row_of(rows, i)[0];
}

double sensitivity_row_voltage(const struct sensitivity_rows *rows, size_t i, size_t terminal) {
  return row_of(rows, i)[1 + terminal * (2 + rows->n_parameters)];
}

double sensitivity_row_current(const struct sensitivity_rows *rows, size_t i, size_t terminal) {
  return row_of(rows, i)[2 + terminal * (2 + rows->n_parameters)];
}

double sensitivity_row_slope(const struct sensitivity_rows *rows, size_t i, size_t terminal,
                             size_t parameter) {
  return row_of(rows, i)[3 + terminal * (2 + rows->n_parameters) + parameter];
}

static enum hd_status add_row(struct sensitivity_rows *rows, size_t experiment, double **row,
                              struct hd_error *err) {
  if (rows->n == rows->room) {
    size_t room = rows->room ? 2 * rows->room : 64;
    TRY(hd_resize(&rows->experiment, room, sizeof *rows->experiment, err));
    TRY(hd_resize(&rows->values, room * rows->width, sizeof *rows->values, err));
    rows->room = room;
  }
  rows->experiment[rows->n] = experiment;
  *row = rows->values + rows->n++ * rows->width;
  return HD_OK;
}

/* ---- create ---- */

/** experiment, time_s, then V, I and the slopes of each terminal. */
static enum hd_status open_table(struct sensitivity_report *report, const char *dir,
                                 const struct store *from, struct hd_error *err) {
  const struct sensitivity *sensitivity = report->sensitivity;
  const struct system *system = sensitivity->system;
  enum { COLUMN = HD_PATH + 4 * HD_NAME };
  char(*names)[COLUMN] = NULL;
  const char **columns = NULL;
  size_t n = 0;
  TRY(hd_alloc(&names, report->rows->width + 1, sizeof *names, err));
  enum hd_status status = hd_alloc(&columns, report->rows->width + 1, sizeof *columns, err);
  if (status == HD_OK) {
    snprintf(names[n++], COLUMN, "experiment");
    snprintf(names[n++], COLUMN, "time_s");
    for (size_t i = 0; i < system->n_instances; i++)
      for (int T = 0; T < system->instances[i].device->n_terminals; T++) {
        char terminal[2 * HD_NAME];
        output_terminal_name(system, i, T, terminal);
        snprintf(names[n++], COLUMN, "V(%s)_V", terminal);
        snprintf(names[n++], COLUMN, "I(%s)_A", terminal);
        for (size_t p = 0; p < sensitivity->n; p++)
          snprintf(names[n++], COLUMN, "dI(%s)/dln(%s)_A", terminal,
                   sensitivity->parameters[p].name);
      }
    for (size_t i = 0; i < n; i++)
      columns[i] = names[i];
    status = from ? sink_table_reopen(&report->table, dir, "sensitivity.csv", n, columns,
                                      store_number(from, "sensitivity_bytes"), err)
                  : sink_table_open(&report->table, dir, "sensitivity.csv", n, columns, err);
  }
  hd_free(&columns);
  hd_free(&names);
  return status;
}

enum hd_status sensitivity_report_create(struct sensitivity_report **out,
                                         struct sensitivity *sensitivity, const char *dir,
                                         const struct store *from, struct sensitivity_rows *rows,
                                         struct hd_error *err) {
  struct sensitivity_report *report = NULL;
  TRY(hd_alloc(&report, 1, sizeof *report, err));
  *out = report;
  report->sensitivity = sensitivity;
  report->rows = rows ? rows : &report->own;
  report->rows->n_terminals = sensitivity->n_currents;
  report->rows->n_parameters = sensitivity->n;
  report->rows->width = 1 + report->rows->n_terminals * (2 + sensitivity->n);
  report->marks.n_parameters = sensitivity->n;
  TRY(hd_alloc(&report->work, (size_t)sensitivity->system->n + 1, sizeof(double), err));
  TRY(hd_alloc(&report->slopes, sensitivity->n, sizeof(double), err));
  TRY(hd_alloc(&report->order, sensitivity->n, sizeof(size_t), err));
  return dir ? open_table(report, dir, from, err) : HD_OK;
}

enum hd_status sensitivity_report_free(struct sensitivity_report **report, struct hd_error *err) {
  if (!*report)
    return HD_OK;
  enum hd_status status = sink_table_close(&(*report)->table, err);
  sensitivity_rows_free(&(*report)->own);
  marks_free(&(*report)->marks);
  hd_free(&(*report)->work);
  hd_free(&(*report)->slopes);
  hd_free(&(*report)->order);
  hd_free(report);
  return status;
}

/* ---- checkpoints ---- */

enum hd_status sensitivity_report_save(const struct sensitivity_report *report, struct store *store,
                                       struct hd_error *err) {
  const struct sensitivity_rows *rows = report->rows;
  TRY(store_put_number(store, "sensitivity_bytes", sink_table_length(report->table), err));
  if (rows->n > 0 && rows->experiment[rows->n - 1] == report->index)
    TRY(store_put(store, "sensitivity_row", rows->width, row_of(rows, rows->n - 1), err));
  return marks_save(&report->marks, store, err);
}

enum hd_status sensitivity_report_resume(struct sensitivity_report *report, size_t index,
                                         json_t *entry, const struct store *store,
                                         struct hd_error *err) {
  double *row;
  report->index = index;
  report->merits = json_object_get(entry, "sensitivities");
  if (store_count(store, "sensitivity_row") > 0) {
    TRY(add_row(report->rows, index, &row, err));
    TRY(store_get(store, "sensitivity_row", report->rows->width, row, err));
  }
  return marks_restore(&report->marks, store, err);
}

/* ---- during an experiment ---- */

void sensitivity_report_begin(struct sensitivity_report *report, size_t index, json_t *entry) {
  report->index = index;
  report->merits = json_array();
  json_object_set_new(entry, "sensitivities", report->merits);
  marks_free(&report->marks);
}

enum hd_status sensitivity_report_row(struct sensitivity_report *report,
                                      struct transient *transient, double t, const double *y,
                                      struct hd_error *err) {
  const struct sensitivity *sensitivity = report->sensitivity;
  const struct system *system = sensitivity->system;
  struct sensitivity_rows *rows = report->rows;
  size_t stride = 2 + sensitivity->n;
  double *row;
  TRY(add_row(rows, report->index, &row, err));
  row[0] = t;
  for (size_t p = 0; p < sensitivity->n; p++) {
    if (transient)
      TRY(transient_sensitivity(transient, p, t, 0, report->work, err));
    size_t terminal = 0;
    for (size_t i = 0; i < system->n_instances; i++)
      for (int T = 0; T < system->instances[i].device->n_terminals; T++, terminal++) {
        int unknown = system->instances[i].current_base + T;
        row[1 + terminal * stride] = system_net(system, y, system->instances[i].spec->net[T]);
        row[2 + terminal * stride] = y[unknown];
        row[3 + terminal * stride + p] =
            transient ? report->work[unknown] : sensitivity->slopes[terminal * sensitivity->n + p];
      }
  }
  const char *name = system->run->experiments[report->index].name;
  return report->table ? sink_table_row(report->table, name, row, err) : HD_OK;
}

enum hd_status sensitivity_report_step(struct sensitivity_report *report,
                                       struct transient *transient, enum transient_event event,
                                       const struct transient_watch *watch, struct hd_error *err) {
  if (!watch->enabled)
    return HD_OK;
  return marks_step(&report->marks, report->sensitivity->system, transient, event, watch,
                    report->work, err);
}

/* ---- figures of merit ---- */

/** Order parameters by the size of their derivatives, the largest first. */
static void sort(struct sensitivity_report *report) {
  size_t n = report->sensitivity->n, *order = report->order;
  for (size_t i = 0; i < n; i++) {
    size_t k = i;
    for (; k > 0 && fabs(report->slopes[order[k - 1]]) < fabs(report->slopes[i]); k--)
      order[k] = order[k - 1];
    order[k] = i;
  }
}

/** One table: d ln merit / d ln p, the parameter that decides it first. */
static void speak(struct sensitivity_report *report, struct progress *progress,
                  enum progress_level level, const char *name, const char *unit, double value) {
  const struct sensitivity *sensitivity = report->sensitivity;
  static const char bar[] = "####################";
  sort(report);
  double largest = fabs(report->slopes[report->order[0]]);
  progress_note(progress, level, "%s: %s = %.6g %s; d ln / d ln p:",
                sensitivity->system->run->experiments[report->index].name, name, value, unit);
  for (size_t k = 0; k < sensitivity->n; k++) {
    size_t i = report->order[k];
    double slope = report->slopes[i] / value + 0.0; /* no -0 */
    int length = largest > 0.0 ? (int)lround(BAR * fabs(report->slopes[i]) / largest) : 0;
    progress_note(progress, level, "  %+11.4e  %-*.*s %s", slope, BAR, length, bar,
                  sensitivity->parameters[i].name);
  }
}

/** A figure of merit with the derivatives in report->slopes. */
static void add_merit(struct sensitivity_report *report, struct progress *progress,
                      enum progress_level level, const char *name, const char *unit, double value) {
  const struct sensitivity *sensitivity = report->sensitivity;
  json_t *slopes = json_object(), *logs = json_object();
  for (size_t i = 0; i < sensitivity->n; i++) {
    const char *parameter = sensitivity->parameters[i].name;
    double slope = report->slopes[i];
    json_object_set_new(slopes, parameter, json_real(slope / sensitivity->parameters[i].value));
    if (value != 0.0)
      json_object_set_new(logs, parameter, json_real(slope / value));
  }
  json_array_append_new(report->merits,
                        json_pack("{s:s, s:s, s:f, s:o, s:o}", "merit", name, "unit", unit, "value",
                                  value, "derivative", slopes, "logarithmic", logs));
  if (value != 0.0)
    speak(report, progress, level, name, unit, value);
}

/** Currents of the last row, of all terminals but the last of each device. */
static void add_currents(struct sensitivity_report *report, struct progress *progress) {
  const struct sensitivity_rows *rows = report->rows;
  const struct system *system = report->sensitivity->system;
  size_t terminal = 0, last = rows->n - 1;
  for (size_t i = 0; i < system->n_instances; i++)
    for (int T = 0; T < system->instances[i].device->n_terminals; T++, terminal++) {
      char text[2 * HD_NAME], name[2 * HD_NAME + 8];
      if (T > 0 && T + 1 == system->instances[i].device->n_terminals)
        continue;
      output_terminal_name(system, i, T, text);
      snprintf(name, sizeof name, "I(%s)_end", text);
      for (size_t p = 0; p < report->sensitivity->n; p++)
        report->slopes[p] = sensitivity_row_slope(rows, last, terminal, p);
      add_merit(report, progress, PROGRESS_NORMAL, name, "A",
                sensitivity_row_current(rows, last, terminal));
    }
}

/** Those figures of a spike whose marks are there. */
static void add_spike(struct sensitivity_report *report, const struct spike *spike, size_t number,
                      struct progress *progress) {
  enum progress_level level = number < SPIKES_SHOWN ? PROGRESS_NORMAL : PROGRESS_VERBOSE;
  for (int i = 0; i < MARK_MERITS; i++) {
    char name[NAME];
    double value;
    if (!marks_merit(&report->marks, spike, i, &value, report->slopes))
      continue;
    snprintf(name, sizeof name, "spike_%zu_%s", number + 1, mark_merits[i].name);
    add_merit(report, progress, level, name, mark_merits[i].unit, value);
  }
}

void sensitivity_report_end(struct sensitivity_report *report, const struct spikes *spikes,
                            struct progress *progress) {
  const struct sensitivity_rows *rows = report->rows;
  if (rows->n > 0 && rows->experiment[rows->n - 1] == report->index)
    add_currents(report, progress);
  for (size_t i = 0; spikes && i < spikes_begun(spikes); i++)
    add_spike(report, spikes_get(spikes, i), i, progress);
}
