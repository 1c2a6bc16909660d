#!/usr/bin/env python3
"""Times to 10 nA and CPU times of single ions in a plane beside those on a line of equal cross-section.

    python3 validation/single_ions/planar.py build/release/halidrift -o runs/planar

Plane: inputs/populations/planar.cfg, and its 20 nm film at twice the depth in cells of 0.5 and 0.36 nm.
Line: the same input with the width and the depth as `area`. Prints a table in Markdown; a run that is there is not
made again.
"""

import argparse
import json
import pathlib
import subprocess

import numpy as np

ROOT = pathlib.Path(__file__).parent.parent.parent
PLANE = ROOT / "inputs" / "populations" / "planar.cfg"
DEEP = 'device.depth="120 nm"'
FINE = "device.mesh={intervals=56;width_intervals=14;}"
DENSITY = 'stochastic.engine="none"'
LINE_FINE = "device.mesh={intervals=56;}"

# Enough of a run to see whether it is early, where each takes minutes.
SHORT = [
    'experiments[0].duration="0.2 ms"',
    'experiments[0].output.times=["0.2 ms"]',
    'experiments[0].fields.times=["50 us"]',
]

# name: on a line with this area in nm^2 or 0, trajectories, settings, more of them for single ions
CASES = {
    "line, 300 nm2, 0.5 nm": (300, 20, [], []),
    "line, 600 nm2, 0.5 nm": (600, 20, [], []),
    "line, 600 nm2, 0.36 nm": (600, 20, [LINE_FINE], []),
    "plane, 120 nm deep, 0.5 nm": (0, 1, [DEEP], SHORT),
    "plane, 120 nm deep, 0.36 nm": (0, 1, [DEEP, FINE], SHORT),
    "plane, 60 nm deep, 0.5 nm": (0, 2, [], []),
}


def line_of(area):
    """The input with the same film in one dimension."""
    text = PLANE.read_text()
    for old, new in (
        ('coordinates = "planar";', f'area = "{area} nm^2";'),
        ('width = "5 nm";', ""),
        ('depth = "60 nm";', ""),
        ("mesh = { intervals = 40; width_intervals = 10; };", "mesh = { intervals = 40; };"),
        ('"y_min"', '"x_min"'),
        ('"y_max"', '"x_max"'),
    ):
        assert old in text, old
        text = text.replace(old, new)
    return text


def run(program, deck, place, settings):
    """summary.json of one run."""
    if not (place / "summary.json").exists():
        command = [program, "run", str(deck), "-q", "-o", str(place)]
        for setting in settings:
            command += ["--set", setting]
        subprocess.run(command, check=True)
    return json.loads((place / "summary.json").read_text())


def time_of(summary):
    """Time of the first passage of 10 nA, s; inf: none."""
    spikes = summary["experiments"][0].get("spikes", [])
    return spikes[0]["time_s"] if spikes else np.inf


def row(program, folder, name, area, count, settings, more):
    """One line of the table."""
    deck = PLANE
    if area > 0:
        deck = folder / f"line_{area}.cfg"
        deck.write_text(line_of(area))
    place = folder / name.replace(" ", "_").replace(",", "")
    still = run(program, deck, place / "density", settings + [DENSITY])
    runs = [
        run(program, deck, place / str(i), settings + more + [f"stochastic.trajectory={i}"])
        for i in range(count)
    ]
    times = 1e3 * np.array([time_of(summary) for summary in runs])
    events = np.array([s["experiments"][0]["single_ions"]["hops"] for s in runs])
    drawn = np.array(
        [sum(s["experiments"][0]["single_ions"][k] for k in ("events", "leaps")) for s in runs]
    )
    cpu = np.array([summary["cpu_s"] for summary in runs])
    time = f"{times.mean():.3f}" if np.isfinite(times).all() else "none in 0.2"
    if count > 1:
        time += f" +- {times.std(ddof=1) / np.sqrt(count):.3f}"
    return (
        f"| {name} | {runs[0]['mesh']['nodes']} | {count} | {time} | "
        f"{1e3 * time_of(still):.3f} | {events.mean():.3g} | {cpu.mean():.3g} | "
        f"{1e6 * cpu.sum() / drawn.sum():.3g} |"
    )


def main():
    """Run what is missing and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("-o", "--output", default="runs/planar", type=pathlib.Path)
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    print("| film, cells | nodes | runs | time, ms | density, ms | hops | CPU, s | us per event or leap |")
    print("|---|---|---|---|---|---|---|---|")
    for name, case in CASES.items():
        print(row(arguments.program, arguments.output, name, *case), flush=True)


if __name__ == "__main__":
    main()
