#include "physics/contact.h"

#include <math.h>
#include "physics/flux.h"
#include "physics/softplus.h"

const char *const contact_model_names[] = {"dirichlet", "blocking",      "schottky", "supply",
                                           "exchange",  "butler_volmer", NULL};

const char *const image_law_names[] = {"barrier", "bending", NULL};

#define AT(member) offsetof(struct contact, member)
const struct param contact_params[] = {
    {"name", PARAM_NAME, "", AT(name), 0, 0, 0, false, true, NULL,
     "Name of the terminal in the circuit and in the output.", NULL},
    {"ohmic", PARAM_BOOL, "", AT(ohmic), 0, 0, 1, false, false, NULL,
     "The potential follows from charge neutrality of the material; no barrier.", NULL},
    {"work_function", PARAM_QUANTITY, "eV", AT(work_function_V), PARAM_MISSING, -5, 20, false,
     false, NULL, "Work function of the metal; give this or `barrier` unless ohmic.", NULL},
    {"barrier", PARAM_QUANTITY, "eV", AT(barrier_V), PARAM_MISSING, -5, 20, false, false, NULL,
     "Work function of the metal minus electron affinity of the material.", NULL},
    {"image_force", PARAM_BOOL, "", AT(image_force), 0, 0, 1, false, false, NULL,
     "The image potential lowers and thins the barrier that carriers tunnel through.", NULL},
    {"image_law", PARAM_CHOICE, "", AT(image_law), IMAGE_BARRIER, 0, 0, false, false,
     image_law_names,
     "barrier: the image potential enters the transmission; bending: it takes the energies near "
     "the metal out of the tunnelling, and the current of a barrier near flat band falls with "
     "voltage.",
     "Murphy & Good, Phys. Rev. 102, 1464 (1956), doi:10.1103/PhysRev.102.1464"},
    {"tunnelling", PARAM_BOOL, "", AT(tunnelling), 0, 0, 1, false, false, NULL,
     "Carriers tunnel between the metal and the nodes within tunnel_range.", NULL},
    {"tunnel_range", PARAM_QUANTITY, "m", AT(tunnel_range), 10e-9, 0, 1e-6, true, false, NULL,
     "Distance from the contact within which carriers tunnel.",
     "at 10 nm and 0.1 eV below the barrier the transmission is 6e-5 for 0.2 m0"},
    {"thermal_resistance", PARAM_QUANTITY, "K m2 W-1", AT(thermal_resistance), 0, 0, INFINITY,
     false, false, NULL,
     "Thermal resistance times area between the device and its surroundings at the run's "
     "temperature; 0: a heat sink. Lattice heat only.",
     NULL},
    {"adiabatic", PARAM_BOOL, "", AT(adiabatic), 0, 0, 1, false, false, NULL,
     "No heat leaves through the contact. Lattice heat only.", NULL},
};
#undef AT
const size_t contact_params_count = sizeof contact_params / sizeof *contact_params;

#define AT(member) offsetof(struct contact_species, member)
const struct param contact_species_params[] = {
    {"name", PARAM_NAME, "", AT(species), 0, 0, 0, false, true, NULL,
     "Name of the species; what is not named: carriers dirichlet, ions blocking.", NULL},
    {"model", PARAM_CHOICE, "", AT(model), CONTACT_DIRICHLET, 0, 0, false, true,
     contact_model_names, "What the species does at this contact.", NULL},
    {"velocity", PARAM_QUANTITY, "m s-1", AT(velocity), PARAM_MISSING, 0, INFINITY, false, false,
     NULL, "Thermionic velocity of a carrier; missing: A* T^2 / (q N).", NULL},
    {"density", PARAM_QUANTITY, "m-3", AT(density), PARAM_MISSING, 0, INFINITY, true, false, NULL,
     "Density of an ion in equilibrium with the electrode; missing: its mean density.", NULL},
    {"rate", PARAM_QUANTITY, "m s-1", AT(rate), PARAM_MISSING, 0, INFINITY, true, false, NULL,
     "Exchange velocity k_a of an ion at the electrode.", NULL},
    {"transfer_coefficient", PARAM_NUMBER, "", AT(transfer), 0.5, 0, 1, false, false, NULL,
     "Share of the driving force that speeds up the ion's way out, butler_volmer.",
     "symmetric barrier"},
};
#undef AT
const size_t contact_species_params_count =
    sizeof contact_species_params / sizeof *contact_species_params;

/** j = 0 */
static struct contact_value blocking(const struct contact_input *input) {
  (void)input;
  return (struct contact_value){0};
}

/**
 * Thermionic emission j = v (c - c_eq); ion exchange j = k_a (c - c_eq), the difference of hops out
 * of and into free sites, k_a c f_eq and k_a c_eq f, on which an emf acts as on hops between cells:
 *   j = k_a [c f_eq B(emf) - c_eq f B(-emf)]
 * Source  docs/theory.md section 20
 */
static struct contact_value linear(const struct contact_input *input) {
  double v = input->velocity;
  struct bernoulli b = flux_bernoulli(input->emf);
  double more_out = input->free_eq * (b.forward - 1.0), more_in = input->free * (b.backward - 1.0);
  double excess = input->c - input->c_eq + input->c * more_out - input->c_eq * more_in;
  return (struct contact_value){.j = v * excess,
                                .d_c = v + v * more_out,
                                .d_c_eq = -v - v * more_in,
                                .d_velocity = excess,
                                .d_free = -v * input->c_eq * (b.backward - 1.0),
                                .both =
                                    v * (input->c * input->free_eq + input->c_eq * input->free)};
}

/**
 * Thermionic emission with the supply of a Fermi-Dirac electron gas on both sides:
 *   j = v N [ln(1 + e^eta) - ln(1 + e^eta_eq)]
 * The limit of Schottky's law for a dilute carrier; goes on where a finite band fills up.
 */
static struct contact_value supply(const struct contact_input *input) {
  double scale = input->velocity * input->N;
  double difference = softplus_difference(input->eta, input->eta_eq);
  return (struct contact_value){.j = scale * difference,
                                .d_eta = scale * softplus_slope(input->eta),
                                .d_eta_eq = -scale * softplus_slope(input->eta_eq),
                                .d_N = input->velocity * difference,
                                .d_velocity = input->N * difference,
                                .both = scale * (softplus(input->eta) + softplus(input->eta_eq))};
}

/** e^x, continued by its tangent above EXPONENT_MAX; slope out. An overpotential of 200 V_T is
 * beyond any electrode; the tangent only keeps Newton iterates finite. */
static double exponential(double x, double *slope) {
  enum { EXPONENT_MAX = 200 };
  *slope = exp(fmin(x, EXPONENT_MAX));
  return x <= EXPONENT_MAX ? *slope : *slope * (1 + x - EXPONENT_MAX);
}

/**
 * Ion exchange with an activated complex, a = transfer coefficient:
 *   j = -k_a c_eq [e^((1-a) A) - e^(-a A)],  A = eta_eq - eta + emf
 * Source  Bazant 2013, doi:10.1021/ar300145c
 */
static struct contact_value butler_volmer(const struct contact_input *input) {
  double a = input->transfer, A = input->eta_eq - input->eta + input->emf;
  double scale = -input->velocity * input->c_eq, d_in, d_out;
  double in = exponential((1 - a) * A, &d_in), out = exponential(-a * A, &d_out);
  double drive = fabs(A) < 1 ? exp(-a * A) * expm1(A) : in - out;
  double slope = (1 - a) * d_in + a * d_out;
  return (struct contact_value){.j = scale * drive,
                                .d_eta = -scale * slope,
                                .d_eta_eq = scale * slope,
                                .d_c_eq = -input->velocity * drive,
                                .d_velocity = -input->c_eq * drive,
                                .both = input->velocity * input->c_eq * (in + out)};
}

const struct contact_law contact_table[] = {
    {"dirichlet", true, true, true, NULL, "density",
     "Held in equilibrium with the electrode: an infinite exchange velocity.", NULL},
    {"blocking", false, true, true, blocking, "", "Nothing passes.", NULL},
    {"schottky", false, true, false, linear, "velocity",
     "Thermionic emission v (n - n_eq); for dilute carriers.",
     "Crowell & Sze, Solid-State Electron. 9, 1035 (1966), doi:10.1016/0038-1101(66)90127-4"},
    {"supply", false, true, false, supply, "velocity",
     "Thermionic emission v N [ln(1 + e^eta) - ln(1 + e^eta_eq)]; for any filling of the band.",
     "Tsu & Esaki, Appl. Phys. Lett. 22, 562 (1973), doi:10.1063/1.1654509"},
    {"exchange", false, false, true, linear, "density rate",
     "Ion exchange k_a (c - c_eq): halide redox at the electrode, or a dissolving metal.", NULL},
    {"butler_volmer", false, false, true, butler_volmer, "density rate transfer_coefficient",
     "Ion exchange with activated kinetics; its small-signal limit is exchange.",
     "Bazant, Acc. Chem. Res. 46, 1144 (2013), doi:10.1021/ar300145c"},
};
const size_t contact_table_count = sizeof contact_table / sizeof *contact_table;

/** One sentence for an ion exchange without its velocity. */
static enum hd_status check_species(const struct contact_species *species, const char *place,
                                    struct hd_error *err) {
  const struct contact_law *law = &contact_table[species->model];
  if (!law->for_carriers && isnan(species->rate))
    return hd_fail(err, HD_INPUT, "%s: rate is missing: %s of %s needs its exchange velocity",
                   place, law->name, species->species);
  return HD_OK;
}

/**
 * Check the values that depend on each other.
 * Errors  HD_INPUT, one sentence for each
 */
enum hd_status contact_check(const struct contact *contact, const char *place,
                             struct hd_error *err) {
  enum hd_status status = HD_OK;
  int given = !isnan(contact->work_function_V) + !isnan(contact->barrier_V);
  if (contact->ohmic && given)
    status =
        hd_fail(err, HD_INPUT, "%s: contact %s is ohmic, must not have a work_function or barrier",
                place, contact->name);
  if (!contact->ohmic && given != 1)
    status =
        hd_fail(err, HD_INPUT, "%s: contact %s: %s, must have one of work_function, barrier, ohmic",
                place, contact->name, given ? "got both work_function and barrier" : "got neither");
  for (size_t i = 0; i < contact->n_species; i++) {
    enum hd_status one = check_species(&contact->species[i], place, err);
    status = one != HD_OK ? one : status;
  }
  return status;
}
