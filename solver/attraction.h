/* Where ions that move at random have no common energy with the carriers that they attract. */
#ifndef HALIDRIFT_SOLVER_ATTRACTION_H
#define HALIDRIFT_SOLVER_ATTRACTION_H

#include "solver/device.h"

/** Ways in which the i-th interaction of a device is not to be trusted; engine: of the ions
 * (enum stochastic_engine). Does the k-th one apply? */
enum { ATTRACTION_REMARKS = 2 };
bool attraction_remark(const struct device *device, int engine, size_t i, int k, char *text,
                       size_t size);

#endif
