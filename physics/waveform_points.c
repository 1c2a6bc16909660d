#include "physics/waveform_points.h"

#include <float.h>
#include <math.h>
#include <Random123/philox.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "physics/columns.h"
#include "solver/base/memory.h"

/* More arrivals than this are a wrong unit of the frequency, and 4 kinks each. */
enum { ARRIVALS_MAX = 1000000, ARRIVALS_MEAN = ARRIVALS_MAX / 2 };
/* Word of the counter that keeps these numbers apart from any other use of the same seed. */
enum { STREAM_ARRIVALS = 0x706f6973 };

/** Height at time tau after the start: up within rise, flat for width, down within fall. */
double waveform_trapezoid(double tau, double rise, double width, double fall) {
  double up = tau / rise, down = (rise + width + fall - tau) / fall;
  return fmax(fmin(fmin(up, down), 1), 0);
}

/** Interval before arrival i: exponentially distributed with mean 1/frequency. */
static double interval(const struct waveform *w, uint32_t i) {
  philox4x32_ctr_t counter = {{i, STREAM_ARRIVALS, 0, 0}};
  philox4x32_key_t key = {{(uint32_t)w->seed, 0}};
  philox4x32_ctr_t word = philox4x32(counter, key);
  uint64_t bits = ((uint64_t)word.v[0] << 32 | word.v[1]) >> 11; /* 53 bits */
  double uniform = ((double)bits + 0.5) * 0x1p-53;               /* in (0, 1) */
  return -log(uniform) / w->frequency;
}

/** Number of arrivals until t; they are drawn again, in the same order. */
int waveform_poisson_index(const struct waveform *waveform, double t) {
  double end = fmin(t, waveform->delay + waveform->duration), arrival = waveform->delay;
  for (int i = 0; i < ARRIVALS_MAX; i++) {
    arrival += interval(waveform, (uint32_t)i);
    if (arrival > end)
      return i;
  }
  return ARRIVALS_MAX;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/** Kinks of all trapezoids in w->time, sorted, without those that coincide. */
static void collect_kinks(struct waveform *w, const double *arrival, size_t count) {
  double offset[] = {0, w->rise, w->rise + w->width, w->rise + w->width + w->fall};
  size_t n = 0;
  for (size_t i = 0; i < count; i++)
    for (int j = 0; j < 4; j++)
      w->time[n++] = arrival[i] + offset[j];
  qsort(w->time, n, sizeof *w->time, ascending);
  w->n_points = 1;
  for (size_t i = 1; i < n; i++)
    if (w->time[i] > w->time[w->n_points - 1] * (1 + 8 * DBL_EPSILON))
      w->time[w->n_points++] = w->time[i];
}

/** Sum of all trapezoids at the kinks: exact, because the sum is straight between them. */
static void superpose(struct waveform *w, const double *arrival, size_t count) {
  double length = w->rise + w->width + w->fall;
  size_t first = 0;
  for (size_t i = 0; i < w->n_points; i++) {
    double t = w->time[i], height = 0;
    while (first < count && arrival[first] + length < t)
      first++;
    for (size_t k = first; k < count && arrival[k] <= t; k++)
      height += waveform_trapezoid(t - arrival[k], w->rise, w->width, w->fall);
    w->value[i] = w->low + (w->high - w->low) * height;
  }
}

static enum hd_status draw_poisson(struct waveform *w, const char *place, struct hd_error *err) {
  if (w->frequency * w->duration > ARRIVALS_MEAN)
    return hd_fail(err, HD_INPUT,
                   "%s: frequency: got %g pulses within duration, must be at most %d", place,
                   w->frequency * w->duration, ARRIVALS_MEAN);
  size_t count = (size_t)waveform_poisson_index(w, INFINITY), size = count ? 4 * count : 1;
  double *arrival = NULL;
  TRY(hd_alloc(&w->time, size, sizeof *w->time, err));
  TRY(hd_alloc(&w->value, size, sizeof *w->value, err));
  TRY(hd_alloc(&arrival, size, sizeof *arrival, err));
  double t = w->delay;
  for (size_t i = 0; i < count; i++)
    arrival[i] = t += interval(w, (uint32_t)i);
  w->time[0] = w->delay; /* stays when nothing arrives */
  w->n_points = 1;
  if (count > 0)
    collect_kinks(w, arrival, count);
  superpose(w, arrival, count);
  hd_free(&arrival);
  return HD_OK;
}

/** One sentence for every key of this kind that has no value. */
static enum hd_status check_missing(const struct waveform *w, const char *place,
                                    struct hd_error *err) {
  const struct waveform_law *law = &waveform_table[w->kind];
  enum hd_status status = HD_OK;
  for (const char *key = law->keys; *key; key += strcspn(key, " "), key += strspn(key, " ")) {
    size_t length = strcspn(key, " ");
    for (size_t i = 0; i < waveform_params_count; i++) {
      const struct param *row = &waveform_params[i];
      if (strncmp(row->key, key, length) != 0 || row->key[length] != '\0')
        continue;
      double value = 0;
      if (row->kind == PARAM_QUANTITY)
        memcpy(&value, (const char *)w + row->offset, sizeof value);
      if (isnan(value) || (row->kind == PARAM_FILE && !w->file[0]))
        status = hd_fail(err, HD_INPUT, "%s: %s is missing: a %s waveform needs it", place,
                         row->key, law->name);
    }
  }
  return status;
}

static enum hd_status check_points(const struct waveform *w, const char *place,
                                   struct hd_error *err) {
  if (w->n_points == 0)
    return hd_fail(err, HD_INPUT, "%s: points: got none, must have one or more", place);
  for (size_t i = 1; i < w->n_points; i++)
    if (!(w->time[i] > w->time[i - 1]))
      return hd_fail(err, HD_INPUT, "%s: points[%zu]: got %g s after %g s, times must ascend",
                     place, i, w->time[i], w->time[i - 1]);
  return HD_OK;
}

static enum hd_status check_pulse(const struct waveform *w, const char *place,
                                  struct hd_error *err) {
  double length = w->rise + w->width + w->fall;
  if (length > w->period * (1 + 8 * DBL_EPSILON))
    return hd_fail(err, HD_INPUT,
                   "%s: period: got %g s, must be at least rise + width + fall = %g s", place,
                   w->period, length);
  if (w->count > 1 && isinf(w->period))
    return hd_fail(err, HD_INPUT, "%s: period is missing: a train of %d pulses needs it", place,
                   w->count);
  return HD_OK;
}

static enum hd_status check_triangle(const struct waveform *w, const char *place,
                                     struct hd_error *err) {
  if (w->high == w->low)
    return hd_fail(err, HD_INPUT, "%s: high: got %g, must differ from low", place, w->high);
  return HD_OK;
}

/** Points of a kind that makes them itself. */
static enum hd_status make_points(struct waveform *w, const char *place, struct hd_error *err) {
  waveform_free(w);
  if (w->kind == WAVEFORM_FILE)
    return columns_read(w->file, &w->time, &w->value, &w->n_points, place, err);
  return draw_poisson(w, place, err);
}

/**
 * Check the values that depend on each other, read the file, draw the Poisson arrivals.
 * place   stands before every sentence, e.g. "cell.cfg:17: circuit[0].waveform"
 * Errors  HD_INPUT, HD_IO (file), HD_MEMORY; points that were made stay owned by the waveform
 */
enum hd_status waveform_prepare(struct waveform *waveform, const char *place,
                                struct hd_error *err) {
  TRY(check_missing(waveform, place, err));
  switch (waveform->kind) {
  case WAVEFORM_TRIANGLE:
    return check_triangle(waveform, place, err);
  case WAVEFORM_PULSE:
    return check_pulse(waveform, place, err);
  case WAVEFORM_PWL:
    return check_points(waveform, place, err);
  case WAVEFORM_FILE:
  case WAVEFORM_POISSON:
    return make_points(waveform, place, err);
  default:
    return HD_OK;
  }
}
