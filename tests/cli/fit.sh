#!/bin/sh
# halidrift fit: its files, the input that it found, and wrong data.
. "$HALIDRIFT_ROOT/tests/support/shell.sh"
cp "$HALIDRIFT_ROOT/tests/decks/fit.cfg" .

# Data are the program's own currents: the fit finds the values that made them.
expect 0 "" "$HALIDRIFT" run fit.cfg -q -o truth
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; print "bias_V,I(anode)_A" }
  $1 == "sweep" { print $at["V(anode)_V"] "," $at["I(anode)_A"] }' truth/terminals.csv >sweep.csv
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; print "experiment,time_s,I(anode)_A" }
  $1 == "step" && $2 >= 1e-7 { print $1 "," $2 "," $at["I(anode)_A"] }' truth/terminals.csv >step.csv
set -- --set device.contacts.anode.barrier=0.45 --set materials.film.electron_mobility=3e-4 \
  --set device.species.vacancy.diffusion=4e-14
expect 0 "results are in found" "$HALIDRIFT" fit fit.cfg --data sweep.csv --data step.csv -o found "$@"
cp out.txt said.txt
expect 0 "contacts.anode.barrier +0.4 " cat said.txt
expect 0 "iteration 1, chi" cat said.txt
expect 0 "experiment,column,x,data,error,fit" head -1 found/fit.csv
expect 0 "^step,I\(anode\)_A,1e-07," grep '^step' found/fit.csv
require "$(wc -l <found/fit.csv)" -eq "$(($(wc -l <sweep.csv) + $(wc -l <step.csv) - 1))"
python3 - found/fit.json >good <<'PY'
import json, sys
fit = json.load(open(sys.argv[1]))
exact = [0.4, 1e-4, 1e-14]
error = max(abs(p["value"] / x - 1) for p, x in zip(fit["parameters"], exact))
print(int(fit["converged"] and error < 1e-4), error)
PY
cat good
require "$(cut -d' ' -f1 good)" = 1
# The input that it wrote is complete, and gives the currents of the fit.
expect 0 "" "$HALIDRIFT" run found/fitted.cfg -q -o again
expect 0 "" grep -q '^sweep,' again/terminals.csv

# A sweep and a spectrum in one fit; impedance.csv has its columns already, one pair is taken out.
cut -d, -f1-4 truth/impedance.csv >spectrum.csv
expect 0 "results are in both" "$HALIDRIFT" fit fit.cfg --data sweep.csv --data spectrum.csv -o both "$@"
expect 0 "^spectrum,ReZ_Ohm,10,.*" sed -n '/^spectrum,ReZ_Ohm,10,/p' both/fit.csv
require "$(wc -l <both/fit.csv)" -eq "$(($(wc -l <sweep.csv) + 2 * $(wc -l <spectrum.csv) - 2))"
python3 - both/fit.json >good <<'PY'
import json, sys
fit = json.load(open(sys.argv[1]))
exact = [0.4, 1e-4, 1e-14]
error = max(abs(p["value"] / x - 1) for p, x in zip(fit["parameters"], exact))
print(int(fit["converged"] and error < 1e-4), error)
PY
cat good
require "$(cut -d' ' -f1 good)" = 1
# With sensitivities a run writes the derivatives of its spectrum.
expect 0 "" "$HALIDRIFT" run fit.cfg -q -o slopes --set 'sensitivity.parameters=["materials.film.electron_mobility"]'
expect 0 "experiment,frequency_Hz,ReY_S,ImY_S,dReY/dln\(materials.film.electron_mobility\)_S,dIm" head -1 slopes/impedance_sensitivity.csv
require "$(wc -l <slopes/impedance_sensitivity.csv)" -eq "$(wc -l <slopes/impedance.csv)"

# Several files of one experiment. Two repeats, 3 % above and below, with errors: the exact values, and
# the errors of one file over the square root of 2. Files with other places, and times that are spread
# over two files, change nothing.
repeat() { # FACTOR: the sweep times this, with errors of 5 %
  awk -F, -v factor="$1" 'NR == 1 { print $0 ",error_A"; next }
    { printf "%s,%.17g,%.17g\n", $1, factor * $2, ($2 < 0 ? -1 : 1) * 0.05 * $2 }' sweep.csv
}
repeat 1 >exact.csv
repeat 1.03 >above.csv
repeat 0.97 >below.csv
awk 'NR == 1 || NR % 2' step.csv >odd.csv
awk 'NR == 1 || NR % 2 == 0' step.csv >even.csv
awk 'NR == 1 || NR % 2' sweep.csv >some.csv
awk 'NR == 1' sweep.csv >others.csv
awk 'NR > 1 && NR % 2 == 0' sweep.csv | tac >>others.csv
head -4 spectrum.csv >low.csv
awk 'NR == 1 || NR > 4' spectrum.csv >high.csv
two='fit.parameters=({key="device.contacts.anode.barrier";},{key="materials.film.electron_mobility";})'
set -- --set device.contacts.anode.barrier=0.43 --set materials.film.electron_mobility=2e-4 --set "$two"
expect 0 "" "$HALIDRIFT" fit fit.cfg --data exact.csv -q -o once "$@"
expect 0 "" "$HALIDRIFT" fit fit.cfg --data above.csv --data below.csv -q -o twice "$@"
require "$(grep -c '^sweep,' twice/fit.csv)" -eq "$((2 * $(wc -l <sweep.csv) - 2))"
expect 0 "" "$HALIDRIFT" fit fit.cfg --data some.csv --data step.csv --data others.csv -q -o places "$@"
expect 0 "" "$HALIDRIFT" fit fit.cfg --data even.csv --data odd.csv --data sweep.csv -q -o times "$@"
expect 0 "" "$HALIDRIFT" fit fit.cfg --data high.csv --data sweep.csv --data low.csv -q -o bands "$@"
expect 0 "" python3 - <<'PY'
import csv, json

def fit(folder):
    found = json.load(open(f"{folder}/fit.json"))
    assert found["converged"], folder
    return found["parameters"]

exact = [0.4, 1e-4]
for folder, wanted in (("once", 1e-6), ("places", 1e-4), ("times", 1e-4), ("bands", 1e-4)):  # as the fits above
    for p, x in zip(fit(folder), exact):
        assert abs(p["value"] / x - 1) < wanted, (folder, p)
for one, two, x in zip(fit("once"), fit("twice"), exact):
    assert abs(two["value"] / x - 1) < 1e-5, two
    assert abs(two["standard_error_ln"] * 2**0.5 / one["standard_error_ln"] - 1) < 1e-4, (one, two)
for folder in ("places", "times", "bands"):  # every point stands where its file has it
    rows = list(csv.DictReader(open(f"{folder}/fit.csv")))
    assert all(abs(float(r["fit"]) - float(r["data"])) <= 1e-3 * abs(float(r["data"])) for r in rows), folder
PY
cat err.txt

# What makes values worthless is told on stderr, also with -q.
quiet() { # PATTERN COMMAND...: on stderr, and nothing on stdout
  pattern=$1
  shift
  expect 0 "" "$@"
  require ! -s out.txt
  cp err.txt warned.txt
  expect 0 "$pattern" cat warned.txt
}
quiet "^warning: .*contacts.anode.barrier ended at 0.37 eV, at its .max.: " "$HALIDRIFT" fit fit.cfg --data sweep.csv -q -o edge \
  --set 'fit.parameters=({key="device.contacts.anode.barrier";min=0.2;max=0.37;})' --set device.contacts.anode.barrier=0.3
quiet "^warning: .*species.vacancy.diffusion is not determined by the data: its value means nothing" "$HALIDRIFT" fit fit.cfg \
  --data sweep.csv -q -o blind
require "$(grep -c barrier warned.txt)" -eq 0
expect 0 "" "$HALIDRIFT" fit fit.cfg --data sweep.csv --data step.csv -q -o plain
require ! -s out.txt
require ! -s err.txt

# Wrong data and wrong groups: file, line, what is allowed.
wrong() { # FILE TEXT: the program must name it
  expect 3 "$2" "$HALIDRIFT" fit fit.cfg --data "$1" -o bad
  require ! -e bad/fit.json
}
expect 3 "parameters 0 and 1 are the same number, temperature" "$HALIDRIFT" fit fit.cfg --data sweep.csv -o bad --set 'fit.parameters=({key="temperature";},{key="temperature";})'
expect 3 "parameters\[0\].key: 'device.contacts.anode.barier' is .*; did you mean device.contacts.anode.barrier\?" "$HALIDRIFT" fit fit.cfg \
  --data sweep.csv -o bad --set 'fit.parameters=({key="device.contacts.anode.barier";})'
printf 'frequency_Hz,absZ_Ohm\n1,5\n10,-5\n' >modulus.csv
wrong modulus.csv "modulus.csv:3: got absZ_Ohm = -5, must be > 0"
printf 'time_s,I(gate)_A\n0.1,1\n' >terminal.csv
wrong terminal.csv "terminal.csv:1: needs a column I\(<terminal>\)_A with a terminal of the device beside time_s"
printf 'time,I(anode)_A\n0.1,1\n' >nothing.csv
wrong nothing.csv "nothing.csv:1: needs a column time_s \(of a transient\), bias_V"
printf 'bias_V,I(anode)_A\n0.1,1e-9\n0.2,much\n' >text.csv
wrong text.csv "text.csv:3: needs finite numbers"
printf 'bias_V,I(anode)_A,error_A\n0.1,1e-9,0\n' >zero.csv
wrong zero.csv "zero.csv:2: needs finite numbers for all columns of line 1, errors above 0"
printf 'time_s,I(anode)_A\n1e-5,1e-9\n1e-6,1e-9\n' >back.csv
wrong back.csv "back.csv:3: got 1e-06 s, times must ascend"
printf 'time_s,I(anode)_A\n1e-5,1e-9\n1,1e-9\n' >late.csv
wrong late.csv "late.csv: the last time is 1 s, must be within the duration"
printf 'experiment,time_s,I(anode)_A\nother,1e-5,1e-9\n' >other.csv
wrong other.csv "other.csv:2: the input has no experiment other"
printf 'experiment,time_s,I(anode)_A\nspectrum,1e-5,1e-9\n' >type.csv
wrong type.csv "type.csv:2: experiment spectrum is of type impedance, must be transient as time_s says"
printf 'experiment,time_s,I(anode)_A\nstep,1e-5,1e-9\nsweep,2e-5,1e-9\n' >two.csv
wrong two.csv "two.csv:3: a file holds one experiment, got step and sweep"
# Impedances
wrong truth/impedance.csv "impedance.csv:1: ReZ_Ohm and absZ_Ohm say the same, must be ReZ_Ohm and ImZ_Ohm, or"
printf 'frequency_Hz,I(anode)_A\n10,1e-9\n' >columns.csv
wrong columns.csv "columns.csv:1: needs ReZ_Ohm, ImZ_Ohm, absZ_Ohm, phase_deg, ReY_S, ImY_S or C_F"
printf 'frequency_Hz,ImY_S,C_F\n10,1e-9,1e-9\n' >twice.csv
wrong twice.csv "twice.csv:1: ImY_S and C_F say the same"
printf 'frequency_Hz,ReZ_Ohm,ImZ_Ohm,error_ImZ_Ohm\n10,1e9,-1e9,1e6\n' >half.csv
wrong half.csv "half.csv:1: needs error_ReZ_Ohm beside error_ImZ_Ohm, or neither"
printf 'frequency_Hz,ReZ_Ohm,ImZ_Ohm\n10,1e9,-1e9\n-10,1e9,-1e9\n' >negative.csv
wrong negative.csv "negative.csv:3: got -10 Hz, must be >= 1e-06 and <= 1e\+09"
printf 'frequency_Hz,ReZ_Ohm,ImZ_Ohm\n10,1e9\n' >short.csv
wrong short.csv "short.csv:2: needs finite numbers for all columns of line 1"
printf 'experiment,frequency_Hz,C_F\nsweep,10,1e-9\n' >kind.csv
wrong kind.csv "kind.csv:2: experiment sweep is of type dc_sweep, must be impedance as frequency_Hz says"
printf 'bias_V,I(anode)_A\n' >none.csv
wrong none.csv "none.csv: holds no points"
: >empty.csv
wrong empty.csv "empty.csv: is empty"
printf 'bias_V,I(anode)_A\n0.1,1e-9\n' >few.csv
wrong few.csv "1 points and priors for 3 parameters, must not be fewer"
printf 'experiment,time_s,I(anode)_A\nscan_2,0.1,1e-9\nscan_2,0.2,1e-9\nscan_2,0.3,1e-9\n' >series.csv
expect 3 "fit: experiment scan is a series, which sensitivities cannot follow" "$HALIDRIFT" fit fit.cfg --data series.csv -o bad \
  --set 'experiments=({ name = "scan"; type = "transient"; protocol = { type = "hysteresis"; high = 0.4; rates = [1.0, 2.0]; }; })'
expect 5 "missing.csv" "$HALIDRIFT" fit fit.cfg --data missing.csv -o bad
expect 2 "needs --data FILE" "$HALIDRIFT" fit fit.cfg
expect 3 "--data sweep.csv is given twice" "$HALIDRIFT" fit fit.cfg --data sweep.csv --data sweep.csv -o bad
expect 3 "must be within min and max" "$HALIDRIFT" fit fit.cfg --data sweep.csv -o bad --set device.contacts.anode.barrier=0.9
grep -v '^fit = {' fit.cfg | sed '/^  parameters/,$d' >bare.cfg
expect 3 "fit: is missing" "$HALIDRIFT" fit bare.cfg --data sweep.csv -o bad
finish
