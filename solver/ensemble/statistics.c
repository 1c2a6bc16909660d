#include "solver/ensemble/statistics.h"

#include <math.h>
#include "solver/base/memory.h"
#include "solver/ensemble/estimate.h"
#include "solver/ensemble/firing.h"
#include "solver/sink.h"

const double statistics_level = 0.95;

static json_t *count(double n) {
  return json_integer((json_int_t)n);
}

static json_t *interval(double low, double high) {
  json_t *list = json_array();
  json_array_append_new(list, sink_number(low));
  json_array_append_new(list, sink_number(high));
  return list;
}

static json_t *estimate_json(struct estimate e) {
  json_t *object = json_object();
  json_object_set_new(object, "value", sink_number(e.value));
  json_object_set_new(object, "standard_error", sink_number(e.error));
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

json_t *statistics_trajectories(size_t n, const double *values, size_t stride, size_t *first,
                                double *known) {
  size_t count = 0;
  for (size_t i = 0; i < n; i++) {
    first[i] = count;
    if (!isnan(values[i * stride]))
      known[count++] = values[i * stride];
  }
  first[n] = count;
  const struct samples samples = {n, first, known};
  return moments_json(estimate_moments(&samples, statistics_level));
}

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
  return firing->interval_pulses[at];
}

static const struct {
  const char *key;
  pick_law pick;
} picks[] = {
    {"E_source_J", pick_source},
    {"E_device_J", pick_device},
    {"E_stored_J", pick_stored},
    {"peak_current_A", pick_peak},
};

static json_t *spike_moments(const struct firing *firing, struct picked *picked, pick_law pick) {
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
  return moments_json(estimate_moments(&samples, statistics_level));
}

/** Moments of a number of each trajectory; NAN: it has none. */
static json_t *trajectory_moments(const struct firing *firing, struct picked *picked,
                                  const double *values) {
  return statistics_trajectories(firing->n, values, 1, picked->first, picked->value);
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
  struct estimate e = estimate_clustered(firing->n, hits, trials, statistics_level);
  struct estimate alone = estimate_probability(all, pulses, statistics_level);
  json_t *probability = estimate_json(e);
  json_object_set_new(probability, "interval_of_independent_pulses",
                      interval(alone.low, alone.high));
  json_object_set_new(probability, "fired", count(all));
  json_object_set_new(probability, "pulses", count(pulses));
  json_object_set_new(object, "firing_probability_per_pulse", probability);
  hd_free(&trials);
  return HD_OK;
}

/** Hazard of the first spike in a pulse: what pulses tell where few trajectories fire, or none. */
static void put_hazard(json_t *object, const struct firing *firing) {
  double events = 0, at_risk = 0, n = (double)done_count(firing);
  if (!(firing->pulses > 0))
    return;
  for (size_t i = 0; i < firing->n; i++) {
    bool fired = !isnan(firing->first_pulse[i]);
    events += fired;
    if (firing->spikes[i])
      at_risk += fired ? firing->first_pulse[i] : firing->pulses;
  }
  json_t *hazard =
      estimate_json(estimate_hazard(n, events, at_risk, firing->pulses, statistics_level));
  json_object_set_new(hazard, "fired", count(events));
  json_object_set_new(hazard, "trajectories", count(n));
  json_object_set_new(hazard, "pulses_at_risk", count(at_risk));
  json_object_set_new(object, "first_spike_hazard_per_pulse", hazard);
}

static void put_probability_to_fire(json_t *object, const struct firing *firing) {
  double fired = fired_count(firing), done = (double)done_count(firing);
  json_t *probability = estimate_json(estimate_probability(fired, done, statistics_level));
  json_object_set_new(probability, "fired", count(fired));
  json_object_set_new(probability, "trajectories", count(done));
  json_object_set_new(object, "probability_to_fire", probability);
}

/* ---- waiting ---- */

/** What Kaplan and Meier's curve says of waits that ended, `observed`, or were cut off. The mean up
 * to the horizon only where every wait could last so long. */
static enum hd_status put_survival(json_t *waiting, size_t n, const double *times,
                                   const bool *observed, double horizon, bool mean,
                                   struct hd_error *err) {
  struct survival survival;
  enum hd_status status = survival_create(&survival, n, times, observed, err);
  if (status == HD_OK) {
    double ended = (double)survival.n_events;
    if (mean) {
      json_object_set_new(waiting, "observed", count(ended));
      json_object_set_new(waiting, "restricted_mean",
                          estimate_json(n > 0 ? survival_mean(&survival, horizon, statistics_level)
                                              : (struct estimate){NAN, NAN, NAN, NAN}));
    }
    json_object_set_new(waiting, "censored", count((double)n - ended));
    json_object_set_new(waiting, "horizon", json_real(horizon));
    json_object_set_new(waiting, "median",
                        estimate_json(survival_median(&survival, statistics_level)));
  }
  survival_free(&survival);
  return status;
}

/** How long it takes to the first spike: those that did not fire are censored at the horizon. */
static enum hd_status put_waiting(json_t *object, const char *key, const struct firing *firing,
                                  const double *first, double horizon, struct picked *scratch,
                                  struct hd_error *err) {
  bool *observed = NULL;
  size_t n = 0;
  json_t *waiting = json_object();
  json_object_set_new(object, key, waiting);
  json_object_set_new(waiting, "of_those_that_fired", trajectory_moments(firing, scratch, first));
  TRY(hd_alloc(&observed, firing->n, sizeof *observed, err));
  for (size_t i = 0; i < firing->n; i++) {
    if (!firing->spikes[i])
      continue;
    observed[n] = !isnan(first[i]);
    scratch->value[n] = observed[n] ? first[i] : horizon;
    n++;
  }
  enum hd_status status = put_survival(waiting, n, scratch->value, observed, horizon, true, err);
  hd_free(&observed);
  return status;
}

/** Waits from spike to spike, in the unit of `horizon`. */
struct interval_law {
  const char *key;
  pick_law ended;                             /* from the spike before */
  double (*place)(const struct spike *spike); /* of a spike; NAN: it has none */
};

static double place_s(const struct spike *spike) {
  return spike->t;
}

static double place_pulses(const struct spike *spike) {
  return spike->pulse > 0 ? spike->pulse : (double)NAN;
}

static const struct interval_law law_s = {"interval_s", pick_interval, place_s};
static const struct interval_law law_pulses = {"interval_pulses", pick_pulses, place_pulses};

/** Add a wait to a list; NAN: there is none. */
static void add(double wait, bool ended, double *times, bool *observed, size_t *n) {
  if (isnan(wait))
    return;
  observed[*n] = ended;
  times[(*n)++] = wait;
}

/** Intervals between spikes. The experiment ends inside the last one of every trajectory that
 * fired: moments are of those that ended, the curve of the median knows the others as censored. It
 * takes intervals as independent of each other: a renewal process.
 * Source  Pena, Strawderman & Hollander 2001, J. Am. Stat. Assoc. 96, 1299 */
static enum hd_status put_intervals(json_t *object, const struct interval_law *law,
                                    const struct firing *firing, double horizon,
                                    struct picked *scratch, struct hd_error *err) {
  json_t *intervals = spike_moments(firing, scratch, law->ended);
  bool *observed = NULL;
  size_t n = 0;
  json_object_set_new(object, law->key, intervals);
  TRY(hd_alloc(&observed, firing_count(firing), sizeof *observed, err));
  for (size_t i = 0; i < firing->n; i++)
    for (size_t k = firing->first[i]; k < firing->first[i + 1]; k++) {
      const struct spike *spike = firing_spike(firing, i, k - firing->first[i]);
      add(law->ended(firing, spike, k), true, scratch->value, observed, &n);
      if (k + 1 == firing->first[i + 1])
        add(horizon - law->place(spike), false, scratch->value, observed, &n);
    }
  enum hd_status status = put_survival(intervals, n, scratch->value, observed, horizon, false, err);
  hd_free(&observed);
  return status;
}

/* ---- experiments ---- */

static enum hd_status put_statistics(json_t *object, const struct firing *firing,
                                     struct picked *scratch, struct hd_error *err) {
  double *counts = NULL;
  put_probability_to_fire(object, firing);
  TRY(put_pulse_probability(object, firing, scratch, err));
  put_hazard(object, firing);
  TRY(put_waiting(object, "first_passage_s", firing, firing->first_s, firing->horizon, scratch,
                  err));
  if (firing->pulses > 0)
    TRY(put_waiting(object, "first_spike_pulse", firing, firing->first_pulse, firing->pulses,
                    scratch, err));
  TRY(hd_alloc(&counts, firing->n, sizeof *counts, err));
  for (size_t i = 0; i < firing->n; i++)
    counts[i] = firing->spikes[i] ? (double)firing->spikes[i]->n : (double)NAN;
  json_object_set_new(object, "spikes_per_trajectory", trajectory_moments(firing, scratch, counts));
  hd_free(&counts);
  TRY(put_intervals(object, &law_s, firing, firing->horizon, scratch, err));
  if (firing->pulses > 0)
    TRY(put_intervals(object, &law_pulses, firing, firing->pulses, scratch, err));
  for (size_t p = 0; p < sizeof picks / sizeof *picks; p++)
    json_object_set_new(object, picks[p].key, spike_moments(firing, scratch, picks[p].pick));
  return HD_OK;
}

enum hd_status statistics_put(json_t *object, const struct records *records, size_t experiment,
                              struct hd_error *err) {
  struct firing firing = {0};
  struct picked scratch = {0};
  enum hd_status status = firing_create(&firing, records, experiment, err);
  if (status == HD_OK)
    status = picked_create(&scratch, &firing, err);
  if (status == HD_OK)
    status = put_statistics(object, &firing, &scratch, err);
  picked_free(&scratch);
  firing_free(&firing);
  return status;
}
