"""What a run of halidrift costs, and the table that says so."""

import csv
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
IDLE = 'experiments=({ name = "idle"; type = "equilibrium"; })'  # what every run costs
HEADER = ("case", "error", "bound", "CPU s", "limit", "steps", "Newton", "us/Newton", "KLU", "MB", "")
WIDTHS = (34, 12, 9, 9, 8, 7, 8, 10, 6, 6, 0)


class Failure(Exception):
    """A program did not end well."""


def cpu_seconds(command, folder):
    """User plus system time of one process, and its largest memory in MB."""
    with open(os.path.join(folder, "stdout"), "w") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, cwd=folder)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        text = pathlib.Path(folder, "stdout").read_text()
        raise Failure(f"{' '.join(command)}: exit status {process.returncode}\n{text[-2000:]}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024.0


class Bench:
    """The program under test and the folder it works in."""

    def __init__(self, program, runs):
        self.program = os.path.abspath(program)
        self.runs = runs
        self.folder = tempfile.mkdtemp(prefix="bench.")

    def close(self):
        shutil.rmtree(self.folder)

    def command(self, deck, sets, out):
        flags = [word for text in sets for word in ("--set", text)]
        return [self.program, "run", str(ROOT / deck), "-q", "-o", out, *flags]

    def summary(self, out):
        return json.loads(pathlib.Path(self.folder, out, "summary.json").read_text())

    def measure(self, deck, sets=(), beside=None, runs=None):
        """Median cost of a deck; `beside` is another command, run in between."""
        cost, other, idle = [], [], []
        for _ in range(runs or self.runs):
            idle.append(cpu_seconds(self.command(deck, [*sets, IDLE], "idle"), self.folder)[0])
            cost.append(cpu_seconds(self.command(deck, sets, "out"), self.folder))
            if beside:
                other.append(cpu_seconds(beside, self.folder)[0])
        summary = self.summary("out")
        solver = summary["solver"]
        cpu = statistics.median(c for c, _ in cost)
        newton = solver["newton_iterations"]
        beyond = newton - self.summary("idle")["solver"]["newton_iterations"]
        return {
            "cpu": cpu,
            "memory": max(m for _, m in cost),
            "steps": solver["steps"],
            "newton": newton,
            "per_newton": 1e6 * (cpu - statistics.median(idle)) / max(beyond, 1),
            "klu": solver["linear_solver_s"] / max(summary["cpu_s"], 1e-9),
            "other": statistics.median(other) if other else None,
            "factorisations": solver["factorisations"] / newton,
            "assembly": solver["assembly_s"] / summary["wall_s"],
            "overhead": summary["wall_s"] / max(solver["linear_solver_s"], 1e-9),
        }

    def rows(self, name="terminals.csv"):
        """A table of the last run."""
        with open(os.path.join(self.folder, "out", name)) as file:
            return list(csv.DictReader(file))


def line(cells):
    text = cells[0].ljust(WIDTHS[0])
    return (text + "".join(str(c).rjust(w) for c, w in zip(cells[1:-1], WIDTHS[1:-1])) + "  " + cells[-1]).rstrip()


def show(name, result, limit=None, error=None, bound=None, unit=""):
    """One row; True unless the error is above its bound."""
    good = error is None or error <= bound
    notes = []
    if not good:
        notes.append("ERROR TOO LARGE")
    if limit is not None and result["cpu"] > limit:
        notes.append(f"{result['cpu'] / limit:.2f} x the limit")
    print(line((
        name,
        f"{error:.2g} {unit}".strip() if error is not None else "",
        f"{bound:g}" if bound is not None else "",
        f"{result['cpu']:.4f}",
        f"{limit:g}" if limit is not None else "",
        result["steps"],
        result["newton"],
        f"{result['per_newton']:.1f}",
        f"{100 * result['klu']:.0f} %",
        f"{result['memory']:.0f}",
        ", ".join(notes),
    )), flush=True)
    return good


def show_note(text):
    """What is to be said of the row above."""
    print(line([""] * (len(WIDTHS) - 1) + [text]), flush=True)
