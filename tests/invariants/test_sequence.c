/* Experiments in a row: what one kind leaves must do for the next one. The state after a long
 * transient at constant voltage is the steady state at that voltage, whichever way it is reached.
 */
#include <check.h>
#include <stdio.h>
#include "tests/support/rig.h"
#include "tests/support/suite.h"

static const char deck[] =
    "title = \"sequence\";\n"
    "device = {\n"
    "  layers = ({ material = \"MAPbI3\"; thickness = \"30 nm\"; });\n"
    "  species = ({ name = \"electron\"; }, { name = \"vacancy\"; density = \"1e18 cm^-3\";\n"
    "    diffusion = \"1e-9 cm^2/s\"; %s });\n"
    "  contacts = ({ name = \"l\"; at = \"x_min\"; barrier = \"0.5 eV\"; %s },\n"
    "    { name = \"r\"; at = \"x_max\"; barrier = \"0.5 eV\"; });\n"
    "};\n"
    "experiments = (\n"
    "  { name = \"reference\"; type = \"steady\"; start = \"equilibrium\"; %s },\n"
    "  { name = \"relax\"; type = \"transient\"; start = \"equilibrium\"; duration = \"10 s\"; %s "
    "},\n"
    "  { name = \"again\"; type = \"steady\"; %s },\n"
    "  { name = \"sweep\"; type = \"dc_sweep\"; from = \"0.2 V\"; to = \"0.3 V\"; points = 2; },\n"
    "  { name = \"back\"; type = \"transient\"; duration = \"10 s\"; %s }\n"
    ");\n";
static const char drive[] =
    "drive = ({ source = \"V\"; waveform = { type = \"constant\"; value = \"0.2 V\"; }; });";

/** Ions without and with a site limit, and ions that one contact exchanges. */
static const char *const kinds[][2] = {
    {"", ""},
    {"statistics = \"lattice\"; site_density = \"1e20 cm^-3\";", ""},
    {"", "species = ({ name = \"vacancy\"; model = \"exchange\"; rate = \"1 cm/s\"; });"},
};

START_TEST(sequence_ends_in_the_same_steady_state) {
  char text[sizeof deck + 1024];
  struct table table;
  snprintf(text, sizeof text, deck, kinds[_i][0], kinds[_i][1], drive, drive, drive, drive);
  rig_run_text(&table, text, NULL, "run");
  size_t first = table_find(&table, "reference", "V(r)_V", 0.2);
  double expected = table_at(&table, first, "I(r)_A");
  ck_assert_double_gt(expected, 0.0);
  /* 10 s are 1e5 times the slowest relaxation of the film; the time steps leave rtol */
  static const char *const others[] = {"again", "sweep", "back"};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    size_t row = i == 2 ? table.n_rows - 1 : table_find(&table, others[i], "V(r)_V", 0.2);
    ck_assert_double_eq_tol(table_at(&table, row, "I(r)_A"), expected, 1e-3 * expected);
  }
  table_free(&table);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("sequence");
  TCase *all = tcase_create("all");
  tcase_set_timeout(all, 60);
  tcase_add_loop_test(all, sequence_ends_in_the_same_steady_state, 0, sizeof kinds / sizeof *kinds);
  suite_add_tcase(suite, all);
  return suite_run(suite);
}
