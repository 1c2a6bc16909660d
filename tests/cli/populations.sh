#!/bin/sh
# inputs/populations are the inputs that were measured: amplitudes, pulses and signals of the tables in
# validation/stochastic_neuron.
. "$HALIDRIFT_ROOT/tests/support/shell.sh"
for deck in subthreshold sine speech; do
  expect 0 "" "$HALIDRIFT" check "$HALIDRIFT_ROOT/inputs/populations/$deck.cfg"
done
expect 0 "" python3 - "$HALIDRIFT_ROOT" <<'PY'
import csv, pathlib, re, sys

root = pathlib.Path(sys.argv[1])
tables = root / "validation/stochastic_neuron"
below = 0.995  # of the noise-free limit
period = 0.8  # ms

def rows(name):
    with open(tables / name, encoding="utf-8") as file:
        return list(csv.DictReader(file))

def deck(name):
    """Tops of the waveforms, number of pulses, duration in ms, frequency."""
    text = (root / f"inputs/populations/{name}.cfg").read_text("utf-8")
    tops = [float(x) for x in re.findall(r'high = "([0-9.]+) V"', text)]
    ms = float(re.search(r'duration = "([0-9.]+) ms"', text)[1])
    return tops, int(re.search(r"count = (\d+);", text)[1]), ms, re.findall(r'frequency = "(.*?)"', text)

limit = next(float(r["threshold_V"]) for r in rows("thresholds.csv") if r["channel"] == "5x5")
tops, count, ms, _ = deck("subthreshold")
assert abs(tops[0] - below * limit) < 1e-6 and count == 50 and abs(ms - period * count) < 1e-9, (tops, count, ms)
for name, frequency in (("sine", ["78.125 Hz"]), ("speech", [])):
    with open(tables / f"rate_{name}_5x5.csv", encoding="utf-8") as file:
        heard = [float(line.split(",")[0]) for line in list(file)[1:]]
    limit = next(float(r["base_V"]) for r in rows("signal_thresholds.csv")
                 if (r["signal"], r["channel"]) == (name, "5x5"))
    tops, count, ms, found = deck(name)
    base = limit - (1 - below) * (limit + max(heard))
    assert abs(tops[0] - base) < 1e-6, (name, tops, base)
    assert count == len(heard) and abs(ms - period * count) < 1e-9, (name, count, len(heard), ms)
    assert found == frequency, (name, found)
PY
cat err.txt

# hearing.py against what is known: a neuron that fires in the top quarter of the signal alone, two pulses
# later, tells the entropy of a quarter; one that fires as often in all quarters nothing; of 100 that fire
# half the time in two of four bins and never in the others the sum tells whether it is one of those.
if python3 -c "import numpy" 2>/dev/null; then
  expect 0 "" python3 - "$HALIDRIFT_ROOT/validation/stochastic_neuron" <<'PY'
import sys

import numpy as np

sys.path.insert(0, sys.argv[1])
import hearing

signal = np.tile([0.0, 1.0, 2.0, 3.0], 50)
late = np.roll(np.tile(signal == 3, (20, 1)), 2, axis=1)
assert hearing.best_lag(signal, late) == 2
(correlation, one, hundred), error = hearing.jackknife(signal, late, 2)
entropy = lambda p: -p * np.log2(p) - (1 - p) * np.log2(1 - p)
quarter, seen = entropy(1 / 4), entropy(49 / 198)  # two pulses have no answer any more
assert abs(one - seen) < 1e-9 and abs(hundred - seen) < 1e-9 and np.all(error < 1e-9), (one, hundred, error)
x, y = hearing.lagged(signal, late, 2)
assert abs(correlation - np.corrcoef(x, x == 3)[0, 1]) < 1e-9, correlation
assert hearing.chance(signal, late, 200) < 0.01
share, p = np.full(4, 0.25), np.array([0.5, 0.5, 0, 0])
assert abs(hearing.information(share, np.full(4, 0.3))) < 1e-12
assert abs(hearing.information(share, p, 100) - 1) < 1e-9
assert abs(hearing.information(share, p) - (quarter - 0.5)) < 1e-12
random = np.random.default_rng(3)
(correlation, one, _), error = hearing.jackknife(signal, random.random((50, 200)) < 0.2, 0)
assert abs(correlation) < 4 * error[0] and abs(one) < 0.001, (correlation, one, error)
PY
  cat err.txt
fi
finish
