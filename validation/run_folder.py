"""Read a run folder of halidrift: its tables and fields, and what in them is worth a picture.

Needs numpy, and netCDF4 for the fields.
"""

import csv
import json
import pathlib
import re
import sys

import numpy as np

PREFIXES = [(1, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n"), (1e-12, "p"), (1e-15, "f")]
FLAT_SHARE = 0.2  # a voltage that stands still for longer than this is no sweep


class Table:
    """terminals.csv or spikes.csv: columns by name, rows of one experiment on demand."""

    def __init__(self, path):
        with open(path, newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file))
        # a run that was killed may have a last row that is not whole
        body = [row for row in rows[1:] if len(row) == len(rows[0])]
        self.names = rows[0][1:]
        self.experiment = np.array([row[0] for row in body], dtype=object)
        self.values = np.array([[float(cell or "nan") for cell in row[1:]] for row in body])
        self.values = self.values.reshape(len(body), len(self.names))

    def experiments(self):
        return list(dict.fromkeys(self.experiment))

    def of(self, experiment):
        """Columns of one experiment as {name: values}."""
        rows = self.values[self.experiment == experiment]
        return dict(zip(self.names, rows.T))


class Run:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.terminals = Table(self.folder / "terminals.csv")
        spikes = self.folder / "spikes.csv"
        self.spikes = Table(spikes) if spikes.exists() else None
        summary = self.folder / "summary.json"
        self.summary = json.loads(summary.read_text("utf-8")) if summary.exists() else {}

    def entry_of(self, experiment):
        """What summary.json says about an experiment."""
        for entry in self.summary.get("experiments", []):
            if entry.get("name") == experiment:
                return entry
        return {}

    def type_of(self, experiment):
        return self.entry_of(experiment).get("type", "")

    def spikes_of(self, experiment):
        return self.spikes.of(experiment) if self.spikes else {}


def scale(values):
    """Prefix that brings the largest value to 1..1000: (factor, prefix)."""
    values = np.abs(values[np.isfinite(values)]) if len(values) else np.zeros(1)
    largest = values.max() if values.size else 0
    for factor, prefix in PREFIXES:
        if largest >= factor:
            return factor, prefix
    return (1, "") if largest == 0 else PREFIXES[-1]


def named(columns, kind):
    """{inner name: values} of the columns V(..)_V or I(..)_A."""
    unit = {"V": "V", "I": "A"}[kind]
    found = {}
    for name, values in columns.items():
        match = re.fullmatch(rf"{kind}\((.*)\)_{unit}", name)
        if match:
            found[match[1]] = values
    return found


def is_sweep(run, experiment):
    """A dc sweep, or a transient in which every voltage that moves keeps moving."""
    if "sweep" in run.type_of(experiment):
        return True
    columns = run.terminals.of(experiment)
    t = columns["time_s"]
    if len(t) < 3 or t[-1] <= t[0]:
        return len(t) > 1 and not t[-1] > t[0]
    moved = False
    for values in named(columns, "V").values():
        span = np.ptp(values)
        if span == 0:
            continue
        moved = True
        slow = np.abs(np.diff(values)) < 1e-3 * span * np.diff(t) / (t[-1] - t[0])
        if np.diff(t)[slow].sum() > FLAT_SHARE * (t[-1] - t[0]):
            return False
    return moved


def device_terminal(columns, wanted=None):
    """The terminal whose current is drawn: the wanted one, or the most positive one."""
    currents, voltages = named(columns, "I"), named(columns, "V")
    if wanted is not None:
        if wanted not in currents:
            sys.exit(f"no terminal {wanted!r}; there are: {', '.join(currents)}")
        return wanted
    return max(currents, key=lambda name: np.nanmax(voltages.get(name, np.zeros(1))))


def distinct(columns):
    """Voltages that move, without those that lie on one already there; nets before terminals."""
    voltages, terminals = named(columns, "V"), named(columns, "I")
    span = max((np.ptp(v) for v in voltages.values()), default=0)
    kept = {}
    for name in sorted(voltages, key=lambda name: name in terminals):
        values = voltages[name]
        twin = any(np.max(np.abs(values - other)) < 0.01 * span for other in kept.values())
        if np.ptp(values) > 0 and not twin:
            kept[name] = values
    return kept


class Field:
    """One variable of fields.nc in one experiment."""

    def __init__(self, folder, experiment, wanted=None):
        import netCDF4

        with netCDF4.Dataset(folder / "fields.nc") as file:
            # only the records that are whole: a killed run may end inside one
            labels = np.array([str(name) for name in file["experiment"][:]])
            records = np.flatnonzero(labels == experiment)
            fields = [v for v in file.variables.values() if len(v.dimensions) > 1
                      and v.dimensions[0] == "record" and v.dimensions[1] in file.variables]
            variable = self.choose(fields, wanted)
            self.name, self.units = variable.long_name, variable.units
            self.time = np.ma.filled(file["time"][:], np.nan)[records]
            self.values = np.ma.filled(variable[:], np.nan)[records]
            self.axes = [(name, np.array(file[name][:])) for name in variable.dimensions[1:]]

    @staticmethod
    def choose(fields, wanted):
        """The wanted one, else what tells most: the ions, then the potential."""
        names = [v.name for v in fields]
        if wanted is not None:
            # several devices: the name behind the device's will do, for the first of them
            found = [name for name in names if name == wanted or name.endswith(f"_{wanted}")]
            if not found:
                sys.exit(f"no field {wanted!r}; there are: {', '.join(names)}")
            return fields[names.index(wanted if wanted in found else found[0])]
        for pattern in (r"fraction_", r"density_(?!electron|hole)", r"psi$"):
            for v in fields:
                if re.search(pattern, v.name) and not v.name.endswith(("charge_density",)):
                    return v
        return fields[0]

    def is_logarithmic(self):
        """Positive over decades, and no fraction of a whole."""
        finite = self.values[np.isfinite(self.values)]
        return finite.size and finite.min() > 0 and finite.max() > max(1e3 * finite.min(), 1.001)


def read_field(run, experiment, wanted):
    if wanted == "none" or not (run.folder / "fields.nc").exists():
        return None
    try:
        field = Field(run.folder, experiment, wanted)
    except (ImportError, OSError) as reason:
        print(f"fields are left out: {reason}", file=sys.stderr)
        return None
    return field if len(field.time) else None
