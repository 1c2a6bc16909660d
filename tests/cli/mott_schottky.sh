#!/bin/sh
# Capacitance over voltage of a Schottky diode, by a sweep of impedances: 1/C^2 is a line whose slope
# is -2/(q eps N A^2) and whose intercept is the built-in voltage less kT/q (Mott and Schottky; what is
# left is the edge of the depleted layer, kT/q over the voltage).
. "$HALIDRIFT_ROOT/tests/support/shell.sh"
awk '/^```cfg mott.cfg/ { inside = 1; next } /^```/ { inside = 0 } inside' "$HALIDRIFT_ROOT/docs/guide.md" >mott.cfg
require -s mott.cfg
expect 0 "9 of 9 points, 0 failed" "$HALIDRIFT" sweep mott.cfg --vary 'experiments[0].drive[0].waveform.value=-4 V:0 V:9' -o mott
ncdump -v value,capacitance_C_end mott/study.nc |
  awk '/^ value = / { gsub(/ value = | ;|,/, " "); n = split($0, V, " ") }
       /^ capacitance_C_end = / { inside = 1; sub(/ capacitance_C_end = /, "") }
       inside { last = /;/; gsub(/[,;]/, " "); k = split($0, part, " "); for (i = 1; i <= k; i++) C[++m] = part[i]; if (last) inside = 0 }
       END { for (i = 1; i <= n; i++) { y = 1 / C[i]^2; sx += V[i]; sy += y; sxx += V[i]^2; sxy += V[i] * y }
             slope = (n * sxy - sx * sy) / (n * sxx - sx^2); start = (sy - slope * sx) / n
             q = 1.602176634e-19; eps = 11.7 * 8.8541878128e-12
             printf "%d %g cm^-3 %g V\n", n, -2e-6 / (q * eps * 1e-12 * slope), -start / slope }' >line
cat line
# 1e16 cm^-3, and 0.8 V - kT/q ln(2.8e19/1e16) - kT/q = 0.5689 V
require "$(awk '{ print ($1 == 9 && $2 > 0.995e16 && $2 < 1.005e16 && $4 > 0.559 && $4 < 0.579) }' line)" = 1
finish
