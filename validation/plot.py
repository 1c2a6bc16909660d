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
import pathlib
import sys
import textwrap

import matplotlib

matplotlib.use("Agg")
import matplotlib.colors
import matplotlib.pyplot as plt
import matplotlib.ticker
import numpy as np

from run_folder import Run, Table, device_terminal, distinct, is_sweep, named, read_field, scale

# Okabe and Ito (2008): colours that stay apart for colour-blind readers.
COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]
DECADES = 9  # of a logarithmic current axis, below its largest value
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


def legend_beside(axis):
    axis.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))


def draw_voltages(axis, columns, unit):
    for name, values in distinct(columns).items():
        axis.plot(columns["time_s"] / unit, values, label=name)
    axis.set_ylabel("voltage (V)")
    legend_beside(axis)


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
        legend_beside(axis)


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
    legend_beside(axis)


def label_of(field):
    name = field.name if field.units in ("", "1") else f"{field.name} ({field.units})"
    return textwrap.fill(name, 28)


def norm_of(field):
    colors = matplotlib.colors
    return colors.LogNorm() if field.is_logarithmic() else colors.Normalize()


def draw_planes(figure, axis, field, unit, prefix):
    """2D: a few records side by side, the last one among them."""
    (slow, heights), (fast, points) = field.axes
    length, small = scale(np.concatenate([points, heights]))
    count = min(len(field.time), MAX_PLANES)
    chosen = np.unique(np.linspace(0, len(field.time) - 1, count).round().astype(int))
    axes = axis.get_subplotspec().subgridspec(1, len(chosen)).subplots(sharey=True, squeeze=False)
    axis.remove()
    norm = norm_of(field)
    norm.autoscale(field.values[chosen][np.isfinite(field.values[chosen])])
    for plane, record in zip(axes[0], chosen):
        image = plane.pcolormesh(points / length, heights / length, field.values[record],
                                 shading="nearest", norm=norm, cmap="cividis")
        plane.set(xlabel=f"{fast} ({small}m)", aspect="equal",
                  title=f"{field.time[record] / unit:.4g} {prefix}s")
    axes[0][0].set_ylabel(f"{slow} ({small}m)")
    figure.colorbar(image, ax=list(axes[0]), label=label_of(field), fraction=0.03, pad=0.02)


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
        axis.set(xlabel=f"{fast} ({small}m)", ylabel=label_of(field))
        if field.is_logarithmic():
            axis.set_yscale("log")
        legend_beside(axis)
        return
    kept = np.flatnonzero(np.diff(field.time, prepend=-np.inf) > 0)
    image = axis.pcolormesh(field.time[kept] / unit, points / length, field.values[kept].T,
                            shading="nearest", norm=norm_of(field), cmap="cividis")
    axis.plot(field.time[kept] / unit, np.full(len(kept), points[-1] / length), "|", ms=4,
              color=COLOURS[6], clip_on=False)  # when the records were made
    axis.set(xlabel=f"time ({prefix}s)", ylabel=f"{fast} ({small}m)")
    box = axis.inset_axes([1.02, 0, 0.02, 1])
    figure.colorbar(image, cax=box, label=label_of(field))


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
