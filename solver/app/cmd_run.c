/* halidrift run: the main job. */
#include <stdio.h>
#include <string.h>
#include "solver/app/commands.h"
#include "solver/base/memory.h"
#include "solver/checkpoint.h"
#include "solver/config/execute.h"
#include "solver/progress.h"
#include "solver/sink.h"

/** "runs/NAME" for "some/where/NAME.cfg". */
static enum hd_status default_dir(char dir[HD_PATH], const char *path, struct hd_error *err) {
  const char *slash = strrchr(path, '/');
  const char *name = slash ? slash + 1 : path;
  const char *dot = strrchr(name, '.');
  int length = dot && dot > name ? (int)(dot - name) : (int)strlen(name);
  int written = snprintf(dir, HD_PATH, "runs/%.*s", length, name);
  if (length == 0 || written >= HD_PATH)
    return hd_fail(err, HD_USAGE, "halidrift run: no folder name can be made of '%s'; give -o DIR",
                   path);
  return HD_OK;
}

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
    TRY(default_dir(own, arguments->operand, err));
  return run_into(arguments->dir ? arguments->dir : own, arguments, err);
}
