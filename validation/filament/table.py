#!/usr/bin/env python3
"""Print the tables of README.md.

    python3 validation/filament/table.py meshes        what the spacing, the tolerance and `front` change
    python3 validation/filament/table.py prototype     the prototype's simplifications
    python3 validation/filament/table.py neuron        pattern and energies: meshes x tolerances
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import switching

CHANNEL = "validation/filament/channel.cfg"
NEURON = "inputs/devices/neuron_2d.cfg"
GRAIN = ("device.layers[0]", "device.boxes[0]", "device.boxes[1]")
LENGTH, RADIUS, RADIUS_MIN = (
    f"filament_{what}(vacancy)_m" for what in ("length", "radius_mean", "radius_min"))
SWITCHED_OFF = 1.5e-3  # s: end of the step
PROTOTYPE = [
    'device.radius="20 nm"', 'device.species[0]={name="electron";statistics="boltzmann";}',
    'device.interactions[0].reciprocal="local"'
] + [f'device.contacts[{i}].species[0]={{name="electron";model="schottky";}}' for i in (0, 1)]


def spacing(h):
    return [f'{part}.{end}="{h} nm"' for part in GRAIN for end in ("spacing", "spacing_end")]


def front(name):
    return f'device.species[1].front="{name}"'


def nearest(run, t, column):
    """Value of a column in the row nearest to t that has one."""
    rows = [row for row in run.rows if row[column]]
    return float(min(rows, key=lambda row: abs(float(row["time_s"]) - t))[column])


def step(sets):
    run = switching.Run(CHANNEL, sets)
    t, current = run.columns("step", "time_s", "I(anode)_A")
    on = switching.crossing(t, current, switching.ON)
    before = SWITCHED_OFF - 1e-6
    return (f"{1e3 * on:.3f} | {1e6 * max(current):.2f} | {1e9 * nearest(run, before, RADIUS):.2f} "
            f"| {1e9 * nearest(run, before, RADIUS_MIN):.2f} | {1e9 * nearest(run, t[-1], LENGTH):.1f} "
            f"| {run.summary['cpu_s']:.0f}{' (' + run.error + ')' if run.error else ''}")


HEAD = ("10 nA at, ms | largest current, uA | mean radius at 1.5 ms, nm | smallest | length at 1.8 ms, nm "
        "| CPU s |")


def meshes():
    print(f"| front | h, nm | rtol | {HEAD}\n|---|---|---|---|---|---|---|---|---|")
    rows = [("averaged", h, "1e-3") for h in (0.6, 0.45, 0.3, 0.225)]
    rows += [("averaged", 0.45, "3e-3"), ("averaged", 0.45, "3e-4")]
    rows += [("pointwise", h, "1e-3") for h in (0.6, 0.45, 0.3)]
    for name, h, rtol in rows:
        sets = spacing(h) + [front(name), "solver.rtol=" + rtol]
        print(f"| {name} | {h} | {rtol} | {step(sets)} |", flush=True)


def prototype():
    print(f"| front | h, nm | {HEAD}\n|---|---|---|---|---|---|---|---|")
    for name, h in (("pointwise", 1.0), ("averaged", 0.45), ("averaged", 0.3)):
        sets = spacing(h) + PROTOTYPE + [front(name), 'experiments[0].duration="3 ms"',
                                         'experiments[0].drive[0].waveform.width="2.7 ms"']
        print(f"| {name} | {h} | {step(sets)} |", flush=True)


def neuron():
    print("| h, nm | rtol | pulse, us after its start, pJ | CPU s |\n|---|---|---|---|")
    for h in (0.6, 0.45, 0.3):
        for rtol in ("1e-3", "3e-4"):
            run = switching.Run(NEURON, spacing(h) + ["solver.rtol=" + rtol])
            spikes = ", ".join(
                f"{spike['pulse']} {1e6 * (spike['time_s'] - spike['window_start_s']):.0f} us "
                f"{1e12 * spike['E_source_J']:.1f} pJ" for spike in run.spikes("pulses"))
            error = f" ({run.error})" if run.error else ""
            print(f"| {h} | {rtol} | {spikes or 'none'}{error} | {run.summary['cpu_s']:.0f} |", flush=True)


if __name__ == "__main__":
    tables = {"meshes": meshes, "prototype": prototype, "neuron": neuron}
    if len(sys.argv) != 2 or sys.argv[1] not in tables:
        sys.exit(__doc__)
    tables[sys.argv[1]]()
