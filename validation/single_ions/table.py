#!/usr/bin/env python3
"""Times to 10 nA of many trajectories of filament.cfg, as CSV files beside this script, and pictures of them.

    python3 validation/single_ions/table.py build/release/halidrift --only sizes    measure, draw
    python3 validation/single_ions/table.py                                         draw the files that are there

Each row is one ensemble (`halidrift ensemble`); trajectories that are there are not run again. Prints tables in
Markdown and draws docs/images/single_ions.png and single_ions_checks.png from the CSV files alone (prototype.csv: the
design's). Needs numpy and matplotlib.
"""

import argparse
import json
import math
import pathlib
import re
import subprocess
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
IMAGES = HERE.parent.parent / "docs/images"
sys.path.insert(0, str(HERE.parent))
import sheet
from plot import COLOURS, STYLE

MESH = "device.layers[0].intervals=%d"
AREA = 'device.area="%d nm^2"'
METHOD = 'stochastic.method="%s"'
LEAP = "stochastic.leap=%g"
LOCAL = 'device.interactions[0].reciprocal="local"'
NO_CHI = 'device.interactions[0].reciprocal="none"'
SMOOTHED = 'materials[0].smoothing_length="%g nm"'
HIGH = [f'device.contacts[{i}].barrier="0.9 eV"' for i in (0, 1)]
NO_SELF = "stochastic.self_force=false"
DENSITY = 'stochastic.engine="none"'
LATE = 'experiments[0].duration="2 ms"'

# Whole numbers of sites a cell: 3 and 12 of 0.47 nm in 4x4 and 8x8 nm; else 0.5 nm, 5 in 5x5 nm.
WHOLE = {4: [MESH % 64], 8: [MESH % 64]}

# name: trajectories, settings
LEAPS = {
    "events": (300, [METHOD % "gillespie"]),
    **{
        f"leap {leap:g}": (n, [METHOD % "leap", LEAP % leap])
        for leap, n in ((0.005, 60), (0.01, 60), (0.02, 60), (0.05, 100), (0.1, 100), (0.2, 100))
    },
}
SIZES = {
    f"{side}x{side}": (n, [AREA % (side * side)] + WHOLE.get(side, []))
    for side, n in ((4, 200), (5, 300), (8, 200), (15, 60), (25, 24), (50, 24))
}
MESHES = {"h = 1 nm": [MESH % 30], "h = 0.5 nm": [], "h = 0.3 nm": [MESH % 100]}
FAILURES = {
    "5x5, h = 0.5 nm": (300, []),
    "5x5, h = 0.3 nm": (60, [MESH % 100]),
    "5x5, h = 1 nm": (40, [MESH % 30]),
    "5x5, without s": (40, [NO_SELF]),
    "8x8, without s": (60, [NO_SELF, AREA % 64] + WHOLE[8]),
    **{f"5x5, no chi on ions, {h}": (6, [NO_CHI] + mesh) for h, mesh in MESHES.items()},
    **{f"5x5, chi on ions at the point, {h}": (12, [LOCAL] + mesh) for h, mesh in MESHES.items()},
    **{f"5x5, smoothed over 0.35 nm, {h}": (6, [SMOOTHED % 0.35] + mesh) for h, mesh in MESHES.items()},
    **{f"5x5, chi at the point, {h}": (12, [SMOOTHED % 0, LATE] + mesh) for h, mesh in MESHES.items()},
    "5x5, barriers of 0.9 eV": (0, HIGH),
    "5x5, barriers of 0.9 eV, chi on ions at the point": (0, HIGH + [LOCAL]),
    "5x5, barriers of 0.9 eV, no chi on ions": (0, HIGH + [NO_CHI]),
}
CELLS = {
    "5x5, h = 0.5 nm": (300, []),
    "5x5, h = 0.4 nm": (40, [MESH % 75]),
    "5x5, h = 0.3 nm": (60, [MESH % 100]),
    "8x8, h = 0.47 nm": (200, [AREA % 64, MESH % 64]),
    "8x8, h = 0.23 nm": (16, [AREA % 64, MESH % 128]),
    "15x15, h = 0.5 nm": (60, [AREA % 225]),
    "15x15, h = 0.3 nm": (10, [AREA % 225, MESH % 100]),
    "15x15, h = 0.2 nm": (6, [AREA % 225, MESH % 150]),
    "25x25, h = 0.5 nm": (24, [AREA % 625]),
    "25x25, h = 0.3 nm": (6, [AREA % 625, MESH % 100]),
}
# Many ions: crossed at the same current density, 10 nA in 5x5 nm, so that the density's time is one.
THRESHOLD = 'experiments[0].spikes.threshold="%g nA"'


def scaled(side):
    """Everything of a channel that goes with its cross-section."""
    return [AREA % (side * side), THRESHOLD % (0.4 * side * side)] + WHOLE.get(side, [])


LIMIT = {
    f"{side}x{side}": (n, scaled(side))
    for side, n in ((4, 60), (5, 300), (8, 60), (15, 60), (25, 24), (50, 16), (100, 4))
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
    "50x50, thin ends, h = 1 nm": (6, scaled(50) + [thin_ends(30)]),
    "50x50, thin ends, h = 0.5 nm": (6, scaled(50) + [thin_ends(60)]),
    "50x50, thin ends, h = 0.3 nm": (4, scaled(50) + [thin_ends(100)]),
    "50x50, leaps of 0.1, h = 1 nm": (6, scaled(50) + [MESH % 30, LEAP % 0.1]),
    "50x50, thin ends, leaps of 0.1, h = 1 nm": (6, scaled(50) + [thin_ends(30), LEAP % 0.1]),
    "50x50, leaps of 0.1, h = 0.5 nm": (8, scaled(50) + [LEAP % 0.1]),
    "50x50, thin ends, leaps of 0.1, h = 0.5 nm": (8, scaled(50) + [thin_ends(60), LEAP % 0.1]),
}
TABLES = {
    "sizes": SIZES,
    "limit": LIMIT,
    "limit_cells": LIMIT_CELLS,
    "leaps": LEAPS,
    "cells": CELLS,
    "failures": FAILURES,
}
AGAINST = {"leaps": "events", "failures": "5x5, h = 0.5 nm"}  # the row that others are tested against
# Rows that are one ensemble; the automatic method draws events in 5x5 nm, run for run those of `gillespie`.
SAME = {"5x5": "events", "5x5, h = 0.5 nm": "events", "8x8, h = 0.47 nm": "8x8", "15x15, h = 0.5 nm": "15x15", "25x25, h = 0.5 nm": "25x25"}
COLUMNS = "case runs fired time_ms error_ms sd_ms density_ms D p".split()


def first_time(run):
    """Time of the first passage of the threshold, s; inf: none."""
    spikes = run["experiments"][0].get("spikes", [])
    return spikes[0]["time_s"] if spikes else np.inf


def call(command, settings):
    """Run the program with settings."""
    subprocess.run(command + [word for setting in settings for word in ("--set", setting)], check=True)


def ensemble(program, place, count, settings):
    """Times of one ensemble, s."""
    if count == 0:
        return np.array([])
    results = place / "results.jsonl"
    have = sum('"status":"ok"' in line for line in open(results)) if results.exists() else 0
    if have < count:
        command = [program, "ensemble", str(HERE / "filament.cfg"), "-n", str(count), "-j", "1"]
        command += ["-q", "-o", str(place)] + (["--resume"] if results.exists() else [])
        call(command, settings)
    runs = [json.loads(line) for line in open(results)]
    return np.array([first_time(run) for run in runs if run.get("status") == "ok"])


def without_noise(program, place, settings):
    """Time of the density that does not fluctuate, s."""
    if not (place / "summary.json").exists():
        more = [DENSITY] + ["solver.rtol=3e-4"] * (SMOOTHED % 0.35 in settings)  # its front is too steep for 1e-3
        call([program, "run", str(HERE / "filament.cfg"), "-q", "-o", str(place)], settings + more)
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


def place_of(table, name):
    """Folder of an ensemble."""
    place = SAME.get(name, name)
    if table.startswith("limit") and name != "5x5":  # there 0.4 nA/nm^2 are 10 nA
        place = "density of current " + ("50x50" if name == "50x50, h = 0.5 nm" else name)
    return re.sub("[=,]", "", place.replace(" ", "_"))


def measure(program, folder, table, most):
    """One table: run what is missing, write its CSV file."""
    rows, right = [], None
    for name, (count, settings) in TABLES[table].items():
        place = place_of(table, name)
        times = ensemble(program, folder / place, min(count, most), settings)
        still = without_noise(program, folder / f"density_{place}", settings)
        fired = 1e3 * times[np.isfinite(times)]
        row = [name, len(times), len(fired)]
        if len(fired) > 1:
            sd = fired.std(ddof=1)
            row += [f"{fired.mean():.4f}", f"{sd / math.sqrt(len(fired)):.4f}", f"{sd:.4f}"]
        else:
            row += ["", "", ""]
        row.append(f"{1e3 * still:.4f}" if np.isfinite(still) else "")
        if name == AGAINST.get(table):
            right = times
        elif right is not None and len(times):
            d, p = kolmogorov_smirnov(times, right)
            row += [f"{d:.2f}", f"{p:.2g}"]
        rows.append(row + [""] * (len(COLUMNS) - len(row)))
    sheet.write(HERE / f"{table}.csv", COLUMNS, rows, 1)


def rows_of(table):
    """Rows of a CSV file: names as they are, numbers as floats, nan for what is not there."""
    return [
        {key: value if key == "case" else float(value or "nan") for key, value in row.items()}
        for row in sheet.read(HERE / f"{table}.csv")
    ]


def side_of(row):
    return float(row["case"].split("x")[0])


def length_of(row):
    return float(re.search(r"h = ([\d.]+) nm", row["case"])[1])


def sd_error(row):
    return row["sd_ms"] / math.sqrt(2 * (row["fired"] - 1))


def ratio(row):
    """Mean over the density's time, and its standard error."""
    return row["time_ms"] / row["density_ms"], row["error_ms"] / row["density_ms"]


def line_fit(x, y, error):
    """Weighted straight line: (value at 0, its error, slope, its error, chi^2 over degrees of freedom)."""
    x, y, w = np.array(x), np.array(y), 1 / np.array(error) ** 2
    design = np.stack([np.ones_like(x), x], axis=1)
    covariance = np.linalg.inv(design.T @ (w[:, None] * design))
    a, b = covariance @ (design.T @ (w * y))
    chi2 = np.sum(w * (y - a - b * x) ** 2) / (len(x) - 2) if len(x) > 2 else math.nan
    return a, math.sqrt(covariance[0, 0]), b, math.sqrt(covariance[1, 1]), chi2


def spread_fit(rows):
    """sd ~ ions^b, the ions as the cross-section: (sd at 1 nm^2 in ms, b, its error, chi^2 over degrees of freedom)."""
    x = [2 * math.log(side_of(row)) for row in rows]
    relative = [1 / math.sqrt(2 * (row["fired"] - 1)) for row in rows]
    a, _, b, error, chi2 = line_fit(x, [math.log(row["sd_ms"]) for row in rows], relative)
    return math.exp(a), b, error, chi2


def show(table):
    """One table in Markdown."""
    print(f"\n{table}.csv\n\n| case | runs | fired | time, ms | sd, ms | density, ms | ratio | D, p |\n" + "|---" * 8 + "|")
    for row in rows_of(table):
        words = [row["case"], f"{row['runs']:.0f}", f"{row['fired']:.0f}", "-", "-", f"{row['density_ms']:.4f}", "-", ""]
        if row["fired"] > 1:
            words[3] = f"{row['time_ms']:.4f} +- {row['error_ms']:.4f}"
            words[4] = f"{row['sd_ms']:.4f} +- {sd_error(row):.4f}"
            words[6] = "%.4f +- %.4f" % ratio(row)
        if not math.isnan(row["D"]):
            words[7] = f"{row['D']:.2f}, {row['p']:.2g}"
        print("| " + " | ".join(words) + " |")


def show_spread():
    """Exponents of the spread."""
    for table, sides in (("sizes", (4, 15)), ("limit", (4, 15)), ("limit", (15, 100)), ("limit", (4, 100))):
        rows = [row for row in rows_of(table) if sides[0] <= side_of(row) <= sides[1]]
        _, b, error, chi2 = spread_fit(rows)
        print(f"{table}.csv, {sides[0]} to {sides[1]} nm: sd ~ ions^({b:.3f} +- {error:.3f}), chi^2/dof {chi2:.2f}")


def leap_of(row):
    return float(row["case"].split()[1])


def show_slope():
    """Do times go with the leap? A line over decades, short against long leaps, each against events, and the power to see 1 %."""
    events, *leaps = sorted(rows_of("leaps"), key=lambda row: row["case"] != "events")
    times, errors = ([row[key] for row in leaps] for key in ("time_ms", "error_ms"))
    _, _, slope, error, chi2 = line_fit([math.log10(leap_of(row)) for row in leaps], times, errors)
    print(f"leaps: {slope:+.4f} +- {error:.4f} ms a decade, chi^2/dof {chi2:.2f}")

    def mean(rows):
        w = np.array([row["error_ms"] ** -2 for row in rows])
        return np.sum(w * [row["time_ms"] for row in rows]) / w.sum(), w.sum() ** -0.5

    def compare(name, a, b):
        error = math.hypot(a[1], b[1])
        normal = lambda z: 0.5 * math.erfc(-z / math.sqrt(2))
        power = normal(0.01 * b[0] / error - 1.96) + normal(-0.01 * b[0] / error - 1.96)
        print(f"{name}: {100 * (a[0] / b[0] - 1):+.2f} +- {100 * error / b[0]:.2f} %, z = {(a[0] - b[0]) / error:.1f}, "
              f"power for 1 % {100 * power:.0f} %")

    short, long = ([row for row in leaps if (leap_of(row) < 0.03) == small] for small in (True, False))
    compare("leaps of 0.05 and more against 0.02 and less", mean(long), mean(short))
    compare("leaps of 0.02 and less against events", mean(short), mean([events]))
    compare("leaps of 0.05 and more against events", mean(long), mean([events]))
    for row in leaps:
        compare(f"{row['case']} against events", mean([row]), mean([events]))


def show_limit_of_cells():
    """Ratio of 5x5 nm on cells that shrink to nothing, if it is a straight line."""
    rows = [row for row in rows_of("cells") if side_of(row) == 5]
    ratios, errors = zip(*map(ratio, rows))
    a, error, _, _, chi2 = line_fit([length_of(row) for row in rows], ratios, errors)
    print(f"5x5 nm, straight line to h = 0: {a:.3f} +- {error:.3f}, chi^2/dof {chi2:.2f}")


BAR = {"fmt": "o", "capsize": 2, "markersize": 4}


def draw_ratio(axis):
    """Mean over the density's time against the channel, and the design's prototype."""
    for table, colour, label in (("sizes", COLOURS[0], "10 nA"), ("limit", COLOURS[1], "0.4 nA/nm²")):
        rows = rows_of(table)
        ratios, errors = np.array([ratio(row) for row in rows]).T
        axis.errorbar([side_of(row) for row in rows], ratios, 2 * errors, color=colour, label=label, **BAR)
    rows = [row for row in rows_of("prototype") if not math.isnan(row["density_ms"])]
    axis.plot([side_of(row) for row in rows], [row["time_ms"] / row["density_ms"] for row in rows], "k*", mfc="none",
              label="prototype, 10 nA")
    axis.axhline(1, color="k", lw=0.8)
    axis.set(ylabel="mean time / density's time", title="Mean, cells of 0.5 nm")
    axis.legend(title="bridged at")


def draw_spread(axis):
    """Spread against the channel, with the fitted powers of the number of ions."""
    for table, colour, most in (("sizes", COLOURS[0], 15), ("limit", COLOURS[1], 100)):
        rows = rows_of(table)
        side = np.array([side_of(row) for row in rows])
        axis.errorbar(side, [row["sd_ms"] for row in rows], [2 * sd_error(row) for row in rows], color=colour, **BAR)
        a, b, error, _ = spread_fit([row for row in rows if side_of(row) <= most])
        x = np.array([4, most])
        axis.plot(x, a * x ** (2 * b), color=colour, lw=0.8, label=f"ions$^{{{b:.2f}±{error:.2f}}}$")
    axis.set(yscale="log", ylabel="standard deviation of the time, ms", title="Spread")
    axis.legend()


def draw_leaps(axis):
    """Mean times against the leap; events as a band."""
    for row in rows_of("leaps"):
        if row["case"] == "events":
            axis.axhspan(row["time_ms"] - 2 * row["error_ms"], row["time_ms"] + 2 * row["error_ms"], color="0.85", label="events")
        else:
            axis.errorbar(leap_of(row), row["time_ms"], 2 * row["error_ms"], color=COLOURS[0], **BAR)
    axis.set(xscale="log", xlabel="leap", ylabel="mean time, ms", title="Leaps, 5x5 nm, 10 nA")
    ticks = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2]
    axis.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axis.minorticks_off()
    axis.legend()


def draw_cells(axis):
    """Ratio to the density on the same cells, for every channel."""
    series = {}
    for row in rows_of("cells") + [row for row in rows_of("limit_cells") if "leaps" not in row["case"]]:
        series.setdefault(row["case"].split(", h")[0], []).append(row)
    theirs = {row["case"]: row for row in rows_of("prototype") if not math.isnan(row["density_ms"])}
    for i, (name, rows) in enumerate(series.items()):
        ratios, errors = np.array([ratio(row) for row in rows]).T
        axis.errorbar([length_of(row) for row in rows], ratios, 2 * errors, color=COLOURS[i], lw=0.8, label=(name + " nm") if "," not in name else name.replace(",", " nm,"),
                      **{**BAR, "fmt": "o-"})
        if name in theirs:
            axis.plot(0.52, theirs[name]["time_ms"] / theirs[name]["density_ms"], "*", color=COLOURS[i], mfc="none", ms=8)
    axis.plot([], [], "k*", mfc="none", ms=8, label="prototype")
    axis.axhline(1, color="k", lw=0.8)
    axis.set(xlabel="cell h, nm", ylabel="mean time / density's time", xlim=(0, 1.05), ylim=(0.94, 1.23), title="Cells (50x50 nm: 0.4 nA/nm²; else 10 nA)")
    axis.legend(fontsize=7, ncol=2)


def draw_cases(axis):
    """Without the self-force, on coarse meshes."""
    rows = {row["case"]: row for row in rows_of("failures") + rows_of("cells")}
    names = ["5x5, h = 0.3 nm", "5x5, h = 0.5 nm", "5x5, h = 1 nm", "5x5, without s", "8x8, h = 0.47 nm", "8x8, without s"]
    for i, name in enumerate(names):
        value, error = ratio(rows[name])
        axis.errorbar(value, i, xerr=2 * error, color=COLOURS["without" in name], **BAR)
    axis.axvline(1, color="k", lw=0.8)
    axis.set_yticks(range(len(names)), names)
    axis.invert_yaxis()
    axis.set(xlabel="mean time / density's time", title="Mesh and self-force s (nm)")


NEVER = 3.6  # ms: where the picture puts what did not bridge


def draw_chi(upper, lower):
    """Where chi is taken: time against the cell, single ions and density; above what bridges late or not at all."""
    kinds = {
        "5x5": "smoothed over 0.7 nm",
        "5x5, smoothed over 0.35 nm": "smoothed over 0.35 nm",
        "5x5, chi on ions at the point": "ions at the point",
        "5x5, no chi on ions": "ions do not feel it",
        "5x5, chi at the point": "ions and electrons at the point",
    }
    table = rows_of("failures")
    for i, (kind, label) in enumerate(kinds.items()):
        rows = sorted((row for row in table if row["case"].split(", h =")[0] == kind), key=length_of)
        x = np.array([length_of(row) for row in rows]) + 0.012 * (i - 2)
        never = np.array([row["fired"] == 0 for row in rows])
        upper.plot(x[never], np.full(never.sum(), NEVER), "^", color=COLOURS[i], ms=7)
        times, errors = [row["time_ms"] for row in rows], [2 * row["error_ms"] for row in rows]
        lower.errorbar(x, times, errors, color=COLOURS[i], label=label, **BAR)
        lower.plot(x, [row["density_ms"] for row in rows], "--", color=COLOURS[i], lw=0.8)
    theirs = [row for row in rows_of("prototype") if "chi" in row["case"]]
    times = [NEVER if math.isnan(row["time_ms"]) else row["time_ms"] for row in theirs]
    upper.plot([length_of(row) for row in theirs], times, "k*", mfc="none", ms=9, label='prototype, "local term"')
    lower.plot([], [], "k--", lw=0.8, label="density")
    upper.set(xlim=(0.2, 1.1), ylim=(1, 4), ylabel="ms", title="Where chi is taken, 5x5 nm, 10 nA")
    upper.set_yticks([1, 2, 3, NEVER], ["1", "2", "3", "none"])
    upper.set_xticks([])
    upper.legend(loc="upper right", fontsize=7)
    lower.set(xlim=(0.2, 1.1), ylim=(0.63, 0.94), xlabel="cell h, nm", ylabel="mean time, ms")
    lower.legend(fontsize=7, ncol=2, loc="upper right")


def draw():
    """Both pictures, from the CSV files."""
    plt.rcParams.update(STYLE)
    figure, axes = plt.subplots(1, 2, figsize=(8, 3.4), constrained_layout=True)
    draw_ratio(axes[0])
    draw_spread(axes[1])
    ticks = sorted({int(side_of(row)) for row in rows_of("sizes") + rows_of("limit")})
    for axis in axes:
        axis.set(xscale="log", xlabel="side of the channel, nm")
        axis.set_xticks(ticks, [str(tick) for tick in ticks])
        axis.minorticks_off()
    figure.savefig(IMAGES / "single_ions.png", dpi=130)
    figure = plt.figure(figsize=(10, 7.6), constrained_layout=True)
    axes = figure.subplot_mosaic([["leaps", "cells"]] * 3 + [["cases", "late"]] + [["cases", "chi"]] * 2)
    draw_leaps(axes["leaps"])
    draw_cells(axes["cells"])
    draw_cases(axes["cases"])
    draw_chi(axes["late"], axes["chi"])
    figure.savefig(IMAGES / "single_ions_checks.png", dpi=130)


def main():
    """Run what is missing, print, draw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", nargs="?", help="halidrift; without it nothing is run")
    parser.add_argument("-o", "--output", default="runs/single_ions", type=pathlib.Path)
    parser.add_argument("-n", "--most", type=int, default=1000, help="trajectories of a row at most")
    parser.add_argument("--only", choices=TABLES)
    arguments = parser.parse_args()
    tables = [arguments.only] if arguments.only else list(TABLES)
    arguments.output.mkdir(parents=True, exist_ok=True)
    for table in tables:
        if arguments.program:
            measure(arguments.program, arguments.output, table, arguments.most)
        show(table)
    show_spread()
    show_slope()
    show_limit_of_cells()
    draw()


if __name__ == "__main__":
    main()
