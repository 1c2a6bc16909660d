#include "solver/config/variant.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "solver/base/memory.h"
#include "solver/config/build.h"
#include "solver/config/resolve.h"
#include "solver/config/suggest.h"

const double variant_step = 3e-5;

/* Values are looked up and changed in the resolved input, where every number stands, in SI. */

/** Index of the lines of a resolved text, for its comments. */
static enum hd_status index_lines(struct text *text, char *resolved, char **file,
                                  struct hd_error *err) {
  *text = (struct text){.data = resolved, .length = strlen(resolved), .n_files = 1, .files = file};
  for (const char *at = resolved; *at; at++)
    text->n_lines += *at == '\n';
  TRY(hd_alloc(&text->lines, text->n_lines, sizeof *text->lines, err));
  for (size_t i = 0; i < text->n_lines; i++)
    text->lines[i].line = (int)i + 1;
  return HD_OK;
}

static enum hd_status parse_resolved(struct node **root, const char *resolved,
                                     struct hd_error *err) {
  static char name[] = "resolved.cfg"; /* in messages */
  static char *file[] = {name};
  struct text text;
  char *copy = NULL;
  *root = NULL;
  TRY(hd_strdup(&copy, resolved, err));
  enum hd_status status = index_lines(&text, copy, file, err);
  if (status == HD_OK)
    status = tree_parse(root, &text, err);
  hd_free(&text.lines);
  hd_free(&copy);
  return status;
}

/** "device.x" is devices[0].x in the resolved input, when there is only one. */
static const char head[] = "device.";

static bool has_one_device(const struct node *root) {
  const struct node *devices = tree_member(root, "devices");
  return devices && devices->n_children == 1;
}

/** Where a key begins; *key is what it is from there. */
static struct node *begin(struct node *root, const char **key) {
  if (!has_one_device(root) || strncmp(*key, head, sizeof head - 1) != 0)
    return root;
  *key += sizeof head - 1;
  return tree_member(root, "devices")->children[0];
}

static struct node *find(struct node *root, const char *key) {
  struct node *from = begin(root, &key);
  return tree_find(from, key);
}

/** "; did you mean KEY?" with the first wrong word of a key replaced by the nearest one, or "". */
static const char *nearest_key(struct node *root, const char *key, char text[HD_PATH]) {
  const char *rest = key, *lost;
  struct node *from = begin(root, &rest);
  const struct node *at = tree_follow(from, rest, &lost);
  text[0] = '\0';
  if (!lost)
    return text;
  char word[HD_NAME];
  size_t length = strcspn(lost, ".[]");
  bool last = lost[length] == '\0';
  snprintf(word, sizeof word, "%.*s", (int)length, lost);
  struct suggest suggest = {.wanted = word};
  if (at == root && !last && has_one_device(root))
    suggest_offer(&suggest, "device");
  for (size_t i = 0; i < at->n_children; i++) {
    const struct node *child = at->children[i], *own = tree_member(child, "name");
    const char *name = child->name ? child->name : own ? own->text : NULL;
    if (name && (child->kind == NODE_FLOAT) == last)
      suggest_offer(&suggest, name);
  }
  if (suggest.best)
    snprintf(text, HD_PATH, "; did you mean %.*s%s%.200s?", (int)(lost - key), key, suggest.best,
             lost + length);
  return text;
}

/** The comment behind a value is its unit. */
static void read_unit(const char *resolved, int line, char unit[HD_NAME]) {
  unit[0] = '\0';
  while (--line > 0 && (resolved = strchr(resolved, '\n')))
    resolved++;
  const char *end = resolved ? strchr(resolved, '\n') : NULL;
  const char *comment = resolved ? strstr(resolved, "// ") : NULL;
  if (comment && end && comment < end && end - comment - 3 < HD_NAME)
    snprintf(unit, HD_NAME, "%.*s", (int)(end - comment - 3), comment + 3);
}

/** What may vary: numbers that the equations read, not those that say what is done or how. */
static bool is_physics(const struct node *node) {
  const struct node *top = node;
  bool drive = false, mesh = false;
  for (const struct node *at = node; at->parent; at = at->parent) {
    top = at;
    drive = drive || (at->name && strcmp(at->name, "drive") == 0);
    mesh = mesh || (at->name && strcmp(at->name, "mesh") == 0);
  }
  static const char *const groups[] = {"temperature", "constants", "materials", "devices",
                                       "circuit"};
  bool known = strcmp(top->name, "experiments") == 0 && drive;
  for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
    known = known || strcmp(top->name, groups[i]) == 0;
  return known && !mesh && strncmp(node->name ? node->name : "", "spacing", 7) != 0;
}

/**
 * Find a number by its path as --set has it.
 * resolved  the complete input
 * Errors    HD_INPUT, HD_MEMORY
 */
enum hd_status variant_locate(const char *resolved, const char *key, struct variant_number *number,
                              struct hd_error *err) {
  struct node *root;
  TRY(parse_resolved(&root, resolved, err));
  char near[HD_PATH];
  const struct node *node = find(root, key);
  enum hd_status status = HD_OK;
  if (!node || node->kind != NODE_FLOAT)
    status = hd_fail(err, HD_INPUT,
                     "'%.200s' is no quantity of the input: paths are those of resolved.cfg, where "
                     "members of a list go by number or name, as "
                     "device.species.vacancy.diffusion%s",
                     key, nearest_key(root, key, near));
  else if (!is_physics(node))
    status = hd_fail(err, HD_INPUT,
                     "'%.200s' may not vary: only the temperature, constants, materials, devices, "
                     "the circuit and waveforms of drives may",
                     key);
  else {
    tree_named_path(node, number->name, sizeof number->name);
    read_unit(resolved, node->line, number->unit);
    number->value = node->number;
  }
  tree_free(&root);
  return status;
}

enum hd_status variant_find(const struct config *config, const char *key,
                            struct variant_number *number, struct hd_error *err) {
  TRY(variant_locate(config_resolved(config), key, number, err));
  if (number->value != 0.0)
    return HD_OK;
  return hd_fail(err, HD_INPUT, "'%.200s' is 0, must not be: its changes are relative", key);
}

/**
 * Every parameter of the sensitivities must be a number that can vary.
 * path    of the input file, for the sentence
 * Errors  HD_INPUT, HD_MEMORY
 */
enum hd_status variant_check(const struct config *config, const struct sensitivity_spec *wanted,
                             const char *path, struct hd_error *err) {
  struct variant_number *found = NULL;
  enum hd_status status = HD_OK;
  TRY(hd_alloc(&found, wanted->n, sizeof *found, err));
  for (size_t i = 0; i < wanted->n && status == HD_OK; i++) {
    struct hd_error own = {0};
    status = variant_find(config, wanted->parameters[i], &found[i], &own);
    if (status != HD_OK)
      hd_fail(err, status, "%s: sensitivity.parameters[%zu]: %.*s", path, i,
              hd_first_line(own.text), own.text);
    for (size_t j = 0; j < i && status == HD_OK; j++)
      if (strcmp(found[j].name, found[i].name) == 0)
        status = hd_fail(err, HD_INPUT,
                         "%s: sensitivity.parameters[%zu]: is the same number as [%zu], %s", path,
                         i, j, found[i].name);
  }
  hd_free(&found);
  return status;
}

/** Give both specs' shapes to each other. */
static void exchange_shapes(struct run_spec *a, struct run_spec *b) {
  for (size_t d = 0; d < a->n_devices; d++) {
    struct shape shape = a->devices[d].shape;
    a->devices[d].shape = b->devices[d].shape;
    b->devices[d].shape = shape;
  }
}

/** Plan the mesh of a spec by the physics of `plain`, the run as it was read: only the shape may
 * move nodes. */
static enum hd_status plan_mesh(struct run_spec *spec, struct run_spec *plain,
                                struct hd_error *err) {
  exchange_shapes(spec, plain);
  enum hd_status status = mesh_plan(plain, err);
  exchange_shapes(spec, plain);
  return status;
}

static enum hd_status read_changed(struct node *root, size_t n, const char *const *keys,
                                   const double *values, struct run_spec *spec,
                                   struct hd_error *err) {
  for (size_t i = 0; i < n; i++) {
    struct node *node = find(root, keys[i]);
    if (!node || node->kind != NODE_FLOAT)
      return hd_fail(err, HD_INPUT, "'%.200s' is no quantity of the input", keys[i]);
    node->number = values[i];
  }
  return build_run(spec, root, NULL, err);
}

/**
 * The run with some numbers changed.
 * spec    out; freed with run_spec_free
 * Errors  HD_INPUT, HD_MEMORY
 */
enum hd_status variant_read(const struct config *config, size_t n, const char *const *keys,
                            const double *values, struct run_spec *spec, struct hd_error *err) {
  struct run_spec plain = {0};
  struct node *root = NULL, *changed = NULL;
  *spec = (struct run_spec){0};
  enum hd_status status = parse_resolved(&root, config_resolved(config), err);
  if (status == HD_OK)
    status = parse_resolved(&changed, config_resolved(config), err);
  if (status == HD_OK)
    status = read_changed(changed, n, keys, values, spec, err);
  if (status == HD_OK)
    status = build_run(&plain, root, NULL, err);
  if (status == HD_OK)
    status = plan_mesh(spec, &plain, err);
  run_spec_free(&plain);
  tree_free(&root);
  tree_free(&changed);
  if (status != HD_OK)
    run_spec_free(spec);
  return status;
}

/**
 * The input with some numbers changed, as a text; the caller frees it.
 * Errors  HD_INPUT, HD_MEMORY
 */
enum hd_status variant_text(const struct config *config, size_t n, const char *const *keys,
                            const double *values, char **text, struct hd_error *err) {
  struct node *root;
  struct run_spec spec = {0};
  char hash[HASH_HEX];
  TRY(parse_resolved(&root, config_resolved(config), err));
  enum hd_status status = read_changed(root, n, keys, values, &spec, err);
  if (status == HD_OK)
    status = resolve_text(&spec, text, hash, err);
  run_spec_free(&spec);
  tree_free(&root);
  return status;
}

/* ---- curves ---- */

static enum hd_status read_variant(const void *config, const char *key, double value,
                                   struct run_spec *spec, struct hd_error *err) {
  return variant_read(config, 1, &key, &value, spec, err);
}

struct run_variants variants_of(const struct config *config) {
  return (struct run_variants){.read = read_variant, .context = config};
}

/** Can the key of a curve have this value, on the mesh of the run? */
static enum hd_status check_value(const struct config *config, const struct curve_spec *curve,
                                  double value, const struct system *system, struct hd_error *err) {
  struct hd_error own = {0};
  struct run_spec spec = {0};
  struct system *other = NULL;
  const char *key = curve->key;
  enum hd_status status = variant_read(config, 1, &key, &value, &spec, &own);
  if (status == HD_OK)
    status = system_create(&other, &spec, &own);
  const char *text = strncmp(own.text, "resolved.cfg:", strlen("resolved.cfg:")) == 0
                         ? strstr(own.text, ": ") + 2
                         : own.text;
  if (status != HD_OK)
    hd_fail(err, status, "%s: %s cannot be %.9g%s%s: %.*s", curve->place, key, value,
            curve->unit[0] ? " " : "", curve->unit, hd_first_line(text), text);
  else if (!system_is_alike(other, system))
    status = hd_fail(err, HD_INPUT,
                     "%s: %s changes the number of unknowns at %.9g%s%s, must not: give the mesh "
                     "by intervals, or leave it out",
                     curve->place, key, value, curve->unit[0] ? " " : "", curve->unit);
  system_free(&other);
  run_spec_free(&spec);
  return status;
}

/**
 * The keys of curves must be able to have the values that they end at, and leave the unknowns
 * alone. spec    planned Errors  HD_INPUT, HD_MEMORY
 */
enum hd_status variant_check_curves(const struct config *config, const struct run_spec *spec,
                                    struct hd_error *err) {
  struct system *system = NULL;
  enum hd_status status = HD_OK;
  for (size_t i = 0; i < spec->n_experiments && status == HD_OK; i++) {
    const struct curve_spec *curve = &spec->experiments[i].curve;
    if (!curve->key[0])
      continue;
    if (!system)
      status = system_create(&system, spec, err);
    if (status == HD_OK)
      status = check_value(config, curve, curve->low, system, err);
    if (status == HD_OK)
      status = check_value(config, curve, curve->high, system, err);
  }
  system_free(&system);
  return status;
}

/* ---- sets ---- */

/** Both runs of parameter i. */
static enum hd_status read_twins(struct variant_set *set, const struct config *config, size_t i,
                                 const char *const *keys, double *values, struct hd_error *err) {
  struct sensitivity_parameter *parameter = &set->parameters[i];
  double value = values[i];
  *parameter = (struct sensitivity_parameter){
      .name = set->numbers[i].name, .unit = set->numbers[i].unit, .value = value};
  for (int side = 0; side < 2; side++) {
    values[i] = value * (1.0 + (side ? variant_step : -variant_step));
    TRY(variant_read(config, set->n, keys, values, &set->runs[i][side], err));
    parameter->run[side] = &set->runs[i][side];
  }
  values[i] = value;
  return HD_OK;
}

static enum hd_status fill(struct variant_set *set, const struct config *config,
                           const char *const *keys, double *values, bool given,
                           struct hd_error *err) {
  for (size_t i = 0; i < set->n; i++) {
    TRY(variant_find(config, keys[i], &set->numbers[i], err));
    if (!given)
      values[i] = set->numbers[i].value;
  }
  for (size_t i = 0; i < set->n; i++)
    TRY(read_twins(set, config, i, keys, values, err));
  return HD_OK;
}

/**
 * n parameters with their twins' runs.
 * values  [n] SI, or NULL: those of the input
 * Errors  HD_INPUT, HD_MEMORY
 */
enum hd_status variant_set_create(struct variant_set *set, const struct config *config, size_t n,
                                  const char *const *keys, const double *values,
                                  struct hd_error *err) {
  double *present = NULL;
  *set = (struct variant_set){.n = n};
  TRY(hd_alloc(&set->numbers, n, sizeof *set->numbers, err));
  TRY(hd_alloc(&set->parameters, n, sizeof *set->parameters, err));
  TRY(hd_alloc(&set->runs, n, sizeof *set->runs, err));
  TRY(hd_alloc(&present, n, sizeof *present, err));
  if (values)
    memcpy(present, values, n * sizeof *present);
  enum hd_status status = fill(set, config, keys, present, values != NULL, err);
  hd_free(&present);
  return status;
}

/** Free; a zeroed set is accepted. */
void variant_set_free(struct variant_set *set) {
  for (size_t i = 0; set->runs && i < set->n; i++)
    for (int side = 0; side < 2; side++)
      run_spec_free(&set->runs[i][side]);
  hd_free(&set->numbers);
  hd_free(&set->parameters);
  hd_free(&set->runs);
  set->n = 0;
}
