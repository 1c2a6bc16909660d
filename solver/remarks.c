#include "solver/remarks.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "solver/base/memory.h"
#include "solver/attraction.h"
#include "solver/front.h"
#include "solver/langevin_window.h"
#include "solver/lattice.h"

/** Slack of lengths that are the smoothing length but for the shares of an axis, h / ell. */
static const double ROUNDING = 1e-6;

enum hd_status remarks_add(struct remarks *remarks, struct hd_error *err, const char *format, ...) {
  char text[HD_ERROR_TEXT];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  TRY(hd_resize(&remarks->text, remarks->n + 1, sizeof *remarks->text, err));
  return hd_strdup(&remarks->text[remarks->n++], text, err);
}

/* ---- what there is to say ---- */

/** The mesh is too coarse where a front can go. */
static enum hd_status add_front(struct remarks *remarks, const struct run_spec *spec,
                                const struct device *device, struct hd_error *err) {
  struct front_zones fronts;
  struct front front;
  char text[HD_ERROR_TEXT];
  enum hd_status status = mesh_device_fronts(&fronts, spec, device->spec, err);
  if (status == HD_OK &&
      front_expected(device->spec, device->mesh, &fronts, 1 + ROUNDING, &front)) {
    front_foretell(device->mesh->dimension, &front, text, sizeof text);
    status = remarks_add(remarks, err, "device %s: %s", device->spec->name, text);
  }
  front_zones_free(&fronts);
  return status;
}

/** Forces do not stand for so few ions, or for so long an interval. */
static enum hd_status add_forces(struct remarks *remarks, const struct run_spec *spec,
                                 const struct device *device, struct hd_error *err) {
  char text[HD_ERROR_TEXT];
  for (int i = 0; i < LANGEVIN_REMARKS; i++)
    if (langevin_remark(spec, device->spec, device->mesh, i, text, sizeof text))
      TRY(remarks_add(remarks, err, "device %s: %s", device->spec->name, text));
  return HD_OK;
}

/** Attraction does not let random ions be in equilibrium, or has no limit. */
static enum hd_status add_attraction(struct remarks *remarks, const struct device *device,
                                     int engine, struct hd_error *err) {
  char text[HD_ERROR_TEXT];
  for (size_t i = 0; i < device->spec->n_interactions; i++)
    for (int k = 0; k < ATTRACTION_REMARKS; k++)
      if (attraction_remark(device, engine, i, k, text, sizeof text))
        TRY(remarks_add(remarks, err, "device %s: %s", device->spec->name, text));
  return HD_OK;
}

/** Cells of single ions, if they can hop there. */
static enum hd_status add_cells(struct remarks *remarks, struct system *system,
                                struct hd_error *err) {
  struct lattice *lattice = NULL;
  char text[HD_ERROR_TEXT];
  enum hd_status status = lattice_create(&lattice, system, err);
  for (int i = 0; i < LATTICE_REMARKS && status == HD_OK; i++)
    if (lattice_remark(lattice, i, text, sizeof text))
      status = remarks_add(remarks, err, "%s", text);
  lattice_free(&lattice);
  return status;
}

/** The engine that moves ions at random in some experiment of the run. */
static int used_engine(const struct run_spec *spec) {
  for (size_t i = 0; i < spec->n_experiments; i++)
    if (spec->experiments[i].type == EXPERIMENT_TRANSIENT && !spec->experiments[i].frozen_ions)
      return spec->stochastic.engine;
  return ENGINE_NONE;
}

/**
 * Where the methods of a run are not to be trusted: fronts on coarse meshes; cells, laws and forces
 * of random ions, when an experiment moves them.
 * remarks out
 * system  of the run; only looked at
 * Errors  HD_INPUT: laws or cells that single ions do not know; HD_MEMORY
 */
enum hd_status remarks_create(struct remarks *remarks, struct system *system,
                              struct hd_error *err) {
  const struct run_spec *spec = system->run;
  int engine = used_engine(spec);
  *remarks = (struct remarks){0};
  for (size_t d = 0; d < system->n_devices; d++) {
    TRY(add_front(remarks, spec, system->devices[d], err));
    if (engine == ENGINE_LANGEVIN)
      TRY(add_forces(remarks, spec, system->devices[d], err));
    if (engine != ENGINE_NONE)
      TRY(add_attraction(remarks, system->devices[d], engine, err));
  }
  return engine == ENGINE_INTEGER ? add_cells(remarks, system, err) : HD_OK;
}

void remarks_free(struct remarks *remarks) {
  for (size_t i = 0; i < remarks->n; i++)
    hd_free(&remarks->text[i]);
  hd_free(&remarks->text);
  remarks->n = 0;
}

/* ---- who hears it ---- */

bool remarks_have(const struct remarks *remarks, const char *text) {
  for (size_t i = 0; i < remarks->n; i++)
    if (strcmp(remarks->text[i], text) == 0)
      return true;
  return false;
}

void remarks_tell(const struct remarks *remarks, struct progress *progress) {
  for (size_t i = 0; i < remarks->n; i++)
    progress_note(progress, PROGRESS_NORMAL, "%s", remarks->text[i]);
}

enum hd_status remarks_lines(const struct remarks *remarks, char **text, struct hd_error *err) {
  size_t size = 1, at = 0;
  for (size_t i = 0; i < remarks->n; i++)
    size += strlen(remarks->text[i]) + 1;
  TRY(hd_alloc(text, size, 1, err));
  for (size_t i = 0; i < remarks->n; i++)
    at += (size_t)snprintf(*text + at, size - at, "%s%s", i > 0 ? "\n" : "", remarks->text[i]);
  return HD_OK;
}
