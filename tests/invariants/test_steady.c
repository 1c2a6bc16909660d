/* Steady states: how well Newton's method ends, and that a voltage can have more than one. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "solver/base/memory.h"
#include "tests/support/difference.h"
#include "tests/support/slab.h"

enum { FILAMENT = 2 };

/** Largest change of an unknown of the mesh, V: shares, smoothed fields and excess potentials count
 * times V_T, as for the solver. */
static double distance(const struct rig *rig, const double *other) {
  const struct model *model = &rig_instance(rig)->device->model;
  double worst = 0.0;
  for (int k = 0; k < rig_instance(rig)->device->n_nodes; k++)
    for (int j = 0; j < model->n_unknowns; j++) {
      int g = rig_instance(rig)->dof[k * model->n_unknowns + j];
      bool volts = j == 0 || (j <= model->n_species && model->carrier[j - 1]);
      if (g < rig->system->n)
        worst = fmax(worst, fabs(rig->y[g] - other[g]) * (volts ? 1.0 : model->V_T));
    }
  return worst;
}

/* The last update of a move is foreseen and not made: what Newton's method would still change must
 * be below the tolerance, with old factors and with sites full but for 1e-8, too. */
START_TEST(move_ends_within_the_tolerance) {
  static const char *const fronts[] = {"averaged", "pointwise"};
  static const double first = 0.3, rise = 0.02;
  struct rig line, plane;
  double *found = NULL, worst = 0.0;
  char set[64];
  snprintf(set, sizeof set, "device.species[1].front=\"%s\"", fronts[_i]);
  const char *const sets[] = {set, NULL};
  slab_open(&line, FILAMENT, 0, sets);
  slab_open(&plane, FILAMENT, 1, sets);
  ck_assert_int_eq(hd_alloc(&found, (size_t)plane.system->n + 1, sizeof(double), NULL), HD_OK);
  rig_equilibrium(&line);
  rig_move(&line, "V", first);
  rig_equilibrium(&plane);
  slab_extrude(&line, &plane);
  rig_polish(&plane);
  for (int step = 1; step <= 15; step++) {
    rig_move(&plane, "V", first + rise * step);
    for (int g = 0; g < plane.system->n; g++)
      found[g] = plane.y[g];
    rig_polish(&plane);
    worst = fmax(worst, distance(&plane, found));
  }
  printf("fronts %s: Newton to rounding moves the states by up to %.1e V\n", fronts[_i], worst);
  ck_assert_double_le(worst, plane.steady->tolerance);
  hd_free(&found);
  rig_close(&plane);
  rig_close(&line);
}
END_TEST

/** The line's state is one of the plane, too: Newton to rounding leaves it. */
static void check_plane(const struct rig *line, struct rig *plane, int coordinates) {
  /* rounding of the measures and of the elimination, as in test_dimensions.c */
  static const double tolerance = 1e-10;
  slab_extrude(line, plane);
  rig_polish(plane);
  double I = rig_current(line, "anode"), there = rig_current(plane, "anode");
  ck_assert_msg(fabs(there - I) <= tolerance * fabs(I), "%.15g A in 1D, %.15g A in coordinates %d",
                I, there, coordinates);
}

START_TEST(voltage_can_have_several_states) {
  static const double V = 0.2, top = 0.5, rise = 0.0125;
  struct rig line, plane;
  double I[2], *off = NULL;
  slab_open(&line, FILAMENT, 0, NULL);
  ck_assert_int_eq(hd_alloc(&off, (size_t)line.system->n + 1, sizeof(double), NULL), HD_OK);
  for (int way = 0; way < 2; way++) {
    rig_equilibrium(&line);
    for (int i = 1; way == 0 && i <= lround(V / rise); i++)
      rig_move(&line, "V", rise * i);
    for (int i = 0; way == 1 && i <= lround((top - V) / rise); i++)
      rig_move(&line, "V", top - rise * i);
    rig_polish(&line);
    I[way] = rig_current(&line, "anode");
    printf("%.2f V, %s: %.6g A\n", V, way ? "from 0.5 V down" : "from 0 up", I[way]);
    for (int c = 1; c < COORDINATES; c++) {
      slab_open(&plane, FILAMENT, c, NULL);
      rig_equilibrium(&plane);
      check_plane(&line, &plane, c);
      rig_close(&plane);
    }
    for (int g = 0; way == 0 && g < line.system->n; g++)
      off[g] = line.y[g];
  }
  ck_assert_double_gt(distance(&line, off), 0.01); /* V: a bridge, and none */
  ck_assert_double_gt(I[1], 1e3 * I[0]);
  hd_free(&off);
  rig_close(&line);
}
END_TEST

/* A diode of abrupt layers of N donors and N acceptors has the field E = sqrt(q N (V - 2 kT/q) /
 * eps) at its junction, the better the colder; half an edge beside it q N h / (2 eps) less. kT/q is
 * 0.09 mV at 1 K, and the start is a volt away. What is left is where in a cell the depleted layer
 * ends. */
START_TEST(cold_equilibria_are_found) {
  static const char *const temperatures[] = {"1.0", "2.0", "5.0", "20.0", "80.0", "300.0"};
  static const double q = 1.602176634e-19, k = 1.380649e-23, eps = 11.7 * 8.8541878128e-12;
  static const double N = 1e23, h = 12.5e-9, cell = 0.005;
  char set[32];
  const char *sets[] = {set, NULL};
  double T = strtod(temperatures[_i], NULL), largest = 0.0;
  struct rig rig;
  snprintf(set, sizeof set, "temperature=%s", temperatures[_i]);
  rig_open(&rig, "tests/decks/diode.cfg", sets);
  rig_equilibrium(&rig);
  system_gather(rig.system, rig.y, NULL, 0.0);
  const struct system_instance *instance = rig_instance(&rig);
  const struct mesh *mesh = instance->device->mesh;
  int width = instance->device->model.n_unknowns, end = instance->device->n_nodes - 1;
  for (size_t e = 0; e < mesh->n_edge_parts; e++) {
    const struct edge_part *edge = &mesh->edge_parts[e];
    double step = instance->u[edge->l * width] - instance->u[edge->k * width];
    largest = fmax(largest, fabs(step) / edge->length);
  }
  double V = instance->u[end * width] - instance->u[0];
  double law = sqrt(q * N * (V - 2.0 * k * T / q) / eps) - q * N * h / (2.0 * eps);
  ck_assert_double_gt(V, 0.7);
  ck_assert_double_lt(V, 1.3);
  ck_assert_double_le(fabs(largest / law - 1.0), cell);
  printf("%g K: %.4f V, field %.5g V/m, law %.5g V/m\n", T, V, largest, law);
  rig_close(&rig);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("steady");
  TCase *tcase = tcase_create("steady");
  tcase_add_loop_test(tcase, move_ends_within_the_tolerance, 0, 2);
  tcase_add_test(tcase, voltage_can_have_several_states);
  tcase_add_loop_test(tcase, cold_equilibria_are_found, 0, 6);
  tcase_set_timeout(tcase, 60);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
