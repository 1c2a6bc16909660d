/* Field quantities against what is known without them. */
#include "solver/quantity.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tests/support/rig.h"
#include "tests/support/suite.h"

/** A film of two materials with electrons and an ion, between electrodes. */
static const char film[] =
    "device = { area = \"1 um^2\";\n"
    "  layers = ({ name = \"a\"; material = \"MAPbI3\"; thickness = \"60 nm\";\n"
    "              donors = \"1e17 cm^-3\"; },\n"
    "            { name = \"b\"; material = \"MAPbI3\"; thickness = \"40 nm\";\n"
    "              donors = \"1e16 cm^-3\"; });\n"
    "  species = ({ name = \"electron\"; },\n"
    "             { name = \"vacancy\"; charge = 1; density = \"1e17 cm^-3\";\n"
    "               diffusion = \"1e-10 cm^2/s\"; });\n"
    "  contacts = ({ name = \"left\"; at = \"x_min\"; ohmic = true; },\n"
    "              { name = \"right\"; at = \"x_max\"; ohmic = true; }); };\n"
    "experiments = ({ name = \"s\"; type = \"steady\"; });\n";

static const double *values_of(const struct quantity_set *set, const char *name) {
  for (size_t i = 0; i < set->count; i++)
    if (strcmp(set->variables[i].name, name) == 0)
      return set->values[i];
  ck_abort_msg("there is no %s", name);
  return NULL;
}

static void open_film(struct rig *rig, struct quantity_set *set) {
  struct hd_error err = {0};
  rig_open_text(rig, film, NULL);
  rig_equilibrium(rig);
  ck_assert_int_eq(quantity_set_create(set, rig_instance(rig), &err), HD_OK);
}

static double integral(const struct rig *rig, const double *density) {
  const struct device *device = rig_instance(rig)->device;
  double sum = 0.0;
  for (int k = 0; k < device->n_nodes; k++)
    sum += density[k] * device->node_volume[k];
  return sum;
}

/** Between ohmic contacts all that the source gives becomes heat of the carriers. */
START_TEST(joule_heat_is_voltage_times_current) {
  struct rig rig;
  struct quantity_set set;
  open_film(&rig, &set);
  quantity_set_fill(&set, rig.system, 0, rig.y, NULL, 0.0, false);
  double rest = integral(&rig, values_of(&set, "joule_heat"));
  for (double V = 0.01; V < 0.5; V *= 3.0) {
    rig_move(&rig, "V", V);
    quantity_set_fill(&set, rig.system, 0, rig.y, NULL, 0.0, false);
    double power = V * rig_current(&rig, "right");
    const double *heat = values_of(&set, "joule_heat");
    ck_assert_double_gt(power, 1e6 * fabs(rest));
    /* the steady state is solved to 1e-9 V */
    ck_assert_double_eq_tol(integral(&rig, heat) / power, 1.0, 1e-6);
    for (int k = 0; k < rig_instance(&rig)->device->n_nodes; k++)
      ck_assert_double_ge(heat[k], 0.0);
  }
  quantity_set_free(&set);
  rig_close(&rig);
}
END_TEST

/** Ions of the film at one node: share of the mean density. */
static double share(const struct rig *rig, int node) {
  return rig_unknown(rig, node, 2);
}

/** Ions out of equilibrium: current times the drop of psi + V_T ln x, edge by edge; an ideal ion
 * flows by (D/h) (x_k B(-u) - x_l B(u)), u the drop of psi over V_T. */
START_TEST(joule_heat_of_ions_is_current_times_drop) {
  struct rig rig;
  struct quantity_set set;
  open_film(&rig, &set);
  rig.steady->frozen = true;
  system_hold_ions(rig.system, rig.y);
  rig_move(&rig, "V", 0.1);
  quantity_set_fill(&set, rig.system, 0, rig.y, NULL, 0.0, true);
  double of_electrons = integral(&rig, values_of(&set, "joule_heat"));
  quantity_set_fill(&set, rig.system, 0, rig.y, NULL, 0.0, false);
  double of_ions = integral(&rig, values_of(&set, "joule_heat")) - of_electrons, sum = 0.0;
  const struct device *device = rig_instance(&rig)->device;
  double V_T = device->model.V_T, charge = device->model.q * 1e23; /* C/m^3 at x = 1 */
  for (size_t e = 0; e < device->mesh->n_edge_parts; e++) {
    const struct edge_part *edge = &device->mesh->edge_parts[e];
    double u = (rig_unknown(&rig, edge->k, 0) - rig_unknown(&rig, edge->l, 0)) / V_T;
    double x_k = share(&rig, edge->k), x_l = share(&rig, edge->l), B = u / expm1(u);
    double current = charge * 1e-14 * edge->measure * (x_k * (B + u) - x_l * B);
    sum += current * V_T * (u + log(x_k / x_l));
  }
  ck_assert_double_gt(sum, 0.0);
  /* the difference of two sums, the electrons' is larger by this factor */
  ck_assert_double_eq_tol(of_ions / sum, 1.0, 1e-12 * of_electrons / sum + 1e-9);
  quantity_set_free(&set);
  rig_close(&rig);
}
END_TEST

/** Ions out of equilibrium flow, unless they are held. */
START_TEST(held_ions_carry_no_current) {
  struct rig rig;
  struct quantity_set set;
  open_film(&rig, &set);
  rig.steady->frozen = true;
  system_hold_ions(rig.system, rig.y);
  rig_move(&rig, "V", 0.1);
  double largest = 0.0;
  quantity_set_fill(&set, rig.system, 0, rig.y, NULL, 0.0, false);
  const double *current = values_of(&set, "current_density_x_vacancy");
  for (int k = 0; k < rig_instance(&rig)->device->n_nodes; k++)
    largest = fmax(largest, fabs(current[k]));
  ck_assert_double_gt(largest, 0.0);
  quantity_set_fill(&set, rig.system, 0, rig.y, NULL, 0.0, true);
  for (int k = 0; k < rig_instance(&rig)->device->n_nodes; k++)
    ck_assert(current[k] == 0.0);
  quantity_set_free(&set);
  rig_close(&rig);
}
END_TEST

/** What belongs to a species is missing in a layer that is closed to it, its smoothed field too. */
START_TEST(quantities_are_missing_in_closed_regions) {
  struct rig rig;
  struct quantity_set set;
  struct hd_error err = {0};
  rig_open(&rig, "tests/decks/everything_1d.cfg", NULL);
  rig_equilibrium(&rig);
  ck_assert_int_eq(quantity_set_create(&set, rig_instance(&rig), &err), HD_OK);
  quantity_set_fill(&set, rig.system, 0, rig.y, NULL, 0.0, false);
  const struct device *device = rig_instance(&rig)->device;
  const struct model *model = &device->model;
  int compared = 0, closed = 0;
  for (int s = 0; s < model->n_species; s++) {
    char name[HD_NAME + 16];
    snprintf(name, sizeof name, "smoothed_%s", device->spec->species[s].name);
    if (model->field[s] < 0)
      continue;
    const double *values = values_of(&set, name);
    for (int k = 0; k < device->n_nodes; k++, compared++) {
      bool missing = !(device->species_volume[k * model->n_species + s] > 0.0);
      ck_assert_int_eq(isnan(values[k]) ? 1 : 0, missing);
      closed += missing;
    }
  }
  ck_assert_int_gt(compared, 0);
  ck_assert_int_gt(closed, 0);
  quantity_set_free(&set);
  rig_close(&rig);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("quantity");
  TCase *unit = tcase_create("unit");
  tcase_add_test(unit, joule_heat_is_voltage_times_current);
  tcase_add_test(unit, joule_heat_of_ions_is_current_times_drop);
  tcase_add_test(unit, held_ions_carry_no_current);
  tcase_add_test(unit, quantities_are_missing_in_closed_regions);
  suite_add_tcase(suite, unit);
  return suite_run(suite);
}
