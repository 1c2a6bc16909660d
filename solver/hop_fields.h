/* The fields between two hops: one implicit Euler step of everything but the ions (potentials,
 * carriers, smoothed fields, circuit), and how the energies of the ions answer to a hop. */
#ifndef HALIDRIFT_SOLVER_HOP_FIELDS_H
#define HALIDRIFT_SOLVER_HOP_FIELDS_H

#include "solver/lattice.h"

struct hop_fields {
  struct system *system; /* borrowed */
  struct system_plan *plan;
  int n;
  double *y, *yp;        /* [n] owned: state now and its rate over the last step */
  double *old;           /* [n] owned: state at the last step's begin */
  double *F, *delta;     /* [n + 1] owned */
  double *row_scale;     /* [n + 1] owned: of the rows that the factors were made of */
  double *weight;        /* [n] owned: 1 over the unit of an unknown's error; 0: decides nothing */
  bool *electric;        /* [n] owned: potentials and voltages */
  bool *still;           /* [n] owned: unknowns of ions, which do not change here */
  double *sites;         /* [n_instances] owned: m^-3, most sites of an ion */
  bool everywhere;       /* levels are to be converged where there are no carriers, too */
  double *response;      /* owned: dv_i / dN_j of all points, block by block; NULL: none */
  size_t *response_base; /* [n_instances] owned */
  double *change;        /* [n_points][n] owned: dy / dN_j; NULL: none */
  double *change_scale;  /* [n + 1] owned: row_scale of the factors that gave it */
  long *seen;            /* [n_points] owned: numbers of ions that y knows */
  double rate;           /* convergence of Newton with the present factors */
  double step;           /* s: the factors are of this step; 0: there are none */
  bool has_response;
  bool stores; /* capacitors or inductors in the circuit */
  long newton_iterations, solutions, failures;
};

/** respond: make room for hop_fields_respond. */
enum hd_status hop_fields_create(struct hop_fields **fields, struct lattice *lattice,
                                 const double *y, bool respond, struct hd_error *err);
void hop_fields_free(struct hop_fields **fields);

/** From y at t to t + step with the ions of the lattice, whose hops have moved lattice->charge
 * meanwhile. everywhere: also the levels of so few carriers that no ion feels them, for output.
 * Errors: HD_CONVERGENCE */
enum hd_status hop_fields_step(struct hop_fields *fields, const struct lattice *lattice, double t,
                               double step, bool everywhere, struct hd_error *err);

/** Residual of the step's equations at fields->y, renew: with new factors. 0: done, 1: not finite
 * or singular. */
int hop_fields_prepare(struct hop_fields *fields, double t, double step, bool renew);

/* solver/hop_answers.c */

/** Compute the answers of all energies to one more ion at each point, at the present state. */
void hop_fields_respond(struct hop_fields *fields, const struct lattice *lattice, double t,
                        double step);
/** Answers of all points of a block to an ion at `point`, [n_points of the block]. */
const double *hop_fields_response(const struct hop_fields *fields, const struct lattice *lattice,
                                  int point);

#endif
