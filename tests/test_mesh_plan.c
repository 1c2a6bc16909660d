/* Automatic spacings: complete, where the physics asks for them, and true to what the user gave. */
#include "solver/spec.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "geometry/mesh.h"
#include "solver/base/memory.h"
#include "tests/support/suite.h"

/** One film between two contacts, everything else at its default. */
struct film {
  struct run_spec run;
  struct device_spec device;
  struct material material;
  struct region_spec region;
  struct species species[3];
  struct contact contacts[2];
  struct interaction interaction;
};

/** The film of the reference pvk1: 300 nm, 1e24 m^-3 vacancies. */
static void make_film(struct film *f, enum shape_coordinates coordinates) {
  bool flat = coordinates == SHAPE_1D;
  *f = (struct film){
      .run = {.temperature = 300,
              .constants = {1.602e-19, 1.381e-23, 8.854e-12, 1.055e-34, 9.11e-31},
              .n_devices = 1},
      .device = {.name = "film",
                 .refine = 1,
                 .n_materials = 1,
                 .n_regions = 1,
                 .n_species = 3,
                 .n_contacts = 2},
      .material = {.eps_r = 24,
                   .affinity_V = 3.9,
                   .gap_V = 1.6,
                   .N_c = 2.2e24,
                   .N_v = 2.2e24,
                   .mu_n = 1e-4,
                   .mu_p = 1e-4,
                   .tau_n = INFINITY,
                   .tau_p = INFINITY},
      .species = {{.kind = SPECIES_ELECTRON, .charge = -1, .site_density = NAN},
                  {.kind = SPECIES_HOLE, .charge = 1, .site_density = NAN},
                  {.kind = SPECIES_ION, .charge = 1, .density = 1e24, .site_density = NAN}},
      .contacts = {{.work_function_V = 4.3, .barrier_V = NAN},
                   {.work_function_V = 5.1, .barrier_V = NAN}},
  };
  struct shape *shape = &f->device.shape;
  *shape = (struct shape){.coordinates = coordinates,
                          .area = 1e-12,
                          .depth = 1e-6,
                          .width = 100e-9,
                          .h_width_end = NAN,
                          .h_width_max = NAN,
                          .growth = NAN,
                          .n_layers = 1,
                          .n_contacts = 2,
                          .n_regions = 1,
                          .n_terminals = 2};
  ck_assert_int_eq(hd_alloc(&shape->layers, 1, sizeof *shape->layers, NULL), HD_OK);
  ck_assert_int_eq(hd_alloc(&shape->contacts, 2, sizeof *shape->contacts, NULL), HD_OK);
  shape->layers[0] = (struct shape_layer){.thickness = 300e-9, .h_end = NAN, .h_max = NAN};
  for (int i = 0; i < 2; i++)
    shape->contacts[i] =
        (struct shape_contact){.terminal = i,
                               .side = (enum shape_side)((flat ? SHAPE_X_MIN : SHAPE_Y_MIN) + i),
                               .from = -INFINITY,
                               .to = INFINITY,
                               .h_end = NAN};
  f->run.devices = &f->device;
  f->device.materials = &f->material;
  f->device.regions = &f->region;
  f->device.species = f->species;
  f->device.contacts = f->contacts;
}

/** The column of the neuron: 30 nm, smoothing length 0.7 nm, tunnelling contacts. */
static void make_neuron(struct film *f, enum shape_coordinates coordinates) {
  make_film(f, coordinates);
  f->device.shape.layers[0].thickness = 30e-9;
  f->device.shape.width = 12e-9;
  f->device.n_interactions = 1;
  f->device.interactions = &f->interaction;
  f->interaction = (struct interaction){.between = {"vacancy", "vacancy"}, .energy_V = 0.17};
  snprintf(f->species[2].name, HD_NAME, "vacancy");
  f->species[2].diffusion = 1e-12;
  f->material.smoothing = 0.7e-9;
  f->species[2].density = 1e25;
  f->species[2].site_density = 4e26;
  for (int i = 0; i < 2; i++) {
    f->contacts[i].tunnelling = true;
    f->contacts[i].tunnel_range = 10e-9;
  }
}

static struct mesh *plan(struct film *f) {
  struct hd_error err = {0};
  struct mesh *mesh = NULL;
  ck_assert_msg(mesh_plan(&f->run, &err) == HD_OK, "%s", err.text);
  ck_assert_msg(mesh_build(&mesh, &f->device.shape, &err) == HD_OK, "%s", err.text);
  shape_free(&f->device.shape);
  return mesh;
}

/** Spacing along an axis just above a position. */
static double axis_spacing(const struct mesh *mesh, int axis, double position) {
  size_t i = 0;
  while (i + 2 < mesh->n_axis[axis] && mesh->axis[axis][i + 1] <= position * (1 + 1e-9))
    i++;
  return mesh->axis[axis][i + 1] - mesh->axis[axis][i];
}

/** The same along the stack. */
static double spacing_at(const struct mesh *mesh, double position) {
  return axis_spacing(mesh, mesh->dimension - 1, position);
}

static double debye(double density) {
  return sqrt(24 * 8.854e-12 * 0.02586 / (1.602e-19 * density));
}

START_TEST(mesh_plan_fills_every_spacing) {
  struct film f;
  make_film(&f, (enum shape_coordinates)_i);
  ck_assert_int_eq(mesh_plan(&f.run, NULL), HD_OK);
  const struct shape *shape = &f.device.shape;
  ck_assert(shape->layers[0].h_max > 0 && shape->layers[0].h_end > 0);
  ck_assert(shape->contacts[0].h_end > 0 && shape->contacts[1].h_end > 0);
  ck_assert(shape->growth > 1);
  if (_i != SHAPE_1D)
    ck_assert(shape->h_width_end > 0 && shape->h_width_max > 0);
  shape_free(&f.device.shape);
}
END_TEST

START_TEST(mesh_plan_resolves_ion_layers) {
  struct film f;
  make_film(&f, SHAPE_1D);
  struct mesh *mesh = plan(&f);
  /* wall density of 1 V: c / V_T; a Debye length out to the depletion edge */
  ck_assert_double_lt(spacing_at(mesh, 0), 0.1 * debye(1e24 / 0.02586));
  ck_assert_double_lt(spacing_at(mesh, 50e-9), debye(1e24));
  ck_assert_uint_ge(mesh->n_nodes, 100);
  ck_assert_uint_le(mesh->n_nodes, 250);
  mesh_free(&mesh);
}
END_TEST

START_TEST(mesh_plan_refine_halves_spacings) {
  struct film f;
  size_t nodes[2];
  double wall[2], inside[2];
  for (int n = 0; n < 2; n++) {
    make_film(&f, SHAPE_1D);
    f.device.refine = n + 1;
    struct mesh *mesh = plan(&f);
    nodes[n] = mesh->n_nodes;
    wall[n] = spacing_at(mesh, 0);
    inside[n] = spacing_at(mesh, 150e-9);
    mesh_free(&mesh);
  }
  ck_assert_double_eq_tol((double)nodes[1] / (double)nodes[0], 2, 0.1); /* whole intervals */
  ck_assert_double_eq_tol(wall[1] / wall[0], 0.5, 0.03);
  ck_assert_double_eq_tol(inside[1] / inside[0], 0.5, 0.03);
}
END_TEST

START_TEST(mesh_plan_keeps_what_the_user_gave) {
  struct film f;
  make_film(&f, SHAPE_1D);
  f.device.refine = 3;
  f.device.shape.growth = 1.5;
  f.device.shape.layers[0].h_max = 10e-9;
  f.device.shape.layers[0].h_end = 1e-9;
  ck_assert_int_eq(mesh_plan(&f.run, NULL), HD_OK);
  ck_assert(f.device.shape.layers[0].h_max == 10e-9);
  ck_assert(f.device.shape.layers[0].h_end == 1e-9);
  struct mesh *mesh;
  ck_assert_int_eq(mesh_build(&mesh, &f.device.shape, NULL), HD_OK);
  ck_assert_double_gt(spacing_at(mesh, 0), 0.9e-9);    /* nor does a contact undercut it */
  ck_assert_double_gt(spacing_at(mesh, 150e-9), 5e-9); /* the automatic one is 1.7 nm */
  mesh_free(&mesh);
  shape_free(&f.device.shape);
}
END_TEST

START_TEST(mesh_plan_keeps_fixed_intervals) {
  struct film f;
  make_film(&f, SHAPE_1D);
  f.device.shape.stack_intervals = 199;
  struct mesh *mesh = plan(&f);
  ck_assert_uint_eq(mesh->n_nodes, 200);
  mesh_free(&mesh);
}
END_TEST

START_TEST(mesh_plan_is_uniform_below_a_share_of_the_smoothing_length) {
  struct film f;
  make_neuron(&f, (enum shape_coordinates)_i);
  struct mesh *mesh = plan(&f);
  double share = mesh->dimension == 1 ? 1.0 / 3 : 0.5; /* of ell: docs/theory.md */
  for (int axis = 0; axis < mesh->dimension; axis++)
    for (size_t i = 1; i < mesh->n_axis[axis]; i++) {
      double h = mesh->axis[axis][i] - mesh->axis[axis][i - 1];
      ck_assert_double_le(h, share * 0.7e-9 * (1 + 1e-6));
      ck_assert_double_ge(h, 0.85 * share * 0.7e-9);
    }
  mesh_free(&mesh);
}
END_TEST

/** Two strips of 30 nm on a film of 30 nm: the ways from a point halfway between the electrodes to
 * both sum to twice their distance at 30 nm + 30 nm sqrt(3)/2 = 56 nm. */
START_TEST(mesh_plan_is_fine_where_fronts_go_between_electrodes) {
  struct film f;
  make_neuron(&f, SHAPE_PLANAR);
  f.device.shape.width = 200e-9;
  for (int i = 0; i < 2; i++)
    f.device.shape.contacts[i].to = 30e-9;
  struct mesh *mesh = plan(&f);
  for (double x = 0; x < 55.5e-9; x += 1e-9)
    ck_assert_double_le(axis_spacing(mesh, 0, x), 0.35e-9 * (1 + 1e-6));
  ck_assert_double_gt(axis_spacing(mesh, 0, 70e-9), 0.7e-9); /* samples are 3 nm apart */
  mesh_free(&mesh);
}
END_TEST

/** A box of the film's own material that sets a spacing is no step of anything. */
START_TEST(mesh_plan_sees_no_border_between_alike_pieces) {
  struct film f, g;
  make_film(&f, SHAPE_PLANAR);
  make_film(&g, SHAPE_PLANAR);
  struct region_spec regions[2] = {{.material = 0}, {.material = 0}};
  g.device.regions = regions;
  g.device.n_regions = g.device.shape.n_regions = 2;
  ck_assert_int_eq(hd_alloc(&g.device.shape.boxes, 1, sizeof *g.device.shape.boxes, NULL), HD_OK);
  g.device.shape.boxes[g.device.shape.n_boxes++] = (struct shape_box){.lo = {-INFINITY, 100e-9},
                                                                      .hi = {INFINITY, 200e-9},
                                                                      .region = 1,
                                                                      .h_end = NAN,
                                                                      .h_max = 20e-9};
  struct mesh *plain = plan(&f), *boxed = plan(&g);
  ck_assert_double_gt(axis_spacing(boxed, 1, 101e-9), 0.5 * axis_spacing(plain, 1, 101e-9));
  mesh_free(&plain);
  mesh_free(&boxed);
}
END_TEST

/** A channel of 3 nm in a film in which ions are 25 times slower: while the channel bridges 30 nm,
 * a front in the film goes 30 nm / 5. */
START_TEST(mesh_plan_is_fine_in_slow_regions_as_far_as_fronts_go) {
  struct film f;
  make_neuron(&f, SHAPE_AXISYMMETRIC);
  struct region_species slow = {
      .species = 2, .present = true, .density = NAN, .diffusion = 1e-12 / 25};
  struct region_spec regions[2] = {{.species = &slow, .n_species = 1}, {.material = 0}};
  struct shape *shape = &f.device.shape;
  f.device.regions = regions;
  f.device.n_regions = shape->n_regions = 2;
  shape->width = 40e-9;
  ck_assert_int_eq(hd_alloc(&shape->boxes, 1, sizeof *shape->boxes, NULL), HD_OK);
  shape->boxes[shape->n_boxes++] = (struct shape_box){
      .lo = {0, -INFINITY}, .hi = {3e-9, INFINITY}, .region = 1, .h_end = NAN, .h_max = NAN};
  struct mesh *mesh = plan(&f);
  for (double r = 0; r < 8.6e-9; r += 0.2e-9)
    ck_assert_double_le(axis_spacing(mesh, 0, r), 0.35e-9 * (1 + 1e-6));
  /* beside it only what creeps along the electrodes: ell, not half of it */
  for (double r = 12e-9; r < 39e-9; r += 0.5e-9)
    ck_assert(axis_spacing(mesh, 0, r) > 0.5e-9 && axis_spacing(mesh, 0, r) <= 0.7e-9 * (1 + 1e-6));
  mesh_free(&mesh);
}
END_TEST

START_TEST(mesh_plan_sends_rays_as_far_as_carriers_tunnel) {
  struct film f;
  make_neuron(&f, (enum shape_coordinates)_i);
  f.contacts[0].tunnel_range = 8e-9;
  ck_assert_int_eq(mesh_plan(&f.run, NULL), HD_OK);
  ck_assert(f.device.shape.ray_range == 10e-9);
  shape_free(&f.device.shape);
}
END_TEST

START_TEST(mesh_plan_resolves_low_barriers) {
  struct film f;
  make_film(&f, SHAPE_1D);
  f.device.n_species = 2; /* no ions */
  f.contacts[0].work_function_V = 3.902;
  struct mesh *mesh = plan(&f);
  ck_assert_double_lt(spacing_at(mesh, 0), 0.1 * debye(2.0e24)); /* N_c exp(-2 meV / kT) */
  mesh_free(&mesh);
}
END_TEST

/** Doping steps given by profile boxes: a point there, small spacing, whatever the contacts. */
START_TEST(mesh_plan_puts_points_at_profile_edges) {
  struct film f;
  make_film(&f, (enum shape_coordinates)_i);
  int axis = shape_dimension(&f.device.shape) - 1;
  struct profile_spec profile = {.lo = {-INFINITY, -INFINITY},
                                 .hi = {INFINITY, INFINITY},
                                 .donors = 1e24,
                                 .acceptors = NAN,
                                 .ion = -1,
                                 .density = NAN};
  profile.hi[axis] = 137e-9;
  f.device.n_profiles = 1;
  f.device.profiles = &profile;
  struct mesh *mesh = plan(&f);
  double nearest = INFINITY;
  for (size_t i = 0; i < mesh->n_axis[axis]; i++)
    nearest = fmin(nearest, fabs(mesh->axis[axis][i] - 137e-9));
  ck_assert_double_le(nearest, 1e-18);
  ck_assert_double_lt(spacing_at(mesh, 137e-9), 0.25 * debye(1e24));
  mesh_free(&mesh);
}
END_TEST

START_TEST(mesh_plan_refuses_a_refinement_of_zero) {
  struct film f;
  struct hd_error err = {0};
  make_film(&f, SHAPE_1D);
  f.device.refine = 0;
  ck_assert_int_eq(mesh_plan(&f.run, &err), HD_INPUT);
  ck_assert_ptr_nonnull(strstr(err.text, "refine: got 0, must be > 0"));
  shape_free(&f.device.shape);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("mesh_plan");
  TCase *unit = tcase_create("unit");
  tcase_add_loop_test(unit, mesh_plan_fills_every_spacing, 0, 3);
  tcase_add_test(unit, mesh_plan_resolves_ion_layers);
  tcase_add_test(unit, mesh_plan_refine_halves_spacings);
  tcase_add_test(unit, mesh_plan_keeps_what_the_user_gave);
  tcase_add_test(unit, mesh_plan_keeps_fixed_intervals);
  tcase_add_loop_test(unit, mesh_plan_is_uniform_below_a_share_of_the_smoothing_length, 0, 3);
  tcase_add_test(unit, mesh_plan_is_fine_where_fronts_go_between_electrodes);
  tcase_add_test(unit, mesh_plan_sees_no_border_between_alike_pieces);
  tcase_add_test(unit, mesh_plan_is_fine_in_slow_regions_as_far_as_fronts_go);
  tcase_add_loop_test(unit, mesh_plan_sends_rays_as_far_as_carriers_tunnel, 0, 3);
  tcase_add_test(unit, mesh_plan_resolves_low_barriers);
  tcase_add_loop_test(unit, mesh_plan_puts_points_at_profile_edges, 0, 3);
  tcase_add_test(unit, mesh_plan_refuses_a_refinement_of_zero);
  suite_add_tcase(suite, unit);
  return suite_run(suite);
}
