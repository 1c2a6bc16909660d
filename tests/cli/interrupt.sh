#!/bin/sh
# Ctrl-C, SIGTERM and a terminal that goes away (SIGHUP): the step is finished, everything is written, exit
# status 130. When nobody reads standard output any more the work goes on to its end.
. "$HALIDRIFT_ROOT/tests/support/shell.sh"
. "$HALIDRIFT_ROOT/tests/support/ensemble.sh"

# A run that would last for many minutes, stopped once it has written rows.
# Shells start background jobs with SIGINT ignored; env puts the default back.
input=$HALIDRIFT_ROOT/inputs/devices/neuron.cfg
for signal in INT TERM HUP; do
  rm -rf out
  env --default-signal=INT,HUP "$HALIDRIFT" run "$input" -o out \
    --set 'experiments[0].duration=100 s' >out.txt 2>err.txt &
  pid=$!
  wait_for has_rows 20 out/terminals.csv
  require "$(wc -l <out/terminals.csv)" -ge 20
  kill -"$signal" $pid
  status_of $pid
  require $status -eq 130
  [ $status -eq 130 ] || cat out.txt err.txt >&2
  expect 0 '"exit_code": 130' cat out/summary.json
  for file in fields.nc spikes.csv resolved.cfg log.txt; do
    require -s out/$file
  done
  require -z "$(find out -name '*.part')"
  # Every row is complete: as many commas as the header has.
  expect 0 "" awk -F, 'NR == 1 { n = NF } NF != n { exit 1 }' out/terminals.csv
  expect 0 "pulses" ncdump -v experiment out/fields.nc
done

# ---- ensembles and studies ----

slow='solver.max_step="1 ns"'
for command in "ensemble quick.cfg -n 50" "sweep quick.cfg --vary temperature=290K:310K:50"; do
  dir=${command%% *}
  # shellcheck disable=SC2086 # words of a command
  env --default-signal=HUP "$HALIDRIFT" $command -j 2 -o $dir --set "$slow" >first.txt 2>&1 &
  pid=$!
  wait_for has_rows 3 $dir/results.jsonl
  kill -HUP $pid
  status_of $pid
  require $status -eq 130
  expect 0 "interrupted with [0-9]+ of 50 .* done; the same command with --resume" cat first.txt
  expect 0 '"exit_code": 130' cat $dir/summary.json
done
require -s ensemble/ensemble.nc
require -s sweep/study.nc
# nohup keeps its promise.
(trap '' HUP && exec "$HALIDRIFT" ensemble quick.cfg -n 6 -o kept --set "$slow") >first.txt 2>&1 &
pid=$!
wait_for has_rows 2 kept/results.jsonl
kill -HUP $pid
status_of $pid
require $status -eq 0

# ---- standard output that nobody reads ----

# unread COMMAND...: its standard output is a pipe that is closed at the other end.
cat >unread.py <<'PY'
import os, subprocess, sys
reader, writer = os.pipe()
os.close(reader)
sys.exit(subprocess.run(sys.argv[1:], stdout=writer).returncode & 255)  # SIGPIPE as in a shell
PY
unread() {
  python3 unread.py "$@"
}
expect 0 "" unread "$HALIDRIFT" ensemble quick.cfg -n 3 -o unread_ensemble
require ! -s err.txt
expect 0 "3 trajectories: 3 done, 0 failed, 0 lost, 0 missing" cat unread_ensemble/log.txt
expect 0 '"status": "ok"' cat unread_ensemble/summary.json
require -s unread_ensemble/ensemble.nc
expect 0 "" unread "$HALIDRIFT" ensemble quick.cfg -n 3 -o unread_part --part 1/2
expect 0 "" unread "$HALIDRIFT" sweep quick.cfg --vary temperature=290K,300K -o unread_sweep
require ! -s err.txt
require -s unread_sweep/study.nc
expect 0 "" unread "$HALIDRIFT" run quick.cfg -o unread_run
require ! -s err.txt
expect 0 '"status": "ok"' cat unread_run/summary.json
expect 0 "" "$HALIDRIFT" run quick.cfg -o read_run
expect 0 "" cmp read_run/terminals.csv unread_run/terminals.csv
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; print "time_s,I(right)_A" }
  NR > 1 && $at["time_s"] > last + 1e-8 { last = $at["time_s"]; print $at["time_s"] "," $at["I(right)_A"] }' read_run/terminals.csv >data.csv
expect 0 "" unread "$HALIDRIFT" fit quick.cfg --data data.csv -o unread_fit \
  --set 'fit.parameters=({ key = "device.layers[0].donors"; })'
require -s unread_fit/fit.json
# A command that only prints has nothing else to do: SIGPIPE ends it.
expect 243 "" unread "$HALIDRIFT" reference
finish
