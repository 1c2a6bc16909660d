#include "physics/contact.h"

#include <gsl/gsl_integration.h>
#include <math.h>
#include "physics/constants.h"
#include "tests/support/difference.h"

static const double V_T = 0.025852, mass = 0.2, richardson = 2.4e5, temperature = 300;

static double kappa(void) {
  const struct constants *c = &constants_codata;
  return 4.0 / 3 * sqrt(2 * mass * c->m0 * c->q) / c->hbar;
}

static double prefactor(void) {
  return richardson * temperature * temperature / constants_codata.q;
}

/* q / (16 pi eps_opt eps0) */
static double image(double eps_opt) {
  return constants_codata.q / (16 * 3.141592653589793 * eps_opt * constants_codata.eps0);
}

/* Node at x on a ray where the carrier's band falls linearly by `field` (V/m). */
static struct tunnel_input node(int charge, double field, double x, double h, double eta_metal_0,
                                double eta_0) {
  double sign = -charge;
  struct tunnel_input in = {.psi_contact = 0.3,
                            .psi = 0.3 + sign * field * x,
                            .psi_before = 0.3 + sign * field * (x - h),
                            .psi_after = 0.3 + sign * field * (x + h),
                            .x = x,
                            .x_before = x - h,
                            .x_after = x + h,
                            .from = x - 0.5 * h,
                            .to = x + 0.5 * h,
                            .eta = eta_0 + field * x / V_T,
                            .eta_metal = eta_metal_0 + field * x / V_T,
                            .eta_metal_before = eta_metal_0 + field * (x - h) / V_T,
                            .eta_metal_after = eta_metal_0 + field * (x + h) / V_T,
                            .charge = charge,
                            .V_T = V_T,
                            .prefactor = prefactor(),
                            .kappa = kappa()};
  return in;
}

/* A link with one argument moved, potentials in V_T. */
struct moved {
  struct tunnel_input at;
  size_t offset;
  double unit;
};

static double flux(double x, const void *context) {
  const struct moved *moved = context;
  struct tunnel_input at = moved->at;
  double *argument = (double *)(void *)((char *)&at + moved->offset);
  *argument += x * moved->unit;
  return contact_tunnel_flux(&at);
}

static void assert_partials(struct tunnel_input at, const char *what) {
  struct tunnel_value value = contact_tunnel(&at);
  ck_assert_double_eq(value.g, contact_tunnel_flux(&at));
  const struct {
    size_t offset;
    double unit, partial;
  } rows[] = {
      {offsetof(struct tunnel_input, psi_contact), V_T, value.d_psi_contact},
      {offsetof(struct tunnel_input, psi), V_T, value.d_psi},
      {offsetof(struct tunnel_input, psi_before), V_T, value.d_psi_before},
      {offsetof(struct tunnel_input, psi_after), V_T, value.d_psi_after},
      {offsetof(struct tunnel_input, eta), 1, value.d_eta},
      {offsetof(struct tunnel_input, eta_metal), 1, value.d_eta_metal},
      {offsetof(struct tunnel_input, eta_metal_before), 1, value.d_eta_metal_before},
      {offsetof(struct tunnel_input, eta_metal_after), 1, value.d_eta_metal_after},
      {offsetof(struct tunnel_input, V_T), V_T, value.d_V_T},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct moved moved = {at, rows[i].offset, rows[i].unit};
    /* inside the corner of the root: (3e-5 / 1e-2)^4 of its curvature is 1e-10 */
    assert_slope(flux, 0, 3e-5, &moved, rows[i].partial * rows[i].unit, fabs(value.g) + 1e-30,
                 what);
  }
}

START_TEST(value_has_exact_derivatives) {
  static const double fields[] = {-3e7, 1e7, 3e7, 2e8};
  for (int charge = -1; charge <= 1; charge += 2)
    for (int f = 0; f < 4; f++)
      for (int i = 0; i < 8; i++)
        for (int with_image = 0; with_image < 3; with_image++) {
          double x = 0.5e-9 + 1.3e-9 * i;
          struct tunnel_input at = node(charge, fields[f], x, 0.3e-9, -27, -20);
          at.image_bending = with_image == 1 ? image(6) : 0;
          at.image_barrier = with_image == 2 ? image(6) : 0;
          if (i == 0) { /* first node of the ray */
            at.x_before = 0;
            at.from = with_image == 1 ? at.from : 0;
            at.psi_before = at.psi_contact;
          }
          assert_partials(at, with_image ? "with image force" : "without image force");
        }
  /* at the top of the barrier, where the root is rounded */
  struct tunnel_input top = node(-1, 3e7, 2e-9, 0.3e-9, -27, -20);
  top.psi_contact = 0; /* differences of 1e-17 V count here */
  for (int i = -5; i <= 5; i++) {
    double height = 0.004 * i;
    top.psi = top.psi_contact + height * V_T;
    assert_partials(top, "top of the barrier");
  }
  /* around the top that the image force has lowered, and inside its corner */
  struct tunnel_input lowered = top;
  lowered.image_barrier = image(6);
  for (int i = -5; i <= 5; i++) {
    double l = 1 + 0.004 * (i - 0.5); /* not the corner itself: its curvature jumps */
    lowered.psi = 4 * lowered.image_barrier / lowered.x / l;
    assert_partials(lowered, "lowered top of the barrier");
  }
  /* the band turns round inside the control volume */
  for (int turn = -1; turn <= 1; turn += 2) {
    struct tunnel_input at = node(-1, 0, 2e-9, 0.3e-9, -20, -21);
    at.psi += 0.1;
    at.psi_before = at.psi + 0.05 * turn;
    at.psi_after = at.psi + 0.08 * turn;
    at.eta_metal_before -= 3;
    at.eta_metal_after += 5;
    assert_partials(at, "turn of the band");
  }
}
END_TEST

START_TEST(flux_is_zero_in_equilibrium) {
  for (int i = 0; i < 22; i++)
    for (int k = 1; k < 10; k += 2) {
      double eta = -50 + 3.7 * i;
      struct tunnel_input at = node(-1, 5e7, 1e-9 * k, 0.3e-9, eta, eta);
      ck_assert_double_eq(contact_tunnel(&at).g, 0);
    }
}
END_TEST

START_TEST(flux_runs_down_the_chemical_potential) {
  for (int i = 0; i < 22; i++) {
    double eta = -50 + 3.7 * i;
    struct tunnel_input at = node(-1, 5e7, 2e-9, 0.3e-9, eta, -20);
    ck_assert_double_gt(contact_tunnel(&at).g * (eta + 20), 0);
  }
}
END_TEST

START_TEST(flux_is_zero_where_the_band_rises) {
  for (int charge = -1; charge <= 1; charge += 2) {
    struct tunnel_input at = node(charge, -5e7, 2e-9, 0.3e-9, -20, -40);
    struct tunnel_value value = contact_tunnel(&at);
    ck_assert(value.g == 0 && value.d_psi_after == 0 && value.d_eta == 0);
  }
}
END_TEST

START_TEST(holes_are_electrons_upside_down) {
  struct tunnel_input electron = node(-1, 5e7, 2e-9, 0.3e-9, -20, -40);
  struct tunnel_input hole = node(1, 5e7, 2e-9, 0.3e-9, -20, -40);
  electron.image_bending = hole.image_bending = image(6);
  /* rounding of the potentials around 0.3 V, seen by a bending of 0.6 V_T */
  double ratio = contact_tunnel(&electron).g / contact_tunnel(&hole).g;
  ck_assert_double_eq_tol(ratio, 1, 1e-12);
}
END_TEST

/* Where a turn of the band enters the control volume the slopes on both sides meet: what falls is 0
 * there. They do to the error of the quadrature for xi (1 - xi) e^(c xi), 0.003 c^3; here c = 1. */
START_TEST(slopes_are_continuous) {
  for (int end = 0; end < 2; end++) {
    struct tunnel_value value[2];
    for (int side = 0; side < 2; side++) {
      struct tunnel_input at = node(-1, 0, 2e-9, 0.3e-9, -20, -40);
      double flat = (side ? 1 : -1) * 1e-10 * V_T, step = (end ? 1 : -1) * 0.5 * V_T;
      at.psi += 0.1;
      at.psi_before = at.psi - (end ? V_T : flat);
      at.psi_after = at.psi + (end ? flat : V_T);
      at.eta_metal_before += step;
      at.eta_metal_after -= step;
      value[side] = contact_tunnel(&at);
    }
    double scale = 3e-3 * fabs(value[1].g) / V_T;
    ck_assert_double_le(fabs(value[1].g - value[0].g), 1e-9 * value[1].g);
    ck_assert_double_le(fabs(value[1].d_psi_before - value[0].d_psi_before), scale);
    ck_assert_double_le(fabs(value[1].d_psi - value[0].d_psi), scale);
    ck_assert_double_le(fabs(value[1].d_psi_after - value[0].d_psi_after), scale);
  }
}
END_TEST

START_TEST(image_force_in_the_bending_closes_the_node_at_the_metal) {
  /* the image potential rises away from the metal: no flux */
  struct tunnel_input at = node(-1, 5e7, 0.3e-9, 0.3e-9, -20, -40);
  ck_assert_double_gt(contact_tunnel(&at).g, 0);
  at.image_bending = image(6);
  ck_assert_double_eq(contact_tunnel(&at).g, 0);
  ck_assert_double_finite(contact_tunnel(&at).d_psi);
}
END_TEST

START_TEST(image_force_opens_the_top_of_the_barrier) {
  double field = 5e7, lowering = sqrt(4 * image(6) * field); /* 0.11 V: within 2.2 nm */
  for (int i = 1; i < 40; i++) {
    struct tunnel_input at = node(-1, field, 0.2e-9 * i, 0.2e-9, -20, -40), open = at, bare = at;
    at.image_barrier = image(6);
    open.kappa = 0;
    double g = contact_tunnel(&at).g;
    if (field * at.x < lowering)
      ck_assert_double_eq(g, contact_tunnel(&open).g);
    else
      ck_assert(g > contact_tunnel(&bare).g && g < contact_tunnel(&open).g);
  }
}
END_TEST

/* ---- the transmission integral ---------------------------------------------------------------*/

/* Triangular barrier u(x) = -field x below its top; energies E = -depth, in V. */
struct barrier {
  double field, eta_metal, eta; /* chemical potentials over kT, from the top of the barrier */
  double depth;
};

/* sqrt(2 m q (u(x) - E)) / hbar */
static double wave_number(double x, void *context) {
  const struct barrier *b = context;
  const struct constants *c = &constants_codata;
  double height = fmax(b->depth - b->field * x, 0);
  return sqrt(2 * mass * c->m0 * c->q * height) / c->hbar;
}

static double integrate(double (*f)(double, void *), double lo, double hi, void *context) {
  gsl_integration_cquad_workspace *work = gsl_integration_cquad_workspace_alloc(200);
  gsl_function function = {f, context};
  double result = 0;
  int status = gsl_integration_cquad(&function, lo, hi, 0, 1e-9, work, &result, NULL, NULL);
  ck_assert_int_eq(status, 0);
  gsl_integration_cquad_workspace_free(work);
  return result;
}

/* T(E) ln[(1 + e^((E_Fm - E)/kT)) / (1 + e^((E_Fs - E)/kT))] / kT */
static double integrand(double depth, void *context) {
  struct barrier b = *(const struct barrier *)context;
  b.depth = depth;
  double action = depth > 0 ? integrate(wave_number, 0, depth / b.field, &b) : 0;
  double metal = log1p(exp(b.eta_metal + depth / V_T));
  double device = log1p(exp(b.eta + depth / V_T));
  return exp(-2 * action) * (metal - device) / V_T;
}

static double ray_sum(const struct barrier *b, double length, int n) {
  double h = length / n, sum = 0;
  for (int i = 1; i <= n; i++) {
    struct tunnel_input at = node(-1, b->field, i * h, h, b->eta_metal, b->eta);
    at.x_before = (i - 1) * h; /* exactly 0 at the contact */
    at.from = i == 1 ? 0 : at.from;
    if (i == n) { /* end of the ray */
      at.x_after = at.to = at.x;
      at.psi_after = at.psi;
      at.eta_metal_after = at.eta_metal;
    }
    sum += contact_tunnel(&at).g;
  }
  return sum;
}

/* From thermionic-field emission (low field) to field emission (high field), forward and reverse.
 * The transmission starts like 1 - x^(3/2), so the sum converges with h^(3/2) at first; it ends at
 * the rounding of the root at the top, (1e-2)^2 times the exponent there. Both are largest where
 * electrons near the top carry the current. */
START_TEST(ray_converges_to_the_transmission_integral) {
  static const struct barrier barriers[] = {
      {.field = 3e7, .eta_metal = -27, .eta = -35}, {.field = 1e8, .eta_metal = -27, .eta = -50},
      {.field = 3e8, .eta_metal = -27, .eta = -60}, {.field = 5e7, .eta_metal = -27, .eta = -20},
      {.field = 1e8, .eta_metal = -12, .eta = -25},
  };
  for (size_t i = 0; i < sizeof barriers / sizeof *barriers; i++) {
    struct barrier b = barriers[i];
    double length = 10e-9;
    double exact = prefactor() * integrate(integrand, 0, b.field * length, &b);
    static const struct {
      int nodes;
      double tolerance;
    } rays[] = {{200, 2e-4}, {1600, 3e-5}};
    for (int r = 0; r < 2; r++) {
      double error = ray_sum(&b, length, rays[r].nodes) / exact - 1;
      ck_assert_msg(fabs(error) < rays[r].tolerance, "%g V/m, %d nodes: %g", b.field, rays[r].nodes,
                    error);
    }
  }
}
END_TEST

/* ---- a front inside a cell -------------------------------------------------------------------*/

/* The tip of a filament at x0 (m): the band turns round there, and behind it the electrons' band
 * sinks by 16 V_T per nm. */
static double tip_psi(double x, double x0) {
  return 0.6 - 3e16 * (x - x0) * (x - x0);
}

static double tip_eta(double x, double x0) {
  return -2 + 1.6e10 * (x - x0);
}

static const double tip_split = 4; /* V_T between the levels of the metal and the filament */

/* Supply times transmission times bending; 0 where the band rises. */
static double tip_integrand(double x, void *context) {
  double x0 = *(const double *)context, eta = tip_eta(x, x0);
  double height = tip_psi(x, x0) - tip_psi(0, x0), slope = 6e16 * (x0 - x) / V_T;
  double supply = log1p(exp(eta + tip_split)) - log1p(exp(eta));
  return exp(-kappa() * x * sqrt(fabs(height))) * supply * fmax(slope, 0);
}

/* The current of a tip must not swing as it moves through a cell over which the supply changes by
 * e^4: 2 % is the error of two points of Gauss for e^4t; the value of the node alone swings by a
 * factor of 2.4. */
START_TEST(current_of_a_tip_does_not_depend_on_its_place_in_a_cell) {
  enum { PLACES = 10, NODES = 18 };
  double h = 0.25e-9;
  for (int place = 0; place < PLACES; place++) {
    double x0 = 3e-9 + h * place / PLACES, sum = 0;
    for (int i = 1; i <= NODES; i++) {
      struct tunnel_input at = node(-1, 0, i * h, h, 0, 0);
      at.x_before = (i - 1) * h;
      at.from = i == 1 ? 0 : at.from;
      at.psi_contact = tip_psi(0, x0);
      at.psi_before = tip_psi(at.x_before, x0);
      at.psi = tip_psi(at.x, x0);
      at.psi_after = tip_psi(at.x_after, x0);
      at.eta_metal_before = tip_eta(at.x_before, x0) + tip_split;
      at.eta_metal = tip_eta(at.x, x0) + tip_split;
      at.eta_metal_after = tip_eta(at.x_after, x0) + tip_split;
      at.eta = tip_eta(at.x, x0);
      sum += contact_tunnel(&at).g;
    }
    double error = sum / (prefactor() * integrate(tip_integrand, 0, x0, &x0)) - 1;
    ck_assert_msg(fabs(error) < 0.02, "at %d/%d of a cell: %g", place, PLACES, error);
  }
}
END_TEST

int main(void) {
  const TTest *tests[] = {value_has_exact_derivatives,
                          flux_is_zero_in_equilibrium,
                          flux_runs_down_the_chemical_potential,
                          flux_is_zero_where_the_band_rises,
                          holes_are_electrons_upside_down,
                          slopes_are_continuous,
                          image_force_in_the_bending_closes_the_node_at_the_metal,
                          image_force_opens_the_top_of_the_barrier,
                          ray_converges_to_the_transmission_integral,
                          current_of_a_tip_does_not_depend_on_its_place_in_a_cell,
                          NULL};
  return run_suite("contact_tunnel", tests);
}
