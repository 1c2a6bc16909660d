/* Vacancies in a flake of MoS2 against the authors of the model; see README.md.
 * ctest: long
 * ctest: timeout=600 */
#include <math.h>
#include <stdio.h>
#include "tests/support/difference.h"
#include "tests/support/reference.h"
#include "tests/support/rig.h"

#define HERE "validation/mos2_memristor/"

static const double PERIOD = 10.4, SECOND_PERIOD = 8.0; /* s: one cycle of the two samples */
/** On the authors' mesh: what their time steps of implicit Euler leave, see README.md. */
static const double peak_tolerance = 5e-3, curve_tolerance = 2.5e-2;
/** What their mesh leaves as well. */
static const double converged_tolerance = 5e-2;

/** Largest |I| of the rows of one cycle, from 1, whose voltage times `sign` is >= 0 (0: all). */
static double peak(const struct table *table, int cycle, double period, double sign) {
  double largest = 0.0;
  for (size_t row = 0; row < table->n_rows; row++) {
    double t = table_at(table, row, "time_s");
    if (t >= (cycle - 1) * period && t <= cycle * period &&
        sign * table_at(table, row, "V(right)_V") >= 0.0)
      largest = fmax(largest, fabs(table_at(table, row, "I(right)_A")));
  }
  return largest;
}

static void compare(const char *what, double ours, double theirs, double tolerance) {
  printf("%s: %.4g A, theirs %.4g, %+.2f %%\n", what, ours, theirs, 100.0 * (ours / theirs - 1.0));
  ck_assert_msg(fabs(ours / theirs - 1.0) < tolerance, "%s: %.5g A, theirs %.5g", what, ours,
                theirs);
}

START_TEST(peaks_of_eight_cycles_are_theirs) {
  static const double theirs[] = {3.1102e-5, 3.0804e-5, 3.0425e-5, 3.0246e-5,
                                  3.0230e-5, 3.0181e-5, 3.0221e-5, 3.0183e-5};
  struct table table;
  rig_run(&table, HERE "case.cfg", NULL, "run");
  for (int i = 0; i < 8; i++) {
    char what[32];
    snprintf(what, sizeof what, "cycle %d", i + 1);
    compare(what, peak(&table, i + 1, PERIOD, 0.0), theirs[i], peak_tolerance);
  }
  for (size_t row = 1; row < table.n_rows; row++)
    ck_assert_double_gt(table_at(&table, row, "time_s"), table_at(&table, row - 1, "time_s"));
  table_free(&table);
}
END_TEST

START_TEST(first_cycle_follows_their_curve) {
  struct table table;
  struct reference reference;
  double worst = 0.0, at = 0.0;
  reference_read(&reference, HERE "reference.csv");
  rig_run(&table, HERE "case.cfg",
          (const char *const[]){"experiments[0].duration=\"10.4 s\"",
                                "experiments[0].output.interval=\"0.1 ms\"", NULL},
          "run");
  for (size_t i = 0; i < reference.n_rows; i++) {
    double t = reference_at(&reference, i, 0);
    size_t row = table_find(&table, "cycles", "time_s", t);
    ck_assert_double_eq_tol(table_at(&table, row, "V(right)_V"), reference_at(&reference, i, 1),
                            1e-3);
    double error =
        fabs(fabs(table_at(&table, row, "I(right)_A")) / reference_at(&reference, i, 2) - 1.0);
    if (error > worst) {
      worst = error;
      at = t;
    }
  }
  printf("first cycle: %.2f %% at t = %.3f s of %zu points\n", 100.0 * worst, at, reference.n_rows);
  ck_assert_double_lt(worst, curve_tolerance);
  table_free(&table);
  reference_free(&reference);
}
END_TEST

static const struct {
  const char *diffusion; /* of a mobility in m^2/Vs */
  const char *what;
  double theirs;
} mobilities[] = {{"device.species.vacancy.diffusion=2.5852e-17", "1e-15 m^2/Vs", 5.1192e-5},
                  {"device.species.vacancy.diffusion=2.5852e-16", "1e-14 m^2/Vs", 4.5058e-5},
                  {"device.species.vacancy.diffusion=7.7556e-16", "3e-14 m^2/Vs", 3.6108e-5},
                  {"device.species.vacancy.diffusion=2.3267e-15", "9e-14 m^2/Vs", 2.4019e-5},
                  {"device.species.vacancy.diffusion=5.1704e-15", "2e-13 m^2/Vs", 1.4882e-5}};

START_TEST(peaks_of_other_mobilities_are_theirs) {
  for (size_t i = 0; i < sizeof mobilities / sizeof *mobilities; i++) {
    struct table table;
    rig_run(
        &table, HERE "case.cfg",
        (const char *const[]){"experiments[0].duration=\"20.8 s\"", mobilities[i].diffusion, NULL},
        "run");
    compare(mobilities[i].what, peak(&table, 2, PERIOD, 0.0), mobilities[i].theirs, peak_tolerance);
    table_free(&table);
  }
}
END_TEST

START_TEST(peak_without_vacancies_is_theirs) {
  struct table table;
  rig_run(&table, HERE "no_vacancies.cfg", NULL, "run");
  compare("no vacancies, cycle 1", peak(&table, 1, PERIOD, 0.0), 7.8079e-7, peak_tolerance);
  compare("no vacancies, cycle 2", peak(&table, 2, PERIOD, 0.0), 7.7987e-7, peak_tolerance);
  table_free(&table);
}
END_TEST

START_TEST(peaks_of_the_second_sample_are_theirs) {
  struct table table;
  rig_run(&table, HERE "second_sample.cfg", NULL, "run");
  compare("second sample, V < 0", peak(&table, 2, SECOND_PERIOD, -1.0), 1.05790e-4, peak_tolerance);
  compare("second sample, V > 0", peak(&table, 2, SECOND_PERIOD, 1.0), 2.8976e-5, peak_tolerance);
  table_free(&table);
}
END_TEST

START_TEST(peaks_on_a_fine_mesh_are_near_theirs) {
  struct table table;
  rig_run(&table, HERE "case.cfg",
          (const char *const[]){"device.layers[0].spacing=\"2.5 nm\"",
                                "device.layers[0].spacing_end=\"0.25 nm\"",
                                "experiments[0].duration=\"20.8 s\"", NULL},
          "run");
  compare("fine mesh, cycle 1", peak(&table, 1, PERIOD, 0.0), 3.1102e-5, converged_tolerance);
  compare("fine mesh, cycle 2", peak(&table, 2, PERIOD, 0.0), 3.0804e-5, converged_tolerance);
  table_free(&table);
}
END_TEST

/** The number of vacancies is that of E_a: theta / (1 - theta) = exp((psi_0 - psi) / V_T), E_a 4.32
 * eV below vacuum where psi = -4.001 V. */
START_TEST(vacancies_are_in_equilibrium_with_their_level) {
  struct rig rig;
  rig_open(&rig, HERE "case.cfg", NULL);
  rig_equilibrium(&rig);
  double V_T = rig_instance(&rig)->device->model.V_T;
  double theta = rig_unknown(&rig, 0, 3), expected = 1.0 / (1.0 + exp((4.32 - 4.001) / V_T));
  printf("share of sites at the contact: %.6g, expected %.6g\n", theta, expected);
  ck_assert_double_eq_tol(theta / expected, 1.0, 5e-4); /* digits of the density; mesh */
  rig_close(&rig);
}
END_TEST

int main(void) {
  return run_suite("mos2_memristor",
                   (const TTest *const[]){
                       peaks_of_eight_cycles_are_theirs, first_cycle_follows_their_curve,
                       peaks_of_other_mobilities_are_theirs, peak_without_vacancies_is_theirs,
                       peaks_of_the_second_sample_are_theirs, peaks_on_a_fine_mesh_are_near_theirs,
                       vacancies_are_in_equilibrium_with_their_level, NULL});
}
