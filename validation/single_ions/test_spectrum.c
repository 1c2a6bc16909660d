/* Single ions in time against the noise spectrum of the linearised equations; see README.md.
 * ctest: long */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "solver/small_signal_noise.h"
#include "tests/support/difference.h"
#include "tests/support/hops.h"

#define SHORTED "validation/single_ions/shorted.cfg"

enum { RIGHT = 1, IONS = 800, CELLS = 16 };
static const double SIGMAS = 4.0, POWER = 0.01;
/** 800 ions: fluctuations are small against what bends the equations. */
static const char *const many[] = {"device.area=\"2500 nm^2\"", NULL};

/** Spectral density of the current into the right terminal. */
static double density(struct small_signal *small, const struct noise *noise,
                      const struct small_signal_port *port, double f, double complex *z,
                      double *shares) {
  struct hd_error err = {0};
  ck_assert_msg(small_signal_tune(small, f, &err) == HD_OK, "%s", err.text);
  ck_assert_msg(small_signal_adjoint(small, port, z, &err) == HD_OK, "%s", err.text);
  return noise_density(noise, z, shares);
}

/**
 * Variance of the charge that passes in a window, int_0^inf S(f) (sin(pi f t) / (pi f))^2 df: a sum
 * over ln f; above the last frequency S is flat, and the sine's square 1/2.
 */
static double window_variance(struct small_signal *small, const struct noise *noise,
                              const struct small_signal_port *port, double window,
                              double complex *z, double *shares) {
  const double pi = acos(-1.0), from = 1e-4 / window, to = 1e3 / window, step = 2e-4;
  double sum = 0.0, f = from, S = 0.0, next = 0.0;
  for (; f < to; f *= exp(step)) {
    if (f >= next) { /* S is smooth: it is kept over a hundredth of an e-fold */
      S = density(small, noise, port, f * exp(0.005), z, shares);
      next = f * exp(0.01);
    }
    double w = sin(pi * f * window) / (pi * f);
    sum += S * w * w * f * step;
  }
  return sum + S / (2.0 * pi * pi * f);
}

/** The law for several windows, from the same deck as a density. */
static void laws(const double *windows, int n, double *variance) {
  struct rig rig;
  struct hd_error err = {0};
  struct small_signal *small = NULL;
  struct noise *noise = NULL;
  rig_open(&rig, SHORTED, many);
  rig_equilibrium(&rig);
  rig_polish(&rig);
  const struct small_signal_port port = {.element = rig_element(&rig, "V")};
  ck_assert_int_eq(small_signal_create(&small, rig.system, false, rig.y, &err), HD_OK);
  ck_assert_int_eq(noise_create(&noise, rig.system, &err), HD_OK);
  ck_assert_int_eq(noise_collect(noise, small, rig.y, &err), HD_OK);
  double complex *z = calloc((size_t)rig.system->n, sizeof *z);
  double *shares = calloc(noise_count(noise), sizeof *shares);
  ck_assert(z && shares);
  for (int i = 0; i < n; i++)
    variance[i] = window_variance(small, noise, &port, windows[i], z, shares);
  free(z);
  free(shares);
  noise_free(&noise);
  small_signal_free(&small);
  rig_close(&rig);
}

START_TEST(charge_in_windows_has_the_variance_of_the_spectrum) {
  enum { WINDOWS = 2, SAMPLES = 28000 };
  static const double spans[WINDOWS] = {0.05, 0.5}; /* h^2 / D; the film relaxes in 1 */
  static const char *const names[WINDOWS] = {"charge in 0.05 h^2/D", "charge in 0.5 h^2/D"};
  long numbers[CELLS];
  double windows[WINDOWS], law[WINDOWS];
  struct hops hops;
  hops_open(&hops, SHORTED, many);
  for (int c = 0; c < CELLS; c++)
    numbers[c] = c == 0 || c == CELLS - 1 ? 27 : 53;
  numbers[7] += 2, numbers[8] += 2;
  hops_start(&hops, numbers);
  for (int i = 0; i < WINDOWS; i++)
    windows[i] = spans[i] * hops.diffusion_time;
  laws(windows, WINDOWS, law);
  hops_run(&hops, 20.0 * hops.diffusion_time, RIGHT);
  for (int i = 0; i < WINDOWS; i++) {
    struct mean square = mean_begin(SAMPLES);
    for (int j = 0; j < SAMPLES; j++) {
      double charge = hops_run(&hops, windows[i], RIGHT);
      mean_add(&square, charge * charge / law[i]);
    }
    mean_require(&square, 1.0, SIGMAS, POWER, names[i]);
    point_write("windows", names[i], spans[i], mean_value(&square), mean_error(&square), 1.0);
  }
  hops_close(&hops);
}
END_TEST

int main(void) {
  return run_suite(
      "spectrum", (const TTest *const[]){charge_in_windows_has_the_variance_of_the_spectrum, NULL});
}
