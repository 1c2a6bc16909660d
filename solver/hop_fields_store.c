/* The fields between hops to a checkpoint and back: what the next Newton begins with, and how it
 * goes. */
#include "solver/base/memory.h"
#include "solver/hop_fields.h"

enum { NUMBERS = 6, OF_FACTORS = 3 };

static size_t states_of(const struct system_instance *instance) {
  return instance->device->mesh->n_node_parts * (size_t)instance->device->model.n_species;
}

/** The step that the system is in, for its currents. */
static enum hd_status save_step(const struct system *system, struct store *store,
                                struct hd_error *err) {
  char name[STORE_NAME];
  for (size_t i = 0; i < system->n_instances; i++) {
    const struct system_instance *one = &system->instances[i];
    size_t terminals = (size_t)one->device->n_terminals;
    TRY(store_put_number(store, store_name(name, "hopping_step_%zu", i), one->past_step, err));
    TRY(store_put(store, store_name(name, "hopping_past_%zu", i), states_of(one), one->past, err));
    TRY(store_put(store, store_name(name, "hopping_current_%zu", i), terminals, one->hop_current,
                  err));
  }
  return store_put(store, "hopping_scale", (size_t)system->n + 1, system->row_scale, err);
}

static enum hd_status restore_step(struct system *system, const struct store *store,
                                   struct hd_error *err) {
  char name[STORE_NAME];
  for (size_t i = 0; i < system->n_instances; i++) {
    struct system_instance *one = &system->instances[i];
    size_t terminals = (size_t)one->device->n_terminals;
    one->past_step = store_number(store, store_name(name, "hopping_step_%zu", i));
    TRY(store_get(store, store_name(name, "hopping_past_%zu", i), states_of(one), one->past, err));
    TRY(store_get(store, store_name(name, "hopping_current_%zu", i), terminals, one->hop_current,
                  err));
  }
  return store_get(store, "hopping_scale", (size_t)system->n + 1, system->row_scale, err);
}

/* ---- answers ---- */

/** Which of the sets of factors it is, from 1 on; 0: none. */
static double number_of(const struct hop_fields *fields, const struct hop_factors *factors) {
  return factors ? (double)(factors - fields->sets + 1) : 0.0;
}

static struct hop_factors *numbered(struct hop_fields *fields, double number) {
  return number > 0.0 ? &fields->sets[(int)number - 1] : NULL;
}

/** What is known of each set; the factors themselves are the system's. */
static enum hd_status save_sets(const struct hop_fields *fields, struct store *store,
                                struct hd_error *err) {
  char name[STORE_NAME];
  for (int i = 0; i < fields->n_sets; i++) {
    const struct hop_factors *one = &fields->sets[i];
    const double numbers[OF_FACTORS] = {one->step, one->rate, (double)one->used};
    TRY(store_put(store, store_name(name, "hopping_set_%d", i), OF_FACTORS, numbers, err));
    TRY(store_put(store, store_name(name, "hopping_set_scale_%d", i), (size_t)fields->n + 1,
                  one->row_scale, err));
  }
  return HD_OK;
}

static enum hd_status restore_sets(struct hop_fields *fields, const struct store *store,
                                   struct hd_error *err) {
  char name[STORE_NAME];
  for (int i = 0; i < fields->n_sets; i++) {
    struct hop_factors *one = &fields->sets[i];
    double numbers[OF_FACTORS];
    TRY(store_get(store, store_name(name, "hopping_set_%d", i), OF_FACTORS, numbers, err));
    TRY(store_get(store, store_name(name, "hopping_set_scale_%d", i), (size_t)fields->n + 1,
                  one->row_scale, err));
    one->step = numbers[0];
    one->rate = numbers[1];
    one->used = (long)numbers[2];
  }
  return HD_OK;
}

/** Those that are known so far, and where they stand. */
static enum hd_status save_answers(const struct hop_fields *fields, size_t points,
                                   struct store *store, struct hd_error *err) {
  const struct hop_answers *answers = &fields->answers;
  double *place = NULL;
  TRY(store_put(store, "hopping_answers", answers->used, answers->values, err));
  TRY(hd_alloc(&place, points, sizeof(double), err));
  for (size_t p = 0; p < points; p++)
    place[p] = answers->column[p] ? (double)(answers->column[p] - answers->values) : -1.0;
  enum hd_status status = store_put(store, "hopping_answers_place", points, place, err);
  hd_free(&place);
  return status;
}

static enum hd_status restore_answers(struct hop_fields *fields, size_t points,
                                      const struct store *store, struct hd_error *err) {
  struct hop_answers *answers = &fields->answers;
  double *place = NULL;
  answers->used = store_count(store, "hopping_answers");
  if (answers->used > 0)
    TRY(store_get(store, "hopping_answers", answers->used, answers->values, err));
  TRY(hd_alloc(&place, points, sizeof(double), err));
  enum hd_status status = store_get(store, "hopping_answers_place", points, place, err);
  for (size_t p = 0; p < points; p++)
    answers->column[p] = place[p] < 0.0 ? NULL : &answers->values[(size_t)place[p]];
  hd_free(&place);
  return status;
}

/* ---- all ---- */

enum hd_status hop_fields_save(const struct hop_fields *fields, const struct lattice *lattice,
                               struct store *store, struct hd_error *err) {
  size_t n = (size_t)fields->n;
  const double numbers[NUMBERS] = {(double)fields->solutions,
                                   (double)fields->newton_iterations,
                                   (double)fields->failures,
                                   number_of(fields, fields->factors),
                                   number_of(fields, fields->answers.factors),
                                   fields->doubt};
  TRY(store_put(store, "hopping_fields", NUMBERS, numbers, err));
  TRY(store_put(store, "hopping_state", n, fields->y, err));
  TRY(store_put(store, "hopping_rate", n, fields->yp, err));
  TRY(store_put(store, "hopping_old", n, fields->old, err));
  TRY(save_sets(fields, store, err));
  TRY(save_step(fields->system, store, err));
  return hop_fields_answers(fields) ? save_answers(fields, (size_t)lattice->n_points, store, err)
                                    : HD_OK;
}

enum hd_status hop_fields_restore(struct hop_fields *fields, const struct lattice *lattice,
                                  double t, const struct store *store, struct hd_error *err) {
  size_t n = (size_t)fields->n, points = (size_t)lattice->n_points;
  double numbers[NUMBERS];
  TRY(store_get(store, "hopping_fields", NUMBERS, numbers, err));
  TRY(store_get(store, "hopping_state", n, fields->y, err));
  TRY(store_get(store, "hopping_rate", n, fields->yp, err));
  TRY(store_get(store, "hopping_old", n, fields->old, err));
  TRY(restore_sets(fields, store, err));
  TRY(restore_step(fields->system, store, err));
  system_gather(fields->system, fields->y, fields->yp, t);
  fields->solutions = (long)numbers[0];
  fields->newton_iterations = (long)numbers[1];
  fields->failures = (long)numbers[2];
  fields->factors = numbered(fields, numbers[3]);
  fields->answers.factors = numbered(fields, numbers[4]);
  fields->doubt = numbers[5];
  for (size_t p = 0; p < points; p++)
    fields->seen[p] = lattice->points[p].count;
  return hop_fields_answers(fields) ? restore_answers(fields, points, store, err) : HD_OK;
}
