#include "solver/app/arguments.h"

#include <stdio.h>
#include <string.h>
#include "solver/base/memory.h"
#include "solver/config/suggest.h"

/** One row per option; every command takes -h. */
struct option {
  char letter; /* 0: long form only */
  const char *name;
  const char *value; /* its name in the help; NULL: a switch */
  unsigned needs;    /* bit of command.options; 0: always allowed */
  void (*apply)(struct arguments *arguments, const char *value);
  const char *doc;
};

static void apply_dir(struct arguments *arguments, const char *value) {
  arguments->dir = value;
}

static void apply_set(struct arguments *arguments, const char *value) {
  arguments->sets[arguments->n_sets++] = value;
}

static void apply_resume(struct arguments *arguments, const char *value) {
  arguments->resume = value;
}

static void apply_checkpoint(struct arguments *arguments, const char *value) {
  snprintf(arguments->checkpoint, sizeof arguments->checkpoint, "checkpoint.interval=%s", value);
  arguments->sets[arguments->n_sets++] = arguments->checkpoint;
}

static void apply_vary(struct arguments *arguments, const char *value) {
  arguments->varies[arguments->n_varies++] = value;
}

static void apply_data(struct arguments *arguments, const char *value) {
  arguments->data[arguments->n_data++] = value;
}

static void apply_count(struct arguments *arguments, const char *value) {
  arguments->count = value;
}

static void apply_first(struct arguments *arguments, const char *value) {
  arguments->first = value;
}

static void apply_jobs(struct arguments *arguments, const char *value) {
  arguments->jobs = value;
}

static void apply_time_limit(struct arguments *arguments, const char *value) {
  arguments->time_limit = value;
}

static void apply_part(struct arguments *arguments, const char *value) {
  arguments->part = value;
}

static void apply_traces(struct arguments *arguments, const char *value) {
  (void)value;
  arguments->traces = true;
}

static void apply_go_on(struct arguments *arguments, const char *value) {
  (void)value;
  arguments->go_on = true;
}

static void apply_quiet(struct arguments *arguments, const char *value) {
  (void)value;
  arguments->level = PROGRESS_QUIET;
}

static void apply_verbose(struct arguments *arguments, const char *value) {
  (void)value;
  arguments->level = PROGRESS_VERBOSE;
}

static void apply_help(struct arguments *arguments, const char *value) {
  (void)value;
  arguments->help = true;
}

static const struct option options[] = {
    {'o', "output", "DIR", TAKES_DIR, apply_dir,
     "run folder (default: runs/NAME for NAME.cfg, runs/NAME_ensemble, runs/NAME_sweep)"},
    {0, "set", "KEY=VALUE", TAKES_SET, apply_set, "override one key of the input; repeatable"},
    {0, "checkpoint", "TIME", TAKES_RESUME, apply_checkpoint,
     "store the state every so often, e.g. \"10 min\""},
    {0, "resume", "DIR", TAKES_RESUME, apply_resume,
     "go on from the checkpoint in the run folder DIR"},
    {0, "vary", "KEY=VALUES", TAKES_SWEEP, apply_vary,
     "vary a key: FROM:TO:N, FROM:TO:log:N or VALUE,VALUE,...; repeatable"},
    {0, "data", "FILE", TAKES_DATA, apply_data,
     "measured currents of one experiment, CSV; repeatable"},
    {'n', "count", "N", TAKES_SWEEP, apply_count,
     "trajectories of each point (default: one run, with the input's own number)"},
    {'n', "count", "N", TAKES_ENSEMBLE, apply_count, "number of trajectories; must be given"},
    {0, "first", "K", TAKES_BATCH, apply_first, "number of the first one (default: 0)"},
    {'j', "jobs", "J", TAKES_BATCH, apply_jobs,
     "processes at a time (default: one a core; with MPI one a rank)"},
    {0, "time-limit", "TIME", TAKES_BATCH, apply_time_limit,
     "processor time of one run, e.g. \"10 min\"; one that takes more is lost (default: none)"},
    {0, "part", "I/M", TAKES_BATCH, apply_part,
     "only those with numbers I-1, I-1+M, ...; parts of one M may run at the same time"},
    {0, "traces", NULL, TAKES_ENSEMBLE, apply_traces,
     "keep the run folder of each trajectory under trajectories/"},
    {0, "traces", NULL, TAKES_SWEEP, apply_traces, "keep the run folder of each run under points/"},
    {0, "resume", NULL, TAKES_BATCH, apply_go_on,
     "run only what is missing, failed or lost; join the parts"},
    {'q', "quiet", NULL, TAKES_LEVEL, apply_quiet, "print errors only"},
    {'v', "verbose", NULL, TAKES_LEVEL, apply_verbose, "print what goes to log.txt"},
    {'h', "help", NULL, 0, apply_help, "print this help"},
};
enum { N_OPTIONS = sizeof options / sizeof *options };

static bool allowed(const struct option *option, const struct command *command) {
  return option->needs == 0 || (option->needs & command->options) != 0;
}

/** The option that `word` ("-o", "-oDIR", "--set", "--set=...") names, and the value inside it. */
static const struct option *find(const char *word, const struct command *command,
                                 const char **value) {
  *value = NULL;
  for (size_t i = 0; i < N_OPTIONS; i++) {
    const struct option *option = &options[i];
    if (!allowed(option, command))
      continue;
    if (word[1] == '-') {
      size_t length = strlen(option->name);
      const char *rest = word + 2 + length;
      if (strncmp(word + 2, option->name, length) != 0 || (*rest != '\0' && *rest != '='))
        continue;
      *value = *rest == '=' ? rest + 1 : NULL;
      return option;
    }
    if (option->letter && word[1] == option->letter) {
      *value = word[2] != '\0' ? word + 2 : NULL;
      return option;
    }
  }
  return NULL;
}

static enum hd_status unknown_option(const char *word, const struct command *command,
                                     struct hd_error *err) {
  char name[HD_NAME], hint[128];
  snprintf(name, sizeof name, "%.*s", (int)strcspn(word, "="), word);
  struct suggest suggest = {.wanted = name};
  char spelled[N_OPTIONS][HD_NAME];
  for (size_t i = 0; i < N_OPTIONS; i++) {
    snprintf(spelled[i], sizeof spelled[i], "--%s", options[i].name);
    if (allowed(&options[i], command))
      suggest_offer(&suggest, spelled[i]);
  }
  return hd_fail(err, HD_USAGE, "halidrift %s: unknown option '%s'%s", command->name, name,
                 suggest_text(&suggest, hint));
}

/** One operand; more or fewer than the command takes is an error. */
static enum hd_status take_operand(struct arguments *arguments, const struct command *command,
                                   const char *word, struct hd_error *err) {
  if (!command->operand)
    return hd_fail(err, HD_USAGE, "halidrift %s: takes no operand, got '%s'", command->name, word);
  if (arguments->operand)
    return hd_fail(err, HD_USAGE, "halidrift %s: takes one %s, got '%s' and '%s'", command->name,
                   command->operand, arguments->operand, word);
  arguments->operand = word;
  return HD_OK;
}

/** The option at values[*at]; steps *at over a value of its own. */
static enum hd_status take_option(struct arguments *arguments, const struct command *command,
                                  int count, char *const *values, int *at, struct hd_error *err) {
  const char *value, *word = values[*at];
  const struct option *option = find(word, command, &value);
  if (!option)
    return unknown_option(word, command, err);
  if (!option->value && value)
    return hd_fail(err, HD_USAGE, "halidrift %s: --%s takes no value, got '%s'", command->name,
                   option->name, word);
  if (option->value && !value) {
    if (*at + 1 >= count)
      return hd_fail(err, HD_USAGE, "halidrift %s: '%s' needs a value: %s", command->name, word,
                     option->value);
    value = values[++*at];
  }
  if (option->value && *value == '\0')
    return hd_fail(err, HD_USAGE, "halidrift %s: --%s got an empty value, must be %s",
                   command->name, option->name, option->value);
  option->apply(arguments, value);
  return HD_OK;
}

/**
 * Sort the words behind a command's name into operand and options.
 * arguments  out: freed with arguments_free, also after an error
 * values     [count] borrowed for the life of `arguments`
 * Errors     HD_USAGE, HD_MEMORY
 */
enum hd_status arguments_read(struct arguments *arguments, const struct command *command, int count,
                              char *const *values, struct hd_error *err) {
  *arguments = (struct arguments){.level = PROGRESS_NORMAL};
  TRY(hd_alloc(&arguments->sets, (size_t)count + 1, sizeof *arguments->sets, err));
  TRY(hd_alloc(&arguments->varies, (size_t)count + 1, sizeof *arguments->varies, err));
  TRY(hd_alloc(&arguments->data, (size_t)count + 1, sizeof *arguments->data, err));
  bool only_operands = false; /* behind "--" */
  for (int i = 0; i < count; i++) {
    const char *word = values[i];
    if (!only_operands && strcmp(word, "--") == 0)
      only_operands = true;
    else if (!only_operands && word[0] == '-' && word[1] != '\0')
      TRY(take_option(arguments, command, count, values, &i, err));
    else
      TRY(take_operand(arguments, command, word, err));
  }
  if (arguments->resume && (arguments->operand || arguments->dir || arguments->n_sets > 0))
    return hd_fail(err, HD_USAGE,
                   "halidrift %s: --resume goes on with the input in %s, it takes no %s, --output, "
                   "--set or --checkpoint",
                   command->name, arguments->resume, command->operand);
  if (command->operand && !arguments->operand && !arguments->help && !arguments->resume)
    return hd_fail(err, HD_USAGE, "halidrift %s: needs a %s; see `halidrift %s --help`",
                   command->name, command->operand, command->name);
  return HD_OK;
}

/** Free what arguments_read allocated. */
void arguments_free(struct arguments *arguments) {
  hd_free(&arguments->sets);
  hd_free(&arguments->varies);
  hd_free(&arguments->data);
}

/** Usage, purpose and options of one command. */
void command_print_help(FILE *file, const struct command *command) {
  fprintf(file, "usage: halidrift %s%s%s%s\n\n%s.\n", command->name, command->operand ? " " : "",
          command->operand ? command->operand : "", command->options ? " [OPTION]..." : "",
          command->summary);
  if (command->details)
    fprintf(file, "%s\n", command->details);
  fputs("\noptions:\n", file);
  for (size_t i = 0; i < N_OPTIONS; i++) {
    if (!allowed(&options[i], command))
      continue;
    char spelled[HD_NAME];
    snprintf(spelled, sizeof spelled, "--%s%s%s", options[i].name, options[i].value ? " " : "",
             options[i].value ? options[i].value : "");
    fprintf(file, "  %c%c%c %-18s %s\n", options[i].letter ? '-' : ' ',
            options[i].letter ? options[i].letter : ' ', options[i].letter ? ',' : ' ', spelled,
            options[i].doc);
  }
}

/** "runs/NAME" and an ending for "some/where/NAME.cfg". Errors: HD_USAGE */
enum hd_status arguments_default_dir(char dir[HD_PATH], const char *command, const char *path,
                                     const char *ending, struct hd_error *err) {
  const char *slash = strrchr(path, '/');
  const char *name = slash ? slash + 1 : path;
  const char *dot = strrchr(name, '.');
  int length = dot && dot > name ? (int)(dot - name) : (int)strlen(name);
  int written = snprintf(dir, HD_PATH, "runs/%.*s%s", length, name, ending);
  if (length == 0 || written >= HD_PATH)
    return hd_fail(err, HD_USAGE, "halidrift %s: no folder name can be made of '%s'; give -o DIR",
                   command, path);
  return HD_OK;
}
