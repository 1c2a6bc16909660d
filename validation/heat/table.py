#!/usr/bin/env python3
"""Print the tables of README.md: what heat changes in the memristor and in the neuron.

    python3 validation/heat/table.py         one dimension
    python3 validation/heat/table.py plane   the neuron of two dimensions, 150 s of CPU time
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import switching
from overrides import number

MEMRISTOR = "inputs/devices/memristor_heat.cfg"
NEURON = "inputs/devices/neuron.cfg"
PLANE = "inputs/devices/neuron_2d.cfg"
MESH = "device.layers[0].intervals=80"


def heat(text):
    return f"device.heat={{model={text};}}"


def hopping(energy):
    return f'device.species[1].activation_energy="{energy} eV"'


OFF, SINKS = heat('"none"'), heat('"lattice"')
SIDEWAYS = heat('"lattice";sideways_conductance="3e16 W/m^3/K"')
LUMPED = heat('"lumped";thermal_resistance="3e7 K/W"')

WAYS = [
    ("no heat", OFF, 0),
    ("metals as sinks", SINKS, 0),
    ("metals as sinks", SINKS, 0.3),
    ("metals as sinks", SINKS, 0.58),
    ("metals and sideways", SIDEWAYS, 0.3),
    ("lumped, 3e7 K/W", LUMPED, 0.3),
]


def sets(way, energy):
    return [way, hopping(energy)]


def peak(run, experiment):
    """Highest temperature of an experiment, K; None without heat."""
    for entry in run.summary["experiments"]:
        if entry["name"] == experiment:
            for name, values in entry.get("ranges", {}).items():
                if name.startswith("peak_temperature"):
                    return values["max"]
    return None


def spikes_of(run):
    """Pulses that fire, energies from the source in pJ."""
    spikes = run.spikes("pulses")
    pulses = ", ".join(str(int(spike["pulse"])) for spike in spikes[:4])
    energies = [1e12 * spike["E_source_J"] for spike in spikes]
    rest = f"; {min(energies[1:]):.2f}" if len(energies) > 1 else ""
    rest += f" to {max(energies[1:]):.2f}" if len(energies) > 2 else ""
    return (pulses + (", ..." if len(spikes) > 4 else "") or "none",
            f"{energies[0]:.2f}{rest}" if energies else "-")


def row(cells):
    print("| " + " | ".join(cells) + " |", flush=True)


def column():
    row(["heat leaves by", "E_a, eV", "10 nA at 300 V/s, V", "10 nA at 1 V, ms",
         "current at 1 V, uA", "T there, K", "T at 1.5 V, K", "pulses that fire", "energy, pJ",
         "T in the neuron, K"])
    row(["---"] * 10)
    for name, way, energy in WAYS:
        alone = switching.Run(MEMRISTOR, sets(way, energy) + [MESH])
        neuron = switching.Run(NEURON, sets(way, energy) + [MESH])
        t, current = alone.columns("step", "time_s", "I(anode)_A")
        on = switching.crossing(*zip(*[(a, b) for a, b in zip(t, current) if a > 1e-6]),
                                switching.ON)
        t, sweep = alone.columns("rate_300", "time_s", "I(anode)_A")
        volts = switching.crossing(t, sweep, switching.ON) if t else None
        pulses, energies = spikes_of(neuron)
        row([name, f"{energy:g}", number(volts, 300, ".4f"),
             number(on, 1e3, ".4f"), f"{1e6 * current[-1]:.2f}",
             number(peak(alone, "step"), 1, ".0f"), number(peak(alone, "rate_300"), 1, ".0f"), pulses,
             energies, number(peak(neuron, "pulses"), 1, ".1f")])
        for run in (alone, neuron):
            if run.error:
                print(f"{name}: {run.error}", file=sys.stderr)


def plane():
    row(["heat leaves by", "E_a, eV", "pulses that fire", "energy, pJ", "T, K"])
    row(["---"] * 5)
    for name, way, energy in (WAYS[0], WAYS[2]):
        neuron = switching.Run(PLANE, sets(way, energy))
        row([name, f"{energy:g}", *spikes_of(neuron), number(peak(neuron, "pulses"), 1, ".1f")])
        if neuron.error:
            print(f"{name}: {neuron.error}", file=sys.stderr)


if __name__ == "__main__":
    {(): column, ("plane",): plane}[tuple(sys.argv[1:])]()
