/* Fluctuations of many ions on their background: the structure factor of Debye and Hueckel and the
 * decay of every mode, on the grid; see README.md.
 * ctest: long, timeout=1200 */
#include <gsl/gsl_eigen.h>
#include <gsl/gsl_math.h>
#include "tests/support/difference.h"
#include "tests/support/hops.h"

#define DECK         "validation/single_ions/closed.cfg"
#define AREA(nm2)    "device.area=\"" #nm2 " nm^2\""
#define DENSITY(cm3) "device.species[0].density=\"" #cm3 " cm^-3\""
#define SITES(cm3)                                                                                 \
  "device.species[0].statistics=\"lattice\"", "device.species[0].site_density=\"" #cm3 " cm^-3\""
#define LEAPS(size) "stochastic.method=\"leap\"", "stochastic.leap=" #size
#define EVENTS      "stochastic.method=\"gillespie\""

enum {
  INTERVALS = 10,
  CELLS = INTERVALS - 1,
  MANY = 100,
  SAMPLES = 520000,
  EVENTS_SAMPLES = 1000000
};
/** The rates of fewer than MANY ions in a cell are 0.7 % too low, three standard errors
 * (README.md).
 */
static const double SIGMAS = 4.0, FEW_SIGMAS = 8.0;
/** The largest error of any mode against Debye and Hueckel, leaps and all. */
static const double LARGEST = 0.02;
/** Standard error of a variance, and of a rate: an error of 5 % would be seven of them. */
static const double POWER = 0.0075;
/** Spacing of samples, of 1 / (D kappa^2): slower than that no mode decays, and the fastest keeps a
 * sixth. */
static const double SPACING = 0.125;

/** Linear theory of the film. */
struct theory {
  int ions;                                /* of a cell */
  double screening;                        /* (kappa h)^2 */
  double variance;                         /* of a cell without energies */
  double stale;                            /* factor of variances, energies of a leap's begin */
  double S[CELLS];                         /* sines: k^2 / (k^2 + kappa^2) */
  double sine[CELLS][CELLS];               /* normalised */
  double mode[CELLS][CELLS], decay[CELLS]; /* modes: rows of weights; rates in D / h^2 */
};

/** H^-1 of the energy 1/2 N H N: the covariance without the constraint of a fixed sum. */
static void fill_sines(struct theory *theory) {
  for (int m = 0; m < CELLS; m++) {
    double kh = M_PI * (m + 1) / INTERVALS, k2 = 4.0 * sin(kh / 2.0) * sin(kh / 2.0);
    theory->S[m] = k2 / (k2 + theory->screening);
    for (int c = 0; c < CELLS; c++)
      theory->sine[m][c] = sqrt(2.0 / INTERVALS) * sin(kh * (c + 1));
  }
}

/** Modes w of K w = lambda H^-1 w: w N decays with lambda and has variance 1; K: hops. */
static void fill_modes(struct theory *theory) {
  gsl_matrix *K = gsl_matrix_calloc(CELLS, CELLS), *C = gsl_matrix_calloc(CELLS, CELLS);
  gsl_matrix *w = gsl_matrix_alloc(CELLS, CELLS);
  gsl_vector *lambda = gsl_vector_alloc(CELLS);
  gsl_eigen_gensymmv_workspace *work = gsl_eigen_gensymmv_alloc(CELLS);
  for (size_t i = 0; i < CELLS; i++)
    for (size_t j = 0; j < CELLS; j++) {
      double ends = (i == 0) + (i == CELLS - 1), sum = 0.0;
      double hop = i == j ? 2.0 - ends : (i + 1 == j || j + 1 == i) ? -1.0 : 0.0;
      for (int m = 0; m < CELLS; m++)
        sum += theory->S[m] * theory->sine[m][i] * theory->sine[m][j];
      gsl_matrix_set(K, i, j, theory->variance * hop);
      gsl_matrix_set(C, i, j, theory->variance * sum);
    }
  /* w C w = 1 */
  gsl_matrix *H_inverse = gsl_matrix_alloc(CELLS, CELLS);
  gsl_matrix_memcpy(H_inverse, C);
  gsl_eigen_gensymmv(K, C, lambda, w, work);
  gsl_eigen_gensymmv_sort(lambda, w, GSL_EIGEN_SORT_VAL_ASC);
  for (int m = 0; m < CELLS; m++) {
    double norm = 0.0;
    theory->decay[m] = gsl_vector_get(lambda, (size_t)m);
    for (size_t i = 0; i < CELLS; i++)
      for (size_t j = 0; j < CELLS; j++)
        norm += gsl_matrix_get(w, i, (size_t)m) * gsl_matrix_get(H_inverse, i, j) *
                gsl_matrix_get(w, j, (size_t)m);
    for (size_t i = 0; i < CELLS; i++)
      theory->mode[m][i] = gsl_matrix_get(w, i, (size_t)m) / sqrt(norm);
  }
  gsl_eigen_gensymmv_free(work);
  gsl_matrix_free(K);
  gsl_matrix_free(C);
  gsl_matrix_free(H_inverse);
  gsl_matrix_free(w);
  gsl_vector_free(lambda);
}

static struct theory theory_of(const struct hops *hops, int ions, int sites) {
  const struct device *device = rig_instance(&hops->rig)->device;
  const struct edge_part *edge = &device->mesh->edge_parts[0];
  struct theory theory = {.ions = ions,
                          .variance = sites > 0 ? ions * (1.0 - (double)ions / sites) : ions};
  double capacitance = device->model.regions[0].eps * edge->measure; /* of one interval */
  theory.screening = device->model.q / (capacitance * device->model.V_T) * theory.variance;
  fill_sines(&theory);
  fill_modes(&theory);
  return theory;
}

static double project(const double *weights, const double *numbers) {
  double sum = 0.0;
  for (int c = 0; c < CELLS; c++)
    sum += weights[c] * numbers[c];
  return sum;
}

/** What is measured of every sine and mode; rest: mean_require_rate. */
struct spectrum {
  struct mean sine[CELLS], mode[CELLS], rest[CELLS];
};

/** Correlation of a mode between two samples. */
static double decay(const struct theory *theory, int m) {
  return exp(-theory->decay[m] / theory->screening * SPACING);
}

static void sample(struct hops *hops, const struct theory *theory, long samples,
                   struct spectrum *spectrum) {
  double past[CELLS] = {0}, numbers[CELLS];
  for (int m = 0; m < CELLS; m++)
    spectrum->sine[m] = spectrum->mode[m] = spectrum->rest[m] = mean_begin(samples);
  for (long i = -1; i < samples; i++) {
    hops_run(hops, SPACING / theory->screening * hops->diffusion_time, 0);
    for (int c = 0; c < CELLS; c++)
      numbers[c] = (double)(hops_number(hops, c) - theory->ions);
    for (int m = 0; m < CELLS; m++) {
      double now = project(theory->mode[m], numbers), before = past[m];
      double wave = project(theory->sine[m], numbers);
      past[m] = now;
      if (i < 0)
        continue;
      mean_add(&spectrum->sine[m], wave * wave / theory->variance);
      mean_add(&spectrum->mode[m], now * now);
      mean_add(&spectrum->rest[m], before * (now - decay(theory, m) * before));
    }
  }
}

/** Even sines do not feel that the sum is fixed; the others lose what lies along it. */
static double structure(const struct theory *theory, int m) {
  double along[CELLS], sum = 0.0;
  for (int i = 0; i < CELLS; i++) {
    along[i] = 0.0;
    for (int c = 0; c < CELLS; c++)
      along[i] += theory->sine[i][c];
    sum += along[i] * along[i] * theory->S[i];
  }
  return theory->S[m] - theory->S[m] * theory->S[m] * along[m] * along[m] / sum;
}

static void require_modes(const struct spectrum *spectrum, const struct theory *theory,
                          const char *film) {
  char what[64];
  for (int m = 0; m < CELLS; m++) {
    double law = structure(theory, m), value = mean_value(&spectrum->sine[m]);
    snprintf(what, sizeof what, "sine %d of S %.3f", m + 1, theory->S[m]);
    mean_require(&spectrum->sine[m], theory->stale * law, SIGMAS, POWER, what);
    ck_assert_double_eq_tol(value / law, 1.0, LARGEST);
    point_write("structure", film, m + 1, value, mean_error(&spectrum->sine[m]), law);
  }
  for (int m = 1; m < CELLS; m++) { /* mode 0 is the sum */
    double law = decay(theory, m), time = theory->decay[m] / theory->screening * SPACING;
    snprintf(what, sizeof what, "mode %d, rate %.3f", m, theory->decay[m]);
    mean_require(&spectrum->mode[m], theory->stale, SIGMAS, POWER, what);
    mean_require_rate(&spectrum->rest[m], law, theory->ions < MANY ? FEW_SIGMAS : SIGMAS, POWER,
                      what);
    point_write("correlation", film, time, law + mean_value(&spectrum->rest[m]),
                mean_error(&spectrum->rest[m]), law);
  }
}

static void check_film(const char *const *sets, int ions, int sites, double leap, long samples,
                       const char *film) {
  struct hops hops;
  struct spectrum spectrum;
  long numbers[CELLS];
  hops_open(&hops, DECK, sets);
  for (int c = 0; c < CELLS; c++)
    numbers[c] = ions;
  hops_start(&hops, numbers);
  struct theory theory = theory_of(&hops, ions, sites);
  theory.stale = 1.0 / (1.0 - 0.5 * theory.screening * leap);
  printf("%s: (kappa h)^2 = %.4f\n", film, theory.screening);
  hops_run(&hops, 5.0 / theory.screening * hops.diffusion_time, 0);
  sample(&hops, &theory, samples, &spectrum);
  require_modes(&spectrum, &theory, film);
  hops_close(&hops);
}

START_TEST(ions_without_limit_screen) {
  check_film((const char *const[]){AREA(10000), DENSITY(4e19), LEAPS(0.03), NULL}, 200, 0, 0.03,
             SAMPLES, "integer; no limit; leaps of 0.03");
}
END_TEST

START_TEST(ions_on_sites_screen) {
  check_film((const char *const[]){AREA(10000), DENSITY(8e19), SITES(1.6e20), LEAPS(0.03), NULL},
             400, 800, 0.03, SAMPLES, "integer; on sites; leaps of 0.03");
}
END_TEST

/* The time of events goes with the ions: few, that screen well and so forget soon. */
START_TEST(ions_without_limit_screen_by_events) {
  check_film((const char *const[]){AREA(250), DENSITY(1.6e20), EVENTS, NULL}, 20, 0, 0.0,
             EVENTS_SAMPLES, "integer; no limit; events");
}
END_TEST

START_TEST(ions_on_sites_screen_by_events) {
  check_film((const char *const[]){AREA(250), DENSITY(3.2e20), SITES(6.4e20), EVENTS, NULL}, 40, 80,
             0.0, EVENTS_SAMPLES, "integer; on sites; events");
}
END_TEST

int main(void) {
  return run_suite("modes", (const TTest *const[]){ions_without_limit_screen, ions_on_sites_screen,
                                                   ions_without_limit_screen_by_events,
                                                   ions_on_sites_screen_by_events, NULL});
}
