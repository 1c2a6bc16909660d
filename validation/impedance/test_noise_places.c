/* Where noise comes from: the shares of noise.csv by places in fields.nc; README.md. */
#include <check.h>
#include <math.h>
#include <netcdf.h>
#include <stdio.h>
#include "tests/support/difference.h"
#include "tests/support/rig.h"

#define HERE "validation/impedance/"

enum { QUICK = 12, SLOW = 8, NODES = QUICK + SLOW + 1, FREQUENCIES = 4, EVERY = 2 };

static int file;

static void require(int code) {
  ck_assert_msg(code == NC_NOERR, "%s", nc_strerror(code));
}

/** Record r of a variable. */
static void read_record(const char *name, size_t r, size_t n, double *values) {
  int id;
  const size_t start[2] = {r, 0}, count[2] = {1, n};
  require(nc_inq_varid(file, name, &id));
  require(nc_get_vara_double(file, id, start, count, values));
}

/** Run the bar; fields.nc is open, the rows of noise.csv are read. */
static void run_bar(struct table *noise) {
  struct table table;
  rig_run(&table, HERE "bar.cfg", NULL, "out");
  table_free(&table);
  rig_table(noise, "out", "noise.csv");
  require(nc_open("out/fields.nc", NC_NOWRITE, &file));
}

START_TEST(shares_by_places_add_up) {
  /* Every record of fields.nc sums to the columns of noise.csv, which have ten digits; with the
   * series resistor, which has no place, they are all of S. */
  static const double digits = 1e-9;
  struct table noise;
  int dimension;
  size_t records;
  run_bar(&noise);
  require(nc_inq_dimid(file, "record", &dimension));
  require(nc_inq_dimlen(file, dimension, &records));
  ck_assert_uint_eq(records, FREQUENCIES / EVERY);
  for (size_t r = 0; r < records; r++) {
    double flux[NODES], sum = 0.0, f;
    read_record("noise_flux_electron", r, NODES, flux);
    read_record("frequency", r, 1, &f);
    ck_assert_double_eq_tol(f, table_at(&noise, EVERY * r, "frequency_Hz"), digits * f);
    for (int k = 0; k < NODES; k++)
      sum += flux[k];
    ck_assert_double_eq_tol(sum, table_at(&noise, EVERY * r, "flux(electron)"), digits);
    ck_assert_double_eq_tol(sum + table_at(&noise, EVERY * r, "resistor(R)"), 1.0, digits);
  }
  table_free(&noise);
  require(nc_close(file));
}
END_TEST

START_TEST(every_slice_makes_the_noise_of_its_resistance) {
  /* Johnson and Nyquist for resistors in series: of S_V each has its share of the resistance, ten
   * times as much in the slow material as in the quick one. Levels and densities are flat, so the
   * law holds but for what flows through the capacitance at 1 Hz, and the digits of noise.csv. */
  static const double tolerance = 1e-8;
  struct table noise;
  double flux[NODES], x[NODES], share[NODES] = {0}, whole = 0.0;
  int id;
  run_bar(&noise);
  read_record("noise_flux_electron", 0, NODES, flux);
  require(nc_inq_varid(file, "x", &id));
  require(nc_get_var_double(file, id, x));
  for (int e = 0; e + 1 < NODES; e++) {
    double R = (x[e + 1] - x[e]) * (e < QUICK ? 1.0 : 10.0);
    share[e] += 0.5 * R;
    share[e + 1] += 0.5 * R;
    whole += R;
  }
  double bar = table_at(&noise, 0, "flux(electron)");
  for (int k = 0; k < NODES; k++) {
    double law = bar * share[k] / whole;
    printf("x = %.3g um: share %.6g, share / law - 1 = %.1e\n", 1e6 * x[k], flux[k],
           flux[k] / law - 1.0);
    ck_assert_double_eq_tol(flux[k] / law, 1.0, tolerance);
  }
  table_free(&noise);
  require(nc_close(file));
}
END_TEST

int main(void) {
  const TTest *const tests[] = {shares_by_places_add_up,
                                every_slice_makes_the_noise_of_its_resistance, NULL};
  return run_suite("noise_places", tests);
}
