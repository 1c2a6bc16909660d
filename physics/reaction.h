/* Volume recombination laws: net rate and its derivatives with respect to the densities. */
#ifndef HALIDRIFT_PHYSICS_REACTION_H
#define HALIDRIFT_PHYSICS_REACTION_H

#include <stddef.h>
#include "physics/material.h"

/** What a law may use. n_i^2 stands for the product n p in equilibrium (any statistics). */
struct reaction_input {
  double n, p;     /* m^-3 */
  double np_eq;    /* m^-6: equilibrium product, n p exp((phi_n - phi_p) / V_T) */
  double excess;   /* n p - np_eq computed without cancellation, m^-6 */
  double n_1, p_1; /* m^-3: SRH */
  const struct material *material;
};

/** Net rate and partials at fixed np_eq (d excess = p dn + n dp when np_eq is constant). */
struct reaction_value {
  double rate;               /* m^-3 s^-1 */
  double d_n, d_p, d_excess; /* s^-1, s^-1, m^3 s^-1: partials of rate(n, p, excess, n_1, p_1) */
  double d_n_1, d_p_1;       /* s^-1 */
};

struct reaction_law {
  const char *name; /* "srh", "radiative", "auger" */
  struct reaction_value (*value)(const struct reaction_input *input);
  const char *doc, *source;
};

extern const struct reaction_law reaction_table[];
extern const size_t reaction_table_count;

/** Interface recombination, m^-2 s^-1: (n p - np_eq) / ((n + n_1) / S_p + (p + p_1) / S_n). */
struct reaction_value reaction_interface(const struct reaction_input *input, double S_n,
                                         double S_p);

#endif
