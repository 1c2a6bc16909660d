/* Parameter tables: the one description of every input value. Parser, validation, `explain`,
 * docs/reference.md and resolved.cfg loop over these rows; adding a value is adding a row. */
#ifndef HALIDRIFT_BASE_PARAM_H
#define HALIDRIFT_BASE_PARAM_H

#include <stddef.h>
#include <math.h>
#include <stdbool.h>

enum { HD_NAME = 64, HD_PATH = 1024 };

enum param_kind {
  PARAM_QUANTITY, /* double; a float in SI or a string with unit */
  PARAM_NUMBER,   /* double without dimension; 2, 2.0 and "2" are read */
  PARAM_INTEGER,  /* int */
  PARAM_BOOL,     /* bool (stdbool) */
  PARAM_CHOICE,   /* int: index into `choices` */
  PARAM_NAME,     /* char[HD_NAME] */
  PARAM_FILE      /* char[HD_PATH]; relative to the input file that names it */
};

/** Value of a quantity that has no default and was not given. */
#define PARAM_MISSING NAN

/** One row: where the value lives in its struct, what it means, what is allowed. */
struct param {
  const char *key; /* name in the input file */
  enum param_kind kind;
  const char *unit;           /* SI unit in udunits2 spelling ("m-3", "eV" for energies); "" none */
  size_t offset;              /* offsetof the member; energies in eV are stored in V */
  double fallback;            /* default; PARAM_MISSING: absent unless given; index for choices */
  double min, max;            /* closed interval that is allowed; -INFINITY, INFINITY: none */
  bool min_open;              /* true: min itself is not allowed */
  bool required;              /* true: must be given */
  const char *const *choices; /* NULL-terminated names, PARAM_CHOICE only */
  const char *doc;            /* one sentence */
  const char *source;         /* where the default comes from; NULL when it is a neutral value */
};

#endif
