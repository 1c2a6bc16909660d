/* summary.json of an ensemble: statistics over the trajectories that are done. */
#include "solver/ensemble/output.h"

#include <math.h>
#include <string.h>
#include "solver/base/memory.h"
#include "solver/ensemble/statistics.h"
#include "solver/sink.h"
#include "solver/summary.h"
#include "solver/version.h"

static enum hd_status put_experiment(json_t *list, const struct records *records, size_t e,
                                     struct hd_error *err) {
  const struct experiment_spec *spec = &records->spec->experiments[e];
  json_t *object = json_pack("{s:s}", "name", spec->name);
  json_array_append_new(list, object);
  if (spec->spike.enabled)
    TRY(statistics_put(object, records, e, err));
  return statistics_put_columns(object, records, e, err);
}

/* ---- what there is ---- */

static json_t *count_json(const struct records *records) {
  json_t *object = json_object();
  json_object_set_new(object, "first", json_integer(records->first));
  json_object_set_new(object, "count", json_integer((json_int_t)records->n_asked));
  json_object_set_new(object, "others", json_integer((json_int_t)(records->n - records->n_asked)));
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
    json_object_set_new(object, "trajectory", json_integer(record->number));
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
  json_object_set_new(root, "remarks", summary_remarks(about->remarks));
  json_object_set_new(root, "seed", json_integer(records->spec->stochastic.seed));
  json_object_set_new(root, "trajectories", count_json(records));
  json_object_set_new(root, "not_done", absent_json(records));
  json_object_set_new(root, "cost", cost_json(records));
  json_object_set_new(root, "confidence_level", json_real(statistics_level));
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
