/* Equilibrium fluctuations under forces that are held over intervals, against the exact law of that
 * discretisation; see README.md.
 * ctest: long, timeout=900 */
#include <gsl/gsl_eigen.h>
#include <gsl/gsl_math.h>
#include <math.h>
#include <stdio.h>
#include "physics/contact.h"
#include "solver/integrator.h"
#include "tests/support/difference.h"
#include "tests/support/hops.h"

#define DECK "validation/langevin/closed.cfg"
#define LATTICE                                                                                    \
  "device.species[0].statistics=\"lattice\"", "device.species[0].site_density=\"8e19 cm^-3\""
/* no Coulomb forces: kappa L = 0.03 */
#define NEUTRAL "materials[0].permittivity=1e6"
#define OPEN(law)                                                                                  \
  "device.contacts[1].species=({name=\"vacancy\";model=\"" law "\";rate=\"1 cm/s\";})"

enum { NODES = 11 }; /* at most */
/** Standard errors that a figure may be off, and the largest standard error that is of use. */
static const double SIGMAS = 4.0, POWER = 0.0075;
/** The largest error of the structure factor at any k. */
static const double LARGEST = 0.02;
/** Where intervals are short for all modes they have at least this part of their variance. */
static const double WHOLE = 0.99;
/** What is left of a mode that is forgotten in an interval: its rate is not to be seen. */
static const double FORGOTTEN = 0.2;

/** A film and the integrator that moves it. */
struct film {
  struct rig rig;
  struct integrator integrator;
  const struct system_instance *instance;
  int nodes;
  double volume[NODES], conductance; /* m^3, m^3/s */
  double V, c, noise, interval;      /* c and c (1 - theta), m^-3 */
};

static void film_open(struct film *film, const char *const *sets) {
  struct hd_error err;
  struct transient_watch watch = {.source = -1};
  *film = (struct film){0};
  rig_open(&film->rig, DECK, sets);
  rig_equilibrium(&film->rig);
  film->instance = rig_instance(&film->rig);
  const struct device *device = film->instance->device;
  const struct model *model = &device->model;
  const struct edge_part *edge = &device->mesh->edge_parts[0];
  ck_assert_int_le(film->nodes = device->n_nodes, NODES);
  film->interval = film->rig.plan.spec.stochastic.interval;
  film->c = device->spec->species[0].density;
  film->noise = film->c * (model_is_limited(model, 0) ? 1.0 - film->c / model->c_unit[0] : 1.0);
  film->conductance = model->regions[0].species[0].D * edge->measure;
  for (int k = 0; k < film->nodes; k++)
    film->volume[k] = device->species_volume[k];
  ck_assert_int_eq(
      integrator_create(&film->integrator, film->rig.system, false, 0, &watch, film->rig.y, &err),
      HD_OK);
  ck_assert_int_eq(integrator_begin(&film->integrator, 1e3, &err), HD_OK);
}

static void film_close(struct film *film) {
  integrator_free(&film->integrator);
  rig_close(&film->rig);
}

/** Ions of all nodes beyond their mean at the end of interval `i`. */
static void film_numbers(struct film *film, long i, double *numbers) {
  double end = (double)(i + 1) * film->interval;
  struct hd_error err = {0};
  enum transient_event event;
  while (integrator_time(&film->integrator) < end * (1.0 - 1e-9))
    if (integrator_advance(&film->integrator, &event, &err) != HD_OK)
      ck_abort_msg("%s", err.text);
  const double *y = integrator_state(&film->integrator);
  double unit = film->instance->device->model.c_unit[0];
  for (int k = 0; k < film->nodes; k++)
    numbers[k] =
        film->volume[k] *
        (unit * y[film->instance->dof[k * film->instance->device->n_unknowns + 1]] - film->c);
}

/** Variance of a mode of rate `lambda` at the ends of intervals, over that in continuous time: a
 * force of variance 2 lambda / interval that is held over each. */
static double held(double lambda, double interval) {
  double x = 0.5 * lambda * interval;
  return tanh(x) / x;
}

/* ---- closed film: cosines ---- */

/** A cosine of the film: its rate, variances, and what is measured of it. */
struct mode {
  double lambda, structure, norm; /* 1/s; k^2 / (k^2 + kappa^2); free variance of its ions */
  double weight[NODES], before;
  struct mean square, rest; /* rest: mean_require_rate */
};

static void fill_mode(const struct film *film, int m, long samples, struct mode *mode) {
  const struct model *model = &film->instance->device->model;
  double h = film->instance->device->mesh->edge_parts[0].length, D = model->regions[0].species[0].D;
  double kappa2 = model->q * film->noise / (model->regions[0].eps * model->V_T), norm = 0.0;
  double angle = M_PI * m / (film->nodes - 1), k2 = pow(2.0 / h * sin(0.5 * angle), 2);
  for (int k = 0; k < film->nodes; k++) {
    mode->weight[k] = cos(angle * k);
    norm += film->volume[k] * film->noise * mode->weight[k] * mode->weight[k];
  }
  mode->lambda = D * (k2 + kappa2);
  mode->structure = k2 / (k2 + kappa2);
  mode->norm = norm;
  mode->before = 0.0;
  mode->square = mode->rest = mean_begin(samples);
}

/** From one end of an interval to the next x -> exp(-lambda interval) x + what does not know x. */
static void add_mode(const struct film *film, struct mode *mode, const double *numbers) {
  double wave = 0.0, law = held(mode->lambda, film->interval) * mode->structure * mode->norm;
  for (int k = 0; k < film->nodes; k++)
    wave += numbers[k] * mode->weight[k];
  mean_add(&mode->square, wave * wave / mode->norm);
  double rest = wave - exp(-mode->lambda * film->interval) * mode->before;
  mean_add(&mode->rest, mode->before * rest / law);
  mode->before = wave;
}

/** limit: the law is also that of continuous time. */
static void require_mode(const struct film *film, const struct mode *mode, int m, bool limit,
                         const char *what) {
  char text[96];
  double part = held(mode->lambda, film->interval), later = exp(-mode->lambda * film->interval);
  double value = mean_value(&mode->square), error = mean_error(&mode->square);
  double law = (limit ? 1.0 : part) * mode->structure;
  snprintf(text, sizeof text, "%s; mode %d; held %.3f", what, m, part);
  if (limit)
    ck_assert_double_ge(part, WHOLE);
  mean_require(&mode->square, part * mode->structure, SIGMAS, POWER, text);
  ck_assert_double_eq_tol(value / law, 1.0, LARGEST);
  point_write("structure", what, m, value, error, law);
  if (later < FORGOTTEN)
    return;
  mean_require_rate(&mode->rest, later, SIGMAS, POWER, text);
  point_write("correlation", what, mode->lambda * film->interval, later + mean_value(&mode->rest),
              mean_error(&mode->rest), later);
}

static void check_modes(const char *const *sets, long samples, bool limit, const char *what) {
  struct film film;
  struct mode modes[NODES];
  double numbers[NODES], worst = 0.0, total = 0.0;
  film_open(&film, sets);
  for (int k = 0; k < film.nodes; k++)
    total += film.volume[k] * film.c;
  for (int m = 1; m < film.nodes; m++)
    fill_mode(&film, m, samples, &modes[m]);
  for (long i = 0; i < samples; i++) {
    double sum = 0.0;
    film_numbers(&film, i, numbers);
    for (int k = 0; k < film.nodes; k++)
      sum += numbers[k];
    worst = fmax(worst, fabs(sum));
    for (int m = 1; m < film.nodes; m++)
      add_mode(&film, &modes[m], numbers);
  }
  printf("%s: number of ions kept to %.1e\n", what, worst / total);
  for (int m = 1; m < film.nodes; m++)
    require_mode(&film, &modes[m], m, limit, what);
  ck_assert_double_le(worst, 1e-9 * total);
  film_close(&film);
}

START_TEST(structure_factor_of_an_ideal_gas) {
  check_modes((const char *const[]){"stochastic.interval=\"0.5 us\"", NULL}, 180000, false,
              "langevin; no limit; held 0.5 us");
}
END_TEST

/* 10 intervals of 1 nm, (kappa h)^2 = 2.24: rates within a factor of 2.7, so that all are slow
 * against an interval that is not too short for the slowest. At rtol 1e-4 the time steps, few in an
 * interval, swallow 2 %. */
#define SHORT                                                                                      \
  "device.layers[0].thickness=\"10 nm\"", "solver.rtol=1e-6", "stochastic.interval=\"0.055 us\""

START_TEST(short_intervals_make_the_structure_factor_of_an_ideal_gas_itself) {
  check_modes((const char *const[]){SHORT, "device.species[0].density=\"8e19 cm^-3\"", NULL},
              430000, true, "langevin; no limit; 0.055 us");
}
END_TEST

START_TEST(short_intervals_make_the_structure_factor_of_a_lattice_gas_itself) {
  check_modes((const char *const[]){SHORT, "device.species[0].density=\"1.6e20 cm^-3\"",
                                    "device.species[0].statistics=\"lattice\"",
                                    "device.species[0].site_density=\"3.2e20 cm^-3\"", NULL},
              430000, true, "langevin; on sites; 0.055 us");
}
END_TEST

START_TEST(structure_factor_of_a_lattice_gas) {
  check_modes((const char *const[]){LATTICE, "stochastic.interval=\"1 us\"", NULL}, 180000, false,
              "langevin; on sites; held 1 us");
}
END_TEST

/* ---- open film ---- */

/** Variance of the number of ions: K of hops and exchange, symmetric with sqrt(V c (1 - theta)). */
static double open_variance(const struct film *film) {
  gsl_matrix *K = gsl_matrix_calloc(NODES, NODES), *U = gsl_matrix_alloc(NODES, NODES);
  gsl_vector *lambda = gsl_vector_alloc(NODES);
  gsl_eigen_symmv_workspace *work = gsl_eigen_symmv_alloc(NODES);
  const struct contact_face *face = &film->instance->device->faces[0];
  double out = face->velocity * face->area, sum = 0.0;
  if (face->law == &contact_table[CONTACT_BUTLER_VOLMER])
    out *= film->c / film->noise; /* its rate at equilibrium is k_a c_eq, of exchange k_a c_eq f */
  for (size_t i = 0; i < NODES; i++)
    for (size_t j = 0; j < NODES; j++) {
      double ends = (i == 0) + (i == NODES - 1);
      double rate = i == j                     ? (2.0 - ends) * film->conductance
                    : i + 1 == j || j + 1 == i ? -film->conductance
                                               : 0.0;
      if (i == j && i == NODES - 1)
        rate += out;
      gsl_matrix_set(K, i, j, rate / sqrt(film->volume[i] * film->volume[j]));
    }
  gsl_eigen_symmv(K, lambda, U, work);
  for (size_t m = 0; m < NODES; m++) {
    double along = 0.0;
    for (size_t i = 0; i < NODES; i++)
      along += gsl_matrix_get(U, i, m) * sqrt(film->volume[i] * film->noise);
    sum += along * along * held(gsl_vector_get(lambda, m), film->interval);
  }
  gsl_eigen_symmv_free(work);
  gsl_matrix_free(K);
  gsl_matrix_free(U);
  gsl_vector_free(lambda);
  return sum;
}

static void check_open(const char *const *sets, long samples, const char *what) {
  struct film film;
  struct mean square = mean_begin(samples);
  double numbers[NODES], volume = 0.0;
  film_open(&film, sets);
  for (int k = 0; k < film.nodes; k++)
    volume += film.volume[k];
  double law = open_variance(&film);
  printf("%s: variance / (V c (1 - theta)) %.4f\n", what, law / (volume * film.noise));
  for (long i = 0; i < samples; i++) {
    double sum = 0.0;
    film_numbers(&film, i, numbers);
    for (int k = 0; k < film.nodes; k++)
      sum += numbers[k];
    mean_add(&square, sum * sum);
  }
  mean_require(&square, law, SIGMAS, POWER, what);
  film_close(&film);
}

START_TEST(number_behind_an_exchange) {
  check_open(
      (const char *const[]){NEUTRAL, OPEN("exchange"), "stochastic.interval=\"10 us\"", NULL},
      66000, "exchange");
  check_open((const char *const[]){NEUTRAL, LATTICE, OPEN("exchange"),
                                   "stochastic.interval=\"10 us\"", NULL},
             66000, "exchange, lattice gas");
}
END_TEST

START_TEST(number_behind_butler_and_volmer) {
  check_open((const char *const[]){NEUTRAL, LATTICE, OPEN("butler_volmer"),
                                   "stochastic.interval=\"10 us\"", NULL},
             66000, "Butler-Volmer, lattice gas");
}
END_TEST

int main(void) {
  const TTest *tests[] = {structure_factor_of_an_ideal_gas,
                          structure_factor_of_a_lattice_gas,
                          short_intervals_make_the_structure_factor_of_an_ideal_gas_itself,
                          short_intervals_make_the_structure_factor_of_a_lattice_gas_itself,
                          number_behind_an_exchange,
                          number_behind_butler_and_volmer,
                          NULL};
  return run_suite("forces", tests);
}
