/* The fields between two hops: one implicit Euler step of everything but the ions (potentials,
 * carriers, smoothed fields, circuit), and how the energies of the ions answer to a hop. */
#ifndef HALIDRIFT_SOLVER_HOP_FIELDS_H
#define HALIDRIFT_SOLVER_HOP_FIELDS_H

#include "solver/lattice.h"

/** Factors of the matrix of a step, and how Newton goes with them. */
struct hop_factors {
  struct linear *linear; /* borrowed: one of the plan's sets */
  double *row_scale;     /* [n + 1] owned: of the rows that they were made of */
  double step;           /* s: they are of a step so long; 0: there are none */
  double rate;           /* convergence of Newton with them */
  long used;             /* solutions when they were used last */
};

/** Linear response of everything to ions that move, by factors that stay as they are meanwhile. */
struct hop_answers {
  const struct hop_factors *factors; /* borrowed: those of the answers; NULL: there are none */
  double *change;                    /* [n + 1] owned: work space */
  const double *
      *column;    /* [n_points] owned: into values, dv_i / dN_p of p's block; NULL: not known */
  double *values; /* [room] owned */
  size_t room, used;
};

struct hop_fields {
  struct system *system; /* borrowed */
  struct system_plan *plan;
  struct hop_factors sets[1 + SYSTEM_SPARES], *factors; /* the latter are Newton's */
  double doubt; /* share of the last steps in which old factors did not do */
  int n_sets;   /* that may be used */
  int n;
  double *y, *yp;    /* [n] owned: state now and its rate over the last step */
  double *old;       /* [n] owned: state at the last step's begin */
  double *F, *delta; /* [n + 1] owned */
  double *weight;    /* [n] owned: 1 over the unit of an unknown's error; 0: decides nothing */
  bool *electric;    /* [n] owned: potentials and voltages */
  bool *still;       /* [n] owned: unknowns of ions, which do not change here */
  double *sites;     /* [n_instances] owned: m^-3, most sites of an ion */
  bool everywhere;   /* levels are to be converged where there are no carriers, too */
  struct hop_answers answers;
  long *seen;  /* [n_points] owned: numbers of ions that y knows */
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

/* solver/hop_factors.c */

/** respond: answers keep one set. Errors: HD_MEMORY */
enum hd_status hop_factors_create(struct hop_fields *fields, bool respond, struct hd_error *err);
void hop_factors_free(struct hop_fields *fields);
/** Factors that a step so long may begin with; NULL: it is to make new ones. */
struct hop_factors *hop_factors_to_try(struct hop_fields *fields, double step);
/** Where the new ones go. */
struct hop_factors *hop_factors_to_renew(struct hop_fields *fields, double step);
/** What became of a step: began it with old factors, and had it to make new ones? */
void hop_factors_judge(struct hop_fields *fields, bool tried, bool renewed);
/** No step is to begin with the present factors again. */
void hop_factors_forget(struct hop_fields *fields);

/* solver/hop_answers.c */

/** Room for answers. Errors: HD_MEMORY */
enum hd_status hop_answers_create(struct hop_answers *answers, const struct lattice *lattice,
                                  struct hd_error *err);
void hop_answers_free(struct hop_answers *answers);

/** Answers at the present state from now on. */
void hop_fields_respond(struct hop_fields *fields, const struct lattice *lattice, double t,
                        double step);
/** Energies of all points after the ions that moved since the numbers `known`, [n_points], which
 * become the present ones. */
void hop_fields_answer(struct hop_fields *fields, struct lattice *lattice, long *known);
/** Change of all unknowns meanwhile, [n + 1]. */
void hop_fields_change(struct hop_fields *fields, const struct lattice *lattice, const long *before,
                       double *change);

/** Does linear response follow the hops at present? */
static inline bool hop_fields_answers(const struct hop_fields *fields) {
  return fields->answers.factors != NULL;
}

/* solver/hop_fields_store.c: to a checkpoint and back, bit for bit; the factors are the system's */

enum hd_status hop_fields_save(const struct hop_fields *fields, const struct lattice *lattice,
                               struct store *store, struct hd_error *err);
/** At the time t; the lattice has its numbers of ions. */
enum hd_status hop_fields_restore(struct hop_fields *fields, const struct lattice *lattice,
                                  double t, const struct store *store, struct hd_error *err);

#endif
