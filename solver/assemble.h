/* Internal to the assembly: what one pass works on, and the parts it is made of. */
#ifndef HALIDRIFT_SOLVER_ASSEMBLE_H
#define HALIDRIFT_SOLVER_ASSEMBLE_H

#include "solver/system.h"

/** What one pass of the assembly works on. */
struct pass {
  struct system *system;
  const struct system_point *point;
  struct system_instance *instance;
  const struct device *device;
  const struct model *model;
  const struct system_plan *plan;
  double *F;
  struct stamp *stamp; /* NULL: residual only */
  int n_unknowns, n_species;
};

static inline int dof(const struct pass *p, int node, int j) {
  return p->instance->dof[node * p->n_unknowns + j];
}

static inline int balance_row(const struct pass *p, int node, int j) {
  return p->plan->row[dof(p, node, j)];
}

static inline struct species_state *part_state(const struct pass *p, size_t part) {
  return &p->instance->state[part * (size_t)p->n_species];
}

static inline int terminal_dof(const struct pass *p, int terminal) {
  return system_net_dof(p->system, p->instance->spec->net[terminal]);
}

static inline double terminal_voltage(const struct pass *p, int terminal) {
  return system_net(p->system, p->point->y, p->instance->spec->net[terminal]);
}

/** Add value * row to equation `row` at the columns of one node, where `couples` says so. */
static inline void add_row(const struct pass *p, int row, int node, const bool *couples,
                           double factor, const double *values) {
  const int *columns = &p->instance->dof[node * p->n_unknowns];
  for (int j = 0; j < p->n_unknowns; j++)
    if (couples[j])
      stamp_add(p->stamp, row, columns[j], factor * values[j]);
}

/** Column of the temperature at a node; only with heat. */
static inline int heat_dof(const struct pass *p, int node) {
  return dof(p, node, p->model->heat);
}

/** Add factor * dc/du of one species to equation `row`. */
static inline void add_density(const struct pass *p, int row, int node, int s,
                               const struct species_state *own, double factor) {
  add_row(p, row, node, p->model->couples[s], factor * own->d_c * own->scale, p->model->A[s]);
  if (p->model->heat >= 0)
    stamp_add(p->stamp, row, heat_dof(p, node), factor * own->c_T);
}

/** Do these ions carry current? Held ones do not, nor those without flux, see
 * assemble_volume.c. */
bool assemble_carries(const struct pass *p, const struct edge_part *edge, int s);

/** A row of its own: residual, and 1 on the diagonal (or at `column`). */
static inline void set_row(const struct pass *p, int row, int column, double residual) {
  p->F[row] += residual;
  if (p->stamp)
    stamp_add(p->stamp, row, column, 1.0);
}

/** Present value of one of the waveforms that every device has. */
static inline double device_drive(const struct pass *p, const struct waveform *waveforms) {
  return waveform_value(&waveforms[p->instance->spec->device], p->point->t);
}

/** Row of the current into a terminal. */
static inline int current_row(const struct pass *p, int terminal) {
  return p->instance->current_base + terminal;
}

/** Test function of a terminal at a node. */
static inline double weight(const struct pass *p, int terminal, int node) {
  return p->instance->weight[terminal * p->device->n_nodes + node];
}

/* assemble_volume.c: nodes, interfaces, edges */
void assemble_gather(const struct pass *p);
void assemble_nodes(const struct pass *p);
void assemble_interfaces(const struct pass *p);
void assemble_edges(const struct pass *p);
/** Pairs that light makes at a node part, m^-3 s^-1. */
double assemble_light(const struct pass *p, size_t part);
/** What is done with electrons on one side of a recombining interface and holes on the other. */
typedef void assemble_pair_visit(const struct pass *p, const struct interface_part *face,
                                 const struct interface_spec *spec, int part_e, int part_h,
                                 void *context);
void assemble_each_interface(const struct pass *p, assemble_pair_visit *visit, void *context);
/** Recombination and thermal generation of such a pair added up, 1/s. */
double assemble_interface_both(const struct pass *p, const struct interface_part *face,
                               const struct interface_spec *spec, int part_e, int part_h);

/* assemble_contact.c: contacts and tunnelling links */
double assemble_face(const struct pass *p, const struct contact_face *face, int row, double factor);
/** Both one-way rates of a contact law at one face, m^-2 s^-1. */
double assemble_face_both(const struct pass *p, const struct contact_face *face);
void assemble_link_partials(const struct pass *p, const struct tunnel_link *link, int row,
                            double factor, const struct tunnel_value *value);
void assemble_faces(const struct pass *p);
void assemble_links(const struct pass *p);
void assemble_contact_rows(const struct pass *p);
struct tunnel_value assemble_link_value(const struct pass *p, const struct tunnel_link *link);
/** Both one-way rates of a link, m^-2 s^-1. */
double assemble_link_both(const struct pass *p, const struct tunnel_link *link);

/** Add factor * g of a link and its partials to one row. */
static inline void add_link(const struct pass *p, const struct tunnel_link *link, int row,
                            double factor, const struct tunnel_value *value) {
  p->F[row] += factor * value->g;
  if (p->stamp)
    assemble_link_partials(p, link, row, factor, value);
}

/* assemble_heat.c: the balance of heat */
void assemble_heat(const struct pass *p);
void assemble_heat_reaction(const struct pass *p, int node, double volume,
                            const struct model_reaction *reaction);
void assemble_heat_edge(const struct pass *p, const struct edge_part *edge,
                        const struct model_flux *flux);
void assemble_heat_face(const struct pass *p, const struct contact_face *face);
void assemble_heat_link(const struct pass *p, const struct tunnel_link *link,
                        const struct tunnel_value *value);

/* assemble_front.c: excess potentials of fronts within control volumes */
void assemble_fronts(const struct pass *p);

/* assemble_ions.c: rows of ions that are not balances, and the multipliers */
void assemble_ion_rows(const struct pass *p);
void assemble_multipliers(const struct pass *p);

/* assemble.c */

/** The laws of one instance in the balances of its nodes and in its currents. */
void assemble_balances(const struct pass *p);
void assemble_set_instance(struct pass *p, size_t i);

#endif
