/* Temperature against exact solutions: modes that decay, ways out in series; see README.md. */
#include <gsl/gsl_sf_bessel.h>
#include <math.h>
#include <stdio.h>
#include "solver/transient.h"
#include "tests/support/difference.h"
#include "tests/support/rig.h"

static const char deck[] = "validation/heat/slab.cfg";

/* of the deck */
static const double pi = 3.14159265358979323846, T_0 = 300;
static const double kappa = 0.4, storage = 4e3 * 300, length = 1e-6, area = 1e-14;
static const double sigma = 1.602176634e-19 * 1e-2 * 1e25, voltage = 0.03;

/** Radius of the cylinder and width of the plate; resistance times area of what is put around. */
static const double radius = 0.5e-6, film = 2e-6; /* m, K m^2/W */
#define CYLINDER                                                                                   \
  "device.coordinates=\"axisymmetric\"", "device.radius=\"0.5 um\"",                               \
      "device.contacts[0].at=\"z_min\"", "device.contacts[1].at=\"z_max\""
#define FILM                "2e-6 K m^2/W"
#define RESISTANCE(contact) "device.contacts[" #contact "].thermal_resistance=\"" FILM "\""

/** Root of a rising function between lo and hi, by halving. */
static double root(double (*f)(double), double lo, double hi) {
  for (int i = 0; i < 100; i++)
    *(f(0.5 * (lo + hi)) < 0 ? &lo : &hi) = 0.5 * (lo + hi);
  return lo;
}

static double plate_excess(double k) {
  return k * tan(0.5 * k * length) - 1.0 / (kappa * film);
}

static double cylinder_excess(double k) {
  return k * gsl_sf_bessel_J1(k * radius) - gsl_sf_bessel_J0(k * radius) / (kappa * film);
}

/* ---- modes: exp(-lambda t) times a shape ---- */

static double between_sinks(const double *x, double *lambda) {
  *lambda = pow(pi / length, 2) * kappa / storage;
  return sin(pi * x[0] / length);
}

static double between_resistances(const double *x, double *lambda) {
  double k = root(plate_excess, 0.0, pi / length * (1.0 - 1e-12));
  *lambda = k * k * kappa / storage;
  return cos(k * (x[0] - 0.5 * length));
}

/** W/(m^3 K) of a column that also loses heat sideways */
static const double sideways = 1e12;

static double losing_sideways(const double *x, double *lambda) {
  double k = 0.5 * pi / length;
  *lambda = k * k * kappa / storage + sideways / storage;
  return cos(k * x[0]);
}

/** A plate of width 1 um with a sink at x_min, insulated at x_max. */
static double in_a_plane(const double *x, double *lambda) {
  double k = 0.5 * pi / length, l = pi / length;
  *lambda = (k * k + l * l) * kappa / storage;
  return sin(k * x[0]) * sin(l * x[1]);
}

static double in_a_cylinder(const double *x, double *lambda) {
  double first_zero = 2.404825557695773; /* of J0 */
  double k = root(cylinder_excess, 0.0, first_zero / radius), l = pi / length;
  *lambda = (k * k + l * l) * kappa / storage;
  return gsl_sf_bessel_J0(k * x[0]) * sin(l * x[1]);
}

struct mode {
  const char *name, *sets[7];
  bool plane; /* two dimensions */
  double (*shape)(const double *x, double *lambda);
};

static const struct mode modes[] = {
    {"between sinks", {NULL}, false, between_sinks},
    {"between resistances", {RESISTANCE(0), RESISTANCE(1)}, false, between_resistances},
    {"losing heat sideways",
     {"device.contacts[0].adiabatic=true", "device.heat.sideways_conductance=\"1e12 W/m^3/K\""},
     false,
     losing_sideways},
    {"in a plane",
     {"device.coordinates=\"planar\"", "device.width=\"1 um\"", "device.contacts[0].at=\"y_min\"",
      "device.contacts[1].at=\"y_max\"",
      "device.heat.sides=({at=\"x_min\";thermal_resistance=\"0 K m^2/W\";})"},
     true,
     in_a_plane},
    {"in a cylinder",
     {CYLINDER, "device.heat.sides=({at=\"r_max\";thermal_resistance=\"" FILM "\";})"},
     true,
     in_a_cylinder},
};
enum { MODES = sizeof modes / sizeof *modes };

static const double warm = 10; /* K */
/** The level of the electrons follows the temperature within this part of a decay time. */
static const double settle = 1e-6;

/** Set the temperatures to a mode, electrons following; its rate. What the electrons' charge heats
 * while they settle, 0.02 K, is gone when the mode is set once more. */
static double warm_up(struct rig *rig, const struct mode *mode) {
  const struct system_instance *instance = rig_instance(rig);
  const struct device *device = instance->device;
  double lambda = 0;
  for (int time = 0; time < 2; time++) {
    for (int k = 0; k < device->n_nodes; k++)
      rig->y[instance->dof[k * device->n_unknowns + device->model.heat]] =
          T_0 + warm * mode->shape(device->mesh->x[k], &lambda);
    rig_euler(rig, 0.0, settle / lambda);
  }
  return lambda;
}

/** Largest error of a mode after one decay time, in units of its height at the beginning. */
static double mode_error(const struct mode *mode, int intervals) {
  char mesh[2][64];
  const char *sets[12] = {"solver.rtol=1e-7", mesh[0]};
  int n = 2;
  snprintf(mesh[0], sizeof mesh[0], "device.mesh.intervals=%d", intervals);
  snprintf(mesh[1], sizeof mesh[1], "device.mesh.width_intervals=%d", intervals);
  for (int i = 0; mode->sets[i]; i++)
    sets[n++] = mode->sets[i];
  if (mode->plane)
    sets[n] = mesh[1];
  struct rig rig;
  struct hd_error err = {0};
  struct transient *transient = NULL;
  const struct transient_watch watch = {.source = -1};
  enum transient_event event = TRANSIENT_STEP;
  rig_open(&rig, deck, sets);
  rig_equilibrium(&rig);
  double lambda = warm_up(&rig, mode);
  ck_assert_int_eq(transient_create(&transient, rig.system, false, &watch, rig.y, &err), HD_OK);
  ck_assert_int_eq(transient_begin(transient, 1.0 / lambda, &err), HD_OK);
  while (event != TRANSIENT_STOP) {
    enum hd_status status = transient_advance(transient, &event, &err);
    ck_assert_msg(status == HD_OK, "%s", err.text);
  }
  const struct system_instance *instance = rig_instance(&rig);
  const struct device *device = instance->device;
  const double *y = transient_state(transient);
  double worst = 0;
  for (int k = 0; k < device->n_nodes; k++) {
    double exact = warm * exp(-1.0) * mode->shape(device->mesh->x[k], &lambda);
    double T = y[instance->dof[k * device->n_unknowns + device->model.heat]];
    worst = fmax(worst, fabs(T - T_0 - exact));
  }
  transient_free(&transient);
  rig_close(&rig);
  return worst / warm;
}

/** Modes decay at their rate, at order two in the spacing. */
START_TEST(modes_decay_at_order_two) {
  const struct mode *mode = &modes[_i];
  double coarse = mode_error(mode, 10), fine = mode_error(mode, 20);
  double order = log2(coarse / fine);
  printf("%s: error %.2e, %.2e, order %.3f\n", mode->name, coarse, fine, order);
  ck_assert_double_lt(coarse, 5e-3);         /* (k h)^2 / 12 of the exponent, k h = 0.3 */
  ck_assert_double_eq_tol(order, 2.0, 0.05); /* terms in h^4, and time steps: 1e-6 */
}
END_TEST

/* ---- steady states ---- */

/** Largest |T - T_0 - exact| over the largest exact rise. */
static double steady_error(const char *const *sets, double (*exact)(const double *x)) {
  struct rig rig;
  rig_open(&rig, deck, sets);
  rig_equilibrium(&rig);
  rig_move(&rig, "V", voltage);
  rig_polish(&rig);
  const struct device *device = rig_instance(&rig)->device;
  double worst = 0, most = 0;
  for (int k = 0; k < device->n_nodes; k++) {
    double rise = exact(device->mesh->x[k]);
    most = fmax(most, fabs(rise));
    worst = fmax(worst, fabs(rig_unknown(&rig, k, device->model.heat) - T_0 - rise));
  }
  rig_close(&rig);
  printf("steady: largest rise %.4g K, error %.2e of it\n", most, worst / most);
  return worst / most;
}

/** sigma E^2, W/m^3 */
static double heat(void) {
  return sigma * pow(voltage / length, 2);
}

/** R'' at the left, 3 R'' at the right: parabola a + b x - H x^2 / (2 kappa) with
 * a = R'' kappa b and a + b L - H L^2 / (2 kappa) = 3 R'' (H L - kappa b). */
static double in_series(const double *x) {
  double H = heat();
  double b =
      (3.0 * film * H * length + 0.5 * H * length * length / kappa) / (4.0 * film * kappa + length);
  return film * kappa * b + b * x[0] - 0.5 * H * x[0] * x[0] / kappa;
}

/** What thermal expansion of the electrons' level takes away from neutrality, see case.cfg. */
static const double NEUTRAL = 1e-5;

/** Contacts with resistances and the film between them: exact at the nodes of any mesh. */
START_TEST(resistances_are_in_series) {
  ck_assert_double_lt(
      steady_error((const char *const[]){RESISTANCE(0),
                                         "device.contacts[1].thermal_resistance=\"6e-6 K m^2/W\"",
                                         NULL},
                   in_series),
      NEUTRAL);
}
END_TEST

/** Through the mantle only: T - T_0 = H R R'' / 2 + H (R^2 - r^2) / (4 kappa), exact at the nodes.
 */
static double through_the_mantle(const double *x) {
  return 0.5 * heat() * radius * film + 0.25 * heat() * (radius * radius - x[0] * x[0]) / kappa;
}

START_TEST(a_film_around_a_cylinder_is_in_series) {
  ck_assert_double_lt(
      steady_error(
          (const char *const[]){
              CYLINDER, "device.contacts[0].adiabatic=true", "device.contacts[1].adiabatic=true",
              "device.heat.sides=({at=\"r_max\";thermal_resistance=\"" FILM "\";})", NULL},
          through_the_mantle),
      NEUTRAL);
}
END_TEST

/** Fin: kappa T'' = G (T - T_0) - H between sinks. */
static double fin(const double *x) {
  double m = sqrt(sideways / kappa);
  return heat() / sideways * (1.0 - cosh(m * (x[0] - 0.5 * length)) / cosh(0.5 * m * length));
}

START_TEST(a_fin_is_at_order_two) {
  double error[2];
  for (int i = 0; i < 2; i++)
    error[i] = steady_error(
        (const char *const[]){"device.heat.sideways_conductance=\"1e12 W/m^3/K\"",
                              i ? "device.mesh.intervals=20" : "device.mesh.intervals=10", NULL},
        fin);
  ck_assert_double_lt(error[1], 1e-2);
  ck_assert_double_eq_tol(log2(error[0] / error[1]), 2.0, 0.05); /* terms in h^4 */
}
END_TEST

/** The column of terminals.csv: sigma V^2 / (8 kappa) in the middle between sinks. */
START_TEST(the_peak_is_in_the_table) {
  struct table table;
  rig_run(&table, deck, NULL, "run");
  double peak = table_at(&table, table.n_rows - 1, "peak_temperature(slab)_K");
  double rise = sigma * voltage * voltage / (8.0 * kappa);
  printf("peak %.8g K\n", peak);
  ck_assert_double_eq_tol((peak - T_0) / rise, 1.0, NEUTRAL);
  table_free(&table);
}
END_TEST

/* ---- lumped ---- */

/** Voltage steps up: T - T_0 = R P (1 - exp(-t / (R C))), P = sigma V^2 A / L. */
START_TEST(a_lumped_device_warms_up_exponentially) {
  static const double R = 1e8, C = 1e-16, rise = 1e-14; /* K/W, J/K, s */
  struct rig rig;
  struct hd_error err = {0};
  struct transient *transient = NULL;
  const struct transient_watch watch = {.source = -1};
  rig_open(&rig, deck,
           (const char *const[]){"solver.rtol=1e-6", "device.heat.model=lumped",
                                 "device.heat.thermal_resistance=\"1e8 K/W\"",
                                 "device.heat.heat_capacity=\"1e-16 J/K\"", NULL});
  rig_equilibrium(&rig);
  rig.system->elements[rig_element(&rig, "V")].waveform =
      (struct waveform){.kind = WAVEFORM_RAMP, .high = voltage, .rise = rise};
  double power = sigma * voltage * voltage * area / length, worst = 0;
  int T = rig_instance(&rig)->dof[rig_instance(&rig)->device->model.heat];
  ck_assert_int_eq(transient_create(&transient, rig.system, false, &watch, rig.y, &err), HD_OK);
  const double stops[] = {rise, 5.0 * R * C};
  for (int stretch = 0; stretch < 2; stretch++) {
    enum transient_event event = TRANSIENT_STEP;
    ck_assert_int_eq(transient_begin(transient, stops[stretch], &err), HD_OK);
    while (event != TRANSIENT_STOP) {
      ck_assert_int_eq(transient_advance(transient, &event, &err), HD_OK);
      double exact = R * power * -expm1(-transient_time(transient) / (R * C));
      worst = fmax(worst, fabs(transient_state(transient)[T] - T_0 - exact));
    }
  }
  printf("lumped: %.4g K, error %.2e of it\n", R * power, worst / (R * power));
  ck_assert_double_gt(R * power, 1.0);
  ck_assert_double_lt(worst / (R * power),
                      1e-4); /* rtol = 1e-6 of T_0, in a rise of 14 K, times 5 */
  transient_free(&transient);
  rig_close(&rig);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("cooling");
  TCase *tcase = tcase_create("cooling");
  tcase_add_loop_test(tcase, modes_decay_at_order_two, 0, MODES);
  tcase_add_test(tcase, resistances_are_in_series);
  tcase_add_test(tcase, a_film_around_a_cylinder_is_in_series);
  tcase_add_test(tcase, a_fin_is_at_order_two);
  tcase_add_test(tcase, the_peak_is_in_the_table);
  tcase_add_test(tcase, a_lumped_device_warms_up_exponentially);
  tcase_set_timeout(tcase, 60);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
