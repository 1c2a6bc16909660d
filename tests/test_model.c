/* The kernels of the local physics against differences, over every row of every table. */
#include "physics/model.h"

#include <float.h>
#include <string.h>
#include "physics/reaction.h"
#include "tests/support/difference.h"
#include "tests/support/rig.h"

/* A deck with one electron law, one hole law, one lattice form and one kind of reciprocity. */
static const char deck[] =
    "materials = ({ name = \"m\"; permittivity = 20.0; electron_affinity = \"4 eV\";\n"
    "  band_gap = \"0.6 eV\"; conduction_band_density = \"8e18 cm^-3\";\n"
    "  valence_band_density = \"3e18 cm^-3\"; electron_mobility = \"1 cm^2/V/s\";\n"
    "  hole_mobility = \"2 cm^2/V/s\"; electron_lifetime = \"1 ns\"; hole_lifetime = \"2 ns\";\n"
    "  radiative_coefficient = \"1e-9 cm^3/s\"; auger_n = \"1e-28 cm^6/s\";\n"
    "  auger_p = \"2e-28 cm^6/s\"; smoothing_length = \"1 nm\"; trap_level = \"0.1 eV\";\n"
    "  thermal_conductivity = 1.0; mass_density = 4e3; specific_heat = 3e2;\n"
    "  hole_mobility_exponent = -1.5; });\n"
    "device = { area = \"1 um^2\"; net_charge = true;\n"
    "  layers = ({ name = \"f\"; material = \"m\"; thickness = \"9 nm\"; intervals = 9; });\n"
    "  species = ({ name = \"electron\"; }, { name = \"hole\"; },\n"
    "    { name = \"ion\"; charge = 1; density = \"1e20 cm^-3\"; site_density = \"4e20 cm^-3\";\n"
    "      statistics = \"lattice\"; diffusion = \"1e-8 cm^2/s\"; \n"
    "      activation_energy = \"0.3 eV\"; hop_length = \"0.5 nm\"; },\n"
    "    { name = \"free\"; charge = -2; density = \"1e19 cm^-3\"; diffusion = \"1e-9 cm^2/s\"; "
    "});\n"
    "  interactions = ({ species = \"electron\"; with = \"ion\"; energy = \"0.3 eV\"; },\n"
    "    { species = \"ion\"; with = \"ion\"; energy = \"0.1 eV\"; },\n"
    "    { species = \"ion\"; with = \"free\"; energy = \"0.05 eV\"; });\n"
    "  contacts = ({ name = \"a\"; at = \"x_min\"; work_function = \"4.3 eV\"; },\n"
    "    { name = \"b\"; at = \"x_max\"; work_function = \"4.4 eV\"; }); };\n"
    "experiments = ({ name = \"eq\"; type = \"equilibrium\"; });\n";

static const char *const electron_laws[] = {"boltzmann", "fermi_dirac", "blakemore"};
static const char *const lattice_names[] = {"hopping", "enhanced_diffusion"};
static const char *const reciprocals[] = {"smoothed", "local", "none"};
static const char *const heats[] = {"none", "lattice"};
enum { LAWS = 3, LATTICES = 2, RECIPROCALS = 3, COLD = LAWS * LATTICES * RECIPROCALS };
enum { VARIANTS = 2 * COLD };

static void open_variant(struct rig *rig, int i) {
  char sets[5][128];
  snprintf(sets[0], sizeof sets[0], "device.species[0].statistics=\"%s\"", electron_laws[i % LAWS]);
  snprintf(sets[1], sizeof sets[1], "device.species[1].statistics=\"%s\"",
           electron_laws[(i + 1) % LAWS]);
  snprintf(sets[2], sizeof sets[2], "device.species[2].lattice=\"%s\"",
           lattice_names[i / LAWS % LATTICES]);
  snprintf(sets[3], sizeof sets[3], "device.interactions[0].reciprocal=\"%s\"",
           reciprocals[i / LAWS / LATTICES % RECIPROCALS]);
  snprintf(sets[4], sizeof sets[4], "device.heat.model=\"%s\"", heats[i / COLD]);
  rig_open_text(rig, deck,
                (const char *const[]){sets[0], sets[1], sets[2], sets[3], sets[4], NULL});
}

static const struct model *model_of(const struct rig *rig) {
  return &rig_instance(rig)->device->model;
}

/** Temperatures of both ends, K. */
static const double temperatures[] = {340.0, 410.0};

/* Two nodes 1 nm apart, far from equilibrium: degenerate, split levels, 2e8 V/m. */
static const double states[][2][8] = {
    {{-4.25, -0.10, 0.20, 0.3, 0.8, 0.4, 0.2, 0.1}, {-4.05, -0.05, 0.1, 0.6, 1.4, 0.7, 0.3, 0.2}},
    {{-4.10, 0.00, 0.00, 0.9, 0.1, 0.8, 0.9, 0.3}, {-4.11, 0.02, -0.03, 0.2, 2.0, 0.6, 0.1, 0.9}},
    {{-4.60, 0.30, 0.30, 0.05, 1.0, 0.1, 0.5, 0.0}, {-4.40, -0.30, 0.25, 0.5, 0.5, 0.2, 0.5, 0.5}},
};
enum { STATES = sizeof states / sizeof *states };

/* ---- partials ---- */

/** Which number of which kernel is differenced by which unknown of which end. */
struct context {
  const struct model *model;
  double u[2][MODEL_UNKNOWNS];
  int s, end, j, what;
};

enum { DENSITY, EXCESS, POTENTIAL, REACTION, RECOMBINATION_HEAT, FLUX, JOULE_HEAT };

static double kernel(double x, const void *pointer) {
  struct context at = *(const struct context *)pointer;
  struct species_state state[2][MODEL_SPECIES];
  double d_a;
  at.u[at.end][at.j] = x;
  for (int end = 0; end < 2; end++)
    model_state(at.model, 0, at.u[end], state[end]);
  const struct species_state *own = &state[at.end][at.s];
  if (at.what == DENSITY)
    return own->c;
  if (at.what == EXCESS)
    return own->v;
  if (at.what == POTENTIAL)
    return model_potential(at.model, 0, at.s, state[at.end], &d_a);
  if (at.what == REACTION) {
    struct model_reaction reaction;
    model_react(at.model, 0, at.u[at.end], state[at.end], false, &reaction);
    return reaction.rate[at.s];
  }
  if (at.what == RECOMBINATION_HEAT) {
    struct model_reaction reaction;
    model_react(at.model, 0, at.u[at.end], state[at.end], false, &reaction);
    return reaction.heat;
  }
  struct model_flux flux;
  model_edge(at.model, 0, 1e-9, at.u[0], at.u[1], state[0], state[1], NULL, false, &flux);
  return at.what == JOULE_HEAT ? flux.heat[at.s] : flux.F[at.s];
}

static struct context context_of(const struct rig *rig, int state) {
  struct context at = {.model = model_of(rig)};
  for (int end = 0; end < 2; end++)
    memcpy(at.u[end], states[state][end], sizeof states[state][end]);
  for (int end = 0; end < 2 && at.model->heat >= 0; end++)
    at.u[end][at.model->heat] = temperatures[end];
  return at;
}

static void check(struct context *at, int j, double partial, double size, const char *what) {
  /* A step of 0.1 mV moves carriers by 0.004 of their size: truncation 1e-11, rounding 1e-11. */
  static const double h = 1e-4, h_T = 1e-3; /* V or 1; K */
  at->j = j;
  if (j == at->model->heat) /* per kelvin: thirty times less than per 0.01 V */
    assert_slope(kernel, at->u[at->end][j], h_T, at, partial, size, what);
  else
    assert_slope(kernel, at->u[at->end][j], h, at, partial, size, what);
}

START_TEST(state_partials_follow_the_linear_forms) {
  struct rig rig;
  open_variant(&rig, _i);
  for (int k = 0; k < STATES; k++) {
    struct context at = context_of(&rig, k);
    struct species_state state[MODEL_SPECIES];
    const struct model *model = at.model;
    ck_assert_int_le(1 + model->n_species + model->n_fields, 8);
    model_state(model, 0, at.u[0], state);
    double cold = model_cold(model, at.u[0]);
    for (at.s = 0; at.s < model->n_species; at.s++)
      for (int j = 0; j < model->n_unknowns; j++) {
        const struct species_state *own = &state[at.s];
        double slope = own->d_c * own->scale * model->A[at.s][j];
        bool heat = j == model->heat;
        slope += heat ? own->c_T : 0.0;
        at.what = DENSITY;
        check(&at, j, slope, own->c / 0.03, "density");
        slope = own->d_v * own->scale * model->A[at.s][j] + cold * model->B[at.s][j];
        slope += heat ? own->v_T + own->d_v * own->a_T : 0.0;
        for (int t = 0; model->has_local && t < model->n_species; t++)
          slope -= cold * model->local[at.s][t] / model->c_unit[t] *
                   (state[t].d_c * state[t].scale * model->A[t][j] + (heat ? state[t].c_T : 0.0));
        at.what = EXCESS;
        check(&at, j, slope, 40.0, "excess potential");
      }
  }
  rig_close(&rig);
}
END_TEST

START_TEST(second_derivative_of_density_is_exact) {
  struct rig rig;
  open_variant(&rig, _i);
  struct context at = context_of(&rig, 0);
  const struct model *model = at.model;
  static const double h = 1e-3; /* of a */
  for (at.s = 0; at.s < model->n_species; at.s++) {
    struct species_state state[MODEL_SPECIES], there[4][MODEL_SPECIES];
    double *own = &at.u[0][1 + at.s], keep = *own, A = model->A[at.s][1 + at.s];
    model_state(model, 0, at.u[0], state);
    A *= state[at.s].scale;
    for (int i = 0; i < 4; i++) {
      *own = keep + (i < 2 ? i - 2 : i - 1) * h / A;
      model_state(model, 0, at.u[0], there[i]);
    }
    *own = keep;
    double near = there[2][at.s].d_c - there[1][at.s].d_c;
    double far = there[3][at.s].d_c - there[0][at.s].d_c;
    double expected = (8 * near - far) / (12 * h);
    ck_assert_double_le(fabs(state[at.s].d2_c - expected), 1e-9 * state[at.s].c);
  }
  rig_close(&rig);
}
END_TEST

START_TEST(ion_potential_partials_are_exact) {
  struct rig rig;
  open_variant(&rig, _i);
  for (int k = 0; k < STATES; k++) {
    struct context at = context_of(&rig, k);
    const struct model *model = at.model;
    struct species_state state[MODEL_SPECIES];
    model_state(model, 0, at.u[0], state);
    double cold = model_cold(model, at.u[0]);
    at.what = POTENTIAL;
    for (at.s = 2; at.s < model->n_species; at.s++)
      for (int j = 0; j < model->n_unknowns; j++) {
        double d_a, slope;
        model_potential(model, 0, at.s, state, &d_a);
        bool heat = j == model->heat;
        slope = d_a * model->A[at.s][j] + cold * model->B[at.s][j];
        slope += heat ? state[at.s].v_T : 0.0;
        for (int t = 0; model->has_local && t < model->n_species; t++)
          slope -= cold * model->local[at.s][t] / model->c_unit[t] *
                   (state[t].d_c * state[t].scale * model->A[t][j] + (heat ? state[t].c_T : 0.0));
        check(&at, j, slope, 40.0, "ion potential");
      }
  }
  rig_close(&rig);
}
END_TEST

START_TEST(reaction_partials_are_exact) {
  struct rig rig;
  open_variant(&rig, _i);
  for (int k = 0; k < STATES; k++) {
    struct context at = context_of(&rig, k);
    const struct model *model = at.model;
    struct species_state state[MODEL_SPECIES];
    struct model_reaction reaction;
    model_state(model, 0, at.u[0], state);
    model_react(model, 0, at.u[0], state, true, &reaction);
    at.what = REACTION;
    for (at.s = 0; at.s < model->n_species; at.s++)
      for (int j = 0; j < model->n_unknowns; j++)
        check(&at, j, reaction.d_rate[at.s][j],
              1e-3 * (state[0].c + state[1].c) / 1e-9 + 40 * fabs(reaction.rate[at.s]),
              "recombination");
    at.what = RECOMBINATION_HEAT;
    for (int j = 0; j < model->n_unknowns && model->heat >= 0; j++)
      check(&at, j, reaction.d_heat[j],
            (1e-3 * (state[0].c + state[1].c) / 1e-9 + 40 * fabs(reaction.rate[0])) * model->q,
            "heat of recombination");
  }
  rig_close(&rig);
}
END_TEST

START_TEST(edge_partials_are_exact) {
  struct rig rig;
  open_variant(&rig, _i);
  for (int k = 0; k < STATES; k++) {
    struct context at = context_of(&rig, k);
    const struct model *model = at.model;
    struct species_state state[2][MODEL_SPECIES];
    struct model_flux flux;
    for (int end = 0; end < 2; end++)
      model_state(model, 0, at.u[end], state[end]);
    model_edge(model, 0, 1e-9, at.u[0], at.u[1], state[0], state[1], NULL, true, &flux);
    for (at.s = 0; at.s < model->n_species; at.s++)
      for (at.end = 0; at.end < 2; at.end++)
        for (int j = 0; j < model->n_unknowns; j++) {
          double D = model->regions[0].species[at.s].D;
          double size = D * fmax(state[0][at.s].c, state[1][at.s].c) / 0.03;
          at.what = FLUX;
          check(&at, j, at.end ? flux.d_l[at.s][j] : flux.d_k[at.s][j], size, "flux");
          at.what = JOULE_HEAT;
          if (model->heat >= 0)
            check(&at, j, at.end ? flux.d_heat_l[at.s][j] : flux.d_heat_k[at.s][j], size * model->q,
                  "Joule heat");
        }
  }
  rig_close(&rig);
}
END_TEST

/* ---- laws ---- */

START_TEST(flux_vanishes_where_potentials_are_equal) {
  struct rig rig;
  open_variant(&rig, _i);
  struct context at = context_of(&rig, 1);
  const struct model *model = at.model;
  struct species_state state[2][MODEL_SPECIES];
  struct model_flux flux;
  at.u[0][1] = at.u[1][1] = 0.02; /* carriers: equal levels */
  at.u[0][2] = at.u[1][2] = -0.01;
  for (int end = 0; end < 2; end++)
    model_state(model, 0, at.u[end], state[end]);
  model_edge(model, 0, 1e-9, at.u[0], at.u[1], state[0], state[1], NULL, false, &flux);
  ck_assert(flux.F[0] == 0.0 && flux.F[1] == 0.0); /* at any temperatures */
  if (model->heat >= 0)
    at.u[1][model->heat] = at.u[0][model->heat];
  /* Ions at one temperature: Newton for x of the far end in ln(x / f) + v = that of the near end.
   */
  for (int round = 0; round < 60; round++)
    for (int s = 2; s < model->n_species; s++) {
      double mu[2], d_a = 1.0, x = at.u[1][1 + s];
      for (int end = 0; end < 2; end++) {
        model_state(model, 0, at.u[end], state[end]);
        mu[end] = model_potential(model, 0, s, state[end], &d_a);
      }
      double limit = s == 2 ? 1.0 - x : x;
      at.u[1][1 + s] += fmax(-0.5 * x, fmin(0.5 * limit, (mu[0] - mu[1]) / d_a));
    }
  for (int end = 0; end < 2; end++)
    model_state(model, 0, at.u[end], state[end]);
  model_edge(model, 0, 1e-9, at.u[0], at.u[1], state[0], state[1], NULL, false, &flux);
  for (int s = 0; s < model->n_species; s++) {
    double scale = model->regions[0].species[s].D * fmax(state[0][s].c, state[1][s].c);
    /* Carriers: exactly. Ions: the rounding of the two halves, dv up to 8. */
    ck_assert_double_le(fabs(flux.F[s]), model->carrier[s] ? 0.0 : 1e-13 * scale);
  }
  rig_close(&rig);
}
END_TEST

START_TEST(uniform_ions_rest_between_hot_and_cold) {
  struct rig rig;
  open_variant(&rig, COLD + _i);
  struct context at = context_of(&rig, 1);
  const struct model *model = at.model;
  struct species_state state[2][MODEL_SPECIES];
  struct model_flux flux;
  memcpy(at.u[1], at.u[0], sizeof at.u[0]);
  at.u[1][model->heat] = temperatures[1];
  for (int end = 0; end < 2; end++)
    model_state(model, 0, at.u[end], state[end]);
  model_edge(model, 0, 1e-9, at.u[0], at.u[1], state[0], state[1], NULL, false, &flux);
  double local =
      model->has_local ? 1.0 : 0.0; /* the carriers' density follows T, and the ion them */
  for (int s = 0; s < model->n_species; s++)
    ck_assert_double_le(fabs(flux.F[s]) * (1.0 - local), 0.0);
  rig_close(&rig);
}
END_TEST

START_TEST(joule_heat_of_carriers_is_positive) {
  struct rig rig;
  open_variant(&rig, COLD + _i);
  for (int k = 0; k < STATES; k++) {
    struct context at = context_of(&rig, k);
    const struct model *model = at.model;
    struct species_state state[2][MODEL_SPECIES];
    struct model_flux flux;
    for (int end = 0; end < 2; end++)
      model_state(model, 0, at.u[end], state[end]);
    model_edge(model, 0, 1e-9, at.u[0], at.u[1], state[0], state[1], NULL, false, &flux);
    for (int s = 0; s < 2; s++) {
      double drop = model->charge[s] * (at.u[0][1 + s] - at.u[1][1 + s]);
      ck_assert_double_ge(flux.heat[s], 0.0);
      ck_assert_double_eq(flux.heat[s], model->q * flux.F[s] * drop);
    }
    for (int s = 2; s < model->n_species; s++) /* current times field without interactions */
      ck_assert(isfinite(flux.heat[s]));
  }
  rig_close(&rig);
}
END_TEST

START_TEST(recombination_vanishes_where_levels_are_equal) {
  struct rig rig;
  open_variant(&rig, _i);
  struct context at = context_of(&rig, 2);
  struct species_state state[MODEL_SPECIES];
  struct model_reaction reaction;
  at.u[0][1] = at.u[0][2] = 0.1;
  model_state(at.model, 0, at.u[0], state);
  model_react(at.model, 0, at.u[0], state, false, &reaction);
  ck_assert_double_eq(reaction.rate[0], 0.0);
  at.u[0][1] = 0.09; /* phi_n < phi_p: more carriers than in equilibrium */
  model_state(at.model, 0, at.u[0], state);
  model_react(at.model, 0, at.u[0], state, false, &reaction);
  ck_assert_double_gt(reaction.rate[0], 0.0);
  ck_assert_double_eq(reaction.rate[0], reaction.rate[1]);
  rig_close(&rig);
}
END_TEST

START_TEST(unknowns_have_names) {
  struct rig rig;
  open_variant(&rig, 0);
  int s;
  ck_assert_str_eq(model_unknown_kind(model_of(&rig), 0, &s), "Poisson");
  ck_assert_int_eq(s, -1);
  ck_assert_str_eq(model_unknown_kind(model_of(&rig), 3, &s), "continuity");
  ck_assert_int_eq(s, 2);
  ck_assert_str_eq(model_unknown_kind(model_of(&rig), 5, &s), "smoothed field");
  rig_close(&rig);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("model");
  TCase *tcase = tcase_create("model");
  tcase_add_loop_test(tcase, state_partials_follow_the_linear_forms, 0, VARIANTS);
  tcase_add_loop_test(tcase, second_derivative_of_density_is_exact, 0, VARIANTS);
  tcase_add_loop_test(tcase, ion_potential_partials_are_exact, 0, VARIANTS);
  tcase_add_loop_test(tcase, reaction_partials_are_exact, 0, VARIANTS);
  tcase_add_loop_test(tcase, edge_partials_are_exact, 0, VARIANTS);
  tcase_add_loop_test(tcase, flux_vanishes_where_potentials_are_equal, 0, VARIANTS);
  tcase_add_loop_test(tcase, uniform_ions_rest_between_hot_and_cold, 0, COLD);
  tcase_add_loop_test(tcase, joule_heat_of_carriers_is_positive, 0, COLD);
  tcase_add_loop_test(tcase, recombination_vanishes_where_levels_are_equal, 0, LAWS);
  tcase_add_test(tcase, unknowns_have_names);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
