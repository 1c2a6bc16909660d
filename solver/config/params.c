/* Parameter tables of the groups that belong to the input itself; those of physics are in
 * physics/, those of the solver in solver/spec.c. */
#include <math.h>
#include "solver/config/sections.h"
#include "solver/spec.h"

#define COUNT(name) const size_t name##_params_count = sizeof name##_params / sizeof *name##_params

const char *const piece_sides[] = {"x_min", "x_max", "y_min", "y_max", "r_min",
                                   "r_max", "z_min", "z_max", NULL};

static const char *const coordinates_names[] = {"1d", "planar", "axisymmetric", NULL};
static const char *const start_names[] = {"last", "equilibrium", "steady", "profile", NULL};

#define AT(member) offsetof(struct run_spec, member)
const struct param root_params[] = {
    {"temperature", PARAM_QUANTITY, "K", AT(temperature), 300, 1, 2000, false, false, NULL,
     "Lattice temperature.", "room temperature of most published measurements"},
};
COUNT(root);
#undef AT

#define AT(member) offsetof(struct device_spec, member)
const struct param device_params[] = {
    {"name", PARAM_NAME, "", AT(name), 0, 0, 0, false, false, NULL,
     "Name in the circuit and in the output; `device` when there is only one.", NULL},
    {"coordinates", PARAM_CHOICE, "", AT(shape.coordinates), SHAPE_1D, 0, 0, false, false,
     coordinates_names, "1d: along x; planar: x and y; axisymmetric: r and z.", NULL},
    {"area", PARAM_QUANTITY, "m2", AT(shape.area), 1, 0, INFINITY, true, false, NULL,
     "Cross-section of a 1d device; 1 m^2 makes currents densities.", NULL},
    {"depth", PARAM_QUANTITY, "m", AT(shape.depth), 1, 0, INFINITY, true, false, NULL,
     "Extent of a planar device out of its plane.", NULL},
    {"net_charge", PARAM_BOOL, "", AT(net_charge), 0, 0, 1, false, false, NULL,
     "Allows ions without background whose mean charge nothing fixed balances.", NULL},
};
COUNT(device);

const struct param mesh_params[] = {
    {"refine", PARAM_NUMBER, "", AT(refine), 1, 0.05, 100, false, false, NULL,
     "Divides every automatic spacing; 2 for a convergence check.", NULL},
    {"growth", PARAM_NUMBER, "", AT(shape.growth), PARAM_MISSING, 1, 10, true, false, NULL,
     "Ratio of neighbouring intervals away from contacts and interfaces; missing: 1.12 in 1D, 1.2 "
     "in "
     "2D.",
     "with 1.3 currents across layers of ions are 1 % off"},
    {"intervals", PARAM_INTEGER, "", AT(shape.stack_intervals), 0, 0, 10000000, false, false, NULL,
     "Equal intervals over the whole stack; layer ends need not be nodes. 0: by spacings.", NULL},
    {"width_intervals", PARAM_INTEGER, "", AT(shape.width_intervals), 0, 0, 10000000, false, false,
     NULL, "Equal intervals along x (r) in 2D. 0: by spacings.", NULL},
    {"width_spacing", PARAM_QUANTITY, "m", AT(shape.h_width_max), PARAM_MISSING, 0, INFINITY, true,
     false, NULL, "Largest spacing along x (r) in 2D; missing: by physics.", NULL},
    {"width_spacing_end", PARAM_QUANTITY, "m", AT(shape.h_width_end), PARAM_MISSING, 0, INFINITY,
     true, false, NULL, "Spacing at the ends of x (r) in 2D; missing: by physics.", NULL},
};
COUNT(mesh);
#undef AT

#define AT(member) offsetof(struct region_input, member)
#define DOPING(fallback)                                                                           \
  {"donors", PARAM_QUANTITY, "m-3", AT(donors), fallback,          0,                              \
   INFINITY, false,          false, NULL,       "Ionised donors.", NULL},                          \
      {"acceptors", PARAM_QUANTITY, "m-3", AT(acceptors),        fallback, 0, INFINITY,            \
       false,       false,          NULL,  "Ionised acceptors.", NULL},                            \
  {                                                                                                \
    "fixed_charge", PARAM_QUANTITY, "m-3", AT(fixed_charge), 0, -INFINITY, INFINITY, false, false, \
        NULL, "Density of fixed elementary charges, with sign.", NULL                              \
  }
#define SPACING                                                                                    \
  {"spacing",                                                                                      \
   PARAM_QUANTITY,                                                                                 \
   "m",                                                                                            \
   AT(spacing),                                                                                    \
   PARAM_MISSING,                                                                                  \
   0,                                                                                              \
   INFINITY,                                                                                       \
   true,                                                                                           \
   false,                                                                                          \
   NULL,                                                                                           \
   "Largest spacing of the mesh inside; missing: by physics.",                                     \
   NULL},                                                                                          \
  {                                                                                                \
    "spacing_end", PARAM_QUANTITY, "m", AT(spacing_end), PARAM_MISSING, 0, INFINITY, true, false,  \
        NULL, "Spacing of the mesh at the edges; missing: by physics.", NULL                       \
  }

const struct param layer_params[] = {
    {"name", PARAM_NAME, "", AT(name), 0, 0, 0, false, false, NULL,
     "Name of the region; missing: layer_0, layer_1, ...", NULL},
    {"material", PARAM_NAME, "", AT(material), 0, 0, 0, false, true, NULL, "Name of the material.",
     NULL},
    {"thickness", PARAM_QUANTITY, "m", AT(thickness), PARAM_MISSING, 0, 1, true, true, NULL,
     "Thickness.", NULL},
    DOPING(0),
    SPACING,
    {"intervals", PARAM_INTEGER, "", AT(intervals), 0, 0, 10000000, false, false, NULL,
     "Exactly this many equal intervals; 0: by spacings.", NULL},
};
COUNT(layer);

const struct param box_params[] = {
    {"name", PARAM_NAME, "", AT(name), 0, 0, 0, false, false, NULL,
     "Name of the region; missing: box_0, box_1, ...", NULL},
    {"material", PARAM_NAME, "", AT(material), 0, 0, 0, false, false, NULL,
     "Name of the material; a box needs one, or is an electrode or a void.", NULL},
    {"electrode", PARAM_NAME, "", AT(electrode), 0, 0, 0, false, false, NULL,
     "Contact whose electrode fills the box; its surface belongs to that contact.", NULL},
    {"void", PARAM_BOOL, "", AT(is_void), 0, 0, 1, false, false, NULL,
     "True: a hole, with an insulating boundary on which no field line ends.", NULL},
    DOPING(0),
    SPACING,
};
COUNT(box);
#undef AT

#define AT(member) offsetof(struct profile_spec, member)
const struct param profile_params[] = {
    {"donors", PARAM_QUANTITY, "m-3", AT(donors), PARAM_MISSING, 0, INFINITY, false, false, NULL,
     "Ionised donors instead of the regions'; missing: unchanged.", NULL},
    {"acceptors", PARAM_QUANTITY, "m-3", AT(acceptors), PARAM_MISSING, 0, INFINITY, false, false,
     NULL, "Ionised acceptors instead of the regions'; missing: unchanged.", NULL},
    {"density", PARAM_QUANTITY, "m-3", AT(density), PARAM_MISSING, 0, INFINITY, false, false, NULL,
     "Initial density of the ion named by `ion`.", NULL},
};
COUNT(profile);
#undef AT

#define AT(member) offsetof(struct interface_spec, member)
const struct param interface_params[] = {
    {"electron_velocity", PARAM_QUANTITY, "m s-1", AT(S_n), PARAM_MISSING, 0, INFINITY, false, true,
     NULL, "Recombination velocity S_n of the electrons.", NULL},
    {"hole_velocity", PARAM_QUANTITY, "m s-1", AT(S_p), PARAM_MISSING, 0, INFINITY, false, true,
     NULL, "Recombination velocity S_p of the holes.", NULL},
};
COUNT(interface);
#undef AT

#define AT(member) offsetof(struct region_species, member)
const struct param layer_ion_params[] = {
    {"present", PARAM_BOOL, "", AT(present), 1, 0, 1, false, false, NULL,
     "False: the region is closed to the ion.", NULL},
    {"diffusion", PARAM_QUANTITY, "m2 s-1", AT(diffusion), PARAM_MISSING, 0, INFINITY, true, false,
     NULL, "Diffusion coefficient here; missing: the species' own.", NULL},
    {"density", PARAM_QUANTITY, "m-3", AT(density), PARAM_MISSING, 0, INFINITY, true, false, NULL,
     "Mean density here; missing: the species' own.", NULL},
};
COUNT(layer_ion);
#undef AT

#define AT(member) offsetof(struct piece_input, member)
const struct param piece_params[] = {
    {"at", PARAM_CHOICE, "", AT(at), 0, 0, 0, false, false, piece_sides,
     "Side of the device: x_min, x_max in 1d, all four in 2D (r, z if axisymmetric); a contact "
     "whose "
     "electrode is a box needs none.",
     NULL},
    {"from", PARAM_QUANTITY, "m", AT(from), PARAM_MISSING, -INFINITY, INFINITY, false, false, NULL,
     "Start along the side, 2D only; missing: its beginning.", NULL},
    {"to", PARAM_QUANTITY, "m", AT(to), PARAM_MISSING, -INFINITY, INFINITY, false, false, NULL,
     "End along the side, 2D only; missing: its end.", NULL},
    {"spacing", PARAM_QUANTITY, "m", AT(spacing), PARAM_MISSING, 0, INFINITY, true, false, NULL,
     "Spacing of the mesh at the contact; missing: by physics.", NULL},
};
COUNT(piece);
#undef AT

#define AT(member) offsetof(struct heat_side_input, member)
const struct param heat_side_params[] = {
    {"at", PARAM_CHOICE, "", AT(at), 0, 0, 0, false, true, piece_sides,
     "Side of the device, as of a contact.", NULL},
    {"thermal_resistance", PARAM_QUANTITY, "K m2 W-1", AT(resistance), PARAM_MISSING, 0, INFINITY,
     false, true, NULL,
     "Thermal resistance times area between the side and the surroundings at the run's "
     "temperature, for instance of a substrate or an encapsulation: thickness over conductivity; "
     "0: a heat sink.",
     NULL},
};
COUNT(heat_side);
#undef AT

const struct param metal_params[] = {
    {"name", PARAM_NAME, "", offsetof(struct contact, name), 0, 0, 0, false, true, NULL,
     "Name of the metal.", NULL},
    {"work_function", PARAM_QUANTITY, "eV", offsetof(struct contact, work_function_V),
     PARAM_MISSING, 0, 20, true, true, NULL, "Work function.", NULL},
};
COUNT(metal);

#define AT(member) offsetof(struct experiment_spec, member)
const struct param experiment_params[] = {
    {"name", PARAM_NAME, "", AT(name), 0, 0, 0, false, true, NULL,
     "Name in the first column of terminals.csv.", NULL},
    {"type", PARAM_CHOICE, "", AT(type), EXPERIMENT_TRANSIENT, 0, 0, false, true, experiment_names,
     "equilibrium: all sources at zero; steady: at their values at t = 0; dc_sweep: along a "
     "source's values; transient: for `duration`; impedance: small harmonic signals about the "
     "steady state at the sources' values at t = 0; noise: its fluctuations; continuation: along a "
     "curve of steady states, through its folds.",
     NULL},
    {"start", PARAM_CHOICE, "", AT(start), START_LAST, 0, 0, false, false, start_names,
     "State to begin with; last: where the experiment before ended, the first at equilibrium.",
     NULL},
    {"duration", PARAM_QUANTITY, "s", AT(duration), PARAM_MISSING, 0, INFINITY, true, false, NULL,
     "Length of a transient.", NULL},
    {"frozen_ions", PARAM_BOOL, "", AT(frozen_ions), 0, 0, 1, false, false, NULL,
     "All ions stay where they are.", NULL},
    {"hold_ions", PARAM_BOOL, "", AT(spectrum.hold_ions), 0, 0, 1, false, false, NULL,
     "Impedance, noise: the ions stay where the last experiment left them while all else goes to "
     "its "
     "steady state, and respond to the small signal all the same.",
     NULL},
};
COUNT(experiment);
#undef AT

#define AT(member) offsetof(struct frequency_input, member)
const struct param frequency_params[] = {
    {"from", PARAM_QUANTITY, "Hz", AT(from), PARAM_MISSING, 1e-6, 1e9, false, false, NULL,
     "First frequency, or give `values`.", NULL},
    {"to", PARAM_QUANTITY, "Hz", AT(to), PARAM_MISSING, 1e-6, 1e9, false, false, NULL,
     "Last frequency; may be below the first.", NULL},
    {"per_decade", PARAM_INTEGER, "", AT(per_decade), 10, 1, 10000, false, false, NULL,
     "Frequencies in each factor of ten.", NULL},
};
COUNT(frequency);
#undef AT

#define AT(member) offsetof(struct sweep_input, member)
const struct param sweep_params[] = {
    {"from", PARAM_QUANTITY, "$", AT(from), PARAM_MISSING, -INFINITY, INFINITY, false, false, NULL,
     "First value of a dc_sweep or a continuation.", NULL},
    {"to", PARAM_QUANTITY, "$", AT(to), PARAM_MISSING, -INFINITY, INFINITY, false, false, NULL,
     "Last value of a dc_sweep; a continuation ends there.", NULL},
    {"step", PARAM_QUANTITY, "$", AT(step), PARAM_MISSING, 0, INFINITY, true, false, NULL,
     "Distance of the values of a dc_sweep, or give `points`.", NULL},
    {"points", PARAM_INTEGER, "", AT(points), 0, 0, 1000000, false, false, NULL,
     "Number of values of a dc_sweep with both ends, 2 or more, or give `step`.", NULL},
};
COUNT(sweep);
#undef AT

#define AT(member) offsetof(struct experiment_spec, curve.member)
const struct param curve_params[] = {
    {"low", PARAM_QUANTITY, "$", AT(low), PARAM_MISSING, -INFINITY, INFINITY, false, false, NULL,
     "The curve ends below this value, too; missing: the smaller one of `from` and `to`.", NULL},
    {"high", PARAM_QUANTITY, "$", AT(high), PARAM_MISSING, -INFINITY, INFINITY, false, false, NULL,
     "The curve ends above this value, too; missing: the larger one of `from` and `to`.", NULL},
    {"first_step", PARAM_NUMBER, "", AT(first_step), 0.1, 0, INFINITY, true, false, NULL,
     "First step along the curve; the arc length is the mean change of the potentials in kT/q and "
     "that of the parameter in fiftieths of |to - from|.",
     NULL},
    {"largest_step", PARAM_NUMBER, "", AT(largest_step), 2, 0, INFINITY, true, false, NULL,
     "Longest step along the curve; shorter ones give more points.", NULL},
    {"smallest_step", PARAM_NUMBER, "", AT(smallest_step), 1e-7, 0, INFINITY, true, false, NULL,
     "Step below which the curve counts as lost.", NULL},
    {"max_points", PARAM_INTEGER, "", AT(max_points), 5000, 2, 1000000, false, false, NULL,
     "Points after which the curve ends wherever it is.", NULL},
    {"stability", PARAM_BOOL, "", AT(stability), 1, 0, 1, false, false, NULL,
     "Look for the leading modes at every point: which states are stable.",
     "takes a third of the time"},
};
COUNT(curve);
#undef AT

#define AT(member) offsetof(struct output_input, member)
const struct param output_params[] = {
    {"every_step", PARAM_BOOL, "", AT(every_step), 1, 0, 1, false, false, NULL,
     "A row for every time step; false when times, interval or log is given and this is not.",
     NULL},
    {"interval", PARAM_QUANTITY, "s", AT(interval), PARAM_MISSING, 0, INFINITY, true, false, NULL,
     "A row every so often.", NULL},
};
COUNT(output);
#undef AT

#define AT(member) offsetof(struct log_input, member)
const struct param log_params[] = {
    {"from", PARAM_QUANTITY, "s", AT(from), PARAM_MISSING, 0, INFINITY, true, true, NULL,
     "First instant.", NULL},
    {"to", PARAM_QUANTITY, "s", AT(to), PARAM_MISSING, 0, INFINITY, true, true, NULL,
     "Last instant.", NULL},
    {"per_decade", PARAM_INTEGER, "", AT(per_decade), 10, 1, 10000, false, false, NULL,
     "Instants in each factor of ten.", NULL},
};
COUNT(log);
#undef AT

#define AT(member) offsetof(struct experiment_spec, member)
const struct param fields_params[] = {
    {"start", PARAM_BOOL, "", AT(fields_start), 0, 0, 1, false, false, NULL, "At the start.", NULL},
    {"end", PARAM_BOOL, "", AT(fields_end), 1, 0, 1, false, false, NULL, "At the end.", NULL},
    {"at_spikes", PARAM_BOOL, "", AT(fields_at_spikes), 0, 0, 1, false, false, NULL,
     "At the beginning of every spike.", NULL},
    {"every", PARAM_INTEGER, "", AT(fields_every), 0, 0, 1000000000, false, false, NULL,
     "At every so many steps (points of a sweep; frequencies of noise, with the share of every "
     "place); 0: no.",
     NULL},
};
COUNT(fields);

const struct param spikes_params[] = {
    {"threshold", PARAM_QUANTITY, "A", AT(spike.threshold), PARAM_MISSING, 0, INFINITY, true, true,
     NULL, "Current above which the terminal spikes.", NULL},
};
COUNT(spikes);
