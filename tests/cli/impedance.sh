#!/bin/sh
# Experiments of small signals: interrupted runs end in the same files, held and frozen ions, other
# runs have no impedance.csv.
. "$HALIDRIFT_ROOT/tests/support/shell.sh"

# column NAME FILE EXPERIMENT: its values, one a line
column() {
  awk -F, -v name="$1" -v experiment="$3" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) c = i }
    NR > 1 && $1 == experiment { print $c }' "$2"
}

# ---- the same result, whatever happens on the way ----

cp "$HALIDRIFT_ROOT/validation/pvk1/pvk1.inc" .
cat >long.cfg <<'CFG'
@include "pvk1.inc"
checkpoint = { steps = 20; };
experiments = (
  { name = "z"; type = "impedance"; frequency = { from = "1 mHz"; to = "1 MHz"; per_decade = 100; }; },
  { name = "n"; type = "noise"; frequency = { from = "1 mHz"; to = "1 MHz"; per_decade = 100; }; }
);
CFG
expect 0 "" "$HALIDRIFT" run long.cfg -q -o whole
require "$(wc -l <whole/impedance.csv)" -eq 902
expect 0 "" python3 "$HALIDRIFT_ROOT/tests/support/kill_and_resume.py" "$HALIDRIFT" long.cfg killed 10
cat out.txt
expect 0 "" cmp whole/impedance.csv killed/impedance.csv
expect 0 "" cmp whole/noise.csv killed/noise.csv
expect 0 "" cmp whole/terminals.csv killed/terminals.csv
expect 0 "" "$HALIDRIFT" check whole/resolved.cfg
expect 0 "" "$HALIDRIFT" run whole/resolved.cfg -q -o again
expect 0 "" cmp whole/impedance.csv again/impedance.csv

# ---- ions: relaxed at 0.6 V, where a step to 0.6 V left them after 1 us, frozen ----

drive='drive = ({ source = "V"; waveform = { value = "0.6 V"; }; });'
frequency='frequency = { values = ["1 mHz", "1 MHz"]; };'
cat >ions.cfg <<CFG
@include "pvk1.inc"
experiments = (
  { name = "relaxed"; type = "impedance"; $drive $frequency },
  { name = "rest"; type = "equilibrium"; },
  { name = "step"; type = "transient"; duration = "1 us"; $drive fields = { end = false; }; },
  { name = "held"; type = "impedance"; hold_ions = true; $drive $frequency },
  { name = "frozen"; type = "impedance"; frozen_ions = true; $drive $frequency }
);
CFG
expect 0 "" "$HALIDRIFT" run ions.cfg -q -o ions
C=ions/impedance.csv
expect 0 "" awk -v frozen="$(column C_F $C frozen | tr '\n' ' ')" \
  -v held="$(column C_F $C held | tr '\n' ' ')" -v relaxed="$(column C_F $C relaxed | tr '\n' ' ')" 'BEGIN {
    split(frozen, f); split(held, h); split(relaxed, r)
    same = h[2] / f[2] - 1
    exit !(same * same < 1e-10 && # the same state, in which ions are too slow for 1 MHz
           h[1] > 1.5 * f[1] &&   # but respond at 1 mHz,
           r[1] > 2.5 * h[1]) }'  # and not the one that they would relax to

# ---- nothing without ----

expect 0 "" "$HALIDRIFT" run "$HALIDRIFT_ROOT/inputs/tutorial/01_resistor.cfg" -q -o none
require ! -e none/impedance.csv
finish
