#include "solver/summary.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include "solver/base/memory.h"
#include "solver/sink.h"
#include "solver/version.h"

static double clock_seconds(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static const char *const coordinate_names[] = {"1d", "planar", "axisymmetric"};

const char *summary_status_name(enum hd_status status) {
  switch (status) {
  case HD_OK:
    return "ok";
  case HD_INTERNAL:
    return "internal error";
  case HD_USAGE:
    return "usage";
  case HD_INPUT:
    return "input";
  case HD_CONVERGENCE:
    return "not converged";
  case HD_IO:
    return "file error";
  case HD_MEMORY:
    return "out of memory";
  case HD_INCOMPLETE:
    return "incomplete";
  case HD_INTERRUPTED:
    return "interrupted";
  }
  return "unknown";
}

json_t *summary_remarks(const struct remarks *remarks) {
  json_t *list = json_array();
  for (size_t i = 0; i < remarks->n; i++)
    json_array_append_new(list, json_string(remarks->text[i]));
  return list;
}

/**
 * Start the summary of a run.
 * Errors  HD_MEMORY
 */
enum hd_status summary_create(struct summary *summary, const struct system *system,
                              struct hd_error *err) {
  *summary = (struct summary){.wall_start = clock_seconds(CLOCK_MONOTONIC)};
  TRY(hd_alloc(&summary->drift, system_ion_components(system), sizeof(double), err));
  summary->root = json_object();
  summary->experiments = json_array();
  if (!summary->root || !summary->experiments)
    return hd_fail(err, HD_MEMORY, "out of memory for the summary");
  return HD_OK;
}

/** Begin the entry of one experiment. */
void summary_begin(struct summary *summary, const char *name, const char *type) {
  summary->present = json_object();
  json_object_set_new(summary->present, "name", json_string(name));
  json_object_set_new(summary->present, "type", json_string(type));
  json_array_append_new(summary->experiments, summary->present);
}

/** Keep the largest violation of Kirchhoff's law over a device's terminals, and the largest
 * difference between two evaluations of a current. */
void summary_watch(struct summary *summary, const struct system *system, const double *y,
                   const double *I) {
  for (size_t i = 0; i < system->n_instances; i++) {
    const struct system_instance *instance = &system->instances[i];
    double sum = 0.0;
    for (int T = 0; T < instance->device->n_terminals; T++, I++) {
      sum += *I;
      summary->current_max = fmax(summary->current_max, fabs(*I));
      summary->current_error =
          fmax(summary->current_error, fabs(*I - y[instance->current_base + T]));
    }
    summary->current_sum = fmax(summary->current_sum, fabs(sum));
  }
}

/** Keep the smallest, the largest and the last value of a number in `ranges` of the present
 * experiment. */
void summary_range(struct summary *summary, const char *name, double value) {
  json_t *ranges = json_object_get(summary->present, "ranges");
  if (isnan(value)) {
    json_object_del(json_object_get(ranges, name), "end");
    return;
  }
  if (!ranges) {
    ranges = json_object();
    json_object_set_new(summary->present, "ranges", ranges);
  }
  json_t *range = json_object_get(ranges, name);
  if (!range) {
    range = json_pack("{s:f, s:f, s:f}", "min", value, "max", value, "end", value);
    json_object_set_new(ranges, name, range);
    return;
  }
  json_t *min = json_object_get(range, "min"), *max = json_object_get(range, "max");
  json_real_set(min, fmin(json_real_value(min), value));
  json_real_set(max, fmax(json_real_value(max), value));
  json_object_set_new(range, "end", json_real(value));
}

double summary_front_ratio(const struct summary *summary) {
  const json_t *front = json_object_get(summary->present, "front");
  return json_real_value(json_object_get(front, "spacing_over_smoothing"));
}

void summary_front(struct summary *summary, const struct system *system, const struct front *front,
                   double t) {
  const struct device *device = system->instances[front->instance].device;
  if (front->h / front->ell <= summary_front_ratio(summary))
    return;
  json_t *entry =
      json_pack("{s:f, s:s, s:s, s:f, s:[f, f]}", "spacing_over_smoothing", front->h / front->ell,
                "device", device->spec->name, "ion", device->spec->species[front->species].name,
                "time_s", t, "place_m", front->x[0], front->x[1]);
  json_object_set_new(summary->present, "front", entry);
}

static json_t *mesh_object(const struct system *system) {
  json_t *list = json_object();
  size_t nodes = 0, edges = 0;
  int dimension = 1;
  enum shape_coordinates coordinates = SHAPE_1D;
  for (size_t i = 0; i < system->n_instances; i++) {
    const struct mesh *mesh = system->instances[i].device->mesh;
    nodes += mesh->n_nodes;
    edges += mesh->n_edge_parts;
    if (mesh->dimension >= dimension) {
      dimension = mesh->dimension;
      coordinates = mesh->coordinates;
    }
  }
  json_object_set_new(list, "dimension", json_integer(dimension));
  json_object_set_new(list, "coordinates", json_string(coordinate_names[coordinates]));
  json_object_set_new(list, "nodes", json_integer((json_int_t)nodes));
  json_object_set_new(list, "edges", json_integer((json_int_t)edges));
  return list;
}

void summary_add_work(struct summary *summary, const struct system *system,
                      const struct steady *steady) {
  struct summary_work *work = &summary->work;
  work->linear = linear_counts_add(work->linear, system_linear_counts(system));
  work->residuals += system->residuals;
  work->jacobians += system->jacobians;
  work->assembly_s += system->assembly_s;
  work->steady_iterations += steady ? steady->counts.newton_iterations : 0;
}

/** The linear solver that was used most. */
static struct linear_report main_report(const struct system *system) {
  struct linear_report report = {.solver = "", .ordering = ""};
  long most = -1;
  for (int i = 0; i < SYSTEM_PLANS; i++) {
    if (!system->plans[i].ready)
      continue;
    struct linear_report one = linear_report(system->plans[i].linear);
    if (one.used > most)
      report = one;
    most = one.used > most ? one.used : most;
  }
  return report;
}

static json_t *solver_object(const struct summary *summary, const struct system *system) {
  const struct summary_work *work = &summary->work;
  struct linear_report report = main_report(system);
  const struct transient_counts *t = &summary->transient;
  json_t *list = json_object();
  json_object_set_new(list, "unknowns", json_integer(system->n));
  json_object_set_new(list, "steps", json_integer(t->steps));
  json_object_set_new(list, "residuals", json_integer(work->residuals));
  json_object_set_new(list, "jacobians", json_integer(work->jacobians));
  json_object_set_new(list, "assembly_s", json_real(work->assembly_s));
  json_object_set_new(list, "factorisations", json_integer(work->linear.factorisations));
  json_object_set_new(list, "factorisation_s", json_real(work->linear.factor_s));
  json_object_set_new(list, "solves", json_integer(work->linear.solves));
  json_object_set_new(list, "solves_s", json_real(work->linear.solve_s));
  json_object_set_new(list, "linear_solver_s",
                      json_real(work->linear.factor_s + work->linear.solve_s));
  json_object_set_new(list, "newton_iterations",
                      json_integer(t->newton_iterations + work->steady_iterations));
  json_object_set_new(list, "steady_newton_iterations", json_integer(work->steady_iterations));
  json_object_set_new(list, "error_test_failures", json_integer(t->error_test_failures));
  json_object_set_new(list, "convergence_failures", json_integer(t->convergence_failures));
  json_object_set_new(list, "linear_solver", json_string(report.solver));
  json_object_set_new(list, "ordering", json_string(report.ordering));
  json_object_set_new(list, "border", json_integer((json_int_t)report.border));
  json_object_set_new(list, "factor_entries", json_integer((json_int_t)report.entries));
  return list;
}

/** The same in two lines of text, for the log. */
void summary_speak(const struct summary *summary, const struct system *system, char *text,
                   size_t size) {
  const struct summary_work *work = &summary->work;
  struct linear_report report = main_report(system);
  snprintf(text, size,
           "linear solver: %s, %s ordering, %d unknowns, %lld of them in the border, %lld entries "
           "in the factors; %ld factorisations in %.3g s, %ld solutions in %.3g s, %ld assemblies "
           "in %.3g s",
           report.solver, report.ordering, system->n, (long long)report.border,
           (long long)report.entries, work->linear.factorisations, work->linear.factor_s,
           work->linear.solves, work->linear.solve_s, work->residuals + work->jacobians,
           work->assembly_s);
}

/** Largest relative drift per ion species: count minus start minus what the contacts let in. */
static json_t *conservation_object(const struct summary *summary, const struct system *system) {
  json_t *list = json_object(), *ions = json_object();
  size_t at = 0;
  for (size_t i = 0; i < system->n_instances; i++) {
    const struct device *device = system->instances[i].device;
    for (size_t c = 0; c < device->n_components; c++, at++) {
      const char *name = device->spec->species[device->components[c].species].name;
      json_t *entry = json_object_get(ions, name);
      double before = entry ? json_real_value(json_object_get(entry, "relative_drift")) : 0.0;
      if (!entry) {
        entry = json_object();
        json_object_set_new(ions, name, entry);
      }
      json_object_set_new(entry, "relative_drift", json_real(fmax(before, summary->drift[at])));
    }
  }
  json_object_set_new(list, "ions", ions);
  json_object_set_new(list, "terminal_current_sum_max_A", json_real(summary->current_sum));
  json_object_set_new(list, "terminal_current_error_max_A", json_real(summary->current_error));
  json_object_set_new(list, "terminal_current_max_A", json_real(summary->current_max));
  return list;
}

static double cpu_seconds(const struct summary *summary) {
  return summary->cpu_before + clock_seconds(CLOCK_PROCESS_CPUTIME_ID);
}

/** Fill in everything that is known at the end of a run, good or bad. */
void summary_finish(struct summary *summary, const struct system *system, enum hd_status status,
                    const char *message) {
  json_t *root = summary->root;
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  json_object_set_new(root, "program", json_string("halidrift " HALIDRIFT_VERSION));
  json_object_set_new(root, "status", json_string(summary_status_name(status)));
  json_object_set_new(root, "exit_code", json_integer((json_int_t)status));
  if (message && *message)
    json_object_set_new(root, "message", json_string(message));
  json_object_set_new(root, "wall_s",
                      json_real(clock_seconds(CLOCK_MONOTONIC) - summary->wall_start));
  json_object_set_new(root, "cpu_s", json_real(cpu_seconds(summary)));
  json_object_set_new(root, "peak_memory_bytes", json_integer((json_int_t)usage.ru_maxrss * 1024));
  json_object_set_new(root, "mesh", mesh_object(system));
  json_object_set_new(root, "solver", solver_object(summary, system));
  json_object_set_new(root, "conservation", conservation_object(summary, system));
  json_object_set(root, "experiments", summary->experiments);
}

/* ---- checkpoints ---- */

enum { NUMBERS = 17 };

enum hd_status summary_save(const struct summary *summary, const struct system *system,
                            const struct steady *steady, struct store *store,
                            struct hd_error *err) {
  struct summary s = *summary;
  summary_add_work(&s, system, steady);
  const double numbers[NUMBERS] = {(double)s.transient.steps,
                                   (double)s.transient.newton_iterations,
                                   (double)s.transient.error_test_failures,
                                   (double)s.transient.convergence_failures,
                                   s.current_sum,
                                   s.current_error,
                                   s.current_max,
                                   (double)s.work.residuals,
                                   (double)s.work.jacobians,
                                   (double)s.work.linear.factorisations,
                                   (double)s.work.linear.solves,
                                   (double)s.work.steady_iterations,
                                   s.work.linear.factor_s,
                                   s.work.linear.solve_s,
                                   s.work.assembly_s,
                                   clock_seconds(CLOCK_MONOTONIC) - s.wall_start,
                                   cpu_seconds(&s)};
  json_object_set(s.root, "experiments", s.experiments);
  char *text = json_dumps(s.root, JSON_REAL_PRECISION(17));
  if (!text)
    return hd_fail(err, HD_MEMORY, "out of memory for the summary");
  enum hd_status status = store_put_text(store, "summary", text, err);
  free(text);
  TRY(status);
  TRY(store_put(store, "summary_numbers", NUMBERS, numbers, err));
  return store_put(store, "summary_drift", system_ion_components(system), s.drift, err);
}

enum hd_status summary_restore(struct summary *summary, const struct system *system,
                               const struct store *store, struct hd_error *err) {
  double v[NUMBERS];
  size_t components = system_ion_components(system);
  const char *text = store_text(store, "summary");
  json_t *root = text ? json_loads(text, 0, NULL) : NULL;
  if (!root)
    return hd_fail(err, HD_IO, "the checkpoint has no summary");
  json_decref(summary->root);
  json_decref(summary->experiments);
  summary->root = root;
  summary->experiments = json_incref(json_object_get(root, "experiments"));
  summary->present =
      json_array_get(summary->experiments, json_array_size(summary->experiments) - 1);
  TRY(store_get(store, "summary_numbers", NUMBERS, v, err));
  summary->transient = (struct transient_counts){(long)v[0], (long)v[1], (long)v[2], (long)v[3]};
  summary->current_sum = v[4];
  summary->current_error = v[5];
  summary->current_max = v[6];
  summary->work = (struct summary_work){.residuals = (long)v[7],
                                        .jacobians = (long)v[8],
                                        .steady_iterations = (long)v[11],
                                        .assembly_s = v[14],
                                        .linear = {.factorisations = (long)v[9],
                                                   .solves = (long)v[10],
                                                   .factor_s = v[12],
                                                   .solve_s = v[13]}};
  summary->wall_start -= v[15];
  summary->cpu_before = v[16];
  return components > 0 ? store_get(store, "summary_drift", components, summary->drift, err)
                        : HD_OK;
}

bool summary_says_ok(const char *dir) {
  char *path = NULL;
  if (sink_path(&path, dir, "summary.json", NULL) != HD_OK)
    return false;
  json_t *root = json_load_file(path, 0, NULL);
  const char *status = json_string_value(json_object_get(root, "status"));
  bool ok = status && strcmp(status, "ok") == 0;
  json_decref(root);
  hd_free(&path);
  return ok;
}

/** Free; a zeroed summary is accepted. */
void summary_free(struct summary *summary) {
  json_decref(summary->experiments);
  json_decref(summary->root);
  hd_free(&summary->drift);
  *summary = (struct summary){0};
}
