/* What becomes of the sensitivities of a run: rows of sensitivity.csv, figures of merit with their
 * derivatives in summary.json, and a table of which parameter decides them. */
#ifndef HALIDRIFT_SOLVER_SENSITIVITY_REPORT_H
#define HALIDRIFT_SOLVER_SENSITIVITY_REPORT_H

#include "solver/transient.h"
#include "solver/progress.h"
#include "solver/sink.h"
#include "solver/spikes.h"

/** Rows of a run in memory: time, then V and I of each terminal and dI/d ln p of each parameter. */
struct sensitivity_rows {
  size_t n, room, width, n_terminals, n_parameters;
  size_t *experiment; /* [n] owned: its number */
  double *values;     /* [n * width] owned */
};

void sensitivity_rows_free(struct sensitivity_rows *rows);
/** Of row i: time, s; V, V; I, A; dI/d ln p, A. */
double sensitivity_row_time(const struct sensitivity_rows *rows, size_t i);
double sensitivity_row_voltage(const struct sensitivity_rows *rows, size_t i, size_t terminal);
double sensitivity_row_current(const struct sensitivity_rows *rows, size_t i, size_t terminal);
double sensitivity_row_slope(const struct sensitivity_rows *rows, size_t i, size_t terminal,
                             size_t parameter);

struct sensitivity_report;

/** Open sensitivity.csv in `dir` (NULL: no file), or go on with it behind what a checkpoint says;
 * rows are also added to `rows` unless NULL. */
enum hd_status sensitivity_report_create(struct sensitivity_report **report,
                                         struct sensitivity *sensitivity, const char *dir,
                                         const struct store *from, struct sensitivity_rows *rows,
                                         struct hd_error *err);
/** Experiment number `index` begins; its results go to `entry` of the summary. */
void sensitivity_report_begin(struct sensitivity_report *report, size_t index, json_t *entry);
/** The last row, instants of spikes and the length of the table, to a store. */
enum hd_status sensitivity_report_save(const struct sensitivity_report *report, struct store *store,
                                       struct hd_error *err);
/** Go on inside experiment number `index`, whose results go to `entry`, from a store. */
enum hd_status sensitivity_report_resume(struct sensitivity_report *report, size_t index,
                                         json_t *entry, const struct store *store,
                                         struct hd_error *err);
/** A row at the state y: of a steady state (transient NULL) or at a time within the last step. */
enum hd_status sensitivity_report_row(struct sensitivity_report *report,
                                      struct transient *transient, double t, const double *y,
                                      struct hd_error *err);
/** A step of a transient ended so. */
enum hd_status sensitivity_report_step(struct sensitivity_report *report,
                                       struct transient *transient, enum transient_event event,
                                       const struct transient_watch *watch, struct hd_error *err);
/** The experiment is over: currents of its last row and spikes (or NULL) become figures of merit.
 */
void sensitivity_report_end(struct sensitivity_report *report, const struct spikes *spikes,
                            struct progress *progress);
enum hd_status sensitivity_report_free(struct sensitivity_report **report, struct hd_error *err);

#endif
