/* What the commands that run many processes share: numbers, parts, ranks, the last line. */
#ifndef HALIDRIFT_APP_BATCH_ARGUMENTS_H
#define HALIDRIFT_APP_BATCH_ARGUMENTS_H

#include "solver/app/arguments.h"
#include "solver/ensemble/batch.h"

/** A command of that kind, from its beginning to its end. */
struct batch_command {
  const char *name;   /* "ensemble" */
  const char *ending; /* of the folder that is used without -o: "_ensemble" */
  bool counted;       /* -n must be given */
  enum hd_status (*run)(const struct batch_options *options, const struct arguments *arguments,
                        const struct team *team, struct hd_error *err);
};
enum hd_status batch_command_run(const struct batch_command *command,
                                 const struct arguments *arguments, struct hd_error *err);

#endif
