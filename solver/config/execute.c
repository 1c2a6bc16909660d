#include "solver/config/execute.h"

#include "solver/base/memory.h"
#include "solver/config/variant.h"
#include "solver/sink.h"

/**
 * Read an input file with its overrides and plan its meshes.
 * plan    out: freed with plan_free, also after an error
 * sets    "key=value", NULL-terminated, or NULL
 * Errors  HD_INPUT, HD_IO, HD_MEMORY
 */
enum hd_status plan_create(struct plan *plan, const char *path, const char *const *sets,
                           struct hd_error *err) {
  *plan = (struct plan){0};
  TRY(hd_strdup(&plan->path, path, err));
  TRY(config_read(&plan->config, &plan->spec, path, sets, err));
  TRY(mesh_plan(&plan->spec, err));
  return variant_check_curves(plan->config, &plan->spec, err);
}

enum hd_status plan_remarks(const struct plan *plan, struct remarks *remarks,
                            struct hd_error *err) {
  struct system *system = NULL;
  *remarks = (struct remarks){0};
  enum hd_status status = system_create(&system, &plan->spec, err);
  if (status == HD_OK)
    status = remarks_create(remarks, system, err);
  system_free(&system);
  return status;
}

static enum hd_status write_resolved(const struct plan *plan, const char *dir,
                                     struct hd_error *err) {
  struct sink_file *file = NULL;
  TRY(sink_file_open(&file, dir, "resolved.cfg", err));
  enum hd_status status = config_write_resolved(plan->config, sink_file_stream(file), err);
  if (status == HD_OK)
    return sink_file_commit(&file, err);
  sink_file_discard(&file);
  return status;
}

static struct run_options make_options(const struct plan *plan, const char *dir,
                                       enum progress_level level, FILE *terminal, bool resume) {
  return (struct run_options){.dir = dir,
                              .input_path = plan->path,
                              .hash = config_hash(plan->config),
                              .variants = variants_of(plan->config),
                              .resume = resume,
                              .level = level,
                              .terminal = terminal};
}

/** The parameters whose sensitivities the run carries along; `set` is freed by the caller. */
static enum hd_status add_parameters(const struct plan *plan, struct variant_set *set,
                                     struct run_options *options, struct hd_error *err) {
  const struct sensitivity_spec *wanted = &plan->spec.sensitivity;
  enum hd_status status = variant_set_create(set, plan->config, wanted->n,
                                             (const char *const *)wanted->parameters, NULL, err);
  options->n_parameters = set->n;
  options->parameters = set->parameters;
  options->parameter_step = variant_step;
  return status;
}

/**
 * Run a plan into a folder.
 * Errors  HD_CONVERGENCE, HD_IO, HD_MEMORY, HD_INTERRUPTED: what was computed is in the folder
 */
enum hd_status plan_execute(const struct plan *plan, const char *dir, enum progress_level level,
                            FILE *terminal, struct hd_error *err) {
  struct run_options options = make_options(plan, dir, level, terminal, false);
  struct variant_set set = {0};
  enum hd_status status = add_parameters(plan, &set, &options, err);
  if (status == HD_OK)
    status = sink_folder(dir, err);
  if (status == HD_OK)
    status = write_resolved(plan, dir, err);
  if (status == HD_OK)
    status = experiment_run(&plan->spec, &options, err);
  variant_set_free(&set);
  return status;
}

enum hd_status plan_execute_silently(const struct plan *plan, const struct run_options *wanted,
                                     struct hd_error *err) {
  struct run_spec spec = plan->spec; /* what it points to is shared */
  struct run_options options = make_options(plan, wanted->dir, PROGRESS_QUIET, NULL, false);
  spec.checkpoint = (struct checkpoint_spec){.interval = PARAM_MISSING, .time = PARAM_MISSING};
  options.watch = wanted->watch;
  options.summary = wanted->summary;
  options.until_spike = wanted->until_spike;
  if (wanted->dir) {
    TRY(sink_folder(wanted->dir, err));
    TRY(write_resolved(plan, wanted->dir, err));
  }
  return experiment_run(&spec, &options, err);
}

/**
 * Resume a run.
 * Errors  HD_USAGE: no checkpoint, or one of another input or version; else as plan_execute
 */
enum hd_status plan_resume(const struct plan *plan, const char *dir, enum progress_level level,
                           FILE *terminal, struct hd_error *err) {
  struct run_options options = make_options(plan, dir, level, terminal, true);
  struct variant_set set = {0};
  enum hd_status status = add_parameters(plan, &set, &options, err);
  if (status == HD_OK)
    status = experiment_run(&plan->spec, &options, err);
  variant_set_free(&set);
  return status;
}

/** Free everything; a zeroed plan is accepted. */
void plan_free(struct plan *plan) {
  run_spec_free(&plan->spec);
  config_free(&plan->config);
  hd_free(&plan->path);
}
