/* Bulk material: every number that belongs to the substance and not to the device. */
#ifndef HALIDRIFT_PHYSICS_MATERIAL_H
#define HALIDRIFT_PHYSICS_MATERIAL_H

#include <stdbool.h>
#include "solver/base/error.h"
#include "solver/base/param.h"

struct material {
  char name[HD_NAME];
  double eps_r;            /* static relative permittivity */
  double eps_opt;          /* optical relative permittivity, image force only */
  double affinity_V;       /* electron affinity (vacuum to E_c), eV stored in V */
  double gap_V;            /* E_c - E_v, V */
  double N_c, N_v;         /* effective densities of states, m^-3 */
  double mu_n, mu_p;       /* mobilities, m^2/(V s) */
  double tau_n, tau_p;     /* SRH lifetimes, s; INFINITY: no SRH */
  double trap_V;           /* SRH level above the intrinsic level, V */
  double k_rad;            /* radiative coefficient, m^3/s */
  double C_n, C_p;         /* Auger coefficients, m^6/s */
  double absorption;       /* Beer-Lambert absorption coefficient, 1/m */
  double m_n, m_p;         /* tunnelling masses, units of m0 */
  double A_n, A_p;         /* Richardson constants, A/(m^2 K^2) */
  double smoothing;        /* m: length ell of the Helmholtz kernel of the switching free energy */
  double power_n, power_p; /* mobility ~ (T / run's temperature)^power */
  double thermal_conductivity; /* W/(m K) */
  double mass_density;         /* kg/m^3 */
  double specific_heat;        /* J/(kg K) */
  bool insulator;              /* no species enters: Poisson's equation only */
};

extern const struct param material_params[];
extern const size_t material_params_count;

/** What a device asks of a material; bits of `needs`. */
enum material_need {
  MATERIAL_ELECTRONS = 1,
  MATERIAL_HOLES = 2,
  MATERIAL_IMAGE_FORCE = 4,
  MATERIAL_CONDUCTS_HEAT = 8,
  MATERIAL_STORES_HEAT = 16
};

/** Check that all values that are needed were given; `place` stands before every sentence. */
enum hd_status material_check(const struct material *material, int needs, const char *place,
                              struct hd_error *err);

/** n_i = sqrt(N_c N_v) exp(-E_g / (2 V_T)), m^-3. V_T in V. */
double material_intrinsic_density(const struct material *material, double V_T);

#endif
