#include <math.h>
#include <string.h>
#include "solver/base/memory.h"
#include "solver/config/build.h"

/* Keys that each kind of generation reads besides `type`. */
static const char *const generation_keys[] = {
    [GENERATION_NONE] = "",
    [GENERATION_UNIFORM] = "rate factor",
    [GENERATION_BEER_LAMBERT] = "photon_flux from_end factor",
    [GENERATION_TABLE] = "file points factor",
};

const char *build_generation_keys(int kind) {
  return generation_keys[kind];
}

const char *build_device_keys(enum shape_coordinates coordinates) {
  static const char *const keys[] = {[SHAPE_1D] = "name coordinates area net_charge",
                                     [SHAPE_PLANAR] = "name coordinates depth net_charge",
                                     [SHAPE_AXISYMMETRIC] = "name coordinates net_charge"};
  return keys[coordinates];
}

const char *build_mesh_keys(enum shape_coordinates coordinates) {
  return coordinates == SHAPE_1D ? "refine growth intervals" : NULL;
}

/** Refuse the known keys of a section that these coordinates do not read. Where --set gave the
 * coordinates the keys may stay: so one input can be compared in 1D and 2D. */
static void refuse_other_coordinates(struct reader *reader, const struct node *device,
                                     const struct node *group, enum section_id id,
                                     const char *keys) {
  struct table table = section_table(id, 0);
  const struct node *coordinates = tree_member(device, "coordinates");
  bool overridden = coordinates && coordinates->file && coordinates->line == 0;
  for (size_t i = 0; group && !overridden && i < table.count; i++) {
    const struct node *node = tree_member(group, table.params[i].key);
    if (node && !table_uses(keys, table.params[i].key))
      input_error(reader, node, NULL, "does not exist in these coordinates");
  }
}

/** Width (planar) or radius (axisymmetric): required in 2D, refused where it means nothing. */
static void read_width(struct reader *reader, const struct node *group,
                       struct device_spec *device) {
  static const char *const keys[] = {NULL, "width", "radius"};
  enum shape_coordinates coordinates = device->shape.coordinates;
  for (int i = SHAPE_PLANAR; i <= SHAPE_AXISYMMETRIC; i++) {
    const struct node *node = tree_member(group, keys[i]);
    if (node && coordinates != (enum shape_coordinates)i)
      input_error(reader, node, NULL, "does not exist in these coordinates%s%s",
                  coordinates == SHAPE_1D ? "" : ", must be ",
                  coordinates == SHAPE_1D ? "" : keys[coordinates]);
  }
  if (coordinates == SHAPE_1D)
    return;
  const struct node *node = tree_member(group, keys[coordinates]);
  if (!node)
    input_error(reader, group, keys[coordinates], "is missing. Extent of the device along %s",
                coordinates == SHAPE_PLANAR ? "x" : "r");
  else if (quantity_read(reader, node, "m", &device->shape.width) &&
           !(device->shape.width > 0 && device->shape.width <= 1))
    input_error(reader, node, NULL, "got %g m, must be > 0 and <= 1", device->shape.width);
}

static enum hd_status read_mesh(struct reader *reader, const struct node *device_group,
                                struct device_spec *device) {
  const struct node *group = member_group(reader, device_group, "mesh");
  struct table table = section_table(SECTION_MESH, 0);
  if (group)
    section_refuse_unknown(reader, group, SECTION_MESH, NULL);
  refuse_other_coordinates(reader, device_group, group, SECTION_MESH,
                           build_mesh_keys(device->shape.coordinates));
  return table_read(reader, group, &table, device);
}

/** Refuse a key that this kind of generation does not read; the sentence names those that do. */
static void check_generation_key(struct reader *reader, const struct node *node, int kind) {
  const char *const *names = generation_params[0].choices;
  char kinds[128] = "";
  if (strcmp(node->name, "type") == 0 || table_uses(generation_keys[kind], node->name))
    return;
  for (int i = 0; names[i]; i++)
    if (table_uses(generation_keys[i], node->name)) {
      size_t length = strlen(kinds);
      snprintf(kinds + length, sizeof kinds - length, "%s\"%s\"", length ? " or " : "", names[i]);
    }
  if (kinds[0]) /* else it is no key at all, which has its own sentence */
    input_error(reader, node, NULL, "is not read by a generation of type \"%s\"%s; type must be %s",
                names[kind], kind == GENERATION_NONE ? " (the default)" : "", kinds);
}

static enum hd_status read_generation(struct reader *reader, const struct node *group,
                                      struct generation *generation) {
  char place[PLACE];
  struct table table = section_table(SECTION_GENERATION, 0);
  size_t before = reader->err->count;
  if (group)
    section_refuse_unknown(reader, group, SECTION_GENERATION, NULL);
  TRY(table_read(reader, group, &table, generation));
  bool known = reader->err->count == before;
  for (size_t i = 0; group && known && i < group->n_children; i++)
    check_generation_key(reader, group->children[i], generation->kind);
  const struct node *factor = group ? member_group(reader, group, "factor") : NULL;
  TRY(build_waveform(reader, factor, "", &generation->factor));
  if (!factor)
    generation->factor.low = 1;
  const struct node *points = group ? member_list(reader, group, "points") : NULL;
  if (points && generation->file[0])
    input_error(reader, points, NULL, "is given besides file: leave one of them out");
  if (points)
    return build_points(reader, points, "m", "m-3 s-1", &generation->position, &generation->table,
                        &generation->n_points);
  if (!group || reader->err->count > before)
    return HD_OK;
  enum hd_status status = generation_prepare(generation, place_of(group, NULL, place), reader->err);
  return status == HD_MEMORY ? status : HD_OK;
}

static enum hd_status read_device(struct reader *reader, const struct node *group, size_t index,
                                  bool only, struct device_spec *device) {
  struct table table = section_table(SECTION_DEVICE, 0);
  if (!section_enter(reader, group, SECTION_DEVICE))
    return HD_OK;
  TRY(table_read(reader, group, &table, device));
  if (!device->name[0] && only)
    snprintf(device->name, HD_NAME, "device");
  else if (!device->name[0])
    snprintf(device->name, HD_NAME, "device_%zu", index);
  refuse_other_coordinates(reader, group, group, SECTION_DEVICE,
                           build_device_keys(device->shape.coordinates));
  read_width(reader, group, device);
  TRY(read_mesh(reader, group, device));
  TRY(build_species(reader, group, device));
  TRY(build_regions(reader, group, device));
  TRY(build_contacts(reader, group, device));
  TRY(read_generation(reader, member_group(reader, group, "generation"), &device->generation));
  TRY(build_heat(reader, group, device));
  return check_device(reader, group, device);
}

/** Devices: the group `device` or the list `devices`. */
enum hd_status build_devices(struct reader *reader, const struct node *root,
                             struct run_spec *spec) {
  const struct node *one = member_group(reader, root, "device");
  const struct node *list = member_list(reader, root, "devices");
  if (one && list)
    input_error(reader, list, NULL, "is given besides `device`: leave one of them out");
  else if (!tree_member(root, "device") && !tree_member(root, "devices"))
    input_error(reader, root, "device", "is missing. Give one `device` or a list of `devices`");
  if (one) {
    TRY(hd_alloc(&spec->devices, 1, sizeof *spec->devices, reader->err));
    spec->n_devices = 1;
    return read_device(reader, one, 0, true, spec->devices);
  }
  TRY(build_list(reader, list, sizeof *spec->devices, &spec->devices, &spec->n_devices));
  for (size_t i = 0; i < spec->n_devices; i++)
    TRY(read_device(reader, list->children[i], i, spec->n_devices == 1, &spec->devices[i]));
  if (list)
    build_refuse_repeated(reader, list, spec->devices, sizeof *spec->devices, spec->n_devices);
  if (list && spec->n_devices == 0)
    input_error(reader, list, NULL, "is empty, must hold at least one device");
  return HD_OK;
}
