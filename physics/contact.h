/* Contacts: what one species does at one terminal, and the terminal's own electrostatics. */
#ifndef HALIDRIFT_PHYSICS_CONTACT_H
#define HALIDRIFT_PHYSICS_CONTACT_H

#include <stdbool.h>
#include <stddef.h>
#include "solver/base/error.h"
#include "solver/base/param.h"

/** Law of one species at one terminal. */
struct contact_species {
  char species[HD_NAME];
  int model;       /* row of contact_table */
  double velocity; /* m/s: thermionic velocity; missing: A* T^2 / (q N) */
  double density;  /* m^-3: c_eq of an ion at an exchanging electrode; missing: its mean density */
  double rate;     /* m/s: k_a of ion exchange */
  double transfer; /* transfer coefficient alpha of Butler-Volmer */
};

/** A terminal: potential psi = V - W (vacuum level), or charge-neutral (ohmic). */
struct contact {
  char name[HD_NAME];
  bool ohmic;                /* true: psi from charge neutrality of the material and doping */
  double work_function_V;    /* V; missing: from the barrier */
  double barrier_V;          /* V: phi_B = W - affinity of the material at the contact */
  bool image_force;          /* image potential enters the tunnelling links */
  int image_law;             /* IMAGE_BARRIER or IMAGE_BENDING */
  bool tunnelling;           /* non-local tunnelling of the carriers */
  double tunnel_range;       /* m */
  double thermal_resistance; /* K m^2/W between the device and the run's temperature; 0: sink */
  bool adiabatic;            /* no heat passes */
  size_t n_species;
  struct contact_species
      *species; /* owned; species that are not named: carriers dirichlet, ions blocking */
};

/** Arguments of a law; the flux j leaves the device (m^-2 s^-1). */
struct contact_input {
  double c, eta;       /* density m^-3 and reduced chemical potential in the device */
  double c_eq, eta_eq; /* the same if the species were in equilibrium with the electrode */
  double N;            /* effective density of states (sites), m^-3 */
  double velocity;     /* m/s: thermionic velocity, or k_a */
  double transfer;
  double free, free_eq; /* shares of free sites for c and c_eq; read with an emf only */
  double emf;           /* force of the surroundings against the way out, over kT */
};

struct contact_value {
  double j, d_c, d_eta, d_c_eq, d_eta_eq, d_N, d_velocity, d_free;
  double both; /* m^-2 s^-1: both one-way rates added up, at no emf */
};

struct contact_law {
  const char *name;
  bool dirichlet; /* true: the species is held at equilibrium with the electrode; value is NULL */
  bool for_carriers, for_ions;
  struct contact_value (*value)(const struct contact_input *input);
  const char *keys; /* space-separated keys of contact_species_params that this model reads */
  const char *doc, *source;
};

enum {
  CONTACT_DIRICHLET, /* infinite exchange velocity: quasi-Fermi level (density) of the electrode */
  CONTACT_BLOCKING,  /* j = 0 */
  CONTACT_SCHOTTKY,  /* j = v (c - c_eq) */
  CONTACT_SUPPLY,    /* j = v N [ln(1 + e^eta) - ln(1 + e^eta_eq)] */
  CONTACT_EXCHANGE,  /* ions: j = k_a (c - c_eq) */
  CONTACT_BUTLER_VOLMER /* ions: j = -k_a c_eq [e^((1-a) A) - e^(-a A)], A = eta_eq - eta */
};

/** Where the image potential of a contact enters tunnelling. */
enum {
  IMAGE_BARRIER, /* in the transmission: the barrier is lower and thinner (Murphy & Good) */
  IMAGE_BENDING  /* in the bending: energies near the metal are left out (DESIGN section 3.5) */
};

extern const struct contact_law contact_table[];
extern const size_t contact_table_count;
extern const char *const contact_model_names[], *const image_law_names[];
extern const struct param contact_params[], contact_species_params[];
extern const size_t contact_params_count, contact_species_params_count;

/** Check the values that depend on each other; `place` stands before every sentence. */
enum hd_status contact_check(const struct contact *contact, const char *place,
                             struct hd_error *err);

/** Arguments of one tunnelling link between a contact and a node at distance x inside (1D ray). */
struct tunnel_input {
  double psi_contact;                /* V: at the contact node */
  double psi, psi_before, psi_after; /* V: at the node and its neighbours on the ray */
  double x, x_before,
      x_after;     /* m: distances from the contact; x_after = x at the end of the ray */
  double from, to; /* m: ends of the control volume along the ray; 0 only without image_bending */
  double eta;      /* reduced chemical potential of the carrier at the node */
  double eta_metal, eta_metal_before, eta_metal_after; /* the same with the metal's level, there and
                                                        * at the neighbours */
  int charge;                          /* -1 electron, +1 hole: which way the band must bend */
  double V_T;                          /* V */
  double prefactor;                    /* v N, m^-2 s^-1 */
  double kappa;                        /* (4/3) sqrt(2 m q) / hbar, m^-1 V^-1/2 */
  double image_bending, image_barrier; /* q / (16 pi eps_opt eps0) in the bending or in the
                                        * transmission, V m; 0: no image force there */
};

struct tunnel_value {
  double g; /* m^-2 s^-1: flux from the contact to the node */
  double d_psi_contact, d_psi, d_psi_before, d_psi_after;
  double d_eta, d_eta_metal, d_eta_metal_before, d_eta_metal_after, d_V_T;
};

/** Non-local tunnelling flux into one control volume; zero where the band bends the wrong way. */
struct tunnel_value contact_tunnel(const struct tunnel_input *input);
/** The same flux without its derivatives. */
double contact_tunnel_flux(const struct tunnel_input *input);

#endif
