#include "solver/protocol.h"

#include <check.h>
#include <math.h>
#include "tests/support/difference.h"

/* Protocols against currents that are known: their results follow from calculus. */

/** A current as a function of time, and of what is driven and its slope. */
typedef double (*law)(const struct protocol_spec *protocol, double t, double drive, double slope);

static const struct protocol_spec nothing = {.reset = NAN,
                                             .read = NAN,
                                             .edge = NAN,
                                             .width = NAN,
                                             .pause = NAN,
                                             .wait = NAN,
                                             .duration = NAN,
                                             .kT = 0.025,
                                             .per_kelvin = 8.617e-5};

/** Run a protocol on a law, `per_piece` points on each piece of its course. */
static json_t *found_in(struct protocol_spec protocol, law current, int per_piece) {
  struct hd_error err = {0};
  struct protocol_trace trace = {0};
  ck_assert_int_eq(protocol_prepare(&protocol, &err), HD_OK);
  const struct waveform *course = &protocol.waveform;
  for (size_t k = 0; k + 1 < course->n_points; k++)
    for (int i = k == 0 ? 0 : 1; i <= per_piece; i++) {
      double length = course->time[k + 1] - course->time[k];
      double t = i == per_piece ? course->time[k + 1] : course->time[k] + length * i / per_piece;
      double drive = waveform_value(course, t);
      double slope = (course->value[k + 1] - course->value[k]) / length;
      ck_assert_int_eq(protocol_record(&trace, t, drive, current(&protocol, t, drive, slope), &err),
                       HD_OK);
    }
  json_t *found = protocol_evaluate(&protocol, &trace);
  protocol_trace_free(&trace);
  protocol.values = NULL; /* the test's own */
  protocol_free(&protocol);
  return found;
}

static double number(const json_t *found, const char *name) {
  ck_assert_msg(json_is_real(json_object_get(found, name)), "%s", name);
  return json_real_value(json_object_get(found, name));
}

static void is(const json_t *found, const char *name, double wanted, double relative) {
  double got = number(found, name);
  ck_assert_msg(fabs(got - wanted) <= relative * fabs(wanted), "%s: %.12g, must be %.12g", name,
                got, wanted);
}

/* ---- hysteresis ---- */

static const double G = 2e-6, C = 3e-9;

/** Conductance and capacitance in parallel. */
static double parallel(const struct protocol_spec *protocol, double t, double drive, double slope) {
  (void)protocol, (void)t;
  return G * drive + C * slope;
}

/** Ends of pieces belong to the piece before: the law jumps there. The areas then err by one
 * interval of the first piece, which a fine division makes small. */
START_TEST(hysteresis_of_a_leaky_capacitor) {
  double rates[] = {10.0, 40.0}, top = 2.0;
  for (size_t part = 0; part < 2; part++) {
    struct protocol_spec protocol = nothing;
    protocol.kind = PROTOCOL_HYSTERESIS;
    protocol.high = top;
    protocol.values = rates;
    protocol.n_values = 2;
    protocol.part = part;
    json_t *found = found_in(protocol, parallel, 20000);
    double r = rates[part], zero = C * r / G; /* on the way back I = 0 at this voltage */
    double there = 0.5 * G * top * top + C * r * top;
    double back = 0.5 * G * ((top - zero) * (top - zero) + zero * zero);
    is(found, "rate", r, 0.0);
    is(found, "area", 2.0 * C * r * top, 1e-3);
    is(found, "index", (back - there) / (back + there), 1e-3);
    is(found, "forward", G * top / 2 + C * r, 1e-9);
    is(found, "backward", G * top / 2 - C * r, 1e-9);
    json_decref(found);
  }
}
END_TEST

/** A current that is odd in V has two equal halves. */
START_TEST(hysteresis_of_both_polarities) {
  double rate = 25.0;
  struct protocol_spec protocol = nothing;
  protocol.kind = PROTOCOL_HYSTERESIS;
  protocol.high = 1.5;
  protocol.reset = -1.5;
  protocol.values = &rate;
  protocol.n_values = 1;
  json_t *found = found_in(protocol, parallel, 20000);
  is(found, "area_reset", number(found, "area"), 1e-3);
  is(found, "index_reset", number(found, "index"), 1e-3);
  is(found, "forward_reset", -number(found, "forward"), 1e-9);
  is(found, "backward_reset", -number(found, "backward"), 1e-9);
  json_decref(found);
}
END_TEST

/* ---- pulses ---- */

static const double TAU = 3e-3;

/** Falls exponentially after the step, to a third. */
static double relaxing(const struct protocol_spec *protocol, double t, double drive, double slope) {
  (void)drive, (void)slope;
  return 1e-6 + 2e-6 * exp(-(t - protocol->waveform.time[1]) / TAU);
}

START_TEST(transient_of_one_time_constant) {
  struct protocol_spec protocol = nothing;
  protocol.kind = PROTOCOL_CURRENT_TRANSIENT;
  protocol.high = 0.5;
  protocol.edge = 1e-6;
  protocol.duration = 30 * TAU;
  json_t *found = found_in(protocol, relaxing, 30000);
  is(found, "first", 3e-6, 1e-9);
  is(found, "last", 1e-6, 1e-9);
  is(found, "half_time", TAU * log(2.0), 1e-5);
  is(found, "charge", 2e-6 * TAU, 1e-5);
  json_decref(found);
}
END_TEST

/** Conductance that grows with the time spent at `high` and decays at rest: what is left of the
 * first pulse is exp(-pause / tau). */
static double facilitated(const struct protocol_spec *protocol, double t, double drive,
                          double slope) {
  (void)slope;
  const double *time = protocol->waveform.time;
  double w = protocol->width, first = fmin(fmax(t - time[1], 0.0), w);
  double since = fmax(t - time[2], 0.0), second = fmin(fmax(t - time[5], 0.0), w);
  return drive * (first * exp(-since / TAU) + second);
}

START_TEST(pair_with_memory) {
  double intervals[] = {1e-3, 4e-3};
  for (size_t part = 0; part < 2; part++) {
    struct protocol_spec protocol = nothing;
    protocol.kind = PROTOCOL_PAIRED_PULSE;
    protocol.high = 1.0;
    protocol.width = 1e-3;
    protocol.values = intervals;
    protocol.n_values = 2;
    protocol.part = part;
    json_t *found = found_in(protocol, facilitated, 7);
    double gap = intervals[part] + protocol.width * (1 + 2 * 0.01); /* two edges between them */
    is(found, "interval", intervals[part], 0.0);
    is(found, "first", protocol.width, 1e-9);
    is(found, "facilitation", 1.0 + exp(-gap / TAU), 1e-9);
    json_decref(found);
  }
}
END_TEST

/** Grows in proportion to the number of the pulse. */
static double counting(const struct protocol_spec *protocol, double t, double drive, double slope) {
  (void)slope;
  double period = protocol->width * 1.02 + protocol->pause;
  return drive * (1.0 + floor(t / period));
}

START_TEST(train_counts_its_pulses) {
  struct protocol_spec protocol = nothing;
  protocol.kind = PROTOCOL_PULSE_TRAIN;
  protocol.high = 2.0;
  protocol.width = 1e-3;
  protocol.pause = 5e-4;
  protocol.cycles = 6;
  json_t *found = found_in(protocol, counting, 5);
  const json_t *currents = json_object_get(found, "currents");
  ck_assert_uint_eq(json_array_size(currents), 6);
  for (size_t i = 0; i < 6; i++)
    ck_assert_double_eq_tol(json_real_value(json_array_get(currents, i)), 2.0 * (double)(i + 1),
                            1e-12);
  is(found, "gain", 6.0, 1e-12);
  json_decref(found);
}
END_TEST

/** Before the pulse the leak; after it twice the leak on top, which decays. */
static double remembering(const struct protocol_spec *protocol, double t, double drive,
                          double slope) {
  (void)slope;
  double since = t - protocol->waveform.time[5];
  return drive * 1e-9 * (since < 0.0 ? 1.0 : 1.0 + 2.0 * exp(-since / TAU));
}

START_TEST(retention_of_one_time_constant) {
  struct protocol_spec protocol = nothing;
  protocol.kind = PROTOCOL_RETENTION;
  protocol.high = 1.0;
  protocol.read = 0.1;
  protocol.width = 1e-3;
  protocol.duration = 5 * TAU;
  json_t *found = found_in(protocol, remembering, 5000);
  is(found, "before", 1e-10, 1e-9);
  is(found, "after", 3e-10, 1e-9);
  is(found, "gain", 3.0, 1e-9);
  is(found, "decay_time", TAU, 1e-6);
  json_decref(found);
  protocol.duration = 0.5 * TAU; /* too short: not known */
  found = found_in(protocol, remembering, 5000);
  ck_assert(json_is_null(json_object_get(found, "decay_time")));
  json_decref(found);
}
END_TEST

/** On after every pulse upward, off after every one downward; on wears out by a tenth a cycle. */
static double wearing(const struct protocol_spec *protocol, double t, double drive, double slope) {
  (void)slope;
  double period = 4.0 * 1.01 * protocol->width, cycle = floor(t * (1 + 1e-12) / period - 1e-9);
  bool on = t - cycle * period < 0.5 * period * (1 + 1e-9);
  return drive * (on ? pow(0.9, cycle) : 0.01);
}

START_TEST(endurance_of_what_wears_out) {
  struct protocol_spec protocol = nothing;
  protocol.kind = PROTOCOL_ENDURANCE;
  protocol.high = 1.0;
  protocol.reset = -1.0;
  protocol.read = 0.2;
  protocol.width = 1e-3;
  protocol.cycles = 5;
  json_t *found = found_in(protocol, wearing, 4);
  ck_assert_uint_eq(json_array_size(json_object_get(found, "on")), 5);
  is(found, "ratio_first", 100.0, 1e-9);
  is(found, "ratio_last", 100.0 * pow(0.9, 4), 1e-9);
  is(found, "ratio_least", 100.0 * pow(0.9, 4), 1e-9);
  json_decref(found);
}
END_TEST

/* ---- temperature ---- */

static const double ACTIVATION = 0.42;

static double activated(const struct protocol_spec *protocol, double t, double drive,
                        double slope) {
  (void)t, (void)slope;
  return -1e-3 * exp(-ACTIVATION / (protocol->kT + protocol->per_kelvin * drive));
}

START_TEST(ramp_finds_the_activation_energy) {
  double rate = 0.5;
  struct protocol_spec protocol = nothing;
  protocol.kind = PROTOCOL_TEMPERATURE_RAMP;
  protocol.high = 60.0;
  protocol.values = &rate;
  protocol.n_values = 1;
  json_t *found = found_in(protocol, activated, 50);
  is(found, "activation_energy", ACTIVATION, 1e-9);
  ck_assert_double_lt(number(found, "standard_error"), 1e-9);
  json_decref(found);
}
END_TEST

/** The trace of a run that is interrupted goes on. */
START_TEST(trace_through_a_store) {
  struct hd_error err = {0};
  struct protocol_trace trace = {0}, again = {0};
  struct store *store = NULL;
  ck_assert_int_eq(store_create(&store, &err), HD_OK);
  for (int i = 0; i < 1000; i++)
    ck_assert_int_eq(protocol_record(&trace, i, 2 * i, 3 * i, &err), HD_OK);
  ck_assert_int_eq(protocol_save(&trace, store, &err), HD_OK);
  ck_assert_int_eq(protocol_restore(&again, store, &err), HD_OK);
  ck_assert_int_eq(protocol_record(&again, 1000, 2000, 3000, &err), HD_OK);
  ck_assert_uint_eq(again.n, 1001);
  for (size_t i = 0; i < again.n; i++)
    ck_assert(again.t[i] == (double)i && again.drive[i] == 2 * again.t[i] &&
              again.I[i] == 3 * again.t[i]);
  protocol_trace_free(&trace);
  protocol_trace_free(&again);
  store_free(&store);
}
END_TEST

int main(void) {
  return run_suite("protocol",
                   (const TTest *const[]){
                       hysteresis_of_a_leaky_capacitor, hysteresis_of_both_polarities,
                       transient_of_one_time_constant, pair_with_memory, train_counts_its_pulses,
                       retention_of_one_time_constant, endurance_of_what_wears_out,
                       ramp_finds_the_activation_energy, trace_through_a_store, NULL});
}
