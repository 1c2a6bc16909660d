#include "solver/hopping_parts.h"

#include <math.h>
#include <string.h>
#include "solver/base/memory.h"

/** Streams of random numbers: of hops, and how many an experiment may have. */
enum { STREAM_HOPS = 1, STREAMS = 16 };
/** Most leaps between two solutions of the fields. */
enum { LEAPS_MAX = 256 };
/** Error, in units of the tolerance, below which more leaps are made between two solutions. */
static const double EASY = 0.25;

/* ---- create ---- */

static enum hd_status fill(struct hopping *hopping, const double *y, struct hd_error *err) {
  struct system *system = hopping->system;
  TRY(lattice_create(&hopping->lattice, system, err));
  struct lattice *lattice = hopping->lattice;
  bool respond = hopping->spec->field_tolerance > 0.0;
  TRY(hop_fields_create(&hopping->fields, lattice, y, respond, err));
  TRY(hd_alloc(&hopping->forward, (size_t)lattice->n_edges, sizeof(double), err));
  TRY(hd_alloc(&hopping->backward, (size_t)lattice->n_edges, sizeof(double), err));
  TRY(hd_alloc(&hopping->mean, 2 * lattice->n_terminals, sizeof(double), err));
  TRY(hd_alloc(&hopping->known, (size_t)lattice->n_points, sizeof(long), err));
  TRY(hd_alloc(&hopping->predicted, (size_t)lattice->n_points, sizeof(double), err));
  hopping->leap = hopping->spec->leap / lattice->highest;
  hopping->leaps = 1;
  return lattice_circuit(lattice, hopping->leap, err);
}

/**
 * Room for the hopping of a system.
 * y       [n] state that it starts from
 * Errors  HD_INPUT, HD_MEMORY
 */
enum hd_status hopping_create(struct hopping **out, struct system *system, size_t experiment,
                              const struct transient_watch *watch, const double *y,
                              struct hd_error *err) {
  struct hopping *hopping = NULL;
  const struct stochastic_spec *spec = &system->run->stochastic;
  TRY(hd_alloc(&hopping, 1, sizeof *hopping, err));
  hopping->system = system;
  hopping->spec = spec;
  hopping->watch = *watch;
  hopping->overfull = -1;
  hopping->stream = random_begin((uint32_t)spec->seed, (uint32_t)spec->trajectory,
                                 STREAM_HOPS + STREAMS * (uint32_t)experiment);
  enum hd_status status = fill(hopping, y, err);
  if (status != HD_OK)
    hopping_free(&hopping);
  *out = hopping;
  return status;
}

/**
 * Hopping at t = 0: densities that are whole numbers of ions are kept, others are drawn. The fields
 * of the numbers are found by one step of a leap's length at the sources' first values.
 * Errors  HD_CONVERGENCE
 */
enum hd_status hopping_start(struct hopping *hopping, struct hd_error *err) {
  struct lattice *lattice = hopping->lattice;
  struct hop_fields *fields = hopping->fields;
  gsl_rng random = random_gsl(&hopping->stream);
  lattice_fill(lattice, fields->y, &random);
  for (int p = 0; p < lattice->n_points; p++)
    if (lattice_is_overfull(&lattice->points[p]))
      return lattice_overfull(lattice, p, 0.0, err);
  system_clear_inflow(hopping->system, fields->y);
  TRY(hop_fields_step(fields, lattice, 0.0, hopping->leap, true, err));
  memset(fields->yp, 0, (size_t)fields->n * sizeof(double));
  lattice_energies(lattice, fields->y, NULL, 0.0);
  return HD_OK;
}

/** Free; NULL is accepted. The system is left without hops. */
void hopping_free(struct hopping **hopping) {
  if (!*hopping)
    return;
  for (size_t i = 0; i < (*hopping)->system->n_instances; i++)
    for (int T = 0; T < (*hopping)->system->instances[i].device->n_terminals; T++)
      (*hopping)->system->instances[i].hop_current[T] = 0.0;
  for (size_t i = 0; i < (*hopping)->system->n_instances; i++)
    (*hopping)->system->instances[i].past_step = 0.0;
  lattice_free(&(*hopping)->lattice);
  hop_fields_free(&(*hopping)->fields);
  hd_free(&(*hopping)->forward);
  hd_free(&(*hopping)->backward);
  hd_free(&(*hopping)->predicted);
  hd_free(&(*hopping)->known);
  hd_free(&(*hopping)->mean);
  hd_free(hopping);
}

/* ---- steps ---- */

void hopping_begin(struct hopping *hopping, double stop) {
  hopping->stop = stop;
}

/** Largest error of a difference of energies that the answers of the fields left, kT. */
static double error_of_answers(const struct hopping *hopping) {
  const struct lattice *lattice = hopping->lattice;
  double worst = 0.0;
  for (int e = 0; e < lattice->n_edges; e++) {
    int k = lattice->edges[e].from, l = lattice->edges[e].to;
    double error = lattice->v[l] - lattice->v[k] - hopping->predicted[l] + hopping->predicted[k];
    worst = fmax(worst, fabs(error));
  }
  return worst;
}

/** More or fewer leaps until the next solution; new answers when the old ones have grown bad, if
 * there were as many hops as there are answers: each takes a back-substitution to learn. */
static void adapt(struct hopping *hopping) {
  double tolerance = hopping->spec->field_tolerance;
  if (!(tolerance > 0.0))
    return;
  bool answered = hop_fields_answers(hopping->fields);
  double error = answered ? error_of_answers(hopping) : INFINITY;
  long hops = hopping->lattice->hops + hopping->lattice->exchanges;
  if (error > tolerance && hopping->leaps > 1)
    hopping->leaps /= 2;
  else if (error < EASY * tolerance && hopping->leaps < LEAPS_MAX)
    hopping->leaps *= 2;
  if (!answered || (error > tolerance && hops - hopping->renewed >= hopping->lattice->n_points)) {
    hop_fields_respond(hopping->fields, hopping->lattice, hopping->t, hopping->last_step);
    hopping->renewed = hops;
  }
}

static double watched(const struct hopping *hopping) {
  return hopping->watch.enabled ? fabs(hopping->fields->y[hopping->watch.current]) : 0.0;
}

static void integrate(struct hopping *hopping, double step) {
  double rates[TRANSIENT_INTEGRALS];
  transient_rates(&hopping->watch, hopping->system, hopping->fields->y, rates);
  hopping->integrals.E_source += step * rates[0];
  hopping->integrals.E_device += step * rates[1];
  hopping->integrals.charge += step * rates[2];
}

/** Add the currents of one part of a step to their mean, or begin with zero (weight 0). */
static void add_currents(struct hopping *hopping, double weight) {
  const struct system *system = hopping->system;
  for (size_t i = 0; i < system->n_instances; i++) {
    const struct system_instance *instance = &system->instances[i];
    double *mean = &hopping->mean[2 * hopping->lattice->charge_base[i]];
    for (int T = 0; T < instance->device->n_terminals; T++) {
      double now[] = {hopping->fields->y[instance->current_base + T], instance->hop_current[T]};
      for (int j = 0; j < 2; j++)
        mean[2 * T + j] = weight > 0.0 ? mean[2 * T + j] + weight * now[j] : 0.0;
    }
  }
}

/** The means over a whole step are its currents. */
static void put_currents(struct hopping *hopping) {
  const struct system *system = hopping->system;
  for (size_t i = 0; i < system->n_instances; i++) {
    const struct system_instance *instance = &system->instances[i];
    const double *mean = &hopping->mean[2 * hopping->lattice->charge_base[i]];
    for (int T = 0; T < instance->device->n_terminals; T++) {
      hopping->fields->y[instance->current_base + T] = mean[2 * T] / hopping->last_step;
      instance->hop_current[T] = mean[2 * T + 1] / hopping->last_step;
    }
  }
}

/** Hops for at most tau, and the fields after them. */
static enum hd_status one_part(struct hopping *hopping, double tau, double *taken,
                               struct hd_error *err) {
  struct lattice *lattice = hopping->lattice;
  lattice_clear_charge(lattice);
  double part;
  TRY(hopping_walk(hopping, tau, &part, err));
  memcpy(hopping->predicted, lattice->v, (size_t)lattice->n_points * sizeof(double));
  bool stops = *taken + part >= hopping->stop - hopping->t;
  TRY(hop_fields_step(hopping->fields, lattice, hopping->t + *taken, part, stops, err));
  *taken += part;
  lattice_energies(lattice, hopping->fields->y, hopping->fields->yp, hopping->t + *taken);
  integrate(hopping, part);
  add_currents(hopping, part);
  return HD_OK;
}

/**
 * Hops for some leaps, or fewer up to the stop, then the fields of the new numbers. Within a step
 * the energies follow the hops by linear response; how many leaps fit is found from the error of
 * that at its end. No step is taken back: that would choose among random numbers. Without answers
 * of the fields they are solved after every event or leap; a step is a leap long all the same, and
 * its currents are the mean over it.
 * Errors  HD_CONVERGENCE, HD_INTERRUPTED
 */
enum hd_status hopping_advance(struct hopping *hopping, enum transient_event *event,
                               struct hd_error *err) {
  double rest = hopping->stop - hopping->t, tau = hopping->leaps * hopping->leap;
  double before = watched(hopping), taken = 0.0;
  if (tau > rest * (1.0 - HOPPING_CLOSE))
    tau = rest;
  add_currents(hopping, 0.0);
  while (taken < tau)
    TRY(one_part(hopping, tau - taken, &taken, err));
  bool stops = taken >= rest;
  hopping->t = stops ? hopping->stop : hopping->t + taken;
  hopping->last_step = taken;
  put_currents(hopping);
  adapt(hopping);
  double threshold = hopping->watch.threshold, now = watched(hopping);
  *event = stops ? TRANSIENT_STOP : TRANSIENT_STEP;
  if (!stops && hopping->watch.enabled && (before < threshold) != (now < threshold))
    *event = now < threshold ? TRANSIENT_DOWN : TRANSIENT_UP;
  return HD_OK;
}

/* ---- what others see ---- */

double hopping_time(const struct hopping *hopping) {
  return hopping->t;
}

double hopping_stop(const struct hopping *hopping) {
  return hopping->stop;
}

double hopping_last_step(const struct hopping *hopping) {
  return hopping->last_step;
}

const double *hopping_state(const struct hopping *hopping) {
  return hopping->fields->y;
}

const double *hopping_derivative(const struct hopping *hopping) {
  return hopping->fields->yp;
}

void hopping_interpolate(const struct hopping *hopping, double t, double *y, double *yp) {
  const struct hop_fields *fields = hopping->fields;
  double part = hopping->last_step > 0.0 ? (hopping->t - t) / hopping->last_step : 0.0;
  for (int g = 0; g < fields->n; g++)
    y[g] = fields->still[g] ? (part > 0.0 ? fields->old[g] : fields->y[g])
                            : fields->y[g] + part * (fields->old[g] - fields->y[g]);
  memcpy(yp, fields->yp, (size_t)fields->n * sizeof(double));
}

struct transient_integrals hopping_integrals(const struct hopping *hopping) {
  return hopping->integrals;
}

struct transient_counts hopping_transient_counts(const struct hopping *hopping) {
  return (struct transient_counts){.steps = hopping->fields->solutions,
                                   .newton_iterations = hopping->fields->newton_iterations,
                                   .convergence_failures = hopping->fields->failures};
}

const struct lattice *hopping_lattice(const struct hopping *hopping) {
  return hopping->lattice;
}

struct hopping_counts hopping_counts(const struct hopping *hopping) {
  struct hopping_counts counts = hopping->counts;
  counts.hops = hopping->lattice->hops;
  counts.exchanges = hopping->lattice->exchanges;
  counts.solutions = hopping->fields->solutions;
  return counts;
}
