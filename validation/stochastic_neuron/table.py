#!/usr/bin/env python3
"""Measure the stochastic neuron: the tables of README.md, as CSV files beside this script.

    python3 validation/stochastic_neuron/table.py thresholds       of the noise-free neuron
    python3 validation/stochastic_neuron/table.py many             of single ions, 25 times as many
    python3 validation/stochastic_neuron/table.py near -n 20       firing right below that
    python3 validation/stochastic_neuron/table.py firing -n 100    pulses to fire, sizes x amplitudes
    python3 validation/stochastic_neuron/table.py window -n 8      firing below the threshold
    python3 validation/stochastic_neuron/table.py energy -n 10     amplitude, width, pause, C, R_l

Runs stay in runs/stochastic_neuron and are not repeated (`halidrift ensemble --resume`). --only takes
some of the rows. The program is that of the environment variable HALIDRIFT, else
build/release/halidrift. Needs numpy and netCDF4.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
HERE = pathlib.Path(__file__).resolve().parent
RUNS = ROOT / "runs/stochastic_neuron"
sys.path.insert(0, str(HERE.parent))
import sheet

PROGRAM = os.environ.get("HALIDRIFT", str(ROOT / "build/release/halidrift"))
DECKS = "inputs/populations/"
PERIOD = 0.8  # ms
HIGH = "experiments[0].drive[0].waveform.high=\"{:.6g} V\""

# Cross-section: area in nm^2 and intervals that give whole numbers of sites (3, 3, 5, 12, 45 a cell;
# 3x3 nm has cells of 0.83 nm, too long for fronts: population.py alone takes it).
CHANNELS = {
    "3x3": (9, 36),
    "4x4": (16, 64),
    "5x5": (25, 60),
    "8x8": (64, 64),
    "15x15": (225, 60),
}
SIZES = [size for size in CHANNELS if size != "3x3"]


def channel(size):
    """The same neuron with another cross-section; circuit and threshold current stay."""
    area, intervals = CHANNELS[size]
    return [f'device.area="{area} nm^2"', f"device.layers[0].intervals={intervals}"]


def pulses(count, on=0.4, off=PERIOD - 0.4):
    """Pulses of `on` ms, `off` ms apart, edges of 2 us included; output in the middle of each period."""
    period = on + off
    return [
        f"experiments[0].drive[0].waveform.count={count}",
        f"experiments[0].drive[0].waveform.width={1e-3 * on - 2e-6:.6g}",
        f"experiments[0].drive[0].waveform.period={1e-3 * period:.6g}",
        f"experiments[0].duration={1e-3 * period * count:.6g}",
        "experiments[0].output={every_step=false;times=[%s];}"
        % ",".join(f"{1e-3 * period * (i + 0.5):.6g}" for i in range(count)),
    ]


ALWAYS = []  # settings of every ensemble
NOISE_FREE = ['stochastic.engine="none"', "solver.rtol=3e-4"]
OMEGA = 'device.interactions[1].energy="0.17 eV"'
# Pulses and pauses, ms: where growth and leak balance.
TIMINGS = [(on, off) for on in (0.2, 0.4, 0.8) for off in (0.2, 0.4, 0.8) if (on, off) != (0.4, 0.4)]
# Variants of the window: which parameters trade delay against fluctuation.
VARIANTS = {
    "5x5": ("5x5", []),
    "4x4": ("4x4", []),
    "8x8": ("8x8", []),
    "5x5, h 0.3 nm": ("5x5", ["device.layers[0].intervals=100"]),
    "5x5, seed 2": ("5x5", ["stochastic.seed=2"]),
    "5x5, Omega 0.17 eV": ("5x5", [OMEGA]),
    "5x5, k_a 0.01 cm/s": ("5x5", ['device.contacts[1].species[1].rate="0.01 cm/s"']),
    "5x5, density 5e18": (
        "5x5",
        ['device.species[1].density="5e18 cm^-3"', 'device.contacts[1].species[1].density="5e18 cm^-3"'],
    ),
    "5x5, barrier 0.65 eV": ("5x5", [f'device.contacts[{i}].barrier="0.65 eV"' for i in (0, 1)]),
    "5x5, barrier 0.75 eV": ("5x5", [f'device.contacts[{i}].barrier="0.75 eV"' for i in (0, 1)]),
    "5x5, chi 0.5 eV": ("5x5", ['device.interactions[0].energy="0.5 eV"']),
    "5x5, chi 0.7 eV": ("5x5", ['device.interactions[0].energy="0.7 eV"']),
    **{f"5x5, {on} ms on, {off} ms off": ("5x5", [], on, off) for on, off in TIMINGS},
}


def settings(items):
    return [word for item in items for word in ("--set", item)]


def run(deck, items):
    """Summary of one run."""
    with tempfile.TemporaryDirectory() as folder:
        command = [PROGRAM, "run", "-q", "-o", folder, str(ROOT / DECKS / deck)]
        subprocess.run(command + settings(items), check=True)
        return json.loads((pathlib.Path(folder) / "summary.json").read_text("utf-8"))


def ensemble(name, deck, items, count, jobs):
    """Folder of an ensemble, with as many trajectories as asked for."""
    folder = RUNS / name.replace(" ", "_").replace(",", "").replace("/", "_")
    command = [PROGRAM, "ensemble", str(ROOT / DECKS / deck), "-n", str(count), "-o", str(folder), "-q"]
    command += ["-j", str(jobs)] if jobs else []
    command += ["--resume"] if (folder / "results.jsonl").exists() else []
    done = subprocess.run(command + settings(items + ALWAYS), check=False)
    if done.returncode not in (0, 7):
        sys.exit(f"{name}: the ensemble did not run")
    return folder


def experiment(folder):
    summary = json.loads((folder / "summary.json").read_text("utf-8"))
    return summary, summary["experiments"][0]


def results(folder):
    """What is known of every trajectory or point that ended."""
    lines = (folder / "results.jsonl").read_text("utf-8").splitlines()
    return [of for of in map(json.loads, lines) if of.get("status") == "ok"]


def counts(folder, n_pulses):
    """Trajectories x pulses: did it fire?"""
    import netCDF4
    import numpy as np

    with netCDF4.Dataset(folder / "ensemble.nc") as data:
        done = data["status"][:] == 1
        return np.asarray(data["pulses_fired"][:, :n_pulses])[done] > 0


def fires_noise_free(deck, items, count, timing=()):
    """Pulses in which the neuron fires without noise."""
    summary = run(deck, items + pulses(count, *timing) + NOISE_FREE)
    return [spike["pulse"] for spike in summary["experiments"][0]["spikes"]]


def bracket(name, fires, low, high, width):
    """Voltages at most `width` apart, silent at the lower one and firing at the upper; None: silent at `high`."""
    if fires(low):
        sys.exit(f"{name} fires at {low} V: the bracket has to begin lower")
    if not fires(high):
        return None
    while high - low > width:
        middle = 0.5 * (low + high)
        low, high = (low, middle) if fires(middle) else (middle, high)
    return low, high


def threshold(name, items, timing, count=60):
    """Smallest amplitude (middle of a bracket) at which the noise-free neuron fires in `count` pulses; None: on none."""

    def fires(V):
        return bool(fires_noise_free("subthreshold.cfg", items + [HIGH.format(V)], count, timing))

    found = bracket(name, fires, 0.3, 1.7, 0.0025)
    return found and 0.5 * sum(found)


def write(name, header, rows, keys):
    """Write rows beside this script and print them."""
    sheet.write(HERE / name, header, rows, keys)
    for row in [header] + rows:
        print("  ".join(f"{value!s:>12}" for value in row))


def known(name):
    """Rows of a CSV file that is there."""
    return sheet.read(HERE / name)


def limit_of(name):
    """Noise-free threshold of a variant, V, measured once; None: it fires on nothing."""
    rows = {row["channel"]: row["threshold_V"] for row in known("thresholds.csv")}
    if name not in rows:
        size, more, *timing = VARIANTS[name]
        found = threshold(name, channel(size) + more, timing)
        rows[name] = "none" if found is None else f"{found:.4f}"
        write("thresholds.csv", ["channel", "threshold_V"], [list(row) for row in rows.items()], 1)
    return None if rows[name] == "none" else float(rows[name])


MANY = 25  # cross-sections side by side: with the circuit in step nothing but the noise changes
MANY_BRACKETS = {  # V: above the noise-free threshold, and above that of many single ions
    "5x5": (0.63, 0.665),
    "4x4": (0.63, 0.665),
    "5x5, h 0.3 nm": (0.629, 0.664),
    "5x5, density 5e18": (0.78, 0.825),
    "5x5, 0.4 ms on, 0.8 ms off": (0.86, 0.91),
}


def many_ions(size, more):
    """Settings of MANY channels side by side as one, with MANY times the circuit's currents."""
    area, intervals = CHANNELS[size]
    return [
        f'device.area="{MANY * area} nm^2"',
        f"device.layers[0].intervals={intervals}",
        *more,
        f'circuit[2].value="{MANY * 50} pF"',
        f'circuit[3].value="{60 / MANY:.9g} Mohm"',
        f'experiments[0].spikes.threshold="{MANY * 100} nA"',
        "stochastic.leap=0.1",
    ]


def many(options):
    """Amplitudes between which single ions begin to fire when there are many of them: one
    trajectory of 60 pulses each, bracket of 2.5 mV."""
    rows = []
    for name, (low, high) in MANY_BRACKETS.items():
        if options.only and options.only != name:
            continue
        size, more, *timing = VARIANTS[name]

        def fires(V):
            summary = run("subthreshold.cfg", many_ions(size, more) + pulses(60, *timing) + [HIGH.format(V)])
            fired = [spike["pulse"] for spike in summary["experiments"][0]["spikes"]]
            print(f"{name:>24}  {V:.4f} V  {fired}", flush=True)
            return bool(fired)

        found = bracket(name, fires, low, high, 0.0026)
        if found is None:
            sys.exit(f"{name} is silent at {high} V: the bracket has to end higher")
        rows.append([name, *(f"{V:.4f}" for V in found)])
        write("many_ions.csv", ["channel", "silent_V", "fires_V"], rows[-1:], 1)


def near(options):
    """Firing 0.5 % below the amplitude at which many single ions (5x5 nm, MANY) still are silent; the density fires there."""
    silent = next(float(row["silent_V"]) for row in known("many_ions.csv") if row["channel"] == "5x5")
    V = 0.995 * silent
    for size in SIZES:
        if options.only and options.only != size:
            continue
        items = channel(size) + pulses(50) + [HIGH.format(V)]
        folder = ensemble(f"near {size}", "subthreshold.cfg", items, options.count, options.jobs)
        summary, of = experiment(folder)
        each = of["firing_probability_per_pulse"]
        low, high = each["interval"]
        row = [size, f"{V:.4f}", summary["trajectories"]["done"], of["probability_to_fire"]["fired"]]
        row += [int(each["fired"]), int(each["pulses"]), f"{low:.2g}", f"{high:.2g}"]
        first = of["first_spike_pulse"]["of_those_that_fired"]
        row += statistic(first["mean"]) + statistic(first["sd"])
        free = fires_noise_free("subthreshold.cfg", items, 50)
        row.append(free[0] if free else "never")
        header = "channel amplitude_V trajectories fired spikes pulses low high mean mean_se sd sd_se noise_free"
        write("near.csv", header.split(), [row], 1)
        first_spikes(size, V, folder, 50)
        memory(size, V, folder, 50)


def thresholds(options):
    for name in VARIANTS:
        if not options.only or options.only in name:
            limit = limit_of(name)
            print(f"{name:>24}  {'silent up to 1.7 V' if limit is None else f'{limit:.4f} V'}")


def statistic(entry, digits=4):
    """Value and standard error as text; a dash where there is none."""
    return ["-" if entry[key] is None else f"{entry[key]:.{digits}g}" for key in ("value", "standard_error")]


AMPLITUDES = {0.9: 6, 0.75: 10, 0.66: 20}  # V: pulses


def first_spikes(size, V, folder, count):
    """How many neurons fire first in each pulse; in pulse 0: never."""
    fired = counts(folder, count)
    pulse = [int(row.argmax()) + 1 if row.any() else 0 for row in fired]
    table = [[size, f"{V:.4g}", i, pulse.count(i)] for i in range(count + 1)]
    write("first_spikes.csv", "channel amplitude_V pulse neurons".split(), table, 3)


SINCE = 5  # pulses of a row of memory.csv


def memory(size, V, folder, count):
    """Spikes among the pulses so many after the begin, or after the last spike."""
    risk = {after: [[0, 0] for _ in range(0, count, SINCE)] for after in ("begin", "spike")}
    for fired in counts(folder, count):
        after, last = "begin", 0
        for pulse in range(count):
            at = risk[after][(pulse - last) // SINCE]
            at[0] += 1
            at[1] += int(fired[pulse])
            if fired[pulse]:
                after, last = "spike", pulse + 1
    table = [
        [size, f"{V:.4g}", after, 1 + SINCE * i, *at] for after, rows in risk.items() for i, at in enumerate(rows) if at[0]
    ]
    write("memory.csv", "channel amplitude_V after from_pulse pulses fired".split(), table, 4)


def firing(options):
    rows = []
    for size in SIZES:
        for V, count in AMPLITUDES.items():
            name = f"{size} {V} V"
            if options.only and options.only not in name:
                continue
            items = channel(size) + [HIGH.format(V)]
            free = fires_noise_free("firing.cfg", items, count)
            dense = run("firing.cfg", many_ions(size, []) + [HIGH.format(V)] + pulses(count))["experiments"][0]["spikes"]
            folder = ensemble(f"firing {name}", "firing.cfg", items + pulses(count), options.count, options.jobs)
            summary, of = experiment(folder)
            first = of["first_spike_pulse"]["of_those_that_fired"]
            rows.append(
                [size, V, summary["trajectories"]["done"], of["probability_to_fire"]["fired"], count]
                + statistic(first["mean"])
                + statistic(first["sd"])
                + statistic(first["cv"], 2)
                + statistic(of["interval_pulses"]["cv"], 2)
                + [free[0] if free else "never", dense[0]["pulse"] if dense else "never"]
                + statistic(of["E_source_J"]["mean"])[:1]
            )
            first_spikes(size, V, folder, count)
    write(
        "firing.csv",
        "channel amplitude_V trajectories fired pulses mean mean_se sd sd_se cv cv_se interval_cv interval_cv_se "
        "noise_free many_ions E_source_J".split(),
        rows,
        2,
    )


def window(options):
    rows = []
    for name, (size, more, *timing) in VARIANTS.items():
        for below in (0.5, 1.5, 3, 5, 10):
            label = f"{name}, -{below} %"
            if options.only and options.only not in label:
                continue
            limit = limit_of(name)
            if limit is None:
                print(f"{label}: the noise-free neuron fires on nothing")
                continue
            items = channel(size) + more + pulses(50, *timing) + [HIGH.format(limit * (1 - below / 100))]
            folder = ensemble(f"window {label}", "subthreshold.cfg", items, options.count, options.jobs)
            of = experiment(folder)[1]["firing_probability_per_pulse"]
            low, high = of["interval"]
            rows.append([name, limit, below, int(of["fired"]), int(of["pulses"]), f"{low:.2g}", f"{high:.2g}"])
    write("window.csv", "channel threshold_V below_percent fired pulses low high".split(), rows, 3)


TRAIN, BUILD = 40, 10  # pulses of a row of energy.csv; those before its rate is counted
AS_IT_IS = [HIGH.format(0.9)] + pulses(TRAIN)
ENERGY = [  # one thing changed, behind these; pauses stay with another width, widths with another pause
    ("as it is", []),
    ("0.66 V", [HIGH.format(0.66)]),
    ("0.75 V", [HIGH.format(0.75)]),
    ("0.8 V", [HIGH.format(0.8)]),
    ("1.0 V", [HIGH.format(1.0)]),
    ("1.2 V", [HIGH.format(1.2)]),
    ("width 0.3 ms", pulses(TRAIN, 0.3, 0.4)),
    ("width 0.6 ms", pulses(TRAIN, 0.6, 0.4)),
    ("pause 0.2 ms", pulses(TRAIN, 0.4, 0.2)),
    ("pause 1 ms", pulses(TRAIN, 0.4, 1.0)),
    ("C 30 pF", ['circuit[2].value="30 pF"']),
    ("C 100 pF", ['circuit[2].value="100 pF"']),
    ("R_l 20 Mohm", ['circuit[3].value="20 Mohm"']),
    ("R_l 200 Mohm", ['circuit[3].value="200 Mohm"']),
]
PUBLISHED = (20e-12, 60e-12)  # J


def mean_and_error(values):
    """Mean and standard error of one number a neuron, as text."""
    import numpy as np

    error = np.std(values, ddof=1) / len(values) ** 0.5
    return [f"{np.mean(values):.3g}", f"{error:.2g}"]


def energy_row(name, folder):
    trains = [of["experiments"][0]["spikes"] for of in results(folder)]
    of = experiment(folder)[1]
    energies = [spike["E_source_J"] for train in trains for spike in train if spike["complete"]]
    rates = [sum(spike["pulse"] > BUILD for spike in train) / (TRAIN - BUILD) for train in trains]
    inside = sum(PUBLISHED[0] <= E <= PUBLISHED[1] for E in energies)
    return (
        [name, len(trains), sum(map(len, trains))]
        + mean_and_error(rates)
        + statistic(of["first_spike_pulse"]["of_those_that_fired"]["mean"])
        + statistic(of["interval_pulses"]["mean"])
        + statistic(of["interval_pulses"]["cv"], 2)
        + statistic(of["E_source_J"]["mean"])
        + statistic(of["E_source_J"]["sd"], 2)[:1]
        + [f"{inside / len(energies):.2f}" if energies else "-"]
    )


def energy(options):
    """Rate and energy of spikes over amplitude, times, capacitor and leak."""
    for name, items in ENERGY:
        if options.only and options.only not in name:
            continue
        folder = ensemble(f"energy {name}", "firing.cfg", AS_IT_IS + items, options.count, options.jobs)
        write(
            "energy.csv",
            "setting neurons spikes rate rate_se first_pulse first_pulse_se interval_pulses interval_se interval_cv "
            "interval_cv_se E_source_J E_source_se E_source_sd share_20_60_pJ".split(),
            [energy_row(name, folder)],
            1,
        )


COMMANDS = {
    "thresholds": thresholds,
    "many": many,
    "near": near,
    "firing": firing,
    "window": window,
    "energy": energy,
}


def main(doc, commands, **more):
    """Carry out one of the commands; `more` are further options and their words for argparse."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=commands)
    parser.add_argument("-n", "--count", type=int, default=8, help="trajectories of each row")
    parser.add_argument("-j", "--jobs", type=int, default=0, help="processes at a time (one a core)")
    parser.add_argument("--only", help="rows whose name holds this")
    parser.add_argument("--leap", type=float, help="stochastic.leap, where it is not the program's")
    for name, words in more.items():
        parser.add_argument(f"--{name}", **words)
    options = parser.parse_args()
    if options.leap:
        ALWAYS.append(f"stochastic.leap={options.leap}")
    commands[options.command](options)


if __name__ == "__main__":
    main(__doc__, COMMANDS)
