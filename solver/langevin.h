/* Fluctuating forces on ions: each edge and each exchange with an electrode has a random
 * electromotive force that is held over the intervals of a fixed grid of times. */
#ifndef HALIDRIFT_SOLVER_LANGEVIN_H
#define HALIDRIFT_SOLVER_LANGEVIN_H

#include "solver/store.h"
#include "solver/system.h"

struct langevin;

/** Forces of one transient experiment, none before the first draw. `system` is borrowed; its
 * forces are zero again after langevin_free. */
enum hd_status langevin_create(struct langevin **langevin, struct system *system, size_t experiment,
                               struct hd_error *err);
void langevin_free(struct langevin **langevin);

/** End of the present interval, s; 0 before the first draw. */
double langevin_end(const struct langevin *langevin);
/** Is the present interval over at this time, but for rounding? */
bool langevin_over(const struct langevin *langevin, double t);
/** Does the present interval end before this time, by more than rounding? */
bool langevin_ends_before(const struct langevin *langevin, double t);
/** Draw the forces of the interval that begins at t, from the rates at the state y. */
void langevin_draw(struct langevin *langevin, double t, const double *y);

enum hd_status langevin_save(const struct langevin *langevin, struct store *store,
                             struct hd_error *err);
enum hd_status langevin_restore(struct langevin *langevin, const struct store *store,
                                struct hd_error *err);

#endif
