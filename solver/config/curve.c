/* Reading of a continuation. */
#include <math.h>
#include <string.h>
#include "solver/base/memory.h"
#include "solver/config/build.h"
#include "solver/config/resolve.h"
#include "solver/config/variant.h"

/** Values that end the curve: at least those that it begins and ends with. */
static void check_bounds(struct reader *reader, const struct node *group, struct curve_spec *curve,
                         const char *unit) {
  double low = fmin(curve->from, curve->to), high = fmax(curve->from, curve->to);
  curve->low = isnan(curve->low) ? low : curve->low;
  curve->high = isnan(curve->high) ? high : curve->high;
  if (curve->low > low)
    input_error(reader, group, "low", "got %g %s, must be <= from and to", curve->low, unit);
  if (curve->high < high)
    input_error(reader, group, "high", "got %g %s, must be >= from and to", curve->high, unit);
}

static void check_steps(struct reader *reader, const struct node *group,
                        const struct curve_spec *curve) {
  if (curve->first_step > curve->largest_step)
    input_error(reader, group, "first_step", "got %g, must be <= largest_step (%g)",
                curve->first_step, curve->largest_step);
  if (curve->smallest_step > curve->first_step)
    input_error(reader, group, "smallest_step", "got %g, must be <= first_step (%g)",
                curve->smallest_step, curve->first_step);
}

/** Ends and steps, with values in this unit. */
static enum hd_status read_values(struct reader *reader, const struct node *group, const char *unit,
                                  struct experiment_spec *experiment) {
  struct table ends = section_table(SECTION_EXPERIMENT, 1), table = section_table(SECTION_CURVE, 0);
  struct sweep_input input;
  const struct node *own = member_group(reader, group, "curve");
  struct curve_spec *curve = &experiment->curve;
  size_t before = reader->err->count;
  ends.value_unit = table.value_unit = unit;
  TRY(table_read(reader, group, &ends, &input));
  if (own)
    section_refuse_unknown(reader, own, SECTION_CURVE, NULL);
  TRY(table_read(reader, own, &table, experiment));
  if (reader->err->count > before)
    return HD_OK;
  if (isnan(input.from) || isnan(input.to) || input.from == input.to) {
    input_error(reader, group, NULL, "a continuation needs `from` and `to`, and they must differ");
    return HD_OK;
  }
  curve->from = input.from;
  curve->to = input.to;
  check_bounds(reader, own ? own : group, curve, unit);
  check_steps(reader, own ? own : group, curve);
  return HD_OK;
}

/** A curve over a key: in which unit its values are is known when the whole input has been read;
 * in a resolved input all are SI. */
static enum hd_status read_key(struct reader *reader, const struct node *group,
                               struct experiment_spec *experiment) {
  struct curve_spec *curve = &experiment->curve;
  char place[PLACE];
  const char *key = member_string(reader, group, "key");
  experiment->sweep_source = -1;
  if (tree_member(group, "source"))
    input_error(reader, group, "source", "is given besides `key`; a curve is over one of them");
  if (!key)
    return HD_OK;
  if (strlen(key) >= sizeof curve->key) {
    input_error(reader, group, "key", "is longer than %zu characters", sizeof curve->key - 1);
    return HD_OK;
  }
  snprintf(curve->key, sizeof curve->key, "%s", key);
  TRY(hd_strdup(&curve->place, place_of(tree_member(group, "key"), NULL, place), reader->err));
  return reader->path ? HD_OK : read_values(reader, group, "", experiment);
}

enum hd_status build_curve(struct reader *reader, const struct node *group,
                           const struct circuit_spec *circuit, struct experiment_spec *experiment) {
  if (tree_member(group, "key"))
    return read_key(reader, group, experiment);
  experiment->sweep_source = build_stepped_source(reader, group, circuit, experiment);
  if (experiment->sweep_source < 0)
    return HD_OK;
  const char *unit = element_table[circuit->elements[experiment->sweep_source].kind].value_unit;
  return read_values(reader, group, unit, experiment);
}

/** The group of an experiment that is no series. */
static const struct node *find_group(const struct node *root, const char *name) {
  const struct node *list = tree_member(root, "experiments");
  for (size_t i = 0; i < list->n_children; i++) {
    const struct node *own = tree_member(list->children[i], "name");
    if (own && own->kind == NODE_STRING && strcmp(own->text, name) == 0)
      return list->children[i];
  }
  return NULL;
}

/** What the key of a curve names, and the values in its unit. */
static enum hd_status settle(struct reader *reader, const char *resolved,
                             struct experiment_spec *experiment) {
  struct hd_error own = {.status = HD_OK};
  struct variant_number number;
  struct curve_spec *curve = &experiment->curve;
  const struct node *group = find_group(reader->root, experiment->name);
  enum hd_status status = variant_locate(resolved, curve->key, &number, &own);
  if (status == HD_INPUT) {
    input_error(reader, tree_member(group, "key"), NULL, "%.*s", hd_first_line(own.text), own.text);
    return HD_OK;
  }
  if (status != HD_OK)
    return hd_fail(reader->err, status, "%s", own.text);
  snprintf(curve->unit, sizeof curve->unit, "%s", number.unit);
  curve->own = number.value;
  return read_values(reader, group, curve->unit, experiment);
}

enum hd_status build_curve_keys(struct reader *reader, struct run_spec *spec) {
  char *resolved = NULL, hash[HASH_HEX];
  enum hd_status status = HD_OK;
  for (size_t i = 0; i < spec->n_experiments && status == HD_OK; i++) {
    if (!spec->experiments[i].curve.key[0])
      continue;
    if (!resolved)
      TRY(resolve_text(spec, &resolved, hash, reader->err));
    status = settle(reader, resolved, &spec->experiments[i]);
  }
  hd_free(&resolved);
  return status;
}
