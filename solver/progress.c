#include "solver/progress.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "solver/base/memory.h"
#include "solver/base/param.h"

enum { LINE = 80 };                     /* an updating line that wraps cannot be taken back */
static const double redraw_s = 0.1;     /* s between two updates of the terminal's line */
static const double line_share = 0.1;   /* of the duration between two plain lines */
static const double rounding = 1e-9;    /* 0.1 of the duration may come out as 0.09999... */
static const double line_s = 30.0;      /* s after which a plain line comes anyway */
static const double estimate_s = 0.5;   /* s of run time before a remaining time is shown */
static const double estimate_at = 0.01; /* share of the duration before it is shown */

struct progress {
  enum progress_level level;
  FILE *out; /* borrowed, may be NULL */
  FILE *log; /* borrowed, may be NULL */
  bool terminal;
  bool drawn; /* the terminal shows an unfinished line */
  char experiment[HD_NAME];
  bool transient;
  double end;        /* s, or number of points */
  long points;       /* steady points so far */
  long steps;        /* time steps so far */
  long steps_before; /* of them, those that an earlier run took */
  double t_before;   /* s: where that run ended */
  double started;    /* s, monotonic clock */
  double shown;      /* s: when the last line was written or drawn */
  double next_line;  /* share of the duration at which the next plain line is due */
};

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/** `value` with an SI prefix: "1.234 ms". Buffer of HD_NAME characters. */
static const char *engineering(char *text, double value, const char *unit) {
  static const char *const prefixes[] = {"a", "f", "p", "n", "u", "m", "", "k", "M", "G"};
  enum { LOWEST = -18, N = sizeof prefixes / sizeof *prefixes };
  double size = fabs(value);
  int k = 6;
  if (size > 0 && isfinite(size)) {
    /* the half unit of the fourth digit keeps 999.96 from printing as 1000 */
    k = (int)floor((log10(size * 1.00005) - LOWEST) / 3);
    k = k < 0 ? 0 : k >= N ? N - 1 : k;
  }
  snprintf(text, HD_NAME, "%.4g %s%s", value / pow(10.0, LOWEST + 3 * k), prefixes[k], unit);
  return text;
}

/** Seconds for people: "12 s", "3 min 20 s", "2 h 05 min". */
static const char *duration(char *text, double seconds) {
  double s = floor(fmin(seconds, 3.6e9) + 0.5);
  if (s < 60)
    snprintf(text, HD_NAME, "%.0f s", s);
  else if (s < 3600)
    snprintf(text, HD_NAME, "%.0f min %02.0f s", floor(s / 60), fmod(s, 60));
  else
    snprintf(text, HD_NAME, "%.0f h %02.0f min", floor(s / 3600), floor(fmod(s, 3600) / 60));
  return text;
}

static void erase(struct progress *progress) {
  if (progress->drawn)
    fputs("\r\033[K", progress->out);
  progress->drawn = false;
}

/** Send what was printed. A reader who has left (`| head`) gets no more, and that is no error; the
 * work goes on, and so does the log. */
static void send_out(struct progress *progress) {
  if (fflush(progress->out) == 0 && !ferror(progress->out))
    return;
  if (errno == EPIPE)
    clearerr(progress->out);
  progress->out = NULL;
  progress->terminal = progress->drawn = false;
}

/** A finished line: to the log always, to the user when `level` allows it. */
static void put_line(struct progress *progress, enum progress_level level, const char *line) {
  if (progress->log) {
    fprintf(progress->log, "%s\n", line);
    fflush(progress->log);
  }
  if (level > progress->level || !progress->out)
    return;
  erase(progress);
  fprintf(progress->out, "%s\n", line);
  send_out(progress);
}

/** Replace the unfinished line of the terminal. */
static void draw(struct progress *progress, const char *line) {
  erase(progress);
  fprintf(progress->out, "%.*s", LINE - 1, line);
  progress->drawn = true;
  send_out(progress);
}

/**
 * Start reporting.
 * out, log  borrowed until progress_free; either may be NULL
 * Errors    HD_MEMORY
 */
enum hd_status progress_create(struct progress **progress, enum progress_level level, FILE *out,
                               FILE *log, struct hd_error *err) {
  TRY(hd_alloc(progress, 1, sizeof **progress, err));
  (*progress)->level = level;
  (*progress)->out = out;
  (*progress)->log = log;
  (*progress)->terminal = out && isatty(fileno(out)) == 1;
  (*progress)->started = (*progress)->shown = now();
  (*progress)->next_line = line_share;
  return HD_OK;
}

/** mpirun shows its processes a terminal where there may be none. */
void progress_plain(struct progress *progress) {
  progress->terminal = false;
}

/** An experiment begins; see the header. */
void progress_begin(struct progress *progress, const char *experiment, bool transient, double end) {
  snprintf(progress->experiment, sizeof progress->experiment, "%s", experiment);
  progress->transient = transient;
  progress->end = end;
  progress->points = progress->steps = progress->steps_before = 0;
  progress->t_before = 0;
  progress->started = progress->shown = now();
  progress->next_line = line_share;
  char line[2 * LINE], span[HD_NAME];
  if (transient)
    snprintf(line, sizeof line, "%s: transient of %s", experiment, engineering(span, end, "s"));
  else if (!(end > 0))
    snprintf(line, sizeof line, "%s: steady points", experiment);
  else
    snprintf(line, sizeof line, "%s: %.0f steady %s", experiment, end,
             end > 1 ? "points" : "point");
  put_line(progress, PROGRESS_VERBOSE, line);
}

/** What was done in an earlier run counts, but not for the speed. */
void progress_skip(struct progress *progress, double t, long done) {
  progress->points = done;
  progress->steps = progress->steps_before = done;
  progress->t_before = t;
  while (progress->end > 0 && progress->next_line * (1 - rounding) <= t / progress->end)
    progress->next_line += line_share;
}

/** The line of a time step: experiment, time, step size, speed, time that remains. */
static void describe_step(const struct progress *progress, char *line, size_t size, double t,
                          double step, double elapsed) {
  char at[HD_NAME], end[HD_NAME], width[HD_NAME], left[HD_NAME];
  double share = progress->end > 0 ? t / progress->end : 1;
  double before = progress->end > 0 ? progress->t_before / progress->end : 0;
  double speed = elapsed > 0 ? (double)(progress->steps - progress->steps_before) / elapsed : 0;
  int n = snprintf(line, size, "%s: t = %s of %s, step %s, %.0f steps/s", progress->experiment,
                   engineering(at, t, "s"), engineering(end, progress->end, "s"),
                   engineering(width, step, "s"), speed);
  if (n > 0 && (size_t)n < size && elapsed > estimate_s && share - before > estimate_at &&
      share < 1)
    snprintf(line + n, size - (size_t)n, ", %s left",
             duration(left, elapsed * (1 - share) / (share - before)));
}

/** Does the terminal show one line that is drawn anew? */
static bool is_drawing(const struct progress *progress) {
  return progress->terminal && progress->level > PROGRESS_QUIET;
}

/** Is a line due at this share of the whole? */
static bool is_due(const struct progress *progress, double share, double clock) {
  if (is_drawing(progress))
    return clock - progress->shown >= redraw_s;
  return share >= progress->next_line * (1 - rounding) || clock - progress->shown > line_s;
}

/** Show a line that was due. */
static void show(struct progress *progress, double share, double clock, const char *line) {
  if (is_drawing(progress))
    draw(progress, line);
  else
    put_line(progress, PROGRESS_NORMAL, line);
  while (progress->next_line * (1 - rounding) <= share)
    progress->next_line += line_share;
  progress->shown = clock;
}

/** Report an accepted time step; costs one clock reading when nothing is due. */
void progress_step(struct progress *progress, double t, double step, long steps) {
  double clock = now();
  progress->steps = steps;
  double share = progress->end > 0 ? t / progress->end : 1;
  if (!is_due(progress, share, clock))
    return;
  char line[4 * LINE];
  describe_step(progress, line, sizeof line, t, step, clock - progress->started);
  show(progress, share, clock, line);
}

/** Runs that are over, of them those that failed or were lost, and how long the others take. */
void progress_count(struct progress *progress, const struct progress_runs *runs) {
  double clock = now(), elapsed = clock - progress->started;
  double share = runs->total > 0 ? (double)runs->over / (double)runs->total : 1;
  if (!is_due(progress, share, clock))
    return;
  char line[4 * LINE], left[HD_NAME];
  double rate = elapsed > 0 ? (double)(runs->over - runs->before) / elapsed : 0;
  int n = snprintf(line, sizeof line, "%ld of %ld %s, %ld failed, %ld lost", runs->over,
                   runs->total, runs->noun, runs->failed, runs->lost);
  if (rate > 0)
    n += snprintf(line + n, sizeof line - (size_t)n, ", %.3g/s", rate);
  if (rate > 0 && elapsed > estimate_s && runs->over < runs->total)
    snprintf(line + n, sizeof line - (size_t)n, ", %s left",
             duration(left, (double)(runs->total - runs->over) / rate));
  show(progress, share, clock, line);
}

/** Report a converged steady point. A terminal sees the last one only, a pipe and the log all. */
void progress_point(struct progress *progress, const char *source, double bias, double current,
                    int iterations) {
  progress->points++;
  char line[4 * LINE], amperes[HD_NAME], all[HD_NAME] = "";
  engineering(amperes, current, "A");
  if (progress->end > 0)
    snprintf(all, sizeof all, " of %.0f", progress->end);
  if (*source)
    snprintf(line, sizeof line, "%s: point %ld%s, %s = %.6g, I = %s, %d iterations",
             progress->experiment, progress->points, all, source, bias, amperes, iterations);
  else
    snprintf(line, sizeof line, "%s: I = %s, %d iterations", progress->experiment, amperes,
             iterations);
  bool drawing = is_drawing(progress);
  double clock = now();
  if (drawing && clock - progress->shown >= redraw_s) {
    draw(progress, line);
    progress->shown = clock;
  }
  put_line(progress, drawing ? PROGRESS_VERBOSE : PROGRESS_NORMAL, line);
}

/** The experiment is over; `result` says how ("done", "interrupted", ...). */
void progress_end(struct progress *progress, const char *result) {
  char line[6 * LINE];
  double elapsed = now() - progress->started;
  if (progress->transient)
    snprintf(line, sizeof line, "%s: %s, %ld steps, %.3g s", progress->experiment, result,
             progress->steps, elapsed);
  else
    snprintf(line, sizeof line, "%s: %s, %ld points, %.3g s", progress->experiment, result,
             progress->points, elapsed);
  put_line(progress, PROGRESS_NORMAL, line);
}

/** Lines of text; VERBOSE ones reach the user only with -v, LOG ones never. */
void progress_note(struct progress *progress, enum progress_level level, const char *format, ...) {
  char line[HD_ERROR_TEXT];
  va_list args;
  va_start(args, format);
  vsnprintf(line, sizeof line, format, args);
  va_end(args);
  for (size_t n = strlen(line); n > 0 && line[n - 1] == '\n'; n--)
    line[n - 1] = '\0';
  put_line(progress, level, line);
}

/** End the reporting; the streams stay open. */
void progress_free(struct progress **progress) {
  if (*progress)
    erase(*progress);
  hd_free(progress);
}

/* The one mutable global: a signal handler can reach nothing else. */
static volatile sig_atomic_t signal_seen;

static void on_signal(int number) {
  (void)number;
  signal_seen = 1;
}

/**
 * Let SIGINT, SIGTERM and SIGHUP ask for an orderly end. A second signal ends the process at once
 * (SA_RESETHAND), should the orderly way hang; but when a terminal goes away the kernel and the
 * shell both say so. A signal that was ignored stays ignored (nohup).
 */
void interrupt_install(void) {
  static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    struct sigaction old, action = {.sa_handler = on_signal};
    action.sa_flags = numbers[i] == SIGHUP ? 0 : (int)SA_RESETHAND;
    sigemptyset(&action.sa_mask);
    if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
      sigaction(numbers[i], &action, NULL);
  }
}

/** True from the first signal on. */
bool interrupted(void) {
  return signal_seen != 0;
}

/** Ask for an orderly end, as a signal does. */
void interrupt_request(void) {
  signal_seen = 1;
}

/** Forget a request that was served. */
void interrupt_clear(void) {
  signal_seen = 0;
}
