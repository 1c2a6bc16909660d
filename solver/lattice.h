/* Ions as numbers: the cells of all devices that hold ions, the hops between them and the exchange
 * with electrodes. Fields and time are not its business. */
#ifndef HALIDRIFT_SOLVER_LATTICE_H
#define HALIDRIFT_SOLVER_LATTICE_H

#include "physics/hop.h"
#include "solver/base/random.h"
#include "solver/system.h"

/** Most sites of a species in a device, or ions where there is no limit: GSL counts up to 2e9,
 * draws from so many sites in a time that goes with them, and the noise of more is below the
 * relative tolerance of the solver, 1e-4. */
enum { LATTICE_MOST = 100000000 };
/** Largest mean of a drawn number: an overfull cell is sure then, and GSL draws none above 4e9. */
enum { LATTICE_BEYOND = 2 * LATTICE_MOST };

/** A place that has an energy: a cell, or a contact node beside an electrode that exchanges ions.
 */
struct lattice_point {
  int instance, species, node;
  int dof;        /* unknown x of the ions there */
  int component;  /* of the device's ions */
  size_t part;    /* node part that is open to the species */
  long count;     /* ions; at a contact node: minus those that the electrode gave */
  long sites;     /* 0: no limit */
  double volume;  /* m^3 */
  double per_ion; /* change of x by one ion */
  double ring;    /* self-energy of an ion over kT that the cell's radius alone makes */
};

/** A way between two neighbours; from an electrode when `electrode` is set. */
struct lattice_edge {
  int from, to; /* points; an electrode is at `from` */
  bool at_electrode;
  double frequency[2]; /* D measure / V of both ends, 1/s */
  double self;         /* half of what a hop adds to its own energy difference, over kT */
  struct hop_electrode electrode;
};

/** Points and edges of one instance stand together: its cells first, then its contact nodes. */
struct lattice_block {
  int first, n_cells, n_points, first_edge, n_edges;
};

struct lattice {
  struct system *system; /* borrowed */
  int n_points, n_edges;
  struct lattice_point *points; /* owned */
  struct lattice_edge *edges;   /* owned */
  struct lattice_block *blocks; /* [n_instances] owned */
  double *v;                    /* [n_points] owned: excess potential over kT */
  size_t n_terminals;
  double *charge;   /* [currents of all instances] owned: C into terminals by hops */
  int *charge_base; /* [n_instances] owned */
  long *inflow;     /* [components of all instances] owned: ions from electrodes */
  double highest;   /* 1/s: largest frequency */
  long hops, exchanges;
};

/** Cells and edges of all devices. Errors: HD_INPUT where a cell holds too few sites or a device
 * too many, or with a law that has no hops; HD_MEMORY */
enum hd_status lattice_create(struct lattice **lattice, struct system *system,
                              struct hd_error *err);
void lattice_free(struct lattice **lattice);

/** What is to be said about a mesh on which the method is not to be trusted
 * (solver/lattice_remark.c): does sentence i apply? */
enum { LATTICE_REMARKS = 6 };
bool lattice_remark(const struct lattice *lattice, int i, char *text, size_t size);

/** Half the self-energy of every hop, and that of rings (solver/lattice_self.c). */
enum hd_status lattice_self(struct lattice *lattice, struct hd_error *err);

/** What the circuit adds to it, as it answers within a step (solver/lattice_circuit.c). */
enum hd_status lattice_circuit(struct lattice *lattice, double step, struct hd_error *err);

/** Does a cell without a limit hold more ions than are counted? */
static inline bool lattice_is_overfull(const struct lattice_point *cell) {
  return cell->sites == 0 && cell->count > LATTICE_MOST;
}
/** The sentence about it. */
enum hd_status lattice_overfull(const struct lattice *lattice, int point, double t,
                                struct hd_error *err);

/** Numbers of ions from the densities of y: those that are whole stay, others are drawn. */
void lattice_fill(struct lattice *lattice, const double *y, gsl_rng *random);
/** The numbers into unknowns: x of the cells, multipliers (ions that came in). */
void lattice_put(const struct lattice *lattice, double *y);
/** Energies of all points at a state of the system. */
void lattice_energies(struct lattice *lattice, const double *y, const double *yp, double t);

struct hop_rates lattice_rates(const struct lattice *lattice, const struct lattice_edge *edge);
/** The same for one ion that faces a free site; into a cell without limit: for all that come. */
struct hop_rates lattice_rates_of_one(const struct lattice *lattice,
                                      const struct lattice_edge *edge);
/** Move n ions along an edge (against it when n < 0), and count the charge at the terminals. */
void lattice_move(struct lattice *lattice, const struct lattice_edge *edge, long n);
/** Begin to count the charge at the terminals anew. */
void lattice_clear_charge(struct lattice *lattice);

#endif
