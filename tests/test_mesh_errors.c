/* Shapes that mesh_build must refuse, each with a sentence that names the place. */
#include "geometry/mesh.h"

#include <check.h>
#include <math.h>
#include <string.h>
#include "tests/support/sample_shape.h"
#include "tests/support/suite.h"

/** What is changed in the sample, and a word of the sentence. */
static void no_layers(struct sample *s) {
  s->shape.n_layers = 0;
}
static void thin_layer(struct sample *s) {
  s->layers[1].thickness = -1e-9;
}
static void layer_region(struct sample *s) {
  s->layers[1].region = 3;
}
static void box_region(struct sample *s) {
  s->boxes[0].region = 3;
}
static void box_upside_down(struct sample *s) {
  s->boxes[0].lo[0] = s->boxes[0].hi[0];
}
static void empty_region(struct sample *s) {
  s->shape.n_boxes = 0;
}
static void covered_region(struct sample *s) {
  s->boxes[0] = (struct shape_box){{-1, -1}, {1, 1}, 2, 1e-9, 1e-9};
}
static void no_width(struct sample *s) {
  s->shape.width = 0;
  s->shape.area = NAN;
}
static void no_growth(struct sample *s) {
  s->shape.growth = 1;
}
static void zero_spacing(struct sample *s) {
  s->layers[0].h_max = 0;
}
static void zero_stop(struct sample *s) {
  s->stops[0].h_end = -1e-9;
}
static void contact_terminal(struct sample *s) {
  s->contacts[0].terminal = 2;
}
static void no_contact(struct sample *s) {
  s->contacts[1].terminal = 0;
}
static void both_on_one_side(struct sample *s) {
  s->contacts[1].side = s->contacts[0].side;
}
static void too_many_nodes(struct sample *s) {
  s->shape.stack_intervals = 60000000;
}

static const struct wrong {
  void (*change)(struct sample *s);
  const char *word;
} wrong_table[] = {
    {no_layers, "at least one"},
    {thin_layer, "layers[1].thickness"},
    {layer_region, "layers[1].region"},
    {box_region, "boxes[0].region"},
    {box_upside_down, "upwards"},
    {empty_region, "regions[2]: is empty"},
    {covered_region, "regions[0]: is empty"},
    {no_width, "must be > 0"},
    {no_growth, "must be > 1"},
    {zero_spacing, "layers[0].h_max"},
    {zero_stop, "stops[0].h_end"},
    {contact_terminal, "contacts[0].terminal"},
    {no_contact, "terminal 1 has none"},
    {both_on_one_side, "another terminal"},
    {too_many_nodes, "at most 50000000"},
};
enum { N_WRONG = sizeof wrong_table / sizeof *wrong_table };

static void must_refuse(const struct shape *shape, const char *word) {
  struct hd_error err = {0};
  struct mesh *mesh;
  ck_assert_int_eq(mesh_build(&mesh, shape, &err), HD_INPUT);
  ck_assert_ptr_null(mesh);
  ck_assert_msg(strstr(err.text, word) != NULL, "%s", err.text);
  ck_assert_int_eq(mesh_build(&mesh, shape, NULL), HD_INPUT); /* without a place for sentences */
}

START_TEST(mesh_build_refuses_wrong_shapes) {
  struct sample s;
  sample_shape(&s, (enum shape_coordinates)(_i / N_WRONG));
  wrong_table[_i % N_WRONG].change(&s);
  must_refuse(&s.shape, wrong_table[_i % N_WRONG].word);
}
END_TEST

START_TEST(mesh_build_refuses_contacts_off_the_boundary) {
  static const double from_to[][2] = {{-2e-9, 3e-9}, {5e-9, 11e-9}, {12e-9, 15e-9},
                                      {5e-9, 5e-9},  {6e-9, 5e-9},  {-3e-9, -1e-9}};
  for (size_t i = 0; i < sizeof from_to / sizeof *from_to; i++) {
    struct sample s;
    sample_shape(&s, SHAPE_PLANAR);
    s.contacts[1].from = from_to[i][0];
    s.contacts[1].to = from_to[i][1];
    must_refuse(&s.shape, i == 3 || i == 4 ? "upwards" : "off the boundary");
  }
}
END_TEST

START_TEST(mesh_build_refuses_contacts_between_nodes) {
  struct sample s;
  sample_shape(&s, SHAPE_PLANAR);
  s.shape.width_intervals = 10;
  s.contacts[1].from = 2.5e-9;
  s.contacts[1].to = 3.5e-9; /* holds the node at 3 nm alone */
  must_refuse(&s.shape, "fewer than two nodes");
  s.contacts[1].to = 2.9e-9;
  must_refuse(&s.shape, "fewer than two nodes");
}
END_TEST

START_TEST(mesh_build_refuses_sides_that_do_not_exist) {
  struct sample s;
  sample_shape(&s, SHAPE_1D);
  s.contacts[1].side = SHAPE_Y_MAX;
  must_refuse(&s.shape, "1D device has no y side");
  sample_shape(&s, SHAPE_AXISYMMETRIC);
  s.contacts[1].side = SHAPE_X_MIN;
  must_refuse(&s.shape, "axis of symmetry");
}
END_TEST

START_TEST(mesh_build_collects_all_errors_of_a_shape) {
  struct sample s;
  sample_shape(&s, SHAPE_PLANAR);
  thin_layer(&s);
  box_region(&s);
  contact_terminal(&s);
  struct hd_error err = {0};
  struct mesh *mesh;
  ck_assert_int_eq(mesh_build(&mesh, &s.shape, &err), HD_INPUT);
  ck_assert_uint_eq(err.count, 3);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("mesh_errors");
  TCase *unit = tcase_create("unit");
  tcase_add_loop_test(unit, mesh_build_refuses_wrong_shapes, 0, N_COORDINATES * N_WRONG);
  tcase_add_test(unit, mesh_build_refuses_contacts_off_the_boundary);
  tcase_add_test(unit, mesh_build_refuses_contacts_between_nodes);
  tcase_add_test(unit, mesh_build_refuses_sides_that_do_not_exist);
  tcase_add_test(unit, mesh_build_collects_all_errors_of_a_shape);
  suite_add_tcase(suite, unit);
  return suite_run(suite);
}
