/* What leaps carry: the mean current of the rates, whatever their length; see README.md.
 * ctest: long */
#include "physics/flux.h"
#include "tests/support/difference.h"
#include "tests/support/hops.h"

#define DECK "validation/single_ions/between.cfg"

enum { EDGES = 6, CELLS = EDGES - 1, RIGHT = 1, SAMPLES = 500 };
static const double SIGMAS = 4.0, POWER = 0.005, WINDOW = 20.0; /* h^2 / D */

/** Rates of ions that do not feel each other, of the deck between its electrodes: in units of
 * D/h^2, y the drop of the energy from one node to the next. The contact node holds nothing, so its
 * density is eliminated (docs/theory.md section 19). */
struct chain {
  double up, down;   /* of one ion between cells */
  double in, in_end; /* from the left and the right electrode, 1/s */
  double out, out_end;
};

/** Ions that pass per second in the steady state: N_(i+1) = (up N_i - j) / down from the left
 * electrode on, and at the right one what is left is j. */
static double rest(const struct chain *c, double j) {
  double N = (c->in - j) / c->out;
  for (int i = 1; i < CELLS; i++)
    N = (c->up * N - j) / c->down;
  return N * c->out_end - c->in_end - j;
}

static double steady_current(const struct chain *c) {
  double at_0 = rest(c, 0.0), scale = c->in, at_1 = rest(c, scale);
  return at_0 * scale / (at_0 - at_1); /* it is linear in j */
}

static struct chain chain_of(const struct hops *hops, double y, double density, double area,
                             double velocity) {
  double h = 1e-9, D = h * h / hops->diffusion_time;
  struct bernoulli B = flux_bernoulli(-y); /* forward: down the energy */
  double G = D / h * area, k = velocity * area, in = G * B.forward, back = G * B.backward;
  return (struct chain){.up = D / (h * h) * B.forward,
                        .down = D / (h * h) * B.backward,
                        .in = k * density * in / (k + in),
                        .out = k * back / (k + in) / (area * h),
                        .in_end = k * density * back / (k + back),
                        .out_end = k * in / (k + back) / (area * h)};
}

/**
 * 50 ions in a cell that do not feel each other, 0.2 V over six edges: their mean current is that
 * of the rates by events and by leaps of any length, since what happens to one edge in a leap is
 * exact and the sweeps take turns.
 */
static void check_current(const char *method, const char *leap, const char *what) {
  static const double volts = 0.2, density = 5e19, area = 1e-9;
  const char *const sets[] = {"device.area=\"1e9 nm^2\"",
                              "device.species[0].density=\"5e13 cm^-3\"",
                              "device.species[0].site_density=\"1e18 cm^-3\"",
                              "device.contacts[0].species[0].density=\"5e13 cm^-3\"",
                              "device.contacts[1].species[0].density=\"5e13 cm^-3\"",
                              method,
                              leap,
                              NULL};
  static const long numbers[CELLS] = {50, 50, 50, 50, 50};
  struct hops hops;
  hops_open(&hops, DECK, sets);
  hops_start(&hops, numbers);
  const struct model *model = &rig_instance(&hops.rig)->device->model;
  struct chain chain = chain_of(&hops, volts / EDGES / model->V_T, density, area, 1.0);
  hops_source(&hops, "V", -volts);
  hops_run(&hops, 10.0 * WINDOW * hops.diffusion_time, RIGHT);
  struct mean passed = mean_begin(SAMPLES);
  for (int i = 0; i < SAMPLES; i++)
    mean_add(&passed, -hops_run(&hops, WINDOW * hops.diffusion_time, RIGHT) / model->q);
  mean_require(&passed, steady_current(&chain) * WINDOW * hops.diffusion_time, SIGMAS, POWER, what);
  hops_close(&hops);
}

/** Rates of one ion times what can take part are those of events, also where a cell is empty or
 * full: N_k (1 - N_l / M) between cells, free sites and ions beside an electrode. */
START_TEST(rates_of_one_ion_add_up) {
  enum { SITES = 5 };
  static const long numbers[CELLS] = {1, 1, 1, 1, 1};
  struct hops hops;
  hops_open(&hops, DECK,
            (const char *const[]){"device.area=\"50 nm^2\"",
                                  "device.contacts[0].species[0].rate=\"1 mm/s\"", NULL});
  hops_start(&hops, numbers);
  const struct lattice *lattice = hopping_lattice(hops.hopping);
  for (int e = 0; e < lattice->n_edges; e++)
    for (long i = 0; i <= SITES; i++)
      for (long j = 0; j <= SITES; j++) {
        const struct lattice_edge *edge = &lattice->edges[e];
        lattice->points[edge->from].count = i;
        lattice->points[edge->to].count = j;
        ck_assert_int_eq(lattice->points[edge->to].sites, SITES);
        struct hop_rates all = lattice_rates(lattice, edge);
        struct hop_rates one = lattice_rates_of_one(lattice, edge);
        double ions = (double)i, others = (double)j;
        double in = edge->at_electrode ? SITES - others : ions * (1.0 - others / SITES);
        double out = edge->at_electrode ? others : others * (1.0 - ions / SITES);
        ck_assert_double_eq_tol(one.forward * in, all.forward, 1e-14 * one.forward);
        ck_assert_double_eq_tol(one.backward * out, all.backward, 1e-14 * one.backward);
      }
  hops_close(&hops);
}
END_TEST

START_TEST(current_of_events) {
  check_current("stochastic.method=\"gillespie\"", "stochastic.leap=0.02", "events");
}
END_TEST

START_TEST(current_of_short_leaps) {
  check_current("stochastic.method=\"leap\"", "stochastic.leap=0.02", "leaps of 0.02");
}
END_TEST

START_TEST(current_of_long_leaps) {
  check_current("stochastic.method=\"leap\"", "stochastic.leap=0.1", "leaps of 0.1");
}
END_TEST

int main(void) {
  return run_suite("leaps",
                   (const TTest *const[]){rates_of_one_ion_add_up, current_of_events,
                                          current_of_short_leaps, current_of_long_leaps, NULL});
}
