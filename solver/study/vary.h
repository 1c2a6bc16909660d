/* --vary KEY=... of the command line. */
#ifndef HALIDRIFT_STUDY_VARY_H
#define HALIDRIFT_STUDY_VARY_H

#include "solver/config/study.h"

/**
 * "KEY=FROM:TO", "KEY=FROM:TO:N", "KEY=FROM:TO:log:N" (also without N) or "KEY=VALUE,VALUE,..."
 * into an entry of `vary`. It is freed with vary_spec_free, also after an error.
 * Errors  HD_USAGE, HD_MEMORY
 */
enum hd_status vary_read(struct vary_spec *vary, const char *text, struct hd_error *err);

#endif
