#include "solver/hop_fields.h"

#include <math.h>
#include <string.h>
#include "solver/base/memory.h"

/** Iterations of one Newton, and from which ratio of updates on new factors are due. */
enum { ITERATIONS_MAX = 30 };
static const double SLOW = 0.5;
/** Error of Newton as a part of what the extrapolation of the fields may err. */
static const double SHARE = 0.1;
/** Part of the square of an update that is left after it: laws are exponential. */
static const double CURVED = 0.5;
/** Convergence that was measured in an earlier step is not believed to be better than this. */
static const double LEAST_RATE = 0.1;
/** Updates above this, in kT, change the matrix. */
static const double NEAR = 0.3;
/** Largest update of a potential that is taken whole, in kT. */
static const double WHOLE_UPDATE = 4.0;
/** Share of the ions' sites below which carriers matter less and less. */
static const double NOTHING = 1e-3;
/** They do not matter less than this: a level that is far off is hard to find again. */
static const double LEAST_WEIGHT = 0.1;
/** Part of a density that one update leaves at least. */
static const double LEAST_LEFT = 0.1;
/** A step that fails is cut in so many parts, but for this shortest one, s. */
enum { PARTS = 8 };
static const double SHORTEST = 1e-24;

/* ---- create ---- */

/** Units of errors: kT for potentials and energies. */
static void fill_weights(struct hop_fields *fields) {
  const struct system *system = fields->system;
  double per_volt = 1.0 / run_thermal_voltage(system->run);
  for (int g = system->net_base; g < system->branch_base; g++)
    fields->weight[g] = per_volt, fields->electric[g] = true;
  for (size_t i = 0; i < system->n_instances; i++) {
    const struct system_instance *instance = &system->instances[i];
    const struct model *model = &instance->device->model;
    for (int at = 0; at < instance->device->n_nodes * model->n_unknowns; at++) {
      int g = instance->dof[at], j = at % model->n_unknowns, s = j - 1;
      if (g == system->n)
        continue;
      bool species = s >= 0 && s < model->n_species;
      fields->electric[g] = j == 0;
      if (species && !model->carrier[s])
        fields->still[g] = true;
      else if (j == 0 || species)
        fields->weight[g] = per_volt / (species ? system->run->solver.phi_factor : 1.0);
      for (int ion = 0; ion < model->n_species && j > model->n_species; ion++)
        fields->weight[g] = fmax(fields->weight[g], fabs(model->B[ion][j]));
    }
    for (int s = 0; s < model->n_species; s++)
      if (!model->carrier[s])
        fields->sites[i] = fmax(fields->sites[i], model->c_unit[s]);
    for (size_t c = 0; c < instance->device->n_components; c++)
      fields->still[instance->lambda_base + (int)c] = true;
  }
}

/** Does the circuit hold something from one step to the next? */
static bool circuit_stores(const struct system *system) {
  bool stores = false;
  for (size_t e = 0; e < system->run->circuit.n_elements; e++)
    stores = stores || system->elements[e].kind == ELEMENT_CAPACITOR ||
             system->elements[e].kind == ELEMENT_INDUCTOR;
  return stores;
}

static enum hd_status fill(struct hop_fields *fields, const struct lattice *lattice,
                           const double *y, bool respond, struct hd_error *err) {
  struct system *system = fields->system;
  size_t n = (size_t)system->n;
  TRY(system_plan(system, SYSTEM_TRANSIENT, true, &fields->plan, err));
  fields->stores = circuit_stores(system);
  TRY(hop_factors_create(fields, respond, err));
  TRY(hd_alloc(&fields->y, n, sizeof(double), err));
  TRY(hd_alloc(&fields->yp, n, sizeof(double), err));
  TRY(hd_alloc(&fields->old, n, sizeof(double), err));
  TRY(hd_alloc(&fields->F, n + 1, sizeof(double), err));
  TRY(hd_alloc(&fields->delta, n + 1, sizeof(double), err));
  TRY(hd_alloc(&fields->weight, n, sizeof(double), err));
  TRY(hd_alloc(&fields->electric, n, sizeof(bool), err));
  TRY(hd_alloc(&fields->still, n, sizeof(bool), err));
  TRY(hd_alloc(&fields->sites, system->n_instances, sizeof(double), err));
  TRY(hd_alloc(&fields->seen, (size_t)lattice->n_points, sizeof(long), err));
  if (respond)
    TRY(hop_answers_create(&fields->answers, lattice, err));
  memcpy(fields->y, y, n * sizeof(double));
  fill_weights(fields);
  return HD_OK;
}

enum hd_status hop_fields_create(struct hop_fields **out, struct lattice *lattice, const double *y,
                                 bool respond, struct hd_error *err) {
  struct hop_fields *fields = NULL;
  TRY(hd_alloc(&fields, 1, sizeof *fields, err));
  fields->system = lattice->system;
  fields->n = lattice->system->n;
  enum hd_status status = fill(fields, lattice, y, respond, err);
  if (status != HD_OK)
    hop_fields_free(&fields);
  *out = fields;
  return status;
}

/** Free; NULL is accepted. */
void hop_fields_free(struct hop_fields **fields) {
  if (!*fields)
    return;
  hd_free(&(*fields)->y);
  hd_free(&(*fields)->yp);
  hd_free(&(*fields)->old);
  hd_free(&(*fields)->F);
  hop_factors_free(*fields);
  hd_free(&(*fields)->delta);
  hd_free(&(*fields)->weight);
  hd_free(&(*fields)->electric);
  hd_free(&(*fields)->still);
  hd_free(&(*fields)->sites);
  hd_free(&(*fields)->seen);
  hop_answers_free(&(*fields)->answers);
  hd_free(fields);
}

/* ---- one step ---- */

/** Residual at the end of a step, and new factors when they are due. Returns 0, or 1 on failure. */
int hop_fields_prepare(struct hop_fields *fields, double t, double step, bool renew) {
  for (int g = 0; g < fields->n; g++)
    fields->yp[g] = fields->still[g] ? 0.0 : (fields->y[g] - fields->old[g]) / step;
  struct system_point point = {.mode = SYSTEM_TRANSIENT,
                               .frozen = true,
                               .t = t,
                               .y = fields->y,
                               .yp = fields->yp,
                               .cj = 1.0 / step};
  if (!renew)
    return system_residual(fields->system, &point, fields->F);
  struct hop_factors *factors = fields->factors = hop_factors_to_renew(fields, step);
  factors->step = 0.0;
  if (system_jacobian(fields->system, &point, fields->F) || linear_factor(factors->linear))
    return 1;
  memcpy(factors->row_scale, fields->system->row_scale, ((size_t)fields->n + 1) * sizeof(double));
  factors->step = step;
  factors->rate = 1.0;
  factors->used = fields->solutions;
  return 0;
}

/** How much the level of a carrier at a node part matters, LEAST_WEIGHT to 1. */
static double share_of(const struct hop_fields *fields, size_t i, size_t part, int s) {
  const struct system_instance *instance = &fields->system->instances[i];
  double c = instance->state[part * (size_t)instance->device->model.n_species + (size_t)s].c;
  return fmax(LEAST_WEIGHT, fmin(1.0, c / (NOTHING * fields->sites[i])));
}

/** Levels count as far as their carriers do, beside the ions' sites: hops over a depleted gap turn
 * its few carriers by factors that nothing answers to. */
static void weigh_carriers(struct hop_fields *fields) {
  const struct system *system = fields->system;
  double full = 1.0 / (run_thermal_voltage(system->run) * system->run->solver.phi_factor);
  for (size_t i = 0; i < system->n_instances; i++) {
    const struct system_instance *instance = &system->instances[i];
    const struct model *model = &instance->device->model;
    for (int k = 0; k < instance->device->n_nodes; k++)
      for (int s = 0; s < model->n_species; s++) {
        int g = instance->dof[k * model->n_unknowns + 1 + s];
        size_t part = (size_t)device_lead_part(instance->device, k);
        if (model->carrier[s] && g < fields->n)
          fields->weight[g] = full * (fields->everywhere ? 1.0 : share_of(fields, i, part, s));
      }
  }
}

/** Largest error of the unknowns that matter, and of the potentials among them, in kT. */
static double norm(const struct hop_fields *fields, double *potential) {
  double largest = 0.0;
  *potential = 0.0;
  for (int g = 0; g < fields->n; g++) {
    double error = fields->weight[g] * fabs(fields->delta[g]);
    if (!(error <= largest))
      largest = error;
    if (fields->electric[g] && !(error <= *potential))
      *potential = error;
  }
  return largest;
}

/** Change of ln n for a relative change x of n. */
static double carrier_step(double x) {
  return log1p(fmax(x, LEAST_LEFT - 1.0));
}

/** Replace the change x of every carrier's reduced level, which its own level and the other
 * unknowns make together, by changing the level: to the change of ln n that the relative change x
 * of n is (then = NULL), or from a relative change of the density at which rows had the scales
 * `then` to one of the present. */
static void change_carriers(struct hop_fields *fields, const double *then) {
  const struct system *system = fields->system;
  double *delta = fields->delta;
  delta[fields->n] = 0.0;
  for (size_t i = 0; i < system->n_instances; i++) {
    const struct system_instance *instance = &system->instances[i];
    const struct model *model = &instance->device->model;
    for (int k = 0; k < instance->device->n_nodes; k++)
      for (int s = 0; s < model->n_species; s++) {
        const int *dof = &instance->dof[k * model->n_unknowns];
        int g = dof[1 + s];
        double x = 0.0;
        if (!model->carrier[s] || g == fields->n)
          continue;
        for (int j = 0; j < model->n_unknowns; j++)
          x += model->A[s][j] * delta[dof[j]];
        double wanted = then ? x * system->row_scale[g] / then[g] : carrier_step(x);
        delta[g] += (wanted - x) / model->A[s][1 + s];
      }
  }
}

/** The Newton step with the present factors, delta = -J^-1 F. Old factors are those of the balances
 * by densities, which are linear in them: rows keep the scale 1/n of the factors, and a relative
 * change of the old density becomes one of the present. */
static void solve(struct hop_fields *fields) {
  const double *now = fields->system->row_scale, *then = fields->factors->row_scale;
  for (int g = 0; g < fields->n; g++)
    fields->delta[g] = -fields->F[g] * (then[g] / now[g]);
  linear_solve(fields->factors->linear, fields->delta);
  change_carriers(fields, then);
}

/** y += part delta, but densities by n (1 + x): exact where balances are linear in them, as they
 * are in a depleted region. */
static void update(struct hop_fields *fields, double part) {
  for (int g = 0; g < fields->n; g++)
    fields->delta[g] *= part;
  change_carriers(fields, NULL);
  for (int g = 0; g < fields->n; g++)
    fields->y[g] += fields->delta[g];
}

/** Part of an update of the given size that the next one is expected to be: new factors are those
 * of the state itself, with old ones Newton converges linearly. */
static double share_left(const struct hop_factors *factors, int iteration, bool fresh,
                         double size) {
  double rate = iteration > 0 ? factors->rate : fmax(factors->rate, LEAST_RATE);
  return fmin(1.0, fmax(fresh ? 0.0 : rate, CURVED * size));
}

/** Newton with the factors that are there as long as they do. Returns 0, or 1 on failure. */
static int newton(struct hop_fields *fields, double t, double step) {
  double before = 0.0;
  double tolerance = fmax(fields->system->run->solver.rtol,
                          SHARE * fields->system->run->stochastic.field_tolerance);
  struct hop_factors *known = hop_factors_to_try(fields, step);
  bool renew = !known, renewed = false;
  if (known)
    fields->factors = known;
  for (int i = 0; i < ITERATIONS_MAX; i++) {
    bool fresh = renew;
    if (hop_fields_prepare(fields, t, step, renew))
      return 1;
    solve(fields);
    weigh_carriers(fields);
    double potential, size = norm(fields, &potential);
    if (!isfinite(size))
      return 1;
    double part = potential > WHOLE_UPDATE ? WHOLE_UPDATE / potential : 1.0;
    update(fields, part);
    fields->newton_iterations++;
    struct hop_factors *factors = fields->factors;
    if (i > 0 && before > 0.0 && !fresh)
      factors->rate = size / before;
    factors->used = fields->solutions;
    renewed = renewed || fresh;
    if (part == 1.0 && size * share_left(factors, i, fresh, size) <= tolerance) {
      hop_factors_judge(fields, known != NULL, renewed);
      return 0;
    }
    renew = renewed ? size > NEAR : i > 0 && size > SLOW * before;
    before = part < 1.0 ? 0.0 : size;
  }
  return 1;
}

/** Let y follow the ions that moved since the last step, by linear response. */
static void predict(struct hop_fields *fields, const struct lattice *lattice) {
  hop_fields_change(fields, lattice, fields->seen, fields->delta);
  change_carriers(fields, fields->answers.factors->row_scale);
  update(fields, 1.0);
}

/** A step, in parts if it fails as a whole. */
static int advance(struct hop_fields *fields, const struct lattice *lattice, double t, double step,
                   bool predicted) {
  size_t n = (size_t)fields->n;
  memcpy(fields->old, fields->y, n * sizeof(double));
  system_begin_step(fields->system, fields->y, t, step);
  if (predicted)
    predict(fields, lattice);
  lattice_put(lattice, fields->y);
  if (newton(fields, t + step, step) == 0)
    return 0;
  fields->failures++;
  hop_factors_forget(fields);
  memcpy(fields->y, fields->old, n * sizeof(double));
  if (step / PARTS < SHORTEST)
    return 1;
  for (int i = 0; i < PARTS; i++)
    if (advance(fields, lattice, t + step * i / PARTS, step / PARTS, false))
      return 1;
  return 0;
}

static enum hd_status stuck(const struct hop_fields *fields, double t, struct hd_error *err) {
  char place[HD_ERROR_TEXT];
  int worst = 0;
  for (int g = 1; g < fields->n; g++)
    if (!(fabs(fields->F[g]) <= fabs(fields->F[worst])))
      worst = g;
  system_row_place(fields->system, worst, place, sizeof place);
  return hd_fail(err, HD_CONVERGENCE,
                 "no fields that fit the ions were found at t = %.9g s, largest residual: %s; try "
                 "slower edges of the sources, a smaller stochastic.leap or solver.rtol",
                 t, place);
}

enum hd_status hop_fields_step(struct hop_fields *fields, const struct lattice *lattice, double t,
                               double step, bool everywhere, struct hd_error *err) {
  struct system *system = fields->system;
  fields->everywhere = everywhere;
  for (int g = 0; g < fields->n; g++)
    system->frozen[g] = 0.0;
  lattice_put(lattice, system->frozen);
  for (size_t i = 0; i < system->n_instances; i++)
    for (int T = 0; T < system->instances[i].device->n_terminals; T++)
      system->instances[i].hop_current[T] = lattice->charge[lattice->charge_base[i] + T] / step;
  fields->solutions++;
  if (advance(fields, lattice, t, step, hop_fields_answers(fields)))
    return stuck(fields, t, err);
  lattice_put(lattice, fields->y);
  for (int p = 0; p < lattice->n_points; p++)
    fields->seen[p] = lattice->points[p].count;
  return HD_OK;
}
