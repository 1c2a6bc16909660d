/* A number of the input as the parameter of a curve: the run's system takes the place of one that
 * was built from the input with another value, on the same mesh. */
#ifndef HALIDRIFT_SOLVER_CONTINUATION_KEY_H
#define HALIDRIFT_SOLVER_CONTINUATION_KEY_H

#include "solver/continuation.h"

/** How the run with another value of one of its numbers is read. */
struct run_variants {
  /** spec: out, planned on the mesh of the run as it was read. Errors HD_INPUT: the value is not
   * allowed; HD_MEMORY */
  enum hd_status (*read)(const void *context, const char *key, double value, struct run_spec *spec,
                         struct hd_error *err);
  const void *context; /* borrowed: of `read` */
};

struct curve_key {
  struct system *system; /* borrowed: of the run */
  struct run_variants variants;
  const char *key;      /* borrowed: path of the number */
  size_t experiment;    /* whose sources hold */
  struct run_spec *run; /* owned: with the present value; NULL: the system is the run's own */
  struct system *other; /* owned: what the system has been exchanged with */
  double value;         /* the present one, SI */
};

/** All arguments are borrowed. */
void curve_key_init(struct curve_key *key, struct system *system,
                    const struct run_variants *variants, const char *path, size_t experiment);

/** Bring the system to a value. Errors: HD_INPUT: it is not allowed, or changes the unknowns;
 * HD_MEMORY. The system is the run's own then. */
enum hd_status curve_key_set(struct curve_key *key, double value, struct hd_error *err);

/** The system is the run's own again; what was built is freed. */
void curve_key_leave(struct curve_key *key);

#endif
