/* All unknowns of a run (devices and circuit) and THE assembly of their equations.
 *
 * Order of the unknowns: for each device instance its nodes' unknowns (node by node), then for each
 * instance the currents into its terminals and one multiplier per ion component (steady: what fixes
 * the number of ions; transient: ions that came in, over the component's sites), then the voltages
 * of nets 1.., then the branch currents of the circuit's elements. */
#ifndef HALIDRIFT_SOLVER_SYSTEM_H
#define HALIDRIFT_SOLVER_SYSTEM_H

#include "solver/device.h"
#include "solver/linear.h"
#include "solver/spec.h"
#include "solver/stamp.h"

/** Which equations hold. EQUILIBRIUM: flat quasi-Fermi levels, no circuit. */
enum system_mode { SYSTEM_EQUILIBRIUM, SYSTEM_STEADY, SYSTEM_TRANSIENT };

/** Where the equations are evaluated. */
struct system_point {
  enum system_mode mode;
  bool frozen;          /* ions stay at system->frozen */
  bool initial;         /* hold capacitor voltages and inductor currents at their given start */
  double t;             /* s */
  const double *y, *yp; /* [n]; yp is NULL when time derivatives are zero */
  double cj;            /* d yp / d y of the time discretisation, 1/s */
};

struct system_instance {
  const struct device *device; /* borrowed from system->devices */
  const struct device_instance *spec;
  int base, current_base, lambda_base;
  const double *weight; /* [n_terminals * n_nodes] borrowed test functions of the rows of currents:
                           the device's Ramo-Shockley functions */
  int *dof;             /* [n_nodes * n_unknowns] global index; system->n where absent */
  double *u, *up;       /* [n_nodes * n_unknowns] gathered unknowns */
  double *energy, *spread;     /* [n_nodes] work space of assemble_front.c */
  struct species_state *state; /* [n_node_parts * n_species] */
  bool held;                   /* of `state`, for output: ions stay and carry no current */
  double *past;      /* [n_node_parts * n_species] m^-3: densities at the begin of a long step */
  double past_step;  /* s: storage is their difference over it; 0: c'(a) da/dt */
  double *emf;       /* [n_edge_parts * n_species] over kT: fluctuating forces on ions; else 0 */
  double *face_emf;  /* [n_faces] behind emf: the same on exchange with electrodes */
  double *ion_total; /* [n_components] m^-3 m^3: conserved number of blocked ions */
  double
      *hop_current; /* [n_terminals] A: of ions that hop one by one (frozen transients); else 0 */
};

/** Forces of the surroundings on the species of one edge, over kT: [n_species]. */
static inline const double *edge_emf(const struct system_instance *instance,
                                     const struct edge_part *edge) {
  ptrdiff_t at = edge - instance->device->mesh->edge_parts;
  return &instance->emf[at * instance->device->model.n_species];
}

/** Sets of factors of a plan beside its first. */
enum { SYSTEM_SPARES = 3 };

/** One set of equations: destination rows, pattern, factors. */
struct system_plan {
  bool ready;
  int *row;      /* [n + 1] balance row of an unknown, n: dropped */
  double *scale; /* [n + 1] fixed factor of each row */
  struct stamp stamp;
  struct sparse matrix;
  struct linear *linear;
  struct linear *spare[SYSTEM_SPARES]; /* more sets of factors; NULL: nobody has asked for one */
};

enum { SYSTEM_PLANS = 6 };

struct system {
  const struct run_spec *run; /* borrowed */
  int n, net_base, branch_base;
  size_t n_devices, n_instances;
  struct device **devices; /* owned */
  struct system_instance *instances;
  struct element *elements; /* copy of the circuit's; waveforms are borrowed and may be replaced */
  /* [n_devices]: factor of the light, and K by which the surroundings are warmer than the run;
   * copies as of the elements, whose points are borrowed */
  struct waveform *light, *surroundings;
  bool sources_off;  /* all sources at zero, dark */
  double *frozen;    /* [n] values that frozen ions keep */
  double *guess;     /* [n + 1] see system_guess */
  double *row_scale; /* [n + 1] factors of the last assembly */
  int *identity;     /* [n + 1] rows that stay where they are, for books */
  struct system_plan plans[SYSTEM_PLANS];
  int *node;                    /* [n + 1] mesh node of each unknown, -1: of none */
  struct linear_options linear; /* of all plans */
  long exchanges;               /* how often system_exchange has given it other devices */
  long residuals, jacobians;
  double assembly_s;         /* spent in both */
  struct linear_counts past; /* of plans that were dropped */
};

enum hd_status system_create(struct system **system, const struct run_spec *run,
                             struct hd_error *err);
void system_free(struct system **system);

/** Have two systems the same unknowns, node by node (solver/system_exchange.c)? */
bool system_is_alike(const struct system *a, const struct system *b);
/** Let two systems that are alike change their places; plans and factors stay. */
void system_exchange(struct system *a, struct system *b);

/** Light and surroundings of all devices as the input has them. */
void system_reset_drives(struct system *system);

/** The plan of a mode, made at the first use. */
enum hd_status system_plan(struct system *system, enum system_mode mode, bool frozen,
                           struct system_plan **plan, struct hd_error *err);

/** One more set of factors of the plan's matrix, made at the first use; which: below SYSTEM_SPARES.
 */
enum hd_status system_spare(struct system *system, enum system_mode mode, bool frozen, int which,
                            struct linear **spare, struct hd_error *err);

/** What all factors of a system took so far. */
struct linear_counts system_linear_counts(const struct system *system);

/** Free a plan that is not needed for long: its factors are as large as the others'. */
void system_drop_plan(struct system *system, enum system_mode mode, bool frozen);

/** The factors of all plans to a checkpoint and back, bit for bit; system->linear.keep was set. */
enum hd_status system_save_factors(const struct system *system, struct store *store,
                                   struct hd_error *err);
enum hd_status system_restore_factors(struct system *system, const struct store *store,
                                      struct hd_error *err);

/** Free all plans; for system_free. */
void system_free_plans(struct system *system);

/** F(t, y, y') of the plan's equations, [n + 1] (the last entry is scratch). Returns 0, or 1 when
 * a value is not finite. */
int system_residual(struct system *system, const struct system_point *point, double *F);
/** The same and dF/dy + cj dF/dy' into the plan's matrix. */
int system_jacobian(struct system *system, const struct system_point *point, double *F);

/** One pass over all equations; used by the functions above. */
void system_assemble(struct system *system, struct system_plan *plan,
                     const struct system_point *point, double *F, struct stamp *stamp);

/** Bring y (and yp, or NULL) to the instances' nodes: their u, up and state. */
void system_gather(struct system *system, const double *y, const double *yp, double t);

/** Begin a step: storage is the difference to the densities of y over `step`, which holds for steps
 * over which densities change by factors; 0: storage is c'(a) da/dt again. */
void system_begin_step(struct system *system, const double *y, double t, double step);

/** Starting values: neutral potentials, flat levels, ions at their initial profiles. */
void system_guess(const struct system *system, double *y);

/** Unknown of a net's voltage; n (the scratch entry) for ground. */
static inline int system_net_dof(const struct system *system, int net) {
  return net == 0 ? system->n : system->net_base + net - 1;
}

/** Voltage of a net. */
double system_net(const struct system *system, const double *y, int net);

/** Number of ions of one component now. */
double system_ion_count(const struct system *system, const double *y, int instance, int component);
/** Do the ions of a component carry no current in a mode? */
bool system_ions_still(const struct ion_component *component, enum system_mode mode, bool frozen);
/** Do the ions of a component have one potential everywhere, the multiplier, in a mode? */
bool system_ions_rest(const struct ion_component *component, enum system_mode mode, bool frozen);
/** Take the present ion numbers as the conserved ones, and the present ions as the frozen ones. */
void system_hold_ions(struct system *system, const double *y);

/** Ions of one component that came in through contacts during the present transient. */
double system_ion_inflow(const struct system *system, const double *y, int instance, int component);
/** Begin to count the inflow anew. */
void system_clear_inflow(const struct system *system, double *y);
/** Number of ion components of all instances. */
size_t system_ion_components(const struct system *system);

/** Where row i belongs, for messages: "continuity of vacancy at x = 12.3 nm of memristor". */
void system_row_place(const struct system *system, int row, char *text, size_t size);

/** Marks for IDA: 1 differential, 0 algebraic. */
void system_differential(const struct system *system, bool frozen, double *id);

#endif
