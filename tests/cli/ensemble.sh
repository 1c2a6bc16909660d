#!/bin/sh
# halidrift ensemble: the same results however the trajectories were run, none silently missing.
# ctest: timeout=600
. "$HALIDRIFT_ROOT/tests/support/shell.sh"
. "$HALIDRIFT_ROOT/tests/support/ensemble.sh"

# ---- one, two, three processes; with run folders; extended ----

expect 0 "7 trajectories: 7 done, 0 failed, 0 lost, 0 missing" \
  "$HALIDRIFT" ensemble quick.cfg -n 7 -j 1 -o one
expect 0 "" "$HALIDRIFT" ensemble quick.cfg -n 7 -j 2 -o two -q
require ! -s out.txt
expect 0 "" "$HALIDRIFT" ensemble quick.cfg -n 7 --jobs=3 -o three
same one two
same one three

# One is no "1 trajectories".
expect 0 "1 trajectory of seed 1, 0 there already; 1 x 1 process$" "$HALIDRIFT" ensemble quick.cfg -n 1 -j 1 -o single
expect 0 "1 trajectory: 1 done, 0 failed, 0 lost, 0 missing" cat single/log.txt

expect 0 "" "$HALIDRIFT" ensemble quick.cfg -n 4 -o grown
expect 0 "" "$HALIDRIFT" ensemble quick.cfg -n 7 -o grown --resume
same one grown

# A smaller -n or another --first leaves out nothing that is there.
expect 0 "5 other trajectories of earlier commands stay in the results: 0 to 2, 5, 6" \
  "$HALIDRIFT" ensemble quick.cfg -n 2 --first 3 -o grown --resume
expect 0 "trajectory = 0, 1, 2, 3, 4, 5, 6 ;" ncdump -v trajectory grown/ensemble.nc
expect 0 "status = 1, 1, 1, 1, 1, 1, 1 ;" ncdump -v status grown/ensemble.nc
expect 0 "7 other trajectories .*: 0 to 6" "$HALIDRIFT" ensemble quick.cfg -n 2 --first 9 -o grown --resume
expect 0 "trajectory = 0, 1, 2, 3, 4, 5, 6, 9, 10 ;" ncdump -v trajectory grown/ensemble.nc
expect 0 "pulses_spikes = 4, 4, 4, 4, 4, 4, 4, 4, 4 ;" ncdump -v pulses_spikes grown/ensemble.nc
expect 0 "" ncdump -v pulses_spike_trajectory grown/ensemble.nc
require "$(grep -A4 'pulses_spike_trajectory =' out.txt | tr -d ' \n' | grep -c '6,6,6,6,9,9,9,9,10,10,10,10;')" -eq 1
expect 0 "" python3 - <<'PY'
import json
s = json.load(open("grown/summary.json", encoding="utf-8"))
assert s["trajectories"] == dict(first=9, count=2, others=7, missing=0, done=9, failed=0, lost=0), s["trajectories"]
assert s["experiments"][0]["probability_to_fire"]["trajectories"] == 9, s
PY
cat err.txt

expect 0 "" "$HALIDRIFT" ensemble quick.cfg -n 7 -o traced --traces
same one traced
require "$(find traced/trajectories -name terminals.csv | wc -l)" -eq 7
expect 0 "" "$HALIDRIFT" run traced/resolved.cfg --set stochastic.trajectory=3 -o alone -q
for file in terminals.csv spikes.csv resolved.cfg; do
  expect 0 "" cmp alone/$file traced/trajectories/000003/$file
done

# Run folders of trajectories that ran without are not missing in silence; the command that is named makes them.
expect 0 "" "$HALIDRIFT" ensemble quick.cfg -n 3 -o late
expect 0 "--traces: 3 trajectories ran without and get no run folder now: 0 to 2; .halidrift run" \
  "$HALIDRIFT" ensemble quick.cfg -n 5 -o late --resume --traces
sed -n 's/.*`halidrift \(.*\) --set .* -o \(.*\)N`.*/\1 --set stochastic.trajectory=1 -q -o \2000001/p' out.txt >command.txt
expect 0 "^run late/" cat command.txt
# shellcheck disable=SC2046 # words of a command
expect 0 "" "$HALIDRIFT" $(cat command.txt)
expect 0 "" cmp late/trajectories/000001/terminals.csv traced/trajectories/000001/terminals.csv
expect 0 "2 trajectories ran without .*: 0, 2;" "$HALIDRIFT" ensemble quick.cfg -n 5 -o late --resume --traces
"$HALIDRIFT" ensemble quick.cfg -n 7 -o traced --resume --traces >resumed.txt
require "$(grep -c 'run folder' resumed.txt)" -eq 0

# ---- ions that hop: every trajectory is another one, and each is the same in any company ----

expect 0 "" "$HALIDRIFT" ensemble hopping.cfg -n 12 -j 1 -o hop1 --set "$coarse"
expect 0 "" "$HALIDRIFT" ensemble hopping.cfg -n 12 -j 3 -o hop3 --set "$coarse" --traces
same hop1 hop3
grep -q 'all trajectories are the same' hop1/log.txt && fail "an ensemble of hopping ions is called deterministic"
expect 0 "" "$HALIDRIFT" ensemble hopping.cfg -n 3 --first 4 -o hop_some --set "$coarse"
expect 0 "" "$HALIDRIFT" ensemble hopping.cfg -n 12 -o hop_other --set "$coarse" --set stochastic.seed=6
expect 0 "" "$HALIDRIFT" run hopping.cfg -o hop_alone -q --set "$coarse" --set stochastic.trajectory=5
expect 0 "" python3 - <<'PY'
import json

def first(folder):
    lines = [json.loads(line) for line in open(f"{folder}/results.jsonl", encoding="utf-8")][1:]
    return {r["trajectory"]: (r["experiments"][0]["spikes"] or [{"time_s": None}])[0]["time_s"] for r in lines}

def summary(folder):
    return json.load(open(f"{folder}/summary.json", encoding="utf-8"))

times = first("hop1")
fired = [t for t in times.values() if t is not None]
assert 2 <= len(fired) <= 10 and len(set(fired)) == len(fired), times
assert times == first("hop3") and first("hop_some") == {k: times[k] for k in (4, 5, 6)}, times
assert first("hop_other") != times
alone = summary("hop_alone")["experiments"][0]
assert (alone["spikes"] or [{"time_s": None}])[0]["time_s"] == times[5], alone
waiting = summary("hop1")["experiments"][0]["first_passage_s"]
assert (waiting["observed"], waiting["censored"]) == (len(fired), 12 - len(fired)), waiting
mean = (sum(fired) + (12 - len(fired)) * 32e-6) / 12
assert abs(waiting["restricted_mean"]["value"] / mean - 1) < 1e-12, waiting
PY
cat err.txt

# Random forces: the same.
forces='stochastic={engine="langevin";seed=5;interval="2 us";}'
expect 0 "" "$HALIDRIFT" ensemble hopping.cfg -n 5 -j 1 -o forces1 --set "$coarse" --set "$forces"
expect 0 "" "$HALIDRIFT" ensemble hopping.cfg -n 5 -j 2 -o forces2 --set "$coarse" --set "$forces"
same forces1 forces2
grep -q 'all trajectories are the same' forces1/log.txt && fail "an ensemble of random forces is called deterministic"
require "$(tail -n +2 forces1/results.jsonl | grep -o '"ion_number(vacancy)":[^}]*' | sort -u | wc -l)" -eq 5

# ---- where methods are not to be trusted: told once, as check and run tell it ----

coarse_cells='an edge of 0.938 nm at x = .* nm of memristor is longer than 0.5 nm'
said="$coarse_cells|a front can pass an edge of 0.938 nm|the smoothing length of 0.7 nm is shorter than an edge of 0.938 nm"
expect 0 "$coarse_cells" "$HALIDRIFT" check hopping.cfg --set "$coarse"
grep -E "$said" out.txt >check.txt
for level in "" -q; do
  # shellcheck disable=SC2086 # an option or none
  expect 0 "" "$HALIDRIFT" ensemble hopping.cfg -n 2 -o told$level --set "$coarse" $level
  grep -E "$said" out.txt >ensemble.txt
  if [ "$level" ]; then require ! -s ensemble.txt; else expect 0 "" cmp check.txt ensemble.txt; fi
  grep -E "$said" told$level/log.txt >ensemble.txt
  expect 0 "" cmp check.txt ensemble.txt
done
expect 0 ":remarks = \"device memristor: a front can pass .*\\\\n$coarse_cells: times .*\" ;" ncdump -h told/ensemble.nc
expect 0 "" python3 - <<'PY'
import json
said = open("check.txt", encoding="utf-8").read().splitlines()
for folder in ("told", "told-q", "hop_alone"):
    assert json.load(open(f"{folder}/summary.json", encoding="utf-8"))["remarks"] == said, folder
assert len(said) == 3 and said[0] not in open("told/results.jsonl", encoding="utf-8").read()
assert json.load(open("one/summary.json", encoding="utf-8"))["remarks"] == [
    'stochastic.engine is "none": all trajectories are the same']
PY
cat err.txt
require "$(grep -cE "$said" hop_alone/log.txt)" -eq 3

# What single ions do not know is wrong input, before any trajectory: one sentence, as run says it.
while IFS='|' read -r set sentence; do
  expect 3 "$sentence" "$HALIDRIFT" ensemble hopping.cfg -n 3 -o refused --set "$coarse" --set "$set"
  require "$(cat out.txt err.txt | wc -l)" -eq 1
  cp err.txt ensemble.txt
  expect 3 "$sentence" "$HALIDRIFT" run hopping.cfg -q -o refused_run --set "$coarse" --set "$set"
  cp err.txt run.txt
  expect 0 "" cmp ensemble.txt run.txt
done <<'CASES'
device.heat={model="lattice";}|does not know temperatures that change; allowed: devices without heat
device.species[1].hop_length="0.6 nm"|does not know field acceleration; allowed: hop_length = 0
device.area="1 nm^2"|holds 0.375 sites; allowed .*: at least 2
CASES
expect 3 "at \(0, .*\) nm holds 0.0258 sites; allowed .*: longer intervals along r and z" "$HALIDRIFT" ensemble \
  "$HALIDRIFT_ROOT/inputs/devices/neuron_2d.cfg" -n 3 -o refused --set 'stochastic.engine="integer"'
require ! -e refused
# Experiments that hold the ions ask nothing of the engine.
expect 0 "" "$HALIDRIFT" ensemble hopping.cfg -n 1 -o held --set 'device.species[1].hop_length="0.6 nm"' \
  --set 'experiments[0].frozen_ions=true'

# Stopped on its way and gone on with, and with checkpoints in the input, it has the same trajectories.
"$HALIDRIFT" ensemble hopping.cfg -n 12 -j 2 -o hop_stopped --set "$coarse" >first.txt 2>&1 &
pid=$!
hold_child $pid
wait_for eval '[ "$(grep -c trajectory hop_stopped/results.jsonl)" -ge 2 ]'
kill -TERM $pid
free_child
status_of $pid
require $status -eq 130
expect 0 "interrupted with [0-9]+ of 12 trajectories done" cat first.txt
expect 0 "" "$HALIDRIFT" ensemble hopping.cfg -n 12 -o hop_stopped --set "$coarse" --resume
same hop1 hop_stopped
expect 0 "" "$HALIDRIFT" ensemble hopping.cfg -n 3 -j 2 -o hop_kept --set "$coarse" --set checkpoint.steps=20 --traces
for i in 0 1 2; do
  expect 0 "" cmp hop3/trajectories/00000$i/terminals.csv hop_kept/trajectories/00000$i/terminals.csv
  expect 0 "" cmp hop3/trajectories/00000$i/spikes.csv hop_kept/trajectories/00000$i/spikes.csv
done

# ---- statistics of known spikes ----

# Trajectories that fire in pulses 1 and 3, 2, 3, and not at all, out of four pulses.
expect 0 "" "$HALIDRIFT" ensemble quick.cfg -n 4 -j 1 -o known
python3 - <<'PY'
import json
keep = {0: [1, 3], 1: [2], 2: [3], 3: []}
lines = open("known/results.jsonl", encoding="utf-8").read().splitlines()
with open("known/results.jsonl", "w", encoding="utf-8") as file:
    print(lines[0], file=file)
    for line in map(json.loads, lines[1:]):
        experiment = line["experiments"][0]
        experiment["spikes"] = [s for s in experiment["spikes"] if s["pulse"] in keep[line["trajectory"]]]
        print(json.dumps(line), file=file)
PY
expect 0 "4 there already" "$HALIDRIFT" ensemble quick.cfg -n 4 -o known --resume
expect 0 "" python3 - <<'PY'
import json
e = json.load(open("known/summary.json", encoding="utf-8"))["experiments"][0]
near = lambda a, b: abs(a - b) < 1e-9
assert (e["probability_to_fire"]["fired"], e["probability_to_fire"]["value"]) == (3, 0.75), e
# Clopper and Pearson, 3 of 4: 0.1941, 0.9937
assert abs(e["probability_to_fire"]["interval"][0] - 0.1941) < 5e-5, e
assert abs(e["probability_to_fire"]["interval"][1] - 0.9937) < 5e-5, e
p = e["firing_probability_per_pulse"]
assert (p["fired"], p["pulses"], p["value"]) == (4, 16, 0.25), p
# residuals 1, 0, 0, -1 of four clusters with four pulses each
assert near(p["standard_error"], (2 / 16**2 * 4 / 3) ** 0.5), p
# first spikes in pulses 1, 2, 3 and none in 4: 3 in 10 pulses at risk, of 3 of 4 within 4 pulses
h = e["first_spike_hazard_per_pulse"]
assert (h["fired"], h["trajectories"], h["pulses_at_risk"], h["value"]) == (3, 4, 10, 0.3), h
assert all(near(a, 1 - (1 - b) ** 0.25) for a, b in zip(h["interval"], e["probability_to_fire"]["interval"])), h
w = e["first_spike_pulse"]
assert (w["observed"], w["censored"], w["horizon"]) == (3, 1, 4), w
assert near(w["restricted_mean"]["value"], (1 + 2 + 3 + 4) / 4) and w["median"]["value"] == 2, w
assert near(w["of_those_that_fired"]["mean"]["value"], 2), w
assert near(w["of_those_that_fired"]["sd"]["value"], 1) and near(w["of_those_that_fired"]["cv"]["value"], 0.5), w
assert (e["interval_pulses"]["count"], e["interval_pulses"]["mean"]["value"]) == (1, 2), e
# one that ended, of two pulses; three that the end cut off behind 1, 2, 1: half of those watched so long end at 2
i = e["interval_pulses"]
assert (i["censored"], i["horizon"], i["median"]["value"]) == (3, 4, 2), i
assert (e["interval_s"]["censored"], e["interval_s"]["horizon"]) == (3, 8e-6), e
assert e["first_passage_s"]["of_those_that_fired"]["cv"]["value"] > 0.4, e
assert near(e["spikes_per_trajectory"]["mean"]["value"], 1), e
assert e["E_source_J"]["count"] == 4, e
PY
cat err.txt
expect 0 "pulses_first_spike_pulse = 1, 2, 3, _ ;" ncdump -v pulses_first_spike_pulse known/ensemble.nc
expect 0 "pulses_interval_pulses = _, 2, _, _ ;" ncdump -v pulses_interval_pulses known/ensemble.nc
expect 0 "pulses_spike_trajectory = 0, 0, 1, 2 ;" ncdump -v pulses_spike_trajectory known/ensemble.nc
expect 0 "" ncdump -v pulses_fired known/ensemble.nc
require "$(grep -A4 'pulses_fired =' out.txt | tr -d ' \n')" = "pulses_fired=1,0,1,0,0,1,0,0,0,0,1,0,0,0,0,0;"

# ensemble.nc has the numbers of summary.json, counts are whole numbers, nothing claims a geometry.
expect 0 "" python3 - known <<'PY'
import json, re, subprocess, sys

folder = sys.argv[1]
experiment = json.load(open(f"{folder}/summary.json", encoding="utf-8"))["experiments"][0]
dump = subprocess.run(["ncdump", "-p", "9,17", f"{folder}/ensemble.nc"], check=True, capture_output=True, text=True).stdout
top, group = dump.split("group: statistics {")
there = {n: float("nan" if v == "_" else v) for n, v in re.findall(r"^\s+(\w+) = ([^,;]+) ;", group, re.M)}
units = dict(re.findall(r'(\w+):units = "(.*?)"', group))
wanted = {}

def walk(name, value):
    if isinstance(value, dict):
        for key, part in value.items():
            walk(name if key in ("value", "interval") else f"{name}_{key}", part)
    elif isinstance(value, list):
        wanted[name + "_low"], wanted[name + "_high"] = value
    else:
        wanted[name] = value

for key, statistic in experiment.items():
    if key not in ("name", "ranges", "steps"):  # the group is about spikes
        walk("pulses_" + re.sub("_[sJA]$", "", key), statistic)
assert set(there) == set(wanted) and len(wanted) > 100, set(there) ^ set(wanted)
for name, value in wanted.items():
    assert there[name] == value or (value is None and there[name] != there[name]), (name, value, there[name])
    assert not isinstance(value, int) or f"int {name} ;" in group, name
assert units["pulses_first_passage_median_low"] == "s" and units["pulses_first_passage_of_those_that_fired_cv_low"] == "1"
assert units["pulses_E_source_mean_high"] == "J" and units["pulses_first_spike_hazard_per_pulse_high"] == "1"
for name in "status steps pulses_spikes pulses_spike_pulse pulses_spike_complete pulses_first_spike_pulse pulses_fired".split():
    assert f"int {name}(" in top, name
assert not re.search("cf_role|sample_dimension|featureType|UNLIMITED", dump)
PY
cat err.txt
# Without a spike there is no dimension of spikes, and none without end.
expect 0 "" "$HALIDRIFT" ensemble quick.cfg -n 2 -o silent -q --set 'experiments[0].spikes.threshold="1 A"'
expect 0 "pulses_spikes = 0, 0 ;" ncdump silent/ensemble.nc
grep -Eq "UNLIMITED|pulses_spike = " out.txt && fail "silent/ensemble.nc has a dimension of spikes"

# The drive is what all sources in series give in the middle of a pulse: a slow ramp under the pulses,
# from either side, but no gate.
for nets in '"in", "low"' '"low", "in"'; do
  case $nets in '"in"'*) sign= ;; *) sign=- ;; esac
  sed 's/^device = {/&name = "bar";/' bar.inc >series.cfg
  cat >>series.cfg <<CFG
circuit = (
  { type = "voltage"; name = "V"; nets = [$nets]; },
  { type = "voltage"; name = "Vslow"; nets = ["low", "gnd"]; },
  { type = "voltage"; name = "Vgate"; nets = ["gate", "gnd"]; waveform = { type = "constant"; value = "7 V"; }; },
  { type = "resistor"; name = "R"; nets = ["gate", "in"]; value = "1 Gohm"; },
  { type = "device"; name = "bar"; terminals = { left = "in"; right = "gnd"; }; }
);
experiments = (
  { name = "test"; type = "transient"; duration = "6 us";
    drive = (
      { source = "V"; waveform = { type = "pulse"; high = "${sign}0.1 V"; delay = "0.5 us"; rise = "10 ns";
        width = "1 us"; fall = "30 ns"; period = "2 us"; }; },
      { source = "Vslow"; waveform = { type = "ramp"; low = "0 V"; high = "0.06 V"; rise = "6 us"; }; });
    spikes = { device = "bar"; terminal = "right"; source = "V"; threshold = "100 mA"; }; }
);
CFG
  expect 0 "" "$HALIDRIFT" ensemble series.cfg -n 1 -o "series$sign" -q
  expect 0 "test_drive_time = 1.01e-06, 3.01e-06, 5.01e-06 ;" ncdump -p 9,9 "series$sign/ensemble.nc"
  expect 0 "test_drive = 0.1101, 0.1301, 0.1501 ;" ncdump -p 9,9 "series$sign/ensemble.nc"
done

# Four pulses, each with a spike: every number is known.
expect 0 "" python3 - one/summary.json <<'PY'
import json, sys
s = json.load(open(sys.argv[1], encoding="utf-8"))
assert s["status"] == "ok" and s["exit_code"] == 0 and s["not_done"] == [], s
assert s["trajectories"] == dict(first=0, count=7, others=0, missing=0, done=7, failed=0, lost=0), s
e = s["experiments"][0]
p = e["firing_probability_per_pulse"]
assert (p["value"], p["fired"], p["pulses"]) == (1, 28, 28), p
assert abs(p["interval"][0] - 0.025 ** (1 / 7)) < 1e-9, p  # seven trials without a failure
assert abs(p["interval_of_independent_pulses"][0] - 0.025 ** (1 / 28)) < 1e-9, p
first = e["first_passage_s"]
assert (first["observed"], first["censored"], first["horizon"]) == (7, 0, 8e-6), first
assert 0 < first["restricted_mean"]["value"] == first["median"]["value"] < 1e-8, first
assert e["first_spike_pulse"]["restricted_mean"]["value"] == 1, e
assert e["spikes_per_trajectory"]["mean"]["value"] == 4, e
assert e["interval_s"]["count"] == 21 and abs(e["interval_s"]["mean"]["value"] / 2e-6 - 1) < 1e-6
assert e["interval_s"]["cv"]["value"] < 1e-6 and e["interval_pulses"]["mean"]["value"] == 1, e
PY
cat err.txt
expect 0 "pulses_spikes = 4, 4, 4, 4, 4, 4, 4 ;" ncdump -v pulses_spikes one/ensemble.nc
require -z "$(find one -name '*.part')"
if python3 -c "import xarray, netCDF4" 2>/dev/null; then
  expect 0 "" python3 - one/ensemble.nc <<'PY'
import sys, xarray
d = xarray.open_dataset(sys.argv[1])
assert int(d.pulses_spikes.sum()) == d.sizes["pulses_spike"] == 28
assert (d.status == 1).all() and d.sizes["trajectory"] == 7
assert (d.pulses_fired == 1).all() and d.pulses_fired.dims == ("trajectory", "pulses_pulse")
assert "pulses_drive_time" in d.pulses_fired.coords
s = xarray.open_dataset(sys.argv[1], group="statistics")
assert float(s.pulses_first_spike_hazard_per_pulse) == 1, s
PY
fi

# ---- trajectories that fail or die ----

expect 7 "2 trajectories: 2 failed, 0 lost" \
  "$HALIDRIFT" ensemble quick.cfg -n 2 -o failed --set solver.max_steps=3
expect 0 '"exit_code": 4' cat failed/summary.json
expect 0 "trajectory [01] failed: experiment pulses: 3 steps were taken" cat failed/log.txt
expect 0 "status = 2, 2 ;" ncdump -v status failed/ensemble.nc

# One process is killed, the other one goes on.
slow='solver.max_step="0.1 ns"'
"$HALIDRIFT" ensemble quick.cfg -n 2 -j 2 -o killed --set "$slow" >first.txt 2>&1 &
pid=$!
hold_child $pid
kill -KILL "$held"
status_of $pid
require $status -eq 7
expect 0 "trajectory [01] was lost: its process was killed by signal 9" cat killed/log.txt
expect 0 "2 trajectories: 0 failed, 1 lost" cat first.txt
# The line of how far it is tells what was lost from what failed.
expect 0 "[12] of 2 trajectories, 0 failed, 1 lost" cat killed/log.txt
expect 0 '"lost": 1' cat killed/summary.json
require "$(grep -c '"status":"ok"' killed/results.jsonl)" -eq 1
expect 0 "" "$HALIDRIFT" ensemble quick.cfg -n 2 -o killed --set "$slow" --resume
require "$(grep -c '"status":"ok"' killed/results.jsonl)" -eq 2
expect 0 "" "$HALIDRIFT" ensemble quick.cfg -n 2 -o straight --set "$slow"
same straight killed

# A trajectory without end: its processor time is limited, the others are there; another limit lets it
# run.
slower='solver.max_step="0.02 ns"' # 2.5 s
expect 7 "trajectory [01] was lost: it took more than the 1 s of processor time of --time-limit" \
  "$HALIDRIFT" ensemble quick.cfg -n 2 -j 2 -o limited --set "$slower" --time-limit=0.9s
expect 0 "2 trajectories: 0 failed, 2 lost; .* with --resume and a longer --time-limit runs them" cat limited/log.txt
expect 0 '"message": "it took more than the 1 s of processor time of --time-limit"' cat limited/summary.json
expect 0 "status = 3, 3 ;" ncdump -v status limited/ensemble.nc
expect 0 "2 trajectories: 2 done" \
  "$HALIDRIFT" ensemble quick.cfg -n 2 -o limited --set "$slower" --resume --time-limit "2 min"
expect 0 "" "$HALIDRIFT" ensemble quick.cfg -n 2 -o unlimited --time-limit 1e-3
for time in 0 -1s m x 10V; do
  expect 2 "--time-limit got '$time', must be a time > 0" \
    "$HALIDRIFT" ensemble quick.cfg -n 2 --time-limit="$time"
done

# The whole program is killed: its processes end, what was there is there, a torn line is none.
"$HALIDRIFT" ensemble quick.cfg -n 7 -j 2 -o torn --set 'solver.max_step="1 ns"' >first.txt 2>&1 &
pid=$!
hold_child $pid
wait_for eval '[ "$(grep -c trajectory torn/results.jsonl)" -ge 2 ]'
kill_parent $pid
wait $pid 2>/dev/null
wait_for eval "! kill -0 $held"
expect 1 "" kill -0 "$held"
require ! -e torn/ensemble.nc
there=$(grep -c trajectory torn/results.jsonl)
require "$there" -lt 7
printf '{"trajectory":6,"status":"ok","cpu' >>torn/results.jsonl
expect 0 "$there there already" \
  "$HALIDRIFT" ensemble quick.cfg -n 7 -o torn --set 'solver.max_step="1 ns"' --resume
expect 0 "" "$HALIDRIFT" ensemble quick.cfg -n 7 -o whole --set 'solver.max_step="1 ns"'
same whole torn

# Ctrl-C: processes stop, finished results are kept, missing is not failed.
env --default-signal=INT "$HALIDRIFT" ensemble quick.cfg -n 50 -j 2 -o stopped \
  --set 'solver.max_step="1 ns"' >first.txt 2>&1 &
pid=$!
hold_child $pid
wait_for eval '[ "$(grep -c trajectory stopped/results.jsonl)" -ge 2 ]'
# Another process must not write there meanwhile.
expect 2 "stopped/results.jsonl: another process is writing it" \
  "$HALIDRIFT" ensemble quick.cfg -n 50 -o stopped --set 'solver.max_step="1 ns"' --resume
kill -INT $pid
free_child
status_of $pid
require $status -eq 130
expect 0 "interrupted with [0-9]+ of 50 trajectories done; the same command with --resume" cat first.txt
require -s stopped/ensemble.nc
expect 0 '"failed": 0,' cat stopped/summary.json
expect 0 '"lost": 0' cat stopped/summary.json
expect 0 '"missing": [1-9]' cat stopped/summary.json

# ---- what is refused ----

before=$(cksum <one/results.jsonl)
expect 2 "one: holds the results of an ensemble; --resume goes on" "$HALIDRIFT" ensemble quick.cfg -n 7 -o one
expect 2 "alone: holds the results of a run; give another folder" "$HALIDRIFT" ensemble quick.cfg -n 7 -o alone
# A run does not write over an ensemble, whole or in parts.
cp -r one refused && for file in refused/*; do cksum "$file"; done >before.txt
expect 2 "^refused: holds the results of an ensemble or study; give another folder with -o DIR$" \
  "$HALIDRIFT" run quick.cfg -q -o refused
require "$(cat out.txt err.txt | wc -l)" -eq 1
for file in refused/*; do cksum "$file"; done >after.txt
expect 0 "" cmp before.txt after.txt
expect 0 "" "$HALIDRIFT" ensemble quick.cfg -n 2 -q -o refused_part --part 1/2
expect 2 "refused_part: holds the results of an ensemble" "$HALIDRIFT" run refused_part/resolved.part-1-of-2.cfg -q -o refused_part
expect 2 "its trajectories are of the input with hash [0-9a-f]+, this input has [0-9a-f]+" \
  "$HALIDRIFT" ensemble quick.cfg -n 7 -o one --resume --set solver.rtol=1e-5
require "$(cksum <one/results.jsonl)" = "$before"
sed '3s/.*/{"trajectory": 1,/' one/results.jsonl >line && cp -r one broken && mv line broken/results.jsonl
expect 5 "broken/results.jsonl:3: is no line of results" "$HALIDRIFT" ensemble quick.cfg -n 7 -o broken --resume
sed '1s/"program":"[^"]*"/"program":"0.0.1"/' one/results.jsonl >broken/results.jsonl
expect 2 "are of halidrift 0.0.1, this is" "$HALIDRIFT" ensemble quick.cfg -n 7 -o broken --resume
for n in 0 x 1.5 -3 99999999999; do
  expect 2 "ensemble: -n got '$n', must be a whole number from 1 to" "$HALIDRIFT" ensemble quick.cfg -n "$n"
done
expect 2 "needs -n N, the number of trajectories" "$HALIDRIFT" ensemble quick.cfg
for part in 3/2 0/2 1 1/2/3 a/b; do
  expect 2 "--part got '$part', must be I/M with I from 1 to M" \
    "$HALIDRIFT" ensemble quick.cfg -n 2 --part $part
done
expect 2 "--first got '-1', must be a whole number from 0" "$HALIDRIFT" ensemble quick.cfg -n 2 --first -1
expect 2 "--jobs got '0', must be a whole number from 1 to 4096" "$HALIDRIFT" ensemble quick.cfg -n 2 -j 0
# The number of a trajectory is not the input's.
for set in stochastic.trajectory=-3 'stochastic.trajectory = 2'; do
  expect 2 "^halidrift ensemble: --set '$set': trajectories are numbered from --first K on; leave it out$" \
    "$HALIDRIFT" ensemble quick.cfg -n 2 --set "$set"
done
expect 2 "ensemble: needs a FILE" "$HALIDRIFT" ensemble -n 2
expect 2 "unknown option '--checkpoint'" "$HALIDRIFT" ensemble quick.cfg -n 2 --checkpoint=1s
expect 5 "nosuch.cfg" "$HALIDRIFT" ensemble nosuch.cfg -n 2
require ! -e runs
finish
