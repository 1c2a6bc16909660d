/* halidrift run: the main job. */
#include <stdio.h>
#include <string.h>
#include "solver/app/commands.h"
#include "solver/config/config.h"
#include "solver/spec.h"

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

/** halidrift run FILE. */
enum hd_status cmd_run(const struct arguments *arguments, struct hd_error *err) {
  char own[HD_PATH];
  const char *dir = arguments->dir;
  if (!dir) {
    TRY(default_dir(own, arguments->operand, err));
    dir = own;
  }
  struct config *config = NULL;
  struct run_spec spec = {0};
  TRY(config_read(&config, &spec, arguments->operand, arguments->sets, err));
  enum hd_status status = mesh_plan(&spec, err);
  if (status == HD_OK)
    status = hd_fail(err, HD_INTERNAL, "halidrift run: not built in yet (%s)", dir);
  run_spec_free(&spec);
  config_free(&config);
  return status;
}
