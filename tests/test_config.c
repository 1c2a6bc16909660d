#include "solver/config/config.h"

#include <check.h>
#include <glob.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "solver/base/memory.h"
#include "solver/config/catalogue.h"
#include "solver/config/sections.h"

/* A small input that is right; tests change one thing. */
static const char device_text[] =
    "device = {\n"
    "  layers = ({ material = \"silicon\"; thickness = \"40 nm\"; });\n"
    "  contacts = (\n"
    "    { name = \"left\"; at = \"x_min\"; ohmic = true; },\n"
    "    { name = \"right\"; at = \"x_max\"; ohmic = true; }\n"
    "  );\n"
    "};\n";
static const char experiment_text[] =
    "experiments = ({ name = \"rest\"; type = \"equilibrium\"; });\n";

static void write_file(const char *name, const char *a, const char *b) {
  FILE *file = fopen(name, "w");
  ck_assert_ptr_nonnull(file);
  fputs(a, file);
  fputs(b, file);
  fclose(file);
}

/** What one reading gave. */
struct reading {
  struct config *config;
  struct run_spec spec;
  struct hd_error err;
  enum hd_status status;
};

static void reading_free(struct reading *reading) {
  run_spec_free(&reading->spec);
  config_free(&reading->config);
}

static struct reading read_file(const char *name, const char *const *sets) {
  struct reading reading = {.config = NULL};
  reading.status = config_read(&reading.config, &reading.spec, name, sets, &reading.err);
  return reading;
}

static struct reading read_text(const char *a, const char *b, const char *const *sets) {
  write_file("input.cfg", a, b);
  return read_file("input.cfg", sets);
}

static struct reading read_good(const char *name, const char *const *sets) {
  struct reading reading = read_file(name, sets);
  ck_assert_msg(reading.status == HD_OK, "%s", reading.err.text);
  return reading;
}

static char *resolved_text(const struct reading *reading) {
  char *text = NULL;
  size_t length = 0;
  FILE *file = open_memstream(&text, &length);
  ck_assert_ptr_nonnull(file);
  ck_assert_int_eq(config_write_resolved(reading->config, file, NULL), HD_OK);
  fclose(file);
  return text;
}

/* ---- shipped inputs ---- */

static const char *const shipped[] = {HALIDRIFT_ROOT "/inputs/devices/*.cfg",
                                      HALIDRIFT_ROOT "/inputs/tutorial/*.cfg",
                                      HALIDRIFT_ROOT "/validation/*/*.cfg"};

START_TEST(resolved_is_a_fixed_point_of_every_shipped_input) {
  glob_t found;
  ck_assert_int_eq(glob(shipped[_i], 0, NULL, &found), 0);
  for (size_t i = 0; i < found.gl_pathc; i++) {
    struct reading first = read_good(found.gl_pathv[i], NULL);
    char *text = resolved_text(&first);
    write_file("resolved.cfg", text, "");
    struct reading second = read_good("resolved.cfg", NULL);
    char *again = resolved_text(&second);
    ck_assert_msg(strcmp(text, again) == 0, "%s", found.gl_pathv[i]);
    ck_assert_str_eq(config_hash(first.config), config_hash(second.config));
    ck_assert_msg(!strstr(text, "base ="), "%s still needs the library", found.gl_pathv[i]);
    free(text);
    free(again);
    reading_free(&first);
    reading_free(&second);
  }
  globfree(&found);
}
END_TEST

/* Everything that an input can say, in 2D; %s: coordinates, extent, and the names of both axes. */
static const char everything[] =
    "title = \"a \\\"quoted\\\" title\";\n"
    "metals = ({ name = \"M\"; work_function = \"4.4 eV\"; note = \"a metal\"; });\n"
    "materials = (\n"
    "  { name = \"a\"; base = \"silicon\"; note = \"changed\"; absorption = \"1e4 cm^-1\"; },\n"
    "  { name = \"b\"; base = \"a\"; electron_lifetime = \"1 us\"; }\n"
    ");\n"
    "devices = (\n"
    "  {\n"
    "    name = \"film\"; coordinates = \"%s\"; %s = \"200 nm\"; net_charge = true;\n"
    "    layers = (\n"
    "      { name = \"low\"; material = \"a\"; thickness = \"50 nm\"; donors = 1e22;\n"
    "        ions = ({ name = \"v\"; density = \"2e17 cm^-3\"; },\n"
    "                { name = \"w\"; present = false; }); },\n"
    "      { name = \"high\"; material = \"b\"; thickness = \"60 nm\"; intervals = 12; }\n"
    "    );\n"
    "    boxes = ({ name = \"grain\"; material = \"b\"; %s = [\"0 nm\", \"10 nm\"];\n"
    "      spacing = \"1 nm\"; spacing_end = \"0.5 nm\";\n"
    "      ions = ({ name = \"v\"; diffusion = \"1e-9 cm^2/s\"; }); });\n"
    "    profiles = ({ %s = (\"20 nm\", 40e-9); ion = \"v\"; density = \"1e17 cm^-3\"; },\n"
    "                { acceptors = \"1e15 cm^-3\"; });\n"
    "    interfaces = ({ between = [\"low\", \"high\"]; electron_velocity = \"1 m/s\";\n"
    "      hole_velocity = \"2 m/s\"; });\n"
    "    species = (\n"
    "      { name = \"v\"; density = \"1e17 cm^-3\"; diffusion = \"1e-10 cm^2/s\";\n"
    "        statistics = \"lattice\"; site_density = \"1e21 cm^-3\";\n"
    "        lattice = \"enhanced_diffusion\"; activation_energy = \"0.5 eV\"; hop_length = 4e-10; "
    "},\n"
    "      { name = \"w\"; charge = -1; density = \"1e16 cm^-3\"; diffusion = 1e-16;\n"
    "        background = false; },\n"
    "      { name = \"hole\"; statistics = \"fermi_dirac\"; },\n"
    "      { name = \"e\"; type = \"electron\"; statistics = \"blakemore\"; }\n"
    "    );\n"
    "    interactions = ({ species = \"e\"; with = \"v\"; energy = 0.3; reciprocal = \"local\"; "
    "});\n"
    "    contacts = (\n"
    "      { name = \"bottom\"; at = \"%s_min\"; metal = \"M\"; tunnelling = true; to = 80e-9;\n"
    "        pieces = ({ at = \"%s_min\"; from = 100e-9; to = 120e-9; spacing = 1e-9; },\n"
    "                  { at = \"%s_max\"; }); },\n"
    "      { name = \"top\"; at = \"%s_max\"; barrier = 0.4; image_force = true;\n"
    "        species = ({ name = \"v\"; model = \"butler_volmer\"; rate = 1e-3; },\n"
    "                   { name = \"e\"; model = \"schottky\"; velocity = \"1e5 cm/s\"; }); }\n"
    "    );\n"
    "    generation = { type = \"table\"; points = ([0.0, 1e26], [100e-9, 1e27]);\n"
    "      factor = { type = \"sine\"; low = 0.5; high = 0.5; frequency = \"1 kHz\"; }; };\n"
    "    mesh = { refine = 2; growth = 1.2; width_spacing = 5e-9; };\n"
    "  },\n"
    "  { name = \"side\"; area = \"1 um^2\";\n"
    "    layers = ({ material = \"a\"; thickness = \"50 nm\"; });\n"
    "    contacts = ({ name = \"p\"; at = \"x_min\"; ohmic = true; },\n"
    "                { name = \"n\"; at = \"x_max\"; ohmic = true; });\n"
    "    generation = { type = \"beer_lambert\"; photon_flux = 1e20; from_end = true; }; }\n"
    ");\n"
    "circuit = (\n"
    "  { type = \"device\"; name = \"side\"; terminals = { p = \"x\"; n = \"0\"; }; },\n"
    "  { type = \"device\"; name = \"film\"; terminals = { bottom = \"x\"; top = \"in\"; }; },\n"
    "  { type = \"voltage\"; name = \"V\"; nets = [\"in\", \"gnd\"];\n"
    "    waveform = { type = \"poisson\"; high = 1.0; width = 1e-4; frequency = 100.0;\n"
    "      duration = 0.1; seed = 7; }; },\n"
    "  { type = \"inductor\"; name = \"L\"; nets = [\"x\", \"y\"]; value = \"1 uH\"; initial = "
    "0.0; },\n"
    "  { type = \"switch\"; name = \"S\"; nets = [\"y\", \"gnd\"]; off_resistance = \"1 Gohm\";\n"
    "    waveform = { type = \"ramp\"; high = 1.0; rise = 1e-6; }; },\n"
    "  { type = \"current\"; name = \"I\"; nets = [\"gnd\", \"y\"]; }\n"
    ");\n"
    "experiments = (\n"
    "  { name = \"steady\"; type = \"steady\"; frozen_ions = true; },\n"
    "  { name = \"sweep\"; type = \"dc_sweep\"; source = \"I\"; from = \"0 A\"; to = \"1 uA\"; "
    "points = 3;\n"
    "    drive = ({ source = \"V\"; waveform = { type = \"constant\"; value = \"100 mV\"; }; }); "
    "},\n"
    "  { name = \"run\"; type = \"transient\"; start = \"steady\"; duration = 0.1;\n"
    "    output = { every_step = true; interval = \"10 ms\"; };\n"
    "    fields = { times = (\"1 ms\", 0.05); every = 100; };\n"
    "    spikes = { device = \"film\"; terminal = \"top\"; threshold = \"1 nA\"; }; }\n"
    ");\n";

static const char *const two_dimensions[][4] = {{"planar", "width", "x", "y"},
                                                {"axisymmetric", "radius", "r", "z"}};

START_TEST(resolved_is_a_fixed_point_of_everything) {
  const char *const *w = two_dimensions[_i];
  static char text[sizeof everything + 64];
  snprintf(text, sizeof text, everything, w[0], w[1], w[2], w[3], w[3], w[3], w[2], w[3]);
  struct reading first = read_text(text, "", NULL);
  ck_assert_msg(first.status == HD_OK, "%s", first.err.text);
  char *resolved = resolved_text(&first);
  struct reading second = read_text(resolved, "", NULL);
  ck_assert_msg(second.status == HD_OK, "%s", second.err.text);
  char *again = resolved_text(&second);
  ck_assert_str_eq(resolved, again);
  ck_assert_str_eq(first.spec.title, second.spec.title);
  const struct device_spec *a = first.spec.devices, *b = second.spec.devices;
  ck_assert_int_eq(a->species[0].kind, SPECIES_ELECTRON); /* carriers come first */
  ck_assert_str_eq(a->species[2].name, "v");
  ck_assert_uint_eq(b->shape.n_contacts, 4);
  ck_assert_int_eq(a->shape.contacts[2].side, SHAPE_X_MAX);
  ck_assert(b->contacts[0].work_function_V == 4.4);
  ck_assert_uint_eq(a->shape.n_stops, b->shape.n_stops);
  ck_assert(memcmp(a->profiles[0].hi, b->profiles[0].hi, sizeof a->profiles[0].hi) == 0 ||
            (isinf(a->profiles[0].hi[0]) && b->profiles[0].hi[0] > a->shape.width));
  free(resolved);
  free(again);
  reading_free(&first);
  reading_free(&second);
}
END_TEST

START_TEST(config_read_fills_the_neuron) {
  struct reading reading = read_good(HALIDRIFT_ROOT "/inputs/devices/neuron.cfg", NULL);
  const struct run_spec *spec = &reading.spec;
  ck_assert_uint_eq(spec->n_devices, 1);
  const struct device_spec *device = spec->devices;
  ck_assert_uint_eq(device->n_species, 2);
  ck_assert_int_eq(device->species[0].kind, SPECIES_ELECTRON);
  ck_assert(device->species[1].site_density == 4e26);
  ck_assert(device->species[1].diffusion == 1e-12);
  ck_assert(device->interactions[0].energy_V == 0.6);
  ck_assert(device->shape.layers[0].thickness == 30e-9);
  ck_assert(device->shape.area == 64e-18);
  ck_assert(device->shape.ray_range == 10e-9);
  ck_assert(device->materials[0].A_n == 24e4);
  ck_assert_int_eq(device->contacts[1].species[1].model, CONTACT_EXCHANGE);
  ck_assert(device->contacts[1].species[1].rate == 0.01);
  const struct circuit_spec *circuit = &spec->circuit;
  ck_assert_str_eq(circuit->nets[0], "gnd");
  ck_assert_uint_eq(circuit->n_instances, 1);
  ck_assert_str_eq(circuit->nets[circuit->instances[0].net[1]], "top");
  ck_assert(circuit->elements[2].value == 60e-12);
  ck_assert(spec->experiments[0].spike.enabled);
  ck_assert_int_eq(spec->experiments[0].spike.capacitor, 2);
  reading_free(&reading);
}
END_TEST

/* ---- units ---- */

/* Expected values are decimal fractions that a user would type in SI: equality to the last bit. */
static const struct {
  const char *key, *text;
  double value;
} quantities[] = {
    {"thickness", "\"40 nm\"", 40e-9},         {"thickness", "\"0.04 um\"", 40e-9},
    {"thickness", "\"0.04 \xc2\xb5m\"", 4e-8}, {"thickness", "4e-8", 40e-9},
    {"thickness", "\"400 angstrom\"", 40e-9},  {"donors", "\"1e18 cm^-3\"", 1e24},
    {"donors", "\"1e18/cm3\"", 1e24},          {"donors", "\"1e18 1/cm^3\"", 1e24},
};

START_TEST(quantity_is_converted_to_the_last_bit) {
  char set[96];
  snprintf(set, sizeof set, "device.layers[0].%s=%s", quantities[_i].key, quantities[_i].text);
  const char *const sets[] = {set, NULL};
  struct reading reading = read_text(device_text, experiment_text, sets);
  ck_assert_msg(reading.status == HD_OK, "%s", reading.err.text);
  bool thickness = strcmp(quantities[_i].key, "thickness") == 0;
  double got = thickness ? reading.spec.devices[0].shape.layers[0].thickness
                         : reading.spec.devices[0].regions[0].donors;
  ck_assert_msg(got == quantities[_i].value, "%s: %.17g", quantities[_i].text, got);
  reading_free(&reading);
}
END_TEST

START_TEST(electronvolt_is_the_charge_of_the_run) {
  static const char text[] = "constants = { q = 1.6e-19; };\n"
                             "materials = ({ name = \"silicon\"; base = \"silicon\";\n"
                             "  band_gap = \"1.6 eV\"; electron_affinity = \"3900 meV\";\n"
                             "  trap_level = \"1.6e-19 J\"; });\n";
  static char whole[sizeof text + sizeof device_text];
  snprintf(whole, sizeof whole, "%s%s", text, device_text);
  struct reading reading = read_text(whole, experiment_text, NULL);
  ck_assert_msg(reading.status == HD_OK, "%s", reading.err.text);
  const struct material *material = reading.spec.devices[0].materials;
  ck_assert(material->gap_V == 1.6);
  ck_assert(material->affinity_V == 3.9);
  ck_assert_double_eq_tol(material->trap_V, 1, 1e-15); /* one division */
  reading_free(&reading);
}
END_TEST

START_TEST(temperature_in_celsius_has_its_offset) {
  const char *const sets[] = {"temperature=27 degC", NULL};
  struct reading reading = read_text(device_text, experiment_text, sets);
  ck_assert_msg(reading.status == HD_OK, "%s", reading.err.text);
  ck_assert_double_eq_tol(reading.spec.temperature, 300.15, 1e-12); /* one sum */
  reading_free(&reading);
}
END_TEST

/* ---- errors ---- */

START_TEST(all_errors_come_at_once_with_line_and_path) {
  struct reading reading =
      read_text("device = {\n"
                "  layers = ({ material = \"silicon\"; thickness = -4e-8; });\n"
                "  contact = ();\n"
                "};\n"
                "solver = { rtol = 1.0; };\n",
                experiment_text, NULL);
  ck_assert_int_eq(reading.status, HD_INPUT);
  static const char *const wanted[] = {
      "input.cfg:2: device.layers[0].thickness: got -4e-08 m, must be > 0",
      "input.cfg:3: device.contact: is not a known key; did you mean contacts?",
      "input.cfg:1: device.contacts: there are no contacts",
      "input.cfg:5: solver.rtol: got 1, must be"};
  for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
    ck_assert_msg(strstr(reading.err.text, wanted[i]) != NULL, "%s\nlacks %s", reading.err.text,
                  wanted[i]);
  reading_free(&reading);
}
END_TEST

START_TEST(include_is_relative_to_the_file_that_includes) {
  static const char *const remove[] = {"rm -rf sub && mkdir -p sub/deeper"};
  ck_assert_int_eq(system(remove[0]), 0);
  write_file("sub/a.inc", "@include \"deeper/b.inc\"\n", "");
  write_file("sub/deeper/b.inc", "\n// a line\nsolver = { rtol = 7.0; };\n", "");
  struct reading reading = read_text("@include \"sub/a.inc\"\n", device_text, NULL);
  ck_assert_int_eq(reading.status, HD_INPUT);
  ck_assert_msg(strstr(reading.err.text, "sub/deeper/b.inc:3: solver.rtol: got 7") != NULL, "%s",
                reading.err.text);
  reading_free(&reading);
}
END_TEST

START_TEST(include_in_a_comment_or_string_is_text) {
  static char whole[2 * sizeof device_text];
  snprintf(whole, sizeof whole,
           "/*\n@include \"none\"\n*/\n// @include \"none\"\ntitle = \"a\n"
           "@include b\";\n%s",
           device_text);
  struct reading reading = read_text(whole, experiment_text, NULL);
  ck_assert_msg(reading.status == HD_OK, "%s", reading.err.text);
  ck_assert_str_eq(reading.spec.title, "a\n@include b");
  reading_free(&reading);
}
END_TEST

/* ---- overrides ---- */

START_TEST(set_replaces_adds_and_finds_by_name) {
  const char *const sets[] = {"device.layers[0].thickness=50 nm",
                              "device.layers[0].name=film",
                              "solver.rtol=1e-5",
                              "device.contacts.right.ohmic=false",
                              "device.contacts.right.work_function=4.5 eV",
                              "title=\"with = sign\"",
                              NULL};
  struct reading reading = read_text(device_text, experiment_text, sets);
  ck_assert_msg(reading.status == HD_OK, "%s", reading.err.text);
  ck_assert(reading.spec.devices[0].shape.layers[0].thickness == 50e-9);
  ck_assert_str_eq(reading.spec.devices[0].regions[0].name, "film");
  ck_assert(reading.spec.solver.rtol == 1e-5);
  ck_assert(reading.spec.devices[0].contacts[1].work_function_V == 4.5);
  ck_assert_str_eq(reading.spec.title, "with = sign");
  reading_free(&reading);
}
END_TEST

static const struct {
  const char *set, *sentence;
} bad_sets[] = {
    {"device", "must look like key=value"},
    {"=3", "must look like key=value"},
    {"device.layers[0].thickness=", "must look like key=value"},
    {"device.layers[7].thickness=1 nm", "there is no '7' in a list of 1"},
    {"device.layers[0].thickness=40", "--set 'device.layers[0].thickness=40': "
                                      "device.layers[0].thickness: got the bare integer 40"},
    {"device.layers[0].thickness.unit=3", "there is nothing below a single value"},
    {"experiments[0].points=10000000000", "does not fit 32 bits"},
    {"device..x=3", "device.x: is not a known key"},
    {"device.layers=3", "device.layers: is an integer, must be a list"},
    {"solver.rtoll=1e-3", "solver.rtoll: is not a known key; did you mean rtol?"},
};

START_TEST(set_says_what_is_wrong) {
  const char *const sets[] = {bad_sets[_i].set, NULL};
  struct reading reading = read_text(device_text, experiment_text, sets);
  ck_assert_int_eq(reading.status, HD_INPUT);
  ck_assert_msg(strstr(reading.err.text, bad_sets[_i].sentence) != NULL, "%s", reading.err.text);
  reading_free(&reading);
}
END_TEST

/* ---- defaults ---- */

START_TEST(default_circuit_drives_the_last_contact) {
  struct reading reading = read_text(device_text, experiment_text, NULL);
  ck_assert_msg(reading.status == HD_OK, "%s", reading.err.text);
  const struct circuit_spec *circuit = &reading.spec.circuit;
  ck_assert_uint_eq(circuit->n_elements, 1);
  ck_assert_str_eq(circuit->elements[0].name, "V");
  ck_assert_int_eq(circuit->instances[0].net[0], 0);
  ck_assert_int_eq(circuit->instances[0].net[1], circuit->elements[0].net[0]);
  ck_assert_int_eq(circuit->elements[0].net[1], 0);
  reading_free(&reading);
}
END_TEST

START_TEST(default_species_are_electron_and_hole) {
  struct reading reading = read_text(device_text, experiment_text, NULL);
  const struct device_spec *device = reading.spec.devices;
  ck_assert_uint_eq(device->n_species, 2);
  ck_assert_int_eq(device->species[0].kind, SPECIES_ELECTRON);
  ck_assert_int_eq(device->species[0].charge, -1);
  ck_assert_int_eq(device->species[1].kind, SPECIES_HOLE);
  ck_assert_int_eq(device->species[1].charge, 1);
  reading_free(&reading);
}
END_TEST

static const struct {
  const char *sweep;
  size_t count;
  double first, second, last;
} sweeps[] = {
    {"from = 0.0; to = 0.8; step = 0.05;", 17, 0, 0.05, 0.8},
    {"from = 1.0; to = -1.0; step = 0.5;", 5, 1, 0.5, -1},
    {"from = 0.0; to = 1.0; step = 0.3;", 5, 0, 0.3, 1},
    {"from = 0.0; to = 1.0; points = 11;", 11, 0, 0.1, 1},
    {"from = 0.5; to = 0.5; step = 0.1;", 1, 0.5, 0, 0.5},
    {"values = [0.1, \"200 mV\"];", 0, 0, 0, 0}, /* arrays hold one kind: a syntax error */
    {"values = (0.1, \"200 mV\");", 2, 0.1, 0.2, 0.2},
};

START_TEST(dc_sweep_has_its_values) {
  char text[256];
  snprintf(text, sizeof text, "experiments = ({ name = \"s\"; type = \"dc_sweep\"; %s });\n",
           sweeps[_i].sweep);
  struct reading reading = read_text(device_text, text, NULL);
  ck_assert_int_eq(reading.status, sweeps[_i].count ? HD_OK : HD_INPUT);
  if (sweeps[_i].count) {
    const struct experiment_spec *experiment = reading.spec.experiments;
    ck_assert_uint_eq(experiment->n_values, sweeps[_i].count);
    ck_assert(experiment->values[0] == sweeps[_i].first);
    if (experiment->n_values > 1)
      ck_assert_double_eq_tol(experiment->values[1], sweeps[_i].second, 1e-15);
    ck_assert(experiment->values[experiment->n_values - 1] == sweeps[_i].last);
  }
  reading_free(&reading);
}
END_TEST

START_TEST(output_times_are_merged_and_sorted) {
  struct reading reading =
      read_text(device_text,
                "experiments = ({ name = \"t\"; type = \"transient\"; duration = 1.0;\n"
                "  output = { times = [0.05, 0.3]; interval = 0.1;\n"
                "    log = { from = 0.01; to = 1.0; per_decade = 1; }; }; });\n",
                NULL);
  ck_assert_msg(reading.status == HD_OK, "%s", reading.err.text);
  const struct experiment_spec *experiment = reading.spec.experiments;
  static const double wanted[] = {0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1};
  ck_assert_uint_eq(experiment->n_times, sizeof wanted / sizeof *wanted);
  for (size_t i = 0; i < experiment->n_times; i++)
    ck_assert_double_eq_tol(experiment->times[i], wanted[i], 1e-15);
  ck_assert(!experiment->every_step);
  reading_free(&reading);
}
END_TEST

/* ---- explain, list, reference ---- */

static char *captured(enum hd_status (*call)(FILE *, const char *, struct hd_error *),
                      const char *word, enum hd_status wanted) {
  char *text = NULL;
  size_t length = 0;
  struct hd_error err = {.status = HD_OK};
  FILE *file = open_memstream(&text, &length);
  ck_assert_ptr_nonnull(file);
  enum hd_status status = call(file, word, &err);
  fclose(file);
  ck_assert_msg(status == wanted, "%s: %s", word, err.text);
  return text;
}

START_TEST(explain_knows_every_key) {
  for (int t = 0; t < SECTION_TABLES; t++) {
    const struct section_table *table = &sections[_i].tables[t];
    for (size_t i = 0; table->count && i < *table->count; i++) {
      char *text = captured(config_explain, table->params[i].key, HD_OK);
      ck_assert_msg(strstr(text, table->params[i].doc) != NULL, "%s", table->params[i].key);
      free(text);
    }
  }
  for (const struct section_child *child = sections[_i].children; child && child->key; child++)
    free(captured(config_explain, child->key, HD_OK));
}
END_TEST

START_TEST(explain_takes_paths) {
  static const char *const paths[] = {"layers.thickness", "device.layers[3].thickness",
                                      "devices[0].layers[].thickness"};
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
    char *text = captured(config_explain, paths[i], HD_OK);
    ck_assert_ptr_nonnull(strstr(text, "device.layers[].thickness"));
    free(text);
  }
  free(captured(config_explain, "contacts.thickness", HD_USAGE));
  free(captured(config_explain, "no_such_key_at_all", HD_USAGE));
}
END_TEST

START_TEST(list_shows_every_catalogue) {
  struct catalogue_row row;
  for (size_t c = 0; c < catalogues_count; c++) {
    char *text = captured(config_list, catalogues[c].name, HD_OK);
    for (size_t i = 0; catalogues[c].row(i, &row); i++)
      ck_assert_ptr_nonnull(strstr(text, row.name));
    free(text);
  }
  char *text = captured(config_list, "materials", HD_OK);
  ck_assert_ptr_nonnull(strstr(text, "MAPbI3"));
  ck_assert_ptr_nonnull(strstr(text, "silicon"));
  free(text);
  free(captured(config_list, "everything", HD_USAGE));
}
END_TEST

static enum hd_status reference(FILE *file, const char *word, struct hd_error *err) {
  (void)word;
  return config_reference(file, err);
}

START_TEST(reference_has_every_key) {
  char *text = captured(reference, "", HD_OK), quoted[HD_NAME];
  for (size_t s = 0; s < SECTION_COUNT; s++)
    for (int t = 0; t < SECTION_TABLES; t++)
      for (size_t i = 0; sections[s].tables[t].count && i < *sections[s].tables[t].count; i++) {
        snprintf(quoted, sizeof quoted, "| `%s` |", sections[s].tables[t].params[i].key);
        ck_assert_msg(strstr(text, quoted) != NULL, "%s", quoted);
      }
  free(text);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("config");
  TCase *tcase = tcase_create("all");
  tcase_set_timeout(tcase, 60);
  tcase_add_loop_test(tcase, resolved_is_a_fixed_point_of_every_shipped_input, 0,
                      sizeof shipped / sizeof *shipped);
  tcase_add_loop_test(tcase, resolved_is_a_fixed_point_of_everything, 0,
                      sizeof two_dimensions / sizeof *two_dimensions);
  tcase_add_test(tcase, config_read_fills_the_neuron);
  tcase_add_loop_test(tcase, quantity_is_converted_to_the_last_bit, 0,
                      sizeof quantities / sizeof *quantities);
  tcase_add_test(tcase, electronvolt_is_the_charge_of_the_run);
  tcase_add_test(tcase, temperature_in_celsius_has_its_offset);
  tcase_add_test(tcase, all_errors_come_at_once_with_line_and_path);
  tcase_add_test(tcase, include_is_relative_to_the_file_that_includes);
  tcase_add_test(tcase, include_in_a_comment_or_string_is_text);
  tcase_add_test(tcase, set_replaces_adds_and_finds_by_name);
  tcase_add_loop_test(tcase, set_says_what_is_wrong, 0, sizeof bad_sets / sizeof *bad_sets);
  tcase_add_test(tcase, default_circuit_drives_the_last_contact);
  tcase_add_test(tcase, default_species_are_electron_and_hole);
  tcase_add_loop_test(tcase, dc_sweep_has_its_values, 0, sizeof sweeps / sizeof *sweeps);
  tcase_add_test(tcase, output_times_are_merged_and_sorted);
  tcase_add_loop_test(tcase, explain_knows_every_key, 0, SECTION_COUNT);
  tcase_add_test(tcase, explain_takes_paths);
  tcase_add_test(tcase, list_shows_every_catalogue);
  tcase_add_test(tcase, reference_has_every_key);
  suite_add_tcase(suite, tcase);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
