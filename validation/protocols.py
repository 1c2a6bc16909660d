#!/usr/bin/env python3
"""Draw what the protocols of tutorial 7 found: docs/images/protocols.png.

    build/release/halidrift run inputs/tutorial/07_protocols.cfg -q
    python3 validation/protocols.py runs/07_protocols docs/images/protocols.png

Needs numpy and matplotlib.
"""

import csv
import json
import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np


def rows(folder):
    """Columns of terminals.csv, experiment by experiment."""
    found = {}
    with open(folder / "terminals.csv", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found.setdefault(row.pop("experiment"), []).append(row)
    return {
        name: {key: np.array([float(row[key] or "nan") for row in lines]) for key in lines[0]}
        for name, lines in found.items()
    }


def main():
    folder, image = pathlib.Path(sys.argv[1]), sys.argv[2]
    data = rows(folder)
    summary = json.loads((folder / "summary.json").read_text("utf-8"))["experiments"]
    found = {entry["name"]: entry["protocol"] for entry in summary}
    fig, ((scan, pair), (train, keep)) = plt.subplots(2, 2, figsize=(9, 6.4), layout="constrained")
    names = [name for name in found if name.startswith("scan")]
    for name, color in zip(names, plt.get_cmap("viridis")(np.linspace(0.1, 0.8, len(names)))):
        columns = data[name]
        current = np.abs(columns["I(anode)_A"])
        seen = current > 1e-16
        source = columns["V(in)_V"]
        label = f"{found[name]['rate']:g} V/s, index {found[name]['index']:.2f}"
        scan.semilogy(source[seen], current[seen], color=color, label=label)
    scan.set(xlabel="source, V", ylabel="|I|, A", title="hysteresis", ylim=(1e-15, 1e-6))
    scan.legend(fontsize=8)
    pairs = [found[name] for name in found if name.startswith("pair")]
    pair.semilogy([1e3 * p["interval"] for p in pairs], [p["facilitation"] for p in pairs], "o-")
    pair.axhline(1, color="0.6", lw=0.8)
    pair.set(xlabel="interval, ms", ylabel="second over first", title="paired pulses, 0.8 V, 0.5 ms")
    train.semilogy(range(1, 1 + len(found["train"]["currents"])), found["train"]["currents"], "s-")
    train.set(xlabel="pulse", ylabel="current at its end, A", title="pulse train, 0.7 V, 0.3 ms on and off")
    columns, kept = data["keep"], found["keep"]
    current = np.abs(columns["I(anode)_A"])
    keep.semilogy(1e3 * columns["time_s"], current)
    keep.axhline(kept["before"], color="0.6", lw=0.8, label=f"before: {kept['before']:.1e} A")
    keep.plot([], [], " ", label=f"1/e after {1e3 * kept['decay_time']:.2f} ms")
    keep.set(xlabel="time, ms", ylabel="|I|, A", title="retention, read at 50 mV", ylim=(1e-17, 1e-5))
    keep.legend(fontsize=8)
    fig.savefig(image, dpi=110)


if __name__ == "__main__":
    main()
