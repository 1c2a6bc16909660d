#!/usr/bin/env python3
"""Draw a run folder of halidrift.

    python3 validation/plot.py RUN -o picture.png        (or .svg, .pdf)

A run in time shows voltages, current with its spikes, energy per spike, and one
field over depth and time; sweeps show current over voltage, one curve for each
experiment; a continuation shows stable states as lines, unstable ones dashed, folds as
dots, and the rate of the leading mode below; `--kind map` shows the ions and the potential in a 2D device. Needs numpy
and matplotlib, and netCDF4 for the fields.
"""

import argparse
import csv
import json
import pathlib
import re
import sys
import textwrap

import matplotlib

matplotlib.use("Agg")
import matplotlib.colors
import matplotlib.pyplot as plt
import matplotlib.ticker
import numpy as np

# Okabe and Ito (2008): colours that stay apart for colour-blind readers.
COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]
PREFIXES = [(1, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n"), (1e-12, "p"), (1e-15, "f")]
DECADES = 9  # of a logarithmic current axis, below its largest value
FLAT_SHARE = 0.2  # a voltage that stands still for longer than this is no sweep
MAX_TICKS = 20  # pulses that are numbered one by one
MAX_PLANES = 6  # records of a 2D field
MAX_PROFILES = 7  # up to so many records a 1D field is drawn as curves, then as an image
STYLE = {
    "axes.prop_cycle": matplotlib.cycler(color=COLOURS),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": "medium",
    "font.size": 9,
    "legend.frameon": False,
    "lines.linewidth": 1.2,
    "svg.hashsalt": "halidrift",
}


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


def draw_voltages(axis, columns, unit):
    for name, values in distinct(columns).items():
        axis.plot(columns["time_s"] / unit, values, label=name)
    axis.set_ylabel("voltage (V)")
    axis.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))


def log_limits(axis, values):
    largest = np.nanmax(values) if len(values) else 0
    if largest > 0:
        axis.set_yscale("log")
        smallest = max(np.nanmin(values[values > 0]), largest * 10.0**-DECADES)
        axis.set_ylim(smallest / 2, largest * 3)


def draw_current(axis, columns, terminal, spikes, unit, linear):
    current = named(columns, "I")[terminal]
    drawn = current if linear else np.abs(current)
    axis.plot(columns["time_s"] / unit, drawn, color=COLOURS[1])
    axis.set_ylabel(f"I({terminal}) (A)" if linear else f"|I({terminal})| (A)")
    if not linear:
        log_limits(axis, drawn)
    if len(spikes.get("time_s", [])):
        peak = spikes["peak_current_A"]
        axis.plot(spikes["time_s"] / unit, peak if linear else np.abs(peak), "v", ms=4,
                  color=COLOURS[6], label=f"{len(peak)} spikes")
        axis.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))


def draw_energy(axis, spikes):
    kinds = [("E_source_J", "source"), ("E_device_J", "device"), ("E_stored_J", "capacitor")]
    kinds = [(name, label) for name, label in kinds if np.any(np.isfinite(spikes.get(name, [])))]
    factor, prefix = scale(np.concatenate([spikes[name] for name, _ in kinds]))
    pulse = spikes["pulse"]
    counted = np.any(pulse > 0)
    x = pulse if counted else np.arange(1, len(pulse) + 1)
    width = 0.8 / len(kinds)
    for i, (name, label) in enumerate(kinds):
        axis.bar(x + (i - (len(kinds) - 1) / 2) * width, spikes[name] / factor, width, label=label,
                 color=COLOURS[i])
    axis.set_xlabel("pulse" if counted else "spike")
    axis.set_ylabel(f"energy per spike ({prefix}J)")
    if len(x) <= MAX_TICKS:
        axis.set_xticks(x)
    else:
        axis.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(integer=True))
    axis.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))


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

    def label(self):
        name = self.name if self.units in ("", "1") else f"{self.name} ({self.units})"
        return textwrap.fill(name, 28)

    def is_logarithmic(self):
        """Positive over decades, and no fraction of a whole."""
        finite = self.values[np.isfinite(self.values)]
        return finite.size and finite.min() > 0 and finite.max() > max(1e3 * finite.min(), 1.001)

    def norm(self):
        colors = matplotlib.colors
        return colors.LogNorm() if self.is_logarithmic() else colors.Normalize()


def read_field(run, experiment, wanted):
    if wanted == "none" or not (run.folder / "fields.nc").exists():
        return None
    try:
        field = Field(run.folder, experiment, wanted)
    except (ImportError, OSError) as reason:
        print(f"fields are left out: {reason}", file=sys.stderr)
        return None
    return field if len(field.time) else None


def draw_planes(figure, axis, field, unit, prefix):
    """2D: a few records side by side, the last one among them."""
    (slow, heights), (fast, points) = field.axes
    length, small = scale(np.concatenate([points, heights]))
    count = min(len(field.time), MAX_PLANES)
    chosen = np.unique(np.linspace(0, len(field.time) - 1, count).round().astype(int))
    axes = axis.get_subplotspec().subgridspec(1, len(chosen)).subplots(sharey=True, squeeze=False)
    axis.remove()
    norm = field.norm()
    norm.autoscale(field.values[chosen][np.isfinite(field.values[chosen])])
    for plane, record in zip(axes[0], chosen):
        image = plane.pcolormesh(points / length, heights / length, field.values[record],
                                 shading="nearest", norm=norm, cmap="cividis")
        plane.set(xlabel=f"{fast} ({small}m)", aspect="equal",
                  title=f"{field.time[record] / unit:.4g} {prefix}s")
    axes[0][0].set_ylabel(f"{slow} ({small}m)")
    figure.colorbar(image, ax=list(axes[0]), label=field.label(), fraction=0.03, pad=0.02)


def draw_field(figure, axis, field, unit, prefix):
    """1D: curves for few records, an image over time for many."""
    if len(field.axes) == 2:
        draw_planes(figure, axis, field, unit, prefix)
        return
    fast, points = field.axes[0]
    length, small = scale(points)
    if len(field.time) <= MAX_PROFILES:
        for time, values in zip(field.time, field.values):
            axis.plot(points / length, values, label=f"{time / unit:.4g} {prefix}s")
        axis.set(xlabel=f"{fast} ({small}m)", ylabel=field.label())
        if field.is_logarithmic():
            axis.set_yscale("log")
        axis.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
        return
    kept = np.flatnonzero(np.diff(field.time, prepend=-np.inf) > 0)
    image = axis.pcolormesh(field.time[kept] / unit, points / length, field.values[kept].T,
                            shading="nearest", norm=field.norm(), cmap="cividis")
    axis.plot(field.time[kept] / unit, np.full(len(kept), points[-1] / length), "|", ms=4,
              color=COLOURS[6], clip_on=False)  # when the records were made
    axis.set(xlabel=f"time ({prefix}s)", ylabel=f"{fast} ({small}m)")
    box = axis.inset_axes([1.02, 0, 0.02, 1])
    figure.colorbar(image, cax=box, label=field.label())


def draw_time(run, experiment, options):
    columns, spikes = run.terminals.of(experiment), run.spikes_of(experiment)
    terminal = device_terminal(columns, options.terminal)
    field = read_field(run, experiment, options.field)
    unit, prefix = scale(columns["time_s"])
    has_spikes = len(spikes.get("time_s", [])) > 0
    over_time = field is not None and len(field.axes) == 1 and len(field.time) > MAX_PROFILES
    panels = ["V", "I"] + ["field"] * (field is not None) + ["E"] * has_spikes
    figure, axes = plt.subplots(len(panels), 1, figsize=(options.width, 0.6 + 1.9 * len(panels)),
                                layout="constrained")
    by_name = dict(zip(panels, axes))
    draw_voltages(by_name["V"], columns, unit)
    draw_current(by_name["I"], columns, terminal, spikes, unit, options.linear)
    shared = ["V", "I"] + ["field"] * over_time
    t = columns["time_s"] / unit
    # a step response: half of its rows in its first hundredth
    log_time = len(t) > 10 and t[0] == 0 and np.median(t) < 0.01 * t[-1]
    for name in shared:
        if log_time:
            by_name[name].set_xscale("log")
        by_name[name].set_xlim(t[t > 0][0] if log_time else t[0], t[-1])
        by_name[name].tick_params(labelbottom=name == shared[-1])
    if field is not None:
        draw_field(figure, by_name["field"], field, unit, prefix)
    by_name[shared[-1]].set_xlabel(f"time ({prefix}s)")
    if has_spikes:
        draw_energy(by_name["E"], spikes)
    return figure


def draw_maps(run, experiment, options):
    """2D: the wanted field, or ions and potential; a few records of each side by side."""
    wanted = [options.field] if options.field else [None, "psi"]
    fields = [read_field(run, experiment, name) for name in wanted]
    if any(field is None or len(field.axes) != 2 for field in fields):
        sys.exit(f"{run.folder}: no 2D field in experiment {experiment!r}")
    (_, heights), (_, points) = fields[0].axes
    share = min(len(fields[0].time), MAX_PLANES) * np.ptp(points) / np.ptp(heights)
    figure, axes = plt.subplots(len(fields), 1, squeeze=False, layout="constrained", figsize=(
        options.width, len(fields) * (0.8 + 0.85 * options.width / share)))
    unit, prefix = scale(fields[0].time)
    for axis, field in zip(axes[:, 0], fields):
        draw_planes(figure, axis, field, unit, prefix)
    return figure


def draw_sweeps(run, experiments, options):
    figure, axis = plt.subplots(figsize=(options.width * 0.75, options.width * 0.55),
                                layout="constrained")
    largest = []
    for experiment in experiments:
        columns = run.terminals.of(experiment)
        terminal = device_terminal(columns, options.terminal)
        voltages = named(columns, "V")
        others = [name for name in named(columns, "I") if name != terminal]
        # two terminals: the voltage across the device; more: of the terminal to ground
        base = voltages[others[0]] if len(others) == 1 else 0
        current = named(columns, "I")[terminal]
        drawn = current if options.linear else np.abs(current)
        axis.plot(voltages[terminal] - base, drawn, label=experiment)
        largest.append(drawn)
    across = f"V({terminal}) - V({others[0]})" if len(others) == 1 else f"V({terminal})"
    axis.set(xlabel=f"{across} (V)", ylabel=f"I({terminal}) (A)" if options.linear
             else f"|I({terminal})| (A)")
    if not options.linear:
        log_limits(axis, np.concatenate(largest))
    axis.legend()
    return figure


def pieces(grows):
    """Stretches of rows with one sign, each with the row behind it: [(first, end, grows)]."""
    ends = np.flatnonzero(np.diff(grows)) + 1
    starts = np.concatenate([[0], ends])
    return [(a, min(b + 1, len(grows)), grows[a])
            for a, b in zip(starts, np.concatenate([ends, [len(grows)]]))]


def draw_curve(run, experiment, options):
    """A continuation: current and leading rate over the parameter."""
    columns = Table(run.folder / "curve.csv").of(experiment)
    terminal = device_terminal(columns, options.terminal)
    x, rate = columns["parameter"], columns["growth_rate_per_s"]
    current = np.abs(named(columns, "I")[terminal])
    folds = columns["fold"] > 0
    figure, (upper, lower) = plt.subplots(2, 1, sharex=True, layout="constrained", figsize=(
        options.width * 0.75, options.width * 0.8), height_ratios=[3, 2])
    for first, end, unstable in pieces((rate > 0) & ~folds):
        style = {"color": COLOURS[1 if unstable else 0], "linestyle": "--" if unstable else "-"}
        upper.plot(x[first:end], current[first:end], **style)
        lower.plot(x[first:end], rate[first:end], **style)
    upper.plot(x[folds], current[folds], "o", color=COLOURS[6], markersize=4)
    for style, label in (("-", "stable"), ("--", "unstable")):
        upper.plot([], [], style, color=COLOURS[style == "--"], label=label)
    upper.plot([], [], "o", color=COLOURS[6], markersize=4, label="fold")
    upper.set(ylabel=f"|I({terminal})| (A)", yscale="linear" if options.linear else "log")
    entry = run.entry_of(experiment)
    name, unit = entry.get("parameter", "parameter"), entry.get("parameter_unit", "")
    lower.set(xlabel=f"{name} ({unit})" if unit else name, ylabel="rate of the leading mode (1/s)")
    lower.set_yscale("symlog", linthresh=1)
    lower.axhline(0, color="0.7", linewidth=0.6)
    upper.legend()
    return figure


def draw(run, options):
    known = run.terminals.experiments()
    chosen = options.experiment or known
    for name in chosen:
        if name not in known:
            sys.exit(f"no experiment {name!r}; there are: {', '.join(known)}")
    sweeps = [name for name in chosen if is_sweep(run, name)]
    kind = options.kind
    curves = [name for name in chosen if run.type_of(name) == "continuation"]
    if kind == "curve" or kind == "auto" and curves:
        if not curves:
            sys.exit(f"{run.folder}: no experiment of type continuation")
        return draw_curve(run, curves[0], options)
    if kind == "auto":
        spiking = any(len(run.spikes_of(name).get("time_s", [])) for name in chosen)
        kind = "iv" if sweeps and not spiking else "time"
    if kind == "iv":
        return draw_sweeps(run, chosen if options.experiment else sweeps or chosen, options)
    in_time = [name for name in chosen if name not in sweeps] or chosen
    if kind == "map":
        return draw_maps(run, in_time[0], options)
    spiking = [name for name in in_time if len(run.spikes_of(name).get("time_s", []))]
    return draw_time(run, (spiking or in_time)[0], options)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", help="run folder")
    parser.add_argument("-o", "--output", default="run.png", help="PNG, SVG or PDF")
    parser.add_argument("--experiment", action="append", help="only this one (may be repeated)")
    parser.add_argument("--kind", choices=["auto", "time", "iv", "map", "curve"], default="auto")
    parser.add_argument("--terminal", help="whose current is drawn")
    parser.add_argument("--field", help="variable of fields.nc, or none")
    parser.add_argument("--linear", action="store_true", help="current on a linear axis")
    parser.add_argument("--title", help="instead of the run's own; '' for none")
    parser.add_argument("--width", type=float, default=8.0, help="inches")
    options = parser.parse_args()
    if not (pathlib.Path(options.run) / "terminals.csv").exists():
        sys.exit(f"{options.run}: no run folder: it has no terminals.csv")
    run = Run(options.run)
    if not len(run.terminals.experiment):
        sys.exit(f"{options.run}/terminals.csv: no rows yet")
    folder = pathlib.Path(options.output).parent
    if not folder.is_dir():
        sys.exit(f"{folder}: no such folder")
    with plt.rc_context(STYLE):
        figure = draw(run, options)
        title = run.summary.get("title", "") if options.title is None else options.title
        if title:
            figure.suptitle(title)
        metadata = {"Date": None} if options.output.endswith(".svg") else None
        figure.savefig(options.output, dpi=160, metadata=metadata)


if __name__ == "__main__":
    main()
