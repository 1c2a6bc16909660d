/* Derivatives of what a port answers to a small signal by the logarithms of parameters.
 *
 * With A dy = b for the linearised equations, the reading Y = c^T dy and the adjoint A^T z = c,
 *   dY/dq = -z^T (dA/dq dy - db/dq):
 * what dy leaves in the linearised equations of two twins at y -+ step s, their difference over
 * 2 step. The second derivatives of the laws that stand in dA/dq are never formed. */
#ifndef HALIDRIFT_SOLVER_SENSITIVITY_SPECTRUM_H
#define HALIDRIFT_SOLVER_SENSITIVITY_SPECTRUM_H

#include "solver/sensitivity.h"
#include "solver/small_signal.h"
#include "solver/sink.h"

/** Admittances of a run in memory with their derivatives. */
struct spectrum_rows {
  size_t n, n_parameters;
  size_t *experiment; /* [n] owned: its number */
  double *frequency;  /* [n] owned: Hz */
  double complex *Y;  /* [n * (1 + n_parameters)] owned: Y, then dY/dq of each parameter, S */
};

void spectrum_rows_free(struct spectrum_rows *rows);

struct sensitivity_spectrum;

/** Linearise the twins about the steady state y whose s was found last; frozen: ions do not
 * respond. Errors: HD_MEMORY, HD_INTERNAL: not finite */
enum hd_status sensitivity_spectrum_create(struct sensitivity_spectrum **spectrum,
                                           struct sensitivity *sensitivity, bool frozen,
                                           const double *y, struct hd_error *err);
/** Derivatives [n] of the answer of a port by q at a frequency; dy: response, z: adjoint there. */
void sensitivity_spectrum_slopes(struct sensitivity_spectrum *spectrum,
                                 const struct small_signal_port *port, double frequency,
                                 const double complex *dy, const double complex *z,
                                 double complex *slopes);
void sensitivity_spectrum_free(struct sensitivity_spectrum **spectrum);

/** Begin DIR/impedance_sensitivity.csv: experiment, frequency_Hz, ReY_S, ImY_S, then the real and
 * the imaginary part of dY/dq of each parameter. */
enum hd_status sensitivity_spectrum_open(struct sink_table **table,
                                         const struct sensitivity *sensitivity, const char *dir,
                                         const struct store *from, struct hd_error *err);
/** Its row of an experiment; values: Y, then dY/dq [1 + n]. */
enum hd_status sensitivity_spectrum_row(struct sink_table *table, const char *experiment,
                                        double frequency, size_t n, const double complex *values,
                                        struct hd_error *err);
/** The same to rows in memory. */
enum hd_status spectrum_rows_add(struct spectrum_rows *rows, size_t experiment, double frequency,
                                 size_t n, const double complex *values, struct hd_error *err);

#endif
