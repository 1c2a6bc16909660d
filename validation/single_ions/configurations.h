/* A few ions on a few cells: the exact distribution, by a sum over all configurations, and means of
 * the engine beside it. */
#ifndef HALIDRIFT_VALIDATION_CONFIGURATIONS_H
#define HALIDRIFT_VALIDATION_CONFIGURATIONS_H

#include <gsl/gsl_linalg.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>
#include "tests/support/hops.h"

enum { CELLS_MAX = 32, FIGURES_MAX = 4, SAMPLES = 40000 };
/** Time between samples, h^2 / D: the slowest mode of five cells between two contacts has L^2 /
 * (pi^2 D) = 2.5. */
static const double SPACING = 3.0, SIGMAS = 4.0, POWER = 0.01;

/** Cells with a uniform background, on a grid with the contacts above and below its rows, and what
 * is looked at: functions of the numbers of ions. */
struct cells {
  int n, columns, n_figures;
  double h; /* m: interval of the grid */
  unsigned ions, sites[CELLS_MAX];
  long start[CELLS_MAX]; /* ions in the engine's i-th cell */
  int cell[CELLS_MAX];   /* the engine's i-th cell */
  gsl_matrix *G; /* [n][n] owned: energy over kT of an ion in each cell by one in each; NULL */
  bool rings;    /* what an ion has by itself in a ring above the least of its row is no energy */
  void (*figures)(const unsigned *ions, double *figure);
  const char *const *names; /* [n_figures] */
};

/** Let a field pass between two cells, g = face over distance; `other` -1: a contact at 0 V. */
static inline void cells_join(gsl_matrix *laplacian, int cell, int other, double g) {
  size_t c = (size_t)cell, d = (size_t)other;
  *gsl_matrix_ptr(laplacian, c, c) += g;
  if (other < 0)
    return;
  *gsl_matrix_ptr(laplacian, d, d) += g;
  *gsl_matrix_ptr(laplacian, c, d) -= g;
  *gsl_matrix_ptr(laplacian, d, c) -= g;
}

/** G = q / (eps V_T) times the inverse of the Laplacian, in its place. */
static inline void cells_charge(struct cells *cells, gsl_matrix *laplacian,
                                const struct model *model) {
  ck_assert_int_eq(gsl_linalg_cholesky_decomp1(laplacian), 0);
  ck_assert_int_eq(gsl_linalg_cholesky_invert(laplacian), 0);
  gsl_matrix_scale(laplacian, model->q / (model->V_T * model->regions[0].eps));
  cells->G = laplacian;
}

/** Energy of an ion by itself in a cell, above the least of the cells in its row. */
static inline double cells_excess(const struct cells *cells, int c) {
  double least = INFINITY;
  int row = c - c % cells->columns;
  for (size_t d = (size_t)row; d < (size_t)(row + cells->columns); d++)
    least = fmin(least, gsl_matrix_get(cells->G, d, d));
  return 0.5 * (gsl_matrix_get(cells->G, (size_t)c, (size_t)c) - least);
}

/** log of the weight of a configuration: ways to sit on sites, and the charges' energy. */
static inline double cells_log_weight(const struct cells *cells, const unsigned *ions) {
  double energy = 0.0, ways = 0.0, all = 0.0, rho[CELLS_MAX];
  for (int c = 0; c < cells->n; c++)
    all += cells->sites[c];
  for (int c = 0; c < cells->n; c++) {
    rho[c] = ions[c] - cells->ions * cells->sites[c] / all;
    ways += gsl_sf_lnchoose(cells->sites[c], ions[c]);
  }
  for (int c = 0; cells->G && c < cells->n; c++)
    for (int d = 0; d < cells->n; d++)
      energy += 0.5 * rho[c] * gsl_matrix_get(cells->G, (size_t)c, (size_t)d) * rho[d];
  for (int c = 0; cells->rings && cells->G && c < cells->n; c++)
    energy -= ions[c] * cells_excess(cells, c);
  return ways - energy;
}

/** Sums over all ways to put `left` more ions into the cells from c on. */
static inline void cells_sum(const struct cells *cells, unsigned *ions, int c, unsigned left,
                             double *total, double *sum) {
  if (left == 0) {
    double w = exp(cells_log_weight(cells, ions)), figure[FIGURES_MAX];
    cells->figures(ions, figure);
    *total += w;
    for (int i = 0; i < cells->n_figures; i++)
      sum[i] += w * figure[i];
    return;
  }
  for (; c < cells->n; c++)
    if (ions[c] < cells->sites[c]) {
      ions[c]++;
      cells_sum(cells, ions, c, left - 1, total, sum);
      ions[c]--;
    }
}

/** Cell of the test for each cell of the engine; both must hold as many sites. */
static inline void cells_match(struct cells *cells, const struct hops *hops) {
  const struct device *device = rig_instance(&hops->rig)->device;
  int found = 0;
  ck_assert_int_eq(hops->n_cells, cells->n);
  for (int k = 0; k < device->n_nodes; k++) {
    if (device->terminal_of[k] >= 0)
      continue;
    const double *x = device->mesh->x[k];
    int c = cells->columns * ((int)lround(x[1] / cells->h) - 1) + (int)lround(x[0] / cells->h);
    ck_assert_int_eq(lround(1.0 / hops->per_ion[found]), cells->sites[c]);
    cells->cell[found++] = c;
  }
}

/** Let the ions hop and compare the means of the figures with the sum over all configurations. */
static inline void cells_require(const struct cells *cells, struct hops *hops) {
  unsigned ions[CELLS_MAX] = {0};
  double total = 0.0, law[FIGURES_MAX] = {0}, figure[FIGURES_MAX];
  struct mean mean[FIGURES_MAX];
  cells_sum(cells, ions, 0, cells->ions, &total, law);
  for (int i = 0; i < cells->n_figures; i++)
    mean[i] = mean_begin(SAMPLES);
  for (int i = 0; i < SAMPLES; i++) {
    hops_run(hops, SPACING * hops->diffusion_time, 0);
    for (int c = 0; c < cells->n; c++)
      ions[cells->cell[c]] = (unsigned)hops_number(hops, c);
    cells->figures(ions, figure);
    for (int j = 0; j < cells->n_figures; j++)
      mean_add(&mean[j], figure[j]);
  }
  for (int i = 0; i < cells->n_figures; i++)
    mean_require(&mean[i], law[i] / total, SIGMAS, POWER, cells->names[i]);
}

/**
 * Ions of a deck against their law.
 * cells      all but `cell` and `G`
 * laplacian  taken; NULL: the ions carry no charge
 */
static inline void cells_check_law(struct cells *cells, const char *deck, const char *const *sets,
                                   gsl_matrix *laplacian) {
  struct hops hops;
  hops_open(&hops, deck, sets);
  cells_match(cells, &hops);
  if (laplacian)
    cells_charge(cells, laplacian, &rig_instance(&hops.rig)->device->model);
  hops_start(&hops, cells->start);
  cells_require(cells, &hops);
  gsl_matrix_free(cells->G);
  hops_close(&hops);
}

#endif
