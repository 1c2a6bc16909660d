#include "solver/ensemble/ensemble.h"

#include <stdio.h>
#include "solver/base/memory.h"
#include "solver/ensemble/output.h"
#include "solver/ensemble/trajectory.h"
#include "solver/sink.h"

static const struct batch_words words = {"trajectory", "trajectories", "an ensemble"};

struct ensemble {
  const struct batch_options *options;
  struct trajectory_plan shared;
  struct remarks remarks;
  char *traces; /* owned: where run folders go; NULL: none are kept */
  char traced[3 * HD_PATH];
};

/** Where run folders go, and the input that they read. */
static enum hd_status prepare_traces(struct ensemble *ensemble, struct hd_error *err) {
  char name[HD_NAME];
  const char *dir = ensemble->options->dir;
  batch_file_name(ensemble->options, name, "resolved", ".cfg");
  TRY(sink_path(&ensemble->traces, dir, "trajectories", err));
  ensemble->shared.traces = ensemble->traces;
  snprintf(ensemble->traced, sizeof ensemble->traced,
           "`halidrift run %s/%s --set stochastic.trajectory=N -o %s/N` makes that of N, bit for "
           "bit",
           dir, name, ensemble->traces);
  int n = snprintf(ensemble->shared.resolved, HD_PATH, "%s/%s", dir, name);
  return n < HD_PATH ? HD_OK : hd_fail(err, HD_IO, "%s: the name of the folder is too long", dir);
}

static enum hd_status prepare(struct ensemble *ensemble, bool traces, struct hd_error *err) {
  const struct batch_options *options = ensemble->options;
  TRY(trajectory_plan_create(&ensemble->shared, options->path, options->sets, err));
  TRY(batch_check(&ensemble->shared.plan, err));
  TRY(plan_remarks(&ensemble->shared.plan, &ensemble->remarks, err));
  if (ensemble->shared.plan.spec.stochastic.engine == ENGINE_NONE)
    TRY(remarks_add(&ensemble->remarks, err,
                    "stochastic.engine is \"none\": all trajectories are the same"));
  return traces ? prepare_traces(ensemble, err) : HD_OK;
}

static enum hd_status write_output(void *owner, const struct records *records,
                                   enum hd_status status, struct hd_error *err) {
  const struct ensemble *ensemble = owner;
  const struct output_about about = {.input = ensemble->options->path,
                                     .hash = config_hash(ensemble->shared.plan.config),
                                     .title = ensemble->shared.plan.spec.title,
                                     .remarks = &ensemble->remarks};
  TRY(output_netcdf(records, &about, ensemble->options->dir, err));
  return output_summary(records, &about, ensemble->options->dir, status, err);
}

enum hd_status ensemble_run(const struct batch_options *options, bool traces,
                            const struct team *team, struct hd_error *err) {
  struct ensemble ensemble = {.options = options};
  const struct plan *plan = &ensemble.shared.plan;
  struct batch *batch = NULL;
  TRY(batch_open(&batch, options, team, err));
  enum hd_status status = prepare(&ensemble, traces, err);
  struct batch_work work = {.words = &words,
                            .plan = plan,
                            .hash = status == HD_OK ? config_hash(plan->config) : NULL,
                            .remarks = &ensemble.remarks,
                            .keeps_others = true,
                            .traces = ensemble.traces,
                            .traced = ensemble.traced,
                            .run = trajectory_run,
                            .context = &ensemble.shared,
                            .write = write_output,
                            .owner = &ensemble};
  snprintf(work.label, sizeof work.label, "of seed %d", plan->spec.stochastic.seed);
  status = batch_run(&batch, &work, status, err);
  hd_free(&ensemble.traces);
  remarks_free(&ensemble.remarks);
  trajectory_plan_free(&ensemble.shared);
  return status;
}
