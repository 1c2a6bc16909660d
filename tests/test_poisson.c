#include "physics/waveform.h"

#include <math.h>
#include "tests/support/difference.h"

/* Poisson trains: statistics within 4 sigma (1 in 16,000 by chance; the seeds are fixed, so the
 * result is always the same). */

enum { SEEDS = 200 };

static struct waveform train(int seed) {
  struct waveform w = {.kind = WAVEFORM_POISSON,
                       .low = 0.1,
                       .high = 1.1,
                       .delay = 0.5,
                       .rise = 1e-3,
                       .width = 4e-3,
                       .fall = 1e-3,
                       .frequency = 30,
                       .duration = 10,
                       .seed = seed};
  struct hd_error err = {0};
  ck_assert_msg(waveform_prepare(&w, "test", &err) == HD_OK, "%s", err.text);
  return w;
}

static int arrivals(const struct waveform *w) {
  return waveform_pulse_index(w, INFINITY);
}

/* 200 trains of 300 expected pulses: sigma = sqrt(60000). */
START_TEST(mean_rate_is_the_frequency) {
  double sum = 0, squares = 0, expected = 300;
  for (int seed = 0; seed < SEEDS; seed++) {
    struct waveform w = train(seed);
    double n = arrivals(&w);
    sum += n;
    squares += (n - expected) * (n - expected);
    waveform_free(&w);
  }
  ck_assert_double_le(fabs(sum - SEEDS * expected), 4 * sqrt(SEEDS * expected));
  /* variance = mean; relative sigma of a variance from 200 trains: sqrt(2 / 200) */
  ck_assert_double_le(fabs(squares / SEEDS / expected - 1), 4 * sqrt(2.0 / SEEDS));
}
END_TEST

/* No memory: the shares of counts in the two halves of the duration are independent. */
START_TEST(halves_are_independent) {
  double product = 0, expected = 150;
  for (int seed = 0; seed < SEEDS; seed++) {
    struct waveform w = train(seed);
    double first = waveform_pulse_index(&w, 5.5), second = arrivals(&w) - first;
    product += (first - expected) * (second - expected);
    waveform_free(&w);
  }
  /* sigma of one product is 150 */
  ck_assert_double_le(fabs(product / SEEDS), 4 * expected / sqrt(SEEDS));
}
END_TEST

START_TEST(seed_reproduces_the_train) {
  struct waveform a = train(7), b = train(7), c = train(8);
  ck_assert_uint_eq(a.n_points, b.n_points);
  for (size_t i = 0; i < a.n_points; i++)
    ck_assert(a.time[i] == b.time[i] && a.value[i] == b.value[i]);
  ck_assert_double_ne(a.time[0], c.time[0]);
  waveform_free(&a);
  waveform_free(&b);
  waveform_free(&c);
}
END_TEST

/* Pulses add up: the integral over the train is the number of pulses times the area of one,
 * whether they overlap (here 15 % of the time) or not. Trapezoid rule over the points: exact. */
START_TEST(overlapping_pulses_add_up) {
  struct waveform w = train(3);
  double area = 0, highest = 0;
  for (size_t i = 1; i < w.n_points; i++) {
    area += 0.5 * (w.value[i] + w.value[i - 1] - 2 * w.low) * (w.time[i] - w.time[i - 1]);
    highest = fmax(highest, w.value[i]);
  }
  ck_assert_double_eq_tol(area / (arrivals(&w) * 5e-3), 1, 1e-10);
  ck_assert_double_gt(highest, 2);
  waveform_free(&w);
}
END_TEST

START_TEST(index_counts_the_pulses_that_began) {
  struct waveform w = train(11);
  ck_assert_int_eq(waveform_pulse_index(&w, 0.5), 0);
  ck_assert_int_eq(waveform_pulse_index(&w, w.time[0] - 1e-9), 0);
  ck_assert_int_eq(waveform_pulse_index(&w, w.time[0] + 1e-9), 1);
  waveform_free(&w);
}
END_TEST

/* A rate so low that nothing arrives. */
START_TEST(empty_train_stays_low) {
  struct waveform w = {.kind = WAVEFORM_POISSON,
                       .low = 0.1,
                       .high = 1.1,
                       .rise = 1e-3,
                       .fall = 1e-3,
                       .frequency = 1e-9,
                       .duration = 1,
                       .seed = 1};
  struct hd_error err = {0};
  ck_assert_int_eq(waveform_prepare(&w, "test", &err), HD_OK);
  ck_assert_double_eq(waveform_value(&w, 0.3), 0.1);
  ck_assert_int_eq(waveform_pulse_index(&w, 1), 0);
  waveform_free(&w);
}
END_TEST

int main(void) {
  const TTest *tests[] = {mean_rate_is_the_frequency,
                          halves_are_independent,
                          seed_reproduces_the_train,
                          overlapping_pulses_add_up,
                          index_counts_the_pulses_that_began,
                          empty_train_stays_low,
                          NULL};
  return run_suite("poisson", tests);
}
