/* Single ions on the test bench: a deck whose ions hop, started from given numbers, and means with
 * their standard errors. Every function fails the running test (Check) when the solver returns an
 * error. */
#ifndef HALIDRIFT_TESTS_HOPS_H
#define HALIDRIFT_TESTS_HOPS_H

#include "solver/hopping.h"
#include "tests/support/rig.h"

/** One device with one species of ions, the first device's last one. */
struct hops {
  struct rig rig;
  struct hopping *hopping; /* owned; NULL before hops_start */
  int first, n_cells;      /* nodes that hold ions: first, first + 1, ... */
  double *per_ion;         /* [n_cells] owned: change of the unknown by one ion */
  int *dof;                /* [n_cells] owned */
  double diffusion_time;   /* s: h^2 / D of the shortest interval */
};

/** Read a deck (rig_open) and find its cells; the deck has stochastic.engine = "integer". */
void hops_open(struct hops *hops, const char *path, const char *const *sets);
/** Ions in the given numbers, [n_cells]; potentials from zero. */
void hops_start(struct hops *hops, const long *numbers);
/** Let them hop; returns the charge into a contact meanwhile, C. */
double hops_run(struct hops *hops, double duration, int contact);
/** Ions in a cell, and all of them. */
long hops_number(const struct hops *hops, int cell);
/** Voltage of a net against ground, V. */
double hops_net(const struct hops *hops, int net);
/** Set a source to a constant value at the present time, and begin a stretch of no length. */
void hops_source(struct hops *hops, const char *name, double value);
void hops_close(struct hops *hops);

/** Mean of correlated numbers with its standard error from the means of equal batches. */
enum { BATCHES = 50 };
struct mean {
  long n, batch_size; /* numbers so far; numbers of one batch */
  double sum, batch[BATCHES];
};

/** A mean of n numbers. */
struct mean mean_begin(long n);
void mean_add(struct mean *mean, double value);
double mean_value(const struct mean *mean);
double mean_error(const struct mean *mean);

/** A figure beside its law: fails when it is more than `sigmas` standard errors off, and when the
 * standard error is above `power` of the law (the test would not see an error of 5 %). */
void mean_require(const struct mean *mean, double law, double sigmas, double power,
                  const char *what);

#endif
