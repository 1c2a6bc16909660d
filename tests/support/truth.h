/* Synthetic data for fits: exact values of tests/decks/fit.cfg, written with noise or without. */
#ifndef HALIDRIFT_TESTS_TRUTH_H
#define HALIDRIFT_TESTS_TRUTH_H

#include "solver/fit/fit.h"
#include "tests/support/rig.h"

/** Relative noise of the synthetic data, one standard deviation. */
static const double truth_noise = 0.02;

/** A parameter of the deck's fit: its true value, and how near exact data bring a fit to it. */
struct truth_value {
  const char *name;
  double value, tolerance;
};
enum { TRUTH_VALUES = 3 };
extern const struct truth_value truth_values[TRUTH_VALUES]; /* V, m^2/V/s, m^2/s */

/** Exact values of all experiments, and the times, voltages or frequencies where they are. */
struct truth {
  struct rig rig;
  struct table table, spectrum;
};

/** Run the deck; sets change only the fit: what it knows, and where it begins. */
void truth_open(struct truth *truth, const char *const *sets);
void truth_close(struct truth *truth);

/** A data file of one experiment with normal noise of the seed. */
void truth_write(const struct truth *truth, const char *experiment, const char *path, uint32_t seed,
                 double spread, bool with_errors);
/** A data file of the spectrum: one or two columns, noise relative to `size` (a column, or NULL:
 * the value itself). */
void truth_write_spectrum(const struct truth *truth, const char *const *columns, const char *size,
                          const char *path, uint32_t seed, double spread, bool with_errors);

/** Fit the deck to data files. */
void truth_fit(struct fit_result *result, const struct truth *truth, size_t n_data,
               const char *const *paths);
/** The values of a fit to exact data are the true ones. */
void truth_require(const struct fit_result *result);

#endif
