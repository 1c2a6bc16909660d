/* The time integrator: its error falls with rtol, and free sites are resolved as asked. */
#include <math.h>
#include <string.h>
#include "solver/base/memory.h"
#include "solver/kink.h"
#include "solver/transient.h"
#include "tests/support/difference.h"
#include "tests/support/slab.h"

/** Integrate a slab through its rise and on to `end`; the state there is left in rig->y. `lowest`:
 * smallest free share of any limited ion on the way, or NULL. */
static void integrate(struct rig *rig, int slab, double end, double *lowest) {
  struct hd_error err = {0};
  struct transient *transient = NULL;
  const struct transient_watch watch = {.source = -1};
  const struct system_instance *instance = rig_instance(rig);
  const struct model *model = &instance->device->model;
  rig_equilibrium(rig);
  slab_rise(rig, slab);
  ck_assert_int_eq(transient_create(&transient, rig->system, false, &watch, rig->y, &err), HD_OK);
  for (int stretch = 0; stretch < 2; stretch++) {
    enum transient_event event = TRANSIENT_STEP;
    ck_assert_int_eq(transient_begin(transient, stretch ? end : 10 * slabs[slab].first_step, &err),
                     HD_OK);
    while (event != TRANSIENT_STOP) {
      enum hd_status status = transient_advance(transient, &event, &err);
      ck_assert_msg(status == HD_OK, "%s", err.text);
      const double *y = transient_state(transient);
      for (int k = 0; lowest && k < instance->device->n_nodes; k++)
        for (int s = 0; s < model->n_species; s++)
          if (model->hopping[s])
            *lowest = fmin(*lowest, 1.0 - y[instance->dof[k * model->n_unknowns + 1 + s]]);
    }
  }
  memcpy(rig->y, transient_state(transient), (size_t)rig->system->n * sizeof(double));
  transient_free(&transient);
}

/** Largest difference of potentials and ions' shares (in V_T and 1) between two states. */
static double distance(const struct rig *rig, const double *y) {
  const struct device *device = rig_instance(rig)->device;
  double worst = 0.0;
  for (int k = 0; k < device->n_nodes; k++) {
    int g = rig_instance(rig)->dof[k * device->n_unknowns];
    worst = fmax(worst, fabs(rig->y[g] - y[g]) / device->model.V_T);
  }
  return worst;
}

static const struct {
  int slab;
  double end;
} cases[] = {{0, 3e-11}, {1, 0.1}, {2, 3e-4}};

enum { CROWD = 1 }; /* the rise and bias of that slab */

/** Error of the reference at rtol 1e-9, V_T: ten times its tolerance per step, as at the other
 * rtol. */
static const double REFERENCE = 1e-8;

START_TEST(error_falls_with_rtol) {
  static const char *const rtol[] = {"solver.rtol=1e-9", "solver.rtol=1e-3", "solver.rtol=1e-5",
                                     "solver.rtol=1e-7"};
  double *reference = NULL, last = INFINITY;
  for (int i = 0; i < 4; i++) {
    struct rig rig;
    slab_open(&rig, cases[_i].slab, SHAPE_1D, (const char *const[]){rtol[i], NULL});
    integrate(&rig, cases[_i].slab, cases[_i].end, NULL);
    if (i == 0) {
      ck_assert_int_eq(hd_alloc(&reference, (size_t)rig.system->n, sizeof(double), NULL), HD_OK);
      memcpy(reference, rig.y, (size_t)rig.system->n * sizeof(double));
    } else {
      double error = distance(&rig, reference);
      printf("%s %s: error %.2e V_T\n", slabs[cases[_i].slab].deck, rtol[i], error);
      /* for a factor of 100 in rtol, down to what the reference itself is known to */
      ck_assert_double_lt(error, fmax(0.1 * last, REFERENCE));
      last = error;
    }
    rig_close(&rig);
  }
  ck_assert_double_lt(last, 1e-4); /* 1000 rtol */
  hd_free(&reference);
}
END_TEST

/** Vacancies drawn to a wall until 1 - theta is 1e-9 there: the integrator arrives at the steady
 * state's own value, and never below -1e-12 on the way. */
START_TEST(free_sites_are_resolved_when_asked) {
  struct rig rig;
  double lowest = 1.0;
  rig_open(&rig, "tests/decks/crowd.cfg",
           (const char *const[]){"solver.rtol=1e-4", "solver.atol_fraction=1e-8", NULL});
  integrate(&rig, CROWD, 1.0, &lowest);
  double last = 1.0 - rig_unknown(&rig, 0, 1);
  rig_equilibrium(&rig);
  rig_move(&rig, "V", slabs[CROWD].bias);
  double expected = 1.0 - rig_unknown(&rig, 0, 1);
  printf("free share %.6e, steady %.6e, lowest %.3e\n", last, expected, lowest);
  ck_assert_double_lt(expected, 1e-8);
  ck_assert_double_gt(lowest, -1e-12);
  ck_assert_double_le(fabs(last - expected), 1e-12);
  rig_close(&rig);
}
END_TEST

/** A source's net that is off by rounding is no current through the device's capacitance. */
START_TEST(restart_keeps_the_currents) {
  struct rig rig;
  rig_open(&rig, "tests/decks/film.cfg", NULL);
  rig_equilibrium(&rig);
  double before = rig_current(&rig, "anode");
  rig.y[rig.system->net_base] += 1e-15;
  kink_align(rig.system, false, 0.0, rig.y, rig.yp, rig.F);
  ck_assert_double_eq(rig_current(&rig, "anode"), before);
  rig_close(&rig);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("time");
  TCase *tcase = tcase_create("time");
  tcase_add_loop_test(tcase, error_falls_with_rtol, 0, SLABS);
  tcase_add_test(tcase, free_sites_are_resolved_when_asked);
  tcase_add_test(tcase, restart_keeps_the_currents);
  tcase_set_timeout(tcase, 60);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
