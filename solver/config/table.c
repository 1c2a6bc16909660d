#include "solver/config/table.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "solver/config/config.h"
#include "solver/config/suggest.h"

/** "file:line: path.key" of a node, or of a key that it lacks. */
const char *place_of(const struct node *node, const char *key, char place[PLACE]) {
  char path[NODE_PATH];
  tree_path(node, path);
  const char *dot = key && path[0] ? "." : "";
  key = key ? key : "";
  if (!node->file)
    snprintf(place, PLACE, "%s%s%s", path, dot, key);
  else if (node->line == 0)
    snprintf(place, PLACE, "--set '%.200s': %s%s%s", node->file, path, dot, key);
  else
    snprintf(place, PLACE, "%.250s:%d: %s%s%s", node->file, node->line, path, dot, key);
  return place;
}

static bool is_probed(const struct reader *reader, const struct node *node) {
  return reader->probe && node->line == 0 && node->file == reader->probe->set;
}

void table_note(struct reader *reader, const struct node *node, enum param_kind kind,
                const char *unit, const char *doc, double value) {
  if (!is_probed(reader, node))
    return;
  struct config_key *probe = reader->probe;
  probe->read = true;
  probe->kind = kind;
  probe->doc = doc;
  probe->value = value;
  snprintf(probe->unit, sizeof probe->unit, "%s", unit);
}

/** Note one sentence about a node (or its missing key). */
void input_error(struct reader *reader, const struct node *node, const char *key,
                 const char *format, ...) {
  char place[PLACE], text[1024];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  place_of(node, key, place);
  size_t length = strlen(place);
  bool bare = length == 0 || (length > 1 && strcmp(place + length - 2, ": ") == 0);
  hd_fail(reader->err, HD_INPUT, "%s%s%s", place, bare ? "" : ": ", text);
  if (is_probed(reader, node))
    reader->probe->refused = true;
}

struct table table_all(const struct param *params, size_t count) {
  return (struct table){.params = params, .count = count};
}

/** True when the key is among the space-separated ones (NULL: all). */
bool table_uses(const char *keys, const char *key) {
  size_t length = strlen(key);
  for (const char *at = keys; at && *at; at += strspn(at, " ")) {
    size_t word = strcspn(at, " ");
    if (word == length && strncmp(at, key, length) == 0)
      return true;
    at += word;
  }
  return !keys;
}

/** The unit of a row, with "$" and "$initial" replaced by what the table stands for. */
void table_unit(const struct table *table, const struct param *param, char unit[HD_NAME]) {
  const char *from = param->unit ? param->unit : "";
  const char *with = "";
  if (strncmp(from, "$initial", 8) == 0) {
    with = table->initial_unit ? table->initial_unit : "";
    from += 8;
  } else if (from[0] == '$') {
    with = table->value_unit ? table->value_unit : "";
    from += 1;
  }
  while (!with[0] && from[0] == ' ')
    from++;
  snprintf(unit, HD_NAME, "%s%s", with, from);
}

/** Set every row's default in `object`. */
void table_defaults(const struct table *table, void *object) {
  for (size_t i = 0; i < table->count; i++) {
    const struct param *param = &table->params[i];
    void *at = (char *)object + param->offset;
    int integer = isfinite(param->fallback) ? (int)param->fallback : 0;
    bool boolean = integer != 0;
    switch (param->kind) {
    case PARAM_QUANTITY:
    case PARAM_NUMBER:
      memcpy(at, &param->fallback, sizeof param->fallback);
      break;
    case PARAM_INTEGER:
    case PARAM_CHOICE:
      memcpy(at, &integer, sizeof integer);
      break;
    case PARAM_BOOL:
      memcpy(at, &boolean, sizeof boolean);
      break;
    case PARAM_NAME:
    case PARAM_FILE:
      *(char *)at = '\0';
    }
  }
}

struct table section_table(enum section_id id, int index) {
  const struct section_table *from = &sections[id].tables[index];
  return (struct table){.params = from->params, .count = from->count ? *from->count : 0};
}

enum key_state { KEY_UNKNOWN, KEY_UNUSED, KEY_USED };

/** Whether a section has a key. `suggest` (may be NULL) sees every key that it has. */
static enum key_state find_key(enum section_id id, const char *keys, const char *key,
                               struct suggest *suggest) {
  enum key_state state = KEY_UNKNOWN;
  for (int t = 0; t < SECTION_TABLES; t++) {
    struct table table = section_table(id, t);
    for (size_t i = 0; i < table.count; i++) {
      bool used = t > 0 || table_uses(keys, table.params[i].key);
      if (used && suggest)
        suggest_offer(suggest, table.params[i].key);
      if (strcmp(table.params[i].key, key) == 0)
        state = used ? KEY_USED : KEY_UNUSED;
    }
  }
  for (const struct section_child *child = sections[id].children; child && child->key; child++) {
    if (suggest)
      suggest_offer(suggest, child->key);
    if (strcmp(child->key, key) == 0)
      state = KEY_USED;
  }
  return state;
}

/** Refuse the keys of `group` that the section does not have. */
void section_refuse_unknown(struct reader *reader, const struct node *group, enum section_id id,
                            const char *keys) {
  for (size_t i = 0; group && group->kind == NODE_GROUP && i < group->n_children; i++) {
    const struct node *node = group->children[i];
    struct suggest suggest = {.wanted = node->name};
    char near[128];
    enum key_state state = find_key(id, keys, node->name, NULL);
    if (state == KEY_UNUSED)
      input_error(reader, node, NULL, "is not read by this type of entry; leave it out");
    if (state != KEY_UNKNOWN)
      continue;
    find_key(id, keys, node->name, &suggest);
    input_error(reader, node, NULL, "is not a known key%s", suggest_text(&suggest, near));
  }
}

/** Refuse what is no group, then its unknown keys. */
bool section_enter(struct reader *reader, const struct node *group, enum section_id id) {
  if (group->kind != NODE_GROUP) {
    input_error(reader, group, NULL, "is %s, must be a group { }", tree_kind_name(group->kind));
    return false;
  }
  section_refuse_unknown(reader, group, id, NULL);
  return true;
}

static const struct node *member_of(struct reader *reader, const struct node *group,
                                    const char *key, enum node_kind kind, enum node_kind other) {
  const struct node *node = tree_member(group, key);
  if (!node || node->kind == kind || node->kind == other)
    return node;
  input_error(reader, node, NULL, "is %s, must be %s", tree_kind_name(node->kind),
              tree_kind_name(kind));
  return NULL;
}

/** Member that must be a list ( ) or an array [ ]. */
const struct node *member_list(struct reader *reader, const struct node *group, const char *key) {
  return member_of(reader, group, key, NODE_LIST, NODE_ARRAY);
}

const struct node *member_group(struct reader *reader, const struct node *group, const char *key) {
  return member_of(reader, group, key, NODE_GROUP, NODE_GROUP);
}

const char *member_string(struct reader *reader, const struct node *group, const char *key) {
  const struct node *node = member_of(reader, group, key, NODE_STRING, NODE_STRING);
  return node ? node->text : NULL;
}

/** "> 0", ">= 0 and <= 8", "one of a, b"; "" when everything is. */
void param_allowed(const struct param *param, char *text, size_t size) {
  text[0] = '\0';
  size_t length = 0;
  if (param->kind == PARAM_CHOICE) {
    for (size_t i = 0; param->choices && param->choices[i] && length < size; i++) {
      int more =
          snprintf(text + length, size - length, "%s%s", i ? ", " : "one of ", param->choices[i]);
      length += more > 0 ? (size_t)more : 0;
    }
    return;
  }
  if (param->kind > PARAM_INTEGER)
    return;
  bool low = isfinite(param->min), high = isfinite(param->max);
  char from[48] = "", to[48] = "";
  if (low)
    snprintf(from, sizeof from, "%s %g", param->min_open ? ">" : ">=", param->min);
  if (high)
    snprintf(to, sizeof to, "<= %g", param->max);
  snprintf(text, size, "%s%s%s", from, low && high ? " and " : "", to);
}

/** Shortest decimal that gives the same double again. */
void format_number(double value, char text[32]) {
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(text, 32, "%.*g", digits, value);
    if (strtod(text, NULL) == value)
      break;
  }
  if (isfinite(value) && !strpbrk(text, ".e"))
    strcat(text, ".0");
}

void write_number(FILE *file, double value) {
  char text[32];
  format_number(value, text);
  fputs(text, file);
}

/** A string with what must be escaped. */
void write_string(FILE *file, const char *text) {
  fputc('"', file);
  for (; *text; text++) {
    if (*text == '"' || *text == '\\')
      fputc('\\', file);
    fputc(*text, file);
  }
  fputc('"', file);
}

static void write_value(FILE *file, const struct param *param, const char *unit, const void *at) {
  double number;
  int integer;
  bool boolean;
  switch (param->kind) {
  case PARAM_QUANTITY:
  case PARAM_NUMBER:
    memcpy(&number, at, sizeof number);
    if (isinf(number))
      fprintf(file, "\"%sinf%s%s\"", number < 0 ? "-" : "", unit[0] ? " " : "", unit);
    else
      write_number(file, number);
    break;
  case PARAM_INTEGER:
    memcpy(&integer, at, sizeof integer);
    fprintf(file, "%d", integer);
    break;
  case PARAM_CHOICE:
    memcpy(&integer, at, sizeof integer);
    write_string(file, param->choices[integer]);
    break;
  case PARAM_BOOL:
    memcpy(&boolean, at, sizeof boolean);
    fputs(boolean ? "true" : "false", file);
    break;
  case PARAM_NAME:
  case PARAM_FILE:
    write_string(file, at);
  }
}

static bool is_absent(const struct param *param, const void *at) {
  double number;
  if (param->kind == PARAM_NAME || param->kind == PARAM_FILE)
    return *(const char *)at == '\0';
  if (param->kind != PARAM_QUANTITY && param->kind != PARAM_NUMBER)
    return false;
  memcpy(&number, at, sizeof number);
  return isnan(number);
}

/** Write every row of `object` as "key = value;" lines; missing values are left out. */
void table_write(FILE *file, int indent, const struct table *table, const void *object) {
  for (size_t i = 0; i < table->count; i++) {
    const struct param *param = &table->params[i];
    const void *at = (const char *)object + param->offset;
    char unit[HD_NAME];
    if (!table_uses(table->keys, param->key) || is_absent(param, at))
      continue;
    table_unit(table, param, unit);
    fprintf(file, "%*s%s = ", indent, "", param->key);
    write_value(file, param, unit, at);
    fprintf(file, unit[0] ? "; // %s\n" : ";\n", unit);
  }
}
