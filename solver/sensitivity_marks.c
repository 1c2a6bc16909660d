#include "solver/sensitivity_marks.h"

#include <math.h>
#include <string.h>
#include "solver/base/memory.h"

/** Relative difference of the times of one instant in two places: spikes.c finds crossings on a
 * straight line through the point that the integrator stopped at. */
static const double SAME_TIME = 1e-9;

const struct mark_merit mark_merits[MARK_MERITS] = {{"time", "s"},         {"voltage", "V"},
                                                    {"peak_current", "A"}, {"E_source", "J"},
                                                    {"E_device", "J"},     {"charge", "C"}};

void marks_free(struct marks *marks) {
  hd_free(&marks->mark);
  hd_free(&marks->slope);
  *marks = (struct marks){.n_parameters = marks->n_parameters};
}

static double *slopes_of(const struct marks *marks, size_t mark, size_t parameter) {
  return marks->slope + (mark * marks->n_parameters + parameter) * MARK_VALUES;
}

static enum hd_status add(struct marks *marks, enum mark_kind kind, struct hd_error *err) {
  if (marks->n == marks->room) {
    size_t room = marks->room ? 2 * marks->room : 64;
    TRY(hd_resize(&marks->mark, room, sizeof *marks->mark, err));
    TRY(hd_resize(&marks->slope, room * marks->n_parameters * MARK_VALUES, sizeof(double), err));
    marks->room = room;
  }
  marks->mark[marks->n++].kind = kind;
  return HD_OK;
}

static double source_voltage(const struct system *system, const struct transient_watch *watch,
                             const double *y) {
  const int *net = watch->source >= 0 ? system->elements[watch->source].net : watch->terminal_net;
  return system_net(system, y, net[0]) - system_net(system, y, net[1]);
}

/** Fill the last mark with the present values and their derivatives at fixed parameters' time. */
static enum hd_status fill(struct marks *marks, const struct system *system,
                           struct transient *transient, const struct transient_watch *watch,
                           double *work, struct hd_error *err) {
  struct mark *mark = &marks->mark[marks->n - 1];
  const double *y = transient_state(transient), *yp = transient_derivative(transient);
  struct transient_integrals done = transient_integrals(transient);
  double t = transient_time(transient);
  const double rate[2] = {source_voltage(system, watch, yp), yp[watch->current]};
  const double value[MARK_VALUES] = {
      t,          source_voltage(system, watch, y), y[watch->current], done.E_source, done.E_device,
      done.charge};
  double rates[TRANSIENT_INTEGRALS];
  transient_rates(watch, system, y, rates);
  for (int k = 0; k < MARK_VALUES; k++)
    mark->value[k] = value[k];
  for (size_t i = 0; i < marks->n_parameters; i++) {
    double *slope = slopes_of(marks, marks->n - 1, i);
    TRY(transient_sensitivity(transient, i, t, 0, work, err));
    TRY(transient_sensitivity_integrals(transient, i, &slope[MARK_INTEGRALS], err));
    slope[MARK_CURRENT] = work[watch->current];
    slope[MARK_VOLTAGE] = source_voltage(system, watch, work);
    slope[MARK_TIME] = mark->kind == MARK_CROSSING ? -slope[MARK_CURRENT] / rate[1] : 0.0;
    slope[MARK_VOLTAGE] += rate[0] * slope[MARK_TIME];
    slope[MARK_CURRENT] += rate[1] * slope[MARK_TIME];
    for (int k = 0; k < TRANSIENT_INTEGRALS; k++)
      slope[MARK_INTEGRALS + k] += rates[k] * slope[MARK_TIME];
  }
  return HD_OK;
}

enum hd_status marks_step(struct marks *marks, const struct system *system,
                          struct transient *transient, enum transient_event event,
                          const struct transient_watch *watch, double *work, struct hd_error *err) {
  if (event == TRANSIENT_STOP || event == TRANSIENT_UP || event == TRANSIENT_DOWN) {
    TRY(add(marks, event == TRANSIENT_STOP ? MARK_STOP : MARK_CROSSING, err));
    TRY(fill(marks, system, transient, watch, work, err));
  }
  if (event == TRANSIENT_UP || event == TRANSIENT_DOWN)
    marks->above = event == TRANSIENT_UP;
  double I = transient_state(transient)[watch->current];
  if (!marks->above)
    return HD_OK;
  bool begun = marks->n > 0 && marks->mark[marks->n - 1].kind == MARK_PEAK;
  if (begun && fabs(I) <= fabs(marks->mark[marks->n - 1].value[MARK_CURRENT]))
    return HD_OK;
  if (!begun)
    TRY(add(marks, MARK_PEAK, err));
  return fill(marks, system, transient, watch, work, err);
}

/* ---- spikes ---- */

/** The mark at an instant; false: none. The start of the transient needs none: `at` is marks->n. */
static bool find_time(const struct marks *marks, double t, size_t *at) {
  *at = marks->n;
  if (t == 0.0)
    return true;
  for (size_t i = 0; i < marks->n && *at == marks->n; i++)
    if (marks->mark[i].kind != MARK_PEAK &&
        fabs(marks->mark[i].value[MARK_TIME] - t) <= SAME_TIME * t)
      *at = i;
  return *at < marks->n;
}

static bool find_peak(const struct marks *marks, const struct spike *spike, size_t *at) {
  for (*at = 0; *at < marks->n; (*at)++) {
    const struct mark *mark = &marks->mark[*at];
    if (mark->kind == MARK_PEAK && mark->value[MARK_TIME] >= spike->t * (1.0 - SAME_TIME) &&
        mark->value[MARK_CURRENT] == spike->peak)
      return true;
  }
  return false;
}

/** Add sign times the value k of a mark and its slopes. */
static void collect(const struct marks *marks, size_t at, int k, double sign, double *value,
                    double *slopes) {
  if (at == marks->n)
    return; /* the start: all is zero */
  *value += sign * marks->mark[at].value[k];
  for (size_t i = 0; i < marks->n_parameters; i++)
    slopes[i] += sign * slopes_of(marks, at, i)[k];
}

bool marks_merit(const struct marks *marks, const struct spike *spike, int i, double *value,
                 double *slopes) {
  size_t at, begin;
  *value = 0.0;
  for (size_t p = 0; p < marks->n_parameters; p++)
    slopes[p] = 0.0;
  bool found = i == MARK_CURRENT  ? find_peak(marks, spike, &at)
               : i < MARK_CURRENT ? find_time(marks, spike->t, &at)
                                  : find_time(marks, spike->window_end, &at) &&
                                        find_time(marks, spike->window_start, &begin);
  if (!found)
    return false;
  collect(marks, at, i, 1.0, value, slopes);
  if (i > MARK_CURRENT)
    collect(marks, begin, i, -1.0, value, slopes);
  return true;
}

/* ---- checkpoints ---- */

/** A mark in a store: its kind, then its values. */
enum { STORED = 1 + MARK_VALUES };

enum hd_status marks_save(const struct marks *marks, struct store *store, struct hd_error *err) {
  double *values = NULL;
  TRY(hd_alloc(&values, marks->n * STORED, sizeof *values, err));
  for (size_t i = 0; i < marks->n; i++) {
    values[i * STORED] = (double)marks->mark[i].kind;
    memcpy(&values[i * STORED + 1], marks->mark[i].value, sizeof marks->mark[i].value);
  }
  enum hd_status status = store_put_number(store, "marks", (double)marks->n, err);
  if (status == HD_OK)
    status = store_put_number(store, "marks_above", marks->above, err);
  if (status == HD_OK && marks->n > 0)
    status = store_put(store, "marks_values", marks->n * STORED, values, err);
  hd_free(&values);
  TRY(status);
  return marks->n > 0 ? store_put(store, "marks_slopes",
                                  marks->n * marks->n_parameters * MARK_VALUES, marks->slope, err)
                      : HD_OK;
}

enum hd_status marks_restore(struct marks *marks, const struct store *store, struct hd_error *err) {
  double *values = NULL;
  size_t n = (size_t)store_number(store, "marks");
  marks_free(marks);
  for (size_t i = 0; i < n; i++)
    TRY(add(marks, MARK_STOP, err));
  marks->above = store_number(store, "marks_above") != 0.0;
  if (n == 0)
    return HD_OK;
  TRY(hd_alloc(&values, n * STORED, sizeof *values, err));
  enum hd_status status = store_get(store, "marks_values", n * STORED, values, err);
  for (size_t i = 0; i < n && status == HD_OK; i++) {
    marks->mark[i].kind = (enum mark_kind)values[i * STORED];
    memcpy(marks->mark[i].value, &values[i * STORED + 1], sizeof marks->mark[i].value);
  }
  hd_free(&values);
  TRY(status);
  return store_get(store, "marks_slopes", n * marks->n_parameters * MARK_VALUES, marks->slope, err);
}
