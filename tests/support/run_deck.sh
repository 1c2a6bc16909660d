#!/bin/sh
# sh tests/support/run_deck.sh INPUT: a shipped input runs to its end, writes every file, keeps its
# ions, its terminal currents cancel, and its resolved.cfg is an input again.
. "$HALIDRIFT_ROOT/tests/support/shell.sh"

# Neurons below the threshold: their first five pulses; the plane of single ions: its begin.
short='experiments[0].duration="4 ms"'
rows='experiments[0].output={every_step=false;times=["0.4 ms","3.6 ms"];}'
case $1 in
*/populations/firing.cfg) expect 0 "" "$HALIDRIFT" run "$1" -q -o out ;;
*/populations/planar.cfg) expect 0 "" "$HALIDRIFT" run "$1" -q -o out --set 'experiments[0].duration="5 us"' \
  --set 'experiments[0].output={every_step=false;times=["1 us"];}' --set 'experiments[0].fields={end=true;}' ;;
*/populations/*) expect 0 "" "$HALIDRIFT" run "$1" -q -o out --set "$short" --set "$rows" ;;
*) expect 0 "" "$HALIDRIFT" run "$1" -q -o out ;;
esac
for file in terminals.csv spikes.csv fields.nc summary.json resolved.cfg log.txt; do
  require -s out/$file
done
require -z "$(find out -name '*.part')"
expect 0 "" python3 "$HALIDRIFT_ROOT/tests/support/conserved.py" out/summary.json
expect 0 "" "$HALIDRIFT" check out/resolved.cfg
finish
