/* What thermodynamics demands of the solver at and near equilibrium. */
#include <math.h>
#include <string.h>
#include "tests/support/difference.h"
#include "tests/support/rig.h"

enum { TERMINALS = 3 };
static const char *const sources[TERMINALS] = {"Vs", "Vd", "Vg"};
static const char *const contacts[TERMINALS] = {"source", "drain", "gate"};
/** Carriers that conduct well: the smallest force would show as a current. */
static const char *const fast[] = {"materials[0].electron_mobility=\"1 cm^2/V/s\"",
                                   "materials[0].hole_mobility=\"2 cm^2/V/s\"",
                                   "device.interactions[0].energy=\"0.2 eV\"", NULL};

/** Current that the contacts inject, and what the ions would carry one way only: the units in which
 * zero is measured, A. */
static void scales(const struct rig *rig, double *injected, double *hopping) {
  const struct system_instance *instance = rig_instance(rig);
  const struct device *device = instance->device;
  const struct model *model = &device->model;
  *injected = *hopping = 0.0;
  for (size_t f = 0; f < device->n_faces; f++) {
    const struct contact_face *face = &device->faces[f];
    double c = instance->state[face->part * model->n_species + face->species].c;
    *injected += model->q * face->area * face->velocity * c;
  }
  for (size_t e = 0; e < device->mesh->n_edge_parts; e++) {
    const struct edge_part *edge = &device->mesh->edge_parts[e];
    for (int s = 0; s < model->n_species; s++)
      if (!model->carrier[s])
        *hopping += model->q * edge->measure * model->regions[edge->region].species[s].D *
                    instance->state[edge->part_k * model->n_species + s].c;
  }
}

/** Detailed balance: with tunnelling, interactions, recombination and every kind of contact at one
 * level, no carrier flows anywhere, and ions only by the rounding of their two halves. */
static void check_no_current(struct rig *rig) {
  double injected, hopping;
  const struct system_instance *instance = rig_instance(rig);
  const struct device *device = instance->device;
  const struct model *model = &device->model;
  system_gather(rig->system, rig->y, NULL, 0.0);
  scales(rig, &injected, &hopping);
  ck_assert_double_gt(injected, 1e-12);
  ck_assert_uint_gt(device->n_links, 20);
  for (size_t e = 0; e < device->mesh->n_edge_parts; e++) {
    const struct edge_part *edge = &device->mesh->edge_parts[e];
    struct model_flux flux;
    model_edge(model, edge->region, edge->length, &instance->u[edge->k * model->n_unknowns],
               &instance->u[edge->l * model->n_unknowns],
               &instance->state[edge->part_k * model->n_species],
               &instance->state[edge->part_l * model->n_species], NULL, false, &flux);
    for (int s = 0; s < model->n_species; s++) {
      double I = fabs(model->q * edge->measure * flux.F[s]);
      ck_assert_msg(I <= (model->carrier[s] ? 1e-20 * injected : 1e-13 * hopping),
                    "species %d on edge %zu carries %g A of %g A", s, e, I, injected);
    }
  }
  for (int T = 0; T < TERMINALS; T++) {
    double I = fabs(rig_current(rig, contacts[T]));
    ck_assert_msg(I < 1e-20 * injected + 1e-13 * hopping, "current into %s %g A, injected %g A",
                  contacts[T], I, injected);
  }
}

START_TEST(equilibrium_has_no_current) {
  struct rig rig;
  rig_open(&rig, "tests/decks/triple.cfg", fast);
  rig_equilibrium(&rig);
  check_no_current(&rig);
  rig_close(&rig);
}
END_TEST

/** Vacancies that one contact holds at a density that is not the film's mean. */
static const char held_ions[] =
    "materials = ({ name = \"a\"; permittivity = 25.0; });\n"
    "device = { area = \"1 um^2\"; layers = ({ material = \"a\"; thickness = \"10 nm\"; intervals "
    "= 10; });\n"
    "  species = ({ name = \"vacancy\"; charge = 1; density = \"1e20 cm^-3\"; statistics = "
    "\"lattice\";\n"
    "               site_density = \"4e20 cm^-3\"; diffusion = \"1e-8 cm^2/s\"; });\n"
    "  contacts = ({ name = \"left\"; at = \"x_min\"; work_function = \"4.4 eV\"; },\n"
    "    { name = \"right\"; at = \"x_max\"; work_function = \"4.2 eV\"; species = (\n"
    "        { name = \"vacancy\"; model = \"dirichlet\"; density = \"8e19 cm^-3\"; }); }); };\n"
    "experiments = ({ name = \"rest\"; type = \"equilibrium\"; });\n";

START_TEST(ions_at_rest_have_the_potential_of_the_contact_that_holds_them) {
  const double x_held = 8e19 / 4e20;
  struct rig rig;
  rig_open_text(&rig, held_ions, NULL);
  rig_equilibrium(&rig);
  double V_T = rig_instance(&rig)->device->model.V_T,
         level = log(x_held / (1.0 - x_held)) - 4.2 / V_T;
  for (int k = 0; k < rig_instance(&rig)->device->n_nodes; k++) {
    double x = rig_unknown(&rig, k, 1);
    ck_assert_double_eq_tol(log(x / (1.0 - x)) + rig_unknown(&rig, k, 0) / V_T, level, 1e-9);
  }
  rig_close(&rig);
}
END_TEST

START_TEST(equilibrium_survives_newton_in_the_steady_mode) {
  struct rig rig;
  rig_open(&rig, "tests/decks/triple.cfg", fast);
  rig_equilibrium(&rig);
  rig_polish(&rig);
  check_no_current(&rig);
  rig_close(&rig);
}
END_TEST

/** Without ions the terminals themselves are below 1e-20 of what the contacts inject. */
START_TEST(frozen_equilibrium_has_no_current_at_the_terminals) {
  struct rig rig;
  double injected, hopping;
  rig_open(&rig, "tests/decks/triple.cfg", fast);
  rig.steady->frozen = true;
  rig_equilibrium(&rig);
  system_gather(rig.system, rig.y, NULL, 0.0);
  scales(&rig, &injected, &hopping);
  for (int T = 0; T < TERMINALS; T++)
    ck_assert_double_lt(fabs(rig_current(&rig, contacts[T])), 1e-20 * injected);
  rig_close(&rig);
}
END_TEST

/** dI_T / dV_U at the present state: solve J delta = the row of source U. s = cj: admittance of
 * e^(s t); the steady conductance for s = 0. */
static void admittance(struct rig *rig, double s, double Y[TERMINALS][TERMINALS]) {
  enum system_mode mode = s > 0.0 ? SYSTEM_TRANSIENT : SYSTEM_STEADY;
  struct hd_error err = {0};
  struct system_plan *plan;
  struct system_point point = {
      .mode = mode, .frozen = false, .y = rig->y, .yp = s > 0.0 ? rig->yp : NULL, .cj = s};
  memset(rig->yp, 0, (size_t)rig->system->n * sizeof(double));
  ck_assert_int_eq(system_plan(rig->system, mode, false, &plan, &err), HD_OK);
  ck_assert_int_eq(system_jacobian(rig->system, &point, rig->F), 0);
  ck_assert_int_eq(linear_factor(plan->linear), 0);
  for (int U = 0; U < TERMINALS; U++) {
    memset(rig->F, 0, (size_t)rig->system->n * sizeof(double));
    rig->F[rig->system->branch_base + rig_element(rig, sources[U])] = 1.0;
    ck_assert_int_eq(linear_solve(plan->linear, rig->F), 0);
    double V = rig->F[rig->system->net_base + U];
    for (int T = 0; T < TERMINALS; T++)
      Y[T][U] = rig->F[rig_instance(rig)->current_base + rig_contact(rig, contacts[T])] / V;
  }
}

static double asymmetry(double Y[TERMINALS][TERMINALS]) {
  double worst = 0.0;
  for (int T = 0; T < TERMINALS; T++)
    for (int U = 0; U < T; U++)
      worst = fmax(worst, fabs(Y[T][U] - Y[U][T]) / fabs(Y[T][U]));
  return worst;
}

/* Complex frequencies from far below the ions' relaxation to far above the carriers'. */
static const double rates[] = {0.0, 1.0, 1e3, 1e5, 1e7, 1e9, 1e11, 1e13};
enum { RATES = sizeof rates / sizeof *rates };

/** Onsager: the linear response at equilibrium is symmetric at every frequency, displacement
 * current, tunnelling and interactions included. */
START_TEST(response_is_reciprocal) {
  static const char *const sets[] = {"device.species[2].front=\"pointwise\"", NULL};
  struct rig rig;
  double Y[TERMINALS][TERMINALS];
  rig_open(&rig, "tests/decks/triple.cfg", sets);
  rig_equilibrium(&rig);
  admittance(&rig, rates[_i], Y);
  for (int U = 0; U < TERMINALS; U++) { /* Kirchhoff, and nothing but differences matters */
    double size = fabs(Y[0][U]) + fabs(Y[1][U]) + fabs(Y[2][U]);
    ck_assert_double_gt(Y[U][U], 0.0);
    ck_assert_double_le(fabs(Y[0][U] + Y[1][U] + Y[2][U]), 1e-12 * size);
    ck_assert_double_le(fabs(Y[U][0] + Y[U][1] + Y[U][2]), 1e-8 * size);
  }
  /* Rounding of the partials, 1e-13 of exponentials that nearly cancel. */
  ck_assert_msg(asymmetry(Y) < 1e-9, "rate %g: asymmetry %g", rates[_i], asymmetry(Y));
  rig_close(&rig);
}
END_TEST

/** The mean over a control volume takes no part in the free energy of the fields: its error of
 * order h^2 is asymmetric. */
START_TEST(averaged_fronts_are_reciprocal_in_the_limit) {
  static const char *const meshes[][3] = {
      {"device.layers[0].intervals=10", "device.mesh.width_intervals=8", NULL},
      {"device.layers[0].intervals=20", "device.mesh.width_intervals=16", NULL},
      {"device.layers[0].intervals=40", "device.mesh.width_intervals=32", NULL}};
  double Y[TERMINALS][TERMINALS], error[3];
  for (int i = 0; i < 3; i++) {
    struct rig rig;
    rig_open(&rig, "tests/decks/triple.cfg", meshes[i]);
    rig_equilibrium(&rig);
    admittance(&rig, 1e5, Y);
    error[i] = asymmetry(Y);
    rig_close(&rig);
  }
  printf("asymmetry %.3g, %.3g, %.3g\n", error[0], error[1], error[2]);
  ck_assert_double_gt(error[0] / error[1], 3.0);
  ck_assert_double_gt(error[1] / error[2], 3.0);
}
END_TEST

/** The simplifications for comparison have no free energy, and the test above would see it. */
START_TEST(response_without_free_energy_is_not_reciprocal) {
  static const char *const sets[] = {"device.interactions[0].reciprocal=\"none\"", NULL};
  struct rig rig;
  double Y[TERMINALS][TERMINALS];
  rig_open(&rig, "tests/decks/triple.cfg", sets);
  rig_equilibrium(&rig);
  admittance(&rig, 1e5, Y);
  ck_assert_double_gt(asymmetry(Y), 1e-4);
  rig_close(&rig);
}
END_TEST

/** Away from equilibrium nothing flows against its force: the dissipated power is positive. */
START_TEST(power_is_positive) {
  struct rig rig;
  rig_open(&rig, "tests/decks/triple.cfg", fast);
  rig_equilibrium(&rig);
  for (int step = 1; step <= 4; step++) {
    rig_move(&rig, "Vd", 0.1 * step);
    rig_move(&rig, "Vg", -0.15 * step);
    double P = 0.1 * step * rig_current(&rig, "drain") - 0.15 * step * rig_current(&rig, "gate");
    ck_assert_double_gt(P, 0.0);
  }
  rig_close(&rig);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("equilibrium");
  TCase *tcase = tcase_create("equilibrium");
  tcase_add_test(tcase, equilibrium_has_no_current);
  tcase_add_test(tcase, ions_at_rest_have_the_potential_of_the_contact_that_holds_them);
  tcase_add_test(tcase, equilibrium_survives_newton_in_the_steady_mode);
  tcase_add_test(tcase, frozen_equilibrium_has_no_current_at_the_terminals);
  tcase_add_loop_test(tcase, response_is_reciprocal, 0, RATES);
  tcase_add_test(tcase, averaged_fronts_are_reciprocal_in_the_limit);
  tcase_add_test(tcase, response_without_free_energy_is_not_reciprocal);
  tcase_add_test(tcase, power_is_positive);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
