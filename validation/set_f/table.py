#!/usr/bin/env python3
"""Print the tables of README.md: what each part of set F does to the switching.

    python3 validation/set_f/table.py
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import switching
from overrides import (CONTACTS, IMAGE_FORCE_OFF, TUNNELLING_OFF, electrons, electrons_at_contacts, number,
                       reciprocal)

HERE = "validation/set_f/"
SMOOTHED = reciprocal("smoothed")


def consistent(statistics, limit=None):
    return SMOOTHED + electrons_at_contacts("supply") + electrons(statistics, limit)


CASES = [
    ("80 intervals", []),
    ("160 intervals", ["device.layers[0].intervals=160"]),
    ("240 intervals", ["device.layers[0].intervals=240"]),
    ("image force off", IMAGE_FORCE_OFF),
    ("chi = 0.3 eV", ['device.interactions[0].energy="0.3 eV"']),
    ("chi = 0", ['device.interactions[0].energy="0 eV"']),
    ("Omega = 0", ['device.interactions[1].energy="0 eV"']),
    ("anode blocks the vacancies", ['device.contacts[1].species[1]={name="vacancy";model="blocking";}']),
    ("tunnelling off", TUNNELLING_OFF),
    ("tunnelling off at the cathode", [CONTACTS[0] + "tunnelling=false"]),
    ("tunnelling off at the anode", [CONTACTS[1] + "tunnelling=false"]),
    ("hopping over 0.5 nm: sinh", ['device.species[1].hop_length="0.5 nm"']),
    ("mobility D theta", ['device.species[1].lattice="enhanced_diffusion"']),
    ("chi n/c_max smoothed", SMOOTHED),
    ("consistent, Blakemore 2 c_max", consistent("blakemore", "8e20")),
    ("consistent, Blakemore c_max", consistent("blakemore", "4e20")),
    ("consistent, Fermi-Dirac 1/2", consistent("fermi_dirac")),
]


def step(sets):
    """Time to 10 nA (ms), current at the end of the step (uA), gain, time to 0.1 nA behind it (us)."""
    run = switching.Run(HERE + "step.cfg", sets)
    t, current = run.columns("step", "time_s", "I(anode)_A")
    rise = [(a, b) for a, b in zip(t, current) if 1e-6 < a <= 1.5e-3]
    t_on, end = switching.crossing(*zip(*rise), switching.ON), rise[-1][1]
    above = [a for a, b in zip(t, current) if a > 1.5e-3 and abs(b) > 1e-10]
    off = (above[-1] - 1.5e-3 if above else 0) if run.error is None else None
    return t_on, switching.gain(*zip(*rise)), end, off


def main():
    print("| case | 10 nA at, ms | gain G | current at 1.5 ms, A | below 0.1 nA after, us |")
    print("|---|---|---|---|---|")
    for name, sets in CASES:
        t_on, gain, end, off = step(sets)
        print(f"| {name} | {number(t_on, 1e3, '.3f')} | {number(gain, 1, '.0f')} | {end:.2g} "
              f"| {number(off, 1e6, '.2g')} |", flush=True)
    print("\n| rate, V/s | 10 nA at, V | the same, consistent, Blakemore 2 c_max |")
    print("|---|---|---|")
    plain = switching.Run(HERE + "triangles.cfg")
    full = switching.Run(HERE + "triangles.cfg", consistent("blakemore", "8e20"))
    for rate in (30, 100, 300, 1000):
        volts = []
        for run in (plain, full):
            t, current = run.columns(f"rate_{rate}", "time_s", "I(anode)_A")
            volts.append(rate * switching.crossing(t, current, switching.ON))
        print(f"| {rate} | {volts[0]:.3f} | {volts[1]:.3f} |")


if __name__ == "__main__":
    main()
