#!/bin/sh
# Protocols: members of a series begin alike, results in summary.json, resume inside a series.
. "$HALIDRIFT_ROOT/tests/support/shell.sh"
support=$HALIDRIFT_ROOT/tests/support
cp "$HALIDRIFT_ROOT/inputs/devices/set_f.inc" .

# A series, behind a pulse that has changed the device.
cat >series.cfg <<'CFG'
@include "set_f.inc"
solver = { rtol = 1e-3; phi_factor = 10.0; };
checkpoint = { steps = 150; };
experiments = (
  { name = "before"; type = "transient"; protocol = { type = "pulse_train"; high = "0.6 V"; width = "0.3 ms"; pause = "0.1 ms"; cycles = 1; }; },
  { name = "pair"; type = "transient"; start = "last"; protocol = { type = "paired_pulse"; terminal = "anode"; high = "0.6 V"; width = "0.2 ms"; intervals = ["0.1 ms", "1 ms"]; }; }
);
CFG
expect 0 "pair_2: paired_pulse: interval 0.001" "$HALIDRIFT" run series.cfg -o series
expect 0 "" "$HALIDRIFT" run series.cfg -q -o single --set 'experiments[1].protocol.intervals=("1 ms")'
grep '^pair_2,' series/terminals.csv | cut -d, -f2- >of_series
grep '^pair,' single/terminals.csv | cut -d, -f2- >alone
require -s alone
expect 0 "" cmp of_series alone
# What the first pulse left makes the second one larger, less so after a longer pause.
python3 - series/summary.json >facilitation <<'PY'
import json, sys
found = [e["protocol"] for e in json.load(open(sys.argv[1]))["experiments"]]
print(int(found[1]["facilitation"] > found[2]["facilitation"] > 1.0), found[0]["currents"][0] != 0)
PY
require "$(cat facilitation)" = "1 True"

# Killed inside the series and before it: the same files.
expect 0 "" python3 "$support/kill_and_resume.py" "$HALIDRIFT" series.cfg killed 12
expect 0 "" python3 "$support/same_run.py" series killed

# An ohmic film: no memory, no hysteresis; its capacitance is not seen at these times.
cat >film.cfg <<'CFG'
device = {
  area = "1 mm^2";
  layers = ({ material = "silicon"; thickness = "100 nm"; donors = "1e16 cm^-3"; });
  contacts = ({ name = "a"; at = "x_min"; ohmic = true; }, { name = "b"; at = "x_max"; ohmic = true; });
};
experiments = (
  { name = "scan"; type = "transient"; protocol = { type = "hysteresis"; high = "1 mV"; reset = "-1 mV"; rates = ["1 mV/s"]; }; },
  { name = "pair"; type = "transient"; protocol = { type = "paired_pulse"; high = "1 mV"; width = "1 s"; intervals = ["1 s"]; }; },
  { name = "keep"; type = "transient"; protocol = { type = "retention"; high = "1 mV"; read = "0.5 mV"; width = "1 s"; duration = "1 s"; }; }
);
CFG
expect 0 "" "$HALIDRIFT" run film.cfg -q -o film
python3 - film/summary.json >memory <<'PY'
import json, sys
scan, pair, keep = (e["protocol"] for e in json.load(open(sys.argv[1]))["experiments"])
none = abs(scan["index"]) + abs(scan["index_reset"]) + abs(pair["facilitation"] - 1) + abs(keep["gain"] - 1)
print(int(none < 1e-8), none)
PY
require "$(cut -d' ' -f1 memory)" = 1

# Heated surroundings: a Schottky barrier shows itself (Richardson's law: barrier + 2 kT with T^2,
# here the ramp is short and T = 310 K in its middle).
cat >warm.cfg <<'CFG'
device = {
  name = "film"; area = "1 mm^2";
  layers = ({ material = "MAPbI3"; thickness = "30 nm"; });
  species = ({ name = "electron"; statistics = "boltzmann"; });
  contacts = ({ name = "a"; at = "x_min"; barrier = "0.6 eV"; species = ({ name = "electron"; model = "schottky"; }); },
              { name = "b"; at = "x_max"; barrier = "0.6 eV"; species = ({ name = "electron"; model = "schottky"; }); });
  heat = { model = "lumped"; thermal_resistance = "1e-3 K/W"; heat_capacity = "1e-9 J/K"; };
};
experiments = (
  { name = "ramp"; type = "transient"; start = "steady";
    drive = ({ source = "V"; waveform = { type = "constant"; value = "-0.3 V"; }; });
    protocol = { type = "temperature_ramp"; high = "20 K"; rates = ["1 K/s"]; }; }
);
CFG
expect 0 "" "$HALIDRIFT" run warm.cfg -q -o warm
python3 - warm/summary.json >activation <<'PY'
import json, sys
E = json.load(open(sys.argv[1]))["experiments"][0]["protocol"]["activation_energy"]
print(int(abs(E - (0.6 + 2 * 8.617333e-5 * 310)) < 0.005), E)
PY
cat activation
require "$(cut -d' ' -f1 activation)" = 1
finish
