/* A species: electrons, holes and any number of ions, all alike but for these rows. */
#ifndef HALIDRIFT_PHYSICS_SPECIES_H
#define HALIDRIFT_PHYSICS_SPECIES_H

#include <stdbool.h>
#include "solver/base/error.h"
#include "solver/base/param.h"

/** What a species is made of: band carriers take N, e0, mobility from the material. */
enum species_kind { SPECIES_ELECTRON, SPECIES_HOLE, SPECIES_ION };

/** Mobility of a lattice gas: hopping D theta (1 - theta), or enhanced diffusion D theta. */
enum species_lattice { LATTICE_HOPPING, LATTICE_ENHANCED };

/** How the sites of a control volume are filled where attraction makes a front sharper than it: the
 * mean over the volume, or all sites at the energy of the node (physics/front.h). */
enum species_front { FRONT_AVERAGED, FRONT_POINTWISE };

struct species {
  char name[HD_NAME];
  int kind;            /* enum species_kind */
  int charge;          /* units of q */
  int statistics;      /* row of statistics_table */
  double band_limit;   /* m^-3: largest carrier density (Blakemore); missing: N / 0.27 */
  double density;      /* m^-3: mean density of an ion */
  double site_density; /* m^-3: sites of a lattice-limited ion; missing: no limit */
  int lattice;         /* enum species_lattice */
  int front;           /* enum species_front */
  double diffusion;    /* m^2/s: D of an ion at T_ref */
  double activation_V; /* activation energy of D, V */
  double T_ref;        /* K */
  double hop_length;   /* m: a in sinh(z)/z, z = a E / (2 V_T); 0: no field acceleration */
  bool background;     /* true: an immobile background of the mean density and opposite sign */
};

extern const struct param species_params[];
extern const size_t species_params_count;
/** Names of enum species_kind, NULL-terminated. */
extern const char *const species_kind_names[];

/** Check the values that depend on each other; `place` stands before every sentence. */
enum hd_status species_check(const struct species *species, const char *place,
                             struct hd_error *err);

/** Energy -W x_s K x_t (t != s) or -W x_s K x_s per site between two species, x = c / c_site. */
struct interaction {
  char between[2][HD_NAME]; /* names of the species; twice the same: Omega */
  double energy_V;          /* W, V: chi for carrier and ion, Omega for an ion with itself */
  int reciprocal;           /* enum interaction_reciprocal: how the ion feels the carrier */
};

/** SMOOTHED is the consistent model; LOCAL and NONE are simplifications for comparison. */
enum interaction_reciprocal { RECIPROCAL_SMOOTHED, RECIPROCAL_LOCAL, RECIPROCAL_NONE };

extern const struct param interaction_params[];
extern const size_t interaction_params_count;

#endif
