#include "solver/spikes.h"

#include <check.h>
#include <math.h>
#include "tests/support/suite.h"

/* A train like the neuron's: 0.35 ms on, 0.4 ms off, after a delay. */
static const double period = 0.75e-3, on = 0.35e-3, delay = 0.1e-3;
static const struct waveform endless = {.kind = WAVEFORM_PULSE,
                                        .high = 1,
                                        .delay = 0.1e-3,
                                        .rise = 1e-6,
                                        .width = 0.348e-3,
                                        .fall = 1e-6,
                                        .period = 0.75e-3};

static struct waveform train(int count) {
  struct waveform waveform = endless;
  waveform.count = count;
  return waveform;
}

static struct spikes *recorder(double threshold, double capacitance,
                               const struct waveform *waveform) {
  struct spikes *spikes = NULL;
  const struct spikes_setup setup = {threshold, capacitance, waveform};
  ck_assert_int_eq(spikes_create(&spikes, &setup, NULL), HD_OK);
  return spikes;
}

static void step(struct spikes *spikes, struct spikes_point point) {
  ck_assert_int_eq(spikes_step(spikes, &point, NULL), HD_OK);
}

/* A current of I for one volt across source and device: integrals I t exactly. */
static void hold(struct spikes *spikes, double t, double I) {
  step(spikes, (struct spikes_point){.t = t, .I = I, .E_source = t, .E_device = t, .charge = t});
}

/* ---- a capacitor charged and discharged through a resistor: everything is known ---- */

static const double R = 1e6, C = 60e-12, V0 = 1; /* tau = 60 us */

/* The point at a time u after `from`, while the source stands at V_in. */
static struct spikes_point rc_point(const struct spikes_point *from, double V_in, double u) {
  double tau = R * C, start = V_in - from->V_X; /* voltage across R at u = 0 */
  double left = exp(-u / tau);
  return (struct spikes_point){.t = from->t + u,
                               .I = start / R * left,
                               .V_X = V_in - start * left,
                               .charge = from->charge - C * start * expm1(-u / tau),
                               .E_source = from->E_source - V_in * C * start * expm1(-u / tau),
                               .E_device =
                                   from->E_device - C / 2 * start * start * expm1(-2 * u / tau)};
}

/* Feed V_in from `*at` for a time in n steps; `*at` becomes the end. */
static void rc_feed(struct spikes *spikes, struct spikes_point *at, double V_in, double time,
                    int n) {
  struct spikes_point from = *at;
  for (int i = 0; i <= n; i++) {
    *at = rc_point(&from, V_in, time * i / n);
    step(spikes, *at);
  }
}

/* Charge and discharge in one pulse are two crossings of |I| and one spike. Energies to rounding:
 * they are differences of the integrals at the ends of the pulse, which are points. */
START_TEST(rc_energies_are_exact) {
  const double threshold = 10e-9, tau = R * C;
  struct spikes *spikes = recorder(threshold, C, &endless);
  struct spikes_point at = {0};
  step(spikes, at);
  for (int k = 0; k < 3; k++) {
    at.t = delay + k * period;
    step(spikes, at); /* the kink, at which the current jumps */
    struct spikes_point start = at;
    rc_feed(spikes, &at, V0, on, 2000);
    double V_on = at.V_X, first = fabs(V0 - start.V_X) / R;
    rc_feed(spikes, &at, 0, period - on, 2000);
    ck_assert_uint_eq(spikes_final(spikes), (size_t)k + 1);
    const struct spike *spike = spikes_get(spikes, (size_t)k);
    ck_assert(spike->complete);
    ck_assert_int_eq(spike->pulse, k + 1);
    ck_assert_double_eq_tol(spike->t, delay + k * period, 1e-15);
    ck_assert_double_eq_tol(spike->peak, first, 1e-12 * first);
    ck_assert_double_eq_tol(spike->E_source, V0 * C * (V_on - start.V_X), 1e-12 * C);
    ck_assert_double_eq_tol(spike->charge, C * (at.V_X - start.V_X), 1e-12 * C);
    ck_assert_double_eq_tol(spike->E_source, spike->E_device + spike->E_stored, 1e-12 * C);
    double width = tau * log(first / threshold) + tau * log(V_on / R / threshold);
    /* straight lines over steps of h miss a crossing by h^2 / (8 tau) */
    ck_assert_double_eq_tol(spike->width, width, 4 * pow(period / 2000, 2) / tau);
  }
  spikes_free(&spikes);
}
END_TEST

/* ---- when and which ---- */

START_TEST(pulse_of_each_spike_is_counted) {
  struct spikes *spikes = recorder(0.5, 0, &endless);
  hold(spikes, 0, 0);
  for (int k = 0; k < 9; k++) { /* every third pulse fires */
    double start = delay + k * period;
    hold(spikes, start, 0);
    hold(spikes, start + 1e-4, 0);
    hold(spikes, start + 2e-4, (k + 1) % 3 == 0 ? 1 : 0.4);
    hold(spikes, start + 3e-4, 0);
  }
  spikes_finish(spikes);
  ck_assert_uint_eq(spikes_begun(spikes), 3);
  for (size_t i = 0; i < 3; i++) {
    int pulse = 3 * ((int)i + 1);
    double start = delay + (pulse - 1) * period;
    ck_assert_int_eq(spikes_get(spikes, i)->pulse, pulse);
    ck_assert_double_eq_tol(spikes_get(spikes, i)->t, start + 1.5e-4, 1e-15);
    ck_assert_double_eq_tol(spikes_get(spikes, i)->width, 1e-4, 1e-15);
    ck_assert_double_eq_tol(spikes_get(spikes, i)->window_start, start, 1e-15);
  }
  spikes_free(&spikes);
}
END_TEST

START_TEST(peak_keeps_its_sign) {
  struct spikes *spikes = recorder(0.5, 0, NULL);
  static const double I[] = {0, -1, -3, -2, 0};
  for (int i = 0; i < 5; i++)
    hold(spikes, i, I[i]);
  ck_assert_double_eq(spikes_get(spikes, 0)->peak, -3);
  spikes_free(&spikes);
}
END_TEST

/* Behind the falling edge the membrane drives more current backwards than the pulse did forwards.
 */
START_TEST(peak_is_of_the_direction_in_which_the_spike_began) {
  struct spikes *spikes = recorder(0.5, 0, &endless);
  hold(spikes, 0, 0);
  hold(spikes, delay + 0.1e-3, 0);
  hold(spikes, delay + 0.2e-3, 2);
  hold(spikes, delay + on, -3);
  hold(spikes, delay + 0.5e-3, 0);
  ck_assert_uint_eq(spikes_begun(spikes), 1);
  ck_assert_double_eq(spikes_get(spikes, 0)->peak, 2);
  spikes_free(&spikes);
}
END_TEST

/* A current that the source does not drive is the membrane's: E_source stands still or falls. */
START_TEST(discharge_through_a_conducting_device_is_no_spike) {
  for (double E = 0; E >= -1; E--) {
    struct spikes *spikes = recorder(0.5, 0, &endless);
    step(spikes, (struct spikes_point){.t = 0});
    step(spikes, (struct spikes_point){.t = delay + 0.1e-3});
    step(spikes, (struct spikes_point){.t = delay + 0.2e-3, .I = -2, .E_source = E});
    step(spikes, (struct spikes_point){.t = delay + 0.3e-3, .E_source = 2 * E});
    ck_assert_uint_eq(spikes_begun(spikes), 0);
    spikes_free(&spikes);
  }
}
END_TEST

START_TEST(spike_is_final_when_window_and_current_are_over) {
  struct spikes *spikes = recorder(0.5, 0, &endless);
  hold(spikes, 0, 0);
  hold(spikes, delay, 0);
  ck_assert_uint_eq(spikes_begun(spikes), 0);
  hold(spikes, delay + 1e-4, 1);
  ck_assert_uint_eq(spikes_begun(spikes), 1);
  hold(spikes, delay + 2e-4, 0);
  ck_assert_uint_eq(spikes_final(spikes), 0);
  hold(spikes, delay + period, 0);
  ck_assert_uint_eq(spikes_final(spikes), 1);
  spikes_free(&spikes);
}
END_TEST

/* A current that is high into the next pulse stays the spike of the pulse in which it began; the
 * windows do not overlap. */
START_TEST(spike_across_pulses_belongs_to_the_first) {
  struct spikes *spikes = recorder(0.5, 0, &endless);
  double second = delay + period;
  hold(spikes, 0, 0);
  hold(spikes, delay, 0);
  hold(spikes, second - 1e-4, 0.5);
  hold(spikes, second - 0.5e-4, 1);
  hold(spikes, second, 1);
  hold(spikes, second + 1e-4, 0.5);
  ck_assert_uint_eq(spikes_final(spikes), 1);
  hold(spikes, second + 2e-4, 1);
  hold(spikes, second + 3e-4, 0.5);
  hold(spikes, delay + 2 * period, 0);
  ck_assert_uint_eq(spikes_final(spikes), 2);
  const struct spike *a = spikes_get(spikes, 0), *b = spikes_get(spikes, 1);
  ck_assert_int_eq(a->pulse, 1);
  ck_assert_int_eq(b->pulse, 2);
  ck_assert_double_eq_tol(a->width, 2e-4, 1e-15);
  ck_assert_double_eq_tol(b->width, 2e-4, 1e-15);
  ck_assert_double_eq_tol(a->E_source, period, 1e-15);
  ck_assert_double_eq_tol(b->E_source, period, 1e-15);
  ck_assert_double_eq(a->window_end, b->window_start);
  spikes_free(&spikes);
}
END_TEST

START_TEST(high_current_at_the_start_is_no_spike) {
  struct spikes *spikes = recorder(0.5, 0, NULL);
  static const double I[] = {1, 1, 0, 1, 0};
  for (int i = 0; i < 5; i++)
    hold(spikes, i, I[i]);
  spikes_finish(spikes);
  ck_assert_uint_eq(spikes_begun(spikes), 1);
  ck_assert_double_eq(spikes_get(spikes, 0)->t, 2.5);
  spikes_free(&spikes);
}
END_TEST

/* ---- windows ---- */

START_TEST(window_without_pulses_is_from_crossing_to_crossing) {
  struct spikes *spikes = recorder(0.5, 2, NULL);
  step(spikes, (struct spikes_point){.t = 0, .I = 0});
  step(spikes, (struct spikes_point){1, 0.5, 0.1, 1, 2, 3}); /* the integrator stops here */
  step(spikes, (struct spikes_point){2, 4.0, 0.2, 3, 5, 7});
  step(spikes, (struct spikes_point){3, 0.5, 0.4, 8, 9, 11});
  step(spikes, (struct spikes_point){4, 0.0, 0.4, 20, 20, 20});
  ck_assert_uint_eq(spikes_final(spikes), 1);
  const struct spike *spike = spikes_get(spikes, 0);
  ck_assert(spike->complete);
  ck_assert_int_eq(spike->pulse, 0);
  ck_assert_double_eq(spike->t, 1);
  ck_assert_double_eq(spike->width, 2);
  ck_assert_double_eq(spike->window_start, 1);
  ck_assert_double_eq(spike->window_end, 3);
  ck_assert_double_eq(spike->E_source, 7);
  ck_assert_double_eq(spike->E_device, 7);
  ck_assert_double_eq(spike->charge, 8);
  ck_assert_double_eq_tol(spike->E_stored, 0.16 - 0.01, 1e-15);
  spikes_free(&spikes);
}
END_TEST

/* Steps that fly over the starts of pulses: power is constant, so straight lines are exact. */
START_TEST(window_ends_are_found_inside_steps) {
  struct spikes *spikes = recorder(0.5, 0, &endless);
  hold(spikes, 0, 0);
  hold(spikes, delay + 0.5 * period, 0);
  hold(spikes, delay + 0.6 * period, 1);
  hold(spikes, delay + 3.6 * period, 0); /* falls half way, in the third pulse */
  ck_assert_uint_eq(spikes_final(spikes), 1);
  const struct spike *spike = spikes_get(spikes, 0);
  ck_assert_double_eq_tol(spike->window_start, delay, 1e-14);
  ck_assert_double_eq_tol(spike->window_end, delay + period, 1e-14);
  ck_assert_double_eq_tol(spike->E_source, period, 1e-14);
  ck_assert_double_eq_tol(spike->width, (2.1 - 0.55) * period, 1e-14);
  spikes_free(&spikes);
}
END_TEST

/* The last pulse has its period too; what comes later is not counted into it. */
START_TEST(window_of_the_last_pulse_is_one_period) {
  struct waveform waveform = train(2);
  struct spikes *spikes = recorder(0.5, 0, &waveform);
  double end = delay + 2 * period;
  hold(spikes, 0, 0);
  hold(spikes, delay + period, 0);
  hold(spikes, delay + 1.5 * period, 1);
  hold(spikes, delay + 1.6 * period, 0);
  hold(spikes, end + 0.5 * period, 0);
  ck_assert_uint_eq(spikes_final(spikes), 1);
  ck_assert(spikes_get(spikes, 0)->complete);
  ck_assert_double_eq_tol(spikes_get(spikes, 0)->E_source, period, 1e-14);
  hold(spikes, end + 0.7 * period, 1); /* an afterthought, over its own crossings */
  hold(spikes, end + 0.9 * period, 0);
  ck_assert_uint_eq(spikes_final(spikes), 2);
  ck_assert_int_eq(spikes_get(spikes, 1)->pulse, 2);
  ck_assert_double_eq_tol(spikes_get(spikes, 1)->E_source, 0.2 * period, 1e-14);
  spikes_free(&spikes);
}
END_TEST

/* An experiment as long as its pulses ends with the last window, whatever the rounding. */
START_TEST(window_may_end_with_the_experiment) {
  for (int count = 0; count <= 30; count += 30) {
    struct waveform waveform = train(count);
    struct spikes *spikes = recorder(0.5, 0, &waveform);
    hold(spikes, 0, 0);
    hold(spikes, delay + 29.2 * period, 0);
    hold(spikes, delay + 29.3 * period, 1);
    hold(spikes, delay + 29.4 * period, 0);
    double duration = delay;
    for (int i = 0; i < 30; i++)
      duration += period;
    hold(spikes, duration * (1 - 1e-15), 0);
    spikes_finish(spikes);
    ck_assert(spikes_get(spikes, 0)->complete);
    ck_assert_int_eq(spikes_get(spikes, 0)->pulse, 30);
    ck_assert_double_eq_tol(spikes_get(spikes, 0)->E_source, period, 1e-14);
    spikes_free(&spikes);
  }
}
END_TEST

/* A single pulse without a period: to the end of the experiment. */
START_TEST(window_without_period_ends_with_the_experiment) {
  struct waveform waveform = train(1);
  waveform.period = INFINITY;
  struct spikes *spikes = recorder(0.5, 0, &waveform);
  hold(spikes, 0, 0);
  hold(spikes, 1e-3, 1);
  hold(spikes, 2e-3, 0);
  hold(spikes, 5e-3, 0);
  spikes_finish(spikes);
  ck_assert(spikes_get(spikes, 0)->complete);
  ck_assert_double_eq_tol(spikes_get(spikes, 0)->E_source, 5e-3 - delay, 1e-15);
  spikes_free(&spikes);
}
END_TEST

START_TEST(open_spike_is_reported_as_far_as_it_went) {
  struct spikes *spikes = recorder(0.5, 0, &endless);
  hold(spikes, 0, 0);
  hold(spikes, delay, 0);
  hold(spikes, delay + 1e-4, 1);
  hold(spikes, delay + 2e-4, 2);
  spikes_finish(spikes);
  ck_assert_uint_eq(spikes_final(spikes), 1);
  const struct spike *spike = spikes_get(spikes, 0);
  ck_assert(!spike->complete);
  ck_assert_double_eq(spike->peak, 2);
  ck_assert_double_eq_tol(spike->width, 1.5e-4, 1e-15);
  ck_assert_double_eq_tol(spike->E_source, 2e-4, 1e-15);
  ck_assert_double_eq_tol(spike->window_end, delay + 2e-4, 1e-15);
  spikes_free(&spikes);
}
END_TEST

/** A recorder that is stored and made anew at every point finds the same spikes. */
START_TEST(recorder_goes_on_from_a_store) {
  struct waveform waveform = train(4);
  struct spikes *whole = recorder(0.2e-6, C, &waveform), *again = recorder(0.2e-6, C, &waveform);
  struct spikes_point at = {0};
  for (int i = 1; i <= 400; i++) {
    double t = 4.0 * period * i / 400;
    struct spikes_point from = at;
    at = rc_point(&from, waveform_value(&waveform, t), t - from.t);
    step(whole, at);
    step(again, at);
    struct store *store = NULL;
    ck_assert_int_eq(store_create(&store, NULL), HD_OK);
    ck_assert_int_eq(spikes_save(again, store, NULL), HD_OK);
    spikes_free(&again);
    again = recorder(0.2e-6, C, &waveform);
    ck_assert_int_eq(spikes_restore(again, store, NULL), HD_OK);
    store_free(&store);
    ck_assert_uint_eq(spikes_final(again), spikes_final(whole));
  }
  spikes_finish(whole);
  spikes_finish(again);
  ck_assert_uint_ge(spikes_begun(whole), 3);
  ck_assert_uint_eq(spikes_begun(again), spikes_begun(whole));
  for (size_t i = 0; i < spikes_begun(whole); i++)
    for (size_t c = 0; c < spike_columns_count; c++)
      ck_assert(spike_value(spikes_get(again, i), c) == spike_value(spikes_get(whole, i), c));
  spikes_free(&whole);
  spikes_free(&again);
}
END_TEST

START_TEST(value_of_each_column_is_another_member) {
  const struct spike spike = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, true};
  ck_assert_uint_eq(spike_columns_count, 11);
  for (size_t i = 0; i < spike_columns_count; i++)
    ck_assert_double_eq(spike_value(&spike, i), i < 10 ? (double)i + 1 : 1);
}
END_TEST

int main(void) {
  const TTest *const tests[] = {rc_energies_are_exact,
                                pulse_of_each_spike_is_counted,
                                peak_keeps_its_sign,
                                peak_is_of_the_direction_in_which_the_spike_began,
                                discharge_through_a_conducting_device_is_no_spike,
                                spike_is_final_when_window_and_current_are_over,
                                spike_across_pulses_belongs_to_the_first,
                                high_current_at_the_start_is_no_spike,
                                window_without_pulses_is_from_crossing_to_crossing,
                                window_ends_are_found_inside_steps,
                                window_of_the_last_pulse_is_one_period,
                                window_may_end_with_the_experiment,
                                window_without_period_ends_with_the_experiment,
                                open_spike_is_reported_as_far_as_it_went,
                                recorder_goes_on_from_a_store,
                                value_of_each_column_is_another_member,
                                NULL};
  return run_suite("spikes", tests);
}
