#!/usr/bin/env python3
"""Print the tables of README.md.

    python3 validation/filament/table.py meshes        what the spacing, the tolerance and `front` change
    python3 validation/filament/table.py prototype     the prototype's simplifications, and what may have been otherwise
    python3 validation/filament/table.py cluster       the same for the surviving cluster (needs netCDF4)
    python3 validation/filament/table.py pulses        the same for the neuron
    python3 validation/filament/table.py neuron        pattern and energies: meshes x tolerances
    python3 validation/filament/table.py drift         100 pulses of it (needs netCDF4)
    python3 validation/filament/table.py wide          30 pulses, on the fine mesh out to 10 nm
    python3 validation/filament/table.py still         30 pulses, ions at rest in the grain
    python3 validation/filament/table.py others        D theta, cluster, film beside it, prototype's circuit
    python3 validation/filament/table.py cycles        ten pulses on and off, with their balance
    python3 validation/filament/table.py back          back contact: which part of the mesh makes its current
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import switching
from overrides import electrons, electrons_at_contacts, reciprocal

CHANNEL = "validation/filament/channel.cfg"
NEURON = "inputs/devices/neuron_2d.cfg"
CLUSTER = "inputs/devices/cluster_2d.cfg"
CLOSED = 1e-9  # m: a gap below this is bridged
BACK = "inputs/devices/back_contact.cfg"
CYCLES = "inputs/devices/forming_cycles.cfg"
NUMBER = "ion_number(vacancy)"
PERIOD = 6e-4  # s, of the neuron and the cycles
GRAIN = ("device.layers[0]", "device.boxes[0]", "device.boxes[1]")
LENGTH, RADIUS, RADIUS_MIN = (
    f"filament_{what}(vacancy)_m" for what in ("length", "radius_mean", "radius_min"))
SWITCHED_OFF = 1.5e-3  # s: end of the step
PROTOTYPE = (['device.radius="20 nm"'] + electrons("boltzmann") + reciprocal("local") +
             electrons_at_contacts("schottky"))


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


def slower(share):
    """All vacancies of the grain boundary and the grain slower by a factor."""
    return [f'{part}.ions[0].diffusion="{2e-10 * share} cm^2/s"' for part in GRAIN[:2]] + [
        f'device.species[1].diffusion="{1e-8 * share} cm^2/s"']


def exchange(rate):
    return [f'device.contacts[1].species[1]={{name="vacancy";model="exchange";rate="{rate} cm/s";'
            'density="1e19 cm^-3";}']


def volts(high):
    return [f'experiments[0].drive[0].waveform.high="{high} V"']


def inside(radius):
    return [f'device.boxes[1].r[1]="{radius} nm"']


def smoothing(ell):
    return [f'materials[0].smoothing_length="{ell} nm"']


# name, h in nm, front, sets beside PROTOTYPE
HYPOTHESES = [
    ("as stated", 1.0, "pointwise", []), ("0.5 nm", 0.5, "pointwise", []),
    ("fronts of averaged volumes", 1.0, "averaged", []),
    ("ell 0.7 nm", 1.0, "pointwise", smoothing(0.7)), ("ell 1.4 nm", 1.0, "pointwise", smoothing(1.4)),
    ("channel of 2 nm", 1.0, "pointwise", inside(2)), ("channel of 4 nm", 1.0, "pointwise", inside(4)),
    ("exchange rate / 2 pi", 1.0, "pointwise", exchange(0.159)),
    ("exchange rate / 100", 1.0, "pointwise", exchange(0.01)),
    ("mobility D theta", 1.0, "pointwise", ['device.species[1].lattice="enhanced_diffusion"']),
    ("smoothed binding", 1.0, "pointwise", ['device.interactions[0].reciprocal="smoothed"']),
    ("0.8 V", 1.0, "pointwise", volts(0.8)), ("0.6 V", 1.0, "pointwise", volts(0.6)),
    ("D / 2 in the channel alone", 1.0, "pointwise", slower(0.5)[2:]),
    ("D / 2", 1.0, "pointwise", slower(0.5))]


def prototype():
    print("| | 10 nA at, ms | gap below 1 nm at, ms | largest current, uA | mean radius 0.05 ms later, nm "
          "| tip 0.3 ms after the step, nm |\n|---|---|---|---|---|---|")
    for name, h, shape, sets in HYPOTHESES:
        run = switching.Run(CHANNEL, spacing(h) + PROTOTYPE + [
            front(shape), 'experiments[0].duration="3.3 ms"',
            'experiments[0].drive[0].waveform.width="3 ms"'] + sets)
        t, current, gap = run.columns("step", "time_s", "I(anode)_A", "filament_gap(vacancy)_m")
        on = switching.crossing(t, current, switching.ON)
        closed = next((a for a, g in zip(t, gap) if g < CLOSED), None)
        radius = nearest(run, closed + 5e-5, RADIUS) if closed else None
        cells = [value and f"{factor * value:.{digits}f}" or "-" for value, factor, digits in (
            (on, 1e3, 3), (closed, 1e3, 3), (max(current), 1e6, 2), (radius, 1e9, 2),
            (nearest(run, t[-1], LENGTH), 1e9, 1))]
        print("| " + " | ".join([name] + cells) + " |", flush=True)


def cluster():
    """Sizes when 1 uA flows: the film's front at r = 14 and 20 nm, the finger at z = 20 nm."""
    slow = ['device.species[1].diffusion="1e-9 cm^2/s"']
    print("| | gap below 1 nm at, ms | largest current, uA | film's front, nm | finger, nm |\n"
          "|---|---|---|---|---|")
    for name, across, shape, ms, sets in (
            ("as stated, 1 nm", 20, "pointwise", 3, []), ("0.5 nm", 40, "pointwise", 1, []),
            ("fronts of averaged volumes", 20, "averaged", 1, []), ("ell 0.7 nm", 20, "pointwise", 2, smoothing(0.7)),
            ("0.8 V", 20, "pointwise", 3, volts(0.8)), ("0.7 V", 20, "pointwise", 3, volts(0.7)),
            ("0.6 V", 20, "pointwise", 3, volts(0.6)),
            ("D / 10", 20, "pointwise", 3, slow)):
        run = switching.Run(CLUSTER, PROTOTYPE[1:] + [
            f"device.mesh.intervals={30 if across == 20 else 60}", f"device.mesh.width_intervals={across}",
            front(shape), f'experiments[0].duration="{ms} ms"', 'experiments[0].spikes.threshold="1 uA"',
            "experiments[0].fields={at_spikes=true;end=true;}"] + sets, ("r", "z", "fraction_vacancy"))
        t, current, gap = run.columns("step", "time_s", "I(anode)_A", "filament_gap(vacancy)_m")
        closed = next((a for a, g in zip(t, gap) if g < CLOSED), None)
        r, z, theta = (run.fields[name] for name in ("r", "z", "fraction_vacancy"))
        column, row = nearest_index(r, 1.4e-8), nearest_index(z, 2e-8)
        print(f"| {name} | {1e3 * closed if closed else float('nan'):.3f} | {1e6 * max(current):.1f} "
              f"| {extent(z, theta[0][:, column]):.1f}, {extent(z, theta[0][:, -1]):.1f} "
              f"| {extent(r, theta[0][row]):.1f} |", flush=True)


def pulses():
    print("| V | D | pulse, us after its start, pJ | largest current, uA |\n|---|---|---|---|")
    for high, share in (("1.2", 1), ("1.2", 0.5), ("1.0", 1), ("1.0", 0.5)):
        run = switching.Run(NEURON, spacing(1.0) + PROTOTYPE[1:] + [front("pointwise")] + slower(share) +
                            prototype_pulses(high))
        peaks = ", ".join(f"{1e6 * spike['peak_current_A']:.2f}" for spike in run.spikes("pulses"))
        print(f"| {high} | {share:g} | {spikes_of(run)} | {peaks or '-'} |", flush=True)


def prototype_pulses(high):
    """Ten pulses, 0.6/0.3 ms, 50 MOhm."""
    return ['circuit[4].value="50 Mohm"', 'experiments[0].duration="9 ms"',
            f'experiments[0].drive[0].waveform={{type="pulse";low="0 V";high="{high} V";rise="1 us";'
            'width="598 us";fall="1 us";period="900 us";count=10;}']


def spikes_of(run):
    return ", ".join(
        f"{spike['pulse']} {1e6 * (spike['time_s'] - spike['window_start_s']):.0f} us "
        f"{1e12 * spike['E_source_J']:.1f} pJ" for spike in run.spikes("pulses")) or "none"


def neuron():
    print("| h, nm | rtol | pulse, us after its start, pJ | CPU s |\n|---|---|---|---|")
    for h, rtol in ((0.6, "1e-3"), (0.6, "3e-4"), (0.45, "1e-3"), (0.45, "3e-4"), (0.3, "1e-3")):
        run = switching.Run(NEURON, spacing(h) + ["solver.rtol=" + rtol])
        error = f" ({run.error})" if run.error else ""
        print(f"| {h} | {rtol} | {spikes_of(run)}{error} | {run.summary['cpu_s']:.0f} |", flush=True)


def balance(run, experiment, on, n):
    """What comes in during `on` from the start of each of n pulses, and goes out until the next, as
    numbers of vacancies; their number at the end of each."""
    t, number = run.columns(experiment, "time_s", NUMBER)
    at = [[switching.value_at(t, number, PERIOD * i + dt) for dt in (0, on, PERIOD)] for i in range(n)]
    return [(b - a, b - c, c) for a, b, c in at]


def extent(x, theta):
    """How far the dense phase goes along x, nm."""
    for i in range(1, len(x)):
        if theta[i - 1] >= 0.5 > theta[i]:
            share = (theta[i - 1] - 0.5) / (theta[i - 1] - theta[i])
            return 1e9 * (x[i - 1] + (x[i] - x[i - 1]) * share)
    return 0.0 if theta[0] < 0.5 else 1e9 * x[-1]


def nearest_index(x, at):
    return min(range(len(x)), key=lambda i: abs(x[i] - at))


def drift(n=100, sets=()):
    """n pulses of the neuron in blocks of ten."""
    times = ",".join(f'"{10 * PERIOD * (i + 1) - 1e-6:.6g} s"' for i in range(n // 10))
    run = switching.Run(NEURON, spacing(0.6) + list(sets) + [
        f'experiments[0].duration="{PERIOD * n} s"', f"experiments[0].drive[0].waveform.count={n}",
        f"experiments[0].fields={{times=[{times}];}}"], ("r", "z", "fraction_vacancy"))
    report(run, n)


def report(run, n):
    print("| pulses | pulses that fire, pJ | in | out | vacancies | height, nm | radius, nm | layer, nm |\n"
          "|---|---|---|---|---|---|---|---|")
    moved, r, z = balance(run, "pulses", 4e-4, n), run.fields["r"], run.fields["z"]
    column, row = nearest_index(r, 1e-8), nearest_index(z, 6e-9)
    for k in range(n // 10):
        fire = ", ".join(f"{s['pulse']} ({1e12 * s['E_source_J']:.1f})" for s in run.spikes("pulses")
                         if 10 * k < s["pulse"] <= 10 * k + 10)
        mean = [sum(m[i] for m in moved[10 * k:10 * k + 10]) / 10 for i in (0, 1)]
        theta = run.fields["fraction_vacancy"][k]
        print(f"| {10 * k + 1} to {10 * k + 10} | {fire or 'none'} | {mean[0]:.1f} | {mean[1]:.1f} "
              f"| {moved[10 * k + 9][2]:.0f} | {extent(z, theta[:, 0]):.1f} | {extent(r, theta[row]):.1f} "
              f"| {extent(z, theta[:, column]):.1f} |")
    error = f", {run.error}" if run.error else ""
    print(f"\nions: {run.summary['conservation']['ions']['vacancy']['relative_drift']:.1e}, "
          f"CPU {run.summary['cpu_s']:.0f} s{error}", flush=True)


def wide():
    drift(30, ['device.boxes[0].r=["0 nm","10 nm"]'])


def still():
    """The grain a hundred times slower: its ions do not move in the time of the run."""
    drift(30, [f'{part}.ions[0].diffusion="2e-12 cm^2/s"' for part in GRAIN[:2]])


def others():
    sets = spacing(0.6) + ['device.species[1].lattice="enhanced_diffusion"']
    print(f"| D theta | {HEAD}\n|---|---|---|---|---|---|---|\n| 0.6 | {step(sets)} |", flush=True)
    run = switching.Run(CLUSTER, ["experiments[0].fields={times=[\"0.1 ms\",\"0.2 ms\"];end=true;}"],
                        ("r", "z", "fraction_vacancy"))
    t, current, gap = run.columns("step", "time_s", "I(anode)_A", "filament_gap(vacancy)_m")
    bridged = next((time for time, g in zip(t, gap) if g < CLOSED), None)
    print(f"\ncluster: {switching.value_at(t, current, 1e-6):.2e} A at 1 us, {current[-1]:.3e} A at the end, "
          f"gap below 1 nm at {1e3 * bridged:.3f} ms, CPU {run.summary['cpu_s']:.0f} s", flush=True)
    r, z, theta = (run.fields[name] for name in ("r", "z", "fraction_vacancy"))
    finger = [extent(r, theta[2][i]) for i in range(len(z)) if 1e-8 <= z[i] <= 2.8e-8]
    print(f"finger: {min(finger):.1f} to {max(finger):.1f} nm between z = 10 and 28 nm; film's front at r = 20 nm "
          f"{extent(z, theta[0][:, -1]):.1f} and {extent(z, theta[1][:, -1]):.1f} nm at 0.1 and 0.2 ms")
    run = switching.Run("inputs/devices/film_and_filament.cfg")
    t, film, filament = run.columns("step", "time_s", "I(film.anode)_A", "I(filament.anode)_A")
    late = [i for a, i in zip(t, film) if a > 1e-4]
    print(f"film and filament: 10 nA at {1e3 * switching.crossing(t, filament, switching.ON):.4f} ms, film "
          f"{1e12 * min(late):.1f} to {1e12 * max(late):.1f} pA after 0.1 ms, {1e6 * filament[-1]:.2f} uA at "
          f"the end, CPU {run.summary['cpu_s']:.0f} s", flush=True)
    run = switching.Run(NEURON, spacing(0.6) + prototype_pulses("1.2"))
    print(f"prototype's circuit: {spikes_of(run)}", flush=True)


def cycles():
    run = switching.Run(CYCLES)
    t, current, length = run.columns("cycles", "time_s", "I(anode)_A", LENGTH)
    spikes = {spike["pulse"]: spike for spike in run.spikes("cycles")}
    print("| pulse | 100 nA after, us | largest current, uA | left 0.1 ms later: length, nm "
          "| vacancies in the device | in | out | net |\n|---|---|---|---|---|---|---|---|")
    for i, (gain, loss, number) in enumerate(balance(run, "cycles", 5e-4, 10)):
        inside = [a for time, a in zip(t, current) if PERIOD * i < time < PERIOD * (i + 1)]
        left = switching.value_at(t, length, PERIOD * (i + 1))
        spike = spikes.get(i + 1)
        after = f"{1e6 * (spike['time_s'] - spike['window_start_s']):.3g}" if spike else "-"
        print(f"| {i + 1} | {after} | {1e6 * max(inside):.3g} | {1e9 * left:.1f} | {number:.0f} | {gain:.0f} "
              f"| {loss:.0f} | {gain - loss:.0f} |")


def back():
    """Spacings in nm: of the film where the front goes, at the anode, at cathode and spacer, above."""
    print("| front | anode | cathode, spacer | above | nodes | 10 nA at, ms | current at 0.229 ms, uA | CPU s |\n"
          "|---|---|---|---|---|---|---|---|")
    for h, anode, cathode, above in ((0.45, 0.45, 0.45, 0.9), (0.45, 0.45, 0.45, 0.45), (0.45, 0.1, 0.45, 0.9),
                                     (0.45, 0.45, 0.1, 0.9), (0.45, 0.225, 0.225, 0.9), (0.45, 0.1, 0.1, 0.9),
                                     (0.45, 0.05, 0.05, 0.9), (0.3, 0.3, 0.3, 0.9), (0.3, 0.1, 0.1, 0.9),
                                     (0.225, 0.1125, 0.1125, 0.9)):
        sets = [f'device.boxes[{i}].{end}="{value} nm"' for i, end, value in (
            (0, "spacing_end", h), (1, "spacing", h), (1, "spacing_end", h), (2, "spacing", above),
            (2, "spacing_end", h), (3, "spacing_end", anode), (4, "spacing_end", cathode))]
        run = switching.Run(BACK, sets + ['experiments[0].duration="0.23 ms"',
                                          "experiments[0].fields={end=true;}"])
        t, current = run.columns("step", "time_s", "I(anode)_A")
        print(f"| {h} | {anode} | {cathode} | {above} | {run.summary['mesh']['nodes']} "
              f"| {1e3 * switching.crossing(t, current, switching.ON):.4f} "
              f"| {1e6 * switching.value_at(t, current, 2.29e-4):.3f} | {run.summary['cpu_s']:.0f} |", flush=True)


if __name__ == "__main__":
    tables = {table.__name__: table
              for table in (meshes, prototype, cluster, pulses, neuron, drift, wide, still, others, cycles, back)}
    if len(sys.argv) != 2 or sys.argv[1] not in tables:
        sys.exit(__doc__)
    tables[sys.argv[1]]()
