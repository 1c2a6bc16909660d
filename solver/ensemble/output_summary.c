/* summary.json of an ensemble: statistics over the trajectories that are done. */
#include "solver/ensemble/output.h"

#include <math.h>
#include <string.h>
#include "solver/base/memory.h"
#include "solver/ensemble/estimate.h"
#include "solver/ensemble/firing.h"
#include "solver/sink.h"
#include "solver/summary.h"
#include "solver/version.h"

/** Level of all confidence intervals. */
static const double LEVEL = 0.95;

/** JSON has no NAN: what is not known is null. */
static json_t *real(double value) {
  return isfinite(value) ? json_real(value) : json_null();
}

static json_t *interval(double low, double high) {
  json_t *list = json_array();
  json_array_append_new(list, real(low));
  json_array_append_new(list, real(high));
  return list;
}

static json_t *estimate_json(struct estimate e) {
  json_t *object = json_object();
  json_object_set_new(object, "value", real(e.value));
  json_object_set_new(object, "standard_error", real(e.error));
  json_object_set_new(object, "interval", interval(e.low, e.high));
  return object;
}

/** Mean, standard deviation and their ratio; intervals over trajectories. */
static json_t *moments_json(struct moments m) {
  json_t *object = json_object();
  json_object_set_new(object, "count", json_integer((json_int_t)m.count));
  json_object_set_new(object, "mean", estimate_json(m.mean));
  json_object_set_new(object, "sd", estimate_json(m.sd));
  json_object_set_new(object, "cv", estimate_json(m.cv));
  return object;
}

/* ---- samples ---- */

/** Values picked from the spikes, trajectory by trajectory. */
struct picked {
  size_t *first; /* [n + 1] owned */
  double *value; /* owned */
};

static enum hd_status picked_create(struct picked *picked, const struct firing *firing,
                                    struct hd_error *err) {
  *picked = (struct picked){0};
  TRY(hd_alloc(&picked->first, firing->n + 1, sizeof(size_t), err));
  size_t most = firing_count(firing) > firing->n ? firing_count(firing) : firing->n;
  return hd_alloc(&picked->value, most, sizeof(double), err);
}

static void picked_free(struct picked *picked) {
  hd_free(&picked->first);
  hd_free(&picked->value);
}

/** What a spike, number `at` of all, gives to a sample; NAN: nothing. */
typedef double (*pick_law)(const struct firing *firing, const struct spike *spike, size_t at);

static double pick_source(const struct firing *firing, const struct spike *spike, size_t at) {
  (void)firing, (void)at;
  return spike->complete ? spike->E_source : (double)NAN;
}

static double pick_device(const struct firing *firing, const struct spike *spike, size_t at) {
  (void)firing, (void)at;
  return spike->complete ? spike->E_device : (double)NAN;
}

static double pick_stored(const struct firing *firing, const struct spike *spike, size_t at) {
  (void)firing, (void)at;
  return spike->complete ? spike->E_stored : (double)NAN;
}

static double pick_peak(const struct firing *firing, const struct spike *spike, size_t at) {
  (void)firing, (void)at;
  return spike->complete ? fabs(spike->peak) : (double)NAN;
}

static double pick_interval(const struct firing *firing, const struct spike *spike, size_t at) {
  (void)spike;
  return firing->interval_s[at];
}

static double pick_pulses(const struct firing *firing, const struct spike *spike, size_t at) {
  (void)spike;
  return firing->pulses > 0 ? firing->interval_pulses[at] : (double)NAN;
}

static const struct {
  const char *key;
  pick_law pick;
} picks[] = {
    {"interval_s", pick_interval}, {"interval_pulses", pick_pulses}, {"E_source_J", pick_source},
    {"E_device_J", pick_device},   {"E_stored_J", pick_stored},      {"peak_current_A", pick_peak},
};

static struct moments spike_moments(const struct firing *firing, struct picked *picked,
                                    pick_law pick) {
  size_t n = 0;
  for (size_t i = 0; i < firing->n; i++) {
    picked->first[i] = n;
    for (size_t k = firing->first[i]; k < firing->first[i + 1]; k++) {
      double value = pick(firing, firing_spike(firing, i, k - firing->first[i]), k);
      if (!isnan(value))
        picked->value[n++] = value;
    }
  }
  picked->first[firing->n] = n;
  const struct samples samples = {firing->n, picked->first, picked->value};
  return estimate_moments(&samples, LEVEL);
}

/** Moments of a number of each trajectory; NAN: it has none. */
static struct moments trajectory_moments(const struct firing *firing, struct picked *picked,
                                         const double *values) {
  size_t n = 0;
  for (size_t i = 0; i < firing->n; i++) {
    picked->first[i] = n;
    if (!isnan(values[i]))
      picked->value[n++] = values[i];
  }
  picked->first[firing->n] = n;
  const struct samples samples = {firing->n, picked->first, picked->value};
  return estimate_moments(&samples, LEVEL);
}

/* ---- probabilities ---- */

static size_t done_count(const struct firing *firing) {
  size_t n = 0;
  for (size_t i = 0; i < firing->n; i++)
    n += firing->spikes[i] != NULL;
  return n;
}

static double fired_count(const struct firing *firing) {
  double n = 0;
  for (size_t i = 0; i < firing->n; i++)
    n += firing->spikes[i] && firing->spikes[i]->n > 0;
  return n;
}

/** Share of the pulses in which a spike begins. Pulses of one trajectory share its ions: the
 * interval over trajectories allows for that, the one over pulses takes them as independent. */
static enum hd_status put_pulse_probability(json_t *object, const struct firing *firing,
                                            struct picked *scratch, struct hd_error *err) {
  double *trials = NULL, *hits = scratch->value, all = 0;
  if (!(firing->pulses > 0))
    return HD_OK;
  TRY(hd_alloc(&trials, firing->n, sizeof *trials, err));
  for (size_t i = 0; i < firing->n; i++) {
    trials[i] = firing->spikes[i] ? firing->pulses : 0;
    hits[i] = firing->spikes[i] ? firing->fired[i] : 0;
    all += hits[i];
  }
  double pulses = firing->pulses * (double)done_count(firing);
  struct estimate e = estimate_clustered(firing->n, hits, trials, LEVEL);
  struct estimate alone = estimate_probability(all, pulses, LEVEL);
  json_t *probability = estimate_json(e);
  json_object_set_new(probability, "interval_of_independent_pulses",
                      interval(alone.low, alone.high));
  json_object_set_new(probability, "fired", json_real(all));
  json_object_set_new(probability, "pulses", json_real(pulses));
  json_object_set_new(object, "firing_probability_per_pulse", probability);
  hd_free(&trials);
  return HD_OK;
}

static void put_probability_to_fire(json_t *object, const struct firing *firing) {
  double fired = fired_count(firing), done = (double)done_count(firing);
  json_t *probability = estimate_json(estimate_probability(fired, done, LEVEL));
  json_object_set_new(probability, "fired", json_real(fired));
  json_object_set_new(probability, "trajectories", json_real(done));
  json_object_set_new(object, "probability_to_fire", probability);
}

/* ---- waiting ---- */

/** How long it takes to the first spike: those that did not fire are censored at the horizon. */
static enum hd_status put_waiting(json_t *object, const char *key, const struct firing *firing,
                                  const double *first, double horizon, struct picked *scratch,
                                  struct hd_error *err) {
  struct survival survival;
  bool *observed = NULL;
  size_t n = 0;
  json_t *waiting = json_object();
  json_object_set_new(object, key, waiting);
  json_object_set_new(waiting, "of_those_that_fired",
                      moments_json(trajectory_moments(firing, scratch, first)));
  TRY(hd_alloc(&observed, firing->n, sizeof *observed, err));
  for (size_t i = 0; i < firing->n; i++) {
    if (!firing->spikes[i])
      continue;
    observed[n] = !isnan(first[i]);
    scratch->value[n] = observed[n] ? first[i] : horizon;
    n++;
  }
  enum hd_status status = survival_create(&survival, n, scratch->value, observed, err);
  hd_free(&observed);
  if (status == HD_OK) {
    size_t fired = survival.n_events;
    json_object_set_new(waiting, "observed", json_integer((json_int_t)fired));
    json_object_set_new(waiting, "censored", json_integer((json_int_t)(n - fired)));
    json_object_set_new(waiting, "horizon", json_real(horizon));
    json_object_set_new(waiting, "restricted_mean",
                        estimate_json(n > 0 ? survival_mean(&survival, horizon, LEVEL)
                                            : (struct estimate){NAN, NAN, NAN, NAN}));
    json_object_set_new(waiting, "median", estimate_json(survival_median(&survival, LEVEL)));
  }
  survival_free(&survival);
  return status;
}

/* ---- experiments ---- */

static enum hd_status put_statistics(json_t *object, const struct firing *firing,
                                     struct picked *scratch, struct hd_error *err) {
  double *counts = NULL;
  put_probability_to_fire(object, firing);
  TRY(put_pulse_probability(object, firing, scratch, err));
  TRY(put_waiting(object, "first_passage_s", firing, firing->first_s, firing->horizon, scratch,
                  err));
  if (firing->pulses > 0)
    TRY(put_waiting(object, "pulses_to_first_spike", firing, firing->first_pulse, firing->pulses,
                    scratch, err));
  TRY(hd_alloc(&counts, firing->n, sizeof *counts, err));
  for (size_t i = 0; i < firing->n; i++)
    counts[i] = firing->spikes[i] ? (double)firing->spikes[i]->n : (double)NAN;
  json_object_set_new(object, "spikes_per_trajectory",
                      moments_json(trajectory_moments(firing, scratch, counts)));
  hd_free(&counts);
  for (size_t p = 0; p < sizeof picks / sizeof *picks; p++)
    json_object_set_new(object, picks[p].key,
                        moments_json(spike_moments(firing, scratch, picks[p].pick)));
  return HD_OK;
}

static enum hd_status put_experiment(json_t *list, const struct records *records, size_t e,
                                     struct hd_error *err) {
  const struct experiment_spec *spec = &records->spec->experiments[e];
  struct firing firing = {0};
  struct picked scratch = {0};
  json_t *object = json_object();
  json_array_append_new(list, object);
  json_object_set_new(object, "name", json_string(spec->name));
  if (!spec->spike.enabled)
    return HD_OK;
  enum hd_status status = firing_create(&firing, records, e, err);
  if (status == HD_OK)
    status = picked_create(&scratch, &firing, err);
  if (status == HD_OK)
    status = put_statistics(object, &firing, &scratch, err);
  picked_free(&scratch);
  firing_free(&firing);
  return status;
}

/* ---- what there is ---- */

static json_t *count_json(const struct records *records) {
  json_t *object = json_object();
  json_object_set_new(object, "first", json_integer(records->first));
  json_object_set_new(object, "count", json_integer((json_int_t)records->n));
  for (enum record_status s = RECORD_MISSING; s <= RECORD_LOST; s++)
    json_object_set_new(object, record_status_name(s),
                        json_integer((json_int_t)records_count(records, s)));
  return object;
}

/** Every trajectory that is not done, with the reason. */
static json_t *absent_json(const struct records *records) {
  json_t *list = json_array();
  for (size_t i = 0; i < records->n; i++) {
    const struct record *record = &records->record[i];
    if (record->status == RECORD_DONE)
      continue;
    json_t *object = json_object();
    json_object_set_new(object, "trajectory", json_integer(records->first + (int)i));
    json_object_set_new(object, "status", json_string(record_status_name(record->status)));
    if (record->status == RECORD_FAILED)
      json_object_set_new(object, "exit_code", json_integer(record->exit_code));
    if (record->message)
      json_object_set_new(object, "message", json_string(record->message));
    json_array_append_new(list, object);
  }
  return list;
}

/** What the trajectories that are done have cost. */
static json_t *cost_json(const struct records *records) {
  double cpu = 0, memory = 0, steps = 0;
  for (size_t i = 0; i < records->n; i++) {
    const struct record *record = &records->record[i];
    if (record->status != RECORD_DONE)
      continue;
    cpu += record->cpu_s;
    steps += record->steps;
    memory = fmax(memory, record->memory);
  }
  return json_pack("{s:f, s:f, s:f}", "cpu_s", cpu, "steps", steps, "peak_memory_bytes", memory);
}

static enum hd_status put_all(json_t *root, const struct records *records,
                              const struct output_about *about, enum hd_status status,
                              struct hd_error *err) {
  json_t *experiments = json_array();
  json_object_set_new(root, "program", json_string("halidrift " HALIDRIFT_VERSION));
  json_object_set_new(root, "input", json_string(about->input));
  json_object_set_new(root, "input_hash", json_string(about->hash));
  json_object_set_new(root, "title", json_string(about->title));
  json_object_set_new(root, "status", json_string(summary_status_name(status)));
  json_object_set_new(root, "exit_code", json_integer((json_int_t)status));
  json_object_set_new(root, "seed", json_integer(records->spec->stochastic.seed));
  json_object_set_new(root, "trajectories", count_json(records));
  json_object_set_new(root, "not_done", absent_json(records));
  json_object_set_new(root, "cost", cost_json(records));
  json_object_set_new(root, "confidence_level", json_real(LEVEL));
  json_object_set_new(root, "experiments", experiments);
  for (size_t e = 0; e < records->spec->n_experiments; e++)
    TRY(put_experiment(experiments, records, e, err));
  return HD_OK;
}

enum hd_status output_summary(const struct records *records, const struct output_about *about,
                              const char *dir, enum hd_status status, struct hd_error *err) {
  json_t *root = json_object();
  enum hd_status made = put_all(root, records, about, status, err);
  if (made == HD_OK)
    made = sink_json(dir, "summary.json", root, err);
  json_decref(root);
  return made;
}
