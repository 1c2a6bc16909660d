#include "physics/contact.h"

#include <float.h>
#include <string.h>
#include "tests/support/difference.h"

/* A state of one species beside a contact, Boltzmann: c = N e^eta. */
static struct contact_input state(double eta, double eta_eq) {
  double N = 8e24;
  struct contact_input input = {.c = N * exp(eta),
                                .eta = eta,
                                .c_eq = N * exp(eta_eq),
                                .eta_eq = eta_eq,
                                .N = N,
                                .velocity = 1e3,
                                .transfer = 0.3,
                                .free = 0.8,
                                .free_eq = 0.8};
  return input;
}

static const double levels[] = {-40, -20, -5, -0.5, 0, 0.3, 3, 25};
enum { LEVELS = sizeof levels / sizeof *levels };

/* The flux with one argument moved, densities in units of themselves. */
struct moved {
  const struct contact_law *law;
  struct contact_input at;
  int argument; /* 0: c, 1: eta, 2: c_eq, 3: eta_eq, 4: free */
};

static double flux(double x, const void *context) {
  const struct moved *moved = context;
  struct contact_input at = moved->at;
  switch (moved->argument) {
  case 0:
    at.c *= 1 + x;
    break;
  case 1:
    at.eta += x;
    break;
  case 2:
    at.c_eq *= 1 + x;
    break;
  case 3:
    at.eta_eq += x;
    break;
  default:
    at.free += x;
  }
  return moved->law->value(&at).j;
}

START_TEST(value_has_exact_derivatives) {
  for (size_t i = 0; i < contact_table_count; i++) {
    const struct contact_law *law = &contact_table[i];
    for (int a = 0; a < LEVELS * LEVELS && law->value; a++) {
      struct contact_input at = state(levels[a / LEVELS], levels[a % LEVELS]);
      at.emf = a % 2 ? 0.0 : -0.7; /* laws of carriers have none */
      if (!law->for_ions)
        at.emf = 0.0;
      struct contact_value value = law->value(&at);
      double partial[] = {value.d_c * at.c, value.d_eta, value.d_c_eq * at.c_eq, value.d_eta_eq,
                          value.d_free};
      for (int j = 0; j < 5; j++) {
        struct moved moved = {law, at, j};
        /* floor: partials below the flux itself are lost in its rounding */
        assert_slope(flux, 0, 2e-3, &moved, partial[j], fabs(value.j) + 1, law->name);
      }
    }
  }
}
END_TEST

/* A small emf drives half of both one-way rates per kT against the way out, as shot noise asks. */
START_TEST(emf_drives_half_of_both_rates) {
  for (size_t i = 0; i < contact_table_count; i++) {
    const struct contact_law *law = &contact_table[i];
    struct contact_input at = state(-3, -3);
    if (!law->for_ions || !law->value)
      continue;
    at.emf = 1e-4;
    struct contact_value value = law->value(&at);
    ck_assert_double_le(fabs(value.j + 0.5 * value.both * at.emf), 1e-4 * value.both * at.emf);
  }
}
END_TEST

/* Whatever the emf: nothing leaves where nothing is, nothing enters where no site is free. */
START_TEST(emf_keeps_shares_between_zero_and_one) {
  static const double emf[] = {-20, -1, 1, 20};
  for (int e = 0; e < 4; e++) {
    struct contact_input empty = {.c_eq = 1e25, .velocity = 1, .free = 1, .free_eq = 0.9},
                         full = {.c = 1e26, .c_eq = 1e25, .velocity = 1, .free_eq = 0.9};
    empty.emf = full.emf = emf[e];
    ck_assert_double_le(contact_table[CONTACT_EXCHANGE].value(&empty).j, 0);
    ck_assert_double_ge(contact_table[CONTACT_EXCHANGE].value(&full).j, 0);
  }
}
END_TEST

START_TEST(flux_is_zero_in_equilibrium) {
  for (size_t i = 0; i < contact_table_count; i++)
    for (int a = 0; a < LEVELS && contact_table[i].value; a++) {
      struct contact_input at = state(levels[a], levels[a]);
      ck_assert_double_eq(contact_table[i].value(&at).j, 0);
    }
}
END_TEST

/* The species leaves the device where its chemical potential is above the electrode's. */
START_TEST(flux_runs_down_the_chemical_potential) {
  for (size_t i = 0; i < contact_table_count; i++)
    for (int a = 0; a < LEVELS * LEVELS && contact_table[i].value; a++) {
      double eta = levels[a / LEVELS], eta_eq = levels[a % LEVELS];
      struct contact_input at = state(eta, eta_eq);
      ck_assert_double_ge(contact_table[i].value(&at).j * (eta - eta_eq), 0);
    }
}
END_TEST

/* Near equilibrium all laws are j = v (c - c_eq), for a dilute species and small A = 1e-4;
 * next order: A, and e^eta from the filling of the band. */
START_TEST(laws_agree_near_equilibrium) {
  struct contact_input at = state(-20 + 1e-4, -20);
  for (size_t i = 0; i < contact_table_count; i++)
    if (contact_table[i].value && i != CONTACT_BLOCKING)
      ck_assert_double_eq_tol(contact_table[i].value(&at).j / (1e3 * (at.c - at.c_eq)), 1, 2e-4);
}
END_TEST

START_TEST(supply_has_all_its_digits_near_equilibrium) {
  struct contact_input at = state(-20 + 1e-12, -20);
  double d = (-20 + 1e-12) - -20; /* as rounded */
  double expected = at.velocity * at.N * d * exp(-20) / (1 + exp(-20));
  ck_assert_double_eq_tol(contact_table[CONTACT_SUPPLY].value(&at).j / expected, 1, 1e-11);
}
END_TEST

START_TEST(flux_is_finite_for_any_level) {
  static const double far[] = {-1000, 0, 1000};
  for (size_t i = 0; i < contact_table_count; i++)
    for (int a = 0; a < 9 && contact_table[i].value; a++) {
      struct contact_input at = state(far[a / 3], far[a % 3]);
      at.c = at.c_eq = 1e25;
      struct contact_value value = contact_table[i].value(&at);
      ck_assert_double_finite(value.j);
      ck_assert_double_finite(value.d_eta);
      ck_assert_double_finite(value.d_eta_eq);
      ck_assert_double_finite(value.d_c_eq);
    }
}
END_TEST

START_TEST(blocking_blocks) {
  struct contact_input at = state(3, -20);
  ck_assert_double_eq(contact_table[CONTACT_BLOCKING].value(&at).j, 0);
}
END_TEST

START_TEST(table_and_names_agree) {
  for (size_t i = 0; i < contact_table_count; i++) {
    const struct contact_law *law = &contact_table[i];
    ck_assert_str_eq(law->name, contact_model_names[i]);
    ck_assert_uint_gt(strlen(law->doc), 0);
    ck_assert(law->dirichlet == (law->value == NULL));
    ck_assert(law->for_carriers || law->for_ions);
  }
  ck_assert_ptr_null(contact_model_names[contact_table_count]);
}
END_TEST

START_TEST(check_names_what_is_wrong) {
  struct contact_species ion = {
      .species = "vacancy", .model = CONTACT_EXCHANGE, .rate = PARAM_MISSING};
  static const struct {
    bool ohmic;
    double work_function, barrier;
    const char *message;
  } bad[] = {{false, NAN, NAN, "got neither"},
             {false, 4.3, 0.7, "got both"},
             {true, 4.3, NAN, "is ohmic"},
             {false, NAN, 0.7, "rate is missing: exchange of vacancy"}};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    struct contact contact = {.name = "top",
                              .ohmic = bad[i].ohmic,
                              .work_function_V = bad[i].work_function,
                              .barrier_V = bad[i].barrier,
                              .n_species = 1,
                              .species = &ion};
    struct hd_error err = {0};
    ck_assert_int_eq(contact_check(&contact, "cell.cfg:9", &err), HD_INPUT);
    ck_assert_msg(strstr(err.text, bad[i].message) && strstr(err.text, "cell.cfg:9"), "%s",
                  err.text);
  }
  ion.rate = 1e-2;
  struct contact good = {
      .name = "top", .work_function_V = NAN, .barrier_V = 0.7, .n_species = 1, .species = &ion};
  ck_assert_int_eq(contact_check(&good, "cell.cfg:9", NULL), HD_OK);
}
END_TEST

int main(void) {
  const TTest *tests[] = {value_has_exact_derivatives,
                          emf_drives_half_of_both_rates,
                          emf_keeps_shares_between_zero_and_one,
                          flux_is_zero_in_equilibrium,
                          flux_runs_down_the_chemical_potential,
                          laws_agree_near_equilibrium,
                          supply_has_all_its_digits_near_equilibrium,
                          flux_is_finite_for_any_level,
                          blocking_blocks,
                          table_and_names_agree,
                          check_names_what_is_wrong,
                          NULL};
  return run_suite("contact", tests);
}
