#include "physics/statistics.h"

#include <float.h>
#include <gsl/gsl_sf_fermi_dirac.h>
#include <string.h>
#include "tests/support/difference.h"

/* gamma of a Blakemore band; the other laws ignore it */
static const double gammas[] = {0.05, 0.27, 1};
enum { GAMMAS = sizeof gammas / sizeof *gammas };

/* Where each piece of each law lies: guards, series, fits and the joints between them. */
static const double etas[] = {-1000, -650, -600, -599, -100, -30,   -5,  -1,  -0.3,
                              -1e-3, 0,    1e-3, 0.7,  1.9,  2.1,   4,   6,   9,
                              11,    19,   21,   39.9, 40.1, 149.9, 151, 500, 1000};
enum { ETAS = sizeof etas / sizeof *etas };

/* One law at one gamma: context of the differences. */
struct law {
  const struct statistics_law *row;
  double gamma;
};

static double log_F(double eta, const void *context) {
  const struct law *law = context;
  return log(law->row->value(eta, law->gamma).F);
}

static double slope_of_log(double eta, const void *context) {
  const struct law *law = context;
  struct statistics_value value = law->row->value(eta, law->gamma);
  return value.dF / value.F;
}

static double activity(double eta, const void *context) {
  const struct law *law = context;
  return law->row->value(eta, law->gamma).activity;
}

/* Partials against differences, in logarithms: F itself spans 600 decades. */
START_TEST(value_has_exact_derivatives) {
  /* the slopes below this are lost beside values of order 1 to 1000 */
  static const double floor = 1e-2;
  for (size_t i = 0; i < statistics_table_count; i++)
    for (int g = 0; g < GAMMAS; g++)
      for (int j = 0; j < ETAS; j++) {
        struct law law = {&statistics_table[i], gammas[g]};
        double eta = etas[j], h = 1e-2;
        if (fabs(eta + 600) < 5 * h) /* curvature jumps at the guard */
          continue;
        struct statistics_value v = law.row->value(eta, law.gamma);
        /* ln F reaches 600: its rounding over h is 1e-11, times that of the five-point rule */
        assert_slope(log_F, eta, h, &law, v.dF / v.F, floor, law.row->name);
        assert_slope(activity, eta, h, &law, v.d_activity, floor, law.row->name);
        double curvature = v.d2F / v.F - (v.dF / v.F) * (v.dF / v.F);
        assert_slope(slope_of_log, eta, h, &law, curvature, 1, law.row->name);
      }
}
END_TEST

START_TEST(value_is_finite_for_any_eta) {
  for (size_t i = 0; i < statistics_table_count; i++)
    for (int j = 0; j < ETAS; j++) {
      struct statistics_value v = statistics_table[i].value(etas[j], 0.27);
      ck_assert_double_finite(v.F);
      ck_assert_double_finite(v.dF);
      ck_assert_double_finite(v.d2F);
      ck_assert_double_finite(v.activity);
      ck_assert_double_finite(v.d_activity);
      ck_assert_double_gt(v.F, 0);
      ck_assert_double_ge(v.dF, 0);
    }
}
END_TEST

/* ln F + activity = eta: no flux in equilibrium, for any law. */
START_TEST(activity_closes_the_chemical_potential) {
  for (size_t i = 0; i < statistics_table_count; i++)
    for (int g = 0; g < GAMMAS; g++)
      for (int j = 0; j < ETAS; j++) {
        struct statistics_value v = statistics_table[i].value(etas[j], gammas[g]);
        double error = log(v.F) + v.activity - etas[j];
        /* rounding of ln F and of eta */
        ck_assert_double_le(fabs(error), 8 * DBL_EPSILON * fmax(fabs(etas[j]), 1));
        ck_assert_double_le(fabs(1 - v.dF / v.F - v.d_activity), 1e-14);
      }
}
END_TEST

/* Dilute: F -> e^eta; the first correction is at most e^eta relative. */
START_TEST(value_has_the_boltzmann_limit) {
  for (size_t i = 0; i < statistics_table_count; i++)
    for (int k = 0; k < 56; k++) {
      double eta = -100 + 1.7 * k;
      struct statistics_value v = statistics_table[i].value(eta, 0.27);
      ck_assert_double_le(fabs(v.F * exp(-eta) - 1), exp(eta) + 4 * DBL_EPSILON);
      ck_assert_double_le(fabs(v.activity), 1.01 * exp(eta));
      ck_assert_double_ge(v.activity, 0);
    }
}
END_TEST

/* The small activity of a dilute gas has all its digits: ln(1 + gamma z) and z / sqrt(8). */
START_TEST(activity_is_free_of_cancellation) {
  double z = exp(-30);
  double blakemore = statistics_table[STATISTICS_BLAKEMORE].value(-30, 0.27).activity;
  double fermi = statistics_table[STATISTICS_FERMI_DIRAC].value(-30, 0).activity;
  /* next term of the series: z relative, 1e-13 */
  ck_assert_double_le(fabs(blakemore / (0.27 * z) - 1), 1e-12);
  ck_assert_double_le(fabs(fermi * sqrt(8) / z - 1), 1e-12);
}
END_TEST

START_TEST(inverse_inverts_value) {
  for (size_t i = 0; i < statistics_table_count; i++)
    for (int g = 0; g < GAMMAS; g++)
      for (int j = 0; j < ETAS; j++) {
        const struct statistics_law *law = &statistics_table[i];
        double eta = etas[j];
        struct statistics_value v = law->value(eta, gammas[g]);
        /* a filled band has forgotten eta: d eta = d F / F', so the test looks at F */
        double slope = v.dF / v.F;
        if (slope < 1e-8)
          continue;
        double error = fabs(law->inverse(v.F, gammas[g]) - eta);
        /* rounding of F and of its logarithm, magnified by 1 / slope */
        double tolerance = 40 * DBL_EPSILON * fmax(fabs(log(v.F)), 1) / slope;
        ck_assert_msg(error <= tolerance + 4 * DBL_EPSILON * fabs(eta), "%s: eta %g, error %g > %g",
                      law->name, eta, error, tolerance);
      }
}
END_TEST

/* Against GSL; both claim a few 1e-15, dF loses a digit where it is small beside F. */
START_TEST(fermi_dirac_is_the_integral_of_order_one_half) {
  for (int k = 0; k < 10000; k++) {
    double eta = -50 + 0.0351 * k;
    struct statistics_value v = statistics_table[STATISTICS_FERMI_DIRAC].value(eta, 0);
    double F = gsl_sf_fermi_dirac_half(eta), dF = gsl_sf_fermi_dirac_mhalf(eta);
    ck_assert_msg(fabs(v.F / F - 1) < 2e-14, "F(%g): %g", eta, v.F / F - 1);
    ck_assert_msg(fabs(v.dF / dF - 1) < 2e-13, "dF(%g): %g", eta, v.dF / dF - 1);
  }
}
END_TEST

/* Values known in closed form. */
START_TEST(blakemore_and_lattice_saturate) {
  ck_assert_double_eq_tol(statistics_table[STATISTICS_LATTICE].value(0, 0).F, 0.5, 1e-15);
  ck_assert_double_eq_tol(statistics_table[STATISTICS_LATTICE].value(200, 0).F, 1, 1e-15);
  ck_assert_double_eq_tol(statistics_table[STATISTICS_BLAKEMORE].value(200, 0.25).F, 4, 1e-14);
}
END_TEST

START_TEST(table_and_names_agree) {
  for (size_t i = 0; i < statistics_table_count; i++) {
    ck_assert_str_eq(statistics_table[i].name, statistics_names[i]);
    ck_assert_uint_gt(strlen(statistics_table[i].doc), 0);
  }
  ck_assert_ptr_null(statistics_names[statistics_table_count]);
}
END_TEST

int main(void) {
  const TTest *tests[] = {value_has_exact_derivatives,
                          value_is_finite_for_any_eta,
                          activity_closes_the_chemical_potential,
                          value_has_the_boltzmann_limit,
                          activity_is_free_of_cancellation,
                          inverse_inverts_value,
                          fermi_dirac_is_the_integral_of_order_one_half,
                          blakemore_and_lattice_saturate,
                          table_and_names_agree,
                          NULL};
  return run_suite("statistics", tests);
}
