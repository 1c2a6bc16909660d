#include "solver/small_signal_parts.h"

#include <math.h>
#include "solver/base/memory.h"

/* ---- create ---- */

/**
 * Linearise and analyse the pattern.
 * y       [n] steady; where ions are still on their way their balances need not hold
 * Errors  HD_MEMORY, HD_INTERNAL; the caller frees in any case
 */
enum hd_status small_signal_create(struct small_signal **out, struct system *system, bool frozen,
                                   const double *y, struct hd_error *err) {
  TRY(hd_alloc(out, 1, sizeof **out, err));
  (*out)->system = system;
  (*out)->frozen = frozen;
  (*out)->frequency = NAN;
  TRY(small_signal_linearise(*out, y, err));
  return linear_complex_create(&(*out)->linear, &(*out)->matrix, &system->linear, err);
}

/** Free; NULL is accepted. What the solver did stays in the system's counts. */
void small_signal_free(struct small_signal **small) {
  if (!*small)
    return;
  if ((*small)->linear)
    (*small)->system->past =
        linear_counts_add((*small)->system->past, linear_complex_counts((*small)->linear));
  linear_complex_free(&(*small)->linear);
  sparse_free(&(*small)->matrix);
  hd_free(&(*small)->J);
  hd_free(&(*small)->M);
  hd_free(&(*small)->scale);
  for (size_t i = 0; (*small)->tests && i < (*small)->system->n_instances; i++)
    hd_free(&(*small)->tests[i]);
  hd_free(&(*small)->tests);
  hd_free(small);
}

/* ---- solve ---- */

static double pulsation(double frequency) {
  return 2.0 * acos(-1.0) * frequency;
}

/**
 * J + i omega M and its factors.
 * frequency  Hz
 * Errors     HD_CONVERGENCE: the matrix is singular
 */
enum hd_status small_signal_tune(struct small_signal *small, double frequency,
                                 struct hd_error *err) {
  const double omega = pulsation(frequency);
  double complex *value = linear_complex_values(small->linear);
  int64_t entries = small->matrix.column[small->matrix.n];
  for (int64_t i = 0; i < entries; i++)
    value[i] = CMPLX(small->J[i], omega * small->M[i]);
  small->frequency = frequency;
  if (linear_complex_factor(small->linear))
    return hd_fail(err, HD_CONVERGENCE, "the linearised equations are singular at %.6g Hz",
                   frequency);
  return HD_OK;
}

static enum hd_status solve(struct small_signal *small, bool transposed, double complex *b,
                            struct hd_error *err) {
  if (linear_complex_solve(small->linear, transposed, b))
    return hd_fail(err, HD_CONVERGENCE,
                   "the linearised equations are singular to rounding at %.6g Hz",
                   small->frequency);
  return HD_OK;
}

/** The equation of a source is v - V = 0 or i - I = 0, that of a net the sum of currents out of it
 * minus what is fed in: -dF/du = 1 in this row. */
static int driven_row(const struct small_signal *small, const struct small_signal_port *port) {
  const struct system *system = small->system;
  return port->element >= 0 ? system->branch_base + port->element
                            : system_net_dof(system, port->net);
}

enum hd_status small_signal_drive(struct small_signal *small, const struct small_signal_port *port,
                                  double complex *dy, struct hd_error *err) {
  int row = driven_row(small, port);
  for (int g = 0; g < small->system->n; g++)
    dy[g] = 0.0;
  dy[row] = small->scale[row];
  return solve(small, false, dy, err);
}

void small_signal_residual(const struct small_signal *small, const struct small_signal_port *port,
                           double frequency, const double complex *dy, double complex *r) {
  const struct sparse *matrix = &small->matrix;
  const double omega = pulsation(frequency);
  int row = driven_row(small, port);
  for (int64_t g = 0; g < matrix->n; g++)
    r[g] = 0.0;
  for (int64_t j = 0; j < matrix->n; j++)
    for (int64_t i = matrix->column[j]; i < matrix->column[j + 1]; i++)
      r[matrix->row[i]] += CMPLX(small->J[i], omega * small->M[i]) * dy[j];
  r[row] -= small->scale[row];
}

bool small_signal_is_admittance(const struct small_signal *small,
                                const struct small_signal_port *port) {
  return port->element >= 0 &&
         small->system->elements[port->element].kind == ELEMENT_VOLTAGE_SOURCE;
}

/** Factors of the unknowns in the answer of a port, which is their sum; *count <= 2. */
static void reading(const struct small_signal *small, const struct small_signal_port *port,
                    int at[2], double factor[2]) {
  const struct system *system = small->system;
  at[0] = at[1] = system->n;
  factor[0] = factor[1] = 0.0;
  if (small_signal_is_admittance(small, port)) {
    at[0] = system->branch_base + port->element; /* flows through it from its first net */
    factor[0] = -1.0;
  } else if (port->element >= 0) {
    const int *net = system->elements[port->element].net;
    at[0] = system_net_dof(system, net[1]);
    at[1] = system_net_dof(system, net[0]);
    factor[0] = 1.0;
    factor[1] = -1.0;
  } else {
    at[0] = system_net_dof(system, port->net);
    factor[0] = 1.0;
  }
}

double complex small_signal_read(const struct small_signal *small,
                                 const struct small_signal_port *port, const double complex *dy) {
  int at[2];
  double factor[2];
  double complex sum = 0.0;
  reading(small, port, at, factor);
  for (int i = 0; i < 2; i++)
    if (at[i] < small->system->n)
      sum += factor[i] * dy[at[i]];
  return sum;
}

/** A^T z = factors of the reading. */
enum hd_status small_signal_adjoint(struct small_signal *small,
                                    const struct small_signal_port *port, double complex *z,
                                    struct hd_error *err) {
  int at[2];
  double factor[2];
  reading(small, port, at, factor);
  for (int g = 0; g < small->system->n; g++)
    z[g] = 0.0;
  for (int i = 0; i < 2; i++)
    if (at[i] < small->system->n)
      z[at[i]] = factor[i];
  return solve(small, true, z, err);
}

double small_signal_row_factor(const struct small_signal *small, int row) {
  return small->scale[row];
}

bool small_signal_is_frozen(const struct small_signal *small) {
  return small->frozen;
}
