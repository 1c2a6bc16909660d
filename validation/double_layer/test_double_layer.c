/* Layers of ions against a blocking wall: Gouy & Chapman, and with a site limit; see README.md. */
#include <gsl/gsl_integration.h>
#include <math.h>
#include "tests/support/difference.h"
#include "tests/support/rig.h"

#define HERE "validation/double_layer/"

enum { LEVELS = 4 };

/** Potentials of the coarsest mesh's error and how it falls: order 2 within 5 % of the exponent. */
static void check_order(const double *error, double largest, const char *what) {
  ck_assert_msg(error[LEVELS - 1] < largest, "%s: error %g on the finest mesh", what,
                error[LEVELS - 1]);
  for (int i = 1; i < LEVELS; i++) {
    double order = log2(error[i - 1] / error[i]);
    printf("%s: error %.3e V_T, order %.3f\n", what, error[i], order);
    ck_assert_msg(fabs(order - 2.0) < 0.1, "%s: order %g", what, order);
  }
}

static void open_level(struct rig *rig, const char *deck, int level, const char *set,
                       const char *other) {
  char intervals[64];
  snprintf(intervals, sizeof intervals, "device.mesh.intervals=%d", 200 << level);
  rig_open(rig, deck, (const char *const[]){intervals, set, other, NULL});
  rig_equilibrium(rig);
}

/* ---- Gouy-Chapman ---- */

START_TEST(gouy_chapman_layer_is_exact_to_order_2) {
  double error[LEVELS];
  for (int level = 0; level < LEVELS; level++) {
    struct rig rig;
    open_level(&rig, HERE "case.cfg", level, "title=\"\"", NULL);
    const struct device *device = rig_instance(&rig)->device;
    double V_T = device->model.V_T, eps = device->model.regions[0].eps;
    double lambda = sqrt(eps * V_T / (2.0 * device->model.q * 1e24));
    double wall = tanh(0.1 / V_T / 4.0);
    error[level] = 0.0;
    for (int k = 0; k < device->n_nodes; k++) {
      double exact = 4.0 * atanh(wall * exp(-device->mesh->x[k][0] / lambda));
      error[level] = fmax(error[level], fabs(rig_unknown(&rig, k, 0) / V_T - exact));
    }
    rig_close(&rig);
  }
  check_order(error, 3e-4, "Gouy-Chapman"); /* h is 1/8 of the length at the wall */
}
END_TEST

START_TEST(gouy_chapman_layer_holds_the_charge_of_grahame) {
  struct rig rig;
  open_level(&rig, HERE "case.cfg", 3, "title=\"\"", NULL);
  const struct device *device = rig_instance(&rig)->device;
  double V_T = device->model.V_T, eps = device->model.regions[0].eps, q = device->model.q;
  double exact = sqrt(8.0 * eps * q * V_T * 1e24) * sinh(0.1 / V_T / 2.0), charge = 0.0;
  for (int k = 0; k < device->n_nodes; k++)
    charge +=
        q * 1e24 * device->node_volume[k] * (rig_unknown(&rig, k, 2) - rig_unknown(&rig, k, 1));
  /* h / lambda = 1/56 at the layer's foot, 1/8 at the wall: h^2 / 12 of it. */
  ck_assert_double_le(fabs(charge / exact - 1.0), 1.5e-3);
  rig_close(&rig);
}
END_TEST

/* ---- with a site limit ---- */

struct lattice {
  double c, c_max, q, eps, V_T, wall; /* wall: potential, V_T */
};

/** |d psi / dx| in V_T per m at a potential (V_T), by the first integral of Poisson's equation. */
static double field(double psi, void *pointer) {
  const struct lattice *l = pointer;
  double r = l->c_max / l->c - 1.0;
  double osmotic = l->c_max * (log1p(exp(-psi) / r) - log1p(1.0 / r)) + l->c * psi;
  return sqrt(2.0 * l->q * osmotic / (l->eps * l->V_T));
}

static double inverse_field(double psi, void *pointer) {
  return 1.0 / field(psi, pointer);
}

/** Distance from the wall at which the potential is psi. */
static double distance(double psi, struct lattice *l, gsl_integration_workspace *work) {
  gsl_function f = {inverse_field, l};
  double result = 0.0, estimate;
  gsl_integration_qag(&f, psi, l->wall, 0.0, 1e-11, 1000, GSL_INTEG_GAUSS31, work, &result,
                      &estimate);
  return fabs(result);
}

/** Largest error of the potential in V_T, by how far from its place each value is. */
static double lattice_error(const struct rig *rig, double wall) {
  static const double foot = 0.01; /* V_T: below, the place is ill-conditioned and the layer over */
  const struct device *device = rig_instance(rig)->device;
  const struct model *model = &device->model;
  struct lattice l = {.c = 1e24,
                      .c_max = 4e24,
                      .q = model->q,
                      .eps = model->regions[0].eps,
                      .V_T = model->V_T,
                      .wall = wall / model->V_T};
  gsl_integration_workspace *work = gsl_integration_workspace_alloc(1000);
  double worst = 0.0;
  for (int k = 1; k < device->n_nodes; k++) {
    double psi = rig_unknown(rig, k, 0) / l.V_T;
    if (fabs(psi) < foot)
      break;
    worst = fmax(worst, fabs(device->mesh->x[k][0] - distance(psi, &l, work)) * field(psi, &l));
  }
  gsl_integration_workspace_free(work);
  return worst;
}

/* Vacancies drawn to the wall until every site is full, and pushed away from it. */
static const double walls[] = {-0.25, 0.25};
static const char *const forms[] = {"hopping", "enhanced_diffusion"};

START_TEST(lattice_layer_is_exact_to_order_2) {
  double error[LEVELS], wall = walls[_i % 2];
  for (int level = 0; level < LEVELS; level++) {
    char work_function[96], lattice[96];
    struct rig rig;
    snprintf(work_function, sizeof work_function, "device.contacts[0].work_function=\"%g eV\"",
             -wall);
    snprintf(lattice, sizeof lattice, "device.species[0].lattice=\"%s\"", forms[_i / 2]);
    open_level(&rig, HERE "bikerman.cfg", level, work_function, lattice);
    if (wall < 0.0)
      ck_assert_double_gt(rig_unknown(&rig, 0, 1), 0.99); /* full: the limit matters */
    error[level] = lattice_error(&rig, wall);
    rig_close(&rig);
  }
  check_order(error, 1e-4, forms[_i / 2]);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("double_layer");
  TCase *tcase = tcase_create("double_layer");
  tcase_add_test(tcase, gouy_chapman_layer_is_exact_to_order_2);
  tcase_add_test(tcase, gouy_chapman_layer_holds_the_charge_of_grahame);
  tcase_add_loop_test(tcase, lattice_layer_is_exact_to_order_2, 0, 4);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
