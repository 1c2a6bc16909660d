#!/bin/sh
# Single ions on the command line: whole numbers, a trajectory that is the same bit for bit behind a
# kill -9, other trajectories for other numbers, and sentences for what the method does not know.
. "$HALIDRIFT_ROOT/tests/support/shell.sh"
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

# Killed at random moments it goes on to the same rows.
cp "$HALIDRIFT_ROOT/inputs/populations/channel.inc" .
sed 's/duration = "8 ms"/duration = "0.5 ms"/; s/every_step = false; times = .*;/every_step = true; };/' "$deck" >deck.cfg
echo 'checkpoint = { time = "10 us"; };' >>deck.cfg
expect 0 "" "$HALIDRIFT" run deck.cfg -q -o long
expect 0 "" python3 "$HALIDRIFT_ROOT/tests/support/kill_and_resume.py" "$HALIDRIFT" deck.cfg killed 10
expect 0 "" cmp long/terminals.csv killed/terminals.csv
expect 0 "" cmp long/spikes.csv killed/spikes.csv

# Cells: chosen by themselves, 3 sites in 4 nm x 4 nm; spoken of where they are few or long; refused.
free='device.layers=({name="channel";material="film";thickness="30 nm";})'
expect 0 "1D, 65 nodes" "$HALIDRIFT" check "$deck" --set "$free" --set 'device.area="16 nm^2"'
expect 0 "holds 2 sites: times to switch depend on the cells below 3" \
  "$HALIDRIFT" check "$deck" --set "$free" --set 'device.area="9 nm^2"'
expect 0 "an edge of 1 nm at x = .* nm of memristor is longer than 0.5 nm" \
  "$HALIDRIFT" check "$deck" --set device.layers[0].intervals=30
# What validation/single_ions measured: no common energy, but the times of the smoothed term on every mesh.
expect 0 'reciprocal = "local": single ions and carriers then have no common energy, and their hops no detailed balance' \
  "$HALIDRIFT" check "$deck" --set 'device.interactions[0].reciprocal="local"'
cp out.txt local.txt
expect 1 "" grep -E 'limit|finer' local.txt
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
