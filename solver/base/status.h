/* Cause of a failure. Public: the C API and the program's exit codes share it. */
#ifndef HALIDRIFT_BASE_STATUS_H
#define HALIDRIFT_BASE_STATUS_H

/** Cause of a failure; its value is the exit code of the program. */
enum hd_status {
  HD_OK = 0,
  HD_INTERNAL = 1,     /* a bug of ours: please report */
  HD_USAGE = 2,        /* wrong command line */
  HD_INPUT = 3,        /* the input file is wrong */
  HD_CONVERGENCE = 4,  /* the equations could not be solved */
  HD_IO = 5,           /* a file could not be read or written */
  HD_MEMORY = 6,       /* out of memory */
  HD_INCOMPLETE = 7,   /* trajectories of an ensemble failed or were lost; the others are there */
  HD_INTERRUPTED = 130 /* Ctrl-C: what was computed is on disk */
};

#endif
