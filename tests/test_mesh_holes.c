/* Boxes without material: what an electrode or a void inside the domain does to the mesh. */
#include "geometry/mesh.h"

#include <check.h>
#include <math.h>
#include <string.h>
#include "tests/support/sample_shape.h"
#include "tests/support/suite.h"

static const double PI = 3.14159265358979323846;

/** A sample without its layers' border, whose box is moved inside: 2 to 5 nm by 12 to 22 nm. */
static void hole_shape(struct sample *s, enum shape_coordinates coordinates, int filling) {
  sample_shape(s, coordinates);
  s->layers[1].region = 0;
  s->boxes[0] = (struct shape_box){{2e-9, 12e-9}, {5e-9, 22e-9}, filling, 0.3e-9, NAN};
  if (coordinates == SHAPE_1D) {
    s->boxes[0].lo[0] = 12e-9;
    s->boxes[0].hi[0] = 22e-9;
  }
  s->shape.n_regions = 1;
  s->shape.n_terminals = filling == SHAPE_VOID ? 2 : 3;
}

/** Cross-section of the box and area of its surface. */
static void box_measures(const struct sample *s, double *section, double *surface) {
  double w = 3e-9, h = 10e-9;
  switch (s->shape.coordinates) {
  case SHAPE_1D:
    *section = s->shape.area;
    *surface = 2 * s->shape.area;
    break;
  case SHAPE_PLANAR:
    *section = s->shape.depth * w;
    *surface = s->shape.depth * 2 * (w + h);
    break;
  default:
    *section = PI * (25 - 4) * 1e-18;
    *surface = 2 * *section + 2 * PI * (2e-9 + 5e-9) * h;
  }
}

START_TEST(electrode_surface_and_volume_are_exact) {
  struct sample s;
  hole_shape(&s, (enum shape_coordinates)_i, shape_electrode(2));
  struct mesh *mesh = sample_mesh(&s.shape);
  double section, surface, volume = 0, area = 0, rays = 0;
  box_measures(&s, &section, &surface);
  for (size_t p = 0; p < mesh->n_node_parts; p++)
    volume += mesh->node_parts[p].volume;
  for (size_t f = 0; f < mesh->n_face_parts; f++)
    area += mesh->face_parts[f].terminal == 2 ? mesh->face_parts[f].area : 0;
  for (size_t r = 0; r < mesh->n_rays; r++)
    rays += mesh->rays[r].terminal == 2 ? mesh->rays[r].area : 0;
  sample_close(volume, sample_section(&s.shape) * 30e-9 - section * 10e-9);
  sample_close(area, surface);
  sample_close(rays, surface);
  mesh_free(&mesh);
}
END_TEST

START_TEST(void_has_no_contact_and_no_node_inside) {
  struct sample s;
  hole_shape(&s, (enum shape_coordinates)(_i + 1), SHAPE_VOID);
  struct mesh *mesh = sample_mesh(&s.shape);
  size_t missing = 0;
  for (size_t i = 0; i < mesh->n_axis[0]; i++)
    for (size_t j = 0; j < mesh->n_axis[1]; j++) {
      double x = mesh->axis[0][i], y = mesh->axis[1][j], rounding = 1e-18;
      bool inside = x > 2e-9 + rounding && x < 5e-9 - rounding && y > 12e-9 + rounding &&
                    y < 22e-9 - rounding;
      size_t node = mesh_node(mesh, i, j);
      ck_assert_int_eq(node == MESH_NO_NODE, inside);
      missing += inside;
      if (!inside)
        ck_assert(mesh->x[node][0] == x && mesh->x[node][1] == y);
    }
  ck_assert_uint_gt(missing, 0);
  ck_assert_uint_eq(mesh->n_nodes + missing, mesh->n_axis[0] * mesh->n_axis[1]);
  for (size_t f = 0; f < mesh->n_face_parts; f++)
    ck_assert_int_lt(mesh->face_parts[f].terminal, 2);
  mesh_free(&mesh);
}
END_TEST

/** From the bottom contact a ray of 20 nm meets the box at 12 nm, and passes beside it. */
START_TEST(rays_end_at_a_hole) {
  struct sample s;
  hole_shape(&s, (enum shape_coordinates)(_i / 2 + 1), _i % 2 ? shape_electrode(2) : SHAPE_VOID);
  s.shape.ray_range = 20e-9;
  struct mesh *mesh = sample_mesh(&s.shape);
  int stopped = 0;
  for (size_t r = 0; r < mesh->n_rays; r++) {
    const struct mesh_ray *ray = &mesh->rays[r];
    if (ray->terminal != 0)
      continue;
    double x = mesh->x[mesh->ray_nodes[ray->first]][0];
    double end = mesh->ray_distance[ray->first + ray->count - 1];
    bool meets = x > 2.01e-9 && x < 4.99e-9;
    stopped += meets;
    if (meets)
      ck_assert_double_eq_tol(end, 12e-9, 1e-18);
    else if (x < 1.99e-9 || x > 5.01e-9)
      ck_assert_double_ge(end, 20e-9 - 2e-9);
  }
  ck_assert_int_gt(stopped, 0);
  mesh_free(&mesh);
}
END_TEST

static double draw(unsigned *state) {
  *state = *state * 1664525u + 1013904223u;
  return (*state >> 8) / 16777216.0;
}

/** Random boxes, some of them holes: a valid mesh, or one of the sentences. */
START_TEST(random_holes_are_valid_or_refused) {
  enum { N_BOXES = 5, N_SHAPES = 200 };
  static const char *const sentences[] = {"is empty", "touch at", "touches no material",
                                          "cut off the piece", "must touch a material"};
  unsigned state = 7;
  int built = 0;
  for (int n = 0; n < N_SHAPES; n++) {
    struct sample s;
    struct shape_box boxes[N_BOXES];
    sample_shape(&s, (enum shape_coordinates)_i);
    s.shape.n_regions = 2;
    for (int b = 0; b < N_BOXES; b++) {
      double x = 10e-9 * draw(&state), y = 30e-9 * draw(&state);
      boxes[b] = (struct shape_box){.lo = {x, y}, .h_end = NAN, .h_max = NAN};
      boxes[b].hi[0] = x + 0.5e-9 + 2e-9 * draw(&state);
      boxes[b].hi[1] = y + 0.5e-9 + 5e-9 * draw(&state);
      boxes[b].region = draw(&state) < 0.3 ? SHAPE_VOID : shape_electrode(2 + b);
      if (b == 0)
        boxes[b].region = 1;
    }
    s.shape.n_terminals = 2;
    for (int b = 0; b < N_BOXES; b++) /* terminals without gaps */
      if (shape_terminal(boxes[b].region) >= 0)
        boxes[b].region = shape_electrode((int)s.shape.n_terminals++);
    s.shape.boxes = boxes;
    s.shape.n_boxes = N_BOXES;
    struct hd_error err = {0};
    struct mesh *mesh;
    if (mesh_build(&mesh, &s.shape, &err) == HD_OK) {
      ck_assert_msg(mesh_is_valid(mesh, &err), "%s", err.text);
      built++;
      mesh_free(&mesh);
      continue;
    }
    bool known = false;
    for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++)
      known = known || strstr(err.text, sentences[i]);
    ck_assert_msg(known, "%s", err.text);
  }
  ck_assert_int_gt(built, N_SHAPES / 10);
}
END_TEST

static void must_refuse(const struct shape *shape, const char *word) {
  struct hd_error err = {0};
  struct mesh *mesh;
  ck_assert_int_eq(mesh_build(&mesh, shape, &err), HD_INPUT);
  ck_assert_msg(strstr(err.text, word) != NULL, "%s", err.text);
  ck_assert_ptr_null(mesh);
}

START_TEST(electrode_that_touches_a_contact_is_refused) {
  struct sample s;
  hole_shape(&s, SHAPE_PLANAR, shape_electrode(2));
  s.boxes[0].lo[1] = 0; /* stands on the bottom contact of terminal 0 */
  must_refuse(&s.shape, "touch at");
}
END_TEST

START_TEST(covered_electrode_is_refused) {
  struct sample s;
  hole_shape(&s, SHAPE_PLANAR, shape_electrode(2));
  struct shape_box boxes[2] = {s.boxes[0], s.boxes[0]};
  boxes[1].region = SHAPE_VOID;
  s.shape.boxes = boxes;
  s.shape.n_boxes = 2;
  must_refuse(&s.shape, "touches no material");
}
END_TEST

START_TEST(contact_on_a_void_is_refused) {
  struct sample s;
  hole_shape(&s, SHAPE_PLANAR, SHAPE_VOID);
  s.boxes[0] = (struct shape_box){{0, 20e-9}, {6e-9, 30e-9}, SHAPE_VOID, 0.3e-9, NAN};
  must_refuse(&s.shape, "must touch a material");
}
END_TEST

START_TEST(piece_without_contact_is_refused) {
  struct sample s;
  hole_shape(&s, SHAPE_PLANAR, SHAPE_VOID);
  s.boxes[0] = (struct shape_box){{0, 12e-9}, {10e-9, 22e-9}, SHAPE_VOID, 0.3e-9, NAN};
  s.contacts[1].terminal = 0; /* both halves have a contact: fine */
  s.shape.n_terminals = 1;
  struct mesh *mesh = sample_mesh(&s.shape);
  mesh_free(&mesh);
  s.shape.n_contacts = 1; /* the upper half has none */
  must_refuse(&s.shape, "cut off the piece");
}
END_TEST

int main(void) {
  Suite *suite = suite_create("mesh_holes");
  TCase *unit = tcase_create("unit");
  tcase_add_loop_test(unit, electrode_surface_and_volume_are_exact, 0, N_COORDINATES);
  tcase_add_loop_test(unit, void_has_no_contact_and_no_node_inside, 0, 2);
  tcase_add_loop_test(unit, rays_end_at_a_hole, 0, 4);
  tcase_add_loop_test(unit, random_holes_are_valid_or_refused, 0, N_COORDINATES);
  tcase_add_test(unit, electrode_that_touches_a_contact_is_refused);
  tcase_add_test(unit, covered_electrode_is_refused);
  tcase_add_test(unit, contact_on_a_void_is_refused);
  tcase_add_test(unit, piece_without_contact_is_refused);
  suite_add_tcase(suite, unit);
  return suite_run(suite);
}
