/* Random films through 0 -> 1 -> 0 V: a sample as a test, or any number of them as a table:
 *   build/release/tests/validation_test_random_sets 500 > table.csv
 * README.md says how they are drawn and what came out. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "solver/halidrift.h"
#include "tests/support/film.h"
#include "tests/support/suite.h"

/* Every eighth of the 500, so that the sample has all kinds of contacts. */
enum { SAMPLE = 60, STRIDE = 8 };
/* Blocked ions: rounding. Exchanged ions: number minus counted inflow, rounding too. */
static const double to_conserve = 1e-10;
/* The deck's tolerance. */
static const double rtol = 1e-5;

START_TEST(random_film_runs_and_conserves) {
  struct film film = film_random((unsigned)(_i * STRIDE));
  struct film_result result;
  char text[512];
  film_describe(&film, text, sizeof text);
  film_run(&film, 1, rtol, &result);
  ck_assert_msg(result.status == HD_OK, "film %d (%s): %s", _i * STRIDE, text, result.message);
  ck_assert_msg(isfinite(result.largest), "film %d (%s): no current", _i * STRIDE, text);
  ck_assert_double_le(result.mismatch, to_conserve);
  ck_assert_double_le(result.drift, to_conserve);
}
END_TEST

/** A table of the first `count` films, each also on a finer mesh with a tenth of the tolerance. */
static int table(unsigned count) {
  unsigned failed = 0;
  printf("film,status,nodes,steps,J_1V_A_per_m2,finer_difference,mismatch,drift,cpu_s,what\n");
  for (unsigned i = 0; i < count; i++) {
    struct film film = film_random(i);
    struct film_result result, finer;
    char text[512];
    film_describe(&film, text, sizeof text);
    film_run(&film, 1, rtol, &result);
    film_run(&film, 2, 0.1 * rtol, &finer);
    enum hd_status status = result.status != HD_OK ? result.status : finer.status;
    printf("%u,%s,%ld,%ld,%.6e,%.1e,%.1e,%.1e,%.3f,\"%s\"\n", i, hd_status_text(status),
           result.nodes, result.steps, result.J[FILM_POINTS / 2], film_difference(&result, &finer),
           result.mismatch, result.drift, result.seconds, text);
    if (status != HD_OK)
      fprintf(stderr, "%u: %s%s", i, result.message, finer.message);
    failed += status != HD_OK;
  }
  fprintf(stderr, "%u of %u films ran\n", count - failed, count);
  return failed != 0;
}

int main(int argc, char **argv) {
  if (argc > 1)
    return table((unsigned)strtoul(argv[1], NULL, 10));
  Suite *suite = suite_create("random_sets");
  TCase *tcase = tcase_create("random_sets");
  tcase_add_loop_test(tcase, random_film_runs_and_conserves, 0, SAMPLE);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
