/* A chosen state made a solution by sources: order 2 of the whole coupled system; see README.md. */
#include <math.h>
#include "physics/model.h"
#include "solver/base/memory.h"
#include "tests/support/difference.h"
#include "tests/support/rig.h"

enum { LEVELS = 4, ELECTRON = 0, HOLE = 1, VACANCY = 2, FIELD = 1 + 3, KINDS = 7 };
static const char *const kinds[KINDS] = {
    "potential",        "electron level",   "hole level",         "vacancies",
    "vacancies' field", "electrons' field", "excess of the front"};

/** Everything the state needs to know of the device. */
struct film {
  const struct model *model;
  double L, k, ell2, psi_0, psi_L; /* psi at the ends, where both levels are zero */
  int field[2];                    /* unknowns: smoothed vacancies, smoothed electrons */
};

/** A function and its slope. */
struct jet {
  double f, d;
};

/** mean + part cos(m k x); `smooth`: the field whose source is that. */
static struct jet wave(const struct film *film, double x, int m, double mean, double part,
                       bool smooth) {
  double k = m * film->k, gain = smooth ? 1.0 : 1.0 + film->ell2 * k * k;
  return (struct jet){mean + part * gain * cos(k * x), -part * gain * k * sin(k * x)};
}

static struct jet share(const struct film *film, double x, bool smooth) {
  return wave(film, x, 1, 0.3, 0.1, smooth);
}

static struct jet electrons(const struct film *film, double x, bool smooth) {
  return wave(film, x, 2, 0.02, 0.01, smooth);
}

/** psi joins its values at the ends with zero slope and bulges between. */
static struct jet potential(const struct film *film, double x) {
  double half = 0.5 * (film->psi_0 - film->psi_L), k = film->k;
  return (struct jet){0.5 * (film->psi_0 + film->psi_L) + half * cos(k * x) +
                          0.05 * sin(k * x) * sin(k * x),
                      -half * k * sin(k * x) + 0.05 * k * sin(2.0 * k * x)};
}

/** a_0 + coupling S - eta of the electrons: their level over V_T, less psi. */
static struct jet binding(const struct film *film, double x) {
  const struct model *model = film->model;
  const struct model_species *row = &model->regions[0].species[ELECTRON];
  struct jet n = electrons(film, x, false), S = share(film, x, true);
  double per = model->c_unit[ELECTRON] / row->N, X = n.f * per, dX = n.d * per;
  double coupling = model->A[ELECTRON][film->field[0]];
  return (struct jet){row->a_0 + coupling * S.f - log(X / (1.0 - row->gamma * X)),
                      coupling * S.d - dX / X - row->gamma * dX / (1.0 - row->gamma * X)};
}

static struct jet electron_level(const struct film *film, double x) {
  struct jet psi = potential(film, x), bound = binding(film, x);
  double V_T = film->model->V_T;
  return (struct jet){psi.f + V_T * bound.f, psi.d + V_T * bound.d};
}

static struct jet hole_level(const struct film *film, double x) {
  double k = film->k;
  return (struct jet){0.08 * sin(k * x) * sin(k * x), 0.08 * k * sin(2.0 * k * x)};
}

static void exact(const struct film *film, double x, double *u) {
  u[0] = potential(film, x).f;
  u[1 + ELECTRON] = electron_level(film, x).f;
  u[1 + HOLE] = hole_level(film, x).f;
  u[1 + VACANCY] = share(film, x, false).f;
  u[film->field[0]] = share(film, x, true).f;
  u[film->field[1]] = electrons(film, x, true).f;
}

/* ---- sources ---- */

struct flux_at {
  const struct film *film;
  int s;
};

/** Particle flux of the continuous equations. */
static double flux(double x, const void *pointer) {
  const struct film *film = ((const struct flux_at *)pointer)->film;
  const struct model *model = film->model;
  int s = ((const struct flux_at *)pointer)->s;
  double D = model->regions[0].species[s].D;
  if (s == VACANCY) {
    struct jet theta = share(film, x, false);
    double drift = model->B[s][0] * potential(film, x).d +
                   model->B[s][film->field[0]] * share(film, x, true).d +
                   model->B[s][film->field[1]] * electrons(film, x, true).d;
    return -D * model->c_unit[s] * (theta.d + theta.f * (1.0 - theta.f) * drift);
  }
  double u[MODEL_UNKNOWNS] = {0};
  struct species_state state[MODEL_SPECIES];
  exact(film, x, u);
  model_state(model, 0, u, state);
  struct jet level = s == ELECTRON ? electron_level(film, x) : hole_level(film, x);
  return -D * state[s].c * model->charge[s] / model->V_T * level.d;
}

static double slope(double x, const void *pointer) {
  return potential(pointer, x).d;
}

/** The losses of the chosen state, to be made up by sources (kept in yp at the species' own rows,
 * m^-3 s^-1), and the immobile charge that goes with its potential. */
static void find_sources(struct rig *rig, const struct film *film) {
  const struct model *model = film->model;
  struct device *device = rig->system->devices[0];
  double h = 1e-3 * film->L;
  for (int k = 0; k < device->n_nodes; k++) {
    double x = device->mesh->x[k][0], u[MODEL_UNKNOWNS] = {0};
    struct species_state state[MODEL_SPECIES];
    struct model_reaction reaction;
    const int *dof = &rig_instance(rig)->dof[k * model->n_unknowns];
    exact(film, x, u);
    model_state(model, 0, u, state);
    model_react(model, 0, u, state, false, &reaction);
    double charge = -model->regions[0].eps * difference(slope, x, h, film) / model->q;
    for (int s = 0; s < model->n_species; s++) {
      struct flux_at at = {film, s};
      charge -= model->charge[s] * state[s].c;
      rig->yp[dof[1 + s]] = difference(flux, x, h, &at) + reaction.rate[s];
    }
    device->fixed_charge[device->mesh->first_part[k]] = charge;
    for (int j = 0; j < model->n_unknowns; j++)
      rig->y[dof[j]] = u[j];
  }
  for (size_t c = 0; c < device->n_contact_nodes; c++) {
    int node = device->contact_nodes[c].node;
    double x = device->mesh->x[node][0];
    device->contact_nodes[c].psi_offset = potential(film, x).f;
    device->held_value[node * model->n_species + VACANCY] = share(film, x, false).f;
  }
}

static double *entry(const struct sparse *matrix, int64_t row, int64_t column) {
  for (int64_t i = matrix->column[column]; i < matrix->column[column + 1]; i++)
    if (matrix->row[i] == row)
      return &matrix->value[i];
  ck_abort_msg("entry %lld, %lld is missing", (long long)row, (long long)column);
  return NULL;
}

/** F -= V source / M and its derivative, where carriers' rows are divided by their number M. */
static void add_sources(struct rig *rig, struct sparse *matrix) {
  const struct system_instance *instance = rig_instance(rig);
  const struct device *device = instance->device;
  const struct model *model = &device->model;
  for (int k = 0; k < device->n_nodes; k++)
    for (int s = 0; s < model->n_species; s++) {
      if (device->held[k * model->n_species + s])
        continue;
      const int *dof = &instance->dof[k * model->n_unknowns];
      int row = dof[1 + s];
      double per = rig->system->row_scale[row] * device->node_volume[k];
      const struct species_state *state = &instance->state[k * model->n_species + s];
      rig->F[row] -= per * rig->yp[row];
      for (int j = 0; model->carrier[s] && j < model->n_unknowns; j++)
        if (model->A[s][j] != 0.0)
          *entry(matrix, row, dof[j]) += per * rig->yp[row] * per * state->d_c * model->A[s][j];
    }
}

static void solve(struct rig *rig) {
  static const double no_storage = 1e-20; /* 1/s: keeps the row of the inflow regular */
  struct hd_error err = {0};
  struct system_plan *plan;
  double size = INFINITY;
  ck_assert_int_eq(system_plan(rig->system, SYSTEM_TRANSIENT, false, &plan, &err), HD_OK);
  struct system_point point = {.mode = SYSTEM_TRANSIENT, .y = rig->y, .cj = no_storage};
  for (int i = 0; i < 20 && size > 1e-11; i++) {
    ck_assert_int_eq(system_jacobian(rig->system, &point, rig->F), 0);
    add_sources(rig, &plan->matrix);
    ck_assert_int_eq(linear_factor(plan->linear), 0);
    ck_assert_int_eq(linear_solve(plan->linear, rig->F), 0);
    size = 0.0;
    for (int g = 0; g < rig->system->n; g++) {
      rig->y[g] -= rig->F[g];
      if (g < rig_instance(rig)->current_base)
        size = fmax(size, fabs(rig->F[g]));
    }
  }
  ck_assert_double_le(size, 1e-11);
}

static struct film make_film(const struct rig *rig) {
  const struct device *device = rig_instance(rig)->device;
  struct film film = {.model = &device->model, .L = 40e-9};
  film.k = acos(-1.0) / film.L;
  film.ell2 = film.model->regions[0].ell2;
  film.field[0] = FIELD + film.model->field[VACANCY];
  film.field[1] = FIELD + film.model->field[ELECTRON];
  film.psi_0 = -film.model->V_T * binding(&film, 0.0).f;
  film.psi_L = -film.model->V_T * binding(&film, film.L).f;
  return film;
}

/** Largest error of each kind of unknown; potentials over V_T. */
static void level_errors(int level, double *error) {
  struct rig rig;
  char intervals[64];
  snprintf(intervals, sizeof intervals, "device.mesh.intervals=%d", 40 << level);
  rig_open(&rig, "validation/manufactured/case.cfg", (const char *const[]){intervals, NULL});
  struct film film = make_film(&rig);
  ck_assert_int_eq(film.model->n_unknowns, KINDS);
  find_sources(&rig, &film);
  solve(&rig);
  for (int j = 0; j < KINDS; j++)
    error[j] = 0.0;
  for (int k = 0; k < rig_instance(&rig)->device->n_nodes; k++) {
    double u[MODEL_UNKNOWNS] = {0};
    exact(&film, rig_instance(&rig)->device->mesh->x[k][0], u);
    for (int j = 0; j < KINDS; j++) {
      double unit = j < 3 ? film.model->V_T : 1.0;
      error[j] = fmax(error[j], fabs(rig_unknown(&rig, k, j) - u[j]) / unit);
    }
  }
  rig_close(&rig);
}

START_TEST(coupled_system_converges_with_order_2) {
  double error[LEVELS][KINDS];
  for (int level = 0; level < LEVELS; level++)
    level_errors(level, error[level]);
  for (int j = 0; j < KINDS; j++)
    for (int level = 1; level < LEVELS; level++) {
      double order = log2(error[level - 1][j] / error[level][j]);
      printf("%s: error %.3e, order %.3f\n", kinds[j], error[level][j], order);
      /* 10 % on the two coarser meshes, where the next term still counts; 2 % on the finest. */
      ck_assert_msg(fabs(order - 2.0) < (level + 1 < LEVELS ? 0.2 : 0.04), "%s: order %g", kinds[j],
                    order);
    }
}
END_TEST

int main(void) {
  return run_suite("manufactured",
                   (const TTest *const[]){coupled_system_converges_with_order_2, NULL});
}
