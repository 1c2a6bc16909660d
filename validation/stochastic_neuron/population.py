#!/usr/bin/env python3
"""Measure what a population hears: the tables of README.md, as CSV files beside this script.

    python3 validation/stochastic_neuron/population.py noise -n 100   neurons of few ions hear a slow signal
    python3 validation/stochastic_neuron/population.py scatter        noise-free neurons that differ hear it
    python3 validation/stochastic_neuron/population.py phases -n 60   two populations, one half a period later

--signal takes the sine or the speech-like envelope, --only some of the channels, --below how far below the
noise-free neuron's limit the highest pulse is. Runs and the program are those of table.py. Needs numpy and netCDF4.
"""

import csv
import subprocess
import sys
import tempfile

import hearing
import numpy as np
from table import CHANNELS, DECKS, HERE, HIGH, NOISE_FREE, PERIOD, PROGRAM, ROOT, RUNS
from table import bracket, channel, counts, ensemble, known, main, pulses, results, settings, write

# Slow signals on pulses: input, number of pulses, pulses that only build the filament, more settings.
SINE = ['experiments[0].drive[1].waveform.frequency="78.125 Hz"']  # 16 pulses a period
LATER = ['experiments[0].drive[1].waveform.phase=3.14159265358979']  # the sine half a period later
SIGNALS = {
    "sine": ("sine.cfg", 48, 16, SINE),
    "later": ("sine.cfg", 48, 16, SINE + LATER),
    "speech": ("speech.cfg", 50, 12, []),
}


def signal_settings(which, base):
    """Settings of a signal's input with pulses of `base` V."""
    _, count, _, items = SIGNALS[which]
    return items + pulses(count) + [HIGH.format(base)]


def hear_noise_free(which, size, base):
    """Number of spikes of the noise-free neuron, and the signal at every pulse, V."""
    with tempfile.TemporaryDirectory() as folder:
        command = [PROGRAM, "run", "-q", "-o", folder, str(ROOT / DECKS / SIGNALS[which][0])]
        subprocess.run(command + settings(channel(size) + signal_settings(which, base) + NOISE_FREE), check=True)
        with open(folder + "/spikes.csv", encoding="utf-8") as file:
            spikes = len(list(csv.DictReader(file)))
        with open(folder + "/terminals.csv", encoding="utf-8") as file:
            slow = {float(row["time_s"]): float(row["V(low)_V"]) for row in csv.DictReader(file)}
    middle = [1e-3 * PERIOD * (i + 0.5) for i in range(SIGNALS[which][1])]
    return spikes, [slow[min(slow, key=lambda t: abs(t - at))] for at in middle]


def below_signal_limit(which, size, below):
    """Pulses `below` % under those with which the noise-free neuron hears the signal; these; V."""
    rows = {(row["signal"], row["channel"]): row["base_V"] for row in known("signal_thresholds.csv")}
    if (which, size) not in rows:
        found = bracket(f"{size}, {which}", lambda V: hear_noise_free(which, size, V)[0] > 0, 0.5, 0.61, 0.0006)
        if found is None:
            sys.exit(f"{size}, {which} is silent at 0.61 V: the bracket has to end higher")
        rows[which, size] = f"{0.5 * sum(found):.5f}"
        write("signal_thresholds.csv", ["signal", "channel", "base_V"], [[*key, V] for key, V in rows.items()], 2)
    limit = float(rows[which, size])
    return limit - below / 100 * (limit + max(hear_noise_free(which, size, limit)[1])), limit


def noise(options):
    """Populations that hear a slow signal on which the noise-free neuron never fires."""
    rows = []
    for size in CHANNELS:
        if options.only and options.only != size:
            continue
        which = options.signal
        base, limit = below_signal_limit(which, size, options.below)
        free, heard = hear_noise_free(which, size, base)
        deck, n_pulses, skip, _ = SIGNALS[which]
        items = channel(size) + signal_settings(which, base)
        fired = counts(ensemble(f"{which} {size}", deck, items, options.count, options.jobs), n_pulses)
        rows.append([which, size, f"{limit:.4f}", f"{base:.4f}", *hearing.row(fired, np.array(heard), skip), free])
        table = np.c_[heard, fired.sum(0)]
        np.savetxt(HERE / f"rate_{which}_{size}.csv", table, "%.6g", ",", header=f"signal_V,spikes of {len(fired)}")
    header = ["signal", "channel", "noise_free_base_V", "base_V"] + hearing.COLUMNS + ["noise_free_spikes"]
    write("population.csv", header, rows, 2)


def phases(options):
    """Populations under the sine, and as many under the sine half a period later, at the same pulses."""
    for size in CHANNELS:
        if options.only and options.only != size:
            continue
        base, _ = below_signal_limit("sine", size, options.below)
        both, heard, free = [], [], 0
        for which in ("sine", "later"):
            deck, n_pulses, skip, _ = SIGNALS[which]
            folder = ensemble(f"{which} {size}", deck, channel(size) + signal_settings(which, base), options.count, options.jobs)
            both.append(counts(folder, n_pulses)[: options.count])
            spikes, signal = hear_noise_free(which, size, base)
            heard.append(signal)
            free += spikes
        row = [size, f"{base:.4f}", *hearing.phases_row(*both, np.array(heard[0]), skip), free]
        write("phases.csv", ["channel", "base_V"] + hearing.PHASES_COLUMNS + ["noise_free_spikes"], [row], 1)


CHI = 0.6  # eV, of the nominal neuron
SCATTER = (0.5, 1, 2, 5)  # meV, standard deviations of chi among the neurons
SHIFTS = [0.5 * i for i in range(-8, 25)]  # meV: the response is known there


def scatter(options):
    """Populations of noise-free neurons, 5x5 nm, whose chi scatters: the same signal, no noise."""
    which = options.signal
    deck, n_pulses, skip, _ = SIGNALS[which]
    base, limit = below_signal_limit(which, "5x5", options.below)
    heard = np.array(hear_noise_free(which, "5x5", base)[1])
    folder = RUNS / f"variability_{which}_{options.below:g}"
    command = [PROGRAM, "sweep", str(ROOT / DECKS / deck), "-q", "-o", str(folder), "-j", str(options.jobs or 1)]
    command += ["--resume"] if (folder / "results.jsonl").exists() else []
    command += ["--vary", "device.interactions[0].energy=" + ",".join(f"{CHI + 1e-3 * x:.4f} eV" for x in SHIFTS)]
    subprocess.run(command + settings(channel("5x5") + signal_settings(which, base) + NOISE_FREE), check=True)
    response = np.zeros((len(SHIFTS), n_pulses), bool)
    for result in results(folder):
        response[result["point"], [spike["pulse"] - 1 for spike in result["experiments"][0]["spikes"]]] = True
    table = [[which, f"{base:.4f}", x, int(fired.sum())] for x, fired in zip(SHIFTS, response)]
    write("variability_response.csv", ["signal", "base_V", "shift_meV", "spikes"], table, 3)
    rows = []
    random = np.random.default_rng(1)
    for sd in SCATTER:
        drawn = sd * random.standard_normal(100)
        nearest = np.abs(drawn[:, None] - np.array(SHIFTS)).argmin(1)
        merits = hearing.row(response[nearest], heard, skip)[: -hearing.OF_MANY]
        rows.append([which, sd, f"{limit:.4f}", f"{base:.4f}", *merits])
    names = hearing.COLUMNS[: -hearing.OF_MANY]
    write("variability.csv", ["signal", "scatter_meV", "noise_free_base_V", "base_V"] + names, rows, 4)


COMMANDS = {"noise": noise, "scatter": scatter, "phases": phases}


if __name__ == "__main__":
    below = {"type": float, "default": 0.5, "help": "%% (default 0.5)"}
    main(__doc__, COMMANDS, signal={"choices": SIGNALS, "default": "sine"}, below=below)
