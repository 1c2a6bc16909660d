/* From an input file to a run_spec. */
#include "solver/config/config.h"

#include <string.h>
#include "solver/base/memory.h"
#include "solver/config/build.h"
#include "solver/config/library.h"
#include "solver/config/resolve.h"
#include "solver/config/variant.h"

struct config {
  char *resolved;          /* owned: the complete input */
  char hash[HASH_HEX];     /* of the resolved input */
  struct study_spec study; /* owned */
};

static enum hd_status read_title(struct reader *reader, struct run_spec *spec) {
  const char *title = member_string(reader, reader->root, "title");
  if (title && strlen(title) >= sizeof spec->title)
    input_error(reader, tree_member(reader->root, "title"), NULL, "is longer than %zu characters",
                sizeof spec->title - 1);
  else if (title)
    snprintf(spec->title, sizeof spec->title, "%s", title);
  return HD_OK;
}

/** One group of the root with one table. */
static enum hd_status read_group(struct reader *reader, enum section_id id, void *object) {
  struct table table = section_table(id, 0);
  const struct node *group = member_group(reader, reader->root, sections[id].path);
  if (group)
    section_refuse_unknown(reader, group, id, NULL);
  return table_read(reader, group, &table, object);
}

/** Paths of parameters; whether they name numbers is seen when all values are known. */
static enum hd_status read_sensitivity(struct reader *reader, struct run_spec *spec) {
  const struct node *group = member_group(reader, reader->root, "sensitivity");
  struct sensitivity_spec *own = &spec->sensitivity;
  if (!group)
    return HD_OK;
  section_refuse_unknown(reader, group, SECTION_SENSITIVITY, NULL);
  const struct node *list = tree_member(group, "parameters");
  if (!list || (list->kind != NODE_ARRAY && list->kind != NODE_LIST) || list->n_children == 0) {
    input_error(reader, list ? list : group, list ? NULL : "parameters",
                "must be a list of paths, [\"device.species.vacancy.diffusion\", ...]");
    return HD_OK;
  }
  TRY(hd_alloc(&own->parameters, list->n_children, sizeof *own->parameters, reader->err));
  own->n = list->n_children;
  for (size_t i = 0; i < own->n; i++) {
    if (list->children[i]->kind != NODE_STRING)
      input_error(reader, list->children[i], NULL, "must be a path in quotes");
    else
      TRY(hd_strdup(&own->parameters[i], list->children[i]->text, reader->err));
  }
  if (spec->stochastic.engine != ENGINE_NONE)
    input_error(reader, group, NULL,
                "needs ions that do not move at random: stochastic.engine "
                "must be \"none\"");
  return HD_OK;
}

static enum hd_status read_fit_parameter(struct reader *reader, const struct node *group,
                                         struct fit_parameter *parameter) {
  struct table table = section_table(SECTION_FIT_PARAMETER, 0);
  if (!section_enter(reader, group, SECTION_FIT_PARAMETER))
    return HD_OK;
  const char *key = member_string(reader, group, "key");
  if (!key)
    input_error(reader, group, "key", "is missing. Path of the number to be found");
  else
    snprintf(parameter->key, sizeof parameter->key, "%s", key);
  TRY(table_read(reader, group, &table, parameter));
  if (isnan(parameter->min) != isnan(parameter->max))
    input_error(reader, group, isnan(parameter->min) ? "min" : "max",
                "is missing besides the other");
  else if (parameter->min >= parameter->max || parameter->min * parameter->max <= 0.0)
    input_error(reader, group, "min", "got %g, must be below max (%g) and of its sign",
                parameter->min, parameter->max);
  return HD_OK;
}

/** What a fit varies; whether keys name numbers is seen when all values are known. */
static enum hd_status read_fit(struct reader *reader, struct run_spec *spec) {
  const struct node *group = member_group(reader, reader->root, "fit");
  struct fit_spec *fit = &spec->fit;
  TRY(read_group(reader, SECTION_FIT, fit));
  if (!group)
    return HD_OK;
  const struct node *list = member_list(reader, group, "parameters");
  if (!list || list->n_children == 0)
    input_error(reader, group, "parameters", "must be a list with at least one { key = ...; }");
  TRY(build_list(reader, list, sizeof *fit->parameters, &fit->parameters, &fit->n));
  for (size_t i = 0; i < fit->n; i++)
    TRY(read_fit_parameter(reader, list->children[i], &fit->parameters[i]));
  return HD_OK;
}

/** Ions that move at random have no fronts within a cell: hops and forces act on what cells hold.
 */
static void settle_fronts(struct run_spec *spec) {
  for (size_t d = 0; d < spec->n_devices; d++)
    for (size_t s = 0; s < spec->devices[d].n_species; s++)
      if (spec->stochastic.engine != ENGINE_NONE)
        spec->devices[d].species[s].front = FRONT_POINTWISE;
}

/** Members of a series begin anew from one state, which sensitivities do not. */
static void check_series(struct reader *reader, const struct run_spec *spec) {
  const struct protocol_spec *series = run_series(spec, spec->n_experiments);
  if (spec->sensitivity.n > 0 && series)
    input_error(reader, tree_member(reader->root, "sensitivity"), NULL,
                "and series of protocols exclude each other: experiment %s must have one value",
                series->name);
}

/** A curve is followed without sensitivities, so that what goes on from it would have none. */
static void check_curves(struct reader *reader, const struct run_spec *spec) {
  for (size_t i = 0; i < spec->n_experiments && spec->sensitivity.n > 0; i++)
    if (spec->experiments[i].type == EXPERIMENT_CONTINUATION)
      input_error(reader, tree_member(reader->root, "sensitivity"), NULL,
                  "and curves exclude each other: experiment %s must not be a continuation",
                  spec->experiments[i].name);
}

/** All parts, in the order in which they need one another. */
static enum hd_status read_parts(struct reader *reader, struct run_spec *spec,
                                 struct study_spec *study) {
  struct table table = section_table(SECTION_ROOT, 0);
  section_refuse_unknown(reader, reader->root, SECTION_ROOT, NULL);
  TRY(read_title(reader, spec));
  TRY(table_read(reader, reader->root, &table, spec));
  TRY(read_group(reader, SECTION_CONSTANTS, &spec->constants));
  units_set_charge(reader->units, spec->constants.q);
  TRY(read_group(reader, SECTION_SOLVER, &spec->solver));
  TRY(read_group(reader, SECTION_CHECKPOINT, &spec->checkpoint));
  TRY(read_group(reader, SECTION_STOCHASTIC, &spec->stochastic));
  TRY(read_sensitivity(reader, spec));
  TRY(read_fit(reader, spec));
  TRY(library_check(reader));
  TRY(build_devices(reader, reader->root, spec));
  settle_fronts(spec);
  TRY(build_circuit(reader, reader->root, spec));
  TRY(build_experiments(reader, reader->root, spec));
  check_series(reader, spec);
  check_curves(reader, spec);
  return build_study(reader, reader->root, study);
}

/** What is made of the text. Borrowed. */
struct input {
  struct run_spec *spec;
  struct study_spec *study;
  struct config_key *probe; /* NULL: nothing is looked for */
};

/** Read the parsed input into the spec. */
static enum hd_status read_tree(struct input *input, const struct node *root, const char *path,
                                struct hd_error *err) {
  struct reader reader = {.root = root, .path = path, .probe = input->probe, .err = err};
  enum hd_status status = units_create(&reader.units, err);
  if (status == HD_OK)
    status = library_create(&reader.library, err);
  if (status == HD_OK)
    status = read_parts(&reader, input->spec, input->study);
  if (status == HD_OK && err->status == HD_OK && path)
    status = build_curve_keys(&reader, input->spec);
  library_free(&reader.library);
  units_free(&reader.units);
  return status == HD_OK ? err->status : status;
}

/**
 * Read a parsed input into a spec.
 * path    the input file, beside which materials are looked for; NULL: nowhere
 * Errors  HD_INPUT, HD_MEMORY
 */
enum hd_status build_run(struct run_spec *spec, const struct node *root, const char *path,
                         struct hd_error *err) {
  struct study_spec study = {0};
  struct input input = {.spec = spec, .study = &study};
  enum hd_status status = read_tree(&input, root, path, err);
  study_spec_free(&study);
  return status;
}

static enum hd_status read_spec(struct input *input, const char *path, const char *const *sets,
                                struct hd_error *err) {
  struct text text;
  struct node *root = NULL;
  TRY(text_read(&text, path, err));
  if (err->status == HD_OK)
    tree_parse(&root, &text, err);
  for (size_t i = 0; root && sets && sets[i]; i++)
    tree_set(root, sets[i], err);
  enum hd_status status = err->status;
  if (root && status == HD_OK)
    status = read_tree(input, root, path, err);
  tree_free(&root);
  text_free(&text);
  return status;
}

/** Read an input file; see the header. */
enum hd_status config_read(struct config **config, struct run_spec *spec, const char *path,
                           const char *const *sets, struct hd_error *err) {
  struct hd_error own = {.status = HD_OK};
  memset(spec, 0, sizeof *spec);
  *config = NULL;
  struct study_spec study = {0};
  struct input input = {.spec = spec, .study = &study};
  enum hd_status status = read_spec(&input, path, sets, &own);
  if (status == HD_OK)
    status = hd_alloc(config, 1, sizeof **config, &own);
  if (status == HD_OK)
    (*config)->study = study;
  else
    study_spec_free(&study);
  if (status == HD_OK)
    status = resolve_text(spec, &(*config)->resolved, (*config)->hash, &own);
  if (status == HD_OK)
    status = variant_check(*config, &spec->sensitivity, path, &own);
  if (status != HD_OK) {
    run_spec_free(spec);
    config_free(config);
    if (err)
      *err = own;
  }
  return status;
}

enum hd_status config_probe(const char *path, const char *const *sets, struct config_key *key,
                            struct hd_error *err) {
  struct run_spec spec = {0};
  struct study_spec study = {0};
  struct hd_error own = {.status = HD_OK};
  struct input input = {.spec = &spec, .study = &study, .probe = key};
  enum hd_status status = read_spec(&input, path, sets, &own);
  run_spec_free(&spec);
  study_spec_free(&study);
  if (status != HD_OK && err)
    *err = own;
  return status;
}

const struct study_spec *config_study(const struct config *config) {
  return &config->study;
}

/** Write the complete input. */
enum hd_status config_write_resolved(const struct config *config, FILE *file,
                                     struct hd_error *err) {
  if (fputs(config->resolved, file) == EOF)
    return hd_fail(err, HD_IO, "the resolved input cannot be written");
  return HD_OK;
}

const char *config_resolved(const struct config *config) {
  return config->resolved;
}

const char *config_hash(const struct config *config) {
  return config->hash;
}

void config_free(struct config **config) {
  if (*config) {
    hd_free(&(*config)->resolved);
    study_spec_free(&(*config)->study);
  }
  hd_free(config);
}
