/* The groups of the input: which keys each may hold. Parser, `explain` and the reference page loop
 * over this list. */
#ifndef HALIDRIFT_SOLVER_CONFIG_SECTIONS_H
#define HALIDRIFT_SOLVER_CONFIG_SECTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include "solver/base/param.h"

/** A key whose value is no single number, name or choice. */
struct section_child {
  const char *key;
  const char *form; /* how it is written: "{ }", "( { }, ... )", "[quantity, quantity]" */
  const char *unit; /* of the quantities in it; NULL: none */
  const char *doc;
};

/** Rows of one struct. */
struct section_table {
  const struct param *params;
  const size_t *count;
};

enum { SECTION_TABLES = 2 };

/** A group of the input. */
struct section {
  const char *path;                            /* "device.layers[]" */
  struct section_table tables[SECTION_TABLES]; /* unused ones are zero */
  const struct section_child *children;        /* ends with a NULL key; may be NULL */
  const char *doc;
};

enum section_id {
  SECTION_ROOT,
  SECTION_CONSTANTS,
  SECTION_SOLVER,
  SECTION_CHECKPOINT,
  SECTION_STOCHASTIC,
  SECTION_SENSITIVITY,
  SECTION_FIT,
  SECTION_FIT_PARAMETER,
  SECTION_MATERIAL,
  SECTION_METAL,
  SECTION_DEVICE,
  SECTION_MESH,
  SECTION_LAYER,
  SECTION_LAYER_ION,
  SECTION_BOX,
  SECTION_PROFILE,
  SECTION_INTERFACE,
  SECTION_SPECIES,
  SECTION_INTERACTION,
  SECTION_CONTACT,
  SECTION_PIECE,
  SECTION_CONTACT_SPECIES,
  SECTION_GENERATION,
  SECTION_HEAT,
  SECTION_HEAT_SIDE,
  SECTION_ELEMENT,
  SECTION_DEVICE_ELEMENT,
  SECTION_WAVEFORM,
  SECTION_EXPERIMENT,
  SECTION_DRIVE,
  SECTION_OUTPUT,
  SECTION_LOG_TIMES,
  SECTION_FIELDS,
  SECTION_SPIKES,
  SECTION_FREQUENCY,
  SECTION_STUDY,
  SECTION_VARY,
  SECTION_THRESHOLD,
  SECTION_RELAXATION,
  SECTION_STUDY_CURVE,
  SECTION_CURVE,
  SECTION_PROTOCOL,
  SECTION_COUNT
};

extern const struct section sections[SECTION_COUNT];

/* Values as they stand in the input, where the spec stores them in another way. */

/** A layer or a box: its region, and its part of the shape. */
struct region_input {
  char name[HD_NAME], material[HD_NAME];
  char electrode[HD_NAME];                /* boxes: name of a contact, or "" */
  bool is_void;                           /* boxes */
  double thickness;                       /* m; layers */
  double donors, acceptors, fixed_charge; /* m^-3 */
  double spacing, spacing_end;            /* m; missing: by physics */
  int intervals;
};

/** A piece of the boundary. */
struct piece_input {
  int at;                   /* index of piece_sides */
  double from, to, spacing; /* m; missing: the whole side, by physics */
};

/** Heat through one side. */
struct heat_side_input {
  int at;            /* index of piece_sides */
  double resistance; /* K m^2/W */
};

/** A dc sweep, in the unit of its source. */
struct sweep_input {
  double from, to, step; /* missing: not given */
  int points;            /* 0: not given */
};

/** Output times of a transient. */
struct output_input {
  bool every_step;
  double interval; /* s; missing: none */
};

struct log_input {
  double from, to; /* s */
  int per_decade;
};

/** Frequencies evenly spaced on a logarithmic scale. */
struct frequency_input {
  double from, to; /* Hz; missing: not given */
  int per_decade;
};

/** Names of sides, in the order of enum shape_side; then r_min, r_max, z_min, z_max. */
extern const char *const piece_sides[];

extern const struct param root_params[], device_params[], mesh_params[], layer_params[],
    box_params[], profile_params[], interface_params[], layer_ion_params[], piece_params[],
    heat_side_params[], metal_params[], experiment_params[], sweep_params[], output_params[],
    log_params[], fields_params[], spikes_params[], frequency_params[], study_params[],
    vary_params[], threshold_params[], relaxation_params[], study_curve_params[], curve_params[];
extern const size_t root_params_count, device_params_count, mesh_params_count, layer_params_count,
    box_params_count, profile_params_count, interface_params_count, layer_ion_params_count,
    piece_params_count, heat_side_params_count, metal_params_count, experiment_params_count,
    sweep_params_count, output_params_count, log_params_count, fields_params_count,
    spikes_params_count, frequency_params_count, study_params_count, vary_params_count,
    threshold_params_count, relaxation_params_count, study_curve_params_count, curve_params_count;

#endif
