/* Reading values by the parameter tables, and the messages that go with them. */
#ifndef HALIDRIFT_SOLVER_CONFIG_TABLE_H
#define HALIDRIFT_SOLVER_CONFIG_TABLE_H

#include <stdio.h>
#include "solver/base/error.h"
#include "solver/base/param.h"
#include "solver/config/sections.h"
#include "solver/config/tree.h"
#include "solver/config/units.h"

struct library;
struct config_key;

/** What every reading function needs. Wrong input is noted in err and reading goes on; a returned
 * status is a reason to stop at once (no memory). */
struct reader {
  struct units *units;      /* owned by config_read */
  struct library *library;  /* owned by config_read */
  const struct node *root;  /* borrowed: the whole input */
  const char *path;         /* borrowed: the input file */
  struct config_key *probe; /* borrowed: an override that is looked at; NULL: none */
  struct hd_error *err;
};

/** Some rows of a table, with units that depend on the context. */
struct table {
  const struct param *params;
  size_t count;
  const char *keys;         /* space-separated keys that are used here; NULL: all */
  const char *value_unit;   /* stands for "$" in a row's unit; NULL: there is none */
  const char *initial_unit; /* stands for "$initial" */
};

/** "file:line: path" of a node, or of a key that it lacks (key may be NULL). */
enum { PLACE = NODE_PATH + 320 };
const char *place_of(const struct node *node, const char *key, char place[PLACE]);

/** Note one sentence about a node (or its missing key). */
void input_error(struct reader *reader, const struct node *node, const char *key,
                 const char *format, ...) __attribute__((format(printf, 4, 5)));

/** Tell the probe, if it looks at this node, that it was read as what. */
void table_note(struct reader *reader, const struct node *node, enum param_kind kind,
                const char *unit, const char *doc, double value);

/** All rows of a table. */
struct table table_all(const struct param *params, size_t count);

/** True when the key is among the space-separated ones (NULL: all). */
bool table_uses(const char *keys, const char *key);

/** Set every row's default in `object`. */
void table_defaults(const struct table *table, void *object);

/** Set defaults, then read every row that `group` (may be NULL) gives. */
enum hd_status table_read(struct reader *reader, const struct node *group,
                          const struct table *table, void *object);

/** The same without setting defaults first and without asking for what is required. */
enum hd_status table_update(struct reader *reader, const struct node *group,
                            const struct table *table, void *object);

/** Refuse the keys of `group` that the section does not have; `keys` (NULL: all) are those of its
 * first table that are read here. */
void section_refuse_unknown(struct reader *reader, const struct node *group, enum section_id id,
                            const char *keys);

/** Refuse what is no group, then its unknown keys. False: it was no group. */
bool section_enter(struct reader *reader, const struct node *group, enum section_id id);

/** One table of a section. */
struct table section_table(enum section_id id, int index);

/** Write every row of `object` as "key = value;" lines, `indent` spaces in. */
void table_write(FILE *file, int indent, const struct table *table, const void *object);

/** The unit of a row in this table, with "$" replaced; "" none. */
void table_unit(const struct table *table, const struct param *param, char unit[HD_NAME]);

/** "> 0", ">= 0 and <= 8", "one of a, b"; "" when everything is. */
void param_allowed(const struct param *param, char *text, size_t size);

/** Write a double so that it is read back to the last bit, always with a point or exponent. */
void write_number(FILE *file, double value);
void write_string(FILE *file, const char *text);
void format_number(double value, char text[32]);

/** Read one quantity from a float or a string with unit. False: a sentence was noted. */
bool quantity_read(struct reader *reader, const struct node *node, const char *unit, double *value);

/** Read an array or list of quantities; *values is owned by the caller. */
enum hd_status quantity_array(struct reader *reader, const struct node *node, const char *unit,
                              double **values, size_t *count);

/** Member `key` of a group when it is of this kind; NULL and a sentence otherwise (if given). */
const struct node *member_list(struct reader *reader, const struct node *group, const char *key);
const struct node *member_group(struct reader *reader, const struct node *group, const char *key);
const char *member_string(struct reader *reader, const struct node *group, const char *key);

#endif
