#include "physics/flux.h"

#include <float.h>
#include "tests/support/difference.h"

static const double arguments[] = {-800.0, -60.0, -3.0, -0.5,  -0.0201, -0.0199, -1e-3, -1e-9, 0.0,
                                   1e-12,  1e-4,  0.01, 0.019, 0.021,   1.0,     20.0,  700.0, 1e4};
enum { ARGUMENTS = sizeof arguments / sizeof *arguments };

/** B(x) in long double by its definition, by the limit near zero. */
static double exact(double x) {
  long double y = x;
  return fabsl(y) < 1e-9L ? (double)(1.0L - 0.5L * y) : (double)(y / expm1l(y));
}

START_TEST(bernoulli_agrees_with_its_definition) {
  double x = arguments[_i];
  struct bernoulli b = flux_bernoulli(x);
  /* A few roundings; x / expm1(x) below DBL_MIN loses digits. */
  ck_assert_double_le(fabs(b.forward - exact(x)), 8 * DBL_EPSILON * exact(x) + DBL_MIN);
  ck_assert_double_le(fabs(b.backward - exact(-x)), 8 * DBL_EPSILON * exact(-x) + DBL_MIN);
}
END_TEST

START_TEST(bernoulli_ends_differ_by_the_argument) {
  double x = arguments[_i];
  struct bernoulli b = flux_bernoulli(x);
  ck_assert_double_le(fabs(b.backward - b.forward - x),
                      4 * DBL_EPSILON * fmax(b.backward, b.forward));
  ck_assert(isfinite(b.d_forward) && b.d_forward <= 0.0 && b.d_forward >= -1.0);
}
END_TEST

START_TEST(bernoulli_is_smooth_at_zero) {
  /* The series and the formula meet at |x| = 0.02: value, slope and their changes across it. */
  for (int sign = -1; sign <= 1; sign += 2) {
    struct bernoulli in = flux_bernoulli(sign * 0.02 * (1 - 1e-9));
    struct bernoulli out = flux_bernoulli(sign * 0.02 * (1 + 1e-9));
    ck_assert_double_le(fabs(out.forward - in.forward), 3e-11);       /* |B'| 4e-11, */
    ck_assert_double_le(fabs(out.d_forward - in.d_forward), 6.7e-12); /* B'' 4e-11, B'' = 1/6 */
  }
  ck_assert_double_eq(flux_bernoulli(0.0).forward, 1.0);
  ck_assert_double_eq(flux_bernoulli(0.0).d_forward, -0.5);
}
END_TEST

static double forward(double x, const void *context) {
  (void)context;
  return flux_bernoulli(x).forward;
}

START_TEST(bernoulli_derivative_is_exact) {
  double x = arguments[_i];
  if (fabs(x) < 50.0)
    assert_slope(forward, x, 1e-3, NULL, flux_bernoulli(x).d_forward, 0.1, "B'");
}
END_TEST

START_TEST(bernoulli_mirrors_have_mirrored_slopes) {
  /* To the last digits also where B' is near -1 or 0: a density of 1e20 stands before what is left.
   */
  double x = arguments[_i], mirrored = -flux_bernoulli(-x).d_forward;
  double slope = flux_bernoulli(x).d_backward;
  ck_assert_double_le(fabs(slope - mirrored), 1e-12 * fabs(mirrored) + DBL_MIN);
}
END_TEST

/* ---- fluxes ---- */

static const double densities[][2] = {{1e20, 1e24}, {1e24, 1e24}, {3e25, 1e15}, {1e3, 1e26}};
static const double fractions[][2] = {{1.0, 1.0}, {0.3, 0.9}, {1e-6, 0.5}, {-1e-9, 1.0}};
static const double steps[] = {-40.0, -3.0, -1e-3, 0.0, 1e-9, 0.3, 12.0};
enum { DENSITIES = 4, FRACTIONS = 4, STEPS = 7, FLUXES = DENSITIES * FRACTIONS * STEPS };

struct flux_case {
  double c[2], f[2], dv;
  int which; /* argument that is varied */
};

static struct flux_case flux_case(int i) {
  const double *c = densities[i % DENSITIES], *f = fractions[i / DENSITIES % FRACTIONS];
  return (struct flux_case){{c[0], c[1]}, {f[0], f[1]}, steps[i / DENSITIES / FRACTIONS], 0};
}

START_TEST(flux_is_zero_where_potentials_are_equal) {
  /* ln(c/f) + v equal: F vanishes to the rounding of either half. */
  double dv = steps[_i];
  double c_k = 1e24, f_k = 0.3, f_l = 0.8, c_l = c_k / f_k * f_l * exp(-dv);
  struct flux_value flux = flux_scharfetter_gummel(c_k, c_l, f_k, f_l, dv);
  double half = c_k * f_l * flux_bernoulli(dv).forward;
  ck_assert_double_le(fabs(flux.F), (8 + 2 * fabs(dv)) * DBL_EPSILON * half);
  ck_assert_double_eq(flux_quasi_fermi(c_k, c_l, dv, 0.0).F, 0.0); /* exactly */
}
END_TEST

START_TEST(flux_is_antisymmetric) {
  struct flux_case at = flux_case(_i);
  struct flux_value there = flux_scharfetter_gummel(at.c[0], at.c[1], at.f[0], at.f[1], at.dv);
  struct flux_value back = flux_scharfetter_gummel(at.c[1], at.c[0], at.f[1], at.f[0], -at.dv);
  double half = fmax(fabs(at.c[0] * at.f[1]), fabs(at.c[1] * at.f[0])) * (1 + fabs(at.dv));
  ck_assert_double_le(fabs(there.F + back.F), 4 * DBL_EPSILON * half);
}
END_TEST

START_TEST(quasi_fermi_form_equals_density_form) {
  struct flux_case at = flux_case(_i);
  double dmu = log(at.c[1] / at.c[0]) + at.dv;
  struct flux_value a = flux_scharfetter_gummel(at.c[0], at.c[1], 1.0, 1.0, at.dv);
  struct flux_value b = flux_quasi_fermi(at.c[0], at.c[1], at.dv, dmu);
  struct bernoulli B = flux_bernoulli(at.dv);
  /* Rounding of dmu (up to 50) in the exponent. */
  double half = at.c[0] * B.forward + at.c[1] * B.backward;
  ck_assert_double_le(fabs(a.F - b.F), 100 * DBL_EPSILON * half);
  ck_assert_double_eq(a.d_ck, b.d_ck);
  ck_assert_double_eq(a.d_cl, b.d_cl);
  ck_assert_double_eq(a.d_dv, b.d_dv);
}
END_TEST

START_TEST(quasi_fermi_form_keeps_small_differences) {
  /* 1e-12 V_T from equilibrium: the flux is -L dmu with full precision. */
  double c_k = 1e24, dv = 3.0, dmu = 1e-12, c_l = c_k * exp(dmu - dv);
  double expected = -c_k * flux_bernoulli(dv).forward * dmu;
  double F = flux_quasi_fermi(c_k, c_l, dv, dmu).F;
  ck_assert_double_le(fabs(F / expected - 1.0), 1e-11); /* dmu / 2 and the rounding of dv */
}
END_TEST

static double vary(double x, const void *context) {
  struct flux_case at = *(const struct flux_case *)context;
  double *arguments_of[] = {&at.c[0], &at.c[1], &at.f[0], &at.f[1], &at.dv};
  *arguments_of[at.which] = x;
  return flux_scharfetter_gummel(at.c[0], at.c[1], at.f[0], at.f[1], at.dv).F;
}

START_TEST(flux_partials_are_exact) {
  struct flux_case at = flux_case(_i);
  struct flux_value flux = flux_scharfetter_gummel(at.c[0], at.c[1], at.f[0], at.f[1], at.dv);
  double values[] = {at.c[0], at.c[1], at.f[0], at.f[1], at.dv};
  double partials[] = {flux.d_ck, flux.d_cl, flux.d_fk, flux.d_fl, flux.d_dv};
  double size = (at.c[0] + at.c[1]) * (1 + fabs(at.dv));
  for (at.which = 0; at.which < 5; at.which++) {
    double unit = at.which < 2 ? values[at.which] : 1.0;
    assert_slope(vary, values[at.which], 1e-3 * unit, &at, partials[at.which], size / unit, "flux");
  }
}
END_TEST

static double acceleration(double z, const void *context) {
  double d;
  (void)context;
  return flux_hop_acceleration(z, &d);
}

START_TEST(hop_acceleration_is_even_smooth_and_exact) {
  static const double z[] = {-8.0, -1.0, -0.0101, -0.0099, 0.0, 1e-5, 0.009, 0.011, 0.5, 20.0};
  double d, back, value = flux_hop_acceleration(z[_i], &d);
  ck_assert_double_ge(value, 1.0);
  ck_assert_double_le(fabs(flux_hop_acceleration(-z[_i], &back) / value - 1.0), 4 * DBL_EPSILON);
  assert_slope(acceleration, z[_i], 1e-3, NULL, d, 0.1 * value, "sinh(z)/z");
}
END_TEST

int main(void) {
  Suite *suite = suite_create("flux");
  TCase *tcase = tcase_create("flux");
  tcase_add_loop_test(tcase, bernoulli_agrees_with_its_definition, 0, ARGUMENTS);
  tcase_add_loop_test(tcase, bernoulli_ends_differ_by_the_argument, 0, ARGUMENTS);
  tcase_add_test(tcase, bernoulli_is_smooth_at_zero);
  tcase_add_loop_test(tcase, bernoulli_derivative_is_exact, 0, ARGUMENTS);
  tcase_add_loop_test(tcase, bernoulli_mirrors_have_mirrored_slopes, 0, ARGUMENTS);
  tcase_add_loop_test(tcase, flux_is_zero_where_potentials_are_equal, 0, STEPS);
  tcase_add_loop_test(tcase, flux_is_antisymmetric, 0, FLUXES);
  tcase_add_loop_test(tcase, quasi_fermi_form_equals_density_form, 0, DENSITIES);
  tcase_add_loop_test(tcase, quasi_fermi_form_equals_density_form, DENSITIES * FRACTIONS,
                      DENSITIES * FRACTIONS + DENSITIES);
  tcase_add_loop_test(tcase, quasi_fermi_form_equals_density_form, FLUXES - DENSITIES, FLUXES);
  tcase_add_test(tcase, quasi_fermi_form_keeps_small_differences);
  tcase_add_loop_test(tcase, flux_partials_are_exact, 0, FLUXES);
  tcase_add_loop_test(tcase, hop_acceleration_is_even_smooth_and_exact, 0, 10);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
