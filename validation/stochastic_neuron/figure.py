#!/usr/bin/env python3
"""Draw docs/images/stochastic_neuron.png from the CSV files that table.py writes.

    python3 validation/stochastic_neuron/figure.py
"""

import csv
import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from plot import COLOURS


def rows(name):
    with open(HERE / name, encoding="utf-8") as file:
        return list(csv.DictReader(file))


def draw_firing(axes):
    """Mean pulse of the first spike with its spread, and the noise-free neuron."""
    table = rows("firing.csv")
    sizes = list(dict.fromkeys(row["channel"] for row in table))
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
    for i, name in enumerate(dict.fromkeys(row["channel"] for row in table)):
        at = sorted((row for row in table if row["channel"] == name), key=lambda row: float(row["below_percent"]))
        x = [-float(row["below_percent"]) for row in at]
        p = [int(row["fired"]) / int(row["pulses"]) for row in at]
        error = [[p[j] - float(row["low"]) for j, row in enumerate(at)], [float(row["high"]) - p[j] for j, row in enumerate(at)]]
        axes.errorbar(x, p, error, fmt="o-", color=COLOURS[i % len(COLOURS)], label=name, capsize=3, lw=1)
    axes.set_xlabel("amplitude below the noise-free threshold, %")
    axes.set_ylabel("probability to fire in a pulse")
    axes.set_title("Sub-threshold firing, 95 % intervals", fontsize=10)
    seen = [float(row["high"]) for row in table if int(row["fired"]) > 0]
    axes.set_ylim(0, 1.2 * max(seen))  # intervals of rows without a spike go on
    axes.legend(frameon=False)


def draw_population(axes):
    """Rate of the population and the slow input that it hears."""
    files = sorted(HERE.glob("rate_*.csv"))
    for i, path in enumerate(files):
        with open(path, encoding="utf-8") as file:
            next(file)
            t, signal, rate = zip(*(map(float, line.split(",")) for line in file))
        _, size, peak = path.stem.split("_")
        axes.step([1e3 * x for x in t], rate, where="mid", color=COLOURS[i], label=f"{size} nm, peak at {peak} of the threshold")
    axes.set_ylim(0, 1.5 * max(0.02, axes.get_ylim()[1]))
    twin = axes.twinx()
    twin.plot([1e3 * x for x in t], signal, color="0.6", lw=1)
    twin.set_ylim(-1.2, 6)
    twin.set_yticks([])
    axes.set_xlabel("time, ms")
    axes.set_ylabel("share of the population that fires")
    axes.set_title("A slow sine (grey) on sub-threshold pulses", fontsize=10)
    axes.legend(frameon=False, fontsize=8, loc="upper left")


def main():
    parts = [draw_firing]
    if len(rows("window.csv")) > 2:
        parts.append(draw_window)
    if list(HERE.glob("rate_*.csv")):
        parts.append(draw_population)
    figure, axes = plt.subplots(1, len(parts), figsize=(5.5 * len(parts), 4.2), squeeze=False)
    for part, axis in zip(parts, axes[0]):
        part(axis)
    figure.tight_layout()
    figure.savefig(HERE.parent.parent / "docs/images/stochastic_neuron.png", dpi=110)


if __name__ == "__main__":
    main()
