#!/bin/sh
# A front on an edge longer than the smoothing length gets one line and its place in the summary; on
# a fine mesh it gets no line (`check` says the same beforehand), and the summary's ratio is the mesh's.
. "$HALIDRIFT_ROOT/tests/support/shell.sh"
deck=$HALIDRIFT_ROOT/tests/decks/filament.cfg
pulse='experiments=({name="set";type="transient";start="equilibrium";duration="0.3 ms";
  drive=({source="V";waveform={type="pulse";low="0 V";high="2 V";rise="1 us";width="1 s";fall="1 us";};});})'
ratio() {
  python3 -c 'import json, sys
print(json.load(open("out/summary.json"))["experiments"][0]["front"]["spacing_over_smoothing"])'
}

# 30 nm / 80 = 0.375 nm; a smoothing length of 0.3 nm is shorter, one of 0.7 nm is not.
for ell in 0.3 0.7; do
  expect 0 "" "$HALIDRIFT" run "$deck" -q -o out --set "$pulse" \
    --set 'device.area="64 nm^2"' --set "materials[0].smoothing_length=\"$ell nm\""
  expect 0 "" python3 -c "import sys; sys.exit(abs($(ratio) * $ell / 0.375 - 1) > 1e-6)"
  lines=$("$HALIDRIFT" check "$deck" --set "materials[0].smoothing_length=\"$ell nm\"" |
    grep -c 'device .*: a front can pass an edge of 0.375 nm at x = .* nm, longer than the smoothing')
  require "$lines" -eq "$([ $ell = 0.3 ] && echo 1 || echo 0)"
  lines=$(grep -c 'front of vacancy passes an edge of 0.[0-9]* nm at x = ' out/log.txt)
  require "$lines" -eq "$([ $ell = 0.3 ] && echo 1 || echo 0)"
done

# In 2D, where the user's spacing is coarse beside the channel but fine in it, with the place.
expect 0 "a front can pass an edge of [0-9.]* nm at \\(.*\\) nm, longer than" \
  "$HALIDRIFT" check "$HALIDRIFT_ROOT/inputs/devices/neuron_2d.cfg"
"$HALIDRIFT" check "$HALIDRIFT_ROOT/inputs/devices/cluster_2d.cfg" >fine.txt
require "$(grep -c 'a front can pass' fine.txt)" -eq 0

# A front can go everywhere in a homogeneous film, and not into glass and air beside it.
nodes() { sed -n "s/^device $1: 2D, \([0-9]*\) nodes.*/\1/p" "$2"; }
reached() { sed -n "s/^device $1: fronts can go where \([0-9]*\) of its nodes stand/\1/p" "$2"; }
require "$(reached film fine.txt)" -eq "$(nodes film fine.txt)"
"$HALIDRIFT" check "$HALIDRIFT_ROOT/inputs/devices/crossbar.cfg" >crossbar.txt
require "$(reached edge crossbar.txt)" -lt "$(nodes edge crossbar.txt)"
finish
