#!/usr/bin/env python3
"""Draw experiments of the guide (section 24) that tutorial 7 does not have, and its current transient.

    python3 validation/experiments.py runs docs/images/experiments.png

`runs` holds 07_protocols, flashes, barrier, mott, endurance and endurance_ions, made by the commands of that
section.
Needs numpy, matplotlib and xarray.
"""

import json
import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import xarray as xr

from protocols import rows

BOLTZMANN = 8.617333e-5  # eV/K


def draw_drift(axes, runs):
    columns = rows(runs / "07_protocols")["drift"]
    axes.semilogy(1e3 * columns["time_s"], np.abs(columns["I(anode)_A"]))
    axes.set(xlabel="time, ms", ylabel="|I|, A", title="current transient, 0.4 V", ylim=(1e-16, 1e-7))


def draw_flashes(axes, runs):
    columns = rows(runs / "flashes")["flash"]
    axes.plot(1e3 * columns["time_s"], 1e6 * np.abs(columns["I(holes)_A"]))
    axes.set(xlabel="time, ms", ylabel="short-circuit current, µA", title="flashes of light")


def draw_barrier(axes, runs):
    columns = rows(runs / "barrier")["ramp"]
    T, current = columns["peak_temperature(film)_K"], np.abs(columns["I(a)_A"])
    found = json.loads((runs / "barrier/summary.json").read_text("utf-8"))["experiments"][0]["protocol"]
    per_kT = 1 / (BOLTZMANN * T)
    axes.semilogy(per_kT, current, "o", ms=4)
    slope, start = -found["activation_energy"], np.mean(np.log(current) + found["activation_energy"] * per_kT)
    axes.semilogy(per_kT, np.exp(start + slope * per_kT), label=f"{-slope:.4f} eV")
    axes.set(xlabel="1/kT, 1/eV", ylabel="|I|, A", title="temperature ramp")
    axes.legend()


def draw_mott(axes, runs):
    study = xr.open_dataset(runs / "mott/study.nc")
    V, inverse = study.value.values, 1e-20 * study.capacitance_C_end.values**-2
    slope, start = np.polyfit(V, inverse, 1)
    to = np.array([V.min(), -start / slope])
    axes.plot(V, inverse, "o", ms=4)
    axes.plot(to, start + slope * to, label=f"0 at {to[1]:.3f} V")
    axes.set(xlabel="bias, V", ylabel="1/C², 1e20 F⁻²", title="Mott and Schottky's plot")
    axes.legend()


def draw_endurance(axes, runs):
    """Read currents of each cycle: of a density of ions, and of single ions at random."""
    for folder, marker, label in (("endurance", "-", "density"), ("endurance_ions", "o", "single ions")):
        summary = json.loads((runs / folder / "summary.json").read_text("utf-8"))
        found = summary["experiments"][0]["protocol"]
        for state, color in (("on", "C0"), ("off", "C1")):
            current = np.abs(found[state])
            axes.semilogy(range(1, 1 + len(current)), current, marker, mfc="none", color=color, label=f"{state}, {label}")
    axes.set(xlabel="cycle", ylabel="|I| at 0.2 V, A", title="endurance, ±0.8 V, 1 ms", ylim=(1e-17, 1e-6))
    axes.legend(fontsize=8, ncol=2)


def draw_cycle(axes, runs):
    """The second cycle: the source and the current."""
    columns = rows(runs / "endurance")["cycles"]
    time, cycle = 1e3 * columns["time_s"], 1e3 * columns["time_s"].max() / 10
    seen = (cycle <= time) & (time <= 2 * cycle)
    axes.semilogy(time[seen] - cycle, np.abs(columns["I(anode)_A"])[seen])
    axes.set(xlabel="time, ms", ylabel="|I|, A", title="second cycle: set, read, reset, read", ylim=(1e-17, 1e-5))
    source = axes.twinx()
    source.plot(time[seen] - cycle, columns["V(in)_V"][seen], color="0.6", lw=0.8)
    source.set_ylabel("source, V", color="0.4")


def main():
    runs, image = pathlib.Path(sys.argv[1]), sys.argv[2]
    fig, axes = plt.subplots(3, 2, figsize=(9, 9.6), layout="constrained")
    drawings = (draw_drift, draw_flashes, draw_barrier, draw_mott, draw_cycle, draw_endurance)
    for draw, own in zip(drawings, axes.flat):
        draw(own, runs)
    fig.savefig(image, dpi=110)


if __name__ == "__main__":
    main()
