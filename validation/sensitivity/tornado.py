#!/usr/bin/env python3
"""Tornado charts of a run with sensitivities: which number decides a figure of merit.

    halidrift run validation/sensitivity/ramp.cfg -o runs/ramp
    python3 validation/sensitivity/tornado.py runs/ramp -o tornado.png
"""

import argparse
import json
import pathlib

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

CHARTS = {  # experiment, merit: title
    ("leak", "I(cathode)_end"): "leak: current at 0.3 V",
    ("ramp", "spike_1_voltage"): "threshold: voltage at 10 nA",
    ("ramp", "spike_1_E_source"): "energy of the ramp",
}


def short(name):
    return name.replace("devices.memristor.", "").replace("materials.film.", "")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=pathlib.Path)
    parser.add_argument("-o", "--output", default="tornado.png")
    arguments = parser.parse_args()
    summary = json.loads((arguments.run / "summary.json").read_text())
    found = {(e["name"], m["merit"]): m for e in summary["experiments"]
             for m in e.get("sensitivities", [])}
    figure, axes = plt.subplots(1, len(CHARTS), figsize=(15, 4.2))
    for axis, (key, title) in zip(axes, CHARTS.items()):
        merit = found[key]
        rows = sorted(merit["logarithmic"].items(), key=lambda row: abs(row[1]))[-8:]
        values = [value for _, value in rows]
        axis.barh([short(name) for name, _ in rows], values,
                  color=["#b03a2e" if value < 0 else "#2874a6" for value in values])
        axis.axvline(0, color="black", lw=0.8)
        axis.set_title(f"{title}, {abs(merit['value']):.3g} {merit['unit']}", fontsize=10)
        axis.set_xlabel("d ln / d ln p")
        axis.tick_params(labelsize=8)
    figure.tight_layout()
    figure.savefig(arguments.output, dpi=110)


if __name__ == "__main__":
    main()
