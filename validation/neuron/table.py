#!/usr/bin/env python3
"""Print the tables of README.md.

    python3 validation/neuron/table.py assumptions     what each assumption does
    python3 validation/neuron/table.py matrix          pattern and energies: meshes x tolerances
    python3 validation/neuron/table.py ripples         grid pinning of the retracting filament
"""

import math
import pathlib
import statistics
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import switching
from overrides import (IMAGE_FORCE_OFF, TUNNELLING_OFF, electrons, electrons_at_contacts, number,
                       reciprocal)

MEMRISTOR = "validation/neuron/memristor.cfg"
NEURON = "inputs/devices/neuron.cfg"
SWEEP = "inputs/devices/memristor_sweep.cfg"
INTERVALS = "device.layers[0].intervals={}"


def exchange(rate):
    return f'device.contacts[1].species[1].rate="{rate} cm/s"'


ASSUMPTIONS = [
    ("shipped: Blakemore 2 c_max, smoothed, supply, chi 0.6 eV, k_a 1 cm/s", []),
    ("Blakemore c_max", electrons("blakemore", "4e20")),
    ("Fermi-Dirac 1/2", electrons("fermi_dirac")),
    ("Boltzmann", electrons("boltzmann")),
    ("chi n/c_max local", reciprocal("local")),
    ("chi n/c_max not felt by the vacancies", reciprocal("none")),
    ("contacts: schottky", electrons_at_contacts("schottky")),
    ("contacts: dirichlet", electrons_at_contacts("dirichlet")),
    ("Boltzmann, local, schottky",
     electrons_at_contacts("schottky") + electrons("boltzmann") + reciprocal("local")),
    ("chi = 0.5 eV", ['device.interactions[0].energy="0.5 eV"']),
    ("chi = 0.7 eV", ['device.interactions[0].energy="0.7 eV"']),
    ("Omega = 0", ['device.interactions[1].energy="0 eV"']),
    ("k_a = 0.1 cm/s, rtol 1e-4", [exchange(0.1), "solver.rtol=1e-4"]),
    ("k_a = 10 cm/s", [exchange(10)]),
    ("image force off", IMAGE_FORCE_OFF),
    ("tunnelling off", TUNNELLING_OFF),
]


def pattern(spikes):
    """Pulses that fire, shortened where the distance repeats."""
    pulses = [int(spike["pulse"]) for spike in spikes]
    steps = [b - a for a, b in zip(pulses, pulses[1:])]
    if len(steps) > 3 and len(set(steps[1:])) == 1:
        return f"{pulses[0]}, {pulses[1]}, {pulses[2]}, ... {pulses[-1]}"
    return ", ".join(map(str, pulses)) or "none"


def energies(spikes):
    """First spike; smallest to largest of the others, pJ."""
    values = [1e12 * spike["E_source_J"] for spike in spikes]
    rest = f"; {min(values[1:]):.2f} to {max(values[1:]):.2f}" if len(values) > 1 else ""
    return f"{values[0]:.2f}{rest}" if values else "-"


def assumptions():
    print("| model | 10 nA at 300 V/s, V | 10 nA at 1 V, ms | gain G | current when on, A "
          "| pulses that fire | energy, pJ |")
    print("|---|---|---|---|---|---|---|")
    mesh = [INTERVALS.format(80)]
    for name, sets in ASSUMPTIONS:
        alone = switching.Run(MEMRISTOR, sets + mesh)
        t, current = alone.columns("step", "time_s", "I(anode)_A")
        rise = [(a, b) for a, b in zip(t, current) if a > 1e-6]
        t_on, gain = switching.crossing(*zip(*rise), switching.ON), switching.gain(*zip(*rise))
        t, sweep = alone.columns("rate_300", "time_s", "I(anode)_A")
        volts = switching.crossing(t, sweep, switching.ON) if t else None
        run = switching.Run(NEURON, sets + mesh)
        spikes = run.spikes("pulses")
        print(f"| {name} | {number(volts, 300, '.3f')} | {number(t_on, 1e3, '.3f')} "
              f"| {number(gain, 1, '.0f')} | {current[-1]:.2g} | {pattern(spikes)} "
              f"| {energies(spikes)}{' (stopped)' if run.error else ''} |", flush=True)
        for item in (alone, run):
            if item.error:
                print(f"{name}: {item.error}", file=sys.stderr)


def matrix():
    print("| intervals | rtol | pulses that fire | energy from the source, pJ | CPU s |")
    print("|---|---|---|---|---|")
    for intervals in (80, 129, 160, 320):
        for rtol in ("1e-3", "1e-4", "1e-5"):
            run = switching.Run(NEURON, [INTERVALS.format(intervals), "solver.rtol=" + rtol])
            spikes = run.spikes("pulses")
            print(f"| {intervals} | {rtol} | {pattern(spikes)} | {energies(spikes)} "
                  f"| {run.summary['cpu_s']:.1f} |", flush=True)


RATES = (300, 30)  # V/s
VOLTS = [0.01 + 0.001 * i for i in range(181)]  # V, on the way back: the filament retracts


def retraction(intervals):
    """log10 |I| at VOLTS on the way back, for both rates; CPU time, s."""
    run = switching.Run(SWEEP, [INTERVALS.format(intervals)])
    logs = []
    for rate in RATES:
        t, volts, current = run.columns(f"rate_{rate}", "time_s", "V(in)_V", "I(anode)_A")
        back = sorted((v, math.log10(abs(i))) for a, v, i in zip(t, volts, current) if a > 1.5 / rate)
        logs.append([switching.value_at(*zip(*back), v) for v in VOLTS])
    return logs, run.summary["cpu_s"]


def swings(logs):
    """Rises and falls between the turning points, decades."""
    turns = [b for a, b, c in zip(logs, logs[1:], logs[2:]) if (b - a) * (c - b) < 0]
    return [abs(b - a) for a, b in zip(turns, turns[1:])]


def ripples():
    finest = 640
    limit, _ = retraction(finest)
    print(f"| intervals | h / ell | swing and mean of log10(I / I on {finest}) at 300 V/s | at 30 V/s "
          "| CPU s |")
    print("|---|---|---|---|---|")
    for intervals in (80, 120, 129, 160, 240, 320):
        logs, cpu = retraction(intervals)
        found = []
        for own, exact in zip(logs, limit):
            off = [a - b for a, b in zip(own, exact)]
            teeth = [size for size in swings(off) if size > 0.005]  # below: steps of time
            found.append(f"{statistics.median(teeth or [0]):.2f}, {statistics.mean(off):.2f}")
        print(f"| {intervals} | {30 / intervals / 0.7:.2f} | {found[0]} | {found[1]} | {cpu:.1f} |",
              flush=True)


if __name__ == "__main__":
    tables = {"assumptions": assumptions, "matrix": matrix, "ripples": ripples}
    if len(sys.argv) != 2 or sys.argv[1] not in tables:
        sys.exit(__doc__)
    tables[sys.argv[1]]()
