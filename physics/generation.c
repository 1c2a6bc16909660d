#include "physics/generation.h"

#include <math.h>
#include "physics/columns.h"
#include "solver/base/memory.h"

#define AT(member) offsetof(struct generation, member)

static const char *const kind_names[] = {"none", "uniform", "beer_lambert", "table", NULL};

const struct param generation_params[] = {
    {"type", PARAM_CHOICE, "", AT(kind), GENERATION_NONE, 0, 0, false, false, kind_names,
     "Profile in space of the electron-hole pairs that light makes.", NULL},
    {"rate", PARAM_QUANTITY, "m-3 s-1", AT(rate), PARAM_MISSING, 0, INFINITY, false, false, NULL,
     "Rate of a uniform generation.", NULL},
    {"photon_flux", PARAM_QUANTITY, "m-2 s-1", AT(photon_flux), PARAM_MISSING, 0, INFINITY, false,
     false, NULL, "Photons that enter per area and time, beer_lambert.", NULL},
    {"from_end", PARAM_BOOL, "", AT(from_end), 0, 0, 1, false, false, NULL,
     "Light enters at the far end of the stack, beer_lambert.", NULL},
    {"file", PARAM_FILE, "", AT(file), 0, 0, 0, false, false, NULL,
     "Table of two columns, position in m and rate in m^-3 s^-1; no generation outside it.", NULL},
};
const size_t generation_params_count = sizeof generation_params / sizeof *generation_params;

/** Linear interpolation in a table; 0 outside, where nothing is known to be lit. */
static double interpolate(const struct generation *generation, double depth) {
  const double *x = generation->position, *y = generation->table;
  size_t n = generation->n_points;
  if (n == 0 || depth < x[0] || depth > x[n - 1])
    return 0;
  size_t lo = 0, hi = n - 1;
  while (hi - lo > 1) {
    size_t middle = lo + (hi - lo) / 2;
    if (x[middle] <= depth)
      lo = middle;
    else
      hi = middle;
  }
  if (hi == lo)
    return y[lo];
  double weight = (depth - x[lo]) / (x[hi] - x[lo]);
  return (1 - weight) * y[lo] + weight * y[hi];
}

/**
 * Rate of generation at one place, without the time factor.
 *   uniform       G = rate
 *   Beer-Lambert  G = photon_flux alpha exp(-integral alpha dx)
 *   table         linear between its points
 * depth       m from the first end of the stack
 * absorption  alpha there, 1/m
 * optical     integral of alpha from the lit side to this depth
 * Errors      none
 */
double generation_rate(const struct generation *generation, double depth, double absorption,
                       double optical) {
  switch (generation->kind) {
  case GENERATION_UNIFORM:
    return generation->rate;
  case GENERATION_BEER_LAMBERT:
    return generation->photon_flux * absorption * exp(-optical);
  case GENERATION_TABLE:
    return interpolate(generation, depth);
  default:
    return 0;
  }
}

/**
 * Read the table, check what the kind needs.
 * place   stands before every sentence
 * Errors  HD_INPUT, HD_IO, HD_MEMORY
 */
enum hd_status generation_prepare(struct generation *generation, const char *place,
                                  struct hd_error *err) {
  if (generation->kind == GENERATION_UNIFORM && isnan(generation->rate))
    return hd_fail(err, HD_INPUT, "%s: rate is missing: a uniform generation needs it", place);
  if (generation->kind == GENERATION_BEER_LAMBERT && isnan(generation->photon_flux))
    return hd_fail(err, HD_INPUT, "%s: photon_flux is missing: a beer_lambert generation needs it",
                   place);
  if (generation->kind != GENERATION_TABLE)
    return HD_OK;
  if (!generation->file[0] && generation->n_points > 0) /* points of the input itself */
    return HD_OK;
  if (!generation->file[0])
    return hd_fail(err, HD_INPUT, "%s: file is missing: a generation from a table needs it", place);
  hd_free(&generation->position);
  hd_free(&generation->table);
  return columns_read(generation->file, &generation->position, &generation->table,
                      &generation->n_points, place, err);
}

/** Free the table and the waveform's points; accepts a zeroed struct. */
void generation_free(struct generation *generation) {
  hd_free(&generation->position);
  hd_free(&generation->table);
  generation->n_points = 0;
  waveform_free(&generation->factor);
}
