#include "solver/config/tree.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "solver/base/memory.h"

const char *tree_kind_name(enum node_kind kind) {
  static const char *const names[] = {"a group { }", "a list ( )", "an array [ ]", "an integer",
                                      "a float",     "a string",   "true or false"};
  return names[kind];
}

void tree_free(struct node **node) {
  if (!*node)
    return;
  for (size_t i = 0; i < (*node)->n_children; i++)
    tree_free(&(*node)->children[i]);
  hd_free(&(*node)->children);
  hd_free(&(*node)->name);
  hd_free(&(*node)->text);
  hd_free(node);
}

/** Member of a group by name, or NULL. */
struct node *tree_member(const struct node *group, const char *name) {
  if (!group || group->kind != NODE_GROUP)
    return NULL;
  for (size_t i = 0; i < group->n_children; i++)
    if (group->children[i]->name && strcmp(group->children[i]->name, name) == 0)
      return group->children[i];
  return NULL;
}

static enum hd_status adopt(struct node *parent, struct node *child, struct hd_error *err) {
  if (parent->n_children % 8 == 0)
    TRY(hd_resize(&parent->children, parent->n_children + 8, sizeof(struct node *), err));
  parent->children[parent->n_children++] = child;
  child->parent = parent;
  return HD_OK;
}

/** Make a node and hang it below `parent` (NULL: a root of its own). */
enum hd_status tree_add(struct node **node, struct node *parent, enum node_kind kind,
                        const char *name, struct hd_error *err) {
  TRY(hd_alloc(node, 1, sizeof **node, err));
  enum hd_status status = HD_OK;
  (*node)->kind = kind;
  if (name)
    status = hd_strdup(&(*node)->name, name, err);
  if (status == HD_OK && parent)
    status = adopt(parent, *node, err);
  if (status != HD_OK)
    tree_free(node);
  return status;
}

/** Full path as the user would write it: devices[0].layers[1].thickness. */
void tree_path(const struct node *node, char path[NODE_PATH]) {
  const struct node *chain[64];
  size_t depth = 0, length = 0;
  for (; node && node->parent && depth < 64; node = node->parent)
    chain[depth++] = node;
  path[0] = '\0';
  while (depth-- > 0 && length < NODE_PATH - 1) {
    int written;
    if (chain[depth]->name) {
      written = snprintf(path + length, NODE_PATH - length, "%s%.100s", length ? "." : "",
                         chain[depth]->name);
    } else {
      size_t index = 0;
      while (chain[depth]->parent->children[index] != chain[depth])
        index++;
      written = snprintf(path + length, NODE_PATH - length, "[%zu]", index);
    }
    length += written > 0 ? (size_t)written : 0;
  }
}

/** Child of a list by the name that it gives itself: { name = "anode"; ... }. */
static struct node *named_child(const struct node *list, const char *name) {
  for (size_t i = 0; i < list->n_children; i++) {
    const struct node *own = tree_member(list->children[i], "name");
    if (own && own->kind == NODE_STRING && strcmp(own->text, name) == 0)
      return list->children[i];
  }
  return NULL;
}

/** Member of a list or array by number or name, or NULL. */
static struct node *list_member(const struct node *list, const char *word) {
  char *end;
  unsigned long index = strtoul(word, &end, 10);
  if (isdigit((unsigned char)word[0]) && *end == '\0')
    return index < list->n_children ? list->children[index] : NULL;
  return named_child(list, word);
}

static bool is_list(const struct node *node) {
  return node->kind == NODE_LIST || node->kind == NODE_ARRAY;
}

enum { WORD = 128 };

/** The next word of "a.b[2].c" behind *at; its length, or 0: none, or it is too long. */
static size_t next_word(const char **at, const char *end, char word[WORD]) {
  const char *start = *at;
  size_t count = 0;
  while (start + count < end && !strchr(".[]", start[count]))
    count++;
  *at = start + count;
  while (*at < end && strchr(".[]", **at))
    (*at)++;
  if (count >= WORD)
    return 0;
  memcpy(word, start, count);
  word[count] = '\0';
  return count;
}

struct node *tree_follow(struct node *root, const char *path, const char **lost) {
  const char *end = path + strlen(path);
  char word[WORD];
  for (*lost = path; *lost < end; *lost = path) {
    struct node *next = next_word(&path, end, word) == 0 ? NULL
                        : is_list(root)                  ? list_member(root, word)
                                                         : tree_member(root, word);
    if (!next)
      return root;
    root = next;
  }
  *lost = NULL;
  return root;
}

struct node *tree_find(struct node *root, const char *path) {
  const char *lost;
  struct node *found = tree_follow(root, path, &lost);
  return lost ? NULL : found;
}

void tree_named_path(const struct node *node, char *path, size_t size) {
  char own[NODE_PATH];
  size_t length = 0;
  if (!node->parent) {
    path[0] = '\0';
    return;
  }
  tree_named_path(node->parent, path, size);
  length = strlen(path);
  const struct node *name = tree_member(node, "name");
  tree_path(node, own);
  const char *number = strrchr(own, '[');
  if (node->name)
    snprintf(path + length, size - length, "%s%s", length ? "." : "", node->name);
  else if (name && name->kind == NODE_STRING)
    snprintf(path + length, size - length, ".%s", name->text);
  else
    snprintf(path + length, size - length, "%s", number ? number : "");
}

static enum hd_status set_error(const char *set, const char *why, struct hd_error *err) {
  return hd_fail(err, HD_INPUT, "--set '%.200s': %s", set, why);
}

/** Step from `*at` to the child `word`; a group that lacks it gets one. */
static enum hd_status set_step(struct node **at, const char *word, bool last, const char *set,
                               struct hd_error *err) {
  struct node *child = NULL;
  char why[320];
  if (is_list(*at)) {
    child = list_member(*at, word);
    snprintf(why, sizeof why, "there is no '%.100s' in a list of %zu; count from 0", word,
             (*at)->n_children);
  } else if ((*at)->kind == NODE_GROUP) {
    child = tree_member(*at, word);
    if (!child && isalpha((unsigned char)word[0]))
      TRY(tree_add(&child, *at, last ? NODE_INTEGER : NODE_GROUP, word, err));
    if (child && (!child->file || child->line == 0))
      child->file = set;
    snprintf(why, sizeof why, "'%.100s' is no name of a setting", word);
  } else {
    snprintf(why, sizeof why, "there is nothing below a single value to reach '%.100s'", word);
  }
  if (!child)
    return set_error(set, why, err);
  *at = child;
  return HD_OK;
}

/** Walk to the place that "a.b[2].c" names. */
static enum hd_status set_find(struct node **at, const char *set, size_t length,
                               struct hd_error *err) {
  const char *next = set, *end = set + length;
  char word[WORD];
  while (next < end) {
    if (next_word(&next, end, word) == 0)
      return set_error(set, "the key must look like device.layers[0].thickness", err);
    TRY(set_step(at, word, next >= end, set, err));
  }
  return HD_OK;
}

/** Put the override's name on a value and all below it. */
static void mark(struct node *node, const char *set) {
  node->file = set;
  node->line = 0;
  for (size_t i = 0; i < node->n_children; i++)
    mark(node->children[i], set);
}

/** Move the value of `from` into `to`, which keeps its name and place. */
static void take_value(struct node *to, struct node *from) {
  for (size_t i = 0; i < to->n_children; i++)
    tree_free(&to->children[i]);
  hd_free(&to->children);
  hd_free(&to->text);
  to->kind = from->kind;
  to->integer = from->integer;
  to->number = from->number;
  to->boolean = from->boolean;
  to->text = from->text;
  to->children = from->children;
  to->n_children = from->n_children;
  for (size_t i = 0; i < to->n_children; i++)
    to->children[i]->parent = to;
  from->text = NULL;
  from->children = NULL;
  from->n_children = 0;
}

/**
 * Apply one override "key=value". What does not parse as a value of the input language is a string,
 * so that thickness=40 nm needs no inner quotes; what begins with a quote or bracket must parse.
 * set     borrowed for the life of the tree: messages quote it
 */
enum hd_status tree_set(struct node *root, const char *set, struct hd_error *err) {
  const char *equals = strchr(set, '=');
  struct node *at = root, *value = NULL;
  char *end;
  if (!equals || equals == set || equals[1] == '\0')
    return set_error(set, "must look like key=value", err);
  long long integer = strtoll(equals + 1, &end, 10);
  if (*end == '\0' && (integer > INT_MAX || integer < INT_MIN))
    return set_error(set, "the integer does not fit 32 bits and would be changed silently", err);
  TRY(set_find(&at, set, (size_t)(equals - set), err));
  TRY(tree_parse_value(&value, equals + 1, err));
  const char *begin = equals + 1 + strspn(equals + 1, " \t");
  if (!value && *begin && strchr("\"([{", *begin))
    return set_error(
        set, "its value does not end where its quotes or brackets end, or they are open", err);
  if (!value) {
    TRY(tree_add(&value, NULL, NODE_STRING, NULL, err));
    enum hd_status status = hd_strdup(&value->text, equals + 1, err);
    if (status != HD_OK) {
      tree_free(&value);
      return status;
    }
  }
  take_value(at, value);
  mark(at, set);
  tree_free(&value);
  return HD_OK;
}
