/* A state of hopping to a checkpoint and back, bit for bit. */
#include <string.h>
#include "solver/base/memory.h"
#include "solver/hopping_parts.h"

enum { STORED = 19 };

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
                           (double)counts.events,
                           (double)hopping->renewed};
  memcpy(values, packed, sizeof packed);
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
  hopping->renewed = (long)values[18];
}

/** Numbers of ions of all points, then those that came in: [points + components], the caller's. */
static enum hd_status allocate(const struct hopping *hopping, double **numbers, size_t *n,
                               struct hd_error *err) {
  *n = (size_t)hopping->lattice->n_points + system_ion_components(hopping->system);
  return hd_alloc(numbers, *n, sizeof **numbers, err);
}

/** Behind a step, as it stands: nothing is changed by it. */
enum hd_status hopping_save(const struct hopping *hopping, struct store *store,
                            struct hd_error *err) {
  const struct lattice *lattice = hopping->lattice;
  size_t points = (size_t)lattice->n_points, n;
  double values[STORED], *numbers = NULL;
  pack(hopping, values);
  TRY(store_put(store, "hopping", STORED, values, err));
  TRY(store_put(store, "hopping_energies", points, lattice->v, err));
  TRY(allocate(hopping, &numbers, &n, err));
  for (size_t i = 0; i < n; i++)
    numbers[i] = (double)(i < points ? lattice->points[i].count : lattice->inflow[i - points]);
  enum hd_status status = store_put(store, "hopping_numbers", n, numbers, err);
  hd_free(&numbers);
  TRY(status);
  return hop_fields_save(hopping->fields, lattice, store, err);
}

/** Go on from a stored state; the factors of the system are restored already. */
enum hd_status hopping_restore(struct hopping *hopping, const struct store *store,
                               struct hd_error *err) {
  struct lattice *lattice = hopping->lattice;
  size_t points = (size_t)lattice->n_points, n;
  double values[STORED], *numbers = NULL;
  TRY(store_get(store, "hopping", STORED, values, err));
  unpack(hopping, values);
  TRY(store_get(store, "hopping_energies", points, lattice->v, err));
  TRY(allocate(hopping, &numbers, &n, err));
  enum hd_status status = store_get(store, "hopping_numbers", n, numbers, err);
  for (size_t i = 0; i < n; i++)
    *(i < points ? &lattice->points[i].count : &lattice->inflow[i - points]) = (long)numbers[i];
  hd_free(&numbers);
  TRY(status);
  return hop_fields_restore(hopping->fields, lattice, hopping->t, store, err);
}
