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
  if (reader->err->count == before)
    refuse_contact_keys(reader, group, device);
  return HD_OK;
}
