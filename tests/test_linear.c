#include "solver/linear.h"

#include <math.h>
#include <string.h>
#include "tests/support/linear_bench.h"
#include "tests/support/suite.h"

enum { SIZE = 60, BAND = 3 };

/** A band matrix with rows and columns scaled by up to 10^+-spread and two far couplings. */
static void emit(struct stamp *stamp, uint64_t seed, double spread) {
  for (int i = 0; i < SIZE; i++)
    for (int j = i < BAND ? 0 : i - BAND; j <= i + BAND && j < SIZE; j++) {
      double value = draw(&seed) + (i == j ? 3.0 : 0.0);
      stamp_add(stamp, i, j, value * pow(10.0, spread * sin(7.0 * i) + spread * sin(11.0 * j)));
    }
  stamp_add(stamp, 0, SIZE - 1, 0.5);
  stamp_add(stamp, SIZE - 1, 0, 0.5);
}

static void open_band(struct bench *bench, int i) {
  const struct linear_options options = linear_kind(i);
  bench_record(bench, SIZE);
  emit(&bench->stamp, 1, 0.0);
  bench_create(bench, &options);
}

static void fill_band(struct bench *bench, uint64_t seed, double spread) {
  stamp_replay(&bench->stamp, &bench->matrix);
  emit(&bench->stamp, seed, spread);
}

/** Largest residual of A x = b over the size of its row's terms: the backward error. */
static double backward_error(const struct sparse *matrix, const double *x, const double *b) {
  double r[SIZE], size[SIZE], worst = 0.0;
  for (int i = 0; i < SIZE; i++) {
    r[i] = -b[i];
    size[i] = fabs(b[i]);
  }
  for (int j = 0; j < SIZE; j++)
    for (int64_t i = matrix->column[j]; i < matrix->column[j + 1]; i++) {
      r[matrix->row[i]] += matrix->value[i] * x[j];
      size[matrix->row[i]] += fabs(matrix->value[i] * x[j]);
    }
  for (int i = 0; i < SIZE; i++)
    worst = fmax(worst, fabs(r[i]) / size[i]);
  return worst;
}

/** KLU takes four right sides at a time: one block of them and one more. */
enum { RIGHT_SIDES = 5 };

static void check_solution(struct bench *bench, double tolerance) {
  double b[RIGHT_SIDES][SIZE], x[RIGHT_SIDES][SIZE], one[SIZE];
  for (int j = 0; j < RIGHT_SIDES; j++)
    for (int i = 0; i < SIZE; i++)
      x[j][i] = b[j][i] = cos((j + 1) * i);
  memcpy(one, b[0], sizeof one);
  ck_assert_int_eq(linear_solve(bench->linear, one), 0);
  ck_assert_int_eq(linear_solve_many(bench->linear, x[0], RIGHT_SIDES), 0);
  double error = backward_error(&bench->matrix, one, b[0]);
  for (int j = 0; j < RIGHT_SIDES; j++)
    error = fmax(error, backward_error(&bench->matrix, x[j], b[j]));
  ck_assert_msg(error < tolerance, "backward error %g", error);
}

START_TEST(linear_solves_with_every_library_and_ordering) {
  struct bench bench;
  open_band(&bench, _i);
  fill_band(&bench, 1, 0.0);
  ck_assert_int_eq(linear_factor(bench.linear), 0);
  check_solution(&bench, 1e-14); /* well conditioned: some roundings */
  ck_assert_int_eq(linear_counts(bench.linear).factorisations, 1);
  ck_assert_int_eq(linear_counts(bench.linear).solves, 1 + RIGHT_SIDES);
  bench_close(&bench);
}
END_TEST

START_TEST(linear_follows_wild_changes_of_the_values) {
  /* The old pivots serve while they are good; when the values change by tens of decades, or the
   * diagonal vanishes, new ones are chosen. Pivots down to 1e-8 of their column are accepted, so
   * eight digits of sixteen may go. */
  struct bench bench;
  open_band(&bench, _i);
  for (uint64_t round = 0; round < 200; round++) {
    fill_band(&bench, round, (double)(round % 7));
    if (round % 5 == 4)
      for (int j = 0; j < SIZE; j += 2) /* pivots on the diagonal would be 1e-14 of the rest */
        for (int64_t i = bench.matrix.column[j]; i < bench.matrix.column[j + 1]; i++)
          if (bench.matrix.row[i] == j)
            bench.matrix.value[i] *= 1e-14;
    ck_assert_int_eq(linear_factor(bench.linear), 0);
    check_solution(&bench, 1e-8);
  }
  bench_close(&bench);
}
END_TEST

START_TEST(transposed_factors_solve_the_transposed_system) {
  /* For all a and b: a . A^-1 b = b . A^-T a. Badly scaled values lose eight digits of sixteen at
   * worst, as above. */
  struct bench bench;
  double spread = _i < KINDS ? 0.0 : 3.0, a[SIZE], b[SIZE], x[SIZE], z[SIZE];
  double left = 0.0, right = 0.0, size = 0.0;
  open_band(&bench, _i % KINDS);
  for (int i = 0; i < SIZE; i++) {
    z[i] = a[i] = sin(3 * i);
    x[i] = b[i] = cos(i);
  }
  ck_assert_int_eq(linear_solve_transposed(bench.linear, z), 1); /* not factorised yet */
  fill_band(&bench, 1, spread);
  ck_assert_int_eq(linear_factor(bench.linear), 0);
  ck_assert_int_eq(linear_solve(bench.linear, x), 0);
  ck_assert_int_eq(linear_solve_transposed(bench.linear, z), 0);
  for (int i = 0; i < SIZE; i++) {
    left += a[i] * x[i];
    right += b[i] * z[i];
    size += fabs(a[i] * x[i]) + fabs(b[i] * z[i]);
  }
  ck_assert_double_eq_tol(left, right, (spread > 0.0 ? 1e-8 : 1e-14) * size);
  bench_close(&bench);
}
END_TEST

START_TEST(linear_tells_a_singular_matrix_and_goes_on) {
  struct bench bench;
  double x[SIZE] = {0};
  open_band(&bench, _i);
  ck_assert_int_eq(linear_solve(bench.linear, x), 1); /* not factorised yet */
  for (int before = 0; before < 2; before++) {
    fill_band(&bench, 3, 0.0);
    for (int64_t i = bench.matrix.column[17]; i < bench.matrix.column[18]; i++)
      bench.matrix.value[i] = 0.0; /* an empty column */
    ck_assert_int_eq(linear_factor(bench.linear), 1);
    ck_assert_int_eq(linear_singular_column(bench.linear), 17);
    ck_assert_int_eq(linear_solve(bench.linear, x), 1);
    fill_band(&bench, 4, 0.0);
    ck_assert_int_eq(linear_factor(bench.linear), 0);
    check_solution(&bench, 1e-14);
    ck_assert_int_eq(linear_singular_column(bench.linear), -1);
  }
  bench_close(&bench);
}
END_TEST

/* ---- nodes and border ---- */

enum { WIDE = 12, NODES = WIDE * WIDE, PER_NODE = 3, EXTRA = 5, ALL = NODES * PER_NODE + EXTRA };

/** Three unknowns per node of a square lattice, coupled to the neighbours; five unknowns of no
 * node, two of them coupled to all nodes, one with an empty diagonal. */
static void emit_lattice(struct stamp *stamp, uint64_t seed) {
  for (int k = 0; k < NODES; k++)
    for (int side = -1; side < 4; side++) {
      int x = k % WIDE + (side == 0) - (side == 1), y = k / WIDE + (side == 2) - (side == 3);
      if (x < 0 || y < 0 || x >= WIDE || y >= WIDE)
        continue;
      for (int i = 0; i < PER_NODE; i++)
        for (int j = 0; j < PER_NODE; j++)
          stamp_add(stamp, k * PER_NODE + i, (y * WIDE + x) * PER_NODE + j,
                    draw(&seed) + (side < 0 && i == j ? 16.0 : 0.0));
    }
  int first = NODES * PER_NODE;
  for (int i = 0; i < NODES * PER_NODE; i++)
    for (int e = 0; e < 2; e++) {
      stamp_add(stamp, first + e, i, draw(&seed));
      stamp_add(stamp, i, first + e, e == 0 && i % WIDE == 0 ? draw(&seed) : 0.0);
    }
  for (int e = 0; e < EXTRA; e++) {
    stamp_add(stamp, first + e, first + e, e == 3 ? 0.0 : 2.0);
    stamp_add(stamp, first + e, first + (e + 1) % EXTRA, 1.0);
    stamp_add(stamp, first + (e + 1) % EXTRA, first + e, -1.0);
  }
}

/** A lattice system with values; with `grouped` its solver knows the nodes. */
static void open_lattice(struct bench *bench, int i, bool grouped) {
  struct linear_options options = linear_kind(i);
  int node[ALL];
  for (int g = 0; g < ALL; g++)
    node[g] = g < NODES * PER_NODE ? g / PER_NODE : -1;
  options.node = grouped ? node : NULL;
  bench_record(bench, ALL);
  emit_lattice(&bench->stamp, 5);
  bench_create(bench, &options);
  emit_lattice(&bench->stamp, 5);
}

static void fill_lattice(struct bench *bench, uint64_t seed) {
  stamp_replay(&bench->stamp, &bench->matrix);
  emit_lattice(&bench->stamp, seed);
}

/** Solve the lattice with one kind of solver, the second of two right sides. Returns the entries of
 * its factors. */
static int64_t solve_lattice(int i, bool grouped, int64_t border, double *x) {
  struct bench bench;
  open_lattice(&bench, i, grouped);
  ck_assert_int_eq(linear_factor(bench.linear), 0);
  double both[2][ALL];
  for (int g = 0; g < ALL; g++)
    both[0][g] = 2.0 * (both[1][g] = cos(g));
  ck_assert_int_eq(linear_solve_many(bench.linear, both[0], 2), 0);
  for (int g = 0; g < ALL; g++)
    ck_assert_double_eq_tol(both[0][g], 2.0 * both[1][g], 1e-12);
  memcpy(x, both[1], sizeof both[1]);
  ck_assert_int_eq(linear_report(bench.linear).border, border);
  int64_t entries = linear_report(bench.linear).entries;
  bench_close(&bench);
  return entries;
}

START_TEST(border_gives_the_same_solution) {
  /* Without nodes only the two rows that reach over all of the lattice are found (more than
   * 10 sqrt(n) entries); in the natural order nothing is split off. */
  static double plain[ALL], x[ALL];
  bool natural = _i % ORDERINGS == 0;
  solve_lattice(0, true, 0, plain);
  solve_lattice(_i, true, natural ? 0 : EXTRA, x);
  for (int g = 0; g < ALL; g++)
    ck_assert_double_eq_tol(x[g], plain[g], 1e-12); /* roundings of 437 unknowns of order one */
  solve_lattice(_i, false, natural ? 0 : 2, x);
  for (int g = 0; g < ALL; g++)
    ck_assert_double_eq_tol(x[g], plain[g], 1e-12);
}
END_TEST

START_TEST(border_solves_the_transposed_system) {
  /* A^T z = b row by row, to roundings of unknowns of order one. */
  static double z[ALL], b[ALL];
  struct bench bench;
  open_lattice(&bench, _i, true);
  ck_assert_int_eq(linear_factor(bench.linear), 0);
  for (int g = 0; g < ALL; g++)
    z[g] = b[g] = cos(g);
  ck_assert_int_eq(linear_solve_transposed(bench.linear, z), 0);
  for (int g = 0; g < ALL; g++) {
    double r = b[g], size = fabs(b[g]);
    for (int64_t i = bench.matrix.column[g]; i < bench.matrix.column[g + 1]; i++) {
      r -= bench.matrix.value[i] * z[bench.matrix.row[i]];
      size += fabs(bench.matrix.value[i] * z[bench.matrix.row[i]]);
    }
    ck_assert_double_le(fabs(r), 1e-13 * size);
  }
  bench_close(&bench);
}
END_TEST

START_TEST(orderings_of_the_nodes_reduce_fill) {
  static double x[ALL];
  int64_t natural = solve_lattice(_i * ORDERINGS, true, 0, x);
  for (int ordering = 1; ordering < ORDERINGS; ordering++) {
    int64_t entries = solve_lattice(_i * ORDERINGS + ordering, true, EXTRA, x);
    ck_assert_msg(entries < natural, "%lld entries, natural order %lld", (long long)entries,
                  (long long)natural);
  }
}
END_TEST

START_TEST(border_tells_where_it_is_singular) {
  /* An empty row of the border, and one of the core. */
  const int rows[] = {NODES * PER_NODE + 1, 100};
  struct bench bench;
  open_lattice(&bench, _i, true);
  for (int r = 0; r < 2; r++) {
    fill_lattice(&bench, 5);
    for (int64_t i = 0; i < bench.matrix.column[ALL]; i++)
      if (bench.matrix.row[i] == rows[r])
        bench.matrix.value[i] = 0.0;
    ck_assert_int_eq(linear_factor(bench.linear), 1);
    ck_assert_int_ge(linear_singular_column(bench.linear), 0);
    fill_lattice(&bench, 5);
    ck_assert_int_eq(linear_factor(bench.linear), 0);
  }
  bench_close(&bench);
}
END_TEST

/* ---- old factors ---- */

/** Every 30th unknown is measured by its own size. */
static void fill_weights(double *weight) {
  for (int g = 0; g < ALL; g++)
    weight[g] = g % 30 == 7 ? 0.0 : 1.0;
}

START_TEST(iterate_solves_with_new_values_and_old_factors) {
  static const double tolerance = 1e-6;
  static double x[ALL], exact[ALL], weight[ALL];
  struct bench bench;
  double most = 0.0;
  open_lattice(&bench, _i, true);
  fill_weights(weight);
  for (int g = 0; g < ALL; g++)
    x[g] = exact[g] = cos(g);
  ck_assert_int_eq(linear_iterate(bench.linear, x, weight, tolerance), 1); /* no factors yet */
  for (int g = 0; g < ALL; g++)
    ck_assert_double_eq(x[g], cos(g));
  ck_assert_int_eq(linear_factor(bench.linear), 0);
  fill_lattice(&bench, 6);
  ck_assert_int_eq(linear_iterate(bench.linear, x, weight, tolerance), 0);
  ck_assert_int_eq(linear_counts(bench.linear).factorisations, 1);
  ck_assert_int_eq(linear_factor(bench.linear), 0);
  ck_assert_int_eq(linear_solve(bench.linear, exact), 0);
  for (int g = 0; g < ALL; g++)
    most = fmax(most, fabs(exact[g]));
  /* Both lattices differ by less than half of their diagonal: the error is at most twice the
   * residual that is bounded. */
  for (int g = 0; g < ALL; g++)
    ck_assert_double_eq_tol(x[g], exact[g], 2.0 * tolerance * most);
  bench_close(&bench);
}
END_TEST

START_TEST(iterate_asks_for_new_factors_when_old_ones_are_useless) {
  /* Signs drawn anew for every column: the eigenvalues lie on both sides of zero. */
  static double x[ALL], weight[ALL];
  uint64_t seed = 3;
  struct bench bench;
  open_lattice(&bench, _i, true);
  fill_weights(weight);
  ck_assert_int_eq(linear_factor(bench.linear), 0);
  for (int g = 0; g < ALL; g++) {
    double factor = pow(10.0, 3.0 * draw(&seed)) * (draw(&seed) > 0.0 ? 1.0 : -1.0);
    for (int64_t i = bench.matrix.column[g]; i < bench.matrix.column[g + 1]; i++)
      bench.matrix.value[i] *= factor;
    x[g] = cos(g);
  }
  ck_assert_int_eq(linear_iterate(bench.linear, x, weight, 1e-8), 1);
  long solves = linear_counts(bench.linear).solves;
  ck_assert_int_eq(linear_iterate(bench.linear, x, weight, 1e-8), 1);
  ck_assert_int_eq(linear_counts(bench.linear).solves, solves); /* worn: not tried again */
  for (int g = 0; g < ALL; g++)
    ck_assert_double_eq(x[g], cos(g));
  ck_assert_int_eq(linear_factor(bench.linear), 0);
  ck_assert_int_eq(linear_iterate(bench.linear, x, weight, 1e-8), 0); /* its own factors */
  bench_close(&bench);
}
END_TEST

START_TEST(automatic_ordering_takes_the_one_with_less_fill) {
  int64_t entries[4];
  for (int ordering = ORDERING_AUTOMATIC; ordering <= ORDERING_METIS; ordering++) {
    struct bench bench;
    open_lattice(&bench, ordering - 1, true);
    ck_assert_int_eq(linear_factor(bench.linear), 0);
    entries[ordering] = linear_report(bench.linear).entries;
    bench_close(&bench);
  }
  ck_assert_int_eq(entries[ORDERING_AUTOMATIC], entries[ORDERING_AMD] <= entries[ORDERING_METIS]
                                                    ? entries[ORDERING_AMD]
                                                    : entries[ORDERING_METIS]);
}
END_TEST

START_TEST(linear_free_accepts_null) {
  struct linear *linear = NULL;
  linear_free(&linear);
  ck_assert_ptr_null(linear);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("linear");
  TCase *tcase = tcase_create("linear");
  tcase_add_loop_test(tcase, linear_solves_with_every_library_and_ordering, 0, KINDS);
  tcase_add_loop_test(tcase, linear_follows_wild_changes_of_the_values, 0, KINDS);
  tcase_add_loop_test(tcase, transposed_factors_solve_the_transposed_system, 0, 2 * KINDS);
  tcase_add_loop_test(tcase, linear_tells_a_singular_matrix_and_goes_on, 0, KINDS);
  tcase_add_loop_test(tcase, border_gives_the_same_solution, 0, KINDS);
  tcase_add_loop_test(tcase, border_solves_the_transposed_system, 0, KINDS);
  tcase_add_loop_test(tcase, orderings_of_the_nodes_reduce_fill, 0, SOLVERS);
  tcase_add_loop_test(tcase, border_tells_where_it_is_singular, 0, KINDS);
  tcase_add_loop_test(tcase, iterate_solves_with_new_values_and_old_factors, 0, KINDS);
  tcase_add_loop_test(tcase, iterate_asks_for_new_factors_when_old_ones_are_useless, 0, KINDS);
  tcase_add_test(tcase, automatic_ordering_takes_the_one_with_less_fill);
  tcase_add_test(tcase, linear_free_accepts_null);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
