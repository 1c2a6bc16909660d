#include "solver/derived.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include "geometry/body.h"
#include "solver/base/memory.h"
#include "solver/temperature.h"

/** A filament is where more than this share of an ion's sites is taken. */
static const double FILAMENT = 0.5;

/** An ion of a device instance. */
struct ion {
  size_t instance;
  int species;
  struct body_finder *finder; /* owned; NULL: no site limit, so no filament */
  double number;              /* of the present state */
  struct body body;
};

struct column {
  const struct derived_law *law;
  size_t of; /* index of the ion, or of the instance where the law is per device */
  char name[DERIVED_NAME];
};

struct derived {
  const struct system *system; /* borrowed */
  long exchanges;              /* of the system, when the finders were made */
  size_t n_ions, n_columns;
  struct ion *ions;       /* [n_ions] owned */
  struct column *columns; /* [n_columns] owned */
  double *field;          /* [most nodes of a device] owned work */
};

/* ---- the laws ---- */

enum { ION_NUMBER, FILAMENT_LENGTH, FILAMENT_GAP, RADIUS_MIN, RADIUS_MEAN, PEAK_TEMPERATURE };

const struct derived_law derived_laws[] = {
    [ION_NUMBER] = {"ion_number", "", DERIVED_ION, "Number of ions of this kind in the device."},
    [FILAMENT_LENGTH] = {"filament_length", "m", DERIVED_ION,
                         "Largest distance of the filament from the contact that it stands on; 0: "
                         "there is none. The filament is where more than half of the ion's sites "
                         "are taken, as far as it hangs together with a contact; of several "
                         "contacts, the one from which it reaches furthest. Ions with a site limit "
                         "only."},
    [FILAMENT_GAP] = {"filament_gap", "m", DERIVED_ION,
                      "Smallest distance of the filament from another contact; 0: bridged."},
    [RADIUS_MIN] = {"filament_radius_min", "m", DERIVED_ION,
                    "Smallest radius (in a plane: half-width) of 64 cross-sections at equally "
                    "spaced distances from the contact; unless bridged, the last tenth, the tip, "
                    "does not count. 2D devices only; empty without a filament."},
    [RADIUS_MEAN] = {"filament_radius_mean", "m", DERIVED_ION,
                     "Radius of the cylinder (in a plane: half-width of the slab) with the "
                     "filament's volume and length. 2D devices only."},
    [PEAK_TEMPERATURE] = {"peak_temperature", "K", DERIVED_DEVICE,
                          "Highest temperature of the device's nodes. Devices with heat only."},
};
const size_t derived_laws_count = sizeof derived_laws / sizeof *derived_laws;

static bool applies(const struct derived *derived, size_t ion, size_t law) {
  const struct ion *at = &derived->ions[ion];
  switch (law) {
  case ION_NUMBER:
    return true;
  case RADIUS_MIN:
  case RADIUS_MEAN:
    return at->finder && body_has_radius(at->finder);
  default:
    return at->finder != NULL;
  }
}

static double ion_value(const struct ion *ion, size_t law) {
  const double values[] = {[ION_NUMBER] = ion->number,
                           [FILAMENT_LENGTH] = ion->body.length,
                           [FILAMENT_GAP] = ion->body.gap,
                           [RADIUS_MIN] = ion->body.radius_min,
                           [RADIUS_MEAN] = ion->body.radius_mean};
  return values[law];
}

/* ---- create ---- */

/** Where the filaments of an ion are looked for, if it can have any. */
static enum hd_status create_finder(const struct system *system, struct ion *ion,
                                    struct hd_error *err) {
  const struct device *device = system->instances[ion->instance].device;
  if (!model_is_limited(&device->model, ion->species))
    return HD_OK;
  return body_finder_create(&ion->finder, device->mesh, &device->spec->shape, err);
}

static enum hd_status add_ion(struct derived *derived, size_t i, int s, struct hd_error *err) {
  struct ion *ion = &derived->ions[derived->n_ions++];
  *ion = (struct ion){.instance = i, .species = s};
  return create_finder(derived->system, ion, err);
}

/** Append the column of a law; `whose` stands in its parentheses. */
static void add_column(struct derived *derived, size_t of, size_t law, const char *whose) {
  struct column *column = &derived->columns[derived->n_columns++];
  const struct derived_law *row = &derived_laws[law];
  column->law = row;
  column->of = of;
  snprintf(column->name, sizeof column->name, "%s(%s)%s%s", row->name, whose, *row->unit ? "_" : "",
           row->unit);
}

static void add_ion_columns(struct derived *derived, size_t ion) {
  const struct ion *at = &derived->ions[ion];
  const struct device_spec *spec = derived->system->instances[at->instance].device->spec;
  bool several = derived->system->n_instances > 1;
  char whose[2 * HD_NAME];
  snprintf(whose, sizeof whose, "%s%s%s", several ? spec->name : "", several ? "." : "",
           spec->species[at->species].name);
  for (size_t law = 0; law < derived_laws_count; law++)
    if (derived_laws[law].whose == DERIVED_ION && applies(derived, ion, law))
      add_column(derived, ion, law, whose);
}

static enum hd_status fill(struct derived *derived, struct hd_error *err) {
  const struct system *system = derived->system;
  size_t ions = 0, nodes = 0;
  for (size_t i = 0; i < system->n_instances; i++) {
    const struct device *device = system->instances[i].device;
    ions += (size_t)device->model.n_species;
    nodes = device->mesh->n_nodes > nodes ? device->mesh->n_nodes : nodes;
  }
  TRY(hd_alloc(&derived->ions, ions, sizeof *derived->ions, err));
  size_t columns = ions * derived_laws_count + system->n_instances;
  TRY(hd_alloc(&derived->columns, columns, sizeof *derived->columns, err));
  TRY(hd_alloc(&derived->field, nodes, sizeof(double), err));
  for (size_t i = 0; i < system->n_instances; i++)
    for (int s = 0; s < system->instances[i].device->model.n_species; s++)
      if (!system->instances[i].device->model.carrier[s])
        TRY(add_ion(derived, i, s, err));
  for (size_t ion = 0; ion < derived->n_ions; ion++)
    add_ion_columns(derived, ion);
  for (size_t i = 0; i < system->n_instances; i++)
    if (system->instances[i].device->model.heat >= 0)
      add_column(derived, i, PEAK_TEMPERATURE, system->instances[i].device->spec->name);
  return HD_OK;
}

/**
 * List the numbers of all devices of a system.
 * system  borrowed
 * Errors  HD_MEMORY; the caller frees with derived_free in any case
 */
enum hd_status derived_create(struct derived **out, const struct system *system,
                              struct hd_error *err) {
  TRY(hd_alloc(out, 1, sizeof **out, err));
  (*out)->system = system;
  (*out)->exchanges = system->exchanges;
  return fill(*out, err);
}

/** Free; NULL is accepted. */
void derived_free(struct derived **derived) {
  if (!*derived)
    return;
  for (size_t i = 0; (*derived)->ions && i < (*derived)->n_ions; i++)
    body_finder_free(&(*derived)->ions[i].finder);
  hd_free(&(*derived)->ions);
  hd_free(&(*derived)->columns);
  hd_free(&(*derived)->field);
  hd_free(derived);
}

size_t derived_count(const struct derived *derived) {
  return derived->n_columns;
}

const char *derived_name(const struct derived *derived, size_t i) {
  return derived->columns[i].name;
}

/**
 * Where a curve over a number of the input has given the system devices with other meshes.
 * Errors  HD_MEMORY
 */
enum hd_status derived_follow(struct derived *derived, struct hd_error *err) {
  if (derived->exchanges == derived->system->exchanges)
    return HD_OK;
  derived->exchanges = derived->system->exchanges;
  for (size_t i = 0; i < derived->n_ions; i++) {
    body_finder_free(&derived->ions[i].finder);
    TRY(create_finder(derived->system, &derived->ions[i], err));
  }
  return HD_OK;
}

/* ---- evaluate ---- */

static double count_ions(const struct system *system, const double *y, const struct ion *ion) {
  const struct device *device = system->instances[ion->instance].device;
  double sum = 0.0;
  for (size_t c = 0; c < device->n_components; c++)
    if (device->components[c].species == ion->species)
      sum += system_ion_count(system, y, (int)ion->instance, (int)c);
  return sum;
}

/** Contact nodes hold no single ions: they take the share of the fullest cell beside them. */
static void fill_contacts(const struct device *device, double *field) {
  for (size_t e = 0; e < device->mesh->n_edge_parts; e++)
    for (int end = 0; end < 2; end++) {
      const struct edge_part *edge = &device->mesh->edge_parts[e];
      int node = end ? edge->l : edge->k, other = end ? edge->k : edge->l;
      if (device->terminal_of[node] >= 0 && device->terminal_of[other] < 0 &&
          field[other] > field[node])
        field[node] = field[other];
    }
}

/** Share of the sites on the nodes; NAN where the ion cannot be. */
static void gather_share(const struct system *system, const double *y, const struct ion *ion,
                         double *field) {
  const struct system_instance *instance = &system->instances[ion->instance];
  const struct model *model = &instance->device->model;
  for (int k = 0; k < instance->device->n_nodes; k++) {
    int dof = instance->dof[k * model->n_unknowns + 1 + ion->species];
    field[k] = dof < system->n ? y[dof] : (double)NAN;
  }
  if (system->run->stochastic.engine == ENGINE_INTEGER)
    fill_contacts(instance->device, field);
}

void derived_evaluate(struct derived *derived, const double *y, double *values) {
  for (size_t i = 0; i < derived->n_ions; i++) {
    struct ion *ion = &derived->ions[i];
    ion->number = count_ions(derived->system, y, ion);
    if (!ion->finder)
      continue;
    gather_share(derived->system, y, ion, derived->field);
    ion->body = body_measure(ion->finder, derived->field, FILAMENT);
  }
  for (size_t c = 0; c < derived->n_columns; c++) {
    const struct column *column = &derived->columns[c];
    values[c] = column->law->whose == DERIVED_DEVICE
                    ? temperature_peak(derived->system, (int)column->of, y)
                    : ion_value(&derived->ions[column->of], (size_t)(column->law - derived_laws));
  }
}
