/* The exact distribution of a few ions on a line of cells between two plates: a sum over all
 * configurations by a transfer matrix. */
#ifndef HALIDRIFT_VALIDATION_FINITE_COUNT_H
#define HALIDRIFT_VALIDATION_FINITE_COUNT_H

#include <check.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>
#include <stdlib.h>

/** Cells c = 0 ... between equal edges e = 0 ... cells; energies over kT. */
struct line {
  int cells, ions;
  const long *sites;        /* [cells] */
  const double *background; /* [cells] mean ions whose charge the lattice balances */
  double charging;          /* q^2 / (kT eps A / h) of an edge */
  double held;              /* 1/2 held (S - start)^2: energy of what the terminals hold, else 0 */
  double start;
};

/**
 * Weights of S = sum_e m_e, m_e the ions left of edge e: S says the charge induced at the
 * terminals, Q = q S / n_edges + const. With D_e = D_0 + q (m_e - b_e) and V = 0 E / kT =
 * charging/2 [sum_e (m_e - b_e)^2 - (sum_e (m_e - b_e))^2 / n_edges] is a sum over edges but for S,
 * which the matrix carries along with m. Returns [ions * (cells + 1) + 1] log-weights, owned by the
 * caller.
 */
static inline double *line_log_weights(const struct line *line) {
  size_t n_S = (size_t)line->ions * ((size_t)line->cells + 1) + 1, n_m = (size_t)line->ions + 1;
  double *now = calloc(n_m * n_S, sizeof *now), *next = calloc(n_m * n_S, sizeof *next), B = 0.0;
  double below = 0.0;
  ck_assert(now && next);
  now[0] = 1.0;
  for (int c = 0; c < line->cells; c++) {
    for (size_t i = 0; i < n_m * n_S; i++)
      next[i] = 0.0;
    below += line->background[c];
    B += below;
    for (size_t m = 0; m < n_m; m++)
      for (size_t add = 0; m + add < n_m && add <= (size_t)line->sites[c]; add++) {
        double off = (double)(m + add) - below;
        double weight = exp(gsl_sf_lnchoose((unsigned)line->sites[c], (unsigned)add) -
                            0.5 * line->charging * off * off);
        for (size_t S = 0; S + m + add < n_S; S++)
          next[(m + add) * n_S + S + m + add] += weight * now[m * n_S + S];
      }
    double *swap = now;
    now = next;
    next = swap;
  }
  for (size_t S = 0; S < n_S; S++) {
    double off = (double)S - B, from = (double)S - line->start;
    next[S] = log(now[(size_t)line->ions * n_S + S]) +
              0.5 * line->charging * off * off / (line->cells + 1) - 0.5 * line->held * from * from;
  }
  free(now);
  return next;
}

/** Variance of S. */
static inline double line_variance(const struct line *line) {
  int n_S = line->ions * (line->cells + 1) + 1;
  double *log_weight = line_log_weights(line), top = -INFINITY, sum[3] = {0};
  for (int S = 0; S < n_S; S++)
    top = fmax(top, log_weight[S]);
  for (int S = 0; S < n_S; S++)
    for (int power = 0; power < 3; power++)
      sum[power] += exp(log_weight[S] - top) * pow(S, power);
  free(log_weight);
  return sum[2] / sum[0] - sum[1] / sum[0] * sum[1] / sum[0];
}

#endif
