#include "solver/ensemble/estimate.h"

#include <math.h>
#include <stdlib.h>
#include <gsl/gsl_cdf.h>
#include "solver/base/memory.h"

static const struct estimate unknown = {NAN, NAN, NAN, NAN};

/** Rounds of a bisection of [0, 1]: to rounding. */
enum { BISECTIONS = 60 };

/* ---- probabilities ---- */

/** The x below which the beta distribution of a and b has `share` of its weight. By bisection:
 * gsl_cdf_beta_Pinv fails for some fractions, as 0.16 hits of 775. */
static double beta_quantile(double share, double a, double b) {
  double low = 0, high = 1;
  for (int i = 0; i < BISECTIONS; i++) {
    double middle = (low + high) / 2;
    if (gsl_cdf_beta_P(middle, a, b) < share)
      low = middle;
    else
      high = middle;
  }
  return (low + high) / 2;
}

/**
 * Probability of a hit, with Clopper and Pearson's interval: the probabilities p at which `hits` or
 * more, or `hits` or fewer, have the chance (1 - level) / 2.
 *   low  = B^-1((1 - level)/2; x, n - x + 1),  high = B^-1((1 + level)/2; x + 1, n - x)
 * trials  0: nothing is known. Both numbers may be fractions (effective sizes).
 * Source  Clopper & Pearson 1934, Biometrika 26, 404, doi:10.1093/biomet/26.4.404
 */
struct estimate estimate_probability(double hits, double trials, double level) {
  if (!(trials > 0))
    return unknown;
  double tail = (1 - level) / 2, p = hits / trials;
  return (struct estimate){.value = p,
                           .error = sqrt(p * (1 - p) / trials),
                           .low = hits > 0 ? beta_quantile(tail, hits, trials - hits + 1) : 0,
                           .high = hits < trials ? beta_quantile(1 - tail, hits + 1, trials - hits)
                                                 : 1};
}

/** Half the width of a t interval with n - 1 degrees of freedom, in standard errors. */
static double t_factor(double n, double level) {
  return n > 1 ? gsl_cdf_tdist_Qinv((1 - level) / 2, n - 1) : (double)NAN;
}

/**
 * Probability of a hit where trials of one cluster depend on each other. The variance of the ratio
 * is that of its residuals h_i - p m_i over clusters; it gives the number of independent trials
 * with the same variance, and that number Clopper and Pearson's interval. Where no cluster differs
 * from the others (p = 0 or 1) nothing is known about the dependence: then a cluster counts as one
 * trial.
 * Source  Korn & Graubard 1998, Survey Methodology 24, 193
 */
struct estimate estimate_clustered(size_t n, const double *hits, const double *trials,
                                   double level) {
  double h = 0, m = 0, sum = 0, clusters = 0;
  for (size_t i = 0; i < n; i++) {
    h += hits[i];
    m += trials[i];
    clusters += trials[i] > 0;
  }
  if (!(m > 0))
    return unknown;
  double p = h / m;
  for (size_t i = 0; i < n; i++)
    sum += (hits[i] - p * trials[i]) * (hits[i] - p * trials[i]);
  double variance = clusters > 1 ? sum / (m * m) * clusters / (clusters - 1) : 0;
  double effective = clusters;
  if (variance > 0) {
    double t = t_factor(m, level) / t_factor(clusters, level);
    effective = fmin(p * (1 - p) / variance * t * t, m);
  }
  struct estimate estimate = estimate_probability(p * effective, effective, level);
  estimate.error = variance > 0 ? sqrt(variance) : (double)NAN;
  return estimate;
}

/**
 * Hazard of a first event in one period, taken as the same in every period.
 *   p = events / at_risk,  error^2 = p (1 - p) / at_risk
 *   low, high = 1 - (1 - P)^(1 / periods)
 * The value is that of the greatest likelihood of a geometric law. P are Clopper and Pearson's
 * bounds of the probability to have the event within all periods, P = 1 - (1 - p)^periods: they
 * ask only that individuals are independent, and nothing of what happens behind a first event.
 * at_risk  periods of all individuals, up to and with that of the event, or all without one
 * periods  how many each was watched, > 0
 * Where the hazard changes from period to period, low and high bound the mean one (of -ln(1 - p)),
 * and the value need not lie between them.
 * Errors   none; nobody: NAN
 * Source   Clopper & Pearson 1934; Cox & Oakes 1984, Analysis of Survival Data, section 3.2
 */
struct estimate estimate_hazard(double n, double events, double at_risk, double periods,
                                double level) {
  struct estimate within = estimate_probability(events, n, level);
  struct estimate hazard = estimate_probability(events, at_risk, level);
  hazard.low = -expm1(log1p(-within.low) / periods);
  hazard.high = -expm1(log1p(-within.high) / periods);
  return hazard;
}

/* ---- moments ---- */

/** Sums over the values of one cluster, or of all: their number, x - shift, its square. */
struct sums {
  double n, x, xx;
};

static struct sums cluster_sums(const struct samples *samples, size_t i, double shift) {
  struct sums s = {0, 0, 0};
  for (size_t k = samples->first[i]; k < samples->first[i + 1]; k++) {
    double x = samples->value[k] - shift;
    s = (struct sums){s.n + 1, s.x + x, s.xx + x * x};
  }
  return s;
}

static double mean_of(struct sums s, double shift) {
  return s.n > 0 ? shift + s.x / s.n : (double)NAN;
}

static double sd_of(struct sums s, double shift) {
  (void)shift;
  return s.n > 1 ? sqrt(fmax(s.xx - s.x * s.x / s.n, 0) / (s.n - 1)) : (double)NAN;
}

static double cv_of(struct sums s, double shift) {
  return sd_of(s, shift) / mean_of(s, shift);
}

/**
 * A function of the sums, with the jackknife's error: leave out one cluster after the other.
 *   error^2 = (c - 1)/c sum_i (f_(i) - mean f_(.))^2 over the c clusters with values
 * The interval is Student's with c - 1 degrees of freedom; of a positive quantity (logarithmic)
 * that of its logarithm.
 * Source  Efron & Stein 1981, Ann. Statist. 9, 586, doi:10.1214/aos/1176345462
 */
static struct estimate jackknife(const struct samples *samples, struct sums all, double shift,
                                 double (*law)(struct sums, double), bool logarithmic,
                                 double level) {
  double clusters = 0, mean = 0, square = 0;
  struct estimate e = unknown;
  e.value = law(all, shift);
  for (size_t i = 0; i < samples->n; i++) {
    if (samples->first[i] == samples->first[i + 1])
      continue;
    struct sums s = cluster_sums(samples, i, shift);
    double f = law((struct sums){all.n - s.n, all.x - s.x, all.xx - s.xx}, shift);
    clusters++;
    double change = f - mean; /* Welford */
    mean += change / clusters;
    square += change * (f - mean);
  }
  if (!(clusters > 1) || !isfinite(square))
    return e;
  e.error = sqrt((clusters - 1) / clusters * square);
  double width = t_factor(clusters, level) * e.error;
  if (logarithmic && e.value > 0) {
    e.low = e.value * exp(-width / e.value);
    e.high = e.value * exp(width / e.value);
  } else {
    e.low = e.value - width;
    e.high = e.value + width;
  }
  return e;
}

/**
 * Mean, standard deviation and coefficient of variation of all values; the errors take values of
 * one cluster as dependent.
 * Errors  none; what the number of values does not allow is NAN
 */
struct moments estimate_moments(const struct samples *samples, double level) {
  size_t count = samples->first[samples->n] - samples->first[0];
  struct moments moments = {.count = count, .mean = unknown, .sd = unknown, .cv = unknown};
  if (count == 0)
    return moments;
  double shift = samples->value[samples->first[0]]; /* against cancellation */
  struct sums all = {0, 0, 0};
  for (size_t i = 0; i < samples->n; i++) {
    struct sums s = cluster_sums(samples, i, shift);
    all = (struct sums){all.n + s.n, all.x + s.x, all.xx + s.xx};
  }
  moments.mean = jackknife(samples, all, shift, mean_of, false, level);
  moments.sd = jackknife(samples, all, shift, sd_of, true, level);
  moments.cv = jackknife(samples, all, shift, cv_of, true, level);
  return moments;
}

/* ---- survival ---- */

struct case_of {
  double time;
  bool observed;
};

static int by_time(const void *a, const void *b) {
  const struct case_of *x = a, *y = b;
  return (x->time > y->time) - (x->time < y->time);
}

/** Fill the curve from cases in order of time. Those who were watched until an event time count as
 * at risk then. */
static void step_down(struct survival *s, size_t n, const struct case_of *cases) {
  double share = 1;
  for (size_t i = 0; i < n;) {
    size_t next = i, events = 0;
    for (; next < n && cases[next].time == cases[i].time; next++)
      events += cases[next].observed;
    if (events > 0) {
      double risk = (double)(n - i), d = (double)events;
      share *= (risk - d) / risk;
      s->time[s->n] = cases[i].time;
      s->survival[s->n] = share;
      s->hazard[s->n] = events < n - i ? d / (risk * (risk - d)) : 0;
      s->events[s->n] = events;
      s->at_risk[s->n++] = n - i;
      s->n_events += events;
    }
    i = next;
  }
}

/**
 * Kaplan and Meier's estimate, the product over event times of 1 - d / n.
 * survival  out: freed with survival_free, also after an error
 * Errors    HD_MEMORY
 * Source    Kaplan & Meier 1958, J. Am. Stat. Assoc. 53, 457, doi:10.1080/01621459.1958.10501452
 */
enum hd_status survival_create(struct survival *survival, size_t n, const double *time,
                               const bool *observed, struct hd_error *err) {
  struct case_of *cases = NULL;
  *survival = (struct survival){0};
  TRY(hd_alloc(&survival->time, n, sizeof(double), err));
  TRY(hd_alloc(&survival->survival, n, sizeof(double), err));
  TRY(hd_alloc(&survival->hazard, n, sizeof(double), err));
  TRY(hd_alloc(&survival->events, n, sizeof(size_t), err));
  TRY(hd_alloc(&survival->at_risk, n, sizeof(size_t), err));
  TRY(hd_alloc(&cases, n, sizeof *cases, err));
  for (size_t i = 0; i < n; i++)
    cases[i] = (struct case_of){time[i], observed[i]};
  qsort(cases, n, sizeof *cases, by_time);
  step_down(survival, n, cases);
  hd_free(&cases);
  return HD_OK;
}

void survival_free(struct survival *survival) {
  hd_free(&survival->time);
  hd_free(&survival->survival);
  hd_free(&survival->hazard);
  hd_free(&survival->events);
  hd_free(&survival->at_risk);
  *survival = (struct survival){0};
}

/** S sqrt(sum of d / (n (n - d)) up to there). Source: Greenwood 1926. */
double survival_error(const struct survival *survival, size_t i) {
  double sum = 0;
  for (size_t k = 0; k <= i; k++)
    sum += survival->hazard[k];
  return survival->survival[i] * sqrt(sum);
}

/** Events, or all at risk: how many degrees of freedom a t interval has, plus one. */
static double individuals(const struct survival *s) {
  return (double)s->n_events;
}

/**
 * Restricted mean: the area under the curve up to the horizon.
 *   error^2 = sum_i A_i^2 d_i / (n_i (n_i - d_i)),  A_i the area behind event time i,
 * with the factor e / (e - 1) for e events, which makes it that of a mean where nothing is
 * censored. Source  Klein & Moeschberger 2003, Survival Analysis, eq. (4.5.2)
 */
struct estimate survival_mean(const struct survival *survival, double horizon, double level) {
  const struct survival *s = survival;
  double area = 0, variance = 0, end = horizon, e = individuals(s);
  for (size_t i = s->n; i-- > 0;) {
    if (s->time[i] >= horizon)
      continue;
    area += s->survival[i] * (end - s->time[i]);
    variance += area * area * s->hazard[i];
    end = s->time[i];
  }
  struct estimate mean = unknown;
  mean.value = area + end;
  if (e < 2)
    return mean;
  mean.error = sqrt(variance * e / (e - 1));
  double width = t_factor(e, level) * mean.error;
  mean.low = fmax(mean.value - width, 0);
  mean.high = fmin(mean.value + width, horizon);
  return mean;
}

/**
 * The median, with the times at which the interval of the curve in the scale ln(-ln S) has 1/2 in
 * it; a bound that the curve does not reach is NAN.
 * Source  Brookmeyer & Crowley 1982, Biometrics 38, 29, doi:10.2307/2530286
 */
struct estimate survival_median(const struct survival *survival, double level) {
  const struct survival *s = survival;
  const double half = 0.5, rounding = 1e-12;
  double z = gsl_cdf_ugaussian_Qinv((1 - level) / 2), sum = 0;
  struct estimate median = unknown;
  for (size_t i = 0; i < s->n; i++) {
    sum += s->hazard[i];
    double share = s->survival[i], shift = z * sqrt(sum) / fabs(log(share));
    double low = share > 0 ? pow(share, exp(shift)) : 0;
    double high = share > 0 ? pow(share, exp(-shift)) : 0;
    if (isnan(median.low) && low <= half)
      median.low = s->time[i];
    if (isnan(median.value) && share <= half * (1 + rounding))
      median.value = s->time[i];
    if (isnan(median.high) && high < half)
      median.high = s->time[i];
  }
  return median;
}
