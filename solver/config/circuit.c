#include <ctype.h>
#include <string.h>
#include "solver/base/memory.h"
#include "solver/config/build.h"
#include "solver/config/suggest.h"

enum { GROUND = 0 };

static bool is_ground(const char *name) {
  return strcmp(name, "gnd") == 0 || strcmp(name, "0") == 0 || strcmp(name, "ground") == 0 ||
         strcmp(name, "GND") == 0;
}

/** Index of a net; a new name makes a new net. */
static enum hd_status net_index(struct reader *reader, struct circuit_spec *circuit,
                                const char *name, int *index) {
  *index = GROUND;
  if (circuit->n_nets == 0) {
    TRY(hd_alloc(&circuit->nets, 1, HD_NAME, reader->err));
    memcpy(circuit->nets[circuit->n_nets++], "gnd", 4);
  }
  if (is_ground(name))
    return HD_OK;
  for (size_t i = 1; i < circuit->n_nets; i++)
    if (strcmp(circuit->nets[i], name) == 0) {
      *index = (int)i;
      return HD_OK;
    }
  TRY(hd_resize(&circuit->nets, circuit->n_nets + 1, HD_NAME, reader->err));
  *index = (int)circuit->n_nets++;
  snprintf(circuit->nets[*index], HD_NAME, "%s", name);
  return HD_OK;
}

/** Net named by a string of the input. */
static enum hd_status read_net(struct reader *reader, const struct node *node,
                               struct circuit_spec *circuit, int *index) {
  *index = -1;
  bool good = node->kind == NODE_STRING && node->text[0] && strlen(node->text) < HD_NAME;
  for (const char *c = good ? node->text : ""; *c; c++)
    good = good && (isalnum((unsigned char)*c) || strchr("_-+", *c));
  if (!good) {
    input_error(reader, node, NULL,
                "must be the name of a net in quotes (letters, digits, _, -, +)");
    return HD_OK;
  }
  return net_index(reader, circuit, node->text, index);
}

static enum hd_status read_nets(struct reader *reader, const struct node *group,
                                struct circuit_spec *circuit, struct element *element) {
  const struct node *nets = member_list(reader, group, "nets");
  if (!nets || nets->n_children != 2) {
    if (nets || !tree_member(group, "nets"))
      input_error(reader, nets ? nets : group, nets ? NULL : "nets",
                  "must be the two nets of the element [\"from\", \"to\"]");
    return HD_OK;
  }
  for (size_t i = 0; i < 2; i++)
    TRY(read_net(reader, nets->children[i], circuit, &element->net[i]));
  if (element->net[0] == element->net[1] && element->net[0] >= 0)
    input_error(reader, nets, NULL, "ties both ends to the same net");
  return HD_OK;
}

static enum hd_status read_element(struct reader *reader, const struct node *group,
                                   struct circuit_spec *circuit, struct element *element) {
  char keys[KEYS];
  struct table table = section_table(SECTION_ELEMENT, 0);
  const struct node *waveform = member_group(reader, group, "waveform");
  size_t before = reader->err->count;
  table.keys = "name type";
  TRY(table_read(reader, group, &table, element));
  if (reader->err->count > before)
    return HD_OK;
  const struct element_law *law = &element_table[element->kind];
  table.keys = build_keys(keys, "name type", law->keys);
  table.value_unit = law->value_unit;
  table.initial_unit = law->initial_unit;
  section_refuse_unknown(reader, group, SECTION_ELEMENT, table.keys);
  TRY(table_read(reader, group, &table, element));
  if (table_uses(law->keys, "value") && !tree_member(group, "value"))
    input_error(reader, group, "value", "is missing: a %s needs it (%s)", law->name,
                law->value_unit);
  TRY(read_nets(reader, group, circuit, element));
  if (waveform && !law->has_waveform)
    input_error(reader, waveform, NULL, "is not read: a %s is not driven", law->name);
  return build_waveform(reader, law->has_waveform ? waveform : NULL, law->value_unit,
                        &element->waveform);
}

/** Tie the contacts of a device to nets. */
static enum hd_status read_terminals(struct reader *reader, const struct node *group,
                                     const struct device_spec *device, struct circuit_spec *circuit,
                                     int *net) {
  const struct node *terminals = member_group(reader, group, "terminals");
  for (size_t i = 0; i < device->n_contacts; i++)
    net[i] = -1;
  if (!terminals) {
    if (!tree_member(group, "terminals"))
      input_error(reader, group, "terminals", "is missing. { contact = \"net\"; ... }");
    return HD_OK;
  }
  if (device->n_contacts == 0)
    return HD_OK; /* said before */
  for (size_t i = 0; i < terminals->n_children; i++) {
    const struct node *one = terminals->children[i];
    int index = build_index(reader, one, "contact", one->name, device->contacts,
                            sizeof *device->contacts, device->n_contacts);
    int tied;
    TRY(read_net(reader, one, circuit, &tied));
    if (index >= 0)
      net[index] = tied;
  }
  for (size_t i = 0; i < device->n_contacts; i++)
    if (device->contacts[i].name[0] && !tree_member(terminals, device->contacts[i].name))
      input_error(reader, terminals, device->contacts[i].name,
                  "is missing: every contact must be tied to a net");
  return HD_OK;
}

static enum hd_status read_instance(struct reader *reader, const struct node *group,
                                    const struct run_spec *spec, struct circuit_spec *circuit,
                                    struct device_instance *instance) {
  section_refuse_unknown(reader, group, SECTION_DEVICE_ELEMENT, NULL);
  const char *name = member_string(reader, group, "name");
  instance->device = -1;
  if (!name && spec->n_devices == 1 && !tree_member(group, "name"))
    instance->device = 0;
  else if (name)
    instance->device = build_index(reader, tree_member(group, "name"), "device", name,
                                   spec->devices, sizeof *spec->devices, spec->n_devices);
  else if (!tree_member(group, "name"))
    input_error(reader, group, "name", "is missing. Name of the device");
  if (instance->device < 0)
    return HD_OK;
  const struct device_spec *device = &spec->devices[instance->device];
  TRY(hd_alloc(&instance->net, device->n_contacts, sizeof *instance->net, reader->err));
  return read_terminals(reader, group, device, circuit, instance->net);
}

static bool is_device(const struct node *group) {
  const struct node *type = tree_member(group, "type");
  return type && type->kind == NODE_STRING && strcmp(type->text, "device") == 0;
}

/** Elements first, then devices: nets get the same order from an input and from resolved.cfg. */
static enum hd_status read_list(struct reader *reader, const struct node *list,
                                struct run_spec *spec) {
  struct circuit_spec *circuit = &spec->circuit;
  size_t room;
  TRY(build_list(reader, list, sizeof *circuit->elements, &circuit->elements, &room));
  TRY(build_list(reader, list, sizeof *circuit->instances, &circuit->instances, &room));
  for (size_t i = 0; i < list->n_children; i++) {
    const struct node *one = list->children[i];
    if (one->kind != NODE_GROUP)
      input_error(reader, one, NULL, "is %s, must be a group { }", tree_kind_name(one->kind));
    if (one->kind != NODE_GROUP || is_device(one))
      continue;
    struct element *element = &circuit->elements[circuit->n_elements++];
    element->net[0] = element->net[1] = -1;
    TRY(read_element(reader, one, circuit, element));
  }
  for (size_t i = 0; i < list->n_children; i++)
    if (is_device(list->children[i]))
      TRY(read_instance(reader, list->children[i], spec, circuit,
                        &circuit->instances[circuit->n_instances++]));
  return HD_OK;
}

/** Element names must differ from one another. */
static void check_names(struct reader *reader, const struct node *list,
                        const struct circuit_spec *circuit) {
  for (size_t i = 0; i < circuit->n_elements; i++)
    for (size_t j = 0; j < i; j++)
      if (circuit->elements[i].name[0] &&
          strcmp(circuit->elements[i].name, circuit->elements[j].name) == 0)
        input_error(reader, list, NULL, "two elements have the name \"%s\"",
                    circuit->elements[i].name);
}

/** Every device must be in the circuit, and only once: output names follow the device. */
static void check_instances(struct reader *reader, const struct node *list,
                            const struct run_spec *spec) {
  for (size_t d = 0; d < spec->n_devices; d++) {
    size_t uses = 0;
    for (size_t i = 0; i < spec->circuit.n_instances; i++)
      uses += spec->circuit.instances[i].device == (int)d;
    if (uses != 1)
      input_error(reader, list, NULL, "device \"%s\" is there %zu times, must be there once",
                  spec->devices[d].name, uses);
  }
}

/** Ends tied to a net, and whether one can walk from it to ground through elements and devices. */
struct net_state {
  size_t ends;
  bool grounded;
};

static bool join(struct net_state *nets, int a, int b) {
  if (a < 0 || b < 0 || nets[a].grounded == nets[b].grounded)
    return false;
  nets[a].grounded = nets[b].grounded = true;
  return true;
}

/** Spread "grounded" once along everything; true when something changed. */
static bool spread(const struct run_spec *spec, struct net_state *nets) {
  const struct circuit_spec *circuit = &spec->circuit;
  bool changed = false;
  for (size_t i = 0; i < circuit->n_elements; i++)
    changed = join(nets, circuit->elements[i].net[0], circuit->elements[i].net[1]) || changed;
  for (size_t i = 0; i < circuit->n_instances; i++) {
    const struct device_instance *one = &circuit->instances[i];
    size_t n = one->device >= 0 ? spec->devices[one->device].n_contacts : 0;
    for (size_t j = 1; j < n; j++)
      changed = join(nets, one->net[0], one->net[j]) || changed;
    for (size_t j = n; j-- > 1;)
      changed = join(nets, one->net[j], one->net[j - 1]) || changed;
  }
  return changed;
}

static void count_ends(const struct run_spec *spec, struct net_state *nets) {
  const struct circuit_spec *circuit = &spec->circuit;
  for (size_t i = 0; i < circuit->n_elements; i++)
    for (int end = 0; end < 2; end++)
      if (circuit->elements[i].net[end] >= 0)
        nets[circuit->elements[i].net[end]].ends++;
  for (size_t i = 0; i < circuit->n_instances; i++) {
    const struct device_instance *one = &circuit->instances[i];
    for (size_t j = 0; one->device >= 0 && j < spec->devices[one->device].n_contacts; j++)
      if (one->net[j] >= 0)
        nets[one->net[j]].ends++;
  }
}

/** A ground, no net with a single end, no net without a way to ground. */
static enum hd_status check_nets(struct reader *reader, const struct node *list,
                                 const struct run_spec *spec) {
  struct net_state *nets = NULL;
  TRY(hd_alloc(&nets, spec->circuit.n_nets, sizeof *nets, reader->err));
  count_ends(spec, nets);
  nets[GROUND].grounded = true;
  while (spread(spec, nets)) {
  }
  if (nets[GROUND].ends == 0)
    input_error(reader, list, NULL, "has no ground: one net must be \"gnd\"");
  for (size_t i = 1; i < spec->circuit.n_nets; i++) {
    struct suggest suggest = {.wanted = spec->circuit.nets[i]};
    char near[128];
    for (size_t j = 0; j < spec->circuit.n_nets; j++)
      if (j != i)
        suggest_offer(&suggest, spec->circuit.nets[j]);
    if (nets[i].ends < 2)
      input_error(reader, list, NULL, "net \"%s\" floats: only one end is tied to it%s",
                  spec->circuit.nets[i], suggest_text(&suggest, near));
    else if (!nets[i].grounded && nets[GROUND].ends > 0)
      input_error(reader, list, NULL, "net \"%s\" has no way to ground", spec->circuit.nets[i]);
  }
  hd_free(&nets);
  return HD_OK;
}

/** A voltage source V from ground to the last contact; the first contact is grounded. */
static enum hd_status default_circuit(struct reader *reader, struct run_spec *spec) {
  struct circuit_spec *circuit = &spec->circuit;
  const struct device_spec *device = spec->devices;
  if (spec->n_devices != 1 || device->n_contacts != 2) {
    if (spec->n_devices >= 1 && device->n_contacts >= 1)
      input_error(reader, reader->root, "circuit",
                  "is missing: only one device with two contacts can do without");
    return HD_OK;
  }
  TRY(hd_alloc(&circuit->elements, 1, sizeof *circuit->elements, reader->err));
  TRY(hd_alloc(&circuit->instances, 1, sizeof *circuit->instances, reader->err));
  TRY(hd_alloc(&circuit->instances[0].net, 2, sizeof(int), reader->err));
  circuit->n_elements = circuit->n_instances = 1;
  struct element *source = &circuit->elements[0];
  struct table table = section_table(SECTION_ELEMENT, 0);
  table_defaults(&table, source);
  memcpy(source->name, "V", 2);
  source->kind = ELEMENT_VOLTAGE_SOURCE;
  TRY(build_waveform(reader, NULL, "V", &source->waveform));
  int *net = circuit->instances[0].net;
  const char *name = device->contacts[1].name;
  TRY(net_index(reader, circuit, name[0] && !is_ground(name) ? name : "driven", &net[1]));
  source->net[0] = net[1];
  source->net[1] = net[0] = GROUND;
  return HD_OK;
}

/** Nets, elements, devices in the circuit. */
enum hd_status build_circuit(struct reader *reader, const struct node *root,
                             struct run_spec *spec) {
  const struct node *list = member_list(reader, root, "circuit");
  if (!list)
    return tree_member(root, "circuit") ? HD_OK : default_circuit(reader, spec);
  size_t before = reader->err->count;
  int ground;
  TRY(net_index(reader, &spec->circuit, "gnd", &ground));
  TRY(read_list(reader, list, spec));
  check_names(reader, list, &spec->circuit);
  if (reader->err->count > before)
    return HD_OK; /* nets that could not be read would only look as if they floated */
  check_instances(reader, list, spec);
  return check_nets(reader, list, spec);
}
