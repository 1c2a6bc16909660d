#include "physics/contact.h"

#include <assert.h>
#include <math.h>
#include "physics/softplus.h"

/* Widths over which two corners of the law are rounded, in units of V_T. Both are far below the
 * thermal energy, which is the finest detail of the supply function. */
static const double bending_width = 1e-3; /* band bending across one node near 0 */
static const double barrier_width = 1e-2; /* barrier height near 0, where its root is steep */

/** The same for the factor v(l) of the image force where it reaches 0; it is 1 without it. */
static const double image_width = 2e-2;

/** A value and its slope, and the slope by the width of the rounded corner. */
struct slope {
  double f, d, d_width;
};

/**
 * max(0, b) with a continuous slope: exactly 0 for b <= 0, exactly b for b >= w, and the cubic
 * b^2 (2 w - b) / w^2 between. Exact outside, so that neither a node count times a tail nor a
 * node count times an offset enters the sum over a ray.
 */
static struct slope ramp(double b, double w) {
  if (b <= 0)
    return (struct slope){0, 0, 0};
  if (b >= w)
    return (struct slope){b, 1, 0};
  double s = b / w;
  return (struct slope){b * s * (2 - s), s * (4 - 3 * s), 2 * s * s * (s - 1)};
}

/**
 * sqrt(|b|) with a finite slope: b^2 / (b^2 + w^2)^(3/4). 0 at b = 0; relative error
 * 3/4 (w/b)^2, 7.5e-5 one V_T below the top of the barrier.
 */
static struct slope root(double b, double w) {
  double r2 = b * b + w * w, r = sqrt(r2), rr = r * sqrt(r);
  double f = b * b / rr;
  return (struct slope){f, b * (0.5 * b * b + 2 * w * w) / (rr * r2), -1.5 * w * f / r2};
}

/**
 * Band bending across the node between its mid-edges, in V_T; positive where the band falls away
 * from the contact. The image potential is taken at the mid-edges too, so it is finite beside the
 * contact. Without image force in it the top of the barrier is the contact itself: the first node
 * then takes the energies of the contact's half cell as well, and the sum over a ray is of order 2.
 * before  out: weight of psi_before in the potential on the contact's side; 1 - before that of psi
 */
static double bending(const struct tunnel_input *in, double *before) {
  *before = in->x_before > 0 || in->image_bending > 0 ? 0.5 : 1;
  double psi_minus = *before * in->psi_before + (1 - *before) * in->psi;
  double psi_plus = 0.5 * (in->psi + in->psi_after);
  double x_minus = 0.5 * (in->x_before + in->x), x_plus = 0.5 * (in->x + in->x_after);
  double image = in->image_bending * (1 / x_plus - 1 / x_minus);
  return (in->charge * (psi_minus - psi_plus) + image) / in->V_T;
}

/**
 * What the image force leaves of the WKB exponent of a triangular barrier of height h and width x:
 *   v(l) = 1 - l + l ln(l) / 6,  l = 4 image / (x h);  0 from l = 1 on, where the lowered top is
 *   below the energy
 * l is the square of lowering over height. Within 0.33 % of the elliptic integrals of Murphy &
 * Good. The corner at l = 1 is rounded over image_width.
 * height  root of h and its slopes
 * factor  out: v - 2 l v', d (root v) / d root
 * Source  Forbes 2006, doi:10.1063/1.2354582; Murphy & Good 1956, doi:10.1103/PhysRev.102.1464
 */
static double image_factor(double image, double x, double height, double *factor) {
  double h = height * height, lowered = 4 * image / x;
  *factor = image > 0 ? 0 : 1;
  if (!(image > 0 && h > lowered))
    return *factor;
  double l = lowered / h, slope = log(l) / 6 - 5.0 / 6;
  struct slope v = ramp(1 - l + l * log(l) / 6, image_width);
  *factor = v.f - 2 * l * v.d * slope;
  return v.f;
}

/**
 * Tunnelling between a metal and one node of a ray that leaves the contact.
 *   g  = prefactor dE T [ln(1 + e^eta_metal) - ln(1 + e^eta)]
 *   T  = exp(-kappa sqrt(|psi - psi_contact|) x v),  kappa = (4/3) sqrt(2 m q) / hbar
 *   dE = max(0, u_- - u_+) / V_T,  u = charge psi - image_bending / x at the two mid-edges
 * v = 1 without image_barrier, see image_factor.
 * The sum over a ray is the integral of Tsu & Esaki over the energies at which the band edge is
 * met, with the WKB transmission of a triangular barrier between contact and node.
 * g       flux of particles from the contact to the node; exactly 0 for eta = eta_metal
 * Errors  none. x > 0, x_before >= 0, x_after >= x.
 * Source  Tsu & Esaki 1973, doi:10.1063/1.1654509; as local generation on a grid: Ieong et al.,
 *         IEDM 1998, 733
 */
struct tunnel_value contact_tunnel(const struct tunnel_input *input) {
  assert(input->x > 0 && input->x_before >= 0 && input->x_after >= input->x);
  double V_T = input->V_T, kx = input->kappa * input->x;
  double before;
  double bend = bending(input, &before);
  struct slope dE = ramp(bend, bending_width);
  struct slope height = root(input->psi - input->psi_contact, barrier_width * V_T);
  double by_root, v = image_factor(input->image_barrier, input->x, height.f, &by_root);
  double transmission = exp(-kx * height.f * v);
  double supply = softplus_difference(input->eta_metal, input->eta);

  double scale = input->prefactor * transmission;
  double g = scale * dE.f * supply;
  double d_bending = scale * dE.d * supply * input->charge / V_T;
  double d_height = -g * kx * by_root * height.d;
  return (struct tunnel_value){.g = g,
                               .d_psi_contact = -d_height,
                               .d_psi = d_height + (0.5 - before) * d_bending,
                               .d_psi_before = before * d_bending,
                               .d_psi_after = -0.5 * d_bending,
                               .d_eta = -scale * dE.f * softplus_slope(input->eta),
                               .d_eta_metal = scale * dE.f * softplus_slope(input->eta_metal),
                               .d_V_T = -scale * dE.d * supply * bend / V_T -
                                        g * kx * by_root * height.d_width * barrier_width};
}
