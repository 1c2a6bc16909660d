/* THE main loop: experiments one after another, from one state to the next. */
#ifndef HALIDRIFT_SOLVER_EXPERIMENT_H
#define HALIDRIFT_SOLVER_EXPERIMENT_H

#include "solver/checkpoint.h"
#include "solver/continuation_key.h"
#include "solver/output.h"
#include "solver/progress.h"
#include "solver/remarks.h"
#include "solver/sensitivity_report.h"
#include "solver/sensitivity_spectrum.h"
#include "solver/spec.h"
#include "solver/steady.h"
#include "solver/summary.h"

enum { SPECTRUM_COLUMN = 5 * HD_NAME };

/** Columns of impedance.csv or noise.csv; the first is the experiment. */
struct spectrum_columns {
  size_t n;
  char (*names)[SPECTRUM_COLUMN]; /* [n] owned */
};

/** Looks at every row of terminals.csv, written or not: output->row of experiment number i; and at
 * those of impedance.csv and noise.csv: row[i] is column i + 1. */
struct row_watch {
  void (*look)(void *context, size_t experiment, const struct output *output);
  void (*look_spectrum)(void *context, size_t experiment, const struct spectrum_columns *columns,
                        const double *row);
  void *context;
};

/** What a run needs besides its spec. All borrowed. */
struct run_options {
  const char *dir;        /* run folder; made when missing. NULL: no file is written */
  const char *input_path; /* for the summary and the log */
  const char *hash;       /* of the resolved input */
  bool resume;            /* go on from the checkpoint in `dir` */
  enum progress_level level;
  FILE *terminal;                /* progress goes here; NULL: nowhere */
  const struct remarks *remarks; /* on this input, where they are known and told; NULL: found */
  json_t **summary;              /* out: what summary.json holds, the caller's; NULL: not wanted */
  const struct row_watch *watch; /* NULL: nobody looks */
  struct run_variants variants;  /* for curves over a number of the input; zero: there are none */
  int until_spike; /* the run ends at the first spike of this experiment, at the latest at its end;
                      counted from 1, 0: it goes on */
  size_t n_experiments; /* the run ends behind this many; 0: behind the last */
  size_t n_parameters;  /* whose sensitivities are carried along */
  const struct sensitivity_parameter *parameters;
  double parameter_step;             /* relative change of a parameter in its twins */
  struct sensitivity_rows *rows;     /* out: rows with sensitivities; NULL: not wanted */
  struct spectrum_rows *admittances; /* out: admittances with sensitivities; NULL: not wanted */
};

/** A run in progress, handed to the kinds of experiment. */
struct run {
  const struct run_spec *spec;
  struct system *system;
  struct steady *steady;
  struct output *output;
  struct sink_table *spikes;
  struct sink_table *spectra[CHECKPOINT_SPECTRA]; /* NULL: no such experiment, or no folder */
  struct progress *progress;
  struct sensitivity *sensitivity; /* owned; NULL: none */
  struct sensitivity_report *report;
  struct sink_table *slopes;         /* owned: impedance_sensitivity.csv; NULL: none */
  struct spectrum_rows *admittances; /* borrowed: as in run_options */
  struct summary summary;
  struct checkpoint checkpoint;
  FILE *log;                     /* borrowed */
  const struct row_watch *watch; /* borrowed */
  struct run_variants variants;  /* as in run_options */
  int until_spike;               /* as in run_options */
  size_t n_experiments;          /* to be run */
  size_t index;                  /* of the present experiment */
  bool fresh;                    /* this process has not begun the present experiment yet */
  bool leave;      /* a checkpoint waits: take the run down and build it up from there */
  double *y;       /* [n] present state */
  double *sources; /* [n_elements] present values of the sources, V or A */
  double *first;   /* [n + n_elements] where the first member of a series of protocols began */
  bool has_state;
  const struct remarks *remarks; /* borrowed, or those of this run; NULL: not found yet */
  struct remarks own_remarks;
};

/** Run all experiments of a spec into a folder. summary.json is written whatever happens. */
enum hd_status experiment_run(const struct run_spec *spec, const struct run_options *options,
                              struct hd_error *err);

/** A row of terminals.csv at the state y (yp: NULL when steady; rate: 1 / time step), and what the
 * summary keeps of it. */
enum hd_status run_row(struct run *run, double t, const double *y, const double *yp, double rate,
                       struct hd_error *err);

/** Steady state at these values of the sources from the present one. */
enum hd_status run_go_to(struct run *run, const double *values, struct hd_error *err);
/** What is written of a steady point at run->y. */
enum hd_status run_point(struct run *run, double bias, bool fields, struct hd_error *err);
/** Current into the first terminal, for the progress line. */
double run_shown_current(const struct run *run);

/** Keep the coarsest edge that a front is on; the first one longer than the smoothing length gets a
 * line. */
void run_watch_fronts(struct run *run, double t, const double *y);

/** Do the ions stay where they are while the state is sought? (solver/experiment_steady.c) */
bool experiment_holds_ions(const struct experiment_spec *experiment);
/** Bring run->y to the state an experiment begins with; all members of a series begin alike. */
enum hd_status experiment_begin(struct run *run, const struct experiment_spec *experiment,
                                struct hd_error *err);
/** The steady state at the values that the sources start with, and its row. */
enum hd_status experiment_steady(struct run *run, const struct experiment_spec *experiment,
                                 struct hd_error *err);
/** A row of steady states along the values of one source; `from` as below. */
enum hd_status experiment_sweep(struct run *run, const struct experiment_spec *experiment,
                                const struct store *from, struct hd_error *err);

/** A transient experiment (solver/experiment_transient.c); `from`: a checkpoint inside it, or NULL.
 */
enum hd_status experiment_transient(struct run *run, const struct experiment_spec *experiment,
                                    const struct store *from, struct hd_error *err);

/** Has a run an experiment of this type? */
bool experiment_is_wanted(const struct run_spec *spec, int type);
/** Columns that experiments of this type write; names are the caller's, also after an error. */
enum hd_status experiment_spectrum_columns(struct spectrum_columns *columns, struct system *system,
                                           int type, struct hd_error *err);
/** impedance.csv and noise.csv, when an experiment writes them (solver/experiment_spectrum.c). */
enum hd_status experiment_spectrum_open(struct run *run, const char *dir, struct hd_error *err);
/** Small signals about the steady state run->y; `from`: a checkpoint inside it, or NULL. */
enum hd_status experiment_spectrum(struct run *run, const struct experiment_spec *experiment,
                                   const struct store *from, struct hd_error *err);

/** A sweep goes on behind point number i. */
enum hd_status run_save_points(struct run *run, size_t i, struct hd_error *err);

/** A curve of steady states (solver/experiment_continuation.c); `from` as above. */
enum hd_status experiment_continuation(struct run *run, const struct experiment_spec *experiment,
                                       const struct store *from, struct hd_error *err);

/** What a run is between experiments, to checkpoint.next and from checkpoint.from
 * (solver/experiment_state.c). */
enum hd_status run_save(struct run *run, size_t index, bool inside, struct hd_error *err);
enum hd_status run_restore(struct run *run, struct hd_error *err);

#endif
