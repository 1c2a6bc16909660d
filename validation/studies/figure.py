#!/usr/bin/env python3
"""Draw docs/images/studies.png from two studies of the neuron.

    halidrift sweep inputs/studies/neuron_threshold.cfg -o runs/threshold
    halidrift sweep inputs/studies/neuron_8.cfg -o runs/neuron_8
    python3 validation/studies/figure.py runs/threshold runs/neuron_8 -o studies.png

Needs numpy, matplotlib and netCDF4.
"""

import argparse
import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import netCDF4
import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from plot import COLOURS

PARAMETERS = ["thickness", "diffusion", "chi", "Omega", "rate", "capacitance", "leak", "amplitude"]
PULSES = 10  # of a run; a neuron that does not fire comes behind all that do


def read(folder):
    return netCDF4.Dataset(pathlib.Path(folder, "study.nc"))


def values(data, name):
    return np.ma.filled(data[name][:], np.nan)


def edges(centres, log):
    """Edges of the cells around the values of an axis."""
    x = np.log(centres) if log else np.asarray(centres)
    middle = 0.5 * (x[1:] + x[:-1])
    x = np.concatenate([[2 * x[0] - middle[0]], middle, [2 * x[-1] - middle[-1]]])
    return np.exp(x) if log else x


def draw_threshold(axes, data):
    chi, diffusion = values(data, "chi"), 1e4 * values(data, "diffusion")
    threshold = values(data, "threshold")
    image = axes.pcolormesh(edges(diffusion, True), edges(chi, False), threshold, cmap="viridis")
    for i, y in enumerate(chi):
        for j, x in enumerate(diffusion):
            text = "none" if np.isnan(threshold[i, j]) else f"{threshold[i, j]:.2f}"
            bright = threshold[i, j] > 0.5 * (np.nanmin(threshold) + np.nanmax(threshold))
            axes.text(x, y, text, ha="center", va="center", color="black" if bright else "white", fontsize=7)
    axes.set_xscale("log")
    axes.set_xlabel("diffusion of vacancies, cm$^2$/s")
    axes.set_ylabel("gain of an electron among vacancies, chi, eV")
    axes.set_title("Smallest amplitude that fires in ten pulses, V", fontsize=10)
    plt.colorbar(image, ax=axes)


def ranks(x):
    return np.argsort(np.argsort(x)).astype(float)


def correlation(x, y):
    """Spearman's: of the ranks, so that any monotonic dependence counts."""
    return np.corrcoef(ranks(x), ranks(y))[0, 1]


def draw_correlations(axes, data):
    first = values(data, "pulses_first_spike_pulse")
    energy = values(data, "pulses_energy_per_spike")
    fired = ~np.isnan(energy)
    waiting = np.where(np.isnan(first), PULSES + 1, first)
    rows = np.arange(len(PARAMETERS))
    late = [correlation(values(data, p), waiting) for p in PARAMETERS]
    dear = [correlation(values(data, p)[fired], energy[fired]) for p in PARAMETERS]
    axes.barh(rows - 0.2, late, 0.38, color=COLOURS[0], label="pulses to the first spike")
    axes.barh(rows + 0.2, dear, 0.38, color=COLOURS[1], label="energy per spike")
    noise = 2 / np.sqrt(len(first) - 1)  # two standard errors of ranks that have nothing to do with each other
    axes.axvspan(-noise, noise, color="0.9", zorder=0)
    axes.set_yticks(rows, PARAMETERS)
    axes.invert_yaxis()
    axes.set_xlim(-1, 1)
    axes.set_xlabel("rank correlation")
    axes.set_title(f"{len(first)} neurons at random in 8 parameters", fontsize=10)
    axes.legend(frameon=False, fontsize=8, loc="upper right")
    for p, a, b in zip(PARAMETERS, late, dear):
        print(f"{p:12s} {a:+.2f} {b:+.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("threshold", help="folder of inputs/studies/neuron_threshold.cfg")
    parser.add_argument("sample", help="folder of inputs/studies/neuron_8.cfg")
    parser.add_argument("-o", "--output", default="studies.png")
    options = parser.parse_args()
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
    draw_threshold(left, read(options.threshold))
    draw_correlations(right, read(options.sample))
    figure.tight_layout()
    figure.savefig(options.output, dpi=110)


if __name__ == "__main__":
    main()
