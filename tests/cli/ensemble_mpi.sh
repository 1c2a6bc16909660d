#!/bin/sh
# halidrift ensemble under mpirun: the same results as with plain processes; ranks agree on the input.
# ctest: timeout=600
. "$HALIDRIFT_ROOT/tests/support/shell.sh"
. "$HALIDRIFT_ROOT/tests/support/ensemble.sh"

"$HALIDRIFT" --version >version.txt
if ! grep -q '^MPI: Open MPI' version.txt || ! command -v mpirun >/dev/null; then
  expect 0 "MPI: this halidrift was built without MPI" cat version.txt
  expect 2 "built without MPI: start it without mpirun or srun" \
    env OMPI_COMM_WORLD_SIZE=2 "$HALIDRIFT" ensemble quick.cfg -n 2
  finish
fi
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1

# Open MPI leaves memory behind in every process; leaks of ours are looked for by cli_ensemble.
ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0
export ASAN_OPTIONS

# Ordinary commands do not load it.
# shellcheck disable=SC2016 # expanded by the inner shell
expect 1 "" sh -c 'ldd "$HALIDRIFT" | grep -q libmpi'

expect 0 "" "$HALIDRIFT" ensemble quick.cfg -n 9 -o plain
expect 0 "9 trajectories of seed 1, 0 there already; 3 x 1 processes" \
  mpirun -n 3 "$HALIDRIFT" ensemble quick.cfg -n 9 -o ranks
same plain ranks
expect 0 "" "$HALIDRIFT" ensemble hopping.cfg -n 8 -o hop_plain --set "$coarse"
expect 0 "" mpirun -n 2 "$HALIDRIFT" ensemble hopping.cfg -n 8 -o hop_ranks --set "$coarse"
same hop_plain hop_ranks
forces='stochastic={engine="langevin";seed=5;interval="2 us";}'
expect 0 "" "$HALIDRIFT" ensemble hopping.cfg -n 4 -o forces_plain --set "$coarse" --set "$forces"
expect 0 "" mpirun -n 2 "$HALIDRIFT" ensemble hopping.cfg -n 4 -o forces_ranks --set "$coarse" --set "$forces"
same forces_plain forces_ranks
expect 0 "2 x 2 processes" mpirun -n 2 "$HALIDRIFT" ensemble quick.cfg -n 9 -j 2 -o both --traces
same plain both
require "$(find both/trajectories -name summary.json | wc -l)" -eq 9

# A wrong input is told once; a failure has its exit code.
expect 5 "nosuch.cfg: cannot be opened" mpirun -n 3 "$HALIDRIFT" ensemble nosuch.cfg -n 9 -o none
require "$(grep -c 'nosuch.cfg: cannot' err.txt)" -eq 1
expect 2 "ranks: holds the results of an ensemble" mpirun -n 2 "$HALIDRIFT" ensemble quick.cfg -n 9 -o ranks
expect 7 "3 trajectories: 3 failed" \
  mpirun -n 2 "$HALIDRIFT" ensemble quick.cfg -n 3 -o failed --set solver.max_steps=3
# shellcheck disable=SC2016 # expanded by the inner shell
expect 2 "rank 1: reads an input with hash" mpirun -n 2 sh -c \
  'exec "$HALIDRIFT" ensemble quick.cfg -n 3 -o differ --set stochastic.seed=$((OMPI_COMM_WORLD_RANK + 1))'

# second_rank: $rank is the process of the second of two ranks of $pid, once they are there.
second_rank() {
  rank=$(children $pid | cut -s -d ' ' -f 2)
  [ -n "$rank" ]
}

# A whole rank is killed: MPI ends the others, what was there is gone on with.
slow='solver.max_step="1 ns"'
mpirun -n 2 "$HALIDRIFT" ensemble quick.cfg -n 9 -o killed --set "$slow" >first.txt 2>&1 &
pid=$!
wait_for second_rank
hold_child "$rank"
wait_for eval '[ "$(grep -c trajectory killed/results.jsonl)" -ge 3 ]'
kill_parent "$rank"
status_of $pid
wait_for eval "! kill -0 $held"
require $status -ne 0
require "$(grep -c trajectory killed/results.jsonl)" -lt 9
expect 0 "" mpirun -n 2 "$HALIDRIFT" ensemble quick.cfg -n 9 -o killed --set "$slow" --resume
expect 0 "" "$HALIDRIFT" ensemble quick.cfg -n 9 -o whole --set "$slow"
same whole killed

# A hangup of rank 0 is an end in good order: the others finish what they have, all is written.
env --default-signal=HUP mpirun -n 2 "$HALIDRIFT" ensemble quick.cfg -n 50 -o hangup --set "$slow" >first.txt 2>&1 &
pid=$!
wait_for has_rows 4 hangup/results.jsonl
kill -HUP "$(children $pid | cut -d ' ' -f 1)"
status_of $pid
require $status -eq 130
expect 0 "interrupted with [0-9]+ of 50 trajectories done; the same command with --resume" cat first.txt
require -s hangup/ensemble.nc

# Only the process of one trajectory dies: the ranks go on.
mpirun -n 2 "$HALIDRIFT" ensemble quick.cfg -n 4 -o lost --set 'solver.max_step="0.2 ns"' >first.txt 2>&1 &
pid=$!
wait_for second_rank
hold_child "$rank"
kill -KILL "$held"
status_of $pid
require $status -eq 7
expect 0 "was lost: its process was killed by signal 9" cat lost/log.txt
require "$(grep -c '"status":"ok"' lost/results.jsonl)" -eq 3
finish
