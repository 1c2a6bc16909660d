#!/usr/bin/env python3
"""Draw docs/images/impedance.png: small signals and noise of inputs/devices/pvk1_impedance.cfg.

    halidrift run inputs/devices/pvk1_impedance.cfg -o runs/impedance
    python3 validation/impedance/figure.py runs/impedance
"""

import csv
import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent))
from plot import COLOURS

LABELS = {"equilibrium": "0 V", "bias_0p6": "0.6 V", "bias_1p0": "1 V", "bias_1p0_ions_held": "1 V, ions held"}


def spectrum(run, name, table="impedance.csv"):
    with open(pathlib.Path(run, table), encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["experiment"] == name]
    return {key: [float(row[key]) for row in rows] for key in rows[0] if key != "experiment"}


def reference():
    with open(HERE / "independent_pvk1_impedance_0.0V.csv", encoding="utf-8") as file:
        return list(zip(*([float(x) for x in row] for row in list(csv.reader(file))[1:])))


def draw_nyquist(axes, run):
    """The ions' arc at 0 V, where 10 Hz and 100 Hz are marked."""
    data, ref = spectrum(run, "equilibrium"), reference()
    axes.plot(data["ReZ_Ohm"], [-x for x in data["ImZ_Ohm"]], color=COLOURS[0], label="0 V")
    axes.plot(ref[1], [-x for x in ref[2]], "o", ms=4, mfc="none", color="black", label="reference")
    for f, text in ((10.0, "10 Hz"), (100.0, "100 Hz")):
        i = min(range(len(data["ReZ_Ohm"])), key=lambda k: abs(data["frequency_Hz"][k] - f))
        at = (data["ReZ_Ohm"][i], -data["ImZ_Ohm"][i])
        axes.plot(*at, "o", ms=4, color=COLOURS[0])
        axes.annotate(text, at, textcoords="offset points", xytext=(8, -8), fontsize=8)
    axes.set(xlim=(0, 8), ylim=(0, 8), xlabel="Re Z (Ohm m²)", ylabel="-Im Z (Ohm m²)", title="Nyquist")
    axes.set_aspect("equal")
    axes.legend(fontsize=8)


def draw_bode(modulus, phase, run):
    for i, (name, label) in enumerate(LABELS.items()):
        data = spectrum(run, name)
        style = "--" if name.endswith("held") else "-"
        modulus.loglog(data["frequency_Hz"], data["absZ_Ohm"], style, color=COLOURS[i], label=label)
        phase.semilogx(data["frequency_Hz"], data["phase_deg"], style, color=COLOURS[i])
    modulus.set(ylabel="|Z| (Ohm m²)", title="Bode")
    modulus.legend(fontsize=8)
    phase.set(xlabel="f (Hz)", ylabel="phase (degrees)")


def draw_capacitance(axes, run):
    for i, (name, label) in enumerate(LABELS.items()):
        data = spectrum(run, name)
        style = "--" if name.endswith("held") else "-"
        for sign, width in ((1, 1.5), (-1, 3.0)):
            C = [sign * c if sign * c > 0 else float("nan") for c in data["C_F"]]
            axes.loglog(data["frequency_Hz"], C, style if sign > 0 else ":", lw=width, color=COLOURS[i],
                        label=label if sign > 0 else None)
    axes.set(xlabel="f (Hz)", ylabel="|C| (F/m²), dotted: C < 0", title="Capacitance Im Y / ω")
    axes.legend(fontsize=8)


def draw_noise(axes, run):
    """At 0 V on what Johnson and Nyquist say; at 1 V with the part that ions make."""
    for i, name in ((0, "noise"), (2, "noise_1p0")):
        data = spectrum(run, name, "noise.csv")
        f, S = data["frequency_Hz"], data["S_I_A2/Hz"]
        bias = "0 V" if name == "noise" else "1 V"
        axes.loglog(f, S, color=COLOURS[i], label=bias)
        thermal = data["4kTReY_A2/Hz"]
        if name == "noise":
            axes.loglog(f[::10], thermal[::10], "o", ms=4, mfc="none", color="black", label="4kT Re Y, 0 V")
        else:
            axes.loglog(f, thermal, "--", color=COLOURS[i], label="4kT Re Y, 1 V")
            axes.loglog(f, [s * x for s, x in zip(S, data["flux(vacancy)"])], ":", color=COLOURS[i], label="1 V, hops of vacancies")
    axes.set(xlabel="f (Hz)", ylabel="S_I (A²/Hz for 1 m²)", title="Noise", ylim=(1e-29, 1e-13))
    axes.legend(fontsize=8)


def main():
    run = sys.argv[1]
    figure = plt.figure(figsize=(14, 3.8), layout="constrained")
    left, middle, right, last = figure.subfigures(1, 4)
    draw_noise(last.subplots(), run)
    draw_nyquist(left.subplots(), run)
    draw_bode(*middle.subplots(2, 1, sharex=True), run)
    draw_capacitance(right.subplots(), run)
    figure.savefig(ROOT / "docs/images/impedance.png", dpi=110)


if __name__ == "__main__":
    main()
