/* Writing of devices, the mirror of device.c, species.c, regions.c and contacts.c. */
#include <math.h>
#include <string.h>
#include "solver/config/build.h"
#include "solver/config/resolve.h"

static void write_ions(FILE *file, int indent, const struct device_spec *device,
                       const struct region_spec *region) {
  struct table table = section_table(SECTION_LAYER_ION, 0);
  if (region->n_species == 0)
    return;
  fprintf(file, "%*sions = (\n", indent, "");
  for (size_t i = 0; i < region->n_species; i++) {
    const struct region_species *ion = &region->species[i];
    fprintf(file, "%*s{\n", indent + 2, "");
    resolve_string(file, indent + 4, "name", device->species[ion->species].name);
    table_write(file, indent + 4, &table, ion);
    fprintf(file, "%*s}%s\n", indent + 2, "", i + 1 < region->n_species ? "," : "");
  }
  fprintf(file, "%*s);\n", indent, "");
}

static void write_range(FILE *file, int indent, const struct device_spec *device, int axis,
                        double lo, double hi) {
  static const char *const names[2][2] = {{"x", "y"}, {"r", "z"}};
  bool round = device->shape.coordinates == SHAPE_AXISYMMETRIC;
  bool exists = axis == 0 || device->shape.coordinates != SHAPE_1D;
  /* an open end is written as one far outside every device, which may be 1 m long */
  double ends[2] = {isinf(lo) ? -10 : lo, isinf(hi) ? 10 : hi};
  if (exists && !(isinf(lo) && isinf(hi)))
    resolve_array(file, indent, names[round][axis], ends, 2);
}

/** What a layer or box says about its region. */
static struct region_input region_input(const struct device_spec *device,
                                        const struct region_spec *region) {
  struct region_input input = {.donors = region->donors,
                               .acceptors = region->acceptors,
                               .fixed_charge = region->fixed_charge};
  memcpy(input.name, region->name, HD_NAME);
  memcpy(input.material, device->materials[region->material].name, HD_NAME);
  return input;
}

static void write_layer(FILE *file, int indent, const struct device_spec *device, size_t index) {
  const struct shape_layer *layer = &device->shape.layers[index];
  const struct region_spec *region = &device->regions[layer->region];
  struct table table = section_table(SECTION_LAYER, 0);
  struct region_input input = region_input(device, region);
  input.thickness = layer->thickness;
  input.spacing = layer->h_max;
  input.spacing_end = layer->h_end;
  input.intervals = layer->intervals;
  table_write(file, indent, &table, &input);
  write_ions(file, indent, device, region);
}

static void write_box(FILE *file, int indent, const struct device_spec *device, size_t index) {
  const struct shape_box *box = &device->shape.boxes[index];
  struct table table = section_table(SECTION_BOX, 0);
  struct region_input input = {.is_void = box->region == SHAPE_VOID};
  int terminal = shape_terminal(box->region);
  if (box->region >= 0)
    input = region_input(device, &device->regions[box->region]);
  else
    table.keys = "electrode void spacing spacing_end";
  if (terminal >= 0)
    memcpy(input.electrode, device->contacts[terminal].name, HD_NAME);
  input.spacing = box->h_max;
  input.spacing_end = box->h_end;
  table_write(file, indent, &table, &input);
  if (box->region >= 0)
    write_ions(file, indent, device, &device->regions[box->region]);
  for (int axis = 0; axis < 2; axis++)
    write_range(file, indent, device, axis, box->lo[axis], box->hi[axis]);
}

/** The list of layers or boxes. */
static void write_pile(FILE *file, int indent, const struct device_spec *device, const char *name,
                       size_t count,
                       void (*write)(FILE *, int, const struct device_spec *, size_t)) {
  if (count == 0)
    return;
  fprintf(file, "%*s%s = (\n", indent, "", name);
  for (size_t i = 0; i < count; i++) {
    fprintf(file, "%*s{\n", indent + 2, "");
    write(file, indent + 4, device, i);
    fprintf(file, "%*s}%s\n", indent + 2, "", i + 1 < count ? "," : "");
  }
  fprintf(file, "%*s);\n", indent, "");
}

static void write_profiles(FILE *file, int indent, const struct device_spec *device) {
  struct table table = section_table(SECTION_PROFILE, 0);
  if (device->n_profiles == 0)
    return;
  fprintf(file, "%*sprofiles = (\n", indent, "");
  for (size_t i = 0; i < device->n_profiles; i++) {
    const struct profile_spec *profile = &device->profiles[i];
    fprintf(file, "%*s{\n", indent + 2, "");
    for (int axis = 0; axis < 2; axis++)
      write_range(file, indent + 4, device, axis, profile->lo[axis], profile->hi[axis]);
    if (profile->ion >= 0)
      resolve_string(file, indent + 4, "ion", device->species[profile->ion].name);
    table_write(file, indent + 4, &table, profile);
    fprintf(file, "%*s}%s\n", indent + 2, "", i + 1 < device->n_profiles ? "," : "");
  }
  fprintf(file, "%*s);\n", indent, "");
}

static void write_interfaces(FILE *file, int indent, const struct device_spec *device) {
  struct table table = section_table(SECTION_INTERFACE, 0);
  if (device->n_interfaces == 0)
    return;
  fprintf(file, "%*sinterfaces = (\n", indent, "");
  for (size_t i = 0; i < device->n_interfaces; i++) {
    const struct interface_spec *interface = &device->interfaces[i];
    fprintf(file, "%*s{\n%*sbetween = [\"%s\", \"%s\"];\n", indent + 2, "", indent + 4, "",
            device->regions[interface->region[0]].name, device->regions[interface->region[1]].name);
    table_write(file, indent + 4, &table, interface);
    fprintf(file, "%*s}%s\n", indent + 2, "", i + 1 < device->n_interfaces ? "," : "");
  }
  fprintf(file, "%*s);\n", indent, "");
}

static void write_species(FILE *file, int indent, const struct device_spec *device) {
  struct table table = section_table(SECTION_SPECIES, 0);
  fprintf(file, "%*sspecies = (\n", indent, "");
  for (size_t i = 0; i < device->n_species; i++) {
    table.keys = build_species_keys(&device->species[i]);
    fprintf(file, "%*s{\n", indent + 2, "");
    table_write(file, indent + 4, &table, &device->species[i]);
    fprintf(file, "%*s}%s\n", indent + 2, "", i + 1 < device->n_species ? "," : "");
  }
  fprintf(file, "%*s);\n", indent, "");
  if (device->n_interactions == 0)
    return;
  table = section_table(SECTION_INTERACTION, 0);
  fprintf(file, "%*sinteractions = (\n", indent, "");
  for (size_t i = 0; i < device->n_interactions; i++) {
    fprintf(file, "%*s{\n", indent + 2, "");
    table_write(file, indent + 4, &table, &device->interactions[i]);
    fprintf(file, "%*s}%s\n", indent + 2, "", i + 1 < device->n_interactions ? "," : "");
  }
  fprintf(file, "%*s);\n", indent, "");
}

static void write_piece(FILE *file, int indent, const struct device_spec *device,
                        const struct shape_contact *piece) {
  struct table table = section_table(SECTION_PIECE, 0);
  struct piece_input input = {.at = build_side_name(device->shape.coordinates, piece->side),
                              .from = isinf(piece->from) ? PARAM_MISSING : piece->from,
                              .to = isinf(piece->to) ? PARAM_MISSING : piece->to,
                              .spacing = piece->h_end};
  table_write(file, indent, &table, &input);
}

/** Pieces of a terminal: the first stands in the contact itself, the others in `pieces`. */
static void write_pieces(FILE *file, int indent, const struct device_spec *device, int terminal) {
  size_t written = 0;
  for (size_t i = 0; i < device->shape.n_contacts; i++) {
    const struct shape_contact *piece = &device->shape.contacts[i];
    if (piece->terminal != terminal)
      continue;
    if (written == 0) {
      write_piece(file, indent, device, piece);
    } else {
      fprintf(file, written == 1 ? "%*spieces = (\n" : "%*s,\n", written == 1 ? indent : indent + 2,
              "");
      fprintf(file, "%*s{\n", indent + 2, "");
      write_piece(file, indent + 4, device, piece);
      fprintf(file, "%*s}\n", indent + 2, "");
    }
    written++;
  }
  if (written > 1)
    fprintf(file, "%*s);\n", indent, "");
}

static void write_entries(FILE *file, int indent, const struct contact *contact) {
  struct table table = section_table(SECTION_CONTACT_SPECIES, 0);
  if (contact->n_species == 0)
    return;
  fprintf(file, "%*sspecies = (\n", indent, "");
  for (size_t i = 0; i < contact->n_species; i++) {
    char keys[KEYS];
    table.keys = build_keys(keys, "name model", contact_table[contact->species[i].model].keys);
    fprintf(file, "%*s{\n", indent + 2, "");
    table_write(file, indent + 4, &table, &contact->species[i]);
    fprintf(file, "%*s}%s\n", indent + 2, "", i + 1 < contact->n_species ? "," : "");
  }
  fprintf(file, "%*s);\n", indent, "");
}

static void write_contacts(FILE *file, int indent, const struct device_spec *device) {
  struct table table = section_table(SECTION_CONTACT, 0);
  table.keys = build_contact_keys(&device->heat);
  fprintf(file, "%*scontacts = (\n", indent, "");
  for (size_t i = 0; i < device->n_contacts; i++) {
    fprintf(file, "%*s{\n", indent + 2, "");
    table_write(file, indent + 4, &table, &device->contacts[i]);
    write_pieces(file, indent + 4, device, (int)i);
    write_entries(file, indent + 4, &device->contacts[i]);
    fprintf(file, "%*s}%s\n", indent + 2, "", i + 1 < device->n_contacts ? "," : "");
  }
  fprintf(file, "%*s);\n", indent, "");
}

static void write_generation(FILE *file, int indent, const struct generation *generation) {
  struct table table = section_table(SECTION_GENERATION, 0);
  struct generation copy = *generation;
  if (generation->kind == GENERATION_NONE)
    return;
  char keys[KEYS];
  table.keys = build_keys(keys, "type", build_generation_keys(generation->kind));
  copy.file[0] = '\0';
  fprintf(file, "%*sgeneration = {\n", indent, "");
  table_write(file, indent + 2, &table, &copy);
  if (generation->kind == GENERATION_TABLE)
    resolve_points(file, indent + 2, "points", generation->position, generation->table,
                   generation->n_points);
  resolve_waveform(file, indent + 2, "factor", &generation->factor, "");
  fprintf(file, "%*s};\n", indent, "");
}

/** Sides through which heat leaves. */
static void write_heat_sides(FILE *file, int indent, const struct device_spec *device) {
  struct table table = section_table(SECTION_HEAT_SIDE, 0);
  bool any = false;
  for (int side = 0; side < SHAPE_SIDES; side++) {
    struct heat_side_input input = {
        .at = build_side_name(device->shape.coordinates, (enum shape_side)side),
        .resistance = device->side_resistance[side]};
    if (isnan(input.resistance))
      continue;
    fprintf(file, any ? "%*s,\n" : "%*ssides = (\n", any ? indent + 2 : indent, "");
    fprintf(file, "%*s{\n", indent + 2, "");
    table_write(file, indent + 4, &table, &input);
    fprintf(file, "%*s}\n", indent + 2, "");
    any = true;
  }
  if (any)
    fprintf(file, "%*s);\n", indent, "");
}

static void write_heat(FILE *file, int indent, const struct device_spec *device) {
  const struct heat *heat = &device->heat;
  char keys[KEYS];
  struct table table = section_table(SECTION_HEAT, 0);
  if (heat->kind == HEAT_NONE)
    return;
  table.keys = build_keys(keys, "model", heat_keys(heat->kind));
  fprintf(file, "%*sheat = {\n", indent, "");
  table_write(file, indent + 2, &table, heat);
  write_heat_sides(file, indent + 2, device);
  fprintf(file, "%*s};\n", indent, "");
}

/** One device as the body of a group. */
void resolve_device(FILE *file, int indent, const struct device_spec *device) {
  struct table table = section_table(SECTION_DEVICE, 0), mesh = section_table(SECTION_MESH, 0);
  table.keys = build_device_keys(device->shape.coordinates);
  mesh.keys = build_mesh_keys(device->shape.coordinates);
  table_write(file, indent, &table, device);
  if (device->shape.coordinates != SHAPE_1D) {
    fprintf(file, "%*s%s = ", indent, "",
            device->shape.coordinates == SHAPE_PLANAR ? "width" : "radius");
    write_number(file, device->shape.width);
    fputs("; // m\n", file);
  }
  fprintf(file, "%*smesh = {\n", indent, "");
  table_write(file, indent + 2, &mesh, device);
  fprintf(file, "%*s};\n", indent, "");
  write_species(file, indent, device);
  write_pile(file, indent, device, "layers", device->shape.n_layers, write_layer);
  write_pile(file, indent, device, "boxes", device->shape.n_boxes, write_box);
  write_profiles(file, indent, device);
  write_interfaces(file, indent, device);
  write_contacts(file, indent, device);
  write_generation(file, indent, &device->generation);
  write_heat(file, indent, device);
}
