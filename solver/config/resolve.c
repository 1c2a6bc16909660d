/* Writing of the complete input: materials, devices, circuit, experiments. */
#include "solver/config/resolve.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "solver/base/memory.h"
#include "solver/config/build.h"

enum { NUMBERS_PER_LINE = 6 };

/** "key = \"text\";" with what must be escaped. */
void resolve_string(FILE *file, int indent, const char *key, const char *text) {
  fprintf(file, "%*s%s = ", indent, "", key);
  write_string(file, text);
  fputs(";\n", file);
}

/** [a, b, ...], a few numbers a line. */
void resolve_array(FILE *file, int indent, const char *name, const double *values, size_t count) {
  if (count == 0)
    return;
  fprintf(file, "%*s%s = [", indent, "", name);
  for (size_t i = 0; i < count; i++) {
    write_number(file, values[i]);
    if (i + 1 < count)
      fputs(i % NUMBERS_PER_LINE == NUMBERS_PER_LINE - 1 ? ",\n" : ", ", file);
  }
  fputs("];\n", file);
}

/** ( [x, y], ... ), one pair a line. */
void resolve_points(FILE *file, int indent, const char *name, const double *x, const double *y,
                    size_t count) {
  fprintf(file, "%*s%s = (\n", indent, "", name);
  for (size_t i = 0; i < count; i++) {
    fprintf(file, "%*s[", indent + 2, "");
    write_number(file, x[i]);
    fputs(", ", file);
    write_number(file, y[i]);
    fputs(i + 1 < count ? "],\n" : "]\n", file);
  }
  fprintf(file, "%*s);\n", indent, "");
}

/** One waveform as a group. A file becomes its points, so that the text stands alone. */
void resolve_waveform(FILE *file, int indent, const char *name, const struct waveform *waveform,
                      const char *unit) {
  char keys[KEYS];
  struct table table = section_table(SECTION_WAVEFORM, 0);
  struct waveform copy = *waveform;
  if (copy.kind == WAVEFORM_FILE)
    copy.kind = WAVEFORM_PWL;
  table.keys = build_keys(keys, "type", waveform_table[copy.kind].keys);
  table.value_unit = unit;
  fprintf(file, "%*s%s = {\n", indent, "", name);
  table_write(file, indent + 2, &table, &copy);
  if (copy.kind == WAVEFORM_PWL)
    resolve_points(file, indent + 2, "points", copy.time, copy.value, copy.n_points);
  fprintf(file, "%*s};\n", indent, "");
}

/** Every material once, whatever the number of devices that use it. */
static void write_materials(FILE *file, const struct run_spec *spec) {
  struct table table = section_table(SECTION_MATERIAL, 0);
  const char *separator = "";
  fputs("materials = (\n", file);
  for (size_t d = 0; d < spec->n_devices; d++)
    for (size_t m = 0; m < spec->devices[d].n_materials; m++) {
      const struct material *material = &spec->devices[d].materials[m];
      bool before = false;
      for (size_t e = 0; e < d; e++)
        for (size_t n = 0; n < spec->devices[e].n_materials; n++)
          before = before || strcmp(spec->devices[e].materials[n].name, material->name) == 0;
      if (before)
        continue;
      fprintf(file, "%s  {\n", separator);
      table_write(file, 4, &table, material);
      fputs("  }", file);
      separator = ",\n";
    }
  fputs("\n);\n\n", file);
}

static void write_element(FILE *file, const struct run_spec *spec, const struct element *element) {
  char keys[KEYS];
  const struct element_law *law = &element_table[element->kind];
  struct table table = section_table(SECTION_ELEMENT, 0);
  table.keys = build_keys(keys, "name type", law->keys);
  table.value_unit = law->value_unit;
  table.initial_unit = law->initial_unit;
  table_write(file, 4, &table, element);
  fprintf(file, "    nets = [\"%s\", \"%s\"];\n", spec->circuit.nets[element->net[0]],
          spec->circuit.nets[element->net[1]]);
  if (law->has_waveform)
    resolve_waveform(file, 4, "waveform", &element->waveform, law->value_unit);
}

/** Elements, then devices: the order in which they are read. */
static void write_circuit(FILE *file, const struct run_spec *spec) {
  const struct circuit_spec *circuit = &spec->circuit;
  fputs("circuit = (\n", file);
  for (size_t i = 0; i < circuit->n_elements; i++) {
    fputs("  {\n", file);
    write_element(file, spec, &circuit->elements[i]);
    fputs("  },\n", file);
  }
  for (size_t i = 0; i < circuit->n_instances; i++) {
    const struct device_spec *device = &spec->devices[circuit->instances[i].device];
    fprintf(file, "  {\n    type = \"device\";\n    name = \"%s\";\n    terminals = {\n",
            device->name);
    for (size_t j = 0; j < device->n_contacts; j++)
      fprintf(file, "      %s = \"%s\";\n", device->contacts[j].name,
              circuit->nets[circuit->instances[i].net[j]]);
    fprintf(file, "    };\n  }%s\n", i + 1 < circuit->n_instances ? "," : "");
  }
  fputs(");\n\n", file);
}

static void write_drives(FILE *file, const struct run_spec *spec,
                         const struct experiment_spec *experiment) {
  if (experiment->n_drives == 0)
    return;
  fputs("    drive = (\n", file);
  for (size_t i = 0; i < experiment->n_drives; i++) {
    const struct drive_spec *drive = &experiment->drives[i];
    fputs("      {\n", file);
    resolve_string(file, 8, drive_keys[drive->target],
                   drive_name(spec, drive->target, drive->index));
    resolve_waveform(file, 8, "waveform", &drive->waveform,
                     drive_unit(spec, drive->target, drive->index));
    fprintf(file, "      }%s\n", i + 1 < experiment->n_drives ? "," : "");
  }
  fputs("    );\n", file);
}

static void write_spikes(FILE *file, const struct run_spec *spec,
                         const struct experiment_spec *experiment) {
  const struct spike_spec *spike = &experiment->spike;
  struct table table = section_table(SECTION_SPIKES, 0);
  if (!spike->enabled)
    return;
  const struct device_spec *device =
      &spec->devices[spec->circuit.instances[spike->instance].device];
  fputs("    spikes = {\n", file);
  resolve_string(file, 6, "device", device->name);
  resolve_string(file, 6, "terminal", device->contacts[spike->terminal].name);
  resolve_string(file, 6, "source", spec->circuit.elements[spike->source].name);
  if (spike->capacitor >= 0)
    resolve_string(file, 6, "capacitor", spec->circuit.elements[spike->capacitor].name);
  table_write(file, 6, &table, experiment);
  fputs("    };\n", file);
}

static void write_spectrum(FILE *file, const struct run_spec *spec,
                           const struct spectrum_spec *spectrum) {
  if (spectrum->source >= 0)
    resolve_string(file, 4, "source", spec->circuit.elements[spectrum->source].name);
  else
    resolve_string(file, 4, "net", spec->circuit.nets[spectrum->net]);
  fputs("    frequency = {\n", file);
  resolve_array(file, 6, "values", spectrum->frequencies, spectrum->n_frequencies);
  fputs("    };\n", file);
}

static void write_curve(FILE *file, const struct run_spec *spec,
                        const struct experiment_spec *experiment) {
  bool key = experiment->sweep_source < 0;
  const struct element *source = &spec->circuit.elements[key ? 0 : experiment->sweep_source];
  struct table ends = section_table(SECTION_EXPERIMENT, 1), table = section_table(SECTION_CURVE, 0);
  const struct sweep_input input = {.from = experiment->curve.from, .to = experiment->curve.to};
  ends.keys = "from to";
  ends.value_unit = table.value_unit =
      key ? experiment->curve.unit : element_table[source->kind].value_unit;
  resolve_string(file, 4, key ? "key" : "source", key ? experiment->curve.key : source->name);
  table_write(file, 4, &ends, &input);
  fputs("    curve = {\n", file);
  table_write(file, 6, &table, experiment);
  fputs("    };\n", file);
}

static void write_protocol(FILE *file, const struct run_spec *spec,
                           const struct protocol_spec *protocol) {
  struct table table = section_table(SECTION_PROTOCOL, 0);
  const struct protocol_law *law = &protocol_table[protocol->kind];
  const struct device_spec *device =
      &spec->devices[spec->circuit.instances[protocol->instance].device];
  char keys[KEYS];
  table.keys = build_keys(keys, "type", law->keys);
  table.value_unit = drive_unit(spec, protocol->target, protocol->index);
  fputs("    protocol = {\n", file);
  table_write(file, 6, &table, protocol);
  resolve_string(file, 6, drive_keys[protocol->target],
                 drive_name(spec, protocol->target, protocol->index));
  resolve_string(file, 6, "device", device->name);
  resolve_string(file, 6, "terminal", device->contacts[protocol->terminal].name);
  if (law->list)
    resolve_array(file, 6, law->list, protocol->values, protocol->n_values);
  fputs("    };\n", file);
}

/** One experiment; a series as the one entry that it is in the input. */
static void write_experiment(FILE *file, const struct run_spec *spec,
                             const struct experiment_spec *member) {
  struct experiment_spec whole = *member, *experiment = &whole;
  struct table table = section_table(SECTION_EXPERIMENT, 0);
  struct table fields = section_table(SECTION_FIELDS, 0);
  bool transient = experiment->type == EXPERIMENT_TRANSIENT;
  bool protocol = experiment->protocol.enabled;
  if (protocol)
    memcpy(whole.name, member->protocol.name, sizeof whole.name);
  table.keys = transient && !protocol                     ? "name type start duration frozen_ions"
               : experiment_is_spectrum(experiment->type) ? "name type start frozen_ions hold_ions"
                                                          : "name type start frozen_ions";
  table_write(file, 4, &table, experiment);
  write_drives(file, spec, experiment);
  if (experiment->type == EXPERIMENT_DC_SWEEP) {
    resolve_string(file, 4, "source", spec->circuit.elements[experiment->sweep_source].name);
    resolve_array(file, 4, "values", experiment->values, experiment->n_values);
  }
  if (experiment_is_spectrum(experiment->type))
    write_spectrum(file, spec, &experiment->spectrum);
  if (experiment->type == EXPERIMENT_CONTINUATION)
    write_curve(file, spec, experiment);
  if (transient) {
    fprintf(file, "    output = {\n      every_step = %s;\n",
            experiment->every_step ? "true" : "false");
    resolve_array(file, 6, "times", experiment->times, experiment->n_times);
    fputs("    };\n", file);
  }
  fputs("    fields = {\n", file);
  table_write(file, 6, &fields, experiment);
  if (transient)
    resolve_array(file, 6, "times", experiment->field_times, experiment->n_field_times);
  fputs("    };\n", file);
  write_spikes(file, spec, experiment);
  if (protocol)
    write_protocol(file, spec, &experiment->protocol);
}

static void write_devices(FILE *file, const struct run_spec *spec) {
  fputs("devices = (\n", file);
  for (size_t i = 0; i < spec->n_devices; i++) {
    fputs("  {\n", file);
    resolve_device(file, 4, &spec->devices[i]);
    fprintf(file, "  }%s\n", i + 1 < spec->n_devices ? "," : "");
  }
  fputs(");\n\n", file);
}

static void write_group(FILE *file, enum section_id id, const void *object) {
  struct table table = section_table(id, 0);
  fprintf(file, "%s = {\n", sections[id].path);
  table_write(file, 2, &table, object);
  fputs("};\n\n", file);
}

static void write_sensitivity(FILE *file, const struct sensitivity_spec *sensitivity) {
  if (sensitivity->n == 0)
    return;
  fputs("sensitivity = {\n  parameters = [\n", file);
  for (size_t i = 0; i < sensitivity->n; i++) {
    fputs("    ", file);
    write_string(file, sensitivity->parameters[i]);
    fputs(i + 1 < sensitivity->n ? ",\n" : "\n", file);
  }
  fputs("  ];\n};\n\n", file);
}

static void write_run(FILE *file, const struct run_spec *spec) {
  struct table root = section_table(SECTION_ROOT, 0);
  fputs("// The complete input of one run: every value, SI units (energies in eV).\n", file);
  if (spec->title[0])
    resolve_string(file, 0, "title", spec->title);
  table_write(file, 0, &root, spec);
  fputc('\n', file);
  write_group(file, SECTION_CONSTANTS, &spec->constants);
  write_group(file, SECTION_SOLVER, &spec->solver);
  write_group(file, SECTION_CHECKPOINT, &spec->checkpoint);
  write_group(file, SECTION_STOCHASTIC, &spec->stochastic);
  write_sensitivity(file, &spec->sensitivity);
  write_materials(file, spec);
  write_devices(file, spec);
  write_circuit(file, spec);
  fputs("experiments = (\n", file);
  const char *separator = "";
  for (size_t i = 0; i < spec->n_experiments; i++) {
    if (spec->experiments[i].protocol.part > 0)
      continue;
    fprintf(file, "%s  {\n", separator);
    write_experiment(file, spec, &spec->experiments[i]);
    fputs("  }", file);
    separator = ",\n";
  }
  fputs("\n);\n", file);
}

/** FNV-1a, 64 bits. Source: Fowler, Noll & Vo, draft-eastlake-fnv. */
void resolve_hash(const char *text, char hash[HASH_HEX]) {
  uint64_t sum = UINT64_C(14695981039346656037);
  for (; *text; text++)
    sum = (sum ^ (unsigned char)*text) * UINT64_C(1099511628211);
  snprintf(hash, HASH_HEX, "%016llx", (unsigned long long)sum);
}

/** Write the input that gives this spec. */
enum hd_status resolve_text(const struct run_spec *spec, char **text, char hash[HASH_HEX],
                            struct hd_error *err) {
  size_t length = 0;
  *text = NULL;
  FILE *file = open_memstream(text, &length);
  if (!file)
    return hd_fail(err, HD_MEMORY, "out of memory: the resolved input could not be written");
  write_run(file, spec);
  if (fclose(file) != 0) {
    hd_free(text);
    return hd_fail(err, HD_MEMORY, "out of memory: the resolved input could not be written");
  }
  resolve_hash(*text, hash);
  return HD_OK;
}
