/* Residual, matrix and solution take no memory: malloc and its kin
 * are replaced by counting ones for the whole program. */
#include <stddef.h>
#include <stdlib.h>
#include "tests/support/difference.h"
#include "tests/support/everything.h"
#include "tests/support/rig.h"

#if defined(__SANITIZE_ADDRESS__)
#define COUNTING 0 /* the sanitizer has its own malloc */
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define COUNTING 0
#endif
#endif
#ifndef COUNTING
#define COUNTING 1
#endif

static volatile long allocations;

#if COUNTING
/* The GNU C library's own, under the names it offers to replacements. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *pointer, size_t size);
void __libc_free(void *pointer);

void *malloc(size_t size) {
  allocations++;
  return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
  allocations++;
  return __libc_calloc(count, size);
}

void *realloc(void *pointer, size_t size) {
  allocations++;
  return __libc_realloc(pointer, size);
}

void free(void *pointer) {
  allocations += pointer != NULL;
  __libc_free(pointer);
}
#endif

START_TEST(counting_counts) {
  long before = allocations;
  void *volatile pointer = malloc(16);
  free(pointer);
  ck_assert_int_eq(allocations - before, COUNTING ? 2 : 0);
}
END_TEST

START_TEST(assembly_takes_no_memory) {
  struct rig rig;
  rig_open(&rig, decks[_i].path, decks[_i].sets);
  system_guess(rig.system, rig.y);
  for (int mode = 0; mode < 3; mode++)
    for (int frozen = 0; frozen < 2; frozen++) {
      struct hd_error err = {0};
      struct system_plan *plan;
      struct system_point point = {.mode = (enum system_mode)mode,
                                   .frozen = frozen,
                                   .t = 1e-3,
                                   .y = rig.y,
                                   .yp = mode == SYSTEM_TRANSIENT ? rig.yp : NULL,
                                   .cj = 1e3};
      ck_assert_int_eq(system_plan(rig.system, point.mode, frozen, &plan, &err), HD_OK);
      long before = allocations;
      int bad = system_residual(rig.system, &point, rig.F);
      bad |= system_jacobian(rig.system, &point, rig.F);
      system_gather(rig.system, rig.y, rig.yp, 0.0);
      long taken = allocations - before;
      ck_assert_int_eq(bad, 0);
      ck_assert_int_eq(taken, 0);
    }
  rig_close(&rig);
}
END_TEST

START_TEST(solution_takes_no_memory) {
  struct rig rig;
  struct hd_error err = {0};
  struct system_plan *plan;
  rig_open(&rig, decks[_i].path, decks[_i].sets);
  system_guess(rig.system, rig.y);
  struct system_point point = {
      .mode = SYSTEM_TRANSIENT, .y = rig.y, .yp = rig.yp, .t = 1e-3, .cj = 1e3};
  ck_assert_int_eq(system_plan(rig.system, point.mode, false, &plan, &err), HD_OK);
  ck_assert_int_eq(system_jacobian(rig.system, &point, rig.F), 0);
  ck_assert_int_eq(linear_factor(plan->linear), 0);
  long before = allocations;
  int bad = linear_solve(plan->linear, rig.F);
  long taken = allocations - before; /* Check itself takes memory */
  ck_assert_int_eq(bad, 0);
  ck_assert_int_eq(taken, 0);
  rig_close(&rig);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("allocations");
  TCase *tcase = tcase_create("allocations");
  tcase_add_test(tcase, counting_counts);
  tcase_add_loop_test(tcase, assembly_takes_no_memory, 0, DECKS);
  tcase_add_loop_test(tcase, solution_takes_no_memory, 0, DECKS);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
