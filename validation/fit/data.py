#!/usr/bin/env python3
"""Write the measurements of the fits from reference curves of pvk1: jv.csv from SIMsalabim's steady J-V curve, the points
from 0.5 V on, an error of 0.1 %; impedance.csv from the independent solver's spectrum, an error of 0.1 % of |Z|."""

import csv
import math
import pathlib

HERE = pathlib.Path(__file__).parent


def rows(path):
    with open(HERE / path, newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


with open(HERE / "jv.csv", "w", newline="", encoding="utf-8") as file:
    file.write("bias_V,I(anode)_A,error_A\n")
    for row in rows("../pvk1/simsalabim_pvk1_steadystate_jv.csv"):
        V, J = float(row["Vext_V"]), float(row["Jext_A/m2"])
        if V > 0.499:
            file.write(f"{V:.4f},{J:.10e},{1e-3 * J:.3e}\n")

with open(HERE / "impedance.csv", "w", newline="", encoding="utf-8") as file:
    file.write("frequency_Hz,ReZ_Ohm,ImZ_Ohm,error_ReZ_Ohm,error_ImZ_Ohm\n")
    for row in rows("../impedance/independent_pvk1_impedance_0.0V.csv"):
        re, im = float(row["ReZ_Ohm_m2"]), float(row["ImZ_Ohm_m2"])  # the area is 1 m^2
        error = f"{1e-3 * math.hypot(re, im):.3e}"
        file.write(f"{row['f_Hz']},{re:.6e},{im:.6e},{error},{error}\n")
