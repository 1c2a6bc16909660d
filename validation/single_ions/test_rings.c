/* Ions in a cylinder, on rings of three sizes: where they are, against the sum over all
 * configurations; see README.md. */
#include <gsl/gsl_math.h>
#include "tests/support/difference.h"
#include "validation/single_ions/configurations.h"

#define DECK    "validation/single_ions/rings.cfg"
#define NEUTRAL "device.species[0].charge=0"

/* Rings along r, from the axis to the rim, and along z, between the contacts; rings.cfg. */
enum { NR = 3, NZ = 5, CELLS = NR * NZ, IONS = 6 };
static const unsigned SITES[NR] = {2, 16, 14};
static const double H = 1e-9;

static int ring(int c) {
  return c % NR;
}
static int level(int c) {
  return c / NR;
}

/** What is looked at: the square of the dipole along the axis, and ions there and at the rim. */
enum { ALONG, ON_AXIS, AT_RIM, FIGURES };
static const char *const FIGURE[FIGURES] = {"dipole along z, squared", "ions on the axis",
                                            "ions at the rim"};

static void figures(const unsigned *n, double *f) {
  double z = 0.0;
  f[ON_AXIS] = f[AT_RIM] = 0.0;
  for (int c = 0; c < CELLS; c++) {
    z += n[c] * (level(c) - (NZ - 1) / 2.0);
    f[ON_AXIS] += ring(c) == 0 ? n[c] : 0.0;
    f[AT_RIM] += ring(c) == NR - 1 ? n[c] : 0.0;
  }
  f[ALONG] = z * z;
}

/** Area of a ring in units of h^2: from half an interval inside its node to half outside. */
static double area(int i) {
  double inner = fmax(0.0, i - 0.5), outer = fmin(NR - 1, i + 0.5);
  return M_PI * (outer * outer - inner * inner);
}

/** Div grad on rings: between two rings the face lies half an interval off both nodes. */
static gsl_matrix *laplacian(void) {
  gsl_matrix *L = gsl_matrix_calloc(CELLS, CELLS);
  for (int c = 0; c < CELLS; c++) {
    double up = H * area(ring(c));
    cells_join(L, c, level(c) + 1 < NZ ? c + NR : -1, up);
    if (level(c) == 0)
      cells_join(L, c, -1, up);
    if (ring(c) + 1 < NR)
      cells_join(L, c, c + 1, 2.0 * M_PI * H * (ring(c) + 0.5));
  }
  return L;
}

static void check_law(const char *const *sets, bool charged) {
  struct cells cells = {.n = CELLS,
                        .columns = NR,
                        .h = H,
                        .ions = IONS,
                        .rings = true,
                        .start = {[1] = 1, [2] = 1, [4] = 1, [7] = 1, [10] = 1, [11] = 1},
                        .n_figures = FIGURES,
                        .figures = figures,
                        .names = FIGURE};
  for (int c = 0; c < CELLS; c++)
    cells.sites[c] = SITES[ring(c)];
  cells_check_law(&cells, DECK, sets, charged ? laplacian() : NULL);
}

START_TEST(neutral_events_fill_rings_at_random) {
  check_law((const char *const[]){NEUTRAL, "stochastic.method=\"gillespie\"", NULL}, false);
}
END_TEST

START_TEST(neutral_leaps_fill_rings_at_random) {
  check_law(
      (const char *const[]){NEUTRAL, "stochastic.method=\"leap\"", "stochastic.leap=0.1", NULL},
      false);
}
END_TEST

START_TEST(charged_events_obey_boltzmann) {
  check_law((const char *const[]){"stochastic.method=\"gillespie\"", NULL}, true);
}
END_TEST

static void rings_but_the_axis(const unsigned *n, double *f) {
  f[0] = f[1] = 0.0;
  for (int c = 0; c < CELLS; c++)
    f[ring(c) == NR - 1] += ring(c) > 0 ? n[c] : 0.0;
}

/* The field of one ion in a uniform background does not know r: nor does the ion, whatever its
 * charge costs in each ring by itself. */
START_TEST(one_charged_ion_does_not_know_the_axis) {
  static const char *const names[] = {"one ion between axis and rim", "one ion at the rim"};
  struct cells cells = {.n = CELLS,
                        .columns = NR,
                        .h = H,
                        .ions = 1,
                        .start = {[7] = 1},
                        .n_figures = 2,
                        .figures = rings_but_the_axis,
                        .names = names};
  for (int c = 0; c < CELLS; c++)
    cells.sites[c] = SITES[ring(c)];
  cells_check_law(&cells, DECK,
                  (const char *const[]){"stochastic.method=\"gillespie\"",
                                        "device.species[0].density=\"1.59154943091895e19 cm^-3\"",
                                        NULL},
                  NULL);
}
END_TEST

int main(void) {
  return run_suite("rings", (const TTest *const[]){neutral_events_fill_rings_at_random,
                                                   neutral_leaps_fill_rings_at_random,
                                                   charged_events_obey_boltzmann,
                                                   one_charged_ion_does_not_know_the_axis, NULL});
}
