#!/bin/sh
# Ctrl-C and SIGTERM: the step is finished, everything is written, exit status 130.
. "$HALIDRIFT_ROOT/tests/support/shell.sh"

# A run that would last for many minutes, stopped once it has written rows.
# Shells start background jobs with SIGINT ignored; env puts the default back.
input=$HALIDRIFT_ROOT/inputs/devices/neuron.cfg
for signal in INT TERM; do
  rm -rf out
  env --default-signal=INT "$HALIDRIFT" run "$input" -o out \
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
finish
