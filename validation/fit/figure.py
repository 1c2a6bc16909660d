#!/usr/bin/env python3
"""Draw docs/images/fit.png: data, fit and residuals of validation/fit/both.cfg.

    python3 validation/fit/data.py --noise 0.02 -o runs/noisy
    halidrift fit validation/fit/both.cfg --data runs/noisy/jv.csv --data runs/noisy/impedance.csv -o runs/both
    python3 validation/fit/figure.py runs/both
"""

import argparse
import csv
import json
import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from plot import COLOURS

LABELS = {"I(anode)_A": "J", "ReZ_Ohm": "Re Z", "ImZ_Ohm": "-Im Z"}
TRUE = [1e24, 1.0340e-14, 24.0, 1e-4, 5.1]  # what the reference programs were given, in the order of both.cfg
NAMES = ["density of vacancies", "their diffusion", "permittivity", "mobility of electrons", "work function"]


def points(folder):
    """Columns of fit.csv by experiment and column of the data."""
    sets = {}
    with open(folder / "fit.csv", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            one = sets.setdefault((row["experiment"], row["column"]), {k: [] for k in ("x", "data", "error", "fit")})
            for key, values in one.items():
                values.append(float(row[key]))
    return sets


def draw_set(axes, below, columns, scale):
    """Data above their error, and the fit; residuals of all."""
    for i, (column, one) in enumerate(columns):
        sign = -1 if column == "ImZ_Ohm" else 1
        colour = COLOURS[i]
        seen = [(x, sign * y) for x, y, e in zip(one["x"], one["data"], one["error"]) if sign * y > e]
        axes.plot(*zip(*seen), "o", ms=3.5, mfc="none", color=colour, label=LABELS[column])
        axes.plot(one["x"], [sign * y for y in one["fit"]], color=colour, lw=1.2)
        residuals = [(y - f) / e for y, f, e in zip(one["data"], one["fit"], one["error"])]
        below.plot(one["x"], residuals, "o", ms=3.5, mfc="none", color=colour)
    axes.set_yscale("log")
    for a in (axes, below):
        a.set_xscale(scale)
    axes.tick_params(labelbottom=False)
    below.axhspan(-1.96, 1.96, color="0.92", zorder=0)
    below.axhline(0, color="0.6", lw=0.8)
    below.set_ylim(-4, 4)
    axes.legend(fontsize=8)


def draw_parameters(axes, fit):
    """Intervals over the true value."""
    values = fit["parameters"]
    for i, (value, true) in enumerate(zip(values, TRUE)):
        low, high = (100 * (x / true - 1) for x in value["interval_95"])
        axes.plot([low, high], [i, i], color=COLOURS[0], lw=2, solid_capstyle="butt")
        axes.plot(100 * (value["value"] / true - 1), i, "o", color=COLOURS[0], ms=4)
        axes.text(0.02, i - 0.28, NAMES[i], fontsize=8, transform=axes.get_yaxis_transform())
    axes.axvline(0, color="black", lw=0.8)
    axes.set(ylim=(len(values) - 0.5, -0.7), yticks=[], xlabel="fit over truth - 1, %", title="95 % intervals")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("-o", "--output", default="docs/images/fit.png")
    options = parser.parse_args()
    sets = points(options.folder)
    figure = plt.figure(figsize=(9.6, 4.2), layout="constrained")
    grid = figure.add_gridspec(2, 3, height_ratios=[2.4, 1])
    for i, (name, scale) in enumerate((("dc", "linear"), ("impedance", "log"))):
        axes, below = figure.add_subplot(grid[0, i]), figure.add_subplot(grid[1, i])
        draw_set(axes, below, [(c, one) for (e, c), one in sets.items() if e == name], scale)
        axes.set(ylabel="A/m$^2$" if i == 0 else "Ohm m$^2$", title="J-V" if i == 0 else "impedance at 0 V")
        axes.set_ylim(bottom=5e-4 if i == 0 else 1e-6)
        below.set(xlabel="V" if i == 0 else "Hz", ylabel="residual / error" if i == 0 else "")
    draw_parameters(figure.add_subplot(grid[:, 2]), json.loads((options.folder / "fit.json").read_text("utf-8")))
    figure.savefig(options.output, dpi=110)


main()
