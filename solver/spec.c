#include "solver/spec.h"

#include <math.h>
#include <string.h>
#include "solver/base/memory.h"
#include "solver/linear.h"

const char *const experiment_names[] = {"equilibrium", "steady", "dc_sweep",     "transient",
                                        "impedance",   "noise",  "continuation", NULL};

#define AT(member) offsetof(struct solver_spec, member)
const struct param solver_params[] = {
    {"rtol", PARAM_NUMBER, "", AT(rtol), 1e-4, 1e-10, 3e-3, false, false, NULL,
     "Relative tolerance of the transients.",
     "1e-3 does for the neuron, 1e-5 for scans of a film; above 3e-3 runs drift off unnoticed"},
    {"atol_fraction", PARAM_NUMBER, "", AT(atol_fraction), 1e-1, 1e-14, 1, false, false, NULL,
     "Absolute tolerance, in units of rtol, of an ion's share of its sites or its mean density.",
     "1e-4 is enough; 1e-12 resolves the last free sites at twice the cost"},
    {"phi_factor", PARAM_NUMBER, "", AT(phi_factor), 1, 0.1, 10, false, false, NULL,
     "Absolute tolerance of quasi-Fermi potentials, in units of rtol kT/q.",
     "currents follow the levels exponentially: at 10, one film in ten is 1 % off; 10 does for the "
     "neuron and is faster"},
    {"max_order", PARAM_INTEGER, "", AT(max_order), 5, 1, 5, false, false, NULL,
     "Highest order of the backward differentiation formulas.",
     "5 for smooth scans; 3 is faster where a filament switches"},
    {"max_step", PARAM_QUANTITY, "s", AT(max_step), PARAM_MISSING, 0, INFINITY, true, false, NULL,
     "Longest time step; missing: free.", NULL},
    {"min_step", PARAM_QUANTITY, "s", AT(min_step), PARAM_MISSING, 0, INFINITY, true, false, NULL,
     "Shortest time step; a run that needs less ends with an error. Missing: free.", NULL},
    {"initial_step", PARAM_QUANTITY, "s", AT(initial_step), PARAM_MISSING, 0, INFINITY, true, false,
     NULL, "First time step of every transient and behind every kink; missing: automatic.", NULL},
    {"max_steps", PARAM_INTEGER, "", AT(max_steps), 1000000, 1, 2147483647, false, false, NULL,
     "Accepted steps of one experiment after which it ends with an error.",
     "a thousand times what a neuron of 30 pulses needs"},
    {"newton_tolerance", PARAM_QUANTITY, "V", AT(newton_tol), 1e-9, 1e-15, 1e-2, false, false, NULL,
     "Largest potential update of a steady state that counts as converged.",
     "Newton converges quadratically: the next update would be near rounding"},
    {"newton_max", PARAM_INTEGER, "", AT(newton_max), 60, 3, 100000, false, false, NULL,
     "Iterations of one steady state before the bias step is cut; of an equilibrium below 300 K "
     "300 K/T times as many.",
     "10 to 20 are usual from a fair start"},
    {"linear", PARAM_CHOICE, "", AT(linear), LINEAR_AUTOMATIC, 0, 0, false, false,
     linear_solver_names,
     "Library for the linear systems; automatic: umfpack in 2D from 3000 unknowns on, else klu.",
     "factors of 2500 nodes with 4 unknowns: UMFPACK 20 ms, KLU 42 ms; in 1D KLU is 6 to 12 times "
     "faster"},
    {"ordering", PARAM_CHOICE, "", AT(ordering), ORDERING_AUTOMATIC, 0, 0, false, false,
     linear_ordering_names,
     "Order of elimination on the graph of the nodes; automatic: natural in 1D, in 2D amd (minimum "
     "degree), from 5000 nodes on metis (nested dissection).",
     NULL},
    {"blas_threads", PARAM_INTEGER, "", AT(blas_threads), 1, 1, 1024, false, false, NULL,
     "Threads of the BLAS in UMFPACK and ARPACK; more than 1 only with OpenBLAS.",
     "the dense fronts of 2D factors are too small for more than one"},
};
const size_t solver_params_count = sizeof solver_params / sizeof *solver_params;
#undef AT

#define AT(member) offsetof(struct checkpoint_spec, member)
const struct param checkpoint_params[] = {
    {"interval", PARAM_QUANTITY, "s", AT(interval), PARAM_MISSING, 0, INFINITY, true, false, NULL,
     "Time by the clock between two checkpoints; missing: none.",
     "the run restarts its time steps there: minutes cost nothing"},
    {"steps", PARAM_INTEGER, "", AT(steps), 0, 0, 2147483647, false, false, NULL,
     "Time steps, or points of a dc_sweep, between two checkpoints; 0: none.", NULL},
    {"time", PARAM_QUANTITY, "s", AT(time), PARAM_MISSING, 0, INFINITY, true, false, NULL,
     "Simulated time between two checkpoints of a transient; missing: none.", NULL},
};
const size_t checkpoint_params_count = sizeof checkpoint_params / sizeof *checkpoint_params;
#undef AT

static const char *const engine_names[] = {"none", "integer", "langevin", NULL};
static const char *const method_names[] = {"automatic", "gillespie", "leap", NULL};

#define AT(member) offsetof(struct stochastic_spec, member)
const struct param stochastic_params[] = {
    {"engine", PARAM_CHOICE, "", AT(engine), ENGINE_NONE, 0, 0, false, false, engine_names,
     "How ions move in transients: none: as a density that does not fluctuate; integer: hops of "
     "single ions between cells of the mesh; langevin: as a density on which random forces act.",
     NULL},
    {"seed", PARAM_INTEGER, "", AT(seed), 1, 0, 2147483647, false, false, NULL,
     "Seed of all random motion.", NULL},
    {"trajectory", PARAM_INTEGER, "", AT(trajectory), 0, 0, 2147483647, false, false, NULL,
     "Number of the trajectory: each has its own random numbers, of the same seed.", NULL},
    {"method", PARAM_CHOICE, "", AT(method), METHOD_AUTOMATIC, 0, 0, false, false, method_names,
     "gillespie: one hop after another; leap: all hops of a short time at once; automatic: "
     "gillespie while fewer than four hops are expected in a leap.",
     "a leap draws two numbers for each edge, and an event computes the rates of all edges anew"},
    {"interval", PARAM_QUANTITY, "s", AT(interval), 10e-6, 0, INFINITY, true, false, NULL,
     "Time for which the random forces of langevin are held; motion that is faster carries less "
     "noise.",
     "10 us for ions of 1e-12 m^2/s, up to 25 us where means alone matter; shorter ones delay "
     "filaments of few ions"},
    {"leap", PARAM_NUMBER, "", AT(leap), 0.02, 0, 0.5, true, false, NULL,
     "Largest D dt / h^2 of a leap.",
     "a filament of 5 nm x 5 nm bridges within 1 % of the time of events up to 0.2; many ions do "
     "at 0.02, and up to 4 % late at 0.1"},
    {"field_tolerance", PARAM_NUMBER, "", AT(field_tolerance), 0.05, 0, 1, false, false, NULL,
     "Error of the ions' energies, in kT, by which the fields may be extrapolated linearly from "
     "their last solution; 0: the fields are solved after every event or leap.",
     "mean and spread of switching times are the same from 0 to 0.05"},
    {"self_force", PARAM_BOOL, "", AT(self_force), true, 0, 0, false, false, NULL,
     "Take half of the change of its own energy into the rate of a hop; false, for comparison: "
     "every ion feels its own field.",
     "detailed balance in the total energy holds with it"},
};
const size_t stochastic_params_count = sizeof stochastic_params / sizeof *stochastic_params;

#define FIT(member) offsetof(struct fit_spec, member)
const struct param fit_params[] = {
    {"relative_error", PARAM_NUMBER, "", FIT(relative_error), 0.05, 0, 1, true, false, NULL,
     "Weight of data without errors of their own: a share of the current, |Z| or |Y|. Only its "
     "ratios "
     "count, since the fit then scales all errors.",
     NULL},
};
const size_t fit_params_count = sizeof fit_params / sizeof *fit_params;

#define PARAMETER(member) offsetof(struct fit_parameter, member)
const struct param fit_parameter_params[] = {
    {"min", PARAM_NUMBER, "", PARAMETER(min), PARAM_MISSING, -INFINITY, INFINITY, false, false,
     NULL, "Lower bound, in the unit of resolved.cfg; given with `max`.", NULL},
    {"max", PARAM_NUMBER, "", PARAMETER(max), PARAM_MISSING, -INFINITY, INFINITY, false, false,
     NULL, "Upper bound, in the unit of resolved.cfg; given with `min`.", NULL},
    {"prior_factor", PARAM_NUMBER, "", PARAMETER(prior_factor), PARAM_MISSING, 1, INFINITY, true,
     false, NULL,
     "The input's value is known beforehand within this factor (one standard deviation of its "
     "logarithm).",
     NULL},
};
const size_t fit_parameter_params_count =
    sizeof fit_parameter_params / sizeof *fit_parameter_params;

const struct region_species *region_of_species(const struct region_spec *region, size_t species) {
  for (size_t i = 0; i < region->n_species; i++)
    if (region->species[i].species == (int)species)
      return &region->species[i];
  return NULL;
}

double region_density(const struct device_spec *device, size_t region, size_t species) {
  const struct region_species *row = region_of_species(&device->regions[region], species);
  return row && !isnan(row->density) ? row->density : device->species[species].density;
}

static void free_device(struct device_spec *device) {
  for (size_t i = 0; device->regions && i < device->n_regions; i++)
    hd_free(&device->regions[i].species);
  for (size_t i = 0; device->contacts && i < device->n_contacts; i++)
    hd_free(&device->contacts[i].species);
  shape_free(&device->shape);
  hd_free(&device->materials);
  hd_free(&device->regions);
  hd_free(&device->profiles);
  hd_free(&device->interfaces);
  hd_free(&device->species);
  hd_free(&device->interactions);
  hd_free(&device->contacts);
  generation_free(&device->generation);
}

static void free_circuit(struct circuit_spec *circuit) {
  for (size_t i = 0; circuit->elements && i < circuit->n_elements; i++)
    waveform_free(&circuit->elements[i].waveform);
  for (size_t i = 0; circuit->instances && i < circuit->n_instances; i++)
    hd_free(&circuit->instances[i].net);
  hd_free(&circuit->nets);
  hd_free(&circuit->elements);
  hd_free(&circuit->instances);
}

static void free_experiment(struct experiment_spec *experiment) {
  for (size_t i = 0; experiment->drives && i < experiment->n_drives; i++)
    waveform_free(&experiment->drives[i].waveform);
  hd_free(&experiment->drives);
  hd_free(&experiment->values);
  hd_free(&experiment->spectrum.frequencies);
  hd_free(&experiment->curve.place);
  hd_free(&experiment->times);
  hd_free(&experiment->field_times);
  protocol_free(&experiment->protocol);
}

const struct protocol_spec *run_series(const struct run_spec *spec, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (spec->experiments[i].protocol.n_values > 1)
      return &spec->experiments[i].protocol;
  return NULL;
}

const struct waveform *experiment_waveform(const struct run_spec *spec,
                                           const struct experiment_spec *experiment,
                                           size_t element) {
  for (size_t d = 0; d < experiment->n_drives; d++)
    if (experiment->drives[d].target == DRIVE_SOURCE && experiment->drives[d].index == (int)element)
      return &experiment->drives[d].waveform;
  const struct protocol_spec *protocol = &experiment->protocol;
  if (protocol->enabled && protocol->target == DRIVE_SOURCE && protocol->index == (int)element)
    return &protocol->waveform;
  return &spec->circuit.elements[element].waveform;
}

/** Free everything that a run_spec owns and zero it; accepts a zeroed struct. */
void run_spec_free(struct run_spec *spec) {
  if (!spec)
    return;
  for (size_t i = 0; spec->devices && i < spec->n_devices; i++)
    free_device(&spec->devices[i]);
  for (size_t i = 0; spec->experiments && i < spec->n_experiments; i++)
    free_experiment(&spec->experiments[i]);
  free_circuit(&spec->circuit);
  for (size_t i = 0; spec->sensitivity.parameters && i < spec->sensitivity.n; i++)
    hd_free(&spec->sensitivity.parameters[i]);
  hd_free(&spec->sensitivity.parameters);
  hd_free(&spec->fit.parameters);
  hd_free(&spec->devices);
  hd_free(&spec->experiments);
  memset(spec, 0, sizeof *spec);
}
