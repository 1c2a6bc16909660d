/* Does the front in a homogeneous film stay flat? See README.md. */
#include <math.h>
#include <stdio.h>
#include "tests/support/difference.h"
#include "tests/support/rig.h"

enum { TIMES = 4 };
static const double times[TIMES] = {0.05e-3, 0.1e-3, 0.2e-3, 0.3e-3}, radius = 10e-9;

/** By how much the mean front lies behind the foremost part, m: length (1 - (mean radius / R)^2).
 */
static void unevenness(const char *density, const char *intervals, const char *width,
                       double lag[TIMES]) {
  char profile[96];
  struct table table;
  snprintf(profile, sizeof profile, "device.profiles[0].density=\"%s\"", density);
  const char *const sets[] = {profile,
                              "device.radius=\"10 nm\"",
                              intervals,
                              width,
                              "experiments[0].duration=\"0.3 ms\"",
                              "experiments[0].output={times=[\"0.05 ms\",\"0.1 ms\",\"0.2 ms\"];}",
                              "experiments[0].fields={end=true;}",
                              NULL};
  rig_run(&table, "validation/film_front/case.cfg", sets, "run");
  for (int i = 0; i < TIMES; i++) {
    size_t row = table_find(&table, "step", "time_s", times[i]);
    double length = table_at(&table, row, "filament_length(vacancy)_m");
    double mean = table_at(&table, row, "filament_radius_mean(vacancy)_m") / radius;
    lag[i] = length * (1.0 - mean * mean);
    printf("%s: %g ms, front at %.4g nm, the mean %.2e nm behind it\n", density, 1e3 * times[i],
           1e9 * length, 1e9 * lag[i]);
  }
  table_free(&table);
}

#define FINE   "device.mesh.intervals=90", "device.mesh.width_intervals=20"
#define COARSE "device.mesh.intervals=60", "device.mesh.width_intervals=10"

START_TEST(flat_front_stays_flat) {
  double fine[TIMES], coarse[TIMES];
  unevenness("1e19 cm^-3", FINE, fine);
  unevenness("1e19 cm^-3", COARSE, coarse); /* the grid adds nothing */
  /* the digits of the file: nothing but rounding disturbs it */
  for (int i = 0; i < TIMES; i++) {
    ck_assert_double_le(fabs(fine[i]), 1e-9 * radius);
    ck_assert_double_le(fabs(coarse[i]), 1e-9 * radius);
  }
}
END_TEST

START_TEST(disturbance_grows_with_the_front) {
  double lag[TIMES];
  unevenness("1.01e19 cm^-3", FINE, lag);
  ck_assert_double_gt(lag[TIMES - 1], lag[0]);
  ck_assert_double_lt(lag[TIMES - 1],
                      1e-4 * radius); /* 1 % of the ions; a sticking grid does more */
}
END_TEST

int main(void) {
  return run_suite("film_front", (const TTest *const[]){flat_front_stays_flat,
                                                        disturbance_grows_with_the_front, NULL});
}
