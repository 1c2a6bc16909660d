#!/usr/bin/env python3
"""Draw docs/images/single_ions_laws.png from the CSV files that the tests of this folder write.

    python3 validation/single_ions/laws.py                  from the files beside this one
    python3 validation/single_ions/laws.py build/release    measure them anew first: runs the tests

A row is one measured point: series, x, value, standard error, law. Times to bridge a film are in
validation/langevin/times.csv, which table.py writes there. Needs matplotlib.
"""

import csv
import math
import os
import pathlib
import subprocess
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
IMAGE = ROOT / "docs/images/single_ions_laws.png"
sys.path.insert(0, str(HERE.parent))
from plot import COLOURS, STYLE

TESTS = ("neutral", "modes", "charge", "current", "spectrum", "forces")
FILES = ("neutral", "numbers", "structure", "correlation", "charge", "voltage", "symmetry", "fano", "windows")
MARKS = "osD^v"
ENGINES = {"integer": "single ions", "langevin": "random forces"}


def measure(build):
    """Run the tests; each appends its points."""
    for name in FILES:
        (HERE / f"{name}.csv").unlink(missing_ok=True)
    environment = dict(os.environ, HALIDRIFT_POINTS=str(HERE), CK_TIMEOUT_MULTIPLIER="10")
    for test in TESTS:
        subprocess.run([build / f"tests/validation_test_{test}"], env=environment, check=True)


def rows(path):
    with open(path, encoding="utf-8") as file:
        return list(csv.DictReader(file))


def series(name):
    """{series: (x, value, error, law)}, lists."""
    points = {}
    for row in rows(HERE / f"{name}.csv"):
        columns = points.setdefault(row["series"], ([], [], [], []))
        for column, key in zip(columns, ("x", "value", "error", "law")):
            column.append(float(row[key]))
    return points


def pretty(name):
    """Semicolons keep commas out of the CSV files."""
    return name.replace(";", ",").replace(" us", " µs").replace("C_inf", r"$C_\infty$")


def draw_neutral(axes):
    """Probabilities of the numbers of neutral ions in a cell."""
    for i, (name, (n, p, error, law)) in enumerate(series("numbers").items()):
        x = [k + 0.12 * (i - 2) for k in n]
        axes.errorbar(x, p, [2 * e for e in error], fmt=MARKS[i], color=COLOURS[i], ms=4, label=pretty(name))
        for at, share in zip(x, law):
            axes.plot([at - 0.06, at + 0.06], [share, share], color="k", lw=1.2)
    axes.set_xlabel("neutral ions in a cell")
    axes.set_ylabel("probability")
    axes.set_title("Placed at random; bars: exact")
    axes.legend(fontsize=7)


def draw_ratios(axes, entries, label):
    """Measured over law, with two standard errors; entries: (text, value, error, law, colour)."""
    axes.axvline(1.0, color="k", lw=0.8)
    axes.axvspan(0.95, 1.05, color="0.93")
    for i, (_, value, error, law, colour) in enumerate(entries):
        axes.errorbar(value / law, i, xerr=2 * error / law, fmt="o", ms=4, color=colour, capsize=2)
    axes.set_yticks(range(len(entries)), [entry[0] for entry in entries], fontsize=7)
    axes.invert_yaxis()
    axes.set_xlim(0.94, 1.06)
    axes.set_xlabel(label)


def draw_charge(axes):
    """Variances: of a cell, of the charge at terminals, of a capacitor's voltage, in windows, of shot noise."""
    entries = []
    files = (("neutral", "neutral, "), ("charge", "charge of "), ("voltage", ""), ("windows", ""), ("fano", "shot noise of "))
    for i, (file, prefix) in enumerate(files):
        for name, (_, value, error, law) in series(file).items():
            text = prefix + pretty(name).replace("<V^2>,", r"$\langle V^2\rangle$,").replace("h^2/D", r"$h^2/D$")
            entries.append((text.replace("~", r"$\sim$"), value[0], error[0], law[0], COLOURS[i]))
    draw_ratios(axes, entries, "variance / exact (2 standard errors; grey: 5 %)")
    axes.set_title("Variances: a cell, charges, a capacitor, shot noise")


def of_engine(name, engine):
    """Series of one engine, without its name: [(name, points)]."""
    return [(key.removeprefix(f"{engine}; "), points) for key, points in series(name).items() if key.startswith(engine)]


def draw_structure(axes, engine):
    """Structure factor of an engine at every k; dashed where forces are held too long for the law itself."""
    styles = set()
    for i, (name, (m, value, error, law)) in enumerate(of_engine("structure", engine)):
        styles.add("--" if "held" in name else "-")
        axes.plot(m, law, "--" if "held" in name else "-", color=COLOURS[i], lw=0.8)
        axes.errorbar(m, value, [2 * e for e in error], fmt=MARKS[i], ms=4, color=COLOURS[i], label=pretty(name))
    for style, label in (("-", "Debye and Hückel"), ("--", "the same times the factor of held forces")):
        if style in styles:
            axes.plot([], [], style, color="k", lw=0.8, label=label)
    axes.set_xlabel("mode of the film")
    axes.set_ylabel("S(k), variance over the free one")
    axes.set_ylim(0, 1.42)
    axes.set_title(f"Structure factor, {ENGINES[engine]}")
    axes.legend(fontsize=7, loc="upper left")


def draw_correlation(axes, engine):
    """Correlation of the modes of an engine over their own time."""
    points = of_engine("correlation", engine)
    last = 1.1 * max(max(t) for _, (t, *_) in points)
    axes.semilogy([0, last], [1, math.exp(-last)], "k-", lw=0.8, label=r"$e^{-\lambda t}$, exact")
    for i, (name, (t, value, error, _)) in enumerate(points):
        axes.errorbar(t, value, [2 * e for e in error], fmt=MARKS[i], ms=4, color=COLOURS[i], label=pretty(name))
    axes.set_xlabel(r"$\lambda t$, rate of the mode times the time between samples")
    axes.set_ylabel(r"$\langle x(0)\,x(t)\rangle$")
    axes.set_title(f"Correlation of modes, {ENGINES[engine]}")
    axes.legend(fontsize=7)


def draw_symmetry(axes):
    """ln P(Q)/P(-Q) against VQ/kT."""
    axes.axline((0, 0), slope=1.0, color="k", lw=0.8)
    for i, (name, (x, value, error, _)) in enumerate(series("symmetry").items()):
        text = pretty(name).replace("P(Q)/P(-Q), ", "")
        axes.errorbar(x, value, [2 * e for e in error], fmt=MARKS[i], ms=4, color=COLOURS[i], label=text)
    axes.set_xlabel(r"$VQ/kT$")
    axes.set_ylabel(r"$\ln\,P(Q)/P(-Q)$")
    axes.set_title("Charges and their reverse; line: exact")
    axes.legend(fontsize=7, loc="upper left")


def draw_times(axes):
    """Mean time to bridge a film, over that of the noise-free density."""
    table = rows(HERE.parent / "langevin/times.csv")
    names = sorted({(row["engine"], row["interval_us"]) for row in table if row["engine"] != "none"},
                   key=lambda name: (name[0], float(name[1] or 0)))
    free = {row["area_nm2"]: float(row["mean_ms"]) for row in table if row["engine"] == "none"}
    for i, name in enumerate(names):
        at = [row for row in table if (row["engine"], row["interval_us"]) == name]
        text = name[0] + (f", {name[1]} µs" if name[1] else "")
        axes.errorbar([float(row["area_nm2"]) for row in at], [float(row["mean_ms"]) / free[row["area_nm2"]] for row in at],
                      [2 * float(row["error_ms"]) / free[row["area_nm2"]] for row in at], fmt=MARKS[i] + "-", ms=4, lw=0.8,
                      color=COLOURS[i], label=text, capsize=2)
    axes.axhline(1.0, color="k", lw=0.8)
    axes.set_xscale("log")
    axes.set_xticks([25, 64, 225, 1024], ["25", "64", "225", "1024"])
    axes.minorticks_off()
    axes.set_xlabel("cross-section, nm²")
    axes.set_ylabel("mean time to bridge / noise-free")
    axes.set_title("Single ions and random forces in a filament")
    axes.legend(fontsize=7)


def main():
    if len(sys.argv) > 1:
        measure(pathlib.Path(sys.argv[1]).resolve())
    plt.rcParams.update(STYLE)
    figure, axes = plt.subplots(2, 4, figsize=(17, 8), constrained_layout=True)
    for draw, axis in zip((draw_neutral, draw_charge), axes[:, 0]):
        draw(axis)
    for column, engine in enumerate(ENGINES, 1):
        draw_structure(axes[0, column], engine)
        draw_correlation(axes[1, column], engine)
    for draw, axis in zip((draw_symmetry, draw_times), axes[:, 3]):
        draw(axis)
    figure.savefig(IMAGE, dpi=110)


if __name__ == "__main__":
    main()
