#include "solver/config/resolve.h"

#include <check.h>
#include <glob.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "tests/support/config_input.h"

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
    "    heat = { model = \"lattice\"; sideways_conductance = 1e9;\n"
    "      sides = ({ at = \"%s_max\"; thermal_resistance = \"1e-8 K m^2/W\"; },\n"
    "               { at = \"%s_max\"; thermal_resistance = 0.0; }); };\n"
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
    "    spikes = { device = \"film\"; terminal = \"top\"; threshold = \"1 nA\"; }; },\n";

/* The rest of it: a compiler need not take longer strings. */
static const char protocols[] =
    "  { name = \"warm\"; type = \"transient\";\n"
    "    drive = ({ light = \"film\"; waveform = { type = \"ramp\"; high = 1.0; rise = 1e-3; }; "
    "});\n"
    "    protocol = { type = \"temperature_ramp\"; surroundings = \"film\"; device = \"side\";\n"
    "      terminal = \"n\"; high = \"20 K\"; rates = (\"1 K/s\", 0.5); }; },\n"
    "  { name = \"cycles\"; type = \"transient\"; start = \"steady\";\n"
    "    drive = ({ surroundings = \"film\"; waveform = { type = \"constant\"; value = 3.0; }; "
    "});\n"
    "    protocol = { type = \"endurance\"; source = \"V\"; device = \"side\"; high = 0.1;\n"
    "      reset = \"-100 mV\"; read = 0.01; width = \"1 us\"; cycles = 3; }; }\n"
    ");\n";

static const char *const two_dimensions[][4] = {{"planar", "width", "x", "y"},
                                                {"axisymmetric", "radius", "r", "z"}};

START_TEST(resolved_is_a_fixed_point_of_everything) {
  const char *const *w = two_dimensions[_i];
  static char text[sizeof everything + 64];
  snprintf(text, sizeof text, everything, w[0], w[1], w[2], w[3], w[3], w[3], w[2], w[3], w[3],
           w[2]);
  struct reading first = read_text(text, protocols, NULL);
  ck_assert_msg(first.status == HD_OK, "%s", first.err.text);
  char *resolved = resolved_text(&first);
  struct reading second = read_text(resolved, "", NULL);
  ck_assert_msg(second.status == HD_OK, "%s", second.err.text);
  char *again = resolved_text(&second);
  ck_assert_str_eq(resolved, again);
  ck_assert_str_eq(first.spec.title, second.spec.title);
  ck_assert_uint_eq(first.spec.n_experiments, 6); /* the ramp is two */
  ck_assert_str_eq(second.spec.experiments[4].name, "warm_2");
  ck_assert(second.spec.experiments[4].duration == 40.0);
  const struct device_spec *a = first.spec.devices, *b = second.spec.devices;
  ck_assert_int_eq(a->species[0].kind, SPECIES_ELECTRON); /* carriers come first */
  ck_assert_str_eq(a->species[2].name, "v");
  ck_assert_uint_eq(b->shape.n_contacts, 4);
  ck_assert_int_eq(a->shape.contacts[2].side, SHAPE_X_MAX);
  ck_assert(b->contacts[0].work_function_V == 4.4);
  ck_assert(b->side_resistance[SHAPE_X_MAX] == 0.0 && b->side_resistance[SHAPE_Y_MAX] == 1e-8);
  ck_assert_double_nan(b->side_resistance[SHAPE_X_MIN]);
  ck_assert_uint_eq(a->shape.n_stops, b->shape.n_stops);
  ck_assert(memcmp(a->profiles[0].hi, b->profiles[0].hi, sizeof a->profiles[0].hi) == 0 ||
            (isinf(a->profiles[0].hi[0]) && b->profiles[0].hi[0] > a->shape.width));
  free(resolved);
  free(again);
  reading_free(&first);
  reading_free(&second);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("resolved");
  TCase *tcase = tcase_create("all");
  tcase_set_timeout(tcase, 60);
  tcase_add_loop_test(tcase, resolved_is_a_fixed_point_of_every_shipped_input, 0,
                      sizeof shipped / sizeof *shipped);
  tcase_add_loop_test(tcase, resolved_is_a_fixed_point_of_everything, 0,
                      sizeof two_dimensions / sizeof *two_dimensions);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
