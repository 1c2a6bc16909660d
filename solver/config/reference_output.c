/* The output part of docs/reference.md. tests/cli/reference.sh holds it to what a run writes. */
#include "solver/config/reference_output.h"

#include "solver/config/describe.h"
#include "solver/derived.h"

static const struct output_row files[] = {
    {"terminals.csv", "", "Voltages and currents of terminals and nets, a row per output point."},
    {"spikes.csv", "", "One row per spike; the header alone when none were looked for."},
    {"impedance.csv", "", "One row per frequency; only in runs with an `impedance`."},
    {"noise.csv", "", "One row per frequency; only in runs with a `noise`."},
    {"curve.csv", "",
     "One row per point of a continuation: the curve, its folds and stability; only with one."},
    {"sensitivity.csv", "",
     "Currents and their derivatives by parameters, a row per output point; only with the group "
     "`sensitivity`."},
    {"impedance_sensitivity.csv", "",
     "Admittances and their derivatives by parameters, one row per frequency; only with the group "
     "`sensitivity` and an `impedance`."},
    {"fields.nc", "", "Fields inside the devices, netCDF-4 with CF-1.8 names and units."},
    {"summary.json", "", "Results and statistics of the run for other programs."},
    {"resolved.cfg", "",
     "The complete input after includes, defaults and --set; running it gives the same result."},
    {"checkpoint", "",
     "Folder with the state of a run that has not ended, for `halidrift run --resume`."},
    {"log.txt", "", "What happened, line by line, with the errors of a failed run."},
    {NULL, NULL, NULL}};

static const struct output_row terminals[] = {
    {"experiment", "", "Name of the experiment."},
    {"time_s", "s", "Time since the start of the experiment; 0 in steady experiments."},
    {"V(<terminal>)_V", "V",
     "Voltage of the net that the terminal is tied to, against ground. The terminal is named by "
     "its contact, with the device and a dot in front when the circuit has several devices."},
    {"I(<terminal>)_A", "A",
     "Current from the circuit into the device at the terminal: conduction of every species and "
     "displacement. The currents of one device sum to zero."},
    {"V(<net>)_V", "V", "Voltage of every other net against ground."},
    {NULL, NULL, NULL}};

/** The columns of derived_laws, "name(<ion>)_unit" or "name(<device>)_unit". */
static void write_derived(FILE *file) {
  for (size_t i = 0; i < derived_laws_count; i++) {
    const struct derived_law *law = &derived_laws[i];
    fprintf(file, "| `%s(<%s>)%s%s` ", law->name, law->whose == DERIVED_ION ? "ion" : "device",
            *law->unit ? "_" : "", law->unit);
    describe_cell(file, law->unit);
    describe_cell(file, law->doc);
    fputs("|\n", file);
  }
}

static const struct output_row spikes[] = {
    {"experiment", "", "Name of the experiment (spikes.csv only)."},
    {"time_s", "s", "First upward crossing of the threshold, from the start of the experiment."},
    {"pulse", "", "Number of the pulse that runs or ran last, from 1; 0: there was none."},
    {"peak_current_A", "A", "Largest current in the direction in which the spike began, signed."},
    {"width_s", "s", "Total time with |I| above the threshold."},
    {"E_source_J", "J", "Integral of V_in I dt over the window: what the source gave."},
    {"E_device_J", "J", "Integral of V_mem I dt over the window: what went into the device."},
    {"E_stored_J", "J", "Change of C V_X^2 / 2 of the capacitor over the window."},
    {"charge_C", "C", "Integral of I dt over the window."},
    {"window_start_s", "s", "Start of the window."},
    {"window_end_s", "s", "End of the window."},
    {"complete", "", "1; 0 when the experiment ended inside the spike or its window."},
    {NULL, NULL, NULL}};

static const struct output_row impedance[] = {
    {"experiment", "", "Name of the experiment."},
    {"frequency_Hz", "Hz", "Frequency."},
    {"ReZ_Ohm", "Ohm", "Real part of the impedance that the source or net sees."},
    {"ImZ_Ohm", "Ohm", "Its imaginary part, below 0 for a capacitance."},
    {"absZ_Ohm", "Ohm", "Its modulus."},
    {"phase_deg", "degree", "Its phase, -180 to 180."},
    {"ReY_S", "S", "Real part of the admittance 1 / Z."},
    {"ImY_S", "S", "Its imaginary part."},
    {"C_F", "F", "Im Y / (2 pi f); below 0: inductive."},
    {"ReI(<terminal>)", "A",
     "Real part of the current into the terminal for 1 V of a voltage source, or 1 A of a current "
     "source or into the net."},
    {"ImI(<terminal>)", "A", "Its imaginary part."},
    {"ReV(<net>)", "V", "Real part of the voltage of every net against ground, the same way."},
    {"ImV(<net>)", "V", "Its imaginary part."},
    {NULL, NULL, NULL}};

static const struct output_row noise[] = {
    {"experiment", "", "Name of the experiment."},
    {"frequency_Hz", "Hz", "Frequency."},
    {"S_I_A2/Hz", "A2 Hz-1",
     "One-sided spectral density of the current of the source or net with its voltage held."},
    {"S_V_V2/Hz", "V2 Hz-1", "That of its voltage with the current held: S_I |Z|^2."},
    {"4kTReY_A2/Hz", "A2 Hz-1", "What S_I is in equilibrium, by Johnson and Nyquist."},
    {"flux(<species>)", "1",
     "Share of the hops of a species (diffusion noise of carriers, hops of ions) in S; with the "
     "device and a dot in front when the circuit has several devices."},
    {"contact(<species>)", "1", "Share of its thermionic emission or exchange at contacts."},
    {"tunnelling(<species>)", "1", "Share of its tunnelling at contacts."},
    {"recombination", "1", "Share of recombination and thermal generation."},
    {"interface", "1", "Share of those at interfaces."},
    {"light", "1", "Share of the pairs that light makes."},
    {"resistor(<element>)", "1", "Share of a resistor or switch of the circuit."},
    {NULL, NULL, NULL}};

static const struct output_row curve[] = {
    {"experiment", "", "Name of the experiment."},
    {"point", "", "Number of the point, from 0."},
    {"branch", "", "Number of folds before the point: states between two folds have one number."},
    {"fold", "", "1: the parameter has an extremum here; 0 elsewhere."},
    {"parameter", "", "Value of the source (V or A), or of the key (SI; energies in eV)."},
    {"arc_length", "kT/q",
     "Length of the curve from its first point: root mean square over the mesh of the changes of "
     "potentials and levels, with that of the parameter."},
    {"slope", "", "d parameter / d arc_length along the curve; its sign changes at folds."},
    {"growth_rate_per_s", "s-1",
     "Rate of the leading mode: small deviations from the state go with exp(rate t); positive: the "
     "state is unstable. Empty when it was not asked for or not found."},
    {"growth_frequency_per_s", "s-1", "Angular frequency of that mode; 0: it does not oscillate."},
    {"growing_modes", "",
     "Number of modes that grow among the leading ones (at most three or four)."},
    {"newton_iterations", "", "Newton iterations of the point."},
    {NULL, NULL, NULL}};

static const struct output_row sensitivity[] = {
    {"experiment", "", "Name of the experiment."},
    {"time_s", "s", "As in terminals.csv, whose rows these are."},
    {"V(<terminal>)_V", "V", "Voltage of the terminal."},
    {"I(<terminal>)_A", "A", "Current as the circuit sees it."},
    {"dI(<terminal>)/dln(<parameter>)_A", "A",
     "Derivative of that current by the logarithm of a parameter, at fixed time and sources."},
    {NULL, NULL, NULL}};

static const struct output_row impedance_sensitivity[] = {
    {"experiment", "", "Name of the experiment."},
    {"frequency_Hz", "Hz", "As in impedance.csv, whose rows these are."},
    {"ReY_S", "S", "Admittance, real part."},
    {"ImY_S", "S", "Admittance, imaginary part."},
    {"dReY/dln(<parameter>)_S", "S",
     "Derivative of the real part by the logarithm of a parameter."},
    {"dImY/dln(<parameter>)_S", "S", "The same of the imaginary part."},
    {NULL, NULL, NULL}};

static const struct output_row labels[] = {
    {"record", "1", "Number of the record, from 0 through all experiments."},
    {"x, y", "m", "Axes of a 1d (x) or planar device; y is the position in the stack."},
    {"r, z", "m", "Axes of an axisymmetric device; z is the position in the stack."},
    {"time", "s", "Time since the start of the experiment."},
    {"bias_V", "V",
     "Value of the swept source of a dc_sweep or a continuation; 0 in other experiments."},
    {"frequency", "Hz", "Frequency of a record with shares of noise; missing in others."},
    {"experiment", "", "Name of the experiment, as characters."},
    {"noise_<mechanism>_<species>", "1",
     "With `fields.every` in an experiment of type noise: the share that what happens at a node "
     "has "
     "of the noise at this frequency, half of what goes between two nodes. Mechanisms are those "
     "of noise.csv, whose columns are the sums over all nodes. Missing in other records."},
    {"cell_volume", "m3", "Beside them: the volume of a node's cell, to make densities of shares."},
    {NULL, NULL, NULL}};

static const struct output_row summary[] = {
    {"program", "", "Name and version."},
    {"input", "", "Input file as it was given."},
    {"input_hash", "", "Hash of the complete input: equal hashes, equal runs."},
    {"title", "", "Title of the input."},
    {"status", "",
     "ok, usage, input, not converged, file error, out of memory, interrupted, internal error."},
    {"exit_code", "", "Exit code of the program."},
    {"message", "", "What went wrong; absent when all is well."},
    {"remarks[]", "",
     "Where methods are not to be trusted on this input: the sentences of `halidrift check`."},
    {"wall_s", "s", "Duration by the clock."},
    {"cpu_s", "s", "Processor time of the process."},
    {"peak_memory_bytes", "byte", "Largest resident memory."},
    {"mesh.dimension", "", "1 or 2, the largest of all devices."},
    {"mesh.coordinates", "", "1d, planar or axisymmetric."},
    {"mesh.nodes", "", "Nodes of all devices in the circuit."},
    {"mesh.edges", "", "Edges, counted once for each region that they border on."},
    {"solver.unknowns", "", "Unknowns of the whole system."},
    {"solver.steps", "", "Accepted time steps."},
    {"solver.residuals", "", "Evaluations of the residual alone."},
    {"solver.jacobians", "", "Evaluations of residual and matrix."},
    {"solver.assembly_s", "s", "Time in both."},
    {"solver.factorisations", "", "Factorisations of the matrix."},
    {"solver.factorisation_s", "s", "Time in them."},
    {"solver.solves", "", "Solutions with a factorised matrix."},
    {"solver.solves_s", "s", "Time in them."},
    {"solver.linear_solver_s", "s", "Time in factorisations and solutions."},
    {"solver.newton_iterations", "", "Newton iterations of transients and steady states."},
    {"solver.steady_newton_iterations", "", "Those of steady states."},
    {"solver.error_test_failures", "", "Time steps repeated because their error was too large."},
    {"solver.convergence_failures", "", "Time steps repeated because Newton did not converge."},
    {"solver.linear_solver", "", "Library that made most factors: KLU or UMFPACK."},
    {"solver.ordering", "", "Its order of elimination: natural, AMD or METIS."},
    {"solver.border", "",
     "Unknowns eliminated by blocks: terminal currents, voltages, multipliers, dense rows."},
    {"solver.factor_entries", "", "Entries of its factors."},
    {"conservation.ions.<species>.relative_drift", "1",
     "Largest |number - start - what came in through contacts| / start over all transients."},
    {"conservation.terminal_current_sum_max_A", "A",
     "Largest sum of the terminal currents of a device."},
    {"conservation.terminal_current_error_max_A", "A",
     "Largest difference between a current in terminals.csv and the one that the circuit saw: two "
     "sums over the device that are equal when the equations hold exactly."},
    {"conservation.terminal_current_max_A", "A", "Largest terminal current, for comparison."},
    {"experiments[].name", "", "Name of the experiment."},
    {"experiments[].type", "",
     "equilibrium, steady, dc_sweep, transient, impedance, noise or continuation."},
    {"experiments[].status", "", "ok or stopped."},
    {"experiments[].steps", "", "Accepted time steps (transients)."},
    {"experiments[].points", "", "Points of a continuation that has ended."},
    {"experiments[].parameter", "", "Name of the source, or the key, that a continuation is over."},
    {"experiments[].parameter_unit", "", "Its unit."},
    {"experiments[].folds[].parameter", "", "Value of the parameter at a fold, in that unit."},
    {"experiments[].folds[].arc_length", "kT/q", "Its place on the curve."},
    {"experiments[].folds[].point", "", "Its row in curve.csv."},
    {"experiments[].single_ions.hops", "",
     "Hops between cells; only with stochastic.engine = integer, as the next ones."},
    {"experiments[].single_ions.exchanges", "", "Ions that electrodes gave or took."},
    {"experiments[].single_ions.events", "", "Hops and exchanges drawn one after another."},
    {"experiments[].single_ions.leaps", "", "Leaps, in which all hops of a short time are drawn."},
    {"experiments[].single_ions.field_solutions", "", "Solutions of the fields between them."},
    {"experiments[].ranges.<column>.min", "",
     "Smallest value of a column of terminals.csv over the experiment's rows; absent when there "
     "was none. Of an impedance also absZ_Ohm, phase_deg and C_F, of a noise S_I_A2/Hz and "
     "S_V_V2/Hz."},
    {"experiments[].ranges.<column>.max", "", "Largest value."},
    {"experiments[].ranges.<column>.end", "", "Last value; absent when there is none at the end."},
    {"experiments[].front.spacing_over_smoothing", "1",
     "Largest length of an edge, over the smoothing length, on which a front of an ion was: less "
     "than half of its sites are taken at one end, more at the other. Absent without a front; "
     "above 1 its speed depends "
     "on the mesh, and the log says so."},
    {"experiments[].front.device", "", "Device of that edge."},
    {"experiments[].front.ion", "", "Ion of that front."},
    {"experiments[].front.time_s", "s", "First time at which it was there."},
    {"experiments[].front.place_m[]", "m", "Middle of the edge, along both axes."},
    {"experiments[].sensitivities[].merit", "",
     "With the group `sensitivity`, a figure of merit: I(<terminal>)_end, the current of the last "
     "row; of spike k spike_<k>_time, _voltage (of the source at that time), _peak_current, "
     "_E_source, _E_device, _charge."},
    {"experiments[].sensitivities[].unit", "", "Its unit."},
    {"experiments[].sensitivities[].value", "", "Its value."},
    {"experiments[].sensitivities[].derivative.<parameter>", "",
     "Derivative by the parameter, in units of both."},
    {"experiments[].sensitivities[].logarithmic.<parameter>", "1",
     "d ln merit / d ln parameter; absent where the merit is 0."},
    {"experiments[].spikes[]", "", "The columns of spikes.csv, where spikes were looked for."},
    {"experiments[].protocol.type", "", "Type of the protocol, where there is one; what it found:"},
    {NULL, NULL, NULL}};

static const struct output_row exit_codes[] = {
    {"0", "", "Done."},
    {"1", "", "Internal error: a bug, please report it."},
    {"2", "", "Wrong command line."},
    {"3", "", "Wrong input."},
    {"4", "", "No convergence; the message says where and what to try."},
    {"5", "", "A file could not be read or written."},
    {"6", "", "Out of memory."},
    {"7", "",
     "Trajectories of an ensemble or points of a study failed or were lost; the others are "
     "there."},
    {"130", "",
     "Interrupted by SIGINT, SIGTERM or SIGHUP: what was computed is on disk, with a checkpoint."},
    {NULL, NULL, NULL}};

static const struct output_table tables[] = {
    {"The run folder", "Rows are flushed as they come; whole files are written beside and renamed.",
     files},
    {"terminals.csv",
     "A row at every accepted time step, or at the times that `output` asks for, and at every kink "
     "of a waveform and the end; a row per point of a sweep. Numbers have ten significant digits, "
     "times fifteen; what is not known is an empty cell.",
     terminals},
    {"impedance.csv", "Small signals of an experiment of type `impedance`.", impedance},
    {"noise.csv", "Fluctuations in an experiment of type `noise`; the shares add up to 1.", noise},
    {"spikes.csv",
     "A spike begins where |I| of the watched terminal crosses the threshold upward while the "
     "source delivers energy; further crossings inside the same pulse belong to it, and so does "
     "the "
     "membrane's discharge behind the pulse's falling edge. Energies and charge are over the "
     "*window*: the "
     "pulse period in which it begins; for the last pulse one period from its start, or the end "
     "of the experiment when pulses have no period. Without a pulse, and behind the last period, "
     "the window goes from the upward to the downward crossing. The energy of a spike follows from "
     "the capacitor and the voltage (docs/theory.md); it is no evidence for the ionics.",
     spikes},
    {"curve.csv", "These columns come first, behind them those of terminals.csv without the time.",
     curve},
    {"sensitivity.csv", "A row for every row of terminals.csv.", sensitivity},
    {"impedance_sensitivity.csv", "A row for every row of impedance.csv.", impedance_sensitivity},
    {"fields.nc: coordinates",
     "Dimensions are (record, x), (record, y, x) or (record, z, r). With several devices each has "
     "its own axes, and the names of axes and variables begin with the device and `_`. A value "
     "where a species cannot be is the fill value NaN. The variables are the quantities above.",
     labels},
    {"summary.json", "Keys with their path; `[]` stands for each member of a list.", summary}};

static const struct output_table exits = {"Exit codes", NULL, exit_codes};

/** What each protocol finds. */
static void write_protocols(FILE *file) {
  for (size_t i = 0; i < protocol_table_count; i++)
    for (const struct protocol_value *value = protocol_table[i].values; value->name; value++) {
      fprintf(file, "| `experiments[].protocol.%s` ", value->name);
      describe_cell(file, value->unit);
      fprintf(file, "| %s: %s |\n", protocol_table[i].name, value->doc);
    }
}

static void write_tables(FILE *file, size_t n, const struct output_table *list) {
  for (const struct output_table *table = list; table < list + n; table++) {
    fprintf(file, "### %s\n\n", table->title);
    if (table->intro)
      fprintf(file, "%s\n\n", table->intro);
    fputs("| name | unit | meaning |\n|---|---|---|\n", file);
    for (const struct output_row *row = table->rows; row->name; row++) {
      fprintf(file, "| `%s` ", row->name);
      describe_cell(file, row->unit);
      describe_cell(file, row->doc);
      fputs("|\n", file);
    }
    if (table->rows == terminals)
      write_derived(file);
    if (table->rows == summary)
      write_protocols(file);
    fputc('\n', file);
  }
}

/** Write the output part of the reference page. */
void reference_output(FILE *file) {
  fputs("## Output\n\n", file);
  write_tables(file, sizeof tables / sizeof *tables, tables);
  write_tables(file, reference_batch_count, reference_batch);
  write_tables(file, 1, &exits);
}
