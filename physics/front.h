/* A front that is sharper than the control volume it stands in.
 *
 * Attraction over the smoothing length makes a front between dense and dilute lattice gas about
 * 8 kT ell / W wide, far less than ell. A lattice gas whose energy rises by 2 a kT linearly across
 * a control volume fills its sites in the mean with theta = 1/(2 a) ln((1 + e^(b + a)) / (1 + e^(b
 * - a))),    b = (mu - E) / kT at the node, and solved for b this is b = ln(theta / (1 - theta)) +
 * G,    G = ln(sinh(a theta) / (a theta))
 *                                         - ln(sinh(a (1 - theta)) / (a (1 - theta))).
 * G is an excess potential over kT of order h^2, analytic in theta and in a^2. Without it the
 * front has a lower energy at nodes than between them and sticks to them. */
#ifndef HALIDRIFT_PHYSICS_FRONT_H
#define HALIDRIFT_PHYSICS_FRONT_H

/** Excess potential over kT of the mean over a control volume, and its partials. */
struct front_value {
  double G, d_x, d_a2;
};

/** x  share of occupied sites;  a2  a^2, three times the variance of E / kT over the volume. */
struct front_value front_excess(double x, double a2);

#endif
