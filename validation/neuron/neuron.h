/* Runs of a neuron: its spikes and its rows. */
#ifndef HALIDRIFT_VALIDATION_NEURON_H
#define HALIDRIFT_VALIDATION_NEURON_H

#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include "tests/support/rig.h"
#include "tests/support/suite.h"

#define NEURON          "inputs/devices/neuron.cfg"
#define MESH(intervals) "device.layers[0].intervals=" #intervals

enum { SPIKES_MAX = 256 };

struct spike_row {
  int pulse;
  double peak, E_source, E_device, E_stored, window_start, window_end;
};

struct spiking {
  struct table table; /* owned */
  size_t n;
  struct spike_row spike[SPIKES_MAX];
  double drift;    /* largest relative drift of the ions' bookkeeping */
  double R_s, R_l; /* ohm */
};

static inline double real_of(const json_t *object, const char *key) {
  const json_t *value = json_object_get(object, key);
  ck_assert_msg(json_is_number(value), "summary.json: no %s", key);
  return json_number_value(value);
}

/** Run a neuron's input and read its spikes and its table. */
static inline void neuron_run(struct spiking *run, const char *path, const char *const *sets) {
  rig_run(&run->table, path, sets, "out");
  json_t *summary = json_load_file("out/summary.json", 0, NULL);
  json_t *ions = json_object_get(json_object_get(summary, "conservation"), "ions");
  json_t *experiment = json_array_get(json_object_get(summary, "experiments"), 0);
  const json_t *spikes = json_object_get(experiment, "spikes");
  run->drift = real_of(json_object_get(ions, "vacancy"), "relative_drift");
  run->R_s = 1e3;
  run->R_l = 30e6;
  run->n = json_array_size(spikes);
  ck_assert_uint_gt(run->n, 0);
  ck_assert_uint_le(run->n, SPIKES_MAX);
  for (size_t i = 0; i < run->n; i++) {
    const json_t *spike = json_array_get(spikes, i);
    run->spike[i] = (struct spike_row){.pulse = (int)real_of(spike, "pulse"),
                                       .peak = real_of(spike, "peak_current_A"),
                                       .E_source = real_of(spike, "E_source_J"),
                                       .E_device = real_of(spike, "E_device_J"),
                                       .E_stored = real_of(spike, "E_stored_J"),
                                       .window_start = real_of(spike, "window_start_s"),
                                       .window_end = real_of(spike, "window_end_s")};
  }
  json_decref(summary);
}

static inline void neuron_free(struct spiking *run) {
  table_free(&run->table);
}

static inline double neuron_value(const struct spiking *run, size_t row, size_t column) {
  return run->table.values[row * run->table.n_columns + column];
}

/** A column at a time, linear between rows. */
static inline double neuron_at(const struct spiking *run, size_t column, double t) {
  size_t time = table_column(&run->table, "time_s"), low = 0, high = run->table.n_rows - 1;
  while (high - low > 1) {
    size_t middle = (low + high) / 2;
    *(neuron_value(run, middle, time) <= t ? &low : &high) = middle;
  }
  double a = neuron_value(run, low, time), b = neuron_value(run, high, time);
  double f = b > a ? (t - a) / (b - a) : 0.0;
  return (1.0 - f) * neuron_value(run, low, column) + f * neuron_value(run, high, column);
}

/** Heat of Rs and Rl between two times, J, by the trapezoidal rule over the rows. */
static inline double neuron_heat(const struct spiking *run, double from, double to) {
  size_t time = table_column(&run->table, "time_s"), I = table_column(&run->table, "I(anode)_A");
  size_t V = table_column(&run->table, "V(x)_V");
  double heat = 0.0, t_before = 0.0, power_before = 0.0;
  for (size_t row = 0; row < run->table.n_rows; row++) {
    double t = neuron_value(run, row, time), i = neuron_value(run, row, I);
    double v = neuron_value(run, row, V), power = run->R_s * i * i + v * v / run->R_l;
    if (t_before >= from * (1.0 - 1e-12) && t <= to * (1.0 + 1e-12))
      heat += 0.5 * (power + power_before) * (t - t_before);
    t_before = t;
    power_before = power;
  }
  return heat;
}

/** Run a suite whose tests take longer than Check's own limit; tests ends with NULL. */
static inline int neuron_suite(const char *name, const TTest *const *tests) {
  static const double limit = 60.0; /* s, times CK_TIMEOUT_MULTIPLIER */
  Suite *suite = suite_create(name);
  TCase *tcase = tcase_create(name);
  tcase_set_timeout(tcase, limit);
  for (; *tests; tests++)
    tcase_add_test(tcase, *tests);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}

#endif
