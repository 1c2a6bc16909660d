/* Statistics of the numbers that runs say of an experiment. */
#include <string.h>
#include "solver/base/memory.h"
#include "solver/ensemble/statistics.h"
#include "solver/ensemble/variables.h"

/** Room for a column. */
struct scratch {
  size_t *first;          /* [trajectories + 1] owned */
  double *values, *known; /* [trajectories][members], [trajectories] owned */
};

static json_t *moments_of(const struct records *records, const struct record_column *column,
                          const struct scratch *scratch) {
  size_t n = records->n, length = records_length(records, column);
  variables_column(records, column, length, scratch->values);
  if (length == 0)
    return statistics_trajectories(n, scratch->values, 1, scratch->first, scratch->known);
  json_t *list = json_array();
  for (size_t k = 0; k < length; k++)
    json_array_append_new(list, statistics_trajectories(n, scratch->values + k, length,
                                                        scratch->first, scratch->known));
  return list;
}

enum hd_status statistics_column(const struct records *records, const struct record_column *column,
                                 json_t **moments, struct hd_error *err) {
  size_t n = records->n, length = records_length(records, column);
  struct scratch scratch = {0};
  enum hd_status status = hd_alloc(&scratch.first, n + 1, sizeof *scratch.first, err);
  if (status == HD_OK)
    status = hd_alloc(&scratch.known, n, sizeof(double), err);
  if (status == HD_OK)
    status = hd_alloc(&scratch.values, n * (length + 1), sizeof(double), err);
  *moments = status == HD_OK ? moments_of(records, column, &scratch) : NULL;
  hd_free(&scratch.values);
  hd_free(&scratch.known);
  hd_free(&scratch.first);
  return status;
}

/** The object called `key` in another, made when it is not there; "": the other one itself. */
static json_t *inner(json_t *object, const char *key) {
  json_t *found = key[0] ? json_object_get(object, key) : object;
  if (found)
    return found;
  found = json_object();
  json_object_set_new(object, key, found);
  return found;
}

enum hd_status statistics_put_columns(json_t *object, const struct records *records,
                                      size_t experiment, struct hd_error *err) {
  const struct record_column **order = NULL;
  enum hd_status status = records_order(records, &order, err);
  for (size_t c = 0; c < records->n_columns && status == HD_OK; c++) {
    const struct record_column *column = order[c];
    json_t *moments = NULL, *group;
    if (column->experiment != (int)experiment)
      continue;
    status = statistics_column(records, column, &moments, err);
    group = inner(object, column->group);
    if (column->part[0])
      json_object_set_new(inner(group, column->name), column->part, moments);
    else
      json_object_set_new(group, column->name, moments);
  }
  hd_free(&order);
  return status;
}
