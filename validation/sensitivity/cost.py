#!/usr/bin/env python3
"""Processor time of ramp.cfg with sensitivities over that without: cost.py PROGRAM"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
REPEATS = 2


def run(program, deck, sets, folder):
    """Smallest processor time (s) and steps of the last experiment."""
    times = []
    for _ in range(REPEATS):
        options = [word for s in sets for word in ("--set", s)]
        subprocess.run([program, "run", deck, "-q", "-o", folder, *options], check=True)
        summary = json.loads((pathlib.Path(folder) / "summary.json").read_text())
        times.append(summary["cpu_s"])
    return min(times), summary["experiments"][-1]["steps"]


def main():
    text = (HERE / "ramp.cfg").read_text()
    keys = re.findall(r'^    "(.*?)"', text, re.M)
    with tempfile.TemporaryDirectory() as work:
        plain = pathlib.Path(work) / "plain.cfg"
        inputs = (HERE / "../../inputs").resolve()
        plain.write_text(text[:text.index("sensitivity = {")].replace("../../inputs", str(inputs)))
        print("| rtol | parameters | steps | s | transients |\n|---|---|---|---|---|")
        for rtol in ("1e-4", "1e-6"):
            base, steps = run(sys.argv[1], plain, [f"solver.rtol={rtol}"], work + "/run")
            print(f"| {rtol} | 0 | {steps} | {base:.2f} | 1 |")
            for n in (1, 2, 4, len(keys)):
                paths = ", ".join(f'"{key}"' for key in keys[:n])
                sets = [f"solver.rtol={rtol}", f"sensitivity.parameters=[{paths}]"]
                time, steps = run(sys.argv[1], plain, sets, work + "/run")
                print(f"| {rtol} | {n} | {steps} | {time:.2f} | {time / base:.2f} |")


if __name__ == "__main__":
    main()
