/* Kaplan and Meier's estimate against a published table and identities. */
#include "solver/ensemble/estimate.h"

#include <check.h>
#include <math.h>
#include "tests/support/suite.h"

static const double LEVEL = 0.95;
/* Tables are quoted to so many digits. */
static const double FOUR_DIGITS = 5e-5, THREE_DIGITS = 5e-4;
/* Rounding of sums of some ten numbers. */
static const double ROUNDING = 1e-12;

/* Remission of 21 patients with 6-MP: Freireich et al. 1963; S and its error as in Collett,
 * Modelling Survival Data, and Kleinbaum & Klein, Survival Analysis, table 2.4. */
static const double remission[] = {6,  6,  6,  7,  10, 13, 16, 22, 23, 6, 9,
                                   10, 11, 17, 19, 20, 25, 32, 32, 34, 35};
enum { PATIENTS = 21, RELAPSES = 9 };

static struct survival patients(void) {
  struct survival survival;
  bool observed[PATIENTS];
  for (int i = 0; i < PATIENTS; i++)
    observed[i] = i < RELAPSES;
  ck_assert_int_eq(survival_create(&survival, PATIENTS, remission, observed, NULL), HD_OK);
  return survival;
}

START_TEST(survival_is_the_published_curve) {
  static const double time[] = {6, 7, 10, 13, 16, 22, 23};
  static const double share[] = {0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482};
  static const double error[] = {0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346};
  static const size_t risk[] = {21, 17, 15, 12, 11, 7, 6};
  struct survival s = patients();
  ck_assert_uint_eq(s.n, 7);
  ck_assert_uint_eq(s.n_events, RELAPSES);
  for (size_t i = 0; i < 7; i++) {
    ck_assert_double_eq(s.time[i], time[i]);
    ck_assert_uint_eq(s.at_risk[i], risk[i]);
    ck_assert_double_eq_tol(s.survival[i], share[i], FOUR_DIGITS);
    ck_assert_double_eq_tol(survival_error(&s, i), error[i], FOUR_DIGITS);
  }
  survival_free(&s);
}
END_TEST

/* Median 23 weeks, lower bound 13 (R: survfit with conf.type "log-log"), no upper bound. */
START_TEST(survival_median_is_the_published_one) {
  struct survival s = patients();
  struct estimate median = survival_median(&s, LEVEL);
  ck_assert_double_eq(median.value, 23);
  ck_assert_double_eq(median.low, 13);
  ck_assert_double_nan(median.high);
  survival_free(&s);
}
END_TEST

/* Area under the published curve to 35 weeks by hand: 6 + 0.857143 + ... = 23.287 (R: rmean). */
START_TEST(survival_mean_is_the_area) {
  struct survival s = patients();
  double area = 6, before = 1;
  for (size_t i = 0; i < s.n; i++) {
    double next = i + 1 < s.n ? s.time[i + 1] : 35;
    area += s.survival[i] * (next - s.time[i]);
    ck_assert_double_le(s.survival[i], before);
    before = s.survival[i];
  }
  struct estimate mean = survival_mean(&s, 35, LEVEL);
  ck_assert_double_eq_tol(mean.value, area, ROUNDING * area);
  ck_assert_double_eq_tol(mean.value, 23.287, THREE_DIGITS);
  survival_free(&s);
}
END_TEST

/* Without censoring: the mean with its standard error, the curve the share that is left. */
START_TEST(survival_without_censoring_is_the_sample) {
  static const double time[] = {3, 1, 4, 1, 5, 9, 2, 6}, square = 9 + 1 + 16 + 1 + 25 + 81 + 4 + 36;
  bool observed[8];
  struct survival s;
  for (int i = 0; i < 8; i++)
    observed[i] = true;
  ck_assert_int_eq(survival_create(&s, 8, time, observed, NULL), HD_OK);
  struct estimate mean = survival_mean(&s, 100, LEVEL);
  double value = 31.0 / 8, variance = (square - 31 * value) / 7;
  ck_assert_double_eq_tol(mean.value, value, ROUNDING);
  ck_assert_double_eq_tol(mean.error, sqrt(variance / 8), ROUNDING);
  ck_assert_double_eq_tol(s.survival[0], 6.0 / 8, ROUNDING);
  ck_assert_double_eq(survival_median(&s, LEVEL).value, 3);
  survival_free(&s);
}
END_TEST

START_TEST(survival_of_nobody_fires_never) {
  static const double time[] = {8, 8, 8};
  static const bool observed[] = {false, false, false};
  struct survival s;
  ck_assert_int_eq(survival_create(&s, 3, time, observed, NULL), HD_OK);
  ck_assert_uint_eq(s.n, 0);
  ck_assert_double_eq(survival_mean(&s, 8, LEVEL).value, 8);
  ck_assert_double_nan(survival_median(&s, LEVEL).value);
  survival_free(&s);
}
END_TEST

int main(void) {
  return run_suite("survival", (const TTest *const[]){survival_is_the_published_curve,
                                                      survival_median_is_the_published_one,
                                                      survival_mean_is_the_area,
                                                      survival_without_censoring_is_the_sample,
                                                      survival_of_nobody_fires_never, NULL});
}
