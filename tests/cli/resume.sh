#!/bin/sh
# halidrift run --resume: a run that is killed again and again ends in the same files, byte for byte.
# ctest: timeout=600
. "$HALIDRIFT_ROOT/tests/support/shell.sh"
support=$HALIDRIFT_ROOT/tests/support

# One device through a sweep, a transient with pulses, spikes and fields, and a second sweep.
cp "$HALIDRIFT_ROOT/inputs/devices/set_f.inc" .
cat >deck.cfg <<'CFG'
@include "set_f.inc"
solver = { rtol = 1e-3; phi_factor = 10.0; max_order = 3; };
checkpoint = { steps = 30; };
circuit = (
  { type = "voltage"; name = "Vin"; nets = ["in", "gnd"]; },
  { type = "resistor"; name = "Rs"; nets = ["in", "top"]; value = "1 kohm"; },
  { type = "device"; name = "memristor"; terminals = { anode = "top"; cathode = "x"; }; },
  { type = "capacitor"; name = "C"; nets = ["x", "gnd"]; value = "60 pF"; initial = "0 V"; },
  { type = "resistor"; name = "Rl"; nets = ["x", "gnd"]; value = "30 Mohm"; }
);
experiments = (
  { name = "before"; type = "dc_sweep"; source = "Vin"; from = "0 V"; to = "50 mV"; points = 101;
    frozen_ions = true; fields = { every = 30; }; },
  { name = "pulses"; type = "transient"; start = "equilibrium"; duration = "2.5 ms";
    drive = ({ source = "Vin"; waveform = { type = "pulse"; low = "0 V"; high = "0.85 V";
               rise = "1 us"; width = "298 us"; fall = "1 us"; period = "800 us"; }; });
    fields = { every = 31; at_spikes = true; times = ["0.5 ms", "1.7 ms"]; };
    output = { every_step = true; times = ["0.123 ms", "2.345 ms"]; };
    spikes = { terminal = "anode"; threshold = "100 nA"; }; },
  { name = "after"; type = "dc_sweep"; source = "Vin"; from = "0 V"; to = "50 mV"; points = 101;
    frozen_ions = true; }
);
CFG

# ---- the same result, whatever happens on the way ----

expect 0 "" "$HALIDRIFT" run deck.cfg -q -o whole
require ! -e whole/checkpoint
require "$(wc -l <whole/spikes.csv)" -gt 1 # there are spikes to compare
expect 0 "" python3 "$support/kill_and_resume.py" "$HALIDRIFT" deck.cfg killed 30
cat out.txt
expect 0 "" python3 "$support/same_run.py" whole killed
require ! -e killed/checkpoint
expect 0 "goes on from checkpoint [0-9]+: the result is the same bit for bit" cat killed/log.txt

# The same with a temperature on the mesh that the ions follow.
expect 0 "" "$HALIDRIFT" run deck.cfg -q -o warm \
  --set 'device.heat={model="lattice";sideways_conductance="1e16 W/m^3/K";}' \
  --set 'device.species[1].activation_energy="0.3 eV"'
cp warm/resolved.cfg warm.cfg
expect 0 "" python3 "$support/kill_and_resume.py" "$HALIDRIFT" warm.cfg warm_killed 5
cat out.txt
expect 0 "" python3 "$support/same_run.py" warm warm_killed

# Derivatives by numbers of the input are carried on, and what the spikes are made of.
expect 0 "" "$HALIDRIFT" run deck.cfg -q -o derived \
  --set 'sensitivity.parameters=["device.species.vacancy.density", "device.contacts.anode.barrier"]'
require "$(grep -c spike_1_ derived/summary.json)" -ge 6
cp derived/resolved.cfg derived.cfg
expect 0 "" python3 "$support/kill_and_resume.py" "$HALIDRIFT" derived.cfg derived_killed 10
cat out.txt
expect 0 "" python3 "$support/same_run.py" derived derived_killed
expect 0 "" cmp derived/sensitivity.csv derived_killed/sensitivity.csv
# A run without checkpoints has the same derivatives to what restarts of the steps change in them.
expect 0 "" "$HALIDRIFT" run derived.cfg -q -o underived --set checkpoint.steps=0
expect 0 "" python3 - <<'PY'
import json

def merits(folder):
    with open(folder + "/summary.json", encoding="utf-8") as file:
        return [merit for experiment in json.load(file)["experiments"] for merit in experiment["sensitivities"]]

a, b = merits("derived"), merits("underived")
assert len(a) == len(b) == 9, (len(a), len(b))
for one, other in zip(a, b):
    for key, slope in other["logarithmic"].items():
        assert abs(one["logarithmic"][key] - slope) <= 0.03 * abs(slope) + 1e-6, (one["merit"], key, one, other)
PY

# A checkpoint at every step is one at every kink, too, where the next stretch begins without a step.
expect 0 "" "$HALIDRIFT" run derived.cfg -q -o often --set checkpoint.steps=1
expect 0 "" python3 - <<'PY'
import json

def spike_time(folder):
    with open(folder + "/summary.json", encoding="utf-8") as file:
        merits = [merit for experiment in json.load(file)["experiments"] for merit in experiment["sensitivities"]]
    return next(merit["logarithmic"] for merit in merits if merit["merit"] == "spike_1_time")

often, seldom = spike_time("often"), spike_time("underived")
for key, slope in seldom.items():
    assert abs(often[key] - slope) <= 0.03 * abs(slope), (key, often, seldom)
PY

# The same inside spectra.
expect 0 "" "$HALIDRIFT" run "$HALIDRIFT_ROOT/tests/decks/spectrum.cfg" -q -o slopes --set checkpoint.steps=3 \
  --set 'sensitivity.parameters=["temperature"]'
cp slopes/resolved.cfg slopes.cfg
expect 0 "" python3 "$support/kill_and_resume.py" "$HALIDRIFT" slopes.cfg slopes_killed 5
expect 0 "" cmp slopes/impedance_sensitivity.csv slopes_killed/impedance_sensitivity.csv
expect 0 "" cmp slopes/sensitivity.csv slopes_killed/sensitivity.csv

# A curve of steady states, back and forth through folds.
expect 0 "" "$HALIDRIFT" run "$HALIDRIFT_ROOT/inputs/devices/memristor_curve.cfg" -q -o curve \
  --set device.mesh.refine=1.0 --set checkpoint.steps=7 --set 'experiments[0].curve.max_points=80'
cp curve/resolved.cfg curve.cfg
expect 0 "" python3 "$support/kill_and_resume.py" "$HALIDRIFT" curve.cfg curve_killed 5
expect 0 "" python3 "$support/same_run.py" curve curve_killed
expect 0 "" cmp curve/curve.csv curve_killed/curve.csv

# A curve over a number of the input, through the fold at 0.2 V; ions of a density that varies.
expect 0 "" "$HALIDRIFT" run "$HALIDRIFT_ROOT/inputs/devices/memristor_curve.cfg" -q -o key \
  --set device.mesh.intervals=60 --set checkpoint.steps=7 --set 'experiments=({name="key";
  type="continuation";key="device.interactions[0].energy";from="0.55 eV";to="0.7 eV";
  curve={low="0.45 eV";max_points=60;};
  drive=({source="V";waveform={type="constant";value="0.2 V";};});},
  {name="behind";type="steady";})'
require "$(grep -c '"arc_length"' key/summary.json)" -ge 1 # folds
cp key/resolved.cfg key.cfg
expect 0 "" python3 "$support/kill_and_resume.py" "$HALIDRIFT" key.cfg key_killed 5
expect 0 "" python3 "$support/same_run.py" key key_killed
expect 0 "" cmp key/curve.csv key_killed/curve.csv

# Checkpoints by number of step are restarts of the time steps: within the tolerance, the result is
# that of a run without them.
expect 0 "" "$HALIDRIFT" run deck.cfg -q -o plain --set checkpoint.steps=0
expect 0 "" python3 "$support/same_run.py" --within 0.03 plain whole

# ---- Ctrl-C: the state at the last step, without any checkpoint before ----

env --default-signal=INT "$HALIDRIFT" run deck.cfg -o stopped --set checkpoint.steps=0 >first.txt &
pid=$!
wait_for has_rows 150 stopped/terminals.csv
kill -INT $pid
status_of $pid
require $status -eq 130
expect 0 "run --resume stopped goes on from there" cat first.txt
require -s stopped/checkpoint/000001.nc
rows=$(wc -l <stopped/terminals.csv)
cp -r stopped other
cp -r stopped torn
expect 0 "goes on from checkpoint 1: the result is the same within the tolerances" \
  "$HALIDRIFT" run --resume stopped
require "$(wc -l <stopped/terminals.csv)" -gt "$rows"
expect 0 "" python3 "$support/same_run.py" --within 0.03 plain stopped

# ---- what is refused ----

expect 2 "stopped: the run has ended, there is nothing to resume" "$HALIDRIFT" run --resume stopped
expect 2 "nowhere: there is no checkpoint to resume from" "$HALIDRIFT" run --resume nowhere
expect 2 "takes no FILE, --output, --set or --checkpoint" \
  "$HALIDRIFT" run --resume other --set solver.rtol=1e-3
expect 2 "takes no FILE" "$HALIDRIFT" run deck.cfg --resume other
expect 2 "resume.*needs a value: DIR" "$HALIDRIFT" run --resume
sed 's/rtol = [^;]*;/rtol = 0.00123;/' other/resolved.cfg >changed.cfg
mv changed.cfg other/resolved.cfg
expect 2 "other: the checkpoint belongs to the input with hash [0-9a-f]+, resolved.cfg has" \
  "$HALIDRIFT" run --resume other
require "$(wc -l <other/terminals.csv)" -eq "$rows" # nothing was touched

# ---- a checkpoint that is cut short, or in which a byte is wrong ----

cp torn/checkpoint/000001.nc torn/checkpoint/000002.nc
truncate -s -1000 torn/checkpoint/000002.nc
cp torn/checkpoint/000001.nc torn/checkpoint/000003.nc
python3 - <<'PY'
data = bytearray(open("torn/checkpoint/000003.nc", "rb").read())
at = max(range(0, len(data) - 64, 8), key=lambda i: len(set(data[i:i + 64])))
data[at + 20] ^= 1
open("torn/checkpoint/000003.nc", "wb").write(data)
PY
cp -r torn lost
expect 0 "goes on from checkpoint 1" "$HALIDRIFT" run --resume torn
expect 0 "" python3 "$support/same_run.py" stopped torn
rm lost/checkpoint/000001.nc
expect 5 "lost: no checkpoint can be read" "$HALIDRIFT" run --resume lost

# A new run in the folder forgets the old one's checkpoints.
expect 0 "" "$HALIDRIFT" run "$HALIDRIFT_ROOT/inputs/tutorial/01_resistor.cfg" -q -o lost
require ! -e lost/checkpoint
expect 0 "" "$HALIDRIFT" run deck.cfg -q -o timed --set checkpoint.steps=0 --checkpoint "0.2 s"
expect 0 "checkpoint [1-9]" cat timed/log.txt
finish
