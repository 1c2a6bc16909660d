/* The local physics of one device: which unknowns a node has, and the three kernels.
 *
 * Unknowns of a node, in this order:
 *   u[0]              psi, V (vacuum-level potential)
 *   u[1 + s]          species s: quasi-Fermi potential phi, V (carriers), or x = c / c_unit (ions)
 *   u[1 + n_species + f]  smoothed field S_f of a species that takes part in an interaction
 *   u[excess[s]]      excess potential over k T_0 of a front within the control volume, see
 *                     physics/front.h; ions with a site limit that attract each other or carriers
 *   u[heat]           lattice temperature T, K; only in devices with heat
 *
 * Every density and every excess potential is a function of one linear combination of them:
 *   a = r (a_0 + sum_j A_j u_j),   c = g(a, T),   v = r sum_j B_j u_j + w(a),   r = T_0 / T
 * carriers: a = eta, c = N(T) F(eta), w = ln(e^eta/F);  ions: a = x (without r), c = c_unit x.
 * T_0 is the run's temperature; without heat r = 1. So the chain rule to the unknowns is two
 * coefficients per species and the derivatives by T, here and nowhere else. */
#ifndef HALIDRIFT_PHYSICS_MODEL_H
#define HALIDRIFT_PHYSICS_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include "physics/constants.h"
#include "physics/material.h"
#include "physics/species.h"
#include "physics/statistics.h"

enum { MODEL_SPECIES = 8, MODEL_UNKNOWNS = 2 + 3 * MODEL_SPECIES };

/** One species in one region. */
struct model_species {
  bool present;
  double N;                 /* m^-3: effective density of states, or c_unit of an ion */
  double a_0;               /* constant part of a */
  double D;                 /* m^2/s at the run's temperature */
  double gamma;             /* of the statistics */
  double power, activation; /* D ~ T^power exp(-activation / T); K */
};

struct model_region {
  double eps;                      /* F/m */
  double ell2;                     /* m^2: smoothing length squared */
  double n_1, p_1;                 /* m^-3: SRH, at the run's temperature */
  double depth_n, depth_p;         /* n_1 ~ T^(3/2) exp(-depth_n T_0 / T) */
  double kappa;                    /* W/(m K): thermal conductivity */
  double storage;                  /* J/(m^3 K): rho c_p */
  const struct material *material; /* borrowed */
  struct model_species species[MODEL_SPECIES];
};

struct model {
  int n_species, n_fields, n_unknowns;
  int electron, hole; /* species indices, -1: absent */
  int heat;           /* unknown of the temperature, -1: that of the run everywhere */
  double q, V_T, T;   /* V_T at the run's temperature T */
  double charge[MODEL_SPECIES];
  bool carrier[MODEL_SPECIES];      /* unknown is a quasi-Fermi potential */
  bool hopping[MODEL_SPECIES];      /* lattice gas with mobility D theta (1 - theta) */
  bool crowded[MODEL_SPECIES];      /* lattice gas with mobility D theta */
  double hop_length[MODEL_SPECIES]; /* m; 0: no field acceleration */
  double c_unit[MODEL_SPECIES];     /* m^-3: scale of x (ions) and of the smoothed field */
  const struct statistics_law *statistics[MODEL_SPECIES];
  int field[MODEL_SPECIES];            /* smoothed field of a species, -1: none */
  int excess[MODEL_SPECIES];           /* unknown of the excess at a front, -1: none */
  int unknown_species[MODEL_UNKNOWNS]; /* the species an unknown belongs to, -1: none */
  double A[MODEL_SPECIES][MODEL_UNKNOWNS], B[MODEL_SPECIES][MODEL_UNKNOWNS];
  double local[MODEL_SPECIES]
              [MODEL_SPECIES]; /* v_s -= local[s][t] c_t / c_unit_t (comparison only) */
  bool has_local;
  bool couples[MODEL_SPECIES][MODEL_UNKNOWNS]; /* c or v of s depends on unknown j */
  size_t n_regions;
  struct model_region *regions; /* owned */
};

/** One species at one node, seen from one region. */
struct species_state {
  double a;
  double c, d_c, d2_c; /* density, m^-3, and its derivatives by a */
  double v, d_v;       /* excess potential over kT; derivative of w by a */
  double f, d_f;       /* free-site fraction and derivative by a */
  double scale;        /* r of a; 1 for ions */
  double e, w;         /* v = r e + w: energy over k T_0, activity */
  /* Only with a temperature: derivatives by T, all other unknowns fixed; v_T that of r e. */
  double a_T, c_T, v_T; /* 1/K, m^-3/K, 1/K */
};

/** Is unknown j the excess at a front? */
static inline bool model_is_excess(const struct model *model, int j) {
  int s = model->unknown_species[j];
  return s >= 0 && j == model->excess[s];
}

/** Temperature at a node, K. */
static inline double model_temperature(const struct model *model, const double *u) {
  return model->heat < 0 ? model->T : u[model->heat];
}

/** 1 / r = T / T_0 at a node. */
static inline double model_hot(const struct model *model, const double *u) {
  return model->heat < 0 ? 1.0 : u[model->heat] / model->T;
}

/** r = T_0 / T at a node. */
static inline double model_cold(const struct model *model, const double *u) {
  return model->heat < 0 ? 1.0 : model->T / u[model->heat];
}

/** State of all species at one node from its unknowns u[n_unknowns]; state[n_species] out. */
void model_state(const struct model *model, int region, const double *u,
                 struct species_state *state);

/** da/dt at rates up[n_unknowns]; *warming out: T'/T of a carrier, 0 for others and without heat.
 * dc/dt = d_c da/dt + (3/2) c warming. Inline: it is called for all storage and is short. */
static inline double model_rate(const struct model *model, int s, const struct species_state *own,
                                const double *u, const double *up, double *warming) {
  double da = 0.0;
  for (int j = 0; j < model->n_unknowns; j++)
    da += model->A[s][j] * up[j];
  *warming = 0.0;
  if (model->heat < 0 || !model->carrier[s])
    return da;
  *warming = up[model->heat] / u[model->heat];
  return own->scale * da - own->a * *warming;
}

/** Electrochemical potential over kT of a species: ln(c/(N f)) + v up to a constant of the region;
 * d_a out: its derivative by a beyond B. */
double model_potential(const struct model *model, int region, int s,
                       const struct species_state *state, double *d_a);

/** The same without ln(x / f): what an ion's share x follows from at a given potential. */
double model_rest(const struct model *model, int s, const double *u,
                  const struct species_state *state);

/** Does a site limit hold for this ion, with either mobility? */
static inline bool model_is_limited(const struct model *model, int s) {
  return model->hopping[s] || model->crowded[s];
}

/** No attraction: an ion's excess potential is the electrostatic one alone. */
bool model_is_ideal(const struct model *model, int s);

/** Share x of an ion with electrochemical potential `a` above model_rest (over kT); d_x out: dx/da.
 */
double model_share(const struct model *model, int s, double a, double *d_x);

/** Derivatives of one scalar by the unknowns of one node. */
typedef double model_row[MODEL_UNKNOWNS];

struct model_reaction {
  double rate[MODEL_SPECIES];      /* m^-3 s^-1: net loss of each species */
  model_row d_rate[MODEL_SPECIES]; /* by the unknowns */
  double both;                     /* m^-3 s^-1: recombination and thermal generation added up */
  double heat;                     /* W/m^3: q R (phi_p - phi_n); only with a temperature */
  model_row d_heat;
};

/** n_1 and p_1 at a temperature, and their logarithmic derivatives by T. */
struct model_traps {
  double n_1, p_1, ln_n_T, ln_p_T;
};
struct model_traps model_traps(const struct model *model, int region, double T);

/** Recombination of electrons and holes (no generation). */
void model_react(const struct model *model, int region, const double *u,
                 const struct species_state *state, bool partials, struct model_reaction *out);

/** Flux of every species along an edge, particles per (s m of measure): multiply by the measure. */
struct model_flux {
  double F[MODEL_SPECIES];        /* m^-1 s^-1 */
  double exchange[MODEL_SPECIES]; /* m^-1 s^-1: both directions added up */
  model_row d_k[MODEL_SPECIES], d_l[MODEL_SPECIES];
  /* Only with a temperature: heat that the flux leaves on the edge, W/m */
  double heat[MODEL_SPECIES];
  model_row d_heat_k[MODEL_SPECIES], d_heat_l[MODEL_SPECIES];
};

/** emf: [n_species] force of the surroundings on each species, in kT against k -> l; NULL: none. */
void model_edge(const struct model *model, int region, double length, const double *u_k,
                const double *u_l, const struct species_state *state_k,
                const struct species_state *state_l, const double *emf, bool partials,
                struct model_flux *out);

/** Shape of u: residual names for messages ("Poisson", "continuity of iodide_vacancy", ...). */
const char *model_unknown_kind(const struct model *model, int j, int *species);

void model_free(struct model *model);

#endif
