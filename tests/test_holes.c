/* Devices with electrodes, voids and insulators inside: exact laws, and what must balance. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include "solver/base/memory.h"
#include "tests/support/rig.h"
#include "tests/support/suite.h"

static const double PI = 3.14159265358979323846;

/* ---- a coaxial capacitor whose inner conductor is an electrode box ---- */

static const char coaxial[] =
    "materials = ({ name = \"dielectric\"; insulator = true; permittivity = 4.0; });\n"
    "device = { name = \"cable\"; coordinates = \"axisymmetric\"; radius = \"10 nm\";\n"
    "  layers = ({ material = \"dielectric\"; thickness = \"5 nm\"; intervals = 4; });\n"
    "  boxes = ({ electrode = \"core\"; r = [\"0 nm\", \"2 nm\"]; });\n"
    "  contacts = ({ name = \"core\"; ohmic = true; },\n"
    "              { name = \"shield\"; at = \"r_max\"; ohmic = true; }); };\n"
    "circuit = ({ type = \"voltage\"; name = \"V\"; nets = [\"in\", \"gnd\"]; },\n"
    "  { type = \"device\"; name = \"cable\"; terminals = { core = \"in\"; shield = \"gnd\"; }; "
    "});\n"
    "experiments = ({ name = \"rest\"; type = \"equilibrium\"; });\n";

/** C = 2 pi eps L / ln(R / a), L = 5 nm, R = 10 nm, a = 2 nm. */
static double coaxial_error(const char *intervals) {
  struct rig rig;
  const char *sets[] = {intervals, NULL};
  rig_open_text(&rig, coaxial, sets);
  double exact = 2.0 * PI * 4.0 * rig.plan.spec.constants.eps0 * 5e-9 / log(5.0);
  double C = rig_instance(&rig)->device->capacitance[0];
  rig_close(&rig);
  return fabs(C / exact - 1.0);
}

START_TEST(coaxial_capacitor_converges_at_order_two) {
  double coarse = coaxial_error("device.mesh.width_intervals=20");
  double fine = coaxial_error("device.mesh.width_intervals=40");
  ck_assert_double_lt(fine, 5e-3);
  ck_assert_double_eq_tol(log2(coarse / fine), 2.0, 0.1); /* the h^4 term at 4 intervals in a */
}
END_TEST

/* ---- a metal on an insulator ---- */

/** The metal's level does not depend on what it touches: a box half in glass, half in the film. */
START_TEST(electrode_is_at_one_level) {
  struct rig rig;
  rig_open(&rig, "tests/decks/cross.cfg", NULL);
  const struct device *device = rig_instance(&rig)->device;
  double level[2] = {NAN, NAN};
  ck_assert_uint_gt(device->n_contact_nodes, 20);
  for (size_t c = 0; c < device->n_contact_nodes; c++) {
    const struct contact_node *at = &device->contact_nodes[c];
    if (isnan(level[at->terminal]))
      level[at->terminal] = at->psi_offset;
    ck_assert(at->psi_offset == level[at->terminal]);
  }
  ck_assert_double_eq_tol(level[0] - level[1], 0.1, 1e-12); /* the difference of the barriers */
  rig_close(&rig);
}
END_TEST

/** A barrier says nothing about a metal that no semiconductor touches. */
START_TEST(barrier_on_an_insulator_is_refused) {
  static const char *const sets[] = {
      "device.contacts[0]={ name = \"core\"; barrier = \"0.5 eV\"; }", NULL};
  struct rig rig;
  struct hd_error err = {0};
  struct device *device = NULL;
  rig_read_text(&rig, coaxial, sets);
  ck_assert_int_eq(device_create(&device, &rig.plan.spec, 0, &err), HD_INPUT);
  ck_assert_str_eq(err.text,
                   "device cable: contact core has a barrier but touches insulators only, "
                   "must have a work_function\n");
  rig_close(&rig);
}
END_TEST

/** A smoothed field does not leak into an insulator: where the density is uniform, so is it. */
START_TEST(smoothed_field_of_a_uniform_film_is_uniform) {
  static const char *const sets[] = {"device.contacts[0]={ name = \"cathode\"; ohmic = true; }",
                                     "device.contacts[1]={ name = \"anode\"; ohmic = true; }",
                                     NULL};
  struct rig rig;
  rig_open(&rig, "tests/decks/cross.cfg", sets);
  rig_equilibrium(&rig);
  const struct device *device = rig_instance(&rig)->device;
  int film = 0;
  for (int k = 0; k < device->n_nodes; k++) {
    double x = rig_unknown(&rig, k, 2), S = rig_unknown(&rig, k, 3);
    if (isnan(x))
      continue;
    film++;
    ck_assert_double_eq_tol(x, 2.5e-3, 1e-9); /* 1e18 of 4e20 cm^-3 */
    ck_assert_double_eq_tol(S, 2.5e-3, 1e-9);
  }
  ck_assert_int_gt(film, 50);
  rig_close(&rig);
}
END_TEST

/* ---- a transient ---- */

/** Kirchhoff's law holds at every node that is no contact, and at the terminals. */
START_TEST(currents_balance_around_holes) {
  struct rig rig;
  rig_open(&rig, "tests/decks/cross.cfg", NULL);
  rig_equilibrium(&rig);
  double *current = NULL;
  const struct mesh *mesh = rig_instance(&rig)->device->mesh;
  ck_assert_int_eq(hd_alloc(&current, mesh->n_edge_parts, sizeof(double), NULL), HD_OK);
  double dt = 1e-9, t = 0.0, largest = 0.0;
  rig.system->elements[rig_element(&rig, "V")].waveform =
      (struct waveform){.kind = WAVEFORM_RAMP, .high = 0.3, .rise = 3 * dt};
  for (int step = 0; step < 6; step++, t += dt, dt *= 5.0)
    rig_euler(&rig, t, dt);
  rig_total_current(&rig, rig.y, rig.yp, current);
  for (size_t e = 0; e < mesh->n_edge_parts; e++)
    largest = fmax(largest, fabs(current[e]));
  double I = rig_current(&rig, "anode");
  ck_assert_double_gt(I, 0.0);
  ck_assert_double_le(rig_leak(&rig, current), 1e-9 * largest); /* Newton stops at rounding */
  ck_assert_double_le(fabs(I + rig_current(&rig, "cathode")), 1e-14 * I);
  hd_free(&current);
  rig_close(&rig);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("holes");
  TCase *tcase = tcase_create("holes");
  tcase_add_test(tcase, coaxial_capacitor_converges_at_order_two);
  tcase_add_test(tcase, electrode_is_at_one_level);
  tcase_add_test(tcase, barrier_on_an_insulator_is_refused);
  tcase_add_test(tcase, smoothed_field_of_a_uniform_film_is_uniform);
  tcase_add_test(tcase, currents_balance_around_holes);
  tcase_set_timeout(tcase, 120);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
