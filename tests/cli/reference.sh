#!/bin/sh
# docs/reference.md is what the program writes, and it names every file, column and key of a run.
. "$HALIDRIFT_ROOT/tests/support/shell.sh"
page=$HALIDRIFT_ROOT/docs/reference.md

"$HALIDRIFT" reference >body.md
sed -n '/^## Input$/,$p' "$page" >shipped.md
cmp -s body.md shipped.md || fail "docs/reference.md is not up to date; sh docs/reference.sh"
checks=$((checks + 1))

# A run with spikes and fields, and one in the plane.
expect 0 "" "$HALIDRIFT" run "$HALIDRIFT_ROOT/inputs/tutorial/06_neuron.cfg" -q -o spiking
cat >plane.cfg <<'CFG'
device = {
  coordinates = "planar";
  width = "20 nm";
  layers = ({ material = "MAPbI3"; thickness = "20 nm"; });
  species = ({ name = "electron"; });
  contacts = (
    { name = "bottom"; at = "y_min"; barrier = "0.3 eV"; },
    { name = "top"; at = "y_max"; barrier = "0.3 eV"; }
  );
};
experiments = ({ name = "point"; type = "steady"; });
sensitivity = { parameters = ["device.contacts.top.barrier"]; };
CFG
expect 0 "" "$HALIDRIFT" run plane.cfg -q -o plane
# A curve with a fold.
expect 0 "" "$HALIDRIFT" run "$HALIDRIFT_ROOT/inputs/devices/memristor_curve.cfg" -q -o folded \
  --set device.mesh.refine=1.0 --set experiments[0].curve.max_points=30
expect 0 '"folds"' cat folded/summary.json
expect 0 "" ls spiking/fields.nc plane/fields.nc folded/fields.nc
ncdump -h spiking/fields.nc >spiking.cdl
ncdump -h plane/fields.nc >plane.cdl
ncdump -h folded/fields.nc >folded.cdl
# An ensemble begun with a part, and one in which all trajectories fail.
. "$HALIDRIFT_ROOT/tests/support/ensemble.sh"
expect 0 "" "$HALIDRIFT" ensemble quick.cfg -n 3 -o many --part 1/2 --traces -q
expect 0 "" "$HALIDRIFT" ensemble quick.cfg -n 3 -o many --resume -q
expect 7 "" "$HALIDRIFT" ensemble quick.cfg -n 2 -o failing --set solver.max_steps=3
for folder in many failing; do
  expect 0 "" ncdump -h $folder/ensemble.nc
  cp out.txt $folder.cdl
done
# A grid with figures of its own, and a sample with several trajectories of which some fail.
cat >study.cfg <<'CFG'
@include "quick.cfg"
study = {
  vary = ({ key = "temperature"; values = ( "250 K", "300 K" ); });
  thresholds = ({ name = "amplitude"; key = "experiments[0].drive[0].waveform.high";
                  from = "1 mV"; to = "0.3 V"; tolerance = 0.1; });
  relaxations = ({ name = "memory"; column = "I(right)_A"; });
};
CFG
expect 0 "" "$HALIDRIFT" sweep study.cfg -o figures --part 1/2 --traces -q
expect 0 "" "$HALIDRIFT" sweep study.cfg -o figures --resume -q
expect 7 "" "$HALIDRIFT" sweep quick.cfg -n 2 -o sample --vary solver.max_steps=3,1000 \
  --set 'study.method="latin_hypercube"' --set study.points=2 -q
for folder in figures sample; do
  expect 0 "" ncdump -h $folder/study.nc
  cp out.txt $folder.cdl
done
expect 0 "" python3 "$HALIDRIFT_ROOT/tests/support/reference.py" "$page" spiking plane folded many failing \
  figures sample
finish
