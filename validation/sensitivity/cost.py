#!/usr/bin/env python3
"""Processor time of ramp.cfg with sensitivities over that without: cost.py PROGRAM"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
REPEATS = 5  # rounds over all cases, so that a busy machine slows all of them down


def run(program, deck, sets, folder):
    """Processor time (s) and steps of the last experiment."""
    options = [word for s in sets for word in ("--set", s)]
    subprocess.run([program, "run", deck, "-q", "-o", folder, *options], check=True)
    summary = json.loads((pathlib.Path(folder) / "summary.json").read_text())
    return summary["cpu_s"], summary["experiments"][-1]["steps"]


def settings(rtol, keys, n):
    paths = ", ".join(f'"{key}"' for key in keys[:n])
    return [f"solver.rtol={rtol}"] + ([f"sensitivity.parameters=[{paths}]"] if n else [])


def main():
    text = (HERE / "ramp.cfg").read_text()
    keys = re.findall(r'^    "(.*?)"', text, re.M)
    cases = [(rtol, n) for rtol in ("1e-4", "1e-6") for n in (0, 1, 2, 4, len(keys))]
    best = {}
    with tempfile.TemporaryDirectory() as work:
        plain = pathlib.Path(work) / "plain.cfg"
        inputs = (HERE / "../../inputs").resolve()
        plain.write_text(text[:text.index("sensitivity = {")].replace("../../inputs", str(inputs)))
        for _ in range(REPEATS):
            for case in cases:
                now = run(sys.argv[1], plain, settings(case[0], keys, case[1]), work + "/run")
                best[case] = min(now, best.get(case, now))
    print("| rtol | parameters | steps | s | transients |\n|---|---|---|---|---|")
    for (rtol, n), (time, steps) in best.items():
        print(f"| {rtol} | {n} | {steps} | {time:.2f} | {time / best[rtol, 0][0]:.2f} |")


if __name__ == "__main__":
    main()
