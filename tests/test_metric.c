/* Measures: one formula per coordinate system, checked against integrals done another way. */
#include "geometry/metric.h"

#include <check.h>
#include <math.h>
#include "tests/support/suite.h"

static const double PI = 3.14159265358979323846;
/** Rounding of a handful of operations. */
static const double ROUNDING = 1e-14;

static const struct shape shapes[] = {
    {.coordinates = SHAPE_1D, .area = 3e-16},
    {.coordinates = SHAPE_PLANAR, .depth = 2e-8, .width = 1e-8},
    {.coordinates = SHAPE_AXISYMMETRIC, .width = 1e-8},
};
enum { N_SHAPES = sizeof shapes / sizeof *shapes };

/** The second axis of 1D is the unit span. */
static struct span height_of(const struct shape *shape) {
  return shape->coordinates == SHAPE_1D ? (struct span){0, 1} : (struct span){2e-9, 5e-9};
}

static void close_to(double value, double expected, double tolerance) {
  ck_assert_double_eq_tol(value / expected, 1, tolerance);
}

START_TEST(metric_volume_is_that_of_the_solid) {
  const struct span x = {1e-9, 4e-9};
  const double expected[] = {3e-16 * 3e-9, 2e-8 * 3e-9 * 3e-9, PI * (16e-18 - 1e-18) * 3e-9};
  struct metric metric = metric_of(&shapes[_i]);
  close_to(metric_volume(&metric, x, height_of(&shapes[_i])), expected[_i], ROUNDING);
}
END_TEST

START_TEST(metric_face_x_is_that_of_the_solid) {
  const double expected[] = {3e-16, 2e-8 * 3e-9, 2 * PI * 4e-9 * 3e-9};
  struct metric metric = metric_of(&shapes[_i]);
  close_to(metric_face_x(&metric, 4e-9, height_of(&shapes[_i])), expected[_i], ROUNDING);
}
END_TEST

START_TEST(metric_face_y_is_that_of_the_solid) {
  const struct span x = {1e-9, 4e-9};
  const double expected[] = {0, 2e-8 * 3e-9, PI * (16e-18 - 1e-18)};
  struct metric metric = metric_of(&shapes[_i]);
  close_to(metric_face_y(&metric, x), expected[_i], ROUNDING);
}
END_TEST

START_TEST(metric_of_halves_is_the_whole) {
  struct metric metric = metric_of(&shapes[_i]);
  struct span y = height_of(&shapes[_i]);
  double halves = metric_volume(&metric, (struct span){0, 1e-9}, y) +
                  metric_volume(&metric, (struct span){1e-9, 7e-9}, y);
  close_to(halves, metric_volume(&metric, (struct span){0, 7e-9}, y), ROUNDING);
}
END_TEST

/** dV/dx is the face: the measures belong together, or divergences would not vanish. */
START_TEST(metric_face_x_is_the_derivative_of_the_volume) {
  struct metric metric = metric_of(&shapes[_i]);
  struct span y = height_of(&shapes[_i]);
  double h = 1e-11, slope = metric_volume(&metric, (struct span){5e-9 - h, 5e-9 + h}, y) / (2 * h);
  close_to(metric_face_x(&metric, 5e-9, y), slope, 1e-12); /* exact for a quadratic volume */
}
END_TEST

START_TEST(metric_axis_node_has_a_disc) {
  struct metric metric = metric_of(&shapes[2]);
  close_to(metric_face_y(&metric, (struct span){0, 1e-9}), PI * 1e-18, ROUNDING);
  ck_assert(metric_face_x(&metric, 0, (struct span){0, 1e-9}) == 0);
}
END_TEST

/** A frustum of a cone, cut along its side into what a line sweeps. */
START_TEST(metric_line_is_the_area_of_a_frustum) {
  const double a[2] = {1e-9, 0}, b[2] = {4e-9, 4e-9};
  struct metric round = metric_of(&shapes[2]), plane = metric_of(&shapes[1]);
  close_to(metric_line(&round, a, b), PI * 5e-9 * 5e-9, ROUNDING);
  close_to(metric_line(&plane, a, b), 2e-8 * 5e-9, ROUNDING);
}
END_TEST

/** Two triangles make a rectangle. */
START_TEST(metric_triangles_sum_to_the_rectangle) {
  const double p[4][2] = {{1e-9, 2e-9}, {4e-9, 2e-9}, {4e-9, 5e-9}, {1e-9, 5e-9}};
  struct metric metric = metric_of(&shapes[_i]);
  double sum = metric_triangle(&metric, p[0], p[1], p[2]) + /* either way round */
               metric_triangle(&metric, p[0], p[3], p[2]);
  close_to(sum, metric_volume(&metric, (struct span){1e-9, 4e-9}, height_of(&shapes[_i])),
           ROUNDING);
}
END_TEST

START_TEST(metric_radius_is_that_of_the_section) {
  struct metric round = metric_of(&shapes[2]), plane = metric_of(&shapes[1]);
  close_to(metric_radius(&round, metric_face_y(&round, (struct span){0, 3e-9})), 3e-9, ROUNDING);
  close_to(metric_radius(&plane, metric_face_y(&plane, (struct span){1e-9, 7e-9})), 3e-9, ROUNDING);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("metric");
  TCase *unit = tcase_create("unit");
  tcase_add_loop_test(unit, metric_volume_is_that_of_the_solid, 0, N_SHAPES);
  tcase_add_loop_test(unit, metric_face_x_is_that_of_the_solid, 0, N_SHAPES);
  tcase_add_loop_test(unit, metric_face_y_is_that_of_the_solid, 1, N_SHAPES);
  tcase_add_loop_test(unit, metric_of_halves_is_the_whole, 0, N_SHAPES);
  tcase_add_loop_test(unit, metric_face_x_is_the_derivative_of_the_volume, 0, N_SHAPES);
  tcase_add_test(unit, metric_axis_node_has_a_disc);
  tcase_add_test(unit, metric_line_is_the_area_of_a_frustum);
  tcase_add_loop_test(unit, metric_triangles_sum_to_the_rectangle, 1, N_SHAPES);
  tcase_add_test(unit, metric_radius_is_that_of_the_section);
  suite_add_tcase(suite, unit);
  return suite_run(suite);
}
