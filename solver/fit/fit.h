/* Fits: numbers of the input from measured currents and impedances, by least
 * squares with sensitivities. */
#ifndef HALIDRIFT_SOLVER_FIT_FIT_H
#define HALIDRIFT_SOLVER_FIT_FIT_H

#include "solver/config/config.h"
#include "solver/progress.h"

enum { FIT_WIDTH = 2, FIT_COLUMN = HD_NAME + 8 };

/** Measurements of one experiment: currents of one terminal, or one or two quantities of an
 * impedance. */
struct fit_data {
  char file[HD_PATH];
  int type; /* of the experiment: EXPERIMENT_TRANSIENT, _DC_SWEEP, _IMPEDANCE */
  size_t experiment;
  size_t n, width;                                  /* points, values at each of them */
  char columns[FIT_WIDTH][FIT_COLUMN];              /* their names, with the unit */
  size_t terminal;                                  /* of currents */
  const struct fit_quantity *quantities[FIT_WIDTH]; /* of impedances */
  double *x;                                        /* [n] owned: s; V or A of the source; Hz */
  double *values, *errors; /* [n * width] owned: with their standard deviations */
  bool has_errors; /* the file tells them; otherwise they are shares, and the fit scales them */
};

/** Read a CSV file: columns experiment (not needed when there is one of its type), time_s, bias_V
 * or frequency_Hz, what was measured, and (or not) its errors. Errors: HD_IO, HD_INPUT with file
 * and line */
enum hd_status fit_data_read(struct fit_data *data, const char *path, const struct run_spec *spec,
                             struct hd_error *err);
void fit_data_free(struct fit_data *data);

/** One parameter of a result. */
struct fit_value {
  char name[HD_PATH], unit[HD_NAME];
  double start, value;
  double error;       /* standard error of ln p; INFINITY: not determined */
  double interval[2]; /* 95 % */
  bool at_bound;
};

/** What a fit has found. */
struct fit_result {
  size_t n, n_points, n_residuals, iterations, runs; /* n_points: measured values */
  struct fit_value *values;                          /* [n] owned */
  double *correlation;                               /* [n * n] owned; NAN where not determined */
  double *singular;   /* [n] owned: of the residuals by ln p, descending */
  double *direction;  /* [n * n] owned: row k: combination of singular value k */
  double *spread;     /* [n] owned: standard errors of the combinations */
  double chi2, scale; /* sum of squares; factor of the variances: 1 with known errors */
  double probability; /* of a larger chi2 when the model is right; NAN: errors unknown */
  bool converged;
  double *model; /* [n_points] owned: values of the fit, data sets in order */
};

/** A combination whose standard error exceeds this (a factor e) is not determined. */
extern const double fit_undetermined;

/** Fit the parameters of the group `fit` to data sets; fit_result_free also after an error.
 * Errors: HD_INPUT: fewer points than parameters, a file twice; those of a run at the start */
enum hd_status fit_solve(struct fit_result *result, const struct config *config,
                         const struct run_spec *spec, size_t n_data, const struct fit_data *data,
                         FILE *terminal, struct hd_error *err);
void fit_result_free(struct fit_result *result);

/** Warn of values at a bound or not determined, and of a model that does not fit the data. */
void fit_warn(FILE *file, const struct fit_result *result, const struct fit_spec *spec);

/** fit.json, fit.csv and fitted.cfg in `dir`, and a table to `terminal` (or NULL). */
enum hd_status fit_report(const struct fit_result *result, const struct config *config,
                          const struct run_spec *spec, size_t n_data, const struct fit_data *data,
                          const char *dir, FILE *terminal, struct hd_error *err);

#endif
