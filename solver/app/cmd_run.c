/* halidrift run: the main job. */
#include <stdio.h>
#include "solver/app/commands.h"
#include "solver/base/memory.h"
#include "solver/checkpoint.h"
#include "solver/config/execute.h"
#include "solver/progress.h"
#include "solver/sink.h"

/** Where the user goes on when there is a checkpoint. */
static void print_outcome(enum hd_status status, const char *dir) {
  printf("%s are in %s\n", status == HD_OK ? "results" : "results so far", dir);
  if (status != HD_OK && checkpoint_check(dir, NULL) == HD_OK)
    printf("halidrift run --resume %s goes on from there\n", dir);
}

static enum hd_status run_into(const char *dir, const struct arguments *arguments,
                               struct hd_error *err) {
  struct plan plan;
  enum hd_status status = plan_create(&plan, arguments->operand, arguments->sets, err);
  if (status == HD_OK) {
    interrupt_install();
    status = plan_execute(&plan, dir, arguments->level, stdout, err);
    if (arguments->level > PROGRESS_QUIET)
      print_outcome(status, dir);
  }
  plan_free(&plan);
  return status;
}

static enum hd_status resume_in(const char *dir, const struct arguments *arguments,
                                struct hd_error *err) {
  struct plan plan = {0};
  char *path = NULL;
  TRY(checkpoint_check(dir, err));
  enum hd_status status = sink_path(&path, dir, "resolved.cfg", err);
  if (status == HD_OK)
    status = plan_create(&plan, path, NULL, err);
  if (status == HD_OK) {
    interrupt_install();
    status = plan_resume(&plan, dir, arguments->level, stdout, err);
    if (arguments->level > PROGRESS_QUIET)
      print_outcome(status, dir);
  }
  plan_free(&plan);
  hd_free(&path);
  return status;
}

/** halidrift run FILE. */
enum hd_status cmd_run(const struct arguments *arguments, struct hd_error *err) {
  char own[HD_PATH];
  if (arguments->resume)
    return resume_in(arguments->resume, arguments, err);
  if (!arguments->dir)
    TRY(arguments_default_dir(own, "run", arguments->operand, "", err));
  return run_into(arguments->dir ? arguments->dir : own, arguments, err);
}
