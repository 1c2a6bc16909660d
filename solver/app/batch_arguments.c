#include "solver/app/batch_arguments.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "solver/config/units.h"

enum { MOST_JOBS = 4096 };
/** Longest time limit, s: about 30 years. */
static const double MOST_SECONDS = 1e9;

/** A whole number from `least` to `most`; `text` NULL: it stays as it is. */
static enum hd_status read_number(const struct batch_command *command, int *number,
                                  const char *option, const char *text, int least, int most,
                                  struct hd_error *err) {
  char *end;
  if (!text)
    return HD_OK;
  errno = 0;
  long value = strtol(text, &end, 10);
  if (end == text || *end != '\0' || errno != 0 || value < least || value > most)
    return hd_fail(err, HD_USAGE, "halidrift %s: %s got '%s', must be a whole number from %d to %d",
                   command->name, option, text, least, most);
  *number = (int)value;
  return HD_OK;
}

/** "I/M". */
static enum hd_status read_part(const struct batch_command *command, struct batch_options *options,
                                const char *text, struct hd_error *err) {
  int part, parts, length = 0;
  if (!text)
    return HD_OK;
  if (sscanf(text, "%9d/%9d%n", &part, &parts, &length) != 2 || text[length] != '\0' || part < 1 ||
      part > parts)
    return hd_fail(err, HD_USAGE, "halidrift %s: --part got '%s', must be I/M with I from 1 to M",
                   command->name, text);
  options->part = part;
  options->parts = parts;
  return HD_OK;
}

/** A time with its unit, or s: to whole seconds, upward. */
static enum hd_status read_time(const struct batch_command *command, long *seconds,
                                const char *text, struct hd_error *err) {
  char *unit;
  if (!text)
    return HD_OK;
  double value = strtod(text, &unit);
  bool good = unit != text;
  unit += strspn(unit, " ");
  if (good && *unit) {
    enum units_result result = UNITS_UNKNOWN;
    struct units *units = NULL;
    enum hd_status status = units_create(&units, err);
    if (status == HD_OK)
      status = units_convert(units, value, unit, "s", &value, &result, err);
    units_free(&units);
    TRY(status);
    good = result == UNITS_OK;
  }
  if (!good || !(value > 0 && value <= MOST_SECONDS))
    return hd_fail(err, HD_USAGE,
                   "halidrift %s: --time-limit got '%s', must be a time > 0, as 60 s or 10 min",
                   command->name, text);
  *seconds = (long)ceil(value);
  return HD_OK;
}

/** With -n the numbers of trajectories are not the input's: what would be ignored is refused. */
static enum hd_status refuse_number(const struct batch_command *command, const char *option,
                                    const char *const *words, struct hd_error *err) {
  static const char key[] = "stochastic.trajectory";
  size_t length = sizeof key - 1;
  for (; *words; words++)
    if (strncmp(*words, key, length) == 0 && strchr(" \t=", (*words)[length]))
      return hd_fail(err, HD_USAGE,
                     "halidrift %s: %s '%.200s': trajectories are numbered from --first K on; "
                     "leave it out",
                     command->name, option, *words);
  return HD_OK;
}

static enum hd_status read_options(const struct batch_command *command,
                                   struct batch_options *options, const struct arguments *arguments,
                                   bool together, struct hd_error *err) {
  int jobs = together ? 1 : (int)pool_cores();
  if (!arguments->count && command->counted)
    return hd_fail(err, HD_USAGE, "halidrift %s: needs -n N, the number of trajectories",
                   command->name);
  if (arguments->count) {
    TRY(refuse_number(command, "--set", arguments->sets, err));
    TRY(refuse_number(command, "--vary", arguments->varies, err));
  }
  TRY(read_number(command, &options->count, "-n", arguments->count, 1, INT_MAX, err));
  TRY(read_number(command, &options->first, "--first", arguments->first, 0,
                  INT_MAX - options->count, err));
  TRY(read_number(command, &jobs, "--jobs", arguments->jobs, 1, MOST_JOBS, err));
  options->jobs = (size_t)jobs;
  TRY(read_time(command, &options->cpu_limit, arguments->time_limit, err));
  return read_part(command, options, arguments->part, err);
}

/** What is where, and how to go on. */
static void print_outcome(enum hd_status status, const struct batch_options *options) {
  if (options->parts > 1 && status == HD_OK)
    printf("part %d of %d is in %s; --resume without --part joins all parts\n", options->part,
           options->parts, options->dir);
  else if (status == HD_OK || status == HD_INCOMPLETE || status == HD_INTERRUPTED)
    printf("%s are in %s\n", status == HD_OK ? "results" : "results so far", options->dir);
}

enum hd_status batch_command_run(const struct batch_command *command,
                                 const struct arguments *arguments, struct hd_error *err) {
  char own[HD_PATH];
  const struct team *team = NULL;
  bool together = team_expected();
  struct batch_options options = {.path = arguments->operand,
                                  .sets = arguments->sets,
                                  .dir = arguments->dir,
                                  .count = 1,
                                  .part = 1,
                                  .parts = 1,
                                  .resume = arguments->go_on,
                                  .level = arguments->level,
                                  .terminal = stdout};
  TRY(read_options(command, &options, arguments, together, err));
  if (!options.dir) {
    TRY(arguments_default_dir(own, command->name, arguments->operand, command->ending, err));
    options.dir = own;
  }
  if (together)
    TRY(team_load(&team, err));
  interrupt_install();
  enum hd_status status = command->run(&options, arguments, team, err);
  if (options.level > PROGRESS_QUIET && !team)
    print_outcome(status, &options);
  return status;
}
