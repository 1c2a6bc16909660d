/* What knows MPI: loaded by solver/ensemble/team.c in processes that mpirun or srun has started. */
#include "solver/ensemble/team.h"

#include <limits.h>
#include <string.h>
#include <time.h>
#include <mpi.h>

static bool ok(int code) {
  return code == MPI_SUCCESS;
}

/** "Open MPI v4.1.4": the library's version up to its first comma or line end. */
static void library(char *text, size_t size) {
  char version[MPI_MAX_LIBRARY_VERSION_STRING] = "";
  int length;
  MPI_Get_library_version(version, &length);
  size_t n = strcspn(version, ",\n");
  n = n < size - 1 ? n : size - 1;
  memcpy(text, version, n);
  text[n] = '\0';
}

static bool open_team(int *rank, int *size) {
  return ok(MPI_Init(NULL, NULL)) && ok(MPI_Comm_rank(MPI_COMM_WORLD, rank)) &&
         ok(MPI_Comm_size(MPI_COMM_WORLD, size));
}

static bool send_message(int rank, int tag, const void *data, size_t n) {
  return n <= INT_MAX && ok(MPI_Send(data, (int)n, MPI_BYTE, rank, tag, MPI_COMM_WORLD));
}

static bool probe(bool *there, int *rank, int *tag, size_t *n) {
  MPI_Status status;
  int flag = 0, count = 0;
  if (!ok(MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &flag, &status)))
    return false;
  *there = flag != 0;
  if (!*there)
    return true;
  *rank = status.MPI_SOURCE;
  *tag = status.MPI_TAG;
  bool good = ok(MPI_Get_count(&status, MPI_BYTE, &count));
  *n = (size_t)count;
  return good;
}

static bool receive(int rank, int tag, void *data, size_t n) {
  return n <= INT_MAX &&
         ok(MPI_Recv(data, (int)n, MPI_BYTE, rank, tag, MPI_COMM_WORLD, MPI_STATUS_IGNORE));
}

/** MPI_Finalize waits with the processor at full load: come there together. */
static bool close_team(void) {
  static const struct timespec nap = {.tv_nsec = 2000000}; /* 2 ms */
  MPI_Request all;
  int flag = 0;
  if (!ok(MPI_Ibarrier(MPI_COMM_WORLD, &all)))
    return false;
  while (ok(MPI_Test(&all, &flag, MPI_STATUS_IGNORE)) && !flag)
    nanosleep(&nap, NULL);
  return ok(MPI_Finalize());
}

extern const struct team halidrift_team;
const struct team halidrift_team = {.format = TEAM_FORMAT,
                                    .library = library,
                                    .open = open_team,
                                    .send = send_message,
                                    .probe = probe,
                                    .receive = receive,
                                    .close = close_team};
