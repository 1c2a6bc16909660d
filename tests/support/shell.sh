# shellcheck shell=sh
# Helpers of the shell tests: . "$HALIDRIFT_ROOT/tests/support/shell.sh"
# HALIDRIFT is the program; the current folder is an empty one of the test's own.
: "${HALIDRIFT:?must name the program}" "${HALIDRIFT_ROOT:?must name the source folder}"

failures=0
checks=0

# fail TEXT: count a failure and go on.
fail() {
  echo "FAILED: $*" >&2
  failures=$((failures + 1))
}

# expect STATUS PATTERN COMMAND...: the exit status, and an extended regular expression that must
# match in standard output or standard error ("" matches anything). Leaves both in out.txt, err.txt.
expect() {
  expected=$1 pattern=$2
  shift 2
  checks=$((checks + 1))
  actual=0
  "$@" >out.txt 2>err.txt || actual=$?
  if [ "$actual" -ne "$expected" ]; then
    fail "$*: exit status $actual, must be $expected"
    cat out.txt err.txt >&2
  elif [ -n "$pattern" ] && ! cat out.txt err.txt | grep -Eq -e "$pattern"; then
    fail "$*: no line matches '$pattern'"
    cat out.txt err.txt >&2
  fi
}

# require CONDITION...: `test` with these words must hold.
require() {
  checks=$((checks + 1))
  [ "$@" ] || fail "not true: $*"
}

# wait_for COMMAND...: until it succeeds, for 30 s at most.
wait_for() {
  tries=0
  until "$@" >/dev/null 2>&1 || [ $tries -ge 1500 ]; do
    sleep 0.02
    tries=$((tries + 1))
  done
}

# has_rows N FILE: the file is there and has so many lines at least.
has_rows() {
  [ -e "$2" ] && [ "$(wc -l <"$2")" -ge "$1" ]
}

# status_of PID: wait for a process of this shell; its exit status is in $status then.
status_of() {
  status=0
  wait "$1" || status=$?
}

# finish: the last line of a test.
finish() {
  echo "$checks checks, $failures failed"
  [ "$checks" -gt 0 ] && [ "$failures" -eq 0 ]
  exit
}
