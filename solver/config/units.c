/* The only file that knows udunits2. */
#include "solver/config/units.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <udunits2.h>
#include "solver/base/memory.h"

enum { CACHE_LIMIT = 64, UNIT_LENGTH = 64 };

/** One conversion that was asked for before: converted = offset + value * factor / divisor. */
struct conversion {
  char unit[UNIT_LENGTH], si_unit[UNIT_LENGTH];
  double offset, factor, divisor;
};

/* Units that nearly every input has: they spare short runs the database, a tenth of their time.
 * tests/test_units.c holds each row to the database. */
static const struct conversion common[] = {
    {"cm^-3", "m-3", 0, 1e6, 1},
    {"cm^-1", "m-1", 0, 1e2, 1},
    {"cm", "m", 0, 1, 1e2},
    {"um", "m", 0, 1, 1e6},
    {"nm", "m", 0, 1, 1e9},
    {"m^2", "m2", 0, 1, 1},
    {"cm^2", "m2", 0, 1, 1e4},
    {"um^2", "m2", 0, 1, 1e12},
    {"nm^2", "m2", 0, 1, 1e18},
    {"ms", "s", 0, 1, 1e3},
    {"us", "s", 0, 1, 1e6},
    {"ns", "s", 0, 1, 1e9},
    {"ps", "s", 0, 1, 1e12},
    {"m/s", "m s-1", 0, 1, 1},
    {"cm/s", "m s-1", 0, 1, 1e2},
    {"cm^2/s", "m2 s-1", 0, 1, 1e4},
    {"cm^3/s", "m3 s-1", 0, 1, 1e6},
    {"cm^6/s", "m6 s-1", 0, 1, 1e12},
    {"cm^2/V/s", "m2 V-1 s-1", 0, 1, 1e4},
    {"A/cm^2/K^2", "A m-2 K-2", 0, 1e4, 1},
    {"mV", "V", 0, 1, 1e3},
    {"V/s", "V s-1", 0, 1, 1},
    {"meV", "eV", 0, 1, 1e3},
    {"mA", "A", 0, 1, 1e3},
    {"uA", "A", 0, 1, 1e6},
    {"nA", "A", 0, 1, 1e9},
    {"pA", "A", 0, 1, 1e12},
    {"kohm", "ohm", 0, 1e3, 1},
    {"Mohm", "ohm", 0, 1e6, 1},
    {"nF", "F", 0, 1, 1e9},
    {"pF", "F", 0, 1, 1e12},
    {"F/m", "F m-1", 0, 1, 1},
    {"F/cm", "F m-1", 0, 1e2, 1},
    {"J/K", "J K-1", 0, 1, 1},
};
enum { COMMON_COUNT = sizeof common / sizeof *common };

struct units {
  ut_system *system; /* owned; NULL until the first string with a unit that is not common */
  double q;          /* C */
  size_t n_cached;
  struct conversion cached[CACHE_LIMIT];
};

enum hd_status units_create(struct units **units, struct hd_error *err) {
  TRY(hd_alloc(units, 1, sizeof **units, err));
  (*units)->q = 1.602176634e-19;
  return HD_OK;
}

void units_free(struct units **units) {
  if (*units && (*units)->system)
    ut_free_system((*units)->system);
  hd_free(units);
}

void units_set_charge(struct units *units, double q) {
  units->q = q;
  units->n_cached = 0;
}

/** Names of the electronvolt in the database, whose value (CODATA 1986) we replace. */
static void replace_electronvolt(ut_system *system) {
  static const char *const names[] = {"electronvolt", "electronvolts", "electron_volt",
                                      "electron_volts"};
  ut_unit *electronvolt = ut_new_base_unit(system);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    ut_unmap_name_to_unit(system, names[i], UT_ASCII);
    ut_map_name_to_unit(names[i], UT_ASCII, electronvolt);
  }
  ut_unmap_symbol_to_unit(system, "eV", UT_ASCII);
  ut_map_symbol_to_unit("eV", UT_ASCII, electronvolt);
  ut_free(electronvolt);
}

/**
 * Load the database (4 ms), with an electronvolt of our own: a base unit, so that "0.6 eV" is 0.6
 * to the last bit and carries no constant that could differ from the run's q.
 */
static enum hd_status load(struct units *units, struct hd_error *err) {
  ut_set_error_message_handler(ut_ignore);
  units->system = ut_read_xml(NULL);
  if (!units->system)
    return hd_fail(err, HD_INTERNAL,
                   "the database of units (udunits2.xml) cannot be read: install libudunits2-data "
                   "or set UDUNITS2_XML_PATH");
  replace_electronvolt(units->system);
  return HD_OK;
}

/** Multiply or divide by the exact power of ten when the factor is one but for rounding. */
static void snap(double factor, struct conversion *conversion) {
  const double tolerance = 1e-13; /* udunits2 multiplies a few factors, each rounded to 1e-16 */
  double power = round(log10(fabs(factor)));
  double exact = pow(10, power);
  conversion->factor = factor;
  conversion->divisor = 1;
  if (fabs(power) > 22 || fabs(factor - exact) > tolerance * exact)
    return; /* 1e22 is the largest power of ten that a double holds exactly */
  conversion->factor = power > 0 ? exact : 1;
  conversion->divisor = power < 0 ? pow(10, -power) : 1;
}

/** Fill `conversion` from unit to si_unit; scale turns si_unit's converter into what is asked. */
static enum units_result convert_between(ut_unit *from, ut_unit *to, double scale,
                                         struct conversion *conversion) {
  if (!ut_are_convertible(from, to))
    return UNITS_DIMENSION;
  cv_converter *converter = ut_get_converter(from, to);
  if (!converter)
    return UNITS_DIMENSION;
  double zero = cv_convert_double(converter, 0), one = cv_convert_double(converter, 1);
  cv_free(converter);
  conversion->offset = zero * scale;
  snap((one - zero) * scale, conversion);
  return UNITS_OK;
}

static enum units_result find(struct units *units, const char *unit, const char *si_unit,
                              struct conversion *conversion, struct hd_error *err) {
  char text[UNIT_LENGTH + 1];
  snprintf(text, sizeof text, "%s%s", unit[0] == '/' ? "1" : "", unit); /* "1e18/cm3" */
  ut_unit *from = ut_parse(units->system, ut_trim(text, UT_UTF8), UT_UTF8);
  ut_unit *to = ut_parse(units->system, si_unit, UT_ASCII);
  enum units_result result = from ? UNITS_DIMENSION : UNITS_UNKNOWN;
  if (!to)
    hd_fail(err, HD_INTERNAL, "a table names the unit '%s', which udunits2 does not know", si_unit);
  if (from && to)
    result = convert_between(from, to, 1, conversion);
  if (result == UNITS_DIMENSION && strcmp(si_unit, "eV") == 0) {
    ut_unit *joule = ut_parse(units->system, "J", UT_ASCII);
    result = convert_between(from, joule, 1 / units->q, conversion);
    ut_free(joule);
  }
  ut_free(from);
  ut_free(to);
  return result;
}

/** The cached conversion, or a new one in the cache (the oldest gives way). */
static enum hd_status look_up(struct units *units, const char *unit, const char *si_unit,
                              const struct conversion **found, enum units_result *result,
                              struct hd_error *err) {
  *found = NULL;
  *result = UNITS_UNKNOWN;
  for (size_t i = 0; i < COMMON_COUNT; i++)
    if (strcmp(common[i].unit, unit) == 0 && strcmp(common[i].si_unit, si_unit) == 0)
      *found = &common[i];
  for (size_t i = 0; i < units->n_cached && !*found; i++)
    if (strcmp(units->cached[i].unit, unit) == 0 && strcmp(units->cached[i].si_unit, si_unit) == 0)
      *found = &units->cached[i];
  if (*found || strlen(unit) >= UNIT_LENGTH || strlen(si_unit) >= UNIT_LENGTH)
    return HD_OK;
  if (!units->system)
    TRY(load(units, err));
  struct conversion conversion = {.offset = 0};
  memcpy(conversion.unit, unit, strlen(unit) + 1);
  memcpy(conversion.si_unit, si_unit, strlen(si_unit) + 1);
  *result = find(units, unit, si_unit, &conversion, err);
  if (*result != UNITS_OK)
    return HD_OK;
  size_t slot = units->n_cached < CACHE_LIMIT ? units->n_cached++ : 0;
  units->cached[slot] = conversion;
  *found = &units->cached[slot];
  return HD_OK;
}

/** Conversions that need no database; see the header. */
bool units_common(size_t i, const char **unit, const char **si_unit) {
  if (i >= COMMON_COUNT)
    return false;
  *unit = common[i].unit;
  *si_unit = common[i].si_unit;
  return true;
}

/** Convert a value; see the header. */
enum hd_status units_convert(struct units *units, double value, const char *unit,
                             const char *si_unit, double *converted, enum units_result *result,
                             struct hd_error *err) {
  const struct conversion *found;
  *result = UNITS_OK;
  if (strcmp(unit, si_unit) == 0) {
    *converted = value;
    return HD_OK;
  }
  TRY(look_up(units, unit, si_unit, &found, result, err));
  if (found) {
    *result = UNITS_OK;
    *converted = found->offset + value * found->factor / found->divisor;
  }
  return HD_OK;
}
