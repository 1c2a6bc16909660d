/* Equilibrium and steady states: damped Newton with continuation in the sources. */
#ifndef HALIDRIFT_SOLVER_STEADY_H
#define HALIDRIFT_SOLVER_STEADY_H

#include "solver/system.h"

/** Counts of all steady solves of a run. */
struct steady_counts {
  long newton_iterations, continuation_steps, pseudo_steps;
};

/** How an unknown goes on: in a straight line, or as the logarithm of a share's odds (an ion with a
 * site limit) or of an amount (without). */
enum steady_kind { STEADY_LINEAR, STEADY_SHARE, STEADY_AMOUNT };

struct steady {
  struct system *system; /* borrowed */
  double tolerance;      /* V, largest update of a converged iteration */
  int max_iterations;
  bool frozen;                    /* ions stay */
  bool hasty;                     /* a growing update ends Newton: there is a shorter step */
  bool initial;                   /* capacitors at their given start */
  const char *remedy;             /* key of the experiment that holds random ions; NULL: none */
  double *delta, *F, *trial, *yp; /* [n + 1] owned work */
  double *weight;                 /* [n + 1] owned: see fill_weights in steady_newton.c */
  double *last, *previous;        /* [n + 1] owned: the last two states of a move */
  double *moved;                  /* [n_elements] owned: change of the sources between them */
  double *rest;                   /* [most nodes of a device] owned work */
  enum steady_kind *kind;         /* [n + 1] owned: of each unknown */
  struct steady_counts counts;
};

enum hd_status steady_create(struct steady **steady, struct system *system, struct hd_error *err);
void steady_free(struct steady **steady);

/** Full equilibrium (sources at zero, ions relaxed unless frozen) from the system's guess; y[n]
 * out. */
enum hd_status steady_equilibrium(struct steady *steady, double *y, struct hd_error *err);

/** Make a state that a transient ended in fit for steady_move. */
void steady_adopt(struct steady *steady, double *y);

/** Can an unknown of this kind have a logarithm? */
bool steady_has_level(enum steady_kind kind, double x);
/** What goes on in a straight line of an unknown; d_x out: its derivative. */
double steady_level(enum steady_kind kind, double x, double *d_x);
/** The unknown with this level: ions stay in bounds. */
double steady_at_level(enum steady_kind kind, double level);

/** From the steady state y at the source values `from` to the one at `to` ([n_elements], V or A).
 */
enum hd_status steady_move(struct steady *steady, double *y, const double *from, const double *to,
                           struct hd_error *err);

#endif
