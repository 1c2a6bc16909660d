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
finish
