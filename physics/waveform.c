#include "physics/waveform.h"

#include <assert.h>
#include <float.h>
#include <limits.h>
#include <math.h>
#include "physics/waveform_points.h"
#include "solver/base/memory.h"

/* Two instants closer than this (relative to their size) are one: sums of the same delays, rises
 * and periods differ by a few roundings when they are taken in another order. */
static const double same_instant = 8 * DBL_EPSILON;

const char *const waveform_names[] = {"constant", "ramp", "triangle", "pulse", "sine",
                                      "pwl",      "file", "poisson",  NULL};

#define AT(member) offsetof(struct waveform, member)
#define EDGE       "fast beside ions, slow beside dielectric relaxation"

const struct param waveform_params[] = {
    {"type", PARAM_CHOICE, "", AT(kind), WAVEFORM_CONSTANT, 0, 0, false, false, waveform_names,
     "Shape in time; time runs from the start of the experiment.", NULL},
    {"value", PARAM_QUANTITY, "$", AT(low), 0, -INFINITY, INFINITY, false, false, NULL,
     "Value of a constant.", NULL},
    {"low", PARAM_QUANTITY, "$", AT(low), 0, -INFINITY, INFINITY, false, false, NULL,
     "Value at rest; the offset of a sine.", NULL},
    {"high", PARAM_QUANTITY, "$", AT(high), PARAM_MISSING, -INFINITY, INFINITY, false, false, NULL,
     "Value of a ramp's end, a triangle's tip, a pulse's top; the amplitude of a sine.", NULL},
    {"delay", PARAM_QUANTITY, "s", AT(delay), 0, 0, INFINITY, false, false, NULL,
     "Time before anything happens.", NULL},
    {"rise", PARAM_QUANTITY, "s", AT(rise), 1e-9, 0, INFINITY, true, false, NULL,
     "Duration of the way from low to high.", EDGE},
    {"width", PARAM_QUANTITY, "s", AT(width), PARAM_MISSING, 0, INFINITY, false, false, NULL,
     "Duration of the flat top of a pulse.", NULL},
    {"fall", PARAM_QUANTITY, "s", AT(fall), 1e-9, 0, INFINITY, true, false, NULL,
     "Duration of the way from high to low.", EDGE},
    {"period", PARAM_QUANTITY, "s", AT(period), INFINITY, 0, INFINITY, true, false, NULL,
     "Time from pulse to pulse; infinite: one pulse.", NULL},
    {"rate", PARAM_QUANTITY, "$ s-1", AT(rate), PARAM_MISSING, 0, INFINITY, true, false, NULL,
     "Slope of a triangle (its absolute value), V/s for a voltage.", NULL},
    {"frequency", PARAM_QUANTITY, "Hz", AT(frequency), PARAM_MISSING, 0, INFINITY, true, false,
     NULL, "Frequency of a sine; mean rate of Poisson pulses.", NULL},
    {"phase", PARAM_QUANTITY, "rad", AT(phase), 0, -INFINITY, INFINITY, false, false, NULL,
     "Phase of a sine at the end of the delay.", NULL},
    {"duration", PARAM_QUANTITY, "s", AT(duration), PARAM_MISSING, 0, INFINITY, true, false, NULL,
     "Poisson pulses begin within this time after the delay.", NULL},
    {"count", PARAM_INTEGER, "", AT(count), 0, 0, INT_MAX, false, false, NULL,
     "Number of pulses or triangles; 0: without end.", NULL},
    {"seed", PARAM_INTEGER, "", AT(seed), 1, 0, INT_MAX, false, false, NULL,
     "Seed of the Poisson pulses: the same seed gives the same pulses.", NULL},
    {"file", PARAM_FILE, "", AT(file), 0, 0, 0, false, false, NULL,
     "Two columns, time in s and value in SI; # starts a comment.", NULL},
};
const size_t waveform_params_count = sizeof waveform_params / sizeof *waveform_params;

/** True when `instant` comes after t, and is not t up to rounding. */
static bool after(double instant, double t) {
  return instant > t + same_instant * fabs(t);
}

/** The first of `count` ascending instants after t. */
static double first_after(const double *instant, int count, double t) {
  for (int i = 0; i < count; i++)
    if (after(instant[i], t))
      return instant[i];
  return INFINITY;
}

static double constant_value(const struct waveform *w, double t) {
  (void)t;
  return w->low;
}

static double no_kink(const struct waveform *w, double t) {
  (void)w;
  (void)t;
  return INFINITY;
}

/** low + (high - low) s, exact at both ends. */
static double between(const struct waveform *w, double s) {
  return (1 - s) * w->low + s * w->high;
}

static double ramp_value(const struct waveform *w, double t) {
  return between(w, fmin(fmax((t - w->delay) / w->rise, 0), 1));
}

static double ramp_kink(const struct waveform *w, double t) {
  double kinks[] = {w->delay, w->delay + w->rise};
  return first_after(kinks, 2, t);
}

/** Repeated trapezoids; a triangle is one with a top of width 0. */
struct train {
  double delay, rise, width, fall, period;
  double last; /* index of the last pulse; INFINITY: without end */
};

/** Index of the last of `count` pulses. */
static double last_pulse(const struct waveform *w) {
  return w->count > 0 ? (double)(w->count - 1) : (double)INFINITY;
}

static struct train pulse_train(const struct waveform *w) {
  struct train train = {.delay = w->delay,
                        .rise = w->rise,
                        .width = w->width,
                        .fall = w->fall,
                        .period = w->period,
                        .last = isinf(w->period) ? 0 : last_pulse(w)};
  return train;
}

static struct train triangle_train(const struct waveform *w) {
  double edge = fabs(w->high - w->low) / w->rate;
  struct train train = {
      .delay = w->delay, .rise = edge, .fall = edge, .period = 2 * edge, .last = last_pulse(w)};
  return train;
}

/** Start of pulse i (from 0): the one expression that all functions of a train use. */
static double train_start(const struct train *train, double i) {
  return i > 0 ? train->delay + i * train->period : train->delay;
}

/** Index (from 0) of the pulse that runs or ran last at t; -1 before the first. */
static double train_index(const struct train *train, double t) {
  if (after(train->delay, t))
    return -1;
  double i = fmin(fmax(floor((t - train->delay) / train->period), 0), train->last);
  while (i > 0 && train_start(train, i) > t) /* at most once: a rounded quotient */
    i--;
  while (i < train->last && !after(train_start(train, i + 1), t))
    i++;
  return i;
}

static double train_value(const struct waveform *w, const struct train *train, double t) {
  double i = train_index(train, t);
  if (i < 0)
    return w->low;
  return between(
      w, waveform_trapezoid(t - train_start(train, i), train->rise, train->width, train->fall));
}

static double train_kink(const struct train *train, double t) {
  double rise = train->rise, top = rise + train->width, end = top + train->fall;
  double i = fmax(train_index(train, t), 0);
  for (int next = 0; next < 2 && i + next <= train->last; next++) {
    double start = train_start(train, i + next);
    double kinks[] = {start, start + rise, start + top, start + end};
    double kink = first_after(kinks, 4, t);
    if (kink < INFINITY)
      return kink;
  }
  return INFINITY;
}

static int train_pulse(const struct train *train, double t) {
  return (int)fmin(train_index(train, t) + 1, INT_MAX);
}

static double pulse_value(const struct waveform *w, double t) {
  struct train train = pulse_train(w);
  return train_value(w, &train, t);
}

static double pulse_kink(const struct waveform *w, double t) {
  struct train train = pulse_train(w);
  return train_kink(&train, t);
}

static int pulse_index(const struct waveform *w, double t) {
  struct train train = pulse_train(w);
  return train_pulse(&train, t);
}

static double pulse_middle(const struct waveform *w) {
  return w->rise + w->width / 2;
}

static double triangle_value(const struct waveform *w, double t) {
  struct train train = triangle_train(w);
  return train_value(w, &train, t);
}

static double triangle_kink(const struct waveform *w, double t) {
  struct train train = triangle_train(w);
  return train_kink(&train, t);
}

static int triangle_index(const struct waveform *w, double t) {
  struct train train = triangle_train(w);
  return train_pulse(&train, t);
}

static double triangle_middle(const struct waveform *w) {
  return triangle_train(w).rise;
}

/** low + high sin(2 pi f (t - delay) + phase); its first value stands during the delay. */
static double sine_value(const struct waveform *w, double t) {
  static const double two_pi = 6.283185307179586;
  return w->low + w->high * sin(two_pi * w->frequency * fmax(t - w->delay, 0) + w->phase);
}

static double sine_kink(const struct waveform *w, double t) {
  return w->delay > 0 ? first_after(&w->delay, 1, t) : INFINITY;
}

/** Number of points with time <= t. */
static size_t points_before(const struct waveform *w, double t) {
  size_t lo = 0, hi = w->n_points;
  while (lo < hi) {
    size_t middle = lo + (hi - lo) / 2;
    if (w->time[middle] <= t)
      lo = middle + 1;
    else
      hi = middle;
  }
  return lo;
}

/** Straight lines between the points, constant outside. */
static double points_value(const struct waveform *w, double t) {
  assert(w->n_points > 0);
  size_t i = points_before(w, t);
  if (i == 0)
    return w->value[0];
  if (i == w->n_points)
    return w->value[i - 1];
  double s = (t - w->time[i - 1]) / (w->time[i] - w->time[i - 1]);
  return (1 - s) * w->value[i - 1] + s * w->value[i];
}

static double points_kink(const struct waveform *w, double t) {
  for (size_t i = points_before(w, t); i < w->n_points; i++)
    if (after(w->time[i], t))
      return w->time[i];
  return INFINITY;
}

const struct waveform_law waveform_table[] = {
    {"constant", constant_value, no_kink, NULL, NULL, "value", "The same value at all times."},
    {"ramp", ramp_value, ramp_kink, NULL, NULL, "low high delay rise",
     "low, then a straight line to high within rise, then high; a step when rise is short."},
    {"triangle", triangle_value, triangle_kink, triangle_index, triangle_middle,
     "low high rate delay count", "low to high and back at a given rate, count times."},
    {"pulse", pulse_value, pulse_kink, pulse_index, pulse_middle,
     "low high delay rise width fall period count", "A train of trapezoids."},
    {"sine", sine_value, sine_kink, NULL, NULL, "low high frequency phase delay",
     "low + high sin(2 pi frequency (t - delay) + phase), after the delay."},
    {"pwl", points_value, points_kink, NULL, NULL, "points",
     "Straight lines between the points [time, value], constant outside."},
    {"file", points_value, points_kink, NULL, NULL, "file",
     "Straight lines between the points of a file, constant outside."},
    {"poisson", points_value, points_kink, waveform_poisson_index, pulse_middle,
     "low high delay rise width fall frequency duration seed",
     "Trapezoids at random times (a Poisson process); where they overlap they add up."},
};
const size_t waveform_table_count = sizeof waveform_table / sizeof *waveform_table;

/**
 * Value at time t (s from the start of the experiment), in the unit of what is driven.
 * Errors  none; the waveform must have passed waveform_prepare.
 */
double waveform_value(const struct waveform *waveform, double t) {
  return waveform_table[waveform->kind].value(waveform, t);
}

/**
 * First instant after t at which the slope jumps, INFINITY when there is none. An instant that is
 * t up to rounding does not count, so a walk t -> next_kink(t) meets every kink once.
 * Errors  none
 */
double waveform_next_kink(const struct waveform *waveform, double t) {
  return waveform_table[waveform->kind].next_kink(waveform, t);
}

/**
 * Index (from 1) of the pulse that runs or ran last at time t; 0 before the first, and always 0
 * for a waveform without pulses.
 * Errors  none
 */
int waveform_pulse_index(const struct waveform *waveform, double t) {
  const struct waveform_law *law = &waveform_table[waveform->kind];
  return law->pulse_index ? law->pulse_index(waveform, t) : 0;
}

/**
 * From the start of a pulse to the middle of its top: rise + width / 2; of a triangle to its tip.
 * Errors  none; NAN where there are no pulses
 */
double waveform_pulse_middle(const struct waveform *waveform) {
  const struct waveform_law *law = &waveform_table[waveform->kind];
  return law->pulse_middle ? law->pulse_middle(waveform) : (double)NAN;
}

/** Free the points; accepts a zeroed struct. */
void waveform_free(struct waveform *waveform) {
  hd_free(&waveform->time);
  hd_free(&waveform->value);
  waveform->n_points = 0;
}
