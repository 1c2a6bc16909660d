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

/** Read a deck (rig_open) and find its cells; the deck has stochastic.engine = "integer". With
 * HALIDRIFT_SEED in the environment the test is repeated with other random numbers. */
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
 * standard error is above `power` of the law (the test would not see an error). */
void mean_require(const struct mean *mean, double law, double sigmas, double power,
                  const char *what);

/** The same for a rate, from the mean of x(0) [x(t) - law x(0)], x of variance 1 and law =
 * exp(-rate t): it is zero, and its error is not that of <x(0)^2>. `sigmas` and `power` are those
 * of the rate.
 */
void mean_require_rate(const struct mean *rest, double law, double sigmas, double power,
                       const char *what);

/** A line `series,x,value,error,law` of FILE.csv in the folder that the environment names as
 * HALIDRIFT_POINTS; nothing without it. validation/single_ions/laws.py draws them. */
void point_write(const char *file, const char *series, double x, double value, double error,
                 double law);

#endif
