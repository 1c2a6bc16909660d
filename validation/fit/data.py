#!/usr/bin/env python3
"""Write the measurements of the fits from reference curves of pvk1: jv.csv from SIMsalabim's steady J-V curve, the points
from 0.5 V on; impedance.csv from the independent solver's spectrum.

    python3 validation/fit/data.py                           errors of 0.1 % of J and |Z|: the files of this folder
    python3 validation/fit/data.py --noise 0.02 -o FOLDER    with normal noise, which the errors are

The noise needs numpy.
"""

import argparse
import csv
import math
import pathlib

HERE = pathlib.Path(__file__).parent


def rows(path):
    with open(HERE / path, newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def write_jv(folder, error, draw):
    with open(folder / "jv.csv", "w", newline="", encoding="utf-8") as file:
        file.write("bias_V,I(anode)_A,error_A\n")
        for row in rows("../pvk1/simsalabim_pvk1_steadystate_jv.csv"):
            V, J = float(row["Vext_V"]), float(row["Jext_A/m2"])
            if V > 0.499:
                file.write(f"{V:.4f},{J + error * J * draw():.10e},{error * J:.3e}\n")


def write_impedance(folder, error, draw):
    with open(folder / "impedance.csv", "w", newline="", encoding="utf-8") as file:
        file.write("frequency_Hz,ReZ_Ohm,ImZ_Ohm,error_ReZ_Ohm,error_ImZ_Ohm\n")
        for row in rows("../impedance/independent_pvk1_impedance_0.0V.csv"):
            re, im = float(row["ReZ_Ohm_m2"]), float(row["ImZ_Ohm_m2"])  # the area is 1 m^2
            size = error * math.hypot(re, im)
            re, im = re + size * draw(), im + size * draw()
            file.write(f"{row['f_Hz']},{re:.6e},{im:.6e},{size:.3e},{size:.3e}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--noise", type=float, default=0.0)
    parser.add_argument("-o", dest="folder", type=pathlib.Path, default=HERE)
    options = parser.parse_args()
    draw = lambda: 0.0
    if options.noise > 0:
        import numpy

        draw = numpy.random.default_rng(1).standard_normal
    options.folder.mkdir(parents=True, exist_ok=True)
    error = options.noise or 1e-3
    write_jv(options.folder, error, draw)
    write_impedance(options.folder, error, draw)


main()
