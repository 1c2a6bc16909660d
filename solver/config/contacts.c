#include <ctype.h>
#include <math.h>
#include <string.h>
#include "solver/base/memory.h"
#include "solver/config/build.h"
#include "solver/config/library.h"

/** piece_sides has the sides of axisymmetric coordinates behind those of the others. */
enum { FIRST_ROUND = 4 };

int build_side_name(enum shape_coordinates coordinates, enum shape_side side) {
  return (int)side + (coordinates == SHAPE_AXISYMMETRIC ? FIRST_ROUND : 0);
}

bool build_side(struct reader *reader, const struct node *group, const struct device_spec *device,
                int at, enum shape_side *side) {
  static const char *const allowed[] = {"x_min or x_max", "x_min, x_max, y_min or y_max",
                                        "r_max, z_min or z_max"};
  enum { FIRST_SECOND_AXIS = 2 };
  enum shape_coordinates coordinates = device->shape.coordinates;
  bool round = at >= FIRST_ROUND;
  *side = (enum shape_side)(at % FIRST_ROUND);
  bool good = round == (coordinates == SHAPE_AXISYMMETRIC);
  if (coordinates == SHAPE_1D && at >= FIRST_SECOND_AXIS)
    good = false;
  if (round && *side == SHAPE_X_MIN)
    good = false; /* the axis */
  if (!good)
    input_error(reader, group, "at", "got \"%s\", must be %s in these coordinates", piece_sides[at],
                allowed[coordinates]);
  return good;
}

/** Length of a side, m. */
static double side_length(const struct device_spec *device, enum shape_side side) {
  if (device->shape.coordinates == SHAPE_1D)
    return 0;
  bool vertical = side == SHAPE_X_MIN || side == SHAPE_X_MAX;
  return vertical ? shape_height(&device->shape) : device->shape.width;
}

/** From and to must lie on the side, in this order. */
static void check_extent(struct reader *reader, const struct node *group,
                         const struct device_spec *device, enum shape_side side,
                         const struct piece_input *input) {
  const double rounding = 1e-9; /* of the side's length */
  double length = side_length(device, side);
  double slack = rounding * length;
  bool from = !isnan(input->from), to = !isnan(input->to);
  if (device->shape.coordinates == SHAPE_1D) {
    if (from || to)
      input_error(reader, group, from ? "from" : "to", "does not exist in 1d: leave it out");
    return;
  }
  if (!(length > 0))
    return; /* the thickness or width is wrong, and that has its own sentence */
  if (from && (input->from < -slack || input->from >= length))
    input_error(reader, group, "from", "got %g m, is off the boundary, which goes from 0 to %g m",
                input->from, length);
  if (to && (input->to <= 0 || input->to > length + slack))
    input_error(reader, group, "to", "got %g m, is off the boundary, which goes from 0 to %g m",
                input->to, length);
  if (from && to && !(input->from < input->to))
    input_error(reader, group, "to", "got %g m, must be > from (%g m)", input->to, input->from);
}

/** Append one piece of the boundary to the shape. */
static enum hd_status add_piece(struct reader *reader, const struct node *group,
                                struct device_spec *device, int terminal,
                                const struct piece_input *input) {
  struct shape *shape = &device->shape;
  enum shape_side side;
  if (!build_side(reader, group, device, input->at, &side))
    return HD_OK;
  check_extent(reader, group, device, side, input);
  struct shape_contact piece = {.terminal = terminal,
                                .side = side,
                                .from = isnan(input->from) ? -(double)INFINITY : input->from,
                                .to = isnan(input->to) ? (double)INFINITY : input->to,
                                .h_end = input->spacing};
  for (size_t i = 0; i < shape->n_contacts; i++) {
    const struct shape_contact *other = &shape->contacts[i];
    if (other->side == side && other->from < piece.to && piece.from < other->to)
      input_error(reader, group, "at", "overlaps another contact on the same side");
  }
  TRY(hd_resize(&shape->contacts, shape->n_contacts + 1, sizeof piece, reader->err));
  shape->contacts[shape->n_contacts++] = piece;
  return HD_OK;
}

static enum hd_status read_piece(struct reader *reader, const struct node *group, bool own,
                                 struct device_spec *device, int terminal) {
  struct piece_input input;
  struct table table = section_table(SECTION_PIECE, 0);
  if (!own && !section_enter(reader, group, SECTION_PIECE))
    return HD_OK;
  size_t before = reader->err->count;
  TRY(table_read(reader, group, &table, &input));
  if (!tree_member(group, "at")) {
    input_error(reader, group, "at", "is missing. Side of the device: one of x_min, x_max, ...%s",
                own ? "; or name the contact as electrode of a box" : "");
    return HD_OK;
  }
  return reader->err->count > before ? HD_OK : add_piece(reader, group, device, terminal, &input);
}

/** A model must suit the species. */
static void check_model(struct reader *reader, const struct node *group,
                        const struct species *species, const struct contact_species *entry) {
  const struct contact_law *law = &contact_table[entry->model];
  bool ion = species->kind == SPECIES_ION;
  if (ion ? !law->for_ions : !law->for_carriers)
    input_error(reader, group, "model", "\"%s\" is a law for %s, %s is %s", law->name,
                ion ? "carriers" : "ions", species->name, ion ? "an ion" : "a carrier");
}

static enum hd_status read_entry(struct reader *reader, const struct node *group,
                                 const struct device_spec *device, struct contact_species *entry) {
  char keys[KEYS];
  struct table table = section_table(SECTION_CONTACT_SPECIES, 0);
  if (group->kind != NODE_GROUP) {
    section_enter(reader, group, SECTION_CONTACT_SPECIES);
    return HD_OK;
  }
  TRY(table_read(reader, group, &table, entry));
  table.keys = build_keys(keys, "name model", contact_table[entry->model].keys);
  section_refuse_unknown(reader, group, SECTION_CONTACT_SPECIES, table.keys);
  const struct node *name = tree_member(group, "name");
  if (!name || !entry->species[0])
    return HD_OK;
  int index = build_index(reader, name, "species", entry->species, device->species,
                          sizeof *device->species, device->n_species);
  if (index >= 0)
    check_model(reader, group, &device->species[index], entry);
  return HD_OK;
}

static enum hd_status read_entries(struct reader *reader, const struct node *group,
                                   const struct device_spec *device, struct contact *contact) {
  const struct node *list = member_list(reader, group, "species");
  TRY(build_list(reader, list, sizeof *contact->species, &contact->species, &contact->n_species));
  for (size_t i = 0; i < contact->n_species; i++)
    TRY(read_entry(reader, list->children[i], device, &contact->species[i]));
  if (list)
    build_refuse_repeated(reader, list, contact->species, sizeof *contact->species,
                          contact->n_species);
  return HD_OK;
}

/** Work function by the name of a metal. */
static enum hd_status read_metal(struct reader *reader, const struct node *group,
                                 struct contact *contact) {
  const char *metal = member_string(reader, group, "metal");
  bool found;
  if (!metal)
    return HD_OK;
  const struct node *node = tree_member(group, "metal");
  if (!isnan(contact->work_function_V)) {
    input_error(reader, node, NULL, "is given besides work_function: leave one of them out");
    return HD_OK;
  }
  return library_metal(reader, node, metal, &contact->work_function_V, &found);
}

/** Contact names are keys of `terminals`, so they must be keys. */
static void check_name(struct reader *reader, const struct node *group, const char *name) {
  if (name[0] && (!isalpha((unsigned char)name[0]) || strchr(name, '+')))
    input_error(reader, group, "name", "got \"%s\", must begin with a letter and have no +", name);
}

/** Whether a box is the electrode of a contact. */
static bool has_electrode(const struct device_spec *device, int terminal) {
  for (size_t i = 0; i < device->shape.n_boxes; i++)
    if (device->shape.boxes[i].region == shape_electrode(terminal))
      return true;
  return false;
}

/** Refuse the keys of a piece of the boundary in a contact that has boxes only. */
static void refuse_piece(struct reader *reader, const struct node *group) {
  for (size_t i = 0; i < piece_params_count; i++)
    if (tree_member(group, piece_params[i].key))
      input_error(reader, tree_member(group, piece_params[i].key), NULL,
                  "means nothing without at; the spacing at a box is its spacing_end");
}

static enum hd_status read_contact(struct reader *reader, const struct node *group,
                                   struct device_spec *device, size_t index) {
  char place[PLACE];
  struct contact *contact = &device->contacts[index];
  struct table table = section_table(SECTION_CONTACT, 0);
  if (!section_enter(reader, group, SECTION_CONTACT))
    return HD_OK;
  size_t before = reader->err->count;
  TRY(table_read(reader, group, &table, contact));
  check_name(reader, group, contact->name);
  if (!has_electrode(device, (int)index) || tree_member(group, "at"))
    TRY(read_piece(reader, group, true, device, (int)index));
  else
    refuse_piece(reader, group);
  const struct node *pieces = member_list(reader, group, "pieces");
  for (size_t i = 0; pieces && i < pieces->n_children; i++)
    TRY(read_piece(reader, pieces->children[i], false, device, (int)index));
  TRY(read_entries(reader, group, device, contact));
  TRY(read_metal(reader, group, contact));
  if (reader->err->count == before)
    contact_check(contact, place_of(group, NULL, place), reader->err);
  if (contact->tunnelling)
    device->shape.ray_range = fmax(device->shape.ray_range, contact->tunnel_range);
  return HD_OK;
}

/** Name of the contact that a member of the list gives itself, or NULL. */
static const char *name_of(const struct node *contact) {
  const struct node *name = contact->kind == NODE_GROUP ? tree_member(contact, "name") : NULL;
  return name && name->kind == NODE_STRING ? name->text : NULL;
}

/** Tie the electrode boxes to the contacts that they name. */
static enum hd_status tie_electrodes(struct reader *reader, const struct node *group,
                                     const struct node *contacts, struct device_spec *device) {
  const struct node *boxes = tree_member(group, "boxes");
  char(*names)[HD_NAME] = NULL;
  TRY(hd_alloc(&names, device->n_contacts, sizeof *names, reader->err));
  for (size_t i = 0; i < device->n_contacts; i++)
    if (name_of(contacts->children[i]))
      snprintf(names[i], HD_NAME, "%s", name_of(contacts->children[i]));
  for (size_t i = 0; i < device->shape.n_boxes; i++) {
    const struct node *box = boxes->children[i];
    const struct node *name = box->kind == NODE_GROUP ? tree_member(box, "electrode") : NULL;
    if (!name || name->kind != NODE_STRING)
      continue;
    int terminal =
        build_index(reader, name, "contact", name->text, names, sizeof *names, device->n_contacts);
    if (terminal >= 0)
      device->shape.boxes[i].region = shape_electrode(terminal);
  }
  hd_free(&names);
  return HD_OK;
}

/** Contacts and what species do there. */
enum hd_status build_contacts(struct reader *reader, const struct node *group,
                              struct device_spec *device) {
  const struct node *list = member_list(reader, group, "contacts");
  TRY(build_list(reader, list, sizeof *device->contacts, &device->contacts, &device->n_contacts));
  device->shape.n_terminals = device->n_contacts;
  if (device->n_contacts == 0 && (list || !tree_member(group, "contacts")))
    input_error(reader, list ? list : group, list ? NULL : "contacts",
                "there are no contacts, must be at least one");
  TRY(tie_electrodes(reader, group, list, device));
  for (size_t i = 0; i < device->n_contacts; i++)
    TRY(read_contact(reader, list->children[i], device, i));
  if (list)
    build_refuse_repeated(reader, list, device->contacts, sizeof *device->contacts,
                          device->n_contacts);
  return HD_OK;
}
