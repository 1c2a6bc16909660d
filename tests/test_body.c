/* Bodies of known shape painted as a nodal field: length, gap and radii, on tensor grids and on a
 * graph of triangles. */
#include "geometry/body.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include "geometry/triangles.h"
#include "tests/support/suite.h"

/** The film: height and width (radius), m. */
static const double HEIGHT = 30e-9, WIDTH = 12e-9, DEPTH = 8e-9, AREA = 64e-18;
static const double PI = 3.14159265358979323846;

static struct hd_error err;

/** A value above 1/2 inside a body, below outside, smooth across its surface. */
typedef double painted(double r, double z, double length, double radius);

/** z = 0 to a tip at `length`; `radius` at the foot. */
static double cone(double r, double z, double length, double radius) {
  return 0.5 + (radius * (1.0 - z / length) - r) / WIDTH;
}

/** A cylinder with a round edge far away: only its side and its flat top are cut. */
static double cylinder(double r, double z, double length, double radius) {
  return 0.5 + fmin(radius - r, length - z) / WIDTH;
}

/** A neck half way up: radius at z = 0 and HEIGHT, half of it in the middle. */
static double neck(double r, double z, double length, double radius) {
  double s = 2.0 * z / length - 1.0;
  return 0.5 + (radius * (0.5 + 0.5 * s * s) - r) / WIDTH;
}

/** Half a sphere on the contact. */
static double sphere(double r, double z, double length, double radius) {
  (void)length;
  return 0.5 + (radius - hypot(r, z)) / WIDTH;
}

/** A film between electrodes below and above, n intervals along its height. */
struct bench {
  struct shape shape;
  struct shape_layer layer;
  struct shape_contact contacts[2];
  struct mesh *mesh;
  struct body_finder *finder;
  double *field;
};

static void bench_open(struct bench *bench, enum shape_coordinates coordinates, int n) {
  bool flat = coordinates == SHAPE_1D;
  *bench = (struct bench){
      .shape = {.coordinates = coordinates,
                .area = AREA,
                .depth = DEPTH,
                .width = WIDTH,
                .width_intervals = flat ? 0 : 2 * n / 5 + 1, /* nodes never lie on a surface */
                .growth = 1.2,
                .n_layers = 1,
                .n_contacts = 2,
                .n_regions = 1,
                .n_terminals = 2},
      .layer = {HEIGHT, 0, NAN, NAN, n},
      .contacts = {{0, flat ? SHAPE_X_MIN : SHAPE_Y_MIN, -INFINITY, INFINITY, NAN},
                   {1, flat ? SHAPE_X_MAX : SHAPE_Y_MAX, -INFINITY, INFINITY, NAN}}};
  bench->shape.layers = &bench->layer;
  bench->shape.contacts = bench->contacts;
  ck_assert_int_eq(mesh_build(&bench->mesh, &bench->shape, &err), HD_OK);
  ck_assert_int_eq(body_finder_create(&bench->finder, bench->mesh, &bench->shape, &err), HD_OK);
  bench->field = calloc(bench->mesh->n_nodes, sizeof(double));
}

static void bench_close(struct bench *bench) {
  free(bench->field);
  body_finder_free(&bench->finder);
  mesh_free(&bench->mesh);
}

static struct body paint(struct bench *bench, painted *value, double length, double radius) {
  bool flat = bench->mesh->dimension == 1;
  for (size_t k = 0; k < bench->mesh->n_nodes; k++) {
    const double *x = bench->mesh->x[k];
    bench->field[k] = value(flat ? 0.0 : x[0], flat ? x[0] : x[1], length, radius);
  }
  return body_measure(bench->finder, bench->field, 0.5);
}

static void close_to(double value, double expected, double tolerance) {
  ck_assert_msg(fabs(value - expected) <= tolerance * HEIGHT, "%.9g, must be %.9g to %.3g", value,
                expected, tolerance * HEIGHT);
}

/** Errors of linear interpolation alone. */
static const double EXACT = 1e-12;

START_TEST(body_measure_finds_a_front_in_1d) {
  struct bench bench;
  bench_open(&bench, SHAPE_1D, 40);
  for (int i = 1; i < 100; i++) { /* linear in x: exact wherever the front is */
    double length = HEIGHT * i / 100.0;
    struct body body = paint(&bench, cone, length, 0.3 * WIDTH);
    ck_assert_int_eq(body.terminal, 0);
    close_to(body.length, length, EXACT);
    close_to(body.gap, HEIGHT - length, EXACT);
    ck_assert(isnan(body.radius_min) && isnan(body.radius_mean));
  }
  bench_close(&bench);
}
END_TEST

/** A cone is linear in r and z: all edges and triangles hold it exactly. */
START_TEST(body_measure_finds_a_cone) {
  enum shape_coordinates coordinates = _i == 0 ? SHAPE_PLANAR : SHAPE_AXISYMMETRIC;
  double length = 21.3e-9, radius = 7.7e-9;
  struct bench bench;
  bench_open(&bench, coordinates, 30);
  struct body body = paint(&bench, cone, length, radius);
  close_to(body.length, length, EXACT);
  close_to(body.gap, HEIGHT - length, EXACT);
  /* the last of 64 sections below 9/10 of the length is number 57, at 56.5 / 64 */
  double tip = 1.0 - 56.5 / 64.0;
  /* a plane has half of the wedge: the other half of its width is beyond x = 0 */
  close_to(body.radius_min, _i == 0 ? 0.5 * radius * tip : radius * tip, EXACT);
  close_to(body.radius_mean, _i == 0 ? 0.25 * radius : radius / sqrt(3.0), EXACT);
  bench_close(&bench);
}
END_TEST

START_TEST(body_measure_finds_a_cylinder) {
  double length = 17.1e-9, radius = 4.3e-9;
  struct bench bench;
  bench_open(&bench, SHAPE_AXISYMMETRIC, 60);
  struct body body = paint(&bench, cylinder, length, radius);
  close_to(body.length, length, EXACT);
  close_to(body.radius_min, radius, EXACT);
  close_to(body.radius_mean, radius, 1e-3); /* the edge of the top lies inside cells */
  bench_close(&bench);
}
END_TEST

START_TEST(body_measure_finds_a_neck_of_a_bridge) {
  double radius = 6e-9, before = 0.0;
  for (int n = 20; n <= 80; n *= 2) {
    struct bench bench;
    bench_open(&bench, SHAPE_AXISYMMETRIC, n);
    struct body body = paint(&bench, neck, HEIGHT, radius);
    ck_assert(body.gap == 0.0);
    close_to(body.length, HEIGHT, EXACT);
    close_to(body.radius_min, 0.5 * radius, 2e-3); /* of 64 sections one is near the middle */
    /* int (1/2 + s^2/2)^2 ds over 0..1 = 1/4 + 1/6 + 1/20 */
    double error = fabs(body.radius_mean - radius * sqrt(0.25 + 1.0 / 6.0 + 0.05));
    ck_assert_msg(before == 0.0 || error < 0.35 * before, "%g after %g", error, before);
    before = error;
    bench_close(&bench);
  }
  ck_assert(before < 1e-4 * radius);
}
END_TEST

START_TEST(body_measure_converges_on_a_sphere) {
  double radius = 8.3e-9, before = 0.0;
  for (int n = 20; n <= 160; n *= 2) {
    struct bench bench;
    bench_open(&bench, SHAPE_AXISYMMETRIC, n);
    struct body body = paint(&bench, sphere, 0.0, radius);
    close_to(body.length, radius, EXACT); /* along the axis the distance is linear */
    double error = fabs(body.radius_mean - radius * sqrt(2.0 / 3.0));
    ck_assert_msg(before == 0.0 || error < 0.35 * before, "%g after %g", error, before);
    before = error;
    bench_close(&bench);
  }
  ck_assert(before < 1e-4 * radius);
}
END_TEST

/** Growing by a hundredth of a cell at a time changes nothing by more than a few hundredths. */
START_TEST(body_measure_is_continuous) {
  struct bench bench;
  bench_open(&bench, SHAPE_AXISYMMETRIC, 30);
  double h = HEIGHT / 30, step = 0.01 * h;
  struct body last = paint(&bench, sphere, 0.0, 5e-9);
  for (int i = 1; i <= 300; i++) {
    struct body body = paint(&bench, sphere, 0.0, 5e-9 + i * step);
    ck_assert(fabs(body.length - last.length) < 2 * step);
    ck_assert(fabs(body.gap - last.gap) < 2 * step);
    ck_assert(fabs(body.radius_mean - last.radius_mean) < 2 * step);
    ck_assert(fabs(body.radius_min - last.radius_min) < 4 * step);
    last = body;
  }
  bench_close(&bench);
}
END_TEST

START_TEST(body_measure_ignores_islands) {
  struct bench bench;
  bench_open(&bench, SHAPE_AXISYMMETRIC, 30);
  for (size_t k = 0; k < bench.mesh->n_nodes; k++)
    bench.field[k] = fabs(bench.mesh->x[k][1] - 0.5 * HEIGHT) < 3e-9 ? 1.0 : 0.0;
  struct body body = body_measure(bench.finder, bench.field, 0.5);
  ck_assert_int_eq(body.terminal, -1);
  ck_assert(body.length == 0.0);
  close_to(body.gap, HEIGHT, EXACT);
  ck_assert(isnan(body.radius_min) && isnan(body.radius_mean));
  bench_close(&bench);
}
END_TEST

/** Of two bodies on opposite terminals the longer one is measured. */
START_TEST(body_measure_takes_the_longest) {
  struct bench bench;
  bench_open(&bench, SHAPE_1D, 30);
  for (size_t k = 0; k < bench.mesh->n_nodes; k++) {
    double x = bench.mesh->x[k][0];
    bench.field[k] = 0.5 + fmax(3.3e-9 - x, x - (HEIGHT - 9.4e-9)) / HEIGHT;
  }
  struct body body = body_measure(bench.finder, bench.field, 0.5);
  ck_assert_int_eq(body.terminal, 1);
  close_to(body.length, 9.4e-9, EXACT);
  close_to(body.gap, HEIGHT - 9.4e-9, EXACT);
  bench_close(&bench);
}
END_TEST

/* ---- a graph of triangles ---- */

enum { COLUMNS = 41, ROWS = 101, NODES = COLUMNS * ROWS };

/** Rows of nodes, shifted at random, every cell cut along its rising diagonal. */
struct net {
  double x[NODES][2];
  struct edge_part edges[3 * NODES];
  struct face_part faces[2 * COLUMNS];
  struct mesh mesh;
};

static void add_edge(struct net *net, int k, int l) {
  net->edges[net->mesh.n_edge_parts++] = (struct edge_part){.k = k, .l = l};
}

static struct net *net_create(void) {
  struct net *net = calloc(1, sizeof *net);
  unsigned state = 1;
  for (int j = 0; j < ROWS; j++)
    for (int i = 0; i < COLUMNS; i++) {
      int k = j * COLUMNS + i;
      double shift[2];
      for (int c = 0; c < 2; c++) {
        state = state * 1664525u + 1013904223u;
        shift[c] = 0.6 * ((double)(state >> 8) / (double)(1u << 24) - 0.5);
      }
      bool side = i == 0 || i == COLUMNS - 1, end = j == 0 || j == ROWS - 1;
      net->x[k][0] = WIDTH * (i + (side ? 0.0 : shift[0])) / (COLUMNS - 1);
      net->x[k][1] = HEIGHT * (j + (end ? 0.0 : shift[1])) / (ROWS - 1);
      if (i + 1 < COLUMNS)
        add_edge(net, k, k + 1);
      if (j + 1 < ROWS)
        add_edge(net, k, k + COLUMNS);
      if (i + 1 < COLUMNS && j + 1 < ROWS)
        add_edge(net, k, k + COLUMNS + 1);
      if (end)
        net->faces[net->mesh.n_face_parts++] =
            (struct face_part){.node = k, .terminal = j == 0 ? 0 : 1};
    }
  net->mesh.coordinates = SHAPE_AXISYMMETRIC;
  net->mesh.dimension = 2;
  net->mesh.n_nodes = NODES;
  net->mesh.n_terminals = 2;
  net->mesh.x = net->x;
  net->mesh.edge_parts = net->edges;
  net->mesh.face_parts = net->faces;
  return net;
}

START_TEST(triangles_are_the_cells_of_a_graph) {
  struct net *net = net_create();
  struct triangles triangles;
  ck_assert_int_eq(triangles_create(&triangles, &net->mesh, &err), HD_OK);
  ck_assert_uint_eq(triangles.n, 2 * (COLUMNS - 1) * (ROWS - 1));
  ck_assert_uint_eq(triangles.n_pairs, net->mesh.n_edge_parts); /* no cell to be cut */
  double area = 0.0;
  for (size_t i = 0; i < triangles.n; i++) {
    const int *c = triangles.corner[i];
    const double *a = net->x[c[0]], *b = net->x[c[1]], *d = net->x[c[2]];
    double twice = (b[0] - a[0]) * (d[1] - a[1]) - (d[0] - a[0]) * (b[1] - a[1]);
    ck_assert(twice > 0.0);
    area += 0.5 * twice;
  }
  ck_assert_double_eq_tol(area / (WIDTH * HEIGHT), 1.0, 1e-12);
  triangles_free(&triangles);
  free(net);
}
END_TEST

START_TEST(triangles_cut_the_cells_of_a_grid) {
  struct bench bench;
  struct triangles triangles;
  bench_open(&bench, SHAPE_PLANAR, 10);
  ck_assert_int_eq(triangles_create(&triangles, bench.mesh, &err), HD_OK);
  ck_assert_uint_eq(triangles.n, 2 * (bench.mesh->n_axis[0] - 1) * (bench.mesh->n_axis[1] - 1));
  triangles_free(&triangles);
  bench_close(&bench);
}
END_TEST

START_TEST(body_measure_serves_triangles) {
  struct net *net = net_create();
  struct shape shape = {.coordinates = SHAPE_AXISYMMETRIC, .width = WIDTH};
  struct body_finder *finder;
  double field[NODES], length = 21.3e-9, radius = 7.7e-9;
  ck_assert_int_eq(body_finder_create(&finder, &net->mesh, &shape, &err), HD_OK);
  for (int k = 0; k < NODES; k++)
    field[k] = cone(net->x[k][0], net->x[k][1], length, radius);
  struct body body = body_measure(finder, field, 0.5);
  close_to(body.length, length, EXACT);
  close_to(body.gap, HEIGHT - length, EXACT);
  close_to(body.radius_mean, radius / sqrt(3.0), EXACT);
  close_to(body.radius_min, radius * (1.0 - 56.5 / 64.0), EXACT);
  for (int k = 0; k < NODES; k++)
    field[k] = sphere(net->x[k][0], net->x[k][1], 0.0, radius);
  body = body_measure(finder, field, 0.5);
  close_to(body.length, radius, 1e-3);
  close_to(body.radius_mean, radius * sqrt(2.0 / 3.0), 1e-3);
  body_finder_free(&finder);
  free(net);
}
END_TEST

/** A body around the corner of an electrode that covers half of the bottom. */
START_TEST(body_measure_goes_by_distance_from_the_contact) {
  struct bench bench;
  bench_open(&bench, SHAPE_PLANAR, 60);
  bench_close(&bench);
  bench.contacts[0].to = 0.5 * WIDTH;
  ck_assert_int_eq(mesh_build(&bench.mesh, &bench.shape, &err), HD_OK);
  ck_assert_int_eq(body_finder_create(&bench.finder, bench.mesh, &bench.shape, &err), HD_OK);
  bench.field = calloc(bench.mesh->n_nodes, sizeof(double));
  double edge = 0.0, reach = 4.2e-9;
  for (size_t f = 0; f < bench.mesh->n_face_parts; f++)
    if (bench.mesh->face_parts[f].terminal == 0)
      edge = fmax(edge, bench.mesh->x[bench.mesh->face_parts[f].node][0]);
  for (size_t k = 0; k < bench.mesh->n_nodes; k++) {
    const double *x = bench.mesh->x[k];
    bench.field[k] = 0.5 + (reach - hypot(fmax(0.0, x[0] - edge), x[1])) / WIDTH;
  }
  struct body body = body_measure(bench.finder, bench.field, 0.5);
  close_to(body.length, reach, EXACT);
  close_to(body.gap, HEIGHT - reach, EXACT);
  /* area of the rectangle above the contact and of the quarter disc beside it */
  double area = edge * reach + PI / 4 * reach * reach;
  close_to(body.radius_mean, 0.5 * area / reach, 2e-4);
  bench_close(&bench);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("body");
  TCase *unit = tcase_create("unit");
  tcase_add_test(unit, body_measure_finds_a_front_in_1d);
  tcase_add_loop_test(unit, body_measure_finds_a_cone, 0, 2);
  tcase_add_test(unit, body_measure_finds_a_cylinder);
  tcase_add_test(unit, body_measure_finds_a_neck_of_a_bridge);
  tcase_add_test(unit, body_measure_converges_on_a_sphere);
  tcase_add_test(unit, body_measure_is_continuous);
  tcase_add_test(unit, body_measure_ignores_islands);
  tcase_add_test(unit, body_measure_takes_the_longest);
  tcase_add_test(unit, triangles_are_the_cells_of_a_graph);
  tcase_add_test(unit, triangles_cut_the_cells_of_a_grid);
  tcase_add_test(unit, body_measure_serves_triangles);
  tcase_add_test(unit, body_measure_goes_by_distance_from_the_contact);
  suite_add_tcase(suite, unit);
  return suite_run(suite);
}
