/* Statistics of an ensemble: estimates with confidence intervals. Values of one trajectory depend
 * on each other, trajectories do not: intervals are over trajectories unless said otherwise. */
#ifndef HALIDRIFT_ENSEMBLE_ESTIMATE_H
#define HALIDRIFT_ENSEMBLE_ESTIMATE_H

#include <stdbool.h>
#include <stddef.h>
#include "solver/base/error.h"

/** What is not known is NAN. */
struct estimate {
  double value;
  double error;     /* standard error */
  double low, high; /* confidence interval */
};

/** Clopper and Pearson's exact interval of a probability. */
struct estimate estimate_probability(double hits, double trials, double level);

/** Probability over trials that come in clusters: hits[i] of trials[i] in cluster i. */
struct estimate estimate_clustered(size_t n, const double *hits, const double *trials,
                                   double level);

/** Hazard of a first event in one of `periods` equal periods: `events` of `n` individuals had it,
 * who were watched for `at_risk` periods until then. */
struct estimate estimate_hazard(double n, double events, double at_risk, double periods,
                                double level);

/** Values in clusters: those of cluster i are value[first[i]] to value[first[i + 1] - 1]; borrowed.
 */
struct samples {
  size_t n;
  const size_t *first; /* [n + 1] */
  const double *value;
};

struct moments {
  size_t count;
  struct estimate mean, sd, cv; /* sd with count - 1; cv = sd / mean */
};

/** Mean and spread of all values. */
struct moments estimate_moments(const struct samples *samples, double level);

/** Share of individuals that have not had their event yet. It steps down at event times. */
struct survival {
  size_t n;         /* distinct event times */
  size_t n_events;  /* individuals with an event */
  double *time;     /* [n] owned, ascending */
  double *survival; /* [n] owned: share behind that time */
  double *hazard;   /* [n] owned: d / (n (n - d)), the terms of Greenwood's sum */
  size_t *events;   /* [n] owned: d */
  size_t *at_risk;  /* [n] owned: n, those without an event and still watched just before */
};

/** Kaplan and Meier's estimate. time[i] is that of the event, or, where !observed[i], until when
 * there was none. Errors: HD_MEMORY */
enum hd_status survival_create(struct survival *survival, size_t n, const double *time,
                               const bool *observed, struct hd_error *err);
void survival_free(struct survival *survival);
/** Greenwood's standard error of survival[i]. */
double survival_error(const struct survival *survival, size_t i);
/** Mean of min(time, horizon). */
struct estimate survival_mean(const struct survival *survival, double horizon, double level);
/** Time by which half have had their event; NAN: more than half have not. */
struct estimate survival_median(const struct survival *survival, double level);

#endif
