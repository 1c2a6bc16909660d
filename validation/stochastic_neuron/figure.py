#!/usr/bin/env python3
"""Draw docs/images/stochastic_neuron.png and populations.png from the CSV files that table.py writes.

    python3 validation/stochastic_neuron/figure.py
"""

import csv
import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

HERE = pathlib.Path(__file__).resolve().parent
IMAGES = HERE.parent.parent / "docs/images"
sys.path.insert(0, str(HERE.parent))
from plot import COLOURS


def rows(name):
    with open(HERE / name, encoding="utf-8") as file:
        return list(csv.DictReader(file))


def draw_firing(axes):
    """Mean pulse of the first spike with its spread, and the noise-free neuron."""
    table = rows("firing.csv")
    sizes = sorted({row["channel"] for row in table}, key=lambda size: int(size.split("x")[0]))
    amplitudes = sorted({float(row["amplitude_V"]) for row in table})
    for i, V in enumerate(amplitudes):
        at = [row for row in table if float(row["amplitude_V"]) == V and row["mean"] != "-"]
        x = [sizes.index(row["channel"]) + 0.12 * (i - 1) for row in at]
        spread = [float(row["sd"]) if row["sd"] != "-" else 0.0 for row in at]
        axes.errorbar(x, [float(row["mean"]) for row in at], spread, fmt="o", color=COLOURS[i], label=f"{V:g} V", capsize=3)
        free = [(a, float(row["noise_free"])) for a, row in zip(x, at) if row["noise_free"] != "never"]
        axes.plot(*zip(*free), "_", color=COLOURS[i], ms=18, mew=2)
    axes.set_xticks(range(len(sizes)), [f"{size} nm" for size in sizes])
    axes.set_ylabel("pulse of the first spike")
    axes.set_title("Mean and spread; bars: without noise", fontsize=10)
    axes.set_ylim(0)
    axes.legend(frameon=False)


def draw_window(axes):
    """Probability to fire per pulse below the threshold of the noise-free neuron."""
    table = rows("window.csv")
    names = list(dict.fromkeys(row["channel"] for row in table))
    for i, name in enumerate(names):
        at = sorted((row for row in table if row["channel"] == name), key=lambda row: float(row["below_percent"]))
        x = [0.06 * (i - 0.5 * len(names)) - float(row["below_percent"]) for row in at]
        p = [int(row["fired"]) / int(row["pulses"]) for row in at]
        some = [j for j, row in enumerate(at) if int(row["fired"]) > 0]
        error = [[p[j] - float(at[j]["low"]) for j in some], [float(at[j]["high"]) - p[j] for j in some]]
        colour = COLOURS[i % len(COLOURS)]
        axes.errorbar([x[j] for j in some], [p[j] for j in some], error, fmt="o", color=colour, capsize=3, lw=1)
        axes.plot(x, p, "o-", color=colour, mfc="none", lw=1, label=name)
    axes.set_xlabel("amplitude below the noise-free threshold, %")
    axes.set_ylabel("probability to fire in a pulse")
    axes.set_title("Sub-threshold firing, 95 % intervals; open: no spike", fontsize=10)
    seen = [float(row["high"]) for row in table if int(row["fired"]) > 0]
    axes.set_ylim(-0.002, 1.2 * max(seen))
    axes.legend(frameon=False)


def draw_rate(axes, which, size):
    """Spikes of the population in each pulse, and the slow signal that it hears."""
    with open(HERE / f"rate_{which}_{size}.csv", encoding="utf-8") as file:
        neurons = next(file).split()[-1]
        signal, spikes = zip(*(map(float, line.split(",")) for line in file))
    pulse = range(1, len(spikes) + 1)
    axes.bar(pulse, spikes, color=COLOURS[0])
    axes.set_ylim(0, 1.6 * max(spikes))
    axes.set_ylabel(f"spikes of {neurons} neurons")
    axes.set_xlabel("pulse")
    axes.set_title(f"{which}, {size} nm; grey: the signal", fontsize=10)
    twin = axes.twinx()
    twin.plot(pulse, [1e3 * x for x in signal], color="0.5")
    twin.set_ylim(1e3 * (2 * min(signal) - 1.6 * max(signal)), 1.1e3 * max(signal))
    twin.set_ylabel("signal, mV")


def draw_merit(axes, which):
    """Information about the signal: noise, and scatter without noise."""
    noise = [row for row in rows("population.csv") if row["signal"] == which and int(row["neurons"]) >= 10]
    noise = sorted(noise, key=lambda row: row["channel"])
    scatter = [row for row in rows("variability.csv") if row["signal"] == which]
    named = [(f"{row['channel']} nm", row, COLOURS[0]) for row in noise]
    named += [("no noise", None, "0.5")] + [(f"{row['scatter_meV']} meV", row, COLOURS[1]) for row in scatter]
    for i, (_, row, colour) in enumerate(named):
        silent = row is None or row["information_mbit"] == "-"
        value, error = (0.0, 0.0) if silent else (float(row["information_mbit"]), float(row["information_se"]))
        axes.errorbar(i, value, error, fmt="o", color=colour, capsize=3)
    axes.axhline(0, color="0.7", lw=0.8)
    axes.set_xticks(range(len(named)), [name for name, _, _ in named], rotation=30)
    axes.set_ylabel("information of a neuron, mbit a pulse")
    axes.set_title("Noise of single ions; scatter of chi without noise", fontsize=10)


def save(figure, name):
    figure.tight_layout()
    figure.savefig(IMAGES / name, dpi=110)


def main():
    figure, axes = plt.subplots(1, 2, figsize=(11, 4.2))
    draw_firing(axes[0])
    draw_window(axes[1])
    save(figure, "stochastic_neuron.png")
    if (HERE / "population.csv").exists():
        heard = [(row["signal"], row["channel"]) for row in rows("population.csv") if row["channel"] == "5x5"]
        figure, axes = plt.subplots(1, len(heard) + 1, figsize=(5.5 * (len(heard) + 1), 4.2))
        for axis, (which, size) in zip(axes, heard):
            draw_rate(axis, which, size)
        draw_merit(axes[-1], "sine")
        save(figure, "populations.png")


if __name__ == "__main__":
    main()
