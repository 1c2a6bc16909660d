/* Ions in a plane, on cells of two sizes: where they are, against the sum over all configurations;
 * see README.md. */
#include <gsl/gsl_linalg.h>
#include <gsl/gsl_sf_gamma.h>
#include "tests/support/difference.h"
#include "tests/support/hops.h"

#define DECK    "validation/single_ions/plane.cfg"
#define NEUTRAL "device.species[0].charge=0"

/* Cells along x, between the sides, and along y, between the contacts; plane.cfg. */
enum { NX = 5, NY = 5, CELLS = NX * NY, IONS = 4, SITES = 4, SAMPLES = 16000 };
static const double H = 1e-9, DEPTH = 4e-9;
/** Time between samples, h^2 / D: the slowest mode has L^2 / (pi^2 D) = 2.5. */
static const double SPACING = 5.0, SIGMAS = 4.0, POWER = 0.0125;

/** Cell (i, j) is half as wide at both sides. */
static double width(int i) {
  return i == 0 || i == NX - 1 ? 0.5 : 1.0;
}
static int column(int c) {
  return c % NX;
}
static int line(int c) {
  return c / NX;
}
static unsigned sites(int c) {
  return (unsigned)(SITES * width(column(c)));
}

/** What is looked at: squares of the dipoles along both axes, and the share of ions at the sides.
 */
enum { ALONG, ACROSS, AT_SIDES, FIGURES };
static const char *const FIGURE[FIGURES] = {"dipole along y, squared", "dipole along x, squared",
                                            "ions at the sides"};

static void figures(const unsigned *n, double *f) {
  double x = 0.0, y = 0.0;
  f[AT_SIDES] = 0.0;
  for (int c = 0; c < CELLS; c++) {
    x += n[c] * (column(c) - (NX - 1) / 2.0);
    y += n[c] * (line(c) - (NY - 1) / 2.0);
    f[AT_SIDES] += width(column(c)) < 1.0 ? n[c] : 0.0;
  }
  f[ALONG] = y * y;
  f[ACROSS] = x * x;
}

/** Potential over kT/q at every cell by one ion in each, contacts at 0: G of the five-point
 * Laplacian, times q^2 / kT. */
static gsl_matrix *interaction(double eps, double q, double V_T) {
  gsl_matrix *G = gsl_matrix_calloc(CELLS, CELLS);
  for (int c = 0; c < CELLS; c++) {
    double up = width(column(c)); /* depth h width / h, both neighbours or contacts */
    gsl_matrix_set(G, (size_t)c, (size_t)c, 2.0 * up);
    for (int other = 0; other < CELLS; other++) {
      bool beside = line(c) == line(other) && abs(column(c) - column(other)) == 1;
      bool above = column(c) == column(other) && abs(line(c) - line(other)) == 1;
      if (above)
        gsl_matrix_set(G, (size_t)c, (size_t)other, -up);
      if (!beside)
        continue;
      gsl_matrix_set(G, (size_t)c, (size_t)other, -1.0);
      *gsl_matrix_ptr(G, (size_t)c, (size_t)c) += 1.0;
    }
  }
  ck_assert_int_eq(gsl_linalg_cholesky_decomp1(G), 0);
  ck_assert_int_eq(gsl_linalg_cholesky_invert(G), 0);
  gsl_matrix_scale(G, q / (V_T * eps * DEPTH));
  return G;
}

/** log of the weight of a configuration: ways to sit on sites, and the charges' energy. */
static double log_weight(const unsigned *n, const gsl_matrix *G) {
  double energy = 0.0, ways = 0.0, rho[CELLS];
  for (int c = 0; c < CELLS; c++) {
    rho[c] = n[c] - (double)IONS * sites(c) / (SITES * (NX - 1) * NY);
    ways += gsl_sf_lnchoose(sites(c), n[c]);
  }
  for (size_t c = 0; G && c < CELLS; c++)
    for (size_t d = 0; d < CELLS; d++)
      energy += 0.5 * rho[c] * gsl_matrix_get(G, c, d) * rho[d];
  return ways - energy;
}

/** Sums over all ways to put `left` more ions into the cells from c on. */
static void sum(unsigned *n, int c, unsigned left, const gsl_matrix *G, double *total, double *f) {
  if (left == 0) {
    double w = exp(log_weight(n, G)), of[FIGURES];
    figures(n, of);
    *total += w;
    for (int i = 0; i < FIGURES; i++)
      f[i] += w * of[i];
    return;
  }
  for (; c < CELLS; c++)
    if (n[c] < sites(c)) {
      n[c]++;
      sum(n, c, left - 1, G, total, f);
      n[c]--;
    }
}

static void exact(const gsl_matrix *G, double *law) {
  unsigned n[CELLS] = {0};
  double total = 0.0;
  for (int i = 0; i < FIGURES; i++)
    law[i] = 0.0;
  sum(n, 0, IONS, G, &total, law);
  for (int i = 0; i < FIGURES; i++)
    law[i] /= total;
}

/** Cell of the test for each cell of the engine. */
static void match(const struct hops *hops, int *cell) {
  const struct device *device = rig_instance(&hops->rig)->device;
  int found = 0;
  ck_assert_int_eq(hops->n_cells, CELLS);
  for (int k = 0; k < device->n_nodes; k++) {
    if (device->terminal_of[k] >= 0)
      continue;
    const double *x = device->mesh->x[k];
    int c = NX * ((int)lround(x[1] / H) - 1) + (int)lround(x[0] / H);
    ck_assert_int_eq(lround(1.0 / hops->per_ion[found]), sites(c));
    cell[found++] = c;
  }
}

static void check_law(const char *const *sets, bool charged) {
  struct hops hops;
  int cell[CELLS];
  double law[FIGURES], f[FIGURES];
  struct mean mean[FIGURES];
  hops_open(&hops, DECK, sets);
  match(&hops, cell);
  const struct model *model = &rig_instance(&hops.rig)->device->model;
  gsl_matrix *G = charged ? interaction(model->regions[0].eps, model->q, model->V_T) : NULL;
  exact(G, law);
  hops_start(&hops, (const long[CELLS]){[6] = 1, [8] = 1, [16] = 1, [18] = 1});
  for (int i = 0; i < FIGURES; i++)
    mean[i] = mean_begin(SAMPLES);
  for (int i = 0; i < SAMPLES; i++) {
    unsigned n[CELLS];
    hops_run(&hops, SPACING * hops.diffusion_time, 0);
    for (int c = 0; c < CELLS; c++)
      n[cell[c]] = (unsigned)hops_number(&hops, c);
    figures(n, f);
    for (int j = 0; j < FIGURES; j++)
      mean_add(&mean[j], f[j]);
  }
  for (int i = 0; i < FIGURES; i++)
    mean_require(&mean[i], law[i], SIGMAS, POWER, FIGURE[i]);
  gsl_matrix_free(G);
  hops_close(&hops);
}

START_TEST(neutral_events_fill_sites_at_random) {
  check_law((const char *const[]){NEUTRAL, "stochastic.method=\"gillespie\"", NULL}, false);
}
END_TEST

START_TEST(neutral_leaps_fill_sites_at_random) {
  check_law(
      (const char *const[]){NEUTRAL, "stochastic.method=\"leap\"", "stochastic.leap=0.1", NULL},
      false);
}
END_TEST

START_TEST(charged_events_obey_boltzmann) {
  check_law((const char *const[]){"stochastic.method=\"gillespie\"", NULL}, true);
}
END_TEST

int main(void) {
  return run_suite("plane", (const TTest *const[]){neutral_events_fill_sites_at_random,
                                                   neutral_leaps_fill_sites_at_random,
                                                   charged_events_obey_boltzmann, NULL});
}
