/* The mesh graph: measures close, parts fit together, wrong shapes are refused with a sentence. */
#include "geometry/mesh.h"

#include <check.h>
#include <math.h>
#include <string.h>
#include "solver/base/memory.h"
#include "tests/support/sample_shape.h"
#include "tests/support/suite.h"

static const double PI = 3.14159265358979323846;
/** Rounding of sums of some thousand terms. */
static const double ROUNDING = 1e-12;

static struct mesh *build_sample(enum shape_coordinates coordinates) {
  struct sample s;
  sample_shape(&s, coordinates);
  return sample_mesh(&s.shape);
}

START_TEST(mesh_build_volumes_sum_to_the_solid) {
  struct sample s;
  sample_shape(&s, (enum shape_coordinates)_i);
  struct mesh *mesh = sample_mesh(&s.shape);
  double region[3] = {0}, area = sample_section(&s.shape);
  double box = _i == SHAPE_1D ? area : area * (_i == SHAPE_PLANAR ? 0.3 : 0.09);
  for (size_t p = 0; p < mesh->n_node_parts; p++)
    region[mesh->node_parts[p].region] += mesh->node_parts[p].volume;
  sample_close(region[0], area * 20e-9 - box * 5e-9);
  sample_close(region[1], area * 10e-9 - box * 5e-9);
  sample_close(region[2], box * 10e-9);
  mesh_free(&mesh);
  ck_assert_ptr_null(mesh);
}
END_TEST

START_TEST(mesh_build_contact_areas_are_exact) {
  struct sample s;
  sample_shape(&s, (enum shape_coordinates)_i);
  struct mesh *mesh = sample_mesh(&s.shape);
  double area[2] = {0}, rays[2] = {0}, whole = sample_section(&s.shape);
  double part = _i == SHAPE_1D ? 1 : _i == SHAPE_PLANAR ? 0.4 : 0.16;
  for (size_t f = 0; f < mesh->n_face_parts; f++)
    area[mesh->face_parts[f].terminal] += mesh->face_parts[f].area;
  for (size_t r = 0; r < mesh->n_rays; r++)
    rays[mesh->rays[r].terminal] += mesh->rays[r].area;
  sample_close(area[0], whole);
  sample_close(area[1], part * whole);
  sample_close(rays[0], area[0]);
  sample_close(rays[1], area[1]);
  mesh_free(&mesh);
}
END_TEST

/** What the contacts leave of each side; the axis is none. */
START_TEST(mesh_build_side_areas_are_exact) {
  struct sample s;
  sample_shape(&s, (enum shape_coordinates)_i);
  struct mesh *mesh = sample_mesh(&s.shape);
  double area[SHAPE_SIDES] = {0}, whole = sample_section(&s.shape), height = 30e-9;
  double mantle = _i == SHAPE_1D       ? 0
                  : _i == SHAPE_PLANAR ? s.shape.depth * height
                                       : 2 * PI * s.shape.width * height;
  double expected[SHAPE_SIDES] = {_i == SHAPE_PLANAR ? mantle : 0, mantle, 0,
                                  _i == SHAPE_1D ? 0 : whole * (_i == SHAPE_PLANAR ? 0.6 : 0.84)};
  for (size_t i = 0; i < mesh->n_side_parts; i++)
    area[mesh->side_parts[i].side] += mesh->side_parts[i].area;
  for (int side = 0; side < SHAPE_SIDES; side++)
    ck_assert_double_eq_tol(area[side], expected[side], ROUNDING * (whole + mantle));
  mesh_free(&mesh);
}
END_TEST

/** Interfaces: the box's surface within the solid, the rest of the layers' border. */
START_TEST(mesh_build_interface_areas_are_exact) {
  struct sample s;
  sample_shape(&s, (enum shape_coordinates)_i);
  struct mesh *mesh = sample_mesh(&s.shape);
  double whole = sample_section(&s.shape), sum = 0;
  double side[] = {0, 8e-9 * 10e-9, 2 * PI * 3e-9 * 10e-9};
  double expected =
      _i == SHAPE_1D ? 2 * whole : whole * (1 + (_i == SHAPE_PLANAR ? 0.3 : 0.09)) + side[_i];
  for (size_t i = 0; i < mesh->n_interface_parts; i++)
    sum += mesh->interface_parts[i].area;
  sample_close(sum, expected);
  mesh_free(&mesh);
}
END_TEST

/** Divergence of the edge fluxes of a potential at every node, relative to the largest flux there;
 * Laplace's equation holds for a potential linear along z in all coordinates, along x if flat. */
START_TEST(mesh_linear_potential_has_no_divergence) {
  struct mesh *mesh = build_sample((enum shape_coordinates)_i);
  double *divergence, *scale;
  ck_assert_int_eq(hd_alloc(&divergence, mesh->n_nodes, sizeof *divergence, NULL), HD_OK);
  ck_assert_int_eq(hd_alloc(&scale, mesh->n_nodes, sizeof *scale, NULL), HD_OK);
  double slope[2] = {_i == SHAPE_AXISYMMETRIC ? 0 : 3, 2};
  for (size_t e = 0; e < mesh->n_edge_parts; e++) {
    const struct edge_part *part = &mesh->edge_parts[e];
    const double *a = mesh->x[part->k], *b = mesh->x[part->l];
    double flux = part->measure * (slope[0] * (b[0] - a[0]) + slope[1] * (b[1] - a[1]));
    divergence[part->k] += flux;
    divergence[part->l] -= flux;
    scale[part->k] = fmax(scale[part->k], fabs(flux));
    scale[part->l] = fmax(scale[part->l], fabs(flux));
  }
  for (size_t i = 1; i + 1 < mesh->n_axis[0]; i++)
    for (size_t j = 1; j + 1 < mesh->n_axis[1] || (mesh->dimension == 1 && j == 1); j++) {
      size_t node = mesh_node(mesh, i, mesh->dimension == 1 ? 0 : j);
      ck_assert_double_le(fabs(divergence[node]), ROUNDING * scale[node]);
    }
  hd_free(&divergence);
  hd_free(&scale);
  mesh_free(&mesh);
}
END_TEST

/** Conductance between the cylinders of radius a and R: radial edges in series. */
static double coaxial_error(int intervals) {
  const double a = 2e-9, R = 10e-9, height = 5e-9;
  struct shape_layer layer = {.thickness = height, .h_end = NAN, .h_max = NAN};
  struct shape_contact outer = {.side = SHAPE_X_MAX, .from = -INFINITY, .to = INFINITY};
  outer.h_end = NAN;
  struct shape shape = {.coordinates = SHAPE_AXISYMMETRIC,
                        .width = R,
                        .growth = 1.2,
                        .width_intervals = intervals,
                        .n_layers = 1,
                        .n_contacts = 1,
                        .n_regions = 1,
                        .n_terminals = 1,
                        .layers = &layer,
                        .contacts = &outer};
  struct mesh *mesh = sample_mesh(&shape);
  double *ring, resistance = 0;
  ck_assert_int_eq(hd_alloc(&ring, mesh->n_axis[0], sizeof *ring, NULL), HD_OK);
  for (size_t e = 0; e < mesh->n_edge_parts; e++) {
    const struct edge_part *part = &mesh->edge_parts[e];
    for (size_t i = 0; i + 1 < mesh->n_axis[0]; i++)
      for (size_t j = 0; j < mesh->n_axis[1]; j++)
        if (part->k == (int)mesh_node(mesh, i, j) && part->l == (int)mesh_node(mesh, i + 1, j))
          ring[i] += part->measure;
  }
  for (size_t i = 0; i + 1 < mesh->n_axis[0]; i++)
    if (mesh->axis[0][i] > a * (1 - 1e-9))
      resistance += 1 / ring[i];
  hd_free(&ring);
  mesh_free(&mesh);
  return fabs(resistance * 2 * PI * height / log(R / a) - 1);
}

START_TEST(mesh_coaxial_capacitor_converges_at_order_two) {
  double coarse = coaxial_error(20), fine = coaxial_error(40);
  ck_assert_double_lt(fine, 1e-2);
  ck_assert_double_eq_tol(log2(coarse / fine), 2, 0.05); /* the h^4 term at 20 intervals */
}
END_TEST

START_TEST(mesh_numbers_the_shorter_axis_fastest) {
  struct mesh *mesh = build_sample((enum shape_coordinates)_i);
  size_t bandwidth = 0, shorter = mesh->n_axis[0];
  if (mesh->n_axis[1] < shorter)
    shorter = mesh->n_axis[1];
  for (size_t e = 0; e < mesh->n_edge_parts; e++) {
    size_t width = (size_t)(mesh->edge_parts[e].l - mesh->edge_parts[e].k);
    bandwidth = width > bandwidth ? width : bandwidth;
  }
  ck_assert_uint_eq(bandwidth, shorter);
  mesh_free(&mesh);
}
END_TEST

START_TEST(mesh_node_finds_every_point_once) {
  struct mesh *mesh = build_sample((enum shape_coordinates)_i);
  for (size_t i = 0; i < mesh->n_axis[0]; i++)
    for (size_t j = 0; j < mesh->n_axis[1]; j++) {
      size_t node = mesh_node(mesh, i, j);
      ck_assert_uint_lt(node, mesh->n_nodes);
      ck_assert(mesh->x[node][0] == mesh->axis[0][i] && mesh->x[node][1] == mesh->axis[1][j]);
    }
  mesh_free(&mesh);
}
END_TEST

START_TEST(mesh_rays_run_straight_to_their_range) {
  struct sample s;
  sample_shape(&s, (enum shape_coordinates)_i);
  struct mesh *mesh = sample_mesh(&s.shape);
  int stack = shape_dimension(&s.shape) - 1;
  ck_assert_uint_gt(mesh->n_rays, 0);
  for (size_t r = 0; r < mesh->n_rays; r++) {
    const struct mesh_ray *ray = &mesh->rays[r];
    const double *start = mesh->x[mesh->ray_nodes[ray->first]];
    double direction = ray->terminal == 0 ? 1 : -1;
    for (size_t n = ray->first; n < ray->first + ray->count; n++) {
      const double *x = mesh->x[mesh->ray_nodes[n]];
      double d = mesh->ray_distance[n];
      ck_assert_double_eq_tol(x[stack], start[stack] + direction * d, 1e-21);
      ck_assert(x[1 - stack] == start[1 - stack]);
      ck_assert_double_le(d, s.shape.ray_range * (1 + 1e-8));
      ck_assert_int_eq(mesh->node_parts[mesh->ray_part[n]].node, mesh->ray_nodes[n]);
    }
    double last = mesh->ray_distance[ray->first + ray->count - 1];
    ck_assert_double_ge(last, s.shape.ray_range - 0.7e-9); /* one interval there */
  }
  mesh_free(&mesh);
}
END_TEST

START_TEST(mesh_has_a_point_at_every_stop) {
  struct sample s;
  sample_shape(&s, (enum shape_coordinates)_i);
  struct mesh *mesh = sample_mesh(&s.shape);
  int stack = shape_dimension(&s.shape) - 1;
  const double wanted[] = {0, 7e-9, 15e-9, 20e-9, 25e-9, 30e-9};
  for (size_t w = 0; w < sizeof wanted / sizeof *wanted; w++) {
    double nearest = INFINITY;
    for (size_t i = 0; i < mesh->n_axis[stack]; i++)
      nearest = fmin(nearest, fabs(mesh->axis[stack][i] - wanted[w]));
    ck_assert_double_le(nearest, 1e-20);
  }
  for (size_t i = 1; i < mesh->n_axis[stack]; i++) { /* the zone of small spacing */
    double x0 = mesh->axis[stack][i - 1], x1 = mesh->axis[stack][i];
    if (x0 > 8.01e-9 && x1 < 11.99e-9)
      ck_assert_double_le(x1 - x0, 0.5e-9 * (1 + 1e-6));
  }
  mesh_free(&mesh);
}
END_TEST

START_TEST(mesh_stack_intervals_give_cells_to_the_layer_of_their_midpoint) {
  struct sample s;
  sample_shape(&s, (enum shape_coordinates)_i);
  s.shape.n_boxes = 0;
  s.shape.n_regions = 2;
  s.shape.stack_intervals = 4; /* cells of 7.5 nm; the third has its midpoint at 18.75 nm */
  struct mesh *mesh = sample_mesh(&s.shape);
  double volume = 0;
  for (size_t p = 0; p < mesh->n_node_parts; p++)
    volume += mesh->node_parts[p].region == 0 ? mesh->node_parts[p].volume : 0;
  sample_close(volume, sample_section(&s.shape) * 22.5e-9);
  s.layers[0].thickness = 18.75e-9; /* a tie goes to the later layer */
  s.layers[1].thickness = 11.25e-9;
  struct mesh *tie = sample_mesh(&s.shape);
  volume = 0;
  for (size_t p = 0; p < tie->n_node_parts; p++)
    volume += tie->node_parts[p].region == 0 ? tie->node_parts[p].volume : 0;
  sample_close(volume, sample_section(&s.shape) * 15e-9);
  mesh_free(&mesh);
  mesh_free(&tie);
}
END_TEST

START_TEST(mesh_layer_intervals_are_equal_whatever_lies_inside) {
  struct sample s;
  sample_shape(&s, (enum shape_coordinates)_i);
  s.layers[0].intervals = 10; /* the stop at 7 nm and the box edge at 15 nm give way */
  struct mesh *mesh = sample_mesh(&s.shape);
  const double *x = mesh->axis[shape_dimension(&s.shape) - 1];
  for (int i = 0; i < 10; i++)
    ck_assert_double_eq_tol(x[i + 1] - x[i], 2e-9, 1e-20);
  mesh_free(&mesh);
}
END_TEST

START_TEST(mesh_same_terminal_may_overlap_and_go_round_corners) {
  struct sample s;
  sample_shape(&s, SHAPE_PLANAR);
  struct shape_contact contacts[] = {{0, SHAPE_Y_MIN, 0, 6e-9, 1e-9},
                                     {0, SHAPE_Y_MIN, 4e-9, 10e-9, 1e-9},
                                     {0, SHAPE_X_MAX, 0, 10e-9, 1e-9},
                                     {1, SHAPE_Y_MAX, -INFINITY, INFINITY, 1e-9}};
  s.shape.contacts = contacts;
  s.shape.n_contacts = 4;
  struct mesh *mesh = sample_mesh(&s.shape);
  double area = 0;
  for (size_t f = 0; f < mesh->n_face_parts; f++)
    area += mesh->face_parts[f].terminal == 0 ? mesh->face_parts[f].area : 0;
  sample_close(area, 8e-9 * 20e-9);
  mesh_free(&mesh);
}
END_TEST

static double draw(unsigned *state) {
  *state = *state * 1664525u + 1013904223u;
  return (*state >> 8) / 16777216.0;
}

/** Random boxes over the sample; each a region of its own, so that all kinds of corners occur. */
START_TEST(mesh_build_is_valid_for_random_boxes) {
  enum { N_BOXES = 4, N_SHAPES = 100 };
  unsigned state = 1;
  int built = 0;
  for (int n = 0; n < N_SHAPES; n++) {
    struct sample s;
    struct shape_box boxes[N_BOXES];
    sample_shape(&s, (enum shape_coordinates)_i);
    for (int b = 0; b < N_BOXES; b++) {
      double x = 10e-9 * draw(&state), y = 30e-9 * draw(&state);
      boxes[b] = (struct shape_box){.lo = {x, y}, .region = 2 + b, .h_end = NAN, .h_max = NAN};
      boxes[b].hi[0] = x + 1e-9 + 5e-9 * draw(&state);
      boxes[b].hi[1] = y + 1e-9 + 9e-9 * draw(&state);
    }
    s.shape.boxes = boxes;
    s.shape.n_boxes = N_BOXES;
    s.shape.n_regions = 2 + N_BOXES;
    s.shape.stack_intervals = draw(&state) < 0.3 ? 40 : 0;
    struct hd_error err = {0};
    struct mesh *mesh;
    if (mesh_build(&mesh, &s.shape, &err) == HD_OK) {
      ck_assert_msg(mesh_is_valid(mesh, &err), "%s", err.text);
      built++;
      mesh_free(&mesh);
    } else {
      ck_assert_msg(strstr(err.text, "is empty") != NULL, "%s", err.text); /* a covered box */
    }
  }
  ck_assert_int_gt(built, N_SHAPES / 4);
}
END_TEST

/** mesh_is_valid must notice damage, or its other uses here prove nothing. */
START_TEST(mesh_is_valid_notices_damage) {
  struct mesh *mesh = build_sample(SHAPE_PLANAR);
  struct node_part *node_part = &mesh->node_parts[mesh->n_node_parts / 2];
  double volume = node_part->volume, measure = mesh->edge_parts[5].measure;
  node_part->volume *= 1.01;
  ck_assert(!mesh_is_valid(mesh, NULL));
  node_part->volume = volume;
  mesh->edge_parts[5].measure = -measure;
  ck_assert(!mesh_is_valid(mesh, NULL));
  mesh->edge_parts[5].measure = measure;
  mesh->face_parts[0].terminal = 2;
  ck_assert(!mesh_is_valid(mesh, NULL));
  mesh->face_parts[0].terminal = 0;
  mesh->ray_part[1]++;
  ck_assert(!mesh_is_valid(mesh, NULL));
  mesh->ray_part[1]--;
  ck_assert(mesh_is_valid(mesh, NULL));
  mesh_free(&mesh);
}
END_TEST

START_TEST(mesh_place_has_the_coordinates_of_the_dimension) {
  const double x[2] = {12.3456e-9, 4e-9};
  char text[64];
  mesh_place(1, x, text, sizeof text);
  ck_assert_str_eq(text, "x = 12.3456 nm");
  mesh_place(2, x, text, sizeof text);
  ck_assert_str_eq(text, "(12.3456, 4) nm");
}
END_TEST

static Suite *make_suite(void) {
  Suite *suite = suite_create("mesh");
  TCase *unit = tcase_create("unit");
  tcase_add_loop_test(unit, mesh_build_volumes_sum_to_the_solid, 0, N_COORDINATES);
  tcase_add_loop_test(unit, mesh_build_contact_areas_are_exact, 0, N_COORDINATES);
  tcase_add_loop_test(unit, mesh_build_side_areas_are_exact, 0, N_COORDINATES);
  tcase_add_loop_test(unit, mesh_build_interface_areas_are_exact, 0, N_COORDINATES);
  tcase_add_loop_test(unit, mesh_linear_potential_has_no_divergence, 0, N_COORDINATES);
  tcase_add_test(unit, mesh_coaxial_capacitor_converges_at_order_two);
  tcase_add_loop_test(unit, mesh_numbers_the_shorter_axis_fastest, 0, N_COORDINATES);
  tcase_add_loop_test(unit, mesh_node_finds_every_point_once, 0, N_COORDINATES);
  tcase_add_loop_test(unit, mesh_rays_run_straight_to_their_range, 0, N_COORDINATES);
  tcase_add_loop_test(unit, mesh_has_a_point_at_every_stop, 0, N_COORDINATES);
  tcase_add_loop_test(unit, mesh_stack_intervals_give_cells_to_the_layer_of_their_midpoint, 0,
                      N_COORDINATES);
  tcase_add_loop_test(unit, mesh_layer_intervals_are_equal_whatever_lies_inside, 0, N_COORDINATES);
  tcase_add_test(unit, mesh_same_terminal_may_overlap_and_go_round_corners);
  tcase_add_loop_test(unit, mesh_build_is_valid_for_random_boxes, 0, N_COORDINATES);
  tcase_add_test(unit, mesh_is_valid_notices_damage);
  tcase_add_test(unit, mesh_place_has_the_coordinates_of_the_dimension);
  suite_add_tcase(suite, unit);
  return suite;
}

int main(void) {
  return suite_run(make_suite());
}
