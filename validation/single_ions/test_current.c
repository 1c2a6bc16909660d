/* Ions between two electrodes that exchange: shot noise, and how much likelier a charge is than its
 * reverse; see README.md.
 * ctest: long */
#include <stdio.h>
#include <stdlib.h>
#include "tests/support/difference.h"
#include "tests/support/hops.h"

#define DECK "validation/single_ions/between.cfg"

enum { EDGES = 6, CELLS = EDGES - 1, RIGHT = 1 };
static const double SIGMAS = 4.0, POWER = 0.0075; /* of the law */

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

/** ln P(Q) / P(-Q) for numbers of charges that came often enough both ways. */
static void write_ratios(const double *x, int n, double step, const char *what) {
  enum { MOST = 8, OFTEN = 100 };
  int count[2 * MOST + 1] = {0};
  for (int i = 0; i < n; i++) {
    double at = x[i] / step * EDGES;
    if (fabs(at) < MOST + 0.5)
      count[lround(at) + MOST]++;
  }
  for (int j = 1; j <= MOST; j++) {
    double there = count[MOST + j], back = count[MOST - j];
    if (back >= OFTEN)
      point_write("symmetry", what, j * step / EDGES, log(there / back),
                  sqrt(1.0 / there + 1.0 / back), j * step / EDGES);
  }
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
  ck_assert_double_le(error, POWER);
  ck_assert_double_eq_tol(slope, 1.0, SIGMAS * error);
  write_ratios(x, samples, volts / kT, what);
  free(x);
  hops_close(&hops);
}

START_TEST(reverse_charges_are_rarer) {
  check_symmetry(NULL, 0.05, 4.0, 70000, "P(Q)/P(-Q); short");
}
END_TEST

START_TEST(reverse_charges_are_rarer_after_long) {
  check_symmetry(NULL, 0.025, 20.0, 76000, "P(Q)/P(-Q); long");
}
END_TEST

START_TEST(reverse_charges_are_rarer_by_leaps) {
  check_symmetry((const char *const[]){"stochastic.method=\"leap\"", "stochastic.leap=0.05", NULL},
                 0.05, 4.0, 72000, "P(Q)/P(-Q); leaps of 0.05");
}
END_TEST

/* ---- shot noise ---- */

/**
 * Mean current J h / (D c_eq) of ions that do not meet, between electrodes that keep c_eq:
 *   J = k_a (c_eq - c_0),   J h / D = c_k B(-d) - c_(k+1) B(d) on every edge,   J = k_a (c_6 -
 * c_eq) d = qV / (6 kT); linear in J. k       k_a h / D
 */
static double flow(double d, double k) {
  double forth = d / -expm1(-d), back = d / expm1(d), missing[2];
  for (int J = 0; J < 2; J++) { /* at the last electrode */
    double c = 1.0 - J / k;
    for (int e = 0; e < EDGES; e++)
      c = (c * forth - J) / back;
    missing[J] = k * (c - 1.0) - J;
  }
  return missing[0] / (missing[0] - missing[1]);
}

/** Mean charge in windows, and its Fano factor: ions that do not meet are a Poisson process each
 * way, F = coth(q V / 2 kT) (1 - transit / (3 window)) to first order. */
START_TEST(few_ions_make_shot_noise) {
  static const double volts = 0.2, window = 400.0; /* h^2 / D */
  static const double per_cell = 0.05, k = 1000.0; /* of between.cfg: 1 m/s, 1 nm, 1e-8 cm^2/s */
  enum { SAMPLES = 40000 };
  struct hops hops;
  /* so wide that they do not feel each other */
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
  double transit = EDGES * EDGES / (volts / V_T);
  double law = (1.0 - transit / (3.0 * window)) / tanh(volts / (2.0 * V_T));
  double fano = variance / fabs(n), error = fano * sqrt((2.0 + 1.0 / fabs(n)) / SAMPLES);
  printf("Fano factor %.4f +- %.4f of %.3g ions a window, law %.4f\n", fano, error, n, law);
  mean_require(&charge, per_cell * window * flow(volts / V_T / EDGES, k), SIGMAS, POWER,
               "mean charge");
  ck_assert_double_le(error, POWER);
  point_write("fano", "few ions", volts / V_T, fano, error, law);
  ck_assert_double_eq_tol(fano, law, SIGMAS * error);
  hops_close(&hops);
}
END_TEST

int main(void) {
  return run_suite("current", (const TTest *const[]){reverse_charges_are_rarer,
                                                     reverse_charges_are_rarer_after_long,
                                                     reverse_charges_are_rarer_by_leaps,
                                                     few_ions_make_shot_noise, NULL});
}
