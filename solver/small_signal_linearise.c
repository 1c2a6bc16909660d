#include "solver/small_signal_parts.h"

#include <string.h>
#include "solver/base/memory.h"
#include "solver/currents.h"

/** The matrix is J + c_j M. With this c_j, 2^100 / s, J is below the rounding of c_j M wherever M
 * has an entry, so that M comes out with all of its digits; a power of 2 divides without rounding.
 */
static const double CJ = 0x1p100;

/* ---- currents ---- */

/* For every species any test function w that is 1 at the terminal and 0 at the others gives the
 * same current, once the charge that the nodes store counts with w minus Ramo-Shockley's w_T. With
 * w_T itself the losses of a capacitance would be lost in the rounding of the fluxes, so carriers
 * are read where little flows back and forth, as in steady states (currents_evaluate), ions that
 * pass at one contact at most have the same w everywhere, that of this contact: no flux is read at
 * all, only the charge that they induce. */

/** Do all ions pass at one contact at most? */
static bool ions_are_still(const struct system *system) {
  for (size_t i = 0; i < system->n_instances; i++)
    for (size_t c = 0; c < system->instances[i].device->n_components; c++)
      if (system->instances[i].device->components[c].n_exchange > 1)
        return false;
  return true;
}

/** The test functions of the species that are read by their fluxes. */
static enum hd_status find_tests(struct small_signal *small, const double *y,
                                 struct hd_error *err) {
  struct system *system = small->system;
  struct currents *currents = NULL;
  TRY(hd_alloc(&small->tests, system->n_instances, sizeof *small->tests, err));
  for (size_t i = 0; i < system->n_instances; i++) {
    const struct device *device = system->instances[i].device;
    size_t count = (size_t)(device->n_terminals * device->n_nodes);
    TRY(hd_alloc(&small->tests[i], count, sizeof(double), err));
    memcpy(small->tests[i], device->weight, count * sizeof(double));
  }
  enum hd_status status = currents_create(&currents, system, err);
  if (status == HD_OK)
    status = currents_tests(currents, y, 0.0, small->frozen || small->still, small->tests, err);
  currents_free(&currents);
  return status;
}

/** Let the rows of currents use these test functions, or (NULL) the devices' own. */
static void use_tests(struct system *system, double *const *tests) {
  for (size_t i = 0; i < system->n_instances; i++)
    system->instances[i].weight = tests ? tests[i] : system->instances[i].device->weight;
}

double small_signal_test(const struct small_signal *small, size_t i, int T, int node, int s) {
  const struct device *device = small->system->instances[i].device;
  int component = device->component[node * device->model.n_species + s];
  if (device->model.carrier[s] || !small->still || component < 0)
    return small->tests[i][T * device->n_nodes + node];
  return device->components[component].terminal == T ? 1.0 : 0.0;
}

/** What the row of one terminal's current has of each balance of a species: -(w - w_T) q z over the
 * factor of the row; 0 for other rows. */
static void charge_factors(const struct small_signal *small, size_t i, int T, double *factor) {
  const struct system_instance *instance = &small->system->instances[i];
  const struct device *device = instance->device;
  const struct model *model = &device->model;
  memset(factor, 0, (size_t)small->system->n * sizeof *factor);
  for (int k = 0; k < device->n_nodes; k++)
    for (int s = 0; s < model->n_species; s++) {
      int g = instance->dof[k * device->n_unknowns + 1 + s];
      double excess =
          small_signal_test(small, i, T, k, s) - device->weight[T * device->n_nodes + k];
      if (g < small->system->n)
        factor[g] = -excess * model->q * model->charge[s] / small->scale[g];
    }
}

/** The stored charge in the rows of currents: M of the balances times these factors. */
static void emit_storage(struct stamp *stamp, const struct small_signal *small,
                         const struct sparse *from, const double *value, double *factor) {
  for (size_t i = 0; i < small->system->n_instances; i++) {
    const struct system_instance *instance = &small->system->instances[i];
    for (int T = 0; T + 1 < instance->device->n_terminals; T++) {
      int row = instance->current_base + T;
      charge_factors(small, i, T, factor);
      for (int64_t j = 0; j < from->n; j++)
        for (int64_t at = from->column[j]; at < from->column[j + 1]; at++)
          if (factor[from->row[at]] != 0.0)
            stamp_add(stamp, row, j, factor[from->row[at]] * value[at] * small->scale[row]);
    }
  }
}

/* ---- linearise ---- */

/** Ions that no contact exchanges keep their number. The sum of their balances says so by i omega
 * times the number only, which is lost in the rounding of the fluxes at low frequencies: instead
 * the multiplier (in transients the number that came in) fixes the number by its row, and is a
 * source in the balances that comes out as zero. */
static bool keeps_number(const struct small_signal *small, const struct ion_component *ions) {
  return !small->frozen && ions->n_exchange == 0;
}

/** Rows of which the system's entries, or those of J, are left out. */
enum { ROW_WHOLE, ROW_WITHOUT_J, ROW_EMPTY };

/** The rows of multipliers that fix a number, and those of currents when ions have none in them. */
static void mark_rows(const struct small_signal *small, char *rows) {
  for (size_t i = 0; i < small->system->n_instances; i++) {
    const struct system_instance *instance = &small->system->instances[i];
    for (size_t c = 0; c < instance->device->n_components; c++)
      if (keeps_number(small, &instance->device->components[c]))
        rows[instance->lambda_base + (int)c] = ROW_EMPTY;
    for (int T = 0; T < instance->device->n_terminals; T++)
      rows[instance->current_base + T] = small->still ? ROW_WITHOUT_J : ROW_WHOLE;
  }
}

/** sum V dx / capacity = 0, and a source in the balances of the same ions, whose rows are divided
 * by c_unit V. */
static void emit_numbers(struct stamp *stamp, const struct small_signal *small, double factor) {
  for (size_t i = 0; i < small->system->n_instances; i++) {
    const struct system_instance *instance = &small->system->instances[i];
    const struct device *device = instance->device;
    int n_species = device->model.n_species;
    for (int k = 0; k < device->n_nodes; k++)
      for (int s = 0; s < n_species; s++) {
        int at = k * n_species + s, component = device->component[at];
        if (component < 0 || !keeps_number(small, &device->components[component]))
          continue;
        int g = instance->dof[k * device->n_unknowns + 1 + s];
        int lambda = instance->lambda_base + component;
        double share = device->species_volume[at] / device->components[component].capacity;
        stamp_add(stamp, lambda, g, factor * share);
        stamp_add(stamp, g, lambda, factor);
      }
  }
}

/** What the parts of the matrix are made of. */
struct parts {
  const struct sparse *from; /* borrowed: the system's matrix */
  double *J, *M;             /* [entries] owned: its parts */
  const struct sparse *held; /* borrowed: the matrix with frozen ions, whose rows of currents J has
                                where ions are still; NULL: it has its own */
  char *rows;                /* [n] owned: ROW_WHOLE, ... */
  double *factor;            /* [n + 1] owned work; also the residual */
  struct stamp stamp;
};

static void parts_free(struct parts *parts) {
  hd_free(&parts->J);
  hd_free(&parts->M);
  hd_free(&parts->rows);
  hd_free(&parts->factor);
  stamp_free(&parts->stamp);
}

/** J with frozen ions: its rows of currents hold what carriers bring. */
static enum hd_status assemble_held(struct small_signal *small, const double *y,
                                    struct parts *parts, struct hd_error *err) {
  struct system_plan *plan;
  struct system_point point = {.mode = SYSTEM_TRANSIENT, .frozen = true, .y = y};
  TRY(system_plan(small->system, SYSTEM_TRANSIENT, true, &plan, err));
  system_jacobian(small->system, &point, parts->factor); /* finite where the one above is */
  parts->held = &plan->matrix;
  return HD_OK;
}

/** Assemble twice at one point: the factors of the rows are the same. */
static enum hd_status assemble(struct small_signal *small, const double *y, struct parts *parts,
                               struct hd_error *err) {
  struct system *system = small->system;
  struct system_plan *plan;
  struct system_point point = {.mode = SYSTEM_TRANSIENT, .frozen = small->frozen, .y = y};
  TRY(system_plan(system, SYSTEM_TRANSIENT, small->frozen, &plan, err));
  size_t entries = (size_t)plan->matrix.column[plan->matrix.n];
  parts->from = &plan->matrix;
  TRY(hd_alloc(&parts->J, entries, sizeof(double), err));
  TRY(hd_alloc(&parts->M, entries, sizeof(double), err));
  use_tests(system, small->tests);
  int failed = system_jacobian(system, &point, parts->factor);
  memcpy(parts->J, plan->matrix.value, entries * sizeof(double));
  memcpy(small->scale, system->row_scale, (size_t)system->n * sizeof(double));
  point.cj = CJ;
  failed = system_jacobian(system, &point, parts->factor) || failed;
  enum hd_status held = small->still ? assemble_held(small, y, parts, err) : HD_OK;
  use_tests(system, NULL);
  TRY(held);
  for (size_t i = 0; i < entries; i++)
    parts->M[i] = (plan->matrix.value[i] - parts->J[i]) / CJ;
  if (failed)
    return hd_fail(err, HD_INTERNAL, "the equations could not be linearised: not finite");
  return HD_OK;
}

/** The rows of currents with frozen ions. */
static void emit_held(struct parts *parts) {
  const struct sparse *held = parts->held;
  for (int64_t j = 0; j < held->n; j++)
    for (int64_t i = held->column[j]; i < held->column[j + 1]; i++)
      if (parts->rows[held->row[i]] == ROW_WITHOUT_J)
        stamp_add(&parts->stamp, held->row[i], j, held->value[i]);
}

/** One part of the matrix: the system's entries, the stored charge, the numbers of ions. */
static void emit(struct parts *parts, const struct small_signal *small, bool is_J) {
  const struct sparse *from = parts->from;
  const double *value = is_J ? parts->J : parts->M;
  int last = is_J ? ROW_WHOLE : ROW_WITHOUT_J;
  for (int64_t j = 0; j < from->n; j++)
    for (int64_t i = from->column[j]; i < from->column[j + 1]; i++)
      stamp_add(&parts->stamp, from->row[i], j, parts->rows[from->row[i]] > last ? 0.0 : value[i]);
  if (is_J && parts->held)
    emit_held(parts);
  if (!is_J)
    emit_storage(&parts->stamp, small, from, value, parts->factor);
  emit_numbers(&parts->stamp, small, is_J ? 1.0 : 0.0);
}

/** Keep the values of one part on the pattern of both. */
static enum hd_status keep(struct small_signal *small, struct parts *parts, bool is_J,
                           double **kept, struct hd_error *err) {
  size_t entries = (size_t)small->matrix.column[small->matrix.n];
  TRY(hd_alloc(kept, entries, sizeof **kept, err));
  memset(small->matrix.value, 0, (entries + 1) * sizeof(double));
  parts->stamp.value = small->matrix.value;
  emit(parts, small, is_J);
  memcpy(*kept, small->matrix.value, entries * sizeof **kept);
  return HD_OK;
}

/** J and M on one pattern. */
static enum hd_status split(struct small_signal *small, struct parts *parts, struct hd_error *err) {
  mark_rows(small, parts->rows);
  stamp_record(&parts->stamp, parts->from->n);
  emit(parts, small, true);
  emit(parts, small, false);
  TRY(stamp_finish(&parts->stamp, &small->matrix, err));
  TRY(keep(small, parts, true, &small->J, err));
  return keep(small, parts, false, &small->M, err); /* its slots follow those of J */
}

/**
 * J and M at a state, on one pattern, and the factors of their rows.
 * y       [n] steady, or only ions still move
 * Errors  HD_MEMORY, HD_INTERNAL
 */
enum hd_status small_signal_linearise(struct small_signal *small, const double *y,
                                      struct hd_error *err) {
  size_t n = (size_t)small->system->n;
  struct parts parts = {0};
  small->still = !small->frozen && ions_are_still(small->system);
  TRY(hd_alloc(&small->scale, n, sizeof(double), err));
  TRY(find_tests(small, y, err));
  enum hd_status status = hd_alloc(&parts.factor, n + 1, sizeof(double), err);
  if (status == HD_OK)
    status = hd_alloc(&parts.rows, n, sizeof(char), err);
  if (status == HD_OK)
    status = assemble(small, y, &parts, err);
  if (status == HD_OK)
    status = split(small, &parts, err);
  parts_free(&parts);
  return status;
}
