/* The input as a tree of settings; each remembers the file and line it came from. */
#ifndef HALIDRIFT_SOLVER_CONFIG_TREE_H
#define HALIDRIFT_SOLVER_CONFIG_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include "solver/base/error.h"
#include "solver/config/text.h"

enum node_kind {
  NODE_GROUP,   /* { key = value; ... } */
  NODE_LIST,    /* ( value, ... ) */
  NODE_ARRAY,   /* [ scalar, ... ] */
  NODE_INTEGER, /* 3 */
  NODE_FLOAT,   /* 3.0 */
  NODE_STRING,  /* "3 nm" */
  NODE_BOOL     /* true */
};

enum { NODE_PATH = 512 };

struct node {
  enum node_kind kind;
  char *name; /* owned; NULL for the root and for members of lists and arrays */
  int integer;
  double number;
  bool boolean;
  char *text; /* owned; string */
  size_t n_children;
  struct node **children; /* owned, with what hangs below them */
  struct node *parent;    /* borrowed */
  const char *file;       /* borrowed from the text or from the list of overrides */
  int line;               /* 0: an override */
};

/** Parse a text into a tree. Errors: HD_INPUT (with file and line), HD_MEMORY. */
enum hd_status tree_parse(struct node **root, const struct text *text, struct hd_error *err);

/** Parse one value as it stands behind "key ="; *value stays NULL when it is none. */
enum hd_status tree_parse_value(struct node **value, const char *text, struct hd_error *err);

void tree_free(struct node **node);

/** Member of a group by name, or NULL; `group` may be NULL or of any kind. */
struct node *tree_member(const struct node *group, const char *name);

/** Make a node and hang it below `parent` (NULL: a root of its own). */
enum hd_status tree_add(struct node **node, struct node *parent, enum node_kind kind,
                        const char *name, struct hd_error *err);

/** Apply one override "key=value", for instance device.layers[0].thickness=40 nm. */
enum hd_status tree_set(struct node *root, const char *set, struct hd_error *err);

/** Full path as the user would write it: devices[0].layers[1].thickness. */
void tree_path(const struct node *node, char path[NODE_PATH]);

/** The same with the names that members of lists give themselves instead of their numbers. */
void tree_named_path(const struct node *node, char *path, size_t size);

/** What "a.b[2].c" or "a.b.name.c" names below a node, or NULL. */
struct node *tree_find(struct node *root, const char *path);

/** The last node on the way of such a path; *lost: its word that this one has no member for, within
 * `path`, or NULL. */
struct node *tree_follow(struct node *root, const char *path, const char **lost);

/** "a group", "an integer", ... for messages. */
const char *tree_kind_name(enum node_kind kind);

#endif
