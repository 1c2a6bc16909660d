/* A curve of steady states on the test bench. */
#ifndef HALIDRIFT_TESTS_TRACE_H
#define HALIDRIFT_TESTS_TRACE_H

#include "solver/continuation_key.h"
#include "tests/support/rig.h"

enum { TRACE_FOLDS = 40, TRACE_POINTS = 2000 };

/** A rig and a curve over its voltage source V, or over a number of its deck. */
struct trace {
  struct rig rig; /* opened by the caller, in the state that the curve begins with */
  struct continuation *curve;
  size_t source;        /* element index of V */
  struct curve_key key; /* of a curve over a number */
  int n_folds;
  double fold[TRACE_FOLDS]; /* values of the parameter */
};

/** Where a curve begins, goes (1: up, -1: down) and ends. */
struct trace_range {
  double from, low, high, unit, direction;
};

/** Fail the test with an error's sentence. */
void trace_require(enum hd_status status, const struct hd_error *err);

/** Begin a curve over the voltage of V in the rig's present state. */
void trace_begin(struct trace *trace, const struct trace_range *range,
                 const struct curve_steps *steps);
/** The same over a number of the deck; the sources hold as in its first experiment at t = 0. */
void trace_begin_key(struct trace *trace, const char *key, const struct trace_range *range,
                     const struct curve_steps *steps);
/** Frees the rig, too. */
void trace_close(struct trace *trace);

/** Set the voltage of V (curve_parameter.set; context: its index). */
enum hd_status trace_set_voltage(void *context, struct steady *steady, double value,
                                 struct hd_error *err);

/** The next point, in curve->next; its fold is remembered. False at the ends of the range. */
bool trace_next(struct trace *trace);
/** Go on to the next fold, which is curve->last then. */
void trace_to_fold(struct trace *trace);
/** Go on to the end. */
void trace_all(struct trace *trace);

/** Largest difference of two states over the first device: potentials and levels, V. */
double trace_distance(const struct rig *rig, const double *a, const double *b);

#endif
