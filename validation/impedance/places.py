#!/usr/bin/env python3
"""Draw docs/images/noise_places.png: where the noise of inputs/devices/pvk1_impedance.cfg at 1 V comes from.

    halidrift run inputs/devices/pvk1_impedance.cfg -o runs/impedance
    python3 validation/impedance/places.py runs/impedance
"""

import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent))
from plot import COLOURS

FREQUENCIES = {1.0: "1 Hz", 1e4: "10 kHz", 1e8: "100 MHz"}
NAMES = {"flux_electron": "electrons diffuse", "flux_hole": "holes diffuse", "flux_vacancy": "vacancies hop"}


def main():
    fields = xarray.open_dataset(pathlib.Path(sys.argv[1], "fields.nc"))
    fields = fields.isel(record=(fields.experiment == "noise_1p0").values & fields.frequency.notnull().values)
    figure, panels = plt.subplots(1, len(FREQUENCIES), figsize=(12, 3.6), sharey=True, layout="constrained")
    for axes, (f, title) in zip(panels, FREQUENCIES.items()):
        record = fields.isel(record=int(abs(fields.frequency / f - 1.0).argmin()))
        for i, (name, text) in enumerate(NAMES.items()):
            share = record[f"noise_{name}"]
            density = 1e-9 * share / record.cell_volume  # of 1 m2, per nm
            axes.semilogy(1e9 * fields.x, density, color=COLOURS[i], label=f"{text}: {100 * float(share.sum()):.3g} %")
        axes.set(xlabel="x (nm)", ylim=(1e-7, 10), title=title)
        axes.legend(fontsize=8)
    panels[0].set_ylabel("share of S per nm")
    figure.savefig(ROOT / "docs/images/noise_places.png", dpi=110)


if __name__ == "__main__":
    main()
