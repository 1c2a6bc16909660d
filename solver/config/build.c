#include "solver/config/build.h"

#include <string.h>
#include "solver/base/memory.h"
#include "solver/config/suggest.h"

/** Allocate one zeroed element per member of the list (NULL: none). */
enum hd_status build_list(struct reader *reader, const struct node *list, size_t size,
                          void *elements, size_t *count) {
  *count = 0;
  size_t n = list ? list->n_children : 0;
  TRY(hd_alloc(elements, n, size, reader->err));
  *count = n;
  return HD_OK;
}

/** Index of a name; -1 and a sentence with the nearest one when it is absent. */
int build_index(struct reader *reader, const struct node *node, const char *what, const char *name,
                const void *names, size_t stride, size_t count) {
  struct suggest suggest = {.wanted = name};
  char near[128];
  for (size_t i = 0; i < count; i++) {
    const char *candidate = (const char *)names + i * stride;
    if (strcmp(candidate, name) == 0)
      return (int)i;
    suggest_offer(&suggest, candidate);
  }
  input_error(reader, node, NULL, "there is no %s \"%.60s\"%s", what, name,
              suggest_text(&suggest, near));
  return -1;
}

/** Refuse a name that stands twice. */
void build_refuse_repeated(struct reader *reader, const struct node *list, const void *names,
                           size_t stride, size_t count) {
  const char *name = names;
  for (size_t i = 0; i < count; i++)
    for (size_t j = 0; j < i && name[i * stride]; j++)
      if (strcmp(name + i * stride, name + j * stride) == 0) {
        input_error(reader, list->children[i], "name", "\"%s\" is there twice", name + i * stride);
        break;
      }
}

/** Two sets of space-separated keys as one. */
const char *build_keys(char keys[KEYS], const char *always, const char *more) {
  snprintf(keys, KEYS, "%s %s", always, more);
  return keys;
}

/** Points ( [x, y], ... ) into two arrays; x must ascend strictly. */
enum hd_status build_points(struct reader *reader, const struct node *list, const char *unit_x,
                            const char *unit_y, double **x, double **y, size_t *count) {
  TRY(build_list(reader, list, sizeof **x, x, count));
  TRY(build_list(reader, list, sizeof **y, y, count));
  for (size_t i = 0; i < *count; i++) {
    const struct node *pair = list->children[i];
    if ((pair->kind != NODE_ARRAY && pair->kind != NODE_LIST) || pair->n_children != 2) {
      input_error(reader, pair, NULL, "must be a pair [ , ] of two quantities in %s and %s", unit_x,
                  unit_y[0] ? unit_y : "1");
      continue;
    }
    bool good = quantity_read(reader, pair->children[0], unit_x, &(*x)[i]) &&
                quantity_read(reader, pair->children[1], unit_y, &(*y)[i]);
    if (good && i > 0 && !((*x)[i] > (*x)[i - 1]))
      input_error(reader, pair, NULL, "got %g %s after %g %s, must be later than the point before",
                  (*x)[i], unit_x, (*x)[i - 1], unit_x);
  }
  return HD_OK;
}

/** Points of a pwl waveform; the other types have none. */
static enum hd_status waveform_points(struct reader *reader, const struct node *group,
                                      const char *unit, struct waveform *waveform) {
  const struct node *points = member_list(reader, group, "points");
  if (waveform->kind != WAVEFORM_PWL) {
    if (points)
      input_error(reader, points, NULL, "are for type \"pwl\" only");
    return HD_OK;
  }
  if (!points || points->n_children == 0) {
    input_error(reader, group, "points", "is missing. A pwl needs ( [time, value], ... )");
    return HD_OK;
  }
  return build_points(reader, points, "s", unit, &waveform->time, &waveform->value,
                      &waveform->n_points);
}

/**
 * One waveform in the unit of what it drives.
 * group   NULL: constant 0
 */
enum hd_status build_waveform(struct reader *reader, const struct node *group, const char *unit,
                              struct waveform *waveform) {
  char keys[KEYS], place[PLACE];
  struct table table = section_table(SECTION_WAVEFORM, 0);
  table.value_unit = unit;
  table.keys = "type";
  size_t before = reader->err->count;
  TRY(table_read(reader, group, &table, waveform));
  if (!group || reader->err->count > before)
    return HD_OK;
  table.keys = build_keys(keys, "type", waveform_table[waveform->kind].keys);
  section_refuse_unknown(reader, group, SECTION_WAVEFORM, table.keys);
  TRY(table_read(reader, group, &table, waveform));
  TRY(waveform_points(reader, group, unit, waveform));
  if (reader->err->count > before)
    return HD_OK;
  enum hd_status status = waveform_prepare(waveform, place_of(group, NULL, place), reader->err);
  return status == HD_MEMORY ? status : HD_OK;
}
