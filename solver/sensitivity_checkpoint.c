/* Checkpoints of sensitivities: derivatives of the state, and what each twin keeps besides its
 * unknowns. What follows from the input, and the sources of an experiment, are made anew. */
#include <string.h>
#include "solver/base/memory.h"
#include "solver/sensitivity.h"

/** Conserved numbers of ions of all instances, one behind the other: [components] out. */
static void get_totals(const struct system *system, double *values) {
  for (size_t i = 0; i < system->n_instances; i++)
    for (size_t c = 0; c < system->instances[i].device->n_components; c++)
      *values++ = system->instances[i].ion_total[c];
}

static void set_totals(struct system *system, const double *values) {
  for (size_t i = 0; i < system->n_instances; i++)
    for (size_t c = 0; c < system->instances[i].device->n_components; c++)
      system->instances[i].ion_total[c] = *values++;
}

static enum hd_status save_twin(struct store *store, const struct system *twin, size_t i, int side,
                                double *totals, struct hd_error *err) {
  char name[STORE_NAME];
  TRY(store_put(store, store_name(name, "sensitivity_held_%zu_%d", i, side), (size_t)twin->n,
                twin->frozen, err));
  get_totals(twin, totals);
  return store_put(store, store_name(name, "sensitivity_totals_%zu_%d", i, side),
                   system_ion_components(twin), totals, err);
}

static enum hd_status restore_twin(const struct store *store, struct system *twin, size_t i,
                                   int side, double *totals, struct hd_error *err) {
  char name[STORE_NAME];
  size_t components = system_ion_components(twin);
  TRY(store_get(store, store_name(name, "sensitivity_held_%zu_%d", i, side), (size_t)twin->n,
                twin->frozen, err));
  if (components > 0)
    TRY(store_get(store, store_name(name, "sensitivity_totals_%zu_%d", i, side), components, totals,
                  err));
  set_totals(twin, totals);
  return HD_OK;
}

/**
 * Errors  HD_MEMORY
 */
enum hd_status sensitivity_save(const struct sensitivity *sensitivity, struct store *store,
                                struct hd_error *err) {
  char name[STORE_NAME];
  double *totals = NULL;
  size_t n = (size_t)sensitivity->system->n;
  TRY(hd_alloc(&totals, system_ion_components(sensitivity->system), sizeof *totals, err));
  enum hd_status status = store_put_number(store, "sensitivity_carried", sensitivity->carried, err);
  for (size_t i = 0; i < sensitivity->n && status == HD_OK; i++) {
    status =
        store_put(store, store_name(name, "sensitivity_s_%zu_0", i), n, sensitivity->s[i], err);
    for (int side = 0; side < 2 && status == HD_OK; side++)
      status = save_twin(store, sensitivity->twins[i][side], i, side, totals, err);
  }
  hd_free(&totals);
  return status;
}

/**
 * Errors  HD_IO: the store is of another system; HD_MEMORY
 */
enum hd_status sensitivity_restore(struct sensitivity *sensitivity, const struct store *store,
                                   struct hd_error *err) {
  char name[STORE_NAME];
  double *totals = NULL;
  size_t n = (size_t)sensitivity->system->n;
  TRY(hd_alloc(&totals, system_ion_components(sensitivity->system), sizeof *totals, err));
  enum hd_status status = HD_OK;
  sensitivity->carried = store_number(store, "sensitivity_carried") != 0.0;
  for (size_t i = 0; i < sensitivity->n && status == HD_OK; i++) {
    status =
        store_get(store, store_name(name, "sensitivity_s_%zu_0", i), n, sensitivity->s[i], err);
    for (int side = 0; side < 2 && status == HD_OK; side++)
      status = restore_twin(store, sensitivity->twins[i][side], i, side, totals, err);
  }
  hd_free(&totals);
  return status;
}
