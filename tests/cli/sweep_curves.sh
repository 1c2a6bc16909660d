#!/bin/sh
# halidrift sweep: thresholds, relaxations and whole curves of every point.
. "$HALIDRIFT_ROOT/tests/support/shell.sh"
. "$HALIDRIFT_ROOT/tests/support/ensemble.sh"

# ---- thresholds and relaxation ----

# A bar of conductance G spikes at the amplitude 100 uA / G; a capacitor of 1 nF forgets through
# 1 Mohm with 1 ms.
cp quick.cfg figures.cfg
cat >>figures.cfg <<'CFG'
study = {
  vary = ({ key = "device.layers[0].donors"; values = ( "1e17 cm^-3", "2e17 cm^-3", "1e15 cm^-3" ); });
  thresholds = ({ name = "amplitude"; key = "experiments[0].drive[0].waveform.high";
                  from = "1 mV"; to = "0.3 V"; tolerance = 1e-4; });
};
CFG
expect 0 "" "$HALIDRIFT" sweep figures.cfg -o threshold
expect 0 "double amplitude\(donors\)" ncdump -h threshold/study.nc
expect 0 "" python3 - <<'PY'
import json
lines = sorted((json.loads(line) for line in list(open("threshold/results.jsonl"))[1:]), key=lambda r: r["point"])
for line in lines[:2]:
    G = line["experiments"][0]["figures"]["I(right)_max_A"] / 0.1
    assert abs(line["figures"]["amplitude"] - 1e-4 / G) < 0.5 * 1e-4 * 0.3, (line["figures"], 1e-4 / G)
assert "amplitude" not in lines[2]["figures"], lines[2]["figures"]  # not within the range
# 1e15 cm^-3 needs more than 0.3 V
assert [line["figures"]["amplitude_side"] for line in lines] == [0, 0, 1], [line["figures"] for line in lines]
PY
expect 0 "amplitude_side:units = \"1\"" ncdump -h threshold/study.nc
expect 0 "amplitude_side" head -1 threshold/table.txt
# 2e17 cm^-3 spike at the lower end of a range that begins above their threshold
expect 0 "" "$HALIDRIFT" sweep figures.cfg -o below --vary 'device.layers[0].donors=2e17 cm^-3' \
  --set 'study.thresholds[0].from="0.299 V"'
expect 0 "amplitude_side = -1 ;" ncdump -v amplitude_side below/study.nc
refused 'thresholds\[0\].name: "amplitude_side" is there twice' figures.cfg \
  --set 'study.relaxations=({ name = "amplitude_side"; column = "I(right)_A"; })'
cat >forget.cfg <<'CFG'
@include "bar.inc"
circuit = (
  { type = "current"; name = "source"; nets = ["gnd", "x"]; },
  { type = "capacitor"; name = "C"; nets = ["x", "gnd"]; value = "1 nF"; },
  { type = "resistor"; name = "leak"; nets = ["x", "y"]; value = "1 Mohm"; },
  { type = "device"; name = "device"; terminals = { left = "y"; right = "gnd"; }; }
);
experiments = (
  { name = "charge"; type = "transient"; duration = "8 ms";
    drive = ({ source = "source"; waveform = { type = "pulse"; high = "1 uA"; rise = "1 us";
               width = "98 us"; fall = "1 us"; period = "1 s"; count = 1; }; }); }
);
solver = { rtol = 1e-5; };
study = {
  vary = ({ key = "circuit.leak.value"; values = ( "1 Mohm", "2 Mohm" ); });
  relaxations = ({ name = "memory"; column = "V(x)_V"; },
                 { name = "current"; column = "I(right)_A"; level = 0.5; after = "1 ms"; });
};
CFG
expect 0 "" "$HALIDRIFT" sweep forget.cfg -o forget
expect 0 "" python3 - <<'PY'
import json, math
for line in map(json.loads, list(open("forget/results.jsonl"))[1:]):
    tau = 1e-9 * (1e6 * (1 + line["point"]))  # the bar's 4 kohm are within the tolerance
    assert abs(line["figures"]["memory"] / tau - 1) < 5e-3, line["figures"]
    assert abs(line["figures"]["current"] / tau / math.log(2) - 1) < 5e-3, line["figures"]
PY
# A protocol's pulse ends at 0.2 ms: what is forgotten is counted from there.
expect 0 "" "$HALIDRIFT" sweep forget.cfg -o protocol --set 'experiments=({ name = "charge"; type = "transient";
  protocol = { type = "retention"; source = "source"; high = "1 uA"; read = 0.0; width = "98 us"; edge = "1 us";
               wait = "100 us"; duration = "8 ms"; }; })' --set 'study.relaxations[1].after="1.2 ms"'
expect 0 "" python3 - <<'PY'
import json
for line in map(json.loads, list(open("protocol/results.jsonl"))[1:]):
    tau = 1e-9 * (1e6 * (1 + line["point"]))
    assert abs(line["figures"]["memory"] / tau - 1) < 5e-3, line["figures"]
PY

# ---- curves ----

# The current of a bar is G V, its impedance R / (1 + i w R C), a capacitor's charge follows 1 - exp(-t / tau).
cat >curves.cfg <<'CFG'
@include "bar.inc"
experiments = (
  { name = "dc"; type = "dc_sweep"; source = "V"; from = 0.0; to = 0.1; step = 0.02; },
  { name = "z"; type = "impedance"; start = "equilibrium"; frequency = { from = 1.0; to = 1e3; per_decade = 1; }; },
  { name = "step"; type = "transient"; start = "equilibrium"; duration = "1 us";
    drive = ({ source = "V"; waveform = { type = "ramp"; low = 0.0; high = 0.1; rise = "1 ns"; }; }); }
);
study = {
  vary = (
    { key = "device.layers[0].donors"; values = ( "1e17 cm^-3", "2e17 cm^-3", "4e17 cm^-3" ); },
    { key = "temperature"; values = ( "300 K", "350 K" ); }
  );
  curves = (
    { name = "J"; experiment = "dc"; column = "I(right)_A"; },
    { name = "V"; experiment = "dc"; column = "V(right)_V"; },
    { name = "R"; experiment = "z"; column = "ReZ_Ohm"; },
    { name = "transient"; experiment = "step"; column = "I(right)_A"; }
  );
};
CFG
expect 0 "" "$HALIDRIFT" sweep curves.cfg -o curves
expect 0 "double J\(donors, temperature, dc_bias\)" ncdump -h curves/study.nc
expect 0 "double R\(donors, temperature, z_frequency\)" ncdump -h curves/study.nc
expect 0 "double dc_bias\(dc_bias\)" ncdump -h curves/study.nc
expect 0 'dc_bias:units = "V"' ncdump -h curves/study.nc
expect 0 'J:units = "A"' ncdump -h curves/study.nc
expect 0 "dc_bias = 0, 0.02, 0.04, 0.06, 0.08, 0.1 ;" ncdump -v dc_bias curves/study.nc
expect 0 "" "$HALIDRIFT" sweep curves.cfg -o listed --set 'study.method="list"' \
  --set 'study.vary[1].values=("300 K", "310 K", "320 K")'
expect 0 "double J\(point, dc_bias\)" ncdump -h listed/study.nc
expect 0 'J:coordinates = "donors temperature"' ncdump -h listed/study.nc
# Where the solver's steps differ from point to point, time is a variable.
expect 0 "" "$HALIDRIFT" sweep curves.cfg -o rows --set 'study.vary=({ key = "experiments[2].duration"; values = ("1 us", "2 us"); })'
expect 0 "double transient\(duration, step_row\)" ncdump -h rows/study.nc
expect 0 "double step_time\(duration, step_row\)" ncdump -h rows/study.nc
expect 0 'transient:coordinates = "step_time"' ncdump -h rows/study.nc
expect 0 "double J\(duration, dc_bias\)" ncdump -h rows/study.nc
expect 0 "" "$HALIDRIFT" sweep curves.cfg -o points --set 'study.method="list"' \
  --set 'study.vary=({ key = "experiments[2].duration"; values = ("1 us", "2 us"); })'
expect 0 'transient:coordinates = "duration step_time"' ncdump -h points/study.nc
# With rows at given times they are the same.
expect 0 "" "$HALIDRIFT" sweep curves.cfg -o timed --set 'experiments[2].output={ every_step = false; times = ["0.1 us", "0.5 us"]; }'
expect 0 "double transient\(donors, temperature, step_time\)" ncdump -h timed/study.nc
# The point of a run: its rows.
expect 0 "" "$HALIDRIFT" run curves.cfg -q -o curve --set 'device.layers[0].donors=2e17 cm^-3' --set 'temperature=350 K'
expect 0 "" python3 - <<'PY'
import csv, re, subprocess

def variable(name, folder):
    text = subprocess.run(["ncdump", "-p", "9,17", "-v", name, f"{folder}/study.nc"], check=True,
                          capture_output=True, text=True).stdout
    return [float(x) for x in re.search(rf"^ {name} =([^;]*);", text, re.M)[1].replace("_", "nan").split(",")]

def rows(table, experiment, column):
    return [float(r[column]) for r in csv.DictReader(open(f"curve/{table}.csv")) if r["experiment"] == experiment]

def compare(folder, runs, at, name, wanted):
    values = variable(name, folder)
    n = len(values) // runs
    own = values[at * n:(at + 1) * n]
    assert all(abs(a - b) <= 1e-9 * abs(b) for a, b in zip(own, wanted)) and len(wanted) <= n, (name, own, wanted)
    assert all(x != x for x in own[len(wanted):]), (name, own)

for name, wanted in (("J", rows("terminals", "dc", "I(right)_A")), ("V", rows("terminals", "dc", "V(right)_V")),
                     ("R", rows("impedance", "z", "ReZ_Ohm")), ("transient", rows("terminals", "step", "I(right)_A"))):
    compare("curves", 6, 1 * 2 + 1, name, wanted)  # donors[1], temperature[1]
PY
for python in python3 /usr/bin/python3; do
  $python -c "import xarray, netCDF4" 2>/dev/null || continue
  expect 0 "" $python - <<'PY'
import xarray

d = xarray.open_dataset("curves/study.nc")
G = d.J.sel(dc_bias=0.1) / 0.1
assert d.J.dims == ("donors", "temperature", "dc_bias")
assert (abs(d.J.sel(dc_bias=0.04) / 0.04 / G - 1) < 1e-3).all()  # Ohm
assert (abs(d.R.sel(z_frequency=10.0) * G - 1) < 1e-3).all()
d = xarray.open_dataset("rows/study.nc")
assert "step_time" in d.transient.coords and d.step_time.dims == ("duration", "step_row")
assert float(d.step_time[0].max()) == 1e-6 and float(d.step_time[1].max()) == 2e-6
assert (d.transient.isnull() == d.step_time.isnull()).all() and d.transient.isnull().any()
PY
  break
done
refused "curves\[0\].column: impedance.csv has no column 'ReZ_ohm'; did you mean ReZ_Ohm" curves.cfg \
  --set 'study.curves=({ name = "a"; experiment = "z"; column = "ReZ_ohm"; })'
refused "curves\[0\].experiment: there is no dc_sweep, transient, impedance or noise \"no\"" curves.cfg \
  --set 'study.curves=({ name = "a"; experiment = "no"; column = "b"; })'
refused 'curves\[0\].name: "donors" is there twice' curves.cfg \
  --set 'study.curves=({ name = "donors"; experiment = "dc"; column = "I(right)_A"; })'
# Names of study.nc's own variables are refused before anything runs.
for name in status cpu_time point; do
  refused "curves\[0\].name: \"$name\" is a variable that every study.nc has" curves.cfg \
    --set "study.curves=({ name = \"$name\"; experiment = \"dc\"; column = \"I(right)_A\"; })"
done
for name in dc_bias dc_I_right_end step_row z_absZ_Ohm_max; do
  refused "curves\[0\].name: \"$name\" must not begin as the variables of experiment ${name%%_*} in study.nc do" curves.cfg \
    --set "study.curves=({ name = \"$name\"; experiment = \"dc\"; column = \"I(right)_A\"; })"
done
refused 'relaxations\[0\].name: "dc_bias" must not begin as' curves.cfg \
  --set 'study.relaxations=({ name = "dc_bias"; experiment = "step"; column = "I(right)_A"; })'
refused 'vary\[0\].name: "dc_bias" must not begin as' curves.cfg \
  --set 'study.vary=({ key = "temperature"; name = "dc_bias"; values = ("300 K", "350 K"); })'

require ! -e none
require ! -e runs
finish
