#!/bin/sh
# Every wrong input gets its sentence and its exit code, and nothing is written.
# The table names the inputs; those that cannot be kept in a repository are made here.
set -u
program=${HALIDRIFT:?set HALIDRIFT to the program}
inputs=${HALIDRIFT_ROOT:?set HALIDRIFT_ROOT to the source tree}/tests/cli/bad_inputs
work=$(mktemp -d)
trap 'chmod -R u+rwx "$work"; rm -rf "$work"' EXIT
cp "$inputs"/* "$work"
cd "$work" || exit 1
failures=0
checked=0

# expect CODE FILE SENTENCE [SET]...: `halidrift check FILE` says SENTENCE and exits with CODE
expect() {
  code=$1 file=$2 sentence=$3
  shift 3
  "$program" check "$file" "$@" >out.txt 2>err.txt
  got=$?
  checked=$((checked + 1))
  if [ "$got" -ne "$code" ]; then
    echo "$file: exit code $got, must be $code"
    cat err.txt
    failures=$((failures + 1))
  fi
  if ! grep -qF -- "$sentence" err.txt; then
    echo "$file: the messages lack: $sentence"
    cat err.txt
    failures=$((failures + 1))
  fi
}

while IFS='|' read -r code file sentence; do
  case $code in '#'* | '') continue ;; esac
  expect "$code" "$file" "$sentence"
done <table.txt

good=good.cfg
sed 's/"40 s"/"40 nm"/' wrong_unit.cfg >"$good"
"$program" check "$good" >out.txt 2>err.txt || {
  echo "the input without an error is refused:"
  cat err.txt
  failures=$((failures + 1))
}

# A sentence is a line: none is empty.
"$program" check curve_key.cfg 2>err.txt
grep -n '^$' err.txt && {
  echo "curve_key.cfg: empty lines between the messages"
  failures=$((failures + 1))
}

# The nearest key, wherever its first wrong word stands, members of lists by number or name
for pair in temprature:temperature devce.contacts.left.barrier:device.contacts.left.barrier \
  device.contact.left.barrier:device.contacts.left.barrier device.contacts.lft.barrier:device.contacts.left.barrier \
  device.contacts[0].barier:device.contacts[0].barrier; do
  expect 3 curve_key_value.cfg "sensitivity.parameters[0]: '${pair%%:*}' is no quantity of the input" \
    --set "sensitivity.parameters=[\"${pair%%:*}\"]" --set 'experiments=({name="rest";type="equilibrium";})'
  expect 3 curve_key_value.cfg "did you mean ${pair#*:}?" --set "sensitivity.parameters=[\"${pair%%:*}\"]" \
    --set 'experiments=({name="rest";type="equilibrium";})'
done

# Overrides
layer='device.layers[0].thickness'
expect 3 "$good" "--set '$layer=40': $layer: got the bare integer 40" --set "$layer=40"
expect 3 "$good" "--set '$layer=-1 nm': $layer: got -1e-09 m, must be > 0" --set "$layer=-1 nm"
expect 3 "$good" "there is no '5' in a list of 1" --set 'device.layers[5].thickness=1 nm'
expect 3 "$good" "device.layers[0].thicknes: is not a known key" --set 'device.layers[0].thicknes=1 nm'
expect 3 "$good" "--set 'title=\"x\" y': its value does not end where its quotes or brackets end" --set 'title="x" y'
expect 3 "$good" "--set 'title=\"x': its value does not end" --set 'title="x'

# Files that are no input
{ printf 'title = "'; head -c 10485760 /dev/zero | tr '\0' 'x'; printf '";\n'; } >long_line.cfg
expect 3 long_line.cfg "long_line.cfg:1: the line is 10485771 characters long, at most 100000 are read"
head -c 65536 /dev/urandom >binary.cfg
printf '\0' >>binary.cfg
expect 3 binary.cfg "is not a text file"
yes '# a comment' | head -c 20000000 >long_file.cfg
expect 3 long_file.cfg "is longer than 16 MiB"
mkdir directory.cfg
expect 5 directory.cfg "directory.cfg: is a directory, not an input file"
expect 5 no_such_file.cfg "no_such_file.cfg: cannot be opened: No such file or directory"
if [ "$(id -u)" -ne 0 ]; then
  cp "$good" unreadable.cfg
  chmod 000 unreadable.cfg
  expect 5 unreadable.cfg "unreadable.cfg: cannot be opened: Permission denied"
fi

# A full disk
if [ -w /dev/full ]; then
  "$program" check "$good" >/dev/full 2>err.txt
  got=$?
  checked=$((checked + 1))
  if [ "$got" -ne 5 ]; then
    echo "standard output full: exit code $got, must be 5"
    failures=$((failures + 1))
  fi
fi

# A run of a wrong input leaves no folder behind.
"$program" run wrong_unit.cfg -o run >out.txt 2>err.txt
if [ -e run ]; then
  echo "a run of a wrong input left its folder behind"
  failures=$((failures + 1))
fi

echo "$checked checks, $failures failures"
[ "$failures" -eq 0 ]
