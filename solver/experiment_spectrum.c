/* Experiments of small signals: a row of impedance.csv for every frequency. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "solver/base/memory.h"
#include "solver/experiment.h"
#include "solver/small_signal.h"

/* ---- columns ---- */

enum { COLUMN_NAME = OUTPUT_TERMINAL + 16 };

/** What stands before the responses of terminals and nets. */
static const char *const fixed[] = {"experiment", "frequency_Hz", "ReZ_Ohm", "ImZ_Ohm", "absZ_Ohm",
                                    "phase_deg",  "ReY_S",        "ImY_S",   "C_F"};
enum { FIXED = sizeof fixed / sizeof *fixed };

/** Both parts of the current into every terminal and of the voltage of every net. */
static size_t count_columns(const struct system *system) {
  size_t n = FIXED + 2 * (system->run->circuit.n_nets - 1);
  for (size_t i = 0; i < system->n_instances; i++)
    n += 2 * (size_t)system->instances[i].device->n_terminals;
  return n;
}

static size_t name_pair(char (*names)[COLUMN_NAME], size_t n, char quantity, const char *whose) {
  snprintf(names[n], COLUMN_NAME, "Re%c(%s)", quantity, whose);
  snprintf(names[n + 1], COLUMN_NAME, "Im%c(%s)", quantity, whose);
  return n + 2;
}

static void name_columns(const struct system *system, char (*names)[COLUMN_NAME]) {
  size_t n = 0;
  char terminal[OUTPUT_TERMINAL];
  for (; n < FIXED; n++)
    snprintf(names[n], COLUMN_NAME, "%s", fixed[n]);
  for (size_t i = 0; i < system->n_instances; i++)
    for (int T = 0; T < system->instances[i].device->n_terminals; T++) {
      output_terminal_name(system, i, T, terminal);
      n = name_pair(names, n, 'I', terminal);
    }
  for (size_t net = 1; net < system->run->circuit.n_nets; net++)
    n = name_pair(names, n, 'V', system->run->circuit.nets[net]);
}

static bool is_wanted(const struct run_spec *spec) {
  for (size_t i = 0; i < spec->n_experiments; i++)
    if (experiment_is_spectrum(spec->experiments[i].type))
      return true;
  return false;
}

/** Begin the table, or go on with it behind what a checkpoint says. */
enum hd_status experiment_spectrum_open(struct run *run, const char *dir, struct hd_error *err) {
  size_t n = count_columns(run->system);
  char(*names)[COLUMN_NAME] = NULL;
  const char **columns = NULL;
  const struct store *from = run->checkpoint.from;
  if (!dir || !is_wanted(run->spec))
    return HD_OK;
  TRY(hd_alloc(&names, n, sizeof *names, err));
  enum hd_status status = hd_alloc(&columns, n, sizeof *columns, err);
  if (status == HD_OK) {
    name_columns(run->system, names);
    for (size_t i = 0; i < n; i++)
      columns[i] = names[i];
    status = from ? sink_table_reopen(&run->impedance, dir, "impedance.csv", n, columns,
                                      store_number(from, "impedance_bytes"), err)
                  : sink_table_open(&run->impedance, dir, "impedance.csv", n, columns, err);
  }
  hd_free(&columns);
  hd_free(&names);
  return status;
}

/* ---- rows ---- */

/** An experiment under way. */
struct spectrum {
  struct run *run;
  const struct experiment_spec *experiment;
  struct small_signal_port port;
  struct small_signal *small;
  double complex *dy; /* [n] owned */
  double *row;        /* [columns - 1] owned */
};

static size_t put(double *row, size_t n, double complex value) {
  row[n] = creal(value);
  row[n + 1] = cimag(value);
  return n + 2;
}

/** The numbers of one frequency: what the port answers, then all terminals and nets. */
static void fill_row(struct spectrum *spectrum, double f) {
  const double full_turn = 360.0, tau = 2.0 * acos(-1.0);
  const struct system *system = spectrum->run->system;
  const double complex *dy = spectrum->dy;
  double complex answer = small_signal_read(spectrum->small, &spectrum->port, dy);
  bool is_Y = small_signal_is_admittance(spectrum->small, &spectrum->port);
  double complex Y = is_Y ? answer : 1.0 / answer, Z = is_Y ? 1.0 / answer : answer;
  double *row = spectrum->row;
  size_t n = 0;
  row[n++] = f;
  n = put(row, n, Z);
  row[n++] = cabs(Z);
  row[n++] = carg(Z) * full_turn / tau;
  n = put(row, n, Y);
  row[n++] = cimag(Y) / (tau * f);
  for (size_t i = 0; i < system->n_instances; i++)
    for (int T = 0; T < system->instances[i].device->n_terminals; T++)
      n = put(row, n, dy[system->instances[i].current_base + T]);
  for (size_t net = 1; net < system->run->circuit.n_nets; net++)
    n = put(row, n, dy[system_net_dof(system, (int)net)]);
}

/** What the summary and the log keep of a row: absZ, phase, C. */
static void speak(struct spectrum *spectrum) {
  struct run *run = spectrum->run;
  for (int column = 4; column < FIXED; column++)
    if (column != 6 && column != 7)
      summary_range(&run->summary, fixed[column], spectrum->row[column - 1]);
  progress_note(run->progress, PROGRESS_VERBOSE, "%s: %.6g Hz, |Z| = %.6g Ohm, phase %.2f deg",
                spectrum->experiment->name, spectrum->row[0], spectrum->row[3], spectrum->row[4]);
}

static enum hd_status one_frequency(struct spectrum *spectrum, size_t i, struct hd_error *err) {
  struct run *run = spectrum->run;
  double f = spectrum->experiment->spectrum.frequencies[i];
  TRY(small_signal_tune(spectrum->small, f, err));
  TRY(small_signal_drive(spectrum->small, &spectrum->port, spectrum->dy, err));
  fill_row(spectrum, f);
  speak(spectrum);
  return sink_table_row(run->impedance, spectrum->experiment->name, spectrum->row, err);
}

/** From frequency number `first` to the last, or to a checkpoint. */
static enum hd_status all_frequencies(struct spectrum *spectrum, size_t first,
                                      struct hd_error *err) {
  struct run *run = spectrum->run;
  size_t count = spectrum->experiment->spectrum.n_frequencies;
  for (size_t i = first; i < count && !run->leave; i++) {
    TRY(one_frequency(spectrum, i, err));
    run->leave =
        i + 1 < count && checkpoint_due(&run->checkpoint, (long)i + 1, 0.0, 0.0, interrupted());
    if (run->leave || interrupted())
      TRY(run_save_points(run, i, err));
    if (interrupted())
      return hd_fail(err, HD_INTERRUPTED, "interrupted in experiment %s at %.6g Hz",
                     spectrum->experiment->name, spectrum->experiment->spectrum.frequencies[i]);
  }
  return HD_OK;
}

/**
 * Linearise about run->y, then solve at every frequency.
 * Errors  HD_CONVERGENCE, HD_IO, HD_INTERRUPTED, HD_MEMORY
 */
enum hd_status experiment_spectrum(struct run *run, const struct experiment_spec *experiment,
                                   const struct store *from, struct hd_error *err) {
  const struct spectrum_spec *spec = &experiment->spectrum;
  struct spectrum spectrum = {
      .run = run, .experiment = experiment, .port = {.element = spec->source, .net = spec->net}};
  size_t first = from ? (size_t)store_number(from, "points") : 0;
  if (run->fresh && from) {
    progress_begin(run->progress, experiment->name, false, (double)spec->n_frequencies);
    progress_skip(run->progress, 0.0, (long)first);
  }
  enum hd_status status =
      small_signal_create(&spectrum.small, run->system, experiment->frozen_ions, run->y, err);
  if (status == HD_OK)
    status = hd_alloc(&spectrum.dy, (size_t)run->system->n, sizeof *spectrum.dy, err);
  if (status == HD_OK)
    status = hd_alloc(&spectrum.row, count_columns(run->system), sizeof(double), err);
  if (status == HD_OK)
    status = all_frequencies(&spectrum, first, err);
  small_signal_free(&spectrum.small);
  hd_free(&spectrum.dy);
  hd_free(&spectrum.row);
  return status;
}
