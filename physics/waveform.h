/* Waveforms of sources: value, and the instants where the slope jumps. */
#ifndef HALIDRIFT_PHYSICS_WAVEFORM_H
#define HALIDRIFT_PHYSICS_WAVEFORM_H

#include <stddef.h>
#include "solver/base/error.h"
#include "solver/base/param.h"

/** Rows of waveform_table. Time runs from the start of the experiment. All are continuous. */
enum waveform_kind {
  WAVEFORM_CONSTANT, /* low */
  WAVEFORM_RAMP,     /* low until delay, linear to high within rise, then high */
  WAVEFORM_TRIANGLE, /* low -> high -> low at `rate` (V/s), `count` times, after delay */
  WAVEFORM_PULSE,    /* trapezoids low/high: delay, rise, width (flat top), fall, period, count */
  WAVEFORM_SINE,     /* low + high sin(2 pi frequency (t - delay) + phase) after delay */
  WAVEFORM_PWL,      /* points (time, value); constant outside */
  WAVEFORM_FILE,     /* points read from a two-column file */
  WAVEFORM_POISSON /* pulse shapes at random times of mean rate `frequency`; where they overlap they
                     add up */
};

struct waveform {
  int kind;
  double low, high;                        /* V, A or a factor, by the source that it drives */
  double delay, rise, width, fall, period; /* s */
  double rate;                             /* 1/s times the unit of the source */
  double frequency;                        /* Hz */
  double phase;                            /* rad */
  double duration;                         /* s: Poisson arrivals are drawn for this long */
  int count;                               /* number of pulses or triangles; 0: without end */
  int seed;
  char file[HD_PATH];
  size_t n_points;      /* pwl, file, poisson (made by waveform_prepare) */
  double *time, *value; /* owned; time ascends strictly */
};

struct waveform_law {
  const char *name;
  double (*value)(const struct waveform *waveform, double t);
  /** First instant > t (by more than rounding) at which the slope jumps; INFINITY: none. */
  double (*next_kink)(const struct waveform *waveform, double t);
  /** Index of the pulse (from 1) that runs or ran last, 0 before the first; NULL: no pulses. */
  int (*pulse_index)(const struct waveform *waveform, double t);
  /** From the start of a pulse to the middle of its top, s; NULL: no pulses. */
  double (*pulse_middle)(const struct waveform *waveform);
  const char *keys; /* space-separated keys of waveform_params that this kind reads */
  const char *doc;
};

/* Rows of waveform_params whose unit is "$" (or "$ s-1") take the unit of what is driven. The key
 * `points` has no row: it is the list of [time, value] that goes to time[] and value[]. */
extern const struct waveform_law waveform_table[];
extern const size_t waveform_table_count;
extern const char *const waveform_names[];
extern const struct param waveform_params[];
extern const size_t waveform_params_count;

double waveform_value(const struct waveform *waveform, double t);
double waveform_next_kink(const struct waveform *waveform, double t);

/** Index of the pulse (from 1) that runs or ran last at time t; 0 before the first or if the
 * waveform has no pulses. */
int waveform_pulse_index(const struct waveform *waveform, double t);

/** From the start of a pulse to the middle of its top, s; NAN: the waveform has no pulses. */
double waveform_pulse_middle(const struct waveform *waveform);

/** Read the file, draw the Poisson arrivals, check the values that depend on each other. */
enum hd_status waveform_prepare(struct waveform *waveform, const char *place, struct hd_error *err);

void waveform_free(struct waveform *waveform);

#endif
