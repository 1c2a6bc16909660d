/* Equilibrium and steady states: damped Newton with continuation in the sources. */
#ifndef HALIDRIFT_SOLVER_STEADY_H
#define HALIDRIFT_SOLVER_STEADY_H

#include "solver/system.h"

/** Counts of all steady solves of a run. */
struct steady_counts {
  long newton_iterations, continuation_steps, pseudo_steps;
};

struct steady {
  struct system *system; /* borrowed */
  double tolerance;      /* V, largest update of a converged iteration */
  int max_iterations;
  bool frozen;                    /* ions stay */
  bool hasty;                     /* a growing update ends Newton: there is a shorter step */
  bool initial;                   /* capacitors at their given start */
  double *delta, *F, *trial, *yp; /* [n + 1] owned work */
  double *weight;                 /* [n + 1] owned: see fill_weights in steady_newton.c */
  double *last, *previous;        /* [n + 1] owned: the last two states of a move */
  double *moved;                  /* [n_elements] owned: change of the sources between them */
  double *rest;                   /* [most nodes of a device] owned work */
  struct steady_counts counts;
};

enum hd_status steady_create(struct steady **steady, struct system *system, struct hd_error *err);
void steady_free(struct steady **steady);

/** Full equilibrium (sources at zero, ions relaxed unless frozen) from the system's guess; y[n]
 * out. */
enum hd_status steady_equilibrium(struct steady *steady, double *y, struct hd_error *err);

/** Make a state that a transient ended in fit for steady_move. */
void steady_adopt(struct steady *steady, double *y);

/** A share of ions that has moved by `step` along the logarithm of its odds: it stays in bounds. */
double steady_shift_ion(bool limited, double x, double step);

/** out = y + ratio (y - previous); ions along the logarithm of their odds. */
void steady_extrapolate(const struct system *system, const double *y, const double *previous,
                        double ratio, double *out);

/** From the steady state y at the source values `from` to the one at `to` ([n_elements], V or A).
 */
enum hd_status steady_move(struct steady *steady, double *y, const double *from, const double *to,
                           struct hd_error *err);

#endif
