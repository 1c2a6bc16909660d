/* Ions in a plane, on cells of two sizes: where they are, against the sum over all configurations;
 * see README.md. */
#include "tests/support/difference.h"
#include "validation/single_ions/configurations.h"

#define DECK    "validation/single_ions/plane.cfg"
#define NEUTRAL "device.species[0].charge=0"

/* Cells along x, between the sides, and along y, between the contacts; plane.cfg. */
enum { NX = 5, NY = 5, CELLS = NX * NY, IONS = 4, SITES = 4 };
static const double H = 1e-9, DEPTH = 4e-9;

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

/** The five-point Laplacian; lines next to the contacts have one beside them. */
static gsl_matrix *laplacian(void) {
  gsl_matrix *L = gsl_matrix_calloc(CELLS, CELLS);
  for (int c = 0; c < CELLS; c++) {
    double up = DEPTH * width(column(c)); /* depth h width / h */
    cells_join(L, c, line(c) + 1 < NY ? c + NX : -1, up);
    if (line(c) == 0)
      cells_join(L, c, -1, up);
    if (column(c) + 1 < NX)
      cells_join(L, c, c + 1, DEPTH);
  }
  return L;
}

static void check_law(const char *const *sets, bool charged) {
  struct cells cells = {.n = CELLS,
                        .columns = NX,
                        .h = H,
                        .ions = IONS,
                        .start = {[6] = 1, [8] = 1, [16] = 1, [18] = 1},
                        .n_figures = FIGURES,
                        .figures = figures,
                        .names = FIGURE};
  for (int c = 0; c < CELLS; c++)
    cells.sites[c] = (unsigned)(SITES * width(column(c)));
  cells_check_law(&cells, DECK, sets, charged ? laplacian() : NULL);
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
