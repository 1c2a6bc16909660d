/* halidrift ensemble: many runs of one input. */
#include "solver/app/batch_arguments.h"
#include "solver/app/commands.h"
#include "solver/ensemble/ensemble.h"

static enum hd_status run(const struct batch_options *options, const struct arguments *arguments,
                          const struct team *team, struct hd_error *err) {
  return ensemble_run(options, arguments->traces, team, err);
}

/** halidrift ensemble FILE. */
enum hd_status cmd_ensemble(const struct arguments *arguments, struct hd_error *err) {
  static const struct batch_command command = {"ensemble", "_ensemble", true, run};
  return batch_command_run(&command, arguments, err);
}
