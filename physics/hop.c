#include "physics/hop.h"

#include <math.h>

/** Below this |x| the series of the Bernoulli function is exact to rounding. */
static const double SERIES = 0.05;

/** B(x) = x / (e^x - 1) from x and e^x: one exponential serves both directions of a hop. */
static double bernoulli(double x, double exp_x) {
  double x2 = x * x;
  if (fabs(x) < SERIES)
    return 1.0 - 0.5 * x + x2 * (1.0 / 12 - x2 * (1.0 / 720 - x2 / 30240));
  return isinf(exp_x) ? 0.0 : x / (exp_x - 1.0);
}

/** Share of free sites, with `more` ions than there are. */
static double free_share(const struct hop_end *end, double more) {
  return end->sites > 0.0 ? 1.0 - (end->count + more) / end->sites : 1.0;
}

/**
 * Hops of a lattice gas.
 *   k -> l: nu_k N_k (1 - N_l / M_l) B(dv + s),   l -> k: nu_l N_l (1 - N_k / M_k) B(-dv + s)
 * The reverse of k -> l begins where dv has become dv + 2 s: both see the energy dv + s, and
 * B(y) / B(-y) = e^-y.
 * Errors  none
 * Source  docs/theory.md section 19
 */
struct hop_rates hop_between(const struct hop_end *k, const struct hop_end *l, double dv,
                             double self) {
  struct hop_rates rates = {0.0, 0.0};
  if (k->count > 0.0)
    rates.forward =
        k->frequency * k->count * free_share(l, 0.0) * bernoulli(dv + self, exp(dv + self));
  if (l->count > 0.0)
    rates.backward =
        l->frequency * l->count * free_share(k, 0.0) * bernoulli(self - dv, exp(self - dv));
  return rates;
}

/**
 * Two places that one ion fills in turn, with the rates a there and b back: where it began at one
 * of them it is at the other after dt with the chance
 *   a / (a + b) (1 - e^-(a + b) dt),   b / (a + b) (1 - e^-(a + b) dt)
 * a dt alone would count ions that have come back: motion too fast by the part (a + b) dt / 2.
 * Errors  none
 * Source  docs/theory.md section 19
 */
struct hop_rates hop_chances(struct hop_rates rates, double dt) {
  double sum = rates.forward + rates.backward;
  double share = sum > 0.0 ? -expm1(-sum * dt) / sum : dt;
  return (struct hop_rates){.forward = rates.forward * share, .backward = rates.backward * share};
}

/** What a contact node gives and takes back for one ion of its own: f B(y) + theta B(-y). */
static double both_ways(double f, double forward, double backward) {
  return f * forward + (1.0 - f) * backward;
}

/**
 * Exchange j = k_a (c_eq - c_0) through a contact node whose few sites follow at once: c_0 is
 * eliminated from k_a (c_eq - c_0) = G [c_0 f B(y) - c f_0 B(-y)], f and f_0 the free shares.
 *   in:  k_a c_eq G f B(y) / (k_a + G w),   y = dv + s,   w = f B(y) + theta B(-y)
 *   out: k_a G (N / V) (1 - theta_eq) B(-y) / (k_a + G w),   y = dv - s, f and theta without the
 * ion in / out = e^-y c_eq f / (c (1 - theta_eq)) in the two states that an exchange connects.
 * Errors  none
 * Source  docs/theory.md section 19
 */
struct hop_rates hop_exchange(const struct hop_electrode *electrode, const struct hop_end *cell,
                              double dv, double self) {
  double y_in = dv + self, y_out = dv - self;
  double share = electrode->conductance / electrode->velocity;
  double f_in = free_share(cell, 0.0), f_out = free_share(cell, -1.0);
  double to = bernoulli(y_in, exp(y_in)), from = bernoulli(-y_out, exp(-y_out));
  double in = electrode->density * electrode->conductance * f_in * to;
  double out = cell->frequency * cell->count * (1.0 - electrode->full) * from;
  double w_in = both_ways(f_in, to, bernoulli(-y_in, exp(-y_in)));
  double w_out = both_ways(f_out, bernoulli(y_out, exp(y_out)), from);
  return (struct hop_rates){.forward = in / (1.0 + share * w_in),
                            .backward = out / (1.0 + share * w_out)};
}
