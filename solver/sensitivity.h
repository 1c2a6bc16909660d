/* Derivatives of states by the logarithms of parameters of the input, carried along with a run.
 *
 * With q = ln |p| and s = dy/dq the equations F(t, y, y', p) = 0 give
 *   dF/dy s + dF/dy' s' + dF/dq = 0.
 * The first two terms are the system's own Jacobian. The last one is a central difference of the
 * residuals of two twins, systems of the same mesh built from the input with p (1 +- step): no law
 * is written twice. What a system keeps besides its unknowns (frozen ions, their numbers, the
 * sources' values) the twins keep at y +- step s, so that it is differentiated with the rest.
 *
 * Of a steady state that no experiment goes on from only the terminals' currents are asked for.
 * With the adjoint J^T z = e_I of a current they are dI/dq = -z . dF/dq: one solution with the
 * transposed factors for each current, whatever the number of parameters. */
#ifndef HALIDRIFT_SOLVER_SENSITIVITY_H
#define HALIDRIFT_SOLVER_SENSITIVITY_H

#include "solver/store.h"
#include "solver/system.h"

/** A number of the input, and the same run with a little less and a little more of it. */
struct sensitivity_parameter {
  const char *name, *unit;       /* borrowed: its path in the input; "": none */
  double value;                  /* SI, not 0 */
  const struct run_spec *run[2]; /* borrowed, planned on the mesh of the run: p (1 -+ step) */
};

struct sensitivity {
  struct system *system; /* borrowed */
  size_t n;
  const struct sensitivity_parameter *parameters; /* [n] borrowed */
  double step;                                    /* relative change of p in its twins */
  struct system *(*twins)[2];                     /* [n] owned */
  double **s;            /* [n][system->n] owned: dy/dq of the last steady or final state */
  bool carried;          /* s are those of the last state; after an adjoint they are not */
  size_t n_currents;     /* terminals of all instances */
  double *slopes;        /* [n_currents * n] owned: dI/dq of the last steady state, A */
  double *y, *yp, *F[2]; /* [system->n + 1] owned work */
};

/** Build the twins. Errors: HD_INPUT: a parameter changes the number of unknowns; HD_MEMORY */
enum hd_status sensitivity_create(struct sensitivity **sensitivity, struct system *system, size_t n,
                                  const struct sensitivity_parameter *parameters, double step,
                                  struct hd_error *err);
void sensitivity_free(struct sensitivity **sensitivity);

/** s of an equilibrium y that steady_equilibrium has found. Errors: HD_CONVERGENCE: singular */
enum hd_status sensitivity_equilibrium(struct sensitivity *sensitivity, bool frozen,
                                       const double *y, struct hd_error *err);
/** Let the twins hold their ions where the system holds those of y. */
void sensitivity_hold(struct sensitivity *sensitivity, const double *y);
/** Give the twins the waveforms of experiment number `index`. */
void sensitivity_drive(struct sensitivity *sensitivity, size_t index);
/** How sensitivities of a steady state are found. */
enum sensitivity_way { SENSITIVITY_FORWARD, SENSITIVITY_ADJOINT };
/** Slopes of the currents of the steady state y of experiment `index`, a dc_sweep at its point
 * number `point`, and forward s as well; `initial` as in struct system_point. */
enum hd_status sensitivity_steady(struct sensitivity *sensitivity, enum sensitivity_way way,
                                  size_t index, size_t point, bool frozen, bool initial,
                                  const double *y, struct hd_error *err);
/** The cheaper way to the currents alone: that with fewer solutions. */
enum sensitivity_way sensitivity_cheaper(const struct sensitivity *sensitivity);
/** Put what the twins hold, and s, into a store, and take it back. */
enum hd_status sensitivity_save(const struct sensitivity *sensitivity, struct store *store,
                                struct hd_error *err);
enum hd_status sensitivity_restore(struct sensitivity *sensitivity, const struct store *store,
                                   struct hd_error *err);
/** Does a parameter move the next kink of a waveform behind t? Errors: HD_INPUT: it does */
enum hd_status sensitivity_check_kink(const struct sensitivity *sensitivity, double t, double end,
                                      struct hd_error *err);

/** The state y of the twin of parameter i: y -+ step s, [n] out. */
void sensitivity_shift(const struct sensitivity *sensitivity, size_t i, int side, const double *y,
                       double *out);
/** (values of the upper twin - values of the lower one) / (2 step), [n + 1] in place of out. */
void sensitivity_difference(const struct sensitivity *sensitivity, const double *low,
                            const double *high, double *out);

#endif
