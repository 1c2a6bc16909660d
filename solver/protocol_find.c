/* What the protocols make of the current. */
#include <gsl/gsl_fit.h>
#include <math.h>
#include "solver/base/memory.h"
#include "solver/protocol_parts.h"
#include "solver/sink.h"

static void put(json_t *found, const char *name, double value) {
  json_object_set_new(found, name, sink_number(value));
}

/** Instant of point k of the course, s. */
static double at(const struct protocol_spec *protocol, size_t k) {
  return protocol->waveform.time[k];
}

/** First point at or after t; n: there is none. */
static size_t first_from(const struct protocol_trace *trace, double t) {
  size_t low = 0, high = trace->n;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (trace->t[middle] < t)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

/** Current at an instant, linear between points; NAN outside. */
static double current(const struct protocol_trace *trace, double t) {
  size_t i = first_from(trace, t * (1.0 - 1e-12));
  if (i >= trace->n || (i == 0 && trace->t[0] > t))
    return NAN;
  if (i == 0 || trace->t[i] <= t)
    return trace->I[i];
  double part = (t - trace->t[i - 1]) / (trace->t[i] - trace->t[i - 1]);
  return trace->I[i - 1] + part * (trace->I[i] - trace->I[i - 1]);
}

/** Integral of I (|I| when `size`) over the drive between two instants, A times its unit. */
static double area(const struct protocol_trace *trace, double from, double to, bool size) {
  double sum = 0.0, slack = 1e-12 * to;
  for (size_t i = first_from(trace, from - slack) + 1; i < trace->n && trace->t[i] <= to + slack;
       i++) {
    double a = trace->I[i - 1], b = trace->I[i];
    double mean = size ? 0.5 * (fabs(a) + fabs(b)) : 0.5 * (a + b);
    sum += mean * (trace->drive[i] - trace->drive[i - 1]);
  }
  return sum;
}

/** First instant after `from` at which the current passes a value, linear between points; NAN. */
static double passes(const struct protocol_trace *trace, double from, double value) {
  for (size_t i = first_from(trace, from) + 1; i < trace->n; i++) {
    double a = trace->I[i - 1] - value, b = trace->I[i] - value;
    if ((a < 0.0) != (b < 0.0))
      return trace->t[i - 1] + (trace->t[i] - trace->t[i - 1]) * a / (a - b);
  }
  return NAN;
}

/** Both branches of one half of a scan, turning points k, k + 1, k + 2. */
static void branches(const struct protocol_spec *protocol, const struct protocol_trace *trace,
                     size_t k, const char *suffix, json_t *found) {
  double start = at(protocol, k), turn = at(protocol, k + 1), end = at(protocol, k + 2);
  double there = fabs(area(trace, start, turn, true)), back = fabs(area(trace, turn, end, true));
  char name[HD_NAME];
  snprintf(name, sizeof name, "index%s", suffix);
  put(found, name, (back - there) / (back + there));
  snprintf(name, sizeof name, "area%s", suffix);
  put(found, name, area(trace, start, end, false));
  snprintf(name, sizeof name, "forward%s", suffix);
  put(found, name, current(trace, 0.5 * (start + turn)));
  snprintf(name, sizeof name, "backward%s", suffix);
  put(found, name, current(trace, 0.5 * (turn + end)));
}

void protocol_find_hysteresis(const struct protocol_spec *protocol,
                              const struct protocol_trace *trace, json_t *found) {
  put(found, "rate", protocol_member(protocol));
  branches(protocol, trace, 0, "", found);
  if (!isnan(protocol->reset))
    branches(protocol, trace, 2, "_reset", found);
}

void protocol_find_transient(const struct protocol_spec *protocol,
                             const struct protocol_trace *trace, json_t *found) {
  double start = at(protocol, 1), end = at(protocol, 2);
  double first = current(trace, start), last = current(trace, end), charge = 0.0;
  for (size_t i = first_from(trace, start * (1.0 - 1e-12)) + 1; i < trace->n; i++)
    charge += 0.5 * (trace->I[i] + trace->I[i - 1] - 2.0 * last) * (trace->t[i] - trace->t[i - 1]);
  put(found, "first", first);
  put(found, "last", last);
  put(found, "half_time", passes(trace, start, 0.5 * (first + last)) - start);
  put(found, "charge", charge);
}

void protocol_find_pair(const struct protocol_spec *protocol, const struct protocol_trace *trace,
                        json_t *found) {
  double first = current(trace, at(protocol, 2)), second = current(trace, at(protocol, 6));
  put(found, "interval", protocol_member(protocol));
  put(found, "first", first);
  put(found, "second", second);
  put(found, "facilitation", second / first);
}

/** The current at the end of every pulse. */
void protocol_find_train(const struct protocol_spec *protocol, const struct protocol_trace *trace,
                         json_t *found) {
  json_t *list = json_array();
  for (int i = 0; i < protocol->cycles; i++)
    json_array_append_new(list, sink_number(current(trace, at(protocol, 4 * (size_t)i + 2))));
  json_object_set_new(found, "currents", list);
  size_t last = 4 * ((size_t)protocol->cycles - 1) + 2;
  put(found, "gain", current(trace, at(protocol, last)) / current(trace, at(protocol, 2)));
}

void protocol_find_retention(const struct protocol_spec *protocol,
                             const struct protocol_trace *trace, json_t *found) {
  double start = at(protocol, 5), before = current(trace, at(protocol, 2));
  double after = current(trace, start), last = current(trace, at(protocol, 6));
  put(found, "before", before);
  put(found, "after", after);
  put(found, "last", last);
  put(found, "gain", after / before);
  put(found, "decay_time", passes(trace, start, before + exp(-1.0) * (after - before)) - start);
}

void protocol_find_endurance(const struct protocol_spec *protocol,
                             const struct protocol_trace *trace, json_t *found) {
  json_t *on = json_array(), *off = json_array();
  double first = NAN, last = NAN, least = INFINITY;
  for (int i = 0; i < protocol->cycles; i++) {
    double I_on = current(trace, at(protocol, 8 * (size_t)i + 4));
    double I_off = current(trace, at(protocol, 8 * (size_t)i + 8));
    last = I_on / I_off;
    first = i == 0 ? last : first;
    least = fmin(least, last);
    json_array_append_new(on, sink_number(I_on));
    json_array_append_new(off, sink_number(I_off));
  }
  json_object_set_new(found, "on", on);
  json_object_set_new(found, "off", off);
  put(found, "ratio_first", first);
  put(found, "ratio_last", last);
  put(found, "ratio_least", least);
}

/** E_a = -d ln |I| / d(1/kT), least squares over the ramp. */
void protocol_find_activation(const struct protocol_spec *protocol,
                              const struct protocol_trace *trace, json_t *found) {
  double *x = NULL, *y = NULL, c0, c1, cov00, cov01, cov11, sum;
  struct hd_error none = {0};
  put(found, "rate", protocol_member(protocol));
  double energy = NAN, error = NAN;
  size_t n = 0;
  if (hd_alloc(&x, trace->n, sizeof *x, &none) == HD_OK &&
      hd_alloc(&y, trace->n, sizeof *y, &none) == HD_OK) {
    for (size_t i = 0; i < trace->n; i++)
      if (trace->I[i] != 0.0) {
        x[n] = 1.0 / (protocol->kT + protocol->per_kelvin * trace->drive[i]);
        y[n++] = log(fabs(trace->I[i]));
      }
    if (n > 2) {
      gsl_fit_linear(x, 1, y, 1, n, &c0, &c1, &cov00, &cov01, &cov11, &sum);
      energy = -c1;
      error = sqrt(cov11);
    }
  }
  hd_free(&x);
  hd_free(&y);
  put(found, "activation_energy", energy);
  put(found, "standard_error", error);
}

/* ---- what they are called ---- */

const struct protocol_value protocol_hysteresis_values[] = {
    {"rate", "$ s-1", "Scan rate; $ is the unit of what is driven."},
    {"index", "", "(B - F)/(B + F), F and B the integrals of |I| over the way there and back."},
    {"area", "$ A", "Loop area, integral of I over the whole way."},
    {"forward", "A", "Current half way there."},
    {"backward", "A", "Current half way back."},
    {"index_reset", "", "Index of the half to `reset` and back."},
    {"area_reset", "$ A", "Its area."},
    {"forward_reset, backward_reset", "A", "Its currents half way."},
    {NULL, NULL, NULL}};
const struct protocol_value protocol_transient_values[] = {
    {"first", "A", "Current at the end of the edge."},
    {"last", "A", "Current at the end."},
    {"half_time", "s", "Time from the edge's end until the current is half way between both."},
    {"charge", "C", "Integral of the current above the last one, from the edge's end on."},
    {NULL, NULL, NULL}};
const struct protocol_value protocol_pair_values[] = {
    {"interval", "s", "Time at `low` between the pulses."},
    {"first", "A", "Current at the end of the first pulse."},
    {"second", "A", "Current at the end of the second pulse."},
    {"facilitation", "", "Their ratio, the paired-pulse facilitation index."},
    {NULL, NULL, NULL}};
const struct protocol_value protocol_train_values[] = {
    {"currents", "A", "Current at the end of each pulse (a list)."},
    {"gain", "", "The last of them over the first."},
    {NULL, NULL, NULL}};
const struct protocol_value protocol_retention_values[] = {
    {"before", "A", "Read current before the pulse."},
    {"after", "A", "Read current at the end of the pulse's edge."},
    {"last", "A", "Read current at the end."},
    {"gain", "", "After over before."},
    {"decay_time", "s",
     "Time until after - before has fallen to 1/e of itself; null: not within `duration`."},
    {NULL, NULL, NULL}};
const struct protocol_value protocol_endurance_values[] = {
    {"on, off", "A",
     "Read currents after the set and after the reset pulse of each cycle (lists)."},
    {"ratio_first, ratio_last, ratio_least", "",
     "On over off: of the first and last cycle, least."},
    {NULL, NULL, NULL}};
const struct protocol_value protocol_activation_values[] = {
    {"rate", "K/s", "Rate of the ramp."},
    {"activation_energy", "eV", "-d ln |I| / d(1/kT), least squares over the ramp."},
    {"standard_error", "eV", "Of the fit: how straight the line is."},
    {NULL, NULL, NULL}};
