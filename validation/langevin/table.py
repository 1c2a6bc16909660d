#!/usr/bin/env python3
"""Time to bridge a film of set F: random forces beside single ions.

usage: table.py PROGRAM [N]        N trajectories a row, 40
       table.py PROGRAM N ends     15x15 nm alone, with edges of 0.01 nm at both contacts
Writes times.csv or ends.csv beside this script; runs stay in runs/langevin and are not repeated.
"""
import csv
import json
import math
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
RUNS = HERE.parent.parent / "runs/langevin"
DECK = HERE / "step.cfg"
CELLS = {25: 60, 64: 64, 225: 60, 1024: 64}  # nm^2: cells of the film that hold whole numbers of sites
INTERVALS = ["2.5 us", "10 us", "25 us"]
# Contact nodes hold no single ions, and behind such edges no density either: the same cells for all engines.
# Averaged fronts, which single ions do not have, would bridge 1 % early beside these edges.
END = '{ name = "%s"; material = "film"; thickness = "0.01 nm"; intervals = 1; }'
FILM = '{ name = "film"; material = "film"; thickness = "30 nm"; intervals = 60; }'
ENDS = [
    f"device.layers=({END % 'foot'}, {FILM}, {END % 'head'})",
    'device.species[1].front="pointwise"',
]
D, DENSITY, LENGTH = 1e-12, 1e25, 30e-9  # of step.cfg: m^2/s, m^-3, m


def first_passages(program, folder, n, sets):
    """Times of the first spike, ms."""
    command = [program, "ensemble", str(DECK), "-n", str(n), "-o", str(folder), "-q", "--resume"]
    for setting in sets:
        command += ["--set", setting]
    subprocess.run(command, check=True)
    times = []
    for line in (folder / "results.jsonl").read_text("utf-8").splitlines():
        record = json.loads(line)
        times += [spike["time_s"] * 1e3 for e in record.get("experiments", [])
                  for spike in e.get("spikes", [])[:1]]
    return times


def row(program, n, area, engine, interval, ends=False):
    sets = [f'device.area="{area} nm^2"'] + (ENDS if ends else [f"device.layers[0].intervals={CELLS[area]}"])
    sets.append(f'stochastic.engine="{engine}"')
    if interval:
        sets.append(f'stochastic.interval="{interval}"')
    folder = RUNS / (f"{engine}_{area}_{(interval or '').replace(' ', '')}" + ("_ends" if ends else ""))
    times = first_passages(program, folder, n, sets)
    mean = sum(times) / len(times)
    sd = math.sqrt(sum((t - mean) ** 2 for t in times) / max(len(times) - 1, 1))
    return mean, sd, sd / math.sqrt(len(times)), len(times)


def force(area, interval):
    """Standard deviation of a force at the mean density, kT (docs/theory.md section 20)."""
    hops = float(interval.split()[0]) * 1e-6 * D * DENSITY * area * 1e-18 / (LENGTH / CELLS[area])
    return math.sqrt(2 / hops)


def main():
    program, n, ends = sys.argv[1], int((sys.argv + ["40"])[2]), sys.argv[3:] == ["ends"]
    RUNS.mkdir(parents=True, exist_ok=True)
    file = open(HERE / ("ends.csv" if ends else "times.csv"), "w", newline="", encoding="utf-8")
    write = csv.writer(file, lineterminator="\n").writerow
    write(["area_nm2", "engine", "interval_us", "force_kT", "mean_ms", "error_ms", "sd_ms"])
    print("| cross-section, nm2 | engine | force, kT | mean, ms | sd, ms | mean / none | mean / integer |")
    print("|---|---|---|---|---|---|---|")
    for area in [225] if ends else CELLS:
        smooth = row(program, 1, area, "none", None, ends)[0]
        single = row(program, n, area, "integer", None, ends)
        write([area, "none", "", "", f"{smooth:.4f}", "", ""])
        write([area, "integer", "", "", f"{single[0]:.4f}", f"{single[2]:.4f}", f"{single[1]:.4f}"])
        print(f"| {area} | none | | {smooth:.4f} | | 1 | {smooth / single[0]:.3f} |")
        print(f"| {area} | integer | | {single[0]:.4f} ± {single[2]:.4f} | {single[1]:.4f} | "
              f"{single[0] / smooth:.3f} | 1 |")
        for interval in INTERVALS:
            mean, sd, error, _ = row(program, n, area, "langevin", interval, ends)
            write([area, "langevin", interval.split()[0], f"{force(area, interval):.2f}", f"{mean:.4f}", f"{error:.4f}",
                   f"{sd:.4f}"])
            print(f"| {area} | langevin, {interval} | {force(area, interval):.2f} | "
                  f"{mean:.4f} ± {error:.4f} | {sd:.4f} | "
                  f"{mean / smooth:.3f} | {mean / single[0]:.3f} |", flush=True)


if __name__ == "__main__":
    main()
