#!/usr/bin/env python3
"""Compare docs/reference.md with run folders: every file, column and key is documented.

    python3 tests/support/reference.py docs/reference.md RUN...

Beside every folder RUN stands RUN.cdl, the header that ncdump shows of its fields.nc, of the
ensemble.nc of an ensemble or the study.nc of a study.
"""

import csv
import json
import pathlib
import re
import sys


def sections(page):
    """Names in the first column of every table, by the table's heading."""
    found, title = {}, None
    for line in page.splitlines():
        if line.startswith("### "):
            title = line[4:]
            found.setdefault(title, [])
        row = re.match(r"\| `([^`]*)` ", line)
        if row:
            found[title].append(row[1])
    return found


def key_paths(value, path=""):
    """Paths of all leaves of a JSON value, lists as `[]`."""
    if isinstance(value, dict):
        return {p for key, v in value.items() for p in key_paths(v, f"{path}.{key}".lstrip("."))}
    if isinstance(value, list):
        return {p for v in value for p in key_paths(v, path + "[]")}
    return {path}


def as_pattern(name):
    """`V(<net>)_V` or `density_%s` as a regular expression."""
    return re.compile("".join(".+" if part in ("%s",) or part.startswith("<") else re.escape(part)
                              for part in re.split(r"(<[a-z]+>|%s)", name)))


def unknown(names, documented):
    patterns = [as_pattern(name) for name in documented]
    return [n for n in names if not any(p.fullmatch(n) for p in patterns)]


def header(path):
    with open(path, newline="", encoding="utf-8") as file:
        return next(csv.reader(file))


def check(folder, doc):
    wrong = []

    def need(what, names, documented):
        wrong.extend(f"{folder}: {what}: {n} is not documented" for n in unknown(names, documented))

    need("file", [p.name for p in folder.iterdir()], doc["The run folder"])
    need("terminals.csv", header(folder / "terminals.csv"), doc["terminals.csv"])
    spikes = header(folder / "spikes.csv")
    if spikes != doc["spikes.csv"]:
        wrong.append(f"{folder}: spikes.csv has the columns {spikes}")
    if (folder / "curve.csv").exists():
        need("curve.csv", header(folder / "curve.csv"), doc["curve.csv"] + doc["terminals.csv"])
    slopes = folder / "sensitivity.csv"
    if slopes.exists():
        need("sensitivity.csv", header(slopes), doc["sensitivity.csv"])
    summary = json.loads((folder / "summary.json").read_text("utf-8"))
    listed = [f"experiments[].spikes[].{n}" for n in doc["spikes.csv"]] + doc["summary.json"]
    need("summary.json", sorted(key_paths(summary)), listed)
    quantities = next(rows for title, rows in doc.items() if title.startswith("Quantities"))
    labels = [n for name in doc["fields.nc: coordinates"] for n in name.split(", ")]
    cdl = folder.with_suffix(".cdl").read_text("utf-8")
    need("fields.nc", re.findall(r"^\t(?:int|double|char) (\w+)\(", cdl, re.M), quantities + labels)
    return wrong


def statistics(key):
    """Parts of a statistic by its own name: "first_passage_s.median.value" is a <waiting>'s median."""
    key = re.sub(r"\]\.(first_passage_s|first_spike_pulse)\.", "].<waiting>.", key)
    key = re.sub(r"\]\.interval_(s|pulses)\.(censored|horizon|median)", r"].<waiting>.\2", key)
    key = re.sub(r"\]\.(E_\w+_J|peak_current_A|interval_s|interval_pulses|spikes_per_trajectory)\.count",
                 "].spikes_per_trajectory.count", key)
    return re.sub(r"\.(value|standard_error|interval\[\])$", "", key) if "<waiting>" in key else key


def check_ensemble(folder, doc):
    wrong = [f"{folder}: file: {n} is not documented" for n in
             unknown([p.name for p in folder.iterdir()], doc["The folder of an ensemble"])]
    cdl = folder.with_suffix(".cdl").read_text("utf-8")
    variables = re.findall(r"^\t(?:int|double) (\w+)\(", cdl, re.M)
    variables += ["statistics/" + n for n in re.findall(r"^\s+(?:int|double) (\w+) ;", cdl, re.M)]
    wrong += [f"{folder}: ensemble.nc: {n} is not documented" for n in unknown(variables, doc["ensemble.nc"])]
    summary = json.loads((folder / "summary.json").read_text("utf-8"))
    keys = {re.sub(r"of_those_that_fired.*", "of_those_that_fired", statistics(k))
            for k in key_paths(summary)}
    listed = doc["summary.json of an ensemble"]
    return wrong + [f"{folder}: summary.json: {n} is not documented" for n in
                    unknown(sorted(keys), listed)]


def check_study(folder, doc):
    wrong = [f"{folder}: file: {n} is not documented" for n in
             unknown([p.name for p in folder.iterdir()], doc["The folder of a study"])]
    cdl = folder.with_suffix(".cdl").read_text("utf-8")
    summary = json.loads((folder / "summary.json").read_text("utf-8"))
    named = {p["name"] for p in summary["parameters"]} | {"memory", "amplitude"}
    wrong += [f"{folder}: study.nc: {n} is not documented" for n in
              unknown([n for n in re.findall(r"^\t(?:int|double|string) (\w+)\(", cdl, re.M) if n not in named],
                      [n for n in doc["study.nc"] if not n.endswith(">") or "_" in n])]
    return wrong + [f"{folder}: summary.json: {n} is not documented" for n in
                    unknown(sorted(key_paths(summary)), doc["summary.json of a study"])]


CHECKS = {"ensemble.nc": check_ensemble, "study.nc": check_study}


def main():
    doc = sections(pathlib.Path(sys.argv[1]).read_text("utf-8"))
    folders = [pathlib.Path(name) for name in sys.argv[2:]]
    wrong = [line for folder in folders for line in
             next((CHECKS[n] for n in CHECKS if (folder / n).exists()), check)(folder, doc)]
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
