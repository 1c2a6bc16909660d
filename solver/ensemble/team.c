#include "solver/ensemble/team.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "solver/base/param.h"

static const char OBJECT[] = "halidrift-mpi.so", SYMBOL[] = "halidrift_team";

/** Places of the object, seen from the program's folder: the build tree, an installation. */
static const char *const places[] = {"", HALIDRIFT_MPI_PLACE "/"};

/** What launchers tell their processes: their number, or, where it has no number, their rank. */
bool team_expected(void) {
  static const char *const sizes[] = {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "MPI_LOCALNRANKS"};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    const char *size = getenv(sizes[i]);
    if (size)
      return atoi(size) > 1;
  }
  return getenv("PMIX_RANK") != NULL;
}

/** Folder of the program with a slash behind it; empty when it is not known. */
static void program_folder(char folder[HD_PATH]) {
  ssize_t n = readlink("/proc/self/exe", folder, HD_PATH - 1);
  folder[n > 0 ? n : 0] = '\0';
  char *slash = strrchr(folder, '/');
  *(slash ? slash + 1 : folder) = '\0';
}

/** Path of the object; false: there is none. */
static bool find_object(char path[2 * HD_PATH]) {
  char folder[HD_PATH];
  program_folder(folder);
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    snprintf(path, 2 * HD_PATH, "%s%s%s", folder, places[i], OBJECT);
    if (access(path, R_OK) == 0)
      return true;
  }
  return false;
}

/**
 * Load what knows MPI. It stays loaded to the end of the process: MPI cannot be taken down twice.
 * Errors  HD_USAGE: this program was built without it, or libmpi is not there
 */
enum hd_status team_load(const struct team **team, struct hd_error *err) {
  char path[2 * HD_PATH];
  if (!find_object(path))
    return hd_fail(err, HD_USAGE,
                   "this halidrift was built without MPI: start it without mpirun or srun, or "
                   "install MPI and build it anew");
  void *object = dlopen(path, RTLD_LAZY | RTLD_GLOBAL); /* its plug-ins look for libmpi's names */
  *team = object ? dlsym(object, SYMBOL) : NULL;
  if (!*team)
    return hd_fail(err, HD_USAGE, "MPI cannot be used: %s", dlerror());
  if ((*team)->format != TEAM_FORMAT)
    return hd_fail(err, HD_USAGE, "MPI cannot be used: %s is of another version of halidrift",
                   path);
  return HD_OK;
}

void team_describe(char *text, size_t size) {
  const struct team *team = NULL;
  struct hd_error err = {0};
  if (team_load(&team, &err) == HD_OK)
    team->library(text, size);
  else
    snprintf(text, size, "%.*s", hd_first_line(err.text), err.text);
}
