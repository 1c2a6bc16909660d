/* Charge at the terminals and voltage of a capacitor, against exact sums over configurations and
 * the capacitances of our own linearised equations; see README.md.
 * ctest: long */
#include <stdio.h>
#include <stdlib.h>
#include "solver/small_signal.h"
#include "tests/support/difference.h"
#include "tests/support/hops.h"
#include "validation/single_ions/finite_count.h"

#define SHORTED   "validation/single_ions/shorted.cfg"
#define FLOATING  "validation/single_ions/floating.cfg"
#define CHARGING  "validation/single_ions/charging.cfg"
#define AREA(nm2) "device.area=\"" #nm2 " nm^2\""

/* Up to COUNTED ions the sum over configurations is taken. */
enum { CELLS = 16, EDGES = CELLS + 1, RIGHT = 1, COUNTED = 100 };
static const double SIGMAS = 4.0, POWER = 0.0075;
/** Time between samples, h^2 / D: few ions hardly screen, and L^2 / (pi^2 D) is 23; many forget
 * after 4. */
static const double SPACING_FEW = 4.0, SPACING_MANY = 1.5;

/** Frequencies of C_0 and C_inf, D / h^2: they err by the square of the distance. */
static const double SLOW = 1e-6, FAST = 1e4;

/** A film and its exact law. */
struct film {
  struct hops hops;
  struct line line;
  long sites[CELLS], start[CELLS];
  double background[CELLS], C_edge, q, kT;
};

/** Ions spread evenly from both ends: an even number of them induces no charge. */
static void place(struct film *film) {
  for (int c = 0; c < CELLS; c++)
    film->start[c] = 0;
  for (int i = 0; i < film->line.ions; i++) {
    int half = i / 2 % (CELLS / 2);
    film->start[i % 2 ? CELLS - 1 - half : half]++;
  }
  double S = 0.0, m = 0.0;
  for (int c = 0; c < CELLS; c++)
    S += m += (double)film->start[c];
  film->line.start = S;
}

static void film_open(struct film *film, const char *path, const char *const *sets, int ions) {
  hops_open(&film->hops, path, sets);
  const struct device *device = rig_instance(&film->hops.rig)->device;
  const struct model *model = &device->model;
  ck_assert_int_eq(film->hops.n_cells, CELLS);
  film->q = model->q;
  film->kT = model->q * model->V_T;
  film->C_edge = model->regions[0].eps * device->mesh->edge_parts[0].measure;
  film->line = (struct line){.cells = CELLS,
                             .ions = ions,
                             .sites = film->sites,
                             .background = film->background,
                             .charging = film->q * film->q / film->kT / film->C_edge};
  for (int c = 0; c < CELLS; c++) {
    film->sites[c] = lround(1.0 / film->hops.per_ion[c]);
    film->background[c] = (double)ions / (CELLS - 1) * (c % (CELLS - 1) ? 1.0 : 0.5);
  }
  place(film);
  hops_start(&film->hops, film->start);
}

/** Variance of S from the exact law with `held` more energy. */
static double exact(const struct film *film, double held) {
  struct line line = film->line;
  line.held = held;
  return line_variance(&line);
}

/** Im Y / omega at a frequency, F, from the linearised equations of the same film as a density. */
static double capacitance(struct small_signal *small, const struct small_signal_port *port,
                          double frequency, double complex *dy) {
  struct hd_error err = {0};
  ck_assert_msg(small_signal_tune(small, frequency, &err) == HD_OK, "%s", err.text);
  ck_assert_msg(small_signal_drive(small, port, dy, &err) == HD_OK, "%s", err.text);
  return cimag(small_signal_read(small, port, dy)) / (2.0 * acos(-1.0) * frequency);
}

/** C_0 - C_inf, F: far below and far above the frequencies at which ions relax. */
static double ionic_capacitance(const char *const *sets) {
  struct rig rig;
  struct hd_error err = {0};
  struct small_signal *small = NULL;
  rig_open(&rig, SHORTED, sets);
  rig_equilibrium(&rig);
  rig_polish(&rig);
  const struct device *device = rig_instance(&rig)->device;
  double h = device->mesh->edge_parts[0].length;
  double hops = device->model.regions[0].species[0].D / (h * h); /* modes: 0.04 to 4 of it */
  const struct small_signal_port port = {.element = rig_element(&rig, "V")};
  ck_assert_int_eq(small_signal_create(&small, rig.system, false, rig.y, &err), HD_OK);
  double complex *dy = calloc((size_t)rig.system->n, sizeof *dy);
  ck_assert_ptr_nonnull(dy);
  double C_0 = capacitance(small, &port, SLOW * hops, dy);
  double C_inf = capacitance(small, &port, FAST * hops, dy);
  printf("C_0 %.5g F, C_inf %.5g F\n", C_0, C_inf);
  free(dy);
  small_signal_free(&small);
  rig_close(&rig);
  return C_0 - C_inf;
}

/** Variance of the charge that the film has sent into its terminals. */
static struct mean charge_variance(struct film *film, int samples, double spacing) {
  struct mean square = mean_begin(samples);
  double charge = 0.0, begin = film->line.start - 0.5 * film->line.ions * EDGES; /* off the mean */
  for (int i = 0; i < samples; i++) {
    charge += hops_run(&film->hops, spacing * film->hops.diffusion_time, RIGHT);
    double S = charge / film->q * EDGES;
    ck_assert_double_eq_tol(S, round(S), 1e-6 * film->line.ions * EDGES);
    mean_add(&square, (begin + S) * (begin + S));
  }
  return square;
}

static void check_charge(const char *const *sets, int ions, double spacing, int samples,
                         const char *what) {
  struct film film;
  film_open(&film, SHORTED, sets, ions);
  double unit = film.q / EDGES, law = film.kT * ionic_capacitance(sets) / unit / unit;
  if (ions <= COUNTED) {
    double mean_field = law;
    law = exact(&film, 0.0);
    printf("%d ions: exact var S %.5g, mean field %.5g, ratio %.4f\n", ions, law, mean_field,
           law / mean_field);
  }
  struct mean square = charge_variance(&film, samples, spacing);
  mean_require(&square, law, SIGMAS, POWER, what);
  point_write("charge", what, ions, mean_value(&square), mean_error(&square), law);
  hops_close(&film.hops);
}

START_TEST(charge_of_8_ions_by_events) {
  check_charge((const char *const[]){AREA(25), "stochastic.method=\"gillespie\"", NULL}, 8,
               SPACING_FEW, 54000, "8 ions; events");
}
END_TEST

START_TEST(charge_of_8_ions_by_leaps) {
  check_charge(
      (const char *const[]){AREA(25), "stochastic.method=\"leap\"", "stochastic.leap=0.1", NULL}, 8,
      SPACING_FEW, 54000, "8 ions; leaps of 0.1");
}
END_TEST

START_TEST(charge_of_67_ions) {
  check_charge((const char *const[]){AREA(225),
                                     "device.species[0].density=\"9.925925925925927e18 cm^-3\"",
                                     "stochastic.method=\"gillespie\"", NULL},
               67, SPACING_MANY, 110000, "67 ions; events");
}
END_TEST

START_TEST(charge_of_200_ions_is_that_of_the_linearised_film) {
  check_charge((const char *const[]){AREA(625), "stochastic.method=\"gillespie\"", NULL}, 200,
               SPACING_MANY, 104000, "200 ions; events");
}
END_TEST

/** <V^2> = kT / C_eff; V = - q (S - S_start) / (n (C + C_inf)). */
static void check_voltage(const char *const *sets, int ions, double C, int samples,
                          const char *what) {
  struct film film;
  char value[64];
  const char *all[8] = {NULL};
  int n = 0;
  for (; sets[n]; n++)
    all[n] = sets[n];
  snprintf(value, sizeof value, "circuit[0].value=\"%g F\"", C);
  all[n] = value;
  film_open(&film, FLOATING, all, ions);
  double total = C + film.C_edge / EDGES, unit = film.q / EDGES / total;
  double held = film.q / EDGES * film.q / EDGES / total / film.kT;
  double law = unit * unit * exact(&film, held);
  double C_ions = ionic_capacitance(sets);
  printf("C %g F, C_inf %.3g F, kT/C_eff %.5g V^2, exact %.5g V^2\n", C, film.C_edge / EDGES,
         film.kT * (1.0 / total - 1.0 / (total + C_ions)), law);
  struct mean square = mean_begin(samples);
  for (int i = 0; i < samples; i++) {
    hops_run(&film.hops, SPACING_FEW * film.hops.diffusion_time, RIGHT);
    double V = hops_net(&film.hops, 1), S = V / unit;
    ck_assert_double_eq_tol(S, round(S), 1e-6 * ions * EDGES);
    mean_add(&square, V * V);
  }
  mean_require(&square, law, SIGMAS, POWER, what);
  point_write("voltage", what, C / (film.C_edge / EDGES), mean_value(&square), mean_error(&square),
              law);
  hops_close(&film.hops);
}

START_TEST(large_capacitor) {
  check_voltage((const char *const[]){AREA(25), "stochastic.method=\"gillespie\"", NULL}, 8, 1e-17,
                58000, "<V^2>; C >> C_inf");
}
END_TEST

START_TEST(small_capacitor) {
  check_voltage((const char *const[]){AREA(25), "stochastic.method=\"gillespie\"", NULL}, 8, 2e-19,
                58000, "<V^2>; C ~ C_inf");
}
END_TEST

START_TEST(hardly_any_capacitor) {
  check_voltage((const char *const[]){AREA(25), "stochastic.method=\"gillespie\"", NULL}, 8, 1e-21,
                58000, "<V^2>; C << C_inf");
}
END_TEST

/** Each step of implicit Euler puts (V_in - V) dt / (R C) on the capacitor, however long it is and
 * however little that is; the film's charge is within the bound. */
START_TEST(capacitor_charges_in_steps_of_any_length) {
  static const double length[] = {0.03, 0.07, 0.04, 0.06}; /* h^2 / D */
  const double V_in = 0.02, RC = 4e10 * 1e-15;
  struct film film;
  film_open(&film, CHARGING, (const char *const[]){NULL}, 8);
  double V = hops_net(&film.hops, 1);
  for (int i = 0; i < 400; i++) {
    double dt = length[i % 4] * film.hops.diffusion_time;
    hops_run(&film.hops, dt, RIGHT);
    V = (V + dt / RC * V_in) / (1.0 + dt / RC);
    ck_assert_double_eq_tol(hops_net(&film.hops, 1), V, 0.01 * V_in);
  }
  ck_assert_double_ge(V, 0.8 * V_in);
  hops_close(&film.hops);
}
END_TEST

int main(void) {
  return run_suite("charge",
                   (const TTest *const[]){charge_of_8_ions_by_events, charge_of_8_ions_by_leaps,
                                          charge_of_67_ions,
                                          charge_of_200_ions_is_that_of_the_linearised_film,
                                          large_capacitor, small_capacitor, hardly_any_capacitor,
                                          capacitor_charges_in_steps_of_any_length, NULL});
}
