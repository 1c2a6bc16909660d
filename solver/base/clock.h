/* Seconds for measuring how long a part of a run takes. */
#ifndef HALIDRIFT_BASE_CLOCK_H
#define HALIDRIFT_BASE_CLOCK_H

#include <time.h>

/** A clock that never jumps, s. */
static inline double hd_clock(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

#endif
