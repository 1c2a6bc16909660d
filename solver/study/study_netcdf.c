/* study.nc. Functions that take a file number return netCDF codes. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <netcdf.h>
#include "solver/base/memory.h"
#include "solver/ensemble/variables.h"
#include "solver/nc_try.h"
#include "solver/sink.h"
#include "solver/study/study_output.h"
#include "solver/version.h"

/** A file while it is written. */
struct writer {
  int file;
  const struct records *records;
  const struct study_about *about;
  int n_dimensions, *dimension; /* [n_dimensions + 1] owned: of everything but the parameters; the
                                   last one is free for the members of lists */
  int *counts;                  /* [records->n] owned: scratch */
  double *values;               /* [records->n] owned: scratch */
  const char **texts;           /* [records->n] owned: scratch */
};

static bool is_grid(const struct writer *w) {
  return w->about->design->method == STUDY_GRID;
}

/* ---- coordinates ---- */

static int put_attributes(struct writer *w, int variable, const struct parameter *parameter) {
  const char *doc = parameter->doc ? parameter->doc : parameter->vary->key;
  NC_TRY(variables_text(w->file, variable, "long_name", doc));
  NC_TRY(variables_text(w->file, variable, "units", parameter->unit[0] ? parameter->unit : "1"));
  return variables_text(w->file, variable, "key", parameter->vary->key);
}

/** The values of a parameter along its own axis or along `point`. */
static int put_parameter(struct writer *w, const struct parameter *parameter, int dimension) {
  int variable;
  bool number = parameter_is_number(parameter->kind);
  NC_TRY(nc_def_var(w->file, parameter->name, number ? NC_DOUBLE : NC_STRING, 1, &dimension,
                    &variable));
  NC_TRY(put_attributes(w, variable, parameter));
  return number ? nc_put_var_double(w->file, variable, parameter->value)
                : nc_put_var_string(w->file, variable, (const char **)(void *)parameter->text);
}

/** Numbers 0, 1, ... of the points, or those of the trajectories. */
static int put_numbering(struct writer *w, const char *name, const char *long_name, int first,
                         int count, int dimension) {
  int variable;
  for (int i = 0; i < count; i++)
    w->counts[i] = first + i;
  return variables_counts(w->file, 1, &dimension, name, long_name, w->counts, &variable);
}

/** Dimensions of the results, and everything that labels them. */
static int put_coordinates(struct writer *w) {
  const struct design *design = w->about->design;
  int n = 0, point = -1;
  if (!is_grid(w)) {
    NC_TRY(nc_def_dim(w->file, "point", design->n_points, &point));
    NC_TRY(put_numbering(w, "point", "number of the point", 0, (int)design->n_points, point));
    w->dimension[n++] = point;
  }
  for (size_t k = 0; k < design->n_parameters; k++) {
    const struct parameter *parameter = &design->parameter[k];
    if (is_grid(w))
      NC_TRY(nc_def_dim(w->file, parameter->name, parameter->n, &w->dimension[n++]));
    NC_TRY(put_parameter(w, parameter, is_grid(w) ? w->dimension[n - 1] : point));
  }
  if (w->about->trajectories > 0) {
    size_t count = (size_t)w->about->trajectories;
    NC_TRY(nc_def_dim(w->file, "trajectory", count, &w->dimension[n]));
    NC_TRY(put_numbering(w, "trajectory", "number of the trajectory", w->about->first, (int)count,
                         w->dimension[n]));
    n++;
  }
  w->n_dimensions = n;
  return NC_NOERR;
}

/* ---- results ---- */

/** Why what is not there is not there, and what there is to say about the rest. */
static int put_reasons(struct writer *w) {
  int variable;
  for (size_t i = 0; i < w->records->n; i++) {
    const struct record *record = &w->records->record[i];
    w->counts[i] = record->exit_code;
    w->texts[i] = record->message ? record->message : "";
  }
  NC_TRY(variables_counts(w->file, w->n_dimensions, w->dimension, "exit_code",
                          "exit code of a run that failed", w->counts, &variable));
  NC_TRY(nc_def_var(w->file, "message", NC_STRING, w->n_dimensions, w->dimension, &variable));
  NC_TRY(variables_text(w->file, variable, "long_name", "why it failed or was lost"));
  NC_TRY(nc_put_var_string(w->file, variable, w->texts));
  for (size_t i = 0; i < w->records->n; i++)
    w->texts[i] = w->records->record[i].remarks ? w->records->record[i].remarks : "";
  NC_TRY(nc_def_var(w->file, "remarks", NC_STRING, w->n_dimensions, w->dimension, &variable));
  NC_TRY(variables_text(w->file, variable, "long_name", "where its methods are not to be trusted"));
  return nc_put_var_string(w->file, variable, w->texts);
}

static int put_common(struct writer *w) {
  const struct study_about *about = w->about;
  NC_TRY(variables_text(w->file, NC_GLOBAL, "Conventions", "CF-1.8"));
  NC_TRY(variables_text(w->file, NC_GLOBAL, "title", about->title));
  NC_TRY(variables_text(w->file, NC_GLOBAL, "source", "halidrift " HALIDRIFT_VERSION));
  NC_TRY(variables_text(w->file, NC_GLOBAL, "input_hash", about->input_hash));
  NC_TRY(variables_text(w->file, NC_GLOBAL, "study_hash", about->hash));
  NC_TRY(variables_remarks(w->file, about->remarks));
  NC_TRY(variables_text(w->file, NC_GLOBAL, "method", study_methods[about->study->method]));
  NC_TRY(put_coordinates(w));
  NC_TRY(variables_status(w->file, w->n_dimensions, w->dimension, w->records, w->counts));
  NC_TRY(put_reasons(w));
  return variables_work(w->file, w->n_dimensions, w->dimension, w->records, w->values);
}

static enum hd_status check(int code, const char *dir, struct hd_error *err) {
  return code == NC_NOERR
             ? HD_OK
             : hd_fail(err, HD_IO, "%s/study.nc: cannot write: %s", dir, nc_strerror(code));
}

static enum hd_status put_figure(void *context, const struct study_figure *figure,
                                 struct hd_error *err) {
  struct writer *w = context;
  char name[VARIABLE_NAME];
  int n = w->n_dimensions;
  snprintf(name, sizeof name, "%s", figure->name);
  variables_unused(w->file, name);
  if (figure->length > 0)
    TRY(check(variables_dimension(w->file, figure->dimension, figure->length, &w->dimension[n++]),
              w->about->dir, err));
  return check(
      variables_numbers(w->file, n, w->dimension, name, figure->unit, figure->doc, figure->values),
      w->about->dir, err);
}

enum { LABELS = NC_MAX_NAME * 8 };

/** The parameters, where they are no dimensions. */
static void find_labels(const struct writer *w, char labels[LABELS]) {
  const struct design *design = w->about->design;
  labels[0] = '\0';
  for (size_t k = 0; k < design->n_parameters && !is_grid(w); k++) {
    size_t length = strlen(labels);
    snprintf(labels + length, LABELS - length, "%s%s", k ? " " : "", design->parameter[k].name);
  }
}

/** Tell readers which variables along `point` are coordinates of the others. */
static int put_labels(struct writer *w, const char *labels) {
  int n, variable, parameters = 0;
  NC_TRY(nc_inq_varid(w->file, "status", &parameters));
  NC_TRY(nc_inq_nvars(w->file, &n));
  for (variable = parameters; variable < n && labels[0]; variable++)
    NC_TRY(variables_text(w->file, variable, "coordinates", labels));
  return NC_NOERR;
}

static enum hd_status put_cubes(struct writer *w, const char *labels, struct hd_error *err) {
  const struct study_cubes file = {.file = w->file,
                                   .dir = w->about->dir,
                                   .labels = labels,
                                   .n_dimensions = w->n_dimensions,
                                   .dimension = w->dimension,
                                   .records = w->records};
  return study_write_cubes(&file, w->about->study, err);
}

static enum hd_status write_file(struct writer *w, const char *path, struct hd_error *err) {
  const char *dir = w->about->dir;
  char labels[LABELS];
  size_t n = w->records->n, room = w->about->design->n_parameters + 3;
  n = n > w->about->design->n_points ? n : w->about->design->n_points;
  TRY(hd_alloc(&w->dimension, room, sizeof(int), err));
  TRY(hd_alloc(&w->counts, n, sizeof(int), err));
  TRY(hd_alloc(&w->values, n, sizeof(double), err));
  TRY(hd_alloc(&w->texts, n, sizeof(char *), err));
  TRY(check(nc_create(path, NC_NETCDF4 | NC_CLOBBER, &w->file), dir, err));
  enum hd_status status = check(put_common(w), dir, err);
  if (status == HD_OK)
    status = study_each_figure(w->records, w->about, put_figure, w, err);
  find_labels(w, labels);
  if (status == HD_OK)
    status = check(put_labels(w, labels), dir, err);
  if (status == HD_OK)
    status = put_cubes(w, labels, err);
  int closing = nc_close(w->file);
  return status == HD_OK ? check(closing, dir, err) : status;
}

enum hd_status study_netcdf(const struct records *records, const struct study_about *about,
                            struct hd_error *err) {
  struct writer writer = {.records = records, .about = about};
  char *path = NULL;
  TRY(sink_path(&path, about->dir, "study.nc.part", err));
  enum hd_status status = write_file(&writer, path, err);
  if (status != HD_OK)
    unlink(path);
  hd_free(&writer.dimension);
  hd_free(&writer.counts);
  hd_free(&writer.values);
  hd_free(&writer.texts);
  hd_free(&path);
  return status == HD_OK ? sink_publish(about->dir, "study.nc.part", "study.nc", err) : status;
}
