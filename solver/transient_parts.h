/* Internal to the integrator: what it is made of, and what forces on ions add. */
#ifndef HALIDRIFT_SOLVER_TRANSIENT_PARTS_H
#define HALIDRIFT_SOLVER_TRANSIENT_PARTS_H

#include <idas/idas.h>
#include <nvector/nvector_serial.h>
#include "solver/transient.h"

struct transient_sensitivity;

struct transient {
  struct system *system; /* borrowed */
  struct system_plan *plan;
  struct transient_watch watch;
  const struct solver_spec *settings;
  bool frozen, started;
  SUNContext context;
  void *ida;
  N_Vector y, yp, id, quad;
  SUNMatrix matrix;
  SUNLinearSolver solver;
  double *blur;    /* [n] owned: part of an ion that x may err by; 0 without forces */
  double *F, *row; /* [n + 1] owned */
  bool *ion;       /* [n] owned: x of an ion, or a number of ions that came in */
  double *weight;  /* [n] owned: fixed part of the error weights, 0: of an ion, see limited */
  bool *limited;   /* [n] owned: x of an ion with a site limit */
  double *slope;   /* [n_elements] owned: slopes of the sources in this stretch */
  struct langevin *langevin; /* borrowed; NULL: no forces */
  double t, stop, last_step;
  double origin; /* s: begin of IDAS's own clock, see transient_clock */
  double pause;  /* s: the stop, or the end of the interval of the forces before it */
  double settle; /* s: first step behind a change of the forces, as the last one allows; 0: none */
  double stray;  /* how far shares of sites may leave 0 to 1 within a step */
  bool changed;  /* the next step is the first behind a change of the forces */
  struct transient_counts total;     /* of the stretches before the last restart */
  struct transient_sensitivity *own; /* owned; NULL: no sensitivities */
};

/** Allocate and set up everything for a state [n] at rest. */
enum hd_status transient_fill(struct transient *transient, const double *y, struct hd_error *err);
/** The system's point at a time of IDAS's clock. */
struct system_point transient_point(const struct transient *transient, double clock, N_Vector y,
                                    N_Vector yp);
/** IDAS's clock at a time within the last step. */
double transient_clock(const struct transient *transient, double t);
/** Rows at the present state into `F` [n + 1]. */
void transient_rows(struct transient *transient, double *F);
/** Begin IDAS anew at the present state, with order one. */
enum hd_status transient_restart(struct transient *transient, double step, struct hd_error *err);
/** Error weights of all unknowns; `user` is the integrator. */
int transient_weights(N_Vector y, N_Vector w, void *user);
/** A sentence when IDAS refuses something. */
enum hd_status transient_check(int flag, const char *what, struct hd_error *err);

/* transient_forces.c */

/** Draw the forces of the next interval; the rates of the ions jump. */
void transient_change_forces(struct transient *transient);
/** The first step behind a change of the forces has been taken: how long shall the next one be? */
enum hd_status transient_settled(struct transient *transient, struct hd_error *err);
/** How far the shares of sites may leave 0 to 1 from the present state on. */
void transient_watch_range(struct transient *transient);
/** Does a trial state leave that range? */
bool transient_strays(const struct transient *transient, const double *y);

/* transient_sensitivity.c */

/** Bring the sensitivities across the kink that the present stretch begins with; the state is
 * still the one before it. */
enum hd_status transient_sensitivity_begin(struct transient *transient, struct hd_error *err);
/** The same restart as the state's. */
enum hd_status transient_sensitivity_restart(struct transient *transient, struct hd_error *err);
/** IDAS has integrated a converged step up to this point. */
void transient_sensitivity_await(struct transient *transient, const struct system_point *point);
/** Is this the residual that IDAS then asks for once more, for sensitivities that need none? */
bool transient_sensitivity_idles(struct transient *transient, const struct system_point *point);
/** Derivatives of the state, its rates and the integrals at the present time, to a store and back.
 */
enum hd_status transient_sensitivity_save(struct transient *transient, struct store *store,
                                          struct hd_error *err);
enum hd_status transient_sensitivity_restore(struct transient *transient, const struct store *store,
                                             struct hd_error *err);
void transient_sensitivity_free(struct transient *transient);

#endif
