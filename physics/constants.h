/* Physical constants; a validation case may replace those of its reference program. */
#ifndef HALIDRIFT_PHYSICS_CONSTANTS_H
#define HALIDRIFT_PHYSICS_CONSTANTS_H

#include "solver/base/param.h"

struct constants {
  double q;    /* elementary charge, C */
  double k;    /* Boltzmann constant, J/K */
  double eps0; /* vacuum permittivity, F/m */
  double hbar; /* reduced Planck constant, J s */
  double m0;   /* electron rest mass, kg */
};

/** CODATA 2018 (q, k, h exact by the 2019 SI). */
extern const struct constants constants_codata;

/** Rows of the input group `constants`. */
extern const struct param constants_params[];
extern const size_t constants_params_count;

#endif
