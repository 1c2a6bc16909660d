/* Where single ions are not to be trusted: few sites, or not a whole number, long cells at fronts,
 * long leaps; and where they take long. */
#include <math.h>
#include <stdio.h>
#include "solver/lattice.h"

/** Fewest sites of a cell; longest edge at a front, m: cells of 1 nm bridge 5 % early, those of
 * 0.5 nm still 2 to 4 % (validation/single_ions). */
enum { SITES = 3 };
static const double EDGE = 0.5e-9 * (1 + 1e-6);
/** Rounding to a whole number of sites is told where it changes them by more: 6 % in all cells of
 * 4 nm x 4 nm move the time to bridge by as much. */
static const double ROUNDED = 0.01;
/** CPU time of a run that is told, s. */
static const double LONG = 3600.0;
/** What was measured, s: an event on a line and in a plane (two back-substitutions), one edge in a
 * leap, and every site that is drawn there (validation/single_ions). */
static const double EVENT[] = {1.7e-6, 100e-6}, EDGE_OF_LEAP = 0.3e-6, SITE_OF_LEAP = 10e-9;

static const struct device *device_of(const struct lattice *lattice, int point) {
  return lattice->system->instances[lattice->points[point].instance].device;
}

/** Place of a point, as messages name it. */
static void place_of(const struct lattice *lattice, int point, char place[HD_ERROR_TEXT]) {
  const struct mesh *mesh = device_of(lattice, point)->mesh;
  mesh_place(mesh->dimension, mesh->x[lattice->points[point].node], place, HD_ERROR_TEXT);
}

static bool few_sites(const struct lattice *lattice, char *text, size_t size) {
  int fewest = -1;
  char place[HD_ERROR_TEXT];
  for (int p = 0; p < lattice->n_points; p++) {
    long sites = lattice->points[p].sites;
    if (sites > 0 && sites < SITES && (fewest < 0 || sites < lattice->points[fewest].sites))
      fewest = p;
  }
  if (fewest < 0)
    return false;
  place_of(lattice, fewest, place);
  snprintf(
      text, size,
      "the cell at %s of %s holds %ld sites: times to switch depend on the cells below %d sites",
      place, device_of(lattice, fewest)->spec->name, lattice->points[fewest].sites, SITES);
  return true;
}

static bool rounded_sites(const struct lattice *lattice, char *text, size_t size) {
  double worst = ROUNDED;
  int at = -1;
  char place[HD_ERROR_TEXT];
  for (int p = 0; p < lattice->n_points; p++) {
    const struct lattice_point *point = &lattice->points[p];
    double change = fabs((double)point->sites * point->per_ion - 1.0);
    if (point->sites == 0 || change <= worst)
      continue;
    worst = change;
    at = p;
  }
  if (at < 0)
    return false;
  place_of(lattice, at, place);
  snprintf(
      text, size,
      "the cell at %s of %s holds %ld sites for %.4g: times to switch depend on the density of "
      "sites, which is %.2g %% off; other intervals or another cross-section make it a whole "
      "number",
      place, device_of(lattice, at)->spec->name, lattice->points[at].sites,
      1.0 / lattice->points[at].per_ion, 100.0 * worst);
  return true;
}

/** Does an ion attract carriers or its own kind, so that it has fronts? */
static bool has_front(const struct lattice *lattice, int point) {
  return device_of(lattice, point)->model.field[lattice->points[point].species] >= 0;
}

static bool long_edges(const struct lattice *lattice, char *text, size_t size) {
  double longest = EDGE;
  int at = -1;
  char place[HD_ERROR_TEXT];
  for (int e = 0; e < lattice->n_edges; e++) {
    const struct lattice_edge *edge = &lattice->edges[e];
    const double(*x)[2] = (const double(*)[2])device_of(lattice, edge->to)->mesh->x;
    const double *a = x[lattice->points[edge->from].node], *b = x[lattice->points[edge->to].node];
    double h =
        (a[0] > b[0] ? a[0] - b[0] : b[0] - a[0]) + (a[1] > b[1] ? a[1] - b[1] : b[1] - a[1]);
    if (h <= longest || !has_front(lattice, edge->to))
      continue;
    longest = h;
    at = edge->to;
  }
  if (at < 0)
    return false;
  place_of(lattice, at, place);
  snprintf(text, size,
           "an edge of %.3g nm at %s of %s is longer than 0.5 nm: times to switch depend on the "
           "mesh where a front passes it",
           1e9 * longest, place, device_of(lattice, at)->spec->name);
  return true;
}

static bool fingers(const struct lattice *lattice, char *text, size_t size) {
  for (int p = 0; p < lattice->n_points; p++) {
    const struct device *device = device_of(lattice, p);
    if (device->mesh->dimension == 1 || !has_front(lattice, p))
      continue;
    snprintf(text, size,
             "device %s: single ions grow fingers out of a front in 2D, whose times had not "
             "converged in cells of 0.5 nm: compare two meshes",
             device->spec->name);
    return true;
  }
  return false;
}

/** Leaps above this were seen to bridge late. */
static const double LEAP = 0.05;

static bool long_leaps(const struct lattice *lattice, char *text, size_t size) {
  const struct stochastic_spec *spec = &lattice->system->run->stochastic;
  if (!(spec->leap > LEAP) || spec->method == METHOD_GILLESPIE)
    return false;
  snprintf(
      text, size,
      "stochastic.leap = %.3g: leaps of 0.1 bridge films of many ions 3 to 4 %% late; allowed, "
      "up to %g without this error",
      spec->leap, LEAP);
  return true;
}

/** Simulated time in which ions hop, s. */
static double time_of_hops(const struct run_spec *run) {
  double sum = 0.0;
  for (size_t i = 0; i < run->n_experiments; i++)
    if (run->experiments[i].type == EXPERIMENT_TRANSIENT && !run->experiments[i].frozen_ions)
      sum += run->experiments[i].duration;
  return sum;
}

/** Hops in 1 s of the ions that a device begins with, without fields, into free sites; and how many
 * sites leaps draw then. */
static double hops_of(const struct lattice *lattice, const struct lattice_block *block,
                      double *drawn) {
  double hops = 0.0;
  *drawn = 0.0;
  for (int e = block->first_edge; e < block->first_edge + block->n_edges; e++) {
    const struct lattice_edge *edge = &lattice->edges[e];
    for (int end = edge->at_electrode ? 2 : 0; end < 2; end++) {
      int p = end ? edge->to : edge->from;
      const struct lattice_point *point = &lattice->points[p];
      const struct device *device = device_of(lattice, p);
      double x = device->initial_x[point->node * device->model.n_species + point->species];
      hops += edge->frequency[end] * x / point->per_ion;
      *drawn += edge->frequency[end] * (double)point->sites;
    }
  }
  return hops;
}

static bool long_run(const struct lattice *lattice, char *text, size_t size) {
  const struct run_spec *run = lattice->system->run;
  double time = time_of_hops(run), leap = run->stochastic.leap / lattice->highest;
  for (size_t i = 0; i < lattice->system->n_instances; i++) {
    const struct lattice_block *block = &lattice->blocks[i];
    const struct device *device = lattice->system->instances[i].device;
    double drawn, hops = hops_of(lattice, block, &drawn),
                  event = EVENT[device->mesh->dimension - 1];
    double events = hops * event,
           leaps = drawn * SITE_OF_LEAP + (event + block->n_edges * EDGE_OF_LEAP) / leap;
    int method = run->stochastic.method;
    double cost = method == METHOD_GILLESPIE ? events
                  : method == METHOD_LEAP    ? leaps
                                             : fmin(events, leaps);
    if (!(cost * time > LONG))
      continue;
    snprintf(text, size,
             "device %s: hops of single ions: about %.2g in the %.3g s of the transients, %.2g "
             "hours of CPU time; a smaller %s or engine = \"langevin\" or \"none\" takes less",
             device->spec->name, hops * time, time, cost * time / 3600.0,
             device->mesh->coordinates == SHAPE_PLANAR ? "depth" : "cross-section");
    return true;
  }
  return false;
}

/**
 * The i-th thing to be said about a lattice, i = 0 .. LATTICE_REMARKS - 1.
 * text    out: a sentence with place and number
 * Returns whether it applies.
 */
bool lattice_remark(const struct lattice *lattice, int i, char *text, size_t size) {
  bool (*const remarks[LATTICE_REMARKS])(const struct lattice *, char *, size_t) = {
      few_sites, rounded_sites, long_edges, fingers, long_leaps, long_run};
  return remarks[i](lattice, text, size);
}
