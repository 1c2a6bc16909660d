/* What a study leaves: study.nc, table.txt and summary.json, written whole from the records. */
#ifndef HALIDRIFT_STUDY_STUDY_OUTPUT_H
#define HALIDRIFT_STUDY_STUDY_OUTPUT_H

#include "solver/ensemble/record.h"
#include "solver/remarks.h"
#include "solver/study/design.h"
#include "solver/study/point.h"

/** What the files say about the study. Borrowed. */
struct study_about {
  const char *input, *hash, *input_hash, *title, *dir;
  const struct remarks *remarks; /* on the input as it is */
  const struct study_spec *study;
  const struct design *design;
  const struct threshold *thresholds; /* [study->n_thresholds] */
  int trajectories;                   /* 0: one run of each point, no dimension */
  int first;
};

/** DIR/study.nc: along the parameters of a grid, or along `point` with the parameters as
 * coordinates; `trajectory` is the last dimension, if there are several. Errors: HD_IO, HD_MEMORY
 */
enum hd_status study_netcdf(const struct records *records, const struct study_about *about,
                            struct hd_error *err);
/** study.nc while it is written, as curves see it. Borrowed. */
struct study_cubes {
  int file;
  const char *dir;    /* for messages */
  const char *labels; /* coordinates of all results; "": their dimensions tell */
  int n_dimensions;
  const int *dimension; /* of the results */
  const struct records *records;
};
/** The curves of a study (solver/study/study_curves.c). Errors: HD_IO, HD_MEMORY */
enum hd_status study_write_cubes(const struct study_cubes *file, const struct study_spec *study,
                                 struct hd_error *err);
/** DIR/summary.json: counts, cost, ranges of the figures, what is not there and why. */
enum hd_status study_summary(const struct records *records, const struct study_about *about,
                             enum hd_status status, struct hd_error *err);
/** DIR/table.txt: a line for each point with its parameters and main figures. */
enum hd_status study_table(const struct records *records, const struct study_about *about,
                           struct hd_error *err);

/** Call `visit` for every figure with a value for each run, NAN: none. Names as in study.nc;
 * `main`: shown in the table. Errors: those of visit; HD_MEMORY */
struct study_figure {
  const char *name, *unit, *doc;
  bool main;
  size_t length;         /* of its lists; 0: it is one number */
  const char *dimension; /* of the members of lists; not looked at otherwise */
  const double *values;  /* [records->n], or of lists [records->n][length] */
};
typedef enum hd_status (*study_visit)(void *context, const struct study_figure *figure,
                                      struct hd_error *err);
enum hd_status study_each_figure(const struct records *records, const struct study_about *about,
                                 study_visit visit, void *context, struct hd_error *err);

#endif
