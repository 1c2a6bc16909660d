# shellcheck shell=sh
# What the tests of ensembles and studies share; read behind shell.sh.

# A bar of 4 kohm.
cat >bar.inc <<'CFG'
device = {
  area = "1 um^2";
  layers = ({ material = "silicon"; thickness = "1 um"; donors = "1e17 cm^-3"; intervals = 20; });
  species = ({ name = "electron"; });
  contacts = (
    { name = "left"; at = "x_min"; ohmic = true; },
    { name = "right"; at = "x_max"; ohmic = true; }
  );
};
CFG

# Its current passes the threshold in each of four pulses: 10 ms of processor time. With
# solver.max_step=0.1 ns it takes about 3 s.
cat >quick.cfg <<'CFG'
@include "bar.inc"
experiments = (
  { name = "pulses"; type = "transient"; duration = "8 us";
    drive = ({ source = "V"; waveform = { type = "pulse"; high = "0.1 V"; rise = "10 ns";
               width = "1 us"; fall = "10 ns"; period = "2 us"; }; });
    spikes = { terminal = "right"; threshold = "100 uA"; }; }
);
CFG

# The same for ions that hop: set F through whole numbers of sites; in 32 us about half of the
# trajectories reach 0.1 nA.
cp "$HALIDRIFT_ROOT/inputs/devices/set_f.inc" .
cat >hopping.cfg <<'CFG'
@include "set_f.inc"
stochastic = { engine = "integer"; seed = 5; };
experiments = (
  { name = "step"; type = "transient"; duration = "32 us";
    drive = ({ source = "V"; waveform = { type = "ramp"; high = "1.4 V"; rise = "1 us"; }; });
    spikes = { terminal = "anode"; threshold = "0.1 nA"; }; }
);
CFG
coarse='device.layers[0].intervals=32'

# digest_netcdf FILE: all that must not depend on how runs were distributed: times and memory may.
digest_netcdf() {
  ncdump -p 9,17 "$1" | awk '/^ (cpu_time|wall_time|peak_memory) =/ { skip = 1 }
    !skip { print } /;$/ { skip = 0 }'
}

# digest DIR: the same of an ensemble.
digest() {
  digest_netcdf "$1/ensemble.nc"
  python3 - "$1/summary.json" <<'PY'
import json, sys
summary = json.load(open(sys.argv[1], encoding="utf-8"))
summary.pop("cost")
print(json.dumps(summary, indent=1))
PY
}

# digest_study DIR: everything that must not depend on how the points were run.
digest_study() {
  digest_netcdf "$1/study.nc"
  cat "$1/table.txt"
}

# agree DIGEST DIR DIR: what the command DIGEST says of two folders is the same, bit for bit.
agree() {
  "$1" "$2" >first.digest
  "$1" "$3" >second.digest
  require "$(wc -l <first.digest)" -gt 100
  expect 0 "" diff first.digest second.digest
}

# same DIR DIR: two ensembles have the same results.
same() {
  agree digest "$1" "$2"
}

# refused PATTERN INPUT [OPTION...]: a study that cannot be made says so before anything runs.
refused() {
  reason=$1
  shift
  expect 3 "$reason" "$HALIDRIFT" sweep "$@" -o none
}

# children PID: the processes that a process has started.
children() {
  cat "/proc/$1/task/$1/children" 2>/dev/null
}

# hold_child PID: stop one of them before its end, so that PID cannot end either; it is in $held.
hold_child() {
  tries=0
  while [ $tries -lt 10000 ]; do
    tries=$((tries + 1))
    held=$(children "$1" | cut -d ' ' -f 1)
    [ -n "$held" ] && kill -STOP "$held" 2>/dev/null && grep -q '^State:.T' "/proc/$held/status" && return
  done
  fail "no process of $1 could be stopped"
}

# kill_parent PID: kill -9 it, and let the held process go on: it ends by itself if it had just begun.
kill_parent() {
  kill -KILL "$1"
  kill -CONT "$held" 2>/dev/null
}

# free_child: let it go on once its parent has sent it SIGTERM.
free_child() {
  wait_for grep -q '^ShdPnd:.*[4-7c-f]...$' "/proc/$held/status"
  kill -CONT "$held"
}
