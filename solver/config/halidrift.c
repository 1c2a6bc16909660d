/* The C API: the internal calls with the error kept in the run. It stands here, above the solver,
 * because it reads inputs; the header solver/halidrift.h names nothing internal. */
#include "solver/halidrift.h"

#include "geometry/mesh.h"
#include "solver/base/memory.h"
#include "solver/config/execute.h"

struct hd_run {
  struct plan plan;
  struct hd_error err;
  FILE *stream; /* borrowed */
  enum hd_level level;
};

/** Version of the library. */
const char *hd_version(void) {
  return HALIDRIFT_VERSION;
}

/** A status in words. */
const char *hd_status_text(enum hd_status status) {
  static const struct {
    enum hd_status status;
    const char *text;
  } rows[] = {
      {HD_OK, "done"},
      {HD_INTERNAL, "internal error"},
      {HD_USAGE, "wrong command line"},
      {HD_INPUT, "wrong input"},
      {HD_CONVERGENCE, "no convergence"},
      {HD_IO, "a file could not be read or written"},
      {HD_MEMORY, "out of memory"},
      {HD_INCOMPLETE, "some trajectories failed or were lost"},
      {HD_INTERRUPTED, "interrupted"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    if (rows[i].status == status)
      return rows[i].text;
  }
  return "unknown status";
}

/** Keep the outcome of a call. */
static enum hd_status settle(struct hd_run *run, enum hd_status status) {
  run->err.status = status;
  return status;
}

/**
 * Read and validate an input file.
 * run     out: freed with hd_run_free, also after an error
 * Errors  HD_INPUT, HD_IO, HD_MEMORY; the sentences are in hd_run_error
 */
enum hd_status hd_run_create(struct hd_run **run, const char *path, const char *const *sets) {
  *run = NULL;
  TRY(hd_alloc(run, 1, sizeof **run, NULL));
  return settle(*run, plan_create(&(*run)->plan, path, sets, &(*run)->err));
}

/** Free a run; NULL is accepted. */
void hd_run_free(struct hd_run **run) {
  if (*run)
    plan_free(&(*run)->plan);
  hd_free(run);
}

/** Print progress to a stream. */
void hd_run_set_output(struct hd_run *run, FILE *stream, enum hd_level level) {
  run->stream = stream;
  run->level = level;
}

/** True when hd_run_create succeeded; otherwise there is nothing to work on. */
static bool is_ready(const struct hd_run *run) {
  return run && run->plan.config;
}

/**
 * Run all experiments into a folder.
 * Errors  HD_USAGE (the input was wrong, the folder is an ensemble's), HD_CONVERGENCE, HD_IO,
 * HD_MEMORY, HD_INTERRUPTED
 */
enum hd_status hd_run_execute(struct hd_run *run, const char *dir) {
  if (!run)
    return HD_MEMORY;
  hd_error_clear(&run->err);
  if (!is_ready(run))
    return hd_fail(&run->err, HD_USAGE, "hd_run_execute: the run has no valid input");
  interrupt_clear();
  return settle(
      run, plan_execute(&run->plan, dir, (enum progress_level)run->level, run->stream, &run->err));
}

/**
 * Go on from a checkpoint.
 * Errors  HD_USAGE (nothing to resume, another input or version), else as hd_run_execute
 */
enum hd_status hd_run_resume(struct hd_run *run, const char *dir) {
  if (!run)
    return HD_MEMORY;
  hd_error_clear(&run->err);
  if (!is_ready(run))
    return hd_fail(&run->err, HD_USAGE, "hd_run_resume: the run has no valid input");
  interrupt_clear();
  return settle(
      run, plan_resume(&run->plan, dir, (enum progress_level)run->level, run->stream, &run->err));
}

/** Ask the run that is being executed to stop. */
void hd_interrupt(void) {
  interrupt_request();
}

/** Status of the last call that could fail. */
enum hd_status hd_run_status(const struct hd_run *run) {
  return run ? run->err.status : HD_MEMORY;
}

/** Sentences of the last call that could fail. */
const char *hd_run_error(const struct hd_run *run) {
  return run ? run->err.text : "out of memory\n";
}

const char *hd_run_title(const struct hd_run *run) {
  return run->plan.spec.title;
}

/** Hash of the complete input. */
const char *hd_run_hash(const struct hd_run *run) {
  return is_ready(run) ? config_hash(run->plan.config) : "";
}

double hd_run_temperature(const struct hd_run *run) {
  return run->plan.spec.temperature;
}

size_t hd_run_experiments(const struct hd_run *run) {
  return run->plan.spec.n_experiments;
}

const char *hd_run_experiment(const struct hd_run *run, size_t experiment) {
  const struct run_spec *spec = &run->plan.spec;
  return experiment < spec->n_experiments ? spec->experiments[experiment].name : NULL;
}

size_t hd_run_devices(const struct hd_run *run) {
  return run->plan.spec.n_devices;
}

static const struct device_spec *find_device(const struct hd_run *run, size_t device) {
  const struct run_spec *spec = &run->plan.spec;
  return device < spec->n_devices ? &spec->devices[device] : NULL;
}

const char *hd_run_device(const struct hd_run *run, size_t device) {
  const struct device_spec *spec = find_device(run, device);
  return spec ? spec->name : NULL;
}

size_t hd_run_terminals(const struct hd_run *run, size_t device) {
  const struct device_spec *spec = find_device(run, device);
  return spec ? spec->n_contacts : 0;
}

const char *hd_run_terminal(const struct hd_run *run, size_t device, size_t terminal) {
  const struct device_spec *spec = find_device(run, device);
  return spec && terminal < spec->n_contacts ? spec->contacts[terminal].name : NULL;
}

/** Mesh nodes of a device; the reason for a 0 is in hd_run_error. */
size_t hd_run_nodes(struct hd_run *run, size_t device) {
  const struct device_spec *spec = find_device(run, device);
  hd_error_clear(&run->err);
  if (!spec) {
    hd_fail(&run->err, HD_USAGE, "hd_run_nodes: device %zu, must be below %zu", device,
            run->plan.spec.n_devices);
    return 0;
  }
  struct mesh *mesh = NULL;
  if (settle(run, mesh_build(&mesh, &spec->shape, &run->err)) != HD_OK)
    return 0;
  size_t n = mesh->n_nodes;
  mesh_free(&mesh);
  return n;
}

/** Write the complete input. Errors: HD_USAGE (the input was wrong), HD_IO */
enum hd_status hd_run_write_resolved(struct hd_run *run, FILE *stream) {
  if (!run)
    return HD_MEMORY;
  hd_error_clear(&run->err);
  if (!is_ready(run))
    return hd_fail(&run->err, HD_USAGE, "hd_run_write_resolved: the run has no valid input");
  return settle(run, config_write_resolved(run->plan.config, stream, &run->err));
}

/** Explain a key. Errors: HD_USAGE, HD_INPUT (unknown key), HD_IO */
enum hd_status hd_explain(FILE *stream, const char *key) {
  return config_explain(stream, key, NULL);
}

/** List materials, contacts, ... Errors: HD_USAGE (unknown list), HD_INPUT, HD_IO */
enum hd_status hd_list(FILE *stream, const char *what) {
  return config_list(stream, what, NULL);
}

/** Print the reference. Errors: HD_IO */
enum hd_status hd_reference(FILE *stream) {
  return config_reference(stream, NULL);
}
