/* Statistics of ensembles against published tables, laws of probability and identities. */
#include "solver/ensemble/estimate.h"

#include <check.h>
#include <math.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include "solver/base/random.h"
#include "tests/support/suite.h"

static const double LEVEL = 0.95;
/* Tables are quoted to so many digits. */
static const double FOUR_DIGITS = 5e-5;
/* Rounding of sums of some hundred numbers. */
static const double ROUNDING = 1e-12;

/* ---- probabilities ---- */

/* Newcombe 1998, Statist. Med. 17, 857, table I, method 5: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
 */
START_TEST(probability_has_the_published_interval) {
  static const double rows[][4] = {{81, 263, 0.2527, 0.3676},
                                   {15, 148, 0.0578, 0.1617},
                                   {0, 20, 0.0000, 0.1684},
                                   {1, 29, 0.0009, 0.1776}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct estimate e = estimate_probability(rows[i][0], rows[i][1], LEVEL);
    ck_assert_double_eq_tol(e.low, rows[i][2], FOUR_DIGITS);
    ck_assert_double_eq_tol(e.high, rows[i][3], FOUR_DIGITS);
  }
}
END_TEST

/* At the bounds the tails of the binomial law have the chance 2.5 %. */
START_TEST(probability_has_the_binomial_tails) {
  struct estimate e = estimate_probability(7, 40, LEVEL);
  ck_assert_double_eq_tol(gsl_cdf_binomial_Q(6, e.low, 40), 0.025, 1e-9);
  ck_assert_double_eq_tol(gsl_cdf_binomial_P(7, e.high, 40), 0.025, 1e-9);
}
END_TEST

/* Hits and trials of effective sizes are fractions, down to nearly none. */
START_TEST(probability_of_fractions_has_its_tails) {
  static const double rows[][2] = {
      {0.159154, 774.83}, {0.00274824, 862.146}, {9.5e-10, 1.0}, {86.9, 87.1}, {11.3, 412.7}};
  static const double step = 1e-14;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    double x = rows[i][0], n = rows[i][1];
    struct estimate e = estimate_probability(x, n, LEVEL);
    ck_assert_double_le(gsl_cdf_beta_P(fmax(e.low - step, 0.0), x, n - x + 1.0), 0.025);
    ck_assert_double_ge(gsl_cdf_beta_P(e.low + step, x, n - x + 1.0), 0.025);
    ck_assert_double_le(gsl_cdf_beta_P(e.high - step, x + 1.0, n - x), 0.975);
    ck_assert_double_ge(gsl_cdf_beta_P(e.high + step, x + 1.0, n - x), 0.975);
  }
}
END_TEST

START_TEST(probability_of_nothing_is_unknown) {
  struct estimate e = estimate_probability(0, 0, LEVEL);
  ck_assert_double_nan(e.value);
  ck_assert_double_nan(e.low);
}
END_TEST

/* Clusters of one trial are independent trials: only the variance has n - 1 for n. */
START_TEST(clusters_of_one_are_independent) {
  enum { N = 400, HITS = 100 };
  double hits[N], trials[N];
  for (int i = 0; i < N; i++) {
    trials[i] = 1;
    hits[i] = i < HITS;
  }
  struct estimate e = estimate_clustered(N, hits, trials, LEVEL);
  struct estimate p = estimate_probability(HITS, N, LEVEL);
  ck_assert_double_eq_tol(e.low, p.low, 1.0 / N * p.error * 2);
  ck_assert_double_eq_tol(e.high, p.high, 1.0 / N * p.error * 2);
  ck_assert_double_eq_tol(e.error, sqrt(0.25 * 0.75 / (N - 1)), ROUNDING);
}
END_TEST

/* Clusters that fire in all of their pulses or in none count as one trial each. */
START_TEST(clusters_that_agree_count_once) {
  enum { N = 50, PULSES = 20 };
  double hits[N], trials[N];
  for (int i = 0; i < N; i++) {
    trials[i] = PULSES;
    hits[i] = i < 10 ? PULSES : 0;
  }
  struct estimate e = estimate_clustered(N, hits, trials, LEVEL);
  struct estimate one = estimate_probability(10, N, LEVEL);
  ck_assert_double_eq_tol(e.value, one.value, ROUNDING);
  /* Korn and Graubard's t of 49 for that of 999 degrees widens it by 2.4 %, and N - 1 by 1 % */
  ck_assert_double_le(e.low, one.low);
  ck_assert_double_ge(e.low, one.low - 0.04 * (one.high - one.low));
  ck_assert_double_ge(e.high, one.high);
  ck_assert_double_le(e.high, one.high + 0.04 * (one.high - one.low));
}
END_TEST

/* No hit anywhere says nothing about dependence: as many trials as clusters. */
START_TEST(clusters_without_hits_are_one_trial_each) {
  double hits[20] = {0}, trials[20];
  for (int i = 0; i < 20; i++)
    trials[i] = 30;
  struct estimate e = estimate_clustered(20, hits, trials, LEVEL);
  ck_assert_double_eq(e.value, 0);
  ck_assert_double_eq_tol(e.high, 0.1684, FOUR_DIGITS);
}
END_TEST

/* Trajectories with a firing probability of their own (beta law), 30 pulses each: the interval over
 * trajectories has the mean in it in 95 % of 1000 ensembles, the one of independent pulses in fewer
 * than 70 %. Within 3 sigma of the binomial law: 0.93 to 0.97. */
START_TEST(clustered_interval_covers) {
  enum { ENSEMBLES = 1000, N = 60, PULSES = 30 };
  struct random_stream stream = random_begin(7, 0, 0);
  gsl_rng rng = random_gsl(&stream);
  double hits[N], trials[N];
  int covered = 0, covered_alone = 0;
  for (int k = 0; k < ENSEMBLES; k++) {
    double all = 0;
    for (int i = 0; i < N; i++) {
      trials[i] = PULSES;
      hits[i] = gsl_ran_binomial(&rng, gsl_ran_beta(&rng, 1, 3), PULSES);
      all += hits[i];
    }
    struct estimate e = estimate_clustered(N, hits, trials, LEVEL);
    struct estimate alone = estimate_probability(all, N * PULSES, LEVEL);
    covered += e.low <= 0.25 && 0.25 <= e.high;
    covered_alone += alone.low <= 0.25 && 0.25 <= alone.high;
  }
  ck_assert_int_ge(covered, 930);
  ck_assert_int_le(covered, 975);
  ck_assert_int_lt(covered_alone, 700);
}
END_TEST

/* ---- hazard ---- */

/* No spike of 20 trajectories in 50 pulses each: Newcombe's 0.1684 for all pulses, 1 - (1 -
 * 0.1684)^(1/50) for one. Both bounds make the chance of what was seen 2.5 %. */
START_TEST(hazard_is_bounded_where_nothing_fires) {
  struct estimate e = estimate_hazard(20, 0, 1000, 50, LEVEL);
  ck_assert_double_eq(e.value, 0);
  ck_assert_double_eq(e.low, 0);
  ck_assert_double_eq_tol(e.high, 0.003682, 5e-7);
  ck_assert_double_eq_tol(pow(1 - e.high, 20 * 50), 0.025, 1e-9);
  e = estimate_hazard(20, 20, 40, 50, LEVEL);
  ck_assert_double_eq(e.value, 0.5);
  ck_assert_double_eq(e.high, 1);
  ck_assert_double_eq_tol(pow(1 - pow(1 - e.low, 50), 20), 0.025, 1e-9);
}
END_TEST

/* Of one pulse the hazard is a probability. */
START_TEST(hazard_of_one_period_is_the_probability) {
  struct estimate e = estimate_hazard(40, 7, 40, 1, LEVEL), p = estimate_probability(7, 40, LEVEL);
  ck_assert_double_eq(e.value, p.value);
  ck_assert_double_eq_tol(e.error, p.error, ROUNDING);
  ck_assert_double_eq_tol(e.low, p.low, ROUNDING);
  ck_assert_double_eq_tol(e.high, p.high, ROUNDING);
}
END_TEST

/* Pulses in which a neuron fires, as a Markov chain: with chance p until the first spike, with
 * chance `again` behind it. Sets the pulse of the first spike (0: none) and returns their number.
 */
static int fire(gsl_rng *rng, int pulses, double p, double again, int *first) {
  int fired = 0;
  *first = 0;
  for (int k = 1; k <= pulses; k++)
    if (gsl_ran_bernoulli(rng, *first ? again : p)) {
      *first = *first ? *first : k;
      fired++;
    }
  return fired;
}

/* Neurons that burst behind their first spike: the interval of the hazard has the true one in it
 * in 95 % of 1000 ensembles or more, that of independent pulses in fewer than half. Its width is
 * that of a bound: 20 neurons that mostly stay silent. The value is right on average, to 3 sigma.
 */
START_TEST(hazard_covers_whatever_follows_the_first_spike) {
  enum { ENSEMBLES = 1000, N = 20, PULSES = 50 };
  static const double p = 0.01, again = 0.5;
  struct random_stream stream = random_begin(9, 0, 0);
  gsl_rng rng = random_gsl(&stream);
  int covered = 0, covered_alone = 0;
  double events = 0, periods = 0;
  for (int k = 0; k < ENSEMBLES; k++) {
    double first_spikes = 0, at_risk = 0, all = 0;
    for (int i = 0; i < N; i++) {
      int first;
      all += fire(&rng, PULSES, p, again, &first);
      first_spikes += first > 0;
      at_risk += first > 0 ? first : PULSES;
    }
    struct estimate e = estimate_hazard(N, first_spikes, at_risk, PULSES, LEVEL);
    struct estimate alone = estimate_probability(all, N * PULSES, LEVEL);
    covered += e.low <= p && p <= e.high;
    covered_alone += alone.low <= p && p <= alone.high;
    events += first_spikes;
    periods += at_risk;
  }
  ck_assert_int_ge(covered, 930);
  ck_assert_int_lt(covered_alone, 500);
  ck_assert_double_eq_tol(events / periods, p, 3 * sqrt(p * (1 - p) / periods));
}
END_TEST

/* ---- moments ---- */

/* One value a cluster: mean with Student's interval. Values and interval: R's t.test(sleep$extra).
 */
START_TEST(moments_of_single_values_are_the_textbook_ones) {
  static const double value[] = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0,
                                 1.9, 0.8,  1.1,  0.1,  -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};
  size_t first[21];
  for (size_t i = 0; i <= 20; i++)
    first[i] = i;
  struct samples samples = {20, first, value};
  struct moments m = estimate_moments(&samples, LEVEL);
  ck_assert_uint_eq(m.count, 20);
  ck_assert_double_eq_tol(m.mean.value, 1.54, ROUNDING);
  ck_assert_double_eq_tol(m.sd.value, 2.01792, 5e-6);
  ck_assert_double_eq_tol(m.mean.low, 0.5955845, 5e-8);
  ck_assert_double_eq_tol(m.mean.high, 2.4844155, 5e-8);
  ck_assert_double_eq_tol(m.cv.value, m.sd.value / 1.54, ROUNDING);
}
END_TEST

/* The same value repeated inside clusters tells nothing new: error and interval stay. */
START_TEST(moments_count_clusters) {
  static const double single[] = {1, 2, 4, 7, 11}, twice[] = {1, 1, 2, 2, 4, 4, 7, 7, 11, 11};
  static const size_t first[] = {0, 1, 2, 3, 4, 5}, pairs[] = {0, 2, 4, 6, 8, 10};
  struct samples a = {5, first, single}, b = {5, pairs, twice};
  struct moments one = estimate_moments(&a, LEVEL), two = estimate_moments(&b, LEVEL);
  ck_assert_uint_eq(two.count, 10);
  ck_assert_double_eq_tol(one.mean.error, two.mean.error, ROUNDING);
  ck_assert_double_eq_tol(one.mean.low, two.mean.low, ROUNDING);
}
END_TEST

START_TEST(moments_leave_out_empty_clusters) {
  static const double value[] = {1, 2, 4};
  static const size_t full[] = {0, 1, 2, 3}, gaps[] = {0, 0, 1, 1, 2, 3, 3};
  struct samples a = {3, full, value}, b = {6, gaps, value};
  ck_assert_double_eq(estimate_moments(&a, LEVEL).mean.high, estimate_moments(&b, LEVEL).mean.high);
}
END_TEST

/* Far from zero the variance does not drown in rounding. */
START_TEST(moments_survive_a_large_mean) {
  double value[100];
  size_t first[101] = {0};
  for (size_t i = 0; i < 100; i++) {
    value[i] = 1e9 + (double)(i % 2);
    first[i + 1] = i + 1;
  }
  struct samples samples = {100, first, value};
  ck_assert_double_eq_tol(estimate_moments(&samples, LEVEL).sd.value, sqrt(25.0 / 99), 1e-9);
}
END_TEST

START_TEST(moments_of_one_value_have_no_spread) {
  static const double value[] = {3};
  static const size_t first[] = {0, 1};
  struct samples samples = {1, first, value};
  struct moments m = estimate_moments(&samples, LEVEL);
  ck_assert_double_eq(m.mean.value, 3);
  ck_assert_double_nan(m.sd.value);
  ck_assert_double_nan(m.mean.low);
}
END_TEST

/* Intervals of 2000 exponential ensembles have mean, sd and cv in them in 95 % of the cases;
 * a few percent fewer are known for jackknives of skew laws with 100 values. */
START_TEST(moments_cover) {
  enum { ENSEMBLES = 2000, N = 100 };
  struct random_stream stream = random_begin(8, 0, 0);
  gsl_rng rng = random_gsl(&stream);
  double value[N];
  size_t first[N + 1];
  int mean = 0, sd = 0, cv = 0;
  for (size_t i = 0; i <= N; i++)
    first[i] = i;
  for (int k = 0; k < ENSEMBLES; k++) {
    for (size_t i = 0; i < N; i++)
      value[i] = gsl_ran_exponential(&rng, 2);
    struct samples samples = {N, first, value};
    struct moments m = estimate_moments(&samples, LEVEL);
    mean += m.mean.low <= 2 && 2 <= m.mean.high;
    sd += m.sd.low <= 2 && 2 <= m.sd.high;
    cv += m.cv.low <= 1 && 1 <= m.cv.high;
  }
  ck_assert_int_ge(mean, 1840);
  ck_assert_int_ge(sd, 1760);
  ck_assert_int_ge(cv, 1780);
  ck_assert_int_le(mean, 1940);
}
END_TEST

int main(void) {
  return run_suite("estimate",
                   (const TTest *const[]){
                       probability_has_the_published_interval, probability_has_the_binomial_tails,
                       probability_of_fractions_has_its_tails, probability_of_nothing_is_unknown,
                       clusters_of_one_are_independent, clusters_that_agree_count_once,
                       clusters_without_hits_are_one_trial_each, clustered_interval_covers,
                       hazard_is_bounded_where_nothing_fires,
                       hazard_of_one_period_is_the_probability,
                       hazard_covers_whatever_follows_the_first_spike,
                       moments_of_single_values_are_the_textbook_ones, moments_count_clusters,
                       moments_leave_out_empty_clusters, moments_survive_a_large_mean,
                       moments_of_one_value_have_no_spread, moments_cover, NULL});
}
