/* Small signals against another program, exact formulae and our own evolution in time; README.md.
 */
#include <check.h>
#include <complex.h>
#undef I /* names currents here */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "tests/support/difference.h"
#include "tests/support/reference.h"
#include "tests/support/rig.h"

#define HERE "validation/impedance/"

/** Figures of impedance.csv: 10 digits. */
static const double digits = 1e-9;
static const double eps0 = 8.8541878128e-12, q = 1.602176634e-19, k_B = 1.380649e-23;

static double turn(void) {
  return 2.0 * acos(-1.0);
}

/** Run a deck; its impedance.csv. */
static void run_deck(struct table *table, const char *deck, const char *const *sets) {
  rig_run(table, deck, sets, "out");
  table_free(table);
  rig_table(table, "out", "impedance.csv");
  ck_assert_uint_gt(table->n_rows, 0);
}

static double complex impedance(const struct table *table, size_t row) {
  return CMPLX(table_at(table, row, "ReZ_Ohm"), table_at(table, row, "ImZ_Ohm"));
}

static double complex admittance(const struct table *table, size_t row) {
  return CMPLX(table_at(table, row, "ReY_S"), table_at(table, row, "ImY_S"));
}

static double omega(const struct table *table, size_t row) {
  return turn() * table_at(table, row, "frequency_Hz");
}

/* ---- pvk1 ---- */

START_TEST(pvk1_has_the_named_capacitances) {
  static const struct {
    double f, C; /* Hz, F/m^2 */
  } named[] = {{1e-3, 4.8226e-3}, {1e8, 7.0834e-4}};
  const double tolerance = 5e-4; /* mesh */
  struct table table;
  run_deck(&table, HERE "case.cfg", NULL);
  for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
    double C = table_at(&table, i ? table.n_rows - 1 : 0, "C_F");
    printf("C at %g Hz: %.6g F/m^2, %+.4f %%\n", named[i].f, C, 100.0 * (C / named[i].C - 1.0));
    ck_assert_double_eq_tol(C / named[i].C, 1.0, tolerance);
  }
  table_free(&table);
}
END_TEST

START_TEST(pvk1_follows_the_whole_spectrum) {
  const double tolerance = 2e-3; /* both meshes; the reference has 7 digits of Re Y */
  static const char *const columns[] = {"ReZ_Ohm", "ImZ_Ohm", "ReY_S", "ImY_S", "C_F"};
  struct table table;
  struct reference reference;
  reference_read(&reference, HERE "independent_pvk1_impedance_0.0V.csv");
  run_deck(&table, HERE "case.cfg", NULL);
  ck_assert_uint_eq(table.n_rows, reference.n_rows);
  for (size_t c = 0; c < sizeof columns / sizeof *columns; c++) {
    double worst = 0.0;
    for (size_t row = 0; row < table.n_rows; row++) {
      ck_assert_double_eq_tol(
          table_at(&table, row, "frequency_Hz") / reference_at(&reference, row, 0), 1.0, 1e-6);
      double theirs = reference_at(&reference, row, 1 + c);
      worst = fmax(worst, fabs(table_at(&table, row, columns[c]) / theirs - 1.0));
    }
    printf("%s: %.2e\n", columns[c], worst);
    ck_assert_double_lt(worst, tolerance);
  }
  table_free(&table);
  reference_free(&reference);
}
END_TEST

/** Admittance of pvk1 at one bias and low frequency. */
static double low_conductance(const char *bias) {
  struct table table;
  const char *const sets[] = {bias, "experiments[0].frequency={values=[\"1 uHz\"];}", NULL};
  run_deck(&table, HERE "case.cfg", sets);
  double G = table_at(&table, 0, "ReY_S");
  table_free(&table);
  return G;
}

START_TEST(low_frequencies_give_the_slope_of_the_steady_curve) {
  const double h = 1e-4, tolerance = 1e-5; /* V; (h / V_T)^2 / 6 = 2.5e-6 of the curve's bend */
  const char *const sets[] = {
      "experiments=({name=\"dc\";type=\"dc_sweep\";values=[0.9999,1.0001];})", NULL};
  struct table table;
  double G = low_conductance("experiments[0].drive=({source=\"V\";waveform={value=\"1 V\";};})");
  rig_run(&table, HERE "case.cfg", sets, "out");
  double slope =
      (table_at(&table, 1, "I(anode)_A") - table_at(&table, 0, "I(anode)_A")) / (2.0 * h);
  printf("slope of the steady curve at 1 V: %.8g, of the small signal %.8g S/m^2\n", slope, G);
  ck_assert_double_eq_tol(G / slope, 1.0, tolerance);
  table_free(&table);
}
END_TEST

START_TEST(slow_ions_make_the_capacitance_negative) {
  /* At 1 V the current still rises long after a step (the reference's own step response): current
   * that follows the voltage late is an inductance. */
  const char *const sets[] = {"experiments[0].drive=({source=\"V\";waveform={value=\"1 V\";};})",
                              "experiments[0].frequency={values=[\"10 mHz\",\"10 kHz\"];}", NULL};
  struct table table;
  run_deck(&table, HERE "case.cfg", sets);
  ck_assert_double_lt(table_at(&table, 0, "C_F"), 0.0);
  ck_assert_double_gt(table_at(&table, 1, "C_F"), 0.0);
  ck_assert_double_gt(table_at(&table, 0, "ReY_S"), table_at(&table, 1, "ReY_S"));
  table_free(&table);
}
END_TEST

/* ---- the transform of a step ---- */

/** Integral of a straight line between two samples times exp(-i w t). */
static double complex piece(double t_0, double t_1, double f_0, double f_1, double w) {
  double h = t_1 - t_0, slope = (f_1 - f_0) / h;
  double complex e_0 = cexp(CMPLX(0.0, -w * t_0)), e_1 = cexp(CMPLX(0.0, -w * t_1));
  double complex s = CMPLX(0.0, w);
  if (w * h < 1e-3) /* the exponential is a parabola here: Simpson's rule, (w h)^4 / 2880 */
    return h / 6.0 * (f_0 * e_0 + f_1 * e_1 + 2.0 * (f_0 + f_1) * cexp(-s * (t_0 + 0.5 * h)));
  return (f_0 * e_0 - f_1 * e_1) / s + slope * (e_0 - e_1) / (s * s);
}

static const double ramp_end = 1e-4; /* s */

/** Transform of the current over that of the voltage of a ramp that then stays. The displacement
 * current jumps at both ends of the ramp: the step behind a jump has its value everywhere. */
static double complex transform(const struct table *table, double w) {
  double complex I = 0.0, V = 0.0;
  for (size_t row = 0; row + 1 < table->n_rows; row++) {
    double t_0 = table_at(table, row, "time_s"), t_1 = table_at(table, row + 1, "time_s");
    bool jump = row == 0 || t_0 == ramp_end;
    I += piece(t_0, t_1, table_at(table, row + jump, "I(anode)_A"),
               table_at(table, row + 1, "I(anode)_A"), w);
    V += piece(t_0, t_1, table_at(table, row, "V(anode)_V"), table_at(table, row + 1, "V(anode)_V"),
               w);
  }
  double end = table_at(table, table->n_rows - 1, "time_s");
  double complex rest = cexp(CMPLX(0.0, -w * end)) / CMPLX(0.0, w);
  V += table_at(table, table->n_rows - 1, "V(anode)_V") * rest;
  I += table_at(table, table->n_rows - 1, "I(anode)_A") * rest;
  return I / V;
}

static void ramp(struct table *table, const char *to) {
  char drive[512];
  snprintf(
      drive, sizeof drive,
      "experiments=({name=\"step\";type=\"transient\";start=\"equilibrium\";duration=\"0.5 s\";"
      "drive=({source=\"V\";waveform={type=\"pwl\";points=([0.0,0.0],[1e-4,%s],[1.0,%s]);};});"
      "output={every_step=true;log={from=1e-6;to=0.5;per_decade=200;};};fields={end=false;};})",
      to, to);
  const char *const sets[] = {drive, "solver.rtol=1e-7", "solver.initial_step=1e-12", NULL};
  rig_run(table, HERE "case.cfg", sets, "step");
}

START_TEST(spectrum_is_the_transform_of_a_small_step) {
  /* +-1 mV in turn, half the difference: what is left of the bends is (V / V_T)^2 / 24 = 6e-5; the
   * time steps and the straight lines between them make as much. */
  const double tolerance = 5e-4;
  double worst = 0.0;
  struct table up, down, table;
  const char *const sets[] = {"experiments[0].frequency={values=[\"1 Hz\",\"3 Hz\",\"10 Hz\",\"30 "
                              "Hz\",\"100 Hz\",\"1 kHz\"];}",
                              NULL};
  ramp(&up, "1e-3");
  ramp(&down, "-1e-3");
  run_deck(&table, HERE "case.cfg", sets);
  for (size_t row = 0; row < table.n_rows; row++) {
    double w = omega(&table, row);
    double complex Y = 0.5 * (transform(&up, w) + transform(&down, w));
    double error = cabs(Y / admittance(&table, row) - 1.0);
    printf("%g Hz: transform of a step %.2e\n", w / turn(), error);
    worst = fmax(worst, error);
  }
  ck_assert_double_lt(worst, tolerance);
  table_free(&up);
  table_free(&down);
  table_free(&table);
}
END_TEST

/* ---- formulae ---- */

/** Ions of one kind on a fixed background between walls, README.md. */
static double complex electrolyte(double w) {
  const double L = 40e-9, eps = 25.0 * eps0, c = 1e24, D = 1e-12, V_T = k_B * 300.0 / q;
  double lambda2 = eps * V_T / (q * c), tau = lambda2 / D;
  double complex s = CMPLX(1.0, w * tau), m = 0.5 * L / sqrt(lambda2) * csqrt(s);
  return (CMPLX(0.0, w * tau) + ctanh(m) / m) / (s * CMPLX(0.0, w * eps / L));
}

START_TEST(electrolyte_has_its_closed_form) {
  /* Mesh: h / lambda_D is 0.007 and the error its square, a tenth of it; far above the relaxation
   * of the dielectric, 2e6 Hz, the layers of diffusion become thinner than the mesh. */
  const double tolerance = 1e-5, real_tolerance = 1e-3;
  struct table table;
  double worst = 0.0, worst_real = 0.0;
  run_deck(&table, HERE "electrolyte.cfg", NULL);
  for (size_t row = 0; row < table.n_rows; row++) {
    double complex Z = impedance(&table, row), exact = electrolyte(omega(&table, row));
    worst = fmax(worst, cabs(Z / exact - 1.0));
    worst_real = fmax(worst_real, fabs(creal(Z) / creal(exact) - 1.0));
  }
  printf("electrolyte, 1 uHz to 1 GHz: %.1e, real part %.1e\n", worst, worst_real);
  ck_assert_double_lt(worst, tolerance);
  ck_assert_double_lt(worst_real, real_tolerance);
  table_free(&table);
}
END_TEST

/** Ambipolar diffusion between electrodes that pass electrons only, README.md. */
static double complex mixed_conductor(double w, double *span) {
  const double L = 4e-6, c = 1e24, D_i = 1e-12, V_T = k_B * 300.0 / q, D_e = 1e-10 * V_T;
  double sigma_e = q * c * D_e / V_T, sigma_i = q * c * D_i / V_T;
  double all = L / (sigma_e + sigma_i), D = 2.0 * D_e * D_i / (D_e + D_i);
  double complex x = csqrt(CMPLX(0.0, w * L * L / (4.0 * D)));
  *span = L / sigma_e - all;
  return all + *span * ctanh(x) / x;
}

START_TEST(mixed_conductor_has_the_warburg_impedance) {
  /* The formula holds for Debye lengths (2.7 nm) of no thickness; at 10 Hz the dielectric begins to
   * carry current. */
  const double tolerance = 3e-3, last = 10.5;
  struct table table;
  double worst = 0.0;
  run_deck(&table, HERE "warburg.cfg", NULL);
  for (size_t row = 0; row < table.n_rows; row++) {
    double span, w = omega(&table, row);
    double complex exact = mixed_conductor(w, &span);
    if (w < turn() * last)
      worst = fmax(worst, cabs(impedance(&table, row) - exact) / span);
  }
  printf("mixed conductor: %.1e of the diffusion's resistance\n", worst);
  ck_assert_double_lt(worst, tolerance);
  table_free(&table);
}
END_TEST

START_TEST(circuits_have_their_formulae) {
  struct table table;
  double worst = 0.0;
  run_deck(&table, HERE "circuit.cfg", NULL);
  for (size_t row = 0; row < table.n_rows; row++) {
    double w = omega(&table, row), C = 1e-9 + 4.0 * eps0 * 1e-6 / 100e-9;
    double complex Y = CMPLX(1.0 / 2e6, w * C), series = CMPLX(50e3, w * 3.0);
    bool driven = table.experiments[row][0] == 'd';
    double complex exact = driven ? series + 1.0 / Y : 1.0 / (Y + 1.0 / series);
    worst = fmax(worst, cabs(impedance(&table, row) / exact - 1.0));
  }
  printf("circuit: %.1e\n", worst);
  ck_assert_double_lt(worst, digits);
  table_free(&table);
}
END_TEST

/* ---- causality, passivity ---- */

START_TEST(real_and_imaginary_part_obey_kramers_and_kronig) {
  /* C'(w) - C(inf) = 2/pi P int x C''(x) / (x^2 - w^2) dx with C' - i C'' = (Y - G) / (i w): the
   * sum over every other point of a logarithmic grid around w is the principal value, exact to
   * exp(-pi^2 / step) for a smooth spectrum. The slope below 1 mHz and the part above 1 GHz are
   * left out. */
  const double tolerance = 1e-5, step = log(10.0) / 20.0;
  const char *const sets[] = {"experiments[0].frequency={from=1e-3;to=1e9;per_decade=20;}", NULL};
  struct table table;
  double worst = 0.0, G = low_conductance("title=\"0 V\"");
  run_deck(&table, HERE "case.cfg", sets);
  double C_inf = table_at(&table, table.n_rows - 1, "C_F");
  for (size_t i = 40; i + 60 < table.n_rows; i++) {
    double w = omega(&table, i), sum = 0.0;
    for (size_t j = (i + 1) % 2; j < table.n_rows; j += 2) {
      double x = omega(&table, j), loss = (creal(admittance(&table, j)) - G) / x;
      sum += x * x * loss / (x * x - w * w) * 2.0 * step;
    }
    double C = C_inf + 4.0 / turn() * sum;
    worst = fmax(worst, fabs(C / table_at(&table, i, "C_F") - 1.0));
  }
  printf("Kramers and Kronig: %.1e\n", worst);
  ck_assert_double_lt(worst, tolerance);
  table_free(&table);
}
END_TEST

START_TEST(devices_in_equilibrium_are_passive) {
  static const char *const decks[] = {HERE "case.cfg", HERE "electrolyte.cfg", HERE "warburg.cfg",
                                      "validation/set_f/step.cfg",
                                      "inputs/devices/memristor_sweep.cfg"};
  for (size_t d = 0; d < sizeof decks / sizeof *decks; d++) {
    struct table table;
    const char *const sets[] = {
        "experiments=({name=\"z\";type=\"impedance\";frequency={from=1e-6;to=1e9;per_decade=1;};})",
        NULL};
    run_deck(&table, decks[d], sets);
    for (size_t row = 0; row < table.n_rows; row++)
      ck_assert_msg(table_at(&table, row, "ReY_S") > 0.0, "%s: Re Y = %g at %g Hz", decks[d],
                    table_at(&table, row, "ReY_S"), table_at(&table, row, "frequency_Hz"));
    table_free(&table);
  }
}
END_TEST

int main(void) {
  const TTest *const tests[] = {pvk1_has_the_named_capacitances,
                                pvk1_follows_the_whole_spectrum,
                                low_frequencies_give_the_slope_of_the_steady_curve,
                                slow_ions_make_the_capacitance_negative,
                                spectrum_is_the_transform_of_a_small_step,
                                electrolyte_has_its_closed_form,
                                mixed_conductor_has_the_warburg_impedance,
                                circuits_have_their_formulae,
                                real_and_imaginary_part_obey_kramers_and_kronig,
                                devices_in_equilibrium_are_passive,
                                NULL};
  return run_suite("impedance", tests);
}
