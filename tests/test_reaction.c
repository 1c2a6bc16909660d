#include "physics/reaction.h"

#include <string.h>
#include "tests/support/difference.h"

static const struct material material = {
    .tau_n = 2e-9, .tau_p = 7e-9, .k_rad = 3e-17, .C_n = 1e-40, .C_p = 4e-40};
static const double S_n = 12, S_p = 300; /* m/s */

/* All volume laws and, in the last place, the interface. */
static struct reaction_value value_of(size_t law, const struct reaction_input *input) {
  return law < reaction_table_count ? reaction_table[law].value(input)
                                    : reaction_interface(input, S_n, S_p);
}

static const char *name_of(size_t law) {
  return law < reaction_table_count ? reaction_table[law].name : "interface";
}

/* States from strong depletion to strong injection. */
static const struct reaction_input states[] = {
    {.n = 1e22, .p = 3e21, .np_eq = 1e30, .n_1 = 1e15, .p_1 = 1e15},
    {.n = 1e10, .p = 1e3, .np_eq = 1e30, .n_1 = 1e15, .p_1 = 1e15},
    {.n = 1e25, .p = 1e6, .np_eq = 1e30, .n_1 = 3e19, .p_1 = 1e11},
    {.n = 1e15, .p = 1e15, .np_eq = 1e30, .n_1 = 1e15, .p_1 = 1e15},
};
enum { STATES = sizeof states / sizeof *states };

static struct reaction_input state_at(int i) {
  struct reaction_input input = states[i];
  input.excess = input.n * input.p - input.np_eq;
  input.material = &material;
  return input;
}

/* Which argument a difference moves. */
enum argument { BY_N, BY_P, BY_EXCESS };
struct moved {
  size_t law;
  struct reaction_input at;
  enum argument argument;
};

/* The rate with one argument multiplied by (1 + x): densities span decades. */
static double rate(double x, const void *context) {
  const struct moved *moved = context;
  struct reaction_input input = moved->at;
  if (moved->argument == BY_N)
    input.n *= 1 + x;
  else if (moved->argument == BY_P)
    input.p *= 1 + x;
  else
    input.excess *= 1 + x;
  return value_of(moved->law, &input).rate;
}

START_TEST(value_has_exact_derivatives) {
  for (size_t law = 0; law <= reaction_table_count; law++)
    for (int i = 0; i < STATES; i++) {
      struct reaction_input at = state_at(i);
      if (at.excess == 0)
        at.excess = 1e29;
      struct reaction_value value = value_of(law, &at);
      /* a partial counts beside the rate itself */
      double floor = fabs(value.rate);
      struct moved by_n = {law, at, BY_N}, by_p = {law, at, BY_P}, by_e = {law, at, BY_EXCESS};
      assert_slope(rate, 0, 1e-3, &by_n, value.d_n * at.n, floor, name_of(law));
      assert_slope(rate, 0, 1e-3, &by_p, value.d_p * at.p, floor, name_of(law));
      assert_slope(rate, 0, 1e-3, &by_e, value.d_excess * at.excess, floor, name_of(law));
    }
}
END_TEST

START_TEST(rate_is_zero_in_equilibrium) {
  for (size_t law = 0; law <= reaction_table_count; law++)
    for (int i = 0; i < STATES; i++) {
      struct reaction_input at = state_at(i);
      at.excess = 0;
      ck_assert_double_eq(value_of(law, &at).rate, 0);
    }
}
END_TEST

/* Second law: pairs vanish when there are too many and appear when there are too few. */
START_TEST(rate_has_the_sign_of_the_excess) {
  for (size_t law = 0; law <= reaction_table_count; law++)
    for (int i = 0; i < STATES; i++) {
      struct reaction_input at = state_at(i);
      at.excess = 1e28;
      ck_assert_double_gt(value_of(law, &at).rate, 0);
      at.excess = -1e28;
      ck_assert_double_lt(value_of(law, &at).rate, 0);
    }
}
END_TEST

/* Closed forms; only rounding differs. */
START_TEST(srh_has_its_low_injection_limit) {
  struct reaction_input at = {
      .n = 1e24, .p = 1e18, .n_1 = 1e12, .p_1 = 1e12, .excess = 1e42, .material = &material};
  /* R = p / tau_p up to tau_n p / (tau_p n) = 3e-7 */
  ck_assert_double_eq_tol(reaction_table[0].value(&at).rate * material.tau_p / at.p, 1, 1e-6);
}
END_TEST

START_TEST(auger_and_radiative_are_polynomials) {
  struct reaction_input at = {.n = 2e24, .p = 3e23, .excess = 6e47, .material = &material};
  ck_assert_double_eq_tol(reaction_table[1].value(&at).rate / (3e-17 * 6e47), 1, 1e-14);
  ck_assert_double_eq_tol(reaction_table[2].value(&at).rate / ((2e-16 + 1.2e-16) * 6e47), 1, 1e-14);
}
END_TEST

START_TEST(no_traps_mean_no_recombination) {
  struct material clean = material;
  struct reaction_input at = state_at(0);
  at.material = &clean;
  for (int which = 0; which < 3; which++) {
    clean.tau_n = which == 1 ? material.tau_n : INFINITY;
    clean.tau_p = which == 2 ? material.tau_p : INFINITY;
    struct reaction_value value = reaction_table[0].value(&at);
    ck_assert(value.rate == 0 && value.d_n == 0 && value.d_p == 0 && value.d_excess == 0);
  }
  struct reaction_value value = reaction_interface(&at, 0, S_p);
  ck_assert(value.rate == 0 && value.d_n == 0 && value.d_p == 0 && value.d_excess == 0);
}
END_TEST

/* A thin layer of traps is an interface: S = thickness / tau. */
START_TEST(interface_is_srh_in_a_thin_layer) {
  struct reaction_input at = state_at(0);
  double thickness = 1e-9, srh = reaction_table[0].value(&at).rate * thickness;
  double interface = reaction_interface(&at, thickness / 2e-9, thickness / 7e-9).rate;
  ck_assert_double_eq_tol(interface / srh, 1, 1e-14);
}
END_TEST

int main(void) {
  const TTest *tests[] = {value_has_exact_derivatives,         rate_is_zero_in_equilibrium,
                          rate_has_the_sign_of_the_excess,     srh_has_its_low_injection_limit,
                          auger_and_radiative_are_polynomials, no_traps_mean_no_recombination,
                          interface_is_srh_in_a_thin_layer,    NULL};
  return run_suite("reaction", tests);
}
