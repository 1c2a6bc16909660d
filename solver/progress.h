/* What the user sees while a run goes on, and log.txt. */
#ifndef HALIDRIFT_SOLVER_PROGRESS_H
#define HALIDRIFT_SOLVER_PROGRESS_H

#include <stdbool.h>
#include <stdio.h>
#include "solver/base/error.h"

/** What the user wants to see, and from which wish on a line is shown; LOG: in the log only. */
enum progress_level { PROGRESS_QUIET, PROGRESS_NORMAL, PROGRESS_VERBOSE, PROGRESS_LOG };

struct progress;

/** `log` (owned by the caller, may be NULL) gets every line; `out` (the same) shows one updating
 * line when it is a terminal, one plain line a point otherwise. */
enum hd_status progress_create(struct progress **progress, enum progress_level level, FILE *out,
                               FILE *log, struct hd_error *err);
/** Plain lines, whatever `out` seems to be. */
void progress_plain(struct progress *progress);
/** An experiment begins; `end` is its duration (s) or its number of points, 0: not known. */
void progress_begin(struct progress *progress, const char *experiment, bool transient, double end);
/** Called at every accepted step (cheap: prints at most 10 times a second). */
void progress_step(struct progress *progress, double t, double step, long steps);
/** How far a batch is. */
struct progress_runs {
  const char *noun; /* "trajectories" */
  long total, over; /* all, and those that are over */
  long before;      /* of these, over in an earlier command */
  long failed, lost;
};
/** Called often while a batch runs. */
void progress_count(struct progress *progress, const struct progress_runs *runs);
/** Called at every steady point. */
void progress_point(struct progress *progress, const char *source, double bias, double current,
                    int iterations);
/** After progress_begin of a run that goes on: so many steps or points are done already. */
void progress_skip(struct progress *progress, double t, long done);
void progress_end(struct progress *progress, const char *result);
/** A line of its own, for instance a spike. VERBOSE lines go to `out` only with -v, always to the
 * log. */
void progress_note(struct progress *progress, enum progress_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void progress_free(struct progress **progress);

/** Install the handler of SIGINT, SIGTERM and SIGHUP; interrupted() is true from the first signal
 * on. */
void interrupt_install(void);
bool interrupted(void);
/** Set what a signal would set (async-signal-safe), and forget it before the next run. */
void interrupt_request(void);
void interrupt_clear(void);

#endif
