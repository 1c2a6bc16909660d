#include "physics/element.h"

#include <string.h>
#include "tests/support/difference.h"

/* One element that makes sense for every kind. */
static struct element sample(size_t kind) {
  struct element element = {.kind = (int)kind,
                            .value = 2.5,
                            .initial = 0.3,
                            .r_on = 10,
                            .r_off = 1e6,
                            .waveform = {.kind = WAVEFORM_CONSTANT, .low = 0.7}};
  return element;
}

/* A residual with one argument moved. */
struct moved {
  const struct element *element;
  struct element_input at;
  int argument; /* 0: v, 1: i, 2: dv, 3: di */
};

static double residual(double x, const void *context) {
  const struct moved *moved = context;
  struct element_input at = moved->at;
  double *argument[] = {&at.v, &at.i, &at.dv, &at.di};
  *argument[moved->argument] += x;
  return element_table[moved->element->kind].value(moved->element, &at).residual;
}

/* All elements in all three modes, with and without an initial value. */
START_TEST(value_has_exact_derivatives) {
  for (size_t kind = 0; kind < element_table_count; kind++)
    for (int mode = 0; mode < 6; mode++) {
      struct element element = sample(kind);
      if (mode >= 3)
        element.initial = PARAM_MISSING;
      struct element_input at = {.v = 0.4,
                                 .i = 1.3,
                                 .dv = -2,
                                 .di = 5,
                                 .t = 0.1,
                                 .steady = mode % 3 == 1,
                                 .initial = mode % 3 == 2};
      struct element_value value = element_table[kind].value(&element, &at);
      double partial[] = {value.d_v, value.d_i, value.d_dv, value.d_di};
      for (int j = 0; j < 4; j++) {
        struct moved moved = {&element, at, j};
        assert_slope(residual, 0, 0.1, &moved, partial[j], 1, element_table[kind].name);
      }
      /* an equation for the branch in every mode */
      ck_assert(value.d_v != 0 || value.d_i != 0);
    }
}
END_TEST

/* The residual is zero where the textbook says, and moves when it is left. */
static void assert_holds(int kind, struct element_input at, bool initial_given) {
  struct element element = sample((size_t)kind);
  if (!initial_given)
    element.initial = PARAM_MISSING;
  double r = element_table[kind].value(&element, &at).residual;
  ck_assert_msg(fabs(r) < 1e-12, "%s: residual %g", element_table[kind].name, r);
}

START_TEST(equations_are_those_of_the_textbook) {
  assert_holds(ELEMENT_RESISTOR, (struct element_input){.v = 5, .i = 2}, true);
  assert_holds(ELEMENT_CAPACITOR, (struct element_input){.v = 9, .i = 5, .dv = 2}, true);
  assert_holds(ELEMENT_INDUCTOR, (struct element_input){.v = 5, .i = 9, .di = 2}, true);
  assert_holds(ELEMENT_VOLTAGE_SOURCE, (struct element_input){.v = 0.7, .i = 8}, true);
  assert_holds(ELEMENT_CURRENT_SOURCE, (struct element_input){.v = 8, .i = 0.7}, true);
}
END_TEST

START_TEST(steady_capacitor_is_open_and_inductor_short) {
  struct element_input capacitor = {.v = 4, .dv = 3, .steady = true};
  struct element_input inductor = {.i = 4, .di = 3, .steady = true};
  assert_holds(ELEMENT_CAPACITOR, capacitor, true);
  assert_holds(ELEMENT_INDUCTOR, inductor, true);
}
END_TEST

START_TEST(initial_value_holds_at_the_start) {
  struct element_input capacitor = {.v = 0.3, .i = 7, .dv = 3, .initial = true, .steady = true};
  struct element_input inductor = {.v = 7, .i = 0.3, .di = 3, .initial = true, .steady = true};
  assert_holds(ELEMENT_CAPACITOR, capacitor, true);
  assert_holds(ELEMENT_INDUCTOR, inductor, true);
  /* without a value: the steady state, whatever the time derivatives */
  struct element_input open = {.v = 4, .dv = 3, .initial = true};
  struct element_input closed = {.i = 4, .di = 3, .initial = true};
  assert_holds(ELEMENT_CAPACITOR, open, false);
  assert_holds(ELEMENT_INDUCTOR, closed, false);
}
END_TEST

/* The waveform moves the resistance through its decades; beyond 0 and 1 nothing more happens. */
START_TEST(switch_moves_through_its_decades) {
  static const double known[][2] = {{-1, 1e6}, {0, 1e6}, {0.2, 1e5}, {0.8, 100}, {1, 10}, {2, 10}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    struct element element = sample(ELEMENT_SWITCH);
    element.waveform.low = known[i][0];
    struct element_input at = {.v = 1};
    struct element_value value = element_table[ELEMENT_SWITCH].value(&element, &at);
    /* rounding of pow */
    ck_assert_double_eq_tol(-value.d_i / known[i][1], 1, 1e-14);
  }
}
END_TEST

/* keys names rows of the parameter table; the rows with "$" have a unit. */
START_TEST(table_names_and_keys_agree) {
  for (size_t i = 0; i < element_table_count; i++) {
    const struct element_law *law = &element_table[i];
    ck_assert_str_eq(law->name, element_names[i]);
    ck_assert_uint_gt(strlen(law->doc), 0);
    ck_assert(!strstr(law->keys, "value") || law->value_unit[0]);
    ck_assert(!strstr(law->keys, "initial") || law->initial_unit[0]);
  }
  ck_assert_ptr_null(element_names[element_table_count]);
}
END_TEST

int main(void) {
  const TTest *tests[] = {value_has_exact_derivatives,
                          equations_are_those_of_the_textbook,
                          steady_capacitor_is_open_and_inductor_short,
                          initial_value_holds_at_the_start,
                          switch_moves_through_its_decades,
                          table_names_and_keys_agree,
                          NULL};
  return run_suite("element", tests);
}
