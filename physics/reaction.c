#include "physics/reaction.h"

#include <math.h>

/** excess / denominator with d denominator / dn (and dn_1) = a, d denominator / dp (and dp_1) = b;
 * 0 if it is infinite. */
static struct reaction_value over(double excess, double denominator, double a, double b) {
  struct reaction_value value = {0};
  if (!isfinite(denominator)) /* no traps: an infinite lifetime, or a zero surface velocity */
    return value;
  value.rate = excess / denominator;
  value.d_excess = 1 / denominator;
  value.d_n = value.d_n_1 = -value.rate * a / denominator;
  value.d_p = value.d_p_1 = -value.rate * b / denominator;
  return value;
}

/**
 * Recombination through one trap level.
 *   R = (n p - n_i^2) / (tau_p (n + n_1) + tau_n (p + p_1))
 * Errors  none. Valid for n, p >= 0 and n_1, p_1 > 0.
 * Source  Shockley & Read 1952, Hall 1952
 */
static struct reaction_value shockley_read_hall(const struct reaction_input *input) {
  double tau_n = input->material->tau_n, tau_p = input->material->tau_p;
  double denominator = tau_p * (input->n + input->n_1) + tau_n * (input->p + input->p_1);
  return over(input->excess, denominator, tau_p, tau_n);
}

/**
 * Band-to-band recombination.
 *   R = k (n p - n_i^2)
 * Errors  none.
 * Source  van Roosbroeck & Shockley 1954
 */
static struct reaction_value radiative(const struct reaction_input *input) {
  double k = input->material->k_rad;
  struct reaction_value value = {.rate = k * input->excess, .d_excess = k};
  return value;
}

/**
 * Three-particle recombination.
 *   R = (C_n n + C_p p) (n p - n_i^2)
 * Errors  none.
 * Source  Beattie & Landsberg 1959
 */
static struct reaction_value auger(const struct reaction_input *input) {
  double C_n = input->material->C_n, C_p = input->material->C_p;
  double k = C_n * input->n + C_p * input->p;
  struct reaction_value value = {.rate = k * input->excess,
                                 .d_n = C_n * input->excess,
                                 .d_p = C_p * input->excess,
                                 .d_excess = k};
  return value;
}

const struct reaction_law reaction_table[] = {
    {"srh", shockley_read_hall,
     "Recombination through one trap level: electron_lifetime, hole_lifetime, trap_level.",
     "Shockley & Read, Phys. Rev. 87, 835 (1952), doi:10.1103/PhysRev.87.835"},
    {"radiative", radiative, "Band-to-band recombination: radiative_coefficient.",
     "van Roosbroeck & Shockley, Phys. Rev. 94, 1558 (1954), doi:10.1103/PhysRev.94.1558"},
    {"auger", auger, "Three-particle recombination: auger_n, auger_p.",
     "Beattie & Landsberg, Proc. R. Soc. A 249, 16 (1959), doi:10.1098/rspa.1959.0003"},
};
const size_t reaction_table_count = sizeof reaction_table / sizeof *reaction_table;

/**
 * Recombination at an interface, through one trap level.
 *   R = (n p - n_i^2) / ((n + n_1) / S_p + (p + p_1) / S_n)
 * S_n, S_p  surface recombination velocities, m/s; one of them 0: no recombination
 * Returns   rate in m^-2 s^-1 and its partials
 * Errors    none.
 * Source    Shockley & Read 1952 with a density of traps per area
 */
struct reaction_value reaction_interface(const struct reaction_input *input, double S_n,
                                         double S_p) {
  double denominator = (input->n + input->n_1) / S_p + (input->p + input->p_1) / S_n;
  return over(input->excess, denominator, 1 / S_p, 1 / S_n);
}
