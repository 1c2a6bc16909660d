#!/usr/bin/env python3
"""Draw slow ramps over the fold of a curve of steady states.

    halidrift run inputs/devices/memristor_curve.cfg -q -o runs/curve
    halidrift run validation/continuation/ramp.cfg -q -o runs/ramp
    python3 validation/continuation/figure.py runs/curve runs/ramp -o validation/continuation/ramp.png

Needs matplotlib.
"""
import argparse
import csv

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

LENGTH = "filament_length(vacancy)_m"
RATES = {"rate_100": 100, "rate_10": 10, "rate_1": 1}  # mV/s
COLOURS = ["#009E73", "#CC79A7", "#E69F00"]  # Okabe and Ito (2008)
WINDOW = (0.2420, 0.2440)  # V


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("curve")
    parser.add_argument("ramp")
    parser.add_argument("-o", "--output", default="ramp.png")
    options = parser.parse_args()
    curve = rows(f"{options.curve}/curve.csv")
    fold = [row for row in curve if row["fold"] == "1"][2]
    figure, axis = plt.subplots(figsize=(6, 4), layout="constrained")
    for branch, style, label in (("2", "-", "stable"), ("3", "--", "unstable")):
        points = [row for row in curve if row["branch"] == branch]
        points = [fold, *points] if branch == "3" else points
        axis.plot([1e3 * float(row["parameter"]) for row in points],
                  [1e9 * float(row[LENGTH]) for row in points], style, color="#0072B2", label=label)
    for (name, rate), colour in zip(RATES.items(), COLOURS):
        ramp = [row for row in rows(f"{options.ramp}/terminals.csv") if row["experiment"] == name]
        axis.plot([1e3 * float(row["V(in)_V"]) for row in ramp],
                  [1e9 * float(row[LENGTH]) for row in ramp], color=colour, linewidth=1,
                  label=f"{rate} mV/s")
    axis.plot(1e3 * float(fold["parameter"]), 1e9 * float(fold[LENGTH]), "ko", markersize=4)
    axis.set(xlim=[1e3 * v for v in WINDOW], ylim=(1.4, 4), xlabel="voltage (mV)",
             ylabel="length of the dense phase (nm)")
    axis.legend(loc="upper left", frameon=False)
    figure.savefig(options.output, dpi=130)


if __name__ == "__main__":
    main()
