#!/usr/bin/env python3
"""Are two run folders the same result?

    python3 same_run.py [--within SHARE | --but-input] A B

Byte for byte: tables, every value of fields.nc, results and counts of summary.json. With --but-input:
of inputs that differ in what must not matter. With --within: times of spikes, their energies and
peaks, and the last states agree to that share.
"""

import csv
import json
import pathlib
import subprocess
import sys

TIMES = {"wall_s", "cpu_s", "peak_memory_bytes", "input"}


def summary(folder):
    data = json.loads((folder / "summary.json").read_text("utf-8"))
    for key in TIMES:
        data.pop(key)
    data["solver"] = {k: v for k, v in data["solver"].items() if not k.endswith("_s")}
    return data


def fields(folder):
    return subprocess.run(["ncdump", "-p", "9,17", str(folder / "fields.nc")], check=True,
                          capture_output=True, text=True).stdout


def exact(a, b, inputs):
    names = ["terminals.csv", "spikes.csv"] + (["resolved.cfg"] if inputs else [])
    wrong = [name for name in names if (a / name).read_bytes() != (b / name).read_bytes()]
    if any((folder / "fields.nc").exists() for folder in (a, b)) and fields(a) != fields(b):
        wrong.append("fields.nc")
    one, two = summary(a), summary(b)
    differ = {key for key in one.keys() | two.keys() if one.get(key) != two.get(key)}
    if differ - (set() if inputs else {"input_hash"}):
        wrong.append(f"summary.json: {', '.join(sorted(differ))}")
    return wrong


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def near(x, y, share, scale):
    return abs(float(x) - float(y)) <= share * scale


def within(a, b, share):
    wrong = []
    spikes = [rows(f / "spikes.csv") for f in (a, b)]
    if len(spikes[0]) != len(spikes[1]):
        return [f"{len(spikes[0])} and {len(spikes[1])} spikes"]
    for one, two in zip(*spikes):
        for key in ("time_s", "peak_current_A", "E_source_J"):
            if not near(one[key], two[key], share, abs(float(one[key]))):
                wrong.append(f"{key}: {one[key]} and {two[key]}")
    ends = [{r["experiment"]: r for r in rows(f / "terminals.csv")} for f in (a, b)]
    for name, one in ends[0].items():
        for key in (k for k in one if k.startswith(("V(", "filament", "ion"))):
            x, y = one[key], ends[1][name][key]
            if not (x and y):  # no filament
                wrong += [f"{name} {key}: '{x}' and '{y}'"] if x != y else []
                continue
            scale = max(abs(float(x)), 1e-2 if key.startswith("V(") else 0.0)
            if not near(x, y, share, scale):
                wrong.append(f"{name} {key}: {x} and {y}")
    return wrong


def main():
    words = sys.argv[1:]
    share, inputs = None, True
    if words[0] == "--but-input":
        inputs = False
        words = words[1:]
    elif words[0] == "--within":
        share = float(words[1])
        words = words[2:]
    a, b = map(pathlib.Path, words)
    wrong = exact(a, b, inputs) if share is None else within(a, b, share)
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
