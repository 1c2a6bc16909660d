/* Factors to a checkpoint and back: the values of their matrix, and of the one that their pivots
 * were chosen for, make the same factors bit for bit. */
#include <string.h>
#include "solver/base/memory.h"
#include "solver/linear_parts.h"

enum { NUMBERS = 4 };

static size_t entries_of(const struct linear *linear) {
  return (size_t)linear->matrix->column[linear->n];
}

/**
 * Store what the present factors are made of.
 * name    of the matrix, as all names of a store its own
 * Errors  HD_MEMORY
 */
enum hd_status linear_save(const struct linear *linear, struct store *store, const char *name,
                           struct hd_error *err) {
  const struct linear_solver *solver = linear->solver;
  char numbered[STORE_NAME];
  const double numbers[NUMBERS] = {linear->ready, solver->age ? *solver->age(linear->state) : 0,
                                   linear->worn,
                                   (double)(linear->earlier + linear->counts.factorisations)};
  TRY(store_put(store, store_name(numbered, "%s_numbers", name), NUMBERS, numbers, err));
  return linear->ready ? store_put(store, name, 2 * entries_of(linear), linear->kept, err) : HD_OK;
}

/** The factors of one set of values. */
static int make(struct linear *linear, const double *values) {
  memcpy(linear->matrix->value, values, entries_of(linear) * sizeof *values);
  return linear_make(linear);
}

/**
 * Choose the pivots and make the factors as they were; a matrix without any stays without.
 * linear  new, not factorised yet
 * Errors  HD_IO: the store is of another matrix; HD_INTERNAL
 */
enum hd_status linear_restore(struct linear *linear, const struct store *store, const char *name,
                              struct hd_error *err) {
  double numbers[NUMBERS];
  char numbered[STORE_NAME];
  TRY(store_get(store, store_name(numbered, "%s_numbers", name), NUMBERS, numbers, err));
  linear->earlier = (long)numbers[3];
  linear->worn = (int)numbers[2];
  if (numbers[0] == 0.0)
    return HD_OK;
  TRY(store_get(store, name, 2 * entries_of(linear), linear->kept, err));
  bool again = numbers[1] > 0.0;
  if (make(linear, linear->kept) || (again && make(linear, linear->kept + entries_of(linear))))
    return hd_fail(err, HD_INTERNAL, "the factors of %s could not be made again", name);
  if (again)
    *linear->solver->age(linear->state) = (int)numbers[1];
  linear->ready = true;
  return HD_OK;
}
