#include "solver/config/table.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "solver/base/memory.h"
#include "solver/config/suggest.h"

/** "40 nm" to 40 and "nm". False when it does not start with a number. */
static bool split(const char *text, double *number, const char **unit) {
  char *end;
  text += strspn(text, " \t");
  *number = strtod(text, &end);
  if (end == text || isnan(*number) || strpbrk(text, "xX") == text + 1)
    return false;
  *unit = end + strspn(end, " \t");
  return true;
}

/** A helpful example of how to write a quantity of this unit. */
static void example(const char *unit, char text[96]) {
  if (unit[0])
    snprintf(text, 96, "a float in %s (1e-3) or a string with unit (\"1 %s\")", unit, unit);
  else
    snprintf(text, 96, "a number");
}

static bool read_string(struct reader *reader, const struct node *node, const char *unit,
                        double *value) {
  double number;
  const char *given;
  char hint[96];
  example(unit, hint);
  if (!split(node->text, &number, &given)) {
    input_error(reader, node, NULL, "got the text \"%.60s\", must be %s", node->text, hint);
    return false;
  }
  if (!given[0] && unit[0]) {
    input_error(reader, node, NULL, "got \"%.60s\" without a unit, must be %s", node->text, hint);
    return false;
  }
  if (!given[0]) {
    *value = number;
    return true;
  }
  enum units_result result;
  if (units_convert(reader->units, number, given, unit[0] ? unit : "1", value, &result,
                    reader->err) != HD_OK)
    return false;
  if (result == UNITS_UNKNOWN)
    input_error(reader, node, NULL, "got \"%.60s\": '%.40s' is not a unit, must be %s", node->text,
                given, hint);
  else if (result == UNITS_DIMENSION && unit[0])
    input_error(reader, node, NULL,
                "got \"%.60s\": '%.40s' has the wrong dimension, must be like %s", node->text,
                given, unit);
  else if (result == UNITS_DIMENSION)
    input_error(reader, node, NULL, "got \"%.60s\", must be a number without unit", node->text);
  return result == UNITS_OK;
}

/**
 * Read one quantity from a float (SI, energies in eV) or a string with unit.
 * Integers are refused: libconfig 1.5 wraps those beyond 32 bits silently, and 40 for "40 nm" is
 * the likeliest slip of all.
 */
bool quantity_read(struct reader *reader, const struct node *node, const char *unit,
                   double *value) {
  char hint[96];
  example(unit, hint);
  switch (node->kind) {
  case NODE_FLOAT:
    *value = node->number;
    break;
  case NODE_STRING:
    if (!read_string(reader, node, unit, value))
      return false;
    break;
  case NODE_INTEGER:
    input_error(
        reader, node, NULL,
        "got the bare integer %d, must be %s; integers are refused because libconfig changes "
        "those beyond 32 bits silently, and the unit would be a guess",
        node->integer, hint);
    return false;
  default:
    input_error(reader, node, NULL, "got %s, must be %s", tree_kind_name(node->kind), hint);
    return false;
  }
  if (node->kind == NODE_FLOAT && !isfinite(*value)) {
    input_error(reader, node, NULL, "the number is too large to be stored");
    return false;
  }
  table_note(reader, node, PARAM_QUANTITY, unit, NULL, *value);
  return true;
}

/** Read an array or list of quantities; *values is owned by the caller. */
enum hd_status quantity_array(struct reader *reader, const struct node *node, const char *unit,
                              double **values, size_t *count) {
  *count = 0;
  hd_free(values);
  if (node->kind != NODE_ARRAY && node->kind != NODE_LIST) {
    input_error(reader, node, NULL, "got %s, must be an array [ ] of quantities in %s",
                tree_kind_name(node->kind), unit);
    return HD_OK;
  }
  TRY(hd_alloc(values, node->n_children, sizeof **values, reader->err));
  for (size_t i = 0; i < node->n_children; i++) {
    double value;
    if (!quantity_read(reader, node->children[i], unit, &value))
      continue;
    if (isfinite(value))
      (*values)[(*count)++] = value;
    else
      input_error(reader, node->children[i], NULL, "must be finite");
  }
  return HD_OK;
}

static bool number_read(struct reader *reader, const struct node *node, double *value) {
  if (node->kind == NODE_INTEGER) {
    *value = node->integer;
    return true;
  }
  return quantity_read(reader, node, "", value);
}

/** Bounds of a row; infinity only where the default is infinite, too. */
static bool in_bounds(struct reader *reader, const struct node *node, const struct param *param,
                      double value, const char *unit) {
  char allowed[256];
  bool low = param->min_open ? value > param->min : value >= param->min;
  param_allowed(param, allowed, sizeof allowed);
  if (isinf(value) && !isinf(param->fallback)) {
    input_error(reader, node, NULL, "must be finite");
    return false;
  }
  if (low && value <= param->max)
    return true;
  input_error(reader, node, NULL, "got %g%s%s, must be %s", value, unit[0] ? " " : "", unit,
              allowed);
  return false;
}

static void read_integer(struct reader *reader, const struct node *node, const struct param *param,
                         void *at) {
  if (node->kind != NODE_INTEGER)
    input_error(reader, node, NULL, "got %s, must be an integer", tree_kind_name(node->kind));
  else if (in_bounds(reader, node, param, node->integer, ""))
    memcpy(at, &node->integer, sizeof node->integer);
}

static void read_choice(struct reader *reader, const struct node *node, const struct param *param,
                        void *at) {
  char allowed[512], near[128];
  param_allowed(param, allowed, sizeof allowed);
  if (node->kind != NODE_STRING) {
    input_error(reader, node, NULL, "got %s, must be %s", tree_kind_name(node->kind), allowed);
    return;
  }
  struct suggest suggest = {.wanted = node->text};
  for (int i = 0; param->choices[i]; i++) {
    if (strcmp(param->choices[i], node->text) == 0) {
      memcpy(at, &i, sizeof i);
      return;
    }
    suggest_offer(&suggest, param->choices[i]);
  }
  input_error(reader, node, NULL, "got \"%.60s\", must be %s%s", node->text, allowed,
              suggest_text(&suggest, near));
}

/** Names stand in column headers, variable names and --set paths: no blanks, dots or quotes. */
static void read_name(struct reader *reader, const struct node *node, void *at) {
  if (node->kind != NODE_STRING) {
    input_error(reader, node, NULL, "got %s, must be a name in quotes", tree_kind_name(node->kind));
    return;
  }
  size_t length = strlen(node->text);
  bool good = length > 0 && length < HD_NAME;
  for (const char *c = node->text; *c; c++)
    good = good && (isalnum((unsigned char)*c) || strchr("_-+", *c));
  if (good)
    memcpy(at, node->text, length + 1);
  else
    input_error(reader, node, NULL,
                "got \"%.70s\", must be a name of 1 to %d letters, digits, _, - or +", node->text,
                HD_NAME - 1);
}

/** A file name, relative to the input file that names it. */
static enum hd_status read_file(struct reader *reader, const struct node *node, void *at) {
  char *joined = NULL;
  if (node->kind != NODE_STRING || !node->text[0]) {
    input_error(reader, node, NULL, "must be a file name in quotes");
    return HD_OK;
  }
  const char *from = node->line > 0 && node->file ? node->file : reader->path;
  TRY(text_join(&joined, from, node->text, reader->err));
  if (strlen(joined) < HD_PATH)
    memcpy(at, joined, strlen(joined) + 1);
  else
    input_error(reader, node, NULL, "the file name is longer than %d characters", HD_PATH - 1);
  hd_free(&joined);
  return HD_OK;
}

static enum hd_status read_row(struct reader *reader, const struct node *node,
                               const struct table *table, const struct param *param, void *at) {
  char unit[HD_NAME];
  double value = (double)NAN;
  bool boolean = node->boolean;
  enum hd_status status = HD_OK;
  table_unit(table, param, unit);
  switch (param->kind) {
  case PARAM_QUANTITY:
    if (quantity_read(reader, node, unit, &value) && in_bounds(reader, node, param, value, unit))
      memcpy(at, &value, sizeof value);
    break;
  case PARAM_NUMBER:
    if (number_read(reader, node, &value) && in_bounds(reader, node, param, value, ""))
      memcpy(at, &value, sizeof value);
    break;
  case PARAM_INTEGER:
    read_integer(reader, node, param, at);
    value = node->integer;
    break;
  case PARAM_BOOL:
    if (node->kind == NODE_BOOL)
      memcpy(at, &boolean, sizeof boolean);
    else
      input_error(reader, node, NULL, "got %s, must be true or false", tree_kind_name(node->kind));
    break;
  case PARAM_CHOICE:
    read_choice(reader, node, param, at);
    break;
  case PARAM_NAME:
    read_name(reader, node, at);
    break;
  case PARAM_FILE:
    status = read_file(reader, node, at);
  }
  table_note(reader, node, param->kind, unit, param->doc, value);
  return status;
}

/** Read every row that `group` gives; the others stay as they are. */
enum hd_status table_update(struct reader *reader, const struct node *group,
                            const struct table *table, void *object) {
  for (size_t i = 0; group && i < table->count; i++) {
    const struct param *param = &table->params[i];
    const struct node *node = tree_member(group, param->key);
    if (node && table_uses(table->keys, param->key))
      TRY(read_row(reader, node, table, param, (char *)object + param->offset));
  }
  return HD_OK;
}

/** Set defaults, then read every row that `group` (may be NULL) gives. */
enum hd_status table_read(struct reader *reader, const struct node *group,
                          const struct table *table, void *object) {
  table_defaults(table, object);
  for (size_t i = 0; group && i < table->count; i++) {
    const struct param *param = &table->params[i];
    if (param->required && table_uses(table->keys, param->key) && !tree_member(group, param->key))
      input_error(reader, group, param->key, "is missing. %s", param->doc);
  }
  return table_update(reader, group, table, object);
}
