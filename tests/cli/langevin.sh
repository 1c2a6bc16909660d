#!/bin/sh
# Random forces: a run that is killed or stopped again and again ends in the same files, byte for
# byte, and with checkpoints as without; rows at the kinks of sources and at the end; seed, trajectory and
# experiment decide the forces; few ions get a line.
# ctest: timeout=600
. "$HALIDRIFT_ROOT/tests/support/shell.sh"
support=$HALIDRIFT_ROOT/tests/support
cp "$HALIDRIFT_ROOT/validation/langevin/step.cfg" step.cfg
cp step.cfg plain.cfg
cat >>step.cfg <<'CFG'
checkpoint = { steps = 30; };
CFG

expect 0 "" "$HALIDRIFT" run step.cfg -q -o whole
require "$(wc -l <whole/spikes.csv)" -gt 1 # there is a spike to compare
expect 0 "" python3 "$support/kill_and_resume.py" --interrupt "$HALIDRIFT" step.cfg killed 10
cat out.txt
expect 0 "" python3 "$support/same_run.py" whole killed
expect 0 "goes on from checkpoint [0-9]+: the result is the same bit for bit" cat killed/log.txt

# ---- checkpoints change nothing ----

# A row of every step, at which something would show; a checkpoint at the end of every interval.
expect 0 "" "$HALIDRIFT" run plain.cfg -q -o plain
expect 0 "" python3 "$support/same_run.py" --but-input plain whole
rows='experiments[0].output.every_step=true'
expect 0 "" "$HALIDRIFT" run plain.cfg -q -o rows --set "$rows" --set 'experiments[0].duration="0.3 ms"'
expect 0 "" "$HALIDRIFT" run plain.cfg -q -o rows_kept --set "$rows" --set 'experiments[0].duration="0.3 ms"' \
  --set checkpoint.steps=1
expect 0 "" python3 "$support/same_run.py" --but-input rows rows_kept

# ---- stops ----

# The ends of the ramp and of the experiment, neither of them the end of an interval.
expect 0 "" "$HALIDRIFT" run plain.cfg -q -o stops --set 'experiments[0].duration="123 us"'
require "$(cut -d, -f2 stops/terminals.csv | tr '\n' ' ')" = "time_s 0 1e-08 0.000123 "

# ---- other numbers, other forces ----

for set in stochastic.seed=2 stochastic.trajectory=1; do
  expect 0 "" "$HALIDRIFT" run step.cfg -q -o other --set $set
  expect 1 "" cmp -s whole/spikes.csv other/spikes.csv
done

# ---- the line ----

few='few ions for stochastic.engine = "langevin": at x = .* nm .* hops of vacancy are expected in'
expect 0 "device memristor: $few 1e-05 s, and forces of 0.61 kT" "$HALIDRIFT" check step.cfg \
  --set 'device.area="25 nm^2"'
expect 0 "device memristor: $few" "$HALIDRIFT" run step.cfg -o few \
  --set 'device.area="25 nm^2"' --set 'experiments[0].duration="20 us"'
require "$(grep -c "$few" few/log.txt)" -eq 1
# Where the interval is the longest that was tested, the area alone helps.
expect 0 "$few 2.5e-05 s, .*: at most 0.22 kT: a larger area" "$HALIDRIFT" check step.cfg \
  --set 'device.area="25 nm^2"' --set 'stochastic.interval="25 us"'

# Attraction without a common energy is told of random forces, too.
expect 0 'device memristor: interactions\[[0-9]\] \(.*\): reciprocal = "local": ions and carriers then have no common energy, and random forces no' \
  "$HALIDRIFT" check step.cfg --set 'device.interactions[0].reciprocal="local"'

# A longer interval is offered where it helps, and does so.
expect 0 "$few 1e-05 s, .*: at most 0.22 kT: a larger area" "$HALIDRIFT" check step.cfg --set 'device.area="75 nm^2"'
expect 0 "$few 1e-05 s, .*: a longer interval \(from [0-9.e-]+ s\), a larger area" "$HALIDRIFT" check step.cfg \
  --set 'device.area="120 nm^2"'
interval=$(sed -n 's/.*a longer interval (from \(.*\) s).*/\1/p' out.txt)
expect 0 "valid" "$HALIDRIFT" check step.cfg --set 'device.area="120 nm^2"' --set "stochastic.interval=$interval"
require "$(grep -cE 'few ions|long interval' out.txt)" -eq 0

# Forces are held for D times interval = 2.5e-17 m^2 at most, on both sides; vacancies have 1e-12 m^2/s.
long='device memristor: long interval for stochastic.engine = "langevin": at x = .* nm D of vacancy times the interval is'
for inside in '"10 us"' '"25 us"'; do
  "$HALIDRIFT" check step.cfg --set 'device.area="225 nm^2"' --set "stochastic.interval=$inside" >many.txt
  require "$(grep -c langevin many.txt)" -eq 0
done
expect 0 "$long 2.6e-17 m\^2.* at most 2.5e-17 m\^2: stochastic.interval = 2.5e-05 s" "$HALIDRIFT" check step.cfg \
  --set 'device.area="225 nm^2"' --set 'stochastic.interval="26 us"'
for beyond in '"1 ms"' 1e9; do
  expect 0 "$long" "$HALIDRIFT" check step.cfg --set "stochastic.interval=$beyond"
done
# Ions that are ten times slower may be held ten times longer.
slow='device.species[1].diffusion="1e-9 cm^2/s"'
"$HALIDRIFT" check step.cfg --set "$slow" --set 'stochastic.interval="250 us"' >slow.txt
require "$(grep -c 'long interval' slow.txt)" -eq 0
expect 0 "$long 2.6e-17 .*: stochastic.interval = 0.00025 s" "$HALIDRIFT" check step.cfg \
  --set "$slow" --set 'stochastic.interval="260 us"'
finish
