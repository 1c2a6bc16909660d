#include "physics/hop.h"

#include <math.h>
#include "physics/flux.h"
#include "tests/support/difference.h"

static const double drops[] = {-40.0, -3.0, -0.051, -0.049, -1e-6, 0.0, 1e-3, 0.6, 5.0, 300.0};
static const double selves[] = {-0.4, 0.0, 0.01, 0.3};
enum { DROPS = sizeof drops / sizeof *drops, SELVES = sizeof selves / sizeof *selves };

/* Sites in proportion to volumes: so are the inverse frequencies. */
enum { SITES_K = 12, SITES_L = 6 };
static const double FREQUENCY_K = 1e6, FREQUENCY_L = 2e6;

/* Rounding of a ratio of two rates, each of a few operations. */
static const double ROUNDING = 1e-13;

START_TEST(hops_obey_detailed_balance) {
  for (int i = 0; i < DROPS * SELVES; i++) {
    double dv = drops[i % DROPS], s = selves[i / DROPS];
    for (int n = 1; n <= SITES_K; n++)
      for (int m = 0; m < SITES_L; m++) {
        struct hop_end k = {FREQUENCY_K, n, SITES_K}, l = {FREQUENCY_L, m, SITES_L};
        struct hop_end k2 = {FREQUENCY_K, n - 1, SITES_K}, l2 = {FREQUENCY_L, m + 1, SITES_L};
        double there = hop_between(&k, &l, dv, s).forward;
        double back = hop_between(&k2, &l2, dv + 2.0 * s, s).backward;
        /* ways to place the ions after over before, times e^-energy of the hop */
        double ways = (double)n * (SITES_L - m) / ((m + 1.0) * (SITES_K - n + 1.0));
        ck_assert_double_eq_tol(log(there / back), log(ways) - (dv + s),
                                ROUNDING * fmax(1.0, fabs(dv)));
      }
  }
}
END_TEST

START_TEST(exchange_obeys_detailed_balance) {
  const double volume = 3e-26, density = 1e25, full = 0.1;
  for (int i = 0; i < DROPS * SELVES; i++) {
    double dv = drops[i % DROPS], s = selves[i / DROPS];
    for (int fixed = 0; fixed < 2; fixed++) {
      struct hop_electrode electrode = {fixed ? (double)INFINITY : 2e-19, FREQUENCY_L * volume,
                                        density, full};
      for (int m = 0; m < SITES_L; m++) {
        struct hop_end before = {FREQUENCY_L, m, SITES_L}, after = {FREQUENCY_L, m + 1, SITES_L};
        double in = hop_exchange(&electrode, &before, dv, s).forward;
        double out = hop_exchange(&electrode, &after, dv + 2.0 * s, s).backward;
        double ways = density * volume * (1.0 - (double)m / SITES_L) / ((m + 1.0) * (1.0 - full));
        ck_assert_double_eq_tol(log(in / out), log(ways) - (dv + s),
                                ROUNDING * fmax(1.0, fabs(dv)));
      }
    }
  }
}
END_TEST

START_TEST(mean_flux_is_that_of_the_lattice_gas) {
  const double volume = 3e-26, conductance = FREQUENCY_K * volume;
  for (int i = 0; i < DROPS; i++) {
    struct hop_end k = {FREQUENCY_K, 5.0, SITES_K}, l = {FREQUENCY_K, 3.0, SITES_K};
    struct hop_rates rates = hop_between(&k, &l, drops[i], 0.0);
    double F = flux_scharfetter_gummel(5.0 / volume, 3.0 / volume, 1.0 - 5.0 / SITES_K,
                                       1.0 - 3.0 / SITES_K, drops[i])
                   .F;
    ck_assert_double_eq_tol(rates.forward - rates.backward, conductance * F,
                            ROUNDING * (rates.forward + rates.backward));
  }
}
END_TEST

/** k_a (c_eq - c_0) = G (c_0 f B(dv) - c f_0 B(-dv)) with c_0 eliminated, f the free shares. An ion
 * on its way out sees the others, so it is one more than those that an ion on its way in sees. */
START_TEST(exchange_is_in_series_with_a_hop) {
  const double volume = 3e-26, c_eq = 1e25, k_a = 2e-19, G = FREQUENCY_K * volume, c = 4.0 / volume;
  static const double limits[] = {0.0, SITES_K};
  for (int i = 0; i < 2 * DROPS; i++) {
    double dv = drops[i / 2], sites = limits[i % 2], theta = sites > 0.0 ? 4.0 / sites : 0.0;
    struct hop_electrode electrode = {k_a, G, c_eq, theta * c_eq / c};
    struct hop_end cell = {FREQUENCY_K, 4.0, sites}, more = {FREQUENCY_K, 5.0, sites};
    double in = hop_exchange(&electrode, &cell, dv, 0.0).forward;
    double out = hop_exchange(&electrode, &more, dv, 0.0).backward * 4.0 / 5.0;
    struct bernoulli B = flux_bernoulli(dv);
    double c_0 = (k_a * c_eq + G * c * B.backward) /
                 (k_a + G * ((1.0 - theta) * B.forward + theta * B.backward));
    ck_assert_double_eq_tol(in - out, k_a * (c_eq - c_0), ROUNDING * (in + out + k_a * c_eq));
  }
}
END_TEST

/** Two stretches of time are one long one: there and stay, or stay and there. */
START_TEST(chances_of_two_times_are_those_of_their_sum) {
  static const struct hop_rates cases[] = {{2e6, 2e6}, {3e6, 1e3}, {1e6, 0.0}, {0.0, 0.0}};
  static const double first = 2e-7, second = 5e-7;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct hop_rates p = hop_chances(cases[i], first), q = hop_chances(cases[i], second);
    struct hop_rates both = hop_chances(cases[i], first + second);
    double there = p.forward * (1.0 - q.backward) + (1.0 - p.forward) * q.forward;
    double back = p.backward * (1.0 - q.forward) + (1.0 - p.backward) * q.backward;
    ck_assert_double_eq_tol(both.forward, there, ROUNDING);
    ck_assert_double_eq_tol(both.backward, back, ROUNDING);
  }
}
END_TEST

START_TEST(chances_of_short_times_are_rates) {
  static const double dt = 1e-9;
  struct hop_rates rates = {2e3, 5e2}, p = hop_chances(rates, dt);
  double returns = (rates.forward + rates.backward) * dt;
  ck_assert_double_eq_tol(p.forward / (rates.forward * dt), 1.0, returns);
  ck_assert_double_eq_tol(p.backward / (rates.backward * dt), 1.0, returns);
}
END_TEST

int main(void) {
  return run_suite("hop", (const TTest *const[]){hops_obey_detailed_balance,
                                                 exchange_obeys_detailed_balance,
                                                 mean_flux_is_that_of_the_lattice_gas,
                                                 exchange_is_in_series_with_a_hop,
                                                 chances_of_two_times_are_those_of_their_sum,
                                                 chances_of_short_times_are_rates, NULL});
}
