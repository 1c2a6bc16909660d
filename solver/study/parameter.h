/* One parameter of a study: what its key is, and the values that it takes. */
#ifndef HALIDRIFT_STUDY_PARAMETER_H
#define HALIDRIFT_STUDY_PARAMETER_H

#include <stddef.h>
#include "solver/config/config.h"

struct parameter {
  const struct vary_spec *vary; /* borrowed */
  char name[HD_NAME];           /* of its variable in study.nc */
  enum param_kind kind;
  char unit[HD_NAME]; /* of the values; "" none */
  const char *doc;    /* one sentence; NULL: none */
  double from, to;    /* SI, of a range */
  size_t n;           /* values: on the axis of a grid, of the list, of all points of a sample */
  double *value;      /* [n] owned: SI; NAN: it is a text */
  char **text;        /* [n] owned: what stands behind "key=" */
};

/** Does it have numbers, not texts? */
bool parameter_is_number(enum param_kind kind);

/**
 * Read what the key is and the values that are written down. vary is set already.
 * path, sets  the input and its overrides, in which the key takes these values
 * Errors      HD_INPUT: all sentences about the key and its values; HD_MEMORY
 */
enum hd_status parameter_read(struct parameter *parameter, const char *path,
                              const char *const *sets, struct hd_error *err);
void parameter_free(struct parameter *parameter);

/** Value of a range at a share 0 to 1, both ends included; integers are rounded. */
double parameter_between(const struct parameter *parameter, double share);
/** The same at a share in (0, 1) of a sample: each integer has an equal part of a linear range. */
double parameter_within(const struct parameter *parameter, double share);

/** Room for n values, and value i from its number. Errors: HD_MEMORY */
enum hd_status parameter_make_room(struct parameter *parameter, size_t n, struct hd_error *err);
enum hd_status parameter_set(struct parameter *parameter, size_t i, double value,
                             struct hd_error *err);
/** Replace a list by n picks from it: the one in whose equal part share[i * stride] is. */
enum hd_status parameter_pick(struct parameter *parameter, size_t n, const double *share,
                              size_t stride, struct hd_error *err);

/** Names of the variables: the ends of the keys, as long as it takes to tell them apart. Errors:
 * HD_INPUT: a name is there twice, or is one of study.nc's own */
enum hd_status parameter_name_all(struct parameter *parameters, size_t n, struct hd_error *err);

/** Is it a variable or dimension that every study.nc has? */
bool parameter_name_is_own(const char *name);

/**
 * What the key of an override is: as config_probe, with errors only about the key itself.
 * place   where the user wrote it; sentences begin with it
 * Errors  HD_INPUT, HD_MEMORY
 */
enum hd_status parameter_probe(struct config_key *found, const char *place, const char *key,
                               const char *value, const char *path, const char *const *sets,
                               struct hd_error *err);

/** The overrides `sets` (NULL-terminated or NULL) in room for `more` and the end; *n of them. */
enum hd_status parameter_sets(const char ***all, size_t *n, const char *const *sets, size_t more,
                              struct hd_error *err);

#endif
