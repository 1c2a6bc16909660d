/* Neutral ions in a closed film are placed at random: hypergeometric on sites, multinomial without
 * a limit; see README.md. */
#include <gsl/gsl_randist.h>
#include "tests/support/difference.h"
#include "tests/support/hops.h"

#define DECK    "validation/single_ions/closed.cfg"
#define NEUTRAL "device.species[0].charge=0"
#define LATTICE                                                                                    \
  "device.species[0].statistics=\"lattice\"",                                                      \
      "device.species[0].site_density=\"3.125e20 cm^-3\"" /* 10 sites in a cell */

enum { CELLS = 9, SITES = 10, IONS = 14, SAMPLES = 12000 };
/** Time between samples, h^2 / D: the slowest mode decays by exp(-1.2). */
static const double SPACING = 10.0;
/** Where a share of 5 % would not be seen in a probability, it is not tested by itself. */
static const double RARE = 0.02;
static const double SIGMAS = 4.0;

static double probability(bool limited, unsigned n) {
  return limited ? gsl_ran_hypergeometric_pdf(n, SITES, (CELLS - 1) * SITES, IONS)
                 : gsl_ran_binomial_pdf(n, 1.0 / CELLS, IONS);
}

static double variance(bool limited) {
  double mean = (double)IONS / CELLS, all = CELLS * SITES;
  return mean * (1.0 - 1.0 / CELLS) * (limited ? (all - IONS) / (all - 1.0) : 1.0);
}

static void check_law(const char *const *sets, bool limited, const char *what) {
  struct hops hops;
  struct mean square = mean_begin(SAMPLES), share[IONS + 1];
  hops_open(&hops, DECK, sets);
  ck_assert_int_eq(hops.n_cells, CELLS);
  hops_start(&hops, (const long[CELLS]){2, 1, 2, 1, 2, 1, 2, 1, 2});
  for (int n = 0; n <= IONS; n++)
    share[n] = mean_begin(SAMPLES);
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
  }
  mean_require(&square, variance(limited), SIGMAS, 0.01, what);
  for (unsigned n = 0; n <= IONS; n++)
    if (probability(limited, n) > RARE)
      mean_require(&share[n], probability(limited, n), SIGMAS, 0.05, "probability of a number");
  hops_close(&hops);
}

START_TEST(events_are_hypergeometric) {
  check_law((const char *const[]){NEUTRAL, LATTICE, "stochastic.method=\"gillespie\"", NULL}, true,
            "variance, on sites, events");
}
END_TEST

START_TEST(events_without_limit_are_multinomial) {
  check_law((const char *const[]){NEUTRAL, "stochastic.method=\"gillespie\"", NULL}, false,
            "variance, no limit, events");
}
END_TEST

START_TEST(leaps_are_hypergeometric) {
  check_law((const char *const[]){NEUTRAL, LATTICE, "stochastic.method=\"leap\"",
                                  "stochastic.leap=0.1", NULL},
            true, "variance, on sites, leaps of 0.1");
}
END_TEST

START_TEST(leaps_without_limit_are_multinomial) {
  check_law(
      (const char *const[]){NEUTRAL, "stochastic.method=\"leap\"", "stochastic.leap=0.1", NULL},
      false, "variance, no limit, leaps of 0.1");
}
END_TEST

START_TEST(long_leaps_are_hypergeometric) {
  check_law((const char *const[]){NEUTRAL, LATTICE, "stochastic.method=\"leap\"",
                                  "stochastic.leap=0.5", NULL},
            true, "variance, on sites, leaps of 0.5");
}
END_TEST

int main(void) {
  return run_suite("neutral", (const TTest *const[]){
                                  events_are_hypergeometric, events_without_limit_are_multinomial,
                                  leaps_are_hypergeometric, leaps_without_limit_are_multinomial,
                                  long_leaps_are_hypergeometric, NULL});
}
