#!/bin/sh
# Light switched on in complete darkness: carriers of 1e-300 multiply within steps far below the
# spacing of floating-point numbers at that time. The same switch 1 ms and 0.0808 s after the begin
# gives the same current (translation in time).
. "$HALIDRIFT_ROOT/tests/support/shell.sh"
cat >dark.cfg <<'CFG'
solver = { rtol = 1e-5; max_steps = 5000; };
device = {
  name = "film"; area = "1 mm^2";
  layers = ({ material = "MAPbI3"; thickness = "300 nm"; });
  contacts = ({ name = "electrons"; at = "x_min"; work_function = "3.9 eV"; },
              { name = "holes"; at = "x_max"; work_function = "5.2 eV"; });
  species = ({ name = "electron"; statistics = "boltzmann"; }, { name = "hole"; statistics = "boltzmann"; });
  generation = { type = "uniform"; rate = "1e21 cm^-3 s^-1"; factor = { type = "constant"; value = 0.0; }; };
};
experiments = (
  { name = "early"; type = "transient"; start = "steady"; duration = "1.001 ms";
    drive = ({ light = "film"; waveform = { type = "pulse"; delay = "1 ms"; low = 0.0; high = 1.0; width = "1 s"; period = "2 s"; rise = "1 ns"; fall = "1 ns"; }; });
    output = { every_step = false; times = ["1.0001 ms"]; }; },
  { name = "late"; type = "transient"; start = "steady"; duration = "80.801 ms";
    drive = ({ light = "film"; waveform = { type = "pulse"; delay = "80.8 ms"; low = 0.0; high = 1.0; width = "1 s"; period = "2 s"; rise = "1 ns"; fall = "1 ns"; }; });
    output = { every_step = false; times = ["80.8001 ms"]; }; }
);
CFG
expect 0 "" "$HALIDRIFT" run dark.cfg -q -o dark
python3 - dark/terminals.csv >currents <<'PY'
import csv, sys
rows = list(csv.DictReader(open(sys.argv[1])))
early, late = ([float(r["I(electrons)_A"]) for r in rows if r["experiment"] == e] for e in ("early", "late"))
off = max(abs(early[1]), abs(late[1])) / early[-1]
edge, on = (abs(late[i] / early[i] - 1) for i in (2, 4))
print(int(off < 1e-15 and edge < 1e-4 and on < 1e-9), off, edge, on)
PY
cat currents
require "$(cut -d' ' -f1 currents)" = 1
finish
