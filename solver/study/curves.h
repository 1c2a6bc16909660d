/* Curves of a study: columns of an experiment at every row, not only figures of them. */
#ifndef HALIDRIFT_STUDY_CURVES_H
#define HALIDRIFT_STUDY_CURVES_H

#include "solver/config/config.h"
#include "solver/experiment.h"

/** One column under way. */
struct curve {
  size_t n, room;
  double *x, *y; /* [room] owned */
};

struct curves {
  const struct run_spec *spec;    /* borrowed */
  const struct study_spec *study; /* borrowed */
  struct curve *curve;            /* [study->n_curves] owned */
  enum hd_status status;          /* of taking rows */
};

/** Freed with curves_free, also after an error. Errors: HD_MEMORY */
enum hd_status curves_create(struct curves *curves, const struct run_spec *spec,
                             const struct study_spec *study, struct hd_error *err);
void curves_free(struct curves *curves);
/** Take a row of terminals.csv, or one of impedance.csv or noise.csv. */
void curves_look(struct curves *curves, size_t experiment, const struct output *output);
void curves_look_spectrum(struct curves *curves, size_t experiment,
                          const struct spectrum_columns *columns, const double *row);
/** Put them into the summary of the run: `curves`, an object of x and y for each name. */
enum hd_status curves_put(const struct curves *curves, json_t *summary, struct hd_error *err);

/** Are the columns of curves there? Errors: HD_INPUT, one for each that is not; HD_MEMORY */
enum hd_status curves_check(const struct study_spec *study, const struct run_spec *spec,
                            struct system *system, const struct output *output,
                            struct hd_error *err);

/** What the rows of an experiment lie along: "bias", "time", "frequency"; NULL: it has no curves.
 * unit   out, or NULL */
const char *curves_axis(const struct run_spec *spec, const struct experiment_spec *experiment,
                        const char **unit);
/** Index of the experiment of a curve; -1: there is none that has curves. */
int curves_experiment(const struct run_spec *spec, const struct study_curve_spec *curve);

#endif
