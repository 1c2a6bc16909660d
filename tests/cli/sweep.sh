#!/bin/sh
# halidrift sweep: grids and samples, the same results however they were run, none silently missing.
# ctest: timeout=600
. "$HALIDRIFT_ROOT/tests/support/shell.sh"
. "$HALIDRIFT_ROOT/tests/support/ensemble.sh"

donors='device.layers[0].donors=1e16 cm^-3:1e18 cm^-3:log:3'
high='experiments[0].drive[0].waveform.high=0.05 V:0.2 V:2'

# cube DIR [OPTION...]: the grid that most of this file is about.
cube() {
  "$HALIDRIFT" sweep quick.cfg --vary "$donors" --vary "$high" -o "$@"
}

# sample METHOD POINTS DIR [OPTION...]: points drawn over donors and temperature.
sample() {
  method=$1 points=$2
  shift 2
  "$HALIDRIFT" sweep quick.cfg --set "study.method=\"$method\"" --set "study.points=$points" \
    --vary 'device.layers[0].donors=1e16cm^-3:1e18cm^-3:log' --vary temperature=200K:400K -o "$@"
}

# same_study DIR DIR: two studies have the same results.
same_study() {
  agree digest_study "$1" "$2"
}

# ---- a grid is a cube, and its points are runs ----

expect 0 "6 points of a grid in 2 parameters, 0 there already; 1 x 2 processes" cube grid -j 2
require "$(grep -v points: out.txt | grep -c done)" -eq 6
expect 0 "donors = 1e\+22, 1e\+23, 1e\+24 ;" ncdump -v donors grid/study.nc
expect 0 "high = 0.05, 0.2 ;" ncdump -v high grid/study.nc
expect 0 "double pulses_energy_per_spike\(donors, high\)" ncdump -h grid/study.nc
expect 0 "" "$HALIDRIFT" run quick.cfg -q -o alone --set 'device.layers[0].donors=1e17 cm^-3' \
  --set 'experiments[0].drive[0].waveform.high=0.2 V'
expect 0 "" python3 - <<'PY'
import csv, json, subprocess, re

def variable(name):
    text = subprocess.run(["ncdump", "-p", "9,17", "-v", name, "grid/study.nc"], check=True,
                          capture_output=True, text=True).stdout
    return [float(x) for x in re.search(rf"^ {name} =([^;]*);", text, re.M)[1].replace("_", "nan").split(",")]

at = 1 * 2 + 1  # donors[1], high[1]: the last parameter fastest
rows = list(csv.DictReader(open("alone/terminals.csv")))
current = [float(r["I(right)_A"]) for r in rows]
time = [float(r["time_s"]) for r in rows]
charge = sum((b - a) * (x + y) / 2 for a, b, x, y in zip(time, time[1:], current, current[1:]))
spikes = json.load(open("alone/summary.json"))["experiments"][0]["spikes"]
energy = sum(s["E_source_J"] for s in spikes) / len(spikes)
for name, value, share in (("pulses_I_right_max", max(current), 1e-9),  # of a csv's digits
                           ("pulses_I_right_min", min(current), 1e-9),
                           ("pulses_charge_right", charge, 1e-8),
                           ("pulses_spikes", len(spikes), 0), ("pulses_energy_per_spike", energy, 1e-15)):
    assert abs(variable(name)[at] - value) <= share * abs(value), (name, variable(name)[at], value)
PY
for python in python3 /usr/bin/python3; do
  $python -c "import xarray, netCDF4" 2>/dev/null || continue
  expect 0 "" $python - <<'PY'
import xarray

d = xarray.open_dataset("grid/study.nc")
assert d.pulses_spikes.dims == ("donors", "high") and d.pulses_spikes.shape == (3, 2)
assert float(d.pulses_I_right_max.sel(donors=1e23, high=0.2)) == float(d.pulses_I_right_max[1, 1])
# a bar's current is proportional to its donors and its voltage
slope = (d.pulses_I_right_max / d.donors / d.high).values
assert abs(slope / slope[0, 0] - 1).max() < 1e-2, slope
assert set(d.coords) == {"donors", "high"} and d.donors.attrs["units"] == "m-3"
PY
  break
done

# ---- one, two, three processes, from the block of the input ----

expect 0 "" cube one -j 1 -q
require ! -s out.txt
same_study grid one
cp quick.cfg study.cfg
cat >>study.cfg <<'CFG'
study = {
  vary = (
    { key = "device.layers[0].donors"; from = "1e16 cm^-3"; to = 1e24; scale = "log"; points = 3; },
    { key = "experiments[0].drive[0].waveform.high"; from = 0.05; to = "200 mV"; points = 2; }
  );
};
CFG
expect 0 "" "$HALIDRIFT" sweep study.cfg -o block --traces
same_study grid block
require "$(find block/points -name terminals.csv | wc -l)" -eq 6
expect 0 "" cmp alone/terminals.csv block/points/000003/terminals.csv
# A run does not read the block, and its hash does not know it.
expect 0 "" "$HALIDRIFT" run study.cfg -q -o plain
expect 0 "" "$HALIDRIFT" run quick.cfg -q -o bare
require "$(grep input_hash plain/summary.json)" = "$(grep input_hash bare/summary.json)"

expect 0 "study: 6 points of a grid in 2 parameters" "$HALIDRIFT" check study.cfg
expect 0 "study: 1 point of a grid in 1 parameter$" "$HALIDRIFT" check quick.cfg \
  --set 'study.vary=({ key = "temperature"; values = ("300 K"); })'

# ---- ranks ----

if "$HALIDRIFT" --version | grep -q '^MPI: Open MPI' && command -v mpirun >/dev/null; then
  expect 0 "0 there already; 3 x 1 processes" env OMPI_ALLOW_RUN_AS_ROOT=1 \
    OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1 \
    ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0" mpirun -n 3 "$HALIDRIFT" sweep study.cfg -o ranks
  same_study grid ranks
fi

# ---- samples ----

expect 0 "12 points of a latin_hypercube in 2 parameters" sample latin_hypercube 12 hypercube
expect 0 'pulses_spikes:coordinates = "donors temperature"' ncdump -h hypercube/study.nc
expect 0 "double temperature\(point\)" ncdump -h hypercube/study.nc
expect 0 "" sample sobol 4 sobol
expect 0 "9 points of a sobol in 2 parameters, 4 there already" sample sobol 9 sobol --resume
# A smaller sample says what it has not; the results stay.
expect 0 "results of 6 other points of earlier commands stay in results" sample sobol 3 sobol --resume
expect 0 "--traces: 3 points ran without and get no run folder now: 0 to 2; -o DIR begins" \
  sample sobol 3 sobol --resume --traces
require "$(grep -c '"point"' sobol/results.jsonl)" -eq 9
expect 2 "hypercube/results.jsonl: its points are of the input with hash" \
  sample latin_hypercube 13 hypercube --resume

# ---- where methods are not to be trusted: of the input as it is, and of each point's own ----

long='an edge of 0.938 nm at x = .* nm of .* is longer than 0.5 nm'
few='the cell at x = .* nm of .* holds 2 sites: times to switch depend on the cells below 3 sites'
expect 0 "1 point with other remarks than the input as it is: log.txt names them" "$HALIDRIFT" sweep hopping.cfg \
  --set "$coarse" -o remarks --vary 'device.area=64 nm^2,5.34 nm^2'
require "$(grep -cE "$long" out.txt)" -eq 1
require "$(grep -cE "$few" out.txt)" -eq 0
expect 0 "point 1: $few" cat remarks/log.txt
expect 0 "^    .*$few" ncdump -v remarks remarks/study.nc
expect 0 ":remarks = .*$long" ncdump -h remarks/study.nc
expect 0 "\"$long" cat remarks/summary.json
# Points may have what the input as it is may not.
expect 0 "without the values of the study: device .* does not know field acceleration" "$HALIDRIFT" sweep hopping.cfg \
  --set "$coarse" --set 'device.species[1].hop_length="0.6 nm"' -o allowed --vary 'device.species[1].hop_length=0 nm'

# ---- several trajectories at each point ----

expect 0 "6 runs of a grid in 1 parameter" "$HALIDRIFT" sweep hopping.cfg -n 3 --set "$coarse" -o hops \
  --vary 'experiments[0].drive[0].waveform.high=1.4,1.6'
expect 0 "double step_first_spike_time\(high, trajectory\)" ncdump -h hops/study.nc
expect 0 "" "$HALIDRIFT" ensemble hopping.cfg -n 3 --set "$coarse" -o many
expect 0 "" python3 - <<'PY'
import json

def first(folder):
    lines = [json.loads(line) for line in open(f"{folder}/results.jsonl", encoding="utf-8")][1:]
    return {(r.get("point", 0), r["trajectory"]): r["experiments"][0]["spikes"] for r in lines}

hops, many = first("hops"), first("many")
assert len(hops) == 6 and all(hops[key] == many[key] for key in many), (hops, many)
PY

# ---- points that fail or die ----

expect 7 "3 points: 1 failed, 0 lost" "$HALIDRIFT" sweep quick.cfg -o failed \
  --vary 'solver.max_steps=1000000,3,100000'
expect 0 "point 1 failed: experiment pulses: 3 steps were taken" cat failed/log.txt
expect 0 "status = 1, 2, 1 ;" ncdump -v status failed/study.nc
expect 0 "exit_code = 0, 4, 0 ;" ncdump -v exit_code failed/study.nc
expect 0 '"experiment pulses: 3 steps were taken' ncdump -v message failed/study.nc
expect 0 '"max_steps": 3' cat failed/summary.json
# What does not fit the rest of the input fails at its own point only.
expect 7 "2 points: 1 failed" "$HALIDRIFT" sweep quick.cfg -o misfit \
  --vary 'experiments[0].drive[0].waveform.width=1 us,3 us'
expect 0 "point 1 failed: .*width" cat misfit/log.txt

# The whole program is killed in the middle; what was there is there.
slow='solver.max_step="1 ns"'
"$HALIDRIFT" sweep quick.cfg -j 2 --vary "$donors" --vary "$high" -o torn --set "$slow" >first.txt 2>&1 &
pid=$!
hold_child $pid
wait_for eval '[ "$(grep -c \"point\" torn/results.jsonl)" -ge 2 ]'
kill_parent $pid
wait $pid 2>/dev/null
wait_for eval "! kill -0 $held"
require ! -e torn/study.nc
there=$(grep -c '"point"' torn/results.jsonl)
require "$there" -lt 6
expect 0 "$there there already" cube torn --set "$slow" --resume
expect 0 "" cube whole --set "$slow"
same_study whole torn

# ---- what is refused ----

before=$(cksum <grid/results.jsonl)
expect 2 "grid: holds the results of a study; --resume goes on" cube grid
expect 2 "grid/results.jsonl: its points are of the input with hash" \
  "$HALIDRIFT" sweep quick.cfg --vary "$donors" -o grid --resume
require "$(cksum <grid/results.jsonl)" = "$before"
refused "quick.cfg: nothing varies; give --vary KEY=FROM:TO:N or a block study" quick.cfg
refused "needs the number of values between its ends" quick.cfg --vary temperature=200K:300K
refused "temperature varies twice" quick.cfg --vary temperature=200K:300K:2 \
  --vary temperature=200K,300K
# An axis of a cube has no value twice, however it is written; points of a list may.
refused "values 1 and 3 are both 300K, must differ on an axis" quick.cfg \
  --vary 'temperature=300 K,301 K,300K'
refused "values 1 and 2 are both 300.0, must differ" quick.cfg --vary 'temperature=300K:300K:2'
refused "solver.max_order=1:2:3': values 2 and 3 are both 2, must differ" quick.cfg \
  --vary 'solver.max_order=1:2:3'
refused "values 1 and 2 are both true" quick.cfg --vary 'device.contacts[0].ohmic=true,true'
expect 0 "study: 3 points of a list" "$HALIDRIFT" check quick.cfg --set 'study.method="list"' \
  --set 'study.vary=({ key = "temperature"; values = ("300 K", "310 K", "300 K"); })'
expect 2 "must be KEY=FROM:TO, KEY=FROM:TO:N" "$HALIDRIFT" sweep quick.cfg -o none --vary temperature
refused "there is no transient" quick.cfg --vary temperature=200K,300K \
  --set 'study.relaxations=({ name = "a"; column = "b"; experiment = "rest"; })'
refused "is no quantity: its range cannot be halved" quick.cfg --vary temperature=200K,300K \
  --set 'study.thresholds=({ name = "a"; key = "solver.max_order"; from = 1; to = 5; })'
refused "relaxations\[0\].column: terminals.csv has no column 'I\(rigth\)_A'; did you mean I\(right\)_A" quick.cfg \
  --vary temperature=200K,300K --set 'study.relaxations=({ name = "a"; column = "I(rigth)_A"; })'
refused "quick.cfg: sensitivity: is for single runs" quick.cfg --vary temperature=200K,300K \
  --set 'sensitivity={ parameters = ["temperature"]; }'
expect 3 "quick.cfg: sensitivity: is for single runs" "$HALIDRIFT" ensemble quick.cfg -n 2 -o none \
  --set 'sensitivity={ parameters = ["temperature"]; }'
cat >names.cfg <<'CFG'
@include "bar.inc"
experiments = ( { name = "ramp-1"; type = "equilibrium"; }, { name = "ramp+1"; type = "equilibrium"; } );
CFG
refused "names.cfg: experiments: ramp-1 and ramp\+1 are both ramp_1_\* in netCDF files" names.cfg \
  --vary temperature=200K,300K
expect 3 "names.cfg: experiments: ramp-1 and ramp\+1 are both ramp_1_\* in netCDF files" "$HALIDRIFT" ensemble names.cfg \
  -n 2 -o none
expect 2 "^halidrift sweep: --set 'stochastic.trajectory=5': trajectories are numbered from --first K on; leave it out$" \
  "$HALIDRIFT" sweep quick.cfg -n 2 --vary temperature=290K,300K --set stochastic.trajectory=5 -o none
expect 2 "^halidrift sweep: --vary 'stochastic.trajectory=5,6': trajectories are numbered from --first K on" \
  "$HALIDRIFT" sweep quick.cfg -n 2 --vary stochastic.trajectory=5,6 -o none
# Without -n they are the input's, as any number.
expect 0 "2 points: 2 done" "$HALIDRIFT" sweep quick.cfg --vary stochastic.trajectory=5,6 -o numbers
expect 2 "unknown option '--vary'" "$HALIDRIFT" ensemble quick.cfg -n 2 --vary temperature=1K,2K
require ! -e none
require ! -e runs
finish
