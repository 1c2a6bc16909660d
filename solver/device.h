/* A device ready to be assembled: mesh and model bound together, and all that can be computed once.
 */
#ifndef HALIDRIFT_SOLVER_DEVICE_H
#define HALIDRIFT_SOLVER_DEVICE_H

#include "geometry/mesh.h"
#include "physics/contact.h"
#include "physics/model.h"
#include "solver/spec.h"

/** A node whose potential a terminal sets: psi = V(terminal) + psi_offset. */
struct contact_node {
  int node, part, terminal;
  double psi_offset; /* V: minus the work function, or the neutral potential */
};

/** One species on one piece of a contact. */
struct contact_face {
  int node, part, terminal, species;
  double area; /* m^2 */
  const struct contact_law *law;
  double velocity; /* m/s at the run's temperature */
  double power;    /* velocity ~ T^power */
  double transfer;
  double c_eq; /* m^-3, ions */
};

/** A tunnelling link of one carrier between a contact and one node inside. */
struct tunnel_link {
  int terminal, species;
  int contact, node, before, after; /* nodes; after == node where the carrier can go no further */
  int part;                         /* node part of `node` */
  double x, x_before, x_after, from, to, area;
  double prefactor, kappa, image_bending, image_barrier; /* see struct tunnel_input */
};

/** A connected piece of the device in which an ion is, with its boundary. */
struct ion_component {
  int species;
  int n_exchange;  /* terminals that exchange it */
  int terminal;    /* one of them; -1: there is none */
  bool dirichlet;  /* held at a density by one of them */
  bool thermal;    /* moved by gradients of the temperature: steady states have balances */
  double capacity; /* m^3 of accessible volume */
};

struct device {
  const struct device_spec *spec; /* borrowed */
  struct mesh *mesh;              /* owned */
  struct model model;
  int n_nodes, n_unknowns, n_terminals, n_dofs;
  int *dof;               /* [n_nodes * n_unknowns] local index of an unknown, -1: absent */
  double *poisson_scale;  /* [n_nodes] 1 / sum of eps measure, m/F ... V per coulomb */
  double *node_volume;    /* [n_nodes] m^3 */
  double *species_volume; /* [n_nodes * n_species] m^3 open to the species */
  double *fixed_charge;   /* [n_node_parts] m^-3, units of q */
  double *generation;     /* [n_node_parts] m^-3 s^-1 at time factor 1 */
  double *initial_x;      /* [n_nodes * n_species] initial x of ions, 0 for carriers */
  int *terminal_of;       /* [n_nodes] -1: not a contact node */
  size_t n_contact_nodes, n_faces, n_links, n_components;
  struct contact_node *contact_nodes;
  struct contact_face *faces;
  struct tunnel_link *links;
  int *component; /* [n_nodes * n_species] -1: none */
  struct ion_component *components;
  bool *held;          /* [n_nodes * n_species] Dirichlet rows of species at contacts */
  double *held_value;  /* [n_nodes * n_species] x of held ions */
  double *weight;      /* [n_terminals * n_nodes] Ramo-Shockley test functions */
  double *capacitance; /* [n_terminals * n_terminals] geometric, F */
  /* Heat; NULL and 0 without it. A lumped device has one unknown T, owned by node 0. */
  bool *sink;           /* [n_nodes] held at the run's temperature */
  double *heat_scale;   /* [n_nodes] K/W: factor of the heat balance */
  double *heat_storage; /* [n_nodes] J/K; lumped: all of it at node 0 */
  double *heat_loss; /* [n_nodes] W/K to the surroundings, through contacts, sides and sideways */
};

/** Build mesh, model and tables of one device. */
enum hd_status device_create(struct device **device, const struct run_spec *run, int index,
                             struct hd_error *err);
void device_free(struct device **device);

/** The node part that a node's guesses are made with: the first that is no insulator, if any. */
int device_lead_part(const struct device *device, int node);

/** A node part that is open to a species which can be at the node. */
static inline size_t device_open_part(const struct device *device, int node, int s) {
  size_t part = device->mesh->first_part[node];
  while (!device->model.regions[device->mesh->node_parts[part].region].species[s].present)
    part++;
  return part;
}

/** Potential of local charge neutrality at flat levels, V (solver/device_contact.c). */
double device_neutral_potential(const struct device *device, int node, int part);

/** Index of a species by its name; -1: there is none (solver/model_build.c). */
int model_species_index(const struct device_spec *spec, const char *name);

/** Physics of a device from its spec (solver/model_build.c). */
enum hd_status model_build(struct model *model, const struct run_spec *run,
                           const struct device_spec *spec, struct hd_error *err);

/** Contacts, faces and tunnelling links (solver/device_contact.c). */
enum hd_status device_contacts(struct device *device, const struct run_spec *run,
                               struct hd_error *err);

/** Potential of neutrality at a temperature, and its derivative by T, V and V/K. */
double device_ohmic_potential(const struct device *device, const struct contact_node *at, double T,
                              double *d_T);

/** Capacities, losses and sinks of heat (solver/device_heat.c). */
enum hd_status device_heat(struct device *device, struct hd_error *err);

static inline bool device_is_lumped(const struct device *device) {
  return device->spec->heat.kind == HEAT_LUMPED;
}

/** Test functions and geometric capacitances (solver/ramo.c). */
enum hd_status device_ramo(struct device *device, struct hd_error *err);

/** D of an ion at the run's temperature, m^2/s, from that at its reference temperature
 * (solver/model_build.c). */
double device_ion_diffusion(const struct run_spec *run, const struct species *species,
                            double D_ref);

#endif
