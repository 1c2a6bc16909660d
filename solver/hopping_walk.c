/* The random part: hops one after another, or all of a short time at once. */
#include <gsl/gsl_randist.h>
#include <math.h>
#include "solver/base/clock.h"
#include "solver/hopping_parts.h"
#include "solver/progress.h"

/** Expected hops in a leap below which they are drawn one after another. */
static const double FEW = 4.0;
/** Time in which a step may still become whole when the run is to end, s. */
static const double PATIENCE = 1.0;

/** Is the walk to be left as it is? */
static bool is_over(struct hopping *hopping) {
  if (!interrupted() || hopping->overfull >= 0)
    return hopping->overfull >= 0;
  double now = hd_clock();
  if (!(hopping->asked > 0.0))
    hopping->asked = now;
  hopping->left = now - hopping->asked > PATIENCE;
  return hopping->left;
}

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

static long lmin(long a, long b) {
  return a < b ? a : b;
}

static void move(struct hopping *hopping, int e, long n) {
  const struct lattice_edge *edge = &hopping->lattice->edges[e];
  const struct lattice_point *points = hopping->lattice->points;
  lattice_move(hopping->lattice, edge, n);
  if (lattice_is_overfull(&points[edge->to]))
    hopping->overfull = edge->to;
  else if (!edge->at_electrode && lattice_is_overfull(&points[edge->from]))
    hopping->overfull = edge->from;
}

/** How many of n. */
static long some_of(gsl_rng *random, long n, double probability) {
  if (probability >= 1.0)
    return n;
  return n > 0 && probability > 0.0 ? gsl_ran_binomial(random, probability, (unsigned)n) : 0;
}

/** How many of a sites are among b other ones, both drawn from n. */
static long common(gsl_rng *random, long a, long b, long n) {
  bool swap = lmin(a, n - a) < lmin(b, n - b); /* the time it takes goes with the last number */
  long t = swap ? a : b, taken = swap ? b : a;
  return gsl_ran_hypergeometric(random, (unsigned)taken, (unsigned)(n - taken), (unsigned)t);
}

/**
 * Net hops from cell a to b, a with no more sites than b, within dt. The sites of a meet as many of
 * b, paired at random; in some of these pairs an ion that faces a free site hops. For ions without
 * energies this keeps every placing equally likely at any dt.
 * one     of an ion out of a, and of one of b: it is in a pair with the chance M_a / M_b
 */
static long exchange_of_sites(gsl_rng *random, const struct lattice_point *a,
                              const struct lattice_point *b, struct hop_rates one, double dt) {
  one.backward *= (double)b->sites / (double)a->sites;
  struct hop_rates chance = hop_chances(one, dt);
  double p = fmax(chance.forward, chance.backward);
  long pairs = some_of(random, a->sites, p);
  if (pairs == 0)
    return 0;
  long n_a = common(random, a->count, pairs, a->sites);
  long n_b = common(random, b->count, pairs, b->sites), both = common(random, n_a, n_b, pairs);
  return some_of(random, n_a - both, chance.forward / p) -
         some_of(random, n_b - both, chance.backward / p);
}

/** Ions that came from an electrode within dt and are still there: each leaves at the rate `out`.
 */
static long arrived(gsl_rng *random, double in, double out, double dt) {
  double time = hop_chances((struct hop_rates){.forward = 0.0, .backward = out}, dt).backward;
  return gsl_ran_poisson(random, fmin(in * (out > 0.0 ? time / out : dt), LATTICE_BEYOND));
}

/** Net hops along one edge within dt: binomial in the ions, or in free sites from an electrode. */
static long draw(gsl_rng *random, const struct lattice *lattice, const struct lattice_edge *edge,
                 double dt) {
  const struct lattice_point *from = &lattice->points[edge->from], *to = &lattice->points[edge->to];
  struct hop_rates one = lattice_rates_of_one(lattice, edge);
  struct hop_rates turned = {.forward = one.backward, .backward = one.forward};
  if (to->sites > 0 && !edge->at_electrode)
    return from->sites <= to->sites ? exchange_of_sites(random, from, to, one, dt)
                                    : -exchange_of_sites(random, to, from, turned, dt);
  if (edge->at_electrode && to->sites == 0) {
    turned.backward = 0.0;
    long back = some_of(random, to->count, hop_chances(turned, dt).forward);
    return arrived(random, one.forward, one.backward, dt) - back;
  }
  struct hop_rates chance = hop_chances(one, dt);
  long back = some_of(random, to->count, chance.backward);
  long ready = edge->at_electrode ? to->sites - to->count : from->count;
  return some_of(random, ready, chance.forward) - back;
}

/** All hops of a time dt at the energies of its begin, edge after edge, up and down in turn. */
static void leap(struct hopping *hopping, double dt) {
  struct lattice *lattice = hopping->lattice;
  gsl_rng random = random_gsl(&hopping->stream);
  for (int i = 0; i < lattice->n_edges && !is_over(hopping); i++) {
    int e = hopping->backwards ? lattice->n_edges - 1 - i : i;
    const struct lattice_edge *edge = &lattice->edges[e];
    struct lattice_point *from = &lattice->points[edge->from], *to = &lattice->points[edge->to];
    if (from->count == 0 && to->count == 0 && !edge->at_electrode)
      continue;
    long n = draw(&random, lattice, edge, dt);
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

/** Hops one after another for a time tau, or up to the first one when the fields do not answer.
 * Returns the time that has passed. */
static double walk_by_events(struct hopping *hopping, double tau, double sum) {
  bool answered = hop_fields_answers(hopping->fields);
  double t = 0.0;
  while (sum > 0.0 && !is_over(hopping)) {
    t -= log(random_uniform(&hopping->stream)) / sum;
    if (t >= tau)
      break;
    one_hop(hopping, sum, random_uniform(&hopping->stream));
    if (!answered)
      return t;
    hop_fields_answer(hopping->fields, hopping->lattice, hopping->known);
    sum = all_rates(hopping);
  }
  return tau;
}

/** The same by leaps of equal length. */
static double walk_by_leaps(struct hopping *hopping, double tau) {
  bool answered = hop_fields_answers(hopping->fields);
  int n = answered ? (int)ceil(tau / hopping->leap * (1.0 - HOPPING_CLOSE)) : 1;
  double dt = answered ? tau / n : fmin(tau, hopping->leap);
  for (int i = 0; i < n && !is_over(hopping); i++) {
    leap(hopping, dt);
    if (answered)
      hop_fields_answer(hopping->fields, hopping->lattice, hopping->known);
  }
  return answered ? tau : dt;
}

enum hd_status hopping_walk(struct hopping *hopping, double tau, double *passed,
                            struct hd_error *err) {
  int method = hopping->spec->method;
  double sum = method == METHOD_LEAP ? INFINITY : all_rates(hopping);
  for (int p = 0; p < hopping->lattice->n_points; p++)
    hopping->known[p] = hopping->lattice->points[p].count;
  bool events = method == METHOD_GILLESPIE || sum * hopping->leap < FEW;
  *passed = events ? walk_by_events(hopping, tau, sum) : walk_by_leaps(hopping, tau);
  if (hopping->overfull >= 0)
    return lattice_overfull(hopping->lattice, hopping->overfull, hopping->t, err);
  if (hopping->left)
    return hd_fail(err, HD_INTERRUPTED, "interrupted within a step that began at t = %.9g s",
                   hopping->t);
  return HD_OK;
}
