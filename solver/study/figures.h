/* Figures of merit of one run, from the rows of terminals.csv as they come. */
#ifndef HALIDRIFT_STUDY_FIGURES_H
#define HALIDRIFT_STUDY_FIGURES_H

#include "solver/config/config.h"
#include "solver/experiment.h"
#include "solver/spikes.h"

/** What went through a terminal in one experiment. */
struct column_figures {
  char name[OUTPUT_COLUMN]; /* of the column; "": it is no current */
  double before;            /* A: the last value; NAN: none */
  double charge;            /* C: its integral over time */
};

/** The part of a column that a relaxation time is read from. */
struct relaxation_trace {
  int column; /* -1: not found yet */
  double after;
  size_t n, capacity;
  double *t, *value; /* [n] owned: from the last row at or before `after` on */
};

struct figures {
  const struct run_spec *spec;    /* borrowed */
  const struct study_spec *study; /* borrowed */
  size_t experiment;              /* of the present rows; SIZE_MAX: none yet */
  double t;                       /* s of the last row */
  size_t n_columns;
  struct column_figures **columns; /* [n_experiments][n_columns] owned; NULL: no transient */
  struct relaxation_trace *traces; /* [n_relaxations] owned */
  enum hd_status status;           /* of taking rows */
};

/** Freed with figures_free, also after an error. Errors: HD_MEMORY */
enum hd_status figures_create(struct figures *figures, const struct run_spec *spec,
                              const struct study_spec *study, struct hd_error *err);
void figures_free(struct figures *figures);
/** Take the row that `output` holds: a row_watch. */
void figures_look(void *figures, size_t experiment, const struct output *output);

/**
 * Put them into the summary of the run: `figures` of each experiment, and, of relaxations,
 * `figures` of the run. `ranges` go: they are among them. Errors  HD_INPUT: a relaxation names no
 * column; HD_MEMORY
 */
enum hd_status figures_put(const struct figures *figures, json_t *summary, struct hd_error *err);

/** Index of the experiment that a relaxation or threshold means; -1: there is none. */
int figures_relaxation_experiment(const struct run_spec *spec, const struct relaxation_spec *of);
int figures_threshold_experiment(const struct run_spec *spec, const struct threshold_spec *of);

/**
 * How long it takes until the excess of a curve over its rest has fallen to a share.
 *   |v(after + tau) - rest| = level |v(after) - rest|,  rest: 0, or the last value
 * Between two points the excess is taken to be exponential, or linear when it changes sign.
 * t, value  [n], t ascending; the first one at or before `after`
 * Returns   tau, s; NAN: it does not fall so far
 */
double figures_relaxation(size_t n, const double *t, const double *value, double after,
                          double level, int rest);

/** A figure of the spikes of an experiment. */
struct spike_figure {
  const char *name, *unit, *doc;
  /** NAN: there is none. */
  double (*value)(const struct spike *spikes, size_t n);
};
extern const struct spike_figure spike_figures[];
extern const size_t spike_figures_count;

#endif
