#!/usr/bin/env python3
"""Draw experiments of the guide (section 24) that tutorial 7 does not have, and its current transient.

    python3 validation/experiments.py runs docs/images/experiments.png

`runs` holds 07_protocols, flashes, barrier and mott, made by the commands of that section.
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


def main():
    runs, image = pathlib.Path(sys.argv[1]), sys.argv[2]
    fig, axes = plt.subplots(2, 2, figsize=(9, 6.4), layout="constrained")
    for draw, own in zip((draw_drift, draw_flashes, draw_barrier, draw_mott), axes.flat):
        draw(own, runs)
    fig.savefig(image, dpi=110)


if __name__ == "__main__":
    main()
