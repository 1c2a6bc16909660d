/* Figures of merit of a run with sensitivities, and their central differences. */
#ifndef HALIDRIFT_TESTS_MERITS_H
#define HALIDRIFT_TESTS_MERITS_H

#include <stddef.h>
#include "solver/config/execute.h"

enum { MERITS = 64 };

/** Figures of all experiments, in order, with d ln merit / d ln p of the parameters. */
struct merits {
  size_t n, n_parameters;
  char name[MERITS][96]; /* "experiment: merit" */
  double value[MERITS], slope[MERITS][MERITS];
  double cpu_s;
};

/** Run a plan with n parameters at p (1 + shift) of the one at `shifted`; the mesh is that of the
 * plan. Nothing is written. */
void merits_run(struct merits *merits, const struct plan *plan, size_t n, const char *const *keys,
                size_t shifted, double shift);
/** d ln merit i / d ln p of a parameter from four runs at p (1 +- h), p (1 +- 2 h). */
void merits_differences(const struct plan *plan, size_t n, const char *const *keys,
                        size_t parameter, double h, double slope[MERITS]);

#endif
