#include "solver/base/random.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include "tests/support/difference.h"

/** Chi-square of n counts against equal expectations: probability of a larger one. */
static double uniform_probability(struct random_stream *stream, int draws) {
  enum { BINS = 64 };
  double count[BINS] = {0}, chi2 = 0.0, expected = (double)draws / BINS;
  for (int i = 0; i < draws; i++)
    count[(int)(random_uniform(stream) * BINS)]++;
  for (int i = 0; i < BINS; i++)
    chi2 += (count[i] - expected) * (count[i] - expected) / expected;
  return gsl_cdf_chisq_Q(chi2, BINS - 1);
}

/* One in 10,000: the streams are fixed, so that the test does not flicker. */
static const double RARE = 1e-4;

START_TEST(streams_are_uniform) {
  for (uint32_t i = 0; i < 4; i++) {
    struct random_stream stream = random_begin(1, i / 2, i % 2);
    ck_assert_double_gt(uniform_probability(&stream, 100000), RARE);
  }
}
END_TEST

/** Correlation of two streams that differ in one word only: within 4 standard errors of 0. */
static void independent(struct random_stream a, struct random_stream b) {
  enum { DRAWS = 100000 };
  double sum = 0.0;
  for (int i = 0; i < DRAWS; i++)
    sum += (random_uniform(&a) - 0.5) * (random_uniform(&b) - 0.5);
  ck_assert_double_lt(fabs(sum), 4.0 * sqrt(DRAWS) / 12.0);
}

START_TEST(streams_are_independent) {
  independent(random_begin(1, 0, 0), random_begin(2, 0, 0));
  independent(random_begin(1, 0, 0), random_begin(1, 1, 0));
  independent(random_begin(1, 0, 0), random_begin(1, 0, 1));
}
END_TEST

START_TEST(a_copy_goes_on_from_the_same_place) {
  struct random_stream stream = random_begin(7, 3, 1);
  for (int i = 0; i < 5; i++)
    random_uniform(&stream);
  struct random_stream copy = stream;
  for (int i = 0; i < 9; i++)
    ck_assert_double_eq(random_uniform(&stream), random_uniform(&copy));
}
END_TEST

START_TEST(gsl_draws_from_the_stream) {
  struct random_stream stream = random_begin(1, 0, 0), same = stream;
  gsl_rng generator = random_gsl(&stream);
  ck_assert_double_eq(gsl_rng_uniform(&generator), random_uniform(&same));
  double sum = 0.0;
  for (int i = 0; i < 100000; i++)
    sum += gsl_ran_binomial(&generator, 0.3, 10);
  /* 4 standard errors of the mean 3: sqrt(10 0.3 0.7 / 1e5) */
  ck_assert_double_eq_tol(sum / 1e5, 3.0, 4.0 * 4.6e-3);
}
END_TEST

int main(void) {
  return run_suite("random", (const TTest *const[]){streams_are_uniform, streams_are_independent,
                                                    a_copy_goes_on_from_the_same_place,
                                                    gsl_draws_from_the_stream, NULL});
}
