/* The block `study` of an input: which keys vary, and what is looked for. It is no part of a run:
 * neither resolved.cfg nor the hash of the input knows it. */
#ifndef HALIDRIFT_SOLVER_CONFIG_STUDY_H
#define HALIDRIFT_SOLVER_CONFIG_STUDY_H

#include "solver/base/error.h"
#include "solver/base/param.h"

/** Which points of the space of parameters are run. */
enum study_method { STUDY_GRID, STUDY_LIST, STUDY_LATIN_HYPERCUBE, STUDY_SOBOL };
enum study_scale { STUDY_LINEAR, STUDY_LOG };

/** One parameter, with values as the input has them ("1e-9 cm^2/s"). */
struct vary_spec {
  char name[HD_NAME]; /* of its variable in study.nc; "": by its key */
  char *key;          /* owned: "device.species[1].diffusion" */
  char *place;        /* owned: where it stands, for messages */
  char *from, *to;    /* owned; NULL: values are listed */
  int scale;          /* enum study_scale */
  int points;         /* on the axis; 0: not given */
  size_t n_values;
  char **values; /* [n_values] owned */
};

/** The smallest value of a key at which an experiment spikes. */
struct threshold_spec {
  char name[HD_NAME], experiment[HD_NAME]; /* experiment "": the first one with spikes */
  char *key, *place, *from, *to;           /* owned */
  double tolerance;                        /* of the range: where halving it ends */
};

/** What the excess of a column of terminals.csv decays to. */
enum relaxation_rest { RELAXATION_ZERO, RELAXATION_END };

/** How long a column of terminals.csv takes to fall. */
struct relaxation_spec {
  char name[HD_NAME], experiment[HD_NAME]; /* experiment "": the last transient */
  char column[4 * HD_NAME];
  char *place;  /* owned */
  double after; /* s: from when on; missing: the end of the last pulse */
  double level; /* share to which it falls */
  int rest;     /* enum relaxation_rest */
};

/** A column of an experiment that is kept at every row. */
struct study_curve_spec {
  char name[HD_NAME], experiment[HD_NAME];
  char column[4 * HD_NAME];
  char *place; /* owned */
};

struct study_spec {
  int method; /* enum study_method */
  int points; /* of a sample; 0: not given */
  int seed;
  size_t n_vary, n_thresholds, n_relaxations, n_curves;
  struct vary_spec *vary;              /* owned */
  struct threshold_spec *thresholds;   /* owned */
  struct relaxation_spec *relaxations; /* owned */
  struct study_curve_spec *curves;     /* owned */
};

extern const char *const study_methods[];
extern const char *const study_scales[];

/** Free what a study owns; a zeroed one is accepted. */
void study_spec_free(struct study_spec *study);
void vary_spec_free(struct vary_spec *vary);

#endif
