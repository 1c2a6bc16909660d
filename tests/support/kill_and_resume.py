#!/usr/bin/env python3
"""Run an input, kill it with SIGKILL at random moments, resume it, until it ends by itself.

    python3 kill_and_resume.py [--interrupt] PROGRAM INPUT DIR KILLS [SEED]

With --interrupt every other signal, by chance, is SIGTERM, behind which the run leaves a checkpoint.
A run that ends before KILLS kills have hit is begun anew. Fails when a resumed run does not go on.
"""

import json
import pathlib
import random
import signal
import subprocess
import sys
import time


INTERRUPTED = 130


def kill_after(command, delay, number):
    """Exit status of a command, None when the signal has ended it."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        text, _ = process.communicate(timeout=delay)
    except subprocess.TimeoutExpired:
        process.send_signal(number)
        text, _ = process.communicate()
        if process.returncode in (INTERRUPTED, -number):
            return None, ""
    return process.returncode, text


def has_ended(folder):
    """Whether a run came to its end: it was killed behind that, before its process was gone."""
    summary = folder / "summary.json"
    return summary.exists() and json.loads(summary.read_text("utf-8"))["status"] == "ok"


def check_order(numbers):
    if numbers != sorted(numbers):
        sys.exit(f"a checkpoint was lost: {numbers}")


def main():
    words = sys.argv[1:]
    signals = [signal.SIGKILL]
    if words[0] == "--interrupt":
        signals.append(signal.SIGTERM)
        words = words[1:]
    program, deck, folder, wanted = words[0], words[1], pathlib.Path(words[2]), int(words[3])
    chance = random.Random(int(words[4]) if len(words) > 4 else 1)
    first = [program, "run", deck, "-q", "-o", str(folder)]
    resume = [program, "run", "--resume", str(folder), "-q"]
    kills, longest, numbers = 0, 0.1, []
    started = time.monotonic()
    while True:
        have = sorted((folder / "checkpoint").glob("??????.nc")) if folder.exists() else []
        if (have or (numbers and numbers[-1])) and has_ended(folder):
            check_order(numbers)
            numbers, have = [], []
        status, text = kill_after(resume if have else first, chance.uniform(0.02, longest), chance.choice(signals))
        if status == 0 and kills < wanted:
            # a machine at rest gets to the end too soon: once more, with less time in between
            check_order(numbers)
            longest, numbers = 0.5 * longest, []
            continue
        if status is not None:
            break
        kills += 1
        numbers.append(int(have[-1].name[:6]) if have else 0)
        # a machine under load needs longer before it gets anywhere
        if len(numbers) > 5 and numbers[-1] == numbers[-6]:
            longest *= 1.5
        if time.monotonic() - started > 500:
            sys.exit("the run does not come to its end")
    print(f"{kills} kills, {numbers[-1] if numbers else 0} checkpoints, then exit status {status}")
    if status != 0:
        sys.exit(text)
    check_order(numbers)


if __name__ == "__main__":
    main()
