/* One assembly for all coordinates: a slab is the same in 1D, planar 2D and axisymmetric. */
#include <math.h>
#include "tests/support/difference.h"
#include "tests/support/slab.h"

/* Rounding of the measures and of the elimination, which differ; required of the solver. */
static const double tolerance = 1e-10;

/** Contact current of all three must agree; currents far below the largest are noise of it. */
static void compare(struct rig *rig, const char *contact, double unit, const char *what) {
  double I = rig_current(&rig[0], contact);
  for (int c = 1; c < COORDINATES; c++) {
    double other = rig_current(&rig[c], contact);
    ck_assert_msg(fabs(other - I) <= tolerance * fmax(fabs(I), unit),
                  "%s: current into %s %.15g A in 1D, %.15g A in coordinates %d, unit %g", what,
                  contact, I, other, c, unit);
  }
}

/** Fields of all columns of the plane against the line. */
static void compare_fields(const struct rig *rig, const char *what) {
  const struct mesh *line = rig_instance(&rig[0])->device->mesh;
  for (int c = 1; c < COORDINATES; c++) {
    const struct mesh *mesh = rig_instance(&rig[c])->device->mesh;
    int N = rig_instance(&rig[0])->device->n_unknowns;
    ck_assert_uint_eq(mesh->n_axis[1], line->n_axis[0]);
    for (size_t i = 0; i < mesh->n_axis[0]; i++)
      for (size_t j = 0; j < mesh->n_axis[1]; j++)
        for (int u = 0; u < N; u++) {
          double here = rig_unknown(&rig[c], (int)mesh_node(mesh, i, j), u);
          double there = rig_unknown(&rig[0], (int)mesh_node(line, j, 0), u);
          ck_assert_msg(fabs(here - there) <= tolerance,
                        "%s: unknown %d at point %zu: %.15g, %.15g", what, u, j, there, here);
        }
  }
}

START_TEST(slab_is_the_same_in_all_coordinates) {
  struct rig rig[COORDINATES];
  const struct slab *slab = &slabs[_i];
  double unit = 0.0;
  for (int c = 0; c < COORDINATES; c++) {
    slab_open(&rig[c], _i, c, NULL);
    rig_equilibrium(&rig[c]);
  }
  compare_fields(rig, slab->deck);
  for (int step = 1; step <= 2; step++) {
    for (int c = 0; c < COORDINATES; c++) {
      if (c > 0 && slab->several)
        slab_extrude(&rig[0], &rig[c]);
      else
        rig_move(&rig[c], "V", 0.25 * step * slab->bias);
      rig_polish(&rig[c]);
    }
    compare_fields(rig, slab->deck);
    compare(rig, "anode", 0.0, "steady");
  }
  for (int c = 0; c < COORDINATES; c++) {
    rig_equilibrium(&rig[c]);
    slab_rise(&rig[c], _i);
  }
  double t = 0.0;
  for (int step = 0; step < slab->steps; step++) {
    double dt = slab_step(_i, step);
    for (int c = 0; c < COORDINATES; c++)
      rig_euler(&rig[c], t, dt);
    unit = fmax(unit, fabs(rig_current(&rig[0], "anode")));
    compare_fields(rig, slab->deck);
    compare(rig, "anode", 1e-6 * unit, "transient");
    compare(rig, "cathode", 1e-6 * unit, "transient");
    t += dt;
  }
  for (int c = 0; c < COORDINATES; c++)
    rig_close(&rig[c]);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("dimensions");
  TCase *tcase = tcase_create("dimensions");
  tcase_add_loop_test(tcase, slab_is_the_same_in_all_coordinates, 0, SLABS);
  tcase_set_timeout(tcase, 60);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
