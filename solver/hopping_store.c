/* A state of hopping to a checkpoint and back, bit for bit. */
#include <math.h>
#include <string.h>
#include "solver/base/memory.h"
#include "solver/hopping_parts.h"

enum { STORED = 18 };

/** Everything but the numbers of ions, which are in the state. */
static void pack(const struct hopping *hopping, double values[STORED]) {
  const struct random_stream *stream = &hopping->stream;
  const struct hopping_counts counts = hopping_counts(hopping);
  double packed[STORED] = {hopping->t,
                           hopping->stop,
                           hopping->last_step,
                           hopping->leaps,
                           hopping->backwards,
                           hopping->integrals.E_source,
                           hopping->integrals.E_device,
                           hopping->integrals.charge,
                           (double)stream->block,
                           stream->next,
                           stream->word[0],
                           stream->word[1],
                           stream->word[2],
                           stream->word[3],
                           (double)counts.hops,
                           (double)counts.exchanges,
                           (double)counts.leaps,
                           (double)counts.events};
  memcpy(values, packed, sizeof packed);
}

enum hd_status hopping_save(const struct hopping *hopping, struct store *store,
                            struct hd_error *err) {
  size_t n = (size_t)hopping->fields->n, components = system_ion_components(hopping->system);
  double values[STORED];
  pack(hopping, values);
  TRY(store_put(store, "hopping", STORED, values, err));
  TRY(store_put(store, "hopping_state", n, hopping->fields->y, err));
  TRY(store_put(store, "hopping_rate", n, hopping->fields->yp, err));
  TRY(store_put(store, "hopping_counts", 3,
                (const double[]){(double)hopping->fields->solutions,
                                 (double)hopping->fields->newton_iterations,
                                 (double)hopping->fields->failures},
                err));
  double *inflow = NULL;
  TRY(hd_alloc(&inflow, components + 1, sizeof(double), err));
  for (size_t c = 0; c < components; c++)
    inflow[c] = (double)hopping->lattice->inflow[c];
  enum hd_status status = store_put(store, "hopping_inflow", components, inflow, err);
  hd_free(&inflow);
  return status;
}

static void unpack(struct hopping *hopping, const double *values) {
  struct random_stream *stream = &hopping->stream;
  hopping->t = values[0];
  hopping->stop = values[1];
  hopping->last_step = values[2];
  hopping->leaps = (int)values[3];
  hopping->backwards = values[4] != 0.0;
  hopping->integrals = (struct transient_integrals){
      .E_source = values[5], .E_device = values[6], .charge = values[7]};
  stream->block = (uint64_t)values[8];
  stream->next = (uint32_t)values[9];
  for (int i = 0; i < 4; i++)
    stream->word[i] = (uint32_t)values[10 + i];
  hopping->lattice->hops = (long)values[14];
  hopping->lattice->exchanges = (long)values[15];
  hopping->counts.leaps = (long)values[16];
  hopping->counts.events = (long)values[17];
}

/** Go on from a stored state: the same random numbers, new factors and answers of the fields. */
enum hd_status hopping_restore(struct hopping *hopping, const struct store *store,
                               struct hd_error *err) {
  size_t n = (size_t)hopping->fields->n, components = system_ion_components(hopping->system);
  struct hop_fields *fields = hopping->fields;
  double values[STORED], counts[3], *inflow = NULL;
  TRY(store_get(store, "hopping", STORED, values, err));
  TRY(store_get(store, "hopping_state", n, fields->y, err));
  TRY(store_get(store, "hopping_rate", n, fields->yp, err));
  TRY(store_get(store, "hopping_counts", 3, counts, err));
  TRY(hd_alloc(&inflow, components + 1, sizeof(double), err));
  enum hd_status status = store_get(store, "hopping_inflow", components, inflow, err);
  for (size_t c = 0; c < components; c++)
    hopping->lattice->inflow[c] = (long)inflow[c];
  hd_free(&inflow);
  TRY(status);
  for (int p = 0; p < hopping->lattice->n_points; p++) {
    struct lattice_point *point = &hopping->lattice->points[p];
    point->count = lround(fields->y[point->dof] / point->per_ion);
  }
  unpack(hopping, values);
  fields->solutions = (long)counts[0];
  fields->newton_iterations = (long)counts[1];
  fields->failures = (long)counts[2];
  fields->step = 0.0;
  fields->answers.factors = NULL;
  memcpy(fields->old, fields->y, n * sizeof(double));
  lattice_energies(hopping->lattice, fields->y, fields->yp, hopping->t);
  return HD_OK;
}
