/* The only file that knows libconfig: it turns text into our own tree. */
#include "solver/config/tree.h"

#include <libconfig.h>
#include <string.h>
#include "solver/base/memory.h"

static enum node_kind kind_of(const config_setting_t *setting) {
  switch (config_setting_type(setting)) {
  case CONFIG_TYPE_GROUP:
    return NODE_GROUP;
  case CONFIG_TYPE_LIST:
    return NODE_LIST;
  case CONFIG_TYPE_ARRAY:
    return NODE_ARRAY;
  case CONFIG_TYPE_FLOAT:
    return NODE_FLOAT;
  case CONFIG_TYPE_STRING:
    return NODE_STRING;
  case CONFIG_TYPE_BOOL:
    return NODE_BOOL;
  default:
    return NODE_INTEGER;
  }
}

/** Copy one setting and all below it; `text` (may be NULL) tells where its line came from. */
static enum hd_status copy_setting(struct node **copy, struct node *parent,
                                   config_setting_t *setting, const struct text *text,
                                   struct hd_error *err) {
  struct node *node = NULL;
  TRY(tree_add(&node, parent, kind_of(setting), config_setting_name(setting), err));
  *copy = node;
  size_t line = config_setting_source_line(setting);
  if (text && text->n_lines > 0) {
    size_t index = line < 1 ? 0 : line > text->n_lines ? text->n_lines - 1 : line - 1;
    node->file = text->files[text->lines[index].file];
    node->line = text->lines[index].line;
  }
  switch (node->kind) {
  case NODE_INTEGER:
    node->integer = config_setting_get_int(setting);
    break;
  case NODE_FLOAT:
    node->number = config_setting_get_float(setting);
    break;
  case NODE_BOOL:
    node->boolean = config_setting_get_bool(setting) != 0;
    break;
  case NODE_STRING: {
    const char *string = config_setting_get_string(setting);
    return hd_strdup(&node->text, string ? string : "", err);
  }
  default:
    for (int i = 0; i < config_setting_length(setting); i++) {
      struct node *child;
      config_setting_t *member = config_setting_get_elem(setting, (unsigned)i);
      TRY(copy_setting(&child, node, member, text, err));
    }
  }
  return HD_OK;
}

static enum hd_status syntax_error(const config_t *parsed, const struct text *text,
                                   struct hd_error *err) {
  size_t line = parsed->error_line < 1 ? 1 : (size_t)parsed->error_line;
  if (line > text->n_lines)
    line = text->n_lines;
  const struct text_line *at = &text->lines[line - 1];
  const char *what = config_error_text(parsed) ? config_error_text(parsed) : "syntax error";
  if (strcmp(what, "syntax error") == 0)
    what = "syntax error: look for a missing ; \" , or bracket here or just before";
  else if (strcmp(what, "duplicate setting name") == 0)
    what = "a key is given twice in the same group (or the same list mixes unlike scalars)";
  return hd_fail(err, HD_INPUT, "%s:%d: %s", text->files[at->file], at->line, what);
}

/** Parse a text into a tree. */
enum hd_status tree_parse(struct node **root, const struct text *text, struct hd_error *err) {
  config_t parsed;
  config_init(&parsed);
  *root = NULL;
  enum hd_status status;
  if (config_read_string(&parsed, text->data) != CONFIG_TRUE)
    status = syntax_error(&parsed, text, err);
  else
    status = copy_setting(root, NULL, config_root_setting(&parsed), text, err);
  config_destroy(&parsed);
  if (status != HD_OK)
    tree_free(root);
  return status;
}

/** Parse one value as it stands behind "key ="; *value stays NULL when it is none. */
enum hd_status tree_parse_value(struct node **value, const char *text, struct hd_error *err) {
  char *line = NULL;
  size_t size = strlen(text) + 16;
  *value = NULL;
  TRY(hd_alloc(&line, size, 1, err));
  memcpy(line, "value = ", 8);
  memcpy(line + 8, text, strlen(text));
  memcpy(line + 8 + strlen(text), ";", 2);
  config_t parsed;
  config_init(&parsed);
  enum hd_status status = HD_OK;
  if (!strstr(text, "@include") && config_read_string(&parsed, line) == CONFIG_TRUE &&
      config_setting_length(config_root_setting(&parsed)) == 1)
    status = copy_setting(value, NULL, config_setting_get_elem(config_root_setting(&parsed), 0),
                          NULL, err);
  config_destroy(&parsed);
  hd_free(&line);
  if (status != HD_OK)
    tree_free(value);
  return status;
}
