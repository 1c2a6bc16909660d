/* Ions between two electrodes that exchange: shot noise, and how much likelier a charge is than its
 * reverse; see README.md. */
#include <stdio.h>
#include <stdlib.h>
#include "tests/support/difference.h"
#include "tests/support/hops.h"

#define DECK "validation/single_ions/between.cfg"

enum { EDGES = 6, CELLS = EDGES - 1, RIGHT = 1 };
static const double SIGMAS = 4.0;

static void start(struct hops *hops, const char *const *sets) {
  static const long numbers[CELLS] = {1, 1, 1, 1, 1};
  hops_open(hops, DECK, sets);
  ck_assert_int_eq(hops->n_cells, CELLS);
  hops_start(hops, numbers);
}

/* ---- fluctuation symmetry ---- */

/** Log-likelihood of P(x > 0 | |x|) = 1 / (1 + exp(-slope x)): derivative and information. */
struct slope {
  double score, information;
};

static struct slope slope_at(const double *x, int n, double slope) {
  struct slope sum = {0};
  for (int i = 0; i < n; i++) {
    double p = 1.0 / (1.0 + exp(slope * x[i])); /* of the reverse */
    sum.score += x[i] * p;
    sum.information += x[i] * x[i] * p * (1.0 - p);
  }
  return sum;
}

/**
 * Start at equilibrium, switch the voltage on, count the charge Q that flows until t:
 * P(Q) / P(-Q) = exp(V Q / kT) at every t, whatever the ions do to each other (Evans & Searles).
 */
static void check_symmetry(const char *const *sets, double volts, double duration, int samples,
                           const char *what) {
  static const double rest = 15.0; /* h^2 / D: L^2 / (pi^2 D) is 3.6 */
  struct hops hops;
  start(&hops, sets);
  double kT = rig_instance(&hops.rig)->device->model.V_T;
  double *x = calloc((size_t)samples, sizeof *x), q = rig_instance(&hops.rig)->device->model.q;
  ck_assert_ptr_nonnull(x);
  double mean = 0.0;
  for (int i = 0; i < samples; i++) {
    hops_source(&hops, "V", 0.0);
    hops_run(&hops, rest * hops.diffusion_time, RIGHT);
    hops_source(&hops, "V", volts);
    x[i] = hops_run(&hops, duration * hops.diffusion_time, RIGHT) / q * volts / kT;
    mean += x[i] / samples;
  }
  double slope = 1.0;
  for (int i = 0; i < 20; i++) {
    struct slope sum = slope_at(x, samples, slope);
    slope += sum.score / sum.information;
  }
  double error = 1.0 / sqrt(slope_at(x, samples, slope).information);
  printf("%s: mean V Q / kT %.3f, slope %.4f +- %.4f\n", what, mean, slope, error);
  ck_assert_double_le(error, 0.0125); /* or an error of 5 % would not be seen */
  ck_assert_double_eq_tol(slope, 1.0, SIGMAS * error);
  free(x);
  hops_close(&hops);
}

START_TEST(reverse_charges_are_rarer) {
  check_symmetry(NULL, 0.05, 4.0, 30000, "P(Q)/P(-Q), short");
}
END_TEST

START_TEST(reverse_charges_are_rarer_after_long) {
  check_symmetry(NULL, 0.03, 20.0, 36000, "P(Q)/P(-Q), long");
}
END_TEST

START_TEST(reverse_charges_are_rarer_by_leaps) {
  check_symmetry((const char *const[]){"stochastic.method=\"leap\"", "stochastic.leap=0.05", NULL},
                 0.05, 4.0, 30000, "P(Q)/P(-Q), leaps of 0.05");
}
END_TEST

/* ---- shot noise ---- */

/** Fano factor of the charge in windows: ions that do not meet are a Poisson process each way,
 *   F = coth(q V / 2 kT) (1 - transit / (3 window)) to first order. */
START_TEST(few_ions_make_shot_noise) {
  static const double volts = 0.2, window = 400.0; /* h^2 / D */
  enum { SAMPLES = 9000 };
  struct hops hops;
  /* 0.05 ions in a cell, so wide that they do not feel each other */
  start(&hops, (const char *const[]){"device.area=\"1e6 nm^2\"",
                                     "device.species[0].density=\"5e13 cm^-3\"",
                                     "device.species[0].site_density=\"1e18 cm^-3\"",
                                     "device.contacts[0].species[0].density=\"5e13 cm^-3\"",
                                     "device.contacts[1].species[0].density=\"5e13 cm^-3\"", NULL});
  double q = rig_instance(&hops.rig)->device->model.q,
         V_T = rig_instance(&hops.rig)->device->model.V_T;
  hops_source(&hops, "V", volts);
  hops_run(&hops, window * hops.diffusion_time, RIGHT);
  struct mean charge = mean_begin(SAMPLES), square = mean_begin(SAMPLES);
  for (int i = 0; i < SAMPLES; i++) {
    double n = hops_run(&hops, window * hops.diffusion_time, RIGHT) / q;
    mean_add(&charge, n);
    mean_add(&square, n * n);
  }
  double n = mean_value(&charge), variance = mean_value(&square) - n * n;
  double transit = EDGES * EDGES / (volts / V_T), law = 1.0 - transit / (3.0 * window);
  double fano = variance / fabs(n), error = fano * sqrt(2.0 / SAMPLES);
  printf("Fano factor %.4f +- %.4f of %.3g ions a window, law %.4f\n", fano, error, n, law);
  ck_assert_double_le(error, 0.016);
  ck_assert_double_eq_tol(fano, law / tanh(volts / (2.0 * V_T)), SIGMAS * error);
  hops_close(&hops);
}
END_TEST

int main(void) {
  return run_suite("current", (const TTest *const[]){reverse_charges_are_rarer,
                                                     reverse_charges_are_rarer_after_long,
                                                     reverse_charges_are_rarer_by_leaps,
                                                     few_ions_make_shot_noise, NULL});
}
