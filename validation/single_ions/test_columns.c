/* A film that is one or two columns of cells wide, in the plane and on a line: times at which a
 * filament of single ions bridges it; see README.md. */
#include <gsl/gsl_sort.h>
#include <stdio.h>
#include "tests/support/difference.h"
#include "tests/support/hops.h"

#define DECK   "validation/single_ions/filament.cfg"
#define SOURCE "Vin"
/* 10 nm of film in 20 intervals, 30 nm^2: 6 sites in a cell, 3 in each of two columns */
#define FILM "device.layers[0].thickness=\"10 nm\"", "device.layers[0].intervals=20"
#define LINE FILM, "device.area=\"30 nm^2\""
#define PLANE                                                                                      \
  FILM, "device.coordinates=\"planar\"", "device.contacts[0].at=\"y_min\"",                        \
      "device.contacts[1].at=\"y_max\"", "device.depth=\"60 nm\"", "device.width=\"0.5 nm\"",      \
      "device.mesh={width_intervals=1;}"

enum { RUNS = 80, ANODE = 1 };
static const double THRESHOLD = 10e-9;           /* A */
static const double WATCH = 1e-6, LAST = 400e-6; /* s: resolution, and when to give up */
/** Kolmogorov and Smirnov: sqrt(n/2) D above this has a probability of 1e-3 (Smirnov 1948). */
static const double RARE = 1.95;

/** A trajectory from equilibrium, its ions drawn from their density; then 1 V. */
static void start(struct hops *hops, int trajectory) {
  struct hd_error err = {0};
  const struct transient_watch watch = {.enabled = false};
  hops->rig.plan.spec.stochastic.trajectory = trajectory;
  hops->rig.system->elements[rig_element(&hops->rig, SOURCE)].waveform =
      (struct waveform){.kind = WAVEFORM_CONSTANT};
  hopping_free(&hops->hopping);
  ck_assert_msg(hopping_create(&hops->hopping, hops->rig.system, 0, &watch, hops->rig.y, &err) ==
                    HD_OK,
                "%s", err.text);
  hops_source(hops, SOURCE, 1.0);
}

/** Times to THRESHOLD, s, ascending. */
static void times(const char *const *sets, double *time) {
  struct hops hops;
  hops_open(&hops, DECK, sets);
  rig_equilibrium(&hops.rig);
  for (int i = 0; i < RUNS; i++) {
    start(&hops, i);
    while (hopping_time(hops.hopping) < LAST && hops_run(&hops, WATCH, ANODE) < THRESHOLD * WATCH)
      ;
    time[i] = hopping_time(hops.hopping);
  }
  hops_close(&hops);
  gsl_sort(time, 1, RUNS);
}

/** Largest difference of the shares of runs that have bridged. */
static double distance(const double *a, const double *b) {
  double worst = 0.0;
  for (int i = 0, j = 0; i < RUNS && j < RUNS;) {
    double t = fmin(a[i], b[j]);
    while (i < RUNS && a[i] <= t)
      i++;
    while (j < RUNS && b[j] <= t)
      j++;
    worst = fmax(worst, abs(i - j) / (double)RUNS);
  }
  return worst;
}

static double mean_time(const double *time) {
  double sum = 0.0;
  for (int i = 0; i < RUNS; i++)
    sum += time[i] / RUNS;
  return sum;
}

START_TEST(two_columns_bridge_when_one_does) {
  double line[RUNS], plane[RUNS];
  times((const char *const[]){LINE, NULL}, line);
  times((const char *const[]){PLANE, NULL}, plane);
  double D = distance(line, plane);
  printf("%d runs each: line %.4g us, plane %.4g us, D %.3f, sqrt(n/2) D %.2f\n", RUNS,
         1e6 * mean_time(line), 1e6 * mean_time(plane), D, D * sqrt(RUNS / 2.0));
  ck_assert_double_lt(line[RUNS - 1], LAST);
  ck_assert_double_lt(D * sqrt(RUNS / 2.0), RARE);
}
END_TEST

int main(void) {
  return run_suite("columns", (const TTest *const[]){two_columns_bridge_when_one_does, NULL});
}
