#include "solver/base/random.h"

#include <Random123/philox.h>

/** Second word of the key: keeps these numbers apart from other uses of the same seed. */
static const uint32_t KEY_STREAMS = 0x73747265;

struct random_stream random_begin(uint32_t seed, uint32_t trajectory, uint32_t stream) {
  return (struct random_stream){
      .seed = seed, .trajectory = trajectory, .stream = stream, .next = 4};
}

/**
 * Philox 4x32-10 of the counter (block, stream, trajectory) under the key (seed, KEY_STREAMS).
 * Source  Salmon et al. 2011, doi:10.1145/2063384.2063405
 */
static uint32_t next_word(struct random_stream *stream) {
  if (stream->next == 4) {
    philox4x32_ctr_t counter = {{(uint32_t)stream->block, (uint32_t)(stream->block >> 32),
                                 stream->stream, stream->trajectory}};
    philox4x32_key_t key = {{stream->seed, KEY_STREAMS}};
    philox4x32_ctr_t block = philox4x32(counter, key);
    for (int i = 0; i < 4; i++)
      stream->word[i] = block.v[i];
    stream->block++;
    stream->next = 0;
  }
  return stream->word[stream->next++];
}

double random_uniform(struct random_stream *stream) {
  uint64_t high = next_word(stream), low = next_word(stream);
  return ((double)((high << 32 | low) >> 11) + 0.5) * 0x1p-53;
}

/* ---- the same for GSL ---- */

static void gsl_begin(void *state, unsigned long seed) {
  struct random_stream *stream = state;
  *stream = random_begin((uint32_t)seed, stream->trajectory, stream->stream);
}

static unsigned long gsl_word(void *state) {
  return next_word(state);
}

static double gsl_uniform(void *state) {
  return random_uniform(state);
}

static const gsl_rng_type gsl_philox = {.name = "philox4x32-10",
                                        .max = UINT32_MAX,
                                        .min = 0,
                                        .size = sizeof(struct random_stream),
                                        .set = gsl_begin,
                                        .get = gsl_word,
                                        .get_double = gsl_uniform};

gsl_rng random_gsl(struct random_stream *stream) {
  return (gsl_rng){.type = &gsl_philox, .state = stream};
}
