#include <math.h>
#include <string.h>
#include "solver/base/memory.h"
#include "solver/config/build.h"
#include "solver/config/library.h"

/** Index of a material in the device, read from input or library when it is new; -1: unknown. */
static enum hd_status material_index(struct reader *reader, const struct node *node,
                                     const char *name, struct device_spec *device, int *index) {
  struct material material;
  bool found;
  *index = -1;
  for (size_t i = 0; i < device->n_materials; i++)
    if (strcmp(device->materials[i].name, name) == 0)
      *index = (int)i;
  if (*index >= 0 || !name[0])
    return HD_OK;
  TRY(library_material(reader, node, name, &material, &found));
  if (!found)
    return HD_OK;
  snprintf(material.name, HD_NAME, "%s", name);
  TRY(hd_resize(&device->materials, device->n_materials + 1, sizeof material, reader->err));
  device->materials[device->n_materials] = material;
  *index = (int)device->n_materials++;
  return HD_OK;
}

static enum hd_status read_ions(struct reader *reader, const struct node *group,
                                const struct device_spec *device, struct region_spec *region) {
  const struct node *list = member_list(reader, group, "ions");
  struct table table = section_table(SECTION_LAYER_ION, 0);
  TRY(build_list(reader, list, sizeof *region->species, &region->species, &region->n_species));
  for (size_t i = 0; i < region->n_species; i++) {
    const struct node *one = list->children[i];
    struct region_species *ion = &region->species[i];
    ion->species = -1;
    if (!section_enter(reader, one, SECTION_LAYER_ION))
      continue;
    TRY(table_read(reader, one, &table, ion));
    const char *name = member_string(reader, one, "name");
    if (!name) {
      input_error(reader, one, "name", "is missing. Name of the ion");
      continue;
    }
    ion->species = build_index(reader, tree_member(one, "name"), "species", name, device->species,
                               sizeof *device->species, device->n_species);
    if (ion->species >= 0 && device->species[ion->species].kind != SPECIES_ION)
      input_error(reader, tree_member(one, "name"), NULL, "%s is no ion", name);
    for (size_t j = 0; j < i; j++)
      if (ion->species >= 0 && region->species[j].species == ion->species)
        input_error(reader, tree_member(one, "name"), NULL, "%s is there twice", name);
  }
  return HD_OK;
}

/** The part of a layer or box that is a region: material, doping, ions. */
static enum hd_status read_region(struct reader *reader, const struct node *group,
                                  enum section_id id, struct device_spec *device, size_t index,
                                  struct region_input *input) {
  struct table table = section_table(id, 0);
  struct region_spec *region = &device->regions[index];
  region->material = -1;
  if (!section_enter(reader, group, id)) {
    table_defaults(&table, input);
    return HD_OK;
  }
  TRY(table_read(reader, group, &table, input));
  const struct node *material = tree_member(group, "material");
  TRY(material_index(reader, material ? material : group, input->material, device,
                     &region->material));
  snprintf(region->name, HD_NAME, "%s", input->name);
  region->donors = input->donors;
  region->acceptors = input->acceptors;
  region->fixed_charge = input->fixed_charge;
  return read_ions(reader, group, device, region);
}

static enum hd_status read_layers(struct reader *reader, const struct node *list,
                                  struct device_spec *device) {
  for (size_t i = 0; i < device->shape.n_layers; i++) {
    struct region_input input = {.thickness = 0};
    TRY(read_region(reader, list->children[i], SECTION_LAYER, device, i, &input));
    device->shape.layers[i] = (struct shape_layer){.thickness = input.thickness,
                                                   .region = (int)i,
                                                   .h_end = input.spacing_end,
                                                   .h_max = input.spacing,
                                                   .intervals = input.intervals};
    if (!input.name[0])
      snprintf(device->regions[i].name, HD_NAME, "layer_%zu", i);
  }
  return HD_OK;
}

/**
 * A range [from, to] along one axis; [-inf, inf] when it is not given.
 * Both names of the axis are looked at, so that the wrong one gets a sentence.
 */
static enum hd_status read_range(struct reader *reader, const struct node *group,
                                 const struct device_spec *device, int axis, double *lo,
                                 double *hi) {
  static const char *const names[2][2] = {{"x", "y"}, {"r", "z"}};
  bool round = device->shape.coordinates == SHAPE_AXISYMMETRIC;
  const struct node *wrong = tree_member(group, names[!round][axis]);
  const struct node *node = tree_member(group, names[round][axis]);
  *lo = -INFINITY;
  *hi = INFINITY;
  if (wrong)
    input_error(reader, wrong, NULL, "does not exist in these coordinates, must be %s",
                names[round][axis]);
  if (node && axis == 1 && device->shape.coordinates == SHAPE_1D)
    input_error(reader, node, NULL, "does not exist in 1d");
  if (!node)
    return HD_OK;
  double *values = NULL;
  size_t count, before = reader->err->count;
  TRY(quantity_array(reader, node, "m", &values, &count));
  if (reader->err->count == before && count != 2)
    input_error(reader, node, NULL, "has %zu values, must be [from, to]", count);
  else if (count == 2 && !(values[0] < values[1]))
    input_error(reader, node, NULL, "goes from %g m to %g m, must go upwards", values[0],
                values[1]);
  else if (count == 2) {
    *lo = values[0];
    *hi = values[1];
  }
  hd_free(&values);
  return HD_OK;
}

/** Extent of the device along one axis, m. */
static double extent(const struct device_spec *device, int axis) {
  bool stacked = axis == (device->shape.coordinates == SHAPE_1D ? 0 : 1);
  return stacked ? shape_height(&device->shape) : device->shape.width;
}

/** Cut a box to the device; refuse it when nothing of it is inside. */
static void clip_box(struct reader *reader, const struct node *group,
                     const struct device_spec *device, struct shape_box *box) {
  int n_axes = device->shape.coordinates == SHAPE_1D ? 1 : 2;
  for (int axis = 0; axis < n_axes; axis++) {
    double end = extent(device, axis);
    if (end > 0 && (box->lo[axis] >= end || box->hi[axis] <= 0))
      input_error(reader, group, NULL,
                  "is empty: it goes from %g m to %g m, the device from 0 to %g m", box->lo[axis],
                  box->hi[axis], end);
    box->lo[axis] = fmax(box->lo[axis], 0);
    box->hi[axis] = fmin(box->hi[axis], end);
  }
  for (int axis = n_axes; axis < 2; axis++)
    box->lo[axis] = box->hi[axis] = 0;
}

/** A box without material: refuse what belongs to one. */
static enum hd_status read_hole(struct reader *reader, const struct node *group,
                                struct region_input *input) {
  static const char *const keys[] = {"material", "donors", "acceptors", "fixed_charge", "ions"};
  struct table table = section_table(SECTION_BOX, 0);
  section_enter(reader, group, SECTION_BOX);
  TRY(table_read(reader, group, &table, input));
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
    if (tree_member(group, keys[i]))
      input_error(reader, tree_member(group, keys[i]), NULL,
                  "means nothing in an electrode or a void: leave it out");
  if (input->electrode[0] && input->is_void)
    input_error(reader, tree_member(group, "void"), NULL,
                "is given besides electrode: leave one of them out");
  return HD_OK;
}

static bool is_hole(const struct node *group) {
  const struct node *hole = tree_member(group, "void");
  return tree_member(group, "electrode") || (hole && !(hole->kind == NODE_BOOL && !hole->boolean));
}

/** What fills a box: a region of its own, or nothing; electrodes are named with the contacts. */
static enum hd_status read_filling(struct reader *reader, const struct node *group,
                                   struct device_spec *device, size_t index,
                                   struct region_input *input) {
  struct shape_box *box = &device->shape.boxes[index];
  box->region = SHAPE_VOID;
  if (group->kind == NODE_GROUP && is_hole(group))
    return read_hole(reader, group, input);
  size_t region = device->n_regions++;
  box->region = (int)region;
  TRY(read_region(reader, group, SECTION_BOX, device, region, input));
  if (!input->name[0])
    snprintf(device->regions[region].name, HD_NAME, "box_%zu", index);
  if (group->kind == NODE_GROUP && !tree_member(group, "material"))
    input_error(reader, group, "material",
                "is missing. Name of the material, or electrode = \"contact\", or void = true");
  return HD_OK;
}

static enum hd_status read_boxes(struct reader *reader, const struct node *list,
                                 struct device_spec *device) {
  for (size_t i = 0; i < device->shape.n_boxes; i++) {
    const struct node *one = list->children[i];
    struct shape_box *box = &device->shape.boxes[i];
    struct region_input input = {.thickness = 0};
    TRY(read_filling(reader, one, device, i, &input));
    box->h_end = input.spacing_end;
    box->h_max = input.spacing;
    for (int axis = 0; axis < 2; axis++)
      TRY(read_range(reader, one, device, axis, &box->lo[axis], &box->hi[axis]));
    clip_box(reader, one, device, box);
  }
  return HD_OK;
}

/** The mesh must have points at the edges of a profile that lie inside the device. */
static enum hd_status add_stops(struct reader *reader, struct device_spec *device,
                                const struct profile_spec *profile) {
  int n_axes = device->shape.coordinates == SHAPE_1D ? 1 : 2;
  struct shape *shape = &device->shape;
  for (int axis = 0; axis < n_axes; axis++)
    for (int end = 0; end < 2; end++) {
      double at = end ? profile->hi[axis] : profile->lo[axis];
      if (!(at > 0 && at < extent(device, axis)))
        continue;
      TRY(hd_resize(&shape->stops, shape->n_stops + 1, sizeof *shape->stops, reader->err));
      shape->stops[shape->n_stops++] =
          (struct shape_stop){.axis = axis, .position = at, .h_end = PARAM_MISSING};
    }
  return HD_OK;
}

static enum hd_status read_profile(struct reader *reader, const struct node *group,
                                   struct device_spec *device, struct profile_spec *profile) {
  struct table table = section_table(SECTION_PROFILE, 0);
  profile->ion = -1;
  if (!section_enter(reader, group, SECTION_PROFILE))
    return HD_OK;
  TRY(table_read(reader, group, &table, profile));
  for (int axis = 0; axis < 2; axis++)
    TRY(read_range(reader, group, device, axis, &profile->lo[axis], &profile->hi[axis]));
  const char *ion = member_string(reader, group, "ion");
  if (ion)
    profile->ion = build_index(reader, tree_member(group, "ion"), "species", ion, device->species,
                               sizeof *device->species, device->n_species);
  if (profile->ion >= 0 && device->species[profile->ion].kind != SPECIES_ION)
    input_error(reader, tree_member(group, "ion"), NULL, "%s is no ion", ion);
  if (!tree_member(group, "ion") && !isnan(profile->density))
    input_error(reader, group, "ion", "is missing. Ion whose density is set");
  else if (ion && isnan(profile->density))
    input_error(reader, group, "density", "is missing. Initial density of the ion");
  return add_stops(reader, device, profile);
}

static enum hd_status read_interface(struct reader *reader, const struct node *group,
                                     const struct device_spec *device,
                                     struct interface_spec *interface) {
  struct table table = section_table(SECTION_INTERFACE, 0);
  interface->region[0] = interface->region[1] = -1;
  if (!section_enter(reader, group, SECTION_INTERFACE))
    return HD_OK;
  TRY(table_read(reader, group, &table, interface));
  const struct node *between = member_list(reader, group, "between");
  if (!between || between->n_children != 2) {
    input_error(reader, between ? between : group, between ? NULL : "between",
                "must be the names of two regions [\"a\", \"b\"]");
    return HD_OK;
  }
  for (size_t i = 0; i < 2; i++) {
    const struct node *name = between->children[i];
    if (name->kind == NODE_STRING)
      interface->region[i] = build_index(reader, name, "region", name->text, device->regions,
                                         sizeof *device->regions, device->n_regions);
    else
      input_error(reader, name, NULL, "must be the name of a region in quotes");
  }
  if (interface->region[0] >= 0 && interface->region[0] == interface->region[1])
    input_error(reader, between, NULL, "names the same region twice");
  return HD_OK;
}

/** Where a region stands in the input: its layer or its box. */
const struct node *build_region_node(const struct node *group, const struct device_spec *device,
                                     size_t region) {
  if (region < device->shape.n_layers)
    return tree_member(group, "layers")->children[region];
  size_t box = 0;
  while (device->shape.boxes[box].region != (int)region)
    box++;
  return tree_member(group, "boxes")->children[box];
}

/** No two regions of the same name. */
static void check_names(struct reader *reader, const struct node *group,
                        const struct device_spec *device) {
  for (size_t i = 0; i < device->n_regions; i++)
    for (size_t j = 0; j < i; j++)
      if (strcmp(device->regions[i].name, device->regions[j].name) == 0)
        input_error(reader, build_region_node(group, device, i), "name", "\"%s\" is there twice",
                    device->regions[i].name);
}

/** Layers, boxes, profiles, interfaces and the materials that they name. */
enum hd_status build_regions(struct reader *reader, const struct node *group,
                             struct device_spec *device) {
  struct shape *shape = &device->shape;
  const struct node *layers = member_list(reader, group, "layers");
  const struct node *boxes = member_list(reader, group, "boxes");
  const struct node *profiles = member_list(reader, group, "profiles");
  const struct node *interfaces = member_list(reader, group, "interfaces");
  TRY(build_list(reader, layers, sizeof *shape->layers, &shape->layers, &shape->n_layers));
  TRY(build_list(reader, boxes, sizeof *shape->boxes, &shape->boxes, &shape->n_boxes));
  TRY(hd_alloc(&device->regions, shape->n_layers + shape->n_boxes, sizeof *device->regions,
               reader->err));
  device->n_regions = shape->n_layers;
  if (shape->n_layers == 0 && (layers || !tree_member(group, "layers")))
    input_error(reader, layers ? layers : group, layers ? NULL : "layers",
                "there are no layers, must be at least one");
  TRY(read_layers(reader, layers, device));
  TRY(read_boxes(reader, boxes, device));
  shape->n_regions = device->n_regions;
  check_names(reader, group, device);
  TRY(build_list(reader, profiles, sizeof *device->profiles, &device->profiles,
                 &device->n_profiles));
  for (size_t i = 0; i < device->n_profiles; i++)
    TRY(read_profile(reader, profiles->children[i], device, &device->profiles[i]));
  TRY(build_list(reader, interfaces, sizeof *device->interfaces, &device->interfaces,
                 &device->n_interfaces));
  for (size_t i = 0; i < device->n_interfaces; i++)
    TRY(read_interface(reader, interfaces->children[i], device, &device->interfaces[i]));
  return HD_OK;
}
