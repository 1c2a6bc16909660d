/* Which groups the input has and which keys each may hold. */
#include "solver/config/sections.h"

#include "physics/constants.h"
#include "physics/contact.h"
#include "physics/element.h"
#include "physics/generation.h"
#include "physics/heat.h"
#include "physics/material.h"
#include "physics/species.h"
#include "physics/waveform.h"
#include "solver/protocol.h"
#include "solver/spec.h"

static const struct section_child root_children[] = {
    {"title", "\"text\"", NULL, "One line that the output repeats."},
    {"constants", "{ }", NULL, "Physical constants, to compare with a program that uses others."},
    {"solver", "{ }", NULL, "Tolerances and limits."},
    {"checkpoint", "{ }", NULL,
     "When the state of the run is stored, for `halidrift run --resume`."},
    {"stochastic", "{ }", NULL, "Ions that move at random; missing: a density that does not."},
    {"sensitivity", "{ }", NULL, "Derivatives of the results by numbers of the input."},
    {"fit", "{ }", NULL, "What `halidrift fit` finds; runs do not read it."},
    {"materials", "( { }, ... )", NULL,
     "Materials of this input; others are found by name in the library."},
    {"metals", "( { }, ... )", NULL, "Electrode metals of this input; others are in the library."},
    {"device", "{ }", NULL, "The device, when there is only one."},
    {"devices", "( { }, ... )", NULL, "Several devices in one circuit."},
    {"circuit", "( { }, ... )", NULL,
     "Elements and devices with the nets that they are tied to; net gnd is ground. Missing: a "
     "voltage source V drives the last contact of the device, the other one is grounded."},
    {"experiments", "( { }, ... )", NULL, "What is done, one after another."},
    {"study", "{ }", NULL,
     "Which values `halidrift sweep` varies, and what it looks for; a run does not read it."},
    {0}};

static const struct section_child sensitivity_children[] = {
    {"parameters", "[\"path\", ...]", NULL,
     "Paths of the numbers, as --set has them and resolved.cfg shows them; members of a list go by "
     "name or number: \"device.species.vacancy.diffusion\"."},
    {0}};

static const struct section_child fit_children[] = {
    {"parameters", "( { }, ... )", NULL, "The numbers to be found; they start at their values."},
    {0}};

static const struct section_child fit_parameter_children[] = {
    {"key", "\"path\"", NULL, "Path of the number, as of `sensitivity.parameters`."}, {0}};

static const struct section_child material_children[] = {
    {"base", "\"material\"", NULL, "Material whose values are taken where none is given here."},
    {"note", "\"text\"", NULL, "One sentence that `halidrift list materials` shows."},
    {0}};

static const struct section_child metal_children[] = {
    {"note", "\"text\"", NULL, "One sentence about the metal."}, {0}};

static const struct section_child device_children[] = {
    {"width", "quantity", "m", "Extent along x, planar only."},
    {"radius", "quantity", "m", "Extent along r, axisymmetric only."},
    {"layers", "( { }, ... )", NULL,
     "The stack: along x in 1d, along y (z) in 2D, from coordinate 0 upwards."},
    {"boxes", "( { }, ... )", NULL, "Regions painted over the layers, later over earlier ones."},
    {"profiles", "( { }, ... )", NULL, "Boxes that change doping or an ion's initial density."},
    {"interfaces", "( { }, ... )", NULL, "Recombination between two regions."},
    {"species", "( { }, ... )", NULL,
     "Mobile species. Missing: electron and hole with boltzmann statistics."},
    {"interactions", "( { }, ... )", NULL, "Attraction between species (chi, Omega)."},
    {"contacts", "( { }, ... )", NULL, "The terminals, at least one."},
    {"generation", "{ }", NULL, "Electron-hole pairs made by light."},
    {"heat", "{ }", NULL, "Temperature of the device; missing: that of the run everywhere."},
    {"mesh", "{ }", NULL, "What the mesh is like where the physics should not decide."},
    {0}};

static const struct section_child layer_children[] = {
    {"ions", "( { }, ... )", NULL, "Ions that are different in this region."}, {0}};

static const struct section_child layer_ion_children[] = {
    {"name", "\"species\"", NULL, "Name of the ion."}, {0}};

#define RANGES                                                                                     \
  {"x", "[from, to]", "m", "Range along x; missing: all."},                                        \
      {"y", "[from, to]", "m", "Range along y, planar only; missing: all."},                       \
      {"r", "[from, to]", "m", "Range along r, axisymmetric only; missing: all."}, {               \
    "z", "[from, to]", "m", "Range along z, axisymmetric only; missing: all."                      \
  }

static const struct section_child box_children[] = {
    RANGES, {"ions", "( { }, ... )", NULL, "Ions that are different in this region."}, {0}};

static const struct section_child profile_children[] = {
    RANGES, {"ion", "\"species\"", NULL, "Ion whose initial density is set."}, {0}};

static const struct section_child interface_children[] = {
    {"between", "[\"region\", \"region\"]", NULL, "Names of the two layers or boxes."}, {0}};

static const struct section_child contact_children[] = {
    {"pieces", "( { }, ... )", NULL, "More pieces of the boundary that belong to the contact."},
    {"metal", "\"metal\"", NULL, "Metal of the library whose work function is taken."},
    {"species", "( { }, ... )", NULL,
     "What each species does there; carriers not named are dirichlet, ions blocking."},
    {0}};

static const struct section_child generation_children[] = {
    {"points", "( [m, m^-3 s^-1], ... )", NULL, "The table itself instead of a file."},
    {"factor", "{ }", NULL, "Waveform without unit that multiplies the rate; missing: 1."},
    {0}};

static const struct section_child heat_children[] = {
    {"sides", "( { }, ... )", NULL,
     "Sides through which heat leaves where they are no contact; others are insulated. Lattice "
     "heat only."},
    {0}};

static const struct section_child element_children[] = {
    {"nets", "[\"net\", \"net\"]", NULL, "Nets of its two ends; current flows from the first."},
    {"waveform", "{ }", NULL, "Waveform of a source or switch; missing: constant 0."},
    {0}};

static const struct section_child device_element_children[] = {
    {"type", "\"device\"", NULL, "Puts a device into the circuit."},
    {"name", "\"device\"", NULL, "Name of the device."},
    {"terminals", "{ contact = \"net\"; ... }", NULL, "Net of every contact of the device."},
    {0}};

static const struct section_child waveform_children[] = {
    {"points", "( [s, value], ... )", NULL, "Times and values of type pwl, in order."}, {0}};

static const struct section_child experiment_children[] = {
    {"source", "\"element\"", NULL,
     "Source of a dc_sweep or a continuation; impedance, noise: that of the small signal; missing: "
     "the only voltage source."},
    {"key", "\"path\"", NULL,
     "Continuation: the number of the input that varies instead of a source, as --set has it: "
     "\"device.contacts[0].barrier\"."},
    {"values", "[quantity, ...]", "$", "Values of a dc_sweep, in order."},
    {"drive", "( { }, ... )", NULL, "Waveforms of sources during this experiment."},
    {"output", "{ }", NULL, "When a transient writes rows."},
    {"fields", "{ }", NULL, "When the fields inside the devices are written."},
    {"spikes", "{ }", NULL, "What counts as a spike; missing: none are looked for."},
    {"net", "\"net\"", NULL,
     "Impedance, noise: net that the small signal is fed into, instead of `source`."},
    {"frequency", "{ }", NULL, "Frequencies of an impedance or noise."},
    {"curve", "{ }", NULL, "Where a continuation ends, and its steps."},
    {"protocol", "{ }", NULL,
     "Course of a source and what is made of the current: hysteresis, paired pulses, retention, "
     "...; sets the duration of the transient."},
    {0}};

static const struct section_child drive_children[] = {
    {"source", "\"element\"", NULL, "Name of the source or switch."},
    {"light", "\"device\"", NULL,
     "Instead of a source: device whose `generation` the waveform multiplies in place of "
     "`factor`."},
    {"surroundings", "\"device\"", NULL,
     "Instead of a source: device with `heat` whose surroundings (heat sinks and the far side of "
     "thermal resistances) are by so many K warmer than the run."},
    {"waveform", "{ }", NULL, "Its waveform; time runs from the start of the experiment."},
    {0}};

static const struct section_child output_children[] = {
    {"times", "[quantity, ...]", "s", "Instants at which a row is written, in order."},
    {"log", "{ }", NULL, "Instants evenly spaced on a logarithmic scale."},
    {0}};

static const struct section_child fields_children[] = {
    {"times", "[quantity, ...]", "s", "Instants at which the fields are written, in order."}, {0}};

static const struct section_child spikes_children[] = {
    {"device", "\"device\"", NULL, "Device whose current spikes; missing: the only one."},
    {"terminal", "\"contact\"", NULL, "Terminal whose current is watched; missing: the first."},
    {"source", "\"element\"", NULL,
     "Voltage source whose energy and pulse number are reported; missing: the only one."},
    {"capacitor", "\"element\"", NULL,
     "Membrane capacitor; missing: the only one of the circuit, if there is one."},
    {0}};

static const struct section_child frequency_children[] = {
    {"values", "[quantity, ...]", "Hz", "The frequencies themselves, in order."}, {0}};

static const struct section_child study_children[] = {
    {"vary", "( { }, ... )", NULL, "The parameters."},
    {"thresholds", "( { }, ... )", NULL, "Thresholds to look for at every point."},
    {"relaxations", "( { }, ... )", NULL, "Relaxation times to look for at every point."},
    {"curves", "( { }, ... )", NULL, "Columns to be kept at every row of an experiment."},
    {0}};

#define KEY                                                                                        \
  { "key", "\"key\"", NULL, "Any key of the input that holds one value, as for `--set`." }

static const struct section_child vary_children[] = {
    KEY,
    {"from", "value", NULL, "First value, as it stands behind the key in the input."},
    {"to", "value", NULL, "Last value."},
    {"values", "( value, ... )", NULL, "The values one by one, also names and choices."},
    {0}};

static const struct section_child threshold_children[] = {
    KEY,
    {"from", "value", NULL, "Value at which the experiment does not spike."},
    {"to", "value", NULL, "Value at which it does."},
    {0}};

static const struct section_child relaxation_children[] = {
    {"column", "\"column\"", NULL, "Column of terminals.csv, for instance \"I(anode)_A\"."}, {0}};

static const struct section_child study_curve_children[] = {
    {"column", "\"column\"", NULL,
     "Column of terminals.csv, for instance \"I(anode)_A\", or of impedance.csv or noise.csv."},
    {0}};

static const struct section_child protocol_children[] = {
    {"source", "\"element\"", NULL, "Source that is driven; missing: the only voltage source."},
    {"light", "\"device\"", NULL, "Instead of a source: device whose light is driven."},
    {"surroundings", "\"device\"", NULL,
     "Device whose surroundings a temperature_ramp heats; missing: the only device."},
    {"device", "\"device\"", NULL, "Device whose current is looked at; missing: the only one."},
    {"terminal", "\"contact\"", NULL, "Terminal whose current is looked at; missing: the first."},
    {"rates", "[quantity, ...]", "$ s-1",
     "Rates of a hysteresis (1/s times the unit of what is driven) or a temperature_ramp (K/s), "
     "one experiment each."},
    {"intervals", "[quantity, ...]", "s",
     "Times between the pulses of a paired_pulse, one experiment each."},
    {0}};

#define ROWS(name)                                                                                 \
  { name##_params, &name##_params_count }

const struct section sections[SECTION_COUNT] = {
    [SECTION_ROOT] = {"", {ROWS(root)}, root_children, "The whole input."},
    [SECTION_CONSTANTS] = {"constants", {ROWS(constants)}, NULL, "Physical constants."},
    [SECTION_SOLVER] = {"solver", {ROWS(solver)}, NULL, "Tolerances and limits."},
    [SECTION_CHECKPOINT] = {"checkpoint",
                            {ROWS(checkpoint)},
                            NULL,
                            "When the state of the run is stored, besides at Ctrl-C."},
    [SECTION_STOCHASTIC] = {"stochastic",
                            {ROWS(stochastic)},
                            NULL,
                            "Ions that move at random, in transients."},
    [SECTION_SENSITIVITY] = {"sensitivity",
                             {{0}},
                             sensitivity_children,
                             "Derivatives of currents and spikes by numbers of the input, "
                             "carried along with all experiments."},
    [SECTION_FIT] = {"fit",
                     {ROWS(fit)},
                     fit_children,
                     "What `halidrift fit` finds; runs do not read it."},
    [SECTION_FIT_PARAMETER] = {"fit.parameters[]",
                               {ROWS(fit_parameter)},
                               fit_parameter_children,
                               "A number to be found."},
    [SECTION_MATERIAL] = {"materials[]",
                          {ROWS(material)},
                          material_children,
                          "A material of this input, or a library entry with changes (base)."},
    [SECTION_METAL] = {"metals[]", {ROWS(metal)}, metal_children, "An electrode metal."},
    [SECTION_DEVICE] = {"device",
                        {ROWS(device)},
                        device_children,
                        "One device; several stand in the list `devices`."},
    [SECTION_MESH] = {"device.mesh", {ROWS(mesh)}, NULL, "Wishes about the mesh."},
    [SECTION_LAYER] = {"device.layers[]",
                       {ROWS(layer)},
                       layer_children,
                       "One layer of the stack; it is a region of its own."},
    [SECTION_LAYER_ION] = {"device.layers[].ions[]",
                           {ROWS(layer_ion)},
                           layer_ion_children,
                           "What is different for an ion in a layer or box."},
    [SECTION_BOX] = {"device.boxes[]",
                     {ROWS(box)},
                     box_children,
                     "A region painted over the layers, for instance a grain boundary."},
    [SECTION_PROFILE] = {"device.profiles[]",
                         {ROWS(profile)},
                         profile_children,
                         "Doping or initial ion density inside a box, whatever the regions."},
    [SECTION_INTERFACE] = {"device.interfaces[]",
                           {ROWS(interface)},
                           interface_children,
                           "Recombination at the interface of two regions."},
    [SECTION_SPECIES] = {"device.species[]", {ROWS(species)}, NULL, "A mobile species."},
    [SECTION_INTERACTION] = {"device.interactions[]",
                             {ROWS(interaction)},
                             NULL,
                             "Interaction energy of two species."},
    [SECTION_CONTACT] = {"device.contacts[]",
                         {ROWS(contact), ROWS(piece)},
                         contact_children,
                         "A terminal: where it is, its barrier, what species do there."},
    [SECTION_PIECE] = {"device.contacts[].pieces[]",
                       {ROWS(piece)},
                       NULL,
                       "A piece of the outer boundary."},
    [SECTION_CONTACT_SPECIES] = {"device.contacts[].species[]",
                                 {ROWS(contact_species)},
                                 NULL,
                                 "What one species does at the contact."},
    [SECTION_GENERATION] = {"device.generation",
                            {ROWS(generation)},
                            generation_children,
                            "Generation of electron-hole pairs by light."},
    [SECTION_HEAT] = {"device.heat",
                      {ROWS(heat)},
                      heat_children,
                      "Lattice heat: the temperature is an unknown, and all laws follow it."},
    [SECTION_HEAT_SIDE] = {"device.heat.sides[]",
                           {ROWS(heat_side)},
                           NULL,
                           "A side of the device, as far as it is no contact."},
    [SECTION_ELEMENT] = {"circuit[]",
                         {ROWS(element)},
                         element_children,
                         "A circuit element with two ends."},
    [SECTION_DEVICE_ELEMENT] = {"circuit[] of type device",
                                {{0}},
                                device_element_children,
                                "A device in the circuit."},
    [SECTION_WAVEFORM] = {"waveform",
                          {ROWS(waveform)},
                          waveform_children,
                          "Time course of a source: `waveform` of circuit[] and of drive[], and "
                          "`factor` of generation. $ is the unit of what it drives."},
    [SECTION_EXPERIMENT] = {"experiments[]",
                            {ROWS(experiment), ROWS(sweep)},
                            experiment_children,
                            "One experiment. $ is the unit of the source that is swept."},
    [SECTION_DRIVE] =
        {"experiments[].drive[]",
         {{0}},
         drive_children,
         "The waveform of one source, of the light or of the temperature around a device "
         "during one experiment."},
    [SECTION_OUTPUT] = {"experiments[].output",
                        {ROWS(output)},
                        output_children,
                        "Rows of terminals.csv, besides those at kinks of waveforms and the end."},
    [SECTION_LOG_TIMES] = {"experiments[].output.log",
                           {ROWS(log)},
                           NULL,
                           "Output times evenly spaced on a logarithmic scale."},
    [SECTION_FIELDS] = {"experiments[].fields",
                        {ROWS(fields)},
                        fields_children,
                        "When fields.nc gets a record."},
    [SECTION_SPIKES] = {"experiments[].spikes",
                        {ROWS(spikes)},
                        spikes_children,
                        "Detection of spikes; it only reads the result."},
    [SECTION_FREQUENCY] = {"experiments[].frequency",
                           {ROWS(frequency)},
                           frequency_children,
                           "Frequencies of small signals."},
    [SECTION_STUDY] = {"study",
                       {ROWS(study)},
                       study_children,
                       "Points of the space of parameters that `halidrift sweep` runs."},
    [SECTION_VARY] = {"study.vary[]",
                      {ROWS(vary)},
                      vary_children,
                      "A parameter: `from` and `to`, or `values`."},
    [SECTION_THRESHOLD] = {"study.thresholds[]",
                           {ROWS(threshold)},
                           threshold_children,
                           "Smallest value of a key, for instance a pulse's amplitude, at which an "
                           "experiment spikes, by halving a range."},
    [SECTION_RELAXATION] = {"study.relaxations[]",
                            {ROWS(relaxation)},
                            relaxation_children,
                            "Time until a column of terminals.csv has fallen to a share."},
    [SECTION_STUDY_CURVE] =
        {"study.curves[]",
         {ROWS(study_curve)},
         study_curve_children,
         "A column at every row of an experiment, in study.nc along its bias, time "
         "or frequency besides the parameters."},
    [SECTION_CURVE] = {"experiments[].curve",
                       {ROWS(curve)},
                       NULL,
                       "A continuation. $ is the unit of its source or key."},
    [SECTION_PROTOCOL] = {"experiments[].protocol",
                          {ROWS(protocol)},
                          protocol_children,
                          "An experiment that everybody does. $ is the unit of what is driven. The "
                          "members of a series are named NAME_1, NAME_2, ... and all begin in the "
                          "same state."},
};
