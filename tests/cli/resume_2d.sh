#!/bin/sh
# A filament in two dimensions, checkpoints three steps apart: they cost no more steps than a run
# without them takes, and a run that is killed again and again ends in the same files, byte for byte.
# ctest: timeout=600
. "$HALIDRIFT_ROOT/tests/support/shell.sh"
support=$HALIDRIFT_ROOT/tests/support
cp "$HALIDRIFT_ROOT/inputs/devices/film_2d.inc" "$HALIDRIFT_ROOT/inputs/devices/film_species.inc" .
cat >grain.cfg <<'CFG'
materials = ({ name = "film"; base = "MAPbI3"; permittivity = 25.0; conduction_band_density = "8e18 cm^-3";
  electron_mobility = "1 cm^2/V/s"; smoothing_length = "0.9 nm"; });
device = {
  name = "grain"; radius = "6 nm";
  layers = ({ material = "film"; thickness = "15 nm"; spacing = "0.9 nm"; spacing_end = "0.5 nm";
              ions = ({ name = "vacancy"; diffusion = "2e-10 cm^2/s"; }); });
  boxes = ({ name = "boundary"; material = "film"; r = ["0 nm", "3 nm"]; spacing = "0.75 nm"; });
  mesh = { width_spacing = "1.5 nm"; growth = 1.3; };
  @include "film_2d.inc"
};
solver = { rtol = 1e-3; phi_factor = 10.0; max_order = 3; };
checkpoint = { steps = 3; };
circuit = (
  { type = "voltage"; name = "V"; nets = ["in", "gnd"]; },
  { type = "resistor"; name = "Rs"; nets = ["in", "top"]; value = "100 kohm"; },
  { type = "device"; name = "grain"; terminals = { anode = "top"; cathode = "gnd"; }; }
);
experiments = ({ name = "set"; type = "transient"; start = "equilibrium"; duration = "1 us";
  drive = ({ source = "V"; waveform = { type = "pulse"; low = "0 V"; high = "1.5 V"; rise = "0.1 us";
             width = "0.6 us"; fall = "0.1 us"; }; });
  fields = { every = 20; end = true; }; });
CFG
steps() {
  python3 -c 'import json, sys
print(json.load(open(sys.argv[1] + "/summary.json"))["experiments"][0]["steps"])' "$1"
}

expect 0 "" "$HALIDRIFT" run grain.cfg -q -o plain --set checkpoint.steps=0
expect 0 "" timeout 300 "$HALIDRIFT" run grain.cfg -q -o whole
require "$(steps whole)" -le $(($(steps plain) * 3 / 2))
# Steps of order one: the same within ten times the tolerance.
expect 0 "" python3 "$support/same_run.py" --within 0.03 plain whole

expect 0 "" python3 "$support/kill_and_resume.py" "$HALIDRIFT" grain.cfg killed 12
cat out.txt
expect 0 "" python3 "$support/same_run.py" whole killed
require ! -e killed/checkpoint
expect 0 "goes on from checkpoint [0-9]+: the result is the same bit for bit" cat killed/log.txt
finish
