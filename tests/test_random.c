#include "solver/base/random.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <string.h>
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

/* ---- the generator itself ---- */

/** Philox 4x32 of ten rounds, written down anew from Salmon et al. 2011, section 3.4. */
static void philox(uint32_t x[4], const uint32_t key[2]) {
  static const uint64_t M[] = {0xD2511F53u, 0xCD9E8D57u};
  static const uint32_t W[] = {0x9E3779B9u, 0xBB67AE85u};
  enum { ROUNDS = 10 };
  for (uint32_t i = 0; i < ROUNDS; i++) {
    uint64_t a = M[0] * x[0], b = M[1] * x[2];
    uint32_t y[] = {(uint32_t)(b >> 32) ^ x[1] ^ (key[0] + i * W[0]), (uint32_t)b,
                    (uint32_t)(a >> 32) ^ x[3] ^ (key[1] + i * W[1]), (uint32_t)a};
    memcpy(x, y, sizeof y);
  }
}

/* philox4x32 with 10 rounds of tests/kat_vectors in Random123 1.14
 * (github.com/DEShawResearch/random123): counter, key, result. */
static const struct {
  uint32_t counter[4], key[2], result[4];
} known[] = {
    {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
    {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
     {0xffffffff, 0xffffffff},
     {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
    {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
     {0xa4093822, 0x299f31d0},
     {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
};

START_TEST(philox_has_the_published_answers) {
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    uint32_t x[4];
    memcpy(x, known[i].counter, sizeof x);
    philox(x, known[i].key);
    ck_assert_mem_eq(x, known[i].result, sizeof x);
  }
}
END_TEST

/** Words of a stream are Philox of the counter (block, block >> 32, stream, trajectory) under the
 * key (seed, "stre"): another order would be other random numbers for every input. */
START_TEST(words_of_a_stream_are_philox_of_its_counter) {
  const struct random_stream begins[] = {random_begin(0, 0, 0), random_begin(1, 2, 3),
                                         random_begin(0x7fffffff, 0x12345678, 0x9abcdef)};
  static const uint64_t blocks[] = {0, 1, 0xffffffff, 0x100000002};
  for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
    for (size_t j = 0; j < sizeof blocks / sizeof *blocks; j++) {
      struct random_stream stream = begins[i];
      uint32_t key[] = {stream.seed, 0x73747265};
      uint32_t x[] = {(uint32_t)blocks[j], (uint32_t)(blocks[j] >> 32), stream.stream,
                      stream.trajectory};
      stream.block = blocks[j];
      gsl_rng generator = random_gsl(&stream);
      philox(x, key);
      for (int word = 0; word < 4; word++)
        ck_assert_uint_eq(gsl_rng_get(&generator), x[word]);
    }
}
END_TEST

/** 53 bits of the first and the second word, in the middle of their interval. */
START_TEST(uniform_numbers_are_made_of_two_words) {
  struct random_stream stream = random_begin(1, 2, 3);
  uint32_t x[] = {0, 0, 3, 2}, key[] = {1, 0x73747265};
  philox(x, key);
  for (int i = 0; i < 4; i += 2) {
    uint64_t bits = ((uint64_t)x[i] << 21) + (x[i + 1] >> 11);
    ck_assert_double_eq(random_uniform(&stream), ((double)bits + 0.5) * 0x1p-53);
  }
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
                                                    philox_has_the_published_answers,
                                                    words_of_a_stream_are_philox_of_its_counter,
                                                    uniform_numbers_are_made_of_two_words,
                                                    a_copy_goes_on_from_the_same_place,
                                                    gsl_draws_from_the_stream, NULL});
}
