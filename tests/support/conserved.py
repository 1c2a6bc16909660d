#!/usr/bin/env python3
"""Check the bookkeeping of a run:  python3 tests/support/conserved.py RUN/summary.json"""

import json
import sys

DRIFT = 1e-8  # of the ions: exchanging contacts are counted to the tolerance of Newton
CANCEL = 1e-6  # of the largest current: ten digits are written

summary = json.load(open(sys.argv[1], encoding="utf-8"))
books = summary["conservation"]
wrong = []
if summary["status"] != "ok" or any(e["status"] != "ok" for e in summary["experiments"]):
    wrong.append(f"status {summary['status']}")
for ion, entry in books["ions"].items():
    if not entry["relative_drift"] <= DRIFT:
        wrong.append(f"ions {ion} drift by {entry['relative_drift']}")
if not books["terminal_current_sum_max_A"] <= CANCEL * books["terminal_current_max_A"]:
    wrong.append(f"terminal currents sum to {books['terminal_current_sum_max_A']} A")
print("\n".join(wrong))
sys.exit(bool(wrong))
