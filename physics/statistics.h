/* Statistics: c = N F(eta) with eta the reduced chemical potential. */
#ifndef HALIDRIFT_PHYSICS_STATISTICS_H
#define HALIDRIFT_PHYSICS_STATISTICS_H

#include <stddef.h>

/** F, dF/deta, and the activity ln(e^eta / F) with its derivative (all finite for any eta). */
struct statistics_value {
  double F, dF;
  double activity, d_activity;
  double d2F; /* second derivative of F */
};

/** One law. `gamma` = N / c_limit for Blakemore; unused by the others. */
struct statistics_law {
  const char *name; /* "boltzmann", "fermi_dirac", "blakemore", "lattice" */
  struct statistics_value (*value)(double eta, double gamma);
  /** eta for a given x = c / N (> 0, below the limit). */
  double (*inverse)(double x, double gamma);
  const char *doc, *source;
};

extern const struct statistics_law statistics_table[];
extern const size_t statistics_table_count;
/** Names for the parameter tables, NULL-terminated, in the order of the table. */
extern const char *const statistics_names[];

enum { STATISTICS_BOLTZMANN, STATISTICS_FERMI_DIRAC, STATISTICS_BLAKEMORE, STATISTICS_LATTICE };

#endif
