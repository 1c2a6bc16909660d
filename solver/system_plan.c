#include "solver/system.h"

#include <string.h>
#include "solver/base/clock.h"
#include "solver/base/memory.h"

/* Which equations hold in a mode, and their evaluation: rows, pattern and factors. */

/* ---- rows ---- */

/** Does this species' balance stand at this node, or does another row take its place? */
static bool has_balance(const struct device *device, int node, int s, enum system_mode mode,
                        bool frozen) {
  int at = node * device->model.n_species + s;
  if (device->held[at])
    return false;
  if (device->model.carrier[s])
    return mode != SYSTEM_EQUILIBRIUM;
  if (frozen)
    return false;
  return !system_ions_rest(&device->components[device->component[at]], mode, false);
}

static void plan_rows(const struct system *system, const struct system_instance *instance,
                      struct system_plan *plan, enum system_mode mode, bool frozen) {
  const struct device *device = instance->device;
  const struct model *model = &device->model;
  for (int k = 0; k < device->n_nodes; k++)
    for (int j = 0; j < model->n_unknowns; j++) {
      int g = instance->dof[k * model->n_unknowns + j];
      if (g == system->n)
        continue;
      bool balance = true;
      double scale = 1.0;
      if (j == 0) {
        balance = device->terminal_of[k] < 0;
        scale = device->poisson_scale[k];
      } else if (j <= model->n_species) {
        int s = j - 1;
        balance = has_balance(device, k, s, mode, frozen);
        if (!model->carrier[s])
          scale = 1.0 / (model->c_unit[s] * device->species_volume[k * model->n_species + s]);
      } else if (j == model->heat) {
        balance = mode != SYSTEM_EQUILIBRIUM && !device->sink[k];
        scale = device->heat_scale[k];
      } else if (!model_is_excess(model, j)) {
        int s = model->unknown_species[j];
        scale = 1.0 / device->species_volume[k * model->n_species + s];
      }
      plan->row[g] = balance ? g : system->n;
      plan->scale[g] = balance ? scale : 1.0;
    }
}

static enum hd_status make_plan(struct system *system, struct system_plan *plan,
                                enum system_mode mode, bool frozen, struct hd_error *err) {
  size_t n = (size_t)system->n + 1;
  double *y = NULL, *F = NULL;
  TRY(hd_alloc(&plan->row, n, sizeof(int), err));
  TRY(hd_alloc(&plan->scale, n, sizeof(double), err));
  TRY(hd_alloc(&y, n, sizeof(double), err));
  TRY(hd_alloc(&F, n, sizeof(double), err));
  for (int g = 0; g <= system->n; g++) {
    plan->row[g] = g;
    plan->scale[g] = 1.0;
  }
  for (size_t i = 0; i < system->n_instances; i++)
    plan_rows(system, &system->instances[i], plan, mode, frozen);
  system_guess(system, y);
  struct system_point point = {.mode = mode, .frozen = frozen, .y = y, .cj = 1.0};
  stamp_record(&plan->stamp, system->n);
  system_assemble(system, plan, &point, F, &plan->stamp);
  hd_free(&y);
  hd_free(&F);
  TRY(stamp_finish(&plan->stamp, &plan->matrix, err));
  TRY(linear_create(&plan->linear, &plan->matrix, &system->linear, err));
  plan->ready = true;
  return HD_OK;
}

static struct system_plan *find_plan(struct system *system, enum system_mode mode, bool frozen) {
  return &system->plans[2 * (int)mode + (frozen ? 1 : 0)];
}

/** The equations of a mode: rows, pattern and factors, made when first asked for. */
enum hd_status system_plan(struct system *system, enum system_mode mode, bool frozen,
                           struct system_plan **plan, struct hd_error *err) {
  *plan = find_plan(system, mode, frozen);
  return (*plan)->ready ? HD_OK : make_plan(system, *plan, mode, frozen, err);
}

enum hd_status system_spare(struct system *system, enum system_mode mode, bool frozen, int which,
                            struct linear **spare, struct hd_error *err) {
  struct system_plan *plan;
  TRY(system_plan(system, mode, frozen, &plan, err));
  if (!plan->spare[which])
    TRY(linear_create(&plan->spare[which], &plan->matrix, &system->linear, err));
  *spare = plan->spare[which];
  return HD_OK;
}

/** The work of all sets of factors. */
static struct linear_counts counts_of(const struct system_plan *plan) {
  struct linear_counts counts = linear_counts(plan->linear);
  for (int i = 0; i < SYSTEM_SPARES; i++)
    if (plan->spare[i])
      counts = linear_counts_add(counts, linear_counts(plan->spare[i]));
  return counts;
}

struct linear_counts system_linear_counts(const struct system *system) {
  struct linear_counts sum = system->past;
  for (int i = 0; i < SYSTEM_PLANS; i++)
    if (system->plans[i].ready)
      sum = linear_counts_add(sum, counts_of(&system->plans[i]));
  return sum;
}

static void free_plan(struct system_plan *plan) {
  hd_free(&plan->row);
  hd_free(&plan->scale);
  linear_free(&plan->linear);
  for (int i = 0; i < SYSTEM_SPARES; i++)
    linear_free(&plan->spare[i]);
  stamp_free(&plan->stamp);
  sparse_free(&plan->matrix);
}

/** Free all plans, with the system. */
void system_free_plans(struct system *system) {
  for (int i = 0; i < SYSTEM_PLANS; i++)
    free_plan(&system->plans[i]);
}

/** Free the plan of a mode, if there is one; system_plan makes it anew. */
void system_drop_plan(struct system *system, enum system_mode mode, bool frozen) {
  struct system_plan *plan = find_plan(system, mode, frozen);
  if (plan->ready)
    system->past = linear_counts_add(system->past, counts_of(plan));
  free_plan(plan);
  *plan = (struct system_plan){0};
}

/* ---- checkpoints ---- */

enum hd_status system_save_factors(const struct system *system, struct store *store,
                                   struct hd_error *err) {
  double plans[SYSTEM_PLANS]; /* sets of factors */
  char name[STORE_NAME];
  for (int i = 0; i < SYSTEM_PLANS; i++) {
    const struct system_plan *plan = &system->plans[i];
    plans[i] = plan->ready ? 1.0 : 0.0;
    if (plan->ready)
      TRY(linear_save(plan->linear, store, store_name(name, "factors_%d", i), err));
    for (int k = 0; k < SYSTEM_SPARES && plan->spare[k]; k++, plans[i]++)
      TRY(linear_save(plan->spare[k], store, store_name(name, "factors_%d_spare_%d", i, k), err));
  }
  return store_put(store, "plans", SYSTEM_PLANS, plans, err);
}

/** Make the plans that there were, and their factors as they were. */
enum hd_status system_restore_factors(struct system *system, const struct store *store,
                                      struct hd_error *err) {
  double plans[SYSTEM_PLANS];
  char name[STORE_NAME];
  TRY(store_get(store, "plans", SYSTEM_PLANS, plans, err));
  for (int i = 0; i < SYSTEM_PLANS; i++) {
    enum system_mode mode = (enum system_mode)(i / 2);
    struct system_plan *plan;
    struct linear *spare;
    if (plans[i] > 0.0) {
      TRY(system_plan(system, mode, i % 2 != 0, &plan, err));
      TRY(linear_restore(plan->linear, store, store_name(name, "factors_%d", i), err));
    }
    for (int k = 0; k + 1 < (int)plans[i]; k++) {
      TRY(system_spare(system, mode, i % 2 != 0, k, &spare, err));
      TRY(linear_restore(spare, store, store_name(name, "factors_%d_spare_%d", i, k), err));
    }
  }
  return HD_OK;
}

/* ---- evaluate ---- */

static int all_finite(const double *values, int n) {
  double sum = 0.0;
  for (int i = 0; i < n; i++)
    sum += values[i] * 0.0;
  return sum == 0.0;
}

/** Residual of a mode whose plan is ready. */
int system_residual(struct system *system, const struct system_point *point, double *F) {
  struct system_plan *plan = find_plan(system, point->mode, point->frozen);
  double start = hd_clock();
  system->residuals++;
  system_assemble(system, plan, point, F, NULL);
  system->assembly_s += hd_clock() - start;
  return !all_finite(F, system->n);
}

/** Residual and matrix of a mode whose plan is ready. */
int system_jacobian(struct system *system, const struct system_point *point, double *F) {
  struct system_plan *plan = find_plan(system, point->mode, point->frozen);
  double start = hd_clock();
  system->jacobians++;
  stamp_replay(&plan->stamp, &plan->matrix);
  system_assemble(system, plan, point, F, &plan->stamp);
  system->assembly_s += hd_clock() - start;
  return !all_finite(F, system->n);
}

/** id[n]: 1 where a time derivative belongs to the unknown's own equation, 0 elsewhere. */
void system_differential(const struct system *system, bool frozen, double *id) {
  memset(id, 0, (size_t)system->n * sizeof *id);
  for (size_t i = 0; i < system->n_instances; i++) {
    const struct system_instance *instance = &system->instances[i];
    const struct device *device = instance->device;
    for (int k = 0; k < device->n_nodes; k++) {
      for (int s = 0; s < device->model.n_species; s++) {
        int g = instance->dof[k * device->n_unknowns + 1 + s];
        if (g < system->n && has_balance(device, k, s, SYSTEM_TRANSIENT, frozen))
          id[g] = 1.0;
      }
      if (device->model.heat >= 0 && !device->sink[k])
        id[instance->dof[k * device->n_unknowns + device->model.heat]] = 1.0;
    }
  }
  for (size_t e = 0; e < system->run->circuit.n_elements; e++) {
    const struct element *element = &system->elements[e];
    if (element->kind == ELEMENT_INDUCTOR)
      id[system->branch_base + (int)e] = 1.0;
    for (int end = 0; end < 2; end++)
      if (element->kind == ELEMENT_CAPACITOR && element->net[end] > 0)
        id[system_net_dof(system, element->net[end])] = 1.0;
  }
}
