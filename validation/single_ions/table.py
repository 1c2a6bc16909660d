#!/usr/bin/env python3
"""Times to 10 nA of many trajectories of filament.cfg, and a picture of them.

    python3 validation/single_ions/table.py build/release/halidrift -o runs/single_ions -n 40 --only sizes

Each row is one ensemble (`halidrift ensemble`); a row that is there is not run again.
Prints tables in Markdown and draws docs/images/single_ions.png. Needs numpy and
matplotlib.
"""

import argparse
import json
import pathlib
import subprocess

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

HERE = pathlib.Path(__file__).parent
MESH = "device.layers[0].intervals=%d"
AREA = 'device.area="%d nm^2"'
METHOD = 'stochastic.method="%s"'
LEAP = "stochastic.leap=%g"
LOCAL = 'device.interactions[0].reciprocal="local"'
NO_SELF = "stochastic.self_force=false"
DENSITY = 'stochastic.engine="none"'
LATE = 'experiments[0].duration="3.9 ms"'

# Whole numbers of sites a cell: 3 and 12 of 0.47 nm in 4x4 and 8x8 nm; else 0.5 nm, 5 in 5x5 nm.
WHOLE = {4: [MESH % 64], 8: [MESH % 64]}

# name: trajectories, settings
LEAPS = {
    "leap 0.005": (60, [METHOD % "leap", LEAP % 0.005]),
    "leap 0.01": (60, [METHOD % "leap", LEAP % 0.01]),
    "leap 0.02": (60, [METHOD % "leap", LEAP % 0.02]),
    "leap 0.05": (60, [METHOD % "leap", LEAP % 0.05]),
    "leap 0.1": (60, [METHOD % "leap", LEAP % 0.1]),
    "leap 0.2": (60, [METHOD % "leap", LEAP % 0.2]),
    "events": (100, [METHOD % "gillespie"]),
    "automatic": (200, []),
}
SIZES = {
    side: (n, [AREA % (side * side)] + WHOLE.get(side, []))
    for side, n in ((4, 200), (5, 200), (8, 200), (15, 60), (25, 24), (50, 24))
}
FAILURES = {
    "5x5, h = 0.5 nm": (200, []),
    "5x5, h = 0.3 nm": (60, [MESH % 100]),
    "5x5, h = 1 nm": (40, [MESH % 30]),
    "5x5, without s": (40, [NO_SELF]),
    "8x8, without s": (60, [NO_SELF, AREA % 64] + WHOLE[8]),
    "5x5, local chi, h = 1 nm": (12, [LOCAL, LATE, MESH % 30]),
    "5x5, local chi, h = 0.5 nm": (12, [LOCAL, LATE]),
    "5x5, local chi, h = 0.3 nm": (12, [LOCAL, LATE, MESH % 100]),
}
CELLS = {
    "5x5, h = 0.5 nm": (200, []),
    "5x5, h = 0.4 nm": (40, [MESH % 75]),
    "5x5, h = 0.3 nm": (60, [MESH % 100]),
    "15x15, h = 0.5 nm": (60, [AREA % 225]),
    "15x15, h = 0.3 nm": (10, [AREA % 225, MESH % 100]),
    "15x15, h = 0.2 nm": (6, [AREA % 225, MESH % 150]),
    "25x25, h = 0.5 nm": (24, [AREA % 625]),
    "25x25, h = 0.3 nm": (6, [AREA % 625, MESH % 100]),
    "8x8, h = 0.47 nm": (200, [AREA % 64, MESH % 64]),
    "8x8, h = 0.23 nm": (16, [AREA % 64, MESH % 128]),
}
# Many ions: crossed at the same current density, 10 nA in 5x5 nm, so that the density's time is one.
THRESHOLD = 'experiments[0].spikes.threshold="%g nA"'


def scaled(side):
    """Everything of a channel that goes with its cross-section."""
    return [AREA % (side * side), THRESHOLD % (0.4 * side * side)] + WHOLE.get(side, [])


LIMIT = {
    "4x4": (60, scaled(4)),
    "5x5": (60, scaled(5)),
    "8x8": (60, scaled(8)),
    "15x15": (24, scaled(15)),
    "25x25": (12, scaled(25)),
    "50x50": (8, scaled(50)),
    "100x100": (4, scaled(100)),
}


def thin_ends(intervals):
    """The film between two edges of 0.01 nm: the contacts' cells, which hold no single ions, hold nothing then."""
    end = '{ name = "%s"; material = "film"; thickness = "0.01 nm"; intervals = 1; }'
    film = '{ name = "film"; material = "film"; thickness = "30 nm"; intervals = %d; }' % intervals
    return "device.layers=(%s, %s, %s)" % (end % "foot", film, end % "head")


LIMIT_CELLS = {
    "50x50, h = 1 nm": (6, scaled(50) + [MESH % 30]),
    "50x50, h = 0.5 nm": LIMIT["50x50"],
    "50x50, h = 0.3 nm": (4, scaled(50) + [MESH % 100]),
    "50x50, h = 1 nm, thin ends": (6, scaled(50) + [thin_ends(30)]),
    "50x50, h = 0.5 nm, thin ends": (6, scaled(50) + [thin_ends(60)]),
    "50x50, h = 0.3 nm, thin ends": (4, scaled(50) + [thin_ends(100)]),
    "50x50, h = 1 nm, leaps of 0.1": (6, scaled(50) + [MESH % 30, LEAP % 0.1]),
    "50x50, h = 1 nm, thin ends, leaps of 0.1": (6, scaled(50) + [thin_ends(30), LEAP % 0.1]),
    "50x50, h = 0.5 nm, leaps of 0.1": (8, scaled(50) + [LEAP % 0.1]),
    "50x50, h = 0.5 nm, thin ends, leaps of 0.1": (8, scaled(50) + [thin_ends(60), LEAP % 0.1]),
}


def first_time(run):
    """Time of the first passage of 10 nA, s; inf: none."""
    spikes = run["experiments"][0].get("spikes", [])
    return spikes[0]["time_s"] if spikes else np.inf


MOST = [1000]  # trajectories of a row, see --most


def ensemble(program, folder, name, count, settings):
    """Times of one ensemble, s."""
    count = min(count, MOST[0])
    place = folder / name.replace(" ", "_").replace("=", "").replace(",", "")
    results = place / "results.jsonl"
    have = sum('"status":"ok"' in line for line in open(results)) if results.exists() else 0
    if have < count:
        command = [program, "ensemble", str(HERE / "filament.cfg"), "-n", str(count), "-j", "1"]
        command += ["-q", "-o", str(place)] + (["--resume"] if results.exists() else [])
        for setting in settings:
            command += ["--set", setting]
        subprocess.run(command, check=True)
    runs = [json.loads(line) for line in open(results)]
    return np.array([first_time(run) for run in runs if run.get("status") == "ok"])


def without_noise(program, folder, name, settings):
    """Time of the density that does not fluctuate, s."""
    place = folder / ("density_" + name.replace(" ", "_"))
    if not (place / "summary.json").exists():
        command = [program, "run", str(HERE / "filament.cfg"), "-q", "-o", str(place)]
        for setting in settings + [DENSITY]:
            command += ["--set", setting]
        subprocess.run(command, check=True)
    return first_time(json.loads((place / "summary.json").read_text()))


def kolmogorov_smirnov(a, b):
    """Two-sample statistic and its asymptotic probability (Smirnov 1948)."""
    both = np.concatenate([a, b])
    share = [np.searchsorted(np.sort(x), both, side="right") / len(x) for x in (a, b)]
    d = np.abs(share[0] - share[1]).max()
    x = d * np.sqrt(len(a) * len(b) / (len(a) + len(b)))
    j = np.arange(1, 101)
    if x < 0.2:  # the series does not converge there, its sum is 1
        return d, 1.0
    return d, min(1.0, 2.0 * np.sum((-1.0) ** (j - 1) * np.exp(-2.0 * j**2 * x**2)))


def row(times):
    """Trajectories, those that fired, mean +- standard error, standard deviation."""
    fired = 1e3 * times[np.isfinite(times)]
    if len(fired) < 2:
        return f"{len(times)} | {len(fired)} | - | -"
    error = fired.std(ddof=1) / np.sqrt(len(fired))
    return (
        f"{len(times)} | {len(fired)} | {fired.mean():.4f} +- {error:.4f} | "
        f"{fired.std(ddof=1):.4f}"
    )


def print_leaps(program, folder):
    """Every leap size beside one hop after another."""
    times = {name: ensemble(program, folder, name, *case) for name, case in LEAPS.items()}
    print("| drawing | runs | fired | time, ms | sd, ms | KS against events: D, p |")
    print("|---|---|---|---|---|---|")
    for name, values in times.items():
        d, p = kolmogorov_smirnov(values, times["events"])
        print(f"| {name} | {row(values)} | {d:.2f}, {p:.2g} |", flush=True)


def print_sizes(program, folder):
    """Channels of several sizes beside their density."""
    print("\n| channel | runs | fired | time, ms | sd, ms | density, ms | ratio | sd sqrt(A), ms nm |")
    print("|---|---|---|---|---|---|---|---|")
    result = {}
    for side, case in SIZES.items():
        name = "automatic" if side == 5 else f"{side}x{side}"
        times = ensemble(program, folder, name, *case)
        still = without_noise(program, folder, name, case[1])
        mean, sd = times.mean(), times.std(ddof=1)
        result[side] = (mean / still, sd / np.sqrt(len(times)) / still, sd / still, len(times))
        print(
            f"| {side}x{side} nm | {row(times)} | {1e3 * still:.4f} | {mean / still:.3f} +- "
            f"{sd / np.sqrt(len(times)) / still:.3f} | {1e3 * sd * side:.3f} |",
            flush=True,
        )
    return result


def print_failures(program, folder):
    """What goes wrong without s, with chi at the point, on coarse meshes."""
    print("\n| case | runs | fired | time, ms | sd, ms | KS against 5x5, h = 0.5 nm: D, p |")
    print("|---|---|---|---|---|---|")
    right = ensemble(program, folder, "automatic", *FAILURES["5x5, h = 0.5 nm"])
    for name, case in FAILURES.items():
        place = "automatic" if name == "5x5, h = 0.5 nm" else name
        times = ensemble(program, folder, place, *case)
        d, p = kolmogorov_smirnov(times, right)
        print(f"| {name} | {row(times)} | {d:.2f}, {p:.2g} |", flush=True)


def print_cells(program, folder):
    """Cells of several lengths that hold whole numbers of sites, and the density on them."""
    print("\n| cells | runs | fired | time, ms | sd, ms | density, ms | ratio |\n|---|---|---|---|---|---|---|")
    same = {"5x5, h = 0.5 nm": "automatic", "8x8, h = 0.47 nm": "8x8"}
    same.update({f"{side}, h = 0.5 nm": side for side in ("15x15", "25x25")})
    for name, case in CELLS.items():
        times = ensemble(program, folder, same.get(name, name), *case)
        still = without_noise(program, folder, name, case[1])
        error = times.std(ddof=1) / np.sqrt(len(times)) / still
        print(
            f"| {name} | {row(times)} | {1e3 * still:.4f} | {times.mean() / still:.3f} +- {error:.3f} |",
            flush=True,
        )


def print_limit(program, folder):
    """Many ions at one current density: mean against the density, spread against 1/sqrt(ions)."""
    result = {}
    for cases in (LIMIT, LIMIT_CELLS):
        print("\n| channel | runs | fired | time, ms | sd, ms | density, ms | ratio | sd times side, ms nm |")
        print("|---|---|---|---|---|---|---|---|")
        for name, case in cases.items():
            side = int(name.split("x")[0])
            place = "density of current " + ("50x50" if name == "50x50, h = 0.5 nm" else name)
            times = ensemble(program, folder, place, *case)
            still = without_noise(program, folder, place, case[1])
            mean, sd = times.mean(), times.std(ddof=1)
            if cases is LIMIT:
                result[side] = (mean / still, sd / np.sqrt(len(times)) / still, sd / still, len(times))
            print(
                f"| {name} | {row(times)} | {1e3 * still:.4f} | {mean / still:.4f} +- "
                f"{sd / np.sqrt(len(times)) / still:.4f} | {1e3 * sd * side:.3f} +- "
                f"{1e3 * sd * side / np.sqrt(2 * len(times)):.3f} |",
                flush=True,
            )
    return result


def draw(sizes, limit, path):
    """Mean over the density's time, and spread, against the channel."""
    figure, axes = plt.subplots(1, 2, figsize=(7.5, 3.2), constrained_layout=True)
    for result, color, label in ((sizes, "#0072B2", "10 nA"), (limit, "#D55E00", r"0.4 nA/nm$^2$")):
        side = np.array(sorted(result))
        ratio, error, spread, count = np.array([result[s] for s in side]).T
        style = {"fmt": "o", "color": color, "capsize": 3, "label": label, "markersize": 4}
        axes[0].errorbar(side, ratio, 2 * error, **style)
        axes[1].errorbar(side, spread, 2 * spread / np.sqrt(2 * count), **style)
    sides = np.array(sorted(limit))
    axes[0].axhline(1.0, color="#000000", linewidth=0.8)
    axes[0].set(ylabel="mean time / density's time")
    axes[0].legend(title="bridged at")
    axes[1].plot(sides, limit[8][2] * 8 / sides, color="#000000", linewidth=0.8)
    axes[1].set(yscale="log", ylabel="sd / density's time (line: 1/sqrt(ions))")
    ticks = sorted({*sizes, *limit})
    for axis in axes:
        axis.set(xscale="log", xlabel="side of the channel, nm")
        axis.set_xticks(ticks, [f"{s:d}" for s in ticks], minor=False)
        axis.minorticks_off()
    figure.savefig(path, dpi=150)


def main():
    """Run what is missing, print, draw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("-o", "--output", default="runs/single_ions", type=pathlib.Path)
    parser.add_argument("-n", "--most", type=int, default=1000, help="trajectories of a row at most")
    parser.add_argument("--only", choices=("sizes", "leaps", "cells", "failures", "limit"))
    arguments = parser.parse_args()
    MOST[0] = arguments.most
    arguments.output.mkdir(parents=True, exist_ok=True)
    if arguments.only in (None, "sizes"):
        sizes = print_sizes(arguments.program, arguments.output)
        limit = print_limit(arguments.program, arguments.output)
        draw(sizes, limit, HERE.parent.parent / "docs" / "images" / "single_ions.png")
    if arguments.only in (None, "leaps"):
        print_leaps(arguments.program, arguments.output)
    if arguments.only in (None, "cells"):
        print_cells(arguments.program, arguments.output)
    if arguments.only in (None, "failures"):
        print_failures(arguments.program, arguments.output)
    if arguments.only == "limit":
        print_limit(arguments.program, arguments.output)


if __name__ == "__main__":
    main()
