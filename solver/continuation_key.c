#include "solver/continuation_key.h"

#include "solver/base/memory.h"
#include "solver/sources.h"

void curve_key_init(struct curve_key *key, struct system *system,
                    const struct run_variants *variants, const char *path, size_t experiment) {
  *key = (struct curve_key){.system = system,
                            .variants = *variants,
                            .key = path,
                            .experiment = experiment,
                            .value = (double)NAN};
}

/** The sources of an experiment at t = 0, constant. */
static enum hd_status rest_sources(struct system *system, size_t experiment, struct hd_error *err) {
  double *values = NULL;
  TRY(hd_alloc(&values, system->run->circuit.n_elements, sizeof *values, err));
  sources_drive(system, &system->run->experiments[experiment]);
  sources_start(system, values);
  sources_hold(system, values, values, 0.0);
  hd_free(&values);
  return HD_OK;
}

/** a b / c; a where there is no c. */
static double in_proportion(double a, double b, double c) {
  return c > 0.0 ? a * b / c : a;
}

/**
 * Frozen ions and numbers of ions that are conserved: as in the run, and where the value changes
 * the ions that the input begins with, by the same factor as those.
 * away    out; the system with another value. `home` is the run's own
 */
static void carry_ions(const struct system *home, struct system *away) {
  for (size_t i = 0; i < home->n_instances; i++) {
    const struct system_instance *from = &home->instances[i];
    struct system_instance *to = &away->instances[i];
    for (size_t c = 0; c < from->device->n_components; c++)
      to->ion_total[c] =
          in_proportion(from->ion_total[c], system_ion_count(away, away->guess, (int)i, (int)c),
                        system_ion_count(home, home->guess, (int)i, (int)c));
    const struct device *device = from->device;
    for (int k = 0; k < device->n_nodes; k++)
      for (int s = 0; s < device->model.n_species; s++) {
        int g = from->dof[k * device->n_unknowns + 1 + s];
        if (g < home->n && !device->model.carrier[s])
          away->frozen[g] = in_proportion(home->frozen[g], away->guess[g], home->guess[g]);
      }
  }
}

/** Build the system of a value. */
static enum hd_status build(struct curve_key *key, double value, struct hd_error *err) {
  TRY(hd_alloc(&key->run, 1, sizeof *key->run, err));
  TRY(key->variants.read(key->variants.context, key->key, value, key->run, err));
  TRY(system_create(&key->other, key->run, err));
  if (!system_is_alike(key->other, key->system))
    return hd_fail(
        err, HD_INPUT,
        "%s changes the number of unknowns at %.9g: give the mesh by intervals, or leave "
        "it out",
        key->key, value);
  carry_ions(key->system, key->other);
  return rest_sources(key->other, key->experiment, err);
}

static void drop(struct curve_key *key) {
  system_free(&key->other);
  if (key->run)
    run_spec_free(key->run);
  hd_free(&key->run);
  key->value = (double)NAN;
}

/**
 * Bring the system to a value of the key; its sources are at rest.
 * value   SI
 * Errors  HD_INPUT, HD_MEMORY
 */
enum hd_status curve_key_set(struct curve_key *key, double value, struct hd_error *err) {
  struct hd_error own = {0};
  if (value == key->value)
    return HD_OK;
  curve_key_leave(key);
  enum hd_status status = build(key, value, &own);
  if (status != HD_OK) {
    drop(key);
    return hd_fail(err, status, "%.*s", hd_first_line(own.text), own.text);
  }
  system_exchange(key->system, key->other);
  key->value = value;
  return HD_OK;
}

void curve_key_leave(struct curve_key *key) {
  if (key->run)
    system_exchange(key->system, key->other);
  drop(key);
}
