#include "physics/contact.h"

#include <assert.h>
#include <math.h>
#include "physics/softplus.h"

/** Width over which the root of the barrier's height is rounded near 0, where it is steep, in units
 * of V_T: far below the thermal energy, which is the finest detail of the supply function. */
static const double barrier_width = 1e-2;

/** The same for the factor v(l) of the image force where it reaches 0; it is 1 without it. */
static const double image_width = 2e-2;

/** A value and its slope, and the slope by the width of the rounded corner. */
struct slope {
  double f, d, d_width;
};

/** max(0, b) with a continuous slope: 0 for b <= 0, b for b >= w, and the cubic b^2 (2 w - b) / w^2
 * between. */
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

/** Weights of the values at the node before, at the node and after it. */
struct stencil {
  double before, node, after;
};

static double apply(struct stencil w, double before, double node, double after) {
  return w.before * before + w.node * node + w.after * after;
}

/** Value at y from the node of the parabola through the three values; of the line at a ray's end.
 */
static struct stencil parabola(const struct tunnel_input *in, double y) {
  double back = in->x - in->x_before, on = in->x_after - in->x, span = back + on;
  double after = on > 0 ? y * (y + back) / (on * span) : 0;
  double before = on > 0 ? y * (y - on) / (back * span) : -y / back;
  return (struct stencil){before, 1 - before - after, after};
}

/** Slope of the parabola at y. */
static struct stencil parabola_slope(const struct tunnel_input *in, double y) {
  double back = in->x - in->x_before, on = in->x_after - in->x, span = back + on;
  double after = on > 0 ? (2 * y + back) / (on * span) : 0;
  double before = on > 0 ? (2 * y - on) / (back * span) : -1 / back;
  return (struct stencil){before, -before - after, after};
}

/** How fast the band falls away from the contact at both ends of the control volume: in V_T over
 * the whole volume, were all of it as steep as that end. */
struct bending {
  double at[2];
  struct stencil by_psi[2]; /* 1/V */
};

/**
 * The charge of a control volume is the same all over it, so psi is the parabola through the node
 * and its neighbours, and the band's slope goes linearly from that of one edge to that of the
 * other.
 */
static struct bending band_bending(const struct tunnel_input *in) {
  struct bending b;
  double length = (in->to - in->from) / in->V_T;
  for (int end = 0; end < 2; end++) {
    double x = end ? in->to : in->from, scale = -in->charge * length;
    struct stencil w = parabola_slope(in, x - in->x);
    b.by_psi[end] = (struct stencil){scale * w.before, scale * w.node, scale * w.after};
    b.at[end] = apply(b.by_psi[end], in->psi_before, in->psi, in->psi_after);
    if (in->image_bending > 0)
      b.at[end] -= in->image_bending / (x * x) * length;
  }
  return b;
}

/** The part of a control volume in which the band falls, and its derivatives by the bending at both
 * ends of the volume. Where the band turns round inside, what falls is 0 at the turn, so nothing
 * jumps. */
struct stretch {
  double from, width; /* in units of the volume's length */
  double bending[2];  /* at the stretch's ends */
  double d_from[2], d_width[2], d_bending[2];
};

static struct stretch falling_part(const double bending[2]) {
  double lo = bending[0], hi = bending[1];
  struct stretch s = {
      .width = 1, .bending = {fmax(lo, 0), fmax(hi, 0)}, .d_bending = {lo > 0, hi > 0}};
  if ((lo > 0) == (hi > 0))
    return s;
  double step = lo - hi, turn = lo / step;
  double by[2] = {-hi / (step * step), lo / (step * step)}, sign = lo > 0 ? 1 : -1;
  s.from = lo > 0 ? 0 : turn;
  s.width = lo > 0 ? turn : 1 - turn;
  for (int end = 0; end < 2; end++) {
    s.d_from[end] = lo > 0 ? 0 : by[end];
    s.d_width[end] = sign * by[end];
  }
  return s;
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

/** Transmission times supply at one point. */
struct passage {
  double f;
  double d_psi, d_metal, d_split; /* by psi and eta_metal at the point, and by eta_metal - eta */
  double d_x, d_V_T;              /* 1/m along the ray at fixed psi and eta_metal, 1/V */
};

/** At distance x, with the local psi and eta_metal; split = eta_metal - eta. f alone without
 * `partials`. */
static inline struct passage pass(const struct tunnel_input *in, double x, double psi, double metal,
                                  double split, bool partials) {
  double kx = in->kappa * x, by_root;
  struct slope height = root(psi - in->psi_contact, barrier_width * in->V_T);
  double v = image_factor(in->image_barrier, x, height.f, &by_root);
  double transmission = exp(-kx * height.f * v);
  double f = transmission * softplus_difference(metal, metal - split);
  if (!partials)
    return (struct passage){.f = f};
  double held = softplus_slope(metal - split);
  return (struct passage){.f = f,
                          .d_psi = -f * kx * by_root * height.d,
                          .d_metal = transmission * (softplus_slope(metal) - held),
                          .d_split = transmission * held,
                          .d_x = -f * in->kappa * height.f * 0.5 * (v + by_root),
                          .d_V_T = -f * kx * by_root * height.d_width * barrier_width};
}

/** Points of Gauss and Legendre on 0 to 1, both of weight 1/2: exact for cubics. */
static const double gauss[] = {0.21132486540518712, 0.78867513459481288};

/** Add one point of the quadrature. by_bending[2]: out, adds up derivatives by the bending at the
 * ends of the volume; NULL: g alone. */
static inline void add_point(const struct tunnel_input *in, const struct stretch *s, double at,
                             struct tunnel_value *out, double by_bending[2]) {
  double length = in->to - in->from, x = in->from + length * (s->from + s->width * at);
  double y = x - in->x;
  struct stencil w = parabola(in, y);
  double psi = apply(w, in->psi_before, in->psi, in->psi_after);
  double metal = apply(w, in->eta_metal_before, in->eta_metal, in->eta_metal_after);
  struct passage p = pass(in, x, psi, metal, in->eta_metal - in->eta, by_bending);
  double bending = (1 - at) * s->bending[0] + at * s->bending[1];
  double scale = 0.5 * in->prefactor, m = scale * s->width * bending;
  out->g += m * p.f;
  if (!by_bending)
    return;
  struct stencil slope = parabola_slope(in, y);
  double d_y =
      m * (p.d_x + p.d_psi * apply(slope, in->psi_before, in->psi, in->psi_after) +
           p.d_metal * apply(slope, in->eta_metal_before, in->eta_metal, in->eta_metal_after));
  for (int end = 0; end < 2; end++)
    by_bending[end] +=
        scale * p.f *
            (s->d_width[end] * bending + s->width * s->d_bending[end] * (end ? at : 1 - at)) +
        d_y * length * (s->d_from[end] + s->d_width[end] * at);
  out->d_psi_contact -= m * p.d_psi;
  out->d_psi_before += m * p.d_psi * w.before;
  out->d_psi += m * p.d_psi * w.node;
  out->d_psi_after += m * p.d_psi * w.after;
  out->d_eta_metal_before += m * p.d_metal * w.before;
  out->d_eta_metal += m * (p.d_metal * w.node + p.d_split);
  out->d_eta_metal_after += m * p.d_metal * w.after;
  out->d_eta -= m * p.d_split;
  out->d_V_T += m * p.d_V_T;
}

/** contact_tunnel; without `partials` they are 0. */
static inline struct tunnel_value tunnel(const struct tunnel_input *input, bool partials) {
  assert(input->x_before >= 0 && input->x > input->x_before && input->x_after >= input->x);
  assert(input->from >= input->x_before && input->to > input->from && input->to <= input->x_after);
  struct tunnel_value out = {0};
  struct bending bending = band_bending(input);
  if (!(bending.at[0] > 0 || bending.at[1] > 0))
    return out;
  struct stretch stretch = falling_part(bending.at);
  double by_bending[2] = {0, 0};
  for (int i = 0; i < 2; i++)
    add_point(input, &stretch, gauss[i], &out, partials ? by_bending : NULL);
  for (int end = 0; end < 2 && partials; end++) {
    out.d_psi_before += by_bending[end] * bending.by_psi[end].before;
    out.d_psi += by_bending[end] * bending.by_psi[end].node;
    out.d_psi_after += by_bending[end] * bending.by_psi[end].after;
    out.d_V_T -= by_bending[end] * bending.at[end] / input->V_T;
  }
  return out;
}

/**
 * Tunnelling between a metal and the control volume of one node of a ray that leaves the contact.
 *   g  = prefactor int T [ln(1 + e^eta_metal) - ln(1 + e^(eta_metal - eta_metal_i + eta_i))] dE
 *   T  = exp(-kappa sqrt(|psi - psi_contact|) x v),  kappa = (4/3) sqrt(2 m q) / hbar
 *   dE = max(0, -u' / V_T) dx,  u = charge psi - image_bending / x
 * over the control volume, in which psi and eta_metal are parabolas and the level of the carriers
 * is that of the node; two points of Gauss where the band falls. v = 1 without image_barrier, see
 * image_factor. The sum over a ray is the integral of Tsu & Esaki over the energies at which the
 * band edge is met, with the WKB transmission of a triangular barrier between contact and point.
 * g       flux of particles from the contact to the node; exactly 0 for eta = eta_metal
 * Errors  none. x > x_before >= 0, x_after >= x
 * Source  Tsu & Esaki 1973, doi:10.1063/1.1654509; as local generation on a grid: Ieong et al.,
 *         IEDM 1998, 733
 */
struct tunnel_value contact_tunnel(const struct tunnel_input *input) {
  return tunnel(input, true);
}

/** g of contact_tunnel, m^-2 s^-1, where nobody asks for its derivatives. */
double contact_tunnel_flux(const struct tunnel_input *input) {
  return tunnel(input, false).g;
}
