/* The assembled matrix is the derivative of the assembled residual: in every mode, geometry, with
 * everything switched on, at random states far from equilibrium. */
#include <check.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>
#include "solver/base/memory.h"
#include "tests/support/difference.h"
#include "tests/support/everything.h"
#include "tests/support/rig.h"

enum { MODES = 3, SEEDS = 3, CLASSES = 7 };

/** Rates of the time discretisation: none, ordinary, and so fast that storage is all there is. */
static const double cjs[] = {0.0, 3e7, 1e13};

/* ---- random numbers and states ---- */

/** splitmix64, -1..1. */
static double draw(uint64_t *seed) {
  uint64_t z = *seed += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return 2.0 * (double)((z ^ (z >> 31)) >> 11) * 0x1p-53 - 1.0;
}

/** Which kind of unknown g is, for directions that move one kind alone. */
enum kind { POTENTIAL, LEVEL, ION, FIELD, TEMPERATURE, DEVICE_ROW, CIRCUIT };

static void classify(const struct rig *rig, int *kind) {
  const struct system *system = rig->system;
  for (int g = 0; g < system->n; g++)
    kind[g] = g >= system->net_base ? CIRCUIT : DEVICE_ROW;
  for (size_t i = 0; i < system->n_instances; i++) {
    const struct system_instance *instance = &system->instances[i];
    const struct model *model = &instance->device->model;
    for (int a = 0; a < instance->device->n_nodes * model->n_unknowns; a++) {
      int g = instance->dof[a], j = a % model->n_unknowns;
      if (g < system->n)
        kind[g] = j == 0                  ? POTENTIAL
                  : j == model->heat      ? TEMPERATURE
                  : j > model->n_species  ? FIELD
                  : model->carrier[j - 1] ? LEVEL
                                          : ION;
    }
  }
}

/** Size of a perturbation of each kind: it moves the terms of the equations by about one. */
static double scale_of(int kind, bool branch) {
  static const double scale[CLASSES] = {0.05, 0.05, 0.2, 0.2, 10.0, 0.1, 0.2};
  return branch ? 1e-6 : scale[kind];
}

struct sample {
  int *kind;
  double *y, *yp, *d, *shifted, *shifted_p, *slope, *size, *rounding, *F[5];
};

static void sample_alloc(struct sample *sample, int n) {
  size_t count = (size_t)n + 1;
  double **arrays[] = {&sample->y,         &sample->yp,    &sample->d,    &sample->shifted,
                       &sample->shifted_p, &sample->slope, &sample->size, &sample->F[0],
                       &sample->rounding,  &sample->F[1],  &sample->F[2], &sample->F[3],
                       &sample->F[4]};
  ck_assert_int_eq(hd_alloc(&sample->kind, count, sizeof(int), NULL), HD_OK);
  for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
    ck_assert_int_eq(hd_alloc(arrays[i], count, sizeof(double), NULL), HD_OK);
}

static void sample_free(struct sample *sample) {
  double **arrays[] = {&sample->y,         &sample->yp,    &sample->d,    &sample->shifted,
                       &sample->shifted_p, &sample->slope, &sample->size, &sample->F[0],
                       &sample->rounding,  &sample->F[1],  &sample->F[2], &sample->F[3],
                       &sample->F[4]};
  hd_free(&sample->kind);
  for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
    hd_free(arrays[i]);
}

static double potential(const struct system_instance *instance, const double *y, int node) {
  return y[instance->dof[node * instance->device->n_unknowns]];
}

/** psi and its slope at a distance x along the ray of a link: the parabola through three nodes, or
 * the line through two. */
static double profile(const struct system_instance *instance, const struct tunnel_link *link,
                      const double *y, double x, double *slope) {
  double psi = potential(instance, y, link->node), back = link->x - link->x_before;
  double rise = (psi - potential(instance, y, link->before)) / back, curvature = 0.0;
  if (link->x_after > link->x) {
    double on = link->x_after - link->x;
    double next = (potential(instance, y, link->after) - psi) / on;
    curvature = 2.0 * (next - rise) / (on + back);
    rise += 0.5 * curvature * back;
  }
  double d = x - link->x;
  *slope = rise + curvature * d;
  return psi + rise * d + 0.5 * curvature * d * d;
}

/** Is a point of the quadrature level with the contact, or with the top that the image force
 * lowers?
 */
static bool is_level(const struct system_instance *instance, const struct tunnel_link *link,
                     const double *y, double x, double room) {
  double slope, contact = potential(instance, y, link->contact);
  double height = fabs(profile(instance, link, y, x, &slope) - contact);
  double lowered = 4.0 * link->image_barrier / x;
  return height < room || (lowered > 0.0 && fabs(height - lowered) < fmax(room, 0.05 * lowered));
}

/** Is this link near a corner of its law: a turn of the band near an end of the control volume, or
 * a level point where it falls away from the contact? */
static bool near_corner(const struct system_instance *instance, const struct tunnel_link *link,
                        const double *y) {
  static const double gauss[] = {0.211324865405187, 0.788675134594813};
  const double room = 0.1 * instance->device->model.V_T, length = link->to - link->from;
  const double charge = instance->device->model.charge[link->species];
  double bending[2], from = 0.0, to = 1.0;
  for (int end = 0; end < 2; end++) {
    double slope, x = end ? link->to : link->from;
    profile(instance, link, y, x, &slope);
    double image = link->image_bending > 0.0 ? link->image_bending / (x * x) : 0.0;
    bending[end] = (-charge * slope - image) * length;
    if (fabs(bending[end]) < room)
      return true;
  }
  double turn = bending[0] / (bending[0] - bending[1]);
  from = bending[0] < 0.0 ? turn : from;
  to = bending[1] < 0.0 ? turn : to;
  bool level = false;
  for (int i = 0; i < 2; i++)
    level |=
        is_level(instance, link, y, link->from + length * (from + (to - from) * gauss[i]), room);
  return level && fmax(bending[0], bending[1]) > 0.0;
}

/** Redraw potentials until no tunnelling link is near a corner. */
static void leave_corners(const struct rig *rig, struct sample *sample, uint64_t *seed) {
  bool again = true;
  for (int round = 0; again && round < 100; round++) {
    again = false;
    for (size_t i = 0; i < rig->system->n_instances; i++) {
      const struct system_instance *instance = &rig->system->instances[i];
      for (size_t l = 0; l < instance->device->n_links; l++) {
        const struct tunnel_link *link = &instance->device->links[l];
        if (!near_corner(instance, link, sample->y))
          continue;
        int N = instance->device->n_unknowns; /* flat bands: the neighbours decide, not the node */
        sample->y[instance->dof[link->node * N]] += 0.2 * draw(seed);
        sample->y[instance->dof[link->after * N]] += 0.2 * draw(seed);
        again = true;
      }
    }
  }
  ck_assert(!again);
}

/** A state with no order in it: fields of 10^8 V/m, levels split by many V_T, ions anywhere. */
static void random_state(const struct rig *rig, struct sample *sample, uint64_t *seed) {
  const struct system *system = rig->system;
  system_guess(system, sample->y);
  for (int g = 0; g < system->n; g++) {
    double r = draw(seed);
    bool branch = g >= system->branch_base;
    if (sample->kind[g] == ION || sample->kind[g] == FIELD)
      sample->y[g] = 0.5 + 0.4 * r;
    else if (sample->kind[g] == TEMPERATURE)
      sample->y[g] *= 1.0 + 0.3 * r;
    else
      sample->y[g] += (branch ? 1e-5 : 0.2) * r;
    sample->yp[g] = 1e7 * draw(seed) * scale_of(sample->kind[g], branch);
    system->frozen[g] = 0.5 + 0.3 * draw(seed);
  }
  for (size_t i = 0; i < system->n_instances; i++)
    for (size_t c = 0; c < system->instances[i].device->n_components; c++)
      system->instances[i].ion_total[c] = 1e3 * (1.0 + draw(seed));
  leave_corners(rig, sample, seed);
}

/* ---- the test ---- */

struct probe {
  struct rig *rig;
  struct sample *sample;
  struct system_point point;
  struct system_plan *plan;
  const char *what;
};

static void residual_at(const struct probe *probe, double h, double *F) {
  struct sample *sample = probe->sample;
  struct system_point point = probe->point;
  for (int g = 0; g < probe->rig->system->n; g++) {
    sample->shifted[g] = sample->y[g] + h * sample->d[g];
    sample->shifted_p[g] = sample->yp[g] + point.cj * h * sample->d[g];
  }
  point.y = sample->shifted;
  point.yp = point.mode == SYSTEM_TRANSIENT ? sample->shifted_p : NULL;
  ck_assert_int_eq(system_residual(probe->rig->system, &point, F), 0);
}

/** J d by row, the sum of the magnitudes that it is made of, and the rounding of the residual: that
 * of its terms, which are about as large as their derivatives times the unknowns; levels count from
 * the band, the affinity away. */
static void multiply(const struct probe *probe) {
  static const double affinity = 4.0; /* V: of the decks' materials */
  struct sample *sample = probe->sample;
  const struct sparse *matrix = &probe->plan->matrix;
  struct system_point point = probe->point;
  point.y = sample->y;
  point.yp = point.mode == SYSTEM_TRANSIENT ? sample->yp : NULL;
  ck_assert_int_eq(system_jacobian(probe->rig->system, &point, sample->F[4]), 0);
  memset(sample->slope, 0, (size_t)matrix->n * sizeof(double));
  memset(sample->size, 0, (size_t)matrix->n * sizeof(double));
  for (int64_t i = 0; i < matrix->n; i++)
    sample->rounding[i] = DBL_EPSILON * fabs(sample->F[4][i]);
  for (int64_t j = 0; j < matrix->n; j++)
    for (int64_t i = matrix->column[j]; i < matrix->column[j + 1]; i++) {
      double term = matrix->value[i] * sample->d[j];
      sample->slope[matrix->row[i]] += term;
      sample->size[matrix->row[i]] += fabs(term);
      double size = fabs(sample->y[j]) + (sample->kind[j] == LEVEL ? affinity : 0.0);
      sample->rounding[matrix->row[i]] += DBL_EPSILON * fabs(matrix->value[i]) * size;
    }
}

/** Every row of J d against the five-point difference of the residual along d. */
static void check_rows(const struct probe *probe) {
  /* Truncation: arguments move by up to 4 V_T h, a tenth of V_T away from the corners of the
   * tunnelling law, (4e-4 / 0.1)^4 / 30 = 1e-11; some roundings of the residual over h. */
  static const double h = 1e-4, tolerance = 1e-9, roundings = 16.0;
  struct sample *sample = probe->sample;
  for (int i = 0; i < 4; i++)
    residual_at(probe, (i < 2 ? i - 2 : i - 1) * h, sample->F[i]);
  multiply(probe);
  for (int g = 0; g < probe->rig->system->n; g++) {
    double near = sample->F[2][g] - sample->F[1][g], far = sample->F[3][g] - sample->F[0][g];
    double expected = (8.0 * near - far) / (12.0 * h);
    double error = fabs(sample->slope[g] - expected);
    double allowed = tolerance * sample->size[g] + roundings * sample->rounding[g] / h;
    char place[256];
    system_row_place(probe->rig->system, g, place, sizeof place);
    ck_assert_msg(error <= allowed, "%s: row %d, %s: J d = %.12g, differences %.12g, allowed %.3g",
                  probe->what, g, place, sample->slope[g], expected, allowed);
  }
}

/** The remainder |F(y + h d) - F(y) - h J d| falls as h^2. */
static void check_order(const struct probe *probe) {
  static const double clean = 1e-12; /* remainders are 1e-5 down to 1e-7 of the size */
  struct sample *sample = probe->sample;
  double remainder[4];
  multiply(probe);
  residual_at(probe, 0.0, sample->F[4]);
  for (int k = 0; k < 4; k++) {
    double h = 1e-3 / (double)(1 << k);
    residual_at(probe, h, sample->F[1]);
    remainder[k] = 0.0;
    for (int g = 0; g < probe->rig->system->n; g++) {
      double r = sample->F[1][g] - sample->F[4][g] - h * sample->slope[g];
      if (sample->rounding[g] < clean * sample->size[g])
        remainder[k] = fmax(remainder[k], fabs(r) / sample->size[g]);
    }
  }
  for (int k = 1; k < 4; k++)
    ck_assert_msg(remainder[k - 1] > 3.8 * remainder[k] && remainder[k - 1] < 4.2 * remainder[k],
                  "%s: remainders %g, %g, %g, %g do not fall as h^2", probe->what, remainder[0],
                  remainder[1], remainder[2], remainder[3]);
}

static void check_mode(struct rig *rig, struct sample *sample, int mode, bool frozen, double cj,
                       uint64_t *seed, const char *deck) {
  char what[160];
  struct hd_error err = {0};
  struct probe probe = {.rig = rig, .sample = sample, .what = what};
  probe.point = (struct system_point){
      .mode = (enum system_mode)mode, .frozen = frozen, .t = 1.3e-4, .cj = cj};
  ck_assert_int_eq(system_plan(rig->system, probe.point.mode, frozen, &probe.plan, &err), HD_OK);
  random_state(rig, sample, seed);
  for (int class = -1; class < CLASSES; class ++) {
    bool any = false;
    for (int g = 0; g < rig->system->n; g++) {
      bool moves = class < 0 || sample->kind[g] == class;
      double scale = scale_of(sample->kind[g], g >= rig->system->branch_base);
      sample->d[g] = moves ? draw(seed) * scale : 0.0;
      any = any || moves;
    }
    snprintf(what, sizeof what, "%s mode %d frozen %d cj %g class %d", deck, mode, frozen, cj,
             class);
    if (any)
      check_rows(&probe);
    if (class < 0)
      check_order(&probe);
  }
}

START_TEST(jacobian_is_the_derivative_of_the_residual) {
  struct rig rig;
  struct sample sample;
  uint64_t seed = 20 + (uint64_t)_i;
  rig_open(&rig, decks[_i].path, decks[_i].sets);
  sample_alloc(&sample, rig.system->n);
  classify(&rig, sample.kind);
  for (int round = 0; round < SEEDS; round++)
    for (int mode = 0; mode < MODES; mode++)
      for (int frozen = 0; frozen < 2; frozen++)
        for (size_t c = 0; c < (mode == SYSTEM_TRANSIENT ? sizeof cjs / sizeof *cjs : 1); c++)
          check_mode(&rig, &sample, mode, frozen, cjs[c], &seed, decks[_i].path);
  sample_free(&sample);
  rig_close(&rig);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("taylor");
  TCase *tcase = tcase_create("taylor");
  tcase_add_loop_test(tcase, jacobian_is_the_derivative_of_the_residual, 0, DECKS);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
