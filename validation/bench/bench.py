#!/usr/bin/env python3
"""Measure halidrift: errors against the references and the cost of getting there.

    python3 validation/bench/bench.py build/release/halidrift [--runs 5] [--only TEXT]

Prints one table. CPU s is user plus system time of the whole process, loading and
files included, the median of several runs. us/Newton is what a run costs beyond one
that stops at equilibrium, over the Newton iterations beyond those. ngspice, where installed,
runs between our runs of D1 and D2; its row has the ratio. Limits are those of the
README beside this file; only a failed run or a missed error bound makes the exit
status 1: times depend on the machine.
"""

import argparse
import csv
import os
import pathlib
import platform
import shutil
import sys

from measure import HEADER, ROOT, Bench, Failure, cpu_seconds, line, show, show_note

HERE = pathlib.Path(__file__).resolve().parent
K_OVER_Q = 1.3807e-23 / 1.6022e-19  # V/K: the constants of the robustness sets


def reference(name):
    """Rows of numbers of a file of validation/."""
    with open(ROOT / "validation" / name) as file:
        return [[float(x) for x in row] for row in list(csv.reader(file))[1:]]


def nearest(rows, column, value):
    return min(rows, key=lambda row: abs(float(row[column]) - value))


def worst_named(rows, column, named):
    """Largest relative error of the anode current at named places."""
    return max(abs(float(nearest(rows, column, at)["I(anode)_A"]) / J - 1) for at, J in named)


# ---- errors ----


def d1_error(rows):
    points = reference("silicon_diode/cider_1d_iv_N200.csv")
    return worst_named(rows, "V(anode)_V", [(V, J) for V, J in points if V > 0.349])


def d2_error(rows):
    """mV at the named instants."""
    named = [(1, 0.229071), (2, 0.408802), (5, 0.682168), (19.9, 0.695232), (21, 0.534008),
             (24, -0.239611), (30, -1.481898), (39, -1.945257)]
    return 1e3 * max(abs(float(nearest(rows, "time_s", 1e-9 * t)["V(anode)_V"]) - V) for t, V in named)


def dc_error(rows):
    named = [(0.5, 1.05678e-3), (0.8, 1.158772), (1.0, 59.3810), (1.2, 145.847)]
    return 100 * worst_named(rows, "V(anode)_V", named)


def triangle_error(rows):
    named = [(0.5, 8.5236e-3), (0.8, 0.98038), (1.0, 35.167), (1.2, 0.96376), (1.5, -9.6043e-3)]
    return 100 * worst_named(rows, "time_s", named)


def step_error(rows):
    named = [(1e-6, 1.5892), (1e-4, 1.4053), (1e-3, 1.1550), (1e-2, 1.0402), (1.0, 59.383)]
    return 100 * worst_named(rows, "time_s", named)


# ---- cases ----


def show_ngspice(result):
    if result["other"]:
        ratio = result["cpu"] / result["other"]
        print(line(("  ngspice CIDER beside it", "", "", f"{result['other']:.4f}", "", "", "", "", "", "",
                    f"ours takes {ratio:.2f} of its time")), flush=True)


def ngspice(deck):
    program = shutil.which("ngspice")
    return [program, "-b", str(HERE / deck)] if program else None


def diode_cases(bench):
    result = bench.measure("validation/silicon_diode/d1.cfg", beside=ngspice("d1.cir"))
    good = show("D1 N=200, 17 biases", result, 0.05, d1_error(bench.rows()), 1e-6)
    show_ngspice(result)
    result = bench.measure("validation/silicon_diode/d2.cfg", beside=ngspice("d2.cir"))
    good &= show("D2 turn-on and recovery", result, 0.12, d2_error(bench.rows()), 1.0, "mV")
    show_ngspice(result)
    return good


def pvk1_cases(bench):
    good = True
    for name, deck, limit, error, bound in (
        ("pvk1 triangle, 5 values", "triangle", 0.15, triangle_error, 0.05),
        ("pvk1 step, 1 ns to 10 s", "step", 0.25, step_error, 0.1),
        ("pvk1 steady J-V, 71 voltages", "dc", 0.06, dc_error, 0.02),
    ):
        result = bench.measure(f"validation/pvk1/{deck}.cfg")
        good &= show(name, result, limit, error(bench.rows()), bound, "%")
    return good


def impedance_error(rows):
    """% at 1 mHz and 100 MHz, the ends of the spectrum."""
    named = [(rows[0], 4.8226e-3), (rows[-1], 7.0834e-4)]
    return 100 * max(abs(float(row["C_F"]) / C - 1) for row, C in named)


def impedance_case(bench):
    sets = ["device.layers[0].intervals=400",
            "experiments[0].frequency={from=\"1 mHz\";to=\"100 MHz\";per_decade=9;}"]
    # equal intervals do not resolve the layers of ions: the error is that of the graded mesh
    bench.measure("validation/impedance/case.cfg", [sets[1]], runs=1)
    error = impedance_error(bench.rows("impedance.csv"))
    result = bench.measure("validation/impedance/case.cfg", sets)
    return show("pvk1 impedance, 100 frequencies, N=400", result, 0.1, error, 0.05, "%")


S_CURVE = "inputs/devices/memristor_curve.cfg"
S_CURVE_BACK = ["experiments[0].from=0.5 V", "experiments[0].to=0 V"]


def folds(bench, sets):
    """Voltages of the folds of one curve, smallest first."""
    bench.measure(S_CURVE, sets, runs=1)
    return sorted(float(row["parameter"]) for row in bench.rows("curve.csv") if row["fold"] == "1")


def s_curve_case(bench):
    """All branches with the stability of every point; the error is that of folds from both sides."""
    there, back = folds(bench, []), folds(bench, S_CURVE_BACK)
    same = len(there) == len(back) == 4
    error = max(abs(a - b) for a, b in zip(there, back)) if same else float("inf")
    return show("S-curve of set F, 4 folds, stability", bench.measure(S_CURVE), 2, error, 1e-6, "V")


def scaling_cases(bench):
    """Cost of one Newton iteration of IDA over the number of nodes (equidistant: only the cost counts)."""
    first = None
    for nodes in (200, 400, 800, 1600, 3200):
        runs = bench.runs if nodes < 1000 else 3
        result = bench.measure("validation/pvk1/triangle.cfg", [f"device.mesh.intervals={nodes - 1}"], runs=runs)
        show(f"IDA with ions, N={nodes}", result)
        first = first or result["per_newton"] / nodes
        growth = result["per_newton"] / nodes / first
        limit = " (limit 70 us)" if nodes == 200 else ""
        show_note(f"{result['per_newton'] / nodes:.3f} us per node and iteration, "
                  f"{growth:.2f} of N=200{limit}")
    return True


def neuron_case(bench):
    sets = ["device.mesh.intervals=79", "solver.rtol=1e-3", "experiments[0].duration=\"20.8 ms\"",
            "experiments[0].drive[0].waveform.count=26"]
    result = bench.measure("inputs/devices/neuron.cfg", sets)
    show("neuron, 26 pulses, 80 nodes", result, 1.5)
    return True


NARROW = [  # 8 nm x 8 nm, 64 cells of 12 sites
    "device.area=\"64 nm^2\"",
    "device.layers[0].intervals=64",
    "experiments[0].drive[0].waveform.high=1.0",
]
ATTRACTION = ["device.interactions[1].energy=\"0.17 eV\""]
FORCES = ["stochastic.engine=\"langevin\"", "stochastic.interval=\"25 us\""]


def single_ions_case(bench):
    """One trajectory of a stochastic neuron, with and without attraction among vacancies, and by random
    forces; below single ions the time of one leap or event with its share of the fields."""
    for name, more in (("", ATTRACTION), (", no attraction", [])):
        show(f"single ions, 10 pulses, 8 nm x 8 nm{name}", bench.measure("inputs/populations/firing.cfg", NARROW + more), 2)
        summary = bench.summary("out")
        ions = summary["experiments"][0]["single_ions"]
        taken = ions["leaps"] + ions["events"]
        show_note(f"{taken} leaps and events, {1e6 * summary['cpu_s'] / taken:.1f} us each (limit 6), "
                  f"{taken / ions['field_solutions']:.1f} of them per solution of the fields")
    show("random forces held for 25 us, the same", bench.measure("inputs/populations/firing.cfg", NARROW + FORCES), 1)
    return True


# ---- the plane ----


def show_plane(name, result, limit=None, memory=None, error=None, bound=None, unit=""):
    """The row of a planar case, and below it what its limits say beyond time and error."""
    good = show(name, result, limit, error, bound, unit)
    notes = [f"{result['factorisations']:.2f} factorisations per Newton iteration",
             f"assembly {100 * result['assembly']:.0f} %",
             f"whole run {result['overhead']:.2f} x factorisation and solutions"]
    if memory and result["memory"] > memory:
        notes.append(f"{result['memory'] / memory:.2f} x the limit of {memory} MB")
    show_note(", ".join(notes))
    return good


def square(nodes):
    return [f"device.mesh.intervals={nodes - 1}", f"device.mesh.width_intervals={nodes - 1}"]


def d3_error(rows, nodes):
    """Largest relative error from 0.48 V on, where the reference's own rounding is below 1e-6."""
    points = reference(f"silicon_diode/devsim_2d_iv_{nodes}.csv")
    return worst_named(rows, "V(anode)_V", [(row[0], row[1]) for row in points if row[0] > 0.479])


def d3_cases(bench):
    good = True
    for nodes, limit, memory in ((50, 1, None), (100, 5, None), (200, 30, 600)):
        runs = bench.runs if nodes < 100 else 1
        result = bench.measure("validation/silicon_diode/d3.cfg", square(nodes), runs=runs)
        error = (d3_error(bench.rows(), nodes), 1e-6) if nodes < 200 else ()
        good &= show_plane(f"D3 {nodes} x {nodes}, 10 biases", result, limit, memory, *error)
    return good


def voltages(rows):
    return [(float(row["V(mid)_V"]), float(row["V(top)_V"])) for row in rows]


D4_RTOL = "solver.rtol=3e-3"  # its error is far below that of the reference's steps
D4_REFERENCE_ERROR = 18.8  # mV: implicit Euler with the reference's steps, validation/ions_2d


def d4_error(bench, nodes, rows):
    """Largest error of V(mid) and V(top) in mV, against a run a thousand times as tight."""
    bench.measure("validation/ions_2d/case.cfg", [*square(nodes), "solver.rtol=3e-6"], runs=1)
    pairs = zip(voltages(rows), voltages(bench.rows()))
    return 1e3 * max(abs(a - b) for ours, tight in pairs for a, b in zip(ours, tight))


def d4_cases(bench):
    good = True
    for nodes, limit in ((50, 1.6), (100, 10), (200, None)):
        runs = bench.runs if nodes < 100 else 1
        result = bench.measure("validation/ions_2d/case.cfg", [*square(nodes), D4_RTOL], runs=runs)
        rows = bench.rows()
        error = (d4_error(bench, nodes, rows), D4_REFERENCE_ERROR, "mV") if nodes < 100 else ()
        good &= show_plane(f"D4 {nodes} x {nodes}, to 9.4 s", result, limit, None, *error)
    return good


def neuron_2d_case(bench):
    result = bench.measure("inputs/devices/neuron_2d.cfg", runs=1)
    return show_plane("neuron_2d, 9 pulses", result, 60)


def robustness_sets():
    """The random films of validation/robustness as overrides of its deck."""
    with open(ROOT / "validation/robustness/sets.csv") as file:
        for row in csv.DictReader(file):
            diffusion = float(row["ion_mobility_cm2_per_Vs"]) * K_OVER_Q * 300.0
            rate = float(row["scan_rate_V_per_s"])
            yield [
                f"device.layers[0].thickness=\"{row['thickness_nm']} nm\"",
                f"materials[0].electron_mobility=\"{row['carrier_mobility_cm2_per_Vs']} cm^2/V/s\"",
                f"materials[0].hole_mobility=\"{row['carrier_mobility_cm2_per_Vs']} cm^2/V/s\"",
                f"device.species[2].density=\"{row['ion_density_cm-3']} cm^-3\"",
                f"device.species[2].diffusion=\"{diffusion:.6e} cm^2/s\"",
                f"device.contacts[0].work_function=\"{3.9 + float(row['electron_barrier_left_eV']):.6f} eV\"",
                f"device.contacts[1].work_function=\"{5.5 - float(row['hole_barrier_right_eV']):.6f} eV\"",
                f"experiments[0].drive[0].waveform.rate=\"{rate:.8g} V/s\"",
                f"experiments[0].duration=\"{2.0 / rate:.9g} s\"",
            ]


def robustness_case(bench):
    results = []
    for sets in robustness_sets():
        results.append(bench.measure("validation/robustness/case.cfg", sets, runs=1))
    results.sort(key=lambda result: result["cpu"])
    show(f"robustness, median of {len(results)} films", results[len(results) // 2], 0.1)
    show("robustness, slowest film", results[-1])
    return True


SWEEP = 10  # values of each of two parameters


def sweep_case(bench):
    """Triangles of pvk1 over diffusion and density of its vacancies, one at a time: what one costs."""
    command = [bench.program, "sweep", str(ROOT / "validation/pvk1/triangle.cfg"), "-q", "-j", "1", "-o", "sweep",
               "--vary", f"device.species[2].diffusion=1e-15:1e-13:log:{SWEEP}",
               "--vary", f"device.species[2].density=1e17 cm^-3:3e18 cm^-3:log:{SWEEP}"]
    cpu, memory = cpu_seconds(command, bench.folder)
    summary = bench.summary("sweep")
    points = summary["runs"]["count"]
    own = summary["cost"]["cpu_s"] / points
    note = f"{points} points, {1e3 * (cpu / points - own):.1f} ms of it beyond the runs"
    if cpu / points > 0.2:
        note += f", {cpu / points / 0.2:.2f} x the limit"
    print(line(("sweep of pvk1 triangles, a point", "", "", f"{cpu / points:.4f}", "0.2", "", "", "", "", f"{memory:.0f}", note)),
          flush=True)
    return summary["runs"]["done"] == points


CASES = {"diode": diode_cases, "pvk1": pvk1_cases, "impedance": impedance_case,
         "s_curve": s_curve_case, "scaling": scaling_cases, "neuron": neuron_case,
         "single_ions": single_ions_case, "d3": d3_cases, "d4": d4_cases,
         "neuron_2d": neuron_2d_case, "robustness": robustness_case, "sweep": sweep_case}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="the halidrift program to measure")
    parser.add_argument("--runs", type=int, default=5, help="runs of each case (default 5)")
    parser.add_argument("--only", default="", help="groups of cases: " + " ".join(CASES))
    options = parser.parse_args()
    bench = Bench(options.program, options.runs)
    good = True
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, median of {options.runs} runs")
    print(line(HEADER))
    for name, case in CASES.items():
        if options.only and name not in options.only.split():
            continue
        try:
            good &= case(bench)
        except (Failure, OSError, KeyError) as failure:
            print(f"{name}: {failure}")
            good = False
    bench.close()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
