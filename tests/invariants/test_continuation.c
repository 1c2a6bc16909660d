/* Curves of steady states through folds, and the stability of their states: set F, whose film
 * switches. */
#include <gsl/gsl_eigen.h>
#include <gsl/gsl_linalg.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "solver/base/memory.h"
#include "solver/stability.h"
#include "tests/support/difference.h"
#include "tests/support/trace.h"

static const char DECK[] = "inputs/devices/memristor_curve.cfg";
/** The range of the curves, V. */
static const double TOP = 0.5;

/** A curve from the steady state that moving the voltage to `from` ends in. */
static void trace_open(struct trace *trace, double from, double direction,
                       const char *const *sets) {
  static const struct curve_steps steps = {.first = 0.1, .largest = 2.0, .smallest = 1e-7};
  const struct trace_range range = {
      .from = from, .low = 0.0, .high = TOP, .unit = 0.02, .direction = direction};
  *trace = (struct trace){.n_folds = 0};
  rig_open(&trace->rig, DECK, sets);
  rig_equilibrium(&trace->rig);
  rig_move(&trace->rig, "V", from);
  trace_begin(trace, &range, &steps);
}

/** Let the next step end where the curve passes V, if it does. */
static void trace_stop_at(struct trace *trace, double V) {
  struct curve_parameter *parameter = &trace->curve->parameter;
  parameter->low = trace->curve->last.p > V ? V : 0.0;
  parameter->high = trace->curve->last.p < V ? V : TOP;
}

/* The same folds in the other order: dp/ds = 0 is solved to 1e-7, the voltage is exact to the
 * square of that. */
START_TEST(folds_are_the_same_from_both_sides) {
  static const double tolerance = 1e-9; /* V: ten times newton_tolerance would show */
  struct trace up, down;
  trace_open(&up, 0.0, 1.0, NULL);
  trace_open(&down, TOP, -1.0, NULL);
  trace_all(&up);
  trace_all(&down);
  ck_assert_int_eq(up.n_folds, 4);
  ck_assert_int_eq(down.n_folds, 4);
  for (int i = 0; i < up.n_folds; i++) {
    double back = down.fold[up.n_folds - 1 - i];
    printf("fold at %.12g V, from the other side at %.12g V\n", up.fold[i], back);
    ck_assert_double_le(fabs(up.fold[i] - back), tolerance);
  }
  trace_close(&down);
  trace_close(&up);
}
END_TEST

/* Newton at a fixed voltage leaves the points where they are, on stable and unstable branches. Next
 * to a fold its matrix is nearly singular: dp/ds is the part of a step that the voltage fixes. */
START_TEST(points_are_steady_states) {
  static const double tolerance = 1e-9; /* V: newton_tolerance */
  static const double far = 0.05;       /* of the unit of the voltage: dp/ds far from folds */
  struct trace trace;
  double worst = 0.0;
  int checked = 0;
  trace_open(&trace, 0.0, 1.0, NULL);
  const struct curve_point *last = &trace.curve->last;
  for (int i = 0; i < TRACE_POINTS && trace_next(&trace); i++) {
    continuation_accept(trace.curve);
    if (i % 10 != 0 || fabs(last->slope) < far * trace.curve->parameter.unit)
      continue;
    memcpy(trace.rig.y, last->y, (size_t)trace.rig.system->n * sizeof(double));
    trace_set_voltage(&trace.source, trace.rig.steady, last->p, NULL);
    rig_polish(&trace.rig);
    worst = fmax(worst, trace_distance(&trace.rig, trace.rig.y, last->y));
    checked++;
  }
  printf("Newton to rounding moves %d states by up to %.1e V\n", checked, worst);
  ck_assert_int_gt(checked, 10);
  ck_assert_double_le(worst, tolerance);
  trace_close(&trace);
}
END_TEST

/* At one voltage the curve passes the states that sweeps from both sides end in, and they are its
 * first and last: of the states between, sweeps see nothing. */
START_TEST(curve_passes_the_states_of_sweeps) {
  static const double V = 0.2, tolerance = 1e-8; /* V: ten times newton_tolerance */
  struct trace trace;
  struct hd_error err = {0};
  double *found[TRACE_FOLDS] = {NULL}, rate[TRACE_FOLDS];
  int n_found = 0;
  struct stability_modes modes;
  struct stability *stability = NULL;
  trace_open(&trace, 0.0, 1.0, NULL);
  size_t n = (size_t)trace.rig.system->n;
  trace_require(stability_create(&stability, trace.rig.system, false, &err), &err);
  for (bool inside = true; inside; continuation_accept(trace.curve)) {
    trace_stop_at(&trace, V);
    inside = trace_next(&trace) || trace.curve->next.p == V;
    if (trace.curve->next.p == V) {
      trace_require(hd_alloc(&found[n_found], n, sizeof(double), &err), &err);
      memcpy(found[n_found], trace.curve->next.y, n * sizeof(double));
      trace_require(stability_modes(stability, trace.rig.system, found[n_found], &modes, &err),
                    &err);
      rate[n_found++] = modes.rate;
    }
  }
  ck_assert_int_eq(n_found, 3);
  ck_assert_double_lt(rate[0], 0.0);
  ck_assert_double_gt(rate[1], 0.0);
  ck_assert_double_lt(rate[2], 0.0);
  rig_equilibrium(&trace.rig);
  for (int i = 1; i <= 20; i++)
    rig_move(&trace.rig, "V", V * i / 20);
  ck_assert_double_le(trace_distance(&trace.rig, trace.rig.y, found[0]), tolerance);
  rig_move(&trace.rig, "V", TOP);
  for (int i = 1; i <= 20; i++)
    rig_move(&trace.rig, "V", TOP + (V - TOP) * i / 20);
  ck_assert_double_le(trace_distance(&trace.rig, trace.rig.y, found[2]), tolerance);
  for (int i = 0; i < n_found; i++)
    hd_free(&found[i]);
  stability_free(&stability);
  trace_close(&trace);
}
END_TEST

/* The leading rate changes its sign at a fold: there it is zero, beside what it is some points
 * away, and one mode more or less grows behind. */
START_TEST(leading_rate_vanishes_at_folds) {
  static const double part = 1e-7; /* of the largest rate so far: dp/ds at the fold is 1e-7 */
  struct trace trace;
  struct hd_error err = {0};
  struct stability *stability = NULL;
  double largest = 0.0;
  int growing = 0, folds = 0;
  trace_open(&trace, 0.0, 1.0, NULL);
  trace_require(stability_create(&stability, trace.rig.system, false, &err), &err);
  for (bool inside = true; inside; continuation_accept(trace.curve)) {
    struct stability_modes modes;
    inside = trace_next(&trace);
    const struct curve_point *next = &trace.curve->next;
    trace_require(stability_modes(stability, trace.rig.system, next->y, &modes, &err), &err);
    if (next->fold) {
      printf("rate at the fold of %.6g V: %.1e 1/s, before up to %.3g 1/s\n", next->p, modes.rate,
             largest);
      ck_assert_double_le(fabs(modes.rate), part * largest);
      growing = folds++ % 2 == 0 ? 1 : 0;
      largest = 0.0;
      continue;
    }
    ck_assert_msg(modes.unstable == growing, "%d modes grow at %.6g V behind %d folds, not %d",
                  modes.unstable, next->p, folds, growing);
    largest = fmax(largest, fabs(modes.rate));
  }
  stability_free(&stability);
  trace_close(&trace);
}
END_TEST

/* One step of implicit Euler of length dt makes a small deviation v along a mode of rate mu to
 * v / (1 - mu dt). */
START_TEST(modes_grow_in_transients_at_their_rate) {
  static const double dt_rate = 0.25, deviation = 1e-5 /* V */;
  static const double tolerance = 1e-3; /* the next order of the deviation, over V_T */
  struct trace trace;
  struct hd_error err = {0};
  struct stability_modes modes;
  struct stability *stability = NULL;
  double *base = NULL, *moved = NULL;
  trace_open(&trace, 0.0, 1.0, NULL);
  size_t n = (size_t)trace.rig.system->n;
  trace_require(stability_create(&stability, trace.rig.system, false, &err), &err);
  trace_require(hd_alloc(&base, n + 1, sizeof(double), &err), &err);
  trace_require(hd_alloc(&moved, n + 1, sizeof(double), &err), &err);
  for (int i = 0; i < TRACE_POINTS && trace_next(&trace); i++) {
    continuation_accept(trace.curve);
    const struct curve_point *last = &trace.curve->last;
    if (i % 60 != 40 || last->fold)
      continue;
    trace_require(stability_modes(stability, trace.rig.system, last->y, &modes, &err), &err);
    const double *mode = stability_mode(stability);
    memcpy(base, last->y, n * sizeof(double));
    trace_set_voltage(&trace.source, trace.rig.steady, last->p, NULL);
    double dt = dt_rate / fabs(modes.rate), size = 0.0, ahead = 0.0;
    for (size_t g = 0; g < n; g++)
      moved[g] = base[g] + mode[g];
    size = trace_distance(&trace.rig, moved, base);
    for (size_t g = 0; g < n; g++)
      trace.rig.y[g] = base[g] + deviation / size * mode[g];
    rig_euler(&trace.rig, 0.0, dt);
    for (size_t g = 0; g < n; g++)
      trace.rig.yp[g] = trace.rig.y[g] - base[g];
    ahead = trace_distance(&trace.rig, trace.rig.y, base) / deviation;
    printf("%.6g V: rate %.6g 1/s, one step grows by %.6f, must by %.6f\n", last->p, modes.rate,
           ahead, 1.0 / (1.0 - modes.rate * dt));
    ck_assert_double_le(fabs(ahead * (1.0 - modes.rate * dt) - 1.0), tolerance);
  }
  hd_free(&base);
  hd_free(&moved);
  stability_free(&stability);
  trace_close(&trace);
}
END_TEST

/** Values of dF/dy + cj dF/dy' over `over`, dense. */
static gsl_matrix *dense_matrix(struct rig *rig, const double *y, double cj, double over) {
  struct hd_error err = {0};
  struct system_plan *plan;
  struct system_point point = {.mode = SYSTEM_TRANSIENT, .y = y, .cj = cj};
  size_t n = (size_t)rig->system->n;
  trace_require(system_plan(rig->system, SYSTEM_TRANSIENT, false, &plan, &err), &err);
  ck_assert_int_eq(system_jacobian(rig->system, &point, rig->F), 0);
  gsl_matrix *matrix = gsl_matrix_calloc(n, n);
  for (size_t j = 0; j < n; j++)
    for (int64_t at = plan->matrix.column[j]; at < plan->matrix.column[j + 1]; at++)
      gsl_matrix_set(matrix, (size_t)plan->matrix.row[at], j, plan->matrix.value[at] / over);
  return matrix;
}

/** The largest rate of all modes, by all eigenvalues of the dense (J + sigma M)^-1 M but that of
 * the counter of ions that came in, 1 / sigma. */
static double largest_rate(struct rig *rig, const double *y, double sigma) {
  static const double infinite = 1e35, zero = 1e-9, instant = 1e-8;
  size_t n = (size_t)rig->system->n, counters = 0;
  gsl_matrix *M = dense_matrix(rig, y, infinite, infinite);
  gsl_matrix *A = dense_matrix(rig, y, sigma, 1.0), *T = gsl_matrix_alloc(n, n);
  gsl_permutation *order = gsl_permutation_alloc(n);
  int sign;
  gsl_linalg_LU_decomp(A, order, &sign);
  for (size_t j = 0; j < n; j++) {
    gsl_vector_view from = gsl_matrix_column(M, j), to = gsl_matrix_column(T, j);
    gsl_linalg_LU_solve(A, order, &from.vector, &to.vector);
  }
  gsl_eigen_nonsymm_workspace *work = gsl_eigen_nonsymm_alloc(n);
  gsl_vector_complex *nu = gsl_vector_complex_alloc(n);
  ck_assert_int_eq(gsl_eigen_nonsymm(T, nu, work), 0);
  double rate = -INFINITY;
  for (size_t i = 0; i < n; i++) {
    double re = GSL_REAL(gsl_vector_complex_get(nu, i)) * sigma;
    double im = GSL_IMAG(gsl_vector_complex_get(nu, i)) * sigma, size2 = re * re + im * im;
    bool counter = fabs(re - 1.0) < zero && fabs(im) < zero;
    counters += counter;
    if (!counter && size2 > instant * instant)
      rate = fmax(rate, sigma * (1.0 - re / size2));
  }
  ck_assert_uint_eq(counters, 1);
  gsl_vector_complex_free(nu);
  gsl_eigen_nonsymm_free(work);
  gsl_permutation_free(order);
  gsl_matrix_free(M);
  gsl_matrix_free(A);
  gsl_matrix_free(T);
  return rate;
}

/* On a coarse mesh all modes can be computed: none is faster than the one that is found. */
START_TEST(leading_mode_leads_all_others) {
  static const char *const sets[] = {"device.mesh.refine=0.25", NULL};
  static const double tolerance = 1e-6; /* rounding of the dense factors, over that of the shift */
  struct trace trace;
  struct hd_error err = {0};
  struct stability_modes modes;
  struct stability *stability = NULL;
  trace_open(&trace, 0.0, 1.0, sets);
  trace.curve->parameter.low = -TOP;
  trace_require(stability_create(&stability, trace.rig.system, false, &err), &err);
  for (int i = 0; i < 60; i++) {
    trace_next(&trace);
    continuation_accept(trace.curve);
    const double *y = trace.curve->last.y;
    if (i % 10 != 5)
      continue;
    trace_require(stability_modes(stability, trace.rig.system, y, &modes, &err), &err);
    double rate = largest_rate(&trace.rig, y, 10.0 * fabs(modes.rate));
    printf("%.6g V: leading rate %.9g 1/s, of all modes %.9g 1/s\n", trace.curve->last.p,
           modes.rate, rate);
    ck_assert_double_le(fabs(modes.rate - rate), tolerance * fabs(rate));
  }
  stability_free(&stability);
  trace_close(&trace);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("continuation");
  TCase *tcase = tcase_create("continuation");
  tcase_add_test(tcase, folds_are_the_same_from_both_sides);
  tcase_add_test(tcase, points_are_steady_states);
  tcase_add_test(tcase, curve_passes_the_states_of_sweeps);
  tcase_add_test(tcase, leading_rate_vanishes_at_folds);
  tcase_add_test(tcase, modes_grow_in_transients_at_their_rate);
  tcase_add_test(tcase, leading_mode_leads_all_others);
  tcase_set_timeout(tcase, 60);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
