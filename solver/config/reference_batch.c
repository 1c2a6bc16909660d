/* What ensembles, studies and fits write, for docs/reference.md. */
#include "solver/config/reference_output.h"

static const struct output_row ensemble_files[] = {
    {"ensemble.nc", "",
     "A value per trajectory and number, per spike, and per pulse, and the statistics of spikes; "
     "netCDF-4 with CF-1.8."},
    {"summary.json", "",
     "Statistics with confidence intervals, and which trajectories are not there."},
    {"resolved.cfg", "",
     "The complete input with trajectory 0; `--set stochastic.trajectory=12` makes it that of 12."},
    {"results.jsonl", "",
     "The results as they come, a line of JSON each: what `--resume` and the joining of parts "
     "read."},
    {"<name>.part-<i>-of-<m>.<ending>", "",
     "Results, input and log of a part; joining the parts reads the results."},
    {"trajectories", "", "With --traces: the run folder of each trajectory, named by its number."},
    {"log.txt", "", "What happened, line by line."},
    {NULL, NULL, NULL}};

static const struct output_row ensemble_variables[] = {
    {"trajectory", "1", "Number of the trajectory; the dimension of all that follows."},
    {"status", "1", "0 missing, 1 done, 2 failed, 3 lost (its process died)."},
    {"steps", "1", "Accepted time steps."},
    {"cpu_time", "s", "Processor time."},
    {"wall_time", "s", "Duration by the clock."},
    {"peak_memory", "byte", "Largest resident memory of its process."},
    {"relative_drift_<species>", "1",
     "Largest |number - start - what came in through contacts| / start."},
    {"terminal_current_<which>", "A", "The rows `conservation` of summary.json of a run."},
    {"<experiment>_<column>_end", "",
     "The row `experiments[].ranges.<column>.end` of summary.json of a run: last value of a column "
     "of terminals.csv, currents and voltages among them, without brackets and unit; missing where "
     "there is none."},
    {"<experiment>_<column>_min", "", "Its smallest value in the experiment."},
    {"<experiment>_<column>_max", "", "Its largest value."},
    {"<experiment>_protocol_<value>", "",
     "What the protocol found: the rows `experiments[].protocol`. A list (currents of a "
     "pulse_train, on and off of an endurance) has the dimension `<experiment>_protocol_member` "
     "behind `trajectory`."},
    {"<experiment>_steps", "1",
     "Accepted time steps; this and what follows are the other numbers of `experiments[]` in "
     "summary.json of a run, by their path there. A list that is shorter than another "
     "trajectory's ends in missing values. Names that differ in signs only get _2, _3."},
    {"<experiment>_points", "1", "Points of a continuation."},
    {"<experiment>_folds_<number>", "", "Its folds, along `<experiment>_folds_member`."},
    {"<experiment>_front_<number>", "",
     "The row `experiments[].front`; its place along `<experiment>_front_member`."},
    {"<experiment>_single_ions_<number>", "1", "The row `experiments[].single_ions`."},
    {"<experiment>_spikes", "1",
     "Number of spikes; this and what follows where they are looked for."},
    {"<experiment>_first_spike_time", "s",
     "First passage of |I| through the threshold of `spikes`; missing: never in this experiment."},
    {"<experiment>_first_spike_pulse", "1", "Number of the pulse in which that was."},
    {"<experiment>_pulse", "1",
     "Number of the pulse, from 1; the dimension of the pulses that the source gives."},
    {"<experiment>_drive_time", "s",
     "Middle of the pulse's top, from the start of the experiment."},
    {"<experiment>_drive", "V",
     "Voltage there: of the watched source and all voltage sources between it and ground."},
    {"<experiment>_fired", "1",
     "Along `trajectory` and the pulses: spikes that began in the pulse; missing: not done."},
    {"<experiment>_spike_<column>", "",
     "A column of spikes.csv, for all spikes, one trajectory behind the other. Without any spike "
     "nothing along them is there."},
    {"<experiment>_spike_trajectory", "1", "Number of the trajectory that it belongs to."},
    {"<experiment>_interval_time", "s",
     "From the spike before in the same trajectory; missing for its first one."},
    {"<experiment>_interval_pulses", "1", "The same in pulses."},
    {"statistics/<experiment>_<statistic>", "",
     "In the group `statistics`: every number that summary.json has of the experiment's spikes, "
     "named by its path there: without `value`, with `_low` and `_high` for `interval`, the unit "
     "as attribute."},
    {NULL, NULL, NULL}};

static const struct output_row ensemble_summary[] = {
    {"program", "", "Name and version."},
    {"input", "", "Input file as it was given."},
    {"input_hash", "", "Hash of the complete input with trajectory 0."},
    {"title", "", "Title of the input."},
    {"status", "", "ok, incomplete (some failed or were lost), interrupted, ..."},
    {"exit_code", "", "Exit code of the program."},
    {"remarks[]", "",
     "Where methods are not to be trusted on this input: the sentences of `halidrift check`."},
    {"seed", "", "`stochastic.seed`."},
    {"trajectories.first", "", "Number of the first trajectory."},
    {"trajectories.count", "", "How many were asked for."},
    {"trajectories.others", "",
     "How many others are there from earlier commands: they are in all files and statistics."},
    {"trajectories.<status>", "", "How many of all are done, failed, lost, missing."},
    {"not_done[].trajectory", "", "Number of one that is not done."},
    {"not_done[].status", "", "failed, lost or missing."},
    {"not_done[].exit_code", "", "Why it failed, as exit code of a run."},
    {"not_done[].message", "", "Why it failed or was lost, in words."},
    {"cost.cpu_s", "s", "Processor time of all that are done."},
    {"cost.steps", "", "Their time steps."},
    {"cost.peak_memory_bytes", "byte", "Largest resident memory of one of them."},
    {"confidence_level", "", "Of all intervals."},
    {"experiments[].name", "", "Name of the experiment."},
    {"experiments[].<path>.count", "",
     "Of every number that the run's own summary.json has of the experiment, at the same place "
     "(`protocol.gain`, `ranges.<column>.end`, `single_ions.hops`, `steps`), its `moments` over "
     "the trajectories: how many have it."},
    {"experiments[].<path>.mean", "", "Mean, an estimate."},
    {"experiments[].<path>.sd", "", "Standard deviation, an estimate."},
    {"experiments[].<path>.cv", "", "sd over mean, an estimate."},
    {"experiments[].<path>[]", "",
     "Of a list (`protocol.currents`, `folds.parameter`) the moments of each member."},
    {"experiments[].<statistic>.value", "", "An estimate; what is not known is null."},
    {"experiments[].<statistic>.standard_error", "", "Its standard error."},
    {"experiments[].<statistic>.interval[]", "",
     "Its confidence interval. What follows stands where spikes were looked for."},
    {"experiments[].probability_to_fire.fired", "",
     "`probability_to_fire`: share of the trajectories with a spike (Clopper and Pearson's "
     "interval); these had one."},
    {"experiments[].probability_to_fire.trajectories", "", "Those that are done."},
    {"experiments[].firing_probability_per_pulse.fired", "",
     "`firing_probability_per_pulse`: share of the pulses in which a spike begins. Pulses of one "
     "trajectory share its ions, so the interval is over trajectories (Clopper and Pearson's with "
     "the effective number of pulses of Korn and Graubard); in these pulses one began."},
    {"experiments[].firing_probability_per_pulse.pulses", "", "Pulses of all trajectories."},
    {"experiments[].firing_probability_per_pulse.interval_of_independent_pulses[]", "",
     "Clopper and Pearson's interval if pulses did not depend on each other; for comparison."},
    {"experiments[].first_spike_hazard_per_pulse.fired", "",
     "`first_spike_hazard_per_pulse`: probability that a trajectory that has not fired does so in "
     "the next pulse, taken as the same in every pulse: first spikes / pulses at risk. Interval: "
     "1 - (1 - P)^(1/K), P that of `probability_to_fire`, K pulses. So many fired."},
    {"experiments[].first_spike_hazard_per_pulse.trajectories", "", "Those that are done."},
    {"experiments[].first_spike_hazard_per_pulse.pulses_at_risk", "",
     "Their pulses, up to and with that of the first spike, or all without one."},
    {"experiments[].<waiting>.observed", "",
     "`first_passage_s`, `first_spike_pulse`: trajectories that fired."},
    {"experiments[].<waiting>.censored", "",
     "Those that did not within the horizon; of `interval_s` and `interval_pulses` the intervals "
     "that the end of the experiment cut off, one of each trajectory that fired."},
    {"experiments[].<waiting>.horizon", "", "Duration of the experiment, or its number of pulses."},
    {"experiments[].<waiting>.restricted_mean", "",
     "Mean of the smaller one of waiting and horizon, from Kaplan and Meier's curve; the mean "
     "itself when none is censored."},
    {"experiments[].<waiting>.median", "",
     "Kaplan and Meier's median with Brookmeyer and Crowley's interval; null: more than half did "
     "not fire. Of intervals between spikes as well, taken as independent."},
    {"experiments[].<waiting>.of_those_that_fired", "",
     "mean, sd and cv of the observed ones: too short when others are censored."},
    {"experiments[].spikes_per_trajectory.count", "",
     "The `moments` of a number of each trajectory or spike: how many values; mean, sd and cv are "
     "estimates, with the jackknife over trajectories."},
    {"experiments[].interval_s.mean", "s",
     "Times between spikes of one trajectory: of the `count` that ended before the horizon, "
     "so long ones are missing from mean, sd and cv."},
    {"experiments[].interval_pulses.mean", "", "The same in pulses."},
    {"experiments[].E_source_J.mean", "J",
     "Energies of the spikes that are complete; so `E_device_J` and `E_stored_J`."},
    {"experiments[].peak_current_A.mean", "A", "Their peak currents without sign."},
    {NULL, NULL, NULL}};

static const struct output_row study_files[] = {
    {"study.nc", "", "A value per point and figure; netCDF-4 with CF-1.8."},
    {"table.txt", "",
     "A line for each point: its parameters and main figures; means over the trajectories."},
    {"summary.json", "", "Counts, cost, ranges of the figures, and which points are not there."},
    {"resolved.cfg", "", "The complete input without its study."},
    {"results.jsonl", "",
     "The results as they come, a line of JSON each: what `--resume` and the joining of parts "
     "read. A line has `parameters` and the summary of the run, with `figures`."},
    {"<name>.part-<i>-of-<m>.<ending>", "",
     "Results, input and log of a part; joining the parts reads the results."},
    {"points", "", "With --traces: the run folder of each run, named by its number."},
    {"log.txt", "", "What happened, line by line."},
    {NULL, NULL, NULL}};

static const struct output_row study_variables[] = {
    {"<parameter>", "",
     "Values of a parameter, SI; `key` is its key. A dimension of everything else in a grid; along "
     "`point` in a list or sample."},
    {"point", "1", "Number of the point in a list or sample."},
    {"trajectory", "1", "Number of the trajectory; the last dimension, with -n only."},
    {"status", "1", "0 missing, 1 done, 2 failed, 3 lost (its process died)."},
    {"exit_code", "1", "Why it failed, as exit code of a run."},
    {"message", "", "Why it failed or was lost, in words."},
    {"remarks", "", "What is to be said about its own input, a line each."},
    {"steps", "1", "Accepted time steps."},
    {"cpu_time", "s", "Processor time, with the runs that look for thresholds."},
    {"wall_time", "s", "Duration by the clock, the same."},
    {"peak_memory", "byte", "Largest resident memory of its process."},
    {"relative_drift_<species>", "1",
     "Largest |number - start - what came in through contacts| / start."},
    {"terminal_current_<which>", "A", "The rows `conservation` of summary.json of a run."},
    {"<threshold>", "",
     "An entry of study.thresholds, in the unit of its key; missing: not within its range."},
    {"<curve>", "",
     "An entry of study.curves, with a last dimension: <experiment>_bias, _time or _frequency, a "
     "coordinate, when all runs have the same; otherwise <experiment>_row."},
    {"<experiment>_bias", "",
     "Values of the source of a dc_sweep (_time, s, of a transient; _frequency, Hz, of an "
     "impedance "
     "or noise) at the rows of curves; along the runs too when they differ."},
    {"<threshold>_side", "1", "Where it is: -1 below the range, 0 within, 1 above."},
    {"<relaxation>", "s", "An entry of study.relaxations; missing: it does not fall so far."},
    {"<experiment>_<column>_min", "",
     "Smallest value of a column of terminals.csv over the experiment's rows; missing: none."},
    {"<experiment>_<column>_max", "", "Largest value."},
    {"<experiment>_<column>_end", "", "Value at the end; missing: there is none."},
    {"<experiment>_charge_<contact>", "C", "Integral of a terminal's current over a transient."},
    {"<experiment>_steps", "1",
     "Accepted time steps. This and what follows as in ensemble.nc; lists have a last dimension "
     "`<experiment>_<group>_member`."},
    {"<experiment>_points", "1", "Points of a continuation."},
    {"<experiment>_protocol_<value>", "", "What the protocol found."},
    {"<experiment>_folds_<number>", "", "Folds of a continuation."},
    {"<experiment>_front_<number>", "", "The row `experiments[].front`."},
    {"<experiment>_single_ions_<number>", "1", "The row `experiments[].single_ions`."},
    {"<experiment>_spikes", "1",
     "Number of spikes; this and what follows where spikes are looked for."},
    {"<experiment>_first_spike_pulse", "1", "Number of the pulse of the first spike."},
    {"<experiment>_first_spike_time", "s", "Its time; missing: there is no spike."},
    {"<experiment>_energy_per_spike", "J",
     "Mean of `E_source_J` over the complete spikes; the others so, too."},
    {"<experiment>_device_energy_per_spike", "J", "Of `E_device_J`."},
    {"<experiment>_charge_per_spike", "C", "Of `charge_C`, without sign."},
    {"<experiment>_peak_current", "A", "Of `peak_current_A`, without sign."},
    {"<experiment>_spike_width", "s", "Of `width_s`."},
    {NULL, NULL, NULL}};

static const struct output_row study_summary[] = {
    {"program", "", "Name and version."},
    {"input", "", "Input file as it was given."},
    {"input_hash", "", "Hash of the complete input without its study."},
    {"study_hash", "", "Hash of the input and all that decides the points and figures."},
    {"title", "", "Title of the input."},
    {"status", "", "ok, incomplete (some failed or were lost), interrupted, ..."},
    {"exit_code", "", "Exit code of the program."},
    {"remarks[]", "",
     "Where methods are not to be trusted on the input without the values of the study."},
    {"method", "", "grid, list, latin_hypercube or sobol."},
    {"seed", "", "Of a latin_hypercube."},
    {"points", "", "How many there are."},
    {"parameters[].name", "", "Name of the variable in study.nc."},
    {"parameters[].key", "", "Key of the input."},
    {"parameters[].unit", "", "Unit of its values."},
    {"runs.count", "", "Points, times trajectories."},
    {"runs.<status>", "", "How many are done, failed, lost, missing."},
    {"not_done[].point", "", "Number of a point that is not done."},
    {"not_done[].trajectory", "", "Number of its trajectory, with -n."},
    {"not_done[].status", "", "failed, lost or missing."},
    {"not_done[].exit_code", "", "Why it failed, as exit code of a run."},
    {"not_done[].message", "", "Why it failed or was lost, in words."},
    {"not_done[].parameters.<parameter>", "", "Its values."},
    {"cost.cpu_s", "s", "Processor time of all that are done."},
    {"cost.wall_s", "s", "Their durations by the clock, added up."},
    {"cost.peak_memory_bytes", "byte", "Largest resident memory of one of them."},
    {"figures.<variable>.unit", "", "Unit of a variable of study.nc."},
    {"figures.<variable>.count", "", "Runs that have it; of a list all its members."},
    {"figures.<variable>.min", "", "Its smallest value; absent when no run has it."},
    {"figures.<variable>.mean", "", "Its mean."},
    {"figures.<variable>.max", "", "Its largest value."},
    {NULL, NULL, NULL}};

static const struct output_row fit_files[] = {
    {"fit.json", "",
     "converged, iterations, runs, chi2, degrees_of_freedom, variance_scale (1 with known errors), "
     "probability of a larger chi2; parameters[] (name, unit, start, value, standard_error_ln, "
     "interval_95, determined, at_bound); correlation[][] of the logarithms; combinations[] of "
     "parameters that are independent (singular_value, standard_error_ln, determined, exponents)."},
    {"fit.csv", "",
     "experiment, column of the data file, x (s; V or A of the swept source; Hz), data, error, "
     "fit."},
    {"fitted.cfg", "", "The complete input with the values that were found."},
    {NULL, NULL, NULL}};

const struct output_table reference_batch[] = {
    {"The folder of an ensemble",
     "What `halidrift ensemble` writes. All of it but times and memory is the same bit for bit "
     "whatever the number of processes, ranks, parts or restarts (on the same machine).",
     ensemble_files},
    {"ensemble.nc",
     "What belongs to an experiment has its name in front. Missing values are the fill value: NaN, "
     "and -2147483647 of whole numbers.",
     ensemble_variables},
    {"summary.json of an ensemble", "Over the trajectories that are done.", ensemble_summary},
    {"The folder of a study",
     "What `halidrift sweep` writes. All of it but times and memory is the same bit for bit "
     "whatever the number of processes, ranks, parts or restarts (on the same machine).",
     study_files},
    {"study.nc",
     "Dimensions are the parameters of a grid, in their order, or `point`. Missing values are the "
     "fill value NaN. Columns lose brackets and their unit at the end: I(anode)_A of the "
     "experiment `pulses` gives pulses_I_anode_max.",
     study_variables},
    {"summary.json of a study", NULL, study_summary},
    {"The folder of a fit", "What `halidrift fit` writes.", fit_files}};
const size_t reference_batch_count = sizeof reference_batch / sizeof *reference_batch;
