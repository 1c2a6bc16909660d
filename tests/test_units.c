#include "solver/config/units.h"

#include <check.h>
#include <stdio.h>
#include "tests/support/difference.h"

static double convert(struct units *units, double value, const char *unit, const char *si_unit) {
  struct hd_error err = {0};
  enum units_result result;
  double converted = 0.0;
  ck_assert_int_eq(units_convert(units, value, unit, si_unit, &converted, &result, &err), HD_OK);
  ck_assert_msg(result == UNITS_OK, "%s to %s: result %d", unit, si_unit, (int)result);
  return converted;
}

START_TEST(units_common_rows_equal_the_database) {
  struct hd_error err = {0};
  struct units *units = NULL;
  const char *unit, *si_unit;
  ck_assert_int_eq(units_create(&units, &err), HD_OK);
  for (size_t i = 0; units_common(i, &unit, &si_unit); i++) {
    char spelled[64]; /* parentheses: the same unit, but not in the table */
    snprintf(spelled, sizeof spelled, "(%s)", unit);
    for (double value = 1.0; value < 1e6; value *= 7.1)
      ck_assert_msg(convert(units, value, unit, si_unit) == convert(units, value, spelled, si_unit),
                    "%g %s: %.17g %s, by the database %.17g", value, unit,
                    convert(units, value, unit, si_unit), si_unit,
                    convert(units, value, spelled, si_unit));
  }
  units_free(&units);
}
END_TEST

int main(void) {
  const TTest *const tests[] = {units_common_rows_equal_the_database, NULL};
  return run_suite("units", tests);
}
