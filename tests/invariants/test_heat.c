/* Energy is conserved: what the terminals bring in leaves as heat, or is stored.
 * ctest: long
 * ctest: timeout=900 */
#include <float.h>
#include <math.h>
#include <string.h>
#include "physics/heat.h"
#include "solver/base/memory.h"
#include "solver/heat_power.h"
#include "solver/transient.h"
#include "tests/support/difference.h"
#include "tests/support/slab.h"

#define SOLID           "materials[0].mass_density=4 g/cm^3", "materials[0].specific_heat=300 J/kg/K"
#define CONDUCTS(kappa) "materials[0].thermal_conductivity=" kappa

/** Ways to lose heat: two sinks; one contact with a resistance, where less would make the filament
 * run away; one temperature. */
static const char *const ways[][8] = {
    {SOLID, CONDUCTS("0.4 W/m/K"), "device.heat.model=lattice", NULL},
    {SOLID, CONDUCTS("40 W/m/K"), "device.heat.model=lattice", "device.contacts[1].adiabatic=true",
     "device.contacts[0].thermal_resistance=1e-10 K m^2/W", NULL},
    {SOLID, "device.heat.model=lumped", "device.heat.thermal_resistance=1e7 K/W", NULL},
};
enum { WAYS = 3 };

/** sum V I over the terminals, W. */
static double electric_power(const struct rig *rig, const double *y) {
  const struct system_instance *instance = rig_instance(rig);
  double power = 0.0;
  for (int T = 0; T < instance->device->n_terminals; T++)
    power += system_net(rig->system, y, instance->spec->net[T]) * y[instance->current_base + T];
  return power;
}

static double hottest(const struct rig *rig, const double *y) {
  const struct device *device = rig_instance(rig)->device;
  double T = 0.0;
  for (int k = 0; k < device->n_nodes; k++)
    T = fmax(T, y[rig_instance(rig)->dof[k * device->n_unknowns + device->model.heat]]);
  return T;
}

/** Rounding of the temperatures in all rows, W. */
static double rounding(const struct rig *rig) {
  const struct device *device = rig_instance(rig)->device;
  double sum = 0.0;
  for (int k = 0; k < device->n_nodes; k++)
    sum += DBL_EPSILON * device->model.T / device->heat_scale[k];
  return sum;
}

/** In a steady state all of it leaves as heat, to rounding. */
START_TEST(heat_out_is_power_in) {
  int slab = _i % SLABS, coordinates = _i / SLABS % 2 ? SHAPE_AXISYMMETRIC : SHAPE_1D;
  int way = _i / SLABS / 2;
  struct rig rig;
  slab_open(&rig, slab, coordinates, ways[way]);
  rig_equilibrium(&rig);
  for (int step = 1; step <= 3; step++) {
    rig_move(&rig, "V", 0.3 * step * slabs[slab].bias);
    rig_polish(&rig);
    struct system_point point = {.mode = SYSTEM_STEADY, .y = rig.y};
    struct heat_power power = heat_power(rig.system, 0, &point, rig.F);
    double in = electric_power(&rig, rig.y);
    printf("%s %d way %d: %.6g W in, %.3g K, generated %+.1e, lost %+.1e\n", slabs[slab].deck,
           coordinates, way, in, hottest(&rig, rig.y), power.generated / in - 1.0,
           power.lost / in - 1.0);
    ck_assert_double_gt(in, 0.0);
    ck_assert_double_le(fabs(power.generated - in), 1e-12 * in);
    ck_assert_double_le(fabs(power.lost - in), 1e-12 * in + rounding(&rig));
  }
  rig_close(&rig);
}
END_TEST

/* ---- time ---- */

/** Level of a species over q: what one more of it takes. Carriers: z phi; ions: their energy. */
static double level(const struct model *model, int s, const double *u,
                    const struct species_state *own) {
  return model->carrier[s] ? model->charge[s] * u[1 + s] : model->V_T * own->e;
}

/** Rate of the field's energy, and of every node's displacement current, W and A. */
static double field_power(const struct system_instance *instance, double *displaced) {
  const struct device *device = instance->device;
  int N = device->n_unknowns;
  double sum = 0.0;
  memset(displaced, 0, (size_t)device->n_nodes * sizeof *displaced);
  for (size_t e = 0; e < device->mesh->n_edge_parts; e++) {
    const struct edge_part *edge = &device->mesh->edge_parts[e];
    double g = device->model.regions[edge->region].eps * edge->measure;
    double flow = g * (instance->up[edge->k * N] - instance->up[edge->l * N]);
    sum += flow * (instance->u[edge->k * N] - instance->u[edge->l * N]);
    displaced[edge->k] += flow;
    displaced[edge->l] -= flow;
  }
  return sum;
}

/** Ions that an electrode takes leave with their energy and come to its Fermi level. */
static double exchange_power(const struct rig *rig, const double *y) {
  const struct system_instance *instance = rig_instance(rig);
  const struct model *model = &instance->device->model;
  double sum = 0.0;
  for (size_t f = 0; f < instance->device->n_faces; f++) {
    const struct contact_face *face = &instance->device->faces[f];
    if (model->carrier[face->species])
      continue;
    const struct species_state *own =
        &instance->state[face->part * model->n_species + face->species];
    double V = system_net(rig->system, y, instance->spec->net[face->terminal]);
    double j = face->velocity * (own->c - face->c_eq);
    sum += model->q * face->area * j * (model->V_T * own->e - model->charge[face->species] * V);
  }
  return sum;
}

/**
 * Rate of the energy that is not heat at the gathered state: sum V I - heat, by parts,
 *   field + sum (level - z psi) q V dc/dt,
 * with V of the metal in place of psi at contacts, and the displacement current at the offset.
 */
static double stored_power(const struct rig *rig, const double *y, double *displaced) {
  const struct system_instance *instance = rig_instance(rig);
  const struct device *device = instance->device;
  const struct model *model = &device->model;
  int N = model->n_unknowns;
  double sum = field_power(instance, displaced) + exchange_power(rig, y);
  for (size_t i = 0; i < device->mesh->n_node_parts; i++) {
    const struct node_part *part = &device->mesh->node_parts[i];
    const double *u = &instance->u[part->node * N], *up = &instance->up[part->node * N];
    int terminal = device->terminal_of[part->node];
    double zero = terminal < 0 ? u[0] : system_net(rig->system, y, instance->spec->net[terminal]);
    for (int s = 0; s < model->n_species; s++) {
      const struct species_state *own = &instance->state[i * (size_t)model->n_species + (size_t)s];
      if (device->held[part->node * model->n_species + s])
        continue;
      double warming, rate = own->d_c * model_rate(model, s, own, u, up, &warming);
      rate += heat_band_power * own->c * warming;
      sum += model->q * part->volume * (level(model, s, u, own) - model->charge[s] * zero) * rate;
    }
  }
  for (size_t c = 0; c < device->n_contact_nodes; c++) {
    const struct contact_node *at = &device->contact_nodes[c];
    double V = system_net(rig->system, y, instance->spec->net[at->terminal]);
    sum -= (instance->u[at->node * N] - V) * displaced[at->node];
  }
  return sum;
}

static const double ends[SLABS] = {3e-11, 1e-3, 1e-3};

/** At every step of a transient the three books add up, as well as the equations are solved. */
START_TEST(heat_is_power_in_minus_what_is_stored) {
  static const double closed = 2e-4;    /* of the largest power, at rtol = 1e-5 */
  static const double tolerance = 1e-6; /* of temperatures, over that of the run */
  int slab = _i % SLABS, way = _i / SLABS;
  struct hd_error err = {0};
  struct rig rig;
  struct transient *transient = NULL;
  const struct transient_watch watch = {.source = -1};
  const char *sets[11] = {"solver.rtol=1e-5", "solver.max_order=3"};
  for (int i = 0; ways[way][i]; i++)
    sets[2 + i] = ways[way][i];
  slab_open(&rig, slab, SHAPE_1D, sets);
  rig_equilibrium(&rig);
  slab_rise(&rig, slab);
  double *displaced = NULL, most = 0.0, worst = 0.0, share = 0.0, hot = 0.0;
  size_t nodes = (size_t)rig_instance(&rig)->device->n_nodes;
  ck_assert_int_eq(hd_alloc(&displaced, nodes, sizeof(double), NULL), HD_OK);
  ck_assert_int_eq(transient_create(&transient, rig.system, false, &watch, rig.y, &err), HD_OK);
  for (int stretch = 0; stretch < 2; stretch++) {
    enum transient_event event = TRANSIENT_STEP;
    double stop = stretch ? ends[slab] : 10 * slabs[slab].first_step;
    ck_assert_int_eq(transient_begin(transient, stop, &err), HD_OK);
    for (int step = 0; event != TRANSIENT_STOP; step++) {
      enum hd_status status = transient_advance(transient, &event, &err);
      ck_assert_msg(status == HD_OK, "%s", err.text);
      const double *y = transient_state(transient), *yp = transient_derivative(transient);
      struct system_point point = {
          .mode = SYSTEM_TRANSIENT, .t = transient_time(transient), .y = y, .yp = yp};
      struct heat_power power = heat_power(rig.system, 0, &point, rig.F);
      double in = electric_power(&rig, y), stored = stored_power(&rig, y, displaced);
      most = fmax(most, fabs(in));
      hot = fmax(hot, hottest(&rig, y));
      if (step < 10)
        continue; /* the first steps behind a kink find the derivatives */
      worst = fmax(worst, fabs(in - power.generated - stored));
      share = fmax(share, fabs(stored));
      double open = fabs(power.generated - power.stored - power.lost);
      ck_assert_double_le(open, closed * most + tolerance * rounding(&rig) / DBL_EPSILON);
    }
  }
  printf("%s way %d: %.3g W, %.4g K, stored up to %.2g of it, open %.1e\n", slabs[slab].deck, way,
         most, hot, share / most, worst / most);
  ck_assert_double_le(worst, closed * most);
  transient_free(&transient);
  hd_free(&displaced);
  rig_close(&rig);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("heat");
  TCase *tcase = tcase_create("heat");
  tcase_add_loop_test(tcase, heat_out_is_power_in, 0, WAYS * SLABS * 2);
  tcase_add_loop_test(tcase, heat_is_power_in_minus_what_is_stored, 0, WAYS * SLABS);
  tcase_set_timeout(tcase, 60);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
