#include <stdlib.h>
#include <string.h>
#include "physics/model.h"
#include "solver/base/memory.h"
#include "solver/config/build.h"

/* Rows of species_params that carriers and ions read. */
static const char carrier_keys[] = "name type statistics band_limit";
static const char ion_keys[] =
    "name type charge statistics density site_density lattice front diffusion "
    "activation_energy reference_temperature hop_length background";

const char *build_species_keys(const struct species *species) {
  return species->kind == SPECIES_ION ? ion_keys : carrier_keys;
}

/** "electron" and "hole" are what they are called, unless a type is given. */
static void default_kind(const struct node *group, struct species *species) {
  if (tree_member(group, "type"))
    return;
  for (int kind = 0; species_kind_names[kind]; kind++)
    if (strcmp(species->name, species_kind_names[kind]) == 0)
      species->kind = kind;
}

/** Refuse what only some statistics read where `statistics` is left to its default, boltzmann.
 * Where it is named the keys may stay: --set can then compare statistics without a second input. */
static void check_statistics_keys(struct reader *reader, const struct node *group,
                                  const struct species *species) {
  static const struct {
    const char *key, *statistics;
  } rows[] = {{"band_limit", "blakemore"},
              {"site_density", "lattice"},
              {"lattice", "lattice"},
              {"front", "lattice"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const struct node *node = tree_member(group, rows[i].key);
    if (node && table_uses(build_species_keys(species), rows[i].key))
      input_error(reader, node, NULL,
                  "is not read by statistics = \"boltzmann\" (the default); statistics must be "
                  "\"%s\"",
                  rows[i].statistics);
  }
}

static enum hd_status read_species(struct reader *reader, const struct node *group,
                                   struct species *species) {
  char place[PLACE];
  size_t before = reader->err->count;
  if (group->kind != NODE_GROUP) {
    section_enter(reader, group, SECTION_SPECIES);
    return HD_OK;
  }
  struct table table = section_table(SECTION_SPECIES, 0);
  TRY(table_read(reader, group, &table, species));
  default_kind(group, species);
  section_refuse_unknown(reader, group, SECTION_SPECIES, build_species_keys(species));
  if (!tree_member(group, "statistics"))
    check_statistics_keys(reader, group, species);
  if (species->kind == SPECIES_ELECTRON)
    species->charge = -1;
  else if (species->kind == SPECIES_HOLE)
    species->charge = 1;
  if (reader->err->count == before)
    species_check(species, place_of(group, NULL, place), reader->err);
  return HD_OK;
}

static int by_kind(const void *a, const void *b) {
  const struct species *x = a, *y = b;
  int rank_x = x->kind < SPECIES_ION ? x->kind : SPECIES_ION;
  int rank_y = y->kind < SPECIES_ION ? y->kind : SPECIES_ION;
  return rank_x - rank_y;
}

/** Electron first, then hole, then the ions in the order of the input. */
static void sort_species(struct device_spec *device) {
  for (size_t i = 1; i < device->n_species; i++)
    for (size_t j = i; j > 0 && by_kind(&device->species[j - 1], &device->species[j]) > 0; j--) {
      struct species swap = device->species[j];
      device->species[j] = device->species[j - 1];
      device->species[j - 1] = swap;
    }
}

/** Electron and hole with all defaults. */
static enum hd_status default_species(struct reader *reader, struct device_spec *device) {
  struct table table = section_table(SECTION_SPECIES, 0);
  TRY(hd_alloc(&device->species, 2, sizeof *device->species, reader->err));
  device->n_species = 2;
  for (int kind = SPECIES_ELECTRON; kind <= SPECIES_HOLE; kind++) {
    struct species *species = &device->species[kind];
    table_defaults(&table, species);
    snprintf(species->name, HD_NAME, "%s", species_kind_names[kind]);
    species->kind = kind;
    species->charge = kind == SPECIES_ELECTRON ? -1 : 1;
  }
  return HD_OK;
}

/** One electron, one hole, no more species than the kernels hold. */
static void check_list(struct reader *reader, const struct node *list,
                       const struct device_spec *device) {
  int count[2] = {0, 0};
  if (device->n_species > MODEL_SPECIES)
    input_error(reader, list, NULL, "got %zu species, must be at most %d", device->n_species,
                MODEL_SPECIES);
  for (size_t i = 0; i < device->n_species; i++) {
    int kind = device->species[i].kind;
    if (kind < SPECIES_ION && ++count[kind] == 2)
      input_error(reader, list->children[i], NULL, "is a second species of type %s",
                  species_kind_names[kind]);
  }
  build_refuse_repeated(reader, list, device->species, sizeof *device->species, device->n_species);
}

static void check_interaction(struct reader *reader, const struct node *group,
                              const struct device_spec *device,
                              const struct interaction *interaction) {
  static const char *const keys[] = {"species", "with"};
  for (int end = 0; end < 2; end++) {
    const struct node *node = tree_member(group, keys[end]);
    if (interaction->between[end][0] && node)
      build_index(reader, node, "species", interaction->between[end], device->species,
                  sizeof *device->species, device->n_species);
  }
}

/** Species and interactions of one device. */
enum hd_status build_species(struct reader *reader, const struct node *group,
                             struct device_spec *device) {
  const struct node *list = member_list(reader, group, "species");
  if (!list) {
    TRY(default_species(reader, device));
  } else {
    TRY(build_list(reader, list, sizeof *device->species, &device->species, &device->n_species));
    for (size_t i = 0; i < device->n_species; i++)
      TRY(read_species(reader, list->children[i], &device->species[i]));
    if (device->n_species == 0)
      input_error(reader, list, NULL, "is empty, must name at least one species");
    check_list(reader, list, device);
    sort_species(device);
  }
  const struct node *interactions = member_list(reader, group, "interactions");
  TRY(build_list(reader, interactions, sizeof *device->interactions, &device->interactions,
                 &device->n_interactions));
  for (size_t i = 0; i < device->n_interactions; i++) {
    const struct node *one = interactions->children[i];
    struct table table = section_table(SECTION_INTERACTION, 0);
    if (!section_enter(reader, one, SECTION_INTERACTION))
      continue;
    TRY(table_read(reader, one, &table, &device->interactions[i]));
    check_interaction(reader, one, device, &device->interactions[i]);
  }
  return HD_OK;
}
