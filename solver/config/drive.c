/* What experiments drive (sources, switches, light, the temperature around a device) and watch. */
#include "solver/config/build.h"

/** Element by the name that key `key` of `group` holds; -1 and a sentence when there is none. */
int build_source(struct reader *reader, const struct node *group, const char *key,
                 const struct circuit_spec *circuit) {
  const char *name = member_string(reader, group, key);
  if (!name)
    return -1;
  return build_index(reader, tree_member(group, key), "circuit element", name, circuit->elements,
                     sizeof *circuit->elements, circuit->n_elements);
}

/** The only element of a kind; -1: there is none, or several. */
int build_only_element(const struct circuit_spec *circuit, int kind) {
  int found = -1;
  for (size_t i = 0; i < circuit->n_elements; i++) {
    if (circuit->elements[i].kind != kind)
      continue;
    if (found >= 0)
      return -1;
    found = (int)i;
  }
  return found;
}

/** Device and terminal whose current is watched. */
void build_watched(struct reader *reader, const struct node *group, const struct run_spec *spec,
                   int *instance, int *terminal) {
  const char *name = member_string(reader, group, "device");
  int device = spec->n_devices == 1 ? 0 : -1;
  if (name)
    device = build_index(reader, tree_member(group, "device"), "device", name, spec->devices,
                         sizeof *spec->devices, spec->n_devices);
  else if (spec->n_devices > 1)
    input_error(reader, group, "device", "is missing. Device whose current is looked at");
  for (size_t i = 0; i < spec->circuit.n_instances; i++)
    if (device >= 0 && spec->circuit.instances[i].device == device)
      *instance = (int)i;
  const char *contact = member_string(reader, group, "terminal");
  if (device >= 0 && contact)
    *terminal = build_index(reader, tree_member(group, "terminal"), "contact", contact,
                            spec->devices[device].contacts, sizeof *spec->devices[device].contacts,
                            spec->devices[device].n_contacts);
}

const char *const drive_keys[] = {[DRIVE_SOURCE] = "source",
                                  [DRIVE_LIGHT] = "light",
                                  [DRIVE_SURROUNDINGS] = "surroundings",
                                  NULL};

const char *drive_unit(const struct run_spec *spec, int target, int index) {
  return target == DRIVE_SOURCE  ? element_table[spec->circuit.elements[index].kind].value_unit
         : target == DRIVE_LIGHT ? ""
                                 : "K";
}

/** May this be driven? */
static bool is_driven(struct reader *reader, const struct node *group, const struct run_spec *spec,
                      int target, int index) {
  const struct node *node = tree_member(group, drive_keys[target]);
  const struct device_spec *device = target == DRIVE_SOURCE ? NULL : &spec->devices[index];
  if (target == DRIVE_LIGHT && device->generation.kind == GENERATION_NONE)
    input_error(reader, node, NULL, "device %s has no `generation`, must have one", device->name);
  else if (target == DRIVE_SURROUNDINGS && device->heat.kind == HEAT_NONE)
    input_error(reader, node, NULL, "device %s has no `heat`, must have it", device->name);
  else if (target == DRIVE_SOURCE &&
           !element_table[spec->circuit.elements[index].kind].has_waveform)
    input_error(reader, node, NULL, "%s is a %s, must be a source or switch",
                spec->circuit.elements[index].name,
                element_table[spec->circuit.elements[index].kind].name);
  else
    return true;
  return false;
}

/** What `source`, `light` or `surroundings` of a group names. False: nothing does, or a sentence
 * was noted. */
bool build_target(struct reader *reader, const struct node *group, const struct run_spec *spec,
                  int *target, int *index) {
  int found = 0;
  for (int i = 0; drive_keys[i]; i++)
    if (tree_member(group, drive_keys[i]) && found++ == 0)
      *target = i;
  if (found > 1)
    input_error(reader, group, NULL, "must have one of source, light and surroundings only");
  if (found != 1)
    return false;
  const char *key = drive_keys[*target], *name = member_string(reader, group, key);
  if (*target == DRIVE_SOURCE)
    *index = build_source(reader, group, key, &spec->circuit);
  else if (name)
    *index = build_index(reader, tree_member(group, key), "device", name, spec->devices,
                         sizeof *spec->devices, spec->n_devices);
  return name && *index >= 0 && is_driven(reader, group, spec, *target, *index);
}

static enum hd_status read_drive(struct reader *reader, const struct node *group,
                                 const struct run_spec *spec, struct drive_spec *drive) {
  drive->index = -1;
  if (!section_enter(reader, group, SECTION_DRIVE))
    return HD_OK;
  size_t before = reader->err->count;
  bool good = build_target(reader, group, spec, &drive->target, &drive->index);
  if (!good && reader->err->count == before)
    input_error(reader, group, "source", "is missing. Name of the source (or light, surroundings)");
  const struct node *waveform = member_group(reader, group, "waveform");
  if (!tree_member(group, "waveform"))
    input_error(reader, group, "waveform", "is missing. What the source does");
  return good ? build_waveform(reader, waveform, drive_unit(spec, drive->target, drive->index),
                               &drive->waveform)
              : HD_OK;
}

const char *drive_name(const struct run_spec *spec, int target, int index) {
  return target == DRIVE_SOURCE ? spec->circuit.elements[index].name : spec->devices[index].name;
}

/** Is it among the first n drives? */
static bool is_driven_before(const struct drive_spec *drives, size_t n, int target, int index) {
  for (size_t i = 0; i < n; i++)
    if (drives[i].target == target && drives[i].index == index)
      return true;
  return false;
}

/** Waveforms of one experiment. */
enum hd_status build_drives(struct reader *reader, const struct node *group,
                            const struct run_spec *spec, struct experiment_spec *experiment) {
  const struct node *list = member_list(reader, group, "drive");
  TRY(build_list(reader, list, sizeof *experiment->drives, &experiment->drives,
                 &experiment->n_drives));
  for (size_t i = 0; i < experiment->n_drives; i++) {
    struct drive_spec *drive = &experiment->drives[i];
    TRY(read_drive(reader, list->children[i], spec, drive));
    if (drive->index >= 0 && is_driven_before(experiment->drives, i, drive->target, drive->index))
      input_error(reader, list->children[i], drive_keys[drive->target], "%s is driven twice",
                  drive_name(spec, drive->target, drive->index));
  }
  return HD_OK;
}
