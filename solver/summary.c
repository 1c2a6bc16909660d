#include "solver/summary.h"

#include <math.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include "solver/base/memory.h"
#include "solver/version.h"

static double clock_seconds(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static const char *const coordinate_names[] = {"1d", "planar", "axisymmetric"};

static const char *status_name(enum hd_status status) {
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
  case HD_INTERRUPTED:
    return "interrupted";
  }
  return "unknown";
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

/** Keep the smallest and the largest value of a number in `ranges` of the present experiment. */
void summary_range(struct summary *summary, const char *name, double value) {
  if (isnan(value))
    return;
  json_t *ranges = json_object_get(summary->present, "ranges");
  if (!ranges) {
    ranges = json_object();
    json_object_set_new(summary->present, "ranges", ranges);
  }
  json_t *range = json_object_get(ranges, name);
  if (!range) {
    range = json_pack("{s:f, s:f}", "min", value, "max", value);
    json_object_set_new(ranges, name, range);
    return;
  }
  json_t *min = json_object_get(range, "min"), *max = json_object_get(range, "max");
  json_real_set(min, fmin(json_real_value(min), value));
  json_real_set(max, fmax(json_real_value(max), value));
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

/** Counts of all plans, and the report of the one that was used most. */
static struct linear_counts all_counts(const struct system *system, struct linear_report *report) {
  struct linear_counts all = {0};
  long most = -1;
  *report = (struct linear_report){.solver = "", .ordering = ""};
  for (int i = 0; i < SYSTEM_PLANS; i++) {
    if (!system->plans[i].ready)
      continue;
    struct linear_counts counts = linear_counts(system->plans[i].linear);
    all.factorisations += counts.factorisations;
    all.solves += counts.solves;
    all.factor_s += counts.factor_s;
    all.solve_s += counts.solve_s;
    if (counts.factorisations > most) {
      most = counts.factorisations;
      *report = linear_report(system->plans[i].linear);
    }
  }
  return all;
}

static json_t *solver_object(const struct summary *summary, const struct system *system,
                             long steady_iterations) {
  struct linear_report report;
  struct linear_counts linear = all_counts(system, &report);
  const struct transient_counts *t = &summary->transient;
  json_t *list = json_object();
  json_object_set_new(list, "unknowns", json_integer(system->n));
  json_object_set_new(list, "steps", json_integer(t->steps));
  json_object_set_new(list, "residuals", json_integer(system->residuals));
  json_object_set_new(list, "jacobians", json_integer(system->jacobians));
  json_object_set_new(list, "assembly_s", json_real(system->assembly_s));
  json_object_set_new(list, "factorisations", json_integer(linear.factorisations));
  json_object_set_new(list, "factorisation_s", json_real(linear.factor_s));
  json_object_set_new(list, "solves", json_integer(linear.solves));
  json_object_set_new(list, "solves_s", json_real(linear.solve_s));
  json_object_set_new(list, "linear_solver_s", json_real(linear.factor_s + linear.solve_s));
  json_object_set_new(list, "newton_iterations",
                      json_integer(t->newton_iterations + steady_iterations));
  json_object_set_new(list, "steady_newton_iterations", json_integer(steady_iterations));
  json_object_set_new(list, "error_test_failures", json_integer(t->error_test_failures));
  json_object_set_new(list, "convergence_failures", json_integer(t->convergence_failures));
  json_object_set_new(list, "linear_solver", json_string(report.solver));
  json_object_set_new(list, "ordering", json_string(report.ordering));
  json_object_set_new(list, "border", json_integer((json_int_t)report.border));
  json_object_set_new(list, "factor_entries", json_integer((json_int_t)report.entries));
  return list;
}

/** The same in two lines of text, for the log. */
void summary_speak(const struct system *system, char *text, size_t size) {
  struct linear_report report;
  struct linear_counts linear = all_counts(system, &report);
  snprintf(text, size,
           "linear solver: %s, %s ordering, %d unknowns, %lld of them in the border, %lld entries "
           "in the factors; %ld factorisations in %.3g s, %ld solutions in %.3g s, %ld assemblies "
           "in %.3g s",
           report.solver, report.ordering, system->n, (long long)report.border,
           (long long)report.entries, linear.factorisations, linear.factor_s, linear.solves,
           linear.solve_s, system->residuals + system->jacobians, system->assembly_s);
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

/** Fill in everything that is known at the end of a run, good or bad. */
void summary_finish(struct summary *summary, const struct system *system, long steady_iterations,
                    enum hd_status status, const char *message) {
  json_t *root = summary->root;
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  json_object_set_new(root, "program", json_string("halidrift " HALIDRIFT_VERSION));
  json_object_set_new(root, "status", json_string(status_name(status)));
  json_object_set_new(root, "exit_code", json_integer((json_int_t)status));
  if (message && *message)
    json_object_set_new(root, "message", json_string(message));
  json_object_set_new(root, "wall_s",
                      json_real(clock_seconds(CLOCK_MONOTONIC) - summary->wall_start));
  json_object_set_new(root, "cpu_s", json_real(clock_seconds(CLOCK_PROCESS_CPUTIME_ID)));
  json_object_set_new(root, "peak_memory_bytes", json_integer((json_int_t)usage.ru_maxrss * 1024));
  json_object_set_new(root, "mesh", mesh_object(system));
  json_object_set_new(root, "solver", solver_object(summary, system, steady_iterations));
  json_object_set_new(root, "conservation", conservation_object(summary, system));
  json_object_set(root, "experiments", summary->experiments);
}

/** Free; a zeroed summary is accepted. */
void summary_free(struct summary *summary) {
  json_decref(summary->experiments);
  json_decref(summary->root);
  hd_free(&summary->drift);
  *summary = (struct summary){0};
}
