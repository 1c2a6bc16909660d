/* A film between two electrodes through a voltage triangle: validation/robustness/case.cfg with the
 * parameters of one set. */
#ifndef HALIDRIFT_TESTS_SUPPORT_FILM_H
#define HALIDRIFT_TESTS_SUPPORT_FILM_H

#include <stddef.h>
#include "solver/base/status.h"

/** What passes at one electrode; the names are those of the input. */
struct film_contact {
  const char *carriers; /* model of electrons and holes */
  double velocity;      /* m/s, unless dirichlet */
  const char *ions;     /* model of the vacancies */
  double rate, density; /* m/s, cm^-3, unless blocking */
};

/** Parameters of a set, in the units of sets.csv. */
struct film {
  double thickness;    /* nm */
  double density;      /* cm^-3 */
  double ion_mobility; /* cm^2/V/s */
  double mobility;     /* cm^2/V/s */
  double barrier[2];   /* eV: electrons at the cathode, holes at the anode */
  double rate;         /* V/s */
  const char *statistics;
  const char *lattice; /* NULL: no site limit */
  double sites;        /* cm^-3 */
  struct film_contact contact[2];
};

enum { FILM_POINTS = 7 };

struct film_result {
  enum hd_status status;
  char message[1024];
  double J[FILM_POINTS]; /* A/m^2 into the anode at 1/8, 2/8, .. 7/8 of the triangle: 1 V in the
                            middle */
  double largest;        /* A/m^2: largest |J| of all steps */
  double mismatch;       /* largest |sum of terminal currents| of all steps over `largest` */
  double drift;          /* of the number of ions, relative */
  double seconds;        /* CPU time, input and output included */
  long nodes, steps;
};

/** Set `index` of a reproducible sequence of random films; see validation/robustness/README.md. */
struct film film_random(unsigned index);

/** One line about a film, for messages. */
void film_describe(const struct film *film, char *text, size_t size);

/** Run a film through the triangle in the present folder. */
void film_run(const struct film *film, double refine, double rtol, struct film_result *result);

/** Largest difference of J, each over its value or 1 % of the largest one. */
double film_difference(const struct film_result *a, const struct film_result *b);

#endif
