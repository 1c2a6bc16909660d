#include <math.h>
#include "solver/config/build.h"

const char *build_contact_keys(const struct heat *heat) {
  return heat->kind == HEAT_LATTICE
             ? NULL
             : "name ohmic work_function barrier image_force image_law tunnelling tunnel_range";
}

/** Thermal keys of contacts mean something in a device with a temperature field only. */
static void refuse_contact_keys(struct reader *reader, const struct node *group,
                                const struct device_spec *device) {
  static const char *const keys[] = {"thermal_resistance", "adiabatic"};
  const struct node *list = tree_member(group, "contacts");
  if (device->heat.kind == HEAT_LATTICE || !list)
    return;
  for (size_t i = 0; i < list->n_children; i++)
    for (int k = 0; k < 2; k++) {
      const struct node *node = tree_member(list->children[i], keys[k]);
      if (node)
        input_error(reader, node, NULL,
                    "is not read by a device without lattice heat: set heat = { model = "
                    "\"lattice\"; } or leave it out");
    }
}

static enum hd_status read_side(struct reader *reader, const struct node *group,
                                struct device_spec *device) {
  struct table table = section_table(SECTION_HEAT_SIDE, 0);
  struct heat_side_input input;
  enum shape_side side;
  size_t before = reader->err->count;
  if (!section_enter(reader, group, SECTION_HEAT_SIDE))
    return HD_OK;
  TRY(table_read(reader, group, &table, &input));
  if (reader->err->count > before || !build_side(reader, group, device, input.at, &side))
    return HD_OK;
  if (!isnan(device->side_resistance[side]))
    input_error(reader, group, "at", "\"%s\" is given twice, must be given once",
                piece_sides[input.at]);
  device->side_resistance[side] = input.resistance;
  return HD_OK;
}

/** Sides through which heat leaves where they are no contact. */
static enum hd_status read_sides(struct reader *reader, const struct node *heat,
                                 struct device_spec *device) {
  const struct node *list = heat ? member_list(reader, heat, "sides") : NULL;
  for (int side = 0; side < SHAPE_SIDES; side++)
    device->side_resistance[side] = (double)NAN;
  if (list && device->heat.kind != HEAT_LATTICE) {
    input_error(reader, list, NULL, "is not read by this model of heat; model must be \"lattice\"");
    return HD_OK;
  }
  for (size_t i = 0; list && i < list->n_children; i++)
    TRY(read_side(reader, list->children[i], device));
  return HD_OK;
}

/** In a steady state heat must have a way out. */
static void check_way_out(struct reader *reader, const struct node *heat,
                          const struct device_spec *device) {
  bool out = device->heat.kind != HEAT_LATTICE || device->heat.sideways > 0;
  for (size_t c = 0; c < device->n_contacts; c++)
    out = out || !device->contacts[c].adiabatic;
  for (int side = 0; side < SHAPE_SIDES; side++)
    out = out || !isnan(device->side_resistance[side]);
  if (!out)
    input_error(
        reader, heat, NULL,
        "has no way out of the device: all contacts are adiabatic; one must not be, or give "
        "sides or a sideways_conductance");
}

/** Heat of one device; without the group nothing is read and nothing is solved. */
enum hd_status build_heat(struct reader *reader, const struct node *group,
                          struct device_spec *device) {
  char keys[KEYS], place[PLACE];
  const struct node *heat = member_group(reader, group, "heat");
  struct table table = section_table(SECTION_HEAT, 0);
  size_t before = reader->err->count;
  if (heat) {
    table.keys = "model";
    TRY(table_read(reader, heat, &table, &device->heat));
    table.keys = build_keys(keys, "model", heat_keys(device->heat.kind));
    section_refuse_unknown(reader, heat, SECTION_HEAT, table.keys);
  }
  table.keys = NULL;
  if (heat && reader->err->count == before)
    TRY(table_read(reader, heat, &table, &device->heat));
  if (heat && reader->err->count == before)
    heat_check(&device->heat, place_of(heat, NULL, place), reader->err);
  TRY(read_sides(reader, heat, device));
  if (reader->err->count == before)
    refuse_contact_keys(reader, group, device);
  if (heat && reader->err->count == before)
    check_way_out(reader, heat, device);
  return HD_OK;
}
