#!/bin/sh
# sh tests/support/run_deck.sh INPUT: a shipped input runs to its end, writes every file, keeps its
# ions, its terminal currents cancel, and its resolved.cfg is an input again.
. "$HALIDRIFT_ROOT/tests/support/shell.sh"
expect 0 "" "$HALIDRIFT" run "$1" -q -o out
for file in terminals.csv spikes.csv fields.nc summary.json resolved.cfg log.txt; do
  require -s out/$file
done
require -z "$(find out -name '*.part')"
expect 0 "" python3 "$HALIDRIFT_ROOT/tests/support/conserved.py" out/summary.json
expect 0 "" "$HALIDRIFT" check out/resolved.cfg
finish
