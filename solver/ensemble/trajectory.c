#include "solver/ensemble/trajectory.h"

#include <stdio.h>
#include <string.h>
#include "solver/base/memory.h"
#include "solver/ensemble/record.h"
#include "solver/experiment.h"
#include "solver/sink.h"

enum { DIGITS = 17 };

enum hd_status trajectory_plan_create(struct trajectory_plan *plan, const char *path,
                                      const char *const *sets, struct hd_error *err) {
  size_t n = 0;
  const char **all = NULL;
  *plan = (struct trajectory_plan){.traces = NULL};
  while (sets && sets[n])
    n++;
  TRY(hd_alloc(&all, n + 2, sizeof *all, err));
  for (size_t i = 0; i < n; i++)
    all[i] = sets[i];
  all[n] = "stochastic.trajectory=0";
  enum hd_status status = plan_create(&plan->plan, path, all, err);
  hd_free(&all);
  return status;
}

void trajectory_plan_free(struct trajectory_plan *plan) {
  plan_free(&plan->plan);
}

/** The shared input with another number; nothing goes to files. */
static enum hd_status run_plain(const struct plan *plan, int number, json_t **summary,
                                struct hd_error *err) {
  static const struct remarks told = {0}; /* by the ensemble */
  struct run_spec spec = plan->spec;      /* what it points to is shared */
  spec.stochastic.trajectory = number;
  const struct run_options options = {.input_path = plan->path,
                                      .hash = config_hash(plan->config),
                                      .level = PROGRESS_QUIET,
                                      .remarks = &told,
                                      .summary = summary};
  return experiment_run(&spec, &options, err);
}

/** The run folder that `halidrift run resolved.cfg --set stochastic.trajectory=12` would write. */
static enum hd_status run_traced(const struct trajectory_plan *shared, int number, json_t **summary,
                                 struct hd_error *err) {
  char set[HD_NAME], dir[HD_PATH];
  const char *sets[] = {set, NULL};
  const struct run_options wanted = {.dir = dir, .summary = summary};
  struct plan plan;
  snprintf(set, sizeof set, "stochastic.trajectory=%d", number);
  if (snprintf(dir, sizeof dir, "%s/%06d", shared->traces, number) >= HD_PATH)
    return hd_fail(err, HD_IO, "%s: the name of the folder is too long", shared->traces);
  enum hd_status status = plan_create(&plan, shared->resolved, sets, err);
  if (status == HD_OK)
    status = plan_execute_silently(&plan, &wanted, err);
  plan_free(&plan);
  return status;
}

char *trajectory_run(const void *context, int number, size_t *length) {
  const struct trajectory_plan *plan = context;
  struct hd_error err = {0};
  json_t *summary = NULL;
  enum hd_status status = plan->traces ? run_traced(plan, number, &summary, &err)
                                       : run_plain(&plan->plan, number, &summary, &err);
  if (status != HD_OK && !summary)
    summary = record_failed_summary(status, err.text);
  json_object_del(summary, "remarks"); /* they are the ensemble's */
  json_t *line = summary ? record_line("trajectory", number, summary) : NULL;
  char *text = line ? json_dumps(line, JSON_COMPACT | JSON_REAL_PRECISION(DIGITS)) : NULL;
  *length = text ? strlen(text) : 0;
  return text;
}
