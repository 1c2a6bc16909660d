/* halidrift sweep: one input at many points of the space of its parameters. */
#include "solver/app/batch_arguments.h"
#include "solver/app/commands.h"
#include "solver/study/study.h"

static enum hd_status run(const struct batch_options *options, const struct arguments *arguments,
                          const struct team *team, struct hd_error *err) {
  const struct study_options own = {.varies = arguments->varies,
                                    .trajectories = arguments->count ? options->count : 0,
                                    .traces = arguments->traces};
  return study_run(options, &own, team, err);
}

/** halidrift sweep FILE. */
enum hd_status cmd_sweep(const struct arguments *arguments, struct hd_error *err) {
  static const struct batch_command command = {"sweep", "_sweep", false, run};
  return batch_command_run(&command, arguments, err);
}
