/* Small harmonic signals about a state: the system's own equations F(t, y, y') = 0, linearised.
 *   (J + i omega M) dy = -dF/du du,   J = dF/dy,  M = dF/dy'
 * so that no law stands here a second time; theory.md section 21. */
#ifndef HALIDRIFT_SOLVER_SMALL_SIGNAL_H
#define HALIDRIFT_SOLVER_SMALL_SIGNAL_H

#include <complex.h>
#undef I /* names currents here */
#include "solver/system.h"

/** Where a circuit is driven and read: a source, or a net against ground. */
struct small_signal_port {
  int element; /* index of a voltage or current source; -1: a net */
  int net;     /* index of a net, where element is -1 */
};

struct small_signal;

/** Linearise about a steady state y, or one in which only ions still move; system and y are
 * borrowed for the call, the system until small_signal_free. frozen: the ions do not respond. */
enum hd_status small_signal_create(struct small_signal **small, struct system *system, bool frozen,
                                   const double *y, struct hd_error *err);
/** Factorise at one frequency, Hz. */
enum hd_status small_signal_tune(struct small_signal *small, double frequency,
                                 struct hd_error *err);
/** Response dy[n] to a unit amplitude (1 V of a voltage source, 1 A of a current source or into a
 * net) at the frequency of the last small_signal_tune. */
enum hd_status small_signal_drive(struct small_signal *small, const struct small_signal_port *port,
                                  double complex *dy, struct hd_error *err);
/** Adjoint z[n] of the port's answer at that frequency: a residual r, in the system's scaled rows,
 * makes the answer -z^T r. */
enum hd_status small_signal_adjoint(struct small_signal *small,
                                    const struct small_signal_port *port, double complex *z,
                                    struct hd_error *err);
/** What is left of the equations, r = (J + i omega M) dy + dF/du [n]: 0 where dy is the response.
 */
void small_signal_residual(const struct small_signal *small, const struct small_signal_port *port,
                           double frequency, const double complex *dy, double complex *r);
/** What the port answers: the current that a voltage source delivers, A; the voltage of a current
 * source along its current or of a net, V. */
double complex small_signal_read(const struct small_signal *small,
                                 const struct small_signal_port *port, const double complex *dy);
/** Is the answer of a port a current, so that it is an admittance? */
bool small_signal_is_admittance(const struct small_signal *small,
                                const struct small_signal_port *port);
/** Factor by which the system multiplies a row. */
double small_signal_row_factor(const struct small_signal *small, int row);
bool small_signal_is_frozen(const struct small_signal *small);
/** Test function of a terminal of an instance that the row of its current has for a species. */
double small_signal_test(const struct small_signal *small, size_t instance, int terminal, int node,
                         int species);
void small_signal_free(struct small_signal **small);

#endif
