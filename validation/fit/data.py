#!/usr/bin/env python3
"""Write jv.csv from SIMsalabim's steady J-V curve of pvk1: the points from 0.5 V on, an error of 0.1 %."""

import csv
import pathlib

HERE = pathlib.Path(__file__).parent
with open(HERE / "../pvk1/simsalabim_pvk1_steadystate_jv.csv", newline="", encoding="utf-8") as file:
    rows = [(float(r["Vext_V"]), float(r["Jext_A/m2"])) for r in csv.DictReader(file)]
with open(HERE / "jv.csv", "w", newline="", encoding="utf-8") as file:
    file.write("bias_V,I(anode)_A,error_A\n")
    for V, J in rows:
        if V > 0.499:
            file.write(f"{V:.4f},{J:.10e},{1e-3 * J:.3e}\n")
