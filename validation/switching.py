"""Run a deck and measure how a memristor switches: times, gain, currents, spikes.

Shared by the scripts that make the tables of validation/set_f, filament, heat and neuron, as are the
overrides in overrides.py. The program is the one named by the environment variable HALIDRIFT, else
build/release/halidrift.
"""

import csv
import json
import math
import os
import pathlib
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
ON = 1e-8  # A: on
FLOOR = 1e-16  # A: what is below, or negative, counts as this
LEVELS = [1e-11 * 10 ** (i / 4) for i in range(25)]  # A, between which the gain is measured


class Run:
    """One run of a deck with overrides; `error` is None when it ended well. `fields`: quantities and
    coordinates that are kept from fields.nc (needs netCDF4)."""

    def __init__(self, deck, sets=(), fields=()):
        program = os.environ.get("HALIDRIFT", str(ROOT / "build/release/halidrift"))
        with tempfile.TemporaryDirectory() as folder:
            command = [program, "run", "-q", "-o", folder, str(ROOT / deck)]
            for item in sets:
                command += ["--set", item]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            self.error = None if done.returncode == 0 else done.stderr.strip()
            path = pathlib.Path(folder)
            with open(path / "terminals.csv", newline="", encoding="utf-8") as file:
                self.rows = list(csv.DictReader(file))
            self.summary = json.loads((path / "summary.json").read_text("utf-8"))
            self.fields = read_fields(path / "fields.nc", fields) if fields else {}

    def columns(self, experiment, *names):
        """Columns of one experiment as lists of numbers."""
        rows = [row for row in self.rows if row["experiment"] == experiment]
        return [[float(row[name]) for row in rows] for name in names]

    def spikes(self, experiment):
        for entry in self.summary["experiments"]:
            if entry["name"] == experiment:
                return entry.get("spikes", [])
        return []


def read_fields(path, names):
    import netCDF4  # only who asks for fields needs it

    with netCDF4.Dataset(path) as data:
        return {name: data[name][:] for name in names}


def crossing(t, current, level):
    """Time at which the current first rises through a level, linear in ln I; None: never."""
    for i in range(1, len(t)):
        if current[i - 1] < level <= current[i]:
            low = max(current[i - 1], FLOOR)
            return t[i - 1] + (t[i] - t[i - 1]) * math.log(level / low) / math.log(current[i] / low)
    return None


def gain(t, current):
    """max d ln I / d ln t of the rise: 10 pA to a tenth of the last current, by quarters of a decade."""
    times = [crossing(t, current, level) for level in LEVELS if level < current[-1] / 10]
    steps = [math.log(10) / 4 / math.log(b / a) for a, b in zip(times, times[1:]) if a and b and b > a]
    return max(steps) if steps else None


def value_at(x, y, at):
    """y at the first interval that holds x = at."""
    for i in range(1, len(x)):
        if x[i - 1] <= at <= x[i] and x[i] > x[i - 1]:
            return y[i - 1] + (y[i] - y[i - 1]) * (at - x[i - 1]) / (x[i] - x[i - 1])
    return y[-1]
