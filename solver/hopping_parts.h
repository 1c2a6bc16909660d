/* Internal to hopping: what one evolution works on, and the parts it is made of. */
#ifndef HALIDRIFT_SOLVER_HOPPING_PARTS_H
#define HALIDRIFT_SOLVER_HOPPING_PARTS_H

#include "solver/hop_fields.h"
#include "solver/hopping.h"

/** Relative difference of times that are the same: no step is that much shorter than another. */
#define HOPPING_CLOSE 1e-9

struct hopping {
  struct system *system; /* borrowed */
  const struct stochastic_spec *spec;
  struct transient_watch watch;
  struct lattice *lattice;
  struct hop_fields *fields;
  struct random_stream stream;
  double *forward, *backward; /* [n_edges] owned: rates, 1/s */
  double *predicted;          /* [n_points] owned: energies before the fields are solved */
  double *mean;               /* [2 * terminals of all instances] owned: charge, that of hops, C */
  long *known;                /* [n_points] owned: numbers that the energies have followed */
  double t, stop, last_step, leap;
  int leaps;      /* between two solutions of the fields */
  long renewed;   /* hops so far when the answers were worked out */
  bool backwards; /* order of the edges in the next leap */
  double asked;   /* s of the clock: since then the run is to end; 0: it is not */
  bool left;      /* in the middle of a step */
  int overfull;   /* point that holds more ions than are counted; -1: there is none */
  struct transient_integrals integrals;
  struct hopping_counts counts;
};

/** Hops for a time of at most tau, of which `passed` has passed (solver/hopping_walk.c). Errors:
 * HD_INTERRUPTED, when the run was to end a second ago; HD_CONVERGENCE: more ions than are counted
 */
enum hd_status hopping_walk(struct hopping *hopping, double tau, double *passed,
                            struct hd_error *err);

#endif
