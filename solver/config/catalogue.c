#include "solver/config/catalogue.h"

#include "physics/contact.h"
#include "physics/element.h"
#include "physics/generation.h"
#include "physics/reaction.h"
#include "physics/species.h"
#include "physics/statistics.h"
#include "physics/waveform.h"
#include "solver/config/build.h"
#include "solver/protocol.h"
#include "solver/quantity.h"

static bool contact_row(size_t i, struct catalogue_row *row) {
  if (i >= contact_table_count)
    return false;
  const struct contact_law *law = &contact_table[i];
  *row = (struct catalogue_row){law->name, NULL, law->doc, law->keys, law->source};
  return true;
}

static bool reaction_row(size_t i, struct catalogue_row *row) {
  if (i >= reaction_table_count)
    return false;
  const struct reaction_law *law = &reaction_table[i];
  *row = (struct catalogue_row){law->name, NULL, law->doc, NULL, law->source};
  return true;
}

static bool element_row(size_t i, struct catalogue_row *row) {
  if (i >= element_table_count)
    return false;
  const struct element_law *law = &element_table[i];
  *row = (struct catalogue_row){law->name, law->value_unit, law->doc, law->keys, NULL};
  return true;
}

static bool waveform_row(size_t i, struct catalogue_row *row) {
  if (i >= waveform_table_count)
    return false;
  const struct waveform_law *law = &waveform_table[i];
  *row = (struct catalogue_row){law->name, NULL, law->doc, law->keys, NULL};
  return true;
}

static bool statistics_row(size_t i, struct catalogue_row *row) {
  if (i >= statistics_table_count)
    return false;
  const struct statistics_law *law = &statistics_table[i];
  *row = (struct catalogue_row){law->name, NULL, law->doc, NULL, law->source};
  return true;
}

static bool generation_row(size_t i, struct catalogue_row *row) {
  static const char *const docs[] = {
      [GENERATION_NONE] = "Dark.",
      [GENERATION_UNIFORM] = "The same rate everywhere.",
      [GENERATION_BEER_LAMBERT] =
          "Light that enters at one end and decays with the materials' `absorption`.",
      [GENERATION_TABLE] = "A table over the position, from a file or from points.",
  };
  if (i >= sizeof docs / sizeof *docs)
    return false;
  *row = (struct catalogue_row){generation_params[0].choices[i], NULL, docs[i],
                                build_generation_keys((int)i), NULL};
  return true;
}

static bool experiment_row(size_t i, struct catalogue_row *row) {
  static const struct catalogue_row rows[] = {
      {"equilibrium", NULL,
       "All sources are at zero and all ions in equilibrium; capacitors at `initial`.", "", NULL},
      {"steady", NULL, "Steady state at the values that the sources have at t = 0.", "drive", NULL},
      {"dc_sweep", NULL, "Steady states along the values of one source.",
       "drive source from to step points values", NULL},
      {"continuation", NULL,
       "Steady states along a curve over the values of one source, or of any number of the input, "
       "through its folds, with their stability.",
       "drive source key from to curve", NULL},
      {"transient", NULL, "Evolution in time.", "drive duration output spikes protocol", NULL},
      {"impedance", NULL,
       "Small harmonic signals about the steady state at the values that the sources have at t = "
       "0: impedance.csv.",
       "drive source net frequency hold_ions", NULL},
      {"noise", NULL,
       "Spectra of current and voltage noise about the steady state at the values that the sources "
       "have at t = 0: noise.csv.",
       "drive source net frequency hold_ions", NULL},
  };
  if (i >= sizeof rows / sizeof *rows)
    return false;
  *row = rows[i];
  return true;
}

static bool protocol_row(size_t i, struct catalogue_row *row) {
  if (i >= protocol_table_count)
    return false;
  const struct protocol_law *law = &protocol_table[i];
  *row = (struct catalogue_row){law->name, NULL, law->doc, law->keys, NULL};
  return true;
}

static bool quantity_row(size_t i, struct catalogue_row *row) {
  if (i >= quantity_table_count)
    return false;
  const struct quantity *quantity = &quantity_table[i];
  *row = (struct catalogue_row){quantity->name, quantity->units, quantity->long_name, NULL, NULL};
  return true;
}

const struct catalogue catalogues[] = {
    {"contacts", "Contact models", "device.contacts[].species[].model", contact_row},
    {"reactions", "Recombination", NULL, reaction_row},
    {"elements", "Circuit elements", "circuit[].type", element_row},
    {"waveforms", "Waveforms", "waveform.type", waveform_row},
    {"statistics", "Statistics", "device.species[].statistics", statistics_row},
    {"generation", "Generation by light", "device.generation.type", generation_row},
    {"experiments", "Types of experiments", "experiments[].type", experiment_row},
    {"protocols", "Protocols", "experiments[].protocol.type", protocol_row},
    {"quantities", "Quantities of fields.nc (%s stands for the species)", NULL, quantity_row},
};
const size_t catalogues_count = sizeof catalogues / sizeof *catalogues;
