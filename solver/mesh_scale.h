/* Length scales of a piece of a device: what its mesh must resolve. */
#ifndef HALIDRIFT_SOLVER_MESH_SCALE_H
#define HALIDRIFT_SOLVER_MESH_SCALE_H

#include "solver/spec.h"

/** A layer or box: a rectangle of one region. */
struct mesh_piece {
  double lo[2], hi[2]; /* m; [1] is infinite in 1D */
  bool conducting;     /* carriers and ions may enter: neither a hole nor an insulator */
  int region;          /* -1: a hole (void or electrode), where nothing needs resolving */
  double eps;          /* F/m */
  double ions;         /* m^-3: sum of z^2 c over the ions in it */
  double sites;        /* m^-3: sum of z^2 c_max over the ions in it; INFINITY without a limit */
  double doping;       /* m^-3: largest doping or fixed charge, profiles included */
  double debye;        /* m: of ions and doping; INFINITY where there are neither */
  double smoothing;    /* m: ell of the switching free energy, 0: none */
  double diffusion;    /* m^2/s: fastest of the interacting ions in it; 0: none */
  bool front;          /* fronts can go in it: solver/mesh_front.h */
  double decay;        /* m: shortest of absorption and diffusion lengths */
  bool fixed_end;      /* the user chose the spacing at its ends */
  bool fixed_max;      /* the user chose the spacing inside */
};

/** Scales of the rectangle lo..hi filled with a region. */
struct mesh_piece mesh_piece_of(const struct run_spec *run, const struct device_spec *device,
                                int region, const double lo[2], const double hi[2]);

/** A box without material. */
struct mesh_piece mesh_hole(const double lo[2], const double hi[2]);

/** Debye length of a charge density, m; INFINITY for none. */
double mesh_debye(const struct run_spec *run, double eps, double density);

/** Largest charge density that may gather where ions are stopped, or deplete, m^-3. */
double mesh_gathered(const struct run_spec *run, const struct mesh_piece *piece);

/** Density of carriers and exchanged ions that a contact keeps up in the piece next to it, m^-3. */
double mesh_injected(const struct run_spec *run, const struct device_spec *device,
                     const struct contact *contact, const struct mesh_piece *piece);

/** An ion that is in one of two neighbouring pieces is absent from the other. */
bool mesh_stops_ions(const struct device_spec *device, int region_a, int region_b);

/** Spacing that a front needs whose ions are smoothed over `smoothing`, m. */
double mesh_front_spacing(double smoothing, int dimension);

#endif
