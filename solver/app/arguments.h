/* The command line: one command, its operand, its options. */
#ifndef HALIDRIFT_APP_ARGUMENTS_H
#define HALIDRIFT_APP_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include "solver/base/error.h"
#include "solver/base/param.h"
#include "solver/progress.h"

/** What the user asked for; strings are borrowed from argv. */
struct arguments {
  const char *operand;  /* FILE, KEY or WHAT; NULL: none */
  const char *dir;      /* -o; NULL: not given */
  const char *resume;   /* --resume; NULL: not given */
  char checkpoint[128]; /* "checkpoint.interval=..." of --checkpoint; stands in `sets` too */
  const char **sets;    /* owned; "key=value" of every --set, NULL-terminated */
  size_t n_sets;
  enum progress_level level; /* -q, -v */
  bool help;                 /* -h behind a command */
  const char **varies;       /* owned; every --vary, NULL-terminated */
  size_t n_varies;
  const char **data; /* owned; every --data */
  size_t n_data;
  /* ensemble and sweep; NULL: not given */
  const char *count, *first, *jobs, *part, *time_limit;
  bool traces, go_on; /* --traces, --resume without a folder */
};

/** Which options a command takes; bits of struct command.options. */
enum {
  TAKES_DIR = 1,
  TAKES_SET = 2,
  TAKES_LEVEL = 4,
  TAKES_RESUME = 8,
  TAKES_ENSEMBLE = 16,
  TAKES_BATCH = 32,
  TAKES_SWEEP = 64,
  TAKES_DATA = 128
};

/** One row of the table of commands in main.c. */
struct command {
  const char *name;
  const char *operand; /* its name in the usage line; NULL: takes none */
  unsigned options;
  const char *summary; /* one line for --help */
  const char *details; /* what `halidrift COMMAND --help` adds */
  enum hd_status (*run)(const struct arguments *arguments, struct hd_error *err);
};

/** Read what follows the command's name. Errors: HD_USAGE, HD_MEMORY. */
enum hd_status arguments_read(struct arguments *arguments, const struct command *command, int count,
                              char *const *values, struct hd_error *err);

void arguments_free(struct arguments *arguments);

/** The folder that is used without -o. Errors: HD_USAGE */
enum hd_status arguments_default_dir(char dir[HD_PATH], const char *command, const char *path,
                                     const char *ending, struct hd_error *err);

/** "usage: halidrift NAME ..." and the options that the command takes. */
void command_print_help(FILE *file, const struct command *command);

#endif
