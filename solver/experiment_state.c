#include "solver/experiment.h"

#include <string.h>
#include "solver/base/memory.h"

/* What a run is between two experiments, to a checkpoint and back. What belongs to an experiment
 * alone is put behind it by that experiment. */

/** Numbers of ions that are conserved, of all instances one behind the other. */
static enum hd_status totals(const struct system *system, double **values, struct hd_error *err) {
  TRY(hd_alloc(values, system_ion_components(system), sizeof(double), err));
  double *at = *values;
  for (size_t i = 0; i < system->n_instances; i++)
    for (size_t c = 0; c < system->instances[i].device->n_components; c++)
      *at++ = system->instances[i].ion_total[c];
  return HD_OK;
}

static enum hd_status save_state(const struct run *run, struct store *store, struct hd_error *err) {
  const struct steady *steady = run->steady;
  size_t n = (size_t)run->system->n, elements = run->spec->circuit.n_elements;
  double *total = NULL;
  TRY(store_put(store, "y", n, run->y, err));
  TRY(store_put(store, "sources", elements, run->sources, err));
  TRY(store_put_number(store, "has_state", run->has_state, err));
  if (run->first)
    TRY(store_put(store, "first_of_series", n + elements, run->first, err));
  TRY(store_put(store, "held", n, run->system->frozen, err));
  TRY(store_put(store, "steady_last", n, steady->last, err));
  TRY(store_put(store, "steady_previous", n, steady->previous, err));
  TRY(store_put(store, "steady_moved", elements, steady->moved, err));
  enum hd_status status = totals(run->system, &total, err);
  if (status == HD_OK)
    status = store_put(store, "ion_totals", system_ion_components(run->system), total, err);
  hd_free(&total);
  return status;
}

/**
 * Begin a checkpoint: it goes on with experiment `index`, inside it or at its beginning.
 * Errors  HD_MEMORY
 */
enum hd_status run_save(struct run *run, size_t index, bool inside, struct hd_error *err) {
  struct checkpoint *checkpoint = &run->checkpoint;
  store_free(&checkpoint->next);
  TRY(store_create(&checkpoint->next, err));
  struct store *store = checkpoint->next;
  TRY(store_put_number(store, "experiment", (double)index, err));
  TRY(store_put_number(store, "inside", inside, err));
  TRY(store_put_number(store, "terminals_bytes", sink_table_length(run->output->terminals), err));
  TRY(store_put_number(store, "spikes_bytes", sink_table_length(run->spikes), err));
  for (int i = 0; i < CHECKPOINT_SPECTRA; i++)
    TRY(store_put_number(store, checkpoint_spectra[i][1], sink_table_length(run->spectra[i]), err));
  if (run->output->curve)
    TRY(store_put_number(store, "curve_bytes", sink_table_length(run->output->curve), err));
  if (run->slopes)
    TRY(store_put_number(store, "impedance_sensitivity_bytes", sink_table_length(run->slopes),
                         err));
  if (run->sensitivity) {
    TRY(sensitivity_save(run->sensitivity, store, err));
    TRY(sensitivity_report_save(run->report, store, err));
  }
  TRY(store_put_number(store, "log_bytes", run->log ? (double)ftell(run->log) : 0, err));
  TRY(store_put_number(store, "records", (double)sink_fields_records(run->output->fields), err));
  TRY(summary_save(&run->summary, run->system, run->steady, store, err));
  if (run->system->linear.keep) {
    TRY(system_save_factors(run->system, store, err));
    TRY(currents_save(run->output->currents, store, err));
  }
  return save_state(run, store, err);
}

/**
 * Begin a checkpoint inside an experiment that goes on behind its point number i.
 * Errors  HD_MEMORY
 */
enum hd_status run_save_points(struct run *run, size_t i, struct hd_error *err) {
  TRY(run_save(run, run->index, true, err));
  return store_put_number(run->checkpoint.next, "points", (double)i + 1.0, err);
}

/**
 * Bring a run that has been built up to where the checkpoint was taken.
 * Errors  HD_IO: the checkpoint is of another system
 */
enum hd_status run_restore(struct run *run, struct hd_error *err) {
  const struct store *store = run->checkpoint.from;
  struct steady *steady = run->steady;
  size_t n = (size_t)run->system->n, elements = run->spec->circuit.n_elements;
  double *total = NULL;
  TRY(store_get(store, "y", n, run->y, err));
  TRY(store_get(store, "held", n, run->system->frozen, err));
  TRY(store_get(store, "steady_last", n, steady->last, err));
  TRY(store_get(store, "steady_previous", n, steady->previous, err));
  if (elements > 0) {
    TRY(store_get(store, "sources", elements, run->sources, err));
    TRY(store_get(store, "steady_moved", elements, steady->moved, err));
  }
  if (store_count(store, "first_of_series") > 0) {
    TRY(hd_alloc(&run->first, n + elements, sizeof *run->first, err));
    TRY(store_get(store, "first_of_series", n + elements, run->first, err));
  }
  run->has_state = store_number(store, "has_state") != 0.0;
  if (run->system->linear.keep) {
    TRY(system_restore_factors(run->system, store, err));
    TRY(currents_restore(run->output->currents, store, err));
  }
  if (run->sensitivity)
    TRY(sensitivity_restore(run->sensitivity, store, err));
  size_t components = system_ion_components(run->system);
  TRY(hd_alloc(&total, components, sizeof(double), err));
  enum hd_status status =
      components > 0 ? store_get(store, "ion_totals", components, total, err) : HD_OK;
  for (size_t i = 0, at = 0; status == HD_OK && i < run->system->n_instances; i++)
    for (size_t c = 0; c < run->system->instances[i].device->n_components; c++)
      run->system->instances[i].ion_total[c] = total[at++];
  hd_free(&total);
  return status;
}
