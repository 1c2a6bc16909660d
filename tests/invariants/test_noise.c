/* Johnson and Nyquist on the grid: in equilibrium S_I = 4 k T Re Y, whatever the device is made of,
 * in all coordinates, at every frequency, and every mechanism has its part of it. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "solver/small_signal_noise.h"
#include "tests/support/difference.h"
#include "tests/support/rig.h"

/** What the state and its linearisation are exact to. */
static const double tolerance = 1e-8;
/** Rounding of Re Y over |Y|: a device of 64 nm^2 in series with a megohm has a loss angle of 1e-9.
 */
static const double rounding = 1e-15;
/** A mechanism with this share would be missed. */
static const double noticed = 100 * 1e-8;

enum { MECHANISMS = 64 };

/** Largest share of each kind of mechanism so far. */
struct shares {
  size_t n;
  char kind[MECHANISMS][HD_NAME];
  double largest[MECHANISMS];
};

static void note_share(struct shares *shares, const char *name, double share) {
  size_t i = 0, length = strcspn(name, "(");
  while (i < shares->n && strncmp(shares->kind[i], name, length) != 0)
    i++;
  ck_assert_uint_lt(i, MECHANISMS);
  if (i == shares->n) {
    snprintf(shares->kind[i], HD_NAME, "%.*s", (int)length, name);
    shares->n++;
  }
  shares->largest[i] = fmax(shares->largest[i], share);
}

/** Shares by places add up to those of the mechanisms, to the rounding of sums of positive terms.
 */
static void check_places(const struct rig *rig, const struct noise *noise, const double complex *z,
                         double S, const double *share) {
  static const double sum_rounding = 1e-12;
  size_t count = noise_count(noise);
  double **places = calloc(count, sizeof *places);
  ck_assert_ptr_nonnull(places);
  for (size_t m = 0; m < count; m++) {
    char name[NOISE_FIELD];
    int i = noise_place(noise, m, name);
    if (i >= 0)
      places[m] = calloc((size_t)rig->system->instances[i].device->n_nodes, sizeof(double));
  }
  noise_spread(noise, z, S, places);
  for (size_t m = 0; m < count; m++) {
    char name[NOISE_FIELD];
    int i = noise_place(noise, m, name);
    double sum = 0.0;
    for (int k = 0; i >= 0 && k < rig->system->instances[i].device->n_nodes; k++)
      sum += places[m][k];
    if (i >= 0)
      ck_assert_double_eq_tol(sum, share[m] / S, sum_rounding * sum);
    free(places[m]);
  }
  free(places);
}

/** Error of the noise of a port at one frequency, over what Johnson and Nyquist say and rounding.
 */
static double error_at(const struct rig *rig, struct small_signal *small, const struct noise *noise,
                       const struct small_signal_port *port, double f, struct shares *shares) {
  struct hd_error err = {0};
  size_t n = (size_t)rig->system->n, count = noise_count(noise);
  double complex *dy = calloc(n, sizeof *dy);
  double *share = calloc(count, sizeof *share);
  ck_assert(dy && share);
  ck_assert_msg(small_signal_tune(small, f, &err) == HD_OK, "%s", err.text);
  ck_assert_msg(small_signal_drive(small, port, dy, &err) == HD_OK, "%s", err.text);
  double complex answer = small_signal_read(small, port, dy);
  ck_assert_msg(small_signal_adjoint(small, port, dy, &err) == HD_OK, "%s", err.text);
  double S = noise_density(noise, dy, share);
  check_places(rig, noise, dy, S, share);
  for (size_t i = 0; i < count; i++)
    note_share(shares, noise_name(noise, i), share[i] / S);
  free(dy);
  free(share);
  double real = S / (4.0 * rig->plan.spec.constants.k * rig->plan.spec.temperature);
  return fabs(creal(answer) - real) / (real + rounding / tolerance * cabs(answer));
}

/** Equilibrium to rounding, all sources at zero. */
static void come_to_rest(struct rig *rig) {
  rig_equilibrium(rig);
  for (size_t e = 0; e < rig->plan.spec.circuit.n_elements; e++)
    if (element_is_source(&rig->system->elements[e]))
      rig->system->elements[e].waveform = (struct waveform){.kind = WAVEFORM_CONSTANT};
  rig_polish(rig);
}

/** A source and a net of a deck in equilibrium, over 12 decades. */
static void check_deck(const char *deck, const char *const *sets, int net, struct shares *shares) {
  struct rig rig;
  struct hd_error err = {0};
  struct small_signal *small = NULL;
  struct noise *noise = NULL;
  rig_open(&rig, deck, sets);
  come_to_rest(&rig);
  ck_assert_int_eq(small_signal_create(&small, rig.system, false, rig.y, &err), HD_OK);
  ck_assert_int_eq(noise_create(&noise, rig.system, &err), HD_OK);
  ck_assert_int_eq(noise_collect(noise, small, rig.y, &err), HD_OK);
  const struct small_signal_port ports[] = {{.element = rig_element(&rig, "V")},
                                            {.element = -1, .net = net}};
  double worst = 0.0;
  for (int p = 0; p < (net > 0 ? 2 : 1); p++)
    for (double f = 1e-3; f < 2e9; f *= 10.0) {
      double error = error_at(&rig, small, noise, &ports[p], f, shares);
      ck_assert_msg(error < tolerance, "%s, port %d, %g Hz: S and 4 k T Re differ by %g", deck, p,
                    f, error);
      worst = fmax(worst, error);
    }
  printf("%s: %.1e\n", deck, worst);
  noise_free(&noise);
  small_signal_free(&small);
  rig_close(&rig);
}

/** Dark; one free energy: all interactions reciprocal, fronts at nodes, no exchange of ions that
 * interact (docs/theory.md section 5), which are everywhere; silver has one reservoir, at the
 * anode.
 */
#define AT_REST(device)                                                                            \
  device ".generation={type=\"none\";}", device ".layers[1].ions=()",                              \
      device ".interactions[3].reciprocal=\"smoothed\"", device ".species[2].front=\"pointwise\"", \
      device ".species[3].front=\"pointwise\"",                                                    \
      device ".contacts[1].species[2]={name=\"vacancy\";model=\"blocking\";}",                     \
      device ".contacts[0].species[2]={name=\"iodide\";model=\"blocking\";}",                      \
      device ".contacts[0].species[3]={name=\"silver\";model=\"blocking\";}"
#define WITH_GATE(device)                                                                          \
  AT_REST(device), device ".contacts[2].species[1]={name=\"vacancy\";model=\"blocking\";}"

/** Nothing but the device between source and ground; `more` hangs on the gate's net. */
#define ALONE(more)                                                                                \
  "circuit=({type=\"voltage\";name=\"V\";nets=[\"in\",\"gnd\"];},"                                 \
  "{type=\"resistor\";name=\"R\";nets=[\"g\",\"gnd\"];value=1e6;}," more                           \
  "{type=\"device\";name=\"memristor\";"                                                           \
  "terminals={anode=\"in\";cathode=\"gnd\";gate=\"g\";};})"
#define BAR                                                                                        \
  "{type=\"device\";name=\"bar\";terminals={left=\"b\";right=\"g\";};},"                           \
  "{type=\"resistor\";name=\"Rb\";nets=[\"b\",\"gnd\"];value=1e6;},"

START_TEST(noise_of_equilibrium_is_that_of_johnson_and_nyquist) {
  const char *const device[] = {AT_REST("device"), NULL};
  const char *const gated[] = {WITH_GATE("device"), ALONE(""), NULL};
  const char *const devices[] = {WITH_GATE("devices[0]"), ALONE(BAR), NULL};
  struct shares shares = {0};
  check_deck("validation/impedance/case.cfg", NULL, 0, &shares);
  check_deck("tests/decks/everything_1d.cfg", device, 2, &shares);
  check_deck("tests/decks/everything_planar.cfg", devices, 2, &shares);
  check_deck("tests/decks/everything_axisymmetric.cfg", gated, 2, &shares);
  check_deck("tests/decks/everything_holes.cfg", devices, 2, &shares);
  for (size_t i = 0; i < shares.n; i++) {
    printf("%s: share up to %.3g\n", shares.kind[i], shares.largest[i]);
    ck_assert_msg(shares.largest[i] > noticed, "nothing here would tell that %s is missing",
                  shares.kind[i]);
  }
  ck_assert_uint_eq(shares.n, 6); /* all kinds but light */
}
END_TEST

int main(void) {
  const TTest *const tests[] = {noise_of_equilibrium_is_that_of_johnson_and_nyquist, NULL};
  return run_suite("noise", tests);
}
