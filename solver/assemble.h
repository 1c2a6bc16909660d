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

/** A row of its own: residual, and 1 on the diagonal (or at `column`). */
static inline void set_row(const struct pass *p, int row, int column, double residual) {
  p->F[row] += residual;
  if (p->stamp)
    stamp_add(p->stamp, row, column, 1.0);
}

/** Row of the current into a terminal. */
static inline int current_row(const struct pass *p, int terminal) {
  return p->instance->current_base + terminal;
}

/** Test function of a terminal at a node. */
static inline double weight(const struct pass *p, int terminal, int node) {
  return p->device->weight[terminal * p->device->n_nodes + node];
}

/* assemble_volume.c: nodes, interfaces, edges */
void assemble_gather(const struct pass *p);
void assemble_nodes(const struct pass *p);
void assemble_interfaces(const struct pass *p);
void assemble_edges(const struct pass *p);

/* assemble_contact.c: contacts and tunnelling links */
void assemble_face(const struct pass *p, const struct contact_face *face, int row, double factor);
void assemble_faces(const struct pass *p);
void assemble_links(const struct pass *p);
void assemble_contact_rows(const struct pass *p);
struct tunnel_value assemble_link_value(const struct pass *p, const struct tunnel_link *link);

/* assemble_ions.c: rows of ions that are not balances, and the multipliers */
void assemble_ion_rows(const struct pass *p);
void assemble_multipliers(const struct pass *p);

/* assemble.c */
void assemble_set_instance(struct pass *p, size_t i);

#endif
