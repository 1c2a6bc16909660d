/* Curves in study.nc: along the parameters and, last, along the bias, time or frequency of the rows
 * when all runs have the same ones; otherwise along a number, with the bias as a variable. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <netcdf.h>
#include "solver/base/memory.h"
#include "solver/ensemble/variables.h"
#include "solver/nc_try.h"
#include "solver/study/curves.h"
#include "solver/study/study_output.h"

/** Relative difference of places that are the same. */
static const double SAME_PLACE = 1e-9;

/** A curve of all runs while it is written. */
struct cube {
  const struct study_cubes *file;
  const struct study_curve_spec *spec;
  const struct experiment_spec *experiment;
  const char *unit;         /* of x */
  char axis[VARIABLE_NAME]; /* name of the dimension of common places, and of x */
  size_t n;                 /* rows: the most that a run has */
  bool common;              /* all runs that are done have the same places */
  double *x, *y;            /* [records->n * n] owned; NAN: not there */
};

static const json_t *list_of(const struct cube *cube, size_t run, const char *which) {
  const json_t *curves = cube->file->records->record[run].curves;
  return json_object_get(json_object_get(curves, cube->spec->name), which);
}

static enum hd_status read_curve(struct cube *cube, struct hd_error *err) {
  size_t runs = cube->file->records->n;
  for (size_t i = 0; i < runs; i++)
    if (json_array_size(list_of(cube, i, "x")) > cube->n)
      cube->n = json_array_size(list_of(cube, i, "x"));
  TRY(hd_alloc(&cube->x, runs * cube->n, sizeof(double), err));
  TRY(hd_alloc(&cube->y, runs * cube->n, sizeof(double), err));
  for (size_t i = 0; i < runs; i++)
    for (size_t row = 0; row < cube->n; row++) {
      const json_t *x = json_array_get(list_of(cube, i, "x"), row);
      const json_t *y = json_array_get(list_of(cube, i, "y"), row);
      cube->x[i * cube->n + row] = json_is_real(x) ? json_real_value(x) : (double)NAN;
      cube->y[i * cube->n + row] = json_is_real(y) ? json_real_value(y) : (double)NAN;
    }
  return HD_OK;
}

/** Are the places of all runs that are done those of the first one? They then move to the front. */
static void find_common(struct cube *cube) {
  const struct records *records = cube->file->records;
  const double *first = NULL;
  cube->common = true;
  for (size_t i = 0; i < records->n; i++) {
    const double *x = cube->x + i * cube->n;
    if (records->record[i].status != RECORD_DONE)
      continue;
    first = first ? first : x;
    for (size_t row = 0; row < cube->n; row++)
      cube->common =
          cube->common && fabs(x[row] - first[row]) <= SAME_PLACE * fabs(first[row]); /* no NAN */
  }
  if (cube->common && first)
    memmove(cube->x, first, cube->n * sizeof *first);
}

static int put_numbers(const struct cube *cube, int n, const int *dimensions, const char *name,
                       const char *unit, const char *doc, const double *values) {
  return variables_numbers(cube->file->file, n, dimensions, name, unit, doc, values);
}

/** The places, once for all curves of an experiment. */
static int put_places(const struct cube *cube, int n, const int *dimensions) {
  char doc[VARIABLE_NAME + HD_NAME];
  int variable, last = dimensions[n - 1];
  if (nc_inq_varid(cube->file->file, cube->axis, &variable) == NC_NOERR)
    return NC_NOERR;
  snprintf(doc, sizeof doc, "%s of the rows of %s",
           curves_axis(cube->file->records->spec, cube->experiment, NULL), cube->experiment->name);
  if (!cube->common)
    return put_numbers(cube, n, dimensions, cube->axis, cube->unit, doc, cube->x);
  NC_TRY(nc_def_var(cube->file->file, cube->axis, NC_DOUBLE, 1, &last, &variable));
  NC_TRY(variables_text(cube->file->file, variable, "long_name", doc));
  NC_TRY(variables_text(cube->file->file, variable, "units", cube->unit));
  return nc_put_var_double(cube->file->file, variable, cube->x);
}

/** "A" of "I(anode)_A"; "1": it has none. */
static const char *unit_of(const char *column) {
  const char *end = strrchr(column, '_');
  return end && !strchr(end, ')') ? end + 1 : "1";
}

/** Coordinates of a variable that its dimensions do not tell. */
static int put_labels(const struct cube *cube, int variable) {
  char text[NC_MAX_NAME * 8];
  const char *labels = cube->file->labels;
  snprintf(text, sizeof text, "%s%s%s", labels, labels[0] && !cube->common ? " " : "",
           cube->common ? "" : cube->axis);
  return text[0] ? variables_text(cube->file->file, variable, "coordinates", text) : NC_NOERR;
}

static int put_curve(const struct cube *cube, int *dimensions) {
  const struct study_cubes *file = cube->file;
  char name[VARIABLE_NAME];
  int variable, n = file->n_dimensions;
  memcpy(dimensions, file->dimension, (size_t)n * sizeof *dimensions);
  variables_experiment(name, cube->experiment->name, "row");
  NC_TRY(
      variables_dimension(file->file, cube->common ? cube->axis : name, cube->n, &dimensions[n]));
  NC_TRY(put_places(cube, n + 1, dimensions));
  NC_TRY(put_numbers(cube, n + 1, dimensions, cube->spec->name, unit_of(cube->spec->column),
                     cube->spec->column, cube->y));
  NC_TRY(nc_inq_varid(file->file, cube->spec->name, &variable));
  return put_labels(cube, variable);
}

static enum hd_status write_cube(struct cube *cube, struct hd_error *err) {
  const struct study_cubes *file = cube->file;
  int *dimensions = NULL;
  TRY(read_curve(cube, err));
  if (cube->n == 0)
    return HD_OK; /* no run is done */
  find_common(cube);
  TRY(hd_alloc(&dimensions, (size_t)file->n_dimensions + 1, sizeof *dimensions, err));
  int code = put_curve(cube, dimensions);
  hd_free(&dimensions);
  return code == NC_NOERR ? HD_OK
                          : hd_fail(err, HD_IO, "%s/study.nc: cannot write %s: %s", file->dir,
                                    cube->spec->name, nc_strerror(code));
}

enum hd_status study_write_cubes(const struct study_cubes *file, const struct study_spec *study,
                                 struct hd_error *err) {
  const struct run_spec *spec = file->records->spec;
  for (size_t k = 0; k < study->n_curves; k++) {
    int e = curves_experiment(spec, &study->curves[k]);
    struct cube cube = {
        .file = file, .spec = &study->curves[k], .experiment = &spec->experiments[e]};
    const char *axis = curves_axis(spec, cube.experiment, &cube.unit);
    variables_experiment(cube.axis, cube.experiment->name, axis);
    enum hd_status status = write_cube(&cube, err);
    hd_free(&cube.x);
    hd_free(&cube.y);
    TRY(status);
  }
  return HD_OK;
}
