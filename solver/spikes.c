#include "solver/spikes.h"

#include <assert.h>
#include <math.h>
#include <string.h>
#include "solver/base/memory.h"

/* Instants closer than this are one, relative to their time: a hundred times the rounding of a
 * sum of periods, a millionth of any step that an integrator takes. */
static const double same_instant = 1e-13;
/* The window of the last pulse ends one period after its start; up to this part of the period the
 * end of the experiment counts as that end. */
static const double same_end = 1e-9;

struct spikes {
  struct spikes_setup setup;
  struct spikes_point last; /* the last point taken */
  bool started;
  bool above;         /* |I| of `last` is above the threshold */
  double above_since; /* s; valid when `above` */
  bool crossed;       /* upward; not known yet whether a spike begins */
  struct spikes_point crossing;
  int pulse;                 /* that runs or ran last at `last` */
  bool in_pulse;             /* `last` lies in the period of that pulse */
  struct spikes_point begin; /* of that pulse */
  bool open;                 /* the last spike is not final */
  bool window_open;          /* its window has not ended */
  bool own_window;           /* its window is its own crossings, not a pulse */
  double sign;               /* of its current at its beginning */
  struct spikes_point first; /* start of its window */
  size_t n, capacity;
  struct spike *spike; /* [capacity], n in use */
};

const char *const spike_columns[] = {"time_s",         "pulse",        "peak_current_A", "width_s",
                                     "E_source_J",     "E_device_J",   "E_stored_J",     "charge_C",
                                     "window_start_s", "window_end_s", "complete"};
const size_t spike_columns_count = sizeof spike_columns / sizeof *spike_columns;

/** Value of a column of spike_columns. */
double spike_value(const struct spike *spike, size_t column) {
  const double values[] = {spike->t,          (double)spike->pulse,   spike->peak,
                           spike->width,      spike->E_source,        spike->E_device,
                           spike->E_stored,   spike->charge,          spike->window_start,
                           spike->window_end, spike->complete ? 1 : 0};
  assert(column < sizeof values / sizeof *values);
  return values[column];
}

/**
 * Make a recorder.
 * setup   copied; its waveform is borrowed
 * Errors  HD_MEMORY
 */
enum hd_status spikes_create(struct spikes **spikes, const struct spikes_setup *setup,
                             struct hd_error *err) {
  assert(setup->threshold > 0);
  TRY(hd_alloc(spikes, 1, sizeof **spikes, err));
  (*spikes)->setup = *setup;
  return HD_OK;
}

/** Free; NULL is accepted. */
void spikes_free(struct spikes **spikes) {
  if (!*spikes)
    return;
  hd_free(&(*spikes)->spike);
  hd_free(spikes);
}

size_t spikes_begun(const struct spikes *spikes) {
  return spikes->n;
}

size_t spikes_final(const struct spikes *spikes) {
  return spikes->open ? spikes->n - 1 : spikes->n;
}

const struct spike *spikes_get(const struct spikes *spikes, size_t i) {
  assert(i < spikes->n);
  return &spikes->spike[i];
}

static int pulse_at(const struct spikes *s, double t) {
  return s->setup.waveform ? waveform_pulse_index(s->setup.waveform, t) : 0;
}

/** Length of a pulse's period, s; INFINITY: until the next pulse. */
static double period(const struct spikes *s) {
  double value = s->setup.waveform ? s->setup.waveform->period : 0;
  return value > 0 ? value : (double)INFINITY;
}

static bool is_above(const struct spikes *s, const struct spikes_point *p) {
  return fabs(p->I) > s->setup.threshold;
}

/** The point at part f (0 to 1) of the way from a to b. */
static struct spikes_point between(const struct spikes_point *a, const struct spikes_point *b,
                                   double f) {
  return (struct spikes_point){.t = a->t + f * (b->t - a->t),
                               .I = a->I + f * (b->I - a->I),
                               .V_X = a->V_X + f * (b->V_X - a->V_X),
                               .E_source = a->E_source + f * (b->E_source - a->E_source),
                               .E_device = a->E_device + f * (b->E_device - a->E_device),
                               .charge = a->charge + f * (b->charge - a->charge)};
}

/** The point at time t between a and b. */
static struct spikes_point at_time(const struct spikes_point *a, const struct spikes_point *b,
                                   double t) {
  if (b->t - t <= same_instant * fabs(b->t))
    return *b;
  return between(a, b, (t - a->t) / (b->t - a->t));
}

/** Where |I| crosses the threshold between a and b, on a straight line. An integrator that stops
 * at the crossing delivers it as a point, and then this is exact. */
static struct spikes_point at_crossing(const struct spikes *s, const struct spikes_point *a,
                                       const struct spikes_point *b) {
  double from = fabs(a->I), to = fabs(b->I);
  return between(a, b, (s->setup.threshold - from) / (to - from));
}

/** End the window of the open spike at p. */
static void close_window(struct spikes *s, const struct spikes_point *p) {
  struct spike *spike = &s->spike[s->n - 1];
  const struct spikes_point *from = &s->first;
  spike->window_end = p->t;
  spike->E_source = p->E_source - from->E_source;
  spike->E_device = p->E_device - from->E_device;
  spike->E_stored = s->setup.capacitance / 2 * (p->V_X + from->V_X) * (p->V_X - from->V_X);
  spike->charge = p->charge - from->charge;
  s->window_open = false;
}

/** The open spike is final when its window has ended and its current has fallen. */
static void finish_if_over(struct spikes *s) {
  if (!s->open || s->window_open || s->above)
    return;
  s->spike[s->n - 1].complete = true;
  s->open = false;
}

/** A spike begins where the current has crossed upward, unless one is open. */
static enum hd_status begin(struct spikes *s, struct hd_error *err) {
  const struct spikes_point *c = &s->crossing;
  if (s->n == s->capacity) {
    size_t capacity = s->capacity ? 2 * s->capacity : 16;
    TRY(hd_resize(&s->spike, capacity, sizeof *s->spike, err));
    s->capacity = capacity;
  }
  s->first = s->in_pulse ? s->begin : *c;
  s->own_window = !s->in_pulse;
  s->open = s->window_open = true;
  s->sign = c->I < 0 ? -1 : 1;
  s->spike[s->n++] = (struct spike){.t = c->t,
                                    .pulse = s->pulse,
                                    .peak = is_above(s, &s->last) ? s->last.I : 0,
                                    .window_start = s->first.t};
  return HD_OK;
}

/** |I| crosses upward at c. */
static void cross_up(struct spikes *s, const struct spikes_point *c) {
  s->above = true;
  s->above_since = c->t;
  s->crossing = *c;
  s->crossed = !s->open;
}

/** Whose current has crossed? The source's when it delivers energy on the way to p; a membrane that
 * discharges backwards through a device that still conducts is no new firing. A jump of the current
 * takes no time and tells nothing: the next step does. Without a source every current counts. */
static enum hd_status decide(struct spikes *s, const struct spikes_point *p, struct hd_error *err) {
  if (s->setup.waveform && p->t <= s->last.t)
    return HD_OK;
  s->crossed = false;
  return !s->setup.waveform || p->E_source > s->last.E_source ? begin(s, err) : HD_OK;
}

/** |I| falls below the threshold at c. Without an open spike nothing counted. */
static void cross_down(struct spikes *s, const struct spikes_point *c) {
  s->above = s->crossed = false;
  if (!s->open)
    return;
  s->spike[s->n - 1].width += c->t - s->above_since;
  if (s->own_window)
    close_window(s, c);
  finish_if_over(s);
}

/** Go on to p; no pulse starts or ends on the way. */
static enum hd_status advance(struct spikes *s, const struct spikes_point *p,
                              struct hd_error *err) {
  bool above = is_above(s, p);
  if (above != s->above) {
    struct spikes_point c = at_crossing(s, &s->last, p);
    if (above)
      cross_up(s, &c);
    else
      cross_down(s, &c);
  }
  if (s->crossed)
    TRY(decide(s, p, err));
  if (above && s->open && s->sign * p->I > s->sign * s->spike[s->n - 1].peak)
    s->spike[s->n - 1].peak = p->I;
  s->last = *p;
  return HD_OK;
}

/** First instant in (last, t] at which a later pulse has started, given that one has at t. */
static double pulse_start(const struct spikes *s, double t) {
  double before = s->last.t, after = t;
  for (;;) {
    double middle = before + (after - before) / 2;
    if (middle <= before || middle >= after)
      return after;
    if (pulse_at(s, middle) > s->pulse)
      after = middle;
    else
      before = middle;
  }
}

/** The period of the running pulse ends at s->last. */
static void leave_pulse(struct spikes *s) {
  s->in_pulse = false;
  if (s->window_open && !s->own_window)
    close_window(s, &s->last);
  finish_if_over(s);
}

/** A new pulse starts at s->last. */
static void enter_pulse(struct spikes *s, int pulse) {
  if (s->in_pulse)
    leave_pulse(s);
  s->pulse = pulse;
  s->in_pulse = pulse > 0;
  s->begin = s->last;
}

static void start(struct spikes *s, const struct spikes_point *p) {
  s->started = true;
  s->last = *p;
  s->above = is_above(s, p);
  s->above_since = p->t;
  enter_pulse(s, pulse_at(s, p->t));
}

/**
 * Take the next accepted point. Starts of pulses and threshold crossings between two points are
 * found by bisection and on a straight line; they are exact where the integrator stops at them.
 * Errors  HD_MEMORY
 */
enum hd_status spikes_step(struct spikes *spikes, const struct spikes_point *point,
                           struct hd_error *err) {
  struct spikes *s = spikes;
  if (!s->started) {
    start(s, point);
    return HD_OK;
  }
  assert(point->t >= s->last.t);
  int pulse = pulse_at(s, point->t);
  while (true) {
    double end = s->in_pulse ? s->begin.t + period(s) : (double)INFINITY;
    double margin = s->in_pulse && isfinite(end) ? same_end * period(s) : 0;
    double next = pulse > s->pulse ? pulse_start(s, point->t) : (double)INFINITY;
    if (end < next - margin && end <= point->t + margin) { /* behind the last pulse */
      struct spikes_point p = at_time(&s->last, point, fmin(end, point->t));
      TRY(advance(s, &p, err));
      leave_pulse(s);
    } else if (isfinite(next)) {
      struct spikes_point p = at_time(&s->last, point, next);
      TRY(advance(s, &p, err));
      enter_pulse(s, pulse_at(s, next));
    } else {
      return advance(s, point, err);
    }
  }
}

/* ---- checkpoints: every member as a number ---- */

enum { POINT = 6, STATE = 11 + 4 * POINT, SPIKE = 11 };

static double *put_point(double *to, const struct spikes_point *p) {
  const double values[POINT] = {p->t, p->I, p->V_X, p->E_source, p->E_device, p->charge};
  memcpy(to, values, sizeof values);
  return to + POINT;
}

static const double *get_point(const double *from, struct spikes_point *p) {
  *p = (struct spikes_point){from[0], from[1], from[2], from[3], from[4], from[5]};
  return from + POINT;
}

enum hd_status spikes_save(const struct spikes *s, struct store *store, struct hd_error *err) {
  double state[STATE] = {s->started,    s->above,    s->above_since, s->crossed,
                         s->pulse,      s->in_pulse, s->open,        s->window_open,
                         s->own_window, s->sign,     (double)s->n};
  double *at = state + STATE - 4 * POINT, *list = NULL;
  at = put_point(at, &s->last);
  at = put_point(at, &s->crossing);
  at = put_point(at, &s->begin);
  put_point(at, &s->first);
  TRY(store_put(store, "spikes_state", STATE, state, err));
  TRY(hd_alloc(&list, s->n * SPIKE, sizeof *list, err));
  for (size_t i = 0; i < s->n; i++)
    for (size_t c = 0; c < SPIKE; c++)
      list[i * SPIKE + c] = spike_value(&s->spike[i], c);
  enum hd_status status = store_put(store, "spikes_list", s->n * SPIKE, list, err);
  hd_free(&list);
  return status;
}

/** A spike from the values of its columns. */
struct spike spike_from(const double *v) {
  return (struct spike){.t = v[0],
                        .pulse = (int)v[1],
                        .peak = v[2],
                        .width = v[3],
                        .E_source = v[4],
                        .E_device = v[5],
                        .E_stored = v[6],
                        .charge = v[7],
                        .window_start = v[8],
                        .window_end = v[9],
                        .complete = v[10] != 0.0};
}

enum hd_status spikes_restore(struct spikes *s, const struct store *store, struct hd_error *err) {
  double v[STATE], *list = NULL;
  TRY(store_get(store, "spikes_state", STATE, v, err));
  s->started = v[0] != 0.0;
  s->above = v[1] != 0.0;
  s->above_since = v[2];
  s->crossed = v[3] != 0.0;
  s->pulse = (int)v[4];
  s->in_pulse = v[5] != 0.0;
  s->open = v[6] != 0.0;
  s->window_open = v[7] != 0.0;
  s->own_window = v[8] != 0.0;
  s->sign = v[9];
  s->n = s->capacity = (size_t)v[10];
  const double *at = get_point(v + STATE - 4 * POINT, &s->last);
  at = get_point(at, &s->crossing);
  at = get_point(at, &s->begin);
  get_point(at, &s->first);
  if (s->n == 0)
    return HD_OK;
  TRY(hd_alloc(&list, s->n * SPIKE, sizeof *list, err));
  enum hd_status status = hd_resize(&s->spike, s->n, sizeof *s->spike, err);
  if (status == HD_OK)
    status = store_get(store, "spikes_list", s->n * SPIKE, list, err);
  for (size_t i = 0; status == HD_OK && i < s->n; i++)
    s->spike[i] = spike_from(&list[i * SPIKE]);
  hd_free(&list);
  return status;
}

/** End what is still open with the values so far. Only a last pulse without a period has its window
 * to here and can be complete. */
void spikes_finish(struct spikes *spikes) {
  struct spikes *s = spikes;
  if (!s->open)
    return;
  if (s->above)
    s->spike[s->n - 1].width += s->last.t - s->above_since;
  bool cut = s->window_open && (s->own_window || isfinite(period(s)));
  if (s->window_open)
    close_window(s, &s->last);
  s->spike[s->n - 1].complete = !s->above && !cut;
  s->open = false;
}
