#include "solver/config/config.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "tests/support/config_input.h"

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

int main(void) {
  Suite *suite = suite_create("config");
  TCase *tcase = tcase_create("all");
  tcase_set_timeout(tcase, 60);
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
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
