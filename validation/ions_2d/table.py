#!/usr/bin/env python3
"""Print the table of README.md: the limit of small steps, ours and the reference's.

    python3 validation/ions_2d/table.py build/release/tests/validation_test_ions_2d

Runs the test, which writes curves.csv: V(mid), V(top), I(R1) at the ends of the
reference's 50 steps, by implicit Euler with each step in 1, 2, 4, 8 parts, the last
two extrapolated to step zero, the program's own transient at rtol 1e-7, and one part
with the reference's current, which leaves the ions out.
"""

import csv
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SHOWN = (0, 7, 15, 23, 31, 38, 46, 49)  # rows: about one a decade, and the last
WAYS = ("parts_1", "parts_2", "parts_4", "parts_8", "extrapolated", "limit", "reference_current")
HEADS = ("1 part", "2", "4", "8", "extrapolated", "rtol 1e-7", "reference's current, 1 part")


def run(program):
    """Rows of curves.csv of one run of the test."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "HALIDRIFT_ROOT": str(ROOT)}
        done = subprocess.run([os.path.abspath(program)], cwd=folder, env=environment,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            sys.exit(f"{program}: exit status {done.returncode}\n{done.stdout[-2000:]}")
        with open(os.path.join(folder, "curves.csv")) as file:
            return list(csv.DictReader(file))


def table(rows, quantity, scale, digits, unit):
    print(f"| t, s | {quantity}, {unit}: " + " | ".join(HEADS) + " |")
    print("|---" * (1 + len(WAYS)) + "|")
    for at in SHOWN:
        values = [scale * float(rows[at][f"{way}_{quantity}"]) for way in WAYS]
        print(f"| {float(rows[at]['time']):.3g} | " + " | ".join(f"{v:.{digits}g}" for v in values) + " |")
    print()


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    rows = run(sys.argv[1])
    table(rows, "mid", 1e3, 6, "mV")
    table(rows, "top", 1e3, 6, "mV")
    table(rows, "I", 1e9, 4, "nA")


if __name__ == "__main__":
    main()
