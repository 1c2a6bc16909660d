/* Figures of merit against curves and spikes that are known. */
#include "solver/study/figures.h"

#include <math.h>
#include "tests/support/config_input.h"

enum { N = 400 };
/* Rounding of exponentials and logarithms. */
static const double ROUNDING = 1e-12;

/** Exponential decay to a rest with the time constant 2 s, uneven points. */
static void decay(double rest, double *t, double *value) {
  for (size_t i = 0; i < N; i++) {
    t[i] = 20 * pow((double)i / (N - 1), 2);
    value[i] = rest + 3 * exp(-t[i] / 2);
  }
}

START_TEST(relaxation_of_an_exponential_is_its_time_constant) {
  double t[N], value[N];
  decay(0, t, value);
  ck_assert_double_eq_tol(figures_relaxation(N, t, value, 0, exp(-1), RELAXATION_ZERO), 2,
                          2 * ROUNDING);
  /* whatever the sign, and to other shares */
  for (size_t i = 0; i < N; i++)
    value[i] = -value[i];
  ck_assert_double_eq_tol(figures_relaxation(N, t, value, 0, 0.1, RELAXATION_ZERO), 2 * log(10),
                          2 * ROUNDING);
}
END_TEST

/* At t = 20 s the excess is exp(-10) of what it was: the rest is that much too high. */
START_TEST(relaxation_to_the_end_leaves_the_rest_out) {
  double t[N], value[N];
  decay(5, t, value);
  double tau = figures_relaxation(N, t, value, 0, exp(-1), RELAXATION_END);
  ck_assert_double_eq_tol(tau, 2, 2 * 2 * exp(-10));
  ck_assert(isnan(figures_relaxation(N, t, value, 0, exp(-1), RELAXATION_ZERO)));
}
END_TEST

/* From a later moment on the same exponential takes the same time; the value there lies between two
 * points 0.1 s apart, where a line is at most (0.1 / 2)^2 / 8 above the curve. */
START_TEST(relaxation_begins_at_its_moment) {
  double t[N], value[N];
  decay(0, t, value);
  double tau = figures_relaxation(N, t, value, 1.2345, exp(-1), RELAXATION_ZERO);
  ck_assert_double_eq_tol(tau, 2, 2 * pow(0.1 / 2, 2) / 8);
}
END_TEST

START_TEST(relaxation_that_never_comes_is_none) {
  const double t[] = {0, 1, 2}, value[] = {1, 0.9, 0.8};
  ck_assert(isnan(figures_relaxation(3, t, value, 0, exp(-1), RELAXATION_ZERO)));
  ck_assert(isnan(figures_relaxation(0, t, value, 0, exp(-1), RELAXATION_ZERO)));
  ck_assert(isnan(figures_relaxation(3, t, value, 5, exp(-1), RELAXATION_ZERO)));
}
END_TEST

/* A line through zero has no exponential between its points. */
START_TEST(relaxation_through_zero_is_linear) {
  const double t[] = {0, 4}, value[] = {1, -1};
  ck_assert_double_eq_tol(figures_relaxation(2, t, value, 0, 0.5, RELAXATION_ZERO), 1, ROUNDING);
}
END_TEST

static double figure(const char *name, const struct spike *spikes, size_t n) {
  for (size_t i = 0; i < spike_figures_count; i++)
    if (strcmp(spike_figures[i].name, name) == 0)
      return spike_figures[i].value(spikes, n);
  ck_abort_msg("there is no figure %s", name);
  return NAN;
}

START_TEST(figures_of_spikes_leave_out_those_that_are_cut) {
  const struct spike spikes[] = {
      {.t = 1, .pulse = 3, .peak = -4, .E_source = 10, .width = 2, .complete = true},
      {.t = 2, .pulse = 5, .peak = 6, .E_source = 20, .width = 4, .complete = true},
      {.t = 3, .pulse = 7, .peak = 100, .E_source = 1, .width = 1, .complete = false}};
  ck_assert_double_eq(figure("spikes", spikes, 3), 3);
  ck_assert_double_eq(figure("first_spike_pulse", spikes, 3), 3);
  ck_assert_double_eq(figure("first_spike_time", spikes, 3), 1);
  ck_assert_double_eq(figure("energy_per_spike", spikes, 3), 15);
  ck_assert_double_eq(figure("peak_current", spikes, 3), 5);
  ck_assert_double_eq(figure("spike_width", spikes, 3), 3);
}
END_TEST

START_TEST(figures_without_spikes_are_none_but_their_number) {
  for (size_t i = 0; i < spike_figures_count; i++) {
    double value = spike_figures[i].value(NULL, 0);
    if (strcmp(spike_figures[i].name, "spikes") == 0)
      ck_assert_double_eq(value, 0);
    else
      ck_assert_msg(isnan(value), "%s", spike_figures[i].name);
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("figures");
  TCase *all = tcase_create("figures");
  tcase_add_test(all, relaxation_of_an_exponential_is_its_time_constant);
  tcase_add_test(all, relaxation_to_the_end_leaves_the_rest_out);
  tcase_add_test(all, relaxation_begins_at_its_moment);
  tcase_add_test(all, relaxation_that_never_comes_is_none);
  tcase_add_test(all, relaxation_through_zero_is_linear);
  tcase_add_test(all, figures_of_spikes_leave_out_those_that_are_cut);
  tcase_add_test(all, figures_without_spikes_are_none_but_their_number);
  suite_add_tcase(suite, all);
  return suite_run(suite);
}
