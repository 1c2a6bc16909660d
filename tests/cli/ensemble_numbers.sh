#!/bin/sh
# Ensembles of any experiment: every number that a run has of an experiment in summary.json is a variable of
# ensemble.nc, with mean, spread and intervals in the ensemble's summary.json. What a trajectory has not is missing.
. "$HALIDRIFT_ROOT/tests/support/shell.sh"
. "$HALIDRIFT_ROOT/tests/support/ensemble.sh"

# A film of 5 nm x 5 nm x 30 nm with ions that hop; 30 ms a trajectory.
sed '/^stochastic/d' "$HALIDRIFT_ROOT/inputs/populations/channel.inc" >channel.inc
cat >all.cfg <<'CFG'
@include "channel.inc"
stochastic = { engine = "integer"; seed = 5; };
experiments = (
  { name = "train"; type = "transient"; start = "equilibrium";
    protocol = { type = "pulse_train"; terminal = "anode"; high = "0.6 V"; width = "5 us"; pause = "2 us"; cycles = 4; }; },
  { name = "scan"; type = "transient";
    protocol = { type = "hysteresis"; terminal = "anode"; high = "0.3 V"; reset = "-0.3 V"; rates = ["1e5 V/s", "2e5 V/s"]; }; },
  { name = "wear"; type = "transient";
    protocol = { type = "endurance"; terminal = "anode"; high = "0.6 V"; reset = "-0.6 V"; read = "0.1 V"; width = "1 us"; cycles = 2; }; },
  { name = "read"; type = "dc_sweep"; frozen_ions = true; source = "V"; from = "0 V"; to = "0.2 V"; points = 3; },
  { name = "still"; type = "steady"; frozen_ions = true; },
  { name = "curve"; type = "continuation"; frozen_ions = true; source = "V"; from = "0 V"; to = "0.2 V"; },
  { name = "small"; type = "impedance"; hold_ions = true; frequency = { from = "1 kHz"; to = "1 MHz"; }; },
  { name = "noise"; type = "noise"; hold_ions = true; frequency = { from = "1 kHz"; to = "1 MHz"; }; }
);
CFG

# What the checks share: numbers of summary.json by path, variables of a netCDF file.
cat >shared.py <<'PY'
import json, math, re, subprocess

def summary(folder):
    return json.load(open(f"{folder}/summary.json", encoding="utf-8"))

def numbers(value, path=()):
    """(path, number or list of numbers) of all that is in an experiment of a summary."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from numbers(part, path + (key,))
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for key in value[0]:
            yield path + (key,), [one[key] for one in value]
    elif isinstance(value, (int, float, list)) or value is None:
        yield path, value

def variable(experiment, path):
    """Name of the variable: "ranges" and units at the end of a name leave no trace."""
    group, *rest = path if path[0] != "ranges" else ("",) + path[1:]
    if rest:
        rest[0] = re.sub("_(s|A|V|m|F|Ohm|deg|[AV]2/Hz)$", "", rest[0])
    return re.sub("[^A-Za-z0-9]+", "_", "_".join((experiment, group, *rest))).strip("_")

def values(folder, file="ensemble.nc"):
    words = ["ncdump", "-p", "9,17", f"{folder}/{file}"]
    dump = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    data = dump[dump.index("\ndata:"):]
    found = re.findall(r"^ (\w+) =\s([^;\"]*) ;", data, re.M)
    return dump, {name: [float("nan" if v.strip() == "_" else v) for v in text.split(",")] for name, text in found}

def close(a, b, share):
    return abs(a - b) <= share * max(abs(a), abs(b))
PY

expect 0 "4 trajectories: 4 done" "$HALIDRIFT" ensemble all.cfg -n 4 -j 1 -o all
for i in 0 1 2 3; do
  expect 0 "" "$HALIDRIFT" run all/resolved.cfg -q -o run$i --set stochastic.trajectory=$i
done

# Whichever comes first: not every trajectory has a front, or as many folds.
expect 0 "" "$HALIDRIFT" ensemble all.cfg -n 3 --first 1 -q -o parts
expect 0 "" "$HALIDRIFT" ensemble all.cfg -n 4 -q -o parts --resume
same all parts

# ---- a run's last currents and voltages are in its own summary, as in terminals.csv ----

expect 0 "" python3 - <<'PY'
import csv
from shared import *
last = {row["experiment"]: row for row in csv.DictReader(open("run1/terminals.csv", encoding="utf-8"))}
for experiment in summary("run1")["experiments"]:
    row = last[experiment["name"]]
    for column in ("I(anode)_A", "I(cathode)_A", "V(anode)_V", "V(cathode)_V", "ion_number(vacancy)"):
        assert close(experiment["ranges"][column]["end"], float(row[column]), 1e-9), (experiment["name"], column)
PY
cat err.txt

# ---- ensemble.nc and summary.json have what single runs have ----

expect 0 "" python3 - <<'PY'
from shared import *
T = 3.182446305284263  # Student's, 3 degrees of freedom, 97.5 %
dump, there = values("all")
runs = [summary(f"run{i}")["experiments"] for i in range(4)]
ensemble = summary("all")["experiments"]
assert [e["name"] for e in ensemble] == [e["name"] for e in runs[0]]
checked = 0
for e, merged in enumerate(ensemble):
    single = [dict(numbers(run[e])) for run in runs]
    for path in set().union(*single):
        if path[0] in ("name", "type", "status"):
            continue
        moments = merged
        for key in path:
            moments = moments[key]
        name, x = variable(merged["name"], path), [run.get(path) for run in single]
        if any(isinstance(v, list) for v in x):
            x = [v or [] for v in x]
            length = max(map(len, x))
            x = [v + [None] * (length - len(v)) for v in x]
            row = len(there[name]) // 4 # as long as the longest list of its group
            assert row >= length and len(moments) == row, (name, length, row)
            columns = [([v[k] for v in x], there[name][k::row], moments[k]) for k in range(length)]
        else:
            columns = [(x, there[name], moments)]
        for wanted, got, m in columns:
            assert len(got) == 4, (name, got)
            for a, b in zip(wanted, got):
                assert (math.isnan(b) if a is None else a == b), (name, wanted, got)
            known = [v for v in wanted if v is not None]
            n, mean = len(known), math.fsum(known) / max(len(known), 1)
            largest = max(map(abs, known), default=0)
            assert m["count"] == n, (name, m)
            checked += 1
            if n == 0:
                assert m["mean"]["value"] is None, (name, m)
                continue
            assert abs(m["mean"]["value"] - mean) <= 1e-15 * largest, (name, m, mean)
            if n < 2:
                assert m["sd"]["value"] is None and m["mean"]["interval"] == [None, None], (name, m)
                continue
            sd = math.sqrt(math.fsum((v - mean) ** 2 for v in known) / (n - 1))
            assert abs(m["sd"]["value"] - sd) <= 1e-13 * sd + 1e-15 * largest, (name, m, sd)
            error = m["mean"]["standard_error"]
            assert abs(error - sd / math.sqrt(n)) <= 1e-13 * sd + 1e-15 * largest, (name, m)
            if n == 4:
                low, high = m["mean"]["interval"]
                assert abs(low - (mean - T * error)) <= 1e-12 * largest, (name, m)
                assert abs(high - (mean + T * error)) <= 1e-12 * largest, (name, m)
assert checked > 250, checked
wanted = """train_protocol_gain train_I_anode_end read_I_anode_end read_V_anode_end still_I_anode_max
  wear_protocol_ratio_least scan_2_protocol_index small_absZ_end noise_S_I_end train_single_ions_hops"""
assert set(wanted.split()) < set(there), wanted
assert len(set(there["train_protocol_gain"])) == 4 and len(set(there["read_I_anode_end"])) == 4
text = lambda name, key: re.search(rf'\t{name}:{key} = "(.*)" ;', dump).group(1)
units = dict(train_protocol_gain="1", train_protocol_currents="A", scan_1_protocol_rate="V s-1",
             scan_1_protocol_area="V A", scan_1_protocol_forward_reset="A", read_I_anode_end="A",
             read_V_anode_min="V", small_absZ_end="Ohm", small_phase_max="degree", noise_S_I_end="A2 Hz-1",
             curve_points="1")
for name, unit in units.items():
    assert text(name, "units") == unit, (name, text(name, "units"))
assert text("train_protocol_currents", "long_name") == (
    "protocol.currents of train: Current at the end of each pulse (a list).")
assert text("read_I_anode_end", "long_name") == "I(anode)_A at the end of read"
assert "double train_protocol_currents(trajectory, train_protocol_member) ;" in dump
assert "double wear_protocol_off(trajectory, wear_protocol_member) ;" in dump
assert "int train_single_ions_hops(trajectory) ;" in dump and "int train_steps(trajectory) ;" in dump
PY
cat err.txt

# ---- what is not there is missing: shorter lists, numbers that are not known, trajectories that failed ----

# Lines as they were before summaries had currents, too.
cp -r all less
python3 - <<'PY'
import json
lines = [json.loads(line) for line in open("all/results.jsonl", encoding="utf-8")]
protocol = lambda i: lines[i + 1]["experiments"][0]["protocol"]
del protocol(1)["currents"][2:]
protocol(1)["currents"][0] = None
protocol(1)["gain"] = None
for experiment in lines[2]["experiments"]:
    experiment["ranges"] = {k: v for k, v in experiment["ranges"].items() if k[:2] not in ("I(", "V(")}
lines[4] = {"trajectory": 3, "status": "not converged", "exit_code": 4, "message": "no"}
with open("less/results.jsonl", "w", encoding="utf-8") as file:
    for line in lines:
        print(json.dumps(line), file=file)
PY
expect 0 "2 trajectories of seed 5, 2 there already" "$HALIDRIFT" ensemble all.cfg -n 2 -o less --resume
expect 0 "" python3 - <<'PY'
from shared import *
all_, less = values("all")[1], values("less")[1]
same = lambda a, b: a == b or (math.isnan(a) and math.isnan(b))
none, currents = [math.nan], all_["train_protocol_currents"]
for name, wanted in (
        ("train_protocol_currents", currents[:4] + none + currents[5:6] + 2 * none + currents[8:12] + 4 * none),
        ("train_protocol_gain", [all_["train_protocol_gain"][0]] + none + [all_["train_protocol_gain"][2]] + none),
        ("read_I_anode_end", [all_["read_I_anode_end"][0]] + none + [all_["read_I_anode_end"][2]] + none),
        ("read_ion_number_vacancy_end", all_["read_ion_number_vacancy_end"][:3] + none)):
    assert len(wanted) == len(less[name]) and all(map(same, wanted, less[name])), (name, wanted, less[name])
train, _, _, _, read = summary("less")["experiments"][:5]
assert [m["count"] for m in train["protocol"]["currents"]] == [2, 3, 2, 2], train["protocol"]
assert train["protocol"]["gain"]["count"] == 2 and read["ranges"]["I(anode)_A"]["end"]["count"] == 2
gain = all_["train_protocol_gain"]
assert close(train["protocol"]["gain"]["mean"]["value"], (gain[0] + gain[2]) / 2, 1e-15)
PY
cat err.txt

# ---- names that differ in signs only ----

cat >nets.cfg <<'CFG'
@include "channel.inc"
stochastic = { engine = "integer"; };
circuit = (
  { type = "voltage"; name = "V"; nets = ["x-1", "gnd"]; waveform = { type = "constant"; value = "0.1 V"; }; },
  { type = "resistor"; name = "R"; nets = ["x-1", "x_1"]; value = "1 Tohm"; },
  { type = "device"; name = "memristor"; terminals = { anode = "x_1"; cathode = "gnd"; }; }
);
experiments = ({ name = "still"; type = "steady"; frozen_ions = true; });
CFG
expect 0 "1 done" "$HALIDRIFT" ensemble nets.cfg -n 1 -o nets
expect 0 'still_V_x_1_end:long_name = "V\(x-1\)_V at the end of still"' ncdump -h nets/ensemble.nc
expect 0 'still_V_x_1_end_2:long_name = "V\(x_1\)_V at the end of still"' ncdump -h nets/ensemble.nc
expect 0 "1 done" "$HALIDRIFT" sweep nets.cfg --vary 'temperature=300 K' -o nets_study
expect 0 "double still_V_x_1_end_2\(temperature\)" ncdump -h nets_study/study.nc

# ---- studies read the same lines ----

expect 0 "" "$HALIDRIFT" sweep all.cfg -n 4 --vary 'temperature=300 K' -q -o study
expect 0 "" python3 - <<'PY'
from shared import *
ensemble, (dump, study) = values("all")[1], values("study", "study.nc")
same = lambda a, b: a == b or (math.isnan(a) and math.isnan(b))
experiments = ("train", "scan", "wear", "read", "still", "curve", "small", "noise")
names = [name for name in ensemble if name.split("_")[0] in experiments]
assert len(names) > 200, len(names)
for name in names:
    assert len(ensemble[name]) == len(study[name]) and all(map(same, ensemble[name], study[name])), name
assert "double train_protocol_currents(temperature, trajectory, train_protocol_member) ;" in dump
currents = study["train_protocol_currents"]
figure = summary("study")["figures"]["train_protocol_currents"]
assert (figure["unit"], figure["count"], figure["min"], figure["max"]) == ("A", 16, min(currents), max(currents)), figure
PY
cat err.txt
finish
