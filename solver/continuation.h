/* Curves of steady states over one parameter, through folds: pseudo-arclength continuation. */
#ifndef HALIDRIFT_SOLVER_CONTINUATION_H
#define HALIDRIFT_SOLVER_CONTINUATION_H

#include "solver/steady.h"
#include "solver/store.h"

/** What varies along a curve. */
struct curve_parameter {
  const char *name;
  double unit;      /* a change that counts at most as much as V_T in all potentials; > 0 */
  bool linear;      /* dF/dp is the same everywhere */
  double low, high; /* the curve ends there */
  /** Bring steady->system to a value of the parameter. */
  enum hd_status (*set)(void *context, struct steady *steady, double value, struct hd_error *err);
  void *context; /* borrowed: of `set` */
};

/** How long the steps are, in the unit of the arc length. */
struct curve_steps {
  double first, largest, smallest;
};

/** A steady state on a curve. */
struct curve_point {
  double *y;       /* [n + 1] owned */
  double *tangent; /* [n + 1] owned: dy/ds */
  double p, slope; /* parameter, and dp/ds: it changes its sign at a fold */
  double s;        /* arc length from the first point */
  bool fold;       /* dp/ds vanishes */
};

struct continuation {
  struct steady *steady; /* borrowed; its system is that of the point found last */
  struct curve_parameter parameter;
  struct curve_steps steps;
  struct curve_point last, next; /* the last accepted point; the one that was found behind it */
  struct curve_point before;     /* the accepted point before the last one */
  bool has_before;
  struct curve_point beyond; /* end of the interval that a fold is looked for in */
  double unit;               /* of the parameter in the arc length, >= parameter.unit */
  double *weight;            /* [n + 1] owned: of the arc length, at the last point */
  double *by_p;              /* [n + 1] owned: dF/dp at the point found last */
  bool differentiated;       /* by_p is filled */
  double *solved;            /* [n + 1] owned work: J^-1 dF/dp */
  double *predicted;         /* [n + 1] owned: where Newton began */
  double step;               /* arc length that is tried next */
  double first_update;       /* V: of Newton at the last point; how far the prediction was off */
  int iterations;            /* Newton iterations of the last point */
};

/** All arguments are borrowed. */
enum hd_status continuation_create(struct continuation **curve, struct steady *steady,
                                   const struct curve_parameter *parameter,
                                   const struct curve_steps *steps, struct hd_error *err);
void continuation_free(struct continuation **curve);

/** Begin at the steady state y of the value p, towards larger (direction > 0) or smaller ones. */
enum hd_status continuation_begin(struct continuation *curve, const double *y, double p,
                                  double direction, struct hd_error *err);

/** The next point of the curve, or the fold or the end before it, in `next`; `last` stays. */
enum hd_status continuation_advance(struct continuation *curve, struct hd_error *err);

/** Put the last point, at whose state y the run stands, into a store; begin there again. */
enum hd_status continuation_save(const struct continuation *curve, struct store *store,
                                 struct hd_error *err);
enum hd_status continuation_restore(struct continuation *curve, const double *y,
                                    const struct store *store, struct hd_error *err);

/** Is this point an end of the range? */
bool continuation_is_end(const struct continuation *curve, const struct curve_point *point);

/** `next` becomes the last point. */
void continuation_accept(struct continuation *curve);

#endif
