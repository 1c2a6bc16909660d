#include "solver/config/study.h"

#include <string.h>
#include "solver/base/memory.h"
#include "solver/config/build.h"

const char *const study_methods[] = {"grid", "list", "latin_hypercube", "sobol", NULL};
const char *const study_scales[] = {"linear", "log", NULL};
static const char *const rest_names[] = {"zero", "end", NULL};

#define COUNT(name) const size_t name##_params_count = sizeof name##_params / sizeof *name##_params

#define AT(member) offsetof(struct study_spec, member)
const struct param study_params[] = {
    {"method", PARAM_CHOICE, "", AT(method), STUDY_GRID, 0, 0, false, false, study_methods,
     "grid: every combination, the last parameter fastest; list: the first values of all, the "
     "second ones, ...; latin_hypercube: `points` random points, one in each of `points` equal "
     "parts of every range; sobol: the first `points` of Sobol's sequence.",
     NULL},
    {"points", PARAM_INTEGER, "", AT(points), 0, 0, 10000000, false, false, NULL,
     "Number of points of a latin_hypercube or sobol.", NULL},
    {"seed", PARAM_INTEGER, "", AT(seed), 1, 0, 2147483647, false, false, NULL,
     "Seed of a latin_hypercube.", NULL},
};
COUNT(study);
#undef AT

#define AT(member) offsetof(struct vary_spec, member)
const struct param vary_params[] = {
    {"name", PARAM_NAME, "", AT(name), 0, 0, 0, false, false, NULL,
     "Name of its variable in study.nc; missing: the end of its key.", NULL},
    {"scale", PARAM_CHOICE, "", AT(scale), STUDY_LINEAR, 0, 0, false, false, study_scales,
     "How values are spread between `from` and `to`.", NULL},
    {"points", PARAM_INTEGER, "", AT(points), 0, 0, 10000000, false, false, NULL,
     "How many values a grid or list has from `from` to `to`, both included.", NULL},
};
COUNT(vary);
#undef AT

#define VARIABLE_NAME_DOC                                                                          \
  "Name of its variable in study.nc; not a name that study.nc has itself, and it begins with no "  \
  "experiment's name and _."

#define AT(member) offsetof(struct threshold_spec, member)
const struct param threshold_params[] = {
    {"name", PARAM_NAME, "", AT(name), 0, 0, 0, false, true, NULL, VARIABLE_NAME_DOC, NULL},
    {"experiment", PARAM_NAME, "", AT(experiment), 0, 0, 0, false, false, NULL,
     "Experiment that is to spike; missing: the first one that looks for spikes.", NULL},
    {"tolerance", PARAM_NUMBER, "", AT(tolerance), 0.01, 1e-9, 0.5, false, false, NULL,
     "The range is halved until it is at most this share of what it was; the threshold is its "
     "middle.",
     "nine more runs of each point"},
};
COUNT(threshold);
#undef AT

#define AT(member) offsetof(struct relaxation_spec, member)
const struct param relaxation_params[] = {
    {"name", PARAM_NAME, "", AT(name), 0, 0, 0, false, true, NULL, VARIABLE_NAME_DOC, NULL},
    {"experiment", PARAM_NAME, "", AT(experiment), 0, 0, 0, false, false, NULL,
     "Transient that is looked at; missing: the last one.", NULL},
    {"after", PARAM_QUANTITY, "s", AT(after), PARAM_MISSING, 0, INFINITY, false, false, NULL,
     "From when on, since the start of the experiment; missing: the end of the last pulse of its "
     "sources, 0 s where there is none.",
     NULL},
    {"level", PARAM_NUMBER, "", AT(level), 0.36787944117144233, 0, 1, true, false, NULL,
     "Share of its size at `after` to which the column falls.", "1/e"},
    {"rest", PARAM_CHOICE, "", AT(rest), RELAXATION_ZERO, 0, 0, false, false, rest_names,
     "What it falls to: zero, or where it stands at the end of the experiment.", NULL},
};
COUNT(relaxation);
#undef AT

#define AT(member) offsetof(struct study_curve_spec, member)
const struct param study_curve_params[] = {
    {"name", PARAM_NAME, "", AT(name), 0, 0, 0, false, true, NULL, VARIABLE_NAME_DOC, NULL},
    {"experiment", PARAM_NAME, "", AT(experiment), 0, 0, 0, false, true, NULL,
     "A dc_sweep, transient, impedance or noise.", NULL},
};
COUNT(study_curve);
#undef AT

/* ---- reading ---- */

/** A value as --set takes it: "40 nm", 40e-9, 3, true. NULL and a sentence: it is none. */
static enum hd_status value_text(struct reader *reader, const struct node *node, char **text) {
  char number[32];
  switch (node->kind) {
  case NODE_STRING:
    return hd_strdup(text, node->text, reader->err);
  case NODE_FLOAT:
    format_number(node->number, number);
    return hd_strdup(text, number, reader->err);
  case NODE_INTEGER:
    snprintf(number, sizeof number, "%d", node->integer);
    return hd_strdup(text, number, reader->err);
  case NODE_BOOL:
    return hd_strdup(text, node->boolean ? "true" : "false", reader->err);
  default:
    input_error(reader, node, NULL, "is %s, must be a single value", tree_kind_name(node->kind));
    return HD_OK;
  }
}

static enum hd_status member_text(struct reader *reader, const struct node *group, const char *key,
                                  char **text) {
  const struct node *node = tree_member(group, key);
  return node ? value_text(reader, node, text) : HD_OK;
}

/** Key and place of an entry. */
static enum hd_status read_key(struct reader *reader, const struct node *group, char **key,
                               char **place) {
  char text[PLACE];
  const char *given = member_string(reader, group, "key");
  TRY(hd_strdup(place, place_of(group, NULL, text), reader->err));
  if (!tree_member(group, "key"))
    input_error(reader, group, "key", "is missing. Which value, for instance \"temperature\"");
  return given ? hd_strdup(key, given, reader->err) : HD_OK;
}

static enum hd_status read_values(struct reader *reader, const struct node *list,
                                  struct vary_spec *vary) {
  TRY(build_list(reader, list, sizeof *vary->values, &vary->values, &vary->n_values));
  if (list && vary->n_values == 0)
    input_error(reader, list, NULL, "is empty, must hold at least one value");
  for (size_t i = 0; i < vary->n_values; i++)
    TRY(value_text(reader, list->children[i], &vary->values[i]));
  return HD_OK;
}

static enum hd_status read_vary(struct reader *reader, const struct node *group,
                                struct vary_spec *vary) {
  struct table table = section_table(SECTION_VARY, 0);
  if (!section_enter(reader, group, SECTION_VARY))
    return HD_OK;
  TRY(table_read(reader, group, &table, vary));
  TRY(read_key(reader, group, &vary->key, &vary->place));
  TRY(member_text(reader, group, "from", &vary->from));
  TRY(member_text(reader, group, "to", &vary->to));
  const struct node *values = member_list(reader, group, "values");
  bool range = tree_member(group, "from") && tree_member(group, "to");
  bool part = tree_member(group, "from") || tree_member(group, "to") || vary->points > 0;
  if (values ? part : !range)
    input_error(reader, group, NULL, "needs `from` and `to`, or `values` and none of the others");
  return read_values(reader, values, vary);
}

static enum hd_status read_threshold(struct reader *reader, const struct node *group,
                                     struct threshold_spec *threshold) {
  struct table table = section_table(SECTION_THRESHOLD, 0);
  if (!section_enter(reader, group, SECTION_THRESHOLD))
    return HD_OK;
  TRY(table_read(reader, group, &table, threshold));
  TRY(read_key(reader, group, &threshold->key, &threshold->place));
  TRY(member_text(reader, group, "from", &threshold->from));
  TRY(member_text(reader, group, "to", &threshold->to));
  for (size_t i = 0; i < 2; i++)
    if (!tree_member(group, i ? "to" : "from"))
      input_error(reader, group, i ? "to" : "from", "is missing. One end of the range");
  return HD_OK;
}

static void read_column(struct reader *reader, const struct node *group, char text[4 * HD_NAME]) {
  const char *column = member_string(reader, group, "column");
  if (!tree_member(group, "column"))
    input_error(reader, group, "column", "is missing. A column of terminals.csv: \"I(anode)_A\"");
  if (column)
    snprintf(text, 4 * HD_NAME, "%s", column);
}

static enum hd_status read_relaxation(struct reader *reader, const struct node *group,
                                      struct relaxation_spec *relaxation) {
  char place[PLACE];
  struct table table = section_table(SECTION_RELAXATION, 0);
  if (!section_enter(reader, group, SECTION_RELAXATION))
    return HD_OK;
  TRY(table_read(reader, group, &table, relaxation));
  TRY(hd_strdup(&relaxation->place, place_of(group, NULL, place), reader->err));
  read_column(reader, group, relaxation->column);
  return HD_OK;
}

static enum hd_status read_curve(struct reader *reader, const struct node *group,
                                 struct study_curve_spec *curve) {
  char place[PLACE];
  struct table table = section_table(SECTION_STUDY_CURVE, 0);
  if (!section_enter(reader, group, SECTION_STUDY_CURVE))
    return HD_OK;
  TRY(table_read(reader, group, &table, curve));
  TRY(hd_strdup(&curve->place, place_of(group, NULL, place), reader->err));
  read_column(reader, group, curve->column);
  return HD_OK;
}

/** What a method asks for and what it does not read. */
static void check_points(struct reader *reader, const struct node *group,
                         const struct study_spec *study) {
  bool sample = study->method == STUDY_LATIN_HYPERCUBE || study->method == STUDY_SOBOL;
  if (sample && study->points == 0)
    input_error(reader, group, "points", "is missing. Number of points of a %s",
                study_methods[study->method]);
  else if (!sample && study->points > 0)
    input_error(reader, group, "points",
                "is for latin_hypercube and sobol; a %s has `points` in each entry of `vary`",
                study_methods[study->method]);
}

enum hd_status build_study(struct reader *reader, const struct node *root,
                           struct study_spec *study) {
  const struct node *group = member_group(reader, root, "study");
  struct table table = section_table(SECTION_STUDY, 0);
  size_t before = reader->err->count;
  if (group)
    section_refuse_unknown(reader, group, SECTION_STUDY, NULL);
  TRY(table_read(reader, group, &table, study));
  const struct node *list = member_list(reader, group, "vary");
  TRY(build_list(reader, list, sizeof *study->vary, &study->vary, &study->n_vary));
  for (size_t i = 0; i < study->n_vary; i++)
    TRY(read_vary(reader, list->children[i], &study->vary[i]));
  list = member_list(reader, group, "thresholds");
  TRY(build_list(reader, list, sizeof *study->thresholds, &study->thresholds,
                 &study->n_thresholds));
  for (size_t i = 0; i < study->n_thresholds; i++)
    TRY(read_threshold(reader, list->children[i], &study->thresholds[i]));
  list = member_list(reader, group, "relaxations");
  TRY(build_list(reader, list, sizeof *study->relaxations, &study->relaxations,
                 &study->n_relaxations));
  for (size_t i = 0; i < study->n_relaxations; i++)
    TRY(read_relaxation(reader, list->children[i], &study->relaxations[i]));
  list = member_list(reader, group, "curves");
  TRY(build_list(reader, list, sizeof *study->curves, &study->curves, &study->n_curves));
  for (size_t i = 0; i < study->n_curves; i++)
    TRY(read_curve(reader, list->children[i], &study->curves[i]));
  if (group && reader->err->count == before)
    check_points(reader, group, study);
  return HD_OK;
}

/* ---- freeing ---- */

void vary_spec_free(struct vary_spec *vary) {
  for (size_t i = 0; vary->values && i < vary->n_values; i++)
    hd_free(&vary->values[i]);
  hd_free(&vary->values);
  hd_free(&vary->key);
  hd_free(&vary->place);
  hd_free(&vary->from);
  hd_free(&vary->to);
}

void study_spec_free(struct study_spec *study) {
  for (size_t i = 0; study->vary && i < study->n_vary; i++)
    vary_spec_free(&study->vary[i]);
  for (size_t i = 0; study->thresholds && i < study->n_thresholds; i++) {
    struct threshold_spec *threshold = &study->thresholds[i];
    hd_free(&threshold->key);
    hd_free(&threshold->place);
    hd_free(&threshold->from);
    hd_free(&threshold->to);
  }
  for (size_t i = 0; study->relaxations && i < study->n_relaxations; i++)
    hd_free(&study->relaxations[i].place);
  for (size_t i = 0; study->curves && i < study->n_curves; i++)
    hd_free(&study->curves[i].place);
  hd_free(&study->curves);
  hd_free(&study->vary);
  hd_free(&study->thresholds);
  hd_free(&study->relaxations);
  memset(study, 0, sizeof *study);
}
