/* What the files of small signals share: the linearised equations. */
#ifndef HALIDRIFT_SOLVER_SMALL_SIGNAL_PARTS_H
#define HALIDRIFT_SOLVER_SMALL_SIGNAL_PARTS_H

#include "solver/linear_complex.h"
#include "solver/small_signal.h"

struct small_signal {
  struct system *system; /* borrowed */
  bool frozen;
  bool still;           /* ions pass no more than one contact: their current is their charge's */
  struct sparse matrix; /* owned: pattern */
  double *J, *M;        /* [entries] owned */
  double *scale;        /* [n] owned: factors of the rows */
  double **tests;       /* [n_instances][n_terminals * n_nodes] owned: test functions of currents */
  struct linear_complex *linear;
  double frequency; /* Hz */
};

/** Fill all but `linear` and `frequency`; system and frozen are set. What was made is in `small`
 * also after an error. */
enum hd_status small_signal_linearise(struct small_signal *small, const double *y,
                                      struct hd_error *err);

#endif
