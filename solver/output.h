/* The rows and fields of a run: what is written where, from states of the system. */
#ifndef HALIDRIFT_SOLVER_OUTPUT_H
#define HALIDRIFT_SOLVER_OUTPUT_H

#include "solver/currents.h"
#include "solver/derived.h"
#include "solver/quantity.h"
#include "solver/sink.h"
#include "solver/small_signal_noise.h"
#include "solver/store.h"
#include "solver/system.h"

/** What curve.csv says about a point of a curve, before the columns of terminals.csv. */
struct curve_row {
  double point, branch, fold, parameter, arc_length, slope, rate, frequency, growing, iterations;
};

/** Room for the name of a column of terminals.csv. */
enum { OUTPUT_COLUMN = 4 * HD_NAME };

struct output {
  struct system *system;        /* borrowed */
  struct sink_table *terminals; /* owned; NULL: no rows are kept */
  struct currents *currents;
  double *I;                  /* [terminals] owned: currents of the last row */
  struct sink_table *curve;   /* owned; NULL: there is no continuation, or no rows are kept */
  struct sink_fields *fields; /* owned; NULL: no fields are kept */
  struct quantity_set *sets;  /* [n_instances] owned */
  const struct mesh **meshes; /* [n_instances] owned lists that fields.nc borrows */
  const char **names;
  size_t *counts;
  const struct sink_variable **variables;
  double **noise; /* [mechanisms] owned list of values in the sets: shares of noise; NULL: none */
  struct derived *derived;
  size_t n_columns, first_derived;
  int *voltage, *current; /* [n_columns] net or terminal that a column shows, -1: not this kind */
  char (*columns)[OUTPUT_COLUMN]; /* [n_columns] owned: their names; the first is the experiment */
  double *row; /* [n_columns] owned: the last row, without the experiment: row[i] is column i + 1 */
  const char *experiment; /* borrowed: name of the present one */
  bool frozen;            /* ions are held in the present experiment */
};

/** Open terminals.csv and describe fields.nc in `dir`; go on behind what a checkpoint says, if
 * there is one. Without a `dir` rows are evaluated and kept nowhere. */
enum hd_status output_open(struct output **output, const char *dir, struct system *system,
                           const struct store *from, struct hd_error *err);
/** One row of terminals.csv at the state y. yp is NULL when steady; rate: 1 / time step. */
enum hd_status output_row(struct output *output, double t, const double *y, const double *yp,
                          double rate, struct hd_error *err);
/** One row of curve.csv for the state of the last row of terminals.csv. */
enum hd_status output_curve_row(struct output *output, const struct curve_row *row,
                                struct hd_error *err);
/** One record of fields.nc at a frequency: with the shares of every place of the density S, by the
 * adjoint z of the port. */
enum hd_status output_noise(struct output *output, double frequency, const double *y,
                            const struct noise *noise, const double complex *z, double S,
                            struct hd_error *err);
/** One record of fields.nc. */
enum hd_status output_fields(struct output *output, double t, double bias, const double *y,
                             const double *yp, struct hd_error *err);
/** Name of a terminal in columns. */
enum { OUTPUT_TERMINAL = 2 * HD_NAME };
void output_terminal_name(const struct system *system, size_t instance, int T,
                          char text[OUTPUT_TERMINAL]);
enum hd_status output_close(struct output **output, struct hd_error *err);

#endif
