/* Random numbers by counter: number i of a stream depends on seed, trajectory, stream and i alone,
 * whatever thread, rank or restart asks for it. */
#ifndef HALIDRIFT_BASE_RANDOM_H
#define HALIDRIFT_BASE_RANDOM_H

#include <gsl/gsl_rng.h>
#include <stdint.h>

/** Position in one stream. It holds no pointer: a copy goes on from the same place. */
struct random_stream {
  uint32_t seed, trajectory, stream;
  uint64_t block;   /* next block of the counter */
  uint32_t word[4]; /* the present block */
  uint32_t next;    /* word of it that comes next; 4: none is left */
};

/** Begin of a stream. */
struct random_stream random_begin(uint32_t seed, uint32_t trajectory, uint32_t stream);
/** Next number, uniform in the open interval (0, 1), 53 bits. */
double random_uniform(struct random_stream *stream);
/** The stream as a generator for the distributions of GSL; `stream` is borrowed. */
gsl_rng random_gsl(struct random_stream *stream);

#endif
