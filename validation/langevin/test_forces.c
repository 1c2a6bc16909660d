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
#include "tests/support/rig.h"

#define DECK "validation/langevin/closed.cfg"
#define LATTICE                                                                                    \
  "device.species[0].statistics=\"lattice\"", "device.species[0].site_density=\"8e19 cm^-3\""
/* no Coulomb forces: kappa L = 0.03 */
#define NEUTRAL "materials[0].permittivity=1e6"
#define OPEN(law)                                                                                  \
  "device.contacts[1].species=({name=\"vacancy\";model=\"" law "\";rate=\"1 cm/s\";})"

enum { NODES = 11, INTERVALS = NODES - 1, BATCHES = 40 };
/** Standard errors that a figure may be off, and the largest standard error that is of use. */
static const double SIGMAS = 4.0, POWER = 0.01;
/** The structure factor on average over the modes. */
static const double LARGEST = 0.02;

/** A film and the integrator that moves it. */
struct film {
  struct rig rig;
  struct integrator integrator;
  const struct system_instance *instance;
  double rest[NODES], volume[NODES], conductance; /* 1/nodes, m^3, m^3/s */
  double V, c, noise, interval;                   /* c and c (1 - theta), m^-3 */
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
  ck_assert_int_eq(device->n_nodes, NODES);
  film->interval = film->rig.plan.spec.stochastic.interval;
  film->c = device->spec->species[0].density;
  film->noise = film->c * (model_is_limited(model, 0) ? 1.0 - film->c / model->c_unit[0] : 1.0);
  film->conductance = model->regions[0].species[0].D * edge->measure;
  for (int k = 0; k < NODES; k++)
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
  for (int k = 0; k < NODES; k++)
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

/** Means of squares by batches, for their standard error. */
struct square {
  double sum[BATCHES];
};

static double mean_of(const struct square *square, long samples, double *error) {
  double mean = 0.0, spread = 0.0;
  for (int b = 0; b < BATCHES; b++)
    mean += square->sum[b] / (double)samples;
  for (int b = 0; b < BATCHES; b++) {
    double own = square->sum[b] * BATCHES / (double)samples;
    spread += (own - mean) * (own - mean);
  }
  *error = sqrt(spread / (BATCHES * (BATCHES - 1)));
  return mean;
}

static void add(struct square *square, long i, long samples, double value) {
  square->sum[i * BATCHES / samples] += value * value;
}

static void require(const struct square *square, long samples, double law, const char *what) {
  double error, mean = mean_of(square, samples, &error);
  printf("%s: %.5g, law %.5g, ratio %.4f +- %.4f\n", what, mean, law, mean / law, error / law);
  ck_assert_double_le(error, POWER * law);
  ck_assert_double_le(fabs(mean - law), SIGMAS * error);
}

/* ---- closed film: cosines ---- */

static void check_modes(const char *const *sets, long samples, const char *what) {
  struct film film;
  struct square square[NODES] = {{{0}}};
  double numbers[NODES], worst = 0.0, average = 0.0, total = 0.0;
  film_open(&film, sets);
  const struct model *model = &film.instance->device->model;
  double h = film.instance->device->mesh->edge_parts[0].length, D = model->regions[0].species[0].D;
  double kappa2 = model->q * film.noise / (model->regions[0].eps * model->V_T);
  for (long i = 0; i < samples; i++) {
    film_numbers(&film, i, numbers);
    double sum = 0.0;
    for (int k = 0; k < NODES; k++)
      sum += numbers[k], total += film.volume[k] * film.c / (double)samples;
    worst = fmax(worst, fabs(sum));
    for (int m = 1; m < NODES; m++) {
      double wave = 0.0;
      for (int k = 0; k < NODES; k++)
        wave += numbers[k] * cos(M_PI * m * k / INTERVALS);
      add(&square[m], i, samples, wave);
    }
  }
  for (int m = 1; m < NODES; m++) {
    char mode[64];
    double k2 = pow(2.0 / h * sin(0.5 * M_PI * m / INTERVALS), 2), norm = 0.0, error;
    for (int k = 0; k < NODES; k++)
      norm += film.volume[k] * pow(cos(M_PI * m * k / INTERVALS), 2);
    double law = film.noise * norm * k2 / (k2 + kappa2) * held(D * (k2 + kappa2), film.interval);
    snprintf(mode, sizeof mode, "%s, mode %d, held %.3f", what, m,
             held(D * (k2 + kappa2), film.interval));
    require(&square[m], samples, law, mode);
    double ratio = mean_of(&square[m], samples, &error) / law;
    ck_assert_double_le(fabs(ratio - 1.0), LARGEST);
    average += ratio / INTERVALS;
  }
  printf("%s: average ratio %.4f; number of ions kept to %.1e\n", what, average, worst / total);
  ck_assert_double_le(worst, 1e-9 * total);
  film_close(&film);
}

START_TEST(structure_factor_of_an_ideal_gas) {
  check_modes((const char *const[]){"stochastic.interval=\"0.5 us\"", NULL}, 100000, "ideal gas");
}
END_TEST

START_TEST(structure_factor_of_a_lattice_gas) {
  check_modes((const char *const[]){LATTICE, "stochastic.interval=\"1 us\"", NULL}, 100000,
              "lattice gas");
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
  struct square square = {{0}};
  double numbers[NODES], volume = 0.0;
  film_open(&film, sets);
  for (int k = 0; k < NODES; k++)
    volume += film.volume[k];
  double law = open_variance(&film);
  printf("%s: variance / (V c (1 - theta)) %.4f\n", what, law / (volume * film.noise));
  for (long i = 0; i < samples; i++) {
    double sum = 0.0;
    film_numbers(&film, i, numbers);
    for (int k = 0; k < NODES; k++)
      sum += numbers[k];
    add(&square, i, samples, sum);
  }
  require(&square, samples, law, what);
  film_close(&film);
}

START_TEST(number_behind_an_exchange) {
  check_open(
      (const char *const[]){NEUTRAL, OPEN("exchange"), "stochastic.interval=\"10 us\"", NULL},
      40000, "exchange");
  check_open((const char *const[]){NEUTRAL, LATTICE, OPEN("exchange"),
                                   "stochastic.interval=\"10 us\"", NULL},
             40000, "exchange, lattice gas");
}
END_TEST

START_TEST(number_behind_butler_and_volmer) {
  check_open((const char *const[]){NEUTRAL, LATTICE, OPEN("butler_volmer"),
                                   "stochastic.interval=\"10 us\"", NULL},
             40000, "Butler-Volmer, lattice gas");
}
END_TEST

int main(void) {
  const TTest *tests[] = {structure_factor_of_an_ideal_gas, structure_factor_of_a_lattice_gas,
                          number_behind_an_exchange, number_behind_butler_and_volmer, NULL};
  return run_suite("forces", tests);
}
