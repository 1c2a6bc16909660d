#!/bin/sh
# Single ions on the command line: whole numbers, a trajectory that is the same bit for bit with and
# without checkpoints, behind a kill -9 and behind SIGTERM, other trajectories for other numbers, and
# sentences for what the method does not know.
# ctest: timeout=600
. "$HALIDRIFT_ROOT/tests/support/shell.sh"
support=$HALIDRIFT_ROOT/tests/support
deck=$HALIDRIFT_ROOT/inputs/populations/firing.cfg
short='experiments=({name="step";type="transient";start="equilibrium";duration="60 us";
  drive=({source="Vin";waveform={type="pulse";low="0 V";high="1 V";rise="1 us";width="1 s";fall="1 us";};});})'
run() {
  "$HALIDRIFT" run "$deck" -q -o "$@" --set "$short" --set 'checkpoint.time="10 us"'
}

# Numbers of ions are whole, and what electrodes gave is what is there.
expect 0 "" run whole
expect 0 "" python3 -c '
import csv, sys
rows = list(csv.DictReader(open("whole/terminals.csv")))
numbers = [float(row["ion_number(vacancy)"]) for row in rows]
sys.exit(not (len(set(numbers)) > 3 and all(abs(n - round(n)) < 1e-9 * max(n, 1) for n in numbers)))'
expect 0 "" python3 "$HALIDRIFT_ROOT/tests/support/conserved.py" whole/summary.json

# The same number is the same trajectory; another one is not.
expect 0 "" run again
expect 0 "" cmp whole/terminals.csv again/terminals.csv
expect 0 "" run other --set stochastic.trajectory=1
expect 1 "" cmp -s whole/terminals.csv other/terminals.csv

# Two experiments alike have random numbers of their own.
twice='experiments=({name="a";type="transient";start="equilibrium";duration="60 us";},
  {name="b";type="transient";start="equilibrium";duration="60 us";})'
expect 0 "" "$HALIDRIFT" run "$deck" -q -o twice --set "$twice"
grep '^a,' twice/terminals.csv | cut -d, -f2- >a.csv
grep '^b,' twice/terminals.csv | cut -d, -f2- >b.csv
expect 1 "" cmp -s a.csv b.csv

# ---- checkpoints change nothing, wherever they are and whoever asks for them ----

# with_and_without NAME DECK CHECKPOINT...: the same run with a checkpoint.
with_and_without() {
  name=$1 input=$2 checkpoint=$3
  shift 3
  expect 0 "" "$HALIDRIFT" run "$input" -q -o "$name" "$@"
  expect 0 "" "$HALIDRIFT" run "$input" -q -o "${name}_kept" --set "checkpoint.$checkpoint" "$@"
  expect 0 "" python3 "$support/same_run.py" --but-input "$name" "${name}_kept"
  cat out.txt
}
with_and_without each "$deck" steps=1 --set "$short"
with_and_without leaps "$deck" steps=1 --set "$short" --set 'device.area="900 nm^2"'
require "$(grep -c '"leaps": 0' leaps/summary.json)" -eq 0
with_and_without hops "$deck" steps=90 --set "$short" --set 'experiments[0].duration="8 us"' --set stochastic.field_tolerance=0
with_and_without film "$HALIDRIFT_ROOT/validation/single_ions/plane.cfg" steps=1 --set 'experiments[0].duration="20 us"'
# Threads of the dense blocks change nothing either.
for threads in 1 2; do
  expect 0 "" "$HALIDRIFT" run "$HALIDRIFT_ROOT/validation/single_ions/plane.cfg" -q -o threads$threads \
    --set 'experiments[0].duration="20 us"' --set 'solver.linear="umfpack"' --set solver.blas_threads=$threads
done
expect 0 "" python3 "$support/same_run.py" --but-input threads1 threads2
require "$(grep -c '"hops": 0,' threads1/summary.json)" -eq 0
with_and_without dense "$deck" steps=7 --set "$short" --set 'solver.linear="umfpack"' --set 'solver.ordering="amd"'

# Edges of 10 ns on which steps fail, spikes, fields, a sweep, and experiments that go on from others.
series='experiments=({name="a";type="transient";start="equilibrium";duration="50 us";
  drive=({source="Vin";waveform={type="pulse";low="0 V";high="5 V";rise="10 ns";width="8 us";fall="10 ns";period="20 us";};});
  fields={start=true;every=50;at_spikes=true;times=["3 us"];};
  spikes={device="memristor";terminal="anode";threshold="1 nA";};},
  {name="sweep";type="dc_sweep";frozen_ions=true;source="Vin";from="0 V";to="0.2 V";points=21;},
  {name="b";type="transient";start="last";duration="20 us";},
  {name="c";type="transient";start="steady";duration="20 us";})'
with_and_without series "$deck" steps=9 --set "$series"
require "$(wc -l <series/spikes.csv)" -gt 1
require "$(grep -c '"convergence_failures": 0' series/summary.json)" -eq 0

# Killed or stopped at random moments it goes on to the same rows.
cp "$HALIDRIFT_ROOT/inputs/populations/channel.inc" .
sed 's/duration = "8 ms"/duration = "0.5 ms"/; s/every_step = false; times = .*;/every_step = true; };/' "$deck" >deck.cfg
expect 0 "" "$HALIDRIFT" run deck.cfg -q -o long
expect 0 "" python3 "$support/kill_and_resume.py" --interrupt "$HALIDRIFT" deck.cfg stopped 10
cat out.txt
expect 0 "" python3 "$support/same_run.py" long stopped
expect 0 "goes on from checkpoint [0-9]+: the result is the same bit for bit" cat stopped/log.txt
echo 'checkpoint = { time = "0.1 ms"; };' >>deck.cfg
expect 0 "" python3 "$support/kill_and_resume.py" "$HALIDRIFT" deck.cfg killed 10 2
cat out.txt
expect 0 "" python3 "$support/same_run.py" --but-input long killed

# Cells: chosen by themselves, 3 sites in 4 nm x 4 nm; spoken of where they are few or long; refused.
free='device.layers=({name="channel";material="film";thickness="30 nm";})'
expect 0 "1D, 65 nodes" "$HALIDRIFT" check "$deck" --set "$free" --set 'device.area="16 nm^2"'
expect 0 "holds 2 sites: times to switch depend on the cells below 3" \
  "$HALIDRIFT" check "$deck" --set "$free" --set 'device.area="9 nm^2"'
expect 0 "an edge of 1 nm at x = .* nm of memristor is longer than 0.5 nm" \
  "$HALIDRIFT" check "$deck" --set device.layers[0].intervals=30
# A whole number of sites changes their density: told above 1 %.
expect 0 "holds 3 sites for 3.2: .* density of sites, which is 6.3 % off; other intervals or another cross-section" \
  "$HALIDRIFT" check "$deck" --set 'device.area="16 nm^2"'
expect 0 "valid" "$HALIDRIFT" check "$deck" --set 'device.area="16 nm^2"' --set device.layers[0].intervals=64
require "$(grep -c 'sites for' out.txt)" -eq 0
expect 0 "device memristor: single ions grow fingers out of a front in 2D, .* compare two meshes" \
  "$HALIDRIFT" check "$HALIDRIFT_ROOT/inputs/populations/planar.cfg"
expect 3 "the cell of vacancy at x = .* nm holds 0.8 sites; allowed .*: at least 2, .* or a larger area, or engine" \
  "$HALIDRIFT" check "$deck" --set 'device.area="4 nm^2"'
expect 3 "holds 2.5 sites; allowed .*: a whole number, within 10 %: intervals or an area that make it one" \
  "$HALIDRIFT" check "$deck" --set device.layers[0].intervals=120
# Rings have neither area nor depth, a plane has no area.
expect 3 'at \(0, .*\) nm holds 0.0258 sites; .*: longer intervals along r and z, or engine = "langevin" or "none"' \
  "$HALIDRIFT" check "$HALIDRIFT_ROOT/inputs/devices/neuron_2d.cfg" --set 'stochastic.engine="integer"'
expect 3 "holds .* sites; .*: longer intervals or a larger depth, or engine" \
  "$HALIDRIFT" check "$HALIDRIFT_ROOT/validation/single_ions/plane.cfg" --set 'device.depth="0.5 nm"'

# Laws that single ions do not know.
expect 3 "does not know temperatures that change; allowed: devices without heat" \
  "$HALIDRIFT" check "$deck" --set 'device.heat={model="lattice";}'
expect 3 'hop into free sites only; allowed .*: lattice = "hopping"' \
  "$HALIDRIFT" check "$deck" --set 'device.species[1].lattice="enhanced_diffusion"'
expect 3 "does not know field acceleration; allowed: hop_length = 0" \
  "$HALIDRIFT" check "$deck" --set 'device.species[1].hop_length="0.6 nm"'
expect 3 'model = "butler_volmer" has no rates of single ions; allowed .*: exchange, dirichlet, blocking' \
  "$HALIDRIFT" check "$deck" --set 'device.contacts[1].species[1].model="butler_volmer"'
finish
