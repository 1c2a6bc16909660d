#include "solver/stability.h"

#include <arpack/arpack.h>
#include <float.h>
#include <math.h>
#include <string.h>
#include "solver/base/memory.h"

/* Small deviations v exp(mu t) from a steady state obey (J + mu M) v = 0 with J = dF/dy and
 * M = dF/dy' of the transient equations. About a shift sigma > 0 the operator
 *   T = (J + sigma M)^-1 M   has the eigenvalues   nu = 1 / (sigma - mu)
 * so the modes next to sigma come out first (Lehoucq, Sorensen & Yang 1998, ARPACK). J + sigma M is
 * the matrix of a transient step with c_j = sigma. */

/** M is the matrix with this c_j over it: what J adds, at most 1e16 1/s, is below rounding. */
static const double RATE_INFINITE = 1e35;
/** Modes that are looked for about one shift, and the Krylov space for them. */
enum { MODES = 3, SPACE = 12, RESTARTS = 100 };
/** Relative error of nu. */
static const double TOLERANCE = 1e-10;
/** The shift lies between these multiples of the leading rate: closer it could be beyond a faster
 * mode, farther rounding would show. */
static const double SHIFT_NEAR = 2.0, SHIFT_FAR = 1e4, SHIFT_AIM = 20.0;
/** First shift, 1/s; the shifts' bounds: slower and faster modes are no deviations of a device. */
static const double SHIFT_FIRST = 1e6, SHIFT_MIN = 1e-6, SHIFT_MAX = 1e15;
enum { SHIFTS = 12 };
/** Part of a start that is not the modes of the state before, so that others are found, too. */
static const double REST = 0.1;

struct stability {
  int n;
  bool frozen;
  double shift;                   /* 1/s: the last one */
  double *M;                      /* [entries] owned: values of dF/dy' */
  double *mode;                   /* [n + 1] owned: the leading deviation */
  bool real;                      /* the leading mode does not oscillate */
  double *seed;                   /* [n] owned: sum of the modes found last; 0: there are none */
  double *start, *basis;          /* [n], [n * SPACE] owned work of ARPACK */
  double *vectors, *work, *inner; /* [n * (MODES + 1)], [3 n], [3 SPACE (SPACE + 2)] the same */
  double *F;                      /* [n + 1] owned work */
};

enum hd_status stability_create(struct stability **out, const struct system *system, bool frozen,
                                struct hd_error *err) {
  struct stability *stability = NULL;
  size_t n = (size_t)system->n;
  TRY(hd_alloc(&stability, 1, sizeof *stability, err));
  *out = stability;
  stability->n = system->n;
  stability->frozen = frozen;
  stability->shift = SHIFT_FIRST;
  TRY(linear_blas_threads(system->run->solver.blas_threads, err)); /* ARPACK's vectors are short */
  TRY(hd_alloc(&stability->mode, n + 1, sizeof(double), err));
  TRY(hd_alloc(&stability->F, n + 1, sizeof(double), err));
  TRY(hd_alloc(&stability->seed, n, sizeof(double), err));
  TRY(hd_alloc(&stability->start, n, sizeof(double), err));
  TRY(hd_alloc(&stability->basis, n * SPACE, sizeof(double), err));
  TRY(hd_alloc(&stability->vectors, n * (MODES + 1), sizeof(double), err));
  TRY(hd_alloc(&stability->work, 3 * n, sizeof(double), err));
  return hd_alloc(&stability->inner, 3 * SPACE * (SPACE + 2), sizeof(double), err);
}

/** Free; NULL is accepted. */
void stability_free(struct stability **stability) {
  if (!*stability)
    return;
  hd_free(&(*stability)->M);
  hd_free(&(*stability)->mode);
  hd_free(&(*stability)->F);
  hd_free(&(*stability)->seed);
  hd_free(&(*stability)->start);
  hd_free(&(*stability)->basis);
  hd_free(&(*stability)->vectors);
  hd_free(&(*stability)->work);
  hd_free(&(*stability)->inner);
  hd_free(stability);
}

/* ---- the operator ---- */

/** Values of the matrix dF/dy + cj dF/dy' at y. */
static enum hd_status matrix_at(struct stability *stability, struct system *system, const double *y,
                                double cj, struct system_plan **plan, struct hd_error *err) {
  TRY(system_plan(system, SYSTEM_TRANSIENT, stability->frozen, plan, err));
  struct system_point point = {
      .mode = SYSTEM_TRANSIENT, .frozen = stability->frozen, .y = y, .cj = cj};
  if (system_jacobian(system, &point, stability->F))
    return hd_fail(err, HD_CONVERGENCE, "the equations have no finite matrix at this state");
  return HD_OK;
}

/** M of this state. */
static enum hd_status fill_storage(struct stability *stability, struct system *system,
                                   const double *y, struct hd_error *err) {
  struct system_plan *plan;
  TRY(matrix_at(stability, system, y, RATE_INFINITE, &plan, err));
  size_t entries = (size_t)plan->matrix.column[plan->matrix.n];
  TRY(hd_resize(&stability->M, entries, sizeof(double), err));
  for (size_t i = 0; i < entries; i++)
    stability->M[i] = plan->matrix.value[i] / RATE_INFINITE;
  return HD_OK;
}

/** Is the number of these ions conserved in transients? */
static bool is_conserved(const struct stability *stability, const struct ion_component *ions) {
  return !stability->frozen && ions->n_exchange == 0;
}

/** Take ions of one component out of a deviation until it holds none: in proportion to the ions
 * that are there. */
static void empty_component(const struct system *system, size_t i, int c, const double *y,
                            double *v) {
  const struct system_instance *instance = &system->instances[i];
  const struct device *device = instance->device;
  double excess = system_ion_count(system, v, (int)i, c) / system_ion_count(system, y, (int)i, c);
  int s = device->components[c].species;
  for (int k = 0; k < device->n_nodes; k++) {
    int g = instance->dof[k * device->n_unknowns + 1 + s];
    if (device->component[k * device->model.n_species + s] == c && g < system->n)
      v[g] -= excess * y[g];
  }
}

/**
 * The deviations that a device can show hold no ions where all contacts block, and count no
 * inflow: each counter, and each number that is conserved, is a mode of rate zero that says
 * nothing. T maps this space into itself; this takes out what rounding brought in.
 */
static void project(const struct stability *stability, const struct system *system, const double *y,
                    double *v) {
  system_clear_inflow(system, v);
  for (size_t i = 0; i < system->n_instances; i++)
    for (size_t c = 0; c < system->instances[i].device->n_components; c++)
      if (is_conserved(stability, &system->instances[i].device->components[c]))
        empty_component(system, i, (int)c, y, v);
}

/** out = T v. 0: done. */
static int apply(struct stability *stability, const struct system *system, struct system_plan *plan,
                 const double *y, const double *v, double *out) {
  const struct sparse *matrix = &plan->matrix;
  memset(out, 0, (size_t)stability->n * sizeof *out);
  for (int64_t j = 0; j < matrix->n; j++)
    for (int64_t at = matrix->column[j]; at < matrix->column[j + 1]; at++)
      out[matrix->row[at]] += stability->M[at] * v[j];
  int failed = linear_solve(plan->linear, out);
  project(stability, system, y, out);
  return failed;
}

/* ---- ARPACK ---- */

/** nu[MODES + 1] as found about one shift. */
struct spectrum {
  int count;
  double re[MODES + 1], im[MODES + 1];
};

/** A start that has a part of every mode, and is the same in every run: mostly the sum of the modes
 * of the state before. */
static void fill_start(struct stability *stability, const struct system *system, const double *y) {
  double size = 0.0;
  for (int g = 0; g < stability->n; g++)
    size += stability->seed[g] * stability->seed[g];
  double scale = size > 0.0 ? sqrt((double)stability->n / size) : 0.0;
  double rest = size > 0.0 ? REST : 1.0;
  for (int g = 0; g < stability->n; g++)
    stability->start[g] = scale * stability->seed[g] + rest * (1.0 + 0.5 * sin(1.0 + g));
  project(stability, system, y, stability->start);
}

/** The sum of the modes that were found, as the seed of the next start. */
static void keep_seed(struct stability *stability, const struct spectrum *spectrum) {
  size_t n = (size_t)stability->n;
  memset(stability->seed, 0, n * sizeof(double));
  for (int i = 0; i < spectrum->count; i++)
    for (size_t g = 0; g < n; g++)
      stability->seed[g] += stability->vectors[(size_t)i * n + g];
}

/** Eigenvalues of T next to the shift, and their vectors. Returns 0, or ARPACK's complaint. */
static int find(struct stability *stability, const struct system *system, struct system_plan *plan,
                const double *y, struct spectrum *spectrum) {
  int n = stability->n, ido = 0, info = 1;
  int space = n < SPACE ? n : SPACE, modes = n - 2 < MODES ? n - 2 : MODES;
  a_int iparam[11] = {1, 0, RESTARTS, 1, 0, 0, 1}, pointer[14] = {0};
  a_int select[SPACE] = {0}, inner = 3 * SPACE * (SPACE + 2);
  double workev[3 * SPACE];
  fill_start(stability, system, y);
  do {
    dnaupd_c(&ido, "I", n, "LM", modes, TOLERANCE, stability->start, space, stability->basis, n,
             iparam, pointer, stability->work, stability->inner, inner, &info);
    double *work = stability->work - 1; /* Fortran counts from 1 */
    if ((ido == 1 || ido == -1) &&
        apply(stability, system, plan, y, &work[pointer[0]], &work[pointer[1]]))
      return 1;
  } while (ido == 1 || ido == -1);
  if (info != 0)
    return (int)info;
  dneupd_c(1, "A", select, spectrum->re, spectrum->im, stability->vectors, n, 0.0, 0.0, workev, "I",
           n, "LM", modes, TOLERANCE, stability->start, space, stability->basis, n, iparam, pointer,
           stability->work, stability->inner, inner, &info);
  spectrum->count = (int)iparam[4];
  keep_seed(stability, spectrum);
  return (int)info;
}

/* ---- modes ---- */

/** Modes of a spectrum; those that are as good as infinitely fast are left out. beyond: one of them
 * is faster than the shift. Returns the index of the leading one, -1: there is none. */
static int read_modes(const struct spectrum *spectrum, double shift, struct stability_modes *modes,
                      bool *beyond) {
  int leading = -1;
  double largest = 0.0;
  *modes = (struct stability_modes){.rate = -INFINITY};
  *beyond = false;
  for (int i = 0; i < spectrum->count; i++)
    largest = fmax(largest, hypot(spectrum->re[i], spectrum->im[i]));
  for (int i = 0; i < spectrum->count; i++) {
    double size = hypot(spectrum->re[i], spectrum->im[i]);
    if (!(size > sqrt(TOLERANCE) * largest))
      continue;
    double rate = shift - spectrum->re[i] / size / size;
    modes->unstable += rate > 0.0;
    *beyond = *beyond || rate > shift;
    if (rate <= modes->rate)
      continue;
    leading = i;
    modes->rate = rate;
    modes->frequency = fabs(spectrum->im[i]) / size / size;
  }
  return leading;
}

/** The spectrum about stability->shift. */
static enum hd_status look(struct stability *stability, struct system *system, const double *y,
                           struct spectrum *spectrum, struct hd_error *err) {
  struct system_plan *plan;
  TRY(matrix_at(stability, system, y, stability->shift, &plan, err));
  if (linear_factor(plan->linear))
    return hd_fail(err, HD_CONVERGENCE,
                   "the matrix of deviations is singular at a shift of %.3g 1/s", stability->shift);
  int info = find(stability, system, plan, y, spectrum);
  return info == 0
             ? HD_OK
             : hd_fail(err, HD_CONVERGENCE, "the modes about %.3g 1/s were not found (ARPACK: %d)",
                       stability->shift, info);
}

/** The next shift for a leading rate; the same one: it was good. */
static double choose_shift(double shift, double rate, bool beyond) {
  double size = fmin(fmax(fabs(rate), SHIFT_MIN), SHIFT_MAX);
  if (beyond || shift < SHIFT_NEAR * rate)
    return fmin(SHIFT_AIM * size, SHIFT_MAX);
  return shift > SHIFT_FAR * size ? SHIFT_AIM * size : shift;
}

/**
 * The leading modes. The shift of the state before is the first one here; it moves until it is
 * above the leading rate and of its size.
 * modes   out
 * Errors  HD_CONVERGENCE, HD_MEMORY
 */
enum hd_status stability_modes(struct stability *stability, struct system *system, const double *y,
                               struct stability_modes *modes, struct hd_error *err) {
  TRY(fill_storage(stability, system, y, err));
  struct spectrum spectrum = {0};
  for (int i = 0; i < SHIFTS; i++) {
    bool beyond;
    TRY(look(stability, system, y, &spectrum, err));
    int leading = read_modes(&spectrum, stability->shift, modes, &beyond);
    if (leading < 0)
      return hd_fail(err, HD_CONVERGENCE, "nothing in this system changes with time");
    stability->real = spectrum.im[leading] == 0.0;
    memcpy(stability->mode, &stability->vectors[(size_t)leading * (size_t)stability->n],
           (size_t)stability->n * sizeof(double));
    double next = choose_shift(stability->shift, modes->rate, beyond);
    if (next == stability->shift)
      break;
    stability->shift = next;
  }
  return HD_OK;
}

const double *stability_mode(const struct stability *stability) {
  return stability->real ? stability->mode : NULL;
}

enum hd_status stability_save(const struct stability *stability, struct store *store,
                              struct hd_error *err) {
  TRY(store_put(store, "stability_seed", (size_t)stability->n, stability->seed, err));
  return store_put_number(store, "stability_shift", stability->shift, err);
}

enum hd_status stability_restore(struct stability *stability, const struct store *store,
                                 struct hd_error *err) {
  TRY(store_get(store, "stability_seed", (size_t)stability->n, stability->seed, err));
  return store_get(store, "stability_shift", 1, &stability->shift, err);
}
