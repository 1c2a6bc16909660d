#!/usr/bin/env python3
"""Check the bookkeeping of a run:  python3 tests/support/conserved.py RUN/summary.json"""

import json
import sys

DRIFT = 1e-10  # of the ions: number minus inflow is linear in every Newton step, so rounding only

summary = json.load(open(sys.argv[1], encoding="utf-8"))
books = summary["conservation"]
wrong = []
if summary["status"] != "ok" or any(e["status"] != "ok" for e in summary["experiments"]):
    wrong.append(f"status {summary['status']}")
for ion, entry in books["ions"].items():
    if not entry["relative_drift"] <= DRIFT:
        wrong.append(f"ions {ion} drift by {entry['relative_drift']}")
print("\n".join(wrong))
sys.exit(bool(wrong))
