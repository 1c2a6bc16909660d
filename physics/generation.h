/* Generation of electron-hole pairs by light: a profile in space times a factor in time. */
#ifndef HALIDRIFT_PHYSICS_GENERATION_H
#define HALIDRIFT_PHYSICS_GENERATION_H

#include <stddef.h>
#include "physics/waveform.h"
#include "solver/base/param.h"

enum generation_kind {
  GENERATION_NONE,
  GENERATION_UNIFORM,
  GENERATION_BEER_LAMBERT,
  GENERATION_TABLE
};

struct generation {
  int kind;
  double rate;              /* m^-3 s^-1, uniform */
  double photon_flux;       /* m^-2 s^-1 entering at the lit side, Beer-Lambert */
  bool from_end;            /* true: light enters at the far end of the stack */
  char file[HD_PATH];       /* table: two columns, position m and rate m^-3 s^-1 */
  size_t n_points;          /* of the table */
  double *position, *table; /* owned; position ascends */
  struct waveform factor;   /* dimensionless, in time; constant 1 by default */
};

extern const struct param generation_params[];
extern const size_t generation_params_count;

/**
 * Rate at one place without the time factor, m^-3 s^-1.
 * depth       m from the first end of the stack
 * absorption  1/m of the material there
 * optical     integral of the absorption from the lit side to this depth (dimensionless)
 */
double generation_rate(const struct generation *generation, double depth, double absorption,
                       double optical);

/** Read the table from its file, check the values that depend on each other. */
enum hd_status generation_prepare(struct generation *generation, const char *place,
                                  struct hd_error *err);

void generation_free(struct generation *generation);

#endif
