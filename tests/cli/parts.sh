#!/bin/sh
# ensemble and sweep in parts, as a job array runs them: at the same time, killed and repeated, joined by one
# --resume; nothing is missing or run twice, and the results are those of one command.
# ctest: timeout=600
. "$HALIDRIFT_ROOT/tests/support/shell.sh"
. "$HALIDRIFT_ROOT/tests/support/ensemble.sh"

# A trajectory or point takes 0.15 s of processor time: long enough to be held on its way.
export STEP='solver.max_step="0.5 ns"'
cat >ensemble <<'SH'
#!/bin/sh
exec "$HALIDRIFT" ensemble quick.cfg -n 7 --set "$STEP" "$@"
SH
cat >sweep <<'SH'
#!/bin/sh
exec "$HALIDRIFT" sweep quick.cfg --vary 'temperature=295 K:305 K:7' --set "$STEP" "$@"
SH
chmod +x ensemble sweep

# lines DIR: results in all its journals, each number once.
lines() {
  grep -hoE '^[{]"(trajectory|point)":[0-9]+' "$1"/results*.jsonl | sort >lines.txt
  require "$(sort -u lines.txt | wc -l)" -eq "$(wc -l <lines.txt)"
  wc -l <lines.txt
}

# all_succeed PID...: processes of this shell end with 0.
all_succeed() {
  for pid; do
    status_of "$pid"
    require $status -eq 0
  done
}

for command in ensemble sweep; do
  digest=digest one=trajectory whole="an ensemble"
  [ $command = ensemble ] || digest=digest_study one=point whole="a study"
  expect 0 "" ./$command -o $command.one
  lines $command.one >/dev/null

  # One after the other, in any order.
  for part in 3/3 1/3 2/3; do
    expect 0 "part ${part%/3} of 3 is in $command.turns" ./$command -o $command.turns --part $part
    require ! -e $command.turns/summary.json
  done
  expect 0 "7 there already" ./$command -o $command.turns --resume
  require "$(lines $command.turns)" -eq 7
  agree $digest $command.one $command.turns

  # All at once, in a new folder and again, with nothing to do, in the same one.
  for resume in "" --resume; do
    pids=
    for part in 1 2 3; do
      # shellcheck disable=SC2086 # an option or none
      ./$command -o $command.once --part $part/3 $resume -j 1 >once.$part.txt 2>&1 &
      pids="$pids $!"
    done
    # shellcheck disable=SC2086 # some numbers
    all_succeed $pids
    cat once.*.txt >once.txt
    require "$(grep -c 'of 3 is in' once.txt)" -eq 3
    [ "$resume" ] || require "$(grep -c ', 0 there already' once.txt)" -eq 3
    [ ! "$resume" ] || require "$(grep -cE '([23]) .*, \1 there already' once.txt)" -eq 3
    require "$(lines $command.once)" -eq 7
  done
  expect 0 "7 there already" ./$command -o $command.once --resume
  agree $digest $command.one $command.once

  # The first part is held on its way: it writes its journal meanwhile, and no other process may; all other parts run.
  ./$command -o $command.array --part 1/3 --resume -j 1 >first.txt 2>&1 &
  pid=$!
  hold_child $pid
  expect 2 "array/results.part-1-of-3.jsonl: another process is writing it" ./$command -o $command.array --part 1/3 --resume
  expect 2 "array/results.part-1-of-3.jsonl: another process is writing it" ./$command -o $command.array --resume
  # Parts of another division, and the whole, have runs in common with it.
  expect 2 "array/results.part-1-of-3.jsonl: another process is writing it" ./$command -o $command.array --part 2/2
  for resume in "" --resume; do
    # shellcheck disable=SC2086 # an option or none
    expect 0 "part 2 of 3 is in" ./$command -o $command.array --part 2/3 $resume
  done
  expect 2 "array: holds the results of $whole; --resume goes on with it" ./$command -o $command.array --part 2/3
  # It is killed, the last part goes on, and the first one is repeated beside it.
  kill_parent $pid
  wait $pid 2>/dev/null
  wait_for eval "! kill -0 $held"
  there=$(lines $command.array)
  require "$there" -lt 5
  ./$command -o $command.array --part 3/3 -j 1 >third.txt 2>&1 &
  pid=$!
  hold_child $pid
  expect 0 "3 (trajectories|points) .*, $((there - 2)) there already" ./$command -o $command.array --part 1/3 --resume
  expect 2 "array/results.part-3-of-3.jsonl: another process is writing it" ./$command -o $command.array --resume
  kill -CONT "$held"
  status_of $pid
  require $status -eq 0
  expect 0 "7 there already" ./$command -o $command.array --resume
  require "$(lines $command.array)" -eq 7
  agree $digest $command.one $command.array

  # A part that never was is run by the last command; other divisions know what is there.
  expect 0 "" ./$command -o $command.left --part 2/3
  expect 0 "3 (trajectories|points) .*, 1 there already" ./$command -o $command.left --part 2/2
  expect 0 "7 (trajectories|points) .*, 4 there already" ./$command -o $command.left --resume
  require "$(lines $command.left)" -eq 7
  expect 0 "3 (trajectories|points) .*, 3 there already" ./$command -o $command.left --part 1/3
  agree $digest $command.one $command.left

  # A process without --part may run anything: a part waits for its end.
  ./$command -o $command.whole -j 1 >first.txt 2>&1 &
  pid=$!
  hold_child $pid
  expect 2 "whole/results.jsonl: another process is writing it" ./$command -o $command.whole --part 1/3 --resume
  kill_parent $pid
  wait $pid 2>/dev/null

  # Another input is refused by its part, not at the end.
  expect 2 "its (trajectories|points) are of the input with hash" ./$command -o $command.turns --part 4/5 --set solver.rtol=1e-5
  expect 0 "" ./$command -o $command.mixed --part 1/3
  expect 2 "mixed/results.part-1-of-3.jsonl: its (trajectories|points) are of the input" \
    ./$command -o $command.mixed --part 2/3 --set solver.rtol=1e-5
  # What was refused has left nothing that the right command could stumble over.
  expect 0 "part 2 of 3" ./$command -o $command.mixed --part 2/3
done

# A number belongs to the same part whatever --first and -n are: no two parts run the same.
for part in 1 2 3; do
  expect 0 "" ./ensemble -o first --part $part/3 --resume
done
for part in 3 1 2; do
  expect 0 "0 missing" ./ensemble -n 5 --first 4 -o first --part $part/3 --resume
done
require "$(lines first)" -eq 9
expect 0 "9 there already" ./ensemble -n 9 -o first --resume

# ---- the commands of the guide, a few trajectories for its hundred thousand ----

mkdir guide
sed -n "s/.*--wrap='halidrift \(.*\)'\$/\1/p" "$HALIDRIFT_ROOT/docs/guide.md" |
  sed 's/neuron.cfg/quick.cfg/; s/-n 100000/-n 7/; s:/50:/3:' >commands.txt
require "$(wc -l <commands.txt)" -eq 2
expect 0 'TASK_ID/3 --resume$' head -1 commands.txt
expect 1 "" grep -q part "$(tail -1 commands.txt >last.txt; echo last.txt)"
pids=
for SLURM_ARRAY_TASK_ID in 1 2 3; do
  export SLURM_ARRAY_TASK_ID
  sh -c "exec \"\$HALIDRIFT\" $(head -1 commands.txt)" >task.txt 2>&1 &
  pids="$pids $!"
done
# shellcheck disable=SC2086 # some numbers
all_succeed $pids
expect 0 "7 there already" sh -c "\"\$HALIDRIFT\" $(cat last.txt)"
require "$(lines many)" -eq 7
expect 0 "" "$HALIDRIFT" ensemble quick.cfg -n 7 -o many.one -q
same many.one many
finish
