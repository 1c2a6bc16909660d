#include "solver/base/param.h"

#include <stdlib.h>
#include <string.h>
#include "physics/constants.h"
#include "physics/contact.h"
#include "physics/element.h"
#include "physics/generation.h"
#include "physics/material.h"
#include "physics/species.h"
#include "physics/waveform.h"
#include "solver/config/sections.h"
#include "solver/spec.h"
#include "tests/support/difference.h"

/* Every table of parameters and the struct that its offsets point into. */
static const struct table {
  const char *name;
  const struct param *rows;
  const size_t *count;
  size_t size;
} tables[] = {
    {"constants", constants_params, &constants_params_count, sizeof(struct constants)},
    {"material", material_params, &material_params_count, sizeof(struct material)},
    {"species", species_params, &species_params_count, sizeof(struct species)},
    {"interaction", interaction_params, &interaction_params_count, sizeof(struct interaction)},
    {"generation", generation_params, &generation_params_count, sizeof(struct generation)},
    {"waveform", waveform_params, &waveform_params_count, sizeof(struct waveform)},
    {"element", element_params, &element_params_count, sizeof(struct element)},
    {"contact", contact_params, &contact_params_count, sizeof(struct contact)},
    {"contact species", contact_species_params, &contact_species_params_count,
     sizeof(struct contact_species)},
    {"solver", solver_params, &solver_params_count, sizeof(struct solver_spec)},
};
enum { TABLES = sizeof tables / sizeof *tables };

static size_t size_of(enum param_kind kind) {
  switch (kind) {
  case PARAM_QUANTITY:
  case PARAM_NUMBER:
    return sizeof(double);
  case PARAM_INTEGER:
  case PARAM_CHOICE:
    return sizeof(int);
  case PARAM_BOOL:
    return sizeof(bool);
  case PARAM_NAME:
    return HD_NAME;
  case PARAM_FILE:
    return HD_PATH;
  }
  return 0;
}

static int count_choices(const struct param *row) {
  int count = 0;
  while (row->choices && row->choices[count])
    count++;
  return count;
}

/* A row of numbers: its default, if there is one, is allowed. */
static void assert_bounds(const struct param *row) {
  ck_assert_msg(row->min < row->max, "%s: empty interval", row->key);
  if (isnan(row->fallback) || row->required)
    return;
  bool above = row->min_open ? row->fallback > row->min : row->fallback >= row->min;
  ck_assert_msg(above && row->fallback <= row->max, "%s: default %g out of bounds", row->key,
                row->fallback);
}

static void assert_kind(const struct param *row) {
  bool number = row->kind == PARAM_QUANTITY || row->kind == PARAM_NUMBER;
  if (number || row->kind == PARAM_INTEGER)
    assert_bounds(row);
  if (row->kind == PARAM_CHOICE)
    ck_assert_msg(row->fallback >= 0 && row->fallback < count_choices(row), "%s: no such choice",
                  row->key);
  else
    ck_assert_msg(!row->choices, "%s: choices without PARAM_CHOICE", row->key);
  if (row->kind == PARAM_INTEGER)
    ck_assert_msg(row->fallback == floor(row->fallback), "%s: not an integer", row->key);
  if (row->kind == PARAM_BOOL)
    ck_assert_msg(row->fallback == 0 || row->fallback == 1, "%s: not a truth value", row->key);
  ck_assert_msg((row->kind == PARAM_QUANTITY) == (row->unit[0] != '\0'),
                "%s: a quantity has a unit, nothing else has", row->key);
}

static void assert_row(const char *table, const struct param *row) {
  ck_assert_msg(row->key && row->key[0], "%s: a row has no key", table);
  ck_assert_msg(strspn(row->key, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(row->key),
                "%s.%s: lower case words joined by _", table, row->key);
  ck_assert_msg(row->doc && strlen(row->doc) > 5, "%s.%s has no doc", table, row->key);
  ck_assert_msg(row->doc[strlen(row->doc) - 1] == '.', "%s.%s: doc is no sentence", table,
                row->key);
  ck_assert_msg(!row->source || row->source[0], "%s.%s: empty source", table, row->key);
  assert_kind(row);
}

/* All groups of the input, whatever module their tables come from. */
START_TEST(rows_are_complete) {
  for (int i = 0; i < SECTION_COUNT; i++)
    for (int t = 0; t < SECTION_TABLES; t++) {
      const struct section_table *table = &sections[i].tables[t];
      for (size_t k = 0; table->params && k < *table->count; k++)
        assert_row(sections[i].path, &table->params[k]);
    }
}
END_TEST

START_TEST(physics_tables_are_in_the_input) {
  for (int t = 0; t < TABLES; t++) {
    bool found = false;
    for (int i = 0; i < SECTION_COUNT; i++)
      for (int k = 0; k < SECTION_TABLES; k++)
        found = found || sections[i].tables[k].params == tables[t].rows;
    ck_assert_msg(found, "%s: no group of the input reads it", tables[t].name);
  }
}
END_TEST

/* All keys of one group of the input, from its tables and its children. */
static int collect_keys(const struct section *section, const char *keys[], int size) {
  int count = 0;
  for (int t = 0; t < SECTION_TABLES; t++)
    for (size_t k = 0; section->tables[t].params && k < *section->tables[t].count; k++) {
      ck_assert_int_lt(count, size);
      keys[count++] = section->tables[t].params[k].key;
    }
  for (const struct section_child *child = section->children; child && child->key; child++) {
    ck_assert_int_lt(count, size);
    keys[count++] = child->key;
  }
  return count;
}

START_TEST(keys_are_unique) {
  enum { SIZE = 256 };
  for (int s = 0; s < SECTION_COUNT; s++) {
    const char *keys[SIZE];
    int count = collect_keys(&sections[s], keys, SIZE);
    for (int i = 0; i < count; i++)
      for (int j = 0; j < i; j++)
        ck_assert_msg(strcmp(keys[i], keys[j]) != 0, "%s.%s twice", sections[s].path, keys[i]);
  }
}
END_TEST

/* Inside the struct, aligned, and apart from each other unless they are the same member. */
START_TEST(offsets_are_members) {
  for (int t = 0; t < TABLES; t++)
    for (size_t i = 0; i < *tables[t].count; i++) {
      const struct param *row = &tables[t].rows[i];
      size_t size = size_of(row->kind), end = row->offset + size;
      ck_assert_msg(end <= tables[t].size, "%s.%s outside", tables[t].name, row->key);
      if (size <= sizeof(double))
        ck_assert_msg(row->offset % size == 0, "%s.%s not aligned", tables[t].name, row->key);
      for (size_t j = 0; j < i; j++) {
        const struct param *other = &tables[t].rows[j];
        bool apart = end <= other->offset || other->offset + size_of(other->kind) <= row->offset;
        bool alias = row->offset == other->offset && row->kind == other->kind;
        ck_assert_msg(apart || alias, "%s: %s overlaps %s", tables[t].name, row->key, other->key);
      }
    }
}
END_TEST

/* Keys that are words of one member must have one default, whichever is filled in last. */
START_TEST(aliases_have_one_default) {
  for (int t = 0; t < TABLES; t++)
    for (size_t i = 0; i < *tables[t].count; i++)
      for (size_t j = 0; j < i; j++) {
        const struct param *a = &tables[t].rows[i], *b = &tables[t].rows[j];
        if (a->offset == b->offset)
          ck_assert_msg(a->fallback == b->fallback, "%s and %s", a->key, b->key);
      }
}
END_TEST

/* `keys` of a law names rows of its table. `extra` is a key that has no row. */
static void assert_keys(const char *law, const char *keys, const struct table *table,
                        const char *extra) {
  char copy[256];
  ck_assert_uint_lt(strlen(keys), sizeof copy);
  memcpy(copy, keys, strlen(keys) + 1);
  char *rest = copy;
  for (char *key = strtok_r(copy, " ", &rest); key; key = strtok_r(NULL, " ", &rest)) {
    size_t i = 0;
    while (i < *table->count && strcmp(table->rows[i].key, key) != 0)
      i++;
    ck_assert_msg(i < *table->count || strcmp(key, extra) == 0, "%s reads %s: no row", law, key);
  }
}

static const struct table *table_named(const char *name) {
  for (int t = 0; t < TABLES; t++)
    if (strcmp(tables[t].name, name) == 0)
      return &tables[t];
  ck_abort_msg("no table %s", name);
  return NULL;
}

START_TEST(laws_read_rows_of_their_table) {
  for (size_t i = 0; i < waveform_table_count; i++)
    assert_keys(waveform_table[i].name, waveform_table[i].keys, table_named("waveform"), "points");
  for (size_t i = 0; i < element_table_count; i++)
    assert_keys(element_table[i].name, element_table[i].keys, table_named("element"), "");
  for (size_t i = 0; i < contact_table_count; i++)
    assert_keys(contact_table[i].name, contact_table[i].keys, table_named("contact species"), "");
}
END_TEST

/* The defaults of the constants are the constants. */
START_TEST(constants_are_codata) {
  for (size_t i = 0; i < constants_params_count; i++) {
    double value;
    memcpy(&value, (const char *)&constants_codata + constants_params[i].offset, sizeof value);
    ck_assert_double_eq(value, constants_params[i].fallback);
  }
  /* hbar = h / (2 pi) to its last digit; A0 = 4 pi q m0 k^2 / h^3, the default Richardson constant
   */
  const struct constants *c = &constants_codata;
  double h = 6.62607015e-34, pi = 3.141592653589793;
  ck_assert_double_eq_tol(c->hbar * 2 * pi / h, 1, 1e-15);
  double A_0 = 4 * pi * c->q * c->m0 * c->k * c->k / (h * h * h);
  struct material material = {0};
  for (size_t i = 0; i < material_params_count; i++)
    if (material_params[i].offset == offsetof(struct material, A_n))
      material.A_n = material_params[i].fallback;
  ck_assert_double_eq_tol(material.A_n / A_0, 1, 1e-5); /* six digits are written */
}
END_TEST

/* One sentence for each value that a device asks for. */
START_TEST(material_check_names_what_is_missing) {
  struct material empty = {.name = "x",
                           .affinity_V = NAN,
                           .gap_V = NAN,
                           .N_c = NAN,
                           .N_v = NAN,
                           .mu_n = NAN,
                           .mu_p = NAN,
                           .eps_opt = NAN};
  static const struct {
    int needs;
    size_t sentences;
  } cases[] = {{0, 0}, {MATERIAL_ELECTRONS, 3}, {MATERIAL_HOLES, 4}, {MATERIAL_IMAGE_FORCE, 1}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct hd_error err = {0};
    enum hd_status status = material_check(&empty, cases[i].needs, "cell.cfg:4", &err);
    ck_assert_int_eq(status, cases[i].sentences ? HD_INPUT : HD_OK);
    ck_assert_uint_eq(err.count, cases[i].sentences);
  }
}
END_TEST

START_TEST(species_check_names_what_is_wrong) {
  const struct species good = {.name = "vacancy",
                               .kind = SPECIES_ION,
                               .statistics = 3,
                               .density = 1e25,
                               .site_density = 4e26,
                               .diffusion = 1e-14};
  ck_assert_int_eq(species_check(&good, "cell.cfg:4", NULL), HD_OK);
  struct species bad[6] = {good, good, good, good, good, good};
  bad[0].density = NAN;
  bad[1].site_density = NAN;
  bad[2].diffusion = NAN;
  bad[3].density = 5e26;
  bad[4].statistics = 1;
  bad[5].kind = SPECIES_ELECTRON;
  static const char *const word[] = {
      "density is missing",     "site_density is missing",         "diffusion is missing",
      "must be < site_density", "an ion has boltzmann or lattice", "got lattice"};
  for (int i = 0; i < 6; i++) {
    struct hd_error err = {0};
    ck_assert_int_eq(species_check(&bad[i], "cell.cfg:4", &err), HD_INPUT);
    ck_assert_msg(strstr(err.text, word[i]) != NULL, "%s", err.text);
  }
}
END_TEST

/* n_i of silicon at 300 K with the densities of the reference diode: 1.04e10 cm^-3 and so on;
 * here only the formula, to rounding of the exponential. */
START_TEST(intrinsic_density_is_the_formula) {
  struct material silicon = {.N_c = 2.8e25, .N_v = 1.04e25, .gap_V = 1.12};
  double n_i = material_intrinsic_density(&silicon, 0.025864);
  ck_assert_double_eq_tol(n_i * n_i / (2.8e25 * 1.04e25 * exp(-1.12 / 0.025864)), 1, 1e-13);
}
END_TEST

int main(void) {
  const TTest *tests[] = {rows_are_complete,
                          physics_tables_are_in_the_input,
                          keys_are_unique,
                          offsets_are_members,
                          aliases_have_one_default,
                          laws_read_rows_of_their_table,
                          constants_are_codata,
                          material_check_names_what_is_missing,
                          species_check_names_what_is_wrong,
                          intrinsic_density_is_the_formula,
                          NULL};
  return run_suite("params", tests);
}
