/* The figures of a study, one after another; summary.json and table.txt. */
#include "solver/study/study_output.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include "solver/base/memory.h"
#include "solver/ensemble/variables.h"
#include "solver/sink.h"
#include "solver/study/figures.h"
#include "solver/summary.h"
#include "solver/version.h"

/* ---- figures ---- */

/** Scratch of a walk through all figures. */
struct walk {
  const struct records *records;
  const struct study_about *about;
  double *values; /* [records->n][members] owned */
  bool spikes;    /* an experiment looks for spikes: they are what matters */
  study_visit visit;
  void *context;
};

/** Unit of a figure of the run as a whole: of a threshold's key, or s. */
static const char *unit_of_run(const struct walk *walk, const char *name, const char **doc) {
  const struct study_spec *study = walk->about->study;
  for (size_t k = 0; k < study->n_thresholds; k++) {
    char side[THRESHOLD_SIDE];
    threshold_side(&study->thresholds[k], side);
    if (strcmp(study->thresholds[k].name, name) == 0) {
      *doc = "smallest value at which the experiment spikes; missing: not within the range";
      return walk->about->thresholds[k].unit;
    }
    if (strcmp(side, name) == 0) {
      *doc = "where the threshold is: -1 below the range, 0 within, 1 above";
      return "1";
    }
  }
  for (size_t k = 0; k < study->n_relaxations; k++)
    if (strcmp(study->relaxations[k].name, name) == 0) {
      *doc = "time to fall to the share `level`; missing: it does not fall so far";
      return "s";
    }
  return NULL;
}

/** Without spikes: how the currents end. */
static bool is_main(const struct walk *walk, const struct record_column *column) {
  const char *name = column->name;
  size_t length = strlen(name);
  return !walk->spikes && strcmp(column->group, "figures") == 0 && strncmp(name, "I(", 2) == 0 &&
         length > 6 && strcmp(name + length - 6, "_end_A") == 0;
}

static enum hd_status visit_column(struct walk *walk, const struct record_column *column,
                                   struct hd_error *err) {
  struct variable_text text;
  variables_describe(walk->records, column, &text);
  const char *doc = text.long_name, *unit = NULL;
  if (column->experiment < 0)
    unit = unit_of_run(walk, column->name, &doc);
  bool asked = unit != NULL;
  if (asked) { /* its name is the user's: nothing of it is a unit */
    snprintf(text.name, sizeof text.name, "%s", column->name);
    variables_name(text.name);
  }
  struct study_figure figure = {.name = text.name,
                                .unit = !asked    ? text.unit
                                        : unit[0] ? unit
                                                  : "1",
                                .doc = doc,
                                .main = asked || is_main(walk, column),
                                .length = records_length(walk->records, column),
                                .dimension = text.dimension,
                                .values = walk->values};
  variables_column(walk->records, column, figure.length, walk->values);
  return walk->visit(walk->context, &figure, err);
}

static enum hd_status visit_spikes(struct walk *walk, size_t experiment, struct hd_error *err) {
  static const char *const shown[] = {"spikes", "first_spike_pulse", "energy_per_spike"};
  for (size_t f = 0; f < spike_figures_count; f++) {
    char name[VARIABLE_NAME];
    const struct spike_figure *law = &spike_figures[f];
    struct study_figure figure = {
        .name = name, .unit = law->unit, .doc = law->doc, .values = walk->values};
    for (size_t i = 0; i < walk->records->n; i++) {
      const struct record *record = &walk->records->record[i];
      const struct record_spikes *spikes = record->spikes ? &record->spikes[experiment] : NULL;
      walk->values[i] = spikes ? law->value(spikes->spike, spikes->n) : (double)NAN;
    }
    for (size_t k = 0; k < sizeof shown / sizeof *shown; k++)
      figure.main = figure.main || strcmp(shown[k], law->name) == 0;
    variables_experiment(name, walk->records->spec->experiments[experiment].name, law->name);
    TRY(walk->visit(walk->context, &figure, err));
  }
  return HD_OK;
}

static enum hd_status walk_all(struct walk *walk, const struct record_column **order,
                               struct hd_error *err) {
  const struct records *records = walk->records;
  for (size_t c = 0; c < records->n_columns; c++)
    TRY(visit_column(walk, order[c], err));
  for (size_t e = 0; e < records->spec->n_experiments; e++)
    if (records->spec->experiments[e].spike.enabled)
      TRY(visit_spikes(walk, e, err));
  return HD_OK;
}

enum hd_status study_each_figure(const struct records *records, const struct study_about *about,
                                 study_visit visit, void *context, struct hd_error *err) {
  struct walk walk = {.records = records, .about = about, .visit = visit, .context = context};
  const struct record_column **order = NULL;
  for (size_t e = 0; e < records->spec->n_experiments; e++)
    walk.spikes = walk.spikes || records->spec->experiments[e].spike.enabled;
  TRY(hd_alloc(&walk.values, records->n * records_width(records), sizeof(double), err));
  enum hd_status status = records_order(records, &order, err);
  if (status == HD_OK)
    status = walk_all(&walk, order, err);
  hd_free(&order);
  hd_free(&walk.values);
  return status;
}

/* ---- summary.json ---- */

/** A parameter's value at a point. */
static json_t *value_json(const struct design *design, size_t point, size_t k) {
  const struct parameter *parameter = &design->parameter[k];
  size_t i = design_index(design, point, k);
  return isnan(parameter->value[i]) ? json_string(parameter->text[i])
                                    : json_real(parameter->value[i]);
}

static size_t runs_of_a_point(const struct study_about *about) {
  return about->trajectories > 0 ? (size_t)about->trajectories : 1;
}

static json_t *not_done(const struct records *records, const struct study_about *about) {
  json_t *list = json_array();
  for (size_t i = 0; i < records->n; i++) {
    const struct record *record = &records->record[i];
    size_t point = i / runs_of_a_point(about);
    if (record->status == RECORD_DONE)
      continue;
    json_t *entry = json_object(), *parameters = json_object();
    json_object_set_new(entry, "point", json_integer((json_int_t)point));
    if (about->trajectories > 0)
      json_object_set_new(entry, "trajectory",
                          json_integer(about->first + (json_int_t)(i % runs_of_a_point(about))));
    json_object_set_new(entry, "status", json_string(record_status_name(record->status)));
    if (record->status == RECORD_FAILED)
      json_object_set_new(entry, "exit_code", json_integer(record->exit_code));
    if (record->message)
      json_object_set_new(entry, "message", json_string(record->message));
    for (size_t k = 0; k < about->design->n_parameters; k++)
      json_object_set_new(parameters, about->design->parameter[k].name,
                          value_json(about->design, point, k));
    json_object_set_new(entry, "parameters", parameters);
    json_array_append_new(list, entry);
  }
  return list;
}

static json_t *counts_json(const struct records *records) {
  json_t *object = json_object();
  json_object_set_new(object, "count", json_integer((json_int_t)records->n));
  for (int s = RECORD_MISSING; s <= RECORD_LOST; s++)
    json_object_set_new(object, record_status_name(s),
                        json_integer((json_int_t)records_count(records, (enum record_status)s)));
  return object;
}

static json_t *parameters_json(const struct design *design) {
  json_t *list = json_array();
  for (size_t k = 0; k < design->n_parameters; k++) {
    const struct parameter *parameter = &design->parameter[k];
    json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "name", parameter->name, "key",
                                          parameter->vary->key, "unit", parameter->unit));
  }
  return list;
}

static json_t *cost_json(const struct records *records) {
  double cpu = 0, wall = 0, memory = 0;
  for (size_t i = 0; i < records->n; i++) {
    const struct record *record = &records->record[i];
    if (record->status != RECORD_DONE)
      continue;
    cpu += record->cpu_s;
    wall += record->wall_s;
    memory = fmax(memory, record->memory);
  }
  return json_pack("{s:f, s:f, s:f}", "cpu_s", cpu, "wall_s", wall, "peak_memory_bytes", memory);
}

struct summing {
  const struct records *records;
  json_t *figures;
};

/** Smallest, largest value and mean over the runs that have the figure, of lists over all members.
 */
static enum hd_status sum_up(void *context, const struct study_figure *figure,
                             struct hd_error *err) {
  struct summing *summing = context;
  double min = NAN, max = NAN, sum = 0;
  json_int_t n = 0;
  size_t members = figure->length ? figure->length : 1;
  for (size_t i = 0; i < summing->records->n * members; i++) {
    if (isnan(figure->values[i]))
      continue;
    min = fmin(min, figure->values[i]);
    max = fmax(max, figure->values[i]);
    sum += figure->values[i];
    n++;
  }
  json_t *entry = json_pack("{s:s, s:I}", "unit", figure->unit, "count", n);
  if (n > 0) {
    json_object_set_new(entry, "min", json_real(min));
    json_object_set_new(entry, "mean", json_real(sum / (double)n));
    json_object_set_new(entry, "max", json_real(max));
  }
  return json_object_set_new(summing->figures, figure->name, entry) == 0
             ? HD_OK
             : hd_fail(err, HD_MEMORY, "out of memory for the summary");
}

enum hd_status study_summary(const struct records *records, const struct study_about *about,
                             enum hd_status status, struct hd_error *err) {
  json_t *root = json_object();
  struct summing summing = {.records = records, .figures = json_object()};
  json_object_set_new(root, "program", json_string("halidrift " HALIDRIFT_VERSION));
  json_object_set_new(root, "input", json_string(about->input));
  json_object_set_new(root, "input_hash", json_string(about->input_hash));
  json_object_set_new(root, "study_hash", json_string(about->hash));
  json_object_set_new(root, "title", json_string(about->title));
  json_object_set_new(root, "status", json_string(summary_status_name(status)));
  json_object_set_new(root, "exit_code", json_integer((json_int_t)status));
  json_object_set_new(root, "remarks", summary_remarks(about->remarks));
  json_object_set_new(root, "method", json_string(study_methods[about->study->method]));
  if (about->study->method == STUDY_LATIN_HYPERCUBE)
    json_object_set_new(root, "seed", json_integer(about->study->seed));
  json_object_set_new(root, "points", json_integer((json_int_t)about->design->n_points));
  json_object_set_new(root, "parameters", parameters_json(about->design));
  json_object_set_new(root, "runs", counts_json(records));
  json_object_set_new(root, "not_done", not_done(records, about));
  json_object_set_new(root, "cost", cost_json(records));
  enum hd_status walked = study_each_figure(records, about, sum_up, &summing, err);
  json_object_set_new(root, "figures", summing.figures);
  if (walked == HD_OK)
    walked = sink_json(about->dir, "summary.json", root, err);
  json_decref(root);
  return walked;
}

/* ---- table.txt ---- */

enum { CELL = 16 };

/** Lines that grow by a cell for each parameter and figure. */
struct table_lines {
  const struct records *records;
  size_t runs;
  size_t n;    /* lines: the heading, the units, then the points */
  char **line; /* [n] owned */
};

static enum hd_status append(struct table_lines *lines, size_t i, const char *text, size_t width,
                             struct hd_error *err) {
  size_t length = lines->line[i] ? strlen(lines->line[i]) : 0, more = strlen(text);
  more = more > width ? more : width;
  TRY(hd_resize(&lines->line[i], length + more + 3, 1, err));
  snprintf(lines->line[i] + length, more + 3, "%s%*s", length > 0 ? "  " : "", (int)more, text);
  return HD_OK;
}

/** Mean over the runs of a point that have the figure; NAN: none has. */
static double mean_of_point(const struct table_lines *lines, const double *values, size_t point) {
  double sum = 0;
  size_t n = 0;
  for (size_t i = point * lines->runs; i < (point + 1) * lines->runs; i++)
    if (!isnan(values[i])) {
      sum += values[i];
      n++;
    }
  return n > 0 ? sum / (double)n : (double)NAN;
}

static enum hd_status add_figure(void *context, const struct study_figure *figure,
                                 struct hd_error *err) {
  struct table_lines *lines = context;
  size_t width = strlen(figure->name) > CELL ? strlen(figure->name) : CELL;
  if (!figure->main)
    return HD_OK;
  TRY(append(lines, 0, figure->name, width, err));
  TRY(append(lines, 1, figure->unit, width, err));
  for (size_t p = 0; p + 2 < lines->n; p++) {
    char cell[HD_NAME];
    double mean = mean_of_point(lines, figure->values, p);
    snprintf(cell, sizeof cell, isnan(mean) ? "-" : "%.6g", mean);
    TRY(append(lines, p + 2, cell, width, err));
  }
  return HD_OK;
}

static enum hd_status add_parameter(struct table_lines *lines, const struct design *design,
                                    size_t k, struct hd_error *err) {
  const struct parameter *parameter = &design->parameter[k];
  size_t width = strlen(parameter->name) > CELL ? strlen(parameter->name) : CELL;
  TRY(append(lines, 0, parameter->name, width, err));
  TRY(append(lines, 1, parameter->unit[0] ? parameter->unit : "1", width, err));
  for (size_t p = 0; p < design->n_points; p++) {
    char cell[HD_NAME];
    size_t i = design_index(design, p, k);
    if (isnan(parameter->value[i]))
      snprintf(cell, sizeof cell, "%s", parameter->text[i]);
    else
      snprintf(cell, sizeof cell, "%.6g", parameter->value[i]);
    TRY(append(lines, p + 2, cell, width, err));
  }
  return HD_OK;
}

/** "done", or what the first one that is not done is. */
static enum hd_status add_status(struct table_lines *lines, struct hd_error *err) {
  enum { WIDTH = 8 };
  TRY(append(lines, 0, "status", WIDTH, err));
  TRY(append(lines, 1, "", WIDTH, err));
  for (size_t p = 0; p + 2 < lines->n; p++) {
    enum record_status status = RECORD_DONE;
    for (size_t i = p * lines->runs; i < (p + 1) * lines->runs; i++)
      if (status == RECORD_DONE)
        status = lines->records->record[i].status;
    TRY(append(lines, p + 2, record_status_name(status), WIDTH, err));
  }
  return HD_OK;
}

static enum hd_status add_points(struct table_lines *lines, struct hd_error *err) {
  enum { WIDTH = 6 };
  TRY(append(lines, 0, "point", WIDTH, err));
  TRY(append(lines, 1, "", WIDTH, err));
  for (size_t p = 0; p + 2 < lines->n; p++) {
    char cell[HD_NAME];
    snprintf(cell, sizeof cell, "%zu", p);
    TRY(append(lines, p + 2, cell, WIDTH, err));
  }
  return HD_OK;
}

static enum hd_status fill_table(struct table_lines *lines, const struct study_about *about,
                                 struct hd_error *err) {
  TRY(hd_alloc(&lines->line, lines->n, sizeof *lines->line, err));
  TRY(add_points(lines, err));
  for (size_t k = 0; k < about->design->n_parameters; k++)
    TRY(add_parameter(lines, about->design, k, err));
  TRY(add_status(lines, err));
  return study_each_figure(lines->records, about, add_figure, lines, err);
}

static enum hd_status write_table(const struct table_lines *lines, const char *dir,
                                  struct hd_error *err) {
  struct sink_file *file = NULL;
  TRY(sink_file_open(&file, dir, "table.txt", err));
  for (size_t i = 0; i < lines->n; i++)
    fprintf(sink_file_stream(file), "%s\n", lines->line[i]);
  return sink_file_commit(&file, err);
}

enum hd_status study_table(const struct records *records, const struct study_about *about,
                           struct hd_error *err) {
  struct table_lines lines = {
      .records = records, .runs = runs_of_a_point(about), .n = about->design->n_points + 2};
  enum hd_status status = fill_table(&lines, about, err);
  if (status == HD_OK)
    status = write_table(&lines, about->dir, err);
  for (size_t i = 0; lines.line && i < lines.n; i++)
    hd_free(&lines.line[i]);
  hd_free(&lines.line);
  return status;
}
