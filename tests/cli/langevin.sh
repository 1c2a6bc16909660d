#!/bin/sh
# Random forces: a run that is killed again and again ends in the same files, byte for byte, and
# with checkpoints as without; rows at the kinks of sources and at the end; seed, trajectory and
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
expect 0 "" python3 "$support/kill_and_resume.py" "$HALIDRIFT" step.cfg killed 10
cat out.txt
expect 0 "" python3 "$support/same_run.py" whole killed

# ---- checkpoints keep the forces ----

# Forces that are lost at each checkpoint let the spike come 3 to 6 % early; time steps of 1e-3 move it
# by up to 0.2 %.
expect 0 "" "$HALIDRIFT" run plain.cfg -q -o plain
expect 0 "" python3 "$support/same_run.py" --within 0.002 plain whole

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
"$HALIDRIFT" check step.cfg --set 'device.area="225 nm^2"' >many.txt
require "$(grep -c 'few ions' many.txt)" -eq 0
finish
