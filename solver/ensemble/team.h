/* The processes that mpirun or srun has started, as far as an ensemble needs them. What knows MPI
 * is a shared object of its own (solver/mpi/), loaded only in such a process: loading libmpi takes
 * longer than a small run. */
#ifndef HALIDRIFT_ENSEMBLE_TEAM_H
#define HALIDRIFT_ENSEMBLE_TEAM_H

#include <stdbool.h>
#include <stddef.h>
#include "solver/base/error.h"

/** What the shared object exports under the name halidrift_team. Functions return false when the
 * library fails; MPI ends all processes then. */
struct team {
  int format; /* TEAM_FORMAT of the headers that it was compiled with */
  /** Name and version of the library; works before `open`. */
  void (*library)(char *text, size_t size);
  bool (*open)(int *rank, int *size);
  bool (*send)(int rank, int tag, const void *data, size_t n);
  /** Is there a message? Which rank, tag and size. Does not wait. */
  bool (*probe)(bool *there, int *rank, int *tag, size_t *n);
  bool (*receive)(int rank, int tag, void *data, size_t n);
  /** Leave when all are here; waits without using the processor. */
  bool (*close)(void);
};
enum { TEAM_FORMAT = 1 };

/** Was this process started by mpirun or srun, together with others? */
bool team_expected(void);
/** Load the shared object beside the program. Errors: HD_USAGE with the reason */
enum hd_status team_load(const struct team **team, struct hd_error *err);
/** One line for `halidrift --version`: the library, or why there is none. */
void team_describe(char *text, size_t size);

#endif
