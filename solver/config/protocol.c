#include "solver/protocol.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include "solver/config/build.h"

static const struct node *protocol_group(const struct node *group) {
  const struct node *node = group->kind == NODE_GROUP ? tree_member(group, "protocol") : NULL;
  return node && node->kind == NODE_GROUP ? node : NULL;
}

/** Lists of the values of a series; whichever is there counts. */
size_t build_protocol_members(const struct node *group) {
  const struct node *protocol = protocol_group(group);
  for (size_t i = 0; protocol && i < protocol_table_count; i++) {
    const struct node *list =
        protocol_table[i].list ? tree_member(protocol, protocol_table[i].list) : NULL;
    if (list && list->n_children > 1)
      return list->n_children;
  }
  return 1;
}

/** What is driven: what the input says, or the only one there is. */
static bool find_target(struct reader *reader, const struct node *group,
                        const struct run_spec *spec, struct protocol_spec *protocol) {
  size_t before = reader->err->count;
  bool heats = protocol->kind == PROTOCOL_TEMPERATURE_RAMP;
  bool found = build_target(reader, group, spec, &protocol->target, &protocol->index);
  if (!found && reader->err->count == before) {
    protocol->target = heats ? DRIVE_SURROUNDINGS : DRIVE_SOURCE;
    protocol->index = !heats ? build_only_element(&spec->circuit, ELEMENT_VOLTAGE_SOURCE)
                      : spec->n_devices == 1 ? 0
                                             : -1;
    if (protocol->index < 0)
      input_error(reader, group, drive_keys[protocol->target], "is missing. What is driven");
    else if (heats && spec->devices[0].heat.kind == HEAT_NONE)
      input_error(reader, group, "type", "device %s has no `heat`, a temperature_ramp needs it",
                  spec->devices[0].name);
  } else if (found && heats != (protocol->target == DRIVE_SURROUNDINGS)) {
    input_error(reader, tree_member(group, drive_keys[protocol->target]), NULL,
                heats ? "a temperature_ramp drives the surroundings of a device only"
                      : "is for type \"temperature_ramp\" only");
  }
  return reader->err->count == before;
}

/** Values of the series, and no list of another protocol. */
static enum hd_status read_series(struct reader *reader, const struct node *group,
                                  const struct table *table, struct protocol_spec *protocol) {
  const struct protocol_law *law = &protocol_table[protocol->kind];
  char unit[HD_NAME];
  for (size_t i = 0; i < protocol_table_count; i++) {
    const char *key = protocol_table[i].list;
    const struct node *list = key ? tree_member(group, key) : NULL;
    bool first = key != NULL;
    for (size_t j = 0; j < i; j++)
      first = first && !(protocol_table[j].list && strcmp(protocol_table[j].list, key) == 0);
    if (first && list && !(law->list && strcmp(law->list, key) == 0))
      input_error(reader, list, NULL, "is not read by type \"%s\"; leave it out", law->name);
  }
  if (!law->list)
    return HD_OK;
  const struct node *list = tree_member(group, law->list);
  if (!list || list->n_children == 0) {
    input_error(reader, group, law->list, "is missing. One experiment is made for each value");
    return HD_OK;
  }
  const struct param row = {.kind = PARAM_QUANTITY, .unit = law->list_unit};
  table_unit(table, &row, unit);
  TRY(quantity_array(reader, list, unit, &protocol->values, &protocol->n_values));
  for (size_t i = 0; i < protocol->n_values; i++)
    if (!(protocol->values[i] > 0.0))
      input_error(reader, list->children[i], NULL, "got %g, must be > 0", protocol->values[i]);
  return HD_OK;
}

/** Values that this protocol cannot do without; scans and ramps need a way to go. */
static void check_values(struct reader *reader, const struct node *group,
                         const struct protocol_spec *protocol) {
  const struct protocol_law *law = &protocol_table[protocol->kind];
  for (size_t i = 0; i < protocol_params_count; i++)
    if (table_uses(law->needs, protocol_params[i].key) &&
        !tree_member(group, protocol_params[i].key))
      input_error(reader, group, protocol_params[i].key, "is missing. %s", protocol_params[i].doc);
  if (protocol->high == protocol->low)
    input_error(reader, tree_member(group, "high"), NULL, "got %g, must differ from low",
                protocol->high);
}

enum hd_status build_protocol(struct reader *reader, const struct node *group,
                              const struct run_spec *spec, size_t part,
                              struct experiment_spec *experiment) {
  const struct node *node = member_group(reader, group, "protocol");
  struct protocol_spec *protocol = &experiment->protocol;
  struct table table = section_table(SECTION_PROTOCOL, 0);
  size_t before = reader->err->count;
  char keys[KEYS];
  if (!node)
    return HD_OK;
  if (experiment->type != EXPERIMENT_TRANSIENT) {
    input_error(reader, node, NULL, "is for transients only");
    return HD_OK;
  }
  table.keys = "type";
  TRY(table_read(reader, node, &table, protocol));
  if (reader->err->count > before)
    return HD_OK;
  table.keys = build_keys(keys, "type", protocol_table[protocol->kind].keys);
  section_refuse_unknown(reader, node, SECTION_PROTOCOL, table.keys);
  if (!find_target(reader, node, spec, protocol))
    return HD_OK;
  table.keys = NULL; /* defaults of all */
  table.value_unit = drive_unit(spec, protocol->target, protocol->index);
  TRY(table_read(reader, node, &table, protocol));
  build_watched(reader, node, spec, &protocol->instance, &protocol->terminal);
  TRY(read_series(reader, node, &table, protocol));
  check_values(reader, node, protocol);
  for (size_t i = 0; i < experiment->n_drives; i++)
    if (experiment->drives[i].target == protocol->target &&
        experiment->drives[i].index == protocol->index)
      input_error(reader, group, "drive", "drives %s, which the protocol drives",
                  drive_name(spec, protocol->target, protocol->index));
  if (reader->err->count > before)
    return HD_OK;
  protocol->enabled = true;
  protocol->part = part;
  protocol->kT = run_thermal_voltage(spec);
  protocol->per_kelvin = spec->constants.k / spec->constants.q;
  memcpy(protocol->name, experiment->name, sizeof protocol->name);
  if (protocol->n_values > 1)
    snprintf(experiment->name, sizeof experiment->name, "%.50s_%zu", protocol->name, part + 1);
  TRY(protocol_prepare(protocol, reader->err));
  experiment->duration = protocol_duration(protocol);
  return HD_OK;
}
