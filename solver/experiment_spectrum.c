/* Experiments of small signals: a row of impedance.csv or noise.csv for every frequency. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "solver/base/memory.h"
#include "solver/experiment.h"
#include "solver/small_signal_noise.h"

/* ---- columns ---- */

/** What stands before the responses of terminals and nets, and before the shares of noise. */
static const char *const of_impedance[] = {"experiment", "frequency_Hz", "ReZ_Ohm",
                                           "ImZ_Ohm",    "absZ_Ohm",     "phase_deg",
                                           "ReY_S",      "ImY_S",        "C_F"};
static const char *const of_noise[] = {"experiment", "frequency_Hz", "S_I_A2/Hz", "S_V_V2/Hz",
                                       "4kTReY_A2/Hz"};

static enum hd_status add_column(struct spectrum_columns *columns, const char *before,
                                 const char *whose, const char *after, struct hd_error *err) {
  TRY(hd_resize(&columns->names, columns->n + 1, sizeof *columns->names, err));
  snprintf(columns->names[columns->n++], SPECTRUM_COLUMN, "%s%s%s", before, whose, after);
  return HD_OK;
}

/** Both parts of one response. */
static enum hd_status add_pair(struct spectrum_columns *columns, const char *re, const char *im,
                               const char *whose, struct hd_error *err) {
  TRY(add_column(columns, re, whose, ")", err));
  return add_column(columns, im, whose, ")", err);
}

/** Currents into every terminal, voltages of every net. */
static enum hd_status add_responses(struct spectrum_columns *columns, const struct system *system,
                                    struct hd_error *err) {
  char terminal[OUTPUT_TERMINAL];
  for (size_t i = 0; i < system->n_instances; i++)
    for (int T = 0; T < system->instances[i].device->n_terminals; T++) {
      output_terminal_name(system, i, T, terminal);
      TRY(add_pair(columns, "ReI(", "ImI(", terminal, err));
    }
  for (size_t net = 1; net < system->run->circuit.n_nets; net++)
    TRY(add_pair(columns, "ReV(", "ImV(", system->run->circuit.nets[net], err));
  return HD_OK;
}

static enum hd_status add_mechanisms(struct spectrum_columns *columns, struct system *system,
                                     struct hd_error *err) {
  struct noise *noise = NULL;
  enum hd_status status = noise_create(&noise, system, err);
  for (size_t i = 0; status == HD_OK && i < noise_count(noise); i++)
    status = add_column(columns, "", noise_name(noise, i), "", err);
  noise_free(&noise);
  return status;
}

enum hd_status experiment_spectrum_columns(struct spectrum_columns *columns, struct system *system,
                                           int type, struct hd_error *err) {
  bool noise = type == EXPERIMENT_NOISE;
  const char *const *first = noise ? of_noise : of_impedance;
  size_t count =
      noise ? sizeof of_noise / sizeof *of_noise : sizeof of_impedance / sizeof *of_impedance;
  for (size_t i = 0; i < count; i++)
    TRY(add_column(columns, first[i], "", "", err));
  return noise ? add_mechanisms(columns, system, err) : add_responses(columns, system, err);
}

/* ---- tables ---- */

bool experiment_is_wanted(const struct run_spec *spec, int type) {
  for (size_t i = 0; i < spec->n_experiments; i++)
    if (spec->experiments[i].type == type)
      return true;
  return false;
}

static enum hd_status open_table(struct run *run, const char *dir, int i,
                                 const struct spectrum_columns *columns, struct hd_error *err) {
  const struct store *from = run->checkpoint.from;
  const char *file = checkpoint_spectra[i][0], **names = NULL;
  TRY(hd_alloc(&names, columns->n, sizeof *names, err));
  for (size_t c = 0; c < columns->n; c++)
    names[c] = columns->names[c];
  enum hd_status status =
      from ? sink_table_reopen(&run->spectra[i], dir, file, columns->n, names,
                               store_number(from, checkpoint_spectra[i][1]), err)
           : sink_table_open(&run->spectra[i], dir, file, columns->n, names, err);
  hd_free(&names);
  return status;
}

/** Begin the tables that experiments need, or go on with them behind what a checkpoint says. */
enum hd_status experiment_spectrum_open(struct run *run, const char *dir, struct hd_error *err) {
  enum hd_status status = HD_OK;
  for (int i = 0; dir && i < CHECKPOINT_SPECTRA && status == HD_OK; i++) {
    struct spectrum_columns columns = {0};
    if (!experiment_is_wanted(run->spec, EXPERIMENT_IMPEDANCE + i))
      continue;
    status = experiment_spectrum_columns(&columns, run->system, EXPERIMENT_IMPEDANCE + i, err);
    if (status == HD_OK)
      status = open_table(run, dir, i, &columns, err);
    hd_free(&columns.names);
  }
  return status;
}

/* ---- rows ---- */

/** An experiment under way. */
struct spectrum {
  struct run *run;
  const struct experiment_spec *experiment;
  struct small_signal_port port;
  struct small_signal *small;
  struct noise *noise;                 /* NULL: impedance */
  struct sensitivity_spectrum *slopes; /* NULL: no parameters, or noise */
  double complex *dy, *z;              /* [n] owned: response and adjoint */
  double complex *Y;                   /* [1 + n_parameters] owned: admittance, its derivatives */
  struct spectrum_columns columns;
  double *row; /* [columns.n - 1] owned */
};

static double tau(void) {
  return 2.0 * acos(-1.0);
}

static size_t put(double *row, size_t n, double complex value) {
  row[n] = creal(value);
  row[n + 1] = cimag(value);
  return n + 2;
}

/** Admittance that the port sees. */
static double complex admittance(const struct spectrum *spectrum) {
  double complex answer = small_signal_read(spectrum->small, &spectrum->port, spectrum->dy);
  return small_signal_is_admittance(spectrum->small, &spectrum->port) ? answer : 1.0 / answer;
}

/** The columns of an impedance, then all terminals and nets; what the summary keeps of them. */
static void fill_impedance(struct spectrum *spectrum, double f) {
  struct run *run = spectrum->run;
  const struct system *system = run->system;
  const double full_turn = 360.0;
  double complex Y = admittance(spectrum), Z = 1.0 / Y;
  double *row = spectrum->row, phase = carg(Z) * full_turn / tau(), C = cimag(Y) / (tau() * f);
  size_t n = put(row, 1, Z);
  row[n++] = cabs(Z);
  row[n++] = phase;
  n = put(row, n, Y);
  row[n++] = C;
  for (size_t i = 0; i < system->n_instances; i++)
    for (int T = 0; T < system->instances[i].device->n_terminals; T++)
      n = put(row, n, spectrum->dy[system->instances[i].current_base + T]);
  for (size_t net = 1; net < system->run->circuit.n_nets; net++)
    n = put(row, n, spectrum->dy[system_net_dof(system, (int)net)]);
  summary_range(&run->summary, "absZ_Ohm", cabs(Z));
  summary_range(&run->summary, "phase_deg", phase);
  summary_range(&run->summary, "C_F", C);
  progress_note(run->progress, PROGRESS_VERBOSE, "%s: %.6g Hz, |Z| = %.6g Ohm, phase %.2f deg",
                spectrum->experiment->name, f, cabs(Z), phase);
}

/** Noise of the port as a current (its terminals short) and as a voltage (open), what Johnson and
 * Nyquist have in equilibrium, and the shares. */
static enum hd_status fill_noise(struct spectrum *spectrum, double f, bool places,
                                 struct hd_error *err) {
  struct run *run = spectrum->run;
  const struct run_spec *spec = run->spec;
  double *row = spectrum->row, *shares = &row[4];
  double complex Y = admittance(spectrum);
  TRY(small_signal_adjoint(spectrum->small, &spectrum->port, spectrum->z, err));
  double S = noise_density(spectrum->noise, spectrum->z, shares), Y2 = creal(Y * conj(Y));
  if (places)
    TRY(output_noise(run->output, f, run->y, spectrum->noise, spectrum->z, S, err));
  bool is_current = small_signal_is_admittance(spectrum->small, &spectrum->port);
  row[1] = is_current ? S : S * Y2;
  row[2] = is_current ? S / Y2 : S;
  row[3] = 4.0 * spec->constants.k * spec->temperature * creal(Y);
  for (size_t i = 0; i < noise_count(spectrum->noise); i++)
    shares[i] = S > 0.0 ? shares[i] / S : 0.0;
  summary_range(&run->summary, "S_I_A2/Hz", row[1]);
  summary_range(&run->summary, "S_V_V2/Hz", row[2]);
  progress_note(run->progress, PROGRESS_VERBOSE, "%s: %.6g Hz, S_I = %.6g A^2/Hz",
                spectrum->experiment->name, f, row[1]);
  return HD_OK;
}

/** The derivatives of an admittance: dY = -Y^2 dZ where the port answers with Z. */
static enum hd_status differentiate(struct spectrum *spectrum, double f, struct hd_error *err) {
  struct run *run = spectrum->run;
  double complex *Y = spectrum->Y;
  size_t n = run->sensitivity->n;
  Y[0] = admittance(spectrum);
  TRY(small_signal_adjoint(spectrum->small, &spectrum->port, spectrum->z, err));
  sensitivity_spectrum_slopes(spectrum->slopes, &spectrum->port, f, spectrum->dy, spectrum->z,
                              Y + 1);
  if (!small_signal_is_admittance(spectrum->small, &spectrum->port))
    for (size_t i = 1; i <= n; i++)
      Y[i] *= -Y[0] * Y[0];
  if (run->admittances)
    TRY(spectrum_rows_add(run->admittances, run->index, f, n, Y, err));
  return sensitivity_spectrum_row(run->slopes, spectrum->experiment->name, f, n, Y, err);
}

static enum hd_status one_frequency(struct spectrum *spectrum, size_t i, struct hd_error *err) {
  struct run *run = spectrum->run;
  const struct experiment_spec *experiment = spectrum->experiment;
  bool places = experiment->fields_every > 0 && i % (size_t)experiment->fields_every == 0;
  double f = spectrum->row[0] = experiment->spectrum.frequencies[i];
  TRY(small_signal_tune(spectrum->small, f, err));
  TRY(small_signal_drive(spectrum->small, &spectrum->port, spectrum->dy, err));
  if (spectrum->noise)
    TRY(fill_noise(spectrum, f, places, err));
  else
    fill_impedance(spectrum, f);
  if (spectrum->slopes)
    TRY(differentiate(spectrum, f, err));
  if (run->watch)
    run->watch->look_spectrum(run->watch->context, run->index, &spectrum->columns, spectrum->row);
  return sink_table_row(run->spectra[experiment->type - EXPERIMENT_IMPEDANCE], experiment->name,
                        spectrum->row, err);
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

static enum hd_status prepare_noise(struct spectrum *spectrum, struct hd_error *err) {
  TRY(noise_create(&spectrum->noise, spectrum->run->system, err));
  return noise_collect(spectrum->noise, spectrum->small, spectrum->run->y, err);
}

static enum hd_status prepare_slopes(struct spectrum *spectrum, struct hd_error *err) {
  struct run *run = spectrum->run;
  TRY(hd_alloc(&spectrum->Y, 1 + run->sensitivity->n, sizeof *spectrum->Y, err));
  return sensitivity_spectrum_create(&spectrum->slopes, run->sensitivity,
                                     spectrum->experiment->frozen_ions, run->y, err);
}

/** Linearise about run->y; the numbers of a row. */
static enum hd_status prepare(struct spectrum *spectrum, struct hd_error *err) {
  struct run *run = spectrum->run;
  const struct experiment_spec *experiment = spectrum->experiment;
  TRY(small_signal_create(&spectrum->small, run->system, experiment->frozen_ions, run->y, err));
  TRY(hd_alloc(&spectrum->dy, (size_t)run->system->n, sizeof *spectrum->dy, err));
  TRY(hd_alloc(&spectrum->z, (size_t)run->system->n, sizeof *spectrum->z, err));
  TRY(experiment_spectrum_columns(&spectrum->columns, run->system, experiment->type, err));
  TRY(hd_alloc(&spectrum->row, spectrum->columns.n, sizeof(double), err));
  return experiment->type == EXPERIMENT_NOISE ? prepare_noise(spectrum, err)
         : run->sensitivity                   ? prepare_slopes(spectrum, err)
                                              : HD_OK;
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
  enum hd_status status = prepare(&spectrum, err);
  if (status == HD_OK)
    status = all_frequencies(&spectrum, first, err);
  noise_free(&spectrum.noise);
  sensitivity_spectrum_free(&spectrum.slopes);
  hd_free(&spectrum.Y);
  small_signal_free(&spectrum.small);
  hd_free(&spectrum.dy);
  hd_free(&spectrum.z);
  hd_free(&spectrum.row);
  hd_free(&spectrum.columns.names);
  return status;
}
