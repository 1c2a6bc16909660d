/* A validated run: what config_read makes of the input text and everything else works on.
 * All values are SI (energies in V); all names are resolved to indices unless said otherwise. */
#ifndef HALIDRIFT_SOLVER_SPEC_H
#define HALIDRIFT_SOLVER_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include "geometry/shape.h"
#include "physics/constants.h"
#include "physics/contact.h"
#include "physics/element.h"
#include "physics/generation.h"
#include "physics/heat.h"
#include "physics/material.h"
#include "physics/species.h"
#include "physics/waveform.h"
#include "solver/protocol.h"

/** What one ion is in one region, where it differs from the species' own row. */
struct region_species {
  int species;      /* index into device_spec.species */
  bool present;     /* false: the region is closed to this ion */
  double diffusion; /* m^2/s; missing: the species' own */
  double density;   /* m^-3: initial mean density; missing: the species' own */
};

/** A region: one material with uniform doping. Layers and boxes name it by index. */
struct region_spec {
  char name[HD_NAME];
  int material;             /* index into device_spec.materials */
  double donors, acceptors; /* m^-3 */
  double fixed_charge;      /* m^-3, signed, units of q */
  size_t n_species;
  struct region_species *species; /* owned; only those that differ */
};

/** A box that adds doping or sets the initial density of an ion, whatever the regions. */
struct profile_spec {
  double lo[2], hi[2]; /* m; -INFINITY, INFINITY where not given; nodes on the edge are inside */
  double donors, acceptors; /* m^-3, replace the region's values; missing: leave */
  int ion;                  /* species index, -1: none */
  double density;           /* m^-3: initial density of that ion */
};

/** Interface recombination between two regions. */
struct interface_spec {
  int region[2];
  double S_n, S_p; /* m/s */
};

struct device_spec {
  char name[HD_NAME];
  struct shape shape; /* spacings NAN here mean "by physics": mesh_plan fills them */
  double refine;      /* divides every automatic spacing; 1 by default */
  bool net_charge;    /* true: ions without background may leave a mean charge */
  size_t n_materials, n_regions, n_profiles, n_interfaces, n_species, n_interactions, n_contacts;
  struct material *materials;        /* owned */
  struct region_spec *regions;       /* owned */
  struct profile_spec *profiles;     /* owned */
  struct interface_spec *interfaces; /* owned */
  struct species *species;           /* owned; electron and hole, if present, come first */
  struct interaction *interactions;  /* owned */
  struct contact *contacts;          /* owned; index = terminal of shape.contacts */
  struct generation generation;
  struct heat heat;
  double side_resistance[SHAPE_SIDES]; /* K m^2/W to the surroundings where a side is no contact; 0:
                                          a heat sink; missing: no heat passes */
};

/** A device in the circuit: which net each of its terminals is tied to. */
struct device_instance {
  int device; /* index into run_spec.devices */
  int *net;   /* [n_contacts] owned */
};

/** Net 0 is ground ("gnd", "0"). */
struct circuit_spec {
  size_t n_nets, n_elements, n_instances;
  char (*nets)[HD_NAME];             /* owned */
  struct element *elements;          /* owned */
  struct device_instance *instances; /* owned; terminal names in output: contact name, with
                                        "device." in front when there are several devices */
};

enum experiment_type {
  EXPERIMENT_EQUILIBRIUM, /* all sources at zero, ions in equilibrium; capacitors at `initial` */
  EXPERIMENT_STEADY,      /* steady state at the sources' values at t = 0 */
  EXPERIMENT_DC_SWEEP,    /* steady states along a source's values */
  EXPERIMENT_TRANSIENT,   /* time evolution for `duration` */
  EXPERIMENT_IMPEDANCE,   /* small harmonic signals about a steady state, at many frequencies */
  EXPERIMENT_NOISE,       /* spectra of the fluctuations about a steady state, at the same port */
  EXPERIMENT_CONTINUATION /* steady states along a curve through folds */
};
/** Their names in the input, ends with NULL. */
extern const char *const experiment_names[];

/** Small signals at many frequencies? */
static inline bool experiment_is_spectrum(int type) {
  return type == EXPERIMENT_IMPEDANCE || type == EXPERIMENT_NOISE;
}

enum experiment_start {
  START_LAST,        /* from the last experiment's end (the first: from equilibrium) */
  START_EQUILIBRIUM, /* full equilibrium with all sources at zero */
  START_STEADY,      /* steady state at the sources' values at t = 0 */
  START_PROFILE      /* ions at their input profiles, everything else in equilibrium with them */
};

/** What a waveform drives: the value of a source or switch, the factor of a device's light, or by
 * how much the surroundings of its heat are warmer than the run, K. */
enum drive_target { DRIVE_SOURCE, DRIVE_LIGHT, DRIVE_SURROUNDINGS };

/** Replaces one waveform during one experiment. */
struct drive_spec {
  int target; /* enum drive_target */
  int index;  /* of the element or the device */
  struct waveform waveform;
};

/** What counts as a spike: |I| of a device terminal above the threshold. It only reads the result.
 */
struct spike_spec {
  bool enabled;
  int instance, terminal; /* whose current */
  int source; /* element index of the voltage source whose energy and pulse number are reported */
  int capacitor;    /* element index of the membrane capacitor; -1: none */
  double threshold; /* A */
};

/** Small signals: where the circuit is driven and read, and at which frequencies. */
struct spectrum_spec {
  int source; /* element index of a voltage or current source; -1: a net */
  int net;    /* index of the net, where source is -1 */
  size_t n_frequencies;
  double *frequencies; /* owned; Hz, in order */
  bool hold_ions; /* the state keeps the ions of the last experiment; they respond all the same */
};

/** A curve of steady states: see solver/continuation.h for its steps. */
struct curve_spec {
  char key[HD_PATH];  /* path of the number that varies; "": the value of a source */
  char unit[HD_NAME]; /* of the number */
  double own;         /* the value that the number has in the run, SI */
  char *place;        /* owned: where the key stands, for messages; NULL without one */
  double from, to;    /* where it begins, and the value that ends it; V, A or SI */
  double low, high;   /* values that end it, too */
  double first_step, largest_step, smallest_step; /* arc length */
  int max_points;
  bool stability; /* the leading modes are looked for at every point */
};

struct experiment_spec {
  char name[HD_NAME];
  int type;        /* enum experiment_type */
  int start;       /* enum experiment_start */
  double duration; /* s, transient */
  size_t n_drives;
  struct drive_spec *drives; /* owned */
  int sweep_source;          /* dc sweep, continuation: element index; -1: a key */
  /* dc sweep: the source's values */
  size_t n_values;
  double *values;   /* owned; V or A, in order */
  bool frozen_ions; /* true: all ions stay where they are (any type of experiment) */
  struct spectrum_spec spectrum;
  struct curve_spec curve; /* continuation */
  /* transient: output */
  bool every_step; /* a row for every accepted time step */
  size_t n_times;
  double *times; /* owned; s, ascending: rows exactly there (besides kinks and the end) */
  size_t n_field_times;
  double *field_times; /* owned; s: fields are written there */
  bool fields_start, fields_end, fields_at_spikes;
  int fields_every; /* every k-th step; 0: none */
  struct spike_spec spike;
  struct protocol_spec protocol; /* a member of a series begins where the first one did */
};

/** Tolerances and limits of the solver; each row of solver_params says its reason. */
struct solver_spec {
  double rtol;          /* relative tolerance of the transients */
  double atol_fraction; /* absolute tolerance of theta (c / c_max) or c / c_mean */
  double phi_factor;    /* quasi-Fermi weight in units of rtol V_T, 1 to 10 */
  int max_order;
  double max_step, min_step, initial_step; /* s; missing: free */
  int max_steps;                           /* accepted steps per experiment */
  double newton_tol; /* V: largest potential update of a converged steady Newton */
  int newton_max;    /* iterations of one steady Newton */
  int linear;        /* enum linear_choice */
  int ordering;      /* enum linear_ordering */
  int blas_threads;
};

extern const struct param solver_params[];
extern const size_t solver_params_count;

/** When a run stores its state, to go on after an interruption. What is missing asks for nothing.
 */
struct checkpoint_spec {
  double interval; /* s by the clock */
  double time;     /* s of simulated time of a transient */
  int steps;       /* time steps, or points of a sweep; 0: missing */
};

extern const struct param checkpoint_params[];
extern const size_t checkpoint_params_count;

/** How the ions move in transients: as a density, as a number in each cell, or as a density with
 * fluctuating forces. */
enum stochastic_engine { ENGINE_NONE, ENGINE_INTEGER, ENGINE_LANGEVIN };

/** How hops are drawn: the cheaper one, one after another, or all those of a short time at once. */
enum stochastic_method { METHOD_AUTOMATIC, METHOD_GILLESPIE, METHOD_LEAP };

/** Random ions; each row of stochastic_params says its meaning. */
struct stochastic_spec {
  int engine; /* enum stochastic_engine */
  int seed, trajectory;
  int method;             /* enum stochastic_method */
  double interval;        /* s: for which forces are held */
  double leap;            /* largest D dt / h^2 of a leap */
  double field_tolerance; /* kT: error of the energies between two solutions of the fields */
  bool self_force;        /* false: hops feel the field of their own ion (comparison only) */
};

extern const struct param stochastic_params[];
extern const size_t stochastic_params_count;

/** Derivatives that are carried along with the run. */
struct sensitivity_spec {
  size_t n;
  char **parameters; /* [n] owned: paths of numbers of the input */
};

/** A number that a fit finds. */
struct fit_parameter {
  char key[HD_PATH];   /* path of the number in the input */
  double min, max;     /* SI; both missing: free */
  double prior_factor; /* known beforehand within this factor (one sigma); missing: not known */
};

/** What a fit varies; runs do not read it. */
struct fit_spec {
  double relative_error; /* of data without errors of their own */
  size_t n;
  struct fit_parameter *parameters; /* [n] owned */
};

extern const struct param fit_params[], fit_parameter_params[];
extern const size_t fit_params_count, fit_parameter_params_count;

struct run_spec {
  char title[256];
  double temperature; /* K */
  struct constants constants;
  size_t n_devices, n_experiments;
  struct device_spec *devices; /* owned */
  struct circuit_spec circuit;
  struct experiment_spec *experiments; /* owned */
  struct solver_spec solver;
  struct checkpoint_spec checkpoint;
  struct stochastic_spec stochastic;
  struct sensitivity_spec sensitivity;
  struct fit_spec fit;
};

/** What a region says about a species, or NULL. */
const struct region_species *region_of_species(const struct region_spec *region, size_t species);
/** Mean initial density of a species in a region where it can be, m^-3: the region's or its own. */
double region_density(const struct device_spec *device, size_t region, size_t species);

/** kT/q of a run, V. */
static inline double run_thermal_voltage(const struct run_spec *run) {
  return run->constants.k * run->temperature / run->constants.q;
}

/** A series of protocols among the first n experiments; NULL: there is none. */
const struct protocol_spec *run_series(const struct run_spec *spec, size_t n);

/** Waveform of an element of the circuit during an experiment: of what drives it, a protocol among
 * them, or its own. */
const struct waveform *experiment_waveform(const struct run_spec *spec,
                                           const struct experiment_spec *experiment,
                                           size_t element);

/** Free everything that a run_spec owns; accepts a zeroed struct. */
void run_spec_free(struct run_spec *spec);

/** Fill the missing spacings of every device's shape from its physics: Debye lengths at contacts
 * and interfaces, smoothing lengths where fronts go, tunnelling ranges. */
enum hd_status mesh_plan(struct run_spec *spec, struct hd_error *err);

#endif
