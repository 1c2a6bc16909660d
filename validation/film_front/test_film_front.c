/* Does the front in a homogeneous film stay flat? See README.md. */
#include <math.h>
#include <stdio.h>
#include "tests/support/difference.h"
#include "tests/support/rig.h"

enum { TIMES = 4 };
static const double times[TIMES] = {0.05e-3, 0.1e-3, 0.2e-3, 0.3e-3}, radius = 10e-9;

/** By how much the mean front lies behind the foremost part, m: length (1 - (mean radius / R)^2).
 */
static void unevenness(const char *density, double lag[TIMES]) {
  char profile[96];
  struct table table;
  snprintf(profile, sizeof profile, "device.profiles[0].density=\"%s\"", density);
  const char *const sets[] = {profile,
                              "device.radius=\"10 nm\"",
                              "device.mesh.width_intervals=20",
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

START_TEST(flat_front_stays_flat) {
  double lag[TIMES];
  unevenness("1e19 cm^-3", lag);
  /* the digits of the file: nothing but rounding disturbs it */
  for (int i = 0; i < TIMES; i++)
    ck_assert_double_le(fabs(lag[i]), 1e-9 * 10e-9);
}
END_TEST

START_TEST(disturbance_grows_with_the_front) {
  double lag[TIMES];
  unevenness("1.01e19 cm^-3", lag);
  for (int i = 1; i < TIMES; i++)
    ck_assert_double_gt(lag[i], 2.0 * lag[i - 1]);
  ck_assert_double_lt(lag[TIMES - 1], 1e-4 * 10e-9); /* 1 % of the ions; the grid does more */
}
END_TEST

int main(void) {
  return run_suite("film_front", (const TTest *const[]){flat_front_stays_flat,
                                                        disturbance_grows_with_the_front, NULL});
}
