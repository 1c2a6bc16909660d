/* The same run with other values of some numbers, on the same mesh. */
#ifndef HALIDRIFT_SOLVER_CONFIG_VARIANT_H
#define HALIDRIFT_SOLVER_CONFIG_VARIANT_H

#include "solver/config/config.h"
#include "solver/continuation_key.h"
#include "solver/sensitivity.h"

/** Relative change of a parameter in its twins: the error of the central difference, step^2 / 6
 * times (p^3 F''' / p F'), is 2e-7 for a barrier of 40 kT, and rounding makes 1e-11. */
extern const double variant_step;

/** A number of the input. */
struct variant_number {
  char name[HD_PATH]; /* its path, members of lists by their names where they have one */
  char unit[HD_NAME]; /* "" none */
  double value;       /* SI; energies in eV */
};

/** Find a number by its path. Errors: HD_INPUT: there is none, it is 0, or it may not vary */
enum hd_status variant_find(const struct config *config, const char *key,
                            struct variant_number *number, struct hd_error *err);

/** The same in the text of a resolved input; the number may be 0. */
enum hd_status variant_locate(const char *resolved, const char *key, struct variant_number *number,
                              struct hd_error *err);

/** The input with one other value, for curves over keys; `config` is borrowed. */
struct run_variants variants_of(const struct config *config);

/** Can the keys of all curves have the values that those end at? Errors: HD_INPUT with the place */
enum hd_status variant_check_curves(const struct config *config, const struct run_spec *spec,
                                    struct hd_error *err);

/** Can all these vary? Errors: HD_INPUT with the place in the input `path` */
enum hd_status variant_check(const struct config *config, const struct sensitivity_spec *wanted,
                             const char *path, struct hd_error *err);

/** The run with values[i] at keys[i] for i < n, planned on the mesh of the run as it was read;
 * freed with run_spec_free. Errors: HD_INPUT: a value is not allowed; HD_MEMORY */
enum hd_status variant_read(const struct config *config, size_t n, const char *const *keys,
                            const double *values, struct run_spec *spec, struct hd_error *err);

/** The input with values[i] at keys[i], as a text that the caller frees. */
enum hd_status variant_text(const struct config *config, size_t n, const char *const *keys,
                            const double *values, char **text, struct hd_error *err);

/** Parameters with both their runs. */
struct variant_set {
  size_t n;
  struct variant_number *numbers;           /* [n] owned */
  struct sensitivity_parameter *parameters; /* [n] owned */
  struct run_spec (*runs)[2];               /* [n] owned */
};

/** Parameters at `values` (NULL: those of the input), each with p (1 -+ variant_step) while the
 * others stay; variant_set_free also after an error. Errors: HD_INPUT: a value is not allowed */
enum hd_status variant_set_create(struct variant_set *set, const struct config *config, size_t n,
                                  const char *const *keys, const double *values,
                                  struct hd_error *err);
void variant_set_free(struct variant_set *set);

#endif
