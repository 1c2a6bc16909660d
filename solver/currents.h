/* Terminal currents as reported: the quietest of all equivalent sums over the device. */
#ifndef HALIDRIFT_SOLVER_CURRENTS_H
#define HALIDRIFT_SOLVER_CURRENTS_H

#include "solver/system.h"

struct currents;

enum hd_status currents_create(struct currents **currents, struct system *system,
                               struct hd_error *err);
/**
 * Currents into all terminals at a state.
 * yp    [n] or NULL (steady);  rate  1/s: 1 / time step (0 when steady)
 * frozen  ions are held and carry no current
 * I     out [terminals of all instances in a row] A
 */
enum hd_status currents_evaluate(struct currents *currents, const double *y, const double *yp,
                                 double t, double rate, bool frozen, double *I,
                                 struct hd_error *err);
/** Number of terminals of all instances. */
size_t currents_count(const struct currents *currents);
/** The test functions w that currents_evaluate reads a steady state's currents with:
 * tests[instance][terminal * n_nodes + node] out; those of the last terminals are left alone. */
enum hd_status currents_tests(struct currents *currents, const double *y, double t, bool frozen,
                              double *const *tests, struct hd_error *err);
/** The factors to a checkpoint and back, bit for bit; system->linear.keep was set. */
enum hd_status currents_save(const struct currents *currents, struct store *store,
                             struct hd_error *err);
enum hd_status currents_restore(struct currents *currents, const struct store *store,
                                struct hd_error *err);
void currents_free(struct currents **currents);

#endif
