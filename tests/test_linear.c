#include "solver/linear.h"

#include <stdint.h>
#include <string.h>
#include "solver/stamp.h"
#include "tests/support/difference.h"

enum { SIZE = 60, BAND = 3 };

static double draw(uint64_t *seed) {
  *seed = *seed * 6364136223846793005u + 1442695040888963407u;
  return 2.0 * (double)(*seed >> 11) * 0x1p-53 - 1.0;
}

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

/** Every solver with every ordering: the loops of all tests run over them. */
enum { SOLVERS = 2, ORDERINGS = 3, KINDS = SOLVERS * ORDERINGS };

/** -1: KLU with the automatic ordering. */
static struct linear_options kind(int i) {
  if (i < 0)
    return (struct linear_options){.solver = LINEAR_KLU, .dimension = 2};
  return (struct linear_options){.solver = (enum linear_choice)(1 + i / ORDERINGS),
                                 .ordering = (enum linear_ordering)(1 + i % ORDERINGS),
                                 .dimension = 2};
}

static void build(struct stamp *stamp, struct sparse *matrix, struct linear **linear, int i) {
  struct hd_error err = {0};
  struct linear_options options = kind(i);
  memset(stamp, 0, sizeof *stamp);
  memset(matrix, 0, sizeof *matrix);
  stamp_record(stamp, SIZE);
  emit(stamp, 1, 0.0);
  ck_assert_int_eq(stamp_finish(stamp, matrix, &err), HD_OK);
  ck_assert_int_eq(linear_create(linear, matrix, &options, &err), HD_OK);
}

static void destroy(struct stamp *stamp, struct sparse *matrix, struct linear **linear) {
  linear_free(linear);
  stamp_free(stamp);
  sparse_free(matrix);
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

static void check_solution(const struct sparse *matrix, struct linear *linear, double tolerance) {
  double b[RIGHT_SIDES][SIZE], x[RIGHT_SIDES][SIZE], one[SIZE];
  for (int j = 0; j < RIGHT_SIDES; j++)
    for (int i = 0; i < SIZE; i++)
      x[j][i] = b[j][i] = cos((j + 1) * i);
  memcpy(one, b[0], sizeof one);
  ck_assert_int_eq(linear_solve(linear, one), 0);
  ck_assert_int_eq(linear_solve_many(linear, x[0], RIGHT_SIDES), 0);
  double error = backward_error(matrix, one, b[0]);
  for (int j = 0; j < RIGHT_SIDES; j++)
    error = fmax(error, backward_error(matrix, x[j], b[j]));
  ck_assert_msg(error < tolerance, "backward error %g", error);
}

START_TEST(linear_solves_with_every_library_and_ordering) {
  struct stamp stamp;
  struct sparse matrix;
  struct linear *linear;
  build(&stamp, &matrix, &linear, _i);
  stamp_replay(&stamp, &matrix);
  emit(&stamp, 1, 0.0);
  ck_assert_int_eq(linear_factor(linear), 0);
  check_solution(&matrix, linear, 1e-14); /* well conditioned: some roundings */
  ck_assert_int_eq(linear_counts(linear).factorisations, 1);
  ck_assert_int_eq(linear_counts(linear).solves, 1 + RIGHT_SIDES);
  destroy(&stamp, &matrix, &linear);
}
END_TEST

START_TEST(linear_follows_wild_changes_of_the_values) {
  /* The old pivots serve while they are good; when the values change by tens of decades, or the
   * diagonal vanishes, new ones are chosen. Pivots down to 1e-8 of their column are accepted, so
   * eight digits of sixteen may go. */
  struct stamp stamp;
  struct sparse matrix;
  struct linear *linear;
  build(&stamp, &matrix, &linear, _i);
  for (uint64_t round = 0; round < 200; round++) {
    stamp_replay(&stamp, &matrix);
    emit(&stamp, round, (double)(round % 7));
    if (round % 5 == 4)
      for (int j = 0; j < SIZE; j += 2) /* pivots on the diagonal would be 1e-14 of the rest */
        for (int64_t i = matrix.column[j]; i < matrix.column[j + 1]; i++)
          if (matrix.row[i] == j)
            matrix.value[i] *= 1e-14;
    ck_assert_int_eq(linear_factor(linear), 0);
    check_solution(&matrix, linear, 1e-8);
  }
  destroy(&stamp, &matrix, &linear);
}
END_TEST

START_TEST(transposed_factors_solve_the_transposed_system) {
  /* For all a and b: a . A^-1 b = b . A^-T a. Badly scaled values lose eight digits of sixteen at
   * worst, as above. */
  struct stamp stamp;
  struct sparse matrix;
  struct linear *linear;
  double spread = _i < KINDS ? 0.0 : 3.0, a[SIZE], b[SIZE], x[SIZE], z[SIZE];
  double left = 0.0, right = 0.0, size = 0.0;
  build(&stamp, &matrix, &linear, _i % KINDS);
  for (int i = 0; i < SIZE; i++) {
    z[i] = a[i] = sin(3 * i);
    x[i] = b[i] = cos(i);
  }
  ck_assert_int_eq(linear_solve_transposed(linear, z), 1); /* not factorised yet */
  stamp_replay(&stamp, &matrix);
  emit(&stamp, 1, spread);
  ck_assert_int_eq(linear_factor(linear), 0);
  ck_assert_int_eq(linear_solve(linear, x), 0);
  ck_assert_int_eq(linear_solve_transposed(linear, z), 0);
  for (int i = 0; i < SIZE; i++) {
    left += a[i] * x[i];
    right += b[i] * z[i];
    size += fabs(a[i] * x[i]) + fabs(b[i] * z[i]);
  }
  ck_assert_double_eq_tol(left, right, (spread > 0.0 ? 1e-8 : 1e-14) * size);
  destroy(&stamp, &matrix, &linear);
}
END_TEST

START_TEST(linear_tells_a_singular_matrix_and_goes_on) {
  struct stamp stamp;
  struct sparse matrix;
  struct linear *linear;
  double x[SIZE] = {0};
  build(&stamp, &matrix, &linear, _i);
  ck_assert_int_eq(linear_solve(linear, x), 1); /* not factorised yet */
  for (int before = 0; before < 2; before++) {
    stamp_replay(&stamp, &matrix);
    emit(&stamp, 3, 0.0);
    for (int64_t i = matrix.column[17]; i < matrix.column[18]; i++)
      matrix.value[i] = 0.0; /* an empty column */
    ck_assert_int_eq(linear_factor(linear), 1);
    ck_assert_int_eq(linear_singular_column(linear), 17);
    ck_assert_int_eq(linear_solve(linear, x), 1);
    stamp_replay(&stamp, &matrix);
    emit(&stamp, 4, 0.0);
    ck_assert_int_eq(linear_factor(linear), 0);
    check_solution(&matrix, linear, 1e-14);
    ck_assert_int_eq(linear_singular_column(linear), -1);
  }
  destroy(&stamp, &matrix, &linear);
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

/** Solve the lattice with one kind of solver, the second of two right sides; with `grouped` it
 * knows the nodes. Returns the entries of its factors. */
static int64_t solve_lattice(int i, bool grouped, int64_t border, double *x) {
  struct hd_error err = {0};
  struct stamp stamp = {0};
  struct sparse matrix = {0};
  struct linear *linear;
  struct linear_options options = kind(i);
  int node[ALL];
  for (int g = 0; g < ALL; g++)
    node[g] = g < NODES * PER_NODE ? g / PER_NODE : -1;
  options.node = grouped ? node : NULL;
  stamp_record(&stamp, ALL);
  emit_lattice(&stamp, 5);
  ck_assert_int_eq(stamp_finish(&stamp, &matrix, &err), HD_OK);
  ck_assert_int_eq(linear_create(&linear, &matrix, &options, &err), HD_OK);
  emit_lattice(&stamp, 5);
  ck_assert_int_eq(linear_factor(linear), 0);
  double both[2][ALL];
  for (int g = 0; g < ALL; g++)
    both[0][g] = 2.0 * (both[1][g] = cos(g));
  ck_assert_int_eq(linear_solve_many(linear, both[0], 2), 0);
  for (int g = 0; g < ALL; g++)
    ck_assert_double_eq_tol(both[0][g], 2.0 * both[1][g], 1e-12);
  memcpy(x, both[1], sizeof both[1]);
  ck_assert_int_eq(linear_report(linear).border, border);
  int64_t entries = linear_report(linear).entries;
  linear_free(&linear);
  stamp_free(&stamp);
  sparse_free(&matrix);
  return entries;
}

/** A lattice system that knows its nodes, with the values of `seed`. */
static void open_lattice(struct stamp *stamp, struct sparse *matrix, struct linear **linear, int i,
                         uint64_t seed) {
  struct hd_error err = {0};
  struct linear_options options = kind(i);
  int node[ALL];
  for (int g = 0; g < ALL; g++)
    node[g] = g < NODES * PER_NODE ? g / PER_NODE : -1;
  options.node = node;
  memset(stamp, 0, sizeof *stamp);
  memset(matrix, 0, sizeof *matrix);
  stamp_record(stamp, ALL);
  emit_lattice(stamp, seed);
  ck_assert_int_eq(stamp_finish(stamp, matrix, &err), HD_OK);
  ck_assert_int_eq(linear_create(linear, matrix, &options, &err), HD_OK);
  emit_lattice(stamp, seed);
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
  struct stamp stamp;
  struct sparse matrix;
  struct linear *linear;
  open_lattice(&stamp, &matrix, &linear, _i, 5);
  ck_assert_int_eq(linear_factor(linear), 0);
  for (int g = 0; g < ALL; g++)
    z[g] = b[g] = cos(g);
  ck_assert_int_eq(linear_solve_transposed(linear, z), 0);
  for (int g = 0; g < ALL; g++) {
    double r = b[g], size = fabs(b[g]);
    for (int64_t i = matrix.column[g]; i < matrix.column[g + 1]; i++) {
      r -= matrix.value[i] * z[matrix.row[i]];
      size += fabs(matrix.value[i] * z[matrix.row[i]]);
    }
    ck_assert_double_le(fabs(r), 1e-13 * size);
  }
  destroy(&stamp, &matrix, &linear);
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
  struct hd_error err = {0};
  struct stamp stamp = {0};
  struct sparse matrix = {0};
  struct linear *linear;
  struct linear_options options = kind(_i);
  int node[ALL], rows[] = {NODES * PER_NODE + 1, 100};
  for (int g = 0; g < ALL; g++)
    node[g] = g < NODES * PER_NODE ? g / PER_NODE : -1;
  options.node = node;
  stamp_record(&stamp, ALL);
  emit_lattice(&stamp, 5);
  ck_assert_int_eq(stamp_finish(&stamp, &matrix, &err), HD_OK);
  ck_assert_int_eq(linear_create(&linear, &matrix, &options, &err), HD_OK);
  for (int r = 0; r < 2; r++) {
    stamp_replay(&stamp, &matrix);
    emit_lattice(&stamp, 5);
    for (int64_t i = 0; i < matrix.column[ALL]; i++)
      if (matrix.row[i] == rows[r])
        matrix.value[i] = 0.0;
    ck_assert_int_eq(linear_factor(linear), 1);
    ck_assert_int_ge(linear_singular_column(linear), 0);
    stamp_replay(&stamp, &matrix);
    emit_lattice(&stamp, 5);
    ck_assert_int_eq(linear_factor(linear), 0);
  }
  linear_free(&linear);
  stamp_free(&stamp);
  sparse_free(&matrix);
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
  struct stamp stamp;
  struct sparse matrix;
  struct linear *linear;
  double most = 0.0;
  open_lattice(&stamp, &matrix, &linear, _i, 5);
  fill_weights(weight);
  for (int g = 0; g < ALL; g++)
    x[g] = exact[g] = cos(g);
  ck_assert_int_eq(linear_iterate(linear, x, weight, tolerance), 1); /* no factors yet */
  for (int g = 0; g < ALL; g++)
    ck_assert_double_eq(x[g], cos(g));
  ck_assert_int_eq(linear_factor(linear), 0);
  stamp_replay(&stamp, &matrix);
  emit_lattice(&stamp, 6);
  ck_assert_int_eq(linear_iterate(linear, x, weight, tolerance), 0);
  ck_assert_int_eq(linear_counts(linear).factorisations, 1);
  ck_assert_int_eq(linear_factor(linear), 0);
  ck_assert_int_eq(linear_solve(linear, exact), 0);
  for (int g = 0; g < ALL; g++)
    most = fmax(most, fabs(exact[g]));
  /* Both lattices differ by less than half of their diagonal: the error is at most twice the
   * residual that is bounded. */
  for (int g = 0; g < ALL; g++)
    ck_assert_double_eq_tol(x[g], exact[g], 2.0 * tolerance * most);
  linear_free(&linear);
  stamp_free(&stamp);
  sparse_free(&matrix);
}
END_TEST

START_TEST(iterate_asks_for_new_factors_when_old_ones_are_useless) {
  /* Signs drawn anew for every column: the eigenvalues lie on both sides of zero. */
  static double x[ALL], weight[ALL];
  uint64_t seed = 3;
  struct stamp stamp;
  struct sparse matrix;
  struct linear *linear;
  open_lattice(&stamp, &matrix, &linear, _i, 5);
  fill_weights(weight);
  ck_assert_int_eq(linear_factor(linear), 0);
  for (int g = 0; g < ALL; g++) {
    double factor = pow(10.0, 3.0 * draw(&seed)) * (draw(&seed) > 0.0 ? 1.0 : -1.0);
    for (int64_t i = matrix.column[g]; i < matrix.column[g + 1]; i++)
      matrix.value[i] *= factor;
    x[g] = cos(g);
  }
  ck_assert_int_eq(linear_iterate(linear, x, weight, 1e-8), 1);
  long solves = linear_counts(linear).solves;
  ck_assert_int_eq(linear_iterate(linear, x, weight, 1e-8), 1);
  ck_assert_int_eq(linear_counts(linear).solves, solves); /* worn: not tried again */
  for (int g = 0; g < ALL; g++)
    ck_assert_double_eq(x[g], cos(g));
  ck_assert_int_eq(linear_factor(linear), 0);
  ck_assert_int_eq(linear_iterate(linear, x, weight, 1e-8), 0); /* its own factors */
  linear_free(&linear);
  stamp_free(&stamp);
  sparse_free(&matrix);
}
END_TEST

START_TEST(automatic_ordering_takes_the_one_with_less_fill) {
  struct linear *linear;
  int64_t entries[4];
  for (int ordering = ORDERING_AUTOMATIC; ordering <= ORDERING_METIS; ordering++) {
    struct stamp stamp;
    struct sparse matrix;
    open_lattice(&stamp, &matrix, &linear, ordering - 1, 5);
    ck_assert_int_eq(linear_factor(linear), 0);
    entries[ordering] = linear_report(linear).entries;
    linear_free(&linear);
    stamp_free(&stamp);
    sparse_free(&matrix);
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
