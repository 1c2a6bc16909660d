/* How the energies of all ions, and all other unknowns, answer to ions that moved. */
#include <string.h>
#include "solver/base/memory.h"
#include "solver/hop_fields.h"

/** Most bytes of answers that are kept; 0.25 GB are those of 5800 cells. */
static const size_t ROOM = (size_t)1 << 28;
/** New answers that are kept of one event or leap: both ends of a hop. */
enum { LEARNT = 2 };

/* ---- create ---- */

enum hd_status hop_answers_create(struct hop_answers *answers, const struct lattice *lattice,
                                  struct hd_error *err) {
  struct system *system = lattice->system;
  size_t n = (size_t)system->n;
  for (size_t i = 0; i < system->n_instances; i++) {
    size_t points = (size_t)lattice->blocks[i].n_points;
    answers->room += points * points;
  }
  if (answers->room > ROOM / sizeof(double))
    answers->room = ROOM / sizeof(double);
  TRY(hd_alloc(&answers->values, answers->room, sizeof(double), err));
  TRY(hd_alloc(&answers->column, (size_t)lattice->n_points, sizeof(double *), err));
  return hd_alloc(&answers->change, n + 1, sizeof(double), err);
}

/** Free what it holds; the factors are the system's. */
void hop_answers_free(struct hop_answers *answers) {
  hd_free(&answers->values);
  hd_free(&answers->column);
  hd_free(&answers->change);
}

/**
 * Take new factors for the answers, at the present state, and forget the old ones. Everything but
 * the ions answers as it does within a step. Without new factors there are no answers until the
 * next try.
 */
void hop_fields_respond(struct hop_fields *fields, const struct lattice *lattice, double t,
                        double step) {
  struct hop_answers *answers = &fields->answers;
  answers->factors = NULL;
  if (hop_fields_prepare(fields, t, step, true))
    return;
  answers->factors = fields->factors;
  answers->used = 0;
  memset(answers->column, 0, (size_t)lattice->n_points * sizeof *answers->column);
}

/* ---- answer ---- */

/** dv of one species at a node by all its unknowns, applied to a change of them. */
static double energy_change(const struct system *system, const struct lattice_point *point,
                            const double *change) {
  const struct system_instance *instance = &system->instances[point->instance];
  const struct device *device = instance->device;
  const struct model *model = &device->model;
  const int *dof = &instance->dof[point->node * model->n_unknowns];
  double sum = 0.0;
  for (int j = 0; j < model->n_unknowns; j++)
    sum += model->B[point->species][j] * change[dof[j]];
  const struct species_state *state = &instance->state[point->part * (size_t)model->n_species];
  for (int t = 0; model->has_local && t < model->n_species; t++)
    for (int j = 0; j < model->n_unknowns; j++)
      sum -= model->local[point->species][t] * state[t].d_c * state[t].scale / model->c_unit[t] *
             model->A[t][j] * change[dof[j]];
  return sum;
}

/** More ions at a point: their number, if it is a cell, and the charge -z q w that their way there
 * moves into every terminal within the step. */
static void add_ions(const struct hop_fields *fields, const struct lattice *lattice, int p,
                     double ions, double *to) {
  const struct system *system = fields->system;
  const struct lattice_point *point = &lattice->points[p];
  const struct lattice_block *block = &lattice->blocks[point->instance];
  const struct system_instance *instance = &system->instances[point->instance];
  const struct device *device = instance->device;
  const struct hop_factors *factors = fields->answers.factors;
  double charge = device->model.q * device->model.charge[point->species] * ions;
  if (p - block->first < block->n_cells)
    to[point->dof] += point->per_ion * ions;
  for (int T = 0; T + 1 < device->n_terminals; T++) { /* the last row is the sum of all */
    int row = instance->current_base + T;
    double w = device->weight[T * device->n_nodes + point->node];
    to[row] -= charge * w / factors->step * factors->row_scale[row];
  }
}

static void begin(const struct hop_fields *fields) {
  memset(fields->answers.change, 0, ((size_t)fields->n + 1) * sizeof(double));
}

static void solve(const struct hop_fields *fields) {
  linear_solve(fields->answers.factors->linear, fields->answers.change);
  fields->answers.change[fields->n] = 0.0;
}

/** dv_i / dN_p of all points i of a block, by one back-substitution; NULL: there is no room. */
static const double *learn(struct hop_fields *fields, const struct lattice *lattice, int p) {
  struct hop_answers *answers = &fields->answers;
  const struct lattice_block *block = &lattice->blocks[lattice->points[p].instance];
  double *column = &answers->values[answers->used];
  if (answers->used + (size_t)block->n_points > answers->room)
    return NULL;
  answers->used += (size_t)block->n_points;
  begin(fields);
  add_ions(fields, lattice, p, 1.0, answers->change);
  solve(fields);
  for (int i = 0; i < block->n_points; i++)
    column[i] = energy_change(fields->system, &lattice->points[block->first + i], answers->change);
  return column;
}

/** Points whose answer is not kept: all together by one back-substitution. */
static void answer_together(struct hop_fields *fields, struct lattice *lattice,
                            const long *before) {
  bool any = false;
  begin(fields);
  for (int p = 0; p < lattice->n_points; p++) {
    long moved = lattice->points[p].count - before[p];
    if (moved == 0 || fields->answers.column[p])
      continue;
    add_ions(fields, lattice, p, (double)moved, fields->answers.change);
    any = true;
  }
  if (!any)
    return;
  solve(fields);
  for (int i = 0; i < lattice->n_points; i++)
    lattice->v[i] += energy_change(fields->system, &lattice->points[i], fields->answers.change);
}

/** The answer to ions at a point, at all points of its block. */
static void add_column(struct lattice *lattice, int p, double ions, const double *column) {
  const struct lattice_block *block = &lattice->blocks[lattice->points[p].instance];
  double *v = &lattice->v[block->first];
  for (int i = 0; i < block->n_points; i++)
    v[i] += ions * column[i];
}

/**
 * Let the energies follow the ions that moved since the numbers `known`, by linear response, and
 * make these the present ones. The answer to an ion at a point is kept from when the point is first
 * asked for, two in an event or leap, as far as there is room; all others are worked out together.
 * So no event or leap takes more than three back-substitutions, and most take none.
 */
void hop_fields_answer(struct hop_fields *fields, struct lattice *lattice, long *known) {
  const double **column = fields->answers.column;
  int learnt = 0;
  for (int p = 0; p < lattice->n_points; p++)
    if (lattice->points[p].count != known[p] && !column[p] && learnt++ < LEARNT)
      column[p] = learn(fields, lattice, p);
  if (learnt > 0)
    answer_together(fields, lattice, known);
  for (int p = 0; p < lattice->n_points; p++) {
    long moved = lattice->points[p].count - known[p];
    if (moved == 0)
      continue;
    if (column[p])
      add_column(lattice, p, (double)moved, column[p]);
    known[p] += moved;
  }
}

/** Change of all unknowns by the ions that moved since the numbers `before`, into `change`: those
 * that the rows of the answers' factors have. */
void hop_fields_change(struct hop_fields *fields, const struct lattice *lattice, const long *before,
                       double *change) {
  begin(fields);
  for (int p = 0; p < lattice->n_points; p++)
    if (lattice->points[p].count != before[p])
      add_ions(fields, lattice, p, (double)(lattice->points[p].count - before[p]),
               fields->answers.change);
  solve(fields);
  memcpy(change, fields->answers.change, ((size_t)fields->n + 1) * sizeof(double));
}
