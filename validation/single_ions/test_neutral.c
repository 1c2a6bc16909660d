/* Neutral ions in a closed film are placed at random: hypergeometric on sites, multinomial without
 * a limit, and spread by the law of diffusion; see README.md.
 * ctest: long */
#include <gsl/gsl_math.h>
#include <gsl/gsl_randist.h>
#include <string.h>
#include "tests/support/difference.h"
#include "tests/support/hops.h"

#define DECK    "validation/single_ions/closed.cfg"
#define NEUTRAL "device.species[0].charge=0"
#define LATTICE                                                                                    \
  "device.species[0].statistics=\"lattice\"",                                                      \
      "device.species[0].site_density=\"3.125e20 cm^-3\"" /* 10 sites in a cell */

enum { CELLS = 9, SITES = 10, IONS = 14, SAMPLES = 160000, MODES = 3, PACED = 2 };
/** Time between samples, h^2 / D: the slowest mode decays by exp(-0.24). */
static const double SPACING = 2.0;
/** Where a share of 5 % would not be seen in a probability, it is not tested by itself. */
static const double RARE = 0.02;
static const double SIGMAS = 4.0, POWER = 0.01;

static double probability(bool limited, unsigned n) {
  return limited ? gsl_ran_hypergeometric_pdf(n, SITES, (CELLS - 1) * SITES, IONS)
                 : gsl_ran_binomial_pdf(n, 1.0 / CELLS, IONS);
}

static double variance(bool limited) {
  double mean = (double)IONS / CELLS, all = CELLS * SITES;
  return mean * (1.0 - 1.0 / CELLS) * (limited ? (all - IONS) / (all - 1.0) : 1.0);
}

/** Cosines m = 1 ..., of variance 1: ions that exclude each other spread as if they did not. */
static void modes(const struct hops *hops, bool limited, double *x) {
  for (int m = 1; m <= MODES; m++) {
    x[m - 1] = 0.0;
    for (int c = 0; c < CELLS; c++)
      x[m - 1] += (double)hops_number(hops, c) * cos(M_PI * m * (c + 0.5) / CELLS);
    x[m - 1] /= sqrt(variance(limited) * CELLS / (CELLS - 1.0) * 0.5 * CELLS);
  }
}

/** Correlation of mode m between two samples. */
static double decay(int m) {
  double half = sin(0.5 * M_PI * m / CELLS);
  return exp(-4.0 * half * half * SPACING);
}

/** In equilibrium nothing tells which of two samples was the earlier one. Leaps that always go up
 * the edges make 0.03 of it. */
static void require_no_direction(const struct mean *turned) {
  printf("modes 2 and 3, forth less back in time: %.4f +- %.4f\n", mean_value(turned),
         mean_error(turned));
  ck_assert_double_le(mean_error(turned), 0.005);
  ck_assert_double_le(fabs(mean_value(turned)), SIGMAS * mean_error(turned));
}

/** timed: hops or short leaps, whose pace is tested too. */
static void check_law(const char *const *sets, bool limited, bool timed, const char *what) {
  struct hops hops;
  struct mean square = mean_begin(SAMPLES), share[IONS + 1], rest[PACED];
  struct mean turned = mean_begin(SAMPLES);
  double x[MODES], old[MODES];
  hops_open(&hops, DECK, sets);
  ck_assert_int_eq(hops.n_cells, CELLS);
  hops_start(&hops, (const long[CELLS]){2, 1, 2, 1, 2, 1, 2, 1, 2});
  for (int n = 0; n <= IONS; n++)
    share[n] = mean_begin(SAMPLES);
  for (int m = 0; m < PACED; m++)
    rest[m] = mean_begin(SAMPLES);
  modes(&hops, limited, old);
  for (int i = 0; i < SAMPLES; i++) {
    double sum = 0.0, count[IONS + 1] = {0};
    hops_run(&hops, SPACING * hops.diffusion_time, 0);
    for (int c = 0; c < CELLS; c++) {
      long n = hops_number(&hops, c);
      double off = (double)n - (double)IONS / CELLS;
      sum += off * off / CELLS;
      count[n] += 1.0 / CELLS;
    }
    mean_add(&square, sum);
    for (int n = 0; n <= IONS; n++)
      mean_add(&share[n], count[n]);
    modes(&hops, limited, x);
    mean_add(&turned, old[1] * x[2] - old[2] * x[1]);
    for (int m = 0; m < PACED; m++)
      mean_add(&rest[m], old[m] * (x[m] - decay(m + 1) * old[m]));
    memcpy(old, x, sizeof old);
  }
  mean_require(&square, variance(limited), SIGMAS, POWER, what);
  point_write("neutral", what, 0.0, mean_value(&square), mean_error(&square), variance(limited));
  for (unsigned n = 0; n <= IONS; n++) {
    if (probability(limited, n) <= RARE)
      continue;
    mean_require(&share[n], probability(limited, n), SIGMAS, POWER, "probability of a number");
    point_write("numbers", what, n, mean_value(&share[n]), mean_error(&share[n]),
                probability(limited, n));
  }
  for (int m = 0; timed && m < PACED; m++)
    mean_require_rate(&rest[m], decay(m + 1), SIGMAS, POWER, "diffusion of a mode");
  if (timed)
    require_no_direction(&turned);
  hops_close(&hops);
}

START_TEST(events_are_hypergeometric) {
  check_law((const char *const[]){NEUTRAL, LATTICE, "stochastic.method=\"gillespie\"", NULL}, true,
            true, "on sites; events");
}
END_TEST

START_TEST(events_without_limit_are_multinomial) {
  check_law((const char *const[]){NEUTRAL, "stochastic.method=\"gillespie\"", NULL}, false, true,
            "no limit; events");
}
END_TEST

START_TEST(leaps_are_hypergeometric) {
  check_law((const char *const[]){NEUTRAL, LATTICE, "stochastic.method=\"leap\"",
                                  "stochastic.leap=0.1", NULL},
            true, true, "on sites; leaps of 0.1");
}
END_TEST

START_TEST(leaps_without_limit_are_multinomial) {
  check_law(
      (const char *const[]){NEUTRAL, "stochastic.method=\"leap\"", "stochastic.leap=0.1", NULL},
      false, true, "no limit; leaps of 0.1");
}
END_TEST

/* their pace is 8 % too slow: leaps are short against h^2 / D where time counts */
START_TEST(long_leaps_are_hypergeometric) {
  check_law((const char *const[]){NEUTRAL, LATTICE, "stochastic.method=\"leap\"",
                                  "stochastic.leap=0.5", NULL},
            true, false, "on sites; leaps of 0.5");
}
END_TEST

int main(void) {
  return run_suite("neutral", (const TTest *const[]){
                                  events_are_hypergeometric, events_without_limit_are_multinomial,
                                  leaps_are_hypergeometric, leaps_without_limit_are_multinomial,
                                  long_leaps_are_hypergeometric, NULL});
}
