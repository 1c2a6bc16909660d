/* How the programs of the tests end: their suites. */
#ifndef HALIDRIFT_TESTS_SUITE_H
#define HALIDRIFT_TESTS_SUITE_H

#include <check.h>

/** Run a suite; the value is main's. */
static inline int suite_run(Suite *suite) {
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/** Run a suite of one case; tests ends with NULL; the value is main's. */
static inline int run_suite(const char *name, const TTest *const *tests) {
  Suite *suite = suite_create(name);
  TCase *tcase = tcase_create(name);
  tcase_set_timeout(tcase, 300); /* s: planes on a busy machine; only a hang takes longer */
  for (; *tests; tests++)
    tcase_add_test(tcase, *tests);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}

#endif
