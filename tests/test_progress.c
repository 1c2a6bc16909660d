#define _XOPEN_SOURCE 700 /* pseudo-terminals */
#include "solver/progress.h"

#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "tests/support/suite.h"

enum { SIZE = 65536 };

/* What the user and the log got from one short transient and two steady points. */
static void report(enum progress_level level, FILE *out, FILE *log) {
  struct progress *progress = NULL;
  ck_assert_int_eq(progress_create(&progress, level, out, log, NULL), HD_OK);
  progress_begin(progress, "pulses", true, 1e-3);
  for (long i = 1; i <= 1000; i++)
    progress_step(progress, 1e-6 * (double)i, 1e-6, i);
  progress_note(progress, PROGRESS_NORMAL, "spike at %g s", 5e-4);
  progress_note(progress, PROGRESS_VERBOSE, "order %d", 3);
  progress_note(progress, PROGRESS_LOG, "for the log\n");
  progress_end(progress, "done");
  progress_begin(progress, "dc", false, 2);
  progress_point(progress, "Vin", 0.5, 1.25e-9, 4);
  progress_point(progress, "Vin", 1.0, 999.99e-9, 5);
  progress_end(progress, "done");
  progress_free(&progress);
  ck_assert_ptr_null(progress);
}

static void run(enum progress_level level, char *out_text, char *log_text) {
  FILE *out = tmpfile(), *log = tmpfile();
  report(level, out, log);
  rewind(out);
  rewind(log);
  out_text[fread(out_text, 1, SIZE - 1, out)] = '\0';
  log_text[fread(log_text, 1, SIZE - 1, log)] = '\0';
  fclose(out);
  fclose(log);
}

static int lines(const char *text) {
  int n = 0;
  for (; *text; text++)
    n += *text == '\n';
  return n;
}

START_TEST(pipe_gets_plain_lines) {
  static char out[SIZE], log[SIZE];
  run(PROGRESS_NORMAL, out, log);
  ck_assert_ptr_null(strchr(out, '\r'));
  ck_assert_ptr_null(strchr(out, '\033'));
  ck_assert_ptr_nonnull(strstr(out, "pulses: t = 100 us of 1 ms, step 1 us"));
  ck_assert_ptr_nonnull(strstr(out, "dc: point 1 of 2, Vin = 0.5, I = 1.25 nA, 4 iterations\n"));
  ck_assert_ptr_nonnull(strstr(out, "I = 1 uA")); /* 999.99 nA rounds up into the next prefix */
  ck_assert_ptr_nonnull(strstr(out, "spike at 0.0005 s\n"));
  ck_assert_ptr_null(strstr(out, "order 3"));
  /* ten tenths (rounding may cost one), a spike, two points, two ends */
  ck_assert_int_ge(lines(out), 14);
  ck_assert_int_le(lines(out), 15);
}
END_TEST

START_TEST(log_gets_every_line) {
  static char out[SIZE], log[SIZE];
  run(PROGRESS_QUIET, out, log);
  ck_assert_str_eq(out, "");
  ck_assert_ptr_nonnull(strstr(log, "pulses: transient of 1 ms\n"));
  ck_assert_ptr_nonnull(strstr(log, "order 3\nfor the log\npulses: done"));
  ck_assert_ptr_nonnull(strstr(log, "pulses: done, 1000 steps"));
  ck_assert_ptr_nonnull(strstr(log, "dc: done, 2 points"));
}
END_TEST

START_TEST(verbose_shows_notes) {
  static char out[SIZE], log[SIZE];
  run(PROGRESS_VERBOSE, out, log);
  ck_assert_ptr_nonnull(strstr(out, "order 3\n"));
  ck_assert_ptr_null(strstr(out, "for the log"));
}
END_TEST

START_TEST(no_output_is_allowed) {
  FILE *log = tmpfile();
  report(PROGRESS_VERBOSE, NULL, log);
  ck_assert_int_gt(ftell(log), 0);
  fclose(log);
}
END_TEST

START_TEST(log_goes_on_when_nobody_reads) {
  int ends[2];
  signal(SIGPIPE, SIG_IGN);
  ck_assert_int_eq(pipe(ends), 0);
  close(ends[0]);
  FILE *out = fdopen(ends[1], "w"), *log = tmpfile();
  static char text[SIZE];
  report(PROGRESS_NORMAL, out, log);
  ck_assert_int_eq(ferror(out), 0);
  rewind(log);
  text[fread(text, 1, SIZE - 1, log)] = '\0';
  ck_assert_ptr_nonnull(strstr(text, "pulses: done, 1000 steps"));
  ck_assert_ptr_nonnull(strstr(text, "dc: done, 2 points"));
  fclose(out);
  fclose(log);
}
END_TEST

/* The line of a batch that began `seconds` ago. */
static void count(const struct progress_runs *runs, double seconds, char *text) {
  FILE *out = tmpfile();
  struct progress *progress = NULL;
  struct timespec pause = {.tv_nsec = (long)(1e9 * seconds)};
  ck_assert_int_eq(progress_create(&progress, PROGRESS_NORMAL, out, NULL, NULL), HD_OK);
  nanosleep(&pause, NULL);
  progress_count(progress, runs);
  progress_free(&progress);
  rewind(out);
  text[fread(text, 1, SIZE - 1, out)] = '\0';
  fclose(out);
}

START_TEST(progress_count_tells_failed_from_lost) {
  static char text[SIZE];
  const struct progress_runs runs = {
      .noun = "trajectories", .total = 9, .over = 7, .before = 2, .failed = 3, .lost = 1};
  count(&runs, 0, text);
  ck_assert_ptr_nonnull(strstr(text, "7 of 9 trajectories, 3 failed, 1 lost, "));
}
END_TEST

/* 10 runs in 0.6 s or a bit more, on a busy machine; 4300 are left. */
START_TEST(progress_count_tells_rate_and_time_left) {
  static char text[SIZE];
  const struct progress_runs runs = {
      .noun = "trajectories", .total = 5000, .over = 700, .before = 690};
  double rate, minutes, seconds;
  int end = 0;
  count(&runs, 0.6, text);
  sscanf(text, "700 of 5000 trajectories, 0 failed, 0 lost, %lf/s, %lf min %lf s left\n%n", &rate,
         &minutes, &seconds, &end);
  ck_assert_int_gt(end, 0);
  ck_assert_int_eq(text[end], '\0');
  ck_assert_double_le(rate, 10 / 0.6 * 1.005); /* three digits */
  ck_assert_double_eq_tol(60 * minutes + seconds, 4300 / rate, 0.5 + 0.005 * 4300 / rate);
}
END_TEST

START_TEST(progress_count_does_not_guess) {
  static char text[SIZE];
  struct progress_runs runs = {.noun = "points", .total = 10, .over = 4, .before = 4};
  count(&runs, 0.6, text); /* none of its own has ended */
  ck_assert_str_eq(text, "4 of 10 points, 0 failed, 0 lost\n");
  runs.over = 5;
  count(&runs, 0, text); /* too soon */
  ck_assert_ptr_nonnull(strstr(text, "5 of 10 points, 0 failed, 0 lost, "));
  ck_assert_ptr_null(strstr(text, "left"));
  runs.over = 10;
  count(&runs, 0.6, text);
  ck_assert_ptr_nonnull(strstr(text, "10 of 10 points, 0 failed, 0 lost, "));
  ck_assert_ptr_null(strstr(text, "left"));
}
END_TEST

START_TEST(request_is_remembered_and_forgotten) {
  interrupt_request();
  ck_assert(interrupted());
  interrupt_clear();
  ck_assert(!interrupted());
}
END_TEST

START_TEST(no_log_is_allowed) {
  FILE *out = tmpfile();
  report(PROGRESS_NORMAL, out, NULL);
  ck_assert_int_gt(ftell(out), 0);
  fclose(out);
}
END_TEST

START_TEST(terminal_gets_one_updating_line) {
  int master = posix_openpt(O_RDWR | O_NOCTTY);
  if (master < 0) {
    puts("no pseudo-terminals on this machine: updating line not tested");
    return;
  }
  ck_assert_int_eq(grantpt(master), 0);
  ck_assert_int_eq(unlockpt(master), 0);
  FILE *out = fopen(ptsname(master), "w");
  ck_assert_ptr_nonnull(out);
  struct progress *progress = NULL;
  ck_assert_int_eq(progress_create(&progress, PROGRESS_NORMAL, out, NULL, NULL), HD_OK);
  progress_begin(progress, "pulses", true, 1.0);
  for (int i = 1; i <= 3; i++) {
    struct timespec pause = {.tv_nsec = 120 * 1000 * 1000}; /* longer than one redraw period */
    nanosleep(&pause, NULL);
    progress_step(progress, 0.1 * i, 0.1, i);
    progress_step(progress, 0.1 * i + 0.05, 0.1, i); /* too soon: not shown */
  }
  progress_end(progress, "done");
  progress_free(&progress);
  static char text[SIZE];
  size_t length = 0;
  while (!strstr(text, "done")) { /* what was written arrives in pieces */
    ssize_t n = read(master, text + length, SIZE - 1 - length);
    ck_assert_int_gt(n, 0);
    length += (size_t)n;
  }
  while (!strchr(strstr(text, "done"), '\n') && read(master, text + length, 1) == 1)
    length++;
  ck_assert_ptr_nonnull(strstr(text, "t = 100 ms of 1 s"));
  ck_assert_ptr_nonnull(strstr(text, "t = 300 ms of 1 s"));
  ck_assert_ptr_null(strstr(text, "t = 350 ms"));
  ck_assert_ptr_nonnull(strstr(text, "\r\033[K"));
  ck_assert_int_eq(lines(text), 1); /* the final line; updates end without a newline */
  fclose(out);
  close(master);
}
END_TEST

START_TEST(signal_is_remembered) {
  ck_assert(!interrupted());
  interrupt_install();
  raise(SIGINT);
  ck_assert(interrupted());
}
END_TEST

START_TEST(second_signal_ends_the_process) {
  interrupt_install();
  raise(SIGTERM);
  raise(SIGTERM);
}
END_TEST

/* When a terminal goes away the kernel and the shell say so, each. */
START_TEST(second_hangup_does_not) {
  interrupt_install();
  raise(SIGHUP);
  raise(SIGHUP);
  ck_assert(interrupted());
}
END_TEST

START_TEST(ignored_signal_stays_ignored) {
  signal(SIGINT, SIG_IGN);
  interrupt_install();
  raise(SIGINT);
  ck_assert(!interrupted());
}
END_TEST

int main(void) {
  Suite *suite = suite_create("progress");
  TCase *lines_case = tcase_create("lines");
  tcase_add_test(lines_case, pipe_gets_plain_lines);
  tcase_add_test(lines_case, log_gets_every_line);
  tcase_add_test(lines_case, verbose_shows_notes);
  tcase_add_test(lines_case, no_log_is_allowed);
  tcase_add_test(lines_case, log_goes_on_when_nobody_reads);
  tcase_add_test(lines_case, progress_count_tells_failed_from_lost);
  tcase_add_test(lines_case, progress_count_tells_rate_and_time_left);
  tcase_add_test(lines_case, progress_count_does_not_guess);
  tcase_add_test(lines_case, no_output_is_allowed);
  tcase_add_test(lines_case, terminal_gets_one_updating_line);
  suite_add_tcase(suite, lines_case);
  TCase *signals = tcase_create("signals");
  tcase_add_test(signals, signal_is_remembered);
  tcase_add_test(signals, request_is_remembered_and_forgotten);
  tcase_add_test_raise_signal(signals, second_signal_ends_the_process, SIGTERM);
  tcase_add_test(signals, second_hangup_does_not);
  tcase_add_test(signals, ignored_signal_stays_ignored);
  suite_add_tcase(suite, signals);
  return suite_run(suite);
}
