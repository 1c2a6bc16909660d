/* The decks that have everything, and the ways of heat in them. */
#ifndef HALIDRIFT_TESTS_EVERYTHING_H
#define HALIDRIFT_TESTS_EVERYTHING_H

#include <stddef.h>

/** Without heat; with a temperature field: one contact a sink, one with a resistance, one
 * ohmic; heat through sides; with one temperature. */
static const char *const lattice[] = {"device.heat.model=lattice",
                                      "device.heat.sideways_conductance=1e16 W/m^3/K",
                                      "device.contacts[1].thermal_resistance=1e-9 K m^2/W", NULL};
static const char *const mantle[] = {
    "device.heat.model=lattice", "device.contacts[0].adiabatic=true",
    "device.heat.sides=({at=\"r_max\";thermal_resistance=\"1e-9 K m^2/W\";},"
    "{at=\"z_max\";thermal_resistance=\"0 K m^2/W\";})",
    NULL};
static const char *const two[] = {"devices[0].heat.model=lattice",
                                  "devices[0].contacts[0].adiabatic=true",
                                  "devices[1].heat.model=lattice",
                                  "devices[1].contacts[0].thermal_resistance=1e-9 K m^2/W", NULL};
static const char *const lumped[] = {"device.heat.model=lumped",
                                     "device.heat.thermal_resistance=1e7 K/W", NULL};
static const struct {
  const char *path;
  const char *const *sets;
} decks[] = {{"tests/decks/everything_1d.cfg", NULL},
             {"tests/decks/everything_planar.cfg", NULL},
             {"tests/decks/everything_axisymmetric.cfg", NULL},
             {"tests/decks/everything_holes.cfg", NULL},
             {"tests/decks/everything_1d.cfg", lattice},
             {"tests/decks/everything_planar.cfg", two},
             {"tests/decks/everything_axisymmetric.cfg", mantle},
             {"tests/decks/everything_holes.cfg", two},
             {"tests/decks/everything_1d.cfg", lumped},
             {"tests/decks/everything_axisymmetric.cfg", lumped}};
enum { DECKS = sizeof decks / sizeof *decks };

#endif
