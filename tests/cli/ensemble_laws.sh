#!/bin/sh
# What ensembles of single hopping ions must show, in times at which the current through a film first
# passes a threshold: no dependence on the leap, the density's time and a spread of N^-1/2 for many ions,
# random forces as single ions where both are valid.
# ctest: long, timeout=1200
. "$HALIDRIFT_ROOT/tests/support/shell.sh"
deck=$HALIDRIFT_ROOT/validation/single_ions/filament.cfg

# A film of 6 nm in 12 cells under 0.6 V: 10 to 50 ms a trajectory.
film='{ name = "film"; material = "film"; thickness = "6 nm"; intervals = 12; }'
# Thin cells at both contacts. Contact nodes hold ions of the density but no single ions, so that on equal
# cells many ions differ from the density by half a cell at each end; here by 0.005 nm, 0.1 % of the film.
thin='{ name = "THIN"; material = "film"; thickness = "0.01 nm"; intervals = 1; }'
ends="$(echo "$thin" | sed s/THIN/foot/), $film, $(echo "$thin" | sed s/THIN/head/)"

# passages FOLDER N AREA DURATION SETTING...: an ensemble; the area in nm^2, the duration in us. The threshold
# goes with the area, so that the density's time does not know it.
passages() {
  folder=$1 n=$2 area=$3 duration=$4
  shift 4
  for setting in "$@"; do
    set -- "$@" --set "$setting"
    shift
  done
  expect 0 "$n trajector(y|ies): $n done" "$HALIDRIFT" ensemble "$deck" -n "$n" -j 1 -o "$folder" \
    --set "device.area=\"$area nm^2\"" \
    --set "experiments[0].spikes.threshold=\"$((24 * area / 100)) nA\"" --set 'experiments[0].output.times=[]' \
    --set 'experiments[0].drive[0].waveform.high=0.6' --set "experiments[0].duration=\"$duration us\"" "$@"
}

runs=200
events='stochastic.method="gillespie"'
leaps='stochastic.method="leap"'
passages events $runs 100 120 "device.layers=($film)" "$events"
passages leap_0.02 $runs 100 120 "device.layers=($film)" "$leaps" stochastic.leap=0.02
passages leap_0.1 $runs 100 120 "device.layers=($film)" "$leaps" stochastic.leap=0.1

# With four times the ions; 10 us at 0 V, since forces begin without fluctuations.
many() {
  passages "$@" "device.layers=($ends)" 'experiments[0].drive[0].waveform.delay="10 us"' \
    'device.species[1].density="4e19 cm^-3"' 'device.contacts[1].species[1].density="4e19 cm^-3"'
}
many area_1 $runs 100 40 "$events"
many area_4 $runs 400 32 "$events"
many area_16 $runs 1600 28 "$events"
many density 1 1600 28 'stochastic.engine="none"' solver.rtol=1e-5
# 1 us: forces of 0.13 kT, allowed 0.22, and held for 1e-18 m^2, allowed 2.5e-17 m^2.
many forces $runs 1600 28 'stochastic.engine="langevin"' 'stochastic.interval="1 us"'
grep -q "stochastic.engine = \"langevin\"" forces/log.txt && fail "random forces are outside their window"

expect 0 "" python3 "$HALIDRIFT_ROOT/tests/support/ensemble_laws.py" $runs
cat out.txt
finish
