/* What the real and the complex KLU share. */
#ifndef HALIDRIFT_SOLVER_LINEAR_KLU_H
#define HALIDRIFT_SOLVER_LINEAR_KLU_H

#include <suitesparse/klu.h>
#include "solver/linear.h"

/** Set the options and analyse the pattern with a given order; the caller frees *symbolic. Errors:
 * HD_INTERNAL */
enum hd_status linear_klu_analyse(klu_l_symbolic **symbolic, klu_l_common *common,
                                  const struct sparse *matrix, const int64_t *order,
                                  struct hd_error *err);

#endif
