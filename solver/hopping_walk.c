/* The random part: hops one after another, or all of a short time at once. */
#include <gsl/gsl_randist.h>
#include <limits.h>
#include <math.h>
#include "solver/hopping_parts.h"

/** Expected hops in a leap below which they are drawn one after another. */
static const double FEW = 4.0;

/** Rates of all edges at the present numbers and energies; returns their sum, 1/s. */
static double all_rates(struct hopping *hopping) {
  const struct lattice *lattice = hopping->lattice;
  double sum = 0.0;
  for (int e = 0; e < lattice->n_edges; e++) {
    struct hop_rates rates = lattice_rates(lattice, &lattice->edges[e]);
    hopping->forward[e] = rates.forward;
    hopping->backward[e] = rates.backward;
    sum += rates.forward + rates.backward;
  }
  return sum;
}

/** Energies after n more ions in a cell, by the answers of the fields. */
static void answer(struct hopping *hopping, int cell, long n) {
  struct lattice *lattice = hopping->lattice;
  const struct lattice_block *block = &lattice->blocks[lattice->points[cell].instance];
  const double *column = hop_fields_response(hopping->fields, lattice, cell);
  double *v = &lattice->v[block->first];
  for (int p = 0; p < block->n_points; p++)
    v[p] += (double)n * column[p];
}

static void move(struct hopping *hopping, int e, long n) {
  const struct lattice_edge *edge = &hopping->lattice->edges[e];
  lattice_move(hopping->lattice, edge, n);
}

/** Hops along one edge within dt: binomial in the ions (or free sites) that can take part. */
static long draw(gsl_rng *random, long ions, long room, double rate, double dt) {
  long n = ions < room ? ions : room;
  if (n <= 0 || !(rate > 0.0))
    return 0;
  if (n == LONG_MAX)
    return gsl_ran_poisson(random, rate * dt);
  return gsl_ran_binomial(random, fmin(rate * dt / (double)n, 1.0), (unsigned)n);
}

/** All hops of a time dt at the energies of its begin, edge after edge, up and down in turn. */
static void leap(struct hopping *hopping, double dt) {
  struct lattice *lattice = hopping->lattice;
  gsl_rng random = random_gsl(&hopping->stream);
  for (int i = 0; i < lattice->n_edges; i++) {
    int e = hopping->backwards ? lattice->n_edges - 1 - i : i;
    const struct lattice_edge *edge = &lattice->edges[e];
    struct lattice_point *from = &lattice->points[edge->from], *to = &lattice->points[edge->to];
    if (from->count == 0 && to->count == 0 && !edge->at_electrode)
      continue;
    struct hop_rates rates = lattice_rates(lattice, edge);
    long ions = edge->at_electrode ? LONG_MAX : from->count;
    long n = draw(&random, ions, lattice_room(lattice, edge->to), rates.forward, dt);
    long room = edge->at_electrode ? LONG_MAX : lattice_room(lattice, edge->from);
    n -= draw(&random, to->count, room, rates.backward, dt);
    if (n != 0)
      move(hopping, e, n);
  }
  hopping->backwards = !hopping->backwards;
  hopping->counts.leaps++;
}

/** The edge (and direction) of the next hop. */
static void one_hop(struct hopping *hopping, double sum, double uniform) {
  double rest = uniform * sum;
  int n_edges = hopping->lattice->n_edges, last = -1;
  long n = 1;
  for (int e = 0; e < n_edges && rest >= 0.0; e++)
    for (int back = 0; back < 2 && rest >= 0.0; back++) {
      double rate = back ? hopping->backward[e] : hopping->forward[e];
      if (!(rate > 0.0))
        continue;
      rest -= rate;
      last = e;
      n = back ? -1 : 1;
    }
  move(hopping, last, n);
  hopping->counts.events++;
}

/** Energies after a leap, by the answers to all cells that it changed. */
static void answer_leap(struct hopping *hopping) {
  const struct lattice *lattice = hopping->lattice;
  for (int p = 0; p < lattice->n_points; p++)
    if (lattice->points[p].count != hopping->before[p])
      answer(hopping, p, lattice->points[p].count - hopping->before[p]);
}

static void keep_numbers(struct hopping *hopping) {
  for (int p = 0; p < hopping->lattice->n_points; p++)
    hopping->before[p] = hopping->lattice->points[p].count;
}

/** Hops one after another for a time tau, or up to the first one when the fields do not answer.
 * Returns the time that has passed. */
static double walk_by_events(struct hopping *hopping, double tau, double sum) {
  bool answered = hopping->fields->has_response;
  double t = 0.0;
  while (sum > 0.0) {
    t -= log(random_uniform(&hopping->stream)) / sum;
    if (t >= tau)
      break;
    keep_numbers(hopping);
    one_hop(hopping, sum, random_uniform(&hopping->stream));
    if (!answered)
      return t;
    answer_leap(hopping);
    sum = all_rates(hopping);
  }
  return tau;
}

/** The same by leaps of equal length. */
static double walk_by_leaps(struct hopping *hopping, double tau) {
  bool answered = hopping->fields->has_response;
  int n = answered ? (int)ceil(tau / hopping->leap * (1.0 - HOPPING_CLOSE)) : 1;
  double dt = answered ? tau / n : fmin(tau, hopping->leap);
  for (int i = 0; i < n; i++) {
    keep_numbers(hopping);
    leap(hopping, dt);
    if (answered)
      answer_leap(hopping);
  }
  return answered ? tau : dt;
}

double hopping_walk(struct hopping *hopping, double tau) {
  int method = hopping->spec->method;
  double sum = method == METHOD_LEAP ? INFINITY : all_rates(hopping);
  if (method == METHOD_GILLESPIE || sum * hopping->leap < FEW)
    return walk_by_events(hopping, tau, sum);
  return walk_by_leaps(hopping, tau);
}
