#!/usr/bin/env python3
"""Draw docs/images/stochastic_neuron.png, first_spikes.png and populations.png from the CSV files that table.py writes.

    python3 validation/stochastic_neuron/figure.py
"""

import csv
import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import matplotlib.ticker

HERE = pathlib.Path(__file__).resolve().parent
IMAGES = HERE.parent.parent / "docs/images"
sys.path.insert(0, str(HERE.parent))
from plot import COLOURS
from table import SINCE, SIZES


def rows(name):
    with open(HERE / name, encoding="utf-8") as file:
        return list(csv.DictReader(file))


def draw_firing(axes):
    """Mean pulse of the first spike with its spread, and the noise-free neuron."""
    table = rows("firing.csv")
    amplitudes = sorted({float(row["amplitude_V"]) for row in table})
    for i, V in enumerate(amplitudes):
        at = [row for row in table if float(row["amplitude_V"]) == V and row["mean"] != "-"]
        x = [SIZES.index(row["channel"]) + 0.12 * (i - 1) for row in at]
        spread = [float(row["sd"]) if row["sd"] != "-" else 0.0 for row in at]
        axes.errorbar(x, [float(row["mean"]) for row in at], spread, fmt="o", color=COLOURS[i], label=f"{V:g} V", capsize=3)
        free = [(a, float(row["noise_free"])) for a, row in zip(x, at) if row["noise_free"] != "never"]
        axes.plot(*zip(*free), "_", color=COLOURS[i], ms=18, mew=2)
    axes.set_xticks(range(len(SIZES)), [f"{size} nm" for size in SIZES])
    axes.set_ylabel("pulse of the first spike")
    axes.set_title("Mean and spread over 200 neurons; bars: density, without noise", fontsize=10)
    axes.set_ylim(0)
    axes.legend(frameon=False)


def draw_first(axes, V, marks):
    """Share of the neurons that have fired by each pulse, for every channel; marks: pulse, line, label."""
    table = [row for row in rows("first_spikes.csv") if row["amplitude_V"] == V]
    for i, size in enumerate(SIZES):
        at = [row for row in table if row["channel"] == size]
        if not at:
            continue
        number = [int(row["neurons"]) for row in at]
        fired = [sum(number[1 : i + 1]) / sum(number) for i in range(len(number))]
        axes.step(range(len(number)), fired, where="post", color=COLOURS[i], label=f"{size} nm")
    for pulse, style, label in marks:
        axes.axvline(pulse, color="0.4", ls=style, lw=1, label=label)
    axes.set_ylim(-0.02, 1.02)
    axes.set_xlim(0)
    axes.set_xlabel("pulse")
    axes.set_title(f"{V} V", fontsize=10)
    axes.legend(frameon=False)


def draw_memory(axes, V):
    """Share of the pulses that fire, over the pulses since the begin or since the last spike."""
    table = [row for row in rows("memory.csv") if row["amplitude_V"] == V and int(row["pulses"]) >= 50]
    for i, size in enumerate(SIZES):
        for after, style in (("begin", "o-"), ("spike", "s--")):
            at = [row for row in table if row["channel"] == size and row["after"] == after]
            if not at:
                continue
            p = [int(row["fired"]) / int(row["pulses"]) for row in at]
            error = [(q * (1 - q) / int(row["pulses"])) ** 0.5 for q, row in zip(p, at)]
            x = [int(row["from_pulse"]) + SINCE / 2 - 0.5 for row in at]
            label = f"{size} nm, since the {after if after == 'begin' else 'last spike'}"
            axes.errorbar(x, p, error, fmt=style, mfc="none", color=COLOURS[i], ms=4, lw=1, capsize=2, label=label)
    axes.set_ylim(0)
    axes.set_xlim(0)
    axes.set_xlabel("pulses since then")
    axes.set_ylabel("probability to fire in a pulse")
    axes.set_title(f"{V} V: memory of the last filament", fontsize=10)
    axes.legend(frameon=False, fontsize=8)


def variant_label(variant):
    """Channel of window.csv with its units."""
    size, _, rest = variant.partition(", ")
    return f"{size} nm" + (f", {rest}" if rest else "").replace("5e18", "5e18 cm$^{-3}$").replace("h ", "cells of ")


def share_with_bars(axes, x, row, colour, label):
    """Share of the pulses that fire with its interval; where none fires an arrow down from the bound that as many pulses of
    neurons that never fire set to their mean hazard (97.5 %)."""
    fired, pulses = int(row["fired"]), int(row["pulses"])
    if fired == 0:
        bound = 1 - 0.025 ** (1 / pulses)
        axes.errorbar(x, bound, [[0.6 * bound], [0]], uplims=True, fmt="o", color=colour, mfc="none", lw=1, label=label)
        return
    p = fired / pulses
    axes.errorbar(x, p, [[p - float(row["low"])], [float(row["high"]) - p]], fmt="o", color=colour, capsize=3, lw=1, label=label)


def draw_probability(axes):
    """Probability to fire in a pulse over the amplitude, from below the thresholds to above them."""
    for i, size in enumerate(SIZES):
        label, colour = f"{size} nm", COLOURS[i]
        for row in rows("window.csv"):
            if row["channel"] == size:
                V = float(row["threshold_V"]) * (1 - float(row["below_percent"]) / 100)
                share_with_bars(axes, V, row, colour, label)
                label = None
        for row in rows("near.csv"):
            if row["channel"] == size:
                at = dict(row, fired=row["spikes"])
                share_with_bars(axes, float(row["amplitude_V"]) + 0.002 * (i - 1), at, colour, label)
    above = [row for row in rows("energy.csv") if row["setting"].endswith(" V") or row["setting"] == "as it is"]
    V = [0.9 if row["setting"] == "as it is" else float(row["setting"].split()[0]) for row in above]
    rate, error = ([float(row[of]) for row in above] for of in ("rate", "rate_se"))
    axes.errorbar(V, rate, [2 * e for e in error], fmt="s", color=COLOURS[1], mfc="none", capsize=3, lw=1, label="5x5 nm, after 10 pulses")
    density = next(row["threshold_V"] for row in rows("thresholds.csv") if row["channel"] == "5x5")
    many = next(row for row in rows("many_ions.csv") if row["channel"] == "5x5")
    axes.axvline(float(density), color="0.4", ls="--", lw=1, label="density fires from")
    middle = 0.5 * (float(many["silent_V"]) + float(many["fires_V"]))
    axes.axvline(middle, color="0.4", ls=":", lw=1, label="many single ions")
    axes.set_yscale("log")
    axes.set_ylim(5e-4, 0.6)
    axes.set_xlabel("amplitude, V")
    axes.set_ylabel("probability to fire in a pulse")
    axes.set_title("Firing from below to above the threshold, 95 %", fontsize=10)
    axes.legend(frameon=False, fontsize=8)


def draw_window(axes):
    """Probability to fire per pulse below the threshold of the noise-free neuron."""
    table = rows("window.csv")
    deep = {row["channel"] for row in table if float(row["below_percent"]) > 0.5}  # the others: draw_map
    table = [row for row in table if row["channel"] in deep or row["channel"] in ("8x8", "5x5, h 0.3 nm")]
    order = {"4x4": 0, "5x5": 1, "8x8": 2}
    names = sorted({row["channel"] for row in table}, key=lambda name: (order.get(name, 9), name))
    for i, name in enumerate(names):
        at = sorted((row for row in table if row["channel"] == name), key=lambda row: float(row["below_percent"]))
        x = [0.03 * (i - 0.5 * len(names)) - float(row["below_percent"]) for row in at]  # apart, to be seen
        for at_x, row in zip(x, at):
            share_with_bars(axes, at_x, row, COLOURS[i % len(COLOURS)], variant_label(name) if row is at[0] else None)
        seen = [(at_x, int(row["fired"]) / int(row["pulses"])) for at_x, row in zip(x, at) if int(row["fired"]) > 0]
        if seen:
            axes.plot(*zip(*seen), color=COLOURS[i % len(COLOURS)], lw=1)
    axes.set_xlabel("amplitude below the threshold of the density, %")
    axes.set_ylabel("probability to fire in a pulse")
    axes.set_title("Firing below the threshold, 95 %; arrows: no spike", fontsize=10)
    highest = max(float(row["high"]) for row in table if int(row["fired"]) > 0)
    axes.set_ylim(-0.002, 1.2 * highest)
    axes.legend(frameon=False)


def draw_map(axes):
    """Share of the pulses that fire, 0.5 % below each threshold, over width and pause of the pulses."""
    window = {row["channel"]: row for row in rows("window.csv") if float(row["below_percent"]) == 0.5}
    times = (0.2, 0.4, 0.8)
    most = max(int(row["fired"]) / int(row["pulses"]) for row in window.values())
    for x, off in enumerate(times):
        for y, on in enumerate(times):
            row = window.get("5x5" if on == off == 0.4 else f"5x5, {on} ms on, {off} ms off")
            if not row:
                continue
            share = int(row["fired"]) / int(row["pulses"])
            axes.scatter(x, y, s=5200, marker="s", color=plt.cm.YlOrRd(0.55 * share / most))
            text = f"{100 * share:.1f} %\n{float(row['low']) * 100:.1f} to {float(row['high']) * 100:.1f}\n{row['threshold_V']} V"
            axes.text(x, y, text, ha="center", va="center", fontsize=8)
    for set_ticks in (axes.set_xticks, axes.set_yticks):
        set_ticks(range(3), [f"{t:g} ms" for t in times])
    axes.set_xlim(-0.6, 2.6)
    axes.set_ylim(-0.6, 2.6)
    axes.set_xlabel("pause")
    axes.set_ylabel("pulse")
    axes.set_title("Pulses that fire 0.5 % below the density's threshold (V), 5x5 nm", fontsize=10)


def draw_by_setting(axes, table, value, error, unit, label):
    """One number of each row of energy.csv with two standard errors."""
    for i, row in enumerate(table):
        axes.errorbar(unit * float(row[value]), i, xerr=2 * unit * float(row[error]), fmt="o", color=COLOURS[0], capsize=3)
    axes.set_yticks(range(len(table)), [row["setting"] for row in table], fontsize=8)
    axes.invert_yaxis()
    axes.set_xlabel(label)


def draw_energy(axes):
    """Energy of a spike for amplitudes, times, capacitors, leaks: mean, standard deviation of spikes; the published range."""
    table = [row for row in rows("energy.csv") if row["E_source_se"] != "-"]
    axes.axvspan(20, 60, color="0.9", label="published: 20 to 60 pJ")
    for i, row in enumerate(table):
        E, sd = 1e12 * float(row["E_source_J"]), 1e12 * float(row["E_source_sd"])
        axes.plot([max(E - sd, 0), E + sd], [i, i], color="0.6", lw=5, solid_capstyle="butt", label=None if i else "sd of spikes")
    draw_by_setting(axes, table, "E_source_J", "E_source_se", 1e12, "energy from the source per spike, pJ")
    axes.set_xlim(0, 65)
    axes.set_title("5x5 nm at 0.9 V, one thing changed: mean, 2 s.e.", fontsize=10)
    axes.legend(frameon=False, fontsize=8, loc="lower right")


def draw_rates(axes):
    """Spikes a pulse once the filament has grown."""
    draw_by_setting(axes, rows("energy.csv"), "rate", "rate_se", 1, "spikes a pulse behind the first 10")
    axes.set_xlim(0)
    axes.set_title("Rate of the same neurons, 2 s.e.", fontsize=10)


def draw_rate(axes, which, size):
    """Spikes of the population in each pulse, and the slow signal that it hears."""
    with open(HERE / f"rate_{which}_{size}.csv", encoding="utf-8") as file:
        neurons = next(file).split()[-1]
        signal, spikes = zip(*(map(float, line.split(",")) for line in file))
    pulse = range(1, len(spikes) + 1)
    axes.bar(pulse, spikes, color=COLOURS[0])
    axes.set_ylim(0, 1.6 * max(spikes))
    axes.yaxis.set_major_locator(matplotlib.ticker.MaxNLocator(integer=True))
    axes.set_ylabel(f"spikes of {neurons} neurons")
    axes.set_xlabel("pulse")
    axes.set_title(f"{which}, {size} nm; grey: the signal", fontsize=10)
    twin = axes.twinx()
    twin.plot(pulse, [1e3 * x for x in signal], color="0.5")
    twin.set_ylim(1e3 * (2 * min(signal) - 1.6 * max(signal)), 1.1e3 * max(signal))
    twin.set_yticks([t for t in twin.get_yticks() if 1e3 * min(signal) - 1 <= t <= 1e3 * max(signal) + 1])
    twin.set_ylabel("signal, mV")


def draw_merit(axes, which):
    """Information about the signal: noise, and scatter without noise."""
    noise = [row for row in rows("population.csv") if row["signal"] == which and int(row["neurons"]) >= 10]
    noise = sorted(noise, key=lambda row: int(row["channel"].split("x")[0]))
    base = next(row["base_V"] for row in noise if row["channel"] == "5x5")
    scatter = [row for row in rows("variability.csv") if row["signal"] == which and row["base_V"] == base]
    named = [(f"{row['channel']} nm" + " *" * (row["channel"] == "3x3"), row, COLOURS[0]) for row in noise]
    named += [("no noise", None, "0.5")] + [(f"{row['scatter_meV']} meV", row, COLOURS[1]) for row in scatter]
    for i, (_, row, colour) in enumerate(named):
        silent = row is None or row["information_mbit"] == "-"
        value, error = (0.0, 0.0) if silent else (float(row["information_mbit"]), float(row["information_se"]))
        axes.errorbar(i, value, 2 * error, fmt="o", color=colour, capsize=3, mfc="none" if silent else colour)
    both = {row["channel"]: row for row in rows("phases.csv")}
    for i, row in enumerate(noise):
        if row["channel"] in both:
            at = both[row["channel"]]
            bars = dict(fmt="s", color=COLOURS[2], capsize=3, label=None if i else "and half a period later")
            axes.errorbar(i + 0.2, float(at["information_mbit"]), 2 * float(at["information_se"]), **bars)
    axes.axhline(0, color="0.7", lw=0.8)
    axes.legend(frameon=False, fontsize=8)
    axes.set_xticks(range(len(named)), [name for name, _, _ in named], rotation=30)
    axes.set_ylabel("information of a neuron, mbit a pulse")
    axes.set_title("Noise of single ions (* long cells); scatter of chi; open: silent; 2 s.e.", fontsize=10)


def save(figure, name):
    figure.tight_layout()
    figure.savefig(IMAGES / name, dpi=110)


def main():
    figure, axes = plt.subplots(2, 3, figsize=(16.5, 8.6))
    for draw, axis in zip((draw_firing, draw_probability, draw_window, draw_map, draw_energy, draw_rates), axes.flat):
        draw(axis)
    save(figure, "stochastic_neuron.png")
    figure, axes = plt.subplots(1, 3, figsize=(13.5, 3.8))
    wide = [row for name in ("firing.csv", "near.csv") for row in rows(name) if row["channel"] == "5x5"]
    for axis, V in zip(axes, ("0.66", "0.6399")):
        row = next(row for row in wide if row["amplitude_V"] == V)
        marks = (("noise_free", "--", "density"), ("many_ions", ":", "many single ions"))
        draw_first(axis, V, [(int(row[of]), style, label) for of, style, label in marks if of in row])
    axes[0].set_ylabel("share of neurons that have fired")
    draw_memory(axes[2], "0.6399")
    save(figure, "first_spikes.png")
    if (HERE / "population.csv").exists():
        heard = [(row["signal"], row["channel"]) for row in rows("population.csv") if row["channel"] == "5x5"]
        figure, axes = plt.subplots(1, len(heard) + 1, figsize=(5.5 * (len(heard) + 1), 4.2))
        for axis, (which, size) in zip(axes, heard):
            draw_rate(axis, which, size)
        draw_merit(axes[-1], "sine")
        save(figure, "populations.png")


if __name__ == "__main__":
    main()
