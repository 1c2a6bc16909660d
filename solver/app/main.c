/* The program: find the command, run it, say what went wrong, exit with the cause. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include "solver/app/commands.h"
#include "solver/config/suggest.h"
#include "solver/ensemble/team.h"
#include "solver/version.h"

static const struct command commands[] = {
    {"run", "FILE", TAKES_DIR | TAKES_SET | TAKES_LEVEL | TAKES_RESUME,
     "Run an input file into a run folder",
     "Writes terminals.csv, spikes.csv, fields.nc, summary.json, resolved.cfg and log.txt.\n"
     "Example: halidrift run cell.cfg -o runs/thin --set 'device.layers[0].thickness=40 nm'\n"
     "         halidrift run --resume runs/thin     go on after Ctrl-C, or from a checkpoint",
     cmd_run},
    {"ensemble", "FILE", TAKES_DIR | TAKES_SET | TAKES_ENSEMBLE | TAKES_BATCH | TAKES_LEVEL,
     "Run an input many times, with other random numbers each time",
     "Writes ensemble.nc, summary.json, resolved.cfg, results.jsonl and log.txt.\n"
     "Example: halidrift ensemble neuron.cfg -n 200 -o runs/many\n"
     "         halidrift ensemble neuron.cfg -n 200 -o runs/many --resume    run what is missing\n"
     "         mpirun -n 64 halidrift ensemble neuron.cfg -n 100000 -o runs/many",
     cmd_ensemble},
    {"sweep", "FILE", TAKES_DIR | TAKES_SET | TAKES_SWEEP | TAKES_BATCH | TAKES_LEVEL,
     "Run an input at many points of the space of its parameters",
     "The points are those of its block `study`, or of --vary.\n"
     "Writes study.nc, table.txt, summary.json, resolved.cfg, results.jsonl and log.txt.\n"
     "Example: halidrift sweep cell.cfg --vary 'device.layers[0].thickness=20 nm:80 nm:4'\n"
     "         halidrift sweep neuron.cfg -o runs/study --resume    run what is missing\n"
     "         mpirun -n 64 halidrift sweep neuron.cfg -o runs/study",
     cmd_sweep},
    {"fit", "FILE", TAKES_DIR | TAKES_SET | TAKES_DATA | TAKES_LEVEL,
     "Find numbers of an input from measured currents",
     "The group `fit` says which numbers. Writes fit.json, fit.csv and fitted.cfg.\n"
     "Example: halidrift fit cell.cfg --data jv.csv --data step.csv -o runs/fit",
     cmd_fit},
    {"check", "FILE", TAKES_SET, "Validate an input file and print what it would run", NULL,
     cmd_check},
    {"explain", "KEY", 0, "Explain a key of the input: meaning, unit, default, limits",
     "Example: halidrift explain thickness", cmd_explain},
    {"list", "WHAT", 0, "List materials, contacts, elements, quantities, ... (WHAT: one of them)",
     NULL, cmd_list},
    {"reference", NULL, 0, "Print the reference of all keys and outputs (docs/reference.md)", NULL,
     cmd_reference},
};
enum { N_COMMANDS = sizeof commands / sizeof *commands };

static void print_help(FILE *file) {
  fputs("usage: halidrift COMMAND [OPTION]...\n\n"
        "Device simulator for halide-perovskite memristors.\n\ncommands:\n",
        file);
  for (size_t i = 0; i < N_COMMANDS; i++) {
    char spelled[HD_NAME];
    snprintf(spelled, sizeof spelled, "%s %s", commands[i].name,
             commands[i].operand ? commands[i].operand : "");
    fprintf(file, "  %-14s %s\n", spelled, commands[i].summary);
  }
  fputs("\n  --version      print the version\n"
        "  --help         print this help; `halidrift COMMAND --help` says more\n\n"
        "exit codes: 0 done, 1 internal error, 2 wrong command line, 3 wrong input,\n"
        "            4 no convergence, 5 file not read or written, 6 out of memory,\n"
        "            7 trajectories of an ensemble or points of a study failed or were lost,\n"
        "            130 interrupted (what was computed is on disk)\n",
        file);
}

static const struct command *find_command(const char *name, struct hd_error *err) {
  struct suggest suggest = {.wanted = name};
  for (size_t i = 0; i < N_COMMANDS; i++) {
    if (strcmp(name, commands[i].name) == 0)
      return &commands[i];
    suggest_offer(&suggest, commands[i].name);
  }
  char hint[128];
  suggest_text(&suggest, hint);
  hd_fail(err, HD_USAGE, "halidrift: unknown %s '%s'%s", name[0] == '-' ? "option" : "command",
          name, hint[0] ? hint : "; see `halidrift --help`");
  return NULL;
}

static enum hd_status run_command(const struct command *command, int count, char *const *values,
                                  struct hd_error *err) {
  struct arguments arguments;
  enum hd_status status = arguments_read(&arguments, command, count, values, err);
  if (command->options & TAKES_DIR)
    signal(SIGPIPE, SIG_IGN); /* its results are files: they do not end with `| head` */
  if (status == HD_OK && arguments.help)
    command_print_help(stdout, command);
  else if (status == HD_OK)
    status = command->run(&arguments, err);
  arguments_free(&arguments);
  return status;
}

static enum hd_status dispatch(int argc, char *const *argv, struct hd_error *err) {
  if (argc < 2)
    return hd_fail(err, HD_USAGE, "halidrift: needs a command; see `halidrift --help`");
  if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
      strcmp(argv[1], "help") == 0) {
    print_help(stdout);
    return HD_OK;
  }
  if (strcmp(argv[1], "--version") == 0) {
    char mpi[HD_ERROR_TEXT];
    team_describe(mpi, sizeof mpi);
    printf("halidrift " HALIDRIFT_VERSION "\nMPI: %s\n", mpi);
    return HD_OK;
  }
  const struct command *command = find_command(argv[1], err);
  return command ? run_command(command, argc - 2, argv + 2, err) : HD_USAGE;
}

/** All sentences, and how many found no room. */
static void print_error(const struct hd_error *err) {
  size_t shown = 0;
  for (const char *at = err->text; *at; at++)
    shown += *at == '\n';
  fputs(err->text, stderr);
  if (err->count > shown)
    fprintf(stderr, "... and %zu more\n", err->count - shown);
}

int main(int argc, char **argv) {
  struct hd_error err = {0};
  enum hd_status status = dispatch(argc, argv, &err);
  bool lost = fflush(stdout) != 0 ? errno != EPIPE : ferror(stdout) != 0;
  if (lost && status == HD_OK)
    status = hd_fail(&err, HD_IO, "halidrift: standard output could not be written");
  print_error(&err);
  return (int)status;
}
