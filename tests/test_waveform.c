#include "physics/waveform.h"

#include <float.h>
#include <stdio.h>
#include <string.h>
#include "tests/support/difference.h"

/* One set of values that makes sense for every kind: a new row of the table needs no new test.
 * None of the times is a binary fraction, and the pulses leave a gap. */
static struct waveform sample(int kind) {
  static double time[] = {0.1, 0.3, 0.7, 1.9}, value[] = {0, 1.5, -1, 0.2};
  struct waveform w = {.kind = kind,
                       .low = -0.3,
                       .high = 1.1,
                       .delay = 0.1,
                       .rise = 0.01,
                       .width = 0.2,
                       .fall = 0.03,
                       .period = 0.7,
                       .rate = 7,
                       .frequency = 3,
                       .phase = 0.4,
                       .duration = 20,
                       .count = 0,
                       .seed = 5,
                       .file = "w.txt"};
  if (kind == WAVEFORM_PWL) {
    w.n_points = 4;
    w.time = time;
    w.value = value;
  }
  if (kind == WAVEFORM_FILE) {
    FILE *file = fopen("w.txt", "w");
    ck_assert_ptr_nonnull(file);
    fputs("# t v\n0.2 1\n0.5 2 # top\n\n 1.7,-1\n", file);
    fclose(file);
  }
  struct hd_error err = {0};
  ck_assert_msg(waveform_prepare(&w, "test", &err) == HD_OK, "%s", err.text);
  if (kind == WAVEFORM_FILE)
    remove("w.txt");
  return w;
}

static void release(struct waveform *w) {
  if (w->kind != WAVEFORM_PWL)
    waveform_free(w);
}

/* Steepest slope of any sample, 1/s: edges of 1.4 in 0.01 s, and at most ten pulses on top of each
 * other; used as a Lipschitz bound. */
static const double steepest = 1400;

START_TEST(value_is_continuous) {
  for (size_t kind = 0; kind < waveform_table_count; kind++) {
    struct waveform w = sample((int)kind);
    double h = 1e-9, t = 0, last = -1;
    while ((t = waveform_next_kink(&w, t)) < 10) {
      double jump = fabs(waveform_value(&w, t + h) - waveform_value(&w, t - h));
      ck_assert_msg(jump <= 2 * h * steepest, "%s jumps by %g at %g", waveform_table[kind].name,
                    jump, t);
      last = t;
    }
    ck_assert(kind == WAVEFORM_CONSTANT || last > 0);
    release(&w);
  }
}
END_TEST

/* Between neighbouring kinks the slope is continuous: no kink is forgotten. At random points the
 * second difference is that of a smooth function, curvature at most (2 pi 3 Hz)^2 1.1 = 391. */
START_TEST(next_kink_forgets_none) {
  for (size_t kind = 0; kind < waveform_table_count; kind++) {
    struct waveform w = sample((int)kind);
    double h = 1e-6, t = 0;
    for (int i = 0; i < 100000; i++) {
      t = fmod(t + 0.618033988749895 * 8, 8);
      if (t < h || waveform_next_kink(&w, t - h) <= t + h)
        continue;
      double bend =
          waveform_value(&w, t + h) - 2 * waveform_value(&w, t) + waveform_value(&w, t - h);
      /* rounding of values of order 1 that are interpolated within 0.01 s at t = 8: 2e-13 */
      if (fabs(bend) > 391 * h * h + 1e-12)
        ck_abort_msg("%s bends at %.17g by %g", waveform_table[kind].name, t, bend);
    }
    release(&w);
  }
}
END_TEST

/* Every kink is one: the slope changes there. */
START_TEST(next_kink_is_a_change_of_slope) {
  for (size_t kind = 0; kind < waveform_table_count; kind++) {
    struct waveform w = sample((int)kind);
    double h = 1e-7, t = 0;
    while ((t = waveform_next_kink(&w, t)) < 10) {
      double bend =
          waveform_value(&w, t + h) - 2 * waveform_value(&w, t) + waveform_value(&w, t - h);
      /* the least change of slope among the samples is 0.6 */
      ck_assert_msg(fabs(bend) > 0.5 * h, "%s is straight at %.17g", waveform_table[kind].name, t);
    }
    release(&w);
  }
}
END_TEST

static int count_kinks(const struct waveform *w, double from, double to, double nudge) {
  int count = 0;
  double t = from, next;
  while ((next = waveform_next_kink(w, t)) < to) {
    if (!(next > t) || ++count > 1000000) /* an assertion each time would be slow */
      ck_abort_msg("walk from %.17g meets %.17g", t, next);
    t = next * (1 + nudge);
  }
  return count;
}

/* The solver stops at a kink or within rounding of it: the count must not change. */
START_TEST(walk_meets_each_kink_once) {
  static const double periods[] = {0.9e-3, 0.7e-3, 1.0 / 3, 1e-9 / 7, 86400.1};
  for (size_t i = 0; i < sizeof periods / sizeof *periods; i++)
    for (int nudge = -2; nudge <= 2; nudge++) {
      double p = periods[i], by = nudge * DBL_EPSILON;
      struct waveform w = {.kind = WAVEFORM_PULSE,
                           .high = 1,
                           .delay = 0.1 * p,
                           .rise = 0.01 * p,
                           .width = 0.3 * p,
                           .fall = 0.07 * p,
                           .period = p,
                           .count = 1000};
      ck_assert_int_eq(count_kinks(&w, 0, INFINITY, by), 4000);
      w.delay = 0; /* the first kink is where the walk starts */
      ck_assert_int_eq(count_kinks(&w, 0, INFINITY, by), 3999);
      w.width = 0.92 * p; /* the end of a pulse is the start of the next, but for rounding */
      ck_assert_int_eq(count_kinks(&w, 0, INFINITY, by), 3000);
      w.width = 0; /* no flat top */
      ck_assert_int_eq(count_kinks(&w, 0, INFINITY, by), 2999);
      w.kind = WAVEFORM_TRIANGLE;
      w.rate = 2 / p;
      ck_assert_int_eq(count_kinks(&w, 0, INFINITY, by), 2000);
    }
}
END_TEST

START_TEST(endless_train_goes_on) {
  struct waveform w = {
      .kind = WAVEFORM_PULSE, .high = 1, .rise = 1e-6, .width = 3e-4, .fall = 1e-6, .period = 9e-4};
  /* 4 kinks in each of 1000 periods, without the one at 0, and the next start */
  ck_assert_int_eq(count_kinks(&w, 0, 0.9 + 1e-7, 0), 4000);
  ck_assert_double_eq(waveform_value(&w, 1e6 * 9e-4 + 1e-4), 1);
  w.period = INFINITY;
  ck_assert_int_eq(count_kinks(&w, 0, INFINITY, 0), 3);
  ck_assert_double_eq(waveform_value(&w, 9e-4 + 1e-4), 0);
}
END_TEST

START_TEST(pulse_index_counts_pulses) {
  struct waveform w = {.kind = WAVEFORM_PULSE,
                       .high = 1,
                       .delay = 0.2,
                       .rise = 0.01,
                       .width = 0.3,
                       .fall = 0.01,
                       .period = 0.7,
                       .count = 12};
  ck_assert_int_eq(waveform_pulse_index(&w, 0.1), 0);
  for (int i = 0; i < 12; i++) {
    double start = 0.2 + i * 0.7;
    ck_assert_int_eq(waveform_pulse_index(&w, start), i + 1);
    ck_assert_int_eq(waveform_pulse_index(&w, start * (1 - DBL_EPSILON)), i + 1);
    ck_assert_int_eq(waveform_pulse_index(&w, start + 0.69), i + 1);
  }
  ck_assert_int_eq(waveform_pulse_index(&w, 1e3), 12);
  w.kind = WAVEFORM_SINE;
  ck_assert_int_eq(waveform_pulse_index(&w, 1), 0);
}
END_TEST

/* The middle of a pulse has its full height, and the kinks before and behind it are as far away.
 * Poisson pulses may lie on others: only higher. */
START_TEST(pulse_middle_is_the_middle_of_the_top) {
  static const double rounding = 1e-12;
  for (size_t kind = 0; kind < waveform_table_count; kind++) {
    struct waveform w = sample((int)kind);
    bool pulses = waveform_table[kind].pulse_index != NULL;
    double start = 0, before = 0, middle = waveform_pulse_middle(&w);
    ck_assert_msg(isfinite(middle) == pulses, "%s", waveform_table[kind].name);
    while (pulses && waveform_pulse_index(&w, start) < 1)
      start = waveform_next_kink(&w, start);
    middle += start;
    for (double t = start; t < middle - rounding; t = waveform_next_kink(&w, t))
      before = t;
    if (pulses)
      ck_assert_double_ge(waveform_value(&w, middle), w.high - rounding);
    if (pulses && kind != WAVEFORM_POISSON)
      ck_assert_double_eq_tol(waveform_next_kink(&w, middle) - middle, middle - before, rounding);
    release(&w);
  }
}
END_TEST

/* Values by hand. */
START_TEST(value_follows_its_definition) {
  static const struct {
    int kind;
    double t, value;
  } known[] = {{WAVEFORM_CONSTANT, 3, -0.3},
               {WAVEFORM_RAMP, 0, -0.3},
               {WAVEFORM_RAMP, 0.105, 0.4},
               {WAVEFORM_RAMP, 9, 1.1},
               {WAVEFORM_TRIANGLE, 0.05, -0.3},
               {WAVEFORM_TRIANGLE, 0.2, 0.4},
               {WAVEFORM_TRIANGLE, 0.3, 1.1},
               {WAVEFORM_TRIANGLE, 0.4, 0.4},
               {WAVEFORM_TRIANGLE, 0.6, 0.4},
               {WAVEFORM_PULSE, 0.105, 0.4},
               {WAVEFORM_PULSE, 0.2, 1.1},
               {WAVEFORM_PULSE, 0.325, 0.4},
               {WAVEFORM_PULSE, 0.6, -0.3},
               {WAVEFORM_PULSE, 0.9, 1.1},
               {WAVEFORM_SINE, 0.05, -0.3 + 1.1 * 0.3894183423086505},
               {WAVEFORM_SINE, 0.1 + 1.0 / 12, -0.3 + 1.1 * 0.9210609940028851},
               {WAVEFORM_PWL, 0, 0},
               {WAVEFORM_PWL, 0.2, 0.75},
               {WAVEFORM_PWL, 0.5, 0.25},
               {WAVEFORM_PWL, 3, 0.2},
               {WAVEFORM_FILE, 0.35, 1.5},
               {WAVEFORM_FILE, 1.1, 0.5},
               {WAVEFORM_FILE, 5, -1}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    struct waveform w = sample(known[i].kind);
    /* rounding over the shortest edge */
    ck_assert_double_eq_tol(waveform_value(&w, known[i].t), known[i].value, 1e-13);
    release(&w);
  }
}
END_TEST

START_TEST(names_and_keys_agree) {
  for (size_t i = 0; i < waveform_table_count; i++) {
    ck_assert_str_eq(waveform_table[i].name, waveform_names[i]);
    ck_assert_uint_gt(strlen(waveform_table[i].doc), 0);
  }
  ck_assert_ptr_null(waveform_names[waveform_table_count]);
}
END_TEST

static void assert_refused(struct waveform w, const char *word) {
  struct hd_error err = {0};
  ck_assert_int_eq(waveform_prepare(&w, "cell.cfg:17: drive", &err), HD_INPUT);
  ck_assert_msg(strstr(err.text, word) && strstr(err.text, "cell.cfg:17"), "%s: %s", word,
                err.text);
}

START_TEST(prepare_refuses_what_cannot_be) {
  struct waveform w = {
      .kind = WAVEFORM_PULSE, .high = 1, .rise = 1, .width = 2, .fall = 1, .period = 3.9};
  assert_refused(w, "rise + width + fall");
  w.period = INFINITY;
  w.count = 2;
  assert_refused(w, "period");
  w.width = PARAM_MISSING;
  assert_refused(w, "width is missing");
  struct waveform flat = {.kind = WAVEFORM_TRIANGLE, .rate = 1};
  assert_refused(flat, "high");
  double time[] = {0, 1, 1}, value[] = {0, 1, 2};
  struct waveform step = {.kind = WAVEFORM_PWL, .n_points = 3, .time = time, .value = value};
  assert_refused(step, "points[2]");
  step.n_points = 0;
  assert_refused(step, "points");
  struct waveform nofile = {.kind = WAVEFORM_FILE};
  assert_refused(nofile, "file");
  struct waveform dense = {.kind = WAVEFORM_POISSON,
                           .high = 1,
                           .rise = 1,
                           .width = 1,
                           .fall = 1,
                           .frequency = 1e9,
                           .duration = 1};
  assert_refused(dense, "frequency");
}
END_TEST

/* Every bad file is named with its line. */
START_TEST(prepare_refuses_bad_files) {
  static const struct {
    const char *text, *message;
  } bad[] = {{"0 1\n1 x\n", "bad.txt:2: must be two numbers"},
             {"0 1\n\n# c\n1 2 3\n", "bad.txt:4: must be two numbers"},
             {"0\n", "bad.txt:1: must be two numbers"},
             {"0 1\n1 nan\n", "bad.txt:2"},
             {"0 1\n1 2\n1 3\n", "bad.txt:3: first column: got 1 after 1"},
             {"# nothing\n", "bad.txt: has no numbers"}};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    FILE *file = fopen("bad.txt", "w");
    ck_assert_ptr_nonnull(file);
    fputs(bad[i].text, file);
    fclose(file);
    struct waveform w = {.kind = WAVEFORM_FILE, .file = "bad.txt"};
    struct hd_error err = {0};
    ck_assert_int_eq(waveform_prepare(&w, "test", &err), HD_INPUT);
    ck_assert_msg(strstr(err.text, bad[i].message) != NULL, "%s", err.text);
    ck_assert_ptr_null(w.time);
    remove("bad.txt");
  }
  struct waveform w = {.kind = WAVEFORM_FILE, .file = "."};
  struct hd_error err = {0};
  ck_assert_int_eq(waveform_prepare(&w, "test", &err), HD_IO);
}
END_TEST

int main(void) {
  const TTest *tests[] = {value_is_continuous,
                          next_kink_forgets_none,
                          next_kink_is_a_change_of_slope,
                          walk_meets_each_kink_once,
                          endless_train_goes_on,
                          pulse_index_counts_pulses,
                          pulse_middle_is_the_middle_of_the_top,
                          value_follows_its_definition,
                          names_and_keys_agree,
                          prepare_refuses_what_cannot_be,
                          prepare_refuses_bad_files,
                          NULL};
  return run_suite("waveform", tests);
}
