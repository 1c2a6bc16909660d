#include "tests/support/film.h"

#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "solver/halidrift.h"

static const char *const folder = "film";
/** kT/q with the constants of the case. */
static const double V_T = 1.3807e-23 * 300 / 1.6022e-19;
/** Bands of the case, eV. */
static const double affinity = 3.9, band_edge = 5.5;

/* ---- random films ---- */

/** Uniform in [0, 1): splitmix64, Steele, Lea & Flood 2014, doi:10.1145/2714064.2660195. */
static double uniform(uint64_t *state) {
  uint64_t z = *state += 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  z ^= z >> 31;
  return (double)(z >> 11) / 9007199254740992.0;
}

static double log_uniform(uint64_t *state, double low, double high) {
  return low * pow(high / low, uniform(state));
}

static const char *pick(uint64_t *state, size_t n, const char *const *names) {
  return names[(size_t)(uniform(state) * (double)n)];
}

static const char *const lattices[] = {NULL, "hopping", "enhanced_diffusion"};
static const char *const statistics[] = {"boltzmann", "boltzmann", "fermi_dirac", "blakemore"};
static const char *const carrier_models[] = {"dirichlet", "schottky", "supply"};
static const char *const ion_models[] = {"blocking", "blocking", "exchange", "butler_volmer"};

/** Ranges of sets.csv, barriers from 2 meV to 2 eV (the gap is 1.6 eV), and every contact model. */
struct film film_random(unsigned index) {
  uint64_t state = 2026u * 1000003u + index;
  for (int i = 0; i < 3; i++)
    uniform(&state);
  struct film film = {.thickness = log_uniform(&state, 50, 1000)};
  film.density = log_uniform(&state, 1e16, 1e20);
  film.ion_mobility = log_uniform(&state, 1e-14, 1e-8);
  film.mobility = log_uniform(&state, 1e-3, 1e2);
  for (int c = 0; c < 2; c++)
    film.barrier[c] = log_uniform(&state, 2e-3, 2);
  film.rate = log_uniform(&state, 1e-3, 2e5);
  film.lattice = pick(&state, 3, lattices);
  const char *with_limit = pick(&state, 2, lattices + 1);
  film.sites = film.density * log_uniform(&state, 1.1, 1e4);
  film.statistics = pick(&state, 4, statistics);
  bool exchanged = false;
  for (int c = 0; c < 2; c++) {
    struct film_contact *contact = &film.contact[c];
    contact->carriers = pick(&state, 3, carrier_models);
    contact->velocity = log_uniform(&state, 1e2, 1e6);
    contact->ions = pick(&state, 4, ion_models);
    contact->rate = log_uniform(&state, 1e-9, 1e-2);
    contact->density = film.density * log_uniform(&state, 1e-2, 1e2);
    contact->density = fmin(contact->density, 0.99 * film.sites);
    exchanged = exchanged || strcmp(contact->ions, "blocking") != 0;
  }
  if (exchanged && !film.lattice)
    film.lattice = with_limit; /* else they pile up by exp(V_bi / V_T) beyond any solid */
  return film;
}

void film_describe(const struct film *film, char *text, size_t size) {
  snprintf(text, size,
           "%.0f nm, %.2g cm^-3 (%s, sites %.2g), mobilities %.2g and %.2g cm^2/V/s, %s, barriers "
           "%.3g and %.3g eV, %.2g V/s, cathode %s/%s, anode %s/%s",
           film->thickness, film->density, film->lattice ? film->lattice : "no limit",
           film->lattice ? film->sites : INFINITY, film->ion_mobility, film->mobility,
           film->statistics, film->barrier[0], film->barrier[1], film->rate,
           film->contact[0].carriers, film->contact[0].ions, film->contact[1].carriers,
           film->contact[1].ions);
}

/* ---- overrides of the deck ---- */

enum { SETS_MAX = 40, SET_LENGTH = 96 };
struct overrides {
  char text[SETS_MAX][SET_LENGTH];
  const char *list[SETS_MAX + 1];
  int count;
};

static void set_text(struct overrides *sets, const char *key, const char *value) {
  snprintf(sets->text[sets->count], SET_LENGTH, "%s=%s", key, value);
  sets->list[sets->count] = sets->text[sets->count];
  sets->list[++sets->count] = NULL;
}

static void set_number(struct overrides *sets, const char *key, double value, const char *unit) {
  char text[48];
  snprintf(text, sizeof text, *unit ? "%.17g %s" : "%.17e%s", value, unit);
  set_text(sets, key, text);
}

static void set_contact(struct overrides *sets, const struct film_contact *contact, int c) {
  char key[64];
  for (int s = 0; s < 2; s++) {
    snprintf(key, sizeof key, "device.contacts[%d].species[%d].model", c, s);
    set_text(sets, key, contact->carriers);
    snprintf(key, sizeof key, "device.contacts[%d].species[%d].velocity", c, s);
    if (strcmp(contact->carriers, "dirichlet") != 0)
      set_number(sets, key, contact->velocity, "m/s");
  }
  snprintf(key, sizeof key, "device.contacts[%d].species[2].model", c);
  set_text(sets, key, contact->ions);
  if (strcmp(contact->ions, "blocking") == 0)
    return;
  snprintf(key, sizeof key, "device.contacts[%d].species[2].rate", c);
  set_number(sets, key, contact->rate, "m/s");
  snprintf(key, sizeof key, "device.contacts[%d].species[2].density", c);
  set_number(sets, key, contact->density, "cm^-3");
}

static void make_overrides(struct overrides *sets, const struct film *film, double refine,
                           double rtol) {
  sets->count = 0;
  set_number(sets, "device.layers[0].thickness", film->thickness, "nm");
  set_number(sets, "device.species[2].density", film->density, "cm^-3");
  set_number(sets, "device.species[2].diffusion", film->ion_mobility * V_T, "cm^2/s");
  set_number(sets, "materials[0].electron_mobility", film->mobility, "cm^2/V/s");
  set_number(sets, "materials[0].hole_mobility", film->mobility, "cm^2/V/s");
  set_number(sets, "device.contacts[0].work_function", affinity + film->barrier[0], "eV");
  set_number(sets, "device.contacts[1].work_function", band_edge - film->barrier[1], "eV");
  set_number(sets, "experiments[0].duration", 2 / film->rate, "s");
  set_number(sets, "experiments[0].output.interval", 0.25 / film->rate, "s");
  set_number(sets, "experiments[0].drive[0].waveform.rate", film->rate, "V/s");
  set_number(sets, "device.mesh.refine", refine, "");
  set_number(sets, "solver.rtol", rtol, "");
  set_text(sets, "device.species[0].statistics", film->statistics);
  set_text(sets, "device.species[1].statistics", film->statistics);
  if (film->lattice) {
    set_text(sets, "device.species[2].statistics", "lattice");
    set_text(sets, "device.species[2].lattice", film->lattice);
    set_number(sets, "device.species[2].site_density", film->sites, "cm^-3");
  }
  for (int c = 0; c < 2; c++)
    set_contact(sets, &film->contact[c], c);
}

/* ---- results ---- */

/** terminals.csv: experiment, time, V and I of the cathode, V and I of the anode. */
static void read_terminals(const struct film *film, struct film_result *result) {
  char path[64], line[512];
  double sum = 0.0;
  int found = 0;
  snprintf(path, sizeof path, "%s/terminals.csv", folder);
  FILE *file = fopen(path, "r");
  while (file && fgets(line, sizeof line, file)) {
    double t, V[2], I[2];
    if (sscanf(line, "triangle,%lf,%lf,%lf,%lf,%lf", &t, &V[0], &I[0], &V[1], &I[1]) != 5)
      continue;
    sum = fmax(sum, fabs(I[0] + I[1]));
    result->largest = fmax(result->largest, fabs(I[1]));
    int point = (int)lround(4 * t * film->rate) - 1;
    if (point >= 0 && point < FILM_POINTS && fabs(4 * t * film->rate - point - 1) < 1e-9) {
      result->J[point] = I[1];
      found |= 1 << point;
    }
  }
  if (file)
    fclose(file);
  result->mismatch = sum / result->largest;
  if (found != (1 << FILM_POINTS) - 1) {
    result->status = HD_IO;
    snprintf(result->message, sizeof result->message, "%s does not hold all times", path);
  }
}

static void read_summary(struct film_result *result) {
  char path[64];
  json_error_t error;
  snprintf(path, sizeof path, "%s/summary.json", folder);
  json_t *root = json_load_file(path, 0, &error);
  json_t *ions = json_object_get(json_object_get(root, "conservation"), "ions");
  json_t *drift = json_object_get(json_object_get(ions, "vacancy"), "relative_drift");
  result->drift = drift ? json_number_value(drift) : NAN;
  result->nodes = (long)json_integer_value(json_object_get(json_object_get(root, "mesh"), "nodes"));
  result->steps =
      (long)json_integer_value(json_object_get(json_object_get(root, "solver"), "steps"));
  json_decref(root);
}

void film_run(const struct film *film, double refine, double rtol, struct film_result *result) {
  static struct overrides sets; /* 4 kB that are filled anew */
  struct hd_run *run = NULL;
  clock_t start = clock();
  *result = (struct film_result){.status = HD_OK};
  make_overrides(&sets, film, refine, rtol);
  result->status = hd_run_create(&run, HALIDRIFT_ROOT "/validation/robustness/case.cfg", sets.list);
  if (result->status == HD_OK)
    result->status = hd_run_execute(run, folder);
  snprintf(result->message, sizeof result->message, "%s", hd_run_error(run));
  hd_run_free(&run);
  result->seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
  if (result->status != HD_OK)
    return;
  read_terminals(film, result);
  read_summary(result);
}

double film_difference(const struct film_result *a, const struct film_result *b) {
  double largest = 0.0, worst = 0.0;
  for (int i = 0; i < FILM_POINTS; i++)
    largest = fmax(largest, fabs(b->J[i]));
  for (int i = 0; i < FILM_POINTS; i++)
    worst = fmax(worst, fabs(a->J[i] - b->J[i]) / fmax(fabs(b->J[i]), 0.01 * largest));
  return worst;
}
