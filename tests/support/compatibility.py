#!/usr/bin/env python3
"""Run every pair of features in one small input; compare with, or write, COMPATIBILITY.md.

usage: compatibility.py [--write] PROGRAM COMPATIBILITY.md   (works in the current folder)

A pair counts as working ("yes") when the run ends with exit code 0 and ions are conserved. "refused" means that `halidrift check` says so in a
sentence, "no" that the run fails. "-": the two exclude each other.
"""
import json
import pathlib
import subprocess
import sys

# Number minus inflow, kept to rounding by every Newton step.
ION_DRIFT = 1e-10  # of the ions' number


def base():
    """Two contacts, electrons, holes, one ion on a background, driven by one source."""
    return {
        "title": "pair",
        "materials": [{
            "name": "film", "permittivity": 25.0, "optical_permittivity": 6.0,
            "electron_affinity": "4.0 eV", "band_gap": "1.6 eV",
            "conduction_band_density": "8e18 cm^-3", "valence_band_density": "8e18 cm^-3",
            "electron_mobility": "1 cm^2/V/s", "hole_mobility": "1 cm^2/V/s",
            "electron_tunnel_mass": 0.2, "hole_tunnel_mass": 0.2,
        }],
        "device": {
            "name": "cell", "area": "1 um^2",
            "layers": [{"name": "film", "material": "film", "thickness": "40 nm", "intervals": 24}],
            "species": [
                {"name": "electron", "type": "electron"},
                {"name": "hole", "type": "hole"},
                {"name": "vacancy", "charge": 1, "density": "1e18 cm^-3",
                 "diffusion": "1e-8 cm^2/s"},
            ],
            "contacts": [
                {"name": "bottom", "at": "x_min", "work_function": "4.3 eV"},
                {"name": "top", "at": "x_max", "work_function": "4.9 eV"},
            ],
        },
        "circuit": [
            {"type": "voltage", "name": "Vin", "nets": ["in", "gnd"]},
            {"type": "device", "name": "cell", "terminals": {"top": "in", "bottom": "gnd"}},
        ],
        "experiments": [
            {"name": "dc", "type": "dc_sweep", "start": "equilibrium", "source": "Vin",
             "from": "0 V", "to": "0.4 V", "points": 3},
            {"name": "pulse", "type": "transient", "start": "equilibrium", "duration": "4 us",
             "drive": [{"source": "Vin", "waveform": {
                 "type": "pulse", "low": "0 V", "high": "0.4 V", "rise": "100 ns",
                 "width": "1 us", "fall": "100 ns"}}]},
        ],
    }


def species(deck, name):
    return next(s for s in deck["device"]["species"] if s["name"] == name)


def contact_model(model, names, **values):
    def change(deck):
        for contact in deck["device"]["contacts"]:
            contact.setdefault("species", [])
            contact["species"] += [{"name": n, "model": model, **values} for n in names]
    return change


def planar(deck, coordinates="planar", width="width"):
    device = deck["device"]
    device["coordinates"] = coordinates
    device[width] = "20 nm"
    device.pop("area")
    if coordinates == "planar":
        device["depth"] = "1 um"
    device["mesh"] = {"width_intervals": 4}
    axis = "y" if coordinates == "planar" else "z"
    for contact in device["contacts"]:
        contact["at"] = axis + contact["at"][1:]


def axisymmetric(deck):
    planar(deck, "axisymmetric", "radius")


def electrode_box(deck):
    planar(deck)
    device = deck["device"]
    device["boxes"] = [
        {"electrode": "top", "x": ["5 nm", "15 nm"], "y": ["38 nm", "45 nm"]},
        {"void": True, "x": ["0 nm", "5 nm"], "y": ["38 nm", "45 nm"]},
        {"material": "SiO2", "x": ["15 nm", "20 nm"], "y": ["38 nm", "45 nm"]}]
    for contact in device["contacts"]:
        if contact["name"] == "top":
            contact.pop("at")


def stochastic(engine):
    def change(deck):
        deck["stochastic"] = {"engine": engine, "interval": "1 us"}
    return change


def statistics(name):
    def change(deck):
        species(deck, "electron")["statistics"] = name
        species(deck, "hole")["statistics"] = name
    return change


def lattice(name):
    def change(deck):
        species(deck, "vacancy").update(statistics="lattice", lattice=name,
                                        site_density="4e20 cm^-3")
    return change


def attraction(deck):
    if "site_density" not in species(deck, "vacancy"):
        lattice("hopping")(deck)
    deck["materials"][0]["smoothing_length"] = "1 nm"
    deck["device"]["interactions"] = [
        {"species": "electron", "with": "vacancy", "energy": "0.3 eV"},
        {"species": "vacancy", "with": "vacancy", "energy": "0.1 eV"}]


def field_hopping(deck):
    species(deck, "vacancy")["hop_length"] = "0.6 nm"


def second_ion(deck):
    deck["device"]["species"].append(
        {"name": "interstitial", "charge": -1, "density": "1e18 cm^-3",
         "diffusion": "1e-9 cm^2/s"})


def no_holes(deck):
    deck["device"]["species"] = [s for s in deck["device"]["species"] if s["name"] != "hole"]
    for contact in deck["device"]["contacts"]:
        if "species" in contact:
            contact["species"] = [s for s in contact["species"] if s["name"] != "hole"]


def ohmic(deck):
    deck["device"]["layers"][0]["donors"] = "1e17 cm^-3"
    for contact in deck["device"]["contacts"]:
        contact.pop("work_function")
        contact["ohmic"] = True


def tunnelling(deck):
    for contact in deck["device"]["contacts"]:
        contact["tunnelling"] = True
        contact["image_force"] = True


def recombination(deck):
    deck["materials"][0].update(
        electron_lifetime="1 ns", hole_lifetime="1 ns", radiative_coefficient="1e-10 cm^3/s",
        auger_n="1e-28 cm^6/s", auger_p="1e-28 cm^6/s")


def two_layers(deck):
    second = dict(deck["materials"][0], name="other", electron_affinity="3.8 eV",
                  band_gap="1.9 eV")
    deck["materials"].append(second)
    first = deck["device"]["layers"][0]
    first.update(thickness="20 nm", intervals=12)
    deck["device"]["layers"].append(dict(first, name="other", material="other"))


def interface(deck):
    if len(deck["device"]["layers"]) == 1:
        two_layers(deck)
    deck["device"]["interfaces"] = [{"between": ["film", "other"],
                                     "electron_velocity": "1e3 cm/s",
                                     "hole_velocity": "1e3 cm/s"}]


def light(deck):
    deck["materials"][0]["absorption"] = "1e5 cm^-1"
    deck["device"]["generation"] = {
        "type": "beer_lambert", "photon_flux": "1e17 cm^-2 s^-1",
        "factor": {"type": "pulse", "low": 0.0, "high": 1.0, "rise": "10 ns", "width": "500 ns",
                   "fall": "10 ns"}}


def heat(**values):
    def change(deck):
        for material in deck["materials"]:
            material.update(thermal_conductivity="0.4 W/m/K", mass_density="4 g/cm^3",
                            specific_heat="300 J/kg/K")
        deck["device"]["heat"] = values
    return change


def frozen(deck):
    for experiment in deck["experiments"]:
        experiment["frozen_ions"] = True


def rlc(deck):
    device = next(e for e in deck["circuit"] if e["type"] == "device")
    device["terminals"] = {"top": "a", "bottom": "c"}
    deck["circuit"] += [
        {"type": "resistor", "name": "R", "nets": ["in", "b"], "value": "1 kohm"},
        {"type": "inductor", "name": "L", "nets": ["b", "a"], "value": "1 nH"},
        {"type": "capacitor", "name": "C", "nets": ["c", "gnd"], "value": "1 pF"},
        {"type": "resistor", "name": "Rl", "nets": ["c", "gnd"], "value": "1 Mohm"}]


def two_devices(deck):
    other = json.loads(json.dumps(deck.pop("device")))
    other["name"] = "other"
    own = json.loads(json.dumps(other))
    own["name"] = "cell"
    deck["devices"] = [own, other]
    device = next(e for e in deck["circuit"] if e["type"] == "device")
    deck["circuit"].append(dict(device, name="other"))


# Name, group (features of one group exclude each other), change. The last ones copy or rewire what
# the ones before made, so the order is also the order in which they are applied.
FEATURES = [
    ("second ion", None, second_ion),
    ("Fermi-Dirac", "statistics", statistics("fermi_dirac")),
    ("Blakemore", "statistics", statistics("blakemore")),
    ("lattice, hopping", "lattice", lattice("hopping")),
    ("lattice, enhanced", "lattice", lattice("enhanced_diffusion")),
    ("field hopping", None, field_hopping),
    ("chi, Omega", None, attraction),
    ("ohmic", "contact", ohmic),
    ("Schottky", "contact", contact_model("schottky", ["electron", "hole"])),
    ("supply law", "contact", contact_model("supply", ["electron", "hole"])),
    ("tunnelling", None, tunnelling),
    ("ion exchange", "exchange", contact_model("exchange", ["vacancy"], rate="1 cm/s")),
    ("Butler-Volmer", "exchange", contact_model("butler_volmer", ["vacancy"], rate="1 cm/s")),
    ("recombination", None, recombination),
    ("heterojunction", None, two_layers),
    ("interface", None, interface),
    ("light", None, light),
    ("lattice heat", "heat", heat(model="lattice")),
    ("lumped heat", "heat", heat(model="lumped", thermal_resistance="1e7 K/W")),
    ("frozen ions", None, frozen),
    ("single ions", "engine", stochastic("integer")),
    ("random forces", "engine", stochastic("langevin")),
    ("electrons only", None, no_holes),
    ("planar", "coordinates", planar),
    ("axisymmetric", "coordinates", axisymmetric),
    ("electrode box", "coordinates", electrode_box),
    ("R, L, C", None, rlc),
    ("two devices", None, two_devices),
]
# Pairs that mean nothing together, besides two of a group.
EXCLUDE = {("ohmic", "tunnelling"), ("electrons only", "interface"), ("electrons only", "light"),
           ("electrons only", "recombination"), ("heterojunction", "interface")}


def text(value):
    """libconfig spelling of a value; lists of numbers and names are arrays, of groups lists."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{ " + " ".join(f"{k} = {text(v)};" for k, v in value.items()) + " }"
    if isinstance(value, list):
        inside = ", ".join(text(v) for v in value)
        return f"({inside})" if value and isinstance(value[0], dict) else f"[{inside}]"
    if isinstance(value, str):
        return f'"{value}"'
    return repr(value)


def run_pair(program, name, changes):
    deck = base()
    for change in changes:
        change(deck)
    path = pathlib.Path(f"{name}.cfg")
    path.write_text("\n".join(f"{k} = {text(v)};" for k, v in deck.items()) + "\n")
    done = subprocess.run([program, "run", path, "-q", "-o", name], capture_output=True, text=True)
    if done.returncode == 3:
        return "refused", done.stderr
    if done.returncode != 0:
        return "no", done.stderr
    summary = json.loads(pathlib.Path(name, "summary.json").read_text())["conservation"]
    drift = max((s["relative_drift"] for s in summary["ions"].values()), default=0.0)
    if not drift <= ION_DRIFT:
        return "no", f"ions drift by {drift}\n"
    return "yes", ""


def excluded(a, b):
    group = a[1] is not None and a[1] == b[1]
    return group or (a[0], b[0]) in EXCLUDE or (b[0], a[0]) in EXCLUDE


def table(program):
    """Cells of the lower triangle with the diagonal (a feature by itself), and their reasons."""
    lines, reasons = [], []
    for i, a in enumerate(FEATURES):
        cells = []
        for j, b in enumerate(FEATURES[:i + 1]):
            if i != j and excluded(a, b):
                cells.append("-")
                continue
            changes = [b[2]] if i == j else [b[2], a[2]]
            cell, reason = run_pair(program, f"pair_{i}_{j}", changes)
            cells.append(cell)
            if cell != "yes":
                reasons.append(f"- {b[0]} with {a[0]}: {cell}. {' '.join(reason.split())}")
        lines.append(f"| {i + 1} {a[0]} | " + " | ".join(cells) + " |" + " |" * (len(FEATURES) - i - 1))
    head = "| | " + " | ".join(str(i + 1) for i in range(len(FEATURES))) + " |"
    rule = "|---|" + "---|" * len(FEATURES)
    return [head, rule] + lines, reasons


def main():
    arguments = sys.argv[1:]
    write = "--write" in arguments
    program, path = [a for a in arguments if a != "--write"]
    lines, reasons = table(program)
    marks = "<!-- table: tests/support/compatibility.py --write -->", "<!-- end of table -->"
    document = pathlib.Path(path).read_text()
    before, rest = document.split(marks[0])
    old, after = rest.split(marks[1])
    print("\n".join(lines + reasons))
    new = "\n\n" + "\n".join(lines) + "\n\n"
    if write:
        pathlib.Path(path).write_text(before + marks[0] + new + marks[1] + after)
        return 0
    # A pair that works although the document says no is good news, not a failure.
    was, now = old.strip().split("\n"), new.strip().split("\n")
    worse = [row for row, new_row in zip(was, now)
             if any(a != b and b.strip() != "yes"
                    for a, b in zip(row.split("|"), new_row.split("|")))]
    if was != now:
        print(f"{path} differs from the program; run with --write")
    if worse or len(was) != len(now):
        print("FAILED: documented otherwise:", *worse, sep="\n", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
