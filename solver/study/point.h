/* One run of a study: the input with the values of a point, in a process of its own. */
#ifndef HALIDRIFT_STUDY_POINT_H
#define HALIDRIFT_STUDY_POINT_H

#include <stdbool.h>
#include "solver/study/design.h"

/** A threshold with its range in SI. */
struct threshold {
  const struct threshold_spec *spec; /* borrowed */
  double from, to;
  char unit[HD_NAME];
};

/** Name of the figure that says on which side of the range a threshold is: -1 below, 0 within, 1
 * above. */
enum { THRESHOLD_SIDE = HD_NAME + 8 };
void threshold_side(const struct threshold_spec *spec, char name[THRESHOLD_SIDE]);

/** What all runs share. Borrowed unless said otherwise. */
struct point_plan {
  const char *path;
  const char *const *sets;
  const struct design *design;
  const struct study_spec *study;
  struct threshold *thresholds; /* [study->n_thresholds] */
  int trajectories;             /* runs of each point; 0: one, with the input's own number */
  int first;                    /* number of the first trajectory */
  const char *one;              /* key of the run's number in its line */
  const char *traces;           /* folder of the run folders; NULL: none are kept */
};

/** Run number i: trajectory i % trajectories of point i / trajectories (a pool_work; `context` is
 * the plan): its line as text. NULL: out of memory. */
char *point_run(const void *context, int number, size_t *length);

#endif
