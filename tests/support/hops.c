#include "tests/support/hops.h"

#include <check.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "solver/base/memory.h"

static void require(enum hd_status status, const struct hd_error *err) {
  ck_assert_msg(status == HD_OK, "%s", err->text);
}

/* ---- ions ---- */

void hops_open(struct hops *hops, const char *path, const char *const *sets) {
  struct hd_error err = {0};
  *hops = (struct hops){0};
  rig_open(&hops->rig, path, sets);
  const char *seed = getenv("HALIDRIFT_SEED");
  if (seed)
    hops->rig.plan.spec.stochastic.seed = atoi(seed);
  const struct device *device = rig_instance(&hops->rig)->device;
  const struct model *model = &device->model;
  int s = model->n_species - 1;
  size_t n = (size_t)device->n_nodes;
  require(hd_alloc(&hops->per_ion, n, sizeof(double), &err), &err);
  require(hd_alloc(&hops->dof, n, sizeof(int), &err), &err);
  hops->first = -1;
  for (int k = 0; k < device->n_nodes; k++) {
    double volume = device->species_volume[k * model->n_species + s];
    if (device->terminal_of[k] >= 0 || !(volume > 0.0))
      continue;
    if (hops->first < 0)
      hops->first = k;
    hops->per_ion[hops->n_cells] = 1.0 / (model->c_unit[s] * volume);
    hops->dof[hops->n_cells++] = rig_instance(&hops->rig)->dof[k * model->n_unknowns + 1 + s];
  }
  double shortest = INFINITY, D = 0.0;
  for (size_t e = 0; e < device->mesh->n_edge_parts; e++) {
    shortest = fmin(shortest, device->mesh->edge_parts[e].length);
    D = fmax(D, model->regions[device->mesh->edge_parts[e].region].species[s].D);
  }
  hops->diffusion_time = shortest * shortest / D;
}

void hops_start(struct hops *hops, const long *numbers) {
  struct hd_error err = {0};
  const struct transient_watch watch = {.enabled = false};
  struct rig *rig = &hops->rig;
  hopping_free(&hops->hopping);
  memset(rig->y, 0, (size_t)rig->system->n * sizeof(double));
  for (int c = 0; c < hops->n_cells; c++)
    rig->y[hops->dof[c]] = (double)numbers[c] * hops->per_ion[c];
  require(hopping_create(&hops->hopping, rig->system, 0, &watch, rig->y, &err), &err);
  require(hopping_start(hops->hopping, &err), &err);
}

double hops_run(struct hops *hops, double duration, int contact) {
  struct hd_error err = {0};
  enum transient_event event = TRANSIENT_STEP;
  int current = rig_instance(&hops->rig)->current_base + contact;
  double charge = 0.0;
  hopping_begin(hops->hopping, hopping_time(hops->hopping) + duration);
  while (event != TRANSIENT_STOP) {
    require(hopping_advance(hops->hopping, &event, &err), &err);
    charge += hopping_state(hops->hopping)[current] * hopping_last_step(hops->hopping);
  }
  return charge;
}

long hops_number(const struct hops *hops, int cell) {
  return lround(hopping_state(hops->hopping)[hops->dof[cell]] / hops->per_ion[cell]);
}

double hops_net(const struct hops *hops, int net) {
  return hopping_state(hops->hopping)[system_net_dof(hops->rig.system, net)];
}

/** Time in which no ion hops, of h^2 / D: a step of it settles the fields of a new voltage. */
static const double NO_TIME = 1e-9;

void hops_source(struct hops *hops, const char *name, double value) {
  int element = rig_element(&hops->rig, name);
  hops->rig.system->elements[element].waveform =
      (struct waveform){.kind = WAVEFORM_CONSTANT, .low = value};
  hops_run(hops, NO_TIME * hops->diffusion_time, 0);
}

void hops_close(struct hops *hops) {
  hopping_free(&hops->hopping);
  rig_close(&hops->rig);
  hd_free(&hops->per_ion);
  hd_free(&hops->dof);
}

/* ---- means ---- */

struct mean mean_begin(long n) {
  return (struct mean){.batch_size = n / BATCHES};
}

void mean_add(struct mean *mean, double value) {
  long batch = mean->n++ / mean->batch_size;
  if (batch >= BATCHES)
    return;
  mean->batch[batch] += value / (double)mean->batch_size;
  mean->sum += value / (double)(mean->batch_size * BATCHES);
}

double mean_value(const struct mean *mean) {
  return mean->sum;
}

double mean_error(const struct mean *mean) {
  double sum = 0.0;
  for (int b = 0; b < BATCHES; b++)
    sum += (mean->batch[b] - mean->sum) * (mean->batch[b] - mean->sum);
  return sqrt(sum / (BATCHES * (BATCHES - 1.0)));
}

void mean_require(const struct mean *mean, double law, double sigmas, double power,
                  const char *what) {
  double value = mean_value(mean), error = mean_error(mean);
  printf("%s: %.6g +- %.2g, law %.6g: ratio %.4f +- %.4f\n", what, value, error, law, value / law,
         error / fabs(law));
  ck_assert_msg(error <= power * fabs(law), "%s: standard error %g of %g is too large", what, error,
                law);
  ck_assert_msg(fabs(value - law) <= sigmas * error, "%s: got %g +- %g, the law is %g", what, value,
                error, law);
}

void mean_require_rate(const struct mean *rest, double law, double sigmas, double power,
                       const char *what) {
  double time = -log(law), off = -mean_value(rest) / (law * time);
  double error = mean_error(rest) / (law * time);
  printf("%s: rate over law %.4f +- %.4f\n", what, 1.0 + off, error);
  ck_assert_msg(error <= power, "%s: standard error %g is too large", what, error);
  ck_assert_msg(fabs(off) <= sigmas * error, "%s: the rate is %g +- %g of the law's", what,
                1.0 + off, error);
}

/* ---- points ---- */

void point_write(const char *file, const char *series, double x, double value, double error,
                 double law) {
  const char *folder = getenv("HALIDRIFT_POINTS");
  char path[PATH_MAX];
  if (!folder)
    return;
  snprintf(path, sizeof path, "%s/%s.csv", folder, file);
  FILE *out = fopen(path, "a");
  ck_assert_msg(out, "cannot write %s", path);
  fseek(out, 0, SEEK_END);
  if (ftell(out) == 0)
    fprintf(out, "series,x,value,error,law\n");
  fprintf(out, "%s,%.6g,%.6g,%.2g,%.6g\n", series, x, value, error, law);
  fclose(out);
}
