/* The protocols: what each drives when. */
#include "solver/protocol_parts.h"

#include <math.h>
#include <string.h>
#include "solver/base/memory.h"

const char *const protocol_names[] = {
    "hysteresis", "current_transient", "paired_pulse",     "pulse_train",
    "retention",  "endurance",         "temperature_ramp", NULL};

#define AT(member) offsetof(struct protocol_spec, member)
#define VALUE(key, member, fallback, doc)                                                          \
  {                                                                                                \
    key, PARAM_QUANTITY, "$", AT(member), fallback, -INFINITY, INFINITY, false, false, NULL, doc,  \
        NULL                                                                                       \
  }
#define TIME(key, member, fallback, doc)                                                           \
  { key, PARAM_QUANTITY, "s", AT(member), fallback, 0, INFINITY, true, false, NULL, doc, NULL }
const struct param protocol_params[] = {
    {"type", PARAM_CHOICE, "", AT(kind), 0, 0, 0, false, true, protocol_names,
     "What is done; see the table of protocols.", NULL},
    VALUE("low", low, 0, "Value at the beginning, and between pulses."),
    VALUE("high", high, PARAM_MISSING, "Value of pulses, top of scans and ramps."),
    VALUE("reset", reset, PARAM_MISSING,
          "Value of the pulse that resets (endurance); turning point of a second half of the scan "
          "(hysteresis, missing: there is none)."),
    VALUE("read", read, PARAM_MISSING, "Value at which the current is read."),
    TIME("edge", edge, PARAM_MISSING,
         "Length of every edge; missing: a hundredth of `width`, of a current_transient a "
         "millionth of its `duration`."),
    TIME("width", width, PARAM_MISSING, "Length of the flat top of a pulse."),
    TIME("pause", pause, PARAM_MISSING, "Time at `low` between two pulses of a train."),
    TIME("wait", wait, PARAM_MISSING, "Time at `read` before the pulse; missing: `width`."),
    TIME("duration", duration, PARAM_MISSING, "Time for which the current is watched afterwards."),
    {"cycles", PARAM_INTEGER, "", AT(cycles), 10, 1, 1000000, false, false, NULL,
     "Number of pulses or cycles.", NULL},
};
const size_t protocol_params_count = sizeof protocol_params / sizeof *protocol_params;

/* ---- courses ---- */

/** Where nothing is said, edges are this part of a pulse, and of a current transient. */
static const double EDGE_OF_WIDTH = 1e-2, EDGE_OF_DURATION = 1e-6;

/** Go to a value within a time. */
static enum hd_status go(struct protocol_spec *protocol, double value, double time,
                         struct hd_error *err) {
  struct waveform *waveform = &protocol->waveform;
  size_t n = waveform->n_points;
  TRY(hd_resize(&waveform->time, n + 1, sizeof *waveform->time, err));
  TRY(hd_resize(&waveform->value, n + 1, sizeof *waveform->value, err));
  waveform->time[n] = n > 0 ? waveform->time[n - 1] + time : 0.0;
  waveform->value[n] = value;
  waveform->n_points++;
  return HD_OK;
}

static double edge_of(const struct protocol_spec *protocol) {
  if (!isnan(protocol->edge))
    return protocol->edge;
  return isnan(protocol->width) ? EDGE_OF_DURATION * protocol->duration
                                : EDGE_OF_WIDTH * protocol->width;
}

/** An edge, then `time` at a value. */
static enum hd_status hold(struct protocol_spec *protocol, double value, double time,
                           struct hd_error *err) {
  TRY(go(protocol, value, edge_of(protocol), err));
  return go(protocol, value, time, err);
}

/** The value of this member of a series. */
double protocol_member(const struct protocol_spec *protocol) {
  return protocol->values[protocol->part];
}

static enum hd_status scan(struct protocol_spec *protocol, struct hd_error *err) {
  double rate = protocol_member(protocol), low = protocol->low;
  TRY(go(protocol, protocol->high, fabs(protocol->high - low) / rate, err));
  TRY(go(protocol, low, fabs(protocol->high - low) / rate, err));
  if (isnan(protocol->reset))
    return HD_OK;
  TRY(go(protocol, protocol->reset, fabs(protocol->reset - low) / rate, err));
  return go(protocol, low, fabs(protocol->reset - low) / rate, err);
}

static enum hd_status step(struct protocol_spec *protocol, struct hd_error *err) {
  return hold(protocol, protocol->high, protocol->duration, err);
}

static enum hd_status two_pulses(struct protocol_spec *protocol, struct hd_error *err) {
  TRY(hold(protocol, protocol->high, protocol->width, err));
  TRY(hold(protocol, protocol->low, protocol_member(protocol), err));
  TRY(hold(protocol, protocol->high, protocol->width, err));
  return go(protocol, protocol->low, edge_of(protocol), err);
}

static enum hd_status train(struct protocol_spec *protocol, struct hd_error *err) {
  for (int i = 0; i < protocol->cycles; i++) {
    TRY(hold(protocol, protocol->high, protocol->width, err));
    TRY(hold(protocol, protocol->low, protocol->pause, err));
  }
  return HD_OK;
}

/** The course begins at the read value: an edge from `low` to it comes first. */
static enum hd_status write_and_read(struct protocol_spec *protocol, struct hd_error *err) {
  TRY(hold(protocol, protocol->read, isnan(protocol->wait) ? protocol->width : protocol->wait,
           err));
  TRY(hold(protocol, protocol->high, protocol->width, err));
  return hold(protocol, protocol->read, protocol->duration, err);
}

static enum hd_status cycle(struct protocol_spec *protocol, struct hd_error *err) {
  for (int i = 0; i < protocol->cycles; i++)
    for (int side = 0; side < 2; side++) {
      TRY(hold(protocol, side ? protocol->reset : protocol->high, protocol->width, err));
      TRY(hold(protocol, protocol->read, protocol->width, err));
    }
  return go(protocol, protocol->low, edge_of(protocol), err);
}

static enum hd_status ramp(struct protocol_spec *protocol, struct hd_error *err) {
  return go(protocol, protocol->high,
            fabs(protocol->high - protocol->low) / protocol_member(protocol), err);
}

/* ---- the table ---- */

const struct protocol_law protocol_table[] = {
    [PROTOCOL_HYSTERESIS] = {"hysteresis", "low high reset rates", "high", "rates", "$ s-1", scan,
                             protocol_find_hysteresis, protocol_hysteresis_values,
                             "low to high and back (then to reset and back) at each of `rates`, "
                             "each from the same state."},
    [PROTOCOL_CURRENT_TRANSIENT] =
        {"current_transient", "low high edge duration", "high duration", NULL, NULL, step,
         protocol_find_transient, protocol_transient_values,
         "A step from low to high: the current that drifting ions leave."},
    [PROTOCOL_PAIRED_PULSE] = {"paired_pulse", "low high edge width intervals", "high width",
                               "intervals", "s", two_pulses, protocol_find_pair,
                               protocol_pair_values,
                               "Two pulses with each of `intervals` between them, each pair from "
                               "the same state."},
    [PROTOCOL_PULSE_TRAIN] = {"pulse_train", "low high edge width pause cycles", "high width pause",
                              NULL, NULL, train, protocol_find_train, protocol_train_values,
                              "Equal pulses one after another: potentiation, or flashes of light."},
    [PROTOCOL_RETENTION] = {"retention", "low high read edge width wait duration",
                            "high read width duration", NULL, NULL, write_and_read,
                            protocol_find_retention, protocol_retention_values,
                            "The current at `read` before and after a pulse of `high`."},
    [PROTOCOL_ENDURANCE] = {"endurance", "low high reset read edge width cycles",
                            "high reset read width", NULL, NULL, cycle, protocol_find_endurance,
                            protocol_endurance_values,
                            "Cycles of a pulse of `high`, one of `read`, one of `reset` and one of "
                            "`read`, all `width` long."},
    [PROTOCOL_TEMPERATURE_RAMP] = {"temperature_ramp", "low high rates", "high", "rates", "K s-1",
                                   ramp, protocol_find_activation, protocol_activation_values,
                                   "The surroundings of a device go from low to high, in K above "
                                   "the run's temperature, at each of `rates`: the thermally "
                                   "activated current."},
};
const size_t protocol_table_count = sizeof protocol_table / sizeof *protocol_table;

enum hd_status protocol_prepare(struct protocol_spec *protocol, struct hd_error *err) {
  protocol->waveform.kind = WAVEFORM_PWL;
  TRY(go(protocol, protocol->low, 0.0, err));
  return protocol_table[protocol->kind].course(protocol, err);
}

double protocol_duration(const struct protocol_spec *protocol) {
  return protocol->waveform.time[protocol->waveform.n_points - 1];
}

void protocol_free(struct protocol_spec *protocol) {
  hd_free(&protocol->values);
  waveform_free(&protocol->waveform);
}

json_t *protocol_evaluate(const struct protocol_spec *protocol,
                          const struct protocol_trace *trace) {
  json_t *found = json_object();
  json_object_set_new(found, "type", json_string(protocol_names[protocol->kind]));
  protocol_table[protocol->kind].evaluate(protocol, trace, found);
  return found;
}
