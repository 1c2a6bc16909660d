/* Graded point sets: every property that the mesh relies on, over many random chains of segments.
 */
#include "geometry/axis.h"

#include <check.h>
#include <math.h>
#include <string.h>
#include "solver/base/memory.h"
#include "tests/support/suite.h"

enum { MAX_SEGMENTS = 8, N_CHAINS = 500 };

struct chain {
  struct axis_segment segments[MAX_SEGMENTS];
  size_t n;
  double growth;
};

/** Reproducible random number in [0, 1). */
static double draw(unsigned *state) {
  *state = *state * 1664525u + 1013904223u;
  return (*state >> 8) / 16777216.0;
}

/** lo * 10^(decades * random), or no demand now and then. */
static double draw_spacing(unsigned *state, double lo, double decades) {
  double h = lo * pow(10, decades * draw(state));
  return draw(state) < 0.2 ? INFINITY : h;
}

static struct chain draw_chain(unsigned *state) {
  struct chain chain = {.n = 1 + (size_t)(draw(state) * MAX_SEGMENTS), .growth = 1.1 + draw(state)};
  for (size_t i = 0; i < chain.n; i++)
    chain.segments[i] = (struct axis_segment){.length = 1e-9 * pow(10, 3 * draw(state)),
                                              .h_first = draw_spacing(state, 1e-11, 4),
                                              .h_last = draw_spacing(state, 1e-11, 4),
                                              .h_max = draw_spacing(state, 1e-9, 2)};
  return chain;
}

static double *build(const struct chain *chain, size_t *n) {
  double *x;
  ck_assert_int_eq(axis_build(&x, n, chain->segments, chain->n, chain->growth, NULL), HD_OK);
  return x;
}

static double ratio(double a, double b) {
  return fmax(a / b, b / a);
}

START_TEST(axis_points_ascend_and_hit_every_stop) {
  unsigned state = 1;
  for (int c = 0; c < N_CHAINS; c++) {
    struct chain chain = draw_chain(&state);
    size_t n, at = 0;
    double *x = build(&chain, &n), stop = 0;
    ck_assert(x[0] == 0);
    for (size_t i = 1; i < n; i++)
      ck_assert(x[i] > x[i - 1]);
    for (size_t s = 0; s < chain.n; s++) {
      stop += chain.segments[s].length;
      while (at < n - 1 && x[at] < stop * (1 - 1e-12)) /* rounding of the running sum */
        at++;
      ck_assert_double_eq_tol(x[at], stop, 1e-12 * stop);
    }
    ck_assert_uint_eq(at, n - 1);
    hd_free(&x);
  }
}
END_TEST

START_TEST(axis_neighbours_differ_by_growth_at_most) {
  unsigned state = 2;
  for (int c = 0; c < N_CHAINS; c++) {
    struct chain chain = draw_chain(&state);
    size_t n;
    double *x = build(&chain, &n);
    for (size_t i = 2; i < n; i++) /* 1e-6: differences of positions */
      ck_assert_double_le(ratio(x[i] - x[i - 1], x[i - 1] - x[i - 2]), chain.growth * (1 + 1e-6));
    hd_free(&x);
  }
}
END_TEST

START_TEST(axis_spacing_is_no_larger_than_asked) {
  unsigned state = 3;
  for (int c = 0; c < N_CHAINS; c++) {
    struct chain chain = draw_chain(&state);
    size_t n, at = 0;
    double *x = build(&chain, &n), start = 0, end;
    for (size_t s = 0; s < chain.n; s++, start = end) {
      const struct axis_segment *g = &chain.segments[s];
      end = start + g->length;
      /* mean of h e^(s t) over the first interval, s = ln(growth) */
      double grown = (chain.growth - 1) / log(chain.growth);
      ck_assert_double_le(x[at + 1] - x[at], g->h_first * grown);
      for (; x[at] < end * (1 - 1e-12); at++)
        ck_assert_double_le(x[at + 1] - x[at], g->h_max * (1 + 1e-6));
      ck_assert_double_le(x[at] - x[at - 1], g->h_last * grown);
    }
    hd_free(&x);
  }
}
END_TEST

START_TEST(axis_is_deterministic) {
  unsigned state = 4;
  struct chain chain = draw_chain(&state);
  size_t n, m;
  double *x = build(&chain, &n), *y = build(&chain, &m);
  ck_assert_uint_eq(n, m);
  ck_assert_mem_eq(x, y, n * sizeof *x);
  hd_free(&x);
  hd_free(&y);
}
END_TEST

START_TEST(axis_is_symmetric_for_a_symmetric_segment) {
  struct chain chain = {
      .segments = {{.length = 3e-7, .h_first = 1e-10, .h_last = 1e-10, .h_max = 5e-9}},
      .n = 1,
      .growth = 1.2};
  size_t n;
  double *x = build(&chain, &n);
  for (size_t i = 0; i < n; i++) /* 1e-22 m: rounding of 3e-7 m */
    ck_assert_double_eq_tol(x[i], 3e-7 - x[n - 1 - i], 1e-22 * 10);
  hd_free(&x);
}
END_TEST

START_TEST(axis_intervals_are_exact_and_equal) {
  struct chain chain = {
      .segments = {{.length = 1e-7, .h_first = 1e-12, .intervals = 7},
                   {.length = 2e-7, .h_max = 1e-8, .h_first = INFINITY, .h_last = INFINITY}},
      .n = 2,
      .growth = 1.3};
  size_t n;
  double *x = build(&chain, &n);
  ck_assert_uint_gt(n, 8);
  for (size_t i = 0; i < 7; i++)
    ck_assert_double_eq_tol(x[i + 1] - x[i], 1e-7 / 7, 1e-21);
  hd_free(&x);
}
END_TEST

START_TEST(axis_without_demands_is_one_interval) {
  struct chain chain = {
      .segments = {{.length = 1, .h_first = INFINITY, .h_last = INFINITY, .h_max = INFINITY}},
      .n = 1,
      .growth = 1.2};
  size_t n;
  double *x = build(&chain, &n);
  ck_assert_uint_eq(n, 2);
  hd_free(&x);
}
END_TEST

/** What is wrong with the arguments, and a word that the sentence must hold. */
static const struct bad {
  struct axis_segment segment;
  double growth;
  const char *word;
} bad_table[] = {
    {{.length = 0, .h_first = 1, .h_last = 1, .h_max = 1}, 1.2, "length"},
    {{.length = -1, .h_first = 1, .h_last = 1, .h_max = 1}, 1.2, "length"},
    {{.length = NAN, .h_first = 1, .h_last = 1, .h_max = 1}, 1.2, "length"},
    {{.length = INFINITY, .h_first = 1, .h_last = 1, .h_max = 1}, 1.2, "length"},
    {{.length = 1, .h_first = 0, .h_last = 1, .h_max = 1}, 1.2, "spacing"},
    {{.length = 1, .h_first = 1, .h_last = 1, .h_max = -1}, 1.2, "spacing"},
    {{.length = 1, .h_first = 1, .h_last = 1, .h_max = 1}, 1, "growth"},
    {{.length = 1, .h_first = 1, .h_last = 1, .h_max = 1}, NAN, "growth"},
    {{.length = 1, .h_first = 1, .h_last = 1, .h_max = 1e-9}, 1.2, "points"},
    {{.length = 1, .h_first = 1, .h_last = 1, .h_max = 1e-300}, 1.2, "points"},
};

START_TEST(axis_refuses_wrong_arguments) {
  const struct bad *bad = &bad_table[_i];
  struct hd_error err = {0};
  double *x;
  size_t n;
  ck_assert_int_eq(axis_build(&x, &n, &bad->segment, 1, bad->growth, &err), HD_INPUT);
  ck_assert_ptr_null(x);
  ck_assert_uint_eq(err.count, 1);
  ck_assert_ptr_nonnull(strstr(err.text, bad->word));
  ck_assert_ptr_nonnull(strpbrk(err.text, ">:"));
}
END_TEST

START_TEST(axis_refuses_no_segments) {
  double *x;
  size_t n;
  ck_assert_int_eq(axis_build(&x, &n, NULL, 0, 1.2, NULL), HD_INPUT);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("axis");
  TCase *unit = tcase_create("unit");
  tcase_add_test(unit, axis_points_ascend_and_hit_every_stop);
  tcase_add_test(unit, axis_neighbours_differ_by_growth_at_most);
  tcase_add_test(unit, axis_spacing_is_no_larger_than_asked);
  tcase_add_test(unit, axis_is_deterministic);
  tcase_add_test(unit, axis_is_symmetric_for_a_symmetric_segment);
  tcase_add_test(unit, axis_intervals_are_exact_and_equal);
  tcase_add_test(unit, axis_without_demands_is_one_interval);
  tcase_add_loop_test(unit, axis_refuses_wrong_arguments, 0,
                      (int)(sizeof bad_table / sizeof *bad_table));
  tcase_add_test(unit, axis_refuses_no_segments);
  suite_add_tcase(suite, unit);
  return suite_run(suite);
}
