/* Charge and ions are conserved: the total current is the same through every cut, the terminals
 * sum to zero, blocked ions stay, exchanged ones are accounted for. */
#include <math.h>
#include <string.h>
#include "physics/contact.h"
#include "solver/base/memory.h"
#include "solver/transient.h"
#include "tests/support/difference.h"
#include "tests/support/slab.h"

/** Flow of carriers and ions one way only, over all nodes' worst edge, A: the terms whose rounding
 * limits a current. */
static double one_way(const struct rig *rig) {
  const struct system_instance *instance = rig_instance(rig);
  const struct model *model = &instance->device->model;
  double worst = 0.0;
  for (size_t e = 0; e < instance->device->mesh->n_edge_parts; e++) {
    const struct edge_part *edge = &instance->device->mesh->edge_parts[e];
    for (int s = 0; s < model->n_species; s++) {
      const struct species_state *k = &instance->state[edge->part_k * model->n_species + s];
      const struct species_state *l = &instance->state[edge->part_l * model->n_species + s];
      double dv = fabs(l->v - k->v) + 1.0;
      worst = fmax(worst, model->q * edge->measure * model->regions[edge->region].species[s].D *
                              fmax(k->c, l->c) * dv);
    }
  }
  return worst;
}

/** Total current through every edge of the line, or the worst leak of a plane's nodes. */
static double spread(const struct rig *rig, double *current) {
  const struct mesh *mesh = rig_instance(rig)->device->mesh;
  double I = rig_current(rig, rig->plan.spec.devices[0].contacts[0].name), worst = 0.0;
  rig_total_current(rig, rig->y, rig->yp, current);
  if (mesh->dimension > 1)
    return rig_leak(rig, current);
  /* Into the first contact; edges run along x, and the contact may be at either end. */
  if (rig_instance(rig)->device->contact_nodes[0].terminal != 0)
    I = -I;
  for (size_t e = 0; e < mesh->n_edge_parts; e++)
    worst = fmax(worst, fabs(current[e] - I));
  return worst;
}

static double *room(const struct rig *rig) {
  double *values = NULL;
  size_t count = rig_instance(rig)->device->mesh->n_edge_parts;
  ck_assert_int_eq(hd_alloc(&values, count, sizeof(double), NULL), HD_OK);
  return values;
}

static void check_sum(const struct rig *rig) {
  const struct system_instance *instance = rig_instance(rig);
  double sum = 0.0, size = 0.0;
  for (int T = 0; T < instance->device->n_terminals; T++) {
    sum += rig->y[instance->current_base + T];
    size += fabs(rig->y[instance->current_base + T]);
  }
  ck_assert_msg(fabs(sum) <= 1e-14 * size, "terminals sum to %g A of %g A", sum, size);
}

enum { CASES = 2 * SLABS };

/** Steps of implicit Euler solved to rounding: what is left is the rounding of one-way flows. */
START_TEST(total_current_is_the_same_everywhere) {
  struct rig rig;
  int slab = _i % SLABS;
  slab_open(&rig, slab, _i < SLABS ? SHAPE_1D : SHAPE_AXISYMMETRIC, NULL);
  double *current = room(&rig), t = 0.0;
  rig_equilibrium(&rig);
  slab_rise(&rig, slab);
  for (int step = 0; step < slabs[slab].steps; step++) {
    double dt = slab_step(slab, step);
    rig_euler(&rig, t, dt);
    t += dt;
    double worst = spread(&rig, current), noise = 1e-13 * one_way(&rig);
    double I = fabs(rig_current(&rig, "anode"));
    ck_assert_msg(worst <= 1e-11 * I + noise, "%s: t = %g s: spread %g A, current %g A, noise %g A",
                  slabs[slab].deck, t, worst, I, noise);
    check_sum(&rig);
  }
  hd_free(&current);
  rig_close(&rig);
}
END_TEST

START_TEST(steady_current_is_the_same_everywhere) {
  struct rig rig;
  int slab = _i % SLABS;
  slab_open(&rig, slab, _i < SLABS ? SHAPE_1D : SHAPE_AXISYMMETRIC, NULL);
  double *current = room(&rig);
  rig_equilibrium(&rig);
  for (int step = 1; step <= 3; step++) {
    rig_move(&rig, "V", 0.2 * step * slabs[slab].bias);
    rig_polish(&rig);
    double worst = spread(&rig, current), noise = 1e-13 * one_way(&rig);
    double I = fabs(rig_current(&rig, "anode"));
    ck_assert_msg(worst <= 1e-11 * I + noise, "%s: spread %g A, current %g A, noise %g A",
                  slabs[slab].deck, worst, I, noise);
    check_sum(&rig);
  }
  hd_free(&current);
  rig_close(&rig);
}
END_TEST

/* ---- ions ---- */

/** Number of ions per time that the contacts take out, from the laws' own formula. */
static double outflow(const struct rig *rig) {
  const struct system_instance *instance = rig_instance(rig);
  const struct model *model = &instance->device->model;
  double sum = 0.0;
  for (size_t f = 0; f < instance->device->n_faces; f++) {
    const struct contact_face *face = &instance->device->faces[f];
    if (model->carrier[face->species])
      continue;
    double c = model->c_unit[face->species] * rig_unknown(rig, face->node, 1 + face->species);
    sum += face->area * face->velocity * (c - face->c_eq);
  }
  return sum;
}

START_TEST(blocked_ions_stay) {
  struct rig rig;
  slab_open(&rig, 1, _i, NULL);
  rig_equilibrium(&rig);
  slab_rise(&rig, 1);
  double start = system_ion_count(rig.system, rig.y, 0, 0), t = 0.0;
  for (int step = 0; step < slabs[1].steps; step++) {
    rig_euler(&rig, t, slab_step(1, step));
    t += slab_step(1, step);
    double count = system_ion_count(rig.system, rig.y, 0, 0);
    ck_assert_msg(fabs(count / start - 1.0) < 1e-10, "t = %g s: %g of %g ions", t, count, start);
  }
  rig_close(&rig);
}
END_TEST

START_TEST(exchanged_ions_are_accounted_for) {
  struct rig rig;
  slab_open(&rig, 2, _i, NULL);
  rig_equilibrium(&rig);
  slab_rise(&rig, 2);
  system_clear_inflow(rig.system, rig.y);
  double start = system_ion_count(rig.system, rig.y, 0, 0), t = 0.0, moved = 0.0, turned = 0.0;
  for (int step = 0; step < slabs[2].steps; step++) {
    double dt = slab_step(2, step);
    rig_euler(&rig, t, dt);
    t += dt;
    moved -= dt * outflow(&rig);
    turned += dt * fabs(outflow(&rig));
    double change = system_ion_count(rig.system, rig.y, 0, 0) - start;
    double counted = system_ion_inflow(rig.system, rig.y, 0, 0);
    ck_assert_msg(fabs(change - moved) < 1e-8 * turned + 1e-13 * start, "t = %g s: %g and %g ions",
                  t, change, moved);
    ck_assert_msg(fabs(change - counted) < 1e-8 * turned + 1e-13 * start,
                  "t = %g s: %g and %g ions counted", t, change, counted);
  }
  ck_assert_double_gt(turned, 0.1 * start); /* something happened */
  rig_close(&rig);
}
END_TEST

/** The same of the time integrator, at a loose tolerance, through the switching of the filament. */
START_TEST(integrator_keeps_the_books) {
  struct rig rig;
  struct hd_error err = {0};
  struct transient *transient = NULL;
  enum transient_event event = TRANSIENT_STEP;
  const struct transient_watch watch = {.source = -1};
  slab_open(&rig, 2, SHAPE_1D, (const char *const[]){"solver.rtol=1e-3", NULL});
  rig_equilibrium(&rig);
  slab_rise(&rig, 2);
  double start = system_ion_count(rig.system, rig.y, 0, 0), most = 0.0;
  ck_assert_int_eq(transient_create(&transient, rig.system, false, &watch, rig.y, &err), HD_OK);
  for (int stretch = 0; stretch < 2; stretch++) {
    ck_assert_int_eq(transient_begin(transient, stretch ? 2e-3 : 10.0 * slabs[2].first_step, &err),
                     HD_OK);
    do {
      enum hd_status status = transient_advance(transient, &event, &err);
      ck_assert_msg(status == HD_OK, "%s", err.text);
      const double *y = transient_state(transient);
      double change = system_ion_count(rig.system, y, 0, 0) - start;
      double counted = system_ion_inflow(rig.system, y, 0, 0);
      most = fmax(most, fabs(change));
      ck_assert_msg(fabs(change - counted) < 1e-10 * start, "t = %g s: %g and %g ions",
                    transient_time(transient), change, counted);
    } while (event != TRANSIENT_STOP);
  }
  ck_assert_double_gt(most, start); /* the filament has grown */
  transient_free(&transient);
  rig_close(&rig);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("conservation");
  TCase *tcase = tcase_create("conservation");
  tcase_add_loop_test(tcase, total_current_is_the_same_everywhere, 0, CASES);
  tcase_add_loop_test(tcase, steady_current_is_the_same_everywhere, 0, CASES);
  tcase_add_loop_test(tcase, blocked_ions_stay, 0, COORDINATES);
  tcase_add_loop_test(tcase, exchanged_ions_are_accounted_for, 0, COORDINATES);
  tcase_add_test(tcase, integrator_keeps_the_books);
  tcase_set_timeout(tcase, 30);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
